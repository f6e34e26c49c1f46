"""The lake at two sizes: append, merge, as-of, scan, compaction; the slope from one to the other.

xiezhi bench lake --small 1000000 --large 10000000
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Any

import _common

ROW = (
    "SELECT CAST({first} + i AS VARCHAR) AS row_id, '张' || chr(19968 + CAST(i * 7 % 5000 AS INT)) AS name, "
    "'9901011990' || lpad(CAST(i % 100000000 AS VARCHAR), 8, '0') AS id_no, CAST(i % 3000 AS INT) AS unit, "
    "DATE '1990-01-01' + CAST(i % 12000 AS INT) AS since, '云岭省明湖市东山区和平路' || (i % 999) || '号' AS address, {mark} AS mark "
    "FROM range({count}) AS t(i)"
)


def timed(what: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    out = what()
    return time.perf_counter() - began, out


def one(size: int, threads: int) -> dict[str, float]:
    """All steps at one size; seconds by name."""
    from xiezhi.datacenter.lake import duck, tables

    name = f"std.bench_{size}"
    out: dict[str, float] = {}
    with duck.connect("3GB", threads) as con:
        table = tables.get(name)
        rows = ROW.format(first=0, count=size, mark=0)
        schema = con.sql(f"SELECT * FROM ({rows}) LIMIT 0").to_arrow_table().schema
        table.create(schema, keys=("row_id",), buckets=16)
        out["append all"], _ = timed(lambda: table.append(tables.Select(con, rows), batch_id="all"))
        small = ROW.format(first=size, count=10_000, mark=1)
        out["append 10,000"], _ = timed(lambda: table.append(tables.Select(con, small), batch_id="more"))
        before = table.snapshot()
        assert before is not None
        change = ROW.format(first=0, count=size // 100, mark=2)
        out["merge 1 %"], _ = timed(lambda: table.merge(tables.Select(con, change), batch_id="one"))
        few = ROW.format(first=size - 100, count=100, mark=3)
        out["merge 100 rows"], _ = timed(lambda: table.merge(tables.Select(con, few), batch_id="few"))
        out["plan of files"], _ = timed(table.files)
        question = "SELECT unit, count(*), max(since), count(DISTINCT name) FROM {} GROUP BY unit"
        out["scan now"], _ = timed(lambda: con.execute(question.format(table.sql())).fetchall())
        out["scan as of"], _ = timed(lambda: con.execute(question.format(table.sql(before.id))).fetchall())
        one_row = f"SELECT * FROM {table.sql()} WHERE row_id = '4711'"
        out["one row by key"], _ = timed(lambda: con.execute(one_row).fetchall())
        assert table.count() == size + 10_000
        tables.drop(name)
    return out


def main() -> None:
    """Print the figures and slopes."""
    options = _common.arguments(__doc__ or "", small=1_000_000, large=10_000_000, threads=2)
    _common.start("lake")
    load = os.getloadavg()[0]
    small, large = one(options.small, options.threads), one(options.large, options.threads)
    grown = options.large / options.small
    _common.record(
        "lake",
        [
            f"A table of seven columns merged by key in 16 buckets, {options.threads} threads, 3 GB; load of the machine at the start {load:.1f}.",
            "",
            f"| step | {options.small:,} rows | {options.large:,} rows | time a row, large : small |",
            "|---|---|---|---|",
            *(f"| {s} | {v:.2f} s | {large[s]:.2f} s | {large[s] / v / grown:.2f} |" for s, v in small.items()),
        ],
    )


if __name__ == "__main__":
    main()
