"""文号: serials taken inside the signing transaction; every serial is used or logged as voided, never reused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from xiezhi.kernel.procedures.models import SerialUse

__all__ = ["Taken", "log_use", "take", "void"]


@dataclass(frozen=True)
class Taken:
    """A serial of a series in a year; `number` is how it is written."""

    series: str
    year: int
    serial: int
    number: str = ""


def take(series: str, year: int) -> int:
    """Next serial of a series. The row lock lasts until the transaction ends, so no gap can open by concurrency."""
    return take_many([(series, year)])[0]


def take_many(wanted: Sequence[tuple[str, int]]) -> list[int]:
    """Next serials of several different series in one statement, locked in a fixed order so that nobody deadlocks."""
    if not wanted:
        return []
    order = sorted(set(wanted))
    if len(order) != len(wanted):
        return [n for pair in wanted for n in take_many([pair])]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO procedures_serial (series, year, last)
            SELECT series, year, 1 FROM unnest(%s::text[], %s::int[]) AS t(series, year) ORDER BY 1, 2
            ON CONFLICT (series, year) DO UPDATE SET last = procedures_serial.last + 1
            RETURNING series, year, last
            """,
            [[s for s, _ in order], [y for _, y in order]],
        )
        found = {(series, year): last for series, year, last in cursor.fetchall()}
    return [found[pair] for pair in wanted]


def log_use(taken: Sequence[Taken], *, object_type: str, object_id: str) -> None:
    """Log serials as used."""
    SerialUse.objects.bulk_create([
        SerialUse(series=t.series, year=t.year, serial=t.serial, number=t.number, status="USED",
                  object_type=object_type, object_id=object_id)
        for t in taken
    ])  # fmt: skip


def void(taken: Taken, *, reason: str, object_type: str = "", object_id: str = "") -> None:
    """Log a serial as voided (作废); it is never given out again."""
    SerialUse.objects.create(series=taken.series, year=taken.year, serial=taken.serial, number=taken.number, status="VOIDED",
                             reason=reason, object_type=object_type, object_id=object_id)  # fmt: skip
