"""质量评价: scores over time. A batch's score is 100 less the share of refused rows and three tenths of the marked ones.

A dimension's score is 100 less the share of failed tests among those its rules made. Kept per batch in PostgreSQL; a
table's score of a day is the mean of its batches, weighted by rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import F, Max, Sum

from xiezhi.datacenter.standards import declare
from xiezhi.kernel.calendar import clock

from .feeds import Feed
from .models import QualityCheck, QualityCount
from .rules import STALE_AFTER, VOLUME, CheckRule, Kind

__all__ = ["Fresh", "Row", "by_kind", "days", "fresh", "rules_hit", "suppliers", "tables", "volume"]


def by_kind(rules: Sequence[CheckRule], counts: Mapping[str, int], rows: int) -> dict[str, float]:
    """Score per dimension, of those that were tested."""
    out: dict[str, float] = {}
    for kind in Kind:
        mine = [r for r in rules if r.kind is kind]
        if mine and rows:
            failed = sum(counts.get(r.code, 0) for r in mine)
            out[str(kind)] = round(100 * (1 - failed / (rows * len(mine))), 2)
    return out


def volume(table: str, feed: Feed, rows: int) -> str:
    """What is odd about the number of rows of a full delivery against the one before; empty where nothing is."""
    if not feed.full:
        return ""
    before = (
        QualityCheck.objects.filter(table=table, source=feed.source)
        .order_by("-at")
        .values_list("rows", flat=True)
        .first()
    )
    if not before or abs(rows - before) <= VOLUME * before:
        return ""
    return f"本批{rows}行，上一批{before}行，相差超过{VOLUME:.0%}。"


@dataclass(frozen=True)
class Fresh:
    """How old a table's newest data are. `stale`: older than its update cycle allows."""

    on: date | None
    stale: bool

    @property
    def days(self) -> int | None:
        return (clock.today() - self.on).days if self.on else None


def fresh(table: str) -> Fresh:
    """Age of a table's newest batch against its update cycle (rule rows.fresh)."""
    last = QualityCheck.objects.filter(table=table).aggregate(on=Max("on"))["on"]
    allowed = STALE_AFTER.get(declare.tables.get(table).update_cycle, 0) if table in declare.tables else 0
    return Fresh(last, bool(allowed and last and clock.today() - last > timedelta(days=allowed)))


@dataclass(frozen=True)
class Row:
    """A line of figures: `key` names the table, rule or supplier."""

    key: Any
    title: str
    rows: int
    refused: int
    marked: int
    score: float | None


def _score(rows: int, refused: int, marked: int) -> float | None:
    return round(100 * (1 - (refused + 0.3 * marked) / rows), 2) if rows else None


def tables(since: date) -> list[Row]:
    """Every table checked since a day."""
    found = (
        QualityCheck.objects.filter(on__gte=since).values("table").annotate(n=Sum("rows"), r=Sum("refused"), m=Sum("marked")).order_by("table")
    )  # fmt: skip
    return [
        Row(f["table"], declare.tables.get(f["table"]).title if f["table"] in declare.tables else f["table"], f["n"], f["r"], f["m"], _score(f["n"], f["r"], f["m"]))
        for f in found
    ]  # fmt: skip


def suppliers(since: date, table: str = "") -> list[Row]:
    """Every supplying unit since a day, worst first."""
    found = QualityCheck.objects.filter(on__gte=since, supplier__isnull=False)
    if table:
        found = found.filter(table=table)
    rows = found.values("supplier_id", "supplier__name").annotate(n=Sum("rows"), r=Sum("refused"), m=Sum("marked"))
    out = [
        Row(f["supplier_id"], f["supplier__name"], f["n"], f["r"], f["m"], _score(f["n"], f["r"], f["m"])) for f in rows
    ]
    return sorted(out, key=lambda r: (r.score is None, r.score, r.title))


def days(since: date, table: str = "", supplier: int | None = None) -> list[tuple[date, float]]:
    """Score of each day that had a batch, oldest first."""
    found = QualityCheck.objects.filter(on__gte=since)
    if table:
        found = found.filter(table=table)
    if supplier is not None:
        found = found.filter(supplier_id=supplier)
    rows = found.values("on").annotate(n=Sum("rows"), r=Sum("refused"), m=Sum("marked")).order_by("on")
    return [(f["on"], s) for f in rows if (s := _score(f["n"], f["r"], f["m"])) is not None]


def rules_hit(since: date, table: str, supplier: int | None = None) -> list[dict[str, Any]]:
    """Rules of a table that rows failed since a day, most rows first: code, kind, severity, rows, batches."""
    found = QualityCount.objects.filter(check_of__table=table, check_of__on__gte=since)
    if supplier is not None:
        found = found.filter(check_of__supplier_id=supplier)
    rows = found.values("rule", "kind", "severity").annotate(n=Sum("rows"), last=Max(F("check_of__on")))
    return sorted((dict(r) for r in rows), key=lambda r: (-r["n"], r["rule"]))


def trend(points: Iterable[tuple[date, float]]) -> Decimal | None:
    """Last score less the first."""
    known = list(points)
    return Decimal(str(round(known[-1][1] - known[0][1], 2))) if len(known) > 1 else None
