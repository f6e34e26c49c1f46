"""Collecting a large CSV: from the file in the inbox to the committed batch, against DuckDB's own CSV to Parquet in the same run.

    xiezhi bench collect --rows 5000000 --rounds 3

Collecting reads the file for its encoding and SHA-256, holds its columns against the contract, looks for numbers a
spreadsheet has eaten, keeps refused rows, writes compressed Parquet, reads what was written again for the digest of the
rows, and commits to the Iceberg table, the run and the ledger. DuckDB alone reads and writes.
"""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

import _common

COLUMNS = 10


def make(path: Path, rows: int) -> None:
    """A register of licenses, ten columns, Chinese, about 170 bytes a row; the same for the same number of rows."""
    import duckdb

    with duckdb.connect() as con:
        con.execute(
            f"""COPY (SELECT i AS 序号, '张' || chr(19968 + CAST(i * 7 % 5000 AS INT)) || chr(19968 + CAST(i * 13 % 5000 AS INT)) AS 姓名,
            '9901011990' || lpad(CAST(i % 1000 AS VARCHAR), 4, '0') || lpad(CAST(i % 10000 AS VARCHAR), 4, '0') AS 身份证号,
            CASE WHEN i % 2 = 0 THEN '男' ELSE '女' END AS 性别, DATE '1960-01-01' + CAST(i % 15000 AS INT) AS 出生日期,
            '139' || lpad(CAST(i * 7919 % 100000000 AS VARCHAR), 8, '0') AS 手机号, '云岭省明湖市东山区和平路' || (i % 999) || '号' AS 地址,
            '云岭律师事务所' || (i % 500) AS 机构, '1990' || lpad(CAST(i AS VARCHAR), 13, '0') AS 执业证书流水号,
            TIMESTAMP '2020-01-01' + INTERVAL (i % 100000) MINUTE AS 更新时间 FROM range({rows}) AS t(i)) TO '{path}' (HEADER)"""
        )


def main() -> None:
    """Print and keep the figures."""
    options = _common.arguments(__doc__ or "", rows=5_000_000, threads=2)
    home = _common.start("collect")
    import duckdb
    from django.conf import settings

    from xiezhi.datacenter.collect import inbox, services
    from xiezhi.datacenter.collect.sources import Files, Source, sources
    from xiezhi.datacenter.lake import tables

    settings.LAKE_THREADS, settings.LAKE_MEMORY = options.threads, "3GB"
    made = home / "register.csv"
    make(made, options.rows)
    source = sources.register(Source("bench", "bench", "bench", Files(), keys=("序号",)))
    services_times, alone_times, load = [], [], os.getloadavg()[0]
    ours_work, alone_work = [], []
    for turn in range(options.rounds):
        began, work = time.perf_counter(), time.process_time()
        with duckdb.connect(config={"threads": options.threads, "memory_limit": "3GB"}) as con:
            con.execute(f"COPY (SELECT * FROM read_csv('{made}')) TO '{home / 'alone.parquet'}' (FORMAT parquet)")
        alone_times.append(time.perf_counter() - began)
        alone_work.append(time.process_time() - work)
        with made.open("ab") as out:  # another file each time, or it would be told as delivered twice
            out.write(f"{options.rows + turn},甲,,,,,,,,\n".encode())
        shutil.copyfile(made, inbox.folder(source) / f"{turn}.csv")
        began, work = time.perf_counter(), time.process_time()
        run = services.collect("bench")
        services_times.append(time.perf_counter() - began)
        ours_work.append(time.process_time() - work)
        assert run.rows_out == options.rows + turn + 1 and run.rows_refused == 0, run.error
        seconds = dict(run.detail["seconds"])
        print(f"{turn}: DuckDB {alone_times[-1]:.2f} s, collect {services_times[-1]:.2f} s {seconds}")
        tables.drop("raw.bench")
    alone, ours, size = min(alone_times), min(services_times), made.stat().st_size / 1e6
    _common.record(
        "collect",
        [
            f"{options.rows:,} rows of {COLUMNS} columns, {size:,.0f} MB of CSV, {options.threads} threads, best of {options.rounds} rounds in turn; load of "
            f"the machine at the start {load:.1f}. Collecting: encoding, SHA-256, contract, refused rows, eaten numbers, digest of the rows, commit.",
            "",
            "| what | seconds | processor seconds | rows a second |",
            "|---|---|---|---|",
            f"| DuckDB, its own CSV to Parquet | {alone:.2f} | {min(alone_work):.2f} | {options.rows / alone:,.0f} |",
            f"| collecting | {ours:.2f} | {min(ours_work):.2f} | {options.rows / ours:,.0f} |",
            f"| of its speed (wanted: 0.33) | {alone / ours:.2f} | {min(alone_work) / min(ours_work):.2f} | |",
        ],
    )


if __name__ == "__main__":
    main()
