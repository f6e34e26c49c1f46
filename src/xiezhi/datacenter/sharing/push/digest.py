"""Hashes that do not depend on order, engine or place: the same text on both sides, counted by division and month."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xiezhi.datacenter.lake import duck

__all__ = ["Bucket", "as_text", "buckets", "filtered", "hashed", "within"]

_WORD = 1 << 64


@dataclass(frozen=True)
class Bucket:
    """Rows of one division and month: how many, and the sum of their hashes modulo 2^64, twice."""

    division: str
    month: str
    count: int
    low: str
    high: str

    @property
    def key(self) -> tuple[str, str]:
        return self.division, self.month


def as_text(columns: Sequence[str]) -> str:
    """The columns as text, so that both sides hash the same letters."""
    return ", ".join(f"CAST({duck.quote(c)} AS VARCHAR) AS {duck.quote(c)}" for c in columns)


def hashed(columns: Sequence[str]) -> str:
    """MD5 of a row over text columns in this order; NULL is told from empty. It finds faults, not forgers: batches and
    receipts are signed."""
    parts = ", ".join(f"coalesce({duck.quote(c)}, chr(30))" for c in columns)
    return f"md5(concat_ws(chr(31), {parts}))"


def filtered(where: Mapping[str, Sequence[str]]) -> str:
    """A condition for the scope of a flow; of `division` a beginning is enough."""
    tests = []
    for column, values in where.items():
        x = duck.quote(column)
        if column == "division":
            tests.append("(" + " OR ".join(f"starts_with({x}, {duck.text(v)})" for v in values) + ")")
        else:
            tests.append(f"CAST({x} AS VARCHAR) IN ({', '.join(duck.text(v) for v in values)})")
    return " AND ".join(tests) or "TRUE"


def place() -> str:
    """The bucket of a row: six digits of the division, year and month of the last change."""
    return "left(coalesce(division, ''), 6) AS d, left(coalesce(updated_at, ''), 7) AS m"


def buckets(con: Any, relation: str) -> list[Bucket]:
    """Counts and hashes of a relation with division, updated_at and _h, in order of division and month."""
    rows = con.execute(
        f"SELECT d, m, count(*), sum(CAST(md5_number_lower(_h) AS HUGEINT)) % {_WORD}, "
        f"sum(CAST(md5_number_upper(_h) AS HUGEINT)) % {_WORD} "
        f"FROM (SELECT {place()}, _h FROM {relation}) GROUP BY d, m ORDER BY d, m"
    ).fetchall()
    return [Bucket(d, m, int(n), str(int(low)), str(int(high))) for d, m, n, low, high in rows]


def within(keys: Sequence[tuple[str, str]]) -> str:
    """A condition for rows of these buckets, over columns d and m."""
    if not keys:
        return "FALSE"
    return "(d, m) IN (" + ", ".join(f"({duck.text(d)}, {duck.text(m)})" for d, m in keys) + ")"
