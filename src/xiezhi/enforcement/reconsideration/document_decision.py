"""Documents that end a case or follow its end."""

from __future__ import annotations

from datetime import date

from xiezhi.kernel.documents.layout import zh_ordinal
from xiezhi.kernel.documents.templates import Data, Field

from .document_parts import (
    ACT,
    ADDRESSEE,
    APPLICANT,
    CASE,
    CASE_NO,
    CONTACT,
    ISSUED,
    LAW,
    LETTER,
    NUMBER,
    ORGAN,
    REGULATION,
    RESPONDENT,
    contact_line,
    doc,
    h,
    items,
    opening,
    p,
    paras,
    table,
)

COURT = Field("court", "有管辖权的人民法院", basis="行政诉讼法 第45条", when=lambda d: not d.get("final"))
FINAL = Field("final", "最终裁决", "bool", required=False, basis="行政复议法 第26条")
PARTIES = Field("parties", "参加人（身份、姓名或者名称及情况）", "pairs", basis="行政复议法实施条例 第27条")
CLAIMS = Field("claims", "行政复议请求", "list", basis="行政复议法 第30条第1款第3项")

_PARTIES = [
    ["申请人", "陈晓岚，女，住临川市青石街道望江路18号。"],
    ["委托代理人", "林岚，东岭正言律师事务所律师。"],
    ["被申请人", "临川市市场监督管理局，住所地临川市人民路6号。"],
    ["负责人", "方志远，局长。"],
]


def _remedy(d: Data) -> str:
    """Where and how long to sue: always said, since a silent decision would leave the period open."""
    if d.get("final"):
        return p("本决定为最终裁决。")
    return p("申请人、第三人不服本决定的，可以自收到本决定书之日起十五日内，向{court}提起行政诉讼。", d)


def _decision(d: Data) -> str:
    text = "".join(p("{who}：{what}", who=who, what=what) for who, what in d["parties"])
    text += p(
        "申请人不服被申请人{act}，于{received_on}申请行政复议，本机关于{accepted_on}依法受理，适用{procedure}审理，现已审理终结。",
        d,
    )
    text += h("一、申请人请求和理由") + items(d["claims"]) + paras(d["claim_reasons"])
    reply = d.get("reply")
    text += h("二、被申请人答复")
    text += paras(reply) if reply else p(
        f"被申请人没有在法定期限内提出书面答复、提交证据和依据。依照{LAW}第七十条，视为该行政行为没有证据、依据。")  # fmt: skip
    n = 3
    if d.get("third_party_views"):
        text += h(f"{zh_ordinal(n)}、第三人意见") + paras(d["third_party_views"])
        n += 1
    text += h(f"{zh_ordinal(n)}、查明的事实") + paras(d["facts"]) + p("上述事实有下列证据证明：{evidence}。", d)
    text += h(f"{zh_ordinal(n + 1)}、本机关认为") + paras(d["reasoning"])
    if d.get("committee"):
        text += p("本案经行政复议委员会咨询。{committee}", d)
    if d.get("norm_result"):
        text += p("关于一并审查的规范性文件：{norm_result}", d)
    text += p("综上，依照{articles}，本机关决定：", d)
    results = list(d["result"])
    if len(results) == 1:
        text += paras(results[0])
    else:
        text += "".join(p("{n}、{what}", n=zh_ordinal(i), what=what) for i, what in enumerate(results, 1))
    if d.get("performance"):
        text += p("履行期限：{performance}。", d)
    return text + _remedy(d)


def _rejection(d: Data) -> str:
    text = "".join(p("{who}：{what}", who=who, what=what) for who, what in d["parties"])
    text += p("申请人不服被申请人{act}，于{received_on}申请行政复议，本机关于{accepted_on}受理。", d)
    text += h("一、申请人请求") + items(d["claims"]) + h("二、查明的事实") + paras(d["facts"])
    text += h("三、本机关认为") + paras(d["reasoning"])
    text += p("依照{articles}，本机关决定：驳回申请人的行政复议申请。", d)
    return text + _remedy(d)


def _termination(d: Data) -> str:
    text = opening(d) + p("审理期间，出现下列情形：{ground}", d)
    text += p("依照" + LAW + "{ground_article}，本机关决定：终止本案的行政复议。", d)
    if d.get("withdrawn"):
        text += p(
            f"依照{LAW}第七十四条第二款，申请人不得再以同一事实和理由提出行政复议申请，但能够证明撤回申请违背其真实意愿的除外。"
        )
    return text


def _mediation(d: Data) -> str:
    return (
        "".join(p("{who}：{what}", who=who, what=what) for who, what in d["parties"])
        + p("申请人不服被申请人{act}申请行政复议，本机关于{accepted_on}受理，案号为{case_no}。", d)
        + h("一、行政复议请求") + items(d["claims"]) + h("二、事实和理由") + paras(d["facts"])
        + h("三、调解结果")
        + p("经本机关主持调解，各方在自愿、合法的基础上达成下列协议：") + items(d["terms"])
        + p(f"上述协议没有损害国家利益、社会公共利益和他人合法权益。依照{LAW}第七十三条第一款，本调解书经各方当事人签字或者签章，"
            "并加盖本机关印章，即具有法律效力。")
        + p("当事人应当履行本调解书；不履行的，依法责令限期履行或者强制执行。")
    )  # fmt: skip


def _opinion(d: Data) -> str:
    return (
        p("本机关在办理{applicant}不服{respondent}{act}的行政复议案件（案号：{case_no}）中，发现下列问题：", d)
        + paras(d["problem"]) + p("依据：{basis_text}。", d) + p("现提出如下意见：") + items(d["measures"])
        + p(f"依照{LAW}第七十六条，请自收到本意见书之日起六十日内，将纠正相关违法或者不当行政行为的情况报送本机关。")
        + contact_line(d)
    )  # fmt: skip


def _proposal(d: Data) -> str:
    return (
        p("本机关在行政复议工作中，发现下列带有普遍性的问题：") + paras(d["problem"])
        + p(f"依照{REGULATION}第六十九条，为完善制度、改进行政执法，建议：") + items(d["measures"])
        + p("请研究处理，并可以将采纳情况告知本机关。") + contact_line(d)
    )  # fmt: skip


def _order(d: Data) -> str:
    return (
        p("本机关于{decided_on}作出{instrument}（{instrument_no}），要求你单位：{duty}。该文书已经生效，履行期限至{due_on}届满，"
          "你单位至今没有履行。", d)
        + p("依照" + LAW + "第七十七条第二款，责令你单位于{limit_on}前履行完毕，并书面报告履行情况。", d)
        + p(f"逾期仍不履行的，本机关可以约谈你单位有关负责人、予以通报批评；依照{LAW}第八十三条，对负有责任的领导人员和直接责任人员"
            "依法处理。")
        + contact_line(d)
    )  # fmt: skip


def _copied(d: Data) -> str:
    return (
        p("{applicant}不服{respondent}{act}的行政复议案件（案号：{case_no}），本机关已于{decided_on}作出{instrument}，该文书已经发生"
          "法律效力。结果为：{outcome}。", d)
        + p(f"依照{LAW}第七十九条第二款，现将上述文书抄告你单位。")
    )  # fmt: skip


def _public(d: Data) -> str:
    return (
        p("案件：{applicant_public}不服{respondent}行政行为案。文书：{instrument}（{instrument_no}）。", d)
        + paras(d["text"])
        + p("公开前已隐去个人信息、商业秘密以及其他依法不应当公开的内容。处理说明：{redactions}", d)
    )


def _none(d: Data) -> str:
    return p("{remarks}", d) if d.get("remarks") else ""


def _catalog(d: Data) -> str:
    return table(
        ["序号", "文书（材料）名称", "文号或者来源", "日期", "页次", "备注"],
        [[i, *row] for i, row in enumerate(d["entries"], 1)],
    )


_INSTRUMENT = Field("instrument", "文书名称")
_INSTRUMENT_NO = Field("instrument_no", "文书字号")
_DECIDED = Field("decided_on", "作出日期", "date")
_RECEIVED = Field("received_on", "收到申请日期", "date")
_ACCEPTED = Field("accepted_on", "受理日期", "date")
_FACTS = ("经审理查明：2026年7月20日，被申请人执法人员对申请人经营的面馆进行检查，封存面粉两袋。8月4日，被申请人以进货票据不全为由作出"
          "罚款五千元的处罚决定，同日送达。\n另查明，申请人于7月24日陈述申辩时提交了进货票据两张，处罚决定没有说明是否采纳。")  # fmt: skip
_DECIDED_SAMPLE = {
    "decided_on": date(2026, 11, 6), "instrument": "行政复议决定书", "instrument_no": "临政复决字〔2026〕12号",
}  # fmt: skip

TEMPLATES = [
    doc("decision", "行政复议决定书", "决",
        (ORGAN, ISSUED, NUMBER, CASE_NO, PARTIES, ACT, _RECEIVED, _ACCEPTED, Field("procedure", "审理程序"), CLAIMS,
         Field("claim_reasons", "申请人的理由", "long", basis="行政复议法实施条例 第27条"),
         Field("reply", "被申请人的答复（未答复的留空）", "long", required=False, basis="行政复议法 第48条、第70条"),
         Field("third_party_views", "第三人的意见", "long", required=False, basis="行政复议法 第16条"),
         Field("facts", "查明的事实", "long"), Field("evidence", "证据", "list", basis="行政复议法 第43条"),
         Field("reasoning", "理由", "long"), Field("committee", "咨询意见的采纳情况", "long", required=False, basis="行政复议法 第61条"),
         Field("norm_result", "附带审查的结果", "long", required=False, basis="行政复议法 第59条"),
         Field("articles", "适用的条款", basis="行政复议法 第63条至第72条"), Field("result", "决定主文", "list", basis="行政复议法 第63条至第72条"),
         Field("performance", "履行期限", required=False, basis="行政复议法 第66条"), FINAL, COURT),
        _decision, basis="行政复议法 第61条、第75条", short="决定书", parties=_PARTIES, procedure="普通程序", doc_no="临政复决字〔2026〕12号",
        issued_on=date(2026, 11, 6), claims=["撤销被申请人作出的行政处罚决定。"],
        claim_reasons="申请人认为，其已提供合法进货票据，处罚认定事实错误，封存程序违法。",
        reply="被申请人认为，申请人在检查当日没有出示票据，处罚事实清楚，适用法律正确，程序合法。", facts=_FACTS,
        evidence=["现场检查笔录", "进货票据", "陈述申辩笔录", "行政处罚决定书及送达回证"],
        reasoning="被申请人对申请人在陈述申辩中提出的证据没有复核，也没有说明不采纳的理由，认定的主要事实不清、证据不足。",
        articles="《中华人民共和国行政复议法》第六十四条第一款第一项",
        result=["撤销临川市市场监督管理局2026年8月4日作出的《行政处罚决定书》（临市监罚〔2026〕45号）。",
                "责令被申请人自收到本决定书之日起六十日内重新作出行政行为。"]),
    doc("rejection_decision", "驳回行政复议申请决定书", "驳",
        (ORGAN, ISSUED, NUMBER, CASE_NO, PARTIES, ACT, _RECEIVED, _ACCEPTED, CLAIMS, Field("facts", "查明的事实", "long"),
         Field("reasoning", "理由", "long", basis="行政复议法 第33条"), Field("articles", "适用的条款", basis="行政复议法 第33条"), FINAL, COURT),
        _rejection, basis="行政复议法 第33条；行政复议法实施条例 第37条", short="驳回申请决定书", parties=_PARTIES,
        claims=["责令被申请人颁发排污许可证。"], facts="申请人请求颁发的许可证由生态环境主管部门负责，被申请人没有该项职责。",
        reasoning="申请人请求履行的职责明显不属于被申请人的权限范围。", articles="《中华人民共和国行政复议法实施条例》第三十七条第一款第二项"),
    doc("termination_decision", "行政复议终止决定书", "终",
        (*LETTER, *CASE, Field("ground", "终止的情形", "long", basis="行政复议法 第41条"),
         Field("ground_article", "依据的条款", basis="行政复议法 第41条"), Field("withdrawn", "因撤回申请终止", "bool", required=False)),
        _termination, basis="行政复议法 第41条、第74条", short="终止决定书", ground="申请人与被申请人达成和解，自愿撤回申请，本机关准予撤回。",
        ground_article="第四十一条第一项", withdrawn=True),
    doc("mediation_agreement", "行政复议调解书", "调",
        (ORGAN, ISSUED, NUMBER, CASE_NO, PARTIES, ACT, _ACCEPTED, Field("claims", "行政复议请求", "list", basis="行政复议法 第73条"),
         Field("facts", "事实和理由", "long", basis="行政复议法 第73条"), Field("terms", "调解结果", "list", basis="行政复议法 第73条"),
         Field("signers", "签署人", "list", basis="行政复议法 第73条第1款")),
        _mediation, basis="行政复议法 第73条", short="调解书", parties=_PARTIES, claims=["撤销被申请人作出的行政处罚决定。"], facts=_FACTS,
        terms=["被申请人自本调解书生效之日起十日内，将罚款数额变更为一千元。", "申请人认可变更后的处罚，不再就同一行为提出其他请求。"],
        signers=["申请人", "被申请人"]),
    doc("opinion_letter", "行政复议意见书", "意",
        (*LETTER, *CASE, Field("problem", "发现的问题", "long", basis="行政复议法 第76条"), Field("basis_text", "依据"),
         Field("measures", "纠正意见", "list", basis="行政复议法 第76条"), CONTACT),
        _opinion, basis="行政复议法 第76条", short="意见书", addressee="临川市市场监督管理局",
        problem="执法人员封存物品没有当场交付清单，对陈述申辩中提出的证据没有复核记录。", basis_text="《中华人民共和国行政处罚法》第四十五条",
        measures=["对同类案件的封存程序进行自查，纠正不规范做法。", "建立陈述申辩的复核记录制度。"]),
    doc("proposal_letter", "行政复议建议书", "建",
        (ORGAN, ISSUED, NUMBER, ADDRESSEE, Field("problem", "普遍性问题", "long", basis="行政复议法实施条例 第69条"),
         Field("measures", "建议", "list", basis="行政复议法实施条例 第69条"), CONTACT),
        _proposal, basis="行政复议法实施条例 第69条", short="建议书", addressee="东岭省市场监督管理局",
        problem="多起案件反映，小微餐饮单位的票据留存要求表述不一，各地执行尺度不同。",
        measures=["统一票据留存的具体要求，并向经营者公布。", "制定首次轻微违法不予处罚的清单。"]),
    doc("performance_order", "责令履行通知书", "责",
        (*LETTER, _DECIDED, _INSTRUMENT, _INSTRUMENT_NO, Field("duty", "应当履行的内容"), Field("due_on", "原履行期限", "date"),
         Field("limit_on", "责令的期限", "date", basis="行政复议法 第77条第2款"), CONTACT),
        _order, basis="行政复议法 第77条、第83条", addressee="临川市市场监督管理局", issued_on=date(2027, 1, 20),
        duty="自收到决定书之日起六十日内重新作出行政行为", due_on=date(2027, 1, 8), limit_on=date(2027, 2, 5), **_DECIDED_SAMPLE),
    doc("copy_letter", "行政复议文书抄告函", "抄",
        (*LETTER, *CASE, _DECIDED, _INSTRUMENT, Field("outcome", "结果"), Field("attachments", "附件", "list", basis="行政复议法 第79条第2款")),
        _copied, basis="行政复议法 第79条第2款", short="抄告函", addressee="东岭省市场监督管理局", outcome="撤销行政处罚决定，责令重新作出行政行为",
        attachments=["行政复议决定书1份"], **_DECIDED_SAMPLE),
    doc("public_text", "行政复议决定书（公开文本）", "",
        (ORGAN, ISSUED, RESPONDENT, _INSTRUMENT, _INSTRUMENT_NO, Field("applicant_public", "申请人（隐去姓名）"),
         Field("text", "公开的正文", "long", basis="行政复议法 第79条第1款"), Field("redactions", "处理说明", "long"),
         Field("approved_by", "审核人")),
        _public, basis="行政复议法 第79条第1款", short="公开文本", layout="record", sealed=False, applicant_public="陈某",
        text=_FACTS, redactions="隐去自然人姓名、住址、联系方式。", approved_by="邵文清", **_DECIDED_SAMPLE),
    doc("service_receipt", "送达回证", "",
        (ORGAN, ISSUED, CASE_NO, Field("documents", "送达的文书和字号", "list", basis="民事诉讼法 第87条"), Field("recipient", "受送达人"),
         Field("address", "送达地址"), Field("method", "送达方式", basis="民事诉讼法 第88条至第95条"), Field("served_by", "送达人", "list"),
         Field("served_at", "送达时间", "datetime", required=False), Field("receiver", "签收人和与受送达人的关系", required=False),
         Field("remarks", "备注（拒收、留置、见证、转交等情况）", "long", required=False)),
        _none, basis="行政复议法 第88条；民事诉讼法 第87条至第95条", layout="form", sealed=False,
        documents=["行政复议决定书（临政复决字〔2026〕12号）1份"], recipient="陈晓岚", address="临川市青石街道望江路18号", method="直接送达",
        served_by=["沈明远", "俞晓"], remarks="受送达人本人签收。"),
    doc("closing_form", "行政复议案件结案审批表", "",
        (ORGAN, ISSUED, *CASE, Field("third_party", "第三人", required=False), _RECEIVED, _ACCEPTED, Field("closed_on", "结案日期", "date"),
         Field("procedure", "审理程序"), Field("closing_type", "结案方式"), Field("outcome", "审理结果", "long"),
         Field("proposal", "承办人意见", "long"), Field("office_opinion", "行政复议机构负责人意见", "long", required=False),
         Field("organ_opinion", "行政复议机关负责人意见", "long", required=False, basis="行政复议法 第61条"), Field("handlers", "承办人", "list")),
        _none, basis="行政复议法 第61条", short="结案审批表", layout="form", sealed=False, closed_on=date(2026, 11, 20), procedure="普通程序",
        closing_type="撤销", outcome="撤销行政处罚决定，责令被申请人重新作出行政行为。", proposal="文书已全部送达，案卷材料齐全，建议结案归档。",
        handlers=["沈明远", "贺清"]),
    doc("file_catalog", "行政复议案卷目录", "",
        (ORGAN, ISSUED, CASE_NO, APPLICANT, RESPONDENT, Field("entries", "卷内材料（名称、文号、日期、页次、备注）", "table"),
         Field("compiled_by", "立卷人"), Field("closed_on", "结案日期", "date")),
        _catalog, basis="实务", short="案卷目录", layout="form", sealed=False, compiled_by="俞晓", closed_on=date(2026, 11, 20),
        entries=[["行政复议申请书", "申请人", "2026-09-07", "1-3", ""], ["行政复议受理通知书", "临政复受字〔2026〕12号", "2026-09-14", "4-5", ""],
                 ["行政复议答复书", "被申请人", "2026-10-09", "6-13", ""], ["听取意见笔录", "", "2026-09-28", "14-16", ""],
                 ["行政复议决定书", "临政复决字〔2026〕12号", "2026-11-06", "17-22", "正本"], ["送达回证", "", "2026-11-09", "23-24", ""]]),
]  # fmt: skip
