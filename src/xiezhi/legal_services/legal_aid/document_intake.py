"""Documents from the application to the decision."""

from __future__ import annotations

from datetime import date

from xiezhi.kernel.documents.templates import Data, Field

from .document_parts import (
    ADDRESSEE,
    APPLICANT,
    CASE_NO,
    CONTACT,
    ISSUED,
    LAW,
    LETTER,
    MATTER,
    ORGAN,
    contact_line,
    doc,
    h,
    items,
    nothing,
    p,
    paras,
)

RECEIVED = Field("received_on", "收到申请日期", "date", basis="法律援助法 第43条第1款")
BUREAU = Field("bureau", "设立法律援助机构的司法行政部门", basis="法律援助法 第49条第1款")
REASONS = Field("reasons", "理由", "long", basis="法律援助法 第43条第1款")


def _promise(d: Data) -> str:
    return (
        p("本人{applicant}申请法律援助（事项：{matter}），现就经济状况承诺如下：", d)
        + paras(d["statement"])
        + items([
            "以上情况真实、完整，没有隐瞒收入和财产。",
            "同意法律援助机构通过信息共享查询核实本人及共同生活的家庭成员的有关情况。",
            "经济状况发生变化、不再符合条件的，及时告知法律援助机构。",
            "知悉以欺骗或者其他不正当手段获得法律援助的，将被终止援助，支付已实施法律援助的费用，并可能受到罚款。",
        ])
    )  # fmt: skip


def _receipt(d: Data) -> str:
    text = p("本机构已于{received_on}收到你的法律援助申请，编号为{case_no}，申请事项为{matter}。", d)
    text += h("收到的材料") + items(d["materials"])
    text += p(
        f"依照{LAW}第四十三条，本机构自收到申请之日起七日内作出是否给予法律援助的决定。材料不齐全的，将一次性告知。"
    )
    text += p("法律援助不收取任何费用。遇有要求支付钱物的，请向{bureau}投诉。", d)
    return text + contact_line(d)


def _transfer(d: Data) -> str:
    return (
        p("{applicant}于{applied_at}向{transferor}提出法律援助申请，申请事项为{matter}。", d)
        + p(f"依照{LAW}第三十九条，现将申请及有关材料转交你机构。转交的材料：{{materials_text}}。", d)
        + contact_line(d)
    )


def _supplement(d: Data) -> str:
    return (
        p("你提出的法律援助申请（编号：{case_no}），本机构已于{received_on}收到。经审查，申请材料尚不齐全。", d)
        + p(f"依照{LAW}第四十三条第二款，请你在{{due_on}}前补充下列材料或者作出说明：", d)
        + items(d["defects"])
        + p("以上为需要补充的全部内容，本机构不再另行要求补充，也不需要你开具经济困难证明。")
        + p("期满没有补充的，视为撤回申请；你可以再次提出申请。补充材料的时间不计入审查期限。")
        + contact_line(d)
    )


def _grant(d: Data) -> str:
    text = p("你于{received_on}提出法律援助申请，事项为{matter}。经审查，{hardship}。", d)
    if d.get("reasons"):
        text += paras(d["reasons"])
    text += p(f"依照{LAW}第四十三条第一款，本机构决定给予法律援助，并自决定之日起三日内指派法律援助人员。")
    text += h("你享有下列权利") + items([
        "了解法律援助事项的办理情况。",
        "法律援助人员未依法履行职责的，请求更换，并可以向司法行政部门投诉。",
        "依法申请缓收、减收或者免收诉讼费、公证费、鉴定费。",
    ])  # fmt: skip
    text += h("你负有下列义务") + items([
        "如实陈述案件情况，及时提供证据，配合办理。",
        "经济状况或者案件情况发生变化的，及时告知。",
    ])  # fmt: skip
    return text + p("法律援助不收取任何费用，法律援助人员不得收取你的财物。") + contact_line(d)


def _refusal(d: Data) -> str:
    text = p("你于{received_on}提出法律援助申请，事项为{matter}。经审查，本机构认为：", d) + paras(d["reasons"])
    text += p(f"依照{LAW}第四十三条第一款，本机构决定不予法律援助。")
    text += p(
        f"如有异议，可以依照{LAW}第四十九条向{{bureau}}提出{{objection_within}}。{{bureau}}自收到异议之日起五日内审查。",
        d,
    )
    return (
        text
        + p("本决定不影响你自行委托代理人、辩护人，也不影响你依法提起诉讼、申请仲裁或者行政复议。")
        + contact_line(d)
    )


def _first_aid(d: Data) -> str:
    text = p("你于{received_on}提出法律援助申请，事项为{matter}。经审查，本事项{ground}。", d)
    text += p(f"依照{LAW}第四十四条，本机构决定先行提供法律援助。")
    text += p(
        "请你在{papers_due_on}前补办申请手续、补充有关材料。经审查不符合法律援助条件的，本机构将依法终止援助。", d
    )
    return text + contact_line(d)


_HARDSHIP = Field("hardship", "经济困难条件的认定", basis="法律援助法 第32条、第41条、第42条")

TEMPLATES = [
    doc("application_form", "法律援助申请表", "",
        (ORGAN, ISSUED, CASE_NO, APPLICANT, Field("sex", "性别", required=False), Field("birth_date", "出生日期", required=False),
         Field("id_no", "证件种类和号码", required=False), Field("ethnicity", "民族", required=False), Field("mobile", "联系电话", required=False),
         Field("domicile", "户籍地址", required=False), Field("address", "住址", required=False), Field("employer", "工作单位", required=False),
         Field("groups", "群体类别", required=False), Field("agent", "代为申请的人", required=False, basis="法律援助法 第40条"),
         Field("agent_relation", "与申请人的关系", required=False, basis="法律援助法 第40条"), Field("channel", "申请渠道", required=False), MATTER,
         Field("claim_amount", "请求金额（元）", required=False), Field("case_organ", "办案机关或者争议处理机关", required=False, basis="法律援助法 第38条"),
         Field("case_organ_no", "案号", required=False), Field("limitation_on", "时效或者期限届满之日", required=False, basis="法律援助法 第44条第1款第1项"),
         Field("other_party", "对方当事人", required=False), Field("facts", "事实和理由", "long"), Field("hardship", "经济困难条件", basis="法律援助法 第41条"),
         Field("means", "经济状况说明", "long", required=False, basis="法律援助法 第41条第1款"), RECEIVED, Field("received_by", "收件人", required=False)),
        nothing, basis="法律援助法 第38条", layout="form", sealed=False, sex="女", birth_date="1986年4月12日", id_no="居民身份证 990100198604120025",
        ethnicity="汉族", mobile="139****0188", domicile="东岭省临川市青石街道", address="临川市望江路18号", employer="无", groups="进城务工人员、妇女",
        channel="公共法律服务中心、站、室", claim_amount="23600.00", case_organ="临川市劳动人事争议仲裁委员会", limitation_on="2026年8月31日",
        other_party="临川宏远建筑有限公司", facts="申请人2025年3月至8月在该公司工地做钢筋工，被拖欠工资二万三千六百元，多次催要没有结果。",
        hardship="免予核查：请求支付劳动报酬的进城务工人员", received_by="温晓月"),
    doc("promise", "个人诚信承诺书", "",
        (ISSUED, CASE_NO, APPLICANT, MATTER, Field("statement", "经济状况说明", "long", basis="法律援助法 第41条")),
        _promise, basis="法律援助法 第41条第2款", layout="record", sealed=False,
        statement="家庭共同生活二人，人均月收入一千一百元，没有房产出租，没有机动车，存款不足三千元。"),
    doc("receipt", "法律援助申请受理回执", "",
        (ORGAN, ISSUED, ADDRESSEE, CASE_NO, MATTER, RECEIVED, Field("materials", "收到的材料", "list"), BUREAU, CONTACT),
        _receipt, basis="法律援助法 第43条第1款", materials=["法律援助申请表", "身份证明", "考勤记录和工资欠条"]),
    doc("transfer_letter", "法律援助申请转交函", "",
        (ORGAN, ISSUED, ADDRESSEE, APPLICANT, MATTER, Field("transferor", "转交单位或者人员", basis="法律援助法 第39条"),
         Field("applied_at", "提出申请的时刻", "datetime", basis="法律援助法 第39条"), Field("materials_text", "转交的材料"), CONTACT),
        _transfer, basis="法律援助法 第39条", sealed=False, organ="临川市看守所", addressee="临川市法律援助中心", applicant="高小舟",
        matter="犯罪嫌疑人、被告人的刑事辩护", transferor="临川市看守所", applied_at="2026-02-14T16:00:00+08:00", materials_text="法律援助申请表1份、拘留通知书复印件1份"),
    doc("supplement_notice", "法律援助补充材料通知书", "补",
        (*LETTER, CASE_NO, RECEIVED, Field("defects", "需要补充的全部材料", "list", basis="法律援助法 第43条第2款"),
         Field("due_on", "补充的截止日", "date", basis="法律援助法 第43条第2款"), CONTACT),
        _supplement, basis="法律援助法 第43条第2款", short="补充材料通知书", defects=["与所申请事项有关的案件材料：劳动合同或者考勤记录。"], due_on=date(2026, 5, 13)),
    doc("grant_decision", "给予法律援助决定书", "决",
        (*LETTER, CASE_NO, MATTER, RECEIVED, _HARDSHIP, Field("reasons", "其他理由", "long", required=False), CONTACT),
        _grant, basis="法律援助法 第43条第1款", hardship="申请人属于请求支付劳动报酬的进城务工人员，免予核查经济困难状况"),
    doc("refusal_decision", "不予法律援助决定书", "不",
        (*LETTER, CASE_NO, MATTER, RECEIVED, REASONS, BUREAU, Field("objection_within", "提出异议的期限", required=False, basis="法律援助法 第49条第1款"), CONTACT),
        _refusal, basis="法律援助法 第43条第1款、第49条", matter="借款合同纠纷",
        reasons="不符合经济困难标准。经信息共享查询，家庭人均月收入高于本省现行标准，申请人也不属于免予核查的人员。", objection_within=""),
    doc("first_aid_decision", "先行提供法律援助决定书", "先",
        (*LETTER, CASE_NO, MATTER, RECEIVED, Field("ground", "先行提供的情形", basis="法律援助法 第44条第1款"),
         Field("papers_due_on", "补办手续的截止日", "date", basis="法律援助法 第44条第2款"), CONTACT),
        _first_aid, basis="法律援助法 第44条", ground="距仲裁时效届满（2026年5月20日）不足七日，需要及时申请仲裁", papers_due_on=date(2026, 5, 29),
        issued_on=date(2026, 5, 14), received_on=date(2026, 5, 14)),
]  # fmt: skip
