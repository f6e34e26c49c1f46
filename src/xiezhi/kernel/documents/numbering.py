"""文号: serials taken inside the signing transaction; every serial is used or logged as voided, never reused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from xiezhi.kernel.procedures.models import SerialUse

__all__ = ["Taken", "take", "take_many", "void"]


@dataclass(frozen=True)
class Taken:
    """A serial of a series in a year; `number` is how it is written."""

    series: str
    year: int
    serial: int
    number: str = ""


def take(series: str, year: int, *, object_type: str = "", object_id: str = "") -> int:
    """Next serial of a series. The row lock lasts until the transaction ends, so no gap can open by concurrency."""
    return take_many([(series, year)], object_type=object_type, object_id=object_id)[0]


def take_many(wanted: Sequence[tuple[str, int]], *, object_type: str = "", object_id: str = "") -> list[int]:
    """Next serials of several series in one statement, locked in a fixed order so that nobody deadlocks.

    Each is logged as used by the object in the same statement; the number as written stands at the object.
    """
    if not wanted:
        return []
    order = sorted(set(wanted))
    if len(order) != len(wanted):
        return [n for pair in wanted for n in take_many([pair], object_type=object_type, object_id=object_id)]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH taken AS (
                INSERT INTO procedures_serial (series, year, last)
                SELECT series, year, 1 FROM unnest(%s::text[], %s::int[]) AS t(series, year) ORDER BY 1, 2
                ON CONFLICT (series, year) DO UPDATE SET last = procedures_serial.last + 1
                RETURNING series, year, last
            ), logged AS (
                INSERT INTO procedures_serialuse (series, year, serial, number, status, object_type, object_id, reason, at)
                SELECT series, year, last, '', 'USED', %s, %s, '', now() FROM taken WHERE series NOT LIKE 'intake:%%'
            )
            SELECT series, year, last FROM taken
            """,
            [[s for s, _ in order], [y for _, y in order], object_type, object_id],
        )
        found = {(series, year): last for series, year, last in cursor.fetchall()}
    return [found[pair] for pair in wanted]


def void(taken: Taken, *, reason: str, object_type: str = "", object_id: str = "") -> None:
    """Log a serial as voided (作废); it is never given out again."""
    SerialUse.objects.create(series=taken.series, year=taken.year, serial=taken.serial, number=taken.number, status="VOIDED",
                             reason=reason, object_type=object_type, object_id=object_id)  # fmt: skip
