"""Reading a holiday notice from a CSV file.

Columns, with a header line, UTF-8: `date` (2027-01-01), `kind` (HOLIDAY, MAKEUP, REST or WORK), `name` (元旦),
and optionally `notice_no`. Only days that differ from the plain week or carry a name need a line. A notice for a year
may also name days of the December before it (a make-up day before New Year); no other year may appear.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from xiezhi.kernel.calendar.days import DayKind

__all__ = ["CalendarFileError", "Notice", "read_notice"]


class CalendarFileError(ValueError):
    """The file is not a holiday notice of the year; `problems` lists every line at fault."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


@dataclass(frozen=True)
class Notice:
    """A year's holiday notice: the days it names and its number."""

    year: int
    days: dict[date, tuple[DayKind, str]]
    notice_no: str
    source: str


def read_notice(year: int, path: Path) -> Notice:
    """Read and check the notice of `year`. Raises CalendarFileError with every fault, OSError when unreadable."""
    days: dict[date, tuple[DayKind, str]] = {}
    numbers: set[str] = set()
    problems: list[str] = []
    with path.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.DictReader(stream)
        missing = {"date", "kind", "name"} - set(reader.fieldnames or ())
        if missing:
            raise CalendarFileError([f"missing columns: {', '.join(sorted(missing))}"])
        for row in reader:
            line = f"line {reader.line_num}"
            try:
                day = date.fromisoformat((row["date"] or "").strip())
                kind = DayKind((row["kind"] or "").strip().upper())
            except ValueError as error:
                problems.append(f"{line}: {error}")
                continue
            if day.year != year and (day.year, day.month) != (year - 1, 12):
                problems.append(f"{line}: {day} is neither in {year} nor in the December before")
            elif day in days:
                problems.append(f"{line}: {day} appears twice")
            elif kind is DayKind.MAKEUP and day.weekday() < 5:
                problems.append(f"{line}: {day} is a weekday, so it cannot be a make-up day")
            days[day] = (kind, (row["name"] or "").strip())
            if number := (row.get("notice_no") or "").strip():
                numbers.add(number)
    if not problems and not any(d.year == year and kind is DayKind.HOLIDAY for d, (kind, _) in days.items()):
        problems.append(f"no holiday in {year}: this is not a holiday notice")
    if len(numbers) > 1:
        problems.append(f"more than one notice number: {', '.join(sorted(numbers))}")
    if problems:
        raise CalendarFileError(problems)
    return Notice(year, days, next(iter(numbers), ""), path.name)
