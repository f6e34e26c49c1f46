"""申请行政复议 in steps: nothing typed is lost, the clock is told at once, the sending happens once."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.portal.conftest import APPLY, Scene, errors_of, fill
from xiezhi.kernel.documents.models import Attachment
from xiezhi.kernel.procedures.models import Draft, Matter, Party


def page(scene: Scene, step: str) -> str:
    answer = scene.client.get(f"{APPLY}q/{step}/")
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def test_the_whole_road_from_the_first_question_to_the_receipt(scene: Scene) -> None:
    fill(scene)
    check = scene.client.get(f"{APPLY}check/").content.decode()
    for said in (
        "周禾生",
        "自动取得",
        "东市监处罚〔2026〕118号",
        "2026年9月21日",
        "甲东县府",
        "还可提交39天",
        "2026年11月20日",
        "10月19日",
    ):
        assert said in check, said
    sent = scene.client.post(f"{APPLY}check/")
    assert sent.status_code == 302, errors_of(sent)
    receipt = scene.client.get(sent["Location"]).content.decode()
    matter = Matter.objects.get()
    assert matter.intake_no in receipt and "2026年10月19日" in receipt
    assert matter.organ == scene.organ and matter.handling_unit == scene.office
    assert Party.objects.get(matter=matter, role="applicant").account == scene.account
    assert not Draft.objects.exists()


def test_sending_twice_files_once(scene: Scene) -> None:
    fill(scene)
    draft = Draft.objects.get()
    scene.client.post(f"{APPLY}check/")
    assert Matter.objects.count() == 1
    assert not Draft.objects.filter(pk=draft.pk).exists()
    again = scene.client.post(f"{APPLY}check/")
    assert again.status_code == 302
    assert Matter.objects.count() == 1


def test_a_wrong_date_is_said_beside_the_field_and_kept(scene: Scene) -> None:
    fill(scene, until="served")
    answer = scene.client.post(f"{APPLY}q/served/", {"served_on.y": "2026", "served_on.m": "11", "served_on.d": "21"})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert 'href="#f-served_on-y"' in text and 'id="f-served_on-y"' in text
    assert "请填今天（2026年10月12日）或更早的一天" in text
    assert 'value="11"' in text and 'value="21"' in text
    assert 'value="11"' in page(scene, "served")


def test_the_time_to_apply_is_told_as_soon_as_it_is_known(scene: Scene) -> None:
    fill(scene, until="claims")
    text = page(scene, "claims")
    assert "您在期限之内" in text and "还可提交39天" in text and "行政复议法 第20条" in text


def test_a_late_application_asks_for_the_reason(scene: Scene) -> None:
    fill(scene, until="served")
    scene.post(f"{APPLY}q/act/", act_type="处罚", made_on="2026-06-01")
    scene.post(f"{APPLY}q/served/", served_on="2026年6月3日")
    answer = scene.post(f"{APPLY}q/told/", told="yes")
    assert answer["Location"].endswith("/q/late/")
    assert "申请期限已经过了" in page(scene, "late")
    answer = scene.post(
        f"{APPLY}q/late/", obstacle_from="2026-06-20", obstacle_until="2026-09-30", late_reason="洪水中断道路"
    )
    assert answer.status_code == 302, errors_of(answer)
    assert "您在期限之内" in page(scene, "claims")


def test_an_act_that_was_not_done_asks_other_questions(scene: Scene) -> None:
    fill(scene, until="what")
    scene.post(f"{APPLY}q/what/", what="INACTION")
    tasks = scene.client.get(f"{APPLY}tasks/").content.decode()
    assert scene.client.get(f"{APPLY}q/served/").status_code == 302
    assert "request" in page(scene, "request") and tasks


def test_units_are_found_without_script(scene: Scene) -> None:
    fill(scene, until="respondent")
    text = scene.post(
        f"{APPLY}q/respondent/", **{"respondent_unit.q": "市场监管", "_find": "respondent_unit"}
    ).content.decode()
    assert scene.market.name in text
    assert f'value="{scene.market.pk}"' in text
    with_script = scene.client.get("/units/search", {"respondent_unit.q": "市场监管", "field": "respondent_unit"})
    assert scene.market.name in with_script.content.decode()


def test_uploads_are_kept_shown_and_taken_out_again(scene: Scene) -> None:
    fill(scene, until="evidence")
    good = SimpleUploadedFile("票据.txt", "进货票据".encode(), "text/plain")
    bad = SimpleUploadedFile("照片.jpg", b"MZ\x90\x00 program", "image/jpeg")
    answer = scene.client.post(f"{APPLY}q/evidence/", {"evidence_files": [good, bad], "evidence_list": "票据"})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "照片.jpg" in text and "票据.txt" in text
    kept = Attachment.objects.get(withdrawn_at__isnull=True)
    scene.post(f"{APPLY}q/evidence/", evidence_files=str(kept.pk), **{"evidence_files.drop": str(kept.pk)})
    assert not Attachment.objects.filter(withdrawn_at__isnull=True).exists()


def test_files_of_other_drafts_cannot_be_named(scene: Scene) -> None:
    from xiezhi.kernel.documents.models import StoredFile

    stored = StoredFile.objects.create(sha256="0" * 64, size=1, media_type="text/plain")
    foreign = Attachment.objects.create(
        file=stored, name="别人的.txt", submitted_role="applicant", submitted_on="2026-10-01"
    )
    fill(scene, until="evidence")
    scene.post(f"{APPLY}q/evidence/", evidence_files=str(foreign.pk))
    assert "别人的" not in page(scene, "evidence")


def codes(text: str) -> tuple[str, str]:
    number = re.search(r"CG-\w{4}-\w{4}", text)
    code = re.search(r"取回码\s*</dt><dd class=\"xz-num\">(\w{4}-\w{4})", text)
    assert number and code
    return number.group(0), code.group(1)


def test_a_draft_goes_on_on_another_device(db: None, freeze: Any) -> None:
    freeze("2026-10-12 10:42")
    phone, desk = Client(), Client()
    phone.post(APPLY, {"go": "on"})
    phone.post(f"{APPLY}q/who/", {"acting": "SELF"})
    number, code = codes(phone.get(f"{APPLY}tasks/").content.decode())
    assert desk.get(f"{APPLY}tasks/").status_code == 302
    wrong = desk.post("/my/resume/", {"number": number, "code": "0000-0000"})
    assert wrong.status_code == 422 and "没有找到这份草稿" in wrong.content.decode()
    right = desk.post("/my/resume/", {"number": number.lower(), "code": code})
    assert right.status_code == 302
    assert code not in right["Location"] and number not in right["Location"]
    assert 'value="SELF" checked' in desk.get(f"{APPLY}q/who/").content.decode()


def test_drafts_without_a_code_are_not_resumed(scene: Scene) -> None:
    from xiezhi.kernel.procedures.models import Draft
    from xiezhi.kernel.sealing import seal

    Draft.objects.create(
        code="CG-AAAA-BBBBCCCC",
        account=scene.account,
        procedure="XZFY",
        event="filed",
        sealed=seal({}, context="draft"),
    )
    answer = Client().post("/my/resume/", {"number": "CG-AAAA-BBBBCCCC", "code": ""})
    assert answer.status_code == 422


def test_guessing_codes_is_stopped(db: None) -> None:
    from django.core.cache import cache

    cache.clear()
    client = Client()
    statuses = [client.post("/my/resume/", {"number": "CG-0000-0000", "code": str(n)}).status_code for n in range(12)]
    assert statuses[:10] == [422] * 10 and statuses[-1] == 429


def test_a_draft_holds_nothing_readable(scene: Scene) -> None:
    fill(scene, until="what")
    sealed = bytes(Draft.objects.get().sealed)
    assert b"13812342046" not in sealed and "南街".encode() not in sealed


def test_autosave_keeps_what_is_not_finished(scene: Scene) -> None:
    fill(scene, until="facts")
    answer = scene.client.post(f"{APPLY}q/facts/", {"facts_and_reasons": "写到一半"}, headers={"X-Autosave": "1"})
    assert answer.json()["message"] == "10:42已自动保存"
    assert "写到一半" in page(scene, "facts")


def test_anonymous_people_fill_in_and_sign_in_to_send(scene: Scene) -> None:
    visitor = Client()
    scene.client, signed_in = visitor, scene.client
    visitor.post(APPLY, {"go": "on"})
    visitor.post(f"{APPLY}q/who/", {"acting": "SELF"})
    assert "证件号码" in visitor.get(f"{APPLY}q/applicant/").content.decode()
    assert visitor.post(f"{APPLY}check/").status_code == 302
    assert signed_in.get(f"{APPLY}tasks/").status_code == 302


@pytest.mark.parametrize("path", [f"{APPLY}q/who/", f"{APPLY}tasks/", f"{APPLY}check/"])
def test_pages_without_a_draft_lead_to_the_beginning(db: None, path: str) -> None:
    assert Client().get(path)["Location"] == APPLY


def test_uploads_of_a_deleted_draft_are_forgotten(scene: Scene) -> None:
    from datetime import date

    from xiezhi.kernel.documents import storage
    from xiezhi.kernel.documents.models import StoredFile
    from xiezhi.kernel.procedures.retention import sweep_uploads

    fill(scene, until="evidence")
    upload = SimpleUploadedFile("身份证.txt", "周禾生".encode(), "text/plain")
    scene.post(f"{APPLY}q/evidence/", evidence_files=upload)
    sha256 = StoredFile.objects.get().sha256
    assert sweep_uploads(date(2026, 10, 20)) == 0  # the draft still holds it
    scene.client.post(APPLY, {"go": "anew"})
    assert sweep_uploads(date(2026, 10, 12)) == 0 and sweep_uploads(date(2026, 10, 13)) == 1
    assert not Attachment.objects.exists() and not StoredFile.objects.exists()
    assert not storage.exists(storage.key_for(sha256))


def test_the_api_checks_files_a_limited_number_of_times(scene: Scene) -> None:
    def ask() -> int:
        return Client().post("/api/verify", {"file": SimpleUploadedFile("a.pdf", b"x", "application/pdf")}).status_code

    assert [ask() for _ in range(31)][-2:] == [422, 429]
