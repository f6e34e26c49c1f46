"""时钟: what is due on a matter, since when, until when and why. Computed from history and calendar, never ticked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from xiezhi.kernel.calendar.counting import (
    Calendar,
    Due,
    Extension,
    Spell,
    Step,
    Unit,
    count,
    count_back,
    count_hours,
)
from xiezhi.kernel.procedures.declare import Meets, Since, SinceLapse, Term, TermKind

if TYPE_CHECKING:
    from xiezhi.kernel.procedures.core import Recorded, View

SHANGHAI = ZoneInfo("Asia/Shanghai")
_DAY = timedelta(days=1)


class Status(StrEnum):
    """Where a clock stands. FULL is for waiting periods that have run out and so opened something."""

    RUNNING = "RUNNING"
    HELD = "HELD"
    MET = "MET"
    MET_LATE = "MET_LATE"
    LAPSED = "LAPSED"
    CANCELLED = "CANCELLED"
    FULL = "FULL"

    @property
    def label(self) -> str:
        return _LABELS[self.value]


_LABELS = {
    "RUNNING": "进行中", "HELD": "已停", "MET": "已按期完成", "MET_LATE": "逾期完成", "LAPSED": "已逾期",
    "CANCELLED": "不再计算", "FULL": "已届满",
}  # fmt: skip

_MIDNIGHT: dict[date, datetime] = {}


def next_midnight(day: date) -> datetime:
    """24:00 of `day` in Asia/Shanghai."""
    found = _MIDNIGHT.get(day)
    if found is None:
        after = day + _DAY
        found = datetime(after.year, after.month, after.day, tzinfo=SHANGHAI)
        if len(_MIDNIGHT) < 50_000:
            _MIDNIGHT[day] = found
    return found


@dataclass(frozen=True, slots=True)
class Clock:
    """One running, halted or finished clock. `nominal` is the unmoved day, `legal` the day that counts in law."""

    term: Term
    number: int
    started_on: date
    start_label: str
    start_basis: str
    nominal: date | None
    legal: date | None
    due_at: datetime | None
    status: Status
    met_on: date | None
    due: Due | None
    provisional: bool
    ended: bool = False  # the matter has left the states in which the term runs: missed or not, nothing is due any more
    begun_at: datetime | None = None  # the moment from which hours run

    @property
    def live(self) -> bool:
        return not self.ended and self.status in (Status.RUNNING, Status.HELD, Status.LAPSED)

    @property
    def reasons(self) -> tuple[Step, ...]:
        """Every step of the count with its article, in Chinese; the start first."""
        first = Step(
            f"自{_zh(self.started_on)}{self.start_label}起算", self.start_basis or self.term.basis, self.started_on
        )
        return (first, *(self.due.steps if self.due else ()))


def _zh(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


@dataclass(frozen=True, slots=True)
class _Start:
    seq: int
    on: date
    at: datetime | None
    label: str
    basis: str


def moment_in(rec: Recorded, name: str) -> datetime | None:
    """The moment in a DATETIME field of an entry (local time without a zone), for limits in hours; None for a day."""
    value = rec.data.get(name) if name else None
    if not isinstance(value, str) or len(value) < 16:
        return None
    found = datetime.fromisoformat(value)
    return found if found.tzinfo is not None else found.replace(tzinfo=SHANGHAI)


def _starts(view: View, term: Term, calendar: Calendar, as_of: datetime) -> list[_Start]:
    since = term.since
    if callable(since):
        found = since(view)
        return [_Start(found.seq, found.on, found.at, found.label, found.basis)] if found else []
    out: list[_Start] = []
    for rule in since:
        if isinstance(rule, SinceLapse):
            clock = clock_of(view, view.procedure.terms[rule.term], calendar, as_of)
            if clock is not None and clock.status in (Status.LAPSED, Status.MET_LATE) and clock.legal is not None:
                out.append(_Start(0, clock.legal, None, rule.label or f"“{clock.term.title}”届满", clock.term.basis))
            continue
        for rec in view.by_event.get(rule.event, ()):
            on = rec.date(rule.field) if rule.field else rec.on
            if on is not None:
                event = view.procedure.events[rule.event]
                at = moment_in(rec, rule.field) or rec.at
                out.append(_Start(rec.seq, on, at, rule.label or event.title, event.basis))
    if len(out) > 1:
        out.sort(key=lambda s: s.seq)
    return out if term.multiple else out[-1:]


def _meetings(view: View, term: Term) -> list[tuple[int, date, datetime]]:
    """(seq, day, moment) of each event that meets the term, in order."""
    found: list[tuple[int, date, datetime]] = []
    for code, name in meets_of(view, term.id):
        for rec in view.by_event.get(code, ()):
            on = (rec.date(name) if name else None) or rec.on
            found.append((rec.seq, on, moment_in(rec, name) or rec.at))
    if len(found) > 1:
        found.sort()
    return found


_MEETS: dict[type, dict[str, tuple[tuple[str, str], ...]]] = {}


def meets_of(view: View, term_id: str) -> tuple[tuple[str, str], ...]:
    """(event, date field) pairs that meet a term; the table is built once per procedure."""
    table = _MEETS.get(view.procedure)
    if table is None:
        build: dict[str, list[tuple[str, str]]] = {}
        for code, event in view.procedure.events.items():
            for meet in event.meets:
                term, name = (meet.term, meet.field) if isinstance(meet, Meets) else (meet, "")
                build.setdefault(term, []).append((code, name))
        table = _MEETS[view.procedure] = {k: tuple(v) for k, v in build.items()}
    return table.get(term_id, ())


def spells_of(view: View, term: Term) -> tuple[Spell, ...]:
    """Time that does not count for the term, as half-open spells."""
    rules = term.spells
    if callable(rules):
        return tuple(rules(view))
    out: list[Spell] = []
    for rule in rules:
        begins = view.by_event.get(rule.begin)
        if not begins:
            continue
        ends = sorted((r for e in rule.end for r in view.by_event.get(e, ())), key=lambda r: r.seq)
        taken = 0
        for begin in begins:
            if begin.seq <= taken:
                continue
            first = (begin.date(rule.begin_field) if rule.begin_field else None) or begin.on
            after: Recorded | None = next((r for r in ends if r.seq > begin.seq), None)
            if after is None:
                out.append(Spell(first, None, rule.reason, rule.basis))
                break
            last = (after.date(rule.end_field) if rule.end_field else None) or after.on
            out.append(Spell(first, max(first, last), rule.reason, rule.basis))
            taken = after.seq
    return tuple(out)


def _extensions(view: View, term: Term, start: _Start) -> tuple[Extension, ...]:
    if not term.extends:
        return ()
    out: list[Extension] = []
    for rule in term.extends:
        for rec in view.by_event.get(rule.event, ()):
            amount = int(rec.data.get(rule.field) or 0)
            if rec.seq > start.seq and amount > 0:
                out.append(Extension(amount, rule.unit, rule.basis, view.procedure.events[rule.event].title))
    return tuple(out)


# One province's matters share most (start, length, spells) combinations, so bulk recomputation is mostly look-ups.
_COUNTS: dict[tuple[object, ...], Due] = {}
_COUNTS_MAX = 200_000


def _count(
    start: date,
    length: int,
    term: Term,
    calendar: Calendar,
    spells: tuple[Spell, ...],
    extensions: tuple[Extension, ...],
) -> Due:
    key = (start, length, term.unit, id(calendar), spells, extensions, term.id, term.roll)
    due = _COUNTS.get(key)
    if due is None or (due.recipe is not None and due.recipe.calendar is not calendar):
        if term.kind is TermKind.BACKWARD:
            due = count_back(start, length, term.unit, calendar)
        else:
            due = count(
                start, length, term.unit, calendar, spells=spells, extensions=extensions, roll=term.roll,
                first_day_counts=term.first_day_counts, basis=term.basis, counting_basis=term.counting_basis,
            )  # fmt: skip
        if len(_COUNTS) >= _COUNTS_MAX:
            _COUNTS.clear()
        _COUNTS[key] = due
    return due


def _left_on(view: View, term: Term, start: _Start) -> date | None:
    """The day the matter left the states in which the term runs, or None while it is still in them."""
    if not term.runs_in:
        return None
    if view.state in term.runs_in:
        return None
    for seq, on, state in view.transitions:
        if seq >= start.seq and state not in term.runs_in:
            return on
    return start.on


def lapse_taken(records: Sequence[Recorded], legal: date | None, begun_at: datetime | None) -> bool:
    """Whether one of these lapses is that of the clock which ends on `legal`; of hours several may end on one day, so the
    lapse must also come after the clock began."""
    return any(r.on == legal and (begun_at is None or r.at > begun_at) for r in records)


def _lapse_recorded(view: View, term: Term, legal: date | None, begun_at: datetime | None) -> bool:
    """Whether the lapse of this very clock already took effect as an event (deemed acceptance and the like)."""
    for event in view.procedure.clock_events():
        if term.id in event.lapses and lapse_taken(view.by_event.get(event.code, ()), legal, begun_at):
            return True
    return False


def _clock(view: View, term: Term, number: int, start: _Start, met: tuple[int, date, datetime] | None,
           calendar: Calendar, as_of: datetime) -> Clock | None:  # fmt: skip
    length = term.length(view) if callable(term.length) else term.length
    if length is None:
        return None
    due: Due | None
    nominal: date | None
    legal: date | None
    begun_at: datetime | None = None
    if term.unit is Unit.HR:
        begun_at = begin = start.at or next_midnight(start.on - _DAY)
        due_at: datetime | None = count_hours(begin, length)
        assert due_at is not None
        nominal = legal = due_at.astimezone(SHANGHAI).date()
        due, provisional = None, False
        late = met is not None and met[2] > due_at
    else:
        due = _count(start.on, length, term, calendar, spells_of(view, term), _extensions(view, term, start))
        nominal, legal, provisional = due.nominal, due.legal, due.provisional
        due_at = next_midnight(legal) if legal else None
        late = met is not None and legal is not None and met[1] > legal
    met_on: date | None = None
    ended = False
    if met is not None:
        met_on = met[1]
        status = Status.MET_LATE if late else Status.MET
    else:
        left = _left_on(view, term, start)
        full = due_at is not None and as_of >= due_at
        ended = left is not None
        if left is not None:
            missed = legal is not None and left > legal
            status = Status.LAPSED if (missed or _lapse_recorded(view, term, legal, begun_at)) else Status.CANCELLED
        elif due_at is None:
            status = Status.HELD
        elif full:
            status = Status.FULL if term.kind is TermKind.WAIT else Status.LAPSED
            # A lapse that took effect as an event is dealt with; nobody is waited for any more.
            ended = status is Status.LAPSED and _lapse_recorded(view, term, legal, begun_at)
        else:
            status = Status.RUNNING
    return Clock(
        term,
        number,
        start.on,
        start.label,
        start.basis,
        nominal,
        legal,
        due_at,
        status,
        met_on,
        due,
        provisional,
        ended,
        begun_at,
    )


def _instances(view: View, term: Term, calendar: Calendar, as_of: datetime, live_only: bool = False) -> Iterator[Clock]:
    if live_only and term.runs_in and view.state not in term.runs_in:
        return  # met or not, nothing of it is due any more
    view.calendar = calendar  # start rules may have to chain one term on another
    if term.applies is not None and not term.applies(view):
        return
    starts = _starts(view, term, calendar, as_of)
    if not starts:
        return
    meetings = _meetings(view, term)
    for number, start in enumerate(starts, 1):
        if term.multiple:
            met = meetings[number - 1] if len(meetings) >= number else None
        else:
            met = next((m for m in meetings if m[0] >= start.seq), None)
        if live_only and met is not None:
            continue
        clock = _clock(view, term, number, start, met, calendar, as_of)
        if clock is not None:
            yield clock


def clock_of(view: View, term: Term, calendar: Calendar, as_of: datetime) -> Clock | None:
    """The (last) clock of one term, or None when it has not started or does not apply."""
    found: Clock | None = None
    for found in _instances(view, term, calendar, as_of):  # noqa: B007 - the last one is wanted
        pass
    return found


def clocks(view: View, calendar: Calendar, as_of: datetime) -> Sequence[Clock]:
    """Every clock the matter ever started, in order of declaration. Raises CalendarNotPublished with a strict calendar."""
    out: list[Clock] = []
    for term in view.procedure.terms.values():
        out.extend(_instances(view, term, calendar, as_of))
    return out


def live_clocks(view: View, calendar: Calendar, as_of: datetime) -> Sequence[Clock]:
    """The clocks of `clocks` that are live, without counting the finished ones: for bulk recomputation."""
    out: list[Clock] = []
    for term in view.procedure.terms.values():
        if term.kind is not TermKind.BACKWARD:
            out.extend(c for c in _instances(view, term, calendar, as_of, True) if c.live)
    return out


def next_due(found: Sequence[Clock]) -> Clock | None:
    """The live clock that leads the queue: the earliest end among the office's own; held ones last."""
    best: Clock | None = None
    for clock in found:
        if not clock.live or clock.term.kind is not TermKind.DEADLINE or not clock.term.alarm:
            continue
        if best is None or _rank(clock) < _rank(best):
            best = clock
    return best


def _rank(clock: Clock) -> tuple[int, date]:
    return (0, clock.nominal) if clock.nominal else (1, date.max)


__all__ = [
    "SHANGHAI",
    "Clock",
    "Since",
    "Status",
    "clock_of",
    "clocks",
    "lapse_taken",
    "live_clocks",
    "meets_of",
    "moment_in",
    "next_due",
    "next_midnight",
    "spells_of",
]
