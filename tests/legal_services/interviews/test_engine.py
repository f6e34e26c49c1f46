"""The engine: what is asked, what is worked out, what is said; a formula is no program."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.legal_services.interviews.broken import SOUND
from xiezhi.kernel.calendar.counting import Calendar
from xiezhi.legal_services.interviews import formulas, loading
from xiezhi.legal_services.interviews.checks import calendar
from xiezhi.legal_services.interviews.declare import UNKNOWN, Guide
from xiezhi.legal_services.interviews.engine import result, say_value, walk

TODAY = date(2026, 11, 23)


@pytest.fixture(scope="module")
def days() -> Calendar:
    return calendar()


@pytest.fixture(scope="module")
def guide() -> Guide:
    return loading.read(SOUND, "umbrella")


def asked(guide: Guide, cal: Calendar, **answers: Any) -> str | None:
    found = walk(guide, answers, TODAY, cal)
    return found.next.key if found.next else None


def test_only_what_live_rules_need_is_asked(guide: Guide, days: Calendar) -> None:
    assert asked(guide, days) == "lent"
    assert asked(guide, days, lent=False) is None
    assert asked(guide, days, lent=True) == "days"
    assert asked(guide, days, lent=True, days=Decimal(3)) is None
    # The outcome itself needs more: a sum, then a date.
    assert asked(guide, days, lent=True, days=Decimal(40)) == "price"
    assert asked(guide, days, lent=True, days=Decimal(40), price=Decimal(10)) == "since"


def test_answers_of_a_path_since_left_have_no_say(guide: Guide, days: Calendar) -> None:
    found = walk(guide, {"lent": False, "days": Decimal(40), "price": Decimal(10)}, TODAY, days)
    assert [f.key for f in found.path] == ["lent"]
    assert found.outcome is not None and found.outcome.key == "nothing"


def test_what_is_unknown_is_said_to_be_lacking(guide: Guide, days: Calendar) -> None:
    answers = {"lent": True, "days": Decimal(40), "price": Decimal("9.99"), "since": UNKNOWN}
    shown = result(walk(guide, answers, TODAY, days))
    assert shown.terms[0].value == "" and shown.terms[0].lacking == ("借出的日子",)
    assert [s.text for s in shown.because] == ["一半是 5元。"]


def test_a_term_is_counted_by_the_calendar_and_explained(guide: Guide, days: Calendar) -> None:
    answers = {"lent": True, "days": Decimal(40), "price": Decimal(10), "since": date(2023, 2, 19)}
    until = result(walk(guide, answers, TODAY, days)).terms[0]
    assert until.on == date(2026, 2, 24)  # the 19th falls into the spring festival holidays
    assert until.passed and until.due is not None and len(until.due.steps) >= 2


def test_upper_bound_of_what_is_left_never_grows(guide: Guide, days: Calendar) -> None:
    left = [walk(guide, a, TODAY, days).left for a in ({}, {"lent": True}, {"lent": True, "days": Decimal(40)})]
    assert left == sorted(left, reverse=True)


@pytest.mark.parametrize(
    "text",
    ["__import__('os')", "price.real", "[1, 2]", "lambda: 1", "price ** 99", "open('x')", "price if", "f(price)",
     "(price, 1)", "price[0]", "x := 1", "min(*a)", "max(a, key=b)"],
)  # fmt: skip
def test_a_formula_is_no_program(text: str) -> None:
    with pytest.raises(formulas.BadFormula):
        formulas.read(text)


@given(st.dates(date(2000, 1, 1), date(2026, 1, 1)), st.integers(0, 400))
def test_severance_counts_years_and_halves(first: date, months: int) -> None:
    """劳动合同法 第47条第1款: a year one month, six months and more one, less than six half."""
    last = formulas.later(first, Decimal(months))
    years, rest = divmod(months, 12)
    # One more day than whole months have passed, because the last day is worked.
    assert formulas.severance(first, last) == years + (1 if rest >= 6 else Decimal("0.5"))


def test_months_of_short_months() -> None:
    assert formulas.months(date(2026, 1, 31), date(2026, 2, 28)) == 1
    assert formulas.months(date(2026, 1, 31), date(2026, 2, 27)) == 0
    assert formulas.severance(date(2025, 3, 1), date(2026, 2, 28)) == 1
    assert formulas.months(date(2026, 2, 1), date(2025, 2, 1)) == 0


def test_values_read_well(guide: Guide) -> None:
    assert say_value(guide, "price", Decimal("12345.5")) == "12,345.50元"
    assert say_value(guide, "days", Decimal(3)) == "3天"
    assert say_value(guide, "lent", UNKNOWN) == "忘了"
    assert say_value(guide, "lent", True) == "是"
    assert say_value(guide, "since", date(2026, 3, 5)) == "2026年3月5日"
