"""Copies that governance itself makes: the standard tables and the refused rows beside them."""

from __future__ import annotations

from typing import Any

from xiezhi.datacenter.standards import declare
from xiezhi.datacenter.standards.copies import Change, Holder

from .rules import quoted, text_of

__all__ = ["ISSUES", "STANDARD", "as_stored"]


def _table(change: Change) -> Any:
    from xiezhi.datacenter.lake import tables

    if change.table not in declare.tables:
        return None
    declared = declare.tables.get(change.table)
    found = tables.get(declared.lake_name)
    return found if declared.layer is declare.Layer.STANDARD and found.exists() else None


def as_stored(change: Change) -> dict[str, str | None]:
    """The right values of a correction as text, written the way the standard table writes them: "1.5" is "1.50" there."""
    from xiezhi.datacenter.lake import duck
    from xiezhi.datacenter.standards import schema

    declared = declare.tables.get(change.table)
    kinds = {c.name: schema.duckdb_type(declared.element_of(c.name), repeated=c.repeated) for c in declared.all_columns}
    values = {n: v for n, v in change.values.items() if n in kinds and v is not None}
    out: dict[str, str | None] = {n: None for n, v in change.values.items() if n in kinds and v is None}
    if values:
        parts = ", ".join(f"CAST(CAST({text_of(v)} AS {kinds[n]}) AS VARCHAR)" for n, v in values.items())
        with duck.connect(memory="256MB", threads=1) as con:
            out |= dict(zip(values, con.execute(f"SELECT {parts}").fetchone(), strict=True))
    return out


def _listed(change: Change) -> str:
    return ", ".join(text_of(r) for r in change.row_ids)


def _apply(change: Change) -> int:
    """Delete for good, earlier states too; or write the rows with the right values and a new hash."""
    table = _table(change)
    if table is None or not change.row_ids:
        return 0
    if change.deletes:
        return int(table.delete_rows(list(change.row_ids), reason=change.request))
    from xiezhi.datacenter.lake import duck
    from xiezhi.datacenter.lake.tables import Select

    from . import staging

    declared = declare.tables.get(change.table)
    kinds = staging.types_of(table.schema())
    values = {n: v for n, v in change.values.items() if n in kinds and n in {c.name for c in declared.all_columns}}
    if not values:
        return 0
    changed = ", ".join(
        f"CAST({'NULL' if v is None else text_of(v)} AS {kinds[n]}) AS {quoted(n)}" for n, v in values.items()
    )
    with duck.connect(memory="1GB") as con:
        rows = f"SELECT * REPLACE ({changed}) FROM {table.sql()} AS o WHERE row_id IN ({_listed(change)})"
        count = int(con.execute(f"SELECT COUNT(*) FROM ({rows})").fetchone()[0])
        if count:
            hashed = staging.hash_sql(declared, kinds)
            # What the source wrote is wrong and goes; that it was corrected stands in the override.
            sql = f"SELECT * REPLACE ({hashed} AS row_hash, CAST(NULL AS VARCHAR) AS _original) FROM ({rows})"
            table.merge(Select(con, sql), batch_id=f"right|{change.request}|{change.table}")
        return count


def _remains(change: Change) -> int:
    """Rows still there, or still without the right value, in the present state."""
    table = _table(change)
    if table is None or not change.row_ids:
        return 0
    from xiezhi.datacenter.lake import duck

    test = "TRUE"
    if not change.deletes:
        known = set(table.columns())
        tests = [
            f"{quoted(n)} IS NOT NULL" if v is None else f"CAST({quoted(n)} AS VARCHAR) IS DISTINCT FROM {text_of(v)}"
            for n, v in change.values.items()
            if n in known
        ]
        test = " OR ".join(tests) or "FALSE"
    with duck.connect(memory="1GB") as con:
        return int(
            con.execute(
                f"SELECT COUNT(*) FROM {table.sql()} AS o WHERE row_id IN ({_listed(change)}) AND ({test})"
            ).fetchone()[0]
        )


def _issues(change: Change) -> Any:
    from xiezhi.datacenter.lake import tables

    found = tables.get(f"issue.{change.table}")
    return found if found.exists() else None


def _apply_issues(change: Change) -> int:
    """Refused rows of the person hold raw values: they go with a deletion. A correction leaves what was delivered as it is."""
    table = _issues(change)
    return (
        int(table.delete_rows(list(change.row_ids), reason=change.request))
        if table is not None and change.deletes
        else 0
    )


def _remains_issues(change: Change) -> int:
    table = _issues(change)
    if table is None or not change.deletes or not change.row_ids:
        return 0
    from xiezhi.datacenter.lake import duck

    with duck.connect(memory="512MB") as con:
        return int(
            con.execute(f"SELECT COUNT(*) FROM {table.sql()} AS o WHERE row_id IN ({_listed(change)})").fetchone()[0]
        )


STANDARD = Holder("standard", "业务标准库", _apply, _remains, order=20)
ISSUES = Holder("issues", "拒收数据", _apply_issues, _remains_issues, order=25)
