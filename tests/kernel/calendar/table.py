"""Shorthand for tables of worked dates."""

from __future__ import annotations

from datetime import date

from xiezhi.kernel.calendar.counting import Calendar, Due, Extension, Spell, Unit, count
from xiezhi.kernel.calendar.published import calendar_from_chinesecalendar

STRICT: Calendar = calendar_from_chinesecalendar((2024, 2025, 2026))
GUESSING: Calendar = STRICT.provisional()


def d(text: str) -> date:
    """2026-03-05, or 03-05 for 2026."""
    return date.fromisoformat(text if len(text) == 10 else f"2026-{text}")


def due(start: str, term: str, **options: object) -> Due:
    """`due("04-24", "10 CD")`; "1 MO +1 MO" extends; "15 WD -[02-03,02-11)" suspends."""
    parts = term.split()
    length, unit = int(parts[0]), Unit(parts[1])
    spells, extensions = [], []
    rest = parts[2:]
    while rest:
        head = rest.pop(0)
        if head.startswith("+"):
            extensions.append(Extension(int(head[1:]), Unit(rest.pop(0))))
        elif head.startswith("-["):
            begin, end = head[2:-1].split(",")
            spells.append(Spell(d(begin), d(end) if end else None))
        else:
            raise ValueError(term)
    return count(d(start), length, unit, GUESSING, spells=spells, extensions=extensions, **options)  # type: ignore[arg-type]
