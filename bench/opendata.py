"""An open data set of 10 million rows: making the release, first and last page, a filter, a count, a download's beginning.

The rows are a made-up register of lawyers. Limit: every question answers without the interface's time-out (8 s); the peer is
DuckDB reading the last page of the same file by OFFSET, as portals page."""

from __future__ import annotations

import os
import time

import _common

args = _common.arguments(__doc__ or "", rows=10_000_000)
_common.start("opendata")

import duckdb  # noqa: E402
from django.conf import settings  # noqa: E402

from xiezhi.datacenter.opendata import query, release  # noqa: E402
from xiezhi.datacenter.opendata.declare import open_sets  # noqa: E402
from xiezhi.datacenter.opendata.models import Release  # noqa: E402
from xiezhi.datacenter.standards.declare import tables  # noqa: E402

CODE = "lawyers"
declared = open_sets.get(CODE)
columns = []
for name in (c.name for c in tables.get(declared.table).all_columns):
    if name == "status":
        columns.append("CASE WHEN n % 20 = 0 THEN '02' ELSE '01' END AS status")
    elif name == "name":
        columns.append("'张' || chr(20000 + CAST(n % 3000 AS INT)) AS name")
    elif name in declared.columns:
        columns.append(f"'{name[:2]}' || CAST(n AS VARCHAR) AS {name}")
source = f"(SELECT {', '.join(columns)} FROM range({args.rows}) t(n))"
begun = time.perf_counter()
run = release.prepare(CODE, source=source)
making = time.perf_counter() - begun
made = Release.objects.get(set_code=CODE)
assert made.state == Release.State.CHECKED, made.report
size = {f["format"]: f["bytes"] / 1e6 for f in made.files}
path = release.folder(made) / "data.parquet"
key = declared.columns[0]


def timed(call: object) -> float:
    begun = time.perf_counter()
    call()  # type: ignore[operator]
    return (time.perf_counter() - begun) * 1000


peer = duckdb.connect()
peer.execute("SET memory_limit = '256MB'; SET threads = 2")
last = made.rows - 100
questions = {
    "first page of 100": lambda: query.rows(made, limit=100),
    "last page of 100": lambda: query.rows(made, after=last, limit=100),
    "one row by its number": lambda: query.rows(made, {key: f"{key[:2]}{made.rows // 2}"}, limit=10),
    "part of a name, first 20, with the total": lambda: query.rows(made, {"name__contains": chr(20500)}, limit=20, count=True),
    "rare filter, nothing found": lambda: query.rows(made, {"name": "不存在"}, limit=20, count=True),
    "peer: last page by OFFSET": lambda: peer.execute(f"SELECT * FROM read_parquet('{path}') ORDER BY _n LIMIT 100 OFFSET {last}").fetchall(),
}  # fmt: skip
for call in questions.values():
    call()
taken = _common.interleaved(args.rounds, {name: (lambda c=call: timed(c)) for name, call in questions.items()})
lines = [
    f"{made.rows:,} rows of {len(made.columns)} columns; {args.rounds} rounds, one thread asking. Load average before: {os.getloadavg()[0]:.1f}.",
    "", "| what | figure | limit |", "|---|---|---|",
    f"| making the release: control, three files, hashes ({', '.join(f'{k} {v:,.0f} MB' for k, v in size.items())}) | {making:.0f} s | |",
    *(f"| {name} | {_common.median(v):,.0f} ms (worst {max(v):,.0f}) | {query.SECONDS * 1000:,.0f} ms |" for name, v in taken.items()),
    f"| last page against OFFSET | 1/{_common.median(taken['peer: last page by OFFSET']) / _common.median(taken['last page of 100']):.0f} of its time | |",
]  # fmt: skip
assert settings.OPEN_DATA_ROOT
_common.record("Open data", lines)
