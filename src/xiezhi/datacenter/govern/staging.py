"""From the raw text of a batch to typed, normalized rows of a standard table, as SQL for DuckDB.

Normalization keeps the original twice: `_raw_row` with the batch id points at the untouched row in the raw layer, and
`_original` holds, as JSON, the original text of just those columns whose writing was changed. Most rows have none, so it
costs little, and nobody has to go to the raw layer to see what a value was.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from xiezhi.datacenter.standards.declare import Table
from xiezhi.kernel.calendar.clock import SHANGHAI

from .rules import quoted, text_of

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = [
    "EXTRA",
    "NAMESPACE",
    "canonical_hash",
    "digest_sql",
    "hash_sql",
    "issue_schema",
    "row_id",
    "row_id_sql",
    "stage_sql",
    "std_schema",
    "types_of",
]

NAMESPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "row.xiezhi")
"""Namespace of row ids (UUID version 5 over source system and source key)."""
EXTRA = ("_source", "_raw_row", "_original", "_marks")
"""Columns of a standard table beside the declared ones: feed, row in the raw layer, originals, codes of warnings."""
SEPARATOR = "\x1f"
NOTHING = "\x1e"
NEVER = frozenset({"row_id", "dq_score", "row_hash", "batch_id", "updated_at"})
"""Common columns that say nothing about the thing itself and stay out of the row's hash."""


def row_id(src_system: str, src_key: str) -> str:
    """行标识: the same for the same source system and key, always and everywhere."""
    return str(uuid.uuid5(NAMESPACE, f"{src_system}{SEPARATOR}{src_key}"))


def row_id_sql(src_system: str, src_key: str) -> str:
    """`row_id` as an expression; NULL where the key is NULL."""
    h = f"sha1(unhex('{NAMESPACE.hex}') || encode({src_system} || chr(31) || {src_key}))"
    variant = "substr('89ab89ab89ab89ab', instr('0123456789abcdef', substr(h, 17, 1)), 1)"
    made = (
        "substr(h, 1, 8) || '-' || substr(h, 9, 4) || '-5' || substr(h, 14, 3) || '-' || "
        f"{variant} || substr(h, 18, 3) || '-' || substr(h, 21, 12)"
    )
    return f"list_transform([{h}], lambda h: {made})[1]"


def types_of(schema: pa.Schema) -> dict[str, str]:
    """DuckDB's name of the type of each column of an Arrow schema."""
    import pyarrow as pa

    out = {}
    for f in schema:
        t = f.type
        if pa.types.is_decimal(t):
            out[f.name] = f"DECIMAL({t.precision},{t.scale})"
        elif pa.types.is_timestamp(t):
            out[f.name] = "TIMESTAMPTZ" if t.tz else "TIMESTAMP"
        elif pa.types.is_date(t):
            out[f.name] = "DATE"
        elif pa.types.is_boolean(t):
            out[f.name] = "BOOLEAN"
        elif pa.types.is_integer(t):
            out[f.name] = "BIGINT" if t.bit_width == 64 else "INTEGER"
        elif pa.types.is_floating(t):
            out[f.name] = "DOUBLE"
        else:
            out[f.name] = "VARCHAR"
    return out


def std_schema(table: Table) -> pa.Schema:
    """The Arrow schema of a standard table in the lake: what is declared and `EXTRA`."""
    import pyarrow as pa

    from xiezhi.datacenter.standards import schema

    fields = [pa.field(f.name, f.type) for f in schema.arrow(table)]
    return pa.schema([*fields, pa.field("_source", pa.string()), pa.field("_raw_row", pa.int64()),
                      pa.field("_original", pa.string()), pa.field("_marks", pa.string())])  # fmt: skip


def issue_schema() -> pa.Schema:
    """The Arrow schema of `issue.<table>`: refused rows with all their reasons and their raw values."""
    import pyarrow as pa

    moment, text = pa.timestamp("us", "UTC"), pa.string()
    return pa.schema([
        ("issue_id", text), ("row_id", text), ("src_system", text), ("src_key", text), ("source", text), ("batch_id", text),
        ("raw_row", pa.int64()), ("unit_usc", text), ("division", text), ("rules", text), ("original", text), ("found_at", moment),
        ("ticket_batch", text), ("fixed_batch", text), ("fixed_at", moment), ("fixed_how", text),
    ])  # fmt: skip


@dataclass(frozen=True)
class Staged:
    """The statement that stages a batch, and the names it gives: `typed` columns also have an `n_` text."""

    sql: str
    columns: tuple[str, ...]
    typed: tuple[str, ...]


def stage_sql(
    table: Table,
    schema: pa.Schema,
    relation: str,
    mapping: Mapping[str, str],
    *,
    source: str,
    batch: str,
    system: str = "",
    unit_usc: str = "",
    raw_columns: Sequence[str] = (),
) -> Staged:
    """Stage a batch: `relation` is text for FROM with the raw columns as text, `_row` and `_at`; `mapping` is standard
    column → raw column (columns of `mapping` that the batch lacks are NULL)."""
    from xiezhi.datacenter.standards import normal

    kinds = types_of(schema)
    known = set(raw_columns)
    used = {c: r for c, r in mapping.items() if c in kinds and (not known or r in known)}
    inner, originals = [], []
    for column in table.all_columns:
        name = column.name
        if name in NEVER and name != "updated_at":
            continue
        if name not in used:
            inner.append(f"CAST(NULL AS VARCHAR) AS {quoted('n_' + name)}")
            continue
        raw = f"r.{quoted(used[name])}"
        found = normal.of(table, name)
        inner.append(f"{found.sql(raw) if found is not None else raw} AS {quoted('n_' + name)}")
        inner.append(f"{raw} AS {quoted('g_' + name)}")
        originals.append(name)
    changed = [f"{quoted('g_' + n)} IS DISTINCT FROM {quoted('n_' + n)}" for n in originals]
    pairs = ", ".join(
        f"{{'k': {text_of(n)}, 'v': CASE WHEN {test} THEN {quoted('g_' + n)} END}}"
        for n, test in zip(originals, changed, strict=True)
    )
    original = (
        f"CASE WHEN {' OR '.join(changed)} THEN CAST(to_json(map_from_entries(list_filter([{pairs}], "
        "lambda e: e.v IS NOT NULL))) AS VARCHAR) END"
        if originals
        else "CAST(NULL AS VARCHAR)"
    )
    if "src_key" in used:
        key = quoted("n_src_key")
    else:
        parts = [quoted("n_" + k) for k in table.keys]
        key = f"CASE WHEN {' OR '.join(f'{p} IS NULL' for p in parts)} THEN NULL ELSE {' || chr(124) || '.join(parts)} END"
    home = text_of((system or source)[:20])
    columns, typed = [], []
    made = {
        "src_system": f"COALESCE({quoted('n_src_system')}, {home})" if "src_system" in used else home,
        "src_key": key,
        "batch_id": text_of(batch),
        "unit_usc": f"COALESCE({quoted('n_unit_usc')}, {text_of(unit_usc) if unit_usc else 'NULL'})",
        "updated_at": f"COALESCE(TRY_CAST({quoted('n_updated_at')} AS {kinds.get('updated_at', 'TIMESTAMPTZ')}), "
                      f"CAST(_at AS {kinds.get('updated_at', 'TIMESTAMPTZ')}))",
    }  # fmt: skip
    for column in table.all_columns:
        name = column.name
        if name in ("row_id", "dq_score", "row_hash"):
            continue
        if name in made:
            columns.append(f"{made[name]} AS {quoted(name)}")
            continue
        kind = kinds[name]
        text = quoted("n_" + name)
        columns.append(f"{text if kind == 'VARCHAR' else f'TRY_CAST({text} AS {kind})'} AS {quoted(name)}")
        if kind != "VARCHAR":
            columns.append(quoted("n_" + name))
            typed.append(name)
    body = f"SELECT {', '.join(inner)}, r._row AS _raw_row, r._at AS _at FROM {relation} AS r"
    staged = f"SELECT {', '.join(columns)}, {original} AS _original, _raw_row FROM ({body}) AS n"
    sql = (
        f"SELECT {row_id_sql('src_system', 'src_key')} AS row_id, {text_of(source)} AS _source, * FROM ({staged}) AS s"
    )
    return Staged(sql, tuple(c.name for c in table.all_columns), tuple(typed))


def hashed(table: Table) -> tuple[str, ...]:
    """Columns a row's hash stands for, in order."""
    return tuple(c.name for c in table.all_columns if c.name not in NEVER)


def hash_sql(table: Table, kinds: Mapping[str, str], alias: str = "") -> str:
    """行摘要: SHA-256 over the canonical text of the row, hexadecimal."""
    dot = f"{alias}." if alias else ""
    parts = []
    for name in hashed(table):
        x, kind = f"{dot}{quoted(name)}", kinds[name]
        text = f"strftime({x}, '%Y-%m-%d %H:%M:%S')" if kind.startswith("TIMESTAMP") else f"CAST({x} AS VARCHAR)"
        parts.append(f"COALESCE({text}, chr(30))")
    return f"sha256(concat_ws(chr(31), {', '.join(parts)}))"


def canonical_hash(values: Mapping[str, Any], table: Table) -> str:
    """`hash_sql` in Python, for proofs over single rows: dates as 2026-03-05, truth as true/false"""
    import hashlib

    def text(value: Any) -> str:
        if value is None:
            return NOTHING
        if isinstance(value, bool):
            return "true" if value else "false"
        if hasattr(value, "hour"):
            return str((value.astimezone(SHANGHAI) if value.tzinfo else value).strftime("%Y-%m-%d %H:%M:%S"))
        return str(value)

    return hashlib.sha256(SEPARATOR.join(text(values.get(n)) for n in hashed(table)).encode()).hexdigest()


def digest_sql(relation: str) -> str:
    """A digest of a set of rows from their hashes, whatever their order: SHA-256 over count and four sums."""
    sums = " || ':' || ".join(
        f"CAST(COALESCE(SUM(CAST(CAST('0x' || substr(row_hash, {1 + 15 * i}, 15) AS BIGINT) AS HUGEINT)), 0) AS VARCHAR)"
        for i in range(4)
    )
    return f"SELECT sha256(CAST(COUNT(*) AS VARCHAR) || ':' || {sums}) FROM {relation}"
