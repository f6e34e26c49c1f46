"""One batch of one source: staged, checked in one pass, refused rows kept, good rows merged. Safe to do again.

Order of writes: refused rows, then standard table, then PostgreSQL. Both tables of the lake know the batch by its id, so
that a repeat after a kill anywhere writes nothing twice; what PostgreSQL keeps is written in one transaction at the end.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from xiezhi.datacenter.standards.declare import Table

from . import rules as ruling
from . import scan, staging
from .rules import CheckRule, Severity, quoted, text_of

if TYPE_CHECKING:
    from .feeds import Feed

__all__ = ["Loaded", "load"]

HALF = 0.5
"""A full delivery with less than this share of the rows known before ends no row: it may be half a file."""


@dataclass
class Loaded:
    """What a batch brought. `counts` are rows per rule, `remaining` refused rows of earlier batches still open by their
    ticket's batch, `touched` the tickets whose count this batch changed."""

    total: int = 0
    refused: int = 0
    marked: int = 0
    merged: int = 0
    repeated: int = 0
    ended: int = 0
    score: float = 100.0
    counts: dict[str, int] = field(default_factory=dict)
    rules: tuple[CheckRule, ...] = ()
    new_refused: int = 0
    remaining: dict[str, int] = field(default_factory=dict)
    touched: set[str] = field(default_factory=set)
    digest: str = ""
    snapshot: str = ""
    note: str = ""
    statements: list[tuple[str, str]] = field(default_factory=list)


def load(
    con: Any,
    table: Table,
    feed: Feed,
    batch: str,
    raw: str,
    raw_columns: list[str],
    *,
    at: datetime,
    day: date,
    step: Callable[[str], None] = lambda name: None,
) -> Loaded:
    """Bring one batch from the raw relation `raw` (text for FROM) into the lake. `day` decides which codes are in force."""
    from xiezhi.datacenter.lake import tables

    out = Loaded()
    schema = staging.std_schema(table)
    std = tables.get(table.lake_name).create(
        schema, keys=("row_id",), level=table.level, retention_days=table.retention_days
    )
    issues = tables.get(f"issue.{table.code}").create(staging.issue_schema(), keys=("issue_id",), level=table.level)

    step("规范化")
    made = staging.stage_sql(
        table, schema, raw, feed.mapping, source=feed.source, batch=batch, system=feed.system, unit_usc=feed.unit_usc, raw_columns=raw_columns
    )  # fmt: skip
    con.execute(f"CREATE OR REPLACE TEMP TABLE g_all AS {made.sql}")
    out.statements.append(("stage", made.sql))
    out.total = int(con.execute("SELECT COUNT(*) FROM g_all").fetchone()[0])
    con.execute(
        "CREATE OR REPLACE TEMP TABLE g_old AS SELECT _raw_row FROM g_all WHERE row_id IS NOT NULL QUALIFY "
        "ROW_NUMBER() OVER (PARTITION BY row_id ORDER BY updated_at DESC NULLS LAST, _raw_row DESC) > 1"
    )
    out.repeated = int(con.execute("SELECT COUNT(*) FROM g_old").fetchone()[0])
    staged = "g_all"
    if out.repeated:
        con.execute("CREATE OR REPLACE TEMP TABLE g_new AS SELECT a.* FROM g_all a ANTI JOIN g_old o USING (_raw_row)")
        staged = "g_new"
    _apply_overrides(con, table, feed, staged)

    step("校验")
    std_now = std.sql()
    out.rules = ruling.of(table, day=day, staged=True)
    beside = (
        f"(SELECT * FROM {std_now} AS o WHERE o.row_id NOT IN (SELECT row_id FROM {staged} WHERE row_id IS NOT NULL))"
    )
    references = _references(con, table, out.rules, staged)
    declared = ", ".join(quoted(c.name) for c in table.all_columns if c.name not in ("dq_score", "row_hash"))
    references[table.code] = f"(SELECT {declared} FROM {staged} UNION ALL SELECT {declared} FROM {beside} AS e)"
    result = scan.scan(
        con, staged, out.rules, keep=("_raw_row", "row_id"), into="g_failed", total=out.total - out.repeated, beside=beside, references=references
    )  # fmt: skip
    planned = result.plan
    assert planned is not None
    out.refused, out.marked, out.counts = result.refused, result.marked, dict(result.counts)
    errors = scan.mask_test(planned, scan.errors_of(planned)) if planned.rules else "FALSE"
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE g_bad AS SELECT _raw_row, row_id, {scan.reasons(planned) if planned.rules else text_of('')} AS rules "
        f"FROM g_failed WHERE {errors}"
    )

    step("拒收行入库")
    _keep_refused(con, out, issues, feed, batch, raw, raw_columns, staged, at)

    step("写入标准库")
    _merge(con, out, std, std_now, table, schema, staged, batch, feed, at, day)
    _counts_after(con, out, issues)
    return out


def _apply_overrides(con: Any, table: Table, feed: Feed, staged: str) -> None:
    """What persons obtained holds against later deliveries: deleted rows stay away, corrected values stay corrected."""
    from . import overrides

    held = overrides.of_table(table.code)
    if not held:
        return
    gone = [o.row_id for o in held if o.kind == "DELETE"]
    if gone:
        con.execute(f"DELETE FROM {staged} WHERE row_id IN ({', '.join(text_of(r) for r in gone)})")
    kinds = staging.types_of(staging.std_schema(table))
    for one in held:
        if one.kind != "CORRECT":
            continue
        for name, value in one.values.items():
            if name not in kinds:
                continue
            before = one.replaces.get(name)
            same = (
                f"{quoted(name)} IS NULL" if before is None else f"CAST({quoted(name)} AS VARCHAR) = {text_of(before)}"
            )
            hit = con.execute(
                f"SELECT COUNT(*) FILTER (WHERE {same}), COUNT(*) FROM {staged} WHERE row_id = {text_of(one.row_id)}"
            ).fetchone()
            if hit[0]:
                more = f", {quoted('n_' + name)} = {text_of(value)}" if kinds[name] != "VARCHAR" else ""
                con.execute(
                    f"UPDATE {staged} SET {quoted(name)} = TRY_CAST({text_of(value)} AS {kinds[name]}){more} WHERE row_id = {text_of(one.row_id)}"
                )
            elif hit[1]:
                overrides.end(one.pk)


def _references(con: Any, table: Table, rules: tuple[CheckRule, ...], staged: str) -> dict[str, str]:
    """Relations of the tables that rules look into, as far as the lake has them, and of the days of the calendar."""
    from xiezhi.datacenter.lake import tables
    from xiezhi.datacenter.standards import cross, declare

    out = {}
    for code in {name for r in rules for name in r.needs} - {table.code}:
        if code in declare.tables:
            found = tables.get(declare.tables.get(code).lake_name)
            if found.exists() and found.snapshot() is not None:
                out[code] = found.sql()
    for clock in cross.CLOCKS:
        if clock.table != table.code:
            continue
        span = con.execute(
            f"SELECT MIN({quoted(clock.start)}), MAX({quoted(clock.start)}) FROM {staged} WHERE {quoted(clock.start)} >= DATE '2000-01-01' AND {quoted(clock.start)} < DATE '2100-01-01'"
        ).fetchall()[0]
        if span and span[0]:
            name = ruling.clock_relation(clock.start, clock.due, clock.length)
            con.register(name, cross.due_days(clock, span[0], span[1]))
            out[name] = name
    return out


def _keep_refused(
    con: Any,
    out: Loaded,
    issues: Any,
    feed: Feed,
    batch: str,
    raw: str,
    raw_columns: list[str],
    staged: str,
    at: datetime,
) -> None:
    """Every refused row with its reasons and raw values; open rows of earlier batches that passed now are marked fixed."""
    original = ", ".join(f"{text_of(c)}: r.{quoted(c)}" for c in raw_columns if not c.startswith("_"))
    moment = f"TIMESTAMPTZ {text_of(at.isoformat())}"
    columns = ", ".join(quoted(f.name) for f in staging.issue_schema())
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE g_open AS SELECT {columns} FROM {issues.sql()} AS i WHERE source = {text_of(feed.source)} AND fixed_batch IS NULL"
    )
    # A row that was refused before and is refused again belongs to the ticket it came up in first.
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE g_issue AS SELECT {staging.row_id_sql(text_of(feed.source + '|' + batch), 'CAST(b._raw_row AS VARCHAR)')} AS issue_id, "
        f"b.row_id, s.src_system, s.src_key, {text_of(feed.source)} AS source, {text_of(batch)} AS batch_id, b._raw_row AS raw_row, s.unit_usc, s.division, "
        f"b.rules, CAST(to_json({{{original}}}) AS VARCHAR) AS original, {moment} AS found_at, COALESCE(o.ticket_batch, {text_of(batch)}) AS ticket_batch, "
        "CAST(NULL AS VARCHAR) AS fixed_batch, CAST(NULL AS TIMESTAMPTZ) AS fixed_at, CAST(NULL AS VARCHAR) AS fixed_how "
        f"FROM g_bad b JOIN {staged} s ON s._raw_row = b._raw_row JOIN {raw} AS r ON r._row = b._raw_row "
        "LEFT JOIN (SELECT row_id, ARG_MIN(ticket_batch, found_at) AS ticket_batch FROM g_open WHERE row_id IS NOT NULL GROUP BY row_id) o ON o.row_id = b.row_id"
    )  # fmt: skip
    out.new_refused = int(
        con.execute(f"SELECT COUNT(*) FROM g_issue WHERE ticket_batch = {text_of(batch)}").fetchone()[0]
    )
    keyless = int(con.execute("SELECT COUNT(*) FROM g_bad WHERE row_id IS NULL").fetchone()[0])
    passed = f"i.row_id IN (SELECT s.row_id FROM {staged} s ANTI JOIN g_bad b ON b._raw_row = s._raw_row WHERE s.row_id IS NOT NULL)"
    tests = [f"WHEN {passed} THEN 'REDELIVERED'"]
    if not keyless and out.total:
        tests.append("WHEN i.row_id IS NULL THEN 'REDELIVERED'")
    if feed.full and out.total:
        tests.append(
            f"WHEN i.row_id IS NOT NULL AND i.row_id NOT IN (SELECT row_id FROM {staged} WHERE row_id IS NOT NULL) THEN 'WITHDRAWN'"
        )
    con.execute(
        "CREATE OR REPLACE TEMP TABLE g_fixed AS SELECT * FROM (SELECT i.* EXCLUDE (fixed_batch, fixed_at, fixed_how), "
        f"{text_of(batch)} AS fixed_batch, {moment} AS fixed_at, CASE {' '.join(tests)} END AS fixed_how FROM g_open i "
        f"WHERE i.batch_id <> {text_of(batch)}) WHERE fixed_how IS NOT NULL"
    )  # fmt: skip
    out.touched = {str(r[0]) for r in con.execute("SELECT DISTINCT ticket_batch FROM g_open").fetchall()}
    if con.execute("SELECT (SELECT COUNT(*) FROM g_issue) + (SELECT COUNT(*) FROM g_fixed)").fetchone()[0]:
        from xiezhi.datacenter.lake.tables import Select

        issues.merge(
            Select(con, f"SELECT {columns} FROM g_issue UNION ALL SELECT {columns} FROM g_fixed"), batch_id=f"{feed.source}|{batch}"
        )  # fmt: skip


def _counts_after(con: Any, out: Loaded, issues: Any) -> None:
    """Rows still open by ticket, once this batch counts."""
    for ticket, left in con.execute(
        f"SELECT ticket_batch, COUNT(DISTINCT COALESCE(row_id, issue_id)) FROM {issues.sql()} AS i WHERE fixed_batch IS NULL GROUP BY ticket_batch"
    ).fetchall():
        out.remaining[str(ticket)] = int(left)


def _merge(
    con: Any, out: Loaded, std: Any, std_now: str, table: Table, schema: Any, staged: str, batch: str, feed: Feed, at: datetime, day: date
) -> None:  # fmt: skip
    """Good rows that are new, changed and not older than what stands. Full deliveries end the rows they no longer bring."""
    from xiezhi.datacenter.lake.tables import Select

    kinds = staging.types_of(schema)
    planned_warnings = [r.code for r in out.rules if r.severity is Severity.WARNING and out.counts.get(r.code)]
    marks = "CAST(NULL AS VARCHAR)"
    join = ""
    if planned_warnings:
        con.execute(
            "CREATE OR REPLACE TEMP TABLE g_marks AS SELECT f._raw_row, f.rules FROM (SELECT _raw_row, "
            f"{_reasons_of(con, out)} AS rules FROM g_failed) f ANTI JOIN g_bad b ON b._raw_row = f._raw_row"
        )
        marks, join = "m.rules", "LEFT JOIN g_marks m ON m._raw_row = s._raw_row"
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE g_was AS SELECT row_id, row_hash, valid_from, updated_at, src_system, valid_to FROM {std_now} AS o "
        f"WHERE _source = {text_of(feed.source)} OR row_id IN (SELECT row_id FROM {staged} WHERE row_id IS NOT NULL)"
    )
    filled = [c.name for c in table.columns]
    empty = " + ".join(f"CASE WHEN s.{quoted(c)} IS NULL THEN 1 ELSE 0 END" for c in filled) or "0"
    score = f"CAST(GREATEST(0, 100 - 10 * {_commas(marks)} - ROUND(20.0 * ({empty}) / {max(1, len(filled))})) AS {kinds['dq_score']})"
    plain = [c.name for c in table.all_columns if c.name not in ("dq_score", "row_hash", "valid_from")]
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE g_ready AS SELECT {', '.join('s.' + quoted(c) for c in plain)}, "
        f"COALESCE(s.valid_from, w.valid_from, DATE '{day}') AS valid_from, {score} AS dq_score, s._source, s._raw_row, s._original, {marks} AS _marks, "
        "w.row_hash AS was, w.updated_at AS was_at "
        f"FROM {staged} s ANTI JOIN g_bad b ON b._raw_row = s._raw_row LEFT JOIN g_was w ON w.row_id = s.row_id {join} WHERE s.row_id IS NOT NULL"
    )  # fmt: skip
    chosen = ", ".join(quoted(c.name) for c in table.all_columns if c.name != "row_hash")
    rest = ", ".join(quoted(c) for c in staging.EXTRA)
    hashed = staging.hash_sql(table, kinds)
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE g_write AS SELECT {chosen}, {rest}, row_hash FROM (SELECT *, {hashed} AS row_hash FROM g_ready) "
        "WHERE was IS NULL OR (was <> row_hash AND updated_at >= was_at)"
    )
    if feed.full:
        _end_missing(con, out, std_now, table, kinds, staged, feed, batch, day)
    if std.has_batch(f"{feed.source}|{batch}") is not None:  # begun before and died after this step
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE g_write AS SELECT * FROM {std_now} AS o WHERE _source = {text_of(feed.source)} AND batch_id = {text_of(batch)}"
        )
    out.merged = int(con.execute("SELECT COUNT(*) FROM g_write").fetchone()[0])
    out.digest = str(con.execute(staging.digest_sql("g_write")).fetchone()[0])
    if out.merged:
        names = ", ".join(quoted(f.name) for f in schema)
        done = std.merge(Select(con, f"SELECT {names} FROM g_write"), batch_id=f"{feed.source}|{batch}")
        out.snapshot = str(done.id)
    out.statements.append(("load", f"SELECT {chosen}, {rest}, {hashed} AS row_hash FROM g_ready"))
    total = max(1, out.total - out.repeated)
    out.score = round(100 * (1 - (out.refused + 0.3 * out.marked) / total), 2) if out.total else 100.0


def _commas(marks: str) -> str:
    """How many codes stand in a list separated by commas."""
    return f"CASE WHEN {marks} IS NULL THEN 0 ELSE length({marks}) - length(replace({marks}, ',', '')) + 1 END"


def _reasons_of(con: Any, out: Loaded) -> str:
    tested = [r for r in out.rules if r.code in out.counts]
    return scan.reasons(scan.Plan("", tuple(tested), {}, -(-len(tested) // scan.WORD)))


def _end_missing(
    con: Any, out: Loaded, std_now: str, table: Table, kinds: Any, staged: str, feed: Feed, batch: str, day: date
) -> None:
    """Rows of this source that a full delivery no longer brings are no longer true: their period ends."""
    known = int(
        con.execute(
            f"SELECT COUNT(*) FROM g_was WHERE src_system = {text_of((feed.system or feed.source)[:20])} AND (valid_to IS NULL OR valid_to > DATE '{day}')"
        ).fetchone()[0]
    )
    if known and out.total < HALF * known:
        out.note = f"本批{out.total}行，不足已有{known}行的一半，没有终止缺少的行，请核对是否漏报。"
        return
    plain = [c.name for c in table.all_columns if c.name not in ("valid_to", "batch_id", "row_hash")]
    chosen = ", ".join(quoted(c.name) for c in table.all_columns if c.name != "row_hash")
    rest = ", ".join(quoted(c) for c in staging.EXTRA)
    con.execute(
        f"INSERT INTO g_write SELECT {chosen}, {rest}, {staging.hash_sql(table, kinds)} AS row_hash FROM (SELECT {', '.join(quoted(c) for c in plain)}, {rest}, "
        f"DATE '{day}' AS valid_to, {text_of(batch)} AS batch_id FROM {std_now} AS o WHERE _source = {text_of(feed.source)} AND (valid_to IS NULL OR valid_to > DATE '{day}') "
        f"AND row_id NOT IN (SELECT row_id FROM {staged} WHERE row_id IS NOT NULL))"
    )  # fmt: skip
    out.ended = int(
        con.execute(
            f"SELECT COUNT(*) FROM g_write WHERE batch_id = {text_of(batch)} AND valid_to = DATE '{day}' AND row_id NOT IN (SELECT row_id FROM {staged} WHERE row_id IS NOT NULL)"
        ).fetchone()[0]
    )
