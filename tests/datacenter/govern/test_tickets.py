"""From refused rows to a ticket, to the re-delivery that closes it; pages of stewards and suppliers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.kernel import world as w
from xiezhi.datacenter.govern import feeds, lineage, scores, services
from xiezhi.datacenter.govern.models import IssueTicket, LineageEdge
from xiezhi.datacenter.runs.models import Run
from xiezhi.kernel.access.models import Account
from xiezhi.kernel.calendar import clock
from xiezhi.kernel.calendar import services as calendars
from xiezhi.kernel.documents.models import Document
from xiezhi.kernel.procedures.models import Deadline
from xiezhi.kernel.units.models import Unit

from .conftest import FIRM, Deliveries, id_no, lawyer

pytestmark = pytest.mark.django_db


@dataclass
class Scene:
    center: Unit
    supplier: Unit
    steward: Account
    liaison: Account
    stranger: Account
    deliveries: Deliveries

    def client(self, account: Account) -> Client:
        client = Client()
        client.force_login(account)
        return client


@pytest.fixture
def scene(deliveries: Deliveries, freeze: Any) -> Scene:
    freeze("2026-09-14 10:00")
    calendars.import_year(2026, calendars.CHINESECALENDAR)
    world = w.build()
    center, supplier = world["甲东县局"], world["甲西县局"]
    Unit.objects.filter(pk=center.pk).update(handles=["SJZL", "SJGZ"])
    Unit.objects.filter(pk=supplier.pk).update(usc=FIRM)
    center.refresh_from_db()
    supplier.refresh_from_db()
    deliveries.feed = replace(deliveries.feed, unit_usc=FIRM)

    def person(name: str, unit: Unit, role: str) -> Account:
        return w.account(w.staff(name, unit, w.post(f"p-{role}-{unit.pk}", role)))

    return Scene(
        center, supplier, person("管数", center, "data_steward"), person("供数", supplier, "data_supplier"),
        person("旁人", center, "data_supplier"), deliveries,
    )  # fmt: skip


def test_a_ticket_is_opened_followed_and_closed_by_redelivery(scene: Scene, freeze: Any) -> None:
    scene.deliveries.put("b1", [lawyer(1), lawyer(3, 状态="99"), lawyer(5, 身份证号="110101198506120019X")])
    services.govern("std_lawyer")
    ticket = IssueTicket.objects.select_related("matter").get()
    matter = ticket.matter
    assert (matter.state, ticket.refused, ticket.remaining, ticket.supplier) == ("NOTIFIED", 2, 2, scene.supplier)
    assert Deadline.objects.get(matter=matter, term="SJZL-FIX").legal.isoformat() == "2026-09-20"
    letter = Document.objects.get(matter=matter)
    assert (
        letter.title == "数据质量问题通知单" and "拒收" not in letter.body and "110101198506120019" not in letter.body
    )
    assert matter.facts["supplier_unit"] == str(scene.supplier.pk) and "110101" not in str(matter.facts)

    freeze("2026-09-15 10:00")
    scene.deliveries.put("b2", [lawyer(3), lawyer(5, 身份证号="110101198506120019X"), lawyer(7, 状态="98")])
    services.govern("std_lawyer")
    matter.refresh_from_db()
    ticket.refresh_from_db()
    assert (matter.state, ticket.remaining) == ("ACKNOWLEDGED", 1), "one row passed, one is still wrong"
    second = IssueTicket.objects.exclude(pk=ticket.pk).get()
    assert second.batch == "b2" and second.refused == 1, "the row refused again belongs to the ticket it came up in"

    freeze("2026-09-16 10:00")
    scene.deliveries.put("b3", [lawyer(5), lawyer(7)])
    services.govern("std_lawyer")
    for one in (ticket, second):
        one.refresh_from_db()
        one.matter.refresh_from_db()
        assert (one.matter.state, one.open, one.remaining) == ("CLOSED", False, 0)
        assert one.matter.facts["closing_type"] == "REDELIVERED"
    assert Run.objects.filter(kind="GOVERN").count() == 3


def test_figures_of_quality_over_time(scene: Scene, freeze: Any) -> None:
    scene.deliveries.full()
    scene.deliveries.put("b1", [lawyer(n, 状态="99" if n == 1 else "01") for n in range(1, 11)])
    services.govern("std_lawyer")
    freeze("2026-09-15 10:00")
    scene.deliveries.put("b2", [lawyer(n) for n in range(1, 6)])
    services.govern("std_lawyer")
    since = clock.today().replace(day=1)
    points = scores.days(since, "std_lawyer")
    assert len(points) == 2 and points[0][1] < points[1][1]
    hit = {r["rule"]: r["n"] for r in scores.rules_hit(since, "std_lawyer")}
    assert hit["status.code"] == 1 and hit["rows.volume"] == 1, "half as many rows as the day before"
    (row,) = scores.suppliers(since)
    assert row.key == scene.supplier.pk and row.rows == 15
    freeze("2026-09-25 10:00")
    assert scores.fresh("std_lawyer").stale


def test_columns_are_traced_from_source_to_interface_with_the_job_version(scene: Scene) -> None:
    scene.deliveries.put("b1", [lawyer(1)])
    services.govern("std_lawyer")
    assert ("raw.lawyers", "身份证号") in lineage.upstream("std.std_lawyer", "id_no")
    assert lineage.upstream("std.std_lawyer", "row_id") == [("raw.lawyers", "执业证号")]
    lineage.store(
        lineage.Transform(
            "exchange.lawyer", "exchange.lawyer", mapping={"certificate": [("std.std_lawyer", "license_no")]}
        )
    )
    assert lineage.impact("raw.lawyers", "执业证号") and ("exchange.lawyer", "certificate") in lineage.impact(
        "raw.lawyers", "执业证号"
    )
    versions = LineageEdge.objects.filter(job="govern.lawyers.std_lawyer").values_list("version", flat=True).distinct()
    assert len(versions) == 1
    scene.deliveries.put("b2", [lawyer(2)])
    services.govern("std_lawyer")
    assert LineageEdge.objects.filter(job="govern.lawyers.std_lawyer").values("version").distinct().count() == 1
    scene.deliveries.feed = replace(
        scene.deliveries.feed, mapping={**scene.deliveries.feed.mapping, "firm_name": "姓名"}
    )
    scene.deliveries.put("b3", [lawyer(3)])
    services.govern("std_lawyer")
    live = LineageEdge.objects.filter(job="govern.lawyers.std_lawyer", until__isnull=True)
    assert live.values("version").distinct().count() == 1 and live.filter(to_column="firm_name").exists()


def test_pages_show_reasons_and_hide_persons(scene: Scene) -> None:
    wrong = id_no(9)[:17] + "A"
    scene.deliveries.put("b1", [lawyer(1), lawyer(9, 身份证号=wrong, 手机="13900001234")])
    services.govern("std_lawyer")
    ticket = IssueTicket.objects.select_related("matter").get()
    steward, liaison, stranger = (scene.client(a) for a in (scene.steward, scene.liaison, scene.stranger))
    at = {"public_id": ticket.matter.public_id}
    for name, kwargs in (
        ("quality", {}), ("tickets", {}), ("tables", {}), ("grading", {}), ("table_quality", {"code": "std_lawyer"}), ("refused", {"code": "std_lawyer"}),
        ("table", {"code": "std_lawyer"}), ("lineage", {"code": "std_lawyer"}), ("ticket", at),
    ):  # fmt: skip
        answer = steward.get(reverse(f"govern_desk:{name}", kwargs=kwargs))
        assert answer.status_code == 200, name
        page = answer.content.decode()
        assert wrong not in page and "13900001234" not in page, name
    joined = steward.get(
        reverse("govern_desk:grading"), {"part": ["std_lawyer.id_no", "std_lawfirm.usc"]}
    ).content.decode()
    assert "L4" in joined
    rows = liaison.get(reverse("govern_desk:ticket", kwargs=at))
    assert rows.status_code == 200 and wrong not in rows.content.decode()
    listed = liaison.get(reverse("govern_desk:download", kwargs=at)).content.decode("utf-8-sig")
    assert "第7至14位" in listed or "公民身份号码" in listed
    assert wrong not in listed
    for name in ("ticket", "download"):
        assert stranger.get(reverse(f"govern_desk:{name}", kwargs=at)).status_code == 404
    assert liaison.get(reverse("govern_desk:refused", kwargs={"code": "std_lawyer"})).status_code in (403, 404)
    desk = liaison.get(reverse("desk:matter", kwargs=at))
    assert desk.status_code == 200 and "签收" in desk.content.decode()


def test_feeds_name_their_supplier(scene: Scene) -> None:
    assert services.supplier_of(feeds.of("std_lawyer")[0]) == scene.supplier
