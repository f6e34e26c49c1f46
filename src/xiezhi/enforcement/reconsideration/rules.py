"""条件 of filing, admission and the course of the review; each refusal says what to do and on which article.

Codes that end in `_MISSING` name a field that becomes necessary in that case; all others are refusals in substance.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from xiezhi.kernel.procedures.clocks import Clock, Status
from xiezhi.kernel.procedures.core import Ask, View
from xiezhi.kernel.procedures.declare import Rule

from . import filing_clock, states
from .citations import CPL, L, R, joined
from .codes import OUT_OF_SCOPE

Test = Callable[[View, Ask], str | None]
SCOPE_NAMES: Mapping[str, str] = OUT_OF_SCOPE


def known(view: View, ask: Ask, name: str, default: Any = None) -> Any:
    """The value in the form, else the fact, else the default."""
    if ask.data.get(name) is not None:
        return ask.data[name]
    found = view.facts.get(name)
    return default if found is None else found


def zh(day: date | None) -> str:
    """A day in Chinese."""
    return f"{day.year}年{day.month}月{day.day}日" if day else "（日期未定）"


def clock(view: View, ask: Ask, term: str) -> Clock | None:
    """The clock of a term at the moment of the request."""
    return view.clock(term, ask.at) if view.calendar is not None else None


def decide_clock(view: View, ask: Ask) -> Clock | None:
    """The clock that limits the decision, whichever procedure applies."""
    return clock(view, ask, "RC-DECIDE-ORD") or clock(view, ask, "RC-DECIDE-SIM")


def need(name: str, label: str, when: Callable[[View, Ask], bool], basis: str, code: str = "") -> Rule:
    """A field that must be filled in a certain case; code `<NAME>_MISSING`."""

    def test(view: View, ask: Ask) -> str | None:
        value = ask.data.get(name)
        if when(view, ask) and (value is None or value == "" or value == []):
            return f"请填写{label}"
        return None

    return Rule(code or f"{name.upper()}_MISSING", test, basis, name)


# filing


def _claims_consistent(view: View, ask: Ask) -> str | None:
    act = ask.data.get("act") or {}
    made, served = act.get("made_on"), act.get("served_on")
    if made and served and served < made:
        return "行政行为的送达日早于作出日，请核对日期"
    return None


def _not_before_knowledge(view: View, ask: Ask) -> str | None:
    act = ask.data.get("act") or {}
    applied = ask.data.get("postmarked_on") or ask.on.isoformat()
    made, served = act.get("made_on"), act.get("served_on")
    if made and made > applied:
        return "申请日早于行政行为作出之日，请核对日期"
    # an act may be known, and attacked, before it is served; but no service lies ahead
    if served and served > ask.at.date().isoformat():
        return "行政行为的送达日晚于今天，请核对日期"
    return None


def _postmark_order(view: View, ask: Ask) -> str | None:
    mark = ask.date("postmarked_on")
    if mark and mark > ask.at.date():
        return "邮戳日不能晚于今天，请核对"
    return None


def _representatives(view: View, ask: Ask) -> str | None:
    count = known(view, ask, "applicant_count")
    chosen = ask.data.get("representative_count")
    if chosen is None or count is None:
        return None
    threshold, low, high = view.procedure.parameters["representatives"].at(ask.on)
    if int(count) > threshold and not low <= int(chosen) <= high:
        return f"申请人超过{threshold}人的，应当推选{low}至{high}名代表人，现为{chosen}名，请重新推选"
    return None


FILING = (
    Rule("ACT_DATES", _claims_consistent, R(23), "act"),
    Rule("ACT_AFTER_FILING", _not_before_knowledge, L(20, 1), "act"),
    Rule("POSTMARK_FUTURE", _postmark_order, CPL(85, 4), "postmarked_on"),
    Rule("REPRESENTATIVES", _representatives, R(17, 1), "representative_count"),
)


def _penalty_only(view: View, ask: Ask) -> str | None:
    if ask.data.get("matter_code") not in (None, "1"):
        return "只有当场作出或者依据电子技术监控记录作出的行政处罚，才能通过处罚机关提交申请"
    return None


VIA_PENALTY = (Rule("PENALTY_ONLY", _penalty_only, L(32, 1), "matter_code"),)


def _elected(view: View, ask: Ask) -> str | None:
    threshold, low, high = view.procedure.parameters["representatives"].at(ask.on)
    count, chosen = int(known(view, ask, "applicant_count", 0)), int(ask.data.get("representative_count") or 0)
    if count <= threshold:
        return f"申请人超过{threshold}人才推选代表人，本案{count}人，各申请人自行参加"
    if not low <= chosen <= high:
        return f"应当推选{low}至{high}名代表人，现为{chosen}名，请重新推选"
    return None


ELECTION = (Rule("REPRESENTATIVES", _elected, R(17, 1), "representative_count"),)

# admission


def _supplement_once(view: View, ask: Ask) -> str | None:
    return "补正通知只能发一次，应当一次性载明全部事项；请根据现有材料决定" if view.has("supplement_noticed") else None


def _supplement_in_time(view: View, ask: Ask) -> str | None:
    found = clock(view, ask, "RC-SUPP-NOTICE")
    if found and found.legal and ask.on > found.legal:
        return f"通知补正的期限已于{zh(found.legal)}届满，不能再通知补正；请根据现有材料决定"
    return None


SUPPLEMENT = (
    Rule("SUPPLEMENT_ONCE", _supplement_once, L(31, 1)),
    Rule("SUPPLEMENT_NOTICE_LATE", _supplement_in_time, L(31, 1)),
)


def _supplement_after_lapse(view: View, ask: Ask) -> str | None:
    if view.state is not states.ABANDONED:
        return None
    found = clock(view, ask, "RC-SUPP")
    handed = ask.date("posted_on") or ask.on
    if found and found.legal and handed > found.legal:
        return f"补正期限已于{zh(found.legal)}届满，申请视为放弃；有正当理由的，请先办理延长补正期限"
    return None


SUPPLEMENTED = (Rule("SUPPLEMENT_LATE", _supplement_after_lapse, L(31, 2), "posted_on"),)


def _in_time(view: View, ask: Ask) -> str | None:
    begin, end = ask.data.get("obstacle_from"), ask.data.get("obstacle_until")
    found = filing_clock.lateness(view, {"obstacle_from": begin, "obstacle_until": end})
    if found is None or not found.late:
        return None
    return (
        f"申请于{zh(found.applied_on)}提出，{found.limit}已于{zh(found.last_day)}届满；"
        "有不可抗力或者其他正当理由的，请填写理由和障碍起止日，否则决定不予受理"
    )


def _in_scope(view: View, ask: Ask) -> str | None:
    code = known(view, ask, "out_of_scope_code")
    return f"“{SCOPE_NAMES.get(code, code)}”不属于复议范围，请决定不予受理" if code else None


def _competent(view: View, ask: Ask) -> str | None:
    if known(view, ask, "competent") is False:
        return "不属于本机关管辖，请决定不予受理并告知有管辖权的复议机关"
    return None


def _no_prior(view: View, ask: Ask) -> str | None:
    prior = known(view, ask, "prior_application")
    if prior == "WITHDRAWN":
        return "撤回后不得以同一事实和理由再次申请；能证明撤回违背真实意愿的，请改为“违背真实意愿”"
    if prior == "DECIDED":
        return "已经受理过同一申请人就同一行政行为提出的申请，请决定不予受理或者告知不再处理"
    return None


def _no_court(view: View, ask: Ask) -> str | None:
    return "人民法院已经受理的，不得申请复议，请决定不予受理" if known(view, ask, "court_accepted") else None


def _one_act(view: View, ask: Ask) -> str | None:
    count = int(known(view, ask, "act_count", 1) or 1)
    return f"申请涉及{count}个行政行为，应当分别申请，请先办理分案" if count > 1 else None


def _respondent_right(view: View, ask: Ask) -> str | None:
    if known(view, ask, "respondent_correct") is False:
        return "被申请人错列，请先告知申请人变更被申请人；不同意变更的，决定不予受理"
    return None


def _not_premature(view: View, ask: Ask) -> str | None:
    full = filing_clock.inaction_full_on(view) if view.calendar is not None else None
    applied = filing_clock.applied_on(view)
    if full and applied and applied <= full and ask.on <= full:
        return f"行政机关的履行期限至{zh(full)}届满，届满以后才能申请复议"
    return None


def _ground_given(view: View, ask: Ask) -> str | None:
    if ask.data.get("procedure") == "SIMPLIFIED" and not ask.data.get("simplified_ground"):
        return "适用简易程序的，请选择依据"
    return None


def _simplified_ok(view: View, ask: Ask) -> str | None:
    if ask.data.get("procedure") != "SIMPLIFIED":
        return None
    ground = ask.data.get("simplified_ground")
    act = filing_clock.act_of(view)
    if known(view, ask, "complex"):
        return "重大、疑难、复杂的案件不适用简易程序，请选择普通程序"
    if ground == "LE_3000":
        amount = ask.data.get("amount") or view.facts.get("amount") or act.get("amount")
        if amount is not None and Decimal(str(amount)) > 3000:
            return f"涉及款额{amount}元，超过三千元，不能以此适用简易程序"
    if ground == "ALL_AGREE" and ask.data.get("all_agree") is False:
        return "当事人各方没有都同意适用简易程序，请选择普通程序"
    matter = known(view, ask, "matter_code")
    if ground == "INFO_DISCLOSURE" and matter not in (None, "14"):
        return "本案不是政府信息公开案件，请核对复议事项或者选择其他依据"
    if ground == "WARNING_OR_CIRCULAR" and matter not in (None, "1", "15"):
        return "本案不是警告或者通报批评，请核对复议事项或者选择其他依据"
    return None


def _simplified(ground: str) -> Test:
    return lambda view, ask: ask.data.get("procedure") == "SIMPLIFIED" and ask.data.get("simplified_ground") == ground  # type: ignore[return-value]


def _amount_missing(view: View, ask: Ask) -> str | None:
    if ask.data.get("procedure") != "SIMPLIFIED" or ask.data.get("simplified_ground") != "LE_3000":
        return None
    amount = ask.data.get("amount") or view.facts.get("amount") or filing_clock.act_of(view).get("amount")
    return "请填写案件涉及款额" if amount is None else None


def _agree_missing(view: View, ask: Ask) -> str | None:
    if ask.data.get("simplified_ground") == "ALL_AGREE" and ask.data.get("all_agree") is None:
        return "请确认当事人各方都同意适用简易程序"
    return None


def _obstacle_complete(view: View, ask: Ask) -> str | None:
    begin, end = ask.date("obstacle_from"), ask.date("obstacle_until")
    if (begin or end) and not ask.data.get("late_reason"):
        return "请填写逾期的正当理由"
    return None


def _obstacle_order(view: View, ask: Ask) -> str | None:
    begin, end = ask.date("obstacle_from"), ask.date("obstacle_until")
    if (begin is None) != (end is None):
        return "请填写障碍发生之日和消除之日"
    if begin and end and end < begin:
        return "障碍消除之日早于发生之日，请核对"
    return None


ADMISSION = (
    Rule("LATE_APPLICATION", _in_time, joined(L(30, 1, 4), L(20)), "late_reason"),
    Rule("OBSTACLE_DATES", _obstacle_order, L(20, 2), "obstacle_from"),
    Rule("LATE_REASON_MISSING", _obstacle_complete, L(20, 2), "late_reason"),
    Rule("OUT_OF_SCOPE", _in_scope, joined(L(12), R(36)), "out_of_scope_code"),
    Rule("NOT_COMPETENT", _competent, L(30, 2), "competent"),
    Rule("PRIOR_APPLICATION", _no_prior, joined(L(30, 1, 7), L(74, 2)), "prior_application"),
    Rule("COURT_ACCEPTED", _no_court, L(29, 2), "court_accepted"),
    Rule("TWO_ACTS", _one_act, L(22, 4)),
    Rule("WRONG_RESPONDENT", _respondent_right, R(29)),
    Rule("PREMATURE", _not_premature, R(24, 1)),
    Rule("SIMPLIFIED_GROUND_MISSING", _ground_given, L(53), "simplified_ground"),
    Rule("AMOUNT_MISSING", _amount_missing, L(53, 1, 3), "amount"),
    Rule("ALL_AGREE_MISSING", _agree_missing, L(53, 2), "all_agree"),
    Rule("SIMPLIFIED_NOT_ALLOWED", _simplified_ok, L(53), "procedure"),
)


def _really_late(view: View, ask: Ask) -> str | None:
    if ask.data.get("reason_code") != "LATE":
        return None
    found = filing_clock.lateness(view)
    if found and not found.late:
        return f"申请于{zh(found.applied_on)}提出，{found.limit}至{zh(found.last_day)}届满，没有逾期，不能以此不予受理"
    return None


REFUSAL = (
    Rule("NOT_LATE", _really_late, L(30, 1, 4), "reason_code"),
    need("competent_organ", "有管辖权的复议机关", lambda v, a: a.data.get("reason_code") == "NOT_COMPETENT", L(30, 2)),
)

# course of the review


def _officers_enough(view: View, ask: Ask) -> str | None:
    named = len(ask.data.get("officers") or ()) or int(view.facts.get("officer_count") or 0)
    if not named:
        return "尚未指定承办人，请先指定承办人"
    procedure = known(view, ask, "procedure", "ORDINARY")
    least = view.param("officers_simplified", ask.on) if procedure == "SIMPLIFIED" else 2
    if named < int(least):
        return f"{'简易程序' if procedure == 'SIMPLIFIED' else '普通程序'}至少由{least}名复议人员办理，现为{named}名，请增派"
    return None


def _officers_if_named(view: View, ask: Ask) -> str | None:
    return _officers_enough(view, ask) if ask.data.get("officers") else None


OFFICERS = Rule("OFFICERS_TOO_FEW", _officers_enough, joined(R(39), L(36, 1)))
OFFICERS_NAMED = Rule("OFFICERS_TOO_FEW", _officers_if_named, joined(R(39), L(36, 1)), "officers")


def _staff_agent(view: View, ask: Ask) -> str | None:
    count = ask.data.get("staff_agents")
    if count is not None and not 1 <= int(count) <= 2:
        return "被申请人应当指定一至二名工作人员作为代理人，不能只委托律师"
    return None


STAFF_AGENT = Rule("STAFF_AGENT", _staff_agent, R(18, 2), "staff_agents")


def _convertible(view: View, ask: Ask) -> str | None:
    return "本案已经适用普通程序，不需要转换" if view.facts.get("procedure") != "SIMPLIFIED" else None


def _convert_in_time(view: View, ask: Ask) -> str | None:
    found = clock(view, ask, "RC-DECIDE-SIM")
    if found and found.legal and ask.on > found.legal:
        return f"简易程序的审理期限已于{zh(found.legal)}届满，不能再转为普通程序"
    return None


CONVERSION = (
    Rule("ALREADY_ORDINARY", _convertible, L(55)),
    Rule("CONVERT_TOO_LATE", _convert_in_time, joined(L(55), L(62, 2))),
)


def _extend_ordinary(view: View, ask: Ask) -> str | None:
    if view.facts.get("procedure") == "SIMPLIFIED":
        return "简易程序没有延期，需要延长的先转为普通程序"
    return None


def _extend_once(view: View, ask: Ask) -> str | None:
    last, restart = view.last("extended"), view.last("elevation_received")
    if last is not None and (restart is None or restart.seq < last.seq):
        return "审理期限只能延长一次"
    return None


def _extend_days(view: View, ask: Ask) -> str | None:
    days = int(ask.data.get("extension_days") or 0)
    return None if 1 <= days <= 30 else "延长期限最多30日，请填写1至30"


def _extend_in_time(view: View, ask: Ask) -> str | None:
    found = clock(view, ask, "RC-DECIDE-ORD")
    if found and (found.status is Status.LAPSED or (found.legal and ask.on > found.legal)):
        return f"审理期限已于{zh(found.legal)}届满，不能再延长"
    return None


EXTENSION = (
    Rule("EXTEND_ORDINARY_ONLY", _extend_ordinary, L(62)),
    Rule("EXTEND_ONCE", _extend_once, L(62, 1)),
    Rule("EXTEND_MAX_30", _extend_days, L(62, 1), "extension_days"),
    Rule("EXTEND_TOO_LATE", _extend_in_time, L(62, 1)),
)


def _suspension_consents(view: View, ask: Ask) -> str | None:
    if ask.data.get("ground") == "6" and not (
        ask.data.get("applicant_consents") and ask.data.get("respondent_consents")
    ):
        return "因调解、和解中止，须申请人和被申请人都同意"
    return None


ORGANIZATIONS = ("LEGAL_PERSON", "OTHER_ORG", "PARTNERSHIP", "OWNERS_COMMITTEE", "VILLAGE_COLLECTIVE")


def _suspension_party(view: View, ask: Ask) -> str | None:
    kind, ground = view.facts.get("applicant_kind"), ask.data.get("ground")
    if kind in ORGANIZATIONS and ground in ("1", "2", "3"):
        return "申请人不是公民，不能以此理由中止"
    if kind == "CITIZEN" and ground == "4":
        return "申请人是公民，不能以组织终止为由中止"
    return None


SUSPENSION = (
    Rule("BOTH_CONSENTS", _suspension_consents, L(39, 1, 6), "ground"),
    Rule("GROUND_UNFIT", _suspension_party, L(39, 1), "ground"),
)


def _withdrawn_first(view: View, ask: Ask) -> str | None:
    if ask.data.get("ground") != "1":
        return None
    asked, denied = view.last("withdrawn"), view.last("withdrawal_refused")
    if asked is None:
        return "申请人没有撤回申请，不能以撤回为由终止"
    if denied is not None and denied.seq > asked.seq:
        return "撤回申请没有获准，不能以撤回为由终止"
    return None


def _termination_party(view: View, ask: Ask) -> str | None:
    kind, ground = view.facts.get("applicant_kind"), ask.data.get("ground")
    if kind in ORGANIZATIONS and ground in ("2", "4"):
        return "申请人不是公民，不能以此理由终止"
    if kind == "CITIZEN" and ground == "3":
        return "申请人是公民，不能以组织终止为由终止"
    if ground == "4" and view.facts.get("matter_code") not in (None, "1", "2"):
        return "只有对行政拘留或者限制人身自由的强制措施不服的案件，才能以此理由终止"
    return None


def _sixty_days(view: View, ask: Ask) -> str | None:
    if ask.data.get("ground") != "5":
        return None
    rec = view.last("suspended")
    if view.state is not states.SUSPENDED or rec is None or rec.data.get("ground") not in ("1", "2", "4"):
        return "只有因申请人死亡、丧失行为能力或者组织终止而中止的，满六十日才能终止"
    return None


def _sixty_full(view: View, ask: Ask) -> str | None:
    if ask.data.get("ground") != "5":
        return None
    found = clock(view, ask, "RC-TERM-60")
    if found and found.nominal and ask.on <= found.nominal:
        return f"中止至{zh(found.nominal)}才满六十日，次日起才能终止"
    return None


TERMINATION = (
    Rule("WITHDRAWAL_NEEDED", _withdrawn_first, L(41, 0, 1), "ground"),
    Rule("TERMINATE_GROUND", _sixty_days, L(41, 0, 5), "ground"),
    Rule("GROUND_UNFIT", _termination_party, L(41), "ground"),
    Rule("TERMINATE_TOO_EARLY", _sixty_full, L(41, 0, 5), "ground"),
)


def _represented(view: View, ask: Ask) -> str | None:
    if (
        "representative" in ask.actor.roles
        and "applicant" not in ask.actor.roles
        and not ask.data.get("represented_consent")
    ):
        return "代表人变更请求、撤回申请或者承认第三人的请求，应当经被代表的申请人同意"
    return None


REPRESENTED = Rule("REPRESENTED_CONSENT", _represented, L(15, 2), "represented_consent")
