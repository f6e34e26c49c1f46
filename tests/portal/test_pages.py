"""Public pages answer, in plain words, with the right status for everybody."""

from __future__ import annotations

import pytest
from django.test import Client

PUBLIC = (
    "/", "/services/", "/services/?q=罚款没有道理怎么写", "/services/?q=zzzz", "/guide/XZFY/", "/news/", "/accessibility/", "/privacy/", "/about/",
    "/procedures/", "/procedures/XZFY/", "/apply/XZFY/", "/my/resume/", "/my/signup/", "/verify/", "/account/login/",
)  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("path", PUBLIC)
def test_public_pages_open_without_an_account(path: str) -> None:
    answer = Client().get(path, follow=True)
    assert answer.status_code == 200, answer.content[:500]
    text = answer.content.decode()
    assert "<h1" in text and "style=" not in text and "onclick" not in text
    assert "{%" not in text and "{{" not in text


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path", ["/my/", "/my/account/", "/my/notices/", "/my/readings/", "/my/00000000-0000-4000-8000-000000000000/"]
)
def test_own_pages_ask_to_sign_in(path: str) -> None:
    answer = Client().get(path)
    assert answer.status_code == 302
    assert "/account/login/" in answer["Location"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path", ["/guide/NONE/", "/apply/NONE/", "/procedures/NONE/", "/nothing/", "/verify/8F3K-2Q7M-XW0B-9TCD/"]
)
def test_what_is_not_there_is_told_in_plain_words(path: str) -> None:
    answer = Client().get(path)
    assert answer.status_code == 404
    assert "没有" in answer.content.decode()
    assert "Traceback" not in answer.content.decode()


@pytest.mark.django_db
def test_english_is_a_link_away() -> None:
    client = Client()
    client.get("/?lang=en")
    assert 'lang="en"' in client.get("/").content.decode()
