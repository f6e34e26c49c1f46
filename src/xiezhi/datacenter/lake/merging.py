"""Merge by key: only files that hold a touched key are written anew (copy-on-write)."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xiezhi.datacenter.lake import duck, storage, writing
from xiezhi.datacenter.lake.writing import BUCKET, Select

if TYPE_CHECKING:
    from xiezhi.datacenter.lake.tables import LakeTable

__all__ = ["merged"]

SMALL = 8 << 20
FEW = 4
"""A touched bucket with more than FEW files below SMALL bytes has them joined on the way."""


def merged(lake_table: LakeTable, table: Any, source: Any, deletes: Any, folder: Path) -> tuple[list[Any], list[Any]]:
    """Data files that come and those that go. Raises ValueError for a NULL key or one that comes twice."""
    from xiezhi.datacenter.lake import tables

    keys = table.properties["xiezhi.keys"].split(",")
    names = ", ".join(map(duck.quote, keys))
    suffix = uuid.uuid4().hex[:12]
    new, touched = f"new_{suffix}", f"touched_{suffix}"
    with writing.opened(source) as rows:
        con = rows.con
        try:
            con.execute(f"CREATE TEMP TABLE {new} AS {tables.bucketed(table, rows.sql)}")
            _check(con, lake_table.name, new, keys)
            con.execute(f"CREATE TEMP TABLE {touched} AS SELECT {names}, {duck.quote(BUCKET)} FROM {new}")
            if deletes is not None:
                with writing.opened(deletes, con) as gone:
                    if gone.con is not con:
                        con.register(f"gone_{suffix}", gone.con.execute(gone.sql).to_arrow_table())
                        gone = Select(con, f"SELECT * FROM gone_{suffix}")
                    sql = tables.bucketed(table, f"SELECT {names} FROM ({gone.sql}) AS g")
                    con.execute(f"INSERT INTO {touched} SELECT {names}, {duck.quote(BUCKET)} FROM ({sql}) AS d")
            buckets = {row[0] for row in con.execute(f"SELECT DISTINCT {duck.quote(BUCKET)} FROM {touched}").fetchall()}
            removed = _hit(con, table, lake_table._data_files(table, None), buckets, touched, keys)
            paths = storage.fetch(table.io, [f.file_path for f in removed])
            columns = ", ".join(duck.quote(f.name) for f in table.schema().fields)
            sql = f"SELECT * FROM {new}"
            if paths:
                old = _read(table, paths)
                same = " AND ".join(f"o.{duck.quote(k)} = t.{duck.quote(k)}" for k in keys)
                sql = f"SELECT {columns} FROM {old} AS o ANTI JOIN {touched} AS t ON {same} UNION ALL BY NAME {sql}"
            added = writing.write(table, Select(con, sql), tables.partition_of(table), folder)
        finally:
            con.execute(f"DROP TABLE IF EXISTS {new}")
            con.execute(f"DROP TABLE IF EXISTS {touched}")
    return added, removed


def _read(table: Any, paths: list[str], extra: str = "") -> str:
    """Files with every column of the table, also those written before a column came."""
    files = ", ".join(map(duck.text, paths))
    uniform = len(table.schemas()) == 1
    read = f"read_parquet([{files}], hive_partitioning = false{'' if uniform else ', union_by_name = true'}{extra})"
    if uniform:
        return read
    kinds = writing.types_of(table.schema())
    empty = ", ".join(f"CAST(NULL AS {k}) AS {duck.quote(c)}" for c, k in kinds.items())
    return f"((SELECT {empty} WHERE false) UNION ALL BY NAME (SELECT * FROM {read}))"


def _check(con: Any, name: str, new: str, keys: list[str]) -> None:
    missing = " OR ".join(f"{duck.quote(k)} IS NULL" for k in keys)
    names = ", ".join(map(duck.quote, keys))
    nulls = con.execute(f"SELECT count(*) FROM {new} WHERE {missing}").fetchone()[0]
    total, distinct = con.execute(f"SELECT count(*), count(DISTINCT ({names})) FROM {new}").fetchone()
    if nulls or total != distinct:
        raise ValueError(f"{name}: {nulls} rows without a key, {total - distinct} rows whose key comes twice")


def _hit(con: Any, table: Any, files: list[Any], buckets: set[int], touched: str, keys: list[str]) -> list[Any]:
    """Files of the touched buckets that hold a touched key, and small ones where a bucket has gathered many."""
    from xiezhi.datacenter.lake import tables

    at = tables.partition_of(table).index(BUCKET)
    near = [f for f in files if f.partition[at] in buckets]
    if not near:
        return []
    paths = storage.fetch(table.io, [f.file_path for f in near])
    listed = ", ".join(map(duck.text, paths))
    same = " AND ".join(f"o.{duck.quote(k)} = t.{duck.quote(k)}" for k in keys)
    found = con.execute(
        f"SELECT DISTINCT o.filename FROM read_parquet([{listed}], filename = true, hive_partitioning = false) AS o "
        f"SEMI JOIN {touched} AS t ON {same}"
    ).fetchall()
    hit = {row[0] for row in found}
    small: dict[int, list[str]] = {}
    for path, one in zip(paths, near, strict=True):
        if one.file_size_in_bytes < SMALL:
            small.setdefault(one.partition[at], []).append(path)
    for gathered in small.values():
        if len(gathered) > FEW:
            hit.update(gathered)
    return [f for path, f in zip(paths, near, strict=True) if path in hit]
