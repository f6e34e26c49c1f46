"""Calendars from the public package chinesecalendar, without a database."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import lru_cache

from xiezhi.kernel.calendar.days import Calendar, DayKind

__all__ = ["SEED_YEARS", "calendar_from_chinesecalendar", "exceptions_from_chinesecalendar", "years_known"]

SEED_YEARS = (2024, 2025, 2026)
"""Years loaded on the first start."""


def years_known() -> frozenset[int]:
    """Years the installed chinesecalendar package knows."""
    from chinese_calendar import constants

    return frozenset(day.year for day in constants.holidays)


def exceptions_from_chinesecalendar(year: int) -> dict[date, tuple[DayKind, str]]:
    """Holidays and make-up days of one year. Raises ValueError when the installed package does not know the year."""
    from chinese_calendar import constants

    if year not in years_known():
        raise ValueError(f"the installed chinesecalendar package does not know {year}; import a file instead")
    names = {holiday.value: holiday.chinese for holiday in constants.Holiday}
    found: dict[date, tuple[DayKind, str]] = {}
    for day, name in constants.holidays.items():
        if day.year == year:
            found[day] = (DayKind.HOLIDAY, names.get(name, name))
    for day, name in constants.workdays.items():
        if day.year == year:
            found[day] = (DayKind.MAKEUP, f"{names.get(name, name)}调休")
    return dict(sorted(found.items()))


@lru_cache(maxsize=16)
def _cached(years: tuple[int, ...]) -> Calendar:
    exceptions: dict[date, tuple[DayKind, str]] = {}
    for year in years:
        exceptions.update(exceptions_from_chinesecalendar(year))
    return Calendar(exceptions, frozenset(years))


def calendar_from_chinesecalendar(years: Iterable[int] = SEED_YEARS) -> Calendar:
    """A strict calendar of the given years. Raises ValueError for a year the package does not know."""
    return _cached(tuple(sorted(set(years))))
