"""Governing: 100 rules over a wide table in one pass, against one full scan that hashes every column.

    python bench/govern.py [--rows 10000000] [--rounds 3] [--keep FOLDER]

Both run on the same Parquet file, in one DuckDB, in turn; the least of each counts. The table is as wide as the
roll of lawyers with columns of neighboring bases; one row in a hundred is wrong. Kept rows and counts are part of the time.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xiezhi.config.settings_test")

import django

django.setup()

import _common  # noqa: E402
import duckdb  # noqa: E402

from xiezhi.datacenter.govern import rules as ruling  # noqa: E402
from xiezhi.datacenter.govern import scan  # noqa: E402
from xiezhi.datacenter.standards import sqltext  # noqa: E402
from xiezhi.datacenter.standards.declare import Rule, Table, tables  # noqa: E402
from xiezhi.datacenter.standards.declaring import col, order, table  # noqa: E402

DAY = date(2026, 9, 14)
TARGET = 6.0
FIRMS = 40_000


def wide() -> Table:
    """The roll of lawyers with the certificate, the appointment and the training of each."""
    lawyer = tables.get("std_lawyer")
    more = (
        col("office_usc", "公证机构", "usc"), col("cert_no", "证书号", "qual_no"), col("grant_date", "授予日", "first_date"),
        col("appoint_date", "任命日", "first_date"), col("remove_date", "免职日", "first_date"), col("work_phone", "办公电话", "org_phone"),
        col("home_division", "户籍区划", "division"), col("exam_year", "考试年度", "exam_year"), col("nation", "民族", "nation"),
        col("org_address", "机构地址", "org_address"),
    )  # fmt: skip
    extra = (
        order("grant_date", "first_date", "授予日、首次执业日期"), order("appoint_date", "remove_date", "任命日、免职日"), order("birth_date", "first_date", "出生日期、首次执业日期"),
        order("birth_date", "grant_date", "出生日期、授予日"), order("grant_date", "appoint_date", "授予日、任命日"), order("birth_date", "valid_from", "出生日期、有效期起"),
        Rule("mobile.plain", "手机号不是连号", "取值", "mobile <> '13800138000'", "手机号是占位号码", "WARNING"),
        Rule("name.plain", "姓名不是占位", "取值", "name NOT IN ('测试', '无名氏', '某某')", "姓名是占位文字"),
        Rule("address.known", "地址有县级", "取值", "address IS NULL OR strpos(address, '县') > 0 OR strpos(address, '区') > 0 OR strpos(address, '市') > 0", "地址没有县级名称", "WARNING"),
        Rule("exam.before", "考试早于执业", "日期先后", "exam_year IS NULL OR first_date IS NULL OR exam_year <= year(first_date)", "考试年度晚于首次执业"),
        Rule("year.range", "考试年度", "取值", "exam_year IS NULL OR exam_year BETWEEN 1986 AND 2026", "考试年度不在范围"),
    )  # fmt: skip
    n = 0
    filler: list[Rule] = []
    made = table(
        "std_wide", "宽表", "B1", (*lawyer.columns, *more), lawyer.basis, share_basis="", rules=(*lawyer.rules, *extra)
    )
    while len(used(made)) + n < 100:
        n += 1
        filler.append(Rule(f"more.{n}", f"核对{n}", "取值", FILL[n % len(FILL)].format(n=n), "不在范围", "WARNING"))
    return table(
        "std_wide",
        "宽表",
        "B1",
        (*lawyer.columns, *more),
        lawyer.basis,
        share_basis="",
        rules=(*lawyer.rules, *extra, *filler),
    )


FILL = (
    "substr(license_no, 1, 1) <> 'x{n}'", "length(firm_name) <> {n} + 500", "valid_from > DATE '1900-01-{n:02d}' OR valid_from IS NULL",
    "practice_kind <> 'x{n}'", "NOT (status = '05' AND practice_kind = 'z{n}')",
)  # fmt: skip


def used(declared: Table) -> list[ruling.CheckRule]:
    return [
        r for r in ruling.of(declared, day=DAY) if r.form is not ruling.Form.TABLE and r.form is not ruling.Form.ROWS
    ]


def generate(con: duckdb.DuckDBPyConnection, declared: Table, rows: int, path: Path) -> None:
    """Rows that are right but for one in a hundred."""
    id17 = "CAST((530000 + h % 200) AS VARCHAR) || strftime(DATE '1955-01-01' + CAST(h2 % 11000 AS INTEGER), '%Y%m%d') || lpad(CAST(h // 7 % 1000 AS VARCHAR), 3, '0')"
    con.execute("CREATE MACRO usc_tail(n) AS lpad(CAST(n AS VARCHAR), 6, '0')")
    # Credit codes need two check characters: made in Python for as many bodies as there are.
    letters, weights = "0123456789ABCDEFGHJKLMNPQRTUWXY", [pow(3, i, 31) for i in range(17)]
    bodies = []
    for n in range(FIRMS):
        inner = f"MD{n:06d}"
        value = 11 - sum(int(c, 36) * w for c, w in zip(inner, (3, 7, 9, 10, 5, 8, 4, 2), strict=True)) % 11
        code = f"31530{n % 10}00{inner}" + {10: "X", 11: "0"}.get(value, str(value))
        bodies.append(
            (n, code + letters[(31 - sum(letters.index(c) * w for c, w in zip(code, weights, strict=True)) % 31) % 31])
        )
    import pyarrow as pa

    con.register("bodies", pa.table({"n": [b[0] for b in bodies], "usc": [b[1] for b in bodies]}))
    values = {
        "row_id": "md5(CAST(i AS VARCHAR))", "src_system": "'law' || i % 3", "src_key": "'K' || i", "unit_usc": "b.usc", "division": "CAST(530100 + h % 29 AS VARCHAR)",
        "valid_from": "DATE '2016-01-01' + CAST(h % 2000 AS INTEGER)", "valid_to": "CASE WHEN st >= 3 THEN DATE '2025-01-01' + CAST(h % 300 AS INTEGER) END",
        "updated_at": "TIMESTAMPTZ '2026-01-01 00:00:00+08' + INTERVAL (h % 1000000) SECOND", "batch_id": "'b' || i // 100000",
        "license_no": "'1' || lpad(CAST(i AS VARCHAR), 16, '0')", "name": "['王','李','张','刘','陈','杨','赵','黄'][1 + h % 8] || ['伟','芳','娜','敏','静','丽','强','磊'][1 + h2 % 8] || ['','华','明','军'][1 + h // 9 % 4]",
        "id_type": "'111'", "id_no": f"CASE WHEN i % 100 = 7 THEN id17 || 'A' ELSE id17 || {sqltext.check_char('CAST(id17 AS BIGINT)')} END", "sex": "CAST(2 - CAST(substr(id17, 17, 1) AS INTEGER) % 2 AS VARCHAR)",
        "birth_date": "CAST(substr(id17, 7, 4) || '-' || substr(id17, 11, 2) || '-' || substr(id17, 13, 2) AS DATE)", "mobile": "'13' || lpad(CAST(h % 1000000000 AS VARCHAR), 9, '0')",
        "address": "'云岭省' || h % 16 || '市' || h % 129 || '县人民路' || h2 % 999 || '号'", "practice_kind": "'0' || (1 + h % 6)", "firm_usc": "b.usc", "firm_name": "'云岭第' || b.n || '律师事务所'",
        "qual_no": "'A' || lpad(CAST(h2 % 1000000 AS VARCHAR), 12, '0')", "first_date": "DATE '2008-01-01' + CAST(h % 3000 AS INTEGER)", "status": "'0' || st",
        "education": "'10'", "political_status": "'01'", "office_usc": "b.usc", "cert_no": "'B' || lpad(CAST(h % 100000000 AS VARCHAR), 12, '0')", "grant_date": "DATE '2000-01-01' + CAST(h % 2900 AS INTEGER)",
        "appoint_date": "DATE '2017-01-01' + CAST(h % 900 AS INTEGER)", "remove_date": "DATE '2020-01-01' + CAST(h % 900 AS INTEGER)", "work_phone": "'0871' || lpad(CAST(h % 10000000 AS VARCHAR), 8, '6')",
        "home_division": "CAST(530100 + h2 % 29 AS VARCHAR)", "exam_year": "2000 + h % 7", "nation": "lpad(CAST(1 + h % 56 AS VARCHAR), 2, '0')", "org_address": "'云岭省' || h % 16 || '市中心街'",
    }  # fmt: skip
    chosen = ", ".join(f"{values.get(c.name, 'NULL')} AS {ruling.quoted(c.name)}" for c in declared.all_columns)
    con.execute(
        f"COPY (SELECT {chosen} FROM (SELECT *, {id17} AS id17, CASE WHEN h % 20 = 0 THEN 3 WHEN h % 33 = 0 THEN 4 ELSE 1 END AS st FROM "
        f"(SELECT range AS i, CAST(hash(range) >> 1 AS BIGINT) AS h, CAST(hash(range + 77777777) >> 1 AS BIGINT) AS h2 FROM range({rows}))) AS s JOIN bodies AS b ON b.n = h % {FIRMS}) "
        f"TO '{path}' (FORMAT parquet, COMPRESSION zstd)"
    )


def main() -> int:
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--rows", type=int, default=10_000_000)
    ask.add_argument("--rounds", type=int, default=3)
    ask.add_argument("--keep", default="")
    given = ask.parse_args()
    declared = wide()
    rules = used(declared)
    folder = Path(given.keep or tempfile.mkdtemp(prefix="xiezhi-govern-"))
    folder.mkdir(parents=True, exist_ok=True)
    con = duckdb.connect(
        config={"memory_limit": "6GB", "temp_directory": str(folder / "tmp"), "preserve_insertion_order": False}
    )
    path, firms = folder / f"wide-{given.rows}.parquet", folder / "firms.parquet"
    try:
        if not path.exists():
            generate(con, declared, given.rows, path)
        con.execute(
            f"COPY (SELECT DISTINCT firm_usc AS usc, '01' AS status FROM '{path}') TO '{firms}' (FORMAT parquet)"
        )
        con.execute(
            f"COPY (SELECT DISTINCT qual_no AS cert_no FROM '{path}') TO '{folder / 'certs.parquet'}' (FORMAT parquet)"
        )
        references = {
            "std_lawfirm": f"read_parquet('{firms}')",
            "std_qualification": f"read_parquet('{folder / 'certs.parquet'}')",
        }
        hashes = ", ".join(f"bit_xor(hash({ruling.quoted(c.name)}))" for c in declared.all_columns)
        base, mine, result, load = [], [], None, os.getloadavg()[0]
        base_work, mine_work = [], []
        for _ in range(given.rounds):
            began, work = time.perf_counter(), time.process_time()
            con.execute(f"SELECT {hashes} FROM '{path}'").fetchall()
            base.append(time.perf_counter() - began)
            base_work.append(time.process_time() - work)
            began, work = time.perf_counter(), time.process_time()
            result = scan.scan(
                con,
                f"read_parquet('{path}')",
                rules,
                keep=("row_id", "src_system", "src_key"),
                references=references,
                total=given.rows,
            )
            mine.append(time.perf_counter() - began)
            mine_work.append(time.process_time() - work)
            print(
                f"hash {base[-1]:.2f} s ({base_work[-1]:.2f}), rules {mine[-1]:.2f} s ({mine_work[-1]:.2f})", flush=True
            )
        assert result is not None
        ratio, work_ratio = min(mine) / min(base), min(mine_work) / min(base_work)
        threads = con.execute("SELECT current_setting('threads')").fetchone()
        _common.record(
            "govern",
            [
                f"{len(rules) - len(result.skipped)} rules over {given.rows:,} rows of {len(declared.all_columns)} columns ({path.stat().st_size / 1e6:,.0f} MB of "
                f"Parquet), {threads[0] if threads else '?'} threads, 6 GB, best of {given.rounds} rounds in turn; load of the machine at the start {load:.1f}. "
                f"{result.refused:,} rows refused, {result.marked:,} marked; they are kept with their rules within the time.",
                "",
                "| what | seconds | processor seconds | rows a second |",
                "|---|---|---|---|",
                f"| one scan that hashes every column | {min(base):.2f} | {min(base_work):.2f} | {given.rows / min(base):,.0f} |",
                f"| all rules | {min(mine):.2f} | {min(mine_work):.2f} | {given.rows / min(mine):,.0f} |",
                f"| times the scan (wanted: at most {TARGET:.0f}) | {ratio:.2f} | {work_ratio:.2f} | |",
            ],
        )
        return 0 if ratio <= TARGET else 1
    finally:
        con.close()
        if not given.keep:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
