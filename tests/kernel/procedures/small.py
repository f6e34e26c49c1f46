"""A small sound procedure for tests; each test breaks one thing in it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from xiezhi.kernel.procedures.core import ON, Ask, View
from xiezhi.kernel.procedures.declare import (
    CD,
    CLOCK,
    PREVIOUS,
    SAME,
    WD,
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

TODAY = date(2026, 9, 1)
LAW = "行政复议法 第30条"

OFFICER = Role("officer", "承办人", Side.OFFICE)
PARTY = Role("party", "申请人", Side.PARTY)


def officers_named(view: View, ask: Ask) -> str | None:
    """Reads a fact that `sets` of another event writes."""
    return None if view.facts.get("kind") else "请先登记类别"


def decided_facts(view: View, ask: Ask) -> Mapping[str, Any]:
    return {"result": ask.data["result"], "decided_on": ask.on.isoformat()}


def build(**changes: Any) -> type[Procedure]:
    """The class with members replaced; None removes one. Fresh objects every time: a class names its members."""
    new = State("已收到", initial=True)
    review = State("审查中")
    held = State("中止")
    done = State("办结", closed=True)
    members: dict[str, Any] = {
        "__module__": "tests.kernel.procedures.small",
        "code": "SMALL", "title": "小程序", "version": 1, "in_force_from": date(2024, 1, 1),
        "source": "行政复议法", "app": "tests", "roles": (OFFICER, PARTY), "duplicate_key": ("kind",),
        "parameters": {"days": Dated("示例参数", ((date(2024, 1, 1), 1),), LAW, "reading")},
        "NEW": new, "REVIEW": review, "HELD": held, "DONE": done,
        "ADMIT": Term("T-ADMIT", "审查期限", 5, WD, (Since("filed", "received_on"),), f"{LAW}第1款"),
        "DECIDE": Term(
            "T-DECIDE", "办理期限", 60, CD, (Since("accepted"), SinceLapse("T-ADMIT")), "行政复议法 第62条第1款",
            counting_basis="行政复议法 第88条", on_lapse="申请人可以起诉", runs_in=(review, held),
            spells=(SpellRule("suspended", ("resumed",), "中止", "行政复议法 第39条", begin_field="from_on"),),
            extends=(ExtendRule("extended", "days", "行政复议法 第62条第1款"),),
        ),
        "filed": Event(
            "提出申请", ((), new), (PARTY,), "行政复议法 第20条",
            form=(
                Field("received_on", "收到日期", Kind.DATE, required=True, sample="2026-09-01"),
                choice("kind", "类别", {"A": "甲", "B": "乙"}, fact=True),
                Field("name", "姓名", personal=True, required=True, sample="陈晓岚"),
                Field("items", "材料", Kind.RECORDS, fields=(Field("title", "名称", required=True),),
                      sample=[{"title": "申请书"}]),
            ),
        ),
        "accepted": Event("受理", ((new,), review), (OFFICER,), f"{LAW}第1款", meets=("T-ADMIT",), notifies=(PARTY,),
                          plain="您的申请已经受理。", requires=(Rule("NO_KIND", officers_named, LAW, ""),)),
        "deemed": Event("视为受理", ((new,), review), (CLOCK,), f"{LAW}第3款", when="T-ADMIT"),
        "suspended": Event("中止", ((review,), held), (OFFICER,), "行政复议法 第39条第1款第9项",
                           form=(Field("from_on", "中止之日", Kind.DATE, sample="2026-09-02"),)),
        "resumed": Event("恢复", ((held,), PREVIOUS), (OFFICER,), "行政复议法 第39条第2款"),
        "extended": Event("延期", ((review,), SAME), (OFFICER,), "行政复议法 第62条第1款",
                          form=(Field("days", "延长日数", Kind.INT, sample=30),)),
        "decided": Event("决定", ((review,), done), (OFFICER,), "行政复议法 第61条",
                         meets=(Meets("T-DECIDE", "on_day"),),
                         form=(Field("on_day", "决定之日", Kind.DATE), Field("result", "结果")), sets=decided_facts),
        "noted": Event("记事", ((review,), SAME), (OFFICER,), "实务", sets={"noted_on": ON}),
    }  # fmt: skip
    for name, value in changes.items():
        if callable(value) and getattr(value, "needs_members", False):
            value = value(members)
        if value is None:
            members.pop(name)
        else:
            members[name] = value
    return type("Small", (Procedure,), members)


__all__ = ["LAW", "OFFICER", "PARTY", "TODAY", "TermKind", "build"]
