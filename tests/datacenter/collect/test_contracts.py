"""What happens when a source no longer keeps what it promised."""

from __future__ import annotations

import pytest

from xiezhi.datacenter.collect import contracts, services
from xiezhi.datacenter.collect.contracts import Change, Column
from xiezhi.datacenter.collect.models import Delivery, Shape, State
from xiezhi.datacenter.collect.sources import Contract
from xiezhi.datacenter.lake import tables
from xiezhi.datacenter.runs.services import Stopped

from .conftest import Make, put, rows


def columns(**looks: str) -> list[Column]:
    return [Column(n, k, {k: 1.0} if k in ("whole", "decimal", "date") else {"whole": 0.0}) for n, k in looks.items()]


def test_differences() -> None:
    old = columns(id="whole", name="text", born="date")
    assert contracts.compare(old, columns(id="whole", born="date", name="text")) == []
    assert contracts.compare(old, columns(id="whole", name="text")) == [Change("lost", "born")]
    assert contracts.compare(old, [*old, Column("x")]) == [Change("new", "x")]
    assert contracts.compare(old, columns(id="whole", **{"Ｎame ": "text"}, born="date")) == [
        Change("renamed", "name", "name", "Ｎame ")
    ]
    assert contracts.compare(old, columns(id="whole", name="text", birthday="date")) == [
        Change("renamed", "born", "born", "birthday")
    ]
    assert contracts.compare(old, columns(id="text", name="text", born="date")) == [
        Change("retyped", "id", "whole", "text")
    ]
    assert contracts.compare(old, columns(id="whole", name="whole", born="empty")) == []
    said = [c.words for c in contracts.compare(old, columns(id="text", extra="text"))]
    assert said == ["列“id”的内容由整数变为文本", "缺少列“name”", "缺少列“born”", "多出列“extra”"]


FIRST = "编号,姓名,日期\n1,张三,2026-03-05\n2,李四,2026-03-06\n"
CHANGES = {
    "new": "编号,姓名,日期,电话\n3,王五,2026-03-07,139\n",
    "lost": "编号,姓名\n3,王五\n",
    "renamed": "编号,姓 名,日期\n3,王五,2026-03-07\n",
    "retyped": "编号,姓名,日期\n甲,王五,2026-03-07\n",
}


@pytest.mark.parametrize("kind", CHANGES)
def test_freeze_refuses(make: Make, kind: str) -> None:
    source = make("frozen", contract=Contract.FREEZE)
    put(source, "1.csv", FIRST)
    services.collect("frozen")
    put(source, "2.csv", CHANGES[kind])
    run = services.collect("frozen")
    assert run.state == "FAILED" and "整批拒收" in run.error and len(rows(source)) == 2
    assert Shape.objects.get(source="frozen").version == 1


@pytest.mark.parametrize("kind", CHANGES)
def test_evolve_takes(make: Make, kind: str) -> None:
    source = make("evolving", contract=Contract.EVOLVE)
    put(source, "1.csv", FIRST)
    services.collect("evolving")
    put(source, "2.csv", CHANGES[kind])
    run = services.collect("evolving")
    assert run.state == "DONE" and run.rows_out == 1
    assert rows(source, '"编号", "姓名"')[2] == ("甲" if kind == "retyped" else "3", "王五")
    assert tables.get(source.raw).columns()[:3] == ["编号", "姓名", "日期"]
    assert ("电话" in tables.get(source.raw).columns()) == (kind == "new")
    found = Delivery.objects.get(source="evolving", name="2.csv")
    assert [c["kind"] for c in found.changes] == [kind] and "已按约定接收" in found.problems[-1]
    put(source, "3.csv", CHANGES[kind].replace("王五", "赵六"))
    services.collect("evolving")
    again = Delivery.objects.get(source="evolving", name="3.csv")
    assert [c["kind"] for c in again.changes] == ([kind] if kind in ("lost", "renamed") else []), (
        "a new promise is kept"
    )


def test_quarantine_waits_for_a_decision(make: Make) -> None:
    source = make("apart", contract=Contract.QUARANTINE)
    put(source, "1.csv", FIRST)
    services.collect("apart")
    put(source, "2.csv", CHANGES["new"])
    put(source, "3.csv", CHANGES["retyped"])
    services.collect("apart")
    assert len(rows(source)) == 2
    two, three = Delivery.objects.filter(state=State.APART).order_by("id")
    assert tables.get("apart.apart").count() == 2 and two.run.batch_id == "" and two.run.rows_refused == 1

    run = services.accept(two)
    assert run.state == "DONE" and run.batch_id == two.batch_id and run.rows_out == 1
    assert rows(source, '"编号", "电话"') == [("1", None), ("2", None), ("3", "139")]
    assert services.drop(three).state == "DONE" and tables.get("apart.apart").count() == 0
    three.refresh_from_db()
    assert three.state == State.DROPPED and len(rows(source)) == 3
    for late in (lambda: services.accept(two), lambda: services.drop(three)):
        assert late().error == "这一批已经处理过了。"
    put(source, "4.csv", CHANGES["new"].replace("王五", "赵六"))
    assert services.collect("apart").rows_out == 1, "what was accepted is the promise now"


def test_declared_columns_are_a_promise_from_the_first_batch(make: Make) -> None:
    make("promised", columns=("a", "b"), contract=Contract.FREEZE)
    from xiezhi.datacenter.collect.sources import sources

    put(sources.get("promised"), "1.csv", "a,c\n1,2\n")
    run = services.collect("promised")
    assert run.state == "FAILED" and "缺少列“b”" in run.error and "多出列“c”" in run.error
    with pytest.raises(Stopped):
        services.upload("promised", "x.exe", [b"x"])
