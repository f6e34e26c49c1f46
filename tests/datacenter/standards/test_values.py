"""Checks and normalizers: known answers, and Python equal to DuckDB on the conformance table and on drawn text."""

from __future__ import annotations

from random import Random

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xiezhi.datacenter.standards import checks, conformance, normal
from xiezhi.kernel.units.ids import id18_complete, usc_complete


def _ask(expressions: list[str], values: list[str | None]) -> list[tuple[object, ...]]:
    con = duckdb.connect(config={"threads": 1})
    con.execute("CREATE TABLE t (k INTEGER, x VARCHAR)")
    con.executemany("INSERT INTO t VALUES (?, ?)", list(enumerate(values)))
    # one statement each: a statement of two hundred such expressions takes longer to plan than two hundred statements
    columns = [[v for (v,) in con.execute(f"SELECT {e} FROM t ORDER BY k").fetchall()] for e in expressions]
    return list(zip(*columns, strict=True))


def _differences(cases: tuple[conformance.Case, ...], values: list[str | None]) -> list[str]:
    rows = _ask([c.sql for c in cases], values)
    return [
        f"{case.kind} {case.name} of {value!r}: Python {case.expected[k]!r}, DuckDB {row[n]!r}"
        for n, case in enumerate(cases)
        for k, (value, row) in enumerate(zip(values, rows, strict=True))
        if row[n] != case.expected[k]
    ]


def test_conformance_table() -> None:
    assert _differences(conformance.CASES, list(conformance.VALUES)) == []


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("id_no", ["990000199001010017", "990000198512315029", "990001200002290032", "99000019900101005X"],
         ["990000199001010018", "990000199002300017", "99000019900101005x", "990000900101001", "990000189912310011", "90000019900101001X"]),
        ("usc", ["31990000MD0000008D", "11990000MB0000000J", "91350100M000100Y43"], ["31990000MD0000008C", "31990000MD000000OD", "3199000MD0000008D"]),
        ("usc_inner", ["31990000MD0000008D", "91350100M000100Y43"], ["31990000MD0000007D"]),
        ("mobile", ["13900001234"], ["12900001234", "1390000123", "+8613900001234"]),
        ("division", ["990101", "110101"], ["99010", "000101", "990101000"]),
        ("date", ["2024-02-29", "2000-02-29"], ["1900-02-29", "2026-02-30", "2026-3-5", "20260305"]),
        ("datetime", ["2026-03-05 23:59:59"], ["2026-03-05 24:00:00", "2026-03-05T09:30:00"]),
        ("name", ["张三", "阿依古丽·买买提", "John Smith"], ["王", "张三3", "=1+1", "@x", "-张三"]),
        ("divisions", ["990101;990102"], ["990101;", "990101,990102"]),
    ],
)  # fmt: skip
def test_known_answers(name: str, good: list[str], bad: list[str]) -> None:
    check = checks.CHECKS[name]
    assert [v for v in good if not check.holds(v, fictional=True)] == []
    assert [v for v in bad if check.holds(v, fictional=True)] == []


def test_fictional_province_passes_in_demonstrations_only() -> None:
    for name, value in (("id_no", "990000199001010017"), ("usc", "31990000MD0000008D"), ("division", "990101")):
        assert checks.CHECKS[name].holds(value, fictional=True)
        assert not checks.CHECKS[name].holds(value, fictional=False)


def test_permanent_residence_numbers_are_not_taken_for_fictional_ones() -> None:
    from xiezhi.datacenter.standards.declare import tables

    rule = next(r for r in tables.get("std_lawyer").rules if r.code == "id.resident")
    con = duckdb.connect()
    sql = f"SELECT {rule.holds} FROM (SELECT ? AS id_type, ? AS id_no)"
    assert con.execute(sql, ["558", "911124198108030024"]).fetchone() == (True,)
    assert con.execute(sql, ["111", "911124198108030024"]).fetchone() == (False,)
    assert con.execute(sql, ["111", "990000199001010017"]).fetchone() == (True,)


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("id_no", "９９００００１９９００１０１００５ｘ", "99000019900101005X"),
        ("id_no", "990000900101001", "990000199001010017"),
        ("id_no", "'990000-19900101-0017 ", "990000199001010017"),
        ("id_no", "9.90000199001010E+17", "9.90000199001010E+17"),
        ("name", "阿依古丽 • 买买提", "阿依古丽·买买提"),
        ("name", " 张　三 ", "张三"),
        ("phone", "+86 139-0000-1234", "13900001234"),
        ("phone", "（０１０）１２３４５６７８", "010-12345678"),
        ("date", "2026年3月5日", "2026-03-05"),
        ("date", "46086", "2026-03-05"),
        ("date", "二〇二六年三月", "二〇二六年三月"),
        ("datetime", "2026-3-5 9:30", "2026-03-05 09:30:00"),
        ("datetime", "2026-03-05T01:30:00Z", "2026-03-05T01:30:00Z"),
        ("decimal", "￥1,234.50元", "1234.50"),
        ("boolean", "是", "true"),
        ("codes", "01、03，", "01;03"),
        ("division", "990101001002", "990101"),
        ("title", "云岭(省) 律师事务所", "云岭（省）律师事务所"),
        ("text", "  NULL ", None),
    ],
)
def test_normal_forms(name: str, text: str, expected: str | None) -> None:
    assert normal.NORMAL[name].value(text) == expected


@pytest.mark.parametrize(
    ("held", "text", "expected"),
    [
        ("gb2261.1", "男", "1"), ("gb2261.1", "Ｆ", "2"), ("gb2261.1", "9", "9"), ("gb2261.1", "男女", "男女"), ("gb3304", "维吾尔族", "05"), ("gb3304", "汉", "01"),
        ("id_type", "居民身份证", "111"), ("aid_kind", "civil", "02"), ("act_type", "7", "108"), ("act_type", "108", "108"), ("gb2659", "日本", "JPN"),
    ],
)  # fmt: skip
def test_names_become_codes(held: str, text: str, expected: str) -> None:
    assert normal.code(held).value(text) == expected


WRITING = st.text(
    st.one_of(
        st.sampled_from("0123456789Xx９０Ｘ-/. ·•年月日:;,、()（）+張三李　\n\t'\"\\=@ABCMD￥元"),
        st.characters(codec="utf-8"),
    ),
    max_size=22,
).filter(lambda text: "\x00" not in text)


@settings(max_examples=4, deadline=None)
@given(st.lists(WRITING, min_size=100, max_size=250))
def test_drawn_text_reads_the_same(values: list[str]) -> None:
    found = []
    for name, check in checks.CHECKS.items():
        found.append(conformance.Case("check", name, check.sql("x", fictional=True), tuple(check.holds(v, fictional=True) for v in values)))  # fmt: skip
    for name, rule in normal.NORMAL.items():
        found.append(conformance.Case("normal", name, rule.sql("x"), tuple(rule.value(v) for v in values)))
    assert _differences(tuple(found), list(values)) == []


@settings(max_examples=100, deadline=None)
@given(WRITING)
def test_normal_forms_stay(text: str) -> None:
    for name, rule in normal.NORMAL.items():
        once = rule.value(text)
        if name not in ("datetime", "phone", "codes") and once is not None:
            assert rule.value(once) == once, name


def test_every_single_slip_in_a_number_is_found() -> None:
    rng = Random(6)
    numbers, slips = [], []
    for _ in range(40):
        number = id18_complete(f"9901{rng.randint(1, 40):02d}19{rng.randint(40, 99)}{rng.randint(1, 12):02d}{rng.randint(1, 28):02d}{rng.randint(0, 999):03d}")  # fmt: skip
        code = usc_complete(f"3199{rng.randint(0, 9999):04d}{rng.randint(0, 99999999):08d}{rng.randint(0, 9)}")
        numbers += [("id_no", number), ("usc", code)]
        for name, value in (("id_no", number), ("usc", code)):
            at = rng.randrange(18)
            other = rng.choice([c for c in "0123456789" if c != value[at]])
            slips.append((name, value[:at] + other + value[at + 1 :]))
            if value[7] != value[8]:
                slips.append((name, value[:7] + value[8] + value[7] + value[9:]))
    for name, value in numbers:
        assert checks.CHECKS[name].holds(value, fictional=True), value
    assert [s for s in slips if checks.CHECKS[s[0]].holds(s[1], fictional=True)] == []
