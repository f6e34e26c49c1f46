"""Proof of each record, the neighbors of a matter in its list, and what of an old system waits."""

from __future__ import annotations

import hashlib
import re

import pytest

from tests.desk.conftest import Desk
from tests.enforcement.reconsideration import flow
from xiezhi.kernel.access.models import ReadingLog
from xiezhi.kernel.ledger import services as ledger
from xiezhi.kernel.procedures.models import Matter


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
    assert salt not in page
    assert desk["court"].get(address).status_code == 404


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
