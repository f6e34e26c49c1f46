"""The calendar itself, against the published lists and against plain loops."""

from __future__ import annotations

import copy
import pickle
import time
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.kernel.calendar.table import GUESSING, STRICT, d
from xiezhi.kernel.calendar.counting import Calendar, CalendarNotPublished, DayKind, Spell, Unit, count
from xiezhi.kernel.calendar.published import calendar_from_chinesecalendar

DAY = timedelta(days=1)
PUBLISHED = {
    2025: (
        "01-01 01-28..02-04 04-04..04-06 05-01..05-05 05-31..06-02 10-01..10-08",
        "01-26 02-08 04-27 09-28 10-11",
    ),
    2026: (
        "01-01..01-03 02-15..02-23 04-04..04-06 05-01..05-05 06-19..06-21 09-25..09-27 10-01..10-07",
        "01-04 02-14 02-28 05-09 09-20 10-10",
    ),
}
DAYS = st.dates(date(2024, 1, 1), date(2026, 12, 31))


def spread(year: int, text: str) -> set[date]:
    days: set[date] = set()
    for part in text.split():
        first, _, last = part.partition("..")
        day, end = date.fromisoformat(f"{year}-{first}"), date.fromisoformat(f"{year}-{last or first}")
        while day <= end:
            days.add(day)
            day += DAY
    return days


@pytest.mark.parametrize("year", PUBLISHED)
def test_package_agrees_with_the_notices(year: int) -> None:
    off, makeup = PUBLISHED[year]
    mine = {day: kind for day, (kind, _) in STRICT.exceptions.items() if day.year == year}
    assert {day for day, kind in mine.items() if kind is DayKind.HOLIDAY} == spread(year, off)
    assert {day for day, kind in mine.items() if kind is DayKind.MAKEUP} == spread(year, makeup)


def test_kinds_and_names() -> None:
    assert STRICT.kind(d("10-10")) is DayKind.MAKEUP
    assert STRICT.kind(d("10-04")) is DayKind.HOLIDAY
    assert STRICT.kind(d("11-21")) is DayKind.REST
    assert STRICT.kind(d("11-20")) is DayKind.WORK
    assert STRICT.name(d("02-17")) == "春节"
    assert GUESSING.kind(d("2027-01-01")) is DayKind.HOLIDAY
    assert GUESSING.name(d("2027-01-01")) == "元旦"
    assert STRICT.roll(d("10-01")) == d("10-08")
    assert STRICT.next_working(d("10-09")) == d("10-10")
    assert {kind.label for kind in DayKind} == {"工作日", "休息日", "节假日", "调休上班日"}


def test_versions_follow_content() -> None:
    again = Calendar(dict(STRICT.exceptions), STRICT.years)
    assert again.version == STRICT.version
    assert len(again.version) <= 20
    assert Calendar({**STRICT.exceptions, d("11-20"): (DayKind.HOLIDAY, "节")}, STRICT.years).version != again.version
    assert GUESSING.version == STRICT.version
    assert GUESSING.provisional() is GUESSING
    assert STRICT.provisional() is GUESSING


def test_strict_calendar_raises_for_other_years() -> None:
    for ask in (STRICT.is_working, STRICT.kind, STRICT.roll, STRICT.roll_back, STRICT.next_working):
        with pytest.raises(CalendarNotPublished):
            ask(d("2027-03-01"))
    with pytest.raises(CalendarNotPublished):
        STRICT.working_between(d("12-30"), d("2027-01-02"))
    assert STRICT.working_between(d("12-30"), d("2027-01-01")) == 2
    assert STRICT.working_between(d("2031-01-02"), d("2031-01-02")) == 0
    with pytest.raises(ValueError, match="2027"):
        calendar_from_chinesecalendar([2027])
    error = pickle.loads(pickle.dumps(CalendarNotPublished(2027)))
    assert error.year == 2027
    assert copy.deepcopy(STRICT).version == STRICT.version


def naive_add(day: date, n: int, step: timedelta = DAY) -> date:
    while n:
        day += step
        n -= GUESSING.is_working(day)
    return day


@given(DAYS, st.integers(1, 300))
def test_arithmetic_equals_loops(day: date, n: int) -> None:
    assert GUESSING.add_working(day, n) == naive_add(day, n)
    assert GUESSING.sub_working(day, n) == naive_add(day, n, -DAY)
    end = day + timedelta(days=n)
    inside = sum(GUESSING.is_working(day + timedelta(days=i)) for i in range(n))
    assert GUESSING.working_between(day, end) == inside
    rolled = day
    while GUESSING.is_off(rolled):
        rolled += DAY
    assert GUESSING.roll(day) == rolled
    back = day
    while GUESSING.is_off(back):
        back -= DAY
    assert GUESSING.roll_back(day) == back


def test_counting_a_million_matters_takes_seconds() -> None:
    spells = (Spell(d("01-10"), d("01-20")),)
    n = 10_000
    begin = time.perf_counter()
    for _ in range(n):
        count(d("01-05"), 20, Unit.WD, STRICT, spells=spells)
        count(d("01-05"), 60, Unit.CD, STRICT)
    each = (time.perf_counter() - begin) / n
    assert each < 100e-6, f"{each * 1e6:.1f} µs for two terms"
