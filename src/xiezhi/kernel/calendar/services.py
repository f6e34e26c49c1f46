"""The calendar in the database: load it, import a year, tell who depends on it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.metadata import version as package_version
from pathlib import Path

from django.db import connection, transaction

from xiezhi.kernel import prepared
from xiezhi.kernel.calendar import clock
from xiezhi.kernel.calendar.days import Calendar, DayKind
from xiezhi.kernel.calendar.files import Notice, read_notice
from xiezhi.kernel.calendar.models import CalendarDay, CalendarImport, CalendarYear
from xiezhi.kernel.calendar.published import SEED_YEARS, exceptions_from_chinesecalendar

__all__ = ["CHINESECALENDAR", "Imported", "ensure_seeded", "import_year", "load", "on_import"]

CHINESECALENDAR = "chinesecalendar"
_LOCK = 0x78_7A_63_61  # any fixed number; imports queue behind each other on it

Days = dict[date, tuple[DayKind, str]]
Hook = Callable[[int, Calendar], None]

_hooks: list[Hook] = []
_cached: tuple[tuple[int, int], Calendar] | None = None
_cache_lock = threading.Lock()


@dataclass(frozen=True)
class Imported:
    """What an import did. `changed` is False when the stored content was the same already."""

    year: int
    version: str
    changed: bool
    days: int
    """Days the notice names."""


def on_import(hook: Hook) -> Hook:
    """Register a function called with (year, new calendar) when a year's content is new or has changed.

    It runs inside the transaction of the import, so it should hand long work to a task in the same transaction.
    Usable as a decorator; registering twice has no effect.
    """
    if hook not in _hooks:
        _hooks.append(hook)
    return hook


def load() -> Calendar:
    """The strict calendar of all published years; one small query when nothing has changed since the last call."""
    global _cached
    with prepared.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0), count(*) FROM calendar_calendarimport")
        key: tuple[int, int] = cursor.fetchone()
    cached = _cached
    if cached is not None and cached[0] == key:
        return cached[1]
    calendar = _read()
    with _cache_lock:
        _cached = (key, calendar)
    return calendar


def _read() -> Calendar:
    years = frozenset(CalendarYear.objects.filter(published=True).values_list("year", flat=True))
    exceptions: Days = {}
    for day, kind, name in CalendarDay.objects.values_list("date", "kind", "name").iterator():
        if day.year in years and (name or kind != _plain(day)):
            exceptions[day] = (DayKind(kind), name)
    return Calendar(exceptions, years)


def _plain(day: date) -> DayKind:
    return DayKind.WORK if day.weekday() < 5 else DayKind.REST


def import_year(year: int, source: str | Path = CHINESECALENDAR, *, notice_no: str = "") -> Imported:
    """Import the holiday notice of a year from the chinesecalendar package or from a CSV file (columns: `files`).

    The same content again changes nothing. Other content becomes a new version; days and years then show it, the
    earlier import stays on record, and the functions registered with `on_import` are called. Raises ValueError for a
    year the package does not know, CalendarFileError for a faulty file.
    """
    if source == CHINESECALENDAR:
        label = f"{CHINESECALENDAR} {package_version(CHINESECALENDAR)}"
        notice = Notice(year, exceptions_from_chinesecalendar(year), notice_no, label)
    else:
        notice = read_notice(year, Path(source))
        if notice_no:
            notice = Notice(year, notice.days, notice_no, notice.source)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        return _import(notice)


def _import(notice: Notice) -> Imported:
    own = {day: value for day, value in notice.days.items() if day.year == notice.year}
    before = {day: value for day, value in notice.days.items() if day.year != notice.year}
    changed_years: list[int] = []
    if before:
        earlier = _in_force(notice.year - 1)
        if earlier is None:
            raise ValueError(f"the notice of {notice.year} changes days of {notice.year - 1}: import that year first")
        if _store(notice, notice.year - 1, {**earlier, **before}):
            changed_years.append(notice.year - 1)
    if _store(notice, notice.year, own):
        changed_years.append(notice.year)
    version = CalendarYear.objects.get(year=notice.year).version
    if changed_years:
        calendar = load()
        for year in changed_years:
            for hook in list(_hooks):
                hook(year, calendar)
    return Imported(notice.year, version, bool(changed_years), len(notice.days))


def _as_json(days: Mapping[date, tuple[DayKind, str]]) -> list[list[str]]:
    return [[day.isoformat(), kind.value, name] for day, (kind, name) in sorted(days.items())]


def _in_force(year: int) -> Days | None:
    """The exceptions of a published year, None when it is not published."""
    current = CalendarYear.objects.filter(year=year, published=True).first()
    if current is None:
        return None
    rows = CalendarImport.objects.get(version=current.version).exceptions
    return {date.fromisoformat(day): (DayKind(kind), name) for day, kind, name in rows}


def _store(notice: Notice, year: int, days: Days) -> bool:
    """Put one year's content in force; False when it is in force already."""
    if _in_force(year) == days:
        return False
    moment = clock.now()
    version = f"{year}-{CalendarImport.objects.filter(year=year).count() + 1}"
    CalendarImport.objects.create(
        year=year,
        version=version,
        source=notice.source,
        notice_no=notice.notice_no,
        exceptions=_as_json(days),
        imported_at=moment,
    )
    first, number = date(year, 1, 1), (date(year + 1, 1, 1) - date(year, 1, 1)).days
    rows = []
    for offset in range(number):
        day = first + timedelta(days=offset)
        kind, name = days.get(day, (_plain(day), ""))
        rows.append(CalendarDay(date=day, kind=kind.value, name=name, notice_no=notice.notice_no, version=version))
    CalendarDay.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["date"],
        update_fields=["kind", "name", "notice_no", "version"],
    )
    CalendarYear.objects.update_or_create(
        year=year,
        defaults={"published": True, "notice_no": notice.notice_no, "imported_at": moment, "version": version},
    )
    return True


def ensure_seeded() -> list[int]:
    """Import the years the platform starts with where they are missing; returns those that were."""
    present = set(CalendarYear.objects.values_list("year", flat=True))
    missing = [year for year in SEED_YEARS if year not in present]
    for year in missing:
        import_year(year)
    return missing
