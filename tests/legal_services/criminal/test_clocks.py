"""Terms of criminal procedure: custody is never prolonged by holidays, months end as the interpretation says."""

from __future__ import annotations

from datetime import date

import pytest

from xiezhi.kernel.calendar.counting import Calendar
from xiezhi.kernel.calendar.published import SEED_YEARS, exceptions_from_chinesecalendar
from xiezhi.legal_services.criminal import clocks, danger, loading

WHOLE = loading.whole()
CALENDAR = Calendar(
    {day: kind for year in SEED_YEARS for day, kind in exceptions_from_chinesecalendar(year).items()},
    frozenset(SEED_YEARS),
).provisional()
TODAY = date(2026, 11, 23)


def ends(key: str, start: date) -> list[date | None]:
    return [e.on for e in clocks.tell(WHOLE.clocks[key], start, TODAY, CALENDAR).endings]


def test_detention_runs_through_holidays() -> None:
    """Detained on 29 September 2026: three days end on 2 October, in the holidays."""
    assert ends("ask_arrest", date(2026, 9, 29)) == [date(2026, 10, 2), date(2026, 10, 6), date(2026, 10, 29)]
    assert ends("decide_arrest", date(2026, 9, 29)) == [date(2026, 10, 9), date(2026, 10, 13), date(2026, 11, 5)]


def test_appeal_begins_on_the_next_day_and_moves_on_from_a_rest_day() -> None:
    """Received on 22 September 2026: ten days end on 2 October, moved behind the holidays."""
    told = clocks.tell(WHOLE.clocks["appeal"], date(2026, 9, 22), TODAY, CALENDAR).endings[0]
    assert told.moved and told.on == CALENDAR.roll(date(2026, 10, 2)) and told.on > date(2026, 10, 2)
    assert ends("appeal", date(2026, 11, 9)) == [date(2026, 11, 19)]
    assert ends("ask_protest", date(2026, 11, 9)) == [date(2026, 11, 16)]  # 14 November is a Saturday


@pytest.mark.parametrize(
    ("start", "two", "three"),
    [
        (date(2026, 3, 5), date(2026, 5, 5), date(2026, 6, 5)),
        (date(2026, 2, 28), date(2026, 4, 30), date(2026, 5, 31)),
        (date(2026, 1, 30), date(2026, 3, 30), date(2026, 4, 30)),
        (date(2025, 12, 31), date(2026, 2, 28), date(2026, 3, 31)),
        (date(2025, 12, 30), date(2026, 2, 28), date(2026, 3, 30)),
    ],
)
def test_months_of_custody(start: date, two: date, three: date) -> None:
    assert ends("investigate", start)[:2] == [two, three]


def test_hours_and_unknown_days_are_told_in_words() -> None:
    told = clocks.tell(WHOLE.clocks["notice_family"], date(2026, 11, 20), TODAY, CALENDAR).endings[0]
    assert told.on is None and told.amount == "24小时"
    assert (
        ends("appeal", date(2026, 11, 9))
        and clocks.tell(WHOLE.clocks["appeal"], None, TODAY, CALENDAR).endings[0].on is None
    )


def test_numbers_are_those_of_the_law() -> None:
    numbers = {key: [(n, unit) for _w, n, unit in clock.lengths] for key, clock in WHOLE.clocks.items()}
    assert numbers["ask_arrest"] == [(3, "CD"), (7, "CD"), (30, "CD")]
    assert numbers["investigate"] == [(2, "MO"), (3, "MO"), (5, "MO"), (7, "MO")]
    assert numbers["appeal"] == [(10, "CD")] and numbers["appeal_ruling"] == [(5, "CD")]
    assert numbers["bail_length"] == [(12, "MO")] and numbers["watch_length"] == [(6, "MO")]
    assert numbers["no_charge"] == numbers["no_filing"] == [(7, "CD")]


@pytest.mark.parametrize(
    ("story", "urgent"),
    [
        ("他们把我锁在屋里，现在还被关着，救命", True),
        ("我不想活了", True),
        ("老公天天打我", True),
        ("孩子被老师打", True),
        ("公司欠我货款", False),
        ("我捡到一个钱包", False),
        ("邻居装修很吵", False),
    ],
)
def test_danger(story: str, urgent: bool) -> None:
    assert danger.in_danger(story) is urgent
