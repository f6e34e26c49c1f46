"""The declarations: every one proves sound, every kind of broken one is named; schemas, masks and pages made from them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from xiezhi.datacenter.standards import checks, cross, docs, masks, normal, schema
from xiezhi.datacenter.standards.bases import BASES
from xiezhi.datacenter.standards.declare import Layer, Mask, Rule, ShareType, Table, code_sets, elements, tables
from xiezhi.datacenter.standards.elements import code_of
from xiezhi.datacenter.standards.verifying import Problem, verify
from xiezhi.kernel.datasets.registry import Level

LAWYER = "std_lawyer"


def _codes(*changed: Table, **more: object) -> set[str]:
    held = {t.code: t for t in tables.all()} | {t.code: t for t in changed}
    return {p.code for p in verify(held.values(), **more)}  # type: ignore[arg-type]


def _with_column(table: Table, name: str, **changes: object) -> Table:
    columns = tuple(replace(c, **changes) if c.name == name else c for c in table.columns)  # type: ignore[arg-type]
    return replace(table, columns=columns)


def test_everything_declared_is_sound() -> None:
    assert [str(p) for p in verify(on=date(2026, 11, 23))] == []


def test_all_bases_have_tables() -> None:
    assert {t.base for t in tables.all()} == set(BASES)
    assert {t.base for t in tables.all() if t.layer is Layer.SUBJECT} == {f"SB{n}" for n in range(1, 6)}


@pytest.mark.parametrize(
    ("expected", "change"),
    [
        ("STD-REF", lambda t: _with_column(t, "firm_usc", references="std_lawfirm.nothing")),
        ("STD-REF", lambda t: _with_column(t, "firm_usc", references="std_nowhere.usc")),
        ("STD-REF", lambda t: _with_column(t, "firm_usc", references="std_lawfirm.name")),
        ("STD-LAW", lambda t: replace(t, basis="律师法 第999条")),
        ("STD-LAW", lambda t: replace(t, basis="不存在的法 第1条")),
        ("STD-LAW", lambda t: replace(t, basis="")),
        ("STD-LAW", lambda t: replace(t, share=ShareType.NONE, share_basis="内部规定")),
        ("STD-MASK", lambda t: _with_column(t, "firm_usc", level=Level.PERSONAL)),
        ("STD-LEVEL", lambda t: replace(t, level=Level.OPEN)),
        ("STD-OPEN", lambda t: replace(t, open=True)),
        ("STD-PERSON", lambda t: replace(t, person={})),
        ("STD-PERSON", lambda t: replace(t, person={"name": "name"})),
        ("STD-PERSON", lambda t: replace(t, person={**t.person, "face": "name"})),
        ("STD-SQL", lambda t: replace(t, rules=(Rule("x", "x", "x", "no_column > 1", "x"),))),
        ("STD-RULE", lambda t: replace(t, rules=(*t.rules, t.rules[0]))),
        ("STD-SHARE", lambda t: replace(t, share_basis="")),
        ("STD-FACTS", lambda t: replace(t, supplier="")),
        ("STD-ELEMENT", lambda t: _with_column(t, "firm_usc", element="de99.99999")),
    ],
)  # fmt: skip
def test_broken_tables_are_named(expected: str, change) -> None:  # type: ignore[no-untyped-def]
    assert expected in _codes(change(tables.get(LAWYER)), engine=expected == "STD-SQL")


def test_broken_elements_and_cross_rules_are_named() -> None:
    one = elements.get(code_of("mobile"))
    found = {p.code for p in verify((), [replace(one, check="nothing"), replace(one, mask=Mask.NONE), replace(one, code_set="nothing")], ())}  # fmt: skip
    assert found == {"STD-CHECK", "STD-MASK", "STD-CODES"}
    rule = cross.CROSS[0]
    assert "STD-CROSS" in _codes(rules=[replace(rule, reads=("std_nowhere",))])
    assert "STD-SQL" in _codes(rules=[replace(rule, violations="SELECT nothing FROM {std_lawyer}, {std_lawfirm}")])
    assert str(Problem("STD-REF", "a.b", "c")) == "STD-REF a.b: c"


def test_subject_persons_hold_no_crime_and_no_health() -> None:
    from xiezhi.datacenter.standards.elements import ELEMENTS

    corrections = {e.code for e in ELEMENTS if e.code.startswith("de05.")}
    for table in tables.all():
        if table.layer is Layer.SUBJECT:
            assert not corrections & {c.element for c in table.columns}, table.code
    assert "group" not in {c.name for c in tables.get("sb_person").columns}


def test_no_chain_columns() -> None:
    assert not [t.code for t in tables.all() for c in t.all_columns if c.name == "prev_hash"]


def test_arrow_schema_follows_the_declaration() -> None:
    found = schema.arrow(tables.get("std_score_month"))
    assert found.field("total").type == pa.decimal128(7, 2)
    assert found.field("days_counted").type == pa.int32()
    assert schema.arrow(tables.get(LAWYER)).field("valid_from").type == pa.date32()
    assert schema.arrow(tables.get("std_cc_event")).field("at").type == pa.timestamp("us", tz="UTC")
    assert schema.arrow(tables.get("std_appraiser")).field("classes").type == pa.string()
    for table in tables.all():
        assert schema.arrow(table).names == [c.name for c in table.all_columns]


def test_json_schema_for_interfaces() -> None:
    import jsonschema

    found = schema.json(tables.get(LAWYER), ["license_no", "sex", "mobile"])
    jsonschema.Draft202012Validator.check_schema(found)
    assert set(found["properties"]) == {"license_no", "sex", "mobile"}
    assert found["required"] == ["license_no"]
    jsonschema.validate({"license_no": "1" * 17, "sex": None, "mobile": None}, found)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"license_no": "1" * 17, "id_no": "x"}, found)
    masked = schema.json(tables.get(LAWYER), ["mobile"], masked=True)
    jsonschema.validate({"mobile": "139****1234"}, masked)
    with pytest.raises(LookupError):
        schema.json(tables.get(LAWYER), ["nothing"])


def test_masks_by_level() -> None:
    lawyer, subject = tables.get(LAWYER), tables.get("std_cc_subject")
    assert masks.mask(lawyer, "name", "张三丰") == "张三丰"
    assert masks.mask(lawyer, "id_no", "990000199001010017") == "990***********0017"
    assert masks.mask(lawyer, "id_no", "990000199001010017", strict=True) == "9****************7"
    assert masks.mask(lawyer, "mobile", "13900001234") == "139****1234"
    assert masks.mask(lawyer, "mobile", None) is None
    assert masks.mask(lawyer, "birth_date", date(1990, 1, 1)) == "1990-**-**"
    assert masks.mask(subject, "name", "张三丰") == "张*丰"
    assert masks.mask(subject, "crime", "盗窃罪") == masks.HIDDEN
    assert masks.for_level(subject, "crime", "盗窃罪", Level.PERSONAL) == "盗窃罪"
    assert masks.for_level(lawyer, "mobile", "13900001234", Level.SENSITIVE) == "13900001234"
    assert masks.row(lawyer, {"name": "张三", "id_no": "990000199001010017"}, Level.OPEN)["name"] == "张三"


def test_nothing_sensitive_passes_a_mask_whole() -> None:
    for table in tables.all():
        for column in table.columns:
            if table.level_of(column.name) in (Level.SENSITIVE, Level.PERSONAL):
                assert masks.mask(table, column.name, "990000199001010017") != "990000199001010017", (table.code, column.name)  # fmt: skip


def test_every_column_has_its_normalizer_and_its_check() -> None:
    for table in tables.all():
        for column in table.all_columns:
            assert normal.of(table, column.name)
            check = checks.of(table, column.name)
            if table.element_of(column.name).code_set or table.element_of(column.name).check:
                assert check, (table.code, column.name)


def test_rules_speak_of_today_by_the_platforms_clock() -> None:
    from datetime import datetime

    from xiezhi.kernel.calendar import clock

    rule = next(r for r in tables.get("std_notary").rules if r.code == "retire")
    with clock.frozen(datetime(2031, 5, 6, 9, tzinfo=clock.SHANGHAI)):
        assert "20310506" in rule.holds
    assert "20310506" not in rule.holds


def test_code_sets_are_whole() -> None:
    assert len(code_sets.get("gb3304").items) == 58
    assert code_sets.get("gb3304").names()["56"] == "基诺族"
    parents = {i.code: i.parent for i in code_sets.get("gb2659").items}
    assert {c for c, parent in parents.items() if parent == "CHN"} == {"HKG", "MAC", "TWN"}
    for held in code_sets.all():
        assert list(held.problems()) == []


def test_the_page_is_current() -> None:
    repository = Path(__file__).parents[3]
    for name, text in docs.generate().items():
        assert (repository / name).read_text(encoding="utf-8") == text
