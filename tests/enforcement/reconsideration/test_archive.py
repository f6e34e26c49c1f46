"""Archive: one sealed file anybody can check; destruction by two persons that leaves history and ledger whole."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from xiezhi_verify import cli

from tests.enforcement.reconsideration import flow
from tests.enforcement.reconsideration.world import World, build
from xiezhi.enforcement.reconsideration import services
from xiezhi.enforcement.reconsideration.models import ArchiveRecord, DestructionRecord
from xiezhi.kernel.documents import storage
from xiezhi.kernel.documents.models import Attachment, Document, DocumentRevision
from xiezhi.kernel.ledger import publisher, records
from xiezhi.kernel.ledger.models import PendingEntry, Salt
from xiezhi.kernel.ledger.policy import NONE
from xiezhi.kernel.procedures.core import Actor, Refused
from xiezhi.kernel.procedures.models import EventPayload, Matter, MatterEvent, Party

EVIDENCE = "进货票据两张。".encode()


def closed(world: World) -> Matter:
    matter = flow.decided(world)
    flow.fire(matter, "served", world.officer, method="DIRECT", proof="本人签收。")
    flow.fire(matter, "copied", world.officer, recipient="云岭市市场监督管理局")
    flow.fire(matter, "closed", world.officer, note="结案。")
    flow.rendered(matter)
    return flow.fresh(matter)


@pytest.mark.django_db
def test_an_exported_file_is_whole_signed_and_proves_its_entries(freeze: Callable[[str], None]) -> None:
    freeze("2026-09-14 10:00")
    world = build()
    matter = flow.in_review(world)
    services.upload_evidence(matter, world.applicant, io.BytesIO(EVIDENCE), code="DOC", name="票据.txt")
    data = b"".join(services.export_matter(flow.fresh(matter)))
    assert services.verify_package(data) == []
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        names = file.namelist()
        assert {
            "index.html",
            "history.json",
            "clocks.json",
            "ledger.json",
            "manifest.json",
            "manifest.json.p7s",
        } <= set(names)
        assert "material/001-票据.txt" in names
        history = json.loads(file.read("history.json"))
        assert history[0]["personal"]["applicants"][0]["name"] == "陈晓岚"
        page = file.read("index.html").decode()
        assert "案卷目录" in page and "受理通知书" in page
        clocks = json.loads(file.read("clocks.json"))
        assert any(c["term"] == "RC-REPLY-ORD" and c["reasons"] for c in clocks)
        proofs = json.loads(file.read("ledger.json"))
    events = [p for p in proofs if p["kind"] == "event"]
    assert len(events) == len(history)
    for proof in proofs:
        body = json.dumps(proof["record"], sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
        made = hashlib.sha256(
            b"xiezhi/commitment/v1\n" + proof["kind"].encode() + b"\n" + bytes.fromhex(proof["salt"]) + body
        )
        assert made.hexdigest() == proof["commitment"]
    broken = data.replace("进货票据".encode(), "进货票证".encode(), 1)
    assert [p.code for p in services.verify_package(broken)] != []


@pytest.mark.django_db
def test_published_records_carry_their_proofs(freeze: Callable[[str], None], settings: Any, tmp_path: Path) -> None:
    """Each record in the file is checked by the independent verifier as well, and a changed one by both."""
    freeze("2026-09-14 10:00")
    settings.LEDGER_DIR, settings.LEDGER_ORIGIN = str(tmp_path / "ledger"), "test.example/ledger"
    log = publisher.open_ledger(NONE)
    world = build()
    matter = flow.in_review(world)
    publisher.round_once(log)
    flow.fire(matter, "noted", world.officer, text="电话沟通。")  # not published yet
    data = b"".join(services.export_matter(flow.fresh(matter)))
    assert services.verify_package(data) == []
    (tmp_path / "policy").write_text(f"log {log.keys.mine()[0].vkey}\nquorum none\n")
    statuses = []
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        rows = json.loads(file.read("ledger.json"))
        names = [n for n in file.namelist() if n.startswith("ledger/")]
        for name in names:
            (tmp_path / "record.json").write_bytes(file.read(name))
            statuses.append(cli.run(["record", "--policy", str(tmp_path / "policy"), str(tmp_path / "record.json")]))
        good = json.loads(file.read(names[0]))
    assert len(names) == len(rows) and set(statuses) == {0, 3} and statuses.count(3) == 1
    keys = records.own_keys()
    assert records.judge(json.dumps(good).encode(), keys) == good["index"]
    for change in (
        {"text": good["text"] + " "}, {"salt": "00" * 32}, {"kind": "document"}, {"format": "x"}, {"proof": "x"},
        {"proof": good["proof"].replace("index ", "index 1")}, {"proof": good["proof"].replace("test.example/ledger\n", "x\n")},
    ):  # fmt: skip
        with pytest.raises(ValueError):
            records.judge(json.dumps(good | change).encode(), keys)
    with pytest.raises(ValueError, match="trusted"):
        records.judge(json.dumps(good).encode(), [])
    assert records.judge(json.dumps(good).encode(), None) == good["index"]
    log.keys.new(9)
    log.keys.end(log.keys.mine()[0].id, 9, "compromised")
    assert {p.code for p in services.verify_package(data)} == {"not_in_ledger"}


@pytest.mark.django_db
def test_archiving_keeps_the_sealed_file_and_its_term(freeze: Callable[[str], None]) -> None:
    freeze("2026-09-14 10:00")
    world = build()
    matter = closed(world)
    record = services.archive_matter(matter, world.officer, volumes=1, pages=60)
    assert flow.fresh(matter).state == "ARCHIVED"
    assert record.keep_until == date(2056, 9, 14) and record.retention == "D30" and record.pieces > 5
    assert record.package is not None
    assert services.verify_package(storage.read(storage.key_for(record.package.sha256))) == []
    assert services.archive_matter(matter, world.officer) == record
    assert not services.due_for_destruction().exists()


def test_destruction_takes_two_persons_and_leaves_the_history(
    committed_db: object, freeze: Callable[[str], None]
) -> None:
    freeze("2026-09-14 10:00")
    world = build()
    matter = closed(world)
    services.archive_matter(matter, world.officer)
    with pytest.raises(Refused) as early:
        services.propose_destruction([matter], world.officer, "保管期满")
    assert "RETENTION_RUNNING" in early.value.codes
    freeze("2056-09-15 10:00")
    due = list(services.due_for_destruction())
    assert due == [matter]
    services.propose_destruction(due, world.officer, "保管期满，无继续保存价值")
    with pytest.raises(Refused):
        services.destroy_matter(matter, Actor(world.officer.ref, frozenset({"office_head"}), "同一人"))
    entries, events = PendingEntry.objects.count(), MatterEvent.objects.filter(matter=matter).count()
    package = ArchiveRecord.objects.get(matter=matter).package
    assert package is not None
    record = services.destroy_matter(matter, world.organ_head, "同意销毁")
    assert record.proposed_by == world.officer.ref and record.approved_by == world.organ_head.ref
    assert flow.fresh(matter).state == "DESTROYED"
    assert MatterEvent.objects.filter(matter=matter).count() == events + 1
    assert PendingEntry.objects.count() == entries + 1
    assert not EventPayload.objects.filter(event__matter=matter).exists()
    assert not Salt.objects.filter(object_type="event", object_id__startswith=f"{matter.pk}/").exists()
    assert not Attachment.objects.filter(matter=matter).exists()
    assert not DocumentRevision.objects.filter(document__matter=matter).exists()
    assert all(d.body == "" and d.frozen == {"erased": True} for d in Document.objects.filter(matter=matter))
    assert all(p.name == "（已销毁）" and p.sealed is None for p in Party.objects.filter(matter=matter))
    assert not storage.exists(storage.key_for(package.sha256))
    kept = flow.fresh(matter)
    assert "陈晓岚" not in f"{kept.subject}{kept.parties_line}{kept.facts}" and kept.case_no == "临川府复〔2026〕1号"
    assert services.destroy_matter(matter, world.organ_head) == record
    assert DestructionRecord.objects.count() == 1
