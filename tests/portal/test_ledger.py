"""The ledger's page, looking up, and the proofs somebody takes home from their own matter and their documents."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from xiezhi_verify import cli
from xiezhi_verify.record import read_record

from tests.kernel import world as w
from tests.portal.conftest import Scene, fill
from xiezhi.kernel.access.models import Account
from xiezhi.kernel.ledger import publisher, reader, sequencer, services
from xiezhi.kernel.ledger.models import PendingEntry
from xiezhi.kernel.ledger.policy import NONE
from xiezhi.kernel.procedures.models import Matter

pytestmark = pytest.mark.django_db


@pytest.fixture
def ledger(settings: Any, tmp_path: Path) -> publisher.Ledger:
    settings.LEDGER_DIR = str(tmp_path / "ledger")
    settings.LEDGER_ORIGIN = "test.example/ledger"
    return publisher.open_ledger(NONE)


@pytest.fixture
def filed(scene: Scene) -> tuple[Account, Matter]:
    """The citizen has applied."""
    fill(scene)
    scene.post("/apply/XZFY/check/")
    return scene.account, Matter.objects.get()


def test_the_page_before_and_after_the_first_checkpoint(ledger: publisher.Ledger, client: Client) -> None:
    assert "账本还没有公布过" in client.get("/ledger/").content.decode()
    with transaction.atomic():
        made = services.append("event", b"x")
    publisher.round_once(ledger)
    page = client.get("/ledger/").content.decode()
    assert "test.example/ledger" in page and ledger.keys.mine()[0].vkey in page
    for asked in (
        "0",
        made.commitment.hex(),
        sequencer.entry_bytes(made.commitment).hex(),
        f" {made.commitment.hex().upper()} ",
    ):
        found = client.get("/ledger/", {"q": asked}).content.decode()
        assert "tlog-proof@v1" in found and made.commitment.hex() in found, asked
    assert "没有这一条" in client.get("/ledger/", {"q": "1"}).content.decode()
    assert "没有这一条" in client.get("/ledger/", {"q": "f" * 64}).content.decode()
    for bad in ("周禾生", "-1", "1e9", "0x12", "9" * 30, "<b>"):
        assert "请输入条目序号" in client.get("/ledger/", {"q": bad}).content.decode(), bad
    with transaction.atomic():
        later = services.append("event", b"y")
    sequencer.integrate()
    assert "没有这一条" in client.get("/ledger/", {"q": later.commitment.hex()}).content.decode()  # not yet published


def policy_of(client: Client, tmp_path: Path) -> str:
    (tmp_path / "policy").write_bytes(client.get("/ledger/keys").content)
    return str(tmp_path / "policy")


def test_one_takes_home_the_proofs_of_ones_matter(
    ledger: publisher.Ledger, client: Client, tmp_path: Path, filed: Any
) -> None:
    account, matter = filed
    client.force_login(account)
    address = f"/my/{matter.public_id}/proofs/"
    assert "正在写入" in client.get(address).content.decode()
    publisher.round_once(ledger)
    page = client.get(address).content.decode()
    assert "下载记录和证明" in page and f"{address}1/" in page
    got = client.get(f"{address}1/")
    assert got["Content-Type"] == "application/json" and "no-store" in got["Cache-Control"]
    (tmp_path / "record.json").write_bytes(got.content)
    assert read_record(got.content).proof is not None
    assert cli.run(["record", "--policy", policy_of(client, tmp_path), str(tmp_path / "record.json")]) == 0
    changed = json.loads(got.content)
    changed["text"] = changed["text"].replace("filed", "field")
    (tmp_path / "changed.json").write_text(json.dumps(changed))
    assert cli.run(["record", "--policy", policy_of(client, tmp_path), str(tmp_path / "changed.json")]) == 1
    assert client.get(f"{address}99/").status_code == 404
    client.logout()
    assert client.get(address).status_code == 302


def test_nobody_else_gets_them(ledger: publisher.Ledger, client: Client, filed: Any) -> None:
    _, matter = filed
    client.force_login(w.citizen(w.person("何映川")))
    assert client.get(f"/my/{matter.public_id}/proofs/").status_code == 404
    assert client.get(f"/my/{matter.public_id}/proofs/1/").status_code == 404


def test_every_permission_change_goes_in(ledger: publisher.Ledger, filed: Any) -> None:
    from xiezhi.kernel.access.journal import log_security
    from xiezhi.kernel.access.models import SecurityEventKind

    account, _ = filed
    before = PendingEntry.objects.filter(kind="permission").count()
    log_security(SecurityEventKind.ROLE_GRANTED, account, None, role="leader")
    log_security(SecurityEventKind.SIGNED_IN, account, account)
    assert PendingEntry.objects.filter(kind="permission").count() == before + 1
    assert reader.place_of(PendingEntry.objects.latest("id").pk) is None
