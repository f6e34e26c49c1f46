"""申请法律援助, one question a page: what is asked, when, and how the answers become an application.

Pages about means appear only where neither exemption applies; what the person record holds is never asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from xiezhi.kernel.access.models import Account
from xiezhi.kernel.calendar import clock as wall
from xiezhi.kernel.calendar.counting import count
from xiezhi.kernel.procedures import registry, store
from xiezhi.kernel.procedures.declare import Field, Kind
from xiezhi.kernel.procedures.forms import Bad, Problem, parse_date
from xiezhi.kernel.units.models import Unit
from xiezhi.legal_services.legal_aid import agencies, codes
from xiezhi.legal_services.legal_aid.models import AidAgency
from xiezhi.legal_services.legal_aid.own import groups_of, known_of, known_of_person
from xiezhi.legal_services.legal_aid.rules_hardship import CHECK, NOTHING, hardship
from xiezhi.ui.drafts import Opened
from xiezhi.ui.flow import Answers, Flow, Section, Step

from . import what

__all__ = ["FLOW"]

CODE = "FLYZ"
LAW = "法律援助法"
ACTING = (
    ("SELF", "我本人"), ("GROUP", "我和其他人一起（例如一起被欠工资）"), ("GUARDIAN", "我的孩子，或者由我监护的人"), ("KIN", "我的近亲属（在押、刑事案件等）"),
    ("AGENT", "委托我的人"),
)  # fmt: skip
NO_YES = (("no", "没有"), ("yes", "有"))


def _own(answers: Answers) -> bool:
    return answers("acting") in ("SELF", "GROUP")


def _day(value: Any) -> date | None:
    try:
        return parse_date(value) if value else None
    except Bad:
        return None


# who


def _acting_start(answers: Answers) -> Mapping[str, Any]:
    """A mandate chosen in the header says already for whom: for a ward as guardian, else as somebody entrusted."""
    return {} if answers.mandate is None else {"acting": "GUARDIAN" if answers.mandate.by_law else "AGENT"}


def _acting_check(answers: Answers, values: Mapping[str, Any]) -> list[Problem]:
    right = _acting_start(answers).get("acting")
    if answers.mandate is None or values.get("acting") == right:
        return []
    said = f"您正在代{answers.mandate.principal.name}办理，请选“{dict(ACTING)[right]}”；为自己办理的，请先在页面上方换回本人"
    return [Problem("ACTING", said, "acting")]


def _person_fields(answers: Answers) -> Sequence[Field]:
    contact = (
        Field("mobile", "联系电话", required=True, max_length=40, help="有进展会发短信到这个号码"),
        Field("address", "住址或者通信地址", max_length=200, help="寄送文书用，可以不填"),
    )
    if answers.principal is not None or (answers.person is not None and _own(answers)):
        return contact
    return (
        Field("name", "姓名", required=True, max_length=100),
        Field("id_no", "居民身份证号码", max_length=40, help="没有的、不记得的可以先不填"), *contact,
    )  # fmt: skip


def _person_start(answers: Answers) -> Mapping[str, Any]:
    if answers.principal is None and not _own(answers):
        return {}
    known = known_of(answers.account) if answers.principal is None else known_of_person(answers.principal)
    return {k: known[k] for k in ("mobile", "address") if k in known}


def _relation(answers: Answers) -> str:
    """What the agent is to the applicant follows from the first page, or from the recorded mandate."""
    if answers.mandate is not None:
        return "GUARDIAN" if answers.mandate.by_law else "ENTRUSTED"
    return {"GUARDIAN": "GUARDIAN", "KIN": "KIN"}.get(str(answers("acting")), "ENTRUSTED")


def _phone_check(answers: Answers, values: Mapping[str, Any]) -> list[Problem]:
    digits = [c for c in str(values.get("mobile", "")) if c.isdecimal()]
    if not 7 <= len(digits) <= 15:
        return [Problem("PHONE", "联系电话请填手机号或者带区号的座机号，例如13900000188", "mobile")]
    return []


WHO = Section("谁需要帮助", (
    Step("who", "您替谁申请？", (Field("acting", "您替谁申请？", Kind.CHOICE, required=True, choices=ACTING),),
         start=_acting_start, check=_acting_check, why="本人、法定代理人都可以申请；在押的，近亲属可以代为申请。", basis=f"{LAW} 第40条",
         more=(("听不清、看不清、不会写怎么办？", "可以打12348，或者到任何一个公共法律服务中心、站、室，工作人员帮您填写，口头申请也一样有效。"),)),
    Step("applicant", "需要帮助的人", _person_fields, start=_person_start, check=_phone_check, panel="portal/apply/known.html",
         why="决定书、律师的联系方式要送到您手里。", basis=f"{LAW} 第43条"),
    Step("others", "和您一起的人", (
        Field("others", "其他人", Kind.RECORDS, required=True, help="除您以外的每一位都写上；人多的先写几位，其余由工作人员补登",
              fields=(Field("name", "姓名", required=True, max_length=100), Field("id_no", "居民身份证号码", max_length=40),
                      Field("mobile", "联系电话", max_length=40))),),
        applies=lambda a: a("acting") == "GROUP", why="同一件事几个人一起，由同一位律师帮助，不用各自申请。", basis=f"{LAW} 第31条"),
    Step("agent", "您的联系电话", (Field("agent_mobile", "您的联系电话", required=True, max_length=40),),
         applies=lambda a: not _own(a) and bool(a("acting")), start=lambda a: {"agent_mobile": known_of(a.account).get("mobile", "")},
         why="无行为能力、限制行为能力的人由法定代理人代为申请。", basis=f"{LAW} 第40条"),
))  # fmt: skip


# what


def _organ_fields(answers: Answers) -> Sequence[Field]:
    return (
        Field("case_organ", "是哪个机关？", Kind.UNIT, help="例如法院、仲裁委员会、公安局、检察院、人社局。查不到的，在下面写名称"),
        Field("case_organ_name", "机关名称", max_length=100, help="上面查到的不用写"),
        Field("case_organ_no", "案号", max_length=100, help="受理通知书、传票上有。没有的不填"),
    )  # fmt: skip


def _organ_check(answers: Answers, values: Mapping[str, Any]) -> list[Problem]:
    if not values.get("case_organ") and not values.get("case_organ_name"):
        return [Problem("REQUIRED", "请选择或者写上办案的机关", "case_organ")]
    return []


def _organ(answers: Answers) -> Unit | None:
    text = str(answers("case_organ") or "")
    if answers("has_organ") != "yes" or not text.isdecimal():
        return None
    return Unit.objects.filter(pk=int(text)).first()


def _competent(answers: Answers) -> agencies.Competent | None:
    organ = _organ(answers)
    return agencies.competent(organ) if organ is not None else None


def _agency_fields(answers: Answers) -> Sequence[Field]:
    found = tuple((str(a.pk), a.unit.name) for a in agencies.agencies())
    return (
        Field(
            "agency",
            "由哪个法律援助机构办理？",
            Kind.CHOICE,
            required=True,
            choices=found,
            help="选事情发生的县（市、区）",
        ),
    )


def _limit_fields(answers: Answers) -> Sequence[Field]:
    return (
        Field("hurry", "有没有快要到期的时间？", Kind.CHOICE, required=True, choices=(("no", "没有，或者不清楚"), ("yes", "有")),
              help="例如：劳动仲裁要在一年内申请、收到判决书15日内上诉"),
        Field("limitation_on", "哪一天到期？", Kind.DATE, help="选“有”的填写"),
        Field("urgent_measure", "需要马上申请财产保全，或者先予执行", Kind.BOOL, default=False),
    )  # fmt: skip


def _limit_check(answers: Answers, values: Mapping[str, Any]) -> list[Problem]:
    if values.get("hurry") == "yes" and not values.get("limitation_on"):
        return [Problem("REQUIRED", "请填写到期的日子", "limitation_on")]
    return []


WHAT = Section("什么事", (
    Step("topic", "您遇到了什么事？", (
        Field("topic", "您遇到了什么事？", Kind.CHOICE, required=True, choices=tuple((k, v[0]) for k, v in what.TOPICS.items()), basis=f"{LAW} 第22条"),),
        why="不同的事，条件和办理的机构不一样。", basis=f"{LAW} 第31条"),
    Step("claim", "具体是哪一种", what.claims, why="这决定您需不需要说明经济状况。", basis=f"{LAW} 第31条、第32条",
         more=(("要不要经济困难证明？", "不要。任何情况下都不需要您去开经济困难证明。"),)),
    Step("kind", "案件的类别", what.details, applies=what.asks_kind, why="便于找到合适的律师。", basis=f"{LAW} 第22条"),
    Step("facts", "事情的经过", (
        Field("facts_reasons", "发生了什么？您想要什么结果？", Kind.LONGTEXT, required=True, max_length=4000,
              help="按时间顺序写：什么时候、在哪里、谁、做了什么。用自己的话写就行"),
        Field("claim_amount", "要多少钱（元）", Kind.MONEY, help="要求工资、赔偿的填写；不清楚的不填")),
        why="写事实就行，不需要写法律条文。", basis=f"{LAW} 第43条"),
    Step("opponent", "对方是谁", (
        Field("other_party", "对方", Kind.RECORDS, help="公司或者人。没有的、不知道的可以不填", fields=(
            Field("name", "姓名或者名称", required=True, max_length=100), Field("contact", "联系方式", max_length=200),
            Field("representative", "对方请的律师和律师事务所", max_length=200, help="知道的填写"))),),
        why="您的律师不能同时帮对方，我们要先核对有没有利益冲突。", basis="律师法 第39条"),
    Step("organ", "有机关在办吗", (
        Field("has_organ", "已经有法院、仲裁委、公安等机关在办这件事吗？", Kind.CHOICE, required=True, choices=(("no", "还没有"), ("yes", "有"))),),
        why="由办案机关所在地的法律援助机构办理。", basis=f"{LAW} 第38条"),
    Step("which", "哪个机关在办", _organ_fields, applies=lambda a: a("has_organ") == "yes", check=_organ_check,
         why="由它所在地的法律援助机构办理。", basis=f"{LAW} 第38条"),
    Step("agency", "由谁办理", _agency_fields, applies=lambda a: bool(a("has_organ")) and _competent(a) is None,
         why="没有机关在办的，由事情发生地的法律援助机构办理。", basis=f"{LAW} 第38条"),
    Step("custody", "在押吗", (Field("in_custody", "他（她）现在被关押吗？", Kind.CHOICE, required=True, choices=(("no", "没有"), ("yes", "在看守所、监狱等处"))),),
         applies=lambda a: what.claim_of(a) in what.CRIMINAL, why="在押的要尽快会见。", basis=f"{LAW} 第39条"),
    Step("limit", "有没有时间限制", _limit_fields, check=_limit_check, why="离到期不足七日的，可以先提供帮助，手续后补。", basis=f"{LAW} 第44条"),
    Step("represented", "请过律师吗", (
        Field("represented", "这件事已经请了律师或者代理人吗？", Kind.CHOICE, required=True, choices=(("no", "没有"), ("yes", "请了")), basis=f"{LAW} 第31条"),),
        why="没有委托律师的，才给予法律援助。", basis=f"{LAW} 第24条、第31条"),
))  # fmt: skip


# conditions


def _facts(answers: Answers) -> dict[str, Any]:
    """What the rules about hardship read."""
    groups = answers("groups", []) or []
    return {
        "claim": what.claim_of(answers), "groups": groups, "statuses": answers("statuses", []) or [],
        "no_stable_income": str(answers("no_stable_income")).lower() in ("true", "yes"),
        "no_limit_ground": "ACQUITTED" if what.claim_of(answers) == "STATE_COMPENSATION" and answers("acquitted") == "yes" else "",
    }  # fmt: skip


def _unlimited(answers: Answers) -> bool:
    return hardship(_facts(answers)).asks == NOTHING


def _asks_status(answers: Answers) -> bool:
    """Whether a status could still change anything: nothing is asked that cannot."""
    return not _unlimited(answers) and not hardship({**_facts(answers), "statuses": []}).check_waived


def _asks_means(answers: Answers) -> bool:
    return "groups" in answers.steps and hardship(_facts(answers)).asks == CHECK


def _special(answers: Answers) -> bool:
    facts = _facts(answers)
    return bool({"MINOR", "AGED", "DISABLED", "OTHER_SPECIAL"} & set(facts["groups"])) and not _unlimited(answers) and not (
        hardship({**facts, "no_stable_income": False}).check_waived)  # fmt: skip


def _groups_start(answers: Answers) -> Mapping[str, Any]:
    person = answers.principal or (answers.person if _own(answers) else None)
    return {"groups": groups_of(person, wall.today())} if person is not None else {}


GROUP_WORDS = {
    **codes.GROUPS,
    "AGED": "老年人（60岁以上）",
    "MIGRANT_WORKER": "进城务工人员（农民工）",
    "OTHER_SPECIAL": "其他特殊困难人员",
}

MEANS = Section("申请的条件", (
    Step("acquitted", "是不是再审改判无罪", (
        Field("acquitted", "是再审改判无罪，请求国家赔偿吗？", Kind.CHOICE, required=True, choices=(("no", "不是"), ("yes", "是")), basis=f"{LAW} 第32条"),),
        applies=lambda a: what.claim_of(a) == "STATE_COMPENSATION", why="再审改判无罪的，不受经济困难条件限制。", basis=f"{LAW} 第32条"),
    Step("groups", "需要帮助的人属于哪些情况", (
        Field("groups", "需要帮助的人属于哪些情况？", Kind.CHOICES, choices=tuple(GROUP_WORDS.items()), help="可以选几项，都不是的不选"),),
        start=_groups_start, why="属于有些人群的，不用核查经济状况。", basis=f"{LAW} 第42条"),
    Step("statuses", "有没有下面的身份", (
        Field("statuses", "有没有下面的身份？", Kind.CHOICES, choices=tuple(codes.STATUSES.items()), help="可以选几项，都没有的不选", basis="社会救助法 第13条"),),
        applies=_asks_status, why="有这些身份的，不再核查经济状况；能查到的不用您交材料。", basis=f"{LAW} 第42条"),
    Step("income", "生活来源", (
        Field("no_stable_income", "有没有固定的生活来源？", Kind.CHOICE, required=True,
              choices=(("yes", "没有固定的生活来源"), ("no", "有，例如工资、退休金")), basis=f"{LAW} 第42条"),),
        applies=_special, why="没有固定生活来源的老年人、未成年人、残疾人等，免予核查。", basis=f"{LAW} 第42条"),
    Step("means", "经济状况", (
        Field("household_size", "一起生活的有几个人", Kind.INT, required=True), Field("income_declared", "平均每人每月收入（元）", Kind.MONEY, required=True,
              help="大概的数就行"), Field("means_statement", "还有什么要说明的", Kind.LONGTEXT, max_length=1000, help="例如：生病花费大、有孩子上学"),
        Field("promise", "我承诺以上属实，同意法律援助机构通过信息共享核实", Kind.BOOL, required=True, default=False, basis=f"{LAW} 第41条")),
        applies=_asks_means, check=lambda a, v: [] if v.get("promise") else [Problem("PROMISE", "请勾选承诺；不方便承诺的，可以到窗口由工作人员核查", "promise")],
        why="只要您自己说明并承诺，不需要到任何地方开证明。", basis=f"{LAW} 第41条"),
))  # fmt: skip

WISHES = Section("您的需要", (
    Step("safety", "您的安全", (
        Field("hide_address", "不要让对方知道我的住址", Kind.BOOL, default=True),
        Field("safe_contact", "什么时候、怎样联系您比较安全？", Kind.LONGTEXT, max_length=500, help="例如：工作日白天，只打手机，不要发短信"),
        Field("abuse_detail", "正在遭受的侵害", Kind.LONGTEXT, max_length=2000, help="可以不写，见面时再说。有危险请先打110")),
        applies=what.violence, why="您的住址只有法律援助机构和您的律师看得到。", basis=f"{LAW} 第21条"),
    Step("wishes", "对律师有什么希望", (
        Field("wish_sex", "希望律师是", Kind.CHOICE, choices=(("F", "女律师"), ("M", "男律师"))),
        Field("wish_language", "需要的语言或者手语", max_length=40, help="普通话以外的填写，例如：粤语、藏语、手语"),
        Field("wish_provider", "希望由谁承办", max_length=40, help="认识的法律援助律师的姓名，没有的不填"),
        Field("wish_barrier_free", "需要无障碍服务", Kind.BOOL, default=False, basis=f"{LAW} 第45条")),
        why="尽量按您的希望安排，不是必须。", basis=f"{LAW} 第45条"),
    Step("papers", "有什么材料", (
        Field("papers", "上传材料", Kind.FILES, help="合同、欠条、考勤、聊天记录、判决书、诊断书、身份证，拍照就行。没有的可以不交，以后还能补"),),
        why="材料不齐的，我们一次告诉您要补什么。", basis=f"{LAW} 第43条"),
))  # fmt: skip


def assemble(a: Answers) -> dict[str, Any]:
    """The application as the event's form wants it; raw values, judged by the service."""
    own, acting = _own(a), str(a("acting"))
    person = {"name": a("name"), "id_no": a("id_no"), "mobile": a("mobile"), "address": a("address")}
    known = a.principal or (a.person if own else None)
    if known is not None:
        person = {"name": known.name, "mobile": a("mobile"), "address": a("address")}
    facts = _facts(a)
    out: dict[str, Any] = {
        "applied_by": "SELF" if own else {"GUARDIAN": "GUARDIAN", "KIN": "KIN"}.get(acting, "AGENT"),
        "applicant": {k: v for k, v in person.items() if v}, "kind": what.kind_of(a), "matter_type": what.matter_type_of(a),
        "claim": what.claim_of(a), "groups": facts["groups"], "statuses": facts["statuses"],
        "no_stable_income": facts["no_stable_income"], "no_limit_ground": facts["no_limit_ground"],
        "facts_reasons": a("facts_reasons"), "claim_amount": a("claim_amount"), "other_party": a("other_party", []),
        "represented": a("represented") == "yes", "in_custody": a("in_custody") == "yes" and what.claim_of(a) in what.CRIMINAL,
        "urgent_measure": str(a("urgent_measure")).lower() == "true", "wish_sex": a("wish_sex"),
        "wish_language": a("wish_language"), "wish_provider": a("wish_provider"),
        "wish_barrier_free": str(a("wish_barrier_free")).lower() == "true", "attachments": a("papers", []),
    }  # fmt: skip
    if a("hurry") == "yes":
        out["limitation_on"] = a("limitation_on")
    if a("has_organ") == "yes":
        out |= {n: a(n) for n in ("case_organ", "case_organ_name", "case_organ_no")}
    if _competent(a) is None:
        out["agency"] = a("agency")
    if acting == "GROUP":
        out["co_recipients"] = a("others", [])
    if not own:
        name = a.person.name if a.person is not None else ""
        out["agent"] = {"name": name, "mobile": a("agent_mobile"), "relation": _relation(a)}
        if a.mandate is not None:
            out["mandate"] = a.mandate.pk
    if what.violence(a):
        out |= {"hide_address": str(a("hide_address")).lower() == "true", "safe_contact": a("safe_contact"),
                "abuse_detail": a("abuse_detail")}  # fmt: skip
    if hardship(facts).asks == CHECK:
        out |= {n: a(n) for n in ("household_size", "income_declared", "means_statement")}
        out["promise"] = str(a("promise")).lower() == "true"
    return {k: v for k, v in out.items() if v not in (None, "", [], {}, False)}


def send(account: Account, answers: Answers, opened: Opened) -> Any:
    """File the application. Raises Refused with the field each problem belongs to."""
    from xiezhi.legal_services.legal_aid.filing import file

    data = assemble(answers)
    files = [int(f) for f in data.get("attachments", [])]
    return file(account, data, files, channel="ONLINE", request_key=opened.request_key, draft=opened.row).matter


def _chosen(a: Answers) -> AidAgency | None:
    found = _competent(a)
    if found is not None:
        return found.agency
    text = str(a("agency") or "")
    return agencies.agency_of(int(text)) if text.isdecimal() else None


def side(answers: Answers) -> Mapping[str, Any]:
    """What every page shows beside the question: who will handle it, and whether means matter."""
    claim = what.claim_of(answers)
    found = hardship(_facts(answers)) if claim else None
    end = _day(answers("limitation_on")) if answers("hurry") == "yes" else None
    left = (end - wall.today()).days if end else None
    return {
        "aid_agency": _chosen(answers), "aid_hardship": found, "aid_left": left, "aid_hurry": left is not None and 0 <= left < 7,
        "aid_waiver": codes.WAIVERS.get(found.waiver_basis, "") if found else "",
    }  # fmt: skip


def after(answers: Answers) -> Mapping[str, Any]:
    """What happens after sending, by when and by which article."""
    term = registry.get(CODE).terms["LA-DECIDE"]
    due = count(wall.today(), 7 if callable(term.length) else term.length, term.unit, store.calendar(), roll=term.roll)
    return {"aid_agency": _chosen(answers), "aid_by": due.legal, "aid_basis": term.basis}


PLACES: Mapping[str, str] = {
    "applied_by": "who", "applicant": "applicant", "co_recipients": "others", "agent": "agent", "claim": "claim", "kind": "kind",
    "matter_type": "kind", "facts_reasons": "facts", "claim_amount": "facts", "other_party": "opponent", "case_organ": "which",
    "case_organ_name": "which", "case_organ_no": "which", "agency": "agency", "in_custody": "custody", "limitation_on": "limit",
    "urgent_measure": "limit", "represented": "represented", "groups": "groups", "statuses": "statuses",
    "no_stable_income": "income", "household_size": "means", "income_declared": "means", "means_statement": "means",
    "promise": "means", "hide_address": "safety", "wish_sex": "wishes", "wish_language": "wishes", "wish_provider": "wishes",
    "attachments": "papers", "no_limit_ground": "acquitted",
}  # fmt: skip

FLOW = Flow(
    CODE, "applied", "申请法律援助", 10, (WHO, WHAT, MEANS, WISHES), assemble, send, side, after,
    before=(
        ("和这件事有关的材料", "合同、欠条、通知书、判决书等，拍照就行；没有也可以申请"),
        ("对方的名称", "公司名称或者人的姓名，知道多少写多少"),
        ("不用准备的", "经济困难证明、收入证明、村里或者社区的盖章，都不需要"),
    ),
    places=PLACES,
    side_template="legal_aid/apply/side.html",
    after_template="legal_aid/apply/after.html",
    for_principal=True,
    knows_person=lambda a: a.person is not None and _own(a),
    next_steps=(
        ("给予援助的，三日内为您安排律师", "律师的姓名、电话会短信告诉您，也会出现在“我的办件”里。（法律援助法 第43条）"),
        ("律师和您见面，签一份协议", "律师不收您任何钱物；向您要钱的，请投诉。（法律援助法 第20条）"),
        ("不予援助的，书面说明理由", "有异议，可以向司法局提出，五日内审查。（法律援助法 第49条）"),
    ),
    offline="可以打12348，或者到公共法律服务中心、站、室口头申请，由工作人员填写；行动不便的可以上门。",
)  # fmt: skip
