"""申请期限: from which day the 60 days run, what is not counted, and whether an application is late.

Pure functions of the facts about the act (`administrative_act`, reconsideration.md 4). Sources: 行政复议法 第20条, 第21条;
行政复议法实施条例 第23条, 第24条, 第26条, 第38条.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from xiezhi.kernel.calendar.counting import Calendar, Due, Spell, Unit, add_months, count
from xiezhi.kernel.procedures.core import View, as_date
from xiezhi.kernel.procedures.declare import Started

from .citations import PLAIN, L, R

__all__ = [
    "Lateness",
    "abs_length",
    "abs_start",
    "act_of",
    "applied_on",
    "apply_length",
    "apply_start",
    "filing_spells",
    "inaction_full_on",
    "inaction_length",
    "inaction_start",
    "lateness",
    "untold_start",
]  # fmt: skip

INACTION_DAYS = 60
NOTICE_DAYS = 30
DAY = timedelta(days=1)


def act_of(view: View) -> Mapping[str, Any]:
    """The facts of the act under review; empty when the filing gave none."""
    found = view.facts.get("act")
    return found if isinstance(found, Mapping) else {}


def _day(act: Mapping[str, Any], name: str) -> date | None:
    return as_date(act.get(name))


def _chain(view: View, due: Due) -> date:
    """Where the next term starts when terms follow one another: the unmoved end, or the moved one (a reading)."""
    nominal, legal = due.nominal, due.legal
    assert nominal is not None and legal is not None
    return legal if view.param("chain_terms_on") == "LEGAL" else nominal


def _count(view: View, start: date, length: int, unit: Unit = Unit.CD) -> Due:
    calendar = view.calendar
    if calendar is None:
        raise RuntimeError("the filing clock needs a calendar: set view.calendar or call settle() first")
    return count(start, length, unit, calendar)


def inaction_start(view: View) -> Started | None:
    """RC-INACTION-START: the organ received the request (R 24); urgent cases have no such wait."""
    act = act_of(view)
    received = _day(act, "request_received_on")
    if not act.get("is_inaction") or received is None or act.get("urgent"):
        return None
    return Started(received, "行政机关收到履职申请", R(24, 1))


def inaction_length(view: View) -> int | None:
    """Days the organ has to act: the limit in law, else 60 (R 24)."""
    act = act_of(view)
    due, received = _day(act, "performance_due_on"), _day(act, "request_received_on")
    if due and received and due > received:
        return (due - received).days
    return int(act.get("performance_limit") or INACTION_DAYS)


def inaction_full_on(view: View) -> date | None:
    """Day on which inaction is complete, or None where none is needed (urgent) or known."""
    started = inaction_start(view)
    if started is None:
        return None
    explicit = _day(act_of(view), "performance_due_on")
    if explicit:
        return explicit
    return _chain(view, _count(view, started.on, inaction_length(view) or INACTION_DAYS))


def _knowledge(view: View) -> Started | None:
    """When the person knew or should have known of an act that was made (R 23)."""
    act = act_of(view)
    proven = _day(act, "known_proven_on")
    if proven:
        return Started(proven, "被申请人证明申请人知道该行政行为", R(23, 2))
    method, served, made = act.get("service_method"), _day(act, "served_on"), _day(act, "made_on")
    if method == "ON_SPOT":
        day = made or served
        return Started(day, "当场作出行政行为", R(23, 1, 1)) if day else None
    if method == "PUBLIC_NOTICE":
        posted = _day(act, "notice_on") or served or made
        if posted is None:
            return None
        due = _count(view, posted, int(act.get("notice_days") or NOTICE_DAYS))
        return Started(_chain(view, due), "公告规定的期限届满", R(23, 1, 5))
    if served and method != "NOT_SERVED":
        label, item = {
            "POST": ("受送达人签收邮件", 3), "ELECTRONIC": ("法律文书到达受送达人指定的系统", 4),
        }.get(str(method), ("受送达人签收或者拒收", 2))  # fmt: skip
        return Started(served, label, R(23, 1, item))
    known = _day(act, "content_known_on")
    return Started(known, "知道或者应当知道该行政行为", L(20, 1)) if known else None


def apply_start(view: View) -> Started | None:
    """RC-APPLY: the day from which the time to apply runs; None while it has not begun (remedy never told)."""
    act = act_of(view)
    if act.get("is_inaction"):
        full = inaction_full_on(view)
        return Started(full, "履行期限届满", R(24, 1)) if full else None
    if act.get("told_remedy") is False:
        told = _day(act, "told_remedy_on")
        return Started(told, "收到补充告知或者知道申请权利和期限", R(23, 1, 6)) if told else None
    return _knowledge(view)


def apply_length(view: View) -> int:
    """60 days, or the longer period of another law (L 20 ¶1)."""
    return max(60, int(act_of(view).get("longer_period_days") or 0))


def untold_start(view: View) -> Started | None:
    """RC-APPLY-UNTOLD: knowledge of the content when the remedy was not told (L 20 ¶3)."""
    act = act_of(view)
    if act.get("told_remedy") is not False:
        return None
    known = _day(act, "content_known_on")
    if known:
        return Started(known, "知道或者应当知道行政行为内容", L(20, 3))
    found = _knowledge(view)
    return Started(found.on, "知道或者应当知道行政行为内容", L(20, 3)) if found else None


def abs_start(view: View) -> Started | None:
    """RC-APPLY-ABS: the day the act was made (L 21)."""
    made = _day(act_of(view), "made_on")
    return Started(made, "作出行政行为", L(21)) if made else None


def abs_length(view: View) -> int:
    """20 years for immovables, else 5."""
    return 20 if act_of(view).get("immovable") else 5


def _half_open(view: View, begin: date, end: date, reason: str, basis: str) -> Spell:
    """[begin, end); with the closed reading the last day is left out too."""
    if view.param("court_time_interval") == "CLOSED":
        end += DAY
    return Spell(begin, max(begin, end), reason, basis)


def filing_spells(view: View, extra: Mapping[str, Any] | None = None) -> Sequence[Spell]:
    """Time that does not count for the application: obstacles, a suit brought first, the penalty organ's handling."""
    act = act_of(view)
    found: list[Spell] = []
    for source in (act, view.facts, extra or {}):
        begin, end = as_date(source.get("obstacle_from")), as_date(source.get("obstacle_until"))
        if begin and end and end > begin:
            found.append(Spell(begin, end, "不可抗力或者其他正当理由耽误的期间", L(20, 2)))
    sued, dismissed = _day(act, "suit_filed_on"), _day(act, "suit_dismissal_served_on")
    if sued and dismissed and dismissed >= sued:
        found.append(_half_open(view, sued, dismissed, "起诉至驳回起诉裁定送达的期间", R(26)))
    given, told = _day(act, "penalty_organ_submitted_on"), _day(act, "penalty_organ_told_on")
    via, fixed = view.first("via_penalty_organ"), view.last("self_corrected")
    if via and fixed:
        given, told = via.on, fixed.date("told_on") or fixed.on
    if given and told and told >= given:
        found.append(_half_open(view, given, told, "通过处罚机关提交至获知自行纠正情况的期间", R(38, 2)))
    return tuple(found)


def applied_on(view: View) -> date | None:
    """Day that counts as applying: the postmark for letters (CPL 85 ¶4), else the day of filing."""
    rec = view.last("insisted") or view.first("via_penalty_organ") or view.first("filed")
    if rec is None:
        return None
    return rec.date("postmarked_on") or rec.on


@dataclass(frozen=True)
class Lateness:
    """Result of the timeliness test: the last day by each limit and which one was missed."""

    applied_on: date
    last_day: date
    limit: str
    basis: str

    @property
    def late(self) -> bool:
        return self.applied_on > self.last_day


def _ends(view: View, calendar: Calendar, extra: Mapping[str, Any] | None) -> list[tuple[date, str, str]]:
    ends: list[tuple[date, str, str]] = []
    spells = filing_spells(view, extra)
    start = apply_start(view)
    if start:
        due = count(start.on, apply_length(view), Unit.CD, calendar, spells=spells, counting_basis=PLAIN)
        if due.legal:
            ends.append((due.legal, "申请期限", L(20, 1)))
    untold = untold_start(view)
    if untold:
        due = count(untold.on, 1, Unit.YR, calendar, spells=spells)
        if due.legal:
            ends.append((due.legal, "未告知申请权利时的最长期限", L(20, 3)))
    made = abs_start(view)
    if made:
        # twenty years ahead no calendar is published; the plain week is a fair guess and the day is only a bound
        bound = add_months(made.on, 12 * abs_length(view))
        ends.append((calendar.provisional().roll(bound), "最长申请期限", L(21)))
    return ends


def lateness(view: View, extra: Mapping[str, Any] | None = None) -> Lateness | None:
    """Whether the application came in time: the earliest of the limits that apply. None when no limit can be computed."""
    applied, calendar = applied_on(view), view.calendar
    if applied is None or calendar is None:
        return None
    ends = _ends(view, calendar, extra)
    if not ends:
        return None
    last, limit, basis = min(ends)
    return Lateness(applied, last, limit, basis)
