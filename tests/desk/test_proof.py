"""Proof of each record, the neighbors of a matter in its list, and what of an old system waits."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.desk.conftest import Desk
from tests.enforcement.reconsideration import flow
from tests.enforcement.reconsideration import world as made
from tests.kernel import world as w
from xiezhi.kernel.access.models import ReadingLog
from xiezhi.kernel.calendar import clock as wall
from xiezhi.kernel.documents.models import Document
from xiezhi.kernel.ledger import health, publisher, records, sequencer
from xiezhi.kernel.ledger import services as ledger
from xiezhi.kernel.ledger.models import PendingEntry
from xiezhi.kernel.ledger.policy import NONE
from xiezhi.kernel.people import services as people
from xiezhi.kernel.procedures import takeover_quarantine as quarantine
from xiezhi.kernel.procedures.models import Matter, TakeoverRun
from xiezhi.kernel.procedures.takeover import Misfit, Record


def test_every_record_can_be_checked_without_the_platform(desk: Desk) -> None:
    address = f"{desk.address}proof/"
    page = desk["officer"].get(address).content.decode()
    assert page.count("核对<span") == desk.matter.events.count()
    before = ReadingLog.objects.filter(action="SHOW").count()
    for seq in (1, desk.matter.events.count()):
        opened = desk["officer"].post(address, {"seq": seq}).content.decode()
        assert "相符" in opened and "不符" not in opened
    assert ReadingLog.objects.filter(action="SHOW").count() == before + 2
    commitment, salt, text = re.findall(r'<dd><code class="xz-hash">(.*?)</code>', opened)
    text = text.replace("&quot;", '"').replace("&#x27;", "'").replace("&amp;", "&")
    body = b"xiezhi/commitment/v1\nevent\n" + bytes.fromhex(salt) + text.encode()
    assert hashlib.sha256(body).hexdigest() == commitment
    assert salt not in page and "等待编号" in page
    assert desk["court"].get(address).status_code == 404


def test_a_record_is_taken_along_with_its_proof(desk: Desk, settings: Any, tmp_path: Path) -> None:
    settings.LEDGER_DIR, settings.LEDGER_ORIGIN = str(tmp_path / "ledger"), "test.example/ledger"
    log = publisher.open_ledger(NONE)
    address = f"{desk.address}proof/"
    publisher.round_once(log)
    assert "已公布" in desk["officer"].get(address).content.decode()
    before = ReadingLog.objects.filter(action="EXPORT").count()
    got = desk["officer"].post(address, {"record": "1"})
    assert got["Content-Type"] == "application/json" and "no-store" in got["Cache-Control"]
    assert ReadingLog.objects.filter(action="EXPORT").count() == before + 1
    assert records.judge(got.content, records.own_keys()) is not None
    assert desk["court"].post(address, {"record": "1"}).status_code == 404


def test_the_overview_tells_how_the_ledger_stands(desk: Desk, settings: Any, tmp_path: Path) -> None:
    settings.LEDGER_DIR, settings.LEDGER_ORIGIN = str(tmp_path / "ledger"), "test.example/ledger"
    assert "还没有开始" in desk["system"].get("/desk/admin/").content.decode()
    log = publisher.open_ledger(NONE)
    publisher.round_once(log)
    page = desk["system"].get("/desk/admin/").content.decode()
    assert "test.example/ledger" in page and "还没有公布" not in page
    PendingEntry.objects.create(kind="event", commitment=bytes(32))
    sequencer.integrate()
    assert health.look().troubles == ()
    with patch.object(health, "PATIENCE", timedelta(seconds=-1)):
        assert health.look().late and "还没有公布" in desk["system"].get("/desk/admin/").content.decode()
    log.copy.newest.unlink()
    assert any("最新的检查点" in t for t in health.look().troubles)


def test_an_erased_salt_is_told(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = ledger.kept
    erased = f"{desk.matter.pk}/1"  # only the eraser's role may delete a salt
    monkeypatch.setattr(ledger, "kept", lambda kind, ids: {k: v for k, v in whole(kind, ids).items() if k != erased})
    page = desk["officer"].get(f"{desk.address}proof/").content.decode()
    assert "盐值已依法删除" in page


def test_neighbors_follow_the_list_one_came_from(desk: Desk) -> None:
    world = desk.world
    answers = world.answers()
    for n in range(2):
        flow.accepted(world, f"near-{n}", act={**answers["act"], "doc_no": f"近{n}号"})
    desk["head"].get("/desk/?view=unit&sort=-opened")
    order = list(Matter.objects.filter(open=True, handling_unit=world.office).order_by("-opened_on", "-id"))
    assert len(order) == 3
    for i, matter in enumerate(order):
        page = desk["head"].get(f"/desk/m/{matter.public_id}/").content.decode()
        near = dict(re.findall(r'href="/desk/m/([0-9a-f-]+)/" rel="(prev|next)"', page))
        wanted = {}
        if i > 0:
            wanted[str(order[i - 1].public_id)] = "prev"
        if i < 2:
            wanted[str(order[i + 1].public_id)] = "next"
        assert near == wanted
        assert "?view=unit&amp;sort=-opened" in page


def test_archiving_at_the_desk_keeps_the_sealed_file(desk: Desk) -> None:
    world = desk.world
    archivist = w.staff("档案")
    people.appoint(archivist, world.office, w.post("post-archivist", "archivist", reach="OWN"), valid_from=made.SINCE)
    client = Client()
    client.force_login(w.account(archivist))
    matter = flow.decided(world, "archive", act={**world.answers()["act"], "doc_no": "另一号"})
    flow.rendered(matter)
    decision = Document.objects.get(matter=matter, title="行政复议决定书", state="ISSUED")
    form = {
        "party": matter.parties.get(role="applicant").pk,
        "method": "DIRECT",
        "sent_on": "2026-10-12",
        "served_on": "2026-10-12",
    }
    assert desk["officer"].post(f"/desk/documents/{decision.pk}/delivery/", form).status_code == 302
    assert "served" in matter.events.values_list("event", flat=True)
    flow.fire(matter, "copied", world.officer, recipient="上级主管部门")
    flow.fire(matter, "closed", world.officer, note="送达完毕。")
    flow.rendered(matter)
    address = f"/desk/m/{matter.public_id}/"
    seq = Matter.objects.get(pk=matter.pk).seq
    answer = client.post(
        f"{address}e/archived/", {"volume": "1", "pages": "9", "seq": seq, "request_key": "a1", "_confirmed": "1"}
    )
    assert answer.status_code == 302, answer.content.decode()
    assert Matter.objects.get(pk=matter.pk).archive.package_sha256
    whole = b"".join(client.post(f"{address}export/").streaming_content)
    told = client.post("/desk/archive/verify/", {"file": SimpleUploadedFile("a.zip", whole)}).content.decode()
    assert "完整，签名有效" in told
    spoiled = bytearray(whole)
    with zipfile.ZipFile(io.BytesIO(whole)) as package:
        largest = max(package.infolist(), key=lambda one: one.compress_size)
    spoiled[largest.header_offset + 30 + len(largest.filename.encode()) + largest.compress_size // 2] ^= 1
    assert (
        client.post("/desk/archive/verify/", {"file": SimpleUploadedFile("a.zip", bytes(spoiled))}).status_code == 422
    )
    assert desk["respondent"].post(f"{address}export/").status_code == 403


def test_what_did_not_come_in_is_listed_corrected_and_tried(desk: Desk) -> None:
    client, now = desk["system"], wall.now()
    run = TakeoverRun.objects.create(source="old", started_at=now)
    row = {
        "source_key": "B4",
        "procedure": "XZFY",
        "organ": "临川县人民政府",
        "handling_unit": "不存在的局",
        "filed_on": "2026-07-01",
    }
    quarantine.keep(
        run,
        Record("B4", 8, row),
        [Misfit("matters", 8, "handling_unit", "UNKNOWN_UNIT", "没有这个机构", "改为机构全称")],
    )
    listed = client.get("/desk/admin/take-over/").content.decode()
    assert "没有这个机构" in listed and "改为机构全称" in listed
    assert "handling_unit" in client.get("/desk/admin/take-over/?as=csv").content.decode()
    one = f"/desk/admin/take-over/{quarantine.misfits().get().pk}/"
    assert "不存在的局" not in client.get(one).content.decode()
    shown = client.post(one, {"do": "reveal", "why": "核对来源数据"}).content.decode()
    assert "不存在的局" in shown
    assert ReadingLog.objects.filter(action="SHOW", purpose="MAINTENANCE").count() == 1
    fix = {"do": "correct", "columns.0.column": "handling_unit", "columns.0.value": "临川县司法局"}
    assert client.post(one, fix).status_code == 302
    assert quarantine.misfits().get().correction == {"handling_unit": "临川县司法局"}
    tried = client.post(one, {"do": "retry"})
    assert tried.status_code == 302
    assert quarantine.misfits().exclude(code="UNKNOWN_UNIT").count() == quarantine.misfits().count()
    assert desk["security"].get("/desk/admin/take-over/").status_code == 403
