"""A sound procedure has no findings; each broken one has exactly the finding of its rule."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.kernel.procedures.small import LAW, OFFICER, PARTY, TODAY, build
from xiezhi.kernel.documents import templates
from xiezhi.kernel.documents.templates import DocumentTemplate, TemplateRef
from xiezhi.kernel.documents.templates import Field as DocumentField
from xiezhi.kernel.procedures import checks
from xiezhi.kernel.procedures.core import Ask, View
from xiezhi.kernel.procedures.declare import (
    CD,
    CLOCK,
    SAME,
    Dated,
    Event,
    ExtendRule,
    Field,
    Kind,
    Meets,
    Procedure,
    Role,
    Rule,
    Side,
    Since,
    SinceLapse,
    SpellRule,
    State,
    Term,
    TermKind,
    choice,
)

Made = Callable[[dict[str, Any]], Any]


def of(change: Made) -> Made:
    """A member made from the others."""
    change.needs_members = True  # type: ignore[attr-defined]
    return change


def with_(name: str, **values: Any) -> dict[str, Any]:
    """The member with other attributes."""
    return {
        name: of(
            lambda m: replace(m[name], code="", **values) if isinstance(m[name], Event) else replace(m[name], **values)
        )
    }


def in_place(name: str, **values: Any) -> dict[str, Any]:
    """The same object with other attributes, for states that events refer to."""

    def change(members: dict[str, Any]) -> Any:
        for attribute, value in values.items():
            object.__setattr__(members[name], attribute, value)
        return members[name]

    return {name: of(change)}


def form(name: str, *fields: Field) -> dict[str, Any]:
    """The event with more fields."""
    return {name: of(lambda m: replace(m[name], code="", form=(*m[name].form, *fields)))}


def event(*path: Any, **values: Any) -> Any:
    """One more event out of NEW's siblings by name."""
    sources, target = path
    basis = values.pop("basis", LAW)
    by = values.pop("by", (OFFICER,))
    title = values.pop("title", "另一事件")
    return of(lambda m: Event(title, (tuple(m[s] for s in sources), m.get(target, target)), by, basis, **values))


def reads_missing(view: View, ask: Ask) -> str | None:
    return None if view.facts["nobody_sets_this"] else "请先登记"


STRANGER = Role("stranger", "路人", Side.PARTY)
OTHER_STATE = State("别家的状态", code="OTHER")
SINCE = (Since("filed"),)

BROKEN: list[tuple[str, dict[str, Any]]] = [
    ("PROCEDURE_INCOMPLETE", {"source": " "}),
    ("VERSION_DATES", {"in_force_to": date(2023, 1, 1)}),
    ("INITIAL_STATE", {"filed_again": event((), "NEW")}),
    ("INITIAL_STATE", {"filed_past": event((), "REVIEW")}),
    ("BEGINS_NOTHING", {"lost": event((), SAME)}),
    ("STATE_UNUSED", {"ASIDE": State("闲置")}),
    (
        "STATE_UNREACHABLE",
        {"ASIDE": State("孤岛"), "leave": of(lambda m: Event("离岛", ((m["ASIDE"],), m["DONE"]), (OFFICER,), LAW))},
    ),
    ("NO_END", in_place("DONE", closed=False)),
    (
        "NO_WAY_OUT",
        {"ASIDE": State("死路"), "fall": of(lambda m: Event("坠入", ((m["REVIEW"],), m["ASIDE"]), (OFFICER,), LAW))},
    ),
    ("STATE_FOREIGN", {"strange": of(lambda m: Event("外来", ((m["REVIEW"], OTHER_STATE), SAME), (OFFICER,), LAW))}),
    ("STATE_FOREIGN", {"ADMIT": of(lambda m: replace(m["ADMIT"], runs_in=(OTHER_STATE,)))}),
    ("NO_TITLE", with_("noted", title="")),
    ("NO_TITLE", with_("ADMIT", title=" ")),
    ("STATE_TITLE_DUPLICATE", in_place("REVIEW", title="已收到")),
    ("EVENT_TITLE_DUPLICATE", with_("noted", title="决定")),
    ("EVENT_WITHOUT_ROLE", with_("noted", by=())),
    ("ROLE_UNDECLARED", with_("noted", by=(OFFICER, STRANGER))),
    ("ROLE_UNUSED", {"roles": (OFFICER, PARTY, STRANGER)}),
    ("ROLE_DUPLICATE", {"roles": (OFFICER, PARTY, PARTY)}),
    ("CLOCK_WITHOUT_TERM", with_("deemed", when="")),
    ("CLOCK_TERM_UNKNOWN", with_("deemed", when="T-NONE")),
    ("CLOCK_NOT_ALONE", with_("deemed", by=(OFFICER,))),
    ("CLOCK_NOT_ALONE", with_("deemed", by=(CLOCK, OFFICER))),
    (
        "CLOCK_NEVER_LAPSES",
        {"WAIT": Term("T-WAIT", "等候期", 5, CD, SINCE, LAW, kind=TermKind.WAIT), **with_("deemed", when="T-WAIT")},
    ),
    ("CLOCK_FORM", form("deemed", Field("why", "原因", required=True))),
    ("NOTIFY_WITHOUT_PLAIN", with_("accepted", plain="")),
    ("TERM_DUPLICATE", {"AGAIN": Term("T-ADMIT", "再审查", 5, CD, SINCE, LAW)}),
    ("TERM_LENGTH", with_("ADMIT", length=0)),
    ("TERM_LENGTH", with_("ADMIT", promise=-1)),
    ("TERM_WITHOUT_START", with_("ADMIT", since=())),
    ("SINCE_EVENT", with_("ADMIT", since=(Since("nothing"),))),
    ("SINCE_FIELD", with_("ADMIT", since=(Since("filed", "nothing"),))),
    ("SINCE_FIELD", with_("ADMIT", since=(Since("filed", "kind"),))),
    (
        "SINCE_FIELD",
        {
            **with_("ADMIT", since=(Since("filed", "born_on"),)),
            **form("filed", Field("born_on", "出生日期", Kind.DATE, personal=True)),
        },
    ),
    ("SINCE_TERM", with_("DECIDE", since=(SinceLapse("T-NONE"),))),
    (
        "SINCE_TERM",
        {
            "WAIT": Term("T-WAIT", "等候期", 5, CD, SINCE, LAW, kind=TermKind.WAIT),
            **with_("ADMIT", since=(SinceLapse("T-WAIT"),)),
        },
    ),
    ("MEETS_TERM", with_("noted", meets=("T-NONE",))),
    ("MEETS_FIELD", with_("noted", meets=(Meets("T-DECIDE", "nothing"),))),
    ("SPELL_EVENT", with_("ADMIT", spells=(SpellRule("nothing", ("resumed",), "中止", LAW),))),
    ("SPELL_EVENT", with_("ADMIT", spells=(SpellRule("suspended", (), "中止", LAW),))),
    ("SPELL_FIELD", with_("ADMIT", spells=(SpellRule("suspended", ("resumed",), "中止", LAW, begin_field="nothing"),))),
    ("SPELL_FIELD", with_("ADMIT", spells=(SpellRule("suspended", ("resumed",), "中止", LAW, end_field="nothing"),))),
    ("EXTEND_EVENT", with_("ADMIT", extends=(ExtendRule("nothing", "days", LAW),))),
    ("EXTEND_FIELD", with_("ADMIT", extends=(ExtendRule("extended", "weeks", LAW),))),
    ("EXTEND_FIELD", with_("ADMIT", extends=(ExtendRule("filed", "received_on", LAW),))),
    ("RULE_FIELD", with_("noted", requires=(Rule("R", lambda view, ask: None, LAW, "nothing"),))),
    ("RULE_CODE_DUPLICATE", with_("noted", requires=(Rule("R", lambda view, ask: None, LAW),) * 2)),
    ("MISSED_IN_SILENCE", with_("DECIDE", alarm=False, on_lapse="")),
    ("BASIS_MISSING", with_("ADMIT", basis="")),
    ("BASIS_MISSING", with_("noted", basis="")),
    ("BASIS_MISSING", {"parameters": {"days": Dated("参数", ((date(2024, 1, 1), 1),), "", "law")}}),
    ("BASIS_UNRESOLVED", with_("ADMIT", basis="行政复议法 第91条")),
    ("BASIS_UNRESOLVED", with_("ADMIT", basis="行政复议法")),
    ("BASIS_UNRESOLVED", with_("ADMIT", basis="实务")),
    ("BASIS_UNRESOLVED", with_("ADMIT", counting_basis="行政复议法 第30条第9款")),
    ("BASIS_UNRESOLVED", with_("noted", basis="没有这部法 第1条")),
    ("BASIS_UNRESOLVED", with_("noted", requires=(Rule("R", lambda view, ask: None, "行政复议法 第99条"),))),
    ("BASIS_UNRESOLVED", {"in_force_to": date(2026, 6, 1), **with_("noted", basis="行政复议法实施条例 第71条")}),
    ("PARAMETER_KIND", {"parameters": {"days": Dated("参数", ((date(2024, 1, 1), 1),), "", "habit")}}),
    ("PARAMETER_VALUES", {"parameters": {"days": Dated("参数", (), "", "practice")}}),
    ("PARAMETER_VALUES", {"parameters": {"days": Dated("参数", ((date(2025, 1, 1), 1),), "", "practice")}}),
    ("FIELD_DUPLICATE", form("filed", Field("kind", "又一类别"))),
    ("FIELD_NAME", form("filed", Field("Kind-2", "类别"))),
    ("FIELD_LABEL", form("filed", Field("more", "", required=True))),
    ("FIELD_CHOICES", form("filed", Field("more", "更多", Kind.CHOICE))),
    ("FIELD_CHOICES", form("filed", Field("more", "更多", Kind.CHOICES, choices=(("A", "甲"), ("A", "乙"))))),
    ("FIELD_RECORD", form("filed", Field("more", "更多", Kind.RECORDS))),
    ("PERSONAL_FACT", form("filed", Field("more", "更多", personal=True, fact=True))),
    ("SAMPLE_INVALID", form("filed", choice("more", "更多", {"A": "甲"}, sample="B"))),
    ("SAMPLE_INVALID", form("filed", Field("more", "更多", Kind.DATE, sample="某日"))),
    ("SETS_VALUE", with_("noted", sets={"x": object()})),
    ("FACT_NEVER_SET", with_("noted", requires=(Rule("R", reads_missing, LAW),))),
    ("FACT_NEVER_SET", {"duplicate_key": ("kind", "nothing")}),
    ("DOCUMENT_UNKNOWN", with_("noted", produces=("没有这件文书",))),
    ("DOCUMENT_SAMPLE", with_("noted", produces=("缺样例的文书",))),
]


@pytest.fixture(autouse=True)
def _document(monkeypatch: pytest.MonkeyPatch) -> None:
    """Templates of these tests, known while they run and forgotten afterwards."""
    monkeypatch.setattr(templates, "_registry", dict(templates._registry))
    templates.register(
        DocumentTemplate(
            "tests.hollow", "缺样例的文书", 1, "", (DocumentField("organ", "机关"),), lambda data: "<p></p>",
            TemplateRef(root=Path("/"), path="none.typ"), {},
        )
    )  # fmt: skip


def test_sound_procedure_has_no_findings() -> None:
    assert checks.check(build(), today=TODAY) == []


@pytest.mark.parametrize(("code", "changes"), BROKEN, ids=[f"{n}-{c}" for n, (c, _) in enumerate(BROKEN)])
def test_broken_procedure_fails_with_its_error(code: str, changes: dict[str, Any]) -> None:
    found = checks.check(build(**changes), today=TODAY)
    assert {f.code for f in found} == {code}, [str(f) for f in found]
    assert all(f.message and f.where.startswith("SMALL v1") for f in found)


def test_every_rule_has_a_broken_declaration() -> None:
    checks.check(build(), today=TODAY)
    # DOCUMENT_RENDER is proved below, where fonts are at hand
    assert set(checks.RULES) - {code for code, _ in BROKEN} == {"DOCUMENT_RENDER"}


def _version(**values: Any) -> type[Procedure]:
    return build(**values)


def test_versions_may_not_overlap() -> None:
    first, second = _version(in_force_to=date(2025, 6, 1)), _version(version=2, in_force_from=date(2025, 6, 1))
    assert [f.code for f in checks.run([second, first], today=TODAY)] == ["VERSION_OVERLAP"]
    open_ended = _version()
    assert [f.code for f in checks.run([open_ended, second], today=TODAY)] == ["VERSION_OVERLAP"]
    ended = _version(in_force_to=date(2025, 5, 31))
    assert checks.run([ended, second], today=TODAY) == []


def test_versions_have_their_own_numbers() -> None:
    assert [f.code for f in checks.run([_version(), _version()], today=TODAY)] == ["VERSION_DUPLICATE"]


def test_term_ids_are_not_shared_between_procedures() -> None:
    found = checks.run([_version(), _version(code="OTHER")], today=TODAY)
    assert [f.code for f in found] == ["TERM_ID_SHARED"] * 2


def test_house_events_need_no_article() -> None:
    from xiezhi.kernel.procedures.common import CASE_OFFICER, OFFICE_HEAD, ORGAN_HEAD, CommonEvents

    base = build(roles=(OFFICER, PARTY, CASE_OFFICER, OFFICE_HEAD, ORGAN_HEAD))
    members = {
        k: v
        for k, v in vars(base).items()
        if not k.startswith("__") and k not in ("states", "events", "terms", "noted")
    }
    whole = type("Whole", (CommonEvents, Procedure), {**members, "__module__": base.__module__})
    assert checks.check(whole, today=TODAY) == []


def test_document_that_does_not_render(monkeypatch: pytest.MonkeyPatch) -> None:
    from xiezhi.kernel.documents import render as renderer

    def fails(*args: Any, **kwargs: Any) -> None:
        raise renderer.RenderError("版式有误")

    sound = DocumentTemplate(
        "tests.sound", "齐全的文书", 1, "", (DocumentField("organ", "机关"),), lambda data: "<p>x</p>",
        TemplateRef(root=Path("/"), path="none.typ"), {"organ": "临川市人民政府", "issued_on": date(2026, 9, 1)},
    )  # fmt: skip
    templates.register(sound)
    monkeypatch.setattr(renderer, "render", fails)
    procedure = build(**with_("noted", produces=("齐全的文书",)))
    assert checks.check(procedure, today=TODAY) == []
    assert [f.code for f in checks.check(procedure, today=TODAY, render=True)] == ["DOCUMENT_RENDER"]


def test_findings_read_well() -> None:
    (found,) = checks.check(build(**with_("ADMIT", basis="行政复议法 第91条")), today=TODAY)
    why = "《行政复议法》（2023年文本）共90条，没有第91条"
    assert str(found) == f"BASIS_UNRESOLVED SMALL v1 T-ADMIT：依据“行政复议法 第91条”查不到：{why}"
