"""Worked dates of the procedures: start, term, nominal end, legal end."""

from __future__ import annotations

from datetime import datetime

import pytest

from tests.kernel.calendar.table import GUESSING, STRICT, d, due
from xiezhi.kernel.calendar.clock import SHANGHAI
from xiezhi.kernel.calendar.counting import (
    CalendarNotPublished,
    Extension,
    Spell,
    Unit,
    count,
    count_back,
    count_hours,
    pay_day,
)

ENGINE = [
    ("T1", "04-24", "10 CD", "05-04", "05-06"),
    ("T2", "04-30", "5 WD", "05-11", "05-11"),
    ("T3", "09-18", "3 WD", "09-22", "09-22"),
    ("T4", "01-26", "15 WD", "02-14", "02-14"),
    ("T5", "01-26", "15 WD -[02-03,02-11)", "03-02", "03-02"),
    ("T6", "03-31", "1 MO", "04-30", "04-30"),
    ("T7", "02-10", "2 MO", "04-10", "04-10"),
    ("T8", "03-10", "2 MO", "05-10", "05-11"),
    ("T11", "2025-08-31", "1 YR", "08-31", "08-31"),
    ("T12", "09-21", "10 WD", "10-12", "10-12"),
    ("T13", "10-12", "20 WD", "11-09", "11-09"),
    ("T14", "2025-11-30", "3 MO", "02-28", "02-28"),
    ("T15", "03-02", "30 WD", "04-14", "04-14"),
    ("T17", "03-31", "1 MO +1 MO", "05-30", "06-01"),
    ("T18", "11-21", "5 WD", "11-27", "11-27"),
]

RECONSIDERATION = [
    ("R-1", "07-31", "60 CD", "09-29", "09-29"),
    ("R-2", "08-04", "60 CD", "10-03", "10-08"),
    ("R-3 notice", "08-18", "30 CD", "09-17", "09-17"),
    ("R-3", "09-17", "60 CD", "11-16", "11-16"),
    ("R-4 duty", "05-08", "60 CD", "07-07", "07-07"),
    ("R-4", "07-07", "60 CD", "09-05", "09-07"),
    ("R-5", "03-02", "1 YR", "2027-03-02", "2027-03-02"),
    ("R-6", "07-08", "60 CD -[07-20,09-01)", "10-19", "10-19"),
    ("R-7", "09-19", "5 WD", "09-24", "09-24"),
    ("R-8", "09-29", "5 WD", "10-12", "10-12"),
    ("R-9", "09-23", "10 WD", "10-14", "10-14"),
    ("R-9 again", "10-12", "5 WD", "10-19", "10-19"),
    ("R-10 deemed", "11-05", "5 WD", "11-12", "11-12"),
    ("R-10 copy", "11-12", "7 WD", "11-23", "11-23"),
    ("R-10 decision", "11-12", "60 CD", "2027-01-11", "2027-01-11"),
    ("R-11 copy", "09-14", "7 WD", "09-22", "09-22"),
    ("R-11", "09-14", "60 CD", "11-13", "11-13"),
    ("R-11 extended", "09-14", "60 CD +30 CD", "12-13", "12-14"),
    ("R-12", "09-21", "10 WD", "10-12", "10-12"),
    ("R-13 copy", "04-29", "3 WD", "05-07", "05-07"),
    ("R-13 reply", "05-07", "5 WD", "05-13", "05-13"),
    ("R-13", "04-29", "30 CD", "05-29", "05-29"),
    ("R-13 converted", "04-29", "60 CD", "06-28", "06-29"),
    ("R-14", "08-27", "30 CD", "09-26", "09-28"),
    ("R-15", "07-06", "60 CD -[08-03,09-07)", "10-09", "10-09"),
    ("R-17 issuer", "09-16", "3 WD", "09-20", "09-20"),
    ("R-17 transfer", "09-16", "7 WD", "09-24", "09-24"),
    ("R-17 handle", "09-16", "30 CD", "10-16", "10-16"),
    ("R-17 reply", "09-21", "10 WD", "10-12", "10-12"),
    ("R-17 transferee", "09-28", "60 CD", "11-27", "11-27"),
    ("R-18", "08-10", "60 CD", "10-09", "10-09"),
    ("R-19", "09-18", "15 CD", "10-03", "10-08"),
    ("R-20", "11-30", "60 CD", "2027-01-29", "2027-01-29"),
    ("R-21", "02-12", "5 WD", "02-26", "02-26"),
    ("R-22 move", "10-08", "5 WD", "10-14", "10-14"),
    ("R-22", "10-14", "60 CD", "12-13", "12-14"),
]

ENFORCEMENT = [
    ("E-1", "07-06", "90 CD", "10-04", "10-08"),
    ("E-2", "09-23", "5 WD", "10-08", "10-08"),
    ("E-4 serve, publish", "09-24", "7 WD", "10-12", "10-12"),
    ("E-4 publish", "09-24", "20 WD", "10-29", "10-29"),
    ("E-5", "09-29", "15 CD", "10-14", "10-14"),
    ("E-6", "04-28", "7 WD", "05-11", "05-11"),
    ("E-9", "09-17", "20 WD", "10-21", "10-21"),
    ("E-9 extended", "09-17", "20 WD +10 WD", "11-04", "11-04"),
    ("E-9 experts", "09-17", "20 WD -[09-21,10-09)", "11-02", "11-02"),
    ("E-10", "10-16", "10 WD", "10-30", "10-30"),
    ("E-11", "02-10", "5 WD", "02-24", "02-24"),
    ("E-11 deemed", "02-10", "20 WD", "03-16", "03-16"),
    ("E-12", "09-18", "3 WD", "09-22", "09-22"),
    ("E-13 suit", "03-10", "6 MO", "09-10", "09-10"),
    ("E-13 application", "09-10", "3 MO", "12-10", "12-10"),
    ("E-13 urging", "09-15", "10 WD", "09-29", "09-29"),
    ("E-14", "09-30", "3 WD", "10-10", "10-10"),
    ("E-15", "10-05", "2 WD", "10-09", "10-09"),
    ("E-16", "09-30", "3 CD", "10-03", "10-08"),
    ("E-17", "01-05", "30 CD", "02-04", "02-04"),
    ("E-17 once", "01-05", "30 CD +30 CD", "03-06", "03-06"),
    ("E-17 twice", "01-05", "30 CD +30 CD +30 CD", "04-05", "04-07"),
    ("E-18", "09-22", "15 WD", "10-20", "10-20"),
    ("E-18 local", "09-22", "30 CD", "10-22", "10-22"),
    ("E-19", "2024-11-20", "2 YR", "11-20", "11-20"),
]

LEGISLATION = [
    ("A-1", "09-02", "30 CD", "10-02", "10-08"),
    ("A-2", "01-16", "30 CD", "02-15", "02-24"),
    ("A-4", "09-07", "30 CD", "10-07", "10-08"),
    ("A-5", "07-01", "1 YR", "2027-07-01", "2027-07-01"),
    ("A-6 earliest", "09-23", "5 WD", "10-08", "10-08"),
    ("A-6 latest", "09-23", "15 WD", "10-21", "10-21"),
    ("B-1", "09-07", "30 CD", "10-07", "10-08"),
    ("B-2", "06-15", "30 CD", "07-15", "07-15"),
    ("B-3", "05-20", "30 CD", "06-19", "06-22"),
    ("B-4", "09-21", "15 CD", "10-06", "10-08"),
    ("B-5", "08-27", "30 CD", "09-26", "09-28"),
    ("B-6", "07-01", "2 MO", "09-01", "09-01"),
    ("B-7", "12-31", "2 MO", "2027-02-28", "2027-03-01"),
    ("B-9", "09-18", "10 CD", "09-28", "09-28"),
    ("B-10", "09-24", "2 MO", "11-24", "11-24"),
]

CORRECTIONS = [
    ("A-4 objection", "09-18", "3 WD", "09-22", "09-22"),
    ("A-4 review", "09-21", "5 WD", "09-29", "09-29"),
    ("A-4 re-review", "09-29", "3 WD", "10-09", "10-09"),
    ("A-4 decision", "10-09", "5 WD", "10-15", "10-15"),
    ("A-5", "04-30", "3 WD", "05-08", "05-08"),
    ("A-5 five", "04-28", "5 WD", "05-08", "05-08"),
    ("A-6", "03-10", "1 MO", "04-10", "04-10"),
    ("A-6 extended", "03-10", "1 MO +1 MO", "05-10", "05-11"),
    ("A-6 opinion", "03-12", "10 CD", "03-22", "03-23"),
    ("A-6 complex", "03-12", "10 CD +10 CD", "04-01", "04-01"),
    ("A-8 pass on", "11-23", "5 WD", "11-30", "11-30"),
    ("A-8 told", "11-30", "5 WD", "12-07", "12-07"),
    ("A-8 extended", "11-30", "5 WD +5 WD", "12-14", "12-14"),
    ("E-1 notify", "04-24", "5 CD", "04-29", "04-29"),
    ("E-1 report", "04-24", "10 CD", "05-04", "05-06"),
    ("E-5 ask", "03-02", "5 CD", "03-07", "03-09"),
    ("E-5 answer", "03-10", "5 CD", "03-15", "03-16"),
    ("E-5 hand over", "03-18", "5 CD", "03-23", "03-23"),
    ("E-5 report", "03-19", "7 CD", "03-26", "03-26"),
    ("E-6 ruling", "06-01", "30 CD", "07-01", "07-01"),
    ("E-9", "04-24", "10 WD", "05-12", "05-12"),
    ("E-9 fast", "04-24", "5 WD", "05-06", "05-06"),
]

LEGAL_SERVICES = [
    ("hotline reply", "04-29", "10 WD", "05-15", "05-15"),
    ("hotline consult", "04-29", "3 WD", "05-07", "05-07"),
    ("aid decide", "04-28", "7 CD", "05-05", "05-06"),
    ("aid decide, working days", "04-28", "7 WD", "05-11", "05-11"),
    ("appraisal acceptance", "04-24", "7 WD", "05-08", "05-08"),
    ("aid appoint", "05-06", "3 CD", "05-09", "05-09"),
    ("aid appoint, working days", "05-06", "3 WD", "05-09", "05-09"),
    ("aid notice of defense", "09-30", "3 CD", "10-03", "10-08"),
    ("aid objection", "06-15", "5 CD", "06-20", "06-22"),
    ("arrears", "2025-08-31", "1 YR", "08-31", "08-31"),
    ("notary", "01-26", "15 WD", "02-14", "02-14"),
    ("notary suspended", "01-26", "15 WD -[02-03,02-11)", "03-02", "03-02"),
    ("notary review", "03-02", "30 CD", "04-01", "04-01"),
    ("appraisal", "03-02", "30 WD", "04-14", "04-14"),
    ("appraisal extended", "03-02", "30 WD +30 WD", "05-28", "05-28"),
    ("appraisal suspended", "03-02", "30 WD -[03-16,03-30)", "04-28", "04-28"),
    ("mediation", "03-31", "1 MO", "04-30", "04-30"),
    ("confirm", "04-20", "30 CD", "05-20", "05-20"),
    ("confirm in holidays", "09-03", "30 CD", "10-03", "10-08"),
    ("court accepts", "05-20", "3 CD", "05-23", "05-25"),
    ("court rules", "05-25", "30 CD", "06-24", "06-24"),
    ("lawyer city", "04-20", "20 WD", "05-20", "05-20"),
    ("lawyer province", "05-20", "10 WD", "06-03", "06-03"),
    ("lawyer certificate", "06-03", "10 WD", "06-17", "06-17"),
    ("award 2025 act", "03-10", "3 MO", "06-10", "06-10"),
    ("award 2017 act", "2025-06-30", "6 MO", "2025-12-30", "2025-12-30"),
    ("publicity report", "04-30", "5 WD", "05-11", "05-11"),
    ("health check", "2025-11-30", "3 MO", "02-28", "02-28"),
]


@pytest.mark.parametrize(
    ("name", "start", "term", "nominal", "legal"),
    ENGINE + RECONSIDERATION + ENFORCEMENT + LEGISLATION + CORRECTIONS + LEGAL_SERVICES,
)
def test_worked_dates(name: str, start: str, term: str, nominal: str, legal: str) -> None:
    result = due(start, term)
    assert (result.nominal, result.legal) == (d(nominal), d(legal)), name
    assert result.steps[-1].date == result.legal


@pytest.mark.parametrize(
    ("name", "start", "term", "end"),
    [
        ("T10 custody", "06-03", "30 CD", "07-03"),
        ("E-7 seizure", "09-10", "30 CD", "10-10"),
        ("E-7 seizure extended", "09-10", "30 CD +30 CD", "11-09"),
        ("E-8 seizure with test", "09-10", "30 CD -[09-16,09-30)", "10-24"),
        ("E-12 freeze", "09-18", "30 CD", "10-18"),
        ("E-16 strict reading", "09-30", "3 CD", "10-03"),
    ],
)
def test_limits_that_never_move(name: str, start: str, term: str, end: str) -> None:
    result = due(start, term, roll=False)
    assert result.nominal == result.legal == d(end), name


@pytest.mark.parametrize(
    ("name", "start", "term", "end"),
    [
        ("confinement of 10 days", "03-05", "10 CD", "03-14"),
        ("positioning", "01-31", "3 MO", "04-29"),
        ("positioning extended", "01-31", "3 MO +3 MO", "07-29"),
        ("regular travel", "01-15", "6 MO", "07-14"),
        ("lawyer stopped", "03-10", "6 MO", "09-09"),
        ("probation", "2024-11-20", "2 YR", "11-19"),
    ],
)
def test_restrictions_count_their_first_day(name: str, start: str, term: str, end: str) -> None:
    result = due(start, term, first_day_counts=True)
    assert result.nominal == result.legal == d(end), name


@pytest.mark.parametrize(
    ("name", "event", "length", "unit", "latest", "aim"),
    [
        ("R-16 hearing", "10-12", 5, Unit.WD, "09-29", "09-29"),
        ("E-3 hearing", "10-15", 7, Unit.WD, "09-30", "09-30"),
        ("E-20 renewal", "12-15", 30, Unit.CD, "11-15", "11-13"),
        ("A-3 legislative hearing", "11-16", 30, Unit.CD, "10-17", "10-16"),
        ("E-7 summary", "11-19", 30, Unit.CD, "10-20", "10-20"),
    ],
)
def test_counting_back(name: str, event: str, length: int, unit: Unit, latest: str, aim: str) -> None:
    result = count_back(d(event), length, unit, STRICT)
    assert result.nominal == result.legal == d(latest), name
    assert result.plan_by == d(aim), name
    assert result.steps[-1].date == d(latest)


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-02-14T16:00", 24, "2026-02-15T16:00"),  # T9
        ("2026-06-01T10:30", 48, "2026-06-03T10:30"),
        ("2026-02-17T23:40", 1, "2026-02-18T00:40"),
    ],
)
def test_hours_run_through_holidays(start: str, hours: int, end: str) -> None:
    begin = datetime.fromisoformat(start).replace(tzinfo=SHANGHAI)
    assert count_hours(begin, hours) == datetime.fromisoformat(end).replace(tzinfo=SHANGHAI)


def test_t16_unpublished_year() -> None:
    with pytest.raises(CalendarNotPublished) as caught:
        count(d("12-28"), 10, Unit.WD, STRICT)
    assert caught.value.year == 2027
    guess = count(d("12-28"), 10, Unit.WD, GUESSING)
    assert guess.provisional
    assert guess.legal == d("2027-01-12")
    assert "尚未公布" in guess.steps[-1].text


def test_an_unpublished_year_matters_only_when_the_answer_needs_it() -> None:
    assert count(d("12-30"), 1, Unit.WD, STRICT).legal == d("12-31")
    assert count(d("2027-05-01"), 3, Unit.MO, STRICT, roll=False).legal == d("2027-08-01")
    with pytest.raises(CalendarNotPublished):
        count(d("12-31"), 2, Unit.MO, STRICT)
    held = count(d("12-15"), 20, Unit.WD, STRICT, spells=[Spell(d("12-21"), None, "中止")])
    assert (held.legal, held.held_since, held.remaining_at_hold) == (None, d("12-21"), 17)
    assert held.steps[-1].date == d("12-21")
    assert not count(d("07-31"), 60, Unit.CD, GUESSING).provisional
    assert not count(d("2025-12-31"), 1, Unit.WD, STRICT.provisional()).provisional
    assert count(d("12-31"), 1, Unit.WD, GUESSING).provisional


def test_warning_day_lies_before_the_holiday() -> None:
    assert due("07-06", "90 CD").plan_by == d("09-30")


def test_wages_are_paid_before_the_holiday() -> None:
    assert pay_day(d("10-05"), STRICT) == d("09-30")
    assert pay_day(d("02-15"), STRICT) == d("02-14")  # the day before is a make-up work day
    assert pay_day(d("03-10"), STRICT) == d("03-10")


def test_open_spell_holds_the_term() -> None:
    held = count(d("07-06"), 60, Unit.CD, STRICT, spells=[Spell(d("08-03"), None, "中止审理", "行政复议法 第39条")])
    assert (held.nominal, held.legal, held.held_since) == (None, None, d("08-03"))
    assert held.remaining_at_hold == 33  # 3 August to 4 September
    assert held.steps[-1].basis == "行政复议法 第39条"
    resumed = count(d("07-06"), 60, Unit.CD, STRICT, spells=[Spell(d("08-03"), d("09-07"))])
    assert resumed.legal is not None
    assert (resumed.nominal - d("09-07")).days + 1 == 33  # type: ignore[operator]


def test_spells_overlap_and_late_ones_have_no_effect() -> None:
    once = due("07-06", "60 CD -[08-03,09-07)")
    assert due("07-06", "60 CD -[08-03,08-20) -[08-10,09-07) -[08-05,08-06)") == once
    assert due("07-06", "60 CD -[08-03,08-20) -[08-20,09-07)") == once
    late = due("07-06", "60 CD -[09-07,09-30)")
    assert late.legal == d("09-04")
    assert late.steps[-1].text.endswith("不影响期限")
    # A spell that begins on the day the end was moved to still counts.
    assert due("08-04", "60 CD -[10-08,10-10)").nominal == d("10-05")
    # That day was not over, so the term cannot end before the spell does.
    held = due("08-03", "60 CD -[10-08,10-20)")
    assert (held.nominal, held.legal) == (d("10-14"), d("10-20"))
    assert "接续" in held.steps[-1].text
    assert due("08-03", "60 CD -[10-08,10-17)").legal == d("10-19")
    # A spell before the start is clipped: only days that would have been counted are left out.
    assert due("07-06", "60 CD -[07-01,07-09)").nominal == d("09-06")


@pytest.mark.parametrize("length", [0, -3])
def test_lengths_below_one_are_refused(length: int) -> None:
    for unit in (Unit.CD, Unit.WD, Unit.MO, Unit.YR):
        with pytest.raises(ValueError, match="at least 1"):
            count(d("03-02"), length, unit, STRICT)
        with pytest.raises(ValueError, match="at least 1"):
            count_back(d("03-02"), length, unit, STRICT)
    with pytest.raises(ValueError, match="at least 1"):
        count_hours(datetime(2026, 3, 2, tzinfo=SHANGHAI), length)
    with pytest.raises(ValueError, match="at least 1"):
        Extension(length, Unit.CD)


def test_misuse_is_refused() -> None:
    with pytest.raises(ValueError, match="count_hours"):
        count(d("03-02"), 24, Unit.HR, STRICT)
    with pytest.raises(ValueError, match="aware"):
        count_hours(datetime(2026, 3, 2), 24)  # noqa: DTZ001
    with pytest.raises(ValueError, match="before it starts"):
        Spell(d("03-02"), d("03-01"))
    with pytest.raises(ValueError, match="moment"):
        count(datetime(2026, 3, 2, tzinfo=SHANGHAI), 5, Unit.CD, STRICT)


def test_steps_tell_the_whole_reckoning() -> None:
    result = count(
        d("08-04"),
        60,
        Unit.CD,
        STRICT,
        spells=[Spell(d("08-10"), d("08-20"), "中止审理", "行政复议法 第39条")],
        extensions=[Extension(30, Unit.CD, "行政复议法 第62条", "案情复杂")],
        basis="行政复议法 第62条",
        counting_basis="行政复议法 第88条",
    )
    assert [step.date for step in result.steps] == [d("08-04"), d("10-03"), d("11-02"), d("11-12")]
    assert [step.basis for step in result.steps] == [
        "行政复议法 第88条",
        "行政复议法 第62条",
        "行政复议法 第62条",
        "行政复议法 第39条",
    ]
    holiday = due("08-04", "60 CD").steps[-1]
    assert "国庆节假期" in holiday.text
    working = due("09-29", "5 WD").steps[-1].text
    assert "国庆节（10月1日至10月7日）不计" in working
    assert "10月10日调休上班计入" in working
