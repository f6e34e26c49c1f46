"""The same statement on DuckDB and on Spark: equal answers over data made to show differences, refusal of all else."""

from __future__ import annotations

import datetime
import os
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from xiezhi.datacenter.lake import engine, functions, transpile

TEXTS = [
    None, "", " ", "a", "A-1", "12-34", "123", "123\n", "１２３", "中国", "中华人民共和国", "𠮷野家", "é", "é", "x,y,,z", ",", "中\n国",
    "  前后  ", "\t制表\t", "　全角　", "\u00a0 a\u2003\u200b", "\n a \t", "O'Neil", 'say "x"', "back\\slash", "100%", "under_score", "110101199003070011", "X",
    "a.b", "$1", "2026-02-30", "null", "N/A", "ß", "·", "阿卜杜拉·买买提", "a\rb", "0", "-7", "00012",
]  # fmt: skip
DAYS = [
    None,
    *map(
        datetime.date.fromisoformat,
        ("1900-01-01", "1999-12-31", "2000-02-29", "2024-02-29", "2026-03-05", "9998-12-31"),
    ),
]


def edge() -> pa.Table:
    count = len(TEXTS)
    return pa.table(
        {
            "k": pa.array(range(count), pa.int64()),
            "a": pa.array(TEXTS),
            "b": pa.array([TEXTS[(i * 7 + 3) % count] for i in range(count)]),
            "c": pa.array([f"{i:03}9{i}" for i in range(count)]),
            "n": pa.array([None if i % 9 == 4 else i * i for i in range(count)], pa.int64()),
            "m": pa.array([None if i % 5 == 4 else i % 4 for i in range(count)], pa.int64()),
            "d": pa.array([DAYS[i % len(DAYS)] for i in range(count)], pa.date32()),
            "e": pa.array([DAYS[(i * 3 + 1) % len(DAYS)] for i in range(count)], pa.date32()),
            "x": pa.array([None if i % 6 == 5 else Decimal(i) / 4 - 3 for i in range(count)], pa.decimal128(18, 2)),
        }
    )  # fmt: skip


AGGREGATES = {"Count", "CountIf", "Sum", "Min", "Max"}
PATTERNS = (
    r"regexp_matches(a, '^\d+$')", "regexp_matches(a, '.')", "regexp_matches(a, '^.$')", "regexp_matches(a, '国$')",
    "regexp_matches(a, '[^ -~]')", r"regexp_matches(a, 'a\.b|\$1')", "regexp_replace(a, ' +', ' ', 'g')",
    "regexp_extract(a, '(?:a|A)-([0-9])', 1)", r"regexp_matches(a, '[\d,-]')", "regexp_matches(a, '^(.+)$')",
    r"regexp_matches(a, '[\\]')", "regexp_matches(a, '^[^国]*$')", "regexp_replace(a, '[　 ]', '', 'g')",
)  # fmt: skip
COMPARED = (
    "a = b", "a < b", "a <> ''", "a IS DISTINCT FROM b", "a IN ('中国', 'x')", "n BETWEEN 2 AND 30", "NOT (m = 1)", "d < e",
    "x > 1.5", "a = 'ß'", "n + m * 2 - 1", "-n", "x + 1", "x * 2", "d + 1", "CAST(x AS VARCHAR)", "CAST(d AS VARCHAR)",
    "substr(a, CAST(m AS INTEGER) + 1, 1)", "a IS NULL OR b IS NOT NULL", "rank() OVER (PARTITION BY m ORDER BY d)",
)  # fmt: skip


def split(examples: str) -> list[str]:
    """Examples separated by commas outside brackets and quotes."""
    import sqlglot

    return [e.sql("duckdb") for e in sqlglot.parse_one(f"SELECT {examples}", read="duckdb").expressions]


def statements() -> dict[str, tuple[list[str], str]]:
    """Statements by what they show; the columns of each are compared one by one."""
    each = [e for one in functions.ALLOWED.values() if one.node not in AGGREGATES for e in split(one.example)]
    groups = [e for one in functions.ALLOWED.values() if one.node in AGGREGATES for e in split(one.example)]
    each += [*PATTERNS, *COMPARED]
    return {
        "rows": (["k", *each], f"SELECT k, {', '.join(f'{e} AS c{i}' for i, e in enumerate(each))} FROM edge ORDER BY k"),
        "groups": (["m", *groups], f"SELECT m, {', '.join(f'{e} AS c{i}' for i, e in enumerate(groups))} FROM edge GROUP BY m ORDER BY m"),
        "order": (["a", "b"], "SELECT a, b FROM edge ORDER BY a DESC, b"),
        "order of NULL": (["n", "k"], "SELECT n, k FROM edge ORDER BY n, k DESC"),
        "joined": (["k", "c"], "WITH two AS (SELECT a, count(*) AS c FROM edge GROUP BY a) SELECT o.k, t.c FROM edge AS o LEFT JOIN two AS t ON o.b = t.a "
                   "WHERE EXISTS (SELECT 1 FROM edge AS f WHERE f.k = o.k) ORDER BY o.k"),
        "sets": (["a"], "SELECT a FROM (SELECT a FROM edge UNION ALL SELECT b FROM edge EXCEPT SELECT '中国') AS s ORDER BY a"),
        "first of each": (["m", "k"], "SELECT m, k FROM edge QUALIFY row_number() OVER (PARTITION BY m ORDER BY k DESC) = 1 ORDER BY m"),
    }  # fmt: skip


def _values(rows: pa.Table, at: int) -> list[Any]:
    return [int(v) if isinstance(v, Decimal) and v == v.to_integral_value() else v for v in rows.column(at).to_pylist()]


@pytest.fixture(scope="module")
def spark() -> Iterator[engine.Engine]:
    os.environ.setdefault(
        "PYSPARK_SUBMIT_ARGS",
        "--master local[1] --driver-memory 1g --conf spark.driver.extraJavaOptions=-XX:TieredStopAtLevel=1 --conf spark.sql.shuffle.partitions=1 --conf spark.sql.codegen.wholeStage=false --conf spark.sql.codegen.factoryMode=NO_CODEGEN pyspark-shell",
    )
    found = engine.open_engine("spark")
    yield found
    found.close()
    found.session.stop()  # type: ignore[attr-defined]


def test_both_engines_answer_alike(spark: engine.Engine) -> None:
    differ = []
    with engine.open_engine("duckdb") as duckdb:
        for one in (duckdb, spark):
            one.put("edge", edge())
        for name, (columns, sql) in statements().items():
            here, there = duckdb.arrow(sql), spark.arrow(sql)
            for at, column in enumerate(columns):
                pairs = [(h, t) for h, t in zip(_values(here, at), _values(there, at), strict=True) if h != t]
                if pairs:
                    differ.append(f"{name}: {column}: {len(pairs)} rows, such as {pairs[:3]}")
    assert not differ, "\n".join(differ)


def test_a_scan_of_quality_rules_refuses_the_same_rows(spark: engine.Engine) -> None:
    """Rules of lawyers over awkward rows, costly tests once per value, the same keys twice."""
    from datetime import date

    from xiezhi.datacenter.govern import rules, scan
    from xiezhi.datacenter.standards import declare, schema

    codes = {
        "id.resident",
        "id.sex",
        "firm_usc.check",
        "name.check",
        "status.code",
        "mobile.check",
        "period",
        "first_date.range",
        "key.unique",
        "license_no.check",
    }
    wanted = [r for r in rules.of("std_lawyer", day=date(2026, 9, 14)) if r.code in codes]
    assert len(wanted) == len(codes)
    base = {"src_system": "a", "id_type": "111", "birth_date": date(1985, 6, 12)}
    rows = [
        {**base, "row_id": str(n), "license_no": no, "name": name, "id_no": number, "sex": "1", "firm_usc": usc, "status": status, "mobile": mobile,
         "first_date": day, "valid_from": day, "valid_to": date(2012, 1, 1)}
        for n, (no, name, number, usc, status, mobile, day) in enumerate([
            ("1" * 17, "王小明", "990101198506120018", "31990000MD0000008D", "01", "13800000000", date(2001, 1, 1)),
            ("1" * 17, "=1+1", "99010119850612001X", "31990000MD0000008C", "99", "1380000000", date(2013, 1, 1)),
            ("1" * 16 + "\n", "欧阳·娜", "１", None, None, "13800000000\n", date(1800, 1, 1)), (None, None, None, "", "", "", None),
        ])
    ]  # fmt: skip
    kinds = schema.arrow(declare.tables.get("std_lawyer"))
    data = pa.table({f.name: pa.array([r.get(f.name) for r in rows], f.type) for f in kinds})
    sql = scan.plan("lawyers", wanted, keep=("row_id",), few=["firm_usc"]).sql
    answers = []
    with engine.open_engine("duckdb") as duckdb:
        for one in (duckdb, spark):
            one.put("lawyers", data)
            answers.append(sorted(tuple(r.values()) for r in one.arrow(sql).to_pylist()))
    assert answers[0] == answers[1] and len(answers[0]) == 4


def test_checks_and_normalizers_of_the_standards_on_spark(spark: engine.Engine) -> None:
    """The conformance table of the standards: what Python says, Spark says (DuckDB is proven where it is declared)."""
    from xiezhi.datacenter.standards import conformance

    cases = conformance.cases()
    refused = {}
    for case in cases:
        try:
            transpile.check(case.sql)
        except transpile.Refused as error:
            refused[case.name] = str(error)
    assert not refused, refused
    sampled = [c for i, c in enumerate(cases) if c.kind != "code" or i % 8 == 0]
    spark.put(
        "x_values", pa.table({"k": range(len(conformance.VALUES)), "x": pa.array(conformance.VALUES, pa.string())})
    )
    differ = []
    for at in range(0, len(sampled), 40):
        part = sampled[at : at + 40]
        columns = ", ".join(f"{c.sql} AS c{i}" for i, c in enumerate(part))
        found = spark.arrow(f"SELECT k, {columns} FROM x_values ORDER BY k")
        for i, case in enumerate(part):
            pairs = zip(conformance.VALUES, case.expected, found.column(i + 1).to_pylist(), strict=True)
            wrong = [p for p in pairs if p[1] != p[2]]
            if wrong:
                differ.append(f"{case.name}: {len(wrong)} values, such as {wrong[:3]}")
    assert not differ, "\n".join(differ)


def test_a_substring_before_the_beginning_fails_loudly(spark: engine.Engine) -> None:
    assert "RAISE_ERROR" in transpile.to_spark("SELECT substr(a, m, 1) FROM edge")
    with pytest.raises(Exception, match="substr counts from 1"):
        spark.arrow("SELECT substr('abc', CAST(m AS INTEGER), 1) FROM edge")


@pytest.mark.parametrize(
    ("sql", "why"),
    [
        ("SELECT list(a ORDER BY k) FROM edge", "no order on Spark"),
        ("SELECT string_agg(a, ',') FROM edge", "no order on Spark"),
        ("SELECT arg_max(a, n) FROM edge", "among equals"),
        ("SELECT any_value(a) FROM edge", "chance"),
        ("SELECT jaro_winkler_similarity(a, b) FROM edge", "not proven equal"),
        ("SELECT levenshtein(a, b) FROM edge", "counts bytes"),
        ("SELECT soundex_of_mine(a) FROM edge", "function soundex_of_mine"),
        ("SELECT upper(a) FROM edge", "use translate"),
        ("SELECT round(x, 1) FROM edge", "decimals"),
        ("SELECT current_date", "clock"),
        ("SELECT random()", "chance"),
        ("SELECT hash(a) FROM edge", "not proven"),
        ("SELECT CAST(a AS DATE) FROM edge", "make_date"),
        ("SELECT CAST(n AS UTINYINT) FROM edge", "cast to"),
        ("SELECT n / m FROM edge", "divide by"),
        ("SELECT n % m FROM edge", "divide by"),
        ("SELECT regexp_matches(a, b) FROM edge", "literal"),
        (r"SELECT regexp_matches(a, '\bx') FROM edge", "not proven equal"),
        (r"SELECT regexp_matches(a, '\s') FROM edge", "not proven equal"),
        ("SELECT regexp_matches(a, '(?i)x') FROM edge", "not proven equal"),
        ("SELECT regexp_matches(a, '[[:alpha:]]') FROM edge", "class within"),
        ("SELECT regexp_matches(a, 'x', 'i') FROM edge", "options"),
        ("SELECT regexp_replace(a, 'x', 'y') FROM edge", "option 'g'"),
        (r"SELECT regexp_replace(a, '(x)', '\1', 'g') FROM edge", "plain text"),
        ("SELECT substr(a, 0, 1) FROM edge", "counts from 1"),
        ("SELECT substr(a, -2) FROM edge", "counts from 1"),
        ("SELECT split_part(a, ',', -1) FROM edge", "from 1"),
        (r"SELECT a LIKE 'x\_' FROM edge", "backslash"),
        ("SELECT a ILIKE 'x' FROM edge", "not proven"),
        ("SELECT strftime(d, '%A') FROM edge", "strftime"),
        ("SELECT d + INTERVAL 1 MONTH FROM edge", "Interval"),
        ("SELECT date_trunc('month', d) FROM edge", "not proven"),
        ("SELECT unnest([1, 2])", "not proven"),
        ("SELECT * FROM read_parquet('x.parquet')", "not proven"),
        ("SELECT 1; SELECT 2", "one statement"),
        ("DROP TABLE edge", "not proven|only queries"),
        ("COPY edge TO 'x'", "not proven|only queries"),
        ("SELECT FROM WHERE", "not understood"),
    ],
)
def test_what_is_not_proven_is_refused(sql: str, why: str) -> None:
    with pytest.raises(transpile.Refused, match=why):
        transpile.check(sql)


def test_an_expression_alone_is_fine() -> None:
    assert transpile.to_spark("regexp_matches(a, '^x$')") == "a RLIKE '^x\\\\z'"
