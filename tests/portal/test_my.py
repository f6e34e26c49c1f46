"""我的办件: what a citizen sees of a matter and can do with it, and what stays closed to everybody else."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.kernel import world as w
from tests.portal.conftest import APPLY, Scene, errors_of, fill
from xiezhi.kernel.access.models import ReadingLog
from xiezhi.kernel.access.subject import of_account
from xiezhi.kernel.documents.models import Attachment, Document, StoredFile
from xiezhi.kernel.notices.models import Notice
from xiezhi.kernel.people import services as people
from xiezhi.kernel.procedures import policies, services
from xiezhi.kernel.procedures.core import Actor, Refused
from xiezhi.kernel.procedures.models import Matter, MatterEvent, Party

OFFICER = Actor("account:officer", frozenset({"case_officer", "office_head"}), "沈知远")


@pytest.fixture
def filed(scene: Scene) -> Matter:
    fill(scene)
    sent = scene.client.post(f"{APPLY}check/")
    assert sent.status_code == 302, errors_of(sent)
    return Matter.objects.get()


def own(scene: Scene, matter: Matter, rest: str = "") -> Any:
    return scene.client.get(f"/my/{matter.public_id}/{rest}")


def test_the_list_and_the_matter_show_number_state_and_clock(scene: Scene, filed: Matter) -> None:
    listed = scene.client.get("/my/").content.decode()
    assert filed.number in listed and "个工作日" in listed
    text = own(scene, filed).content.decode()
    for said in (filed.number, "还有", "2026年10月19日", "复议机关收到了您的申请", "行政复议法 第30条", "现在可以做"):
        assert said in text, said


def two_officers(scene: Scene) -> list[str]:
    return [str(w.staff(name, scene.office).pk) for name in ("沈知远", "陆明舟")]


def stranger() -> Client:
    client = Client()
    client.force_login(w.citizen(w.person("林晚舟")))
    return client


@pytest.mark.parametrize("rest", ["", "print/", "file/", "file/1/", "documents/1/", "e/withdrawn_early/"])
def test_strangers_and_offices_find_nothing(scene: Scene, filed: Matter, rest: str) -> None:
    assert stranger().get(f"/my/{filed.public_id}/{rest}").status_code == 404
    officer = Client()
    officer.force_login(w.account(w.staff("沈知远", scene.office)))
    assert officer.get(f"/my/{filed.public_id}/{rest}").status_code in (403, 404)
    assert Client().get(f"/my/{filed.public_id}/{rest}").status_code == 302


def test_a_receipt_of_somebody_else_is_not_shown(scene: Scene, filed: Matter) -> None:
    assert stranger().get(f"{APPLY}receipt/{filed.public_id}/").status_code == 404


def open_events(text: str) -> set[str]:
    import re

    return set(re.findall(r"/e/(\w+)/", text))


def test_what_is_open_can_be_done_and_errors_keep_the_input(scene: Scene, filed: Matter) -> None:
    services.fire_event(filed.pk, "supplement_noticed", OFFICER, {"defects": ["IDENTITY"], "detail": "请补身份证明"})
    text = own(scene, filed).content.decode()
    assert "supplemented" in open_events(text)
    form = own(scene, filed, "e/supplemented/").content.decode()
    assert "补正的材料" in form and "到期" not in form.split("<main")[0]
    wrong = scene.client.post(f"/my/{filed.public_id}/e/supplemented/", {"materials": "身份证明一份" * 4000})
    assert wrong.status_code == 422
    assert "身份证明一份" in wrong.content.decode() and 'href="#f-materials"' in wrong.content.decode()
    done = scene.client.post(
        f"/my/{filed.public_id}/e/supplemented/", {"materials": "身份证明一份", "_seq": str(Matter.objects.get().seq)}
    )
    assert done.status_code == 302, errors_of(done)
    assert Matter.objects.get().state == "ADMISSION_REVIEW"


def test_who_submits_follows_from_the_part_and_is_not_asked(scene: Scene, filed: Matter) -> None:
    services.fire_event(filed.pk, "accepted", OFFICER, {"procedure": "ORDINARY", "officers": two_officers(scene)})
    page = own(scene, filed, "e/evidence_added/").content.decode()
    assert 'name="evidence_kind"' in page and "submitted_by" not in page and "office_agrees" not in page
    done = scene.client.post(
        f"/my/{filed.public_id}/e/evidence_added/", {"evidence_kind": "DOC", "purpose": "证明有进货票据"}
    )
    assert done.status_code == 302, errors_of(done)
    last = MatterEvent.objects.filter(matter=filed, event="evidence_added").get()
    assert last.data["submitted_by"] == "APPLICANT"
    changed = own(scene, filed, "e/claims_changed/").content.decode()
    assert 'value="QUASH"' in changed and "checked" in changed.split('value="QUASH"')[1].split(">")[0], (
        "as it stands now"
    )
    assert own(scene, filed, "e/service_chosen/")["Location"] == "/my/account/"


def test_an_unfinished_form_is_kept(scene: Scene, filed: Matter) -> None:
    services.fire_event(filed.pk, "supplement_noticed", OFFICER, {"defects": ["IDENTITY"], "detail": "请补身份证明"})
    path = f"/my/{filed.public_id}/e/supplemented/"
    answer = scene.client.post(path, {"materials": "写到一半"}, headers={"X-Autosave": "1"})
    assert "已自动保存" in answer.json()["message"]
    assert "写到一半" in scene.client.get(path).content.decode()
    assert Matter.objects.get().state == "SUPPLEMENT_PENDING"


def test_somebody_who_saw_an_older_state_is_told(scene: Scene, filed: Matter) -> None:
    services.fire_event(filed.pk, "supplement_noticed", OFFICER, {"defects": ["IDENTITY"], "detail": "请补身份证明"})
    late = scene.client.post(f"/my/{filed.public_id}/e/supplemented/", {"materials": "一份", "_seq": "1"})
    assert late.status_code == 422
    assert "有了新的进展" in late.content.decode() and "一份" in late.content.decode()


def test_events_of_the_office_are_not_for_citizens(scene: Scene, filed: Matter) -> None:
    assert own(scene, filed, "e/accepted/").status_code == 404
    assert scene.client.post(f"/my/{filed.public_id}/e/accepted/", {"procedure": "ORDINARY"}).status_code == 404


def test_the_file_is_read_as_an_event_and_restricted_parts_stay_closed(
    scene: Scene, filed: Matter, tmp_path: Any
) -> None:
    from django.core.files.base import ContentFile

    from xiezhi.kernel.documents import storage

    services.fire_event(filed.pk, "accepted", OFFICER, {"procedure": "ORDINARY", "officers": two_officers(scene)})
    sha = storage.put(ContentFile("答复书".encode()))
    stored, _ = StoredFile.objects.get_or_create(
        sha256=sha.rsplit("/", 1)[-1], defaults={"size": 9, "media_type": "text/plain"}
    )
    common = {
        "matter": filed,
        "file": stored,
        "submitted_role": "respondent",
        "submitted_by": "account:other",
        "submitted_on": "2026-10-12",
    }
    shown = Attachment.objects.create(name="答复书.txt", **common)
    hidden = Attachment.objects.create(name="举报人姓名.txt", restricted="PRIVACY", **common)
    before = own(scene, filed, "file/")
    assert "答复书.txt" not in before.content.decode()
    assert own(scene, filed, f"file/{shown.pk}/").status_code == 404
    assert scene.client.post(f"/my/{filed.public_id}/file/").status_code == 302
    text = own(scene, filed, "file/").content.decode()
    assert "答复书.txt" in text and "举报人姓名" not in text and "依法不予查阅" in text
    assert own(scene, filed, f"file/{hidden.pk}/").status_code == 404
    opened = own(scene, filed, f"file/{shown.pk}/")
    assert opened.status_code == 200 and b"".join(opened.streaming_content) == "答复书".encode()
    assert opened["Content-Disposition"].startswith("attachment")
    assert filed.events.filter(event="file_read").count() == 1


def test_who_read_my_data_is_listed(scene: Scene, filed: Matter) -> None:
    from xiezhi.kernel.access.reading import Object
    from xiezhi.kernel.access.services import record_reading
    from xiezhi.kernel.access.subject import of_account

    officer = of_account(w.account(w.staff("沈知远", scene.office)))
    assert scene.account.person is not None
    record_reading(
        officer, "READ", Object("procedures.matter", "x", filed.pk, filed.number), [scene.account.person], "HANDLE"
    )
    text = scene.client.get("/my/readings/").content.decode()
    assert "办理本案" in text and scene.office.name in text and "沈知远" not in text


def test_messages_and_account_pages(scene: Scene, filed: Matter) -> None:
    assert filed.number in scene.client.get("/my/notices/").content.decode()
    assert scene.client.post("/my/notices/").status_code == 302
    page = scene.client.get("/my/account/").content.decode()
    assert "138****2046" in page and "13812342046" not in page
    scene.client.post("/my/account/", {"do": "look", "large_type": "true", "language": "zh-hans"})
    scene.account.refresh_from_db()
    assert scene.account.large_type
    assert 'data-type="large"' in scene.client.get("/").content.decode()


def test_lists_cost_the_same_however_long(scene: Scene, filed: Matter, django_assert_max_num_queries: Any) -> None:
    from django.db import connection

    scene.client.get("/my/")
    with CaptureQueriesContext(
        connection,
    ) as one:
        scene.client.get("/my/")
    party = filed.parties.get(role="applicant")
    for n in range(12):
        copy = Matter.objects.get(pk=filed.pk)
        copy.pk, copy.intake_no, copy._state.adding = None, f"TEST{n}", True
        import uuid

        copy.public_id = uuid.uuid4()
        copy.save()
        party.pk, party.matter, party._state.adding = None, copy, True
        party.save()
    with CaptureQueriesContext(connection) as many:
        text = scene.client.get("/my/").content.decode()
    assert "TEST11" in text
    assert len(many) == len(one)


def test_the_whole_matter_prints(scene: Scene, filed: Matter) -> None:
    text = own(scene, filed, "print/").content.decode()
    assert "xz-print" in text and "申请人" in text and "周禾生" in text and "收件回执" in text


def test_verification_says_valid_revoked_or_unknown(scene: Scene, filed: Matter) -> None:
    doc = Document.objects.filter(matter=filed, state=Document.ISSUED).first()
    assert doc is not None and doc.verify_code
    visitor = Client()
    found = visitor.post("/verify/", {"code": doc.verify_code.replace("-", " ").lower()})
    assert found["Location"] == f"/verify/{doc.verify_code}/"
    text = visitor.get(found["Location"]).content.decode()
    assert "核验通过" in text and doc.title in text and "现存内容与存证一致" in text and "周禾生" not in text
    Document.objects.filter(pk=doc.pk).update(
        state=Document.VOID, revoked_on="2026-10-12", revoke_reason="申请人身份有误"
    )
    text = visitor.get(found["Location"]).content.decode()
    assert "已经撤销" in text and "身份有误" not in text
    wrong = visitor.post("/verify/", {"code": "8F3K-2Q7M-XW0B-9TCX"})
    assert wrong.status_code == 422 and "8F3K-2Q7M-XW0B-9TCX" in wrong.content.decode()


def test_registration_checks_the_name_and_leads_back(db: None, freeze: Any, settings: Any) -> None:
    from xiezhi.kernel.units import ids

    freeze("2026-10-12 10:42")
    from django.core.cache import cache

    cache.clear()
    settings.DEMO = True
    client = Client()
    data = {"name": "江望舒", "id_type": "RESIDENT", "id_no": ids.id18_complete("99000019800101007"), "phone": "13812342047",
            "username": "jiangwangshu", "password1": "correct-horse-8", "password2": "correct-horse-9", "next": "/apply/XZFY/"}  # fmt: skip
    wrong = client.post("/my/signup/", data)
    assert (
        wrong.status_code == 422
        and "两次输入的密码不一样" in wrong.content.decode()
        and "江望舒" in wrong.content.decode()
    )
    right = client.post("/my/signup/", data | {"password2": "correct-horse-8"})
    assert right.status_code == 302 and right["Location"] == "/apply/XZFY/", errors_of(right)
    assert client.get("/my/").status_code == 200
    elsewhere = Client().post("/my/signup/", data | {"password2": "correct-horse-8", "next": "https://evil.example/"})
    assert elsewhere.status_code == 422


def test_a_third_partys_agent_has_the_third_partys_rights_only(scene: Scene, filed: Matter) -> None:
    """Withdrawing is the applicant's; so are the documents sent to the applicant's side alone."""
    today = filed.opened_on
    third = Party.objects.create(matter=filed, role="third_party", name="邻铺", valid_from=today)
    accounts = {name: w.citizen(w.person(name)) for name in ("代理甲", "代理乙")}
    applicant = filed.parties.get(role="applicant")
    for name, principal in (("代理甲", third), ("代理乙", applicant)):
        Party.objects.create(
            matter=filed, role="agent", name=name, account=accounts[name], acts_for=principal, valid_from=today
        )
    parties = policies.parties_of(filed)
    roles = {n: policies.roles_in(of_account(a), filed, parties) for n, a in accounts.items()}
    assert roles == {"代理甲": {"third_party"}, "代理乙": {"agent"}}
    pages = {}
    for name, account in accounts.items():
        client = Client()
        client.force_login(account)
        pages[name] = client.get(f"/my/{filed.public_id}/").content.decode()
        client.post(f"/my/{filed.public_id}/e/withdrawn_before_acceptance/", {"reason": "试"})
    assert "withdrawn_before_acceptance" in open_events(pages["代理乙"])
    assert "withdrawn_before_acceptance" not in open_events(pages["代理甲"])
    assert "收件回执" in pages["代理乙"] and "收件回执" not in pages["代理甲"]
    assert filed.events.filter(event="withdrawn_before_acceptance").count() == 1
    read = ReadingLog.objects.filter(matter_id=filed.pk, account__in=accounts.values())
    assert set(read.values_list("purpose", flat=True)) == {"AGENCY"}
    Party.objects.filter(pk=third.pk).update(valid_to=today)
    assert policies.roles_in(of_account(accounts["代理甲"]), filed, policies.parties_of(filed)) == frozenset()


def test_a_message_and_its_answer(scene: Scene, filed: Matter) -> None:
    """Sealed, told to the other side without its text, no change of state; five may wait."""
    member = w.staff("沈知远", scene.office)
    people.appoint(member, scene.office, w.post("post-officer", "case_officer"), valid_from=date(2020, 1, 1))
    desk = Client()
    desk.force_login(w.account(member))
    services.fire_event(filed.pk, "assigned", OFFICER, {"officers": [str(member.pk)]})
    before = Matter.objects.get(pk=filed.pk).state
    address, page = f"/my/{filed.public_id}/e/message_sent/", own(scene, filed).content.decode()
    assert 'name="text"' in page and "给承办人留言" in page
    assert scene.client.post(address, {"text": "我想问听取意见的时间。"}).status_code == 302
    rec = filed.events.get(event="message_sent")
    assert "听取意见" not in str(rec.data) and Matter.objects.get(pk=filed.pk).state == before
    told = Notice.objects.get(account__staff=member, template="message")
    assert filed.number in told.title and "听取意见" not in told.text
    assert "我想问听取意见的时间。" in own(scene, filed).content.decode()
    text = desk.get(f"/desk/m/{filed.public_id}/").content.decode()
    assert "我想问听取意见的时间。" in text and "1条待答复" in text and "周禾生" in text
    answer = {"reply_to": rec.seq, "text": "安排在下周二上午。", "request_key": "answer-1"}
    assert desk.post(f"/desk/m/{filed.public_id}/e/message_answered/", answer).status_code == 302
    assert "安排在下周二上午。" in own(scene, filed).content.decode()
    assert Notice.objects.filter(account=scene.account, template="message").exists()
    assert Matter.objects.get(pk=filed.pk).facts["messages_waiting"] == 0
    for n in range(5):
        assert scene.client.post(address, {"text": f"再问{n}"}).status_code == 302
    full = scene.client.post(address, {"text": "第六条"})
    assert full.status_code == 422 and "等承办人答复" in full.content.decode()
    assert stranger().post(address, {"text": "别人"}).status_code == 404


def test_consent_to_electronic_service_is_an_event_and_leaves_other_matters_alone(scene: Scene, filed: Matter) -> None:
    party = filed.parties.get(role="applicant")
    assert party.e_service
    text = scene.client.get("/my/account/").content.decode()
    assert f'name="shown" value="{party.pk}"' in text
    scene.client.post("/my/account/", {"do": "service"})  # a page that showed no matter
    party.refresh_from_db()
    assert party.e_service and not filed.events.filter(event="service_chosen").exists()
    scene.client.post("/my/account/", {"do": "service", "shown": [party.pk]})
    party.refresh_from_db()
    rec = filed.events.get(event="service_chosen")
    assert not party.e_service and rec.data == {"party": party.pk, "e_service": False}
    scene.client.post("/my/account/", {"do": "service", "shown": [party.pk]})  # nothing changed, nothing recorded
    assert filed.events.filter(event="service_chosen").count() == 1
    other = Party.objects.create(matter=filed, role="third_party", name="他人", valid_from=filed.opened_on)
    actor = policies.actor_for(of_account(scene.account), filed)
    with pytest.raises(Refused) as refused:
        services.act(filed.pk, "service_chosen", actor, {"party": other.pk, "e_service": True})
    assert refused.value.codes == ("NOT_THIS_PARTY",)


def test_what_is_asked_comes_first_and_the_rare_is_folded(scene: Scene, filed: Matter) -> None:
    services.fire_event(filed.pk, "supplement_noticed", OFFICER, {"defects": ["IDENTITY"], "detail": "请补身份证明"})
    text = own(scene, filed).content.decode()
    panel = text.split("现在可以做")[1].split("</section>")[0]
    usual, rare = panel.split("不常用的")
    assert "xz-button--full" in usual and open_events(usual.split("</a>")[0]) == {"supplemented"}
    assert "withdrawn_before_acceptance" in open_events(rare) and "withdrawn_before_acceptance" not in usual
    assert "message_sent" not in open_events(panel)
    for li in panel.split("<li>")[1:]:
        assert "xz-menu__hint" in li.split("</li>")[0] or "<b>" in li


def test_staff_are_sent_to_the_desk_with_a_sentence(scene: Scene) -> None:
    client = Client()
    client.force_login(w.account(w.staff("沈知远", scene.office)))
    answer = client.get("/my/", follow=True)
    assert answer.redirect_chain[0] == ("/desk/", 302)
    assert "您用的是工作账号" in answer.content.decode()
