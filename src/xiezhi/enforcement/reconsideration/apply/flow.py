"""申请行政复议, one question a page: what is asked, when, and how the answers become an application."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from xiezhi.enforcement.reconsideration.apply import clock as timing
from xiezhi.enforcement.reconsideration.apply import organ as organs
from xiezhi.enforcement.reconsideration.apply.common import CODE, LAW, RULES, day, not_future, options
from xiezhi.enforcement.reconsideration.apply.who import WHO, applicants, many, representatives
from xiezhi.kernel.access.models import Account
from xiezhi.kernel.procedures.declare import Field, Kind
from xiezhi.kernel.procedures.forms import Problem
from xiezhi.ui.drafts import Opened
from xiezhi.ui.flow import Answers, Flow, Section, Step

__all__ = ["FLOW"]

# the act


def _matter_fields(answers: Answers) -> Sequence[Field]:
    return (
        Field(
            "matter_code",
            "您不服的是哪一类事情？",
            Kind.CHOICE,
            required=True,
            choices=options("matter_code"),
            basis=f"{LAW} 第11条",
        ),
    )


def _inaction(answers: Answers) -> bool:
    return bool(answers("what") == "INACTION")


def _decision(answers: Answers) -> bool:
    return not _inaction(answers)


def _act_fields(answers: Answers) -> Sequence[Field]:
    return (
        Field(
            "act_type",
            "文书或者行为的名称",
            required=True,
            help="例如：行政处罚决定书、查封决定、不予许可决定。没有文书的，写做了什么",
            max_length=100,
        ),
        Field("doc_no", "文号", help="在文书标题下面，例如 禾市监处罚〔2026〕118号。没有的不填", max_length=100),
        Field("made_on", "作出的日期", Kind.DATE, required=True, help="文书落款的日期，例如 2026年9月18日"),
        Field(
            "amount", "涉及的金额（元）", Kind.MONEY, help="罚款、没收、补偿等的数额。没有的不填", basis=f"{LAW} 第53条"
        ),
    )


def _served_on_field(answers: Answers) -> Sequence[Field]:
    how = answers("service_method")
    if how == "PUBLIC_NOTICE":
        return (
            Field("notice_on", "公告是哪一天发布的？", Kind.DATE, required=True),
            Field(
                "notice_days",
                "公告写的期限（日）",
                Kind.INT,
                help="公告里写“公告之日起多少日视为送达”。不清楚的不填，按30日算",
            ),
        )
    if how == "NOT_SERVED":
        return (
            Field(
                "content_known_on",
                "您是哪一天知道这个决定的内容的？",
                Kind.DATE,
                required=True,
                help="没有送达的，从您知道内容那天算起",
            ),
        )
    words = {"POST": "您是哪一天签收邮件的？", "ELECTRONIC": "电子文书是哪一天到达的？"}
    return (
        Field("served_on", words.get(how, "您是哪一天收到决定书的？"), Kind.DATE, required=True,
              help="按签收单、邮件或短信上的日期填。记不清的，填最接近的一天，稍后可以改"),
    )  # fmt: skip


def _served_check(answers: Answers, values: Mapping[str, Any]) -> list[Problem]:
    name = next((n for n in ("served_on", "notice_on", "content_known_on") if n in values), "served_on")
    return list(not_future(name, "日期")(answers, values))


def _late_fields(answers: Answers) -> Sequence[Field]:
    return (
        Field("obstacle_from", "什么时候开始不能申请？", Kind.DATE, required=True, basis=f"{LAW} 第20条"),
        Field("obstacle_until", "什么时候能申请了？", Kind.DATE, required=True, basis=f"{LAW} 第20条"),
        Field(
            "late_reason",
            "是什么原因？",
            Kind.LONGTEXT,
            required=True,
            max_length=2000,
            help="例如地震、洪水中断道路，住院无法行动。有证明的，在材料里上传",
        ),
    )


def _late_check(answers: Answers, values: Mapping[str, Any]) -> list[Problem]:
    begin, end = day(values.get("obstacle_from")), day(values.get("obstacle_until"))
    if begin and end and end < begin:
        return [Problem("ORDER", "结束的日期不能早于开始的日期，请核对", "obstacle_until")]
    if end and end > timing.today():
        return [Problem("FUTURE", "结束的日期请填今天或更早的一天", "obstacle_until")]
    return []


def _respondent_check(answers: Answers, values: Mapping[str, Any]) -> list[Problem]:
    if organs.unit(values.get("respondent_unit")) is None:
        return [Problem("UNKNOWN", "请从查到的名单里选择一个机关", "respondent_unit")]
    return []


def _organ_fields(answers: Answers) -> Sequence[Field]:
    found = organs.options(answers)
    return (
        Field(
            "organ", "向哪个机关申请？", Kind.CHOICE, required=True, choices=tuple((str(o.id), o.name) for o in found)
        ),
    )


def _organ_context(answers: Answers) -> Mapping[str, Any]:
    return {"organs": organs.options(answers)}


def _organ_start(answers: Answers) -> Mapping[str, Any]:
    found = organs.options(answers)
    return {"organ": str(found[0].id)} if len(found) == 1 else {}


ACT = Section("不服的是什么", (
    Step("what", "您不服的是什么？", (
        Field("what", "您不服的是什么？", Kind.CHOICE, required=True,
              choices=(("DECISION", "行政机关对我作出的决定或者做的事"), ("INACTION", "行政机关该办的事没有办")), basis=f"{LAW} 第11条"),),
        why="一次只针对一个决定或者一件事；不服两个的，分别申请。", basis=f"{LAW} 第22条"),
    Step("matter", "哪一类事情", _matter_fields, why="类别决定案件怎样审理。", basis=f"{LAW} 第11条",
         more=(("哪些事不能申请复议？", "民事纠纷的调解、对公务员的奖惩任免、信访事项的答复、办理过程中的咨询请示，不属于行政复议范围。"),)),
    Step("respondent", "哪个机关作出的", (
        Field("respondent_unit", "是哪个行政机关？", Kind.UNIT, required=True, help="看文书上的印章；没有文书的，写应当办这件事的机关", basis=f"{LAW} 第19条"),),
        check=_respondent_check, why="作出决定的机关就是被申请人。", basis=f"{LAW} 第19条"),
    Step("organ", "由谁来审查", _organ_fields, start=_organ_start, context=_organ_context, panel="reconsideration/apply/organ.html",
         why="法律规定了谁来复议，我们按您选的机关算好了。", basis=f"{LAW} 第24条"),
    Step("act", "这个决定的情况", _act_fields, applies=_decision, check=not_future("made_on", "作出的日期"),
         why="写清楚是哪一个决定，才能找到它。", basis=f"{LAW} 第22条"),
    Step("request", "您什么时候要求他们办的？", (
        Field("act_type", "您要求办的是什么事", required=True, help="例如：查处噪声、核发许可证、发放抚恤金", max_length=100),
        Field("request_received_on", "行政机关哪一天收到您的要求", Kind.DATE, required=True, basis=f"{RULES} 第24条"),
        Field("performance_limit", "法律规定的办理期限（日）", Kind.INT, help="不知道的不填，按60日算", basis=f"{RULES} 第24条"),
        Field("urgent", "情况紧急，人身或者财产正受到侵害", Kind.BOOL, basis=f"{RULES} 第24条")),
        applies=_inaction, check=not_future("request_received_on", "日期"), why="办理期限满了还没有办，才能申请。", basis=f"{RULES} 第24条"),
))  # fmt: skip

TIME = Section("收到的日期", (
    Step("how", "决定是怎么到您手里的？", lambda a: (
        Field("service_method", "决定是怎么到您手里的？", Kind.CHOICE, required=True, choices=options("service_method", "act"), basis=f"{RULES} 第23条"),),
        applies=_decision, why="送达的方式不同，期限起算的日子不同。", basis=f"{RULES} 第23条"),
    Step("served", "收到的日期", _served_on_field, applies=lambda a: _decision(a) and a("service_method") != "ON_SPOT", check=_served_check,
         why="申请期限一般是60日，从您知道这个决定的第二天起算。", basis=f"{LAW} 第20条",
         more=(("超过60日怎么办？", "因不可抗力等正当理由耽误的，在后面说明原因，障碍消除后期限接着算。"),)),
    Step("told", "告诉过您可以申请复议吗？", (
        Field("told", "决定书上有没有写可以申请复议、向谁申请、多长时间内申请？", Kind.CHOICE, required=True, choices=(("yes", "写了"), ("no", "没有写"))),),
        applies=_decision, why="没有告知的，期限从您知道申请权利那天起算，最长一年。", basis=f"{LAW} 第20条"),
    Step("late", "说明耽误的原因", _late_fields, applies=timing.is_late, check=_late_check, panel="reconsideration/apply/late.html",
         why="期限虽然过了，有不可抗力或者其他正当理由的，耽误的时间不算。", basis=f"{LAW} 第20条"),
))  # fmt: skip

# claims and reasons


def _claims_fields(answers: Answers) -> Sequence[Field]:
    return (
        Field(
            "claims",
            "您想要什么结果？",
            Kind.CHOICES,
            required=True,
            choices=options("claims"),
            help="可以选几项",
            basis=f"{LAW} 第30条",
        ),
    )


ASK = Section("请求和理由", (
    Step("claims", "您想要什么结果？", _claims_fields, why="请求要具体，复议机关围绕请求审查。", basis=f"{LAW} 第30条"),
    Step("facts", "事实和理由", (
        Field("facts_and_reasons", "发生了什么？您为什么不服？", Kind.LONGTEXT, required=True, max_length=8000, basis=f"{RULES} 第27条",
              help="按时间顺序写：什么时候、在哪里、谁做了什么，您认为哪里不对。用自己的话写就行"),),
        why="写事实就行，不需要写法律条文。", basis=f"{RULES} 第27条"),
    Step("norm", "规范性文件", (
        Field("norm_review", "决定依据的文件（“红头文件”）您认为也不合法，要一并审查吗？", Kind.CHOICE, required=True, choices=(("no", "不要，或者不清楚"), ("yes", "要"))),
        Field("norm_documents", "文件的名称、文号", Kind.LONGTEXT, max_length=1000, help="选“要”的填写")),
        check=lambda a, v: [Problem("REQUIRED", "请写明要审查的文件的名称", "norm_documents")] if v.get("norm_review") == "yes" and not v.get("norm_documents") else [],
        why="可以一并请求审查规章以下的规范性文件。", basis=f"{LAW} 第13条"),
    Step("compensation", "赔偿", (
        Field("compensation", "这个行为给您造成了损失，要一并请求赔偿吗？", Kind.CHOICE, required=True, choices=(("no", "不要"), ("yes", "要"))),
        Field("compensation_amount", "请求赔偿的数额（元）", Kind.MONEY, help="选“要”的填写，材料里附上损失的证据", basis=f"{LAW} 第72条")),
        check=lambda a, v: [Problem("REQUIRED", "请填写请求赔偿的数额", "compensation_amount")] if v.get("compensation") == "yes" and not v.get("compensation_amount") else [],
        why="请求赔偿的，要附受到损失的证据。", basis=f"{LAW} 第72条、第44条"),
))  # fmt: skip

PAPERS = Section("材料", (
    Step("document", "决定书", (Field("act_document", "上传决定书", Kind.FILES, help="拍照或者扫描都行，每一页都要清楚。没有收到文书的可以不传", basis=f"{RULES} 第27条"),),
         applies=_decision, why="有决定书，复议机关可以马上看到您不服的是什么。", basis=f"{RULES} 第27条"),
    Step("evidence", "证据", lambda a: (
        Field("evidence_files", "上传证据", Kind.FILES, help="票据、照片、录音、聊天记录。有就交，没有可以不交，以后也能补充", required=False,
              basis=f"{LAW} 第44条"),
        Field("evidence_list", "每件证据说明什么", Kind.LONGTEXT, max_length=4000, help="例如：进货票据，证明每批米线都有来源")),
        why="网上提交的材料符合要求的，不用再交纸质的。", basis=f"{RULES} 第28条"),
))  # fmt: skip


def _prior_fields(answers: Answers) -> Sequence[Field]:
    return (
        Field(
            "prior_application",
            "就这个决定，您以前申请过复议吗？",
            Kind.CHOICE,
            required=True,
            choices=options("prior_application"),
        ),
        Field(
            "court",
            "就这个决定，法院受理过您的起诉吗？",
            Kind.CHOICE,
            required=True,
            choices=(("no", "没有"), ("yes", "受理了")),
            basis=f"{LAW} 第29条",
        ),
    )


def _delivery_fields(answers: Answers) -> Sequence[Field]:
    return (
        Field("e_service", "文书用电子方式送给您，可以吗？", Kind.CHOICE, required=True,
              choices=(("yes", "可以，送到“我的办件”，并短信提醒"), ("no", "不要，寄纸质文书到送达地址")), basis="民事诉讼法 第90条"),
    )  # fmt: skip


OTHER = Section("其他情况", (
    Step("prior", "以前办过吗", _prior_fields, why="同一件事不能重复申请；法院已经受理的，由法院处理。", basis=f"{LAW} 第29条、第30条"),
    Step("delivery", "文书怎么送给您", _delivery_fields, why="同意电子送达的，文书到达“我的办件”就是送达，当天就能看到。", basis="民事诉讼法 第90条"),
))  # fmt: skip


def assemble(a: Answers) -> dict[str, Any]:
    """The application as the event's form wants it; raw values, judged by the service."""
    people = applicants(a)
    reasons = str(a("facts_and_reasons"))
    if timing.is_late(a) and a("late_reason"):
        reasons += f"\n\n申请逾期的原因：{a('late_reason')}"
    out: dict[str, Any] = {
        "filing_method": "ONLINE",
        "acting_as": {"AGENT": "agent"}.get(a("acting"), "applicant"),
        "act": timing.act(a),
        "matter_code": a("matter_code"),
        "respondent_unit": a("respondent_unit"),
        "organ": a("organ"),
        "claims": a("claims", []),
        "facts_and_reasons": reasons,
        "applicants": people,
        "applicant_kind": people[0]["kind"],
        "applicant_count": len(people),
        "act_count": 1,
        "e_service_consent": a("e_service") == "yes",
        "norm_review_requested": a("norm_review") == "yes",
        "compensation_claim": a("compensation") == "yes",
        "prior_application": a("prior_application"),
        "court_accepted": a("court") == "yes",
        "amount": a("amount"),
        "evidence_list": a("evidence_list"),
        "attachments": [*a("act_document", []), *a("evidence_files", []), *a("authority", [])],
    }
    if a("norm_review") == "yes":
        out["norm_documents"] = a("norm_documents")
    if a("compensation") == "yes":
        out["compensation_amount"] = a("compensation_amount")
    if a("acting") == "AGENT":
        name = a.person.name if a.person is not None else a("agent_name")
        if a.mandate is not None and a.mandate.by_law:
            out |= {"acting_as": "guardian", "guardians": [{"name": name, "contact": a("agent_contact")}]}
        else:
            powers = a("agent_powers") if a.mandate is None else "SPECIAL" if a.mandate.powers else "GENERAL"
            out["agents"] = [{"name": name, "kind": a("agent_kind"), "powers": powers, "contact": a("agent_contact")}]
        if a.mandate is not None:
            out["mandate"] = a.mandate.pk
    if many(a):
        out["representatives"] = representatives(a)
        out["representative_count"] = len(out["representatives"])
    return {k: v for k, v in out.items() if v not in (None, "", [], {})}


def send(account: Account, answers: Answers, opened: Opened) -> Any:
    """File the application. Raises Refused with the field each problem belongs to."""
    from xiezhi.enforcement.reconsideration.services import file_application

    data = assemble(answers)
    files = [int(f) for f in data.get("attachments", [])]
    outcome = file_application(account, data, files, channel="ONLINE", request_key=opened.request_key, draft=opened.row)
    return outcome.matter


PLACES: Mapping[str, str] = {
    "applicants": "applicant", "applicants.uscc": "organization", "applicants.legal_rep": "organization", "acting_as": "who",
    "agents": "agent", "representatives": "representatives", "representative_count": "representatives", "applicant_count": "group",
    "act": "act", "act.served_on": "served", "act.service_method": "how", "act.request_received_on": "request", "matter_code": "matter",
    "respondent_unit": "respondent", "respondent_name": "respondent", "respondent_kind": "respondent", "organ": "organ",
    "claims": "claims", "facts_and_reasons": "facts", "norm_documents": "norm", "norm_review_requested": "norm",
    "compensation_amount": "compensation", "compensation_claim": "compensation", "amount": "act", "evidence_list": "evidence",
    "attachments": "evidence", "prior_application": "prior", "court_accepted": "prior", "e_service_consent": "delivery", "act_count": "what",
}  # fmt: skip


def side(answers: Answers) -> Mapping[str, Any]:
    """What every page shows beside the question: the time left to apply, and who will decide."""
    return {"apply_clock": timing.clock(answers), "organ_chosen": organs.chosen(answers)}


def after(answers: Answers) -> Mapping[str, Any]:
    """What happens after sending, by when and by which article."""
    return {"admit": timing.admission(), "organ_chosen": organs.chosen(answers)}


FLOW = Flow(
    CODE, "filed", "申请行政复议", 20, (WHO, ACT, TIME, ASK, PAPERS, OTHER), assemble, send, side, after,
    before=(
        ("决定书", "处罚、查封、不予许可等决定的照片或者扫描件；没有收到文书的也可以申请"),
        ("证据", "有就准备，没有可以不交"),
        ("身份证件号码", "已经实名登录的不用再填"),
        ("授权委托书", "替别人办的才需要"),
    ),
    places=PLACES,
    side_template="reconsideration/apply/side.html",
    after_template="reconsideration/apply/after.html",
    for_principal=True,
    knows_person=lambda a: a.person is not None and a("acting") not in ("AGENT", "ORG"),
    next_steps=(
        ("对方答复", "受理后，申请书副本发给对方，对方要说明理由、交出证据，您可以查阅。"),
        ("听取您的意见，调解或者作出决定", "有进展会短信告诉您，也会出现在“我的办件”里。"),
    ),
    offline="可以邮寄、当面提交；书写有困难的，可以到窗口口头申请。",
)  # fmt: skip
