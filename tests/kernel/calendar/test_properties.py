"""What must hold for every term, whatever the dates."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.kernel.calendar.table import GUESSING
from xiezhi.kernel.calendar.counting import Due, Extension, Spell, Unit, add_months, count, count_back

DAY = timedelta(days=1)
UNITS = st.sampled_from([Unit.CD, Unit.WD, Unit.MO, Unit.YR])
STARTS = st.dates(date(2024, 1, 1), date(2026, 12, 31))


@st.composite
def spells(draw: st.DrawFn, still_open: bool = True) -> Spell:
    begin = draw(st.dates(date(2024, 1, 1), date(2027, 6, 30)))
    length = draw(st.integers(0, 90))
    if still_open and draw(st.integers(0, 9)) == 0:
        return Spell(begin, None, "中止")
    return Spell(begin, begin + timedelta(days=length), "中止")


TERMS = st.fixed_dictionaries(
    {
        "length": st.integers(1, 12),
        "unit": UNITS,
        "extensions": st.lists(st.builds(Extension, st.integers(1, 10), UNITS), max_size=2),
        "roll": st.booleans(),
        "first_day_counts": st.booleans(),
    }
)


def end(due: Due) -> date:
    """A held term lasts longer than any other."""
    return due.legal or date.max


@given(STARTS, st.integers(0, 40), TERMS)
def test_a_later_start_never_ends_earlier(start: date, shift: int, term: dict) -> None:
    first = count(start, calendar=GUESSING, **term)
    second = count(start + timedelta(days=shift), calendar=GUESSING, **term)
    assert end(second) >= end(first)


@given(
    STARTS,
    st.integers(0, 40),
    st.integers(1, 60),
    st.sampled_from([Unit.CD, Unit.WD]),
    st.booleans(),
    st.lists(spells(), max_size=4),
)
def test_nor_does_it_under_suspension(
    start: date, shift: int, length: int, unit: Unit, first_day: bool, stops: list[Spell]
) -> None:
    """In days only: a stop that begins in a short month weighs more against a term of months."""
    first = count(start, length, unit, GUESSING, spells=stops, first_day_counts=first_day)
    second = count(start + timedelta(days=shift), length, unit, GUESSING, spells=stops, first_day_counts=first_day)
    assert end(second) >= end(first)


@given(STARTS, TERMS, st.lists(spells(), max_size=3), spells())
def test_a_spell_never_shortens(start: date, term: dict, stops: list[Spell], more: Spell) -> None:
    without = count(start, calendar=GUESSING, spells=stops, **term)
    with_it = count(start, calendar=GUESSING, spells=[*stops, more], **term)
    assert end(with_it) >= end(without)


@given(STARTS, TERMS, st.lists(spells(), max_size=3), st.builds(Extension, st.integers(1, 10), UNITS))
def test_an_extension_never_shortens(start: date, term: dict, stops: list[Spell], more: Extension) -> None:
    without = count(start, calendar=GUESSING, spells=stops, **term)
    longer = {**term, "extensions": [*term["extensions"], more]}
    with_it = count(start, calendar=GUESSING, spells=stops, **longer)
    if without.legal is not None:
        assert end(with_it) >= without.legal


@given(STARTS, TERMS, st.lists(spells(), max_size=4))
def test_shape_of_the_answer(start: date, term: dict, stops: list[Spell]) -> None:
    due = count(start, calendar=GUESSING, spells=stops, **term)
    steps = due.steps
    assert steps[0].date == start
    if due.legal is None:
        assert due.nominal is None
        assert due.held_since is not None
        assert due.held_since >= start
        assert due.remaining_at_hold is not None
        assert due.remaining_at_hold >= 0
        assert steps[-1].date == due.held_since
        return
    assert due.nominal is not None
    assert start <= due.nominal <= due.legal
    assert due.held_since is None
    assert steps[-1].date == due.legal
    assert GUESSING.roll_back(due.nominal) == due.plan_by
    if term["roll"] and not term["first_day_counts"]:
        assert GUESSING.is_working(due.legal)
    else:
        assert due.legal == due.nominal
    if not due.provisional and due.legal.year > 2026:
        assert due.nominal == due.legal
    assert [s.date for s in steps] == sorted(s.date for s in steps)


@given(STARTS, st.integers(1, 60), st.booleans(), st.lists(spells(still_open=False), max_size=4))
def test_working_terms_equal_a_loop_over_days(start: date, length: int, first: bool, stops: list[Spell]) -> None:
    due = count(start, length, Unit.WD, GUESSING, spells=stops, first_day_counts=first)
    day, left = (start - DAY if first else start), length
    while left:
        day += DAY
        stopped = any(s.end is not None and s.start <= day < s.end for s in stops)
        left -= GUESSING.is_working(day) and not stopped
    assert due.legal == due.nominal == day
    assert GUESSING.is_working(day)


@given(STARTS, st.integers(1, 120), st.booleans(), st.lists(spells(still_open=False), max_size=4))
def test_day_terms_equal_a_loop_over_days(start: date, length: int, first: bool, stops: list[Spell]) -> None:
    due = count(start, length, Unit.CD, GUESSING, spells=stops, first_day_counts=first, roll=False)
    day, left = (start - DAY if first else start), length
    while left:
        day += DAY
        left -= not any(s.end is not None and s.start <= day < s.end for s in stops)
    assert due.nominal == day


@given(STARTS, st.integers(1, 60), st.integers(2, 30), TERMS)
def test_resuming_restores_what_was_left(start: date, offset: int, pause: int, term: dict) -> None:
    begin = start + timedelta(days=offset)
    held = count(start, calendar=GUESSING, spells=[Spell(begin, None)], **term)
    if held.legal is not None or not held.remaining_at_hold:
        return
    back = begin + timedelta(days=pause)
    resumed = count(start, calendar=GUESSING, spells=[Spell(begin, back)], **term)
    assert resumed.nominal is not None
    if term["unit"] is Unit.WD:
        assert GUESSING.working_between(back, resumed.nominal + DAY) == held.remaining_at_hold
    else:
        assert (resumed.nominal - back).days + 1 == held.remaining_at_hold


@given(STARTS, st.integers(1, 60))
def test_counting_back_is_the_inverse(event: date, length: int) -> None:
    back = count_back(event, length, Unit.CD, GUESSING)
    assert back.nominal is not None
    assert count(back.nominal, length, Unit.CD, GUESSING, roll=False).nominal == event
    back = count_back(event, length, Unit.WD, GUESSING)
    assert back.nominal is not None
    again = count(back.nominal, length, Unit.WD, GUESSING).nominal
    assert again == GUESSING.roll(event)
    assert GUESSING.is_working(back.nominal)
    for unit in (Unit.MO, Unit.YR):
        latest = count_back(event, length, unit, GUESSING).nominal
        assert latest is not None
        reached = count(latest, length, unit, GUESSING, roll=False).nominal
        assert reached is not None
        assert reached <= event


@given(STARTS, st.integers(-40, 40))
def test_months_keep_the_day_number(day: date, months: int) -> None:
    moved = add_months(day, months)
    assert (moved.year - day.year) * 12 + moved.month - day.month == months
    assert moved.day == day.day or (moved.day < day.day and (moved + DAY).day == 1)
