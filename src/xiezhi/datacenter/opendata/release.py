"""Making a release: files, disclosure control, checks; then a person publishes it.

The files of a release lie under OPEN_DATA_ROOT/<set>/<version>/ and never change. Rows are sorted and numbered (`_n`), so that
any page of any set is read without looking at the pages before it. Which row of the base a number came from stands beside them in
OPEN_DATA_ROOT/.rows/, as a digest, never offered: that is how a person's correction or deletion finds its way (`rights`).
"""

from __future__ import annotations

import gzip
import hashlib
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Max

from xiezhi.datacenter.opendata import control
from xiezhi.datacenter.opendata.declare import Dimension, Kind, OpenSet, open_sets
from xiezhi.datacenter.opendata.models import Release
from xiezhi.datacenter.runs import services as runs
from xiezhi.datacenter.runs.models import Kind as RunKind
from xiezhi.datacenter.runs.models import Run
from xiezhi.datacenter.standards.declare import Mask, code_sets, tables
from xiezhi.kernel.calendar import clock
from xiezhi.kernel.ledger import services as ledger
from xiezhi.kernel.units.models import Division

__all__ = [
    "Refused",
    "current",
    "folder",
    "make",
    "prepare",
    "publish",
    "rows_path",
    "select_rows",
    "taken_back",
    "withdraw",
]

PLAIN_ROWS = 200_000
"""Above this many rows CSV and JSON are offered compressed."""


class Refused(ValueError):
    """A release may not be published; the text says why."""


def folder(release: Release) -> Path:
    """Where the files of a release lie."""
    return Path(settings.OPEN_DATA_ROOT) / release.set_code / str(release.version)


def rows_path(release: Release) -> Path:
    """Where it stands which row of the base each row of a release came from: `_n`, `_id` (a digest of row_id)."""
    return Path(settings.OPEN_DATA_ROOT) / ".rows" / release.set_code / f"{release.version}.parquet"


def current(code: str) -> Release | None:
    """The release the public sees."""
    return Release.objects.filter(set_code=code, state=Release.State.RELEASED).first()


def _quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _title_of(declared: OpenSet, name: str) -> str:
    for one in (*declared.by, *declared.measures):
        if one.name == name:
            return one.title
    return tables.get(declared.table).column(name).title


def select_rows(declared: OpenSet, source: str, *more: str, filtered: bool = True) -> str:
    """The rows of a register or a sample from `source`, sorted; `more` columns go along. Rows of a former version are
    `filtered` already, and the columns the filter speaks of need not be in them."""
    columns = ", ".join((*(_quote(c) for c in declared.columns), *more))
    order = ", ".join(_quote(c) for c in (declared.order or declared.columns[:1]))
    where = f"WHERE {declared.where}" if declared.where and filtered else ""
    if declared.kind is Kind.SAMPLE:
        quasi = ", ".join(_quote(c) for c in declared.quasi)
        inner = f"SELECT {columns}, count(*) OVER (PARTITION BY {quasi}) AS _k FROM {source} {where}"
        return f"SELECT * EXCLUDE (_k) FROM ({inner}) WHERE _k >= {declared.k} ORDER BY {order}"
    return f"SELECT {columns} FROM {source} {where} ORDER BY {order}"


def _cube(con: Any, declared: OpenSet, source: str) -> dict[control.Key, control.Cell]:
    dims = ", ".join(f"coalesce(CAST({d.expression} AS VARCHAR), '不详') AS {_quote(d.name)}" for d in declared.by)
    names = ", ".join(_quote(d.name) for d in declared.by)
    flags = ", ".join(f"grouping({_quote(d.name)})" for d in declared.by)
    values = ", ".join(f"CAST({m.sql} AS DOUBLE) AS {_quote(m.name)}" for m in declared.measures)
    sums = "".join(
        f", coalesce(sum({_quote(m.name)}), 0), coalesce(max({_quote(m.name)}), 0)" for m in declared.measures
    )
    where = f"WHERE {declared.where}" if declared.where else ""
    rows = con.execute(
        f"SELECT {names}, {flags}, count(*){sums} FROM (SELECT {dims}{', ' + values if values else ''} FROM {source} {where}) GROUP BY CUBE ({names})"
    ).fetchall()
    width, found = len(declared.by), {}
    for row in rows:
        key = tuple(control.ALL if row[width + n] else row[n] for n in range(width))
        rest = row[2 * width + 1 :]
        found[key] = control.Cell(row[2 * width], tuple(rest[0::2]), tuple(rest[1::2]))
    return found


def _names(dimension: Dimension) -> Mapping[str, str]:
    """Names of a dimension's codes: of its code set, or of cities by the first four digits of their division."""
    if dimension.code_set:
        return code_sets.get(dimension.code_set).names()
    if dimension.name == "city":
        found = Division.objects.filter(code__endswith="00", code__regex=r"^\d{6}$").order_by("valid_from")
        return {code[:4]: name for code, name in found.values_list("code", "name")}
    return {}


def _statistics(con: Any, declared: OpenSet, source: str) -> dict[str, Any]:
    """Write the table `open_rows` of a statistics set; returns its disclosure report."""
    import pyarrow as pa

    cells = _cube(con, declared, source)
    hidden = control.protect(cells, declared.minimum_cell)
    keys = sorted(cells)
    data: dict[str, list[Any]] = {d.name: [k[n] for k in keys] for n, d in enumerate(declared.by)}
    for dimension in declared.by:
        names = _names(dimension)
        if names:
            data[f"{dimension.name}_name"] = [names.get(v, v) for v in data[dimension.name]]
    data["n"] = [None if k in hidden.all else cells[k].n for k in keys]
    for n, measure in enumerate(declared.measures):
        data[measure.name] = [None if k in hidden.all else round(cells[k].sums[n], 2) for k in keys]
    data["suppressed"] = [k in hidden.all for k in keys]
    con.register("open_cells", pa.table(data))
    con.execute("CREATE OR REPLACE TEMP TABLE open_rows AS SELECT row_number() OVER () AS _n, * FROM open_cells")
    return {
        "cells": len(cells), "primary": len(hidden.primary), "secondary": len(hidden.secondary),
        "minimum": declared.minimum_cell,
    }  # fmt: skip


def _register(con: Any, declared: OpenSet, source: str) -> dict[str, Any]:
    named = con.execute(f"DESCRIBE SELECT * FROM {source} LIMIT 0").fetchall()
    traced = ("row_id AS _row",) if any(name == "row_id" for name, *_ in named) else ()
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE open_rows AS SELECT row_number() OVER () AS _n, * FROM ({select_rows(declared, source, *traced)})"
    )
    if traced:
        con.execute(f"CREATE OR REPLACE TEMP TABLE open_ids AS SELECT _n, {digest_of('_row')} AS _id FROM open_rows")
        con.execute("ALTER TABLE open_rows DROP COLUMN _row")
    where = f"WHERE {declared.where}" if declared.where else ""
    total = con.execute(f"SELECT count(*) FROM {source} {where}").fetchone()[0]
    return examined(con, declared, total)


def digest_of(expression: str) -> str:
    """SQL of the digest under which a row_id is kept beside a release: 64 bits tell ten million rows apart."""
    return f"md5_number_lower(CAST({expression} AS VARCHAR))"


def examined(con: Any, declared: OpenSet, total: int) -> dict[str, Any]:
    """The disclosure report of the rows in `open_rows`, made from `total` rows."""
    kept = con.execute("SELECT count(*) FROM open_rows").fetchone()[0]
    report: dict[str, Any] = {"source_rows": total, "left_out": total - kept}
    if declared.quasi:
        quasi = ", ".join(_quote(c) for c in declared.quasi)
        smallest, below, classes = con.execute(
            f"SELECT min(n), count(*) FILTER (n < {declared.k}), count(*) FROM (SELECT count(*) AS n FROM open_rows GROUP BY {quasi})"
        ).fetchone()
        report |= {"k": smallest or 0, "classes": classes, "below_k": below, "wanted_k": declared.k}
    return report


def _scan_numbers(con: Any, declared: OpenSet) -> dict[str, int]:
    """Text columns in which identity or mobile numbers stand, with how many rows. A column that is declared as an office's
    telephone may hold a mobile number, never an identity number."""
    found: dict[str, int] = {}
    identity = r"(^|[^0-9A-Za-z])[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx]($|[^0-9A-Za-z])"
    mobile = r"(^|[^0-9])1[3-9][0-9]{9}($|[^0-9])"
    table = tables.get(declared.table)
    phones = {c for c in declared.columns if table.element_of(c).mask in (Mask.PHONE, Mask.MOBILE) or c == "phone"}
    for name, kind in con.execute(
        "SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = 'open_rows'"
    ).fetchall():
        if kind == "VARCHAR":
            column = _quote(name)
            pattern = identity if name in phones else f"({identity})|({mobile})"
            n = con.execute(
                f"SELECT count(*) FROM open_rows WHERE length({column}) >= 11 AND regexp_matches({column}, ?)",
                [pattern],
            ).fetchone()[0]
            if n:
                found[name] = n
    return found


def _write(con: Any, where: Path, declared: OpenSet, rows: int, say: Callable[[str], None]) -> list[dict[str, Any]]:
    where.mkdir(parents=True)
    sort = "SELECT * FROM open_rows ORDER BY _n"
    titles = [c for (c,) in con.execute("SELECT column_name FROM duckdb_columns() WHERE table_name = 'open_rows' ORDER BY column_index").fetchall() if c != "_n"]  # fmt: skip
    say("写 Parquet")
    con.execute(f"COPY ({sort}) TO '{where}/data.parquet' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 50000)")
    # A leading = + - @ would run as a formula in a spreadsheet: such a text gets an apostrophe, in CSV only.
    safe = ", ".join(
        f"CASE WHEN regexp_matches(CAST({_quote(c)} AS VARCHAR), '^[=+@\\t\\r-]') AND try_cast({_quote(c)} AS DOUBLE) IS NULL "
        f"THEN '''' || {_quote(c)} ELSE CAST({_quote(c)} AS VARCHAR) END AS {_quote(c)}"
        for c in titles
    )
    small = rows <= PLAIN_ROWS
    say("写 CSV")
    con.execute(f"COPY (SELECT {safe} FROM ({sort})) TO '{where}/raw.csv' (FORMAT csv, HEADER true)")
    csv = where / ("data.csv" if small else "data.csv.gz")
    with (where / "raw.csv").open("rb") as source, csv.open("wb") if small else gzip.open(csv, "wb", 5) as target:
        target.write("\ufeff".encode())
        shutil.copyfileobj(source, target, 1 << 20)
    (where / "raw.csv").unlink()
    say("写 JSON")
    names = ", ".join(_quote(c) for c in titles)
    json = where / ("data.json" if small else "data.jsonl.gz")
    option = "ARRAY true" if small else "ARRAY false, COMPRESSION gzip"
    con.execute(f"COPY (SELECT {names} FROM ({sort})) TO '{json}' (FORMAT json, {option})")
    kinds = {
        "data.parquet": ("Parquet", "application/vnd.apache.parquet"), "data.csv": ("CSV", "text/csv; charset=utf-8"),
        "data.csv.gz": ("CSV", "application/gzip"), "data.json": ("JSON", "application/json"), "data.jsonl.gz": ("JSON", "application/gzip"),
    }  # fmt: skip
    files = []
    for path in sorted(where.iterdir()):
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        format_, media = kinds[path.name]
        files.append(
            {"name": path.name, "format": format_, "media": media, "bytes": path.stat().st_size, "sha256": digest}
        )
    return sorted(files, key=lambda f: ("CSV", "JSON", "Parquet").index(f["format"]))


def _profile(con: Any, declared: OpenSet) -> dict[str, Any]:
    """Counts of the values of the drawn columns, so that the page's charts cost no query."""
    found: dict[str, Any] = {}
    if declared.kind is Kind.STATISTICS:
        for one in declared.by:
            others = " AND ".join(f"{_quote(d.name)} = '{control.ALL}'" for d in declared.by if d is not one)
            label = _quote(f"{one.name}_name" if _names(one) else one.name)
            found[one.name] = con.execute(
                f"SELECT {label}, n FROM open_rows WHERE {_quote(one.name)} <> '{control.ALL}' {'AND ' + others if others else ''} AND n IS NOT NULL ORDER BY {_quote(one.name)} LIMIT 60"
            ).fetchall()
        return found
    for name in declared.charts:
        names = {}
        element = tables.get(declared.table).element_of(name)
        if element.code_set and element.code_set in code_sets:
            names = code_sets.get(element.code_set).names()
        rows = con.execute(
            f"SELECT {_quote(name)}, count(*) FROM open_rows GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 20"
        ).fetchall()
        found[name] = [(names.get(v, v) if v else "未填", n) for v, n in rows]
    return found


def _columns(con: Any, declared: OpenSet) -> list[dict[str, str]]:
    out = []
    fixed = {"n": "数量", "suppressed": "因数量过少不公开"}
    for name, kind in con.execute("SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = 'open_rows' ORDER BY column_index").fetchall():  # fmt: skip
        if name == "_n":
            continue
        base = name.removesuffix("_name") if declared.kind is Kind.STATISTICS else name
        title = fixed.get(name) or _title_of(declared, base) + ("（名称）" if base != name else "")
        code_set = next((d.code_set for d in declared.by if d.name == name), "")
        if declared.kind is not Kind.STATISTICS:
            code_set = tables.get(declared.table).element_of(name).code_set
        out.append({"name": name, "title": title, "type": {"VARCHAR": "文本", "BOOLEAN": "是否", "DATE": "日期"}.get(kind, "数值"), "code_set": code_set})  # fmt: skip
    return out


def _usable(declared: OpenSet, source: str) -> str:
    """The table without rows that may only be kept, not used (个人信息保护法 第47条第2款)."""
    from xiezhi.datacenter.govern.overrides import restricted

    kept_back = ", ".join(f"'{r}'" for r in sorted(restricted(declared.table)) if r.replace("-", "").isalnum())
    return f"(SELECT * FROM {source} AS t WHERE row_id NOT IN ({kept_back}))" if kept_back else source


def prepare(code: str, *, by: Any = None, source: str | None = None, run_id: int | None = None) -> Run:
    """Make the next version of a set from the lake and check it. What fails the check is kept as REFUSED with its report
    and without files. `source` (text for FROM) replaces the table of the lake, for benchmarks. Raises runs.Busy."""
    declared = open_sets.get(code)
    with runs.start(RunKind.OPEN, code, by=by, run_id=run_id) as job:
        from xiezhi.datacenter.lake import duck
        from xiezhi.datacenter.lake import tables as lake_tables

        job.stage("读取")
        snapshot, at = "", clock.now()
        if source is None:
            table = lake_tables.get(tables.get(declared.table).lake_name)
            if not table.exists():
                raise runs.Stopped(f"{tables.get(declared.table).title}还没有数据，请先归集和治理。")
            snaps = table.snapshots()
            snapshot = str(snaps[-1].id) if snaps else ""
            at = snaps[-1].at if snaps else at
            source = _usable(declared, table.sql())
        con = duck.connect()
        try:
            report = (_statistics if declared.kind is Kind.STATISTICS else _register)(con, declared, source)
            make(con, job, declared, report, snapshot=snapshot, at=at)
        finally:
            con.close()
    return job.run


def make(con: Any, job: runs.Job, declared: OpenSet, report: dict[str, Any], *, snapshot: str, at: Any) -> Release:
    """The next version of a set from the tables `open_rows` and `open_ids` of a connection: checked, written, kept in the books."""
    job.stage("披露审查")
    rows = con.execute("SELECT count(*) FROM open_rows").fetchone()[0]
    numbers = _scan_numbers(con, declared)
    report["personal_numbers"] = numbers
    problems = [f"数据项{name}里有{n}行疑似证件号码或手机号码，请退回来源单位更正。" for name, n in numbers.items()]
    if report.get("below_k"):
        problems.append(f"有{report['below_k']}个组合不足{declared.k}行，可能指向个人。")
    if not rows:
        problems.append("没有可以公开的行。")
    report["problems"] = problems
    last = Release.objects.filter(set_code=declared.code).aggregate(n=Max("version"))["n"] or 0
    release = Release(
        set_code=declared.code, version=last + 1, rows=rows, report=report, snapshot=snapshot, source_at=at, made_at=clock.now(),
        columns=_columns(con, declared), state=Release.State.REFUSED if problems else Release.State.CHECKED,
    )  # fmt: skip
    place = folder(release)
    shutil.rmtree(place, ignore_errors=True)  # left by a run that died before its row was written
    rows_path(release).unlink(missing_ok=True)
    if not problems:
        _write_ids(con, rows_path(release))
        release.files = _write(con, place, declared, rows, lambda stage: job.stage(stage))
        release.profile = _profile(con, declared)
    release.save()
    job.count(rows_in=report.get("source_rows", rows), rows_out=0 if problems else rows, snapshot=snapshot,
              content_hash=release.files[0]["sha256"] if release.files else "", version=release.version)  # fmt: skip
    return release


def _write_ids(con: Any, path: Path) -> None:
    if not con.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = 'open_ids'").fetchone():
        return
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    con.execute(f"COPY (SELECT _n, _id FROM open_ids ORDER BY _n) TO '{path}' (FORMAT parquet, COMPRESSION zstd)")


@transaction.atomic
def publish(release: Release, by: Any) -> None:
    """Let the public see a checked release; the one before is kept as replaced. Raises Refused."""
    release = Release.objects.select_for_update().get(pk=release.pk)
    if release.state != Release.State.CHECKED:
        raise Refused("只有待发布的版本可以发布。")
    now = clock.now()
    Release.objects.filter(set_code=release.set_code, state=Release.State.RELEASED).update(
        state=Release.State.REPLACED, ended_at=now
    )
    release.state, release.released_at, release.released_by = Release.State.RELEASED, now, by
    release.save()
    files = {f["name"]: f["sha256"] for f in release.files}
    payload = {"set": release.set_code, "version": release.version, "files": files, "at": now.isoformat()}
    ledger.append("data.open", payload, object_type="opendata.release", object_id=str(release.public_id))


@transaction.atomic
def withdraw(release: Release, by: Any, reason: str) -> None:
    """Take a release back, with a reason the public reads. Its files are no longer served. Raises Refused."""
    release = Release.objects.select_for_update().get(pk=release.pk)
    if release.state not in (Release.State.RELEASED, Release.State.CHECKED):
        raise Refused("这个版本已经停用。")
    if not reason.strip():
        raise Refused("请写明撤回原因，公众会看到。")
    release.state, release.ended_at, release.reason = Release.State.WITHDRAWN, clock.now(), reason.strip()[:200]
    release.save()
    taken_back(release)


def taken_back(release: Release) -> None:
    """Put a withdrawal into the ledger."""
    payload = {"set": release.set_code, "version": release.version, "withdrawn": clock.now().isoformat()}
    ledger.append("data.open", payload, object_type="opendata.release", object_id=str(release.public_id))
