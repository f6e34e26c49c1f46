"""Choosing English, keeping the choice, and the English summary of a Chinese document."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.desk.conftest import Desk, desk
from tests.portal.conftest import Scene, scene
from xiezhi.kernel.documents.models import Document
from xiezhi.ui.language import summary
from xiezhi.ui.language.page import chinese_left

__all__ = ["desk", "scene"]


@pytest.mark.django_db
def test_the_account_remembers_the_language(scene: Scene) -> None:
    scene.client.get("/my/?lang=en")
    scene.account.refresh_from_db()
    assert scene.account.language == "en"
    elsewhere = Client()
    elsewhere.force_login(scene.account)
    assert '<html lang="en"' in elsewhere.get("/my/").content.decode()
    elsewhere.get("/my/?lang=zh")
    assert '<html lang="zh-CN"' in elsewhere.get("/my/").content.decode()


@pytest.mark.django_db
def test_a_stranger_has_the_choice_in_a_cookie() -> None:
    client = Client()
    client.get("/?lang=en")
    page = client.get("/").content.decode()
    assert '<html lang="en"' in page and not chinese_left(page)
    assert '<html lang="zh-CN"' in Client().get("/").content.decode()


def citizen_pages(desk: Desk, what: str) -> tuple[Any, Document]:
    matter = desk.matter
    document = Document.objects.filter(matter=matter, state=Document.ISSUED, title__contains=what).latest("pk")
    return desk["citizen"].get(f"/my/{matter.public_id}/documents/{document.pk}/summary/"), document


@pytest.mark.django_db
def test_the_summary_of_a_document(desk: Desk) -> None:
    answer, document = citizen_pages(desk, "受理")
    page = answer.content.decode()
    assert answer.status_code == 200 and '<html lang="en"' in page
    assert not chinese_left(page), chinese_left(page)
    assert summary.NOTE in page and document.verify_code in page and document.number in page
    assert "Notice of acceptance" in page and "What you can do next" in page


@pytest.mark.django_db
def test_the_summary_is_offered_to_who_reads_english(desk: Desk) -> None:
    _answer, document = citizen_pages(desk, "受理")
    address = f"/my/{document.matter.public_id}/"  # type: ignore[union-attr]
    assert "English summary" not in desk["citizen"].get(address).content.decode()
    desk["citizen"].cookies["django_language"] = "en"
    assert "English summary" in desk["citizen"].get(address).content.decode()


@pytest.mark.django_db
def test_the_summary_on_paper_and_for_programs(desk: Desk) -> None:
    _answer, document = citizen_pages(desk, "受理")
    public_id = document.matter.public_id  # type: ignore[union-attr]
    paper = desk["citizen"].get(f"/my/{public_id}/documents/{document.pk}/summary.pdf")
    assert paper.status_code == 200 and paper.content.startswith(b"%PDF")
    found = desk["citizen"].get(f"/api/matters/{public_id}/documents/{document.pk}/summary")
    assert found.status_code == 200, found.content
    told = found.json()
    assert told["note"] == summary.NOTE and told["title"].startswith("Notice of acceptance")
    assert told["number"] == document.number and told["chinese"] == document.title


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["court", "nobody"])
def test_the_summary_is_for_those_the_document_is_for(desk: Desk, who: str) -> None:
    _answer, document = citizen_pages(desk, "受理")
    address = f"/my/{document.matter.public_id}/documents/{document.pk}/summary/"  # type: ignore[union-attr]
    assert desk[who].get(address).status_code in (302, 403, 404)
