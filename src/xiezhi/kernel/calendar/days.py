"""The calendar of working days: which day is worked, and fast arithmetic over it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from itertools import accumulate

__all__ = ["Calendar", "CalendarNotPublished", "DayKind", "digest"]

_DAY = timedelta(days=1)
_NEW_YEAR = "元旦"


class DayKind(StrEnum):
    """What a day is by the yearly holiday notice of the State Council."""

    WORK = "WORK"
    REST = "REST"
    HOLIDAY = "HOLIDAY"
    MAKEUP = "MAKEUP"

    @property
    def label(self) -> str:
        """Chinese name."""
        return _KIND_LABELS[self]

    @property
    def works(self) -> bool:
        """Whether offices work on such a day."""
        return self in (DayKind.WORK, DayKind.MAKEUP)


_KIND_LABELS = {
    DayKind.WORK: "工作日",
    DayKind.REST: "休息日",
    DayKind.HOLIDAY: "节假日",
    DayKind.MAKEUP: "调休上班日",
}


class CalendarNotPublished(ValueError):
    """The answer depends on a year whose holiday notice is not (yet) known."""

    def __init__(self, year: int) -> None:
        super().__init__(f"the working-day calendar of {year} is not published")
        self.year = year

    def __reduce__(self) -> tuple[type[CalendarNotPublished], tuple[int]]:
        return CalendarNotPublished, (self.year,)


@dataclass(frozen=True, slots=True, eq=False)
class _Year:
    """One year laid out for constant-time answers."""

    first: int
    """Proleptic ordinal of 1 January."""
    before: tuple[int, ...]
    """`before[i]`: working days of the year earlier than its day number i (from 0); one entry more than days."""
    days: tuple[date, ...]
    """The working days in order."""
    total: int


def _lay_out(year: int, exceptions: Mapping[date, tuple[DayKind, str]]) -> _Year:
    first = date(year, 1, 1).toordinal()
    works: list[bool] = []
    days: list[date] = []
    for ordinal in range(first, date(year, 12, 31).toordinal() + 1):
        day = date.fromordinal(ordinal)
        exception = exceptions.get(day)
        worked = day.weekday() < 5 if exception is None else exception[0].works
        works.append(worked)
        if worked:
            days.append(day)
    return _Year(first, tuple(accumulate(works, initial=0)), tuple(days), len(days))


def digest(exceptions: Mapping[date, tuple[DayKind, str]], years: Iterable[int]) -> str:
    """Version string of a calendar's content (18 characters): equal content, equal version."""
    lines = [f"{year}" for year in sorted(years)]
    lines += [f"{day.isoformat()} {kind.value} {name}" for day, (kind, name) in sorted(exceptions.items())]
    return "cal-" + hashlib.sha256("\n".join(lines).encode()).hexdigest()[:14]


@dataclass(frozen=True, eq=False)
class Calendar:
    """Working days of the published years.

    `exceptions` maps days that differ from the plain week (or carry a name) to their kind and name; `years` are the
    years whose notice is known. The strict calendar raises `CalendarNotPublished` as soon as an answer depends on a
    day of another year; `provisional()` assumes weekends and 1 January there instead.
    """

    exceptions: Mapping[date, tuple[DayKind, str]]
    years: frozenset[int]
    version: str = ""
    assumes: bool = False
    """True for a provisional calendar."""
    _laid: dict[int, _Year] = field(default_factory=dict, init=False, repr=False)
    _twin: list[Calendar] = field(default_factory=list, init=False, repr=False)
    """The provisional calendar once asked for, so that its years are laid out once."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "exceptions", dict(self.exceptions))
        object.__setattr__(self, "years", frozenset(self.years))
        if not self.version:
            object.__setattr__(self, "version", digest(self.exceptions, self.years))

    def provisional(self) -> Calendar:
        """The same calendar, taking weekends and 1 January as the rest days of unpublished years."""
        if self.assumes:
            return self
        if not self._twin:
            self._twin.append(Calendar(self.exceptions, self.years, self.version, assumes=True))
        return self._twin[0]

    def published(self, year: int) -> bool:
        """Whether the notice of that year is known."""
        return year in self.years

    def unpublished_within(self, first: date, last: date) -> bool:
        """Whether any year from that of `first` to that of `last` is unpublished."""
        years = self.years
        return any(year not in years for year in range(first.year, last.year + 1))

    def _year(self, year: int) -> _Year:
        laid = self._laid.get(year)
        if laid is None:
            if year in self.years:
                laid = _lay_out(year, self.exceptions)
            elif self.assumes:
                # A notice may already name days of a neighboring year; they hold. The rest is the plain week.
                new_year = date(year, 1, 1)
                laid = _lay_out(year, {new_year: (DayKind.HOLIDAY, _NEW_YEAR), **self.exceptions})
            else:
                raise CalendarNotPublished(year)
            self._laid[year] = laid
        return laid

    def is_working(self, day: date) -> bool:
        """Whether offices work on `day`."""
        laid = self._year(day.year)
        index = day.toordinal() - laid.first
        return laid.before[index + 1] > laid.before[index]

    def is_off(self, day: date) -> bool:
        """Whether `day` is a rest day or a holiday."""
        return not self.is_working(day)

    def kind(self, day: date) -> DayKind:
        """What `day` is."""
        self._year(day.year)
        exception = self.exceptions.get(day)
        if exception is not None:
            return exception[0]
        if day.month == 1 and day.day == 1 and day.year not in self.years:
            return DayKind.HOLIDAY
        return DayKind.WORK if day.weekday() < 5 else DayKind.REST

    def name(self, day: date) -> str:
        """Name of the holiday or of the make-up day; empty for plain days."""
        exception = self.exceptions.get(day)
        if exception is not None:
            return exception[1]
        return _NEW_YEAR if self.kind(day) is DayKind.HOLIDAY else ""

    def roll(self, day: date) -> date:
        """First working day on or after `day` (民法典 第203条)."""
        laid = self._year(day.year)
        done = laid.before[day.toordinal() - laid.first]
        if done < laid.total:
            return laid.days[done]
        return self._year(day.year + 1).days[0]

    def roll_back(self, day: date) -> date:
        """Last working day on or before `day`."""
        laid = self._year(day.year)
        done = laid.before[day.toordinal() - laid.first + 1]
        if done:
            return laid.days[done - 1]
        return self._year(day.year - 1).days[-1]

    def next_working(self, day: date) -> date:
        """First working day after `day`."""
        return self.add_working(day, 1)

    def add_working(self, day: date, n: int) -> date:
        """The n-th working day after `day`; `day` itself for n = 0. ValueError for a negative n."""
        if n <= 0:
            if n == 0:
                return day
            raise ValueError(f"cannot add {n} working days; use sub_working")
        year = day.year
        if day.month == 12 and day.day == 31:  # its own year has no say in what follows
            year += 1
            laid = self._year(year)
            rank = n
        else:
            laid = self._year(year)
            rank = laid.before[day.toordinal() - laid.first + 1] + n
        while rank > laid.total:
            rank -= laid.total
            year += 1
            laid = self._year(year)
        return laid.days[rank - 1]

    def sub_working(self, day: date, n: int) -> date:
        """The n-th working day before `day`; `day` itself for n = 0. ValueError for a negative n."""
        if n <= 0:
            if n == 0:
                return day
            raise ValueError(f"cannot subtract {n} working days; use add_working")
        year = day.year
        if day.month == 1 and day.day == 1:
            year -= 1
            laid = self._year(year)
            rank = laid.total - n
        else:
            laid = self._year(year)
            rank = laid.before[day.toordinal() - laid.first] - n
        while rank < 0:
            year -= 1
            laid = self._year(year)
            rank += laid.total
        return laid.days[rank]

    def working_between(self, first: date, until: date) -> int:
        """Number of working days in the half-open interval [first, until); 0 when it is empty."""
        if first >= until:
            return 0
        start = self._year(first.year)
        counted = -start.before[first.toordinal() - start.first]
        last = until - _DAY
        for year in range(first.year, last.year):
            counted += self._year(year).total
        end = self._year(last.year)
        return counted + end.before[last.toordinal() - end.first + 1]

    def special_days(self, first: date, last: date) -> list[tuple[date, DayKind, str]]:
        """Named holidays and make-up days from `first` to `last`, both included, in order."""
        found: list[tuple[date, DayKind, str]] = []
        for ordinal in range(first.toordinal(), last.toordinal() + 1):
            day = date.fromordinal(ordinal)
            kind = self.kind(day)
            if kind in (DayKind.HOLIDAY, DayKind.MAKEUP):
                found.append((day, kind, self.name(day)))
        return found
