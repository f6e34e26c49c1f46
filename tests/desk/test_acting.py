"""Acting at the desk: event forms, conflicts, drafts, corrections, documents from draft to signature, bulk moves."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from tests.desk.conftest import Desk
from tests.enforcement.reconsideration import flow
from xiezhi.kernel.documents.models import Delivery, Document
from xiezhi.kernel.procedures.models import Draft, Matter

VIEWS = {"method": "PHONE", "heard": ["APPLICANT"], "record": "申请人坚持请求。", "request_key": "desk-1"}


def _seq(desk: Desk) -> int:
    return Matter.objects.get(pk=desk.matter.pk).seq


def _events(desk: Desk) -> list[str]:
    return list(desk.matter.events.order_by("seq").values_list("event", flat=True))


def test_form_shows_what_follows(desk: Desk) -> None:
    page = desk["officer"].get(f"{desk.address}e/views_heard/").content.decode()
    assert "听取意见笔录" in page
    assert 'name="request_key"' in page
    assert desk["officer"].get(f"{desk.address}e/extended/").status_code == 403
    assert desk["officer"].get(f"{desk.address}e/no_such/").status_code == 404


def test_check_then_act_once(desk: Desk) -> None:
    address, data = f"{desk.address}e/views_heard/", {**VIEWS, "seq": _seq(desk)}
    checked = desk["officer"].post(address, data)
    assert checked.status_code == 200
    assert "请核对后办理" in checked.content.decode()
    assert "views_heard" not in _events(desk)
    assert desk["officer"].post(address, {**data, "_confirmed": "1"}).status_code == 302
    assert desk["officer"].post(address, {**data, "_confirmed": "1"}).status_code == 302  # a double click
    assert _events(desk).count("views_heard") == 1


def test_problems_keep_what_was_typed(desk: Desk) -> None:
    answer = desk["officer"].post(
        f"{desk.address}e/views_heard/", {"record": "坚持请求。", "seq": _seq(desk), "request_key": "k"}
    )
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "请选择方式" in text
    assert "坚持请求。" in text


def test_somebody_acted_meanwhile(desk: Desk) -> None:
    seen = _seq(desk)
    flow.fire(desk.matter, "noted", desk.world.officer, text="来电", kind="CALL")
    answer = desk["officer"].post(f"{desk.address}e/views_heard/", {**VIEWS, "seq": seen, "_confirmed": "1"})
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "有了新进展" in text
    assert "办案记事" in text
    assert "申请人坚持请求。" in text
    assert f'name="seq" value="{_seq(desk)}"' in text


def test_autosave_comes_back_and_two_windows_do_not_overwrite(desk: Desk) -> None:
    address = f"{desk.address}e/views_heard/"
    first = desk["officer"].post(f"{address}draft/", {"record": "写了一半"}).json()
    assert "写了一半" in desk["officer"].get(address).content.decode()
    desk["officer"].post(f"{address}draft/", {"record": "接着写", "_revision": first["revision"]})
    late = desk["officer"].post(f"{address}draft/", {"record": "旧窗口", "_revision": first["revision"]})
    assert late.status_code == 409
    assert "接着写" in desk["officer"].get(address).content.decode()
    assert "写了一半" not in bytes(Draft.objects.get().sealed).decode("utf-8", "ignore")


def test_correction_picks_an_entry_and_keeps_it(desk: Desk) -> None:
    address = f"{desk.address}correct/"
    assert desk["officer"].get(address).status_code == 403
    assert "更正这一项" in desk["head"].get(address).content.decode()
    page = desk["head"].get(address, {"seq": 4}).content.decode()
    assert "更正理由" in page
    empty = desk["head"].post(address, {"seq": 4, "mode": "replace", "request_key": "c1", "seq_seen": _seq(desk)})
    assert empty.status_code == 422
    sent = next(e.seq for e in desk.matter.events.all() if e.event == "copy_received")
    data = {"seq": sent, "mode": "void", "reason": "录错了案件", "request_key": "c2", "seq_seen": _seq(desk)}
    assert desk["head"].post(address, data).status_code == 302
    assert _events(desk)[-1] == "corrected"
    assert "已作废" in desk["head"].get(desk.address).content.decode()


def test_bulk_assigns_only_within_the_unit(desk: Desk) -> None:
    other = desk.staff["second"].pk
    done = desk["head"].post("/desk/bulk/", {"do": "assign", "pick": [desk.matter.pk], "staff": other})
    assert done.status_code == 302
    assert "assigned" in _events(desk)
    before = len(_events(desk))
    desk["court"].post("/desk/bulk/", {"do": "assign", "pick": [desk.matter.pk], "staff": desk.staff["court"].pk})
    desk["head"].post("/desk/bulk/", {"do": "assign", "pick": [desk.matter.pk], "staff": desk.staff["respondent"].pk})
    assert len(_events(desk)) == before
    listed = desk["head"].post("/desk/bulk/", {"do": "print", "pick": [desk.matter.pk]})
    assert desk.matter.number in listed.content.decode()


def _document(desk: Desk) -> Document:
    code = "reconsideration.opinion_letter"
    from xiezhi.kernel.documents import templates

    template = next(t for t in templates.all() if t.short == "意见书" or t.code == code)
    answer = desk["officer"].post(f"{desk.address}documents/new/", {"template": template.code})
    assert answer.status_code == 302
    return Document.objects.get(pk=int(answer.headers["Location"].rstrip("/").rsplit("/", 1)[-1]))


def _form(doc: Document) -> dict[str, Any]:
    from xiezhi.kernel.documents import templates

    kinds = {"date": "2026-10-12", "datetime": "2026-10-12T09:30", "int": "1", "money": "100", "bool": "true"}
    return {
        f.name: kinds.get(f.type, "内容")
        for f in templates.get(doc.template).fields
        if f.type not in ("pairs", "table")
    }


def test_draft_review_sign(desk: Desk) -> None:
    doc = _document(desk)
    page, save, act = f"/desk/documents/{doc.pk}/", f"/desk/documents/{doc.pk}/save/", f"/desk/documents/{doc.pk}/act/"
    assert "data-editor" in desk["officer"].get(page).content.decode()
    body = {"body": "<p>第一稿</p><script>alert(1)</script>", "_revision": doc.revision, **_form(doc)}
    kept = desk["officer"].post(save, body, headers={"X-Autosave": "1"}).json()
    assert kept["revision"] == doc.revision + 1
    doc.refresh_from_db()
    assert "script" not in doc.body
    theirs = desk["second"].post(save, {**body, "body": "<p>第二稿</p>"})  # read before the autosave
    assert theirs.status_code == 409
    assert "第一稿" in theirs.content.decode()
    assert "第二稿" in theirs.content.decode()
    assert desk["officer"].post(save, {**body, "_revision": kept["revision"], "_submit": "1"}).status_code == 302
    doc.refresh_from_db()
    assert doc.state == Document.REVIEW
    assert desk["officer"].post(act, {"do": "approve"}).status_code == 409
    assert desk["head"].post(act, {"do": "return", "reason": ""}).status_code == 422
    assert desk["head"].post(act, {"do": "return", "reason": "写明依据"}).status_code == 302
    assert "写明依据" in desk["officer"].get(page).content.decode()
    assert desk["officer"].post(act, {"do": "submit"}).status_code == 302
    assert desk["head"].post(act, {"do": "approve"}).status_code == 302
    assert desk["organ"].post(act, {"do": "sign"}).status_code == 302
    doc.refresh_from_db()
    assert doc.state == Document.SIGNED
    assert desk["officer"].get(f"{page}compare/").status_code == 200
    assert desk["officer"].get(f"{page}docx/").content[:2] == b"PK"
    assert desk["court"].get(page).status_code == 404
    assert desk["respondent"].get(page).status_code == 403


def test_service_asks_for_what_each_method_needs(desk: Desk) -> None:
    flow.rendered(desk.matter)
    doc = Document.objects.filter(matter=desk.matter, state="ISSUED").first()
    assert doc is not None
    address = f"/desk/documents/{doc.pk}/delivery/"
    party = desk.matter.parties.get(role="applicant").pk
    day = {"sent_on": doc.issued_on.isoformat() if doc.issued_on else "", "party": party}
    left = desk["officer"].post(address, {**day, "method": "LEFT"})
    assert left.status_code == 422
    assert "见证" in left.content.decode()
    early = desk["officer"].post(
        address, {**day, "method": "PUBLIC_NOTICE", "reason": "下落不明", "served_on": "2026-10-12"}
    )
    assert "公告满30日" in early.content.decode()
    assert not Delivery.objects.exists()
    assert desk["officer"].post(address, {**day, "method": "DIRECT", "served_on": "2026-10-12"}).status_code == 302
    assert Delivery.objects.get().served_on is not None
    assert "送达回证" in desk["officer"].get(f"/desk/documents/{doc.pk}/certificate/").content.decode()
    assert desk["organ"].get(address).status_code == 404


def test_counter_registers_what_came_by_post(desk: Desk) -> None:
    person = {"applicants.0.name": "林晓云", "applicants.0.kind": "CITIZEN", "applicants.0.contact": "13900000001",
              "applicants.0.service_address": "临川县望江路18号"}  # fmt: skip
    act = {"act.type": "行政处罚决定", "act.doc_no": "临市监罚〔2026〕9号", "act.made_on": "2026-09-20", "act.service_method": "DIRECT",
           "act.served_on": "2026-09-21"}  # fmt: skip
    data = {"filing_method": "POST", "received_on": "2026-10-12", "respondent_unit": desk.world.market.pk, "matter_code": "1",
            "claims": "QUASH", "facts_and_reasons": "处罚过重。", "request_key": "post-1", **person, **act}  # fmt: skip
    missing = desk["clerk"].post("/desk/filing/", data)
    assert missing.status_code == 422
    assert "邮戳日" in missing.content.decode()
    assert "处罚过重。" in missing.content.decode()
    data["postmarked_on"] = "2026-10-10"
    checked = desk["clerk"].post("/desk/filing/", data)
    assert "请核对后登记" in checked.content.decode(), checked.content.decode()[-3000:]
    assert "临川县人民政府" in checked.content.decode()
    before = Matter.objects.count()
    assert desk["clerk"].post("/desk/filing/", {**data, "_confirmed": "1"}).status_code == 302
    assert Matter.objects.count() == before + 1
    assert Matter.objects.latest("pk").channel == "POST"


def test_administrators_change_units_with_a_date(desk: Desk) -> None:
    address = f"/desk/admin/units/{desk.world.market.pk}/"
    bad = desk["system"].post(address, {"do": "rename", "name": "", "on": "2026-10-13", "reason": "批复"})
    assert bad.status_code == 422
    data = {"do": "rename", "name": "临川县市场监管和知识产权局", "on": "2026-10-12", "reason": "机构改革批复1号"}
    assert desk["system"].post(address, data).status_code == 302
    desk.world.market.refresh_from_db()
    assert desk.world.market.name == "临川县市场监管和知识产权局"


def test_files_outlive_the_page_that_asks_to_confirm(desk: Desk) -> None:
    data = {
        "filing_method": "IN_PERSON", "received_on": "2026-10-12", "respondent_unit": desk.world.market.pk, "matter_code": "1",
        "claims": "QUASH", "facts_and_reasons": "处罚过重。", "request_key": "files-1", "applicants.0.name": "陶书意",
        "applicants.0.kind": "CITIZEN", "applicants.0.contact": "13900000002", "applicants.0.service_address": "临川县望江路20号",
        "act.type": "行政处罚决定书", "act.doc_no": "临市监罚〔2026〕77号", "act.made_on": "2026-09-20", "act.service_method": "DIRECT",
        "act.served_on": "2026-09-21",
    }  # fmt: skip
    picture = BytesIO()
    Image.new("RGB", (8, 8)).save(picture, "PNG")
    scan = SimpleUploadedFile("申请书.png", picture.getvalue(), content_type="image/png")
    checked = desk["clerk"].post("/desk/filing/", {**data, "attachments": scan}).content.decode()
    kept = re.findall(r'name="attachments" value="(\d+)"', checked)
    assert len(kept) == 1, checked
    done = desk["clerk"].post("/desk/filing/", {**data, "attachments": kept, "_confirmed": "1"})
    assert done.status_code == 302
    matter = Matter.objects.latest("pk")
    assert [a.name for a in matter.attachments.filter(withdrawn_at=None)] == ["申请书.png"]


def test_the_office_enters_a_reply_and_the_respondent_replies(desk: Desk) -> None:
    address = f"/desk/m/{desk.matter.public_id}/"
    office, other = (desk[n].get(address).content.decode() for n in ("officer", "respondent"))
    assert "登记被申请人答复" in office and "登记被申请人答复" not in other
    assert '<h2 class="xz-h2">登记被申请人答复</h2>' in desk["officer"].get(f"{address}e/replied/").content.decode()


def test_documents_that_fit_now_come_first(desk: Desk) -> None:
    text = desk["officer"].get(f"/desk/m/{desk.matter.public_id}/documents/new/").content.decode()
    fitting, others = text.split("其他文书（")
    assert "现在用得上的" in fitting and "中止通知书" in fitting
    assert "行政复议申请书" in others and "行政复议申请书" not in fitting
    assert 0 < fitting.count("xz-linkbutton") < others.count("xz-linkbutton") + fitting.count("xz-linkbutton")
