"""What the pages of governance show. Values of rows come masked to the reader's level."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from xiezhi.datacenter.standards import declare, masks
from xiezhi.datacenter.standards.declare import Table
from xiezhi.kernel.datasets.registry import Level

from . import rules as ruling
from .models import IssueTicket, QualityCheck
from .rules import quoted, text_of

__all__ = ["Refused", "mapping_of", "profile", "refused", "table_card"]

PAGE = 50


@dataclass(frozen=True)
class Refused:
    """A refused row as a page shows it: reasons in words, raw values masked."""

    batch: str
    row: int
    reasons: list[tuple[str, str]]
    values: list[tuple[str, str, bool]]
    found_at: Any
    fixed: str


def mapping_of(table: str, source: str) -> dict[str, str]:
    """Raw column → declared column of a source."""
    from . import feeds

    for feed in feeds.of(table):
        if feed.source == source:
            return {raw: name for name, raw in feed.mapping.items()}
    return {}


def _masked(
    table: Table, mapping: Mapping[str, str], values: Mapping[str, Any], level: Level, wrong: set[str]
) -> list[tuple[str, str, bool]]:
    out = []
    for raw, value in values.items():
        name = mapping.get(raw, raw)
        known = name in {c.name for c in table.all_columns}
        if value is None:
            shown = ""
        elif known:
            shown = str(masks.for_level(table, name, value, level))
        else:
            shown = str(value) if level is Level.CORE else masks.HIDDEN  # what nobody declared might be anything
        out.append((raw, shown, name in wrong))
    return out


def refused(
    table_code: str,
    *,
    level: Level,
    ticket: IssueTicket | None = None,
    rule: str = "",
    batch: str = "",
    source: str = "",
    page: int = 1,
    size: int = PAGE,
    open_only: bool = False,
) -> tuple[list[Refused], int]:
    """Refused rows of a table, newest first, and how many there are. `level` is what the reader is cleared for."""
    from xiezhi.datacenter.lake import duck, tables

    table = declare.tables.get(table_code)
    issues = tables.get(f"issue.{table_code}")
    if not issues.exists():
        return [], 0
    tests = ["TRUE"]
    if ticket is not None:
        tests.append(f"source = {text_of(ticket.source)} AND ticket_batch = {text_of(ticket.batch)}")
    if rule:
        tests.append(f"list_contains(string_split(rules, ','), {text_of(rule)})")
    if batch:
        tests.append(f"batch_id = {text_of(batch)}")
    if source:
        tests.append(f"source = {text_of(source)}")
    if open_only:
        tests.append("fixed_batch IS NULL")
    where = " AND ".join(tests)
    known = ruling.by_code(table, staged=True)
    out = []
    with duck.connect(memory="512MB") as con:
        total = int(con.execute(f"SELECT COUNT(*) FROM {issues.sql()} AS i WHERE {where}").fetchone()[0])
        rows = con.execute(
            f"SELECT batch_id, raw_row, rules, original, found_at, fixed_how, source FROM {issues.sql()} AS i WHERE {where} "
            f"ORDER BY found_at DESC, raw_row LIMIT {int(size)} OFFSET {(max(1, page) - 1) * int(size)}"
        ).fetchall()
    mappings: dict[str, dict[str, str]] = {}
    for batch_id, raw_row, codes, original, found_at, fixed, from_source in rows:
        mapping = mappings.setdefault(from_source, mapping_of(table_code, from_source))
        hit = [known[c] for c in str(codes).split(",") if c in known]
        reasons = [(r.title, r.message) for r in hit]
        values = _masked(table, mapping, json.loads(original), level, {c for r in hit for c in r.columns})
        out.append(Refused(batch_id, int(raw_row), reasons, values, found_at, str(fixed or "")))
    return out, total


@dataclass(frozen=True)
class Share:
    """A column's share of filled rows and of rows no rule of it failed, 0 to 1."""

    column: Any
    level: str
    filled: float | None
    valid: float | None


def profile(table: Table) -> list[Share]:
    """Filled and valid shares of every column. Filled comes from the table as it is; valid from the latest batch of each
    source."""
    from xiezhi.datacenter.lake import duck, tables

    from .grading import LABELS

    found = tables.get(table.lake_name)
    total, filled = 0, {}
    if found.exists() and found.snapshot() is not None:
        counts = ", ".join(f"COUNT({quoted(c.name)})" for c in table.columns)
        with duck.connect(memory="1GB") as con:
            row = con.execute(f"SELECT COUNT(*), {counts} FROM {found.sql()} AS t").fetchone()
        total, filled = int(row[0]), dict(zip((c.name for c in table.columns), row[1:], strict=True))
    checks = list(QualityCheck.objects.filter(table=table.code).order_by("source", "-at").distinct("source"))
    rows = sum(c.rows for c in checks)
    failed: dict[str, int] = {}
    for check in checks:
        for rule, n in check.counts.values_list("rule", "rows"):
            name = rule.partition(".")[0]
            failed[name] = failed.get(name, 0) + n
    return [
        Share(
            c, LABELS[table.level_of(c.name)], filled.get(c.name, 0) / total if total else None,
            max(0.0, 1 - failed.get(c.name, 0) / rows) if rows else None,
        )
        for c in table.columns
    ]  # fmt: skip


def table_card(table: Table) -> dict[str, Any]:
    """Count, age and snapshots of a table in the lake."""
    from xiezhi.datacenter.lake import tables

    found = tables.get(table.lake_name)
    if not found.exists():
        return {"exists": False}
    snapshots = found.snapshots()
    return {
        "exists": True,
        "rows": found.count(),
        "snapshots": list(reversed(snapshots))[:10],
        "at": snapshots[-1].at if snapshots else None,
    }
