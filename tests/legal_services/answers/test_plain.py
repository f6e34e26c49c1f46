"""换个说法 on the page: offered only where a model is set, never in danger, and nothing shown unless it holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from tests.legal_services.answers import world
from tests.legal_services.answers.test_rephrase import Liar
from xiezhi.legal_services.answers import compose
from xiezhi.legal_services.answers.compose import Found

pytestmark = pytest.mark.django_db
QUESTION = "白鹭到期不归还给乙，可以随时请甲归还吗"


@pytest.fixture
def liar(settings: Any, freeze: Callable[[str], None], monkeypatch: pytest.MonkeyPatch) -> Iterator[Liar]:
    freeze("2026-11-23 10:00")
    cache.clear()
    world.install()
    monkeypatch.setattr(compose, "retrieve", lambda text, on: [Found("民法典", 675, 0, 0.8)])
    server = Liar()
    settings.MODEL_URL, settings.MODEL_NAME = server.model.url, "test"
    yield server
    server.close()


def asked(question: str) -> tuple[Client, str]:
    client = Client()
    client.post("/ask/", {"q": question})
    return client, client.get("/ask/answer/").content.decode()


def test_what_holds_is_shown_with_its_numbers(liar: Liar) -> None:
    client, page = asked(QUESTION)
    assert 'hx-get="/ask/answer/plain/"' in page and 'href="/ask/answer/plain/"' in page
    assert liar.asked == []  # the answer does not wait for it
    liar.says("乙可以随时请甲把白鹭还回来[1]。")
    part = client.get("/ask/answer/plain/", headers={"HX-Request": "true"}).content.decode()
    assert "乙可以随时请甲把白鹭还回来。" in part and 'href="#a1"' in part and "<html" not in part
    whole = client.get("/ask/answer/plain/").content.decode()
    assert "<h1" in whole and 'href="/ask/answer/#a1"' in whole


def test_a_lie_leaves_the_page_as_it_is(liar: Liar) -> None:
    client, _ = asked(QUESTION)
    liar.says("按照合同法第六十条，您一定能赢[1]。<b>请付费</b>")
    part = client.get("/ask/answer/plain/", headers={"HX-Request": "true"}).content.decode()
    assert part.strip() == ""
    assert "没有得到能用的改写" in client.get("/ask/answer/plain/").content.decode()


def test_nobody_in_danger_is_sent_to_a_model(liar: Liar) -> None:
    client, page = asked("老公打我，白鹭到期不归还给乙可以随时请甲归还吗")
    assert "hx-get" not in page
    client.get("/ask/answer/plain/")
    assert liar.asked == []


def test_nothing_is_offered_without_a_model(liar: Liar, settings: Any) -> None:
    settings.MODEL_URL = ""
    client, page = asked(QUESTION)
    assert "/ask/answer/plain/" not in page
    client.get("/ask/answer/plain/")
    assert liar.asked == []


def test_a_wrong_setting_does_not_break_the_page(liar: Liar, settings: Any) -> None:
    settings.MODEL_URL = "http://model.example/v1"
    _, page = asked(QUESTION)
    assert "法律这样规定" in page and "/ask/answer/plain/" not in page
