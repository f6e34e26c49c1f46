"""Desk pages of collection: who sees which source, what they may do, what is said in plain words."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests.kernel import world as w
from xiezhi.datacenter.collect import inbox, services
from xiezhi.datacenter.collect.models import Delivery, State
from xiezhi.datacenter.collect.sources import Contract, Source
from xiezhi.datacenter.runs.models import Kind, Run
from xiezhi.datacenter.runs.models import State as RunState
from xiezhi.kernel.units.models import Unit

from .conftest import Make, put, rows

USC = "31990000MD0000008D"


@pytest.fixture
def desks(make: Make) -> dict[str, Client]:
    world = w.build()
    Unit.objects.filter(pk=world["甲西县局"].pk).update(usc=USC)
    found = {}
    for name, role, unit in (
        ("steward", "data_steward", "甲东县局"), ("reader", "statistician", "甲东县局"), ("officer", "data_supplier", "甲西县局"),
        ("stranger", "data_supplier", "甲东县局"), ("other", "case_officer", "甲东县局"),
    ):  # fmt: skip
        found[name] = Client()
        found[name].force_login(w.account(w.staff(name, world[unit], w.post(f"p-{name}", role))))
    return found


@pytest.fixture
def source(make: Make) -> Source:
    return make("lawyers", title="律师执业许可", unit=USC, contract=Contract.QUARANTINE, every="15 2 * * *")


def test_list_and_page(desks: dict[str, Client], source: Source) -> None:
    put(source, "a<b>.csv", "姓名,证件号码\n张三,1\n李四\n")
    services.collect("lawyers")
    index, page = reverse("collect_desk:index"), reverse("collect_desk:source", args=["lawyers"])
    for who in ("steward", "reader", "officer"):
        listed = desks[who].get(index).content.decode()
        assert "律师执业许可" in listed and "甲西县" in listed and "有问题" in listed
        shown = desks[who].get(page).content.decode()
        assert (
            "a&lt;b&gt;.csv" in shown
            and "1 行不能读取（值比列少），如第 3 行。" in shown
            and "读入2行，入库1行，拒收1行" in shown
        )
        assert ("现在归集" in shown) == (who == "steward") and ("送达文件" in shown) == (who != "reader")
        assert "张三" not in shown and "李四" not in shown
    assert "律师执业许可" not in desks["stranger"].get(index).content.decode()
    assert desks["stranger"].get(page).status_code == 404 and desks["other"].get(index).status_code == 403
    assert desks["steward"].get(reverse("collect_desk:source", args=["nothing"])).status_code == 404


def test_run_now_progress_and_cancel(desks: dict[str, Client], source: Source) -> None:
    start, progress = (
        reverse("collect_desk:start", args=["lawyers"]),
        reverse("collect_desk:progress", args=["lawyers"]),
    )
    assert "还没有归集过" in desks["reader"].get(progress).content.decode()
    for who in ("reader", "officer", "stranger"):
        assert desks[who].post(start).status_code == 403
    assert desks["steward"].post(start).status_code == 302
    run = Run.objects.get(kind=Kind.COLLECT, target="lawyers")
    assert run.state == RunState.QUEUED
    desks["steward"].post(start)
    assert Run.objects.count() == 1, "once is enough"
    waiting = desks["reader"].get(progress).content.decode()
    assert "排队中" in waiting and "hx-get" in waiting and "取消" not in waiting
    assert "取消" in desks["steward"].get(progress).content.decode()
    desks["steward"].post(reverse("collect_desk:cancel", args=["lawyers"]))
    run.refresh_from_db()
    assert run.state == RunState.CANCELLED and "hx-get" not in desks["reader"].get(progress).content.decode()


def test_upload(desks: dict[str, Client], source: Source) -> None:
    where = reverse("collect_desk:upload", args=["lawyers"])

    def send(who: str, name: str, body: bytes = b"a\n1\n") -> int:
        return int(desks[who].post(where, {"file": SimpleUploadedFile(name, body)}).status_code)

    assert send("officer", "../../x.csv") == 302
    assert [p.name for p in inbox.waiting(source)] == ["x.csv"] and Run.objects.count() == 1
    assert (
        send("officer", "x.exe") == 302
        and send("officer", "empty.csv", b"") == 302
        and desks["officer"].post(where).status_code == 302
    )
    assert len(inbox.waiting(source)) == 1
    assert send("stranger", "y.csv") == 404 and send("reader", "y.csv") == 403
    assert "只收 CSV" in desks["officer"].get(reverse("collect_desk:source", args=["lawyers"])).content.decode()


def test_a_batch_kept_apart_is_decided(desks: dict[str, Client], source: Source) -> None:
    for name, body in (("1.csv", "a,b\n1,2\n"), ("2.csv", "a,b,c\n3,4,5\n"), ("3.csv", "a\n6\n")):
        put(source, name, body)
        services.collect("lawyers")
    page = desks["officer"].get(reverse("collect_desk:source", args=["lawyers"])).content.decode()
    assert "多出列“c”" in page and "缺少列“b”" in page and "退回" not in page
    two, three = Delivery.objects.filter(state=State.APART).order_by("id")
    where = reverse("collect_desk:decide", args=["lawyers", two.pk])
    assert desks["officer"].post(where, {"do": "accept"}).status_code == 403
    assert desks["steward"].post(where, {"do": "accept"}).status_code == 302
    desks["steward"].post(reverse("collect_desk:decide", args=["lawyers", three.pk]), {"do": "drop"})
    assert rows(source, "a, b, c") == [("1", "2", None), ("3", "4", "5")]
    assert not Delivery.objects.filter(state=State.APART).exists()
    desks["steward"].post(where, {"do": "accept"})
    assert len(rows(source)) == 2
