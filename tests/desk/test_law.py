"""The work list of an amendment, reports of readers and imports at the desk."""

from __future__ import annotations

import pytest
from django.utils import timezone

from tests.desk.conftest import Desk
from tests.kernel.law import shelf
from xiezhi.kernel.law import citing, impact
from xiezhi.kernel.law.citing import Cited
from xiezhi.kernel.law.models import ChangeItem, Import, ImportNote, TextReport


@pytest.fixture
def started(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    things = [Cited("问答卡片", "a", "十天怎么算", "云岭省测试条例 第2条", "公共法律服务", "/ask/cards/a/")]
    monkeypatch.setattr(citing, "_SOURCES", {"t": lambda: things})
    old, new = shelf.both()
    impact.start(old, new)
    return desk


def test_the_work_list_is_worked(started: Desk) -> None:
    head = started["head"]
    item = ChangeItem.objects.get()
    listed = head.get("/desk/law/").content.decode()
    assert "《云岭省测试条例》2019 → 2025" in listed
    of = f"/desk/law/changes/{item.before_id}/?to={item.after_id}"
    text = head.get(of).content.decode()
    assert "十天怎么算" in text and "第2条有修改（现第3条）" in text
    assert head.get(of + "&export=xlsx")["Content-Type"].endswith("sheet")
    own = f"/desk/law/items/{item.pk}/"
    assert "/ask/cards/a/" in head.get(own).content.decode()
    assert head.post(own, {"do": "kept", "note": ""}).status_code == 422
    assert head.post(own, {"do": "done", "note": "已改卡片"}).status_code == 302
    item.refresh_from_db()
    assert item.state == ChangeItem.DONE and item.note == "已改卡片" and item.closed_by
    head.post(own, {"do": "open"})
    item.refresh_from_db()
    assert item.state == ChangeItem.OPEN


def test_reports_are_compared_and_closed(desk: Desk) -> None:
    shelf.both()
    found = TextReport.objects.create(act_name="云岭省测试条例", version_label="2025", place="第4条", text="少了一个字")
    head = desk["head"]
    assert "少了一个字" in head.get("/desk/law/reports/").content.decode()
    address = f"/desk/law/reports/{found.pk}/"
    assert "测试" in head.get(address).content.decode()
    assert head.post(address, {"do": "right", "answer": ""}).status_code == 422
    assert head.post(address, {"do": "right", "answer": "与公报一致"}).status_code == 302
    found.refresh_from_db()
    assert found.state == TextReport.DISMISSED and found.closed_at


def test_imports_tell_what_was_odd(desk: Desk) -> None:
    _old, new = shelf.both()
    run = Import.objects.create(source="somewhere/laws", started_at=timezone.now(), read=2, added=1, same=1)
    ImportNote.objects.create(of=run, version=new, source_key="k", code="gap", where="第3条", detail="缺少第3条")
    system = desk["system"]
    assert "laws" in system.get("/desk/law/imports/").content.decode()
    assert "缺少第3条" in system.get(f"/desk/law/imports/{run.pk}/?code=gap").content.decode()


def test_who_may_see_it(started: Desk) -> None:
    item = ChangeItem.objects.get()
    for role, status in (
        ("head", 200),
        ("leader", 200),
        ("system", 200),
        ("officer", 403),
        ("citizen", 403),
        ("nobody", 302),
    ):
        got = started[role].get(f"/desk/law/items/{item.pk}/").status_code
        assert got == status or (status == 403 and got == 404), (role, got)
