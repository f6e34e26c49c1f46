"""Terms of criminal procedure computed from a day. Pure.

The day of the event is not counted (刑事诉讼法 第105条); custody terms end where they end, others move on from a rest day;
a month that begins on the last day of a month ends on the last day of the next (刑诉解释 第202条).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from xiezhi.kernel.calendar.counting import Calendar, Unit, count

from .declare import Clock

__all__ = ["Ending", "Told", "month_end", "tell"]

_UNITS = {"CD": "日", "MO": "个月", "HR": "小时"}


@dataclass(frozen=True)
class Ending:
    """One length of a term: in words, and the last day where a day was given. `moved` says that a rest day moved it."""

    what: str
    amount: str
    on: date | None
    moved: bool = False
    passed: bool = False


@dataclass(frozen=True)
class Told:
    """A clock as a page shows it."""

    clock: Clock
    endings: tuple[Ending, ...]


def month_end(day: date) -> bool:
    """Whether it is the last day of its month."""
    return (day + timedelta(days=1)).day == 1


def _last(day: date) -> date:
    after = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return after - timedelta(days=1)


def _end(clock: Clock, number: int, unit: str, start: date, calendar: Calendar) -> tuple[date, bool]:
    """(the last day, whether it was moved)."""
    due = count(start, number, Unit(unit), calendar, roll=False)
    nominal = due.legal or start
    if unit == "MO" and month_end(start):
        nominal = _last(nominal)
    if clock.custody:
        return nominal, False
    rolled = calendar.roll(nominal)
    return rolled, rolled != nominal


def tell(clock: Clock, start: date | None, today: date, calendar: Calendar) -> Told:
    """The clock with its last days from `start`; hours are told in words, because only a day is known."""
    out = []
    for what, number, unit in clock.lengths:
        amount = f"{number}{_UNITS[unit]}"
        if start is None or unit == "HR":
            out.append(Ending(what, amount, None))
            continue
        on, moved = _end(clock, number, unit, start, calendar)
        out.append(Ending(what, amount, on, moved, on < today))
    return Told(clock, tuple(out))
