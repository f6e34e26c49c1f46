"""A person's request about their own data: found, decided, carried out in every copy, and it stays so."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.kernel import world as w
from xiezhi.datacenter.govern import apply, rights, services
from xiezhi.datacenter.govern.models import IssueTicket, Override, RightsStep
from xiezhi.datacenter.govern.rights_procedure import CODE
from xiezhi.datacenter.runs.services import Stopped
from xiezhi.datacenter.standards import copies
from xiezhi.datacenter.standards.copies import Change, Holder
from xiezhi.kernel.access import services as access
from xiezhi.kernel.calendar import services as calendars
from xiezhi.kernel.ledger.models import PendingEntry
from xiezhi.kernel.people import services as people
from xiezhi.kernel.procedures import services as procedures
from xiezhi.kernel.procedures.core import Actor, Refused
from xiezhi.kernel.procedures.models import Matter
from xiezhi.kernel.units.models import Unit

from .conftest import Deliveries, id_no, lawyer

pytestmark = pytest.mark.django_db

HEAD = Actor("staff:1", frozenset({"office_head", "data_steward"}), "负责人")
NUMBER = id_no(1)


class Killed(BaseException):
    pass


@dataclass
class Serving:
    """A copy somebody else keeps."""

    rows: dict[str, str] = field(default_factory=dict)
    calls: int = 0
    dies: bool = False
    stubborn: bool = False

    def apply(self, change: Change) -> int:
        self.calls += 1
        if self.dies:
            self.dies = False
            raise Killed
        hit = [r for r in change.row_ids if r in self.rows]
        for row_id in hit if not self.stubborn else []:
            if change.deletes:
                del self.rows[row_id]
            else:
                self.rows[row_id] = str(change.values["mobile"])
        return len(hit)

    def remains(self, change: Change) -> int:
        present = [self.rows[r] for r in change.row_ids if r in self.rows]
        return len(present) if change.deletes else sum(v != str(change.values["mobile"]) for v in present)


@dataclass
class Scene:
    account: Any
    serving: Serving
    deliveries: Deliveries

    def ask(self, **data: Any) -> Matter:
        matter = apply.file(self.account, data, request_key=None)
        self.go(matter, "identity_checked", {"result": "OK", "how": "实名账号"})
        return Matter.objects.get(pk=matter.pk)

    def go(self, matter: Matter, event: str, data: dict[str, Any]) -> None:
        procedures.act(matter.pk, event, HEAD, data)


@pytest.fixture
def scene(deliveries: Deliveries, rows_of: Any, freeze: Any, monkeypatch: pytest.MonkeyPatch) -> Scene:
    freeze("2026-09-14 10:00")
    calendars.import_year(2026, calendars.CHINESECALENDAR)
    world = w.build()
    Unit.objects.filter(pk=world["甲东县局"].pk).update(handles=["SJZL", "SJGZ"])
    person = people.register_person(name="王小明", id_no=NUMBER, demo=True)[0]
    account = access.create_citizen_account(person, username="wang", password="云岭2026-test")
    account.must_change_password = False
    account.save(update_fields=["must_change_password"])
    deliveries.put("b1", [lawyer(1), lawyer(3)])
    services.govern("std_lawyer")
    serving = Serving({r["row_id"]: r["mobile"] for r in rows_of("std.std_lawyer")})
    held = {k: h for k, h in copies.HOLDERS.items() if k in ("standard", "issues")}
    held["fake"] = Holder("fake", "服务副本", serving.apply, serving.remains, order=60)
    monkeypatch.setattr(copies, "HOLDERS", held)
    return Scene(account, serving, deliveries)


def test_deletion_reaches_every_copy_and_outlives_the_next_delivery(scene: Scene, rows_of: Any) -> None:
    matter = scene.ask(kind="DELETE", ground="PURPOSE")
    assert matter.facts["rows"] == 1 and matter.facts["tables"] == "std_lawyer"
    scene.go(matter, "granted", {"reason": "处理目的已实现"})
    scene.serving.dies = True
    with pytest.raises(Killed):
        rights.execute(matter.pk)
    assert (
        Matter.objects.get(pk=matter.pk).state == "EXECUTING"
        and RightsStep.objects.filter(matter=matter, holder="standard").exists()
    )
    rights.execute(matter.pk)
    matter.refresh_from_db()
    assert (matter.state, matter.facts["remains"], matter.facts["copies"]) == ("CLOSED", 0, 3)
    assert len(scene.serving.rows) == 1 and [r["license_no"][-1] for r in rows_of("std.std_lawyer")] == ["3"]
    assert rights.execute(matter.pk) is None
    from xiezhi.datacenter.lake import tables

    assert len(tables.get("std.std_lawyer").snapshots()) == 1, "no earlier state tells what was deleted"
    scene.deliveries.put("b2", [lawyer(1), lawyer(3), lawyer(5)])
    services.govern("std_lawyer")
    assert sorted(r["license_no"][-1] for r in rows_of("std.std_lawyer")) == ["3", "5"]
    said = [
        json.dumps(e.payload, ensure_ascii=False, default=str) if hasattr(e, "payload") else ""
        for e in PendingEntry.objects.all()
    ]
    assert all(NUMBER not in s for s in said)


def test_correction_holds_until_the_source_has_it_right(scene: Scene, rows_of: Any) -> None:
    matter = scene.ask(kind="CORRECT", column="mobile", wrong_value="13800000001", right_value="１３９ 0000 9999")
    scene.go(matter, "granted", {"reason": "属实"})
    rights.execute(matter.pk)

    def mobile() -> str:
        return str(next(r["mobile"] for r in rows_of("std.std_lawyer") if r["license_no"].endswith("1")))

    assert mobile() == "13900009999" and "13900009999" in scene.serving.rows.values()
    ticket = IssueTicket.objects.select_related("matter").get()
    assert ticket.matter.facts["origin"] == "PERSON" and "13900009999" not in str(ticket.matter.facts)
    scene.deliveries.put("b2", [lawyer(1, 姓名="王晓明")])
    services.govern("std_lawyer")
    assert mobile() == "13900009999", "the source is still wrong"
    scene.deliveries.put("b3", [lawyer(1, 手机="13700000000")])
    services.govern("std_lawyer")
    assert mobile() == "13700000000" and Override.objects.get().ended_at is not None


def test_a_copy_that_stays_keeps_the_matter_open(scene: Scene) -> None:
    matter = scene.ask(kind="DELETE", ground="PURPOSE")
    scene.go(matter, "granted", {"reason": "处理目的已实现"})
    scene.serving.stubborn = True
    with pytest.raises(Stopped, match="服务副本"):
        rights.execute(matter.pk)
    assert Matter.objects.get(pk=matter.pk).state == "EXECUTING"
    scene.serving.stubborn = False
    rights.execute(matter.pk)
    assert Matter.objects.get(pk=matter.pk).state == "CLOSED"


def test_kept_by_law_means_out_of_use_but_not_gone(scene: Scene, rows_of: Any) -> None:
    from xiezhi.datacenter.govern.overrides import restricted

    matter = scene.ask(kind="DELETE", ground="ENDED")
    scene.go(matter, "restricted", {"law": "档案法 第21条", "reason": "保存期限没有届满"})
    rights.execute(matter.pk)
    assert len(rows_of("std.std_lawyer")) == 2 and len(scene.serving.rows) == 1
    assert len(restricted("std_lawyer")) == 1


def test_the_copy_is_for_the_applicant_alone(scene: Scene) -> None:
    matter = scene.ask(kind="COPY")
    address = reverse("govern:copy", kwargs={"public_id": matter.public_id})
    own = Client()
    own.force_login(scene.account)
    assert own.get(address).status_code == 404, "nothing before the decision"
    scene.go(matter, "granted", {"reason": "本人"})
    rights.execute(matter.pk)
    page = own.get(address).content.decode()
    assert NUMBER in page and "13800000001" in page and "13800000003" not in page
    held = own.get(reverse("govern:copy_file", kwargs={"public_id": matter.public_id})).json()
    assert held[0]["rows"][0]["姓名"] == "王小明"
    other = people.register_person(name="李他人", id_no=id_no(77), demo=True)[0]
    stranger = Client()
    stranger.force_login(access.create_citizen_account(other, username="litaren", password="云岭2026-test"))
    assert stranger.get(address).status_code in (302, 404)
    assert Client().get(address).status_code in (302, 403, 404)


def test_only_oneself(scene: Scene) -> None:
    with pytest.raises(Refused):
        apply.file(None, {"kind": "COPY"}, request_key=None)
    assert CODE == "SJGZ"


def test_a_deletion_reaches_open_data_and_the_receivers_of_pushes(
    scene: Scene, rows_of: Any, settings: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.datacenter.sharing.push_world import direct, flow
    from xiezhi.datacenter.opendata import release
    from xiezhi.datacenter.opendata import rights as opened
    from xiezhi.datacenter.opendata.models import Release
    from xiezhi.datacenter.sharing.models import PushRight
    from xiezhi.datacenter.sharing.push import rights as pushed
    from xiezhi.datacenter.sharing.push import sending

    settings.OPEN_DATA_ROOT, settings.EXCHANGE_DIR, settings.HOME = (
        str(tmp_path / "open"),
        str(tmp_path / "keys"),
        tmp_path,
    )
    for holder in (opened.HOLDER, pushed.HOLDER):
        monkeypatch.setitem(copies.HOLDERS, holder.key, holder)
    release.prepare("lawyers")
    release.publish(Release.objects.get(), None)
    sending.push(flow(fields=["license_no", "name", "status"]), peer=direct())
    license_no = next(r["license_no"] for r in rows_of("std.std_lawyer") if r["license_no"].endswith("1"))
    matter = scene.ask(kind="DELETE", ground="PURPOSE")
    scene.go(matter, "granted", {"reason": "处理目的已实现"})
    rights.execute(matter.pk)
    matter.refresh_from_db()
    assert (matter.state, matter.facts["remains"], matter.facts["copies"]) == ("CLOSED", 0, 5)
    live = release.current("lawyers")
    assert live is not None and (live.version, live.rows) == (2, 1)
    assert license_no not in (release.folder(live) / "data.json").read_text()
    assert not (tmp_path / "open" / "lawyers" / "1").exists()
    told = PushRight.objects.get()
    assert (told.request, told.deletes, len(told.rows)) == (str(matter.public_id), True, 1)
