"""The pages: one question each, answers in the session alone, an outcome with its articles; what is offered and cited."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from xiezhi.kernel.law import citing
from xiezhi.legal_services.interviews import loading, offers
from xiezhi.ui import answering, plug

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)
PATH = {"stage": "none", "payer": "company", "pension": "no", "iou": "no", "fled": "no", "still": "yes"}
REST = [{"value": "yes"}, {"unknown": "1"}, {"value": "yes"}, {"value": "2"}]


def post(client: Client, fact: str, data: dict[str, str]) -> str:
    answer = client.post(f"/interviews/wages/q/{fact}/", data)
    assert answer.status_code == 302, (fact, answer.status_code)
    return str(answer["Location"])


def finished(client: Client) -> None:
    where = "/interviews/wages/q/stage/"
    for fact, value in PATH.items():
        assert where.endswith(f"/q/{fact}/")
        where = post(client, fact, {"value": value})
    for data in REST:
        where = post(client, where.split("/")[4], data)
    assert where == "/interviews/wages/check/"


def test_every_interview_starts_and_asks(client: Client) -> None:
    listed = client.get("/interviews/").content.decode()
    for key, guide in loading.all_guides().items():
        assert guide.title in listed
        assert client.get(f"/interviews/{key}/").status_code == 200
        first = next(iter(guide.facts.values()))
        page = client.get(f"/interviews/{key}/q/{first.key}/").content.decode()
        assert first.ask in page and first.why in page


def test_from_the_first_question_to_the_outcome(client: Client) -> None:
    finished(client)
    check = client.get("/interviews/wages/check/").content.decode()
    assert "还在干" in check and "算不清" in check
    page = client.get("/interviews/wages/outcome/").content.decode()
    assert "没有时效的限制" in page and "第二十七条第四款" in page
    assert "/wages/" in page and "12348" in page and "不核查经济情况" in page
    assert "尚未导入" not in page and "还没有全文" in page
    kept = client.session["interviews"]["wages"]
    assert kept["still"] is True and kept["owed"] == "unknown"


def test_wrong_answers_are_said_and_nothing_is_kept(client: Client) -> None:
    for data in ({}, {"value": "everybody"}, {"value": "unknown"}):
        answer = client.post("/interviews/wages/q/stage/", data)
        assert answer.status_code == 422 and "请选一个" in answer.content.decode()
    assert "interviews" not in client.session or not client.session["interviews"]


@pytest.mark.parametrize(
    ("fact", "data", "said"),
    [
        ("left_on", {"y": "2026", "m": "2", "d": "30"}, "真实存在"),
        ("left_on", {"y": "2027", "m": "1", "d": "1"}, "还没有到"),
        ("left_on", {"y": "1800", "m": "1", "d": "1"}, "检查年份"),
        ("left_on", {"y": "2026"}, "年、月、日"),
    ],
)
def test_dates_are_looked_at(client: Client, fact: str, data: dict[str, str], said: str) -> None:
    for key, value in {**PATH, "still": "no"}.items():
        post(client, key, {"value": value})
    answer = client.post(f"/interviews/wages/q/{fact}/", data)
    assert answer.status_code == 422 and said in answer.content.decode()


def test_a_question_that_is_not_asked_leads_on(client: Client) -> None:
    assert client.get("/interviews/wages/q/rural/")["Location"] == "/interviews/wages/q/stage/"
    assert client.get("/interviews/wages/outcome/")["Location"] == "/interviews/wages/q/stage/"
    assert client.get("/interviews/wages/q/nothing/").status_code == 404
    assert client.get("/interviews/nothing/").status_code == 404


def test_answers_are_forgotten_when_asked(client: Client) -> None:
    finished(client)
    assert client.get("/interviews/wages/clear/").status_code == 405
    client.post("/interviews/wages/clear/")
    assert client.session["interviews"] == {}


def test_pages_with_answers_are_not_stored(client: Client) -> None:
    finished(client)
    for name in ("check", "outcome", "q/still"):
        assert "no-store" in client.get(f"/interviews/wages/{name}/")["Cache-Control"]


def test_the_frame_is_said_in_english(client: Client) -> None:
    client.cookies["django_language"] = "en"
    page = client.get("/interviews/wages/").content.decode()
    assert "Unpaid wages" in page and "Each question says why it is asked" in page


def test_questions_in_plain_words_are_offered_interviews() -> None:
    def best(text: str, *found: tuple[str, int, int, float]) -> str:
        offered = answering.offers(answering.Question(text, TODAY, found))[answering.INTERVIEW]
        assert all(0 < o.score <= 1 for o in offered) and offered[0].articles
        return offered[0].key

    assert best("老板拖欠工资三个月不给") == "wages"
    assert best("怀孕被公司辞退有赔偿吗") == "termination"
    assert best("上班路上被车撞了算工伤吗") == "work_injury"
    assert best("离婚孩子抚养权归谁") == "divorce"
    assert best("楼上漏水把我家泡了") == "neighbors"
    assert best("父亲走了房子怎么分", ("民法典", 1127, 0, 0.9), ("民法典", 1130, 0, 0.8)) == "inheritance"
    assert answering.INTERVIEW not in answering.offers(answering.Question("天气怎么样", TODAY))


def test_every_sentence_is_on_the_list_an_amendment_is_held_against() -> None:
    mine = [c for c in citing.everything() if c.kind == "自助问答"]
    assert len(mine) > 1000 and len({c.key for c in mine}) == len(mine)
    assert {c.owner for c in mine} == {offers.OWNER}
    assert reverse(plug.ENTRIES["interviews"].url) == "/interviews/"
