"""期限 of legal aid (legal-services.md 3): every clock with its article.

法律援助法 counts 日 without saying which: calendar days, moved on when the last one is off. Where a province counts
working days, the parameter `days_counted` says so from a date on, and the twin of the term (…-WD) runs instead. Lengths
the law leaves open (meeting, closing, subsidy, objection) are dated parameters.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from xiezhi.kernel.calendar.counting import Spell
from xiezhi.kernel.procedures.clocks import SHANGHAI, moment_in, spells_of
from xiezhi.kernel.procedures.core import View
from xiezhi.kernel.procedures.declare import CD, HR, WD, Side, Since, SpellRule, Started, Term, TermKind

from . import states as S
from .citations import CRP, PLAIN, RECON, A, joined

__all__ = ["Terms"]

CALENDAR, WORKING_DAYS = "CALENDAR", "WORKING"


def _calendar_days(view: View) -> bool:
    return bool(view.param("days_counted", view.events[0].on) == CALENDAR)


def _working_days(view: View) -> bool:
    return bool(view.param("days_counted", view.events[0].on) == WORKING_DAYS)


def _length(name: str, event: str) -> Callable[[View], int | None]:
    """The parameter in force on the day of the event; 0 or none means there is no such limit."""

    def length(view: View) -> int | None:
        value = view.param(name, view.on(event))
        return int(value) if value else None

    return length


def _asked_start(view: View) -> Started | None:
    """二十四小时 run from the moment the person asked, which may be earlier than the entry."""
    rec = view.last("asked_in_custody")
    if rec is None:
        return None
    at = moment_in(rec, "applied_at") or rec.at
    return Started(at.astimezone(SHANGHAI).date(), "提出申请", A(39), rec.seq, at)


def _decide_start(view: View) -> Started | None:
    """审查 starts when the agency receives the application, or receives it from custody, a station or another agency."""
    first = view.first("applied")
    if first is not None:
        on = first.date("received_on") or first.on
        started = Started(on, "收到法律援助申请", A(43, 1), first.seq)
    else:
        passed = view.last("passed_on")
        if passed is None:
            return None
        started = Started(
            passed.date("received_on") or passed.on, "收到转交的申请", joined(A(39), A(43, 1)), passed.seq
        )
    again = view.last("supplemented")
    if again is not None and view.param("supplement_time", view.on("supplement_noticed")) == "RESTART":
        return Started(again.on, "收到补充的材料", A(43, 2), started.seq)
    return started


_SUPPLEMENT = Term(
    "", "", 1, CD, (), "",
    spells=(SpellRule("supplement_noticed", ("supplemented",), "等待补充材料", A(43, 2)),),
)  # fmt: skip


def _decide_spells(view: View) -> Sequence[Spell]:
    """Time for the supplement does not count, unless the reading in force says it does."""
    return spells_of(view, _SUPPLEMENT) if view.param("supplement_time", view.events[0].on) == "EXCLUDED" else ()


def _supplement_start(view: View) -> Started | None:
    rec = view.last("supplement_noticed")
    return Started(rec.on, "告知补充材料", A(43, 2), rec.seq) if rec else None


def _until(event: str, name: str) -> Callable[[View], int | None]:
    """Days from an event to the day named in its form."""

    def length(view: View) -> int | None:
        rec = view.last(event)
        end = rec.date(name) if rec else None
        return max(1, (end - rec.on).days) if rec and end else None

    return length


def _notice_start(view: View) -> Started | None:
    rec = view.last("defence_notified")
    if rec is None:
        return None
    return Started(rec.date("received_on") or rec.on, "收到办案机关的通知", A(36), rec.seq)


def _found_start(view: View) -> Started | None:
    rec = view.last("defence_notified")
    found = rec.date("found_on") if rec else None
    must = rec is not None and rec.data.get("notice_kind") in ("MUST", "TREATMENT")
    return Started(found, "发现应当通知的情形", A(36), rec.seq) if rec and found and must else None


def _in_custody(view: View) -> bool:
    return bool(view.facts.get("in_custody"))


def _objectionable(view: View) -> Started | None:
    """异议期 runs from the refusal or the termination, where a province sets one."""
    for rec in reversed(view.events):
        if rec.event in ("refused", "terminated"):
            return Started(rec.date("served_on") or rec.on, "收到决定", A(49, 1), rec.seq)
    return None


def _objection_length(view: View) -> int | None:
    start = _objectionable(view)
    days = view.param("objection_days", start.on) if start else 0
    return int(days) or None


def _objection_start(view: View) -> Started | None:
    rec = view.last("objected")
    return Started(rec.date("received_on") or rec.on, "收到异议", A(49, 2), rec.seq) if rec else None


def _ended_start(view: View) -> Started | None:
    rec = view.last("ended")
    return Started(rec.date("ended_on") or rec.on, "援助事项办理结束", A(50), rec.seq) if rec else None


_TOLD_IN = (S.NOTICE_RECEIVED, S.APPOINTED, S.WORKING, S.CHANGED)
_LATE = "逾期：上级机构督促，影响期限统计"


class Terms:
    """Every clock of legal aid."""

    transfer = Term(
        "LA-TRANSFER", "转交申请", 24, HR, _asked_start, A(39), side=Side.AUTHORITY,
        runs_in=(S.AT_CUSTODY,), on_lapse="逾期：法律援助机构提醒转交单位，申请人可以另行直接申请", todo="转交申请",
    )  # fmt: skip
    decide = Term(
        "LA-DECIDE", "审查并决定", 7, CD, _decide_start, A(43, 1), PLAIN, applies=_calendar_days, spells=_decide_spells,
        runs_in=S.UNDER_REVIEW, on_lapse=_LATE, todo="作出决定",
    )  # fmt: skip
    decide_wd = Term(
        "LA-DECIDE-WD", "审查并决定（按工作日）", 7, WD, _decide_start, A(43, 1), PLAIN, applies=_working_days, spells=_decide_spells,
        runs_in=S.UNDER_REVIEW, on_lapse=_LATE, todo="作出决定",
    )  # fmt: skip
    supplement = Term(
        "LA-SUPPLEMENT", "补充材料", _until("supplement_noticed", "due_on"), CD, _supplement_start, A(43, 2), side=Side.PARTY,
        runs_in=(S.SUPPLEMENT,), roll=False, on_lapse="视为撤回申请，可以再次申请", todo="补充材料",
    )  # fmt: skip
    appoint = Term(
        "LA-APPOINT", "指派法律援助人员", 3, CD, (Since("granted", "", "决定给予援助"), Since("regranted", "", "改正后给予援助")),
        A(43, 1), PLAIN, applies=_calendar_days, runs_in=(S.GRANTED,), on_lapse=_LATE, todo="指派法律援助人员",
    )  # fmt: skip
    appoint_wd = Term(
        "LA-APPOINT-WD", "指派法律援助人员（按工作日）", 3, WD,
        (Since("granted", "", "决定给予援助"), Since("regranted", "", "改正后给予援助")),
        A(43, 1), PLAIN, applies=_working_days, runs_in=(S.GRANTED,), on_lapse=_LATE, todo="指派法律援助人员",
    )  # fmt: skip
    first_aid_appoint = Term(
        "LA-FIRST-AID", "先行提供后的指派", _length("first_aid_appoint_days", "first_aid_granted"), CD,
        (Since("first_aid_granted", "", "决定先行提供"),), A(44, 1), PLAIN, runs_in=(S.FIRST_AID,), on_lapse=_LATE,
        todo="立即指派法律援助人员",
    )  # fmt: skip
    papers = Term(
        "LA-PAPERS", "补办手续", _until("first_aid_granted", "papers_due_on"), CD, (Since("first_aid_granted", "", "决定先行提供"),),
        A(44, 2), PLAIN, side=Side.PARTY, runs_in=(S.FIRST_AID, S.APPOINTED, S.WORKING, S.CHANGED),
        on_lapse="催告补办；查明不符合条件的，终止援助", todo="补办手续",
    )  # fmt: skip
    reappoint = Term(
        "LA-REAPPOINT", "另行指派", _length("reappoint_days", "replaced"), CD,
        (Since("replaced", "", "决定更换"), Since("reinstated", "", "改正后恢复援助")), A(55), PLAIN, runs_in=(S.CHANGED,),
        on_lapse=_LATE, todo="另行指派",
    )  # fmt: skip
    organ_notice = Term(
        "LA-ORGAN-NOTICE", "办案机关通知指派", 3, CD, _found_start, A(36), PLAIN, side=Side.AUTHORITY,
        on_lapse="办案机关逾期通知，计入协作统计", alarm=False,
    )  # fmt: skip
    notify_appoint = Term(
        "LA-NOTIFY-APPOINT", "收到通知后的指派", 3, CD, _notice_start, A(36), PLAIN, applies=_calendar_days,
        runs_in=(S.NOTICE_RECEIVED,), on_lapse=_LATE, todo="指派律师",
    )  # fmt: skip
    notify_appoint_wd = Term(
        "LA-NOTIFY-APPOINT-WD", "收到通知后的指派（按工作日）", 3, WD, _notice_start, A(36), PLAIN, applies=_working_days,
        runs_in=(S.NOTICE_RECEIVED,), on_lapse=_LATE, todo="指派律师",
    )  # fmt: skip
    notify_tell = Term(
        "LA-NOTIFY-TELL", "指派后通知办案机关", 3, CD, _notice_start, A(36), PLAIN, applies=_calendar_days,
        runs_in=_TOLD_IN, on_lapse=_LATE, todo="通知办案机关",
    )  # fmt: skip
    notify_tell_wd = Term(
        "LA-NOTIFY-TELL-WD", "指派后通知办案机关（按工作日）", 3, WD, _notice_start, A(36), PLAIN, applies=_working_days,
        runs_in=_TOLD_IN, on_lapse=_LATE, todo="通知办案机关",
    )  # fmt: skip
    custody_day = Term(
        "LA-CUSTODY-DAY", "在押案件的提醒日", 3, CD, _notice_start, joined(A(36), CRP(105, 4)), applies=_in_custody,
        runs_in=(S.NOTICE_RECEIVED,), roll=False, todo="当事人在押，尽早指派律师",
        on_lapse="当事人在押，羁押期间不因节假日延长：到这一天仍未指派的，立即提醒；法定期限另计",
    )  # fmt: skip
    offer = Term(
        "LA-OFFER", "答复征询", _length("offer_hours", "offered"), HR, (Since("offered", "", "发出征询"),), A(16, 1), side=Side.PARTY,
        runs_in=S.TO_APPOINT, on_lapse="征询失效，改为征询他人；办件始终由法律援助机构负责", todo="答复是否承办", alarm=False,
    )  # fmt: skip
    meet = Term(
        "LA-MEET", "会见受援人、签订委托协议", _length("meet_days", "appointed"), CD, (Since("appointed", "", "指派"),), A(46, 1), PLAIN,
        side=Side.PARTY, runs_in=(S.APPOINTED,), on_lapse="法律援助机构督促承办人员；无正当理由拖延的可以更换", todo="会见并签订协议",
    )  # fmt: skip
    close_file = Term(
        "LA-CLOSE", "提交结案材料", _length("closing_days", "ended"), CD, _ended_start, A(50), PLAIN, side=Side.PARTY,
        runs_in=(S.WORKING,), on_lapse="法律援助机构催交，影响补贴和考核", todo="提交结案材料",
    )  # fmt: skip
    subsidy = Term(
        "LA-SUBSIDY", "支付补贴", _length("subsidy_days", "file_accepted"), CD, (Since("file_accepted", "", "结案材料审查合格"),),
        A(52, 1), PLAIN, runs_in=(S.CLOSED,), on_lapse=_LATE, todo="支付补贴",
    )  # fmt: skip
    objection_period = Term(
        "LA-OBJECT", "提出异议", _objection_length, CD, _objectionable, A(49, 1), PLAIN, side=Side.PARTY,
        runs_in=(S.REFUSED, S.TERMINATED, S.PAID, S.ARCHIVED), alarm=False, on_lapse="逾期的异议可以不审查，仍可以依法申请行政复议或者起诉",
    )  # fmt: skip
    objection = Term(
        "LA-OBJECTION", "审查异议", 5, CD, _objection_start, A(49, 2), PLAIN, applies=_calendar_days, runs_in=(S.OBJECTION,),
        on_lapse="申请人可以向上级司法行政部门反映", todo="审查异议",
    )  # fmt: skip
    objection_wd = Term(
        "LA-OBJECTION-WD", "审查异议（按工作日）", 5, WD, _objection_start, A(49, 2), PLAIN, applies=_working_days,
        runs_in=(S.OBJECTION,), on_lapse="申请人可以向上级司法行政部门反映", todo="审查异议",
    )  # fmt: skip
    reconsideration = Term(
        "LA-RECON", "申请行政复议", 60, CD, (Since("upheld", "served_on", "收到维持决定"),), joined(A(49, 3), RECON(20, 1)), PLAIN,
        side=Side.PARTY, kind=TermKind.DEADLINE, runs_in=(S.UPHELD, S.PAID, S.ARCHIVED), alarm=False,
        on_lapse="不能再申请行政复议（有不可抗力等正当理由的除外）",
    )  # fmt: skip
    complaint = Term(
        "LA-COMPLAINT", "调查处理投诉并告知结果", _length("complaint_days", "complaint_received"), CD,
        (Since("complaint_received", "", "收到投诉"),), A(56), PLAIN, multiple=True, on_lapse="投诉人可以向上级司法行政部门反映",
        todo="处理投诉",
    )  # fmt: skip
