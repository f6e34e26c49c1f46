"""Rules from declarations, all in one pass, the same on both engines."""

from __future__ import annotations

import random
from datetime import date
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xiezhi.datacenter.govern import grading, rules, scan
from xiezhi.datacenter.govern.columns import Unreadable, inputs_of
from xiezhi.datacenter.govern.rules import CheckRule, Form, Kind, Severity
from xiezhi.datacenter.lake import transpile
from xiezhi.datacenter.standards import declare
from xiezhi.datacenter.standards.declare import CodeItem, CodeSet, Element, Table
from xiezhi.kernel.datasets.registry import ColumnType, Level

from .conftest import FIRM, id_no

DAY = date(2026, 9, 14)


def relation(con: Any, rows: list[dict[str, Any]], name: str = "t") -> str:
    """Rows of std_lawyer, typed, in a DuckDB."""
    from xiezhi.datacenter.standards import schema

    kinds = schema.arrow(declare.tables.get("std_lawyer"))
    data = {f.name: pa.array([r.get(f.name) for r in rows], f.type) for f in kinds}
    con.register(name, pa.table(data))
    return name


def right(n: int, **more: Any) -> dict[str, Any]:
    return {
        "row_id": f"r{n}", "src_system": "a", "license_no": f"1990120201{n:07d}", "name": "王小明", "id_type": "111", "id_no": id_no(n), "sex": "1" if n % 2 else "2",
        "birth_date": date(1985, 6, 12), "practice_kind": "01", "firm_usc": FIRM, "first_date": date(2012, 3, 5), "status": "01", **more,
    }  # fmt: skip


def failed(rows: list[dict[str, Any]], **kwargs: Any) -> tuple[dict[str, set[str]], scan.Result]:
    con = duckdb.connect()
    found = scan.scan(con, relation(con, rows), rules.of("std_lawyer", day=DAY), keep=("row_id",), **kwargs)
    assert found.plan is not None
    said = con.execute(f"SELECT row_id, {scan.reasons(found.plan)} FROM {found.failed}").fetchall()
    return {r: set(codes.split(",")) for r, codes in said}, found


def test_every_rule_says_column_and_what_to_do() -> None:
    for table in declare.tables.all():
        found = rules.of(table, day=DAY, staged=True)
        codes = [r.code for r in found]
        assert len(codes) == len(set(codes)), table.code
        for rule in found:
            assert "请" in rule.message and rule.source is not None, (table.code, rule.code)
            assert rule.kind in set(Kind) and rule.severity in set(Severity)
            if rule.form is Form.ROW and len(rule.columns) == 1 and rule.code.partition(".")[0] == rule.columns[0]:
                assert rule.columns[0] in rule.message, rule.code


def test_all_rules_of_a_row_in_one_pass() -> None:
    rows = [
        right(1), right(2, sex="1"), right(3, id_no=id_no(3)[:17] + "A"), right(4, status="77", name=None), right(5, first_date=date(2030, 1, 1)),
        right(6, valid_from=date(2024, 1, 1), valid_to=date(2023, 1, 1)), right(7, birth_date=date(1890, 1, 1)),
    ]  # fmt: skip
    found, result = failed(rows)
    assert "r1" not in found
    assert found["r2"] == {"id.sex"}
    assert "id.resident" in found["r3"] and {"status.code", "name.required"} <= found["r4"]
    assert "first_date.future" in found["r5"] and "period" in found["r6"] and "birth_date.range" in found["r7"]
    assert (result.total, result.refused, result.marked) == (7, 4, 2)
    assert result.counts["status.code"] == 1 and "firm_usc.reference" in result.skipped


def test_uniqueness_counts_rows_beside_and_existence_asks_the_other_table() -> None:
    con = duckdb.connect()
    relation(con, [right(1), right(1, row_id="r9"), right(2, firm_usc="x")])
    relation(con, [right(2, row_id="r8", src_system="b")], "old")
    con.execute(f"CREATE TABLE firms AS SELECT '{FIRM}' AS usc, '02' AS status")
    result = scan.scan(
        con, "t", rules.of("std_lawyer", day=DAY), keep=("row_id",), beside="old",
        references={"std_lawfirm": "firms", "std_lawyer": "(SELECT * FROM t UNION ALL SELECT * FROM old)"}, sample_columns=("row_id",),
    )  # fmt: skip
    assert result.counts["key.unique"] == 2, "the same key twice in one source"
    assert result.counts["license_no.unique"] == 3, "the same number in another source is told"
    assert result.counts["firm_usc.reference"] == 1 and result.samples["firm_usc.reference"] == [("r2",)]
    assert result.counts["firm.active"] == 2, "the firm of an active lawyer is not active"


def test_a_code_must_be_in_force_on_the_last_day_the_row_is_true(monkeypatch: pytest.MonkeyPatch) -> None:
    items = (CodeItem("1", "旧", valid_to=date(2020, 1, 1)), CodeItem("2", "新"))
    held = CodeSet("test_state", "测试状态", "测试", "1", items)
    element = Element("de99.00001", "状态", "st", "测试", ColumnType.CODE, "C1", Level.OPEN, code_set="test_state")
    monkeypatch.setattr(declare.code_sets, "_held", {**declare.code_sets._held, "test_state": held})
    monkeypatch.setattr(declare.elements, "_held", {**declare.elements._held, "de99.00001": element})
    column = declare.Column("st", "状态", "de99.00001", key=True)
    made = Table("test_t", "测试表", "B1", declare.Layer.STANDARD, (column,), Level.OPEN, "测试")
    con = duckdb.connect()
    con.execute(
        "CREATE TABLE t AS SELECT * FROM (VALUES ('a', '1', NULL::DATE), ('b', '1', DATE '2019-05-01'), ('c', '2', NULL), ('d', '3', NULL)) "
        "v(row_id, st, valid_to)"
    )
    wanted = [r for r in rules.of(made, day=DAY) if r.code.startswith("st.code")]
    result = scan.scan(con, "t", wanted, keep=("row_id",), sample_columns=("row_id",))
    assert result.samples == {"st.code": [("d",)], "st.code_day": [("a",)]}


def test_more_rules_than_bits_of_a_word() -> None:
    many = [
        CheckRule(f"n{i}", Kind.VALID, Severity.ERROR, "t", "请核对", ("x",), fails=f"x % 131 = {i}")
        for i in range(131)
    ]
    con = duckdb.connect()
    con.execute("CREATE TABLE t AS SELECT range AS x FROM range(1310)")
    result = scan.scan(con, "t", many, keep=("x",))
    assert result.refused == 1310 and set(result.counts.values()) == {10}
    assert result.plan is not None and result.plan.words == 3
    codes = con.execute(f"SELECT {scan.reasons(result.plan)} FROM {result.failed} WHERE x = 261").fetchone()
    assert codes == ("n130",)


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 10_000))
def test_the_pass_finds_what_each_rule_finds_alone(seed: int) -> None:
    rng = random.Random(seed)
    con = duckdb.connect()
    rows = [
        right(n % 40, row_id=f"r{n}", status=rng.choice(["01", "03", "9", None]), sex=rng.choice(["1", "2", "7"]), mobile=rng.choice(["13800000000", "12", None]),
              valid_to=rng.choice([None, date(2020, 1, 1)]), valid_from=rng.choice([None, date(2021, 1, 1)]), firm_usc=rng.choice([FIRM, FIRM[:17] + "X", None]))
        for n in range(60)
    ]  # fmt: skip
    relation(con, rows)
    wanted = [r for r in rules.of("std_lawyer", day=DAY) if r.form in (Form.ROW, Form.UNIQUE)]
    together = scan.scan(con, "t", wanted, keep=("row_id",)).counts
    rng.shuffle(wanted)
    for rule in wanted[:4]:
        assert scan.scan(con, "t", [rule], keep=("row_id",), into="alone").counts[rule.code] == together[rule.code], (
            rule.code
        )


@pytest.mark.parametrize("seed", [1, 2])
def test_values_gathered_first_say_what_rows_say(monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    """Whichever columns are asked by value, whichever sets stay empty, and in one statement or in steps."""
    rng = random.Random(seed)
    rows = [
        right(n % 30, row_id=f"r{n}", name=rng.choice(["王小明", None, "张3"]), status=rng.choice(["01", "9", None]), src_system=rng.choice("ab"), id_type=rng.choice(["111", "x", None]),
              practice_kind=rng.choice(["01", None]), firm_usc=rng.choice([FIRM, FIRM[:17] + "X", "x", None]), mobile=rng.choice(["13800000000", "12", None]), license_no=f"1990120201{n % 50:07d}")
        for n in range(70)
    ]  # fmt: skip
    con = duckdb.connect()
    relation(con, rows)
    con.execute(
        f"CREATE TABLE firms AS SELECT * FROM (VALUES ('{FIRM}', '01'), ('{FIRM}', '02'), ('y', '01')) v(usc, status)"
    )
    known = {"std_lawfirm": "firms", "std_lawyer": "t"}
    wanted = rules.of("std_lawyer", day=DAY)
    found = []
    for look in (scan.LOOK, 0):  # nothing is looked at: every column counts as one of few values
        monkeypatch.setattr(scan, "LOOK", look)
        result = scan.scan(con, "t", wanted, keep=("row_id",), references=known)
        said = con.execute(f"SELECT row_id, {scan.reasons(result.plan)} FROM scan_failed ORDER BY 1").fetchall()  # type: ignore[arg-type]
        found.append((result.counts, result.refused, result.marked, said))
    assert found[0] == found[1] and found[0][0]["key.unique"] < found[0][0]["license_no.unique"]
    assert found[0][0]["name.required"] and found[0][0]["firm_usc.reference"] and found[0][0]["firm_usc.check"]
    planned = scan.plan(
        "t",
        wanted,
        keep=("row_id",),
        references=known,
        few=[c.name for c in declare.tables.get("std_lawyer").all_columns],
    )
    assert (
        con.execute(f"SELECT row_id, {scan.reasons(planned)} FROM ({planned.sql}) AS p ORDER BY 1").fetchall()
        == found[0][3]
    )
    assert not [n for (n,) in con.execute("SELECT table_name FROM duckdb_tables()").fetchall() if n.startswith("_")]


def test_scans_of_every_table_can_run_on_spark() -> None:
    """Spark's own answer is compared in tests/datacenter/lake/test_engines.py; here no statement is refused."""
    for code in ("std_lawyer", "std_cc_event", "std_notary_case", "std_inmate"):
        table = declare.tables.get(code)
        found = rules.of(table, day=DAY)
        known = {t.code: t.code for t in declare.tables.all()} | {n: n for r in found for n in r.needs}
        planned = scan.plan("t", found, keep=("row_id",), references=known, few=[c.name for c in table.all_columns])
        assert "SELECT" in transpile.to_spark(planned.sql), table.code


def test_columns_are_read_from_the_statement() -> None:
    sql = "WITH a AS (SELECT x, y FROM std.t) SELECT a.x AS p, u.z + a.y AS q FROM a JOIN std.u AS u ON a.x = u.x UNION ALL SELECT k, l FROM std.v"
    assert inputs_of(sql) == {
        "p": [("std.t", "x"), ("std.v", "k")],
        "q": [("std.t", "y"), ("std.u", "z"), ("std.v", "l")],
    }
    assert inputs_of("SELECT * EXCLUDE (b) FROM (SELECT a, b, a || c AS d FROM raw.s)") == {
        "a": [("raw.s", "a")],
        "d": [("raw.s", "a"), ("raw.s", "c")],
    }
    with pytest.raises(Unreadable):
        inputs_of("DROP TABLE x")


def test_a_join_is_as_high_as_its_highest_part_or_higher() -> None:
    assert grading.of_join([("std_lawfirm", "usc"), ("std_lawyer", "id_no")])[0] is Level.PERSONAL
    assert grading.of_join([("std_lawfirm", "usc")])[0] is declare.tables.get("std_lawfirm").level_of("usc")


@pytest.mark.django_db
def test_personal_data_in_unexpected_places_are_suggested_not_changed() -> None:
    con = duckdb.connect()
    con.execute(
        "CREATE TABLE t AS SELECT * FROM (VALUES (?, '当事人：王小明，电话13800000001', '普通'), (?, '无', '普通')) v(号码, 备注, 其他)",
        [id_no(1), id_no(2)],
    )
    found = {(f.column, f.kind): f for f in grading.look(con, "raw.x", "t", ["号码", "备注", "其他"])}
    assert set(found) == {("号码", "id_no"), ("备注", "mobile"), ("备注", "name")}
    assert found[("号码", "id_no")].suggested == "PERSONAL"
    known = grading.look(con, "raw.x", "t", ["号码", "备注", "其他"], table="std_lawyer", mapped={"号码": "id_no"})
    assert ("号码", "id_no") not in {(f.column, f.kind) for f in known}
    assert len(grading.look(con, "raw.x", "t", ["备注"])) == 2, "a second look finds the same"
