"""The pages: asking, the answer with and without a library, cards, votes, and what must not be kept anywhere."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client

from tests.legal_services.answers import world
from xiezhi.legal_services.answers import cards, compose, keep, matching
from xiezhi.legal_services.answers.compose import Found
from xiezhi.legal_services.answers.models import Vote

pytestmark = pytest.mark.django_db
NOW = "2026-11-23 10:00"
SECRET = "白鹭十七号张秀英欠我钱"


@pytest.fixture(autouse=True)
def morning(freeze: Callable[[str], None]) -> None:
    freeze(NOW)
    cache.clear()


@pytest.fixture
def client() -> Client:
    return Client()


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """What the retrieval gives."""

    def give(*articles: Found) -> None:
        monkeypatch.setattr(compose, "retrieve", lambda text, on: list(articles))

    give()
    return give


def text(answer: Any) -> str:
    return str(answer.content.decode())


def asked(client: Client, question: str, **more: str) -> str:
    sent = client.post("/ask/", {"q": question, **more})
    assert sent.status_code == 302 and sent["Location"] == "/ask/answer/"
    page = client.get("/ask/answer/")
    assert page.status_code == 200
    assert "no-store" in page["Cache-Control"]
    return text(page)


def test_the_first_page_asks_and_shows_life_scenes(client: Client) -> None:
    page = text(client.get("/ask/"))
    assert 'name="q"' in page and "<script>" not in page and "style=" not in page
    for scene in cards.library().scenes:
        assert f"/ask/scenes/{scene.key}/" in page


def test_nothing_asked_leads_back(client: Client) -> None:
    assert client.get("/ask/answer/")["Location"] == "/ask/"
    assert "请先写一写" in text(client.post("/ask/", {"q": "  "}))


def test_a_card_answers_when_it_fits_well(client: Client, found: Any) -> None:
    card = cards.library().cards[0]
    page = asked(client, card.q)
    assert card.answer[0].say in page and "接下来怎么做" in page
    assert "最接近的问题" in page and "由机器找到的问答卡" in page
    assert "没有装" in page or "还没有装上条文" in page
    assert re.search(r'id="a1"', page)


def test_articles_answer_where_no_card_does(client: Client, found: Any) -> None:
    world.install()
    found(Found("民法典", 675, 0, 0.8), Found("民法典", 667, 0, 0.4))
    page = asked(client, "白鹭到期不归还给乙，可以随时请甲归还吗")
    assert "法律这样规定" in page
    assert "<mark>甲到期不把白鹭还给乙的，乙可以随时请甲归还。</mark>" in page
    assert "乙应当给甲合理的日子准备。" in page
    assert "2020年5月28日公布" in page and "2021年1月1日起施行" in page
    assert "/law/%E6%B0%91" in page or "/law/民法典/2020/" in page


def test_repealed_law_is_never_shown_as_live(client: Client, found: Any) -> None:
    from datetime import date

    world.install("白鹭法", {(3, 0): "白鹭应当每天洗澡。"}, since=date(2001, 1, 1), ended=date(2021, 1, 1))
    found(Found("白鹭法", 3, 0, 0.9))
    page = asked(client, "白鹭应当每天洗澡吗，白鹭法怎么说")
    assert "白鹭应当每天洗澡。" not in page
    assert "没有找到能回答的法条" in page
    found(Found("白鹭法", 3, 0, 1.0, asked=True))
    page = text(client.get("/ask/answer/"))
    assert "白鹭应当每天洗澡。" not in page and "废止" in page and "不能作为依据" in page
    client.post("/ask/answer/", {"on": "2010-03-05"})
    page = text(client.get("/ask/answer/"))
    assert "白鹭应当每天洗澡。" in page and "按2010年3月5日的法律" in page


def test_a_card_needs_the_articles_found_to_agree(client: Client, found: Any) -> None:
    """Near is not the same: where the act is installed and another article is found first, the law speaks and the card
    stands below; an act that is not installed cannot speak against a card."""
    card = cards.library().by_id["housing-deposit"]
    other = next(iter({act for act, _, _ in matching.index().stands_on[card.id]}))
    best = matching.Match(card, 0.5, (matching.STRONG + matching.ALONE) / 2)
    assert not compose._fits(best, [])
    assert compose._fits(matching.Match(card, 0.6, matching.ALONE), [Found("白鹭法", 1, 0, 0.9)])
    place = next(place for place in matching.index().stands_on[card.id] if place[0] == other)
    world.install(other, {(1, 0): "白鹭。"})
    assert not compose._fits(matching.Match(card, 0.6, matching.ALONE), [Found("白鹭法", 1, 0, 0.9)])
    assert compose._fits(best, [Found("白鹭法", 1, 0, 0.9), Found(*place, 0.4)])
    assert compose._fits(matching.Match(card, 0.7, matching.SAME), [Found("白鹭法", 1, 0, 0.9)])


def test_a_citation_alone_gets_that_article_alone() -> None:
    from datetime import date

    world.install()
    found = compose.retrieve("民法典第六百七十五条", date(2026, 11, 23))
    assert [(f.act, f.article, f.asked) for f in found] == [("民法典", 675, True)]


def test_law_of_other_provinces_is_left_out() -> None:
    from datetime import date

    from xiezhi.kernel.law.models import Act
    from xiezhi.kernel.units.models import Division

    for name, region in (("甲省白鹭条例", "甲"), ("乙省白鹭条例", "乙"), ("白鹭法", "")):
        Act.objects.create(name=name, full=name, kind="地方性法规", region=region, sort_key=name)
    Division.objects.create(code="990000", name="甲省", level="PROV", valid_from=date(2020, 1, 1))
    assert compose._elsewhere({"甲省白鹭条例", "乙省白鹭条例", "白鹭法"}) == {"乙省白鹭条例"}


def test_nothing_found_says_what_to_do(client: Client, found: Any) -> None:
    page = asked(client, "嗡嘛呢叭咪吽")
    assert "没有找到能回答的法条" in page and "12348" in page


@pytest.mark.parametrize(
    ("question", "number"),
    [("老公打我", "110"), ("我不想活了", "12356"), ("孩子在学校被同学打了", "12355"), ("我被强奸了", "12338")],
)
def test_danger_stands_before_everything(client: Client, found: Any, question: str, number: str) -> None:
    page = asked(client, question)
    block = page.index("an-danger")
    assert block < page.index("您问的是") < page.index('id="refine"')
    assert page.index(f"tel:{number}") < page.index("您问的是")
    assert "删掉问题，离开这一页" in page


def test_no_danger_no_alarm(client: Client, found: Any) -> None:
    assert "an-danger" not in asked(client, "累死了，加班费一分没有")


def test_the_question_is_kept_sealed_for_an_hour_and_nowhere_else(
    client: Client, found: Any, freeze: Callable[[str], None], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        page = asked(client, SECRET)
    assert SECRET in page
    assert SECRET not in caplog.text
    held = Session.objects.get(pk=client.cookies["sessionid"].value).get_decoded()
    assert SECRET not in str(held)
    assert SECRET not in str(Vote.objects.values())
    freeze("2026-11-23 11:01")
    assert client.get("/ask/answer/")["Location"] == "/ask/"


def test_it_is_deleted_at_once_when_asked(client: Client, found: Any) -> None:
    asked(client, SECRET)
    assert client.post("/ask/forget/", {"leave": "1"})["Location"] == "/"
    assert client.get("/ask/answer/")["Location"] == "/ask/"


def test_what_was_typed_is_escaped(client: Client, found: Any) -> None:
    page = asked(client, '<script>alert(1)</script><img src=x onerror="1">')
    assert "<script>alert" not in page and "<img src=x" not in page


def test_refining_keeps_the_question(client: Client, found: Any) -> None:
    asked(client, "押金不退")
    scene = cards.library().scenes[0].key
    client.post("/ask/answer/", {"facts": "住了一年", "scene": scene, "place": "000000", "on": "昨天"})
    page = text(client.get("/ask/answer/"))
    assert "住了一年" in page and "押金不退" in page and f'value="{scene}" selected' in page
    assert "没有看懂日期" in page


def test_votes_keep_the_card_and_the_articles_only(client: Client, found: Any) -> None:
    card = cards.library().cards[0]
    asked(client, card.q)
    done = client.post("/ask/vote/", {"choice": "wrong", "comment": "我叫张秀英，电话13800138000，第二条不对"})
    assert done.status_code == 302
    vote = Vote.objects.get()
    assert (vote.choice, vote.kind, vote.card) == ("wrong", "card", card.id)
    assert vote.places and "张秀英" not in vote.comment and "13800138000" not in vote.comment
    assert "第二条不对" in vote.comment
    assert client.post("/ask/vote/", {"choice": "buy"}).status_code == 302
    assert Vote.objects.count() == 1


def test_votes_are_limited(client: Client, found: Any) -> None:
    card = cards.library().cards[0]
    for _ in range(20):
        client.post("/ask/vote/", {"choice": "useful", "card": card.id})
    assert client.post("/ask/vote/", {"choice": "useful", "card": card.id}).status_code == 429
    assert Vote.objects.count() == 20


def test_every_scene_and_card_opens(client: Client) -> None:
    world.install()
    for scene in cards.library().scenes:
        page = text(client.get(f"/ask/scenes/{scene.key}/"))
        assert all(f"/ask/cards/{card.id}/" in page for card in cards.library().of(scene.key))
    for card in cards.library().cards[::12]:
        opened = client.get(f"/ask/cards/{card.id}/")
        assert opened.status_code == 200 and "{{" not in text(opened) and "别人还问" in text(opened)
    assert client.get("/ask/cards/nothing/").status_code == 404
    assert client.get("/ask/scenes/nothing/").status_code == 404
    assert "12338" in text(client.get("/ask/help/"))


def test_a_card_whose_law_is_gone_does_not_say_it(client: Client, found: Any) -> None:
    """Sentences that stand on an act the library knows as repealed are left out, and the page says so."""
    from datetime import date

    card = next(c for c in cards.library().cards if c.answer[0].by.startswith("劳动合同法"))
    world.install("劳动合同法", {(1, 0): "无。"}, since=date(2013, 7, 1), ended=date(2026, 1, 1))
    page = text(client.get(f"/ask/cards/{card.id}/"))
    assert card.answer[0].say not in page and "依据的法条已经变动" in page


def test_it_says_how_it_works_in_english_too(client: Client, found: Any) -> None:
    client.get("/?lang=en")
    page = text(client.get("/ask/"))
    assert 'lang="en"' in page


def test_a_source_that_fails_leaves_the_rest(client: Client, found: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from xiezhi.ui import answering

    def broken(question: Any) -> Any:
        raise RuntimeError(question.text)

    monkeypatch.setitem(answering._SOURCES, "broken", broken)
    assert "110" in asked(client, "老公打我")


def test_matching_is_quick_and_knows_its_own_wordings() -> None:
    index = matching.index()
    wrong = [card.q for card in cards.library().cards if index.find(card.q)[0].card.id != card.id]
    assert not wrong
    weak = [card.q for card in cards.library().cards if index.find(card.q)[0].words < matching.SAME]
    assert not weak


def test_the_session_forgets_what_it_cannot_read(rf: Any) -> None:
    request = rf.get("/")
    request.session = {keep.SESSION: "AAAA"}
    assert keep.load(request) is None
    assert keep.SESSION not in request.session


def test_the_question_goes_along_only_by_choice(client: Client, found: Any) -> None:
    from xiezhi.kernel.procedures.models import Draft
    from xiezhi.kernel.sealing import unseal

    asked(client, SECRET)
    page = text(client.get("/ask/people/"))
    assert SECRET in page and not Draft.objects.exists()
    client.post("/ask/people/")
    draft = Draft.objects.get()
    content = unseal(draft.sealed, context="draft")
    assert SECRET in str(content["answers"]["facts"]) and content["done"] == []


def test_votes_are_counted_by_card(client: Client, found: Any) -> None:
    from datetime import date

    from xiezhi.legal_services.answers import selectors, services

    assert client.get("/desk/answers/votes/").status_code in (302, 403)
    card = cards.library().cards[0]
    for choice in ("useful", "useful", "wrong"):
        services.cast(services.Ballot.of_card(card), choice, "第二条不对" if choice == "wrong" else "")
    services.cast(services.Ballot(), "unsolved")
    rows = selectors.votes(date(2026, 11, 1), date(2026, 12, 1))
    assert [(r.card, r.useful, r.unsolved, r.wrong) for r in rows] == [(card.id, 2, 0, 1), ("", 0, 1, 0)]
    assert selectors.totals(rows).total == 4 and rows[0].share == 67
    assert [v.comment for v in selectors.comments(date(2026, 11, 1), date(2026, 12, 1))] == ["第二条不对"]
    assert selectors.votes(date(2025, 1, 1), date(2025, 2, 1)) == []


def test_leaders_see_them_and_people_of_a_county_are_offered(client: Client, found: Any) -> None:
    from datetime import date

    from tests import factories
    from xiezhi.kernel.units.models import Division, Unit
    from xiezhi.legal_services.answers import services

    made = factories.build(tokens=False)
    card = cards.library().cards[0]
    services.cast(services.Ballot.of_card(card), "wrong", "第二条不对")
    leader = Client()
    leader.force_login(made.accounts["office_head"])
    page = leader.get("/desk/answers/votes/?days=30")
    assert page.status_code == 200 and card.q in text(page) and "第二条不对" in text(page)
    officer = Client()
    officer.force_login(made.accounts["case_officer"])
    assert officer.get("/desk/answers/votes/").status_code == 403

    county = Division.objects.create(code="990199", name="鹭洲县", level="COUNTY", valid_from=date(2020, 1, 1))
    Unit.objects.filter(pk=made.units["office"].pk).update(division=county)
    asked(client, "押金不退怎么办")
    assert made.units["office"].name not in text(client.get("/ask/answer/"))
    client.post("/ask/answer/", {"place": "990199"})
    page_text = text(client.get("/ask/answer/"))
    assert made.units["office"].name in page_text and 'value="990199" selected' in page_text
