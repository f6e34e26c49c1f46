"""The calendar in the database: seeds, imports, versions, hooks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.kernel.calendar.table import STRICT, d
from xiezhi.kernel.calendar import services
from xiezhi.kernel.calendar.counting import Calendar, DayKind, Unit, count
from xiezhi.kernel.calendar.files import CalendarFileError
from xiezhi.kernel.calendar.models import CalendarDay, CalendarImport, CalendarYear

pytestmark = pytest.mark.django_db


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[int, str]]]:
    """Imports announced to a registered function; the functions of the platform stay silent."""
    seen: list[tuple[int, str]] = []
    monkeypatch.setattr(services, "_hooks", [])
    services.on_import(lambda year, calendar: seen.append((year, calendar.version)))
    yield seen


def notice(folder: Path, *lines: str, name: str = "2027.csv") -> Path:
    path = folder / name
    path.write_text("\n".join(["date,kind,name,notice_no", *lines]), encoding="utf-8")
    return path


NEW_YEAR = ("2027-01-01,HOLIDAY,元旦,甲〔2026〕1号", "2027-01-02,holiday,元旦,", "2027-01-03,HOLIDAY,元旦,")


def test_seeds_equal_the_pure_calendar(calls: list[tuple[int, str]]) -> None:
    services.ensure_seeded()
    assert services.ensure_seeded() == []
    calendar = services.load()
    assert calendar.years >= {2024, 2025, 2026}
    for year in (2025, 2026):
        assert {day: kind for day, kind in calendar.exceptions.items() if day.year == year} == {
            day: kind for day, kind in STRICT.exceptions.items() if day.year == year
        }
    assert CalendarDay.objects.filter(date__year=2026).count() == 365
    assert CalendarDay.objects.get(date=d("10-10")).kind == "MAKEUP"
    assert CalendarDay.objects.get(date=d("11-21")).kind == "REST"


def test_loading_again_asks_one_small_question() -> None:
    services.ensure_seeded()
    first = services.load()
    with CaptureQueriesContext(connection) as queries:
        assert services.load() is first
    assert len(queries) == 1


def test_an_import_turns_guesses_into_dates(tmp_path: Path, calls: list[tuple[int, str]]) -> None:
    services.ensure_seeded()
    calls.clear()
    guess = count(d("12-28"), 10, Unit.WD, services.load().provisional())
    assert guess.provisional
    path = notice(tmp_path, *NEW_YEAR, "2027-01-04,HOLIDAY,元旦,", "2027-01-09,MAKEUP,元旦调休,")
    done = services.import_year(2027, path)
    assert (done.version, done.changed, done.days) == ("2027-1", True, 5)
    calendar = services.load()
    assert calls == [(2027, calendar.version)]
    settled = count(d("12-28"), 10, Unit.WD, calendar)
    assert (settled.provisional, settled.legal) == (False, d("2027-01-12"))
    assert calendar.kind(d("2027-01-09")) is DayKind.MAKEUP
    assert CalendarYear.objects.get(year=2027).notice_no == "甲〔2026〕1号"


def test_same_content_changes_nothing_other_content_is_a_new_version(
    tmp_path: Path, calls: list[tuple[int, str]]
) -> None:
    services.ensure_seeded()
    services.import_year(2027, notice(tmp_path, *NEW_YEAR))
    before = services.load()
    calls.clear()
    again = services.import_year(2027, notice(tmp_path, *NEW_YEAR))
    assert (again.version, again.changed) == ("2027-1", False)
    assert calls == []
    more = services.import_year(2027, notice(tmp_path, *NEW_YEAR, "2027-01-04,HOLIDAY,元旦,"))
    assert (more.version, more.changed) == ("2027-2", True)
    after = services.load()
    assert after.version != before.version
    assert calls == [(2027, after.version)]
    assert after.is_off(d("2027-01-04"))
    assert CalendarImport.objects.filter(year=2027).count() == 2
    back = services.import_year(2027, notice(tmp_path, *NEW_YEAR))
    assert back.version == "2027-3"
    assert services.load().version == before.version
    assert CalendarDay.objects.get(date=d("2027-01-04")).kind == "WORK"


def test_a_notice_may_change_the_december_before(tmp_path: Path, calls: list[tuple[int, str]]) -> None:
    services.ensure_seeded()
    calls.clear()
    services.import_year(2027, notice(tmp_path, "2026-12-26,MAKEUP,元旦调休,", *NEW_YEAR))
    calendar = services.load()
    assert calendar.is_working(date(2026, 12, 26))
    assert calendar.kind(d("10-01")) is DayKind.HOLIDAY
    assert [year for year, _ in calls] == [2026, 2027]


@pytest.mark.parametrize(
    ("lines", "fault"),
    [
        (("2027-13-01,HOLIDAY,元旦,",), "line 2"),
        (("2027-01-01,PARTY,元旦,",), "PARTY"),
        (("2028-01-01,HOLIDAY,元旦,",), "neither"),
        ((*NEW_YEAR, "2027-01-01,HOLIDAY,元旦,"), "twice"),
        ((*NEW_YEAR, "2027-01-05,MAKEUP,元旦调休,"), "weekday"),
        (("2027-01-09,MAKEUP,调休,",), "not a holiday notice"),
        ((*NEW_YEAR, "2027-02-06,HOLIDAY,春节,乙号"), "more than one notice number"),
    ],
)
def test_faulty_files_are_refused_whole(tmp_path: Path, lines: tuple[str, ...], fault: str) -> None:
    with pytest.raises(CalendarFileError, match=fault):
        services.import_year(2027, notice(tmp_path, *lines))
    assert not CalendarYear.objects.filter(year=2027).exists()
    empty = tmp_path / "other.csv"
    empty.write_text("day;kind\n", encoding="utf-8")
    with pytest.raises(CalendarFileError, match="missing columns"):
        services.import_year(2027, empty)


def test_the_package_does_not_know_the_future() -> None:
    with pytest.raises(ValueError, match="2027"):
        services.import_year(2027)


def test_a_failing_hook_undoes_the_import(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    services.ensure_seeded()

    def fail(year: int, calendar: Calendar) -> None:
        raise RuntimeError(f"cannot recompute for {year}")

    monkeypatch.setattr(services, "_hooks", [fail])
    with pytest.raises(RuntimeError, match="2027"):
        services.import_year(2027, notice(tmp_path, *NEW_YEAR))
    assert not services.load().published(2027)
