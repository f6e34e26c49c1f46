"""Every operation does what the screen does; errors are problem documents that say what to do."""

from __future__ import annotations

import io
from typing import Any
from urllib.parse import quote

import pytest
from pypdf import PdfWriter

from tests import factories
from tests.api.conftest import Caller
from xiezhi.kernel.access.models import ReadingLog
from xiezhi.kernel.documents import archive
from xiezhi.kernel.documents.models import Attachment, Document
from xiezhi.kernel.documents.produce import authority, produce
from xiezhi.kernel.procedures.models import Draft, MatterEvent

pytestmark = pytest.mark.django_db


def pdf(name: str = "证据.pdf") -> io.BytesIO:
    out = io.BytesIO()
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    writer.write(out)
    out.seek(0)
    out.name = name
    return out


def path(matter: Any, rest: str = "") -> str:
    return f"/matters/{matter.public_id}{rest}"


def test_who_am_i(province: factories.Province, officer: Caller) -> None:
    status, me = officer("GET", "/me")
    assert status == 200 and me["kind"] == "SERVICE" and set(me["roles"]) >= {"case_officer", "office_head", "service"}
    assert me["service"]["token_hint"].startswith("xzt_") and me["scopes"]["matter.act"]
    assert Caller(account=province.accounts["leader"])("GET", "/me")[1]["service"] is None


def test_a_matter_from_filing_to_acceptance(province: factories.Province, officer: Caller) -> None:
    citizen = Caller(account=province.accounts["citizen"])
    body = {"answers": province.answers(province.accounts["citizen"].person), "request_key": "filing-0001"}
    status, filed = citizen("POST", "/procedures/XZFY/matters", body)
    assert status == 200, filed
    again = citizen("POST", "/procedures/XZFY/matters", body)[1]
    assert again["repeated"] and again["matter"]["id"] == filed["matter"]["id"]
    other = {**body, "answers": {**body["answers"], "claims": ["CHANGE"]}}
    status, problem = citizen("POST", "/procedures/XZFY/matters", other)
    assert status == 409 and problem["problems"][0]["code"] == "REQUEST_KEY_REUSED"
    here = f"/matters/{filed['matter']['id']}"
    assert citizen("GET", here)[1]["state"] == "ADMISSION_REVIEW"
    assert [m["id"] for m in citizen("GET", "/matters?face=own")[1]["items"]] == [filed["matter"]["id"]]
    assert [m["id"] for m in officer("GET", "/matters")[1]["items"]] == [filed["matter"]["id"]]
    actions = {a["event"]: a for a in officer("GET", f"{here}/actions")[1]}
    assert actions["accepted"]["open"] and actions["accepted"]["form"]["properties"]
    seq = filed["matter"]["seq"]
    data = {
        "procedure": "ORDINARY",
        "officers": [province.staff_id("case_officer"), province.staff_id("case_officer_2")],
    }
    act = {"data": data, "expected_seq": seq, "request_key": "accept-0001"}
    status, done = officer("POST", f"{here}/events/accepted", act)
    assert status == 200, done
    assert done["matter"]["state"] == "ACCEPTED" and "受理通知书" in done["documents"]
    assert officer("POST", f"{here}/events/accepted", act)[1]["repeated"] is True
    status, problem = officer("POST", f"{here}/events/accepted", {"data": data, "expected_seq": seq})
    assert status == 409 and problem["problems"][0]["code"] == "CHANGED_MEANWHILE"
    status, problem = officer(
        "POST", f"{here}/events/accepted", {"data": {**data, "procedure": "NO"}, "request_key": "accept-0001"}
    )
    assert status == 409 and problem["problems"][0]["code"] == "REQUEST_KEY_REUSED"
    history = officer("GET", f"{here}/history")[1]
    assert [h["event"] for h in history] == ["filed", "receipt", "accepted"]
    assert all(h["data"] == {} for h in citizen("GET", f"{here}/history")[1])
    assert {c["term"] for c in officer("GET", f"{here}/clocks")[1]} >= {"RC-ADMIT", "RC-DECIDE-ORD"}
    assert len(officer("GET", f"{here}/officers")[1]) == 2
    assert officer("GET", f"{here}/links")[1] == []


def test_a_refusal_names_every_reason(province: factories.Province) -> None:
    citizen = Caller(account=province.accounts["citizen"])
    status, problem = citizen("POST", "/procedures/XZFY/matters", {"answers": {"applicants": [{"name": "陈晓岚"}]}})
    assert status == 422 and problem["type"] == "urn:xiezhi:problem:refused"
    assert {"act", "claims", "respondent_name"} <= {p["field"] for p in problem["problems"]}


@pytest.mark.parametrize(
    "answers",
    [{"applicants": 0}, {"applicants": "x"}, {"agents": {"a": 1}}, {"applicant_count": "many"}, {"act": []},
     {"act_count": [2]}, {"filing_method": {"a": 1}}, {"respondent_unit": 10**30}, {"applicants": [{"name": {"a": 1}}]},
     {"representatives": 7}, {"acting_as": [1]}, {"applicants": [{"name": "陈晓岚", "id_no": {"x": 1}, "kind": ["a"]}]}],
)  # fmt: skip
def test_nonsense_in_an_application_is_told(province: factories.Province, answers: dict[str, Any]) -> None:
    citizen = Caller(account=province.accounts["citizen"])
    for more in ({}, province.answers()):
        status, problem = citizen("POST", "/procedures/XZFY/matters", {"answers": {**more, **answers}})
        assert status in (200, 403, 422), problem


def test_only_people_themselves_and_counters_file(province: factories.Province) -> None:
    for name in ("SYSTEM_ADMIN", "leader", "respondent_handler", "service_reader"):
        caller = (
            Caller(account=province.accounts[name]) if name != "service_reader" else Caller(province.tokens["reader"])
        )
        status, problem = caller("POST", "/procedures/XZFY/matters", {"answers": province.answers()})
        assert status == 403, (name, problem)
    elsewhere = Caller(account=province.accounts["other_head"])
    status, problem = elsewhere(
        "POST", "/procedures/XZFY/matters", {"answers": province.answers(filing_method="IN_PERSON")}
    )
    assert status == 422 and problem["problems"][0]["code"] == "OTHER_OFFICE", problem
    clerk = Caller(account=province.accounts["counter_clerk"])
    status, done = clerk("POST", "/procedures/XZFY/matters", {"answers": province.answers(filing_method="IN_PERSON")})
    assert status == 200 and done["matter"]["channel"] == "IN_PERSON", done


def test_request_keys_belong_to_their_callers(province: factories.Province) -> None:
    """Another's key, guessed, shows nothing of another's matter."""
    body = {"answers": province.answers(province.accounts["citizen"].person), "request_key": "same-key-1"}
    first = Caller(account=province.accounts["citizen"])("POST", "/procedures/XZFY/matters", body)[1]
    other = province.accounts["other_citizen"]
    body["answers"] = province.answers(other.person)
    second = Caller(account=other)("POST", "/procedures/XZFY/matters", body)[1]
    assert not second["repeated"] and second["matter"]["id"] != first["matter"]["id"]


def test_readings_need_a_purpose_and_are_recorded(province: factories.Province, officer: Caller) -> None:
    matter = province.file()
    before = ReadingLog.objects.count()
    status, parties = officer("GET", path(matter, "/parties"))
    assert status == 200 and {p["role"] for p in parties} == {"applicant", "respondent"}
    assert ReadingLog.objects.count() == before + 1
    leader = Caller(account=province.accounts["leader"])
    status, problem = leader("GET", path(matter, "/parties"))
    assert status == 422 and problem["type"] == "urn:xiezhi:problem:purpose"
    assert leader("GET", path(matter, "/parties"), X_Purpose="SUPERVISE")[0] == 422  # needs words
    status, _ = leader("GET", path(matter, "/parties"), X_Purpose="SUPERVISE", X_Purpose_Text=quote("季度检查"))
    assert status == 200 and ReadingLog.objects.latest("id").purpose_text == "季度检查"
    applicant = next(p for p in parties if p["role"] == "applicant")
    status, details = officer("GET", path(matter, f"/parties/{applicant['id']}"))
    assert status == 200 and details["details"]["contact"] == "13900000123"
    assert (
        leader("GET", path(matter, f"/parties/{applicant['id']}"), X_Purpose="SUPERVISE", X_Purpose_Text="x")[0] == 403
    )
    assert officer("GET", path(matter, "/history/1/personal"))[1]["data"]["applicants"]
    assert officer("GET", path(matter, "/history/99/personal"))[0] == 404
    own = Caller(account=province.accounts["citizen"])("GET", "/readings")[1]
    assert {r["action"] for r in own} >= {"查阅", "显示隐藏信息"}
    assert officer("GET", "/readings")[0] == 403


def test_a_token_of_few_purposes(province: factories.Province) -> None:
    matter = province.file()
    caller = Caller(factories.token(province, roles={"case_officer": "office"}, purposes=("ARCHIVE",))[1])
    assert caller("GET", path(matter, "/parties"))[0] == 422
    assert caller("GET", path(matter, "/parties"), X_Purpose="ARCHIVE")[0] == 200


def test_material(province: factories.Province, officer: Caller) -> None:
    matter = province.accepted()
    status, kept = officer.upload(path(matter, "/attachments"), pdf(), kind="EVIDENCE", folder="INTERNAL")
    assert status == 200 and kept["media_type"] == "application/pdf" and kept["name"] == "证据.pdf", kept
    answer = officer.raw("GET", path(matter, f"/attachments/{kept['id']}"))
    assert answer.status_code == 200 and b"".join(answer.streaming_content) == pdf().getvalue()
    assert (
        answer.headers["Content-Disposition"].startswith("attachment")
        and "sandbox" in answer.headers["Content-Security-Policy"]
    )
    citizen = Caller(account=province.accounts["citizen"])
    assert citizen("GET", path(matter, "/attachments"))[1] == []
    assert citizen("GET", path(matter, f"/attachments/{kept['id']}"))[0] == 404
    assert citizen.upload(path(matter, "/attachments"), pdf())[0] == 403
    assert officer("DELETE", path(matter, f"/attachments/{kept['id']}"))[0] == 200
    assert officer("GET", path(matter, f"/attachments/{kept['id']}"))[0] == 404
    bad = pdf("图.svg")
    status, problem = officer.upload(path(matter, "/attachments"), bad)
    assert status == 422 and problem["problems"][0]["code"] == "MISMATCH"
    assert officer.upload(path(matter, "/attachments"), pdf(), kind="a\x00b")[0] == 422


def test_a_draft_with_uploads_becomes_an_event(province: factories.Province) -> None:
    matter = province.go(
        province.file(), "supplement_noticed", "case_officer", {"defects": ["IDENTITY"], "detail": "请补充身份证明。"}
    )
    citizen = Caller(account=province.accounts["citizen"])
    start = {"procedure": "XZFY", "event": "supplemented", "matter": str(matter.public_id)}
    status, draft = citizen("POST", "/drafts", start)
    assert status == 200, draft
    at = f"/drafts/{draft['code']}"
    status, saved = citizen("PUT", at, {"data": {"materials": "身份证明一份。"}, "revision": draft["revision"]})
    assert status == 200 and saved["revision"] == draft["revision"] + 1
    status, conflict = citizen("PUT", at, {"data": {"materials": "别的"}, "revision": draft["revision"]})
    assert (
        status == 409
        and conflict["theirs"]["data"] == {"materials": "身份证明一份。"}
        and conflict["yours"] == {"materials": "别的"}
    )
    status, file = citizen.upload(f"{at}/attachments", pdf("身份证明.pdf"), kind="attachments")
    assert status == 200, file
    assert citizen("GET", at)[1]["attachments"][0]["id"] == file["id"]
    assert Caller(account=province.accounts["other_citizen"])("GET", at)[0] == 404
    data = {"materials": "身份证明一份。", "attachments": [str(file["id"])]}
    alien = {"data": {**data, "attachments": ["1", "x"]}, "draft": draft["code"]}
    status, problem = citizen("POST", path(matter, "/events/supplemented"), alien)
    assert status == 422 and problem["problems"][0]["code"] == "NO_SUCH_FILE"
    send = {"data": data, "draft": draft["code"], "request_key": "supplement-1"}
    status, done = citizen("POST", path(matter, "/events/supplemented"), send)
    assert status == 200, done
    row = Attachment.objects.get(pk=file["id"])
    assert row.matter_id == matter.pk and row.event_seq == done["matter"]["seq"] and row.draft_id is None
    assert not Draft.objects.filter(code=draft["code"]).exists()
    assert citizen("POST", path(matter, "/events/supplemented"), send)[1]["repeated"]
    assert citizen("DELETE", path(matter, f"/attachments/{file['id']}"))[0] == 403


def test_documents_from_draft_to_signature(province: factories.Province) -> None:
    matter = province.accepted()
    drafter, head = Caller(account=province.accounts["case_officer"]), Caller(account=province.accounts["office_head"])
    organ = Caller(account=province.accounts["organ_head"])
    status, doc = drafter("POST", path(matter, "/documents"), {"title": "行政复议决定书"})
    assert status == 200 and doc["state"] == "DRAFT" and "edit" in doc["may"], doc
    here = path(matter, f"/documents/{doc['id']}")
    status, saved = drafter("PUT", here, {"body": "<p>本机关认为</p>", "fields": {}, "revision": doc["revision"]})
    assert status == 200 and saved["revision"] == doc["revision"] + 1
    status, conflict = head("PUT", here, {"body": "<p>另一稿</p>", "fields": {}, "revision": doc["revision"]})
    assert status == 409 and "本机关认为" in conflict["theirs"]["body"] and "另一稿" in conflict["yours"]["body"]
    assert drafter("POST", f"{here}/approve")[0] == 403
    assert drafter("POST", f"{here}/submit")[1]["state"] == "REVIEW"
    assert drafter("PUT", here, {"body": "", "revision": saved["revision"]})[0] == 409
    assert head("POST", f"{here}/return", {"reason": "请写明理由"})[1]["return_reason"] == "请写明理由"
    assert drafter("POST", f"{here}/submit")[0] == 200
    assert head("POST", f"{here}/approve")[1]["state"] == "APPROVED"
    assert drafter("POST", f"{here}/sign")[0] == 403
    assert organ("POST", f"{here}/sign")[1]["state"] == "SIGNED"
    assert [r["action"] for r in drafter("GET", f"{here}/revisions")[1]][:2] == ["SIGN", "APPROVE"]
    assert Caller(account=province.accounts["citizen"])("GET", here)[0] == 404
    assert drafter("POST", path(matter, "/documents"), {"title": "没有的文书"})[0] == 422


def test_issued_documents_pdf_service_and_verification(province: factories.Province, officer: Caller) -> None:
    matter = province.accepted()
    doc = Document.objects.get(matter=matter, title="受理通知书")
    here = path(matter, f"/documents/{doc.pk}")
    assert officer("GET", f"{here}/pdf")[0] == 409
    assert produce(doc.pk), Document.objects.get(pk=doc.pk).render_error
    content = b"".join(officer.raw("GET", f"{here}/pdf").streaming_content)
    assert content.startswith(b"%PDF-")
    anybody = Caller()
    assert anybody("GET", f"/verify/{doc.verify_code}")[1]["status"] == "valid"
    assert anybody("GET", "/verify/nonsense")[1] == anybody("GET", "/verify/8F3K-2Q7M-XW0B-9TCD")[1]
    same = io.BytesIO(content)
    same.name = "a.pdf"
    status, found = anybody.upload("/verify", same)
    assert status == 200 and found["status"] == "valid" and found["signatures"][0]["good"], found
    other = io.BytesIO(content[:-200] + b"\n%" + content[-200:])
    other.name = "b.pdf"
    assert anybody.upload("/verify", other)[1]["status"] in ("changed", "unknown")
    citizen = Caller(account=province.accounts["citizen"])
    assert doc.pk in [d["id"] for d in citizen("GET", path(matter, "/documents"))[1]]
    party = next(p for p in officer("GET", path(matter, "/parties"))[1] if p["role"] == "applicant")
    body = {"party": party["id"], "method": "DIRECT", "sent_on": "2026-09-14"}
    status, problem = officer("POST", f"{here}/deliveries", {**body, "method": "LEFT", "served_on": "2026-09-13"})
    assert status == 422 and {p["field"] for p in problem["problems"]} == {"served_on", "reason", "witnesses"}
    status, delivery = officer("POST", f"{here}/deliveries", body)
    assert status == 200 and delivery["served_on"] is None, delivery
    status, delivery = officer("PUT", f"{here}/deliveries/{delivery['id']}", {**body, "served_on": "2026-09-14"})
    assert status == 200 and delivery["served_on"] == "2026-09-14"
    assert [d["id"] for d in citizen("GET", f"{here}/deliveries")[1]] == [delivery["id"]]
    answer = officer.raw("GET", path(matter, "/archive"))
    whole = b"".join(answer.streaming_content)
    assert archive.verify_archive(whole, [authority().root()]) == []
    assert ReadingLog.objects.filter(action="EXPORT", matter_id=matter.pk).exists()
    assert citizen("GET", path(matter, "/archive"))[0] == 403
    head = Caller(province.tokens["head"])
    assert head("POST", f"{here}/revoke", {"reason": "文号有误"})[1]["state"] == "VOID"
    assert anybody("GET", f"/verify/{doc.verify_code}")[1]["status"] == "revoked"


def test_notices_are_read_once(province: factories.Province) -> None:
    province.accepted()
    citizen = Caller(account=province.accounts["citizen"])
    first = citizen("GET", "/notices?unread=true")[1][0]
    read = citizen("POST", f"/notices/{first['id']}/read")[1]
    assert read["read_at"] and citizen("POST", f"/notices/{first['id']}/read")[1]["read_at"] == read["read_at"]
    assert first["id"] not in [n["id"] for n in citizen("GET", "/notices?unread=true")[1]]
    assert Caller(account=province.accounts["other_citizen"])("POST", f"/notices/{first['id']}/read")[0] == 404


def test_reference(province: factories.Province, officer: Caller) -> None:
    anybody = Caller()
    assert "XZFY" in [p["code"] for p in anybody("GET", "/procedures")[1]]
    assert anybody("GET", "/procedures/XZFY")[1]["terms"]
    assert anybody("GET", "/procedures/NONE")[0] == 404
    assert {y["year"] for y in anybody("GET", "/calendar/years")[1]} >= {2025, 2026}
    assert len(anybody("GET", "/calendar/years/2026")[1]) == 365
    assert anybody("GET", "/calendar/years/2950")[0] == 404
    due = anybody("POST", "/calendar/count", {"start": "2026-09-14", "length": 5, "unit": "WD"})[1]
    assert due["legal"] == "2026-09-20" or due["reasons"]
    names = [u["name"] for u in anybody("GET", "/units?text=" + quote("青河县"))[1]]
    assert "青河县司法局" in names
    tree = anybody("GET", "/units/tree?on=2026-01-01")[1]
    assert len(tree) == len({n["id"] for n in tree}) >= 9
    assert anybody("GET", "/units/tree?on=2019-12-31")[1] == []
    county = province.units["county"].pk
    assert {n["name"] for n in anybody("GET", f"/units/tree?root={county}")[1]} >= {"临川县司法局"}
    assert officer("GET", f"/units/{province.units['office'].pk}/staff")[1]
    assert officer("GET", f"/units/{province.units['other_office'].pk}/staff")[0] == 403
    assert officer("GET", f"/figures/{province.units['office'].pk}?first=2026-01-01&last=2026-09-30")[0] == 200
    assert officer("GET", f"/figures/{province.units['other_office'].pk}?first=2026-01-01&last=2026-09-30")[0] == 404
    assert officer("GET", f"/figures/{province.units['office'].pk}?first=2026-09-01&last=2026-01-30")[0] == 422


def test_persons_are_found_masked_and_for_a_purpose(province: factories.Province) -> None:
    clerk = Caller(account=province.accounts["counter_clerk"])
    assert clerk("GET", "/persons?text=" + quote("陈晓"))[0] == 422
    status, found = clerk("GET", "/persons?text=" + quote("陈晓"), X_Purpose="INTAKE")
    assert status == 200 and found[0]["name"] == "陈*岚" and "*" in found[0]["id_no"]
    assert clerk("GET", "/persons?id_no=990100199005012349", X_Purpose="INTAKE")[1][0]["uid"] == found[0]["uid"]
    assert clerk("GET", "/persons?id_no=12", X_Purpose="INTAKE")[1] == []
    for name in ("leader", "citizen", "SYSTEM_ADMIN", "respondent_handler"):
        assert Caller(account=province.accounts[name])("GET", "/persons?text=aa", X_Purpose="INTAKE")[0] == 403, name


def test_nobody_outside_learns_anything(province: factories.Province) -> None:
    """The answer about a matter that is not yours is the answer about one that does not exist."""
    matter = province.accepted()
    MatterEvent.objects.get(matter=matter, seq=1)
    doc = Document.objects.filter(matter=matter).first()
    assert doc is not None
    rests = ("", "/history", "/clocks", "/parties", "/documents", f"/documents/{doc.pk}", f"/documents/{doc.pk}/pdf",
             "/attachments", "/archive", "/actions", "/officers", "/links")  # fmt: skip
    nothing = "00000000-0000-4000-8000-000000000000"
    outsiders = ["other_officer", "other_head", "other_respondent", "other_citizen", "SYSTEM_ADMIN", "SECURITY_ADMIN", "AUDIT_ADMIN",
                 "staff", "statistician"]  # fmt: skip
    callers = [Caller(account=province.accounts[n]) for n in outsiders] + [Caller(province.tokens["outsider"])]
    for caller in callers:
        for rest in rests:
            real, none = caller.raw("GET", path(matter, rest)), caller.raw("GET", f"/matters/{nothing}{rest}")
            assert real.status_code == none.status_code == 404
            assert real.content == none.content
            assert set(real.headers) == set(none.headers)
        for method, rest, body in (
            ("POST", "/events/accepted", {"data": {}}),
            ("POST", "/documents", {"title": "决定书"}),
        ):
            real, none = (
                caller.raw(method, path(matter, rest), body),
                caller.raw(method, f"/matters/{nothing}{rest}", body),
            )
            assert real.status_code == none.status_code == 404 and real.content == none.content


def test_archiving_by_the_api_keeps_the_sealed_file(province: factories.Province, officer: Caller) -> None:
    matter = province.file()
    province.go(matter, "withdrawn_before_acceptance", "citizen", {"reason": "不再申请。"})
    body = {"data": {"volume": 1, "pages": 3}, "request_key": "archive-0001"}
    status, problem = officer("POST", path(matter, "/events/archived"), body)
    assert status == 422 and problem["problems"][0]["code"] == "NOT_RENDERED"
    assert not MatterEvent.objects.filter(matter=matter, event="archived").exists()
    Document.objects.filter(matter=matter).update(render_state=Document.DONE)
    status, done = officer("POST", path(matter, "/events/archived"), body)
    assert status == 200 and done["matter"]["state"] == "ARCHIVED"
    matter.refresh_from_db()
    assert matter.archive.package_sha256
    assert officer("POST", path(matter, "/events/archived"), body)[1]["repeated"]


def test_a_list_of_names_is_a_recorded_reading(province: factories.Province, officer: Caller) -> None:
    matter = province.file()
    name = province.accounts["citizen"].person.name
    for query, found in ((f"?text={quote(name)}", 1), (f"?text={quote('没有这个人')}", 0), ("", 1)):
        before = ReadingLog.objects.filter(action="LIST").count()
        status, page = officer("GET", f"/matters{query}")
        assert status == 200 and len(page["items"]) == found
        assert ReadingLog.objects.filter(action="LIST").count() == before + found
    log = ReadingLog.objects.filter(action="LIST").latest("id")
    assert (log.purpose, log.count) == ("HANDLE", 1)
    assert matter.parties.get(role="applicant").person.name == name
    leader = Caller(account=province.accounts["leader"])
    assert leader("GET", "/matters")[0] == 200
    assert ReadingLog.objects.latest("id").purpose == "SUPERVISE"
    citizen = Caller(account=province.accounts["citizen"])
    before = ReadingLog.objects.count()
    assert len(citizen("GET", "/matters?face=own")[1]["items"]) == 1
    assert ReadingLog.objects.count() == before


def test_closed_matters_take_papers_by_event_only(province: factories.Province, officer: Caller) -> None:
    matter = province.file()
    assert officer.upload(path(matter, "/attachments"), pdf())[0] == 200
    assert officer("POST", path(matter, "/events/papers_added"), {"data": {"what": "材料"}})[0] == 422
    province.go(matter, "withdrawn_before_acceptance", "citizen", {"reason": "不再申请。"})
    status, problem = officer.upload(path(matter, "/attachments"), pdf())
    assert status == 409 and problem["problems"][0]["code"] == "MATTER_CLOSED"
    body = {"procedure": "XZFY", "event": "papers_added", "matter": str(matter.public_id), "data": {}}
    draft = officer("POST", "/drafts", body)[1]
    kept = officer.upload(f"/drafts/{draft['code']}/attachments", pdf())[1]
    data = {"what": "法院寄来的裁判文书。", "files": [str(kept["id"])]}
    status, done = officer("POST", path(matter, "/events/papers_added"), {"data": data, "draft": draft["code"]})
    assert status == 200, done
    seq = MatterEvent.objects.get(matter=matter, event="papers_added").seq
    assert Attachment.objects.get(pk=kept["id"]).event_seq == seq
