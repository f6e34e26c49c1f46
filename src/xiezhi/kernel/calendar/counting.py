"""Statutory terms: when a limit ends, and why.

A pure function of the start event, the length, the spells of suspension, the extensions and the calendar. The day of
the start is not counted; a term of months ends on the same day number; a last day that is off moves to the first day
after; suspended days (half-open) are not counted; an extension joins the nominal end, never the moved one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from xiezhi.kernel.calendar.days import Calendar, CalendarNotPublished, DayKind, digest

__all__ = [
    "Calendar",
    "CalendarNotPublished",
    "DayKind",
    "Due",
    "Extension",
    "Spell",
    "Step",
    "Unit",
    "add_months",
    "count",
    "count_back",
    "count_hours",
    "digest",
    "pay_day",
    "unite",
]

_DAY = timedelta(days=1)


class Unit(StrEnum):
    """Unit of a term."""

    CD = "CD"
    WD = "WD"
    MO = "MO"
    YR = "YR"
    HR = "HR"

    @property
    def label(self) -> str:
        """Chinese name of the unit."""
        return _UNIT_LABELS[self][0]

    def amount(self, length: int) -> str:
        """A length in Chinese: 5个工作日, 60日, 3个月."""
        return f"{length}{_UNIT_LABELS[self][1]}"


_UNIT_LABELS = {
    Unit.CD: ("自然日", "日"),
    Unit.WD: ("工作日", "个工作日"),
    Unit.MO: ("月", "个月"),
    Unit.YR: ("年", "年"),
    Unit.HR: ("小时", "小时"),
}
_CD, _WD, _MO, _YR = Unit.CD, Unit.WD, Unit.MO, Unit.YR


@dataclass(frozen=True, slots=True)
class Spell:
    """A stretch of time that is not counted: half-open [start, end); end None while it lasts."""

    start: date
    end: date | None
    reason: str = ""
    basis: str = ""

    def __post_init__(self) -> None:
        if self.end is not None and self.end < self.start:
            raise ValueError(f"a spell cannot end ({self.end}) before it starts ({self.start})")


@dataclass(frozen=True, slots=True)
class Extension:
    """An extension, added to the nominal end of the term."""

    length: int
    unit: Unit
    basis: str = ""
    reason: str = ""

    def __post_init__(self) -> None:
        if self.length < 1:
            raise ValueError(f"an extension must be at least 1, not {self.length}")
        if self.unit is Unit.HR:
            raise ValueError("a term of days cannot be extended by hours")


@dataclass(frozen=True, slots=True)
class Step:
    """One sentence of the reckoning, its article, and the day reached."""

    text: str
    basis: str
    date: date


class Recipe(NamedTuple):
    """What a due date was computed from; kept so that the explanation can be made when someone asks."""

    length: int
    unit: Unit
    calendar: Calendar
    spells: Sequence[Spell]
    extensions: Sequence[Extension]
    roll: bool
    first_day_counts: bool
    basis: str
    counting_basis: str
    backward: bool = False


@dataclass(frozen=True, slots=True)
class Due:
    """The end of a term.

    `nominal` is not moved for rest days, `legal` is; both are None while a spell is open, and then `held_since` says
    since when and `remaining_at_hold` how many days (working days for a WD term) are left, the first day of the hold
    included. `provisional` says that a year without a published calendar had to be guessed.
    """

    start: date
    nominal: date | None
    legal: date | None
    held_since: date | None
    provisional: bool
    remaining_at_hold: int | None = None
    recipe: Recipe | None = field(default=None, repr=False, compare=False)

    @property
    def steps(self) -> tuple[Step, ...]:
        """The reckoning in Chinese, step by step; built on access. The last step's date is the result."""
        from xiezhi.kernel.calendar.explain import explain  # on access only: bulk counting never needs it

        return explain(self)

    @property
    def plan_by(self) -> date | None:
        """Last working day on or before the nominal end: the day to plan and warn for. None while held.

        Raises CalendarNotPublished with a strict calendar when that year is not published.
        """
        if self.nominal is None or self.recipe is None:
            return None
        return self.recipe.calendar.roll_back(self.nominal)


def add_months(day: date, months: int) -> date:
    """Same day number in the target month, or its last day if it has none (民法典 第202条); months may be negative."""
    index = day.year * 12 + day.month - 1 + months
    year, month = index // 12, index % 12 + 1
    if day.day <= 28:
        return date(year, month, day.day)
    after = date(year + month // 12, month % 12 + 1, 1) if (year, month) != (9999, 12) else date.max
    last = (after - _DAY).day if after is not date.max else 31
    return date(year, month, min(day.day, last))


def advance(day: date, length: int, unit: Unit, calendar: Calendar) -> date:
    """`day` moved forward by a length, without rolling."""
    if unit is _CD:
        return day + timedelta(days=length)
    if unit is _WD:
        return calendar.add_working(day, length)
    if unit is _MO:
        return add_months(day, length)
    if unit is _YR:
        return add_months(day, length * 12)
    raise ValueError("hours are counted from a moment: use count_hours")


def unite(spells: Sequence[Spell], first: date) -> list[tuple[date, date | None]]:
    """Spells clipped to [first, ...), without empty ones, overlapping and adjoining ones united, in order."""
    united: list[tuple[date, date | None]] = []
    for start, end in sorted(((s.start, s.end) for s in spells), key=lambda s: s[0]):
        start = max(start, first)
        if end is not None and end <= start:
            continue
        if united:
            before = united[-1]
            if before[1] is None:
                break
            if start <= before[1]:
                united[-1] = (before[0], None if end is None else max(before[1], end))
                continue
        united.append((start, end))
    return united


def count(
    start: date,
    length: int,
    unit: Unit,
    calendar: Calendar,
    *,
    spells: Sequence[Spell] = (),
    extensions: Sequence[Extension] = (),
    roll: bool = True,
    first_day_counts: bool = False,
    basis: str = "",
    counting_basis: str = "",
) -> Due:
    """When a term of `length` units that starts with the event on `start` ends.

    The day of the event is not counted (民法典 第201条; 民事诉讼法 第85条). A working-day term after an event on a rest
    day has its day 1 on the next working day. `roll=False` is for limits that never move (custody, seizures).
    `first_day_counts=True` is for restrictions on a person: the day itself is day 1, and the end never moves.
    A spell counts from the first counted day on, and only if it begins no later than the end reached without it.
    `basis` is the article of the term, `counting_basis` the one of the counting rule, both only for the explanation.

    Raises ValueError for a length below 1, hours, or a moment instead of a date; CalendarNotPublished when the
    calendar is strict and the answer depends on an unpublished year.
    """
    if length < 1:
        raise ValueError(f"a term must be at least 1 {unit.value}, not {length}")
    if isinstance(start, datetime):
        raise ValueError("a term of days starts on a date, not at a moment")
    if first_day_counts:
        roll = False
    recipe = Recipe(length, unit, calendar, spells, extensions, roll, first_day_counts, basis, counting_basis)
    if unit is _WD and all(extension.unit is _WD for extension in extensions):
        return _count_working(start, recipe)
    return _count_days(start, recipe)


def _count_working(start: date, recipe: Recipe) -> Due:
    """A term in working days only: walks from spell to spell, so that it reads no year beyond the answer."""
    calendar = recipe.calendar
    left = recipe.length
    for extension in recipe.extensions:
        left += extension.length
    reached = start - _DAY if recipe.first_day_counts else start
    if recipe.spells:
        for begin, end in unite(recipe.spells, reached + _DAY):
            try:
                if begin > calendar.add_working(reached, left):
                    break
            except CalendarNotPublished as missing:
                # The term ends in that year or later, so a spell that begins in an earlier one lies within the term.
                if begin.year >= missing.year:
                    raise
            left -= calendar.working_between(reached + _DAY, begin)
            if end is None:
                guessed = calendar.assumes and calendar.unpublished_within(start, begin)
                return Due(start, None, None, begin, guessed, left, recipe)
            reached = end - _DAY
    legal = calendar.add_working(reached, left)
    guessed = False
    if calendar.assumes:
        first = start if recipe.first_day_counts else start + _DAY
        guessed = calendar.unpublished_within(first, legal)
    return Due(start, legal, legal, None, guessed, None, recipe)


def _count_days(start: date, recipe: Recipe) -> Due:
    """Days, months and years, and terms whose extensions are in another unit."""
    _, unit, calendar, spells, extensions, roll, first_day_counts, _, _, _ = recipe
    guessed = False
    if unit is _CD:
        nominal = start + timedelta(days=recipe.length - first_day_counts)
    elif unit is _WD:
        nominal = advance(start - _DAY if first_day_counts else start, recipe.length, unit, calendar)
        guessed = calendar.assumes and calendar.unpublished_within(start, nominal)
    else:
        nominal = advance(start, recipe.length, unit, calendar)
        if first_day_counts:
            nominal -= _DAY
    for extension in extensions:
        before = nominal
        nominal = advance(nominal, extension.length, extension.unit, calendar)
        if extension.unit is _WD and calendar.assumes:
            guessed = guessed or calendar.unpublished_within(before, nominal)
    floor: date | None = None  # the day on which a moved last day goes on, when a spell took it out
    if spells:
        for begin, end in unite(spells, start if first_day_counts else start + _DAY):
            moved = begin > nominal
            if moved:
                if not roll:
                    break
                rolled = calendar.roll(max(nominal, floor or nominal))
                if calendar.assumes:
                    guessed = guessed or calendar.unpublished_within(nominal, rolled)
                if begin > rolled:
                    break
            if end is None:
                if unit is _WD:
                    left = calendar.working_between(begin, nominal + _DAY)
                else:
                    left = max(0, (nominal - begin).days + 1)
                return Due(start, None, None, begin, guessed, left, recipe)
            if unit is _WD:
                nominal = calendar.add_working(nominal, calendar.working_between(begin, end))
            else:
                nominal += end - begin
            floor = end if moved else floor
    if not roll:
        return Due(start, nominal, nominal, None, guessed, None, recipe)
    legal = calendar.roll(max(nominal, floor or nominal))
    if calendar.assumes:
        guessed = guessed or calendar.unpublished_within(nominal, legal)
    return Due(start, nominal, legal, None, guessed, None, recipe)


def count_hours(start: datetime, hours: int, *, extensions: Sequence[int] = ()) -> datetime:
    """The exact moment `hours` after `start`; hours run through nights and holidays.

    `extensions` are further hours. The result is in the time zone of `start`. Raises ValueError for a naive moment
    or a number below 1.
    """
    if start.tzinfo is None or start.utcoffset() is None:
        raise ValueError("hours are counted from an aware moment")
    if hours < 1 or any(extra < 1 for extra in extensions):
        raise ValueError("a term must be at least 1 hour")
    total = timedelta(hours=hours + sum(extensions))
    return (start.astimezone(UTC) + total).astimezone(start.tzinfo)


def count_back(
    event_day: date, length: int, unit: Unit, calendar: Calendar, *, basis: str = "", counting_basis: str = ""
) -> Due:
    """Latest day to act at least `length` before an event; the day of the event is not counted.

    The day is never moved: acting later would shorten the notice. `plan_by` is the working day to aim at.
    Errors as for `count`.
    """
    if length < 1:
        raise ValueError(f"a term must be at least 1 {unit.value}, not {length}")
    if isinstance(event_day, datetime):
        raise ValueError("a term of days is counted from a date, not a moment")
    guessed = False
    if unit is _CD:
        latest = event_day - timedelta(days=length)
    elif unit is _WD:
        latest = calendar.sub_working(event_day, length)
        guessed = calendar.assumes and calendar.unpublished_within(latest, event_day - _DAY)
    elif unit is Unit.HR:
        raise ValueError("hours cannot be counted back from a date")
    else:
        latest = add_months(event_day, -length * (12 if unit is _YR else 1))
    recipe = Recipe(length, unit, calendar, (), (), False, False, basis, counting_basis, True)
    return Due(event_day, latest, latest, None, guessed, None, recipe)


def pay_day(day: date, calendar: Calendar) -> date:
    """The day wages agreed for `day` must be paid: earlier when it is off (保障农民工工资支付条例 第14条)."""
    return calendar.roll_back(day)
