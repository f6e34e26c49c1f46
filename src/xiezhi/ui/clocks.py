"""What is left of a term, in words and shape: the chip of a queue, and the clock in full."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from xiezhi.kernel.calendar import clock as wall
from xiezhi.kernel.calendar import services as calendars
from xiezhi.kernel.calendar.counting import Unit
from xiezhi.kernel.calendar.days import Calendar
from xiezhi.kernel.procedures import registry
from xiezhi.kernel.procedures.clocks import Clock, Status
from xiezhi.kernel.procedures.declare import Term

SOON = 3
"""Working days left from which a clock is shown in amber."""

ICONS = {
    "plain": "clock", "soon": "clock", "today": "clock-hour-4", "late": "alert-triangle", "held": "player-pause",
    "met": "circle-check", "none": "minus",
}  # fmt: skip


@dataclass(frozen=True)
class Chip:
    """One clock in a few words: `state` decides shape and color, `left` says what is left, `date` until when."""

    state: str
    left: str
    date: str = ""
    iso: str = ""
    title: str = ""
    provisional: bool = False

    @property
    def icon(self) -> str:
        return ICONS[self.state]


def short_date(day: date, today: date) -> str:
    """11月27日, with the year where it is another one."""
    return f"{day.month}月{day.day}日" if day.year == today.year else f"{day.year}年{day.month}月{day.day}日"


def calendar_for(request: HttpRequest | None) -> Calendar:
    """The calendar, looked up once per request; unpublished years are assumed."""
    if request is None:
        return calendars.load().provisional()
    found: Calendar | None = getattr(request, "_xz_calendar", None)
    if found is None:
        found = calendars.load().provisional()
        request._xz_calendar = found  # type: ignore[attr-defined]
    return found


def keep_calendar(request: HttpRequest, calendar: Calendar) -> None:
    """Let the page use a calendar that was read already."""
    request._xz_calendar = calendar.provisional()  # type: ignore[attr-defined]


def working_left(calendar: Calendar, today: date, until: date) -> int:
    """Working days after today up to and including `until`; negative when it has passed."""
    step = date.resolution
    if until >= today:
        return calendar.working_between(today + step, until + step)
    return -calendar.working_between(until + step, today + step)


def _chip(day: date, unit: Unit, calendar: Calendar, title: str, provisional: bool) -> Chip:
    today = wall.today()
    shown = short_date(day, today)
    if day == today:
        return Chip("today", "今天", "24时前", day.isoformat(), title, provisional)
    work = working_left(calendar, today, day)
    in_working_days = unit is Unit.WD
    amount = f"{abs(work)}个工作日" if in_working_days else f"{abs((day - today).days)}天"
    if day < today:
        return Chip(
            "late",
            f"超期{amount}" if abs(work) or not in_working_days else "已超期",
            shown,
            day.isoformat(),
            title,
            provisional,
        )
    state = "soon" if work <= SOON else "plain"
    return Chip(state, amount if in_working_days else f"还有{amount}", shown, day.isoformat(), title, provisional)


def term_of(procedure: str, version: int, term: str) -> Term | None:
    """The declared term, None where the procedure or the term is not known to this installation."""
    try:
        return registry.get(procedure, version).terms.get(term)
    except LookupError:
        return None


def chip_of_matter(matter: Any, calendar: Calendar) -> Chip:
    """The leading clock of a matter from its index columns; no query."""
    if not matter.open:
        return Chip("met", "已办结", short_date(matter.closed_on, wall.today()) if matter.closed_on else "")
    if matter.held:
        return Chip("held", "已停", "", "", "期限中止")
    if matter.due_legal is None:
        return Chip("none", "没有期限")
    term = term_of(matter.procedure, matter.version, matter.due_term)
    unit = term.unit if term else Unit.CD
    # Another clock of the matter may be provisional; this one is only where it runs into an unpublished year.
    provisional = matter.due_provisional and calendar.unpublished_within(wall.today(), matter.due_legal)
    return _chip(matter.due_legal, unit, calendar, term.title if term else "", provisional)


def chip_of_clock(clock: Clock, calendar: Calendar) -> Chip:
    """One computed clock as a chip."""
    term, today = clock.term, wall.today()
    if clock.status is Status.HELD or clock.legal is None:
        return Chip("held", "已停", "", "", term.title)
    shown = short_date(clock.legal, today)
    match clock.status:
        case Status.MET:
            return Chip("met", "已办", short_date(clock.met_on, today) if clock.met_on else "", "", term.title)
        case Status.MET_LATE:
            return Chip("late", "逾期办理", short_date(clock.met_on, today) if clock.met_on else "", "", term.title)
        case Status.CANCELLED:
            return Chip("none", "不再计算", "", "", term.title)
        case Status.FULL:
            return Chip("met", "已届满", shown, clock.legal.isoformat(), term.title)
        case Status.LAPSED if clock.legal >= today:
            return Chip("late", "已超期", shown, clock.legal.isoformat(), term.title)
    return _chip(clock.legal, term.unit, calendar, term.title, clock.provisional)


@dataclass(frozen=True)
class FullClock:
    """A clock with number, date, reasons and consequence, for the pages of one matter."""

    clock: Clock
    chip: Chip
    number: int
    unit_word: str
    late: bool
    today: bool
    held: bool
    spent: int
    total: int

    @property
    def percent(self) -> int:
        return max(0, min(100, round(100 * self.spent / self.total))) if self.total else 0


def full(clock: Clock, calendar: Calendar) -> FullClock:
    """What the page says about a live clock. `spent` and `total` are days since the start, for the bar."""
    today = wall.today()
    chip = chip_of_clock(clock, calendar)
    legal = clock.legal
    in_working_days = clock.term.unit is Unit.WD
    left = (
        0 if legal is None else abs(working_left(calendar, today, legal) if in_working_days else (legal - today).days)
    )
    total = (legal - clock.started_on).days if legal else 0
    return FullClock(
        clock, chip, left, _("个工作日") if in_working_days else _("天"), chip.state == "late", chip.state == "today",
        chip.state == "held", (today - clock.started_on).days, total,
    )  # fmt: skip
