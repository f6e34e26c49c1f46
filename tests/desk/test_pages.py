"""Every page of the desk by every role, and what each role is shown of one matter."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.desk.conftest import Desk
from tests.enforcement.reconsideration import flow
from xiezhi.kernel.access.models import ReadingLog
from xiezhi.kernel.datasets import rollup
from xiezhi.kernel.datasets.models import RollupMark
from xiezhi.kernel.documents.models import Attachment, Document, StoredFile
from xiezhi.kernel.procedures.models import Matter

OFFICE = {"officer", "second", "head", "organ", "clerk", "leader", "court"}
PAGES = {
    "/desk/hearings/": OFFICE,
    "/desk/documents/": OFFICE,
    "/desk/notices/": OFFICE | {"respondent", "system", "security", "audit"},
    "/desk/me/": OFFICE | {"respondent", "system", "security", "audit"},
    "/desk/respondent/": {"respondent"},
    "/desk/filing/": {"officer", "second", "head", "clerk", "court"},
    "/desk/figures/": {"head", "organ", "leader"},
    "/desk/figures/rows/?metric=received": {"head", "organ", "leader"},
    "/desk/admin/": {"system", "security", "audit"},
    "/desk/admin/units/": {"system"},
    "/desk/admin/staff/": {"system"},
    "/desk/admin/calendars/": {"system"},
    "/desk/admin/parameters/": {"system"},
    "/desk/admin/procedures/": {"system"},
    "/desk/admin/procedures/XZFY/1/": {"system"},
    "/desk/admin/templates/": {"system"},
    "/desk/admin/serials/": {"system"},
    "/desk/admin/outbox/": {"system"},
    "/desk/admin/rendering/": {"system"},
    "/desk/admin/accounts/": {"security"},
    "/desk/admin/grants/": {"security"},
    "/desk/admin/services/": {"security"},
    "/desk/admin/readings/": {"audit"},
    "/desk/admin/security/": {"audit"},
}


def test_who_may_open(desk: Desk) -> None:
    wrong = []
    for address, allowed in PAGES.items():
        for role, client in desk.clients.items():
            status = client.get(address).status_code
            good = status == 200 if role in allowed else status == 302 if role == "nobody" else status in (403, 404)
            if not good:
                wrong.append((address, role, status))
    assert not wrong


def test_queue_shows_what_is_in_reach(desk: Desk) -> None:
    number = desk.matter.number
    for view in ("mine", "unit", "reach"):
        seen = {
            r: number in desk[r].get(f"/desk/?view={view}").content.decode()
            for r in ("officer", "head", "leader", "court")
        }
        assert seen == {"officer": True, "head": view != "mine", "leader": view == "reach", "court": False}, view


def test_queue_by_text_and_filters(desk: Desk) -> None:
    officer = desk["officer"]
    assert desk.matter.number in officer.get("/desk/", {"q": desk.matter.case_no}).content.decode()
    assert desk.matter.number in officer.get("/desk/", {"q": "陈晓"}).content.decode()
    assert desk.matter.number not in officer.get("/desk/", {"q": "没有这个人"}).content.decode()
    nothing = officer.get("/desk/", {"state": "CLOSED", "view": "unit"}).content.decode()
    assert "没有符合条件的办件" in nothing
    assert officer.get("/desk/", {"due": "x", "sort": "; drop", "handler": "9" * 40, "after": "zz"}).status_code == 200


def _statements(desk: Desk, role: str, address: str) -> int:
    desk[role].get(address)
    with CaptureQueriesContext(connection) as found:
        desk[role].get(address)
    return len(found)


def test_number_of_statements_does_not_grow_with_rows(desk: Desk) -> None:
    before = {a: _statements(desk, "head", a) for a in ("/desk/?view=unit", "/desk/?view=reach&q=陈")}
    for n in range(4):
        flow.in_review(desk.world, f"more-{n}", act={"type": "行政处罚决定", "doc_no": f"临市监〔2026〕{n}号", "made_on": "2026-09-20",
                       "service_method": "DIRECT", "served_on": "2026-09-22", "told_remedy": True})  # fmt: skip
    assert Matter.objects.filter(open=True).count() >= 5
    after = {a: _statements(desk, "head", a) for a in before}
    assert after == before
    assert max(before.values()) <= 20


def test_matter_page_of_each_role(desk: Desk) -> None:
    for role in ("officer", "head", "organ", "clerk"):
        page = desk[role].get(desk.address)
        assert page.status_code == 200, role
        assert "陈晓岚" in page.content.decode()
    assert desk["court"].get(desk.address).status_code == 404
    assert desk["citizen"].get(desk.address).status_code in (403, 404)
    assert desk["system"].get(desk.address).status_code in (403, 404)
    assert desk["leader"].get(desk.address).status_code == 302  # asks for the purpose first


def test_opening_is_recorded_once_with_its_purpose(desk: Desk) -> None:
    desk["officer"].get(desk.address)
    desk["officer"].get(desk.address, headers={"HX-Request": "true"})
    found = ReadingLog.objects.filter(matter_id=desk.matter.pk, action="READ")
    assert [r.purpose for r in found] == ["HANDLE"]
    assert found[0].count == 1


def test_a_leader_says_why_before_reading(desk: Desk) -> None:
    leader, ask = desk["leader"], f"{desk.address}purpose/"
    assert "请填写具体事由" in leader.post(ask, {"purpose": "SUPERVISE", "text": ""}).content.decode()
    assert leader.post(ask, {"purpose": "SUPERVISE", "text": "年度评查"}).status_code == 302
    assert leader.get(desk.address).status_code == 200
    last = ReadingLog.objects.filter(matter_id=desk.matter.pk).latest("id")
    assert (last.purpose, last.purpose_text) == ("SUPERVISE", "年度评查")


def test_personal_numbers_are_masked_until_shown_for_a_purpose(desk: Desk) -> None:
    page = desk["officer"].get(f"{desk.address}?tab=parties").content.decode()
    assert "990100199005012349" not in page
    party = desk.matter.parties.get(role="applicant")
    address = f"{desk.address}reveal/{party.pk}/"
    refused = desk["officer"].post(address, {"purpose": ""})
    assert refused.status_code == 302
    shown = desk["officer"].post(address, {"purpose": "SERVE"}, headers={"HX-Request": "true"}).content.decode()
    assert "990100199005012349" in shown
    last = ReadingLog.objects.filter(matter_id=desk.matter.pk, action="SHOW").get()
    assert "id_no" in last.fields
    assert desk["respondent"].post(address, {"purpose": "SERVE"}).status_code == 404


def _file(desk: Desk, name: str, **more: Any) -> Attachment:
    stored, _ = StoredFile.objects.get_or_create(sha256="a" * 64, defaults={"size": 1, "media_type": "application/pdf"})
    return Attachment.objects.create(
        matter=desk.matter,
        file=stored,
        name=name,
        submitted_role="applicant",
        submitted_on=desk.matter.opened_on,
        **more,
    )


def test_respondent_sees_neither_mediation_nor_internal_nor_restricted(desk: Desk) -> None:
    _file(desk, "公开材料.pdf")
    hidden = [_file(desk, "调解笔录.pdf", folder="MEDIATION"), _file(desk, "内部意见.pdf", folder="INTERNAL"),
              _file(desk, "商业秘密.pdf", restricted="SECRET")]  # fmt: skip
    page = desk["respondent"].get(desk.address).content.decode()
    assert "公开材料" in page
    for one in hidden:
        assert one.name.removesuffix(".pdf") not in page
        assert desk["respondent"].get(f"{desk.address}file/{one.pk}/").status_code == 404
    office = desk["officer"].get(desk.address).content.decode()
    assert "调解材料（不得作为证据）" in office
    assert all(one.name.removesuffix(".pdf") in office for one in hidden)
    assert "990100199005012349" not in page


def test_export_is_logged_with_purpose(desk: Desk) -> None:
    refused = desk["officer"].post("/desk/export/", {"view": "mine", "purpose": "AUDIT", "as": "csv"})
    assert refused.status_code == 302
    answer = desk["officer"].post("/desk/export/", {"view": "mine", "purpose": "HANDLE", "as": "csv"})
    text = answer.content.decode("utf-8")
    assert text.startswith("\ufeff编号")
    assert desk.matter.number in text
    assert ReadingLog.objects.filter(action="EXPORT", purpose="HANDLE", count=1).exists()
    xlsx = desk["officer"].post("/desk/export/", {"view": "mine", "purpose": "HANDLE", "as": "xlsx"})
    assert xlsx.content[:2] == b"PK"


def test_formulas_in_exports_stay_text(desk: Desk) -> None:
    Matter.objects.filter(pk=desk.matter.pk).update(parties_line="=cmd|' /C calc'!A0")
    text = desk["officer"].post("/desk/export/", {"view": "mine", "purpose": "HANDLE", "as": "csv"}).content.decode()
    assert "'=cmd" in text


def test_figures_and_odd_characters_become_spreadsheets(desk: Desk) -> None:
    for kind in ("xlsx", "csv"):
        assert desk["head"].get("/desk/figures/", {"as": kind}).status_code == 200
    Matter.objects.filter(pk=desk.matter.pk).update(parties_line="\x0b某公司", subject="＝1+1")
    answer = desk["officer"].post("/desk/export/", {"view": "mine", "purpose": "HANDLE", "as": "xlsx"})
    assert answer.content[:2] == b"PK"


def test_the_audit_log_is_found_by_day(desk: Desk) -> None:
    desk["officer"].get(desk.address)
    for day, shown in (("2026-10-12", True), ("2026-10-11", False)):
        page = desk["audit"].get("/desk/admin/readings/", {"from": day, "to": day}).content.decode()
        assert (desk.matter.number in page) is shown
    assert desk["audit"].get("/desk/admin/readings/", {"to": "9999-12-31"}).status_code == 200


def test_documents_and_material_are_read_for_a_purpose_and_recorded(desk: Desk) -> None:
    doc = Document.objects.filter(matter=desk.matter).order_by("id").first()
    assert doc is not None
    here = f"/desk/documents/{doc.pk}/"
    assert desk["leader"].get(here).status_code == 404  # why has not been said yet
    desk["leader"].post(f"{desk.address}purpose/", {"purpose": "SUPERVISE", "text": "专项检查"})
    assert desk["leader"].get(here).status_code == 200
    assert ReadingLog.objects.filter(purpose="SUPERVISE", matter_id=desk.matter.pk, action="READ").count() == 1
    assert desk["officer"].get(here).status_code == 200
    desk["officer"].get(here)
    line = ReadingLog.objects.get(purpose="HANDLE", matter_id=desk.matter.pk, action="READ")
    assert line.fields == [f"document:{doc.pk}"] and line.unit_id == desk.matter.handling_unit_id


def test_the_respondent_sees_only_documents_meant_for_it(desk: Desk) -> None:
    stored = StoredFile.objects.create(sha256="e" * 64, size=1, media_type="application/pdf")
    private = Document.objects.create(
        matter=desk.matter, template="reconsideration.supplement_notice", title="只给申请人的通知", unit=desk.matter.handling_unit,
        state=Document.ISSUED, frozen={}, issued_on="2026-10-01", verify_code="X" * 19, file=stored, render_state="DONE",
    )  # fmt: skip
    assert "只给申请人的通知" not in desk["respondent"].get(desk.address).content.decode()
    assert desk["respondent"].get(f"{desk.address}document/{private.pk}.pdf").status_code == 404


def test_odd_addresses_are_no_failures(desk: Desk) -> None:
    desk["officer"].raise_request_exception = False
    for client, path, status in (
        ("officer", "/desk/?q=%00", 400), ("officer", "/desk/?handler=²", 200), ("officer", "/desk/?unit=" + "9" * 30, 200),
        ("head", "/desk/figures/?unit=²", 200), ("system", "/desk/admin/units/?root=²", 200),
        ("system", "/desk/admin/calendars/?year=0000", 200), ("system", "/desk/admin/serials/?after=²", 200),
        ("audit", "/desk/admin/readings/?after=²&person=%00", 400),
    ):  # fmt: skip
        assert desk[client].get(path).status_code == status, path


def test_stream_needs_reach(desk: Desk) -> None:
    assert desk["officer"].get("/desk/stream").status_code == 200
    assert desk["court"].get(f"/desk/stream?m={desk.matter.public_id}").status_code == 404
    assert desk["citizen"].get("/desk/stream").status_code == 403


def test_fresh_figures_are_not_called_stale_where_the_day_is_another(desk: Desk, freeze: Any) -> None:
    """Counts are stamped with the machine's time; a demonstration's day stands months away from it."""
    rollup.refresh()
    freeze("2031-05-06 09:00")
    assert "数据可能已过时" not in desk["head"].get("/desk/figures/").content.decode()
    RollupMark.objects.update(upto=timezone.now() - timedelta(hours=1))
    assert "数据可能已过时" in desk["head"].get("/desk/figures/").content.decode()
