"""Documents of appointment, service, closing, termination and objection."""

from __future__ import annotations

from datetime import date

from xiezhi.kernel.documents.templates import Data, Field

from .document_parts import (
    CASE_NO,
    CONTACT,
    ISSUED,
    LAW,
    LETTER,
    MATTER,
    NUMBER,
    ORGAN,
    RECIPIENT,
    contact_line,
    doc,
    h,
    items,
    nothing,
    p,
    paras,
)

PROVIDER = Field("provider", "法律援助人员", basis="法律援助法 第12条")
FIRM = Field("provider_firm", "所在机构", required=False, basis="法律援助法 第16条")
KIND = Field("provider_kind", "人员类别", required=False, basis="法律援助法 第12条")
BUREAU = Field("bureau", "设立法律援助机构的司法行政部门", basis="法律援助法 第49条")


def _appointment(d: Data) -> str:
    text = p("现指派你担任受援人{recipient}的{capacity}，事项为{matter}（编号：{case_no}）。", d)
    if d.get("grave"):
        text += p(f"本案依照{LAW}第二十六条，由具有三年以上相关执业经历的律师承办。")
    text += h("承办要求") + items([
        "自收到本通知之日起{meet_days}日内会见受援人，签订委托协议。".format(meet_days=d.get("meet_days") or 5),
        "按照规定向受援人通报办理情况；开庭时间确定后及时告知本机构。",
        "不得收取受援人任何财物，不得无正当理由拒绝、拖延或者终止服务，保守秘密和个人隐私。",
        "发现依法应当终止法律援助的情形，及时向本机构报告。",
        "办理结束后及时报告，提交法律文书副本、办理情况报告等结案材料。",
    ])  # fmt: skip
    if d.get("in_custody"):
        text += p("受援人在押，请尽快会见。")
    if d.get("hidden_address"):
        text += p("受援人的地址和联系方式不得向对方当事人透露。")
    return text + contact_line(d)


def _letter(d: Data) -> str:
    number = "（你单位案号：{case_organ_no}）" if d.get("case_organ_no") else ""
    if d.get("ended"):
        return p("{recipient}{matter}一案" + number + "，本机构已依法决定终止法律援助。特此函告。", d) + contact_line(d)
    text = p(
        "{recipient}{matter}一案"
        + number
        + "，本机构依照"
        + LAW
        + "的规定，已指派{provider_firm}{provider}（{provider_kind}）担任{capacity}。",
        d,
    )
    text += p("请依法为其会见、阅卷、调查取证等提供便利，并对其复制相关材料的费用予以免收或者减收。")
    return text + p("特此函告。") + contact_line(d)


def _agreement(d: Data) -> str:
    return (
        p("受援人{recipient}因{matter}，经{organ}决定给予法律援助（编号：{case_no}），由{provider_firm}{provider}承办。双方约定如下：", d)
        + items([
            f"代理（辩护）事项和阶段：{d.get('stage') or '本案本阶段'}。",
            f"代理权限：{d.get('powers') or '一般代理'}。",
            "承办人员依法履行职责，通报办理情况，保守秘密和个人隐私，不收取任何财物。",
            "受援人如实陈述，及时提供证据，配合办理；经济状况或者案件情况变化的，及时告知。",
            "受援人认为承办人员未依法履行职责的，可以请求法律援助机构更换，并向司法行政部门投诉。",
            "依法终止法律援助的，本协议终止。",
        ])
        + p("本协议一式三份，受援人、承办人员和法律援助机构各执一份。")
    )  # fmt: skip


def _change(d: Data) -> str:
    return (
        p(
            "受援人{recipient}的法律援助事项（{matter}，编号：{case_no}），原由{former}承办。因{reason}，本机构决定更换法律援助人员。",
            d,
        )
        + p("原承办人员请在三日内办理交接，移交案卷材料；本机构将另行指派并通知受援人和办案机关。")
        + contact_line(d)
    )


def _termination(d: Data) -> str:
    text = p("本机构为你提供的法律援助（事项：{matter}，编号：{case_no}），现查明有下列情形：{ground}。", d) + paras(
        d["reasons"]
    )
    text += p(f"依照{LAW}第四十八条第一款第{{ground_item}}项，本机构决定终止法律援助。", d)
    return text + p(f"如有异议，可以依照{LAW}第四十九条向{{bureau}}提出。", d) + contact_line(d)


def _objection(d: Data) -> str:
    text = p("{applicant}对{agency}{decision}的决定有异议，于{received_on}向本机关提出。", d)
    text += h("异议的理由") + paras(d["objection"]) + h("审查意见") + paras(d["reasons"])
    if d.get("corrected"):
        text += p(f"依照{LAW}第四十九条第二款，本机关责令{{agency}}改正，依法办理该法律援助事项。", d)
    else:
        text += p(f"依照{LAW}第四十九条第二款，本机关决定维持{{agency}}的决定。", d)
        text += p(f"不服本决定的，可以依照{LAW}第四十九条第三款，自收到本决定书之日起六十日内向{{government}}申请行政复议，"
                  "或者依法向人民法院提起行政诉讼。", d)  # fmt: skip
    return text


_CAPACITY = Field("capacity", "身份（辩护人、代理人等）", basis="法律援助法 第22条")

TEMPLATES = [
    doc("appointment_notice", "法律援助指派通知书", "派",
        (*LETTER, CASE_NO, RECIPIENT, MATTER, PROVIDER, FIRM, KIND, _CAPACITY, Field("meet_days", "会见和签约的期限（日）", "int", required=False),
         Field("grave", "可能判处无期徒刑、死刑或者死刑复核", "bool", required=False, basis="法律援助法 第26条"),
         Field("in_custody", "受援人在押", "bool", required=False), Field("hidden_address", "地址保密", "bool", required=False), CONTACT),
        _appointment, basis="法律援助法 第43条第1款、第36条", addressee="东岭明衡律师事务所 顾言蹊律师", capacity="代理人", meet_days=5, hidden_address=True),
    doc("organ_letter", "法律援助公函", "函",
        (*LETTER, CASE_NO, RECIPIENT, MATTER, Field("case_organ_no", "办案机关的案号", required=False), Field("ended", "援助已经终止", "bool", required=False), PROVIDER, FIRM, KIND, _CAPACITY, CONTACT),
        _letter, basis="法律援助法 第36条", addressee="临川市人民检察院", recipient="高小舟", matter="涉嫌盗窃", case_organ_no="临检刑诉〔2026〕31号", capacity="辩护人"),
    doc("agreement", "法律援助委托协议", "",
        (ORGAN, ISSUED, CASE_NO, RECIPIENT, MATTER, PROVIDER, FIRM, Field("stage", "事项和阶段", required=False), Field("powers", "权限", required=False)),
        _agreement, basis="法律援助法 第46条、第47条", layout="record", sealed=False, stage="劳动仲裁阶段", powers="一般代理"),
    doc("change_notice", "更换法律援助人员通知书", "换",
        (*LETTER, CASE_NO, RECIPIENT, MATTER, Field("former", "原承办人员"), Field("reason", "更换的理由", basis="法律援助法 第55条"), CONTACT),
        _change, basis="法律援助法 第55条", former="顾言蹊", reason="患病不能继续承办"),
    doc("termination_decision", "终止法律援助决定书", "终",
        (*LETTER, CASE_NO, MATTER, Field("ground", "终止的情形", basis="法律援助法 第48条第1款"), Field("ground_item", "所依的项"),
         Field("reasons", "认定的事实和理由", "long", basis="法律援助法 第48条"), BUREAU, CONTACT),
        _termination, basis="法律援助法 第48条", ground="案件终止审理或者已经被撤销", ground_item="五", reasons="仲裁委员会已经准许撤回仲裁申请，案件终结。"),
    doc("objection_decision", "法律援助异议审查决定书", "异",
        (ORGAN, ISSUED, NUMBER, Field("applicant", "异议人", basis="法律援助法 第49条第1款"), Field("agency", "法律援助机构"), Field("decision", "有异议的决定"),
         Field("received_on", "收到异议日期", "date", basis="法律援助法 第49条第2款"), Field("objection", "异议的理由", "long"),
         Field("reasons", "审查意见", "long", basis="法律援助法 第49条第2款"), Field("corrected", "责令改正", "bool", required=False),
         Field("government", "行政复议机关", when=lambda d: not d.get("corrected"), basis="行政复议法 第24条")),
        _objection, basis="法律援助法 第49条", organ="临川市司法局", agency="临川市法律援助中心", decision="不予法律援助", received_on=date(2026, 6, 15),
        issued_on=date(2026, 6, 22), objection="申请人是请求支付劳动报酬的进城务工人员，不应核查经济状况。", reasons="申请人属于免予核查经济困难状况的人员，原决定适用法律不当。", corrected=True),
    doc("closing_form", "法律援助结案审批表", "",
        (ORGAN, ISSUED, CASE_NO, RECIPIENT, MATTER, Field("kind", "案件类别"), PROVIDER, FIRM, Field("appointed_on", "指派日期", required=False),
         Field("met_on", "会见日期", required=False), Field("contract_on", "签约日期", required=False), Field("ended_on", "办结日期", required=False),
         Field("case_organ", "办案机关", required=False), Field("result_paper", "法律文书", required=False, basis="法律援助法 第50条"), Field("outcome", "办理结果"),
         Field("recovered", "挽回损失（元）", required=False), Field("report", "办理情况报告", "long", basis="法律援助法 第50条"),
         Field("checklist", "卷内材料核对", required=False), Field("opinion", "审查意见", "long", required=False),
         Field("head_opinion", "机构负责人意见", "long", required=False)),
        nothing, basis="法律援助法 第50条", layout="form", sealed=False, kind="劳动争议调解、仲裁", appointed_on="2026年5月9日", met_on="2026年5月11日", contract_on="2026年5月11日",
        ended_on="2026年8月3日", case_organ="临川市劳动人事争议仲裁委员会", result_paper="仲裁裁决书（副本在卷）", outcome="请求全部得到支持", recovered="23600.00",
        report="申请仲裁后组织调解未成，经开庭审理，裁决支持全部请求，款项已经支付。"),
    doc("follow_up_form", "法律援助回访表", "",
        (ORGAN, ISSUED, CASE_NO, RECIPIENT, MATTER, PROVIDER, FIRM, Field("method", "回访方式", basis="法律援助法 第59条"), Field("satisfaction", "满意度（1至5）"),
         Field("met", "是否会见并通报情况", required=False), Field("money_asked", "是否收取财物", basis="法律援助法 第20条"), Field("account", "受援人的意见", "long", required=False),
         Field("visited_by", "回访人")),
        nothing, basis="法律援助法 第59条", layout="form", sealed=False, method="电话", satisfaction="5", met="是", money_asked="否", account="服务认真负责，及时告知进展。", visited_by="温晓月"),
    doc("subsidy_form", "法律援助补贴审批表", "",
        (ORGAN, ISSUED, CASE_NO, RECIPIENT, MATTER, PROVIDER, FIRM, Field("kind", "案件类别"), Field("items", "补贴的组成", required=False), Field("amount", "补贴金额（元）", basis="法律援助法 第52条"),
         Field("standard_no", "补贴标准", required=False, basis="法律援助法 第52条第2款"), Field("tax", "税收", basis="法律援助法 第52条第3款"), Field("accepted_on", "结案材料审查合格日期", required=False),
         Field("quality", "质量评分", required=False), Field("opinion", "承办人意见", "long", required=False), Field("head_opinion", "机构负责人意见", "long", required=False)),
        nothing, basis="法律援助法 第52条", layout="form", sealed=False, kind="劳动争议调解、仲裁", items="民事、行政案件 1800.00元", amount="1800.00", standard_no="东司援〔2025〕3号", tax="免征增值税和个人所得税",
        accepted_on="2026年8月12日", quality="88"),
]  # fmt: skip
