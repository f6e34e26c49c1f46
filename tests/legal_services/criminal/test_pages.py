"""The pages from the story to the outcome, with and without a library, and what must not be kept anywhere."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client

from xiezhi.legal_services.criminal import keep, loading, views

pytestmark = pytest.mark.django_db
SECRET = "白鹭十七号门口"
STORY = f"在{SECRET}，甲趁店里没人，偷偷拿走柜台上的手机，值四千多块"


@pytest.fixture(autouse=True)
def morning(freeze: Callable[[str], None]) -> None:
    freeze("2026-11-23 10:00")
    cache.clear()


@pytest.fixture
def client() -> Client:
    return Client()


def text(answer: Any) -> str:
    return str(answer.content.decode())


def told(client: Client, role: str = "suspect", story: str = STORY) -> str:
    sent = client.post("/criminal/", {"role": role, "story": story})
    assert sent.status_code == 302 and sent["Location"] == "/criminal/candidates/"
    page = client.get("/criminal/candidates/")
    assert page.status_code == 200 and "no-store" in page["Cache-Control"]
    return text(page)


def walked(client: Client, answers: dict[str, str], otherwise: str = "unsure") -> int:
    """Answer every question until the stage is asked; returns how many there were."""
    for count in range(80):
        page = client.get("/criminal/questions/")
        if page.status_code == 302:
            assert page["Location"] in ("/criminal/stage/", "/criminal/result/")
            return count
        fact = re.search(r'name="fact" value="([^"]+)"', text(page))
        assert fact is not None
        client.post("/criminal/questions/", {"fact": fact[1], "value": answers.get(fact[1], otherwise)})
    raise AssertionError("the questions do not end")


def test_from_a_story_to_the_outcome(client: Client) -> None:
    page = told(client)
    assert "盗窃罪" in page and "也可能不是犯罪" in page and "不预测刑期" in page
    assert client.post("/criminal/candidates/", {"key": ["theft", "robbery"]})["Location"] == "/criminal/questions/"
    answers = {"theft.others": "yes", "theft.secret": "yes", "keep_it": "yes", "theft.amount": "yes", "age16": "yes",
               "robbery.force": "no"}  # fmt: skip
    assert walked(client, answers) > 6
    sent = client.post("/criminal/stage/", {"stage": "detained", "y": "2026", "m": "11", "d": "20"})
    assert sent["Location"] == "/criminal/result/"
    page = text(client.get("/criminal/result/"))
    assert "列出的要件都对得上" in page and "为什么不像" in page and "2026年11月23日" in page
    assert "法规库里还没有全文" in page and "申请法律援助" in page and "不因节假日延长" in page


@pytest.mark.parametrize("role", ["suspect", "family", "victim", "witness", "owner"])
def test_every_stage_for_everybody(client: Client, role: str) -> None:
    told(client, role)
    for stage in loading.whole().stages:
        assert client.post("/criminal/stage/", {"stage": stage, "minor": "1"}).status_code == 302
        page = client.get("/criminal/result/")
        assert page.status_code == 200
        assert "接下来怎么做" in text(page)


def test_no_story_lets_one_choose(client: Client) -> None:
    page = told(client, story="")
    for offense in loading.whole().offenses.values():
        assert f'value="{offense.key}"' in page


def test_nothing_told_leads_back(client: Client) -> None:
    for path in ("candidates", "questions", "stage", "result"):
        assert client.get(f"/criminal/{path}/")["Location"] == "/criminal/"
    assert client.post("/criminal/", {"story": "x"}).status_code == 422
    told(client)
    assert client.post("/criminal/candidates/", {}).status_code == 422
    assert client.post("/criminal/stage/", {"stage": "nonsense"}).status_code == 422
    assert client.post("/criminal/stage/", {"stage": "filed", "y": "2026", "m": "13", "d": "1"}).status_code == 422
    assert client.post("/criminal/stage/", {"stage": "filed", "y": "2027", "m": "1", "d": "1"}).status_code == 422


def test_what_was_told_is_kept_nowhere_else(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    told(client)
    client.post("/criminal/candidates/", {"key": "theft"})
    assert SECRET not in caplog.text
    for session in Session.objects.all():
        assert SECRET not in session.session_data and SECRET not in str(session.get_decoded())
    client.post("/criminal/clear/")
    assert keep.SESSION not in client.session


def test_an_hour_later_it_is_gone(client: Client, freeze: Callable[[str], None]) -> None:
    told(client)
    freeze("2026-11-23 11:01")
    assert client.get("/criminal/result/")["Location"] == "/criminal/"


def test_danger_comes_first(client: Client) -> None:
    page = told(client, "victim", "他们把我关在宾馆里不让走，现在还被关着，威胁要打我")
    assert page.index('href="tel:110"') < page.index("可能是哪一种</h1>")


def test_too_many_tries_are_refused(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "exceeded", lambda *args: True)
    assert client.post("/criminal/", {"role": "victim", "story": "x"}).status_code == 429


def test_every_offense_has_a_page(client: Client) -> None:
    page = text(client.get("/criminal/offenses/"))
    for key, offense in loading.whole().offenses.items():
        assert offense.name in page
        one = client.get(f"/criminal/offenses/{key}/")
        assert one.status_code == 200 and offense.name in text(one)
        assert "style=" not in text(one) and "<script>" not in text(one)
    assert client.get("/criminal/offenses/nothing/").status_code == 404


def test_retrieval_that_fails_is_left_out(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from xiezhi.kernel.law.retrieval import service

    def broken(*args: object) -> list[object]:
        raise RuntimeError(SECRET)

    monkeypatch.setattr(service, "ask", broken)
    assert "盗窃罪" in told(client)
