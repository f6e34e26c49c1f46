"""Documents of the review itself: reply, views, hearing, time, stay, collateral review."""

from __future__ import annotations

from datetime import date

from xiezhi.kernel.documents.templates import Data, Field

from .document_parts import (
    ACT,
    APPLICANT,
    CASE,
    CASE_NO,
    CONTACT,
    ISSUED,
    LAW,
    LETTER,
    ORGAN,
    REGULATION,
    contact_line,
    doc,
    h,
    hereby,
    items,
    opening,
    p,
    paras,
    show,
)

HELD = Field("held_at", "时间", "datetime")
PLACE = Field("place", "地点")
OFFICERS = Field("officers", "行政复议人员", "list", basis="行政复议法实施条例 第39条")
CLERK = Field("clerk", "记录人")
PRESENT = Field("present", "到场人员（姓名、身份）", "list")
CONTENT = Field("content", "记录内容", "long")
ARTICLE = Field("ground_article", "依据的条款", basis="行政复议法 第39条")
GROUND = Field("ground", "事由", "long")
NORM = Field("norm", "规范性文件名称和文号", basis="行政复议法 第13条")
CLAUSES = Field("clauses", "请求审查的条款", basis="行政复议法 第58条")


def _reply(d: Data) -> str:
    days = "五个" if d["procedure"] == "简易程序" else "十个"
    article = "第五十四条" if d["procedure"] == "简易程序" else "第四十八条"
    return (
        p("{applicant}不服你单位{act}申请行政复议，本机关已于{accepted_on}受理，案号为{case_no}，适用{procedure}。现将行政复议申请书"
          "副本（申请笔录复印件）发送你单位。", d)
        + p(f"依照{LAW}{article}，请你单位自收到之日起{days}工作日内提出书面答复，并提交下列材料：")
        + items([
            "行政复议答复书，针对每项请求说明行政行为合法、适当的事实和理由（行政复议法实施条例第四十一条）。",
            "作出行政行为的证据和证据目录，依据的法律、法规、规章和规范性文件。",
            "法定代表人或者负责人身份证明，授权委托书；应当指定一至二名本单位工作人员为代理人，不得仅委托律师（行政复议法实施条例第十八条）。",
        ])
        + p(f"无正当理由不按期提出书面答复、提交证据、依据和其他有关材料的，依照{LAW}第七十条，视为该行政行为没有证据、依据。"
            "行政复议期间，不得自行向申请人和其他有关单位、个人收集证据（第四十六条）。")
        + contact_line(d)
    )  # fmt: skip


def _third_party(d: Data) -> str:
    return (
        opening(d)
        + p("经审查，你（单位）与本案有下列利害关系：{interest}", d)
        + p(f"依照{LAW}第十六条，现通知你（单位）作为第三人参加行政复议。请在案件审理期间及时提交书面意见、"
            "证据和身份证明文件。第三人不参加行政复议，不影响案件审理。")
        + p(f"你（单位）可以依照{LAW}第十七条委托一至二名代理人，依照第四十七条查阅、复制有关材料。")
        + contact_line(d)
    )  # fmt: skip


def _views(d: Data) -> str:
    text = p("行政复议人员说明身份，告知听取意见的目的和当事人的权利义务。", d) + h("意见内容") + paras(d["content"])
    text += h("调解意愿") + p("{mediation_wish}", d)
    return text + p("以上记录经当事人核对（通过电话、互联网听取的，已宣读或者显示）无误。")


def _hearing_notice(d: Data) -> str:
    return (
        opening(d)
        + p("依照" + LAW + "第五十条、第五十一条，本机关定于{held_at}在{place}举行听证。现将有关事项通知如下：", d)
        + h("一、拟听证事项") + paras(d["topics"])
        + h("二、听证人员")
        + p("主持人：{chair}；听证员：{officers}；记录员：{clerk}。", d)
        + h("三、注意事项")
        + items([
            "申请人没有正当理由拒不参加听证的，视为放弃听证权利。",
            "被申请人的负责人应当参加；不能参加的，应当说明理由并委托相应的工作人员参加。",
            "请携带身份证明；委托代理人参加的，提交授权委托书。需要证人到场的，请提前告知。",
        ])
        + contact_line(d)
    )  # fmt: skip


def _hearing_record(d: Data) -> str:
    head = (
        "被申请人负责人到场。"
        if d["respondent_head_present"]
        else f"被申请人负责人未到场，说明的理由：{show(d.get('absence_reason'))}"
    )
    return (
        p("主持人核对参加人身份，宣布听证事项和纪律，告知权利义务，询问是否申请回避。")
        + p("{head}", head=head)
        + h("听证事项") + paras(d["topics"]) + h("陈述、举证、质证和辩论") + paras(d["content"])
        + p("主持人宣布听证结束。笔录交参加人核对，确认无误后签名或者盖章；拒绝签名的，由主持人记明情况。")
    )  # fmt: skip


def _suspension(d: Data) -> str:
    return (
        opening(d)
        + p("审理期间，出现下列情形：{ground}", d)
        + p("依照" + LAW + "{ground_article}，本机关决定自{effective_on}起中止本案的审理。", d)
        + p("中止期间不计入审理期限。中止的原因消除后，本机关将及时恢复审理并书面通知。")
        + hereby()
    )


def _resumption(d: Data) -> str:
    return (
        opening(d)
        + p("本案自{suspended_on}起中止审理。现中止的原因已经消除：{ground}", d)
        + p("依照" + LAW + "第三十九条，本机关决定自{effective_on}起恢复审理。审理期限继续计算，至{due_on}届满。", d)
        + hereby()
    )


def _extension(d: Data) -> str:
    return (
        opening(d)
        + p("本案于{accepted_on}受理，适用普通程序。因{ground}，不能在六十日内作出行政复议决定。", d)
        + p("依照" + LAW + "第六十二条第一款，经行政复议机构负责人批准，审理期限延长{days}日，至{due_on}届满。", d)
        + hereby()
    )


def _conversion(d: Data) -> str:
    return (
        opening(d)
        + p("本案于{accepted_on}受理，适用简易程序。审理中发现：{ground}，不宜继续适用简易程序。", d)
        + p("依照" + LAW + "第五十五条，经行政复议机构负责人批准，自{effective_on}起转为普通程序审理。审理期限为六十日，"
            "自受理之日起计算，至{due_on}届满。", d)
        + p("本机关将依照普通程序听取你（单位）的意见。")
        + contact_line(d)
    )  # fmt: skip


def _stay(d: Data) -> str:
    return (
        opening(d)
        + p("经审查：{ground}", d)
        + p("依照" + LAW + "第四十二条{ground_item}，本机关决定：自{effective_on}起停止执行{respondent}{act}。", d)
        + p("停止执行的期限至行政复议决定生效之日止；停止执行的情形消失的，本机关将另行决定并通知。")
    )


def _norm_reply(d: Data) -> str:
    return (
        opening(d)
        + p("本案需要一并审查你单位制定的{norm}，涉及的条款为：{clauses}。本机关已于{suspended_on}中止审理。", d)
        + p(f"依照{LAW}第五十八条，请你单位自收到本通知书之日起十个工作日内，就相关条款的合法性提出书面答复，并提交制定的"
            "依据和有关材料。本机关认为必要时，可以要求你单位当面说明理由。")
        + contact_line(d)
    )  # fmt: skip


def _transfer(d: Data) -> str:
    return (
        p("本机关办理{applicant}不服{respondent}{act}的行政复议案件（案号：{case_no}），需要对{norm}进行审查，涉及的条款为：{clauses}。", d)
        + p("本机关无权处理该文件（依据）。依照" + LAW + "{ground_article}，现转送你机关依法处理，并请依照第六十条自收到转送之日起"
            "六十日内将处理意见回复本机关。", d)
        + p("本案已自{suspended_on}起中止审理。", d)
        + contact_line(d)
    )  # fmt: skip


def _norm_opinion(d: Data) -> str:
    ruling = {
        "合法": "相关条款合法，本机关将在行政复议决定书中一并告知。",
        "超越权限": "相关条款超越权限，决定停止该条款的执行，并责令制定机关予以纠正。",
        "违反上位法": "相关条款违反上位法，决定停止该条款的执行，并责令制定机关予以纠正。",
    }
    return (
        opening(d)
        + p("申请人请求（本机关认为需要）一并审查{norm}，涉及的条款为：{clauses}。本案自{suspended_on}起中止审理。", d)
        + h("一、制定机关的答复") + paras(d["issuer_reply"])
        + h("二、审查情况") + paras(d["reasons"])
        + h("三、处理意见")
        + p("依照{law}第五十九条，{ruling}", law=LAW, ruling=ruling.get(str(d["conclusion"]), f"{show(d['conclusion'])}。"))
    )  # fmt: skip


def _reading(d: Data) -> str:
    return (
        p(f"依照{LAW}第四十七条和{REGULATION}第四十九条，下列人员查阅、复制本案材料。")
        + h("查阅、复制的材料") + items(d["materials"])
        + h("未予提供的材料和理由") + paras(d.get("withheld") or "无。")
    )  # fmt: skip


_SUSPENDED = Field("suspended_on", "中止日期", "date", basis="行政复议法实施条例 第53条第2款")
_EFFECTIVE = Field("effective_on", "起算日期", "date")
_DUE = Field("due_on", "审理期限届满日", "date")
_ACCEPTED = Field("accepted_on", "受理日期", "date")
_NORM_SAMPLE = {
    "norm": "《临川市餐饮服务场所分级管理办法》（临市监规〔2024〕3号）",
    "clauses": "第七条第二款",
    "suspended_on": date(2026, 9, 16),
}
_HEARING = {
    "held_at": "2026-10-12T09:30:00+08:00",
    "place": "临川市司法局第二听证室",
    "officers": ["贺清", "沈明远"],
    "clerk": "俞晓",
    "topics": "一是行政处罚认定的事实是否清楚；二是封存物品的程序是否合法。",
}

TEMPLATES = [
    doc("reply_notice", "行政复议答复通知书", "答",
        (*LETTER, CASE_NO, APPLICANT, ACT, _ACCEPTED, Field("procedure", "审理程序", basis="行政复议法 第48条、第54条"), CONTACT,
         Field("attachments", "附件", "list", required=False, basis="行政复议法 第48条")),
        _reply, basis="行政复议法 第48条、第54条、第70条", short="答复通知书", addressee="临川市市场监督管理局",
        procedure="普通程序", attachments=["行政复议申请书副本1份", "申请人提交的证据材料复印件1套"]),
    doc("third_party_notice", "第三人参加行政复议通知书", "参",
        (*LETTER, *CASE, Field("interest", "利害关系", "long", basis="行政复议法 第16条"), CONTACT),
        _third_party, basis="行政复议法 第16条", short="第三人参加通知书", addressee="临川市青石街道惠民粮油店",
        interest="被封存的面粉由你店销售，案件处理结果可能影响你店的权利义务。"),
    doc("views_record", "听取意见笔录", "",
        (ORGAN, ISSUED, *CASE, HELD, PLACE, Field("method", "方式", basis="行政复议法 第49条"),
         Field("person", "被听取意见人", basis="行政复议法 第49条"), OFFICERS, CLERK, CONTENT, Field("mediation_wish", "调解意愿", "long")),
        _views, basis="行政复议法 第49条", layout="record", sealed=False, held_at="2026-09-28T14:00:00+08:00",
        place="临川市司法局", method="当面", person="陈晓岚（申请人）", officers=["沈明远", "贺清"], clerk="俞晓",
        content="问：请说明你的主要意见。\n答：检查当天我已经出示进货票据，处罚决定没有写明为什么不采纳。\n问：是否还有补充证据？\n答：有，"
        "我会提交票据原件供核对。", mediation_wish="愿意在查清事实的基础上接受调解。"),
    doc("hearing_notice", "行政复议听证通知书", "听",
        (*LETTER, *CASE, HELD, PLACE, Field("topics", "拟听证事项", "long", basis="行政复议法 第51条第1款"),
         Field("chair", "主持人", basis="行政复议法 第50条第3款"), OFFICERS, CLERK, CONTACT),
        _hearing_notice, basis="行政复议法 第50条、第51条", short="听证通知书", chair="邵文清", **_HEARING),
    doc("hearing_record", "行政复议听证笔录", "",
        (ORGAN, ISSUED, *CASE, HELD, PLACE, Field("chair", "主持人", basis="行政复议法 第50条第3款"), OFFICERS, CLERK, PRESENT,
         Field("respondent_head_present", "被申请人负责人到场", "bool", basis="行政复议法 第51条第3款"),
         Field("absence_reason", "未到场的理由", basis="行政复议法 第51条第3款", when=lambda d: d.get("respondent_head_present") is False),
         Field("topics", "听证事项", "long"), CONTENT),
        _hearing_record, basis="行政复议法 第50条、第51条", short="听证笔录", layout="record", sealed=False, chair="邵文清",
        present=["申请人陈晓岚", "被申请人副局长方志远", "被申请人工作人员韩雨"], respondent_head_present=True,
        content="申请人：检查人员没有当场交付清单。\n被申请人：执法记录显示清单已经送达，提交录像一份。\n申请人：录像中交付的是检查通知，"
        "不是清单。\n主持人：请被申请人在三个工作日内说明。", **_HEARING),
    doc("suspension_notice", "行政复议中止通知书", "中",
        (*LETTER, *CASE, GROUND, ARTICLE, _EFFECTIVE), _suspension, basis="行政复议法 第39条", short="中止通知书",
        ground="本案的处理需要以另一件尚未审结的行政案件的结果为依据。", ground_article="第三十九条第一款第八项", effective_on=date(2026, 10, 9)),
    doc("resumption_notice", "行政复议恢复审理通知书", "恢",
        (*LETTER, *CASE, _SUSPENDED, GROUND, _EFFECTIVE, _DUE), _resumption, basis="行政复议法 第39条", short="恢复审理通知书",
        suspended_on=date(2026, 10, 9), ground="所依据的案件已经审结。", effective_on=date(2026, 10, 30), due_on=date(2026, 12, 4)),
    doc("extension_notice", "行政复议延期通知书", "延",
        (*LETTER, *CASE, _ACCEPTED, GROUND, Field("days", "延长日数", "int", basis="行政复议法 第62条第1款"), _DUE),
        _extension, basis="行政复议法 第62条第1款", short="延期通知书", ground="需要核对的证据较多，案件情况复杂", days=30,
        due_on=date(2026, 12, 14)),
    doc("conversion_notice", "行政复议程序转换告知书", "普",
        (*LETTER, *CASE, _ACCEPTED, GROUND, _EFFECTIVE, _DUE, CONTACT), _conversion, basis="行政复议法 第55条",
        short="普通程序转换告知书", ground="双方对主要事实争议较大", effective_on=date(2026, 9, 30), due_on=date(2026, 11, 13)),
    doc("stay_decision", "停止执行行政行为决定书", "停",
        (*LETTER, *CASE, GROUND, Field("ground_item", "适用的项", basis="行政复议法 第42条"), _EFFECTIVE),
        _stay, basis="行政复议法 第42条", short="停止执行决定书", addressee="临川市市场监督管理局",
        ground="申请人请求停止执行。处罚决定一旦执行，其经营场所将难以恢复，而暂不执行不损害公共利益，其请求合理。", ground_item="第三项",
        effective_on=date(2026, 9, 21)),
    doc("norm_reply_notice", "规范性文件审查书面答复通知书", "规答",
        (*LETTER, *CASE, NORM, CLAUSES, _SUSPENDED, CONTACT), _norm_reply, basis="行政复议法 第58条",
        short="规范性文件答复通知书", addressee="临川市市场监督管理局", **_NORM_SAMPLE),
    doc("transfer_letter", "规范性文件（依据）转送函", "转",
        (*LETTER, *CASE, NORM, CLAUSES, Field("ground_article", "依据的条款", basis="行政复议法 第56条、第57条"), _SUSPENDED, CONTACT),
        _transfer, basis="行政复议法 第56条、第57条、第60条", short="转送函", addressee="东岭省市场监督管理局",
        ground_article="第五十六条", **_NORM_SAMPLE),
    doc("norm_opinion", "规范性文件审查处理意见书", "规",
        (*LETTER, *CASE, NORM, CLAUSES, _SUSPENDED, Field("issuer_reply", "制定机关的答复", "long", basis="行政复议法 第58条"),
         Field("reasons", "审查情况和理由", "long"), Field("conclusion", "结论", basis="行政复议法 第59条")),
        _norm_opinion, basis="行政复议法 第56条至第59条", short="规范性文件处理意见", addressee="临川市市场监督管理局",
        issuer_reply="制定机关答复称，该条款是对省级办法的细化。", reasons="该条款增设了上位法没有规定的停业整顿条件，减损了经营者的权利。",
        conclusion="违反上位法", **_NORM_SAMPLE),
    doc("reading_record", "查阅、复制案件材料记录", "",
        (ORGAN, ISSUED, *CASE, HELD, PLACE, Field("person", "查阅人", basis="行政复议法 第47条"), Field("identity", "身份和证件"),
         OFFICERS, Field("materials", "查阅、复制的材料", "list"), Field("withheld", "未予提供的材料和理由", "long", required=False,
         basis="行政复议法 第47条")),
        _reading, basis="行政复议法 第47条；行政复议法实施条例 第49条", short="查阅记录", layout="record", sealed=False,
        held_at="2026-10-09T10:00:00+08:00", place="临川市司法局阅卷室", person="林岚", identity="申请人委托代理人，律师执业证",
        officers=["沈明远"], materials=["行政复议答复书（8页），复制", "现场检查笔录（3页），复制", "执法录像，当场观看"],
        withheld="举报人身份信息，涉及个人隐私。"),
]  # fmt: skip
