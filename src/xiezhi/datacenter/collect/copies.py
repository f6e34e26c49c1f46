"""What of a person lies in the raw layer, and its removal on request.

The raw layer holds what was delivered, batch after batch. A deletion removes every row of every batch that carries the
key of a deleted row; a correction leaves it alone, because it is the record of what the unit said, and is made in the
standard base. The keys are kept as digests only, to show that nothing remains.
"""

from __future__ import annotations

from typing import Any

from xiezhi.datacenter.collect.models import ErasedKey
from xiezhi.datacenter.collect.sources import Source, sources
from xiezhi.datacenter.standards.copies import Change

__all__ = ["apply", "remains"]


def _feeding(code: str) -> list[Source]:
    return [s for s in sources.all() if s.table == code]


def key_columns(source: Source, table: Any) -> list[str]:
    """Columns of the raw layer that hold the key of a row of the standard table."""
    if "src_key" in source.mapping:
        return [source.mapping["src_key"]]
    from xiezhi.datacenter.standards import declare

    declared = declare.tables.get(table)
    found = [source.mapping[k] for k in declared.keys if k in source.mapping]
    return found or list(source.keys)


def digest_sql(columns: list[str]) -> str:
    from xiezhi.datacenter.lake import duck

    return "sha256(" + " || chr(31) || ".join(f"coalesce(trim({duck.quote(c)}), '')" for c in columns) + ")"


def apply(change: Change) -> int:
    """Remove the rows of a deletion from every batch. Returns how many. Called before the standard table forgets them,
    because that is where the key of a row is found; once found, its digest is kept, so a repetition works after that too."""
    if not change.deletes:
        return 0
    from xiezhi.datacenter.lake import duck, tables

    gone = 0
    for source in _feeding(change.table):
        raw = tables.get(source.raw)
        if not raw.exists():
            continue
        columns = [c for c in key_columns(source, change.table) if c in raw.columns()]
        if not columns:
            continue
        with duck.connect() as con:
            _remember(con, change, source, raw, columns)
            digests = list(
                ErasedKey.objects.filter(source=source.code, row_id__in=change.row_ids).values_list("digest", flat=True)
            )
            for name in (source.raw, f"apart.{source.code}"):
                table = tables.get(name)
                if table.exists():
                    gone += _remove(table, columns, digests, change.request)
    return gone


def _remember(con: Any, change: Change, source: Source, raw: Any, columns: list[str]) -> None:
    from xiezhi.datacenter.lake import duck, tables
    from xiezhi.datacenter.standards import declare

    standard = tables.get(declare.tables.get(change.table).lake_name)
    if not standard.exists() or "_raw_row" not in standard.columns():
        return
    ids = ", ".join(duck.text(i) for i in change.row_ids)
    found = con.execute(
        f"SELECT DISTINCT s.row_id, {digest_sql(columns)} FROM (SELECT row_id, batch_id AS b, _raw_row AS r FROM {standard.sql()} "
        f"WHERE row_id IN ({ids}) AND _source = {duck.text(source.code)}) AS s JOIN {raw.sql()} AS w ON w._batch = s.b AND w._row = s.r"
    ).fetchall()
    ErasedKey.objects.bulk_create(
        [ErasedKey(source=source.code, request=change.request[:80], row_id=i, digest=d) for i, d in found],
        ignore_conflicts=True,
    )


def _remove(table: Any, columns: list[str], digests: list[str], request: str) -> int:
    from xiezhi.datacenter.lake import duck

    columns = [c for c in columns if c in table.columns()]
    if not digests or not columns:
        return 0
    listed = ", ".join(map(duck.text, digests))
    return int(table.delete_where(f"{digest_sql(columns)} IN ({listed})", reason=request))


def remains(change: Change) -> int:
    """Rows of the raw layer that still carry a key that should be gone; 0 for corrections."""
    if not change.deletes:
        return 0
    from xiezhi.datacenter.lake import duck, tables

    left = 0
    for source in _feeding(change.table):
        raw = tables.get(source.raw)
        digests = list(
            ErasedKey.objects.filter(source=source.code, row_id__in=change.row_ids).values_list("digest", flat=True)
        )
        if not digests or not raw.exists():
            continue
        columns = [c for c in key_columns(source, change.table) if c in raw.columns()]
        with duck.connect() as con:
            listed = ", ".join(map(duck.text, digests))
            left += con.execute(
                f"SELECT count(*) FROM {raw.sql()} WHERE {digest_sql(columns)} IN ({listed})"
            ).fetchone()[0]
    return left
