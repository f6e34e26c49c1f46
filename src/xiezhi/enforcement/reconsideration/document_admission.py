"""Documents from filing to acceptance."""

from __future__ import annotations

from datetime import date

from xiezhi.kernel.documents.templates import Data, Field

from .document_parts import (
    ACT,
    ADDRESSEE,
    APPLICANT,
    CASE,
    CONTACT,
    ISSUED,
    LAW,
    LETTER,
    ORGAN,
    REGULATION,
    RESPONDENT,
    contact_line,
    doc,
    h,
    hereby,
    items,
    opening,
    p,
    paras,
    table,
)

RECEIVED = Field("received_on", "收到申请日期", "date", basis="行政复议法 第30条第1款")
INTAKE = Field("intake_no", "收件号")
MATERIALS = Field("materials", "收到的材料（名称、份数、页数）", "table")
CLAIMS = Field("claims", "行政复议请求", "list", basis="行政复议法实施条例 第27条")
REASONS = Field("reasons", "主要事实和理由", "long", basis="行政复议法实施条例 第27条")

_PERSON = "女，身份证件号码 990100199005012342，住临川市青石街道望江路18号，送达地址同住所，联系方式 139****0123"
_FACTS = "申请人经营的面馆于2026年7月20日接受检查，检查人员当场封存两袋面粉，但未交付清单。\n处罚决定所认定的进货票据缺失与事实不符，申请人已在陈述申辩时提交票据。"


def _application(d: Data) -> str:
    text = p("申请人：{applicant}，{applicant_detail}。", d)
    if d.get("agent"):
        text += p("委托代理人：{agent}。", d)
    text += p("被申请人：{respondent}。", d) + p("申请行政复议的行政行为：{respondent}{act}。", d)
    text += p("知道该行政行为的日期：{known_on}。", d) + h("行政复议请求") + items(d["claims"])
    text += h("事实和理由") + paras(d["reasons"])
    if d.get("norms"):
        text += h("附带审查请求") + p("请求对下列规范性文件一并审查：{norms}。", d)
    return text + '<p class="flush">此致</p>' + p("{organ}", d)


def _oral(d: Data) -> str:
    return (
        p("申请人口头提出行政复议申请，工作人员当场记录如下。", d)
        + p("申请人：{applicant}，{applicant_detail}。", d)
        + p("被申请人：{respondent}。申请行政复议的行政行为：{respondent}{act}。", d)
        + h("行政复议请求") + items(d["claims"]) + h("事实和理由") + paras(d["reasons"])
        + p("以上记录已向申请人宣读，申请人认为与其陈述一致。")
    )  # fmt: skip


def _receipt(d: Data) -> str:
    return (
        p("本机关已于{received_on}收到你（单位）提交的行政复议申请，收件号为{intake_no}。收到的材料如下：", d)
        + table(["序号", "材料名称", "份数", "页数"], [[i, *row] for i, row in enumerate(d["materials"], 1)])
        + p(f"本机关将依照{LAW}第三十条，自收到申请之日起五个工作日内完成审查。期满未作出不予受理决定的，"
            "审查期限届满之日视为受理。")
        + p("通过互联网提交的材料符合要求的，不需要另交纸质材料。行政复议不收取任何费用。")
        + contact_line(d)
    )  # fmt: skip


def _supplement(d: Data) -> str:
    return (
        p("你（单位）不服{respondent}{act}提出的行政复议申请，本机关已于{received_on}收到。经审查，申请材料不齐全或者表述"
          "不清楚，尚不能判断是否符合受理条件。", d)
        + p(f"依照{LAW}第三十一条，请你（单位）自收到本通知书之日起十个工作日内补正下列事项：")
        + items(d["defects"])
        + p("以上为需要补正的全部事项。有正当理由不能按期补正的，可以在期满前向本机关说明并申请延长。")
        + p("没有正当理由逾期不补正的，视为放弃行政复议申请，本机关将记录在案。")
        + contact_line(d)
    )  # fmt: skip


def _acceptance(d: Data) -> str:
    simple = d["procedure"] == "简易程序"
    return (
        p("你（单位）不服{respondent}{act}提出的行政复议申请，经审查符合受理条件。本机关依照" + LAW +
          "第三十条，决定自{accepted_on}起受理，案号为{case_no}。", d)
        + p("本案适用{procedure}，由{officers}办理。" + ("审理期限为三十日。" if simple else "审理期限为六十日；情况复杂的，"
            "依法可以延长，最多不超过三十日，并将书面告知。"), d)
        + h("你（单位）享有下列权利")
        + items([
            "委托一至二名代理人参加行政复议，并提交授权委托书和身份证明文件（行政复议法第十七条）。",
            "提出证据、陈述意见，请求听证（行政复议法第四十九条、第五十条）。",
            "查阅、复制被申请人的书面答复、证据、依据和其他有关材料，依法不能公开的除外（行政复议法第四十七条）。",
            "认为办案人员与本案有利害关系、可能影响公正审理的，可以说明理由申请其回避。",
            "自愿、合法地接受调解，或者与被申请人和解；可以在决定作出前撤回申请（行政复议法第五条、第七十四条）。",
        ])
        + p(f"行政复议期间行政行为不停止执行，但有{LAW}第四十二条所列情形的除外。")
        + contact_line(d)
    )  # fmt: skip


def _refusal(d: Data) -> str:
    text = p("你（单位）不服{respondent}{act}提出的行政复议申请，本机关已于{received_on}收到。", d)
    text += p("经审查，本机关认为：") + paras(d["reasons"])
    if d.get("competent_organ"):
        text += p("该申请不属于本机关管辖，你（单位）可以向{competent_organ}申请行政复议。", d)
    text += p(f"依照{LAW}第三十条第二款，本机关决定不予受理。")
    if d.get("mandatory_first"):
        text += p(f"本案依法应当先申请行政复议。依照{LAW}第三十四条，你（单位）可以自收到本决定书之日起十五日内，"
                  "依法向{court}提起行政诉讼。", d)  # fmt: skip
    else:
        text += p(f"如认为本机关没有正当理由不予受理，可以依照{LAW}第三十五条向上级行政机关反映；"
                  "也可以依法向人民法院提起行政诉讼。")  # fmt: skip
    return text


def _forward(d: Data) -> str:
    return (
        p(
            "{applicant}不服{respondent}{act}，于{received_on}通过本机关提交行政复议申请。本机关认为需要维持该行政处罚决定。",
            d,
        )
        + p(f"依照{LAW}第三十二条第二款，现将行政复议申请及有关材料转送你机关。转送的材料：{{materials_text}}。", d)
        + contact_line(d)
    )


def _elevation(d: Data) -> str:
    return (
        opening(d)
        + p("因{ground}，依照" + LAW + "第三十八条和" + REGULATION + "第四十条，{upper_organ}决定提级审理本案。", d)
        + p(
            "原办理机关自收到提级审理决定之日起五个工作日内移交案件材料；审理期限自{upper_organ}收到材料之日起重新计算。",
            d,
        )
        + hereby()
    )


def _deemed(d: Data) -> str:
    return (
        p("{applicant}不服{respondent}{act}，本机关于{received_on}收到其行政复议申请（收件号：{intake_no}）。", d)
        + p(
            "审查期限自收到之日的次日起为五个工作日，至{limit_on}届满。期内本机关没有作出不予受理决定，也没有发出补正通知。",
            d,
        )
        + p("依照" + LAW + "第三十条第三款，该申请自{limit_on}起视为受理，案号为{case_no}，审理期限自该日起计算。", d)
    )


def _abandoned(d: Data) -> str:
    return (
        p("{applicant}不服{respondent}{act}，本机关于{received_on}收到其行政复议申请（收件号：{intake_no}）。", d)
        + p("本机关发出补正通知书（{supplement_no}），申请人于{noticed_on}收到，补正期限至{limit_on}届满。", d)
        + p("期满申请人没有提交补正材料，也没有说明正当理由。核实经过：{inquiry}", d)
        + p(f"依照{LAW}第三十一条第二款，视为申请人放弃行政复议申请，记录在案。")
    )


def _told(d: Data) -> str:
    return (
        p("关于你（单位）就{respondent}{act}提出的事项，现告知如下：", d)
        + paras(d["content"])
        + p("依据：{ground}。", d)
        + (contact_line(d))
    )


TEMPLATES = [
    doc("application", "行政复议申请书", "",
        (ORGAN, ISSUED, APPLICANT, Field("applicant_detail", "申请人情况", basis="行政复议法实施条例 第27条"),
         Field("agent", "委托代理人", required=False, basis="行政复议法 第17条"), RESPONDENT, ACT,
         Field("known_on", "知道行政行为的日期", "date", basis="行政复议法 第20条"), CLAIMS, REASONS,
         Field("norms", "附带审查的规范性文件", required=False, basis="行政复议法 第13条")),
        _application, basis="行政复议法 第22条；行政复议法实施条例 第27条", short="申请书", layout="record", sealed=False,
        applicant_detail=_PERSON, known_on=date(2026, 8, 4), claims=["撤销上述行政处罚决定。"], reasons=_FACTS),
    doc("oral_application", "口头申请行政复议笔录", "",
        (ORGAN, ISSUED, APPLICANT, Field("applicant_detail", "申请人情况"), RESPONDENT, ACT, CLAIMS, REASONS,
         Field("held_at", "记录时间", "datetime", basis="行政复议法 第22条第3款"), Field("place", "记录地点"),
         Field("officers", "记录人")),
        _oral, basis="行政复议法 第22条第3款", short="口头申请笔录", layout="record", sealed=False,
        applicant_detail=_PERSON, claims=["撤销上述行政处罚决定。"], reasons=_FACTS, held_at="2026-09-07T09:30:00+08:00",
        place="临川市司法局行政复议接待室", officers="沈明远"),
    doc("receipt", "行政复议申请材料收件回执", "",
        (ORGAN, ISSUED, ADDRESSEE, INTAKE, RECEIVED, MATERIALS, CONTACT),
        _receipt, basis="行政复议法实施条例 第28条", short="收件回执",
        intake_no="临复收〔2026〕31号", materials=[["行政复议申请书", 1, 3], ["身份证复印件", 1, 1], ["行政处罚决定书复印件", 1, 4]]),
    doc("supplement_notice", "补正行政复议申请通知书", "补",
        (*LETTER, RESPONDENT, ACT, RECEIVED, Field("defects", "需要补正的全部事项", "list", basis="行政复议法 第31条第1款"), CONTACT),
        _supplement, basis="行政复议法 第31条", short="补正通知书",
        defects=["申请人身份证明的复印件。", "写明具体的行政复议请求，并由申请人签名。", "被申请行政复议的行政处罚决定书复印件。"]),
    doc("acceptance_notice", "行政复议受理通知书", "受",
        (*LETTER, *CASE, Field("accepted_on", "受理日期", "date", basis="行政复议法 第30条"),
         Field("procedure", "审理程序", basis="行政复议法 第53条"), Field("officers", "行政复议人员", "list", basis="行政复议法实施条例 第39条"),
         CONTACT),
        _acceptance, basis="行政复议法 第30条", short="受理通知书", procedure="普通程序", officers=["沈明远", "贺清"]),
    doc("refusal_decision", "不予受理行政复议申请决定书", "不受",
        (*LETTER, RESPONDENT, ACT, RECEIVED, Field("reasons", "不予受理的理由", "long", basis="行政复议法 第30条第2款"),
         Field("competent_organ", "有管辖权的机关", required=False, basis="行政复议法 第30条第2款"),
         Field("mandatory_first", "依法应当先申请行政复议", "bool", required=False, basis="行政复议法 第23条、第34条"),
         Field("court", "有管辖权的人民法院", basis="行政复议法 第34条", when=lambda d: bool(d.get("mandatory_first")))),
        _refusal, basis="行政复议法 第30条第2款、第34条", short="不予受理决定书",
        reasons="申请人于2026年5月6日收到该行政处罚决定书，该决定书已告知申请行政复议的权利、机关和期限。申请人于2026年9月7日提出申请，"
        "已经超过法定的六十日期限，且没有说明不可抗力或者其他正当理由。", mandatory_first=True),
    doc("penalty_forward_letter", "行政复议申请材料转送函", "转",
        (*LETTER, APPLICANT, RESPONDENT, ACT, RECEIVED, Field("materials_text", "转送的材料"), CONTACT),
        _forward, basis="行政复议法 第32条第2款", short="处罚机关转送函", addressee="临川市人民政府",
        organ="临川市公安局交通警察支队", materials_text="行政复议申请书1份、行政处罚决定书1份、电子监控图片2张"),
    doc("elevation_notice", "提级审理告知书", "提",
        (*LETTER, *CASE, Field("upper_organ", "上级行政复议机关", basis="行政复议法 第38条"),
         Field("ground", "提级的理由", basis="行政复议法实施条例 第40条"), CONTACT),
        _elevation, basis="行政复议法 第38条；行政复议法实施条例 第40条", short="提级告知书",
        upper_organ="东岭省人民政府", ground="本案涉及重大社会公共利益"),
    doc("deemed_acceptance_record", "视为受理记录", "",
        (ORGAN, ISSUED, *CASE, INTAKE, RECEIVED, Field("limit_on", "审查期限届满日", "date", basis="行政复议法 第30条第3款")),
        _deemed, basis="行政复议法 第30条第3款", layout="record", sealed=False, intake_no="临复收〔2026〕31号", limit_on=date(2026, 9, 14)),
    doc("abandonment_record", "视为放弃行政复议申请记录", "",
        (ORGAN, ISSUED, APPLICANT, RESPONDENT, ACT, INTAKE, RECEIVED, Field("supplement_no", "补正通知书字号"),
         Field("noticed_on", "收到补正通知日期", "date", basis="行政复议法 第31条第2款"), Field("limit_on", "补正期限届满日", "date"),
         Field("inquiry", "核实经过", "long")),
        _abandoned, basis="行政复议法 第31条第2款", short="视为放弃记录", layout="record", sealed=False,
        intake_no="临复收〔2026〕31号", supplement_no="临政复补字〔2026〕9号", noticed_on=date(2026, 9, 23), limit_on=date(2026, 10, 14),
        inquiry="办案人员于2026年10月15日电话联系申请人，申请人表示不再补正。"),
    doc("notice_letter", "行政复议告知书", "告",
        (*LETTER, RESPONDENT, ACT, Field("content", "告知内容", "long"), Field("ground", "依据"), CONTACT),
        _told, basis="行政复议法实施条例 第37条第2款、第38条", short="告知书",
        content="该行政行为已经有发生法律效力的行政复议决定。你以同一事实和理由再次提出申请，本机关不再重复处理。",
        ground="行政复议法实施条例第三十七条第二款"),
]  # fmt: skip
