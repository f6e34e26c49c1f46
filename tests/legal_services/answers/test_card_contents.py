"""The cards as they ship: complete, short, in our own words, and standing on law in force."""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from xiezhi.kernel import law
from xiezhi.legal_services.answers.cards import Card, Library, library
from xiezhi.ui.icons import icon

CHECKED = date(2026, 11, 23)
STATUTES = Path(__file__).resolve().parents[4] / "shared" / "data" / "statutes" / "statutes.jsonl.gz"
DOORS = frozenset(
    """
    FLYZ QXWQ XZFY unpaid-wages work-injury termination divorce inheritance traffic loans rent consumer neighbors criminal
    """.split()  # noqa: SIM905 - a list of keys reads best as lines
)
LONGEST_SENTENCE = 70  # characters
LONGEST_RUN = 15  # characters alike with a statute that would be a copy, punctuation apart
BLOCK = 8  # a run of 15 holds a whole block of 8 wherever blocks begin
# Words that promise an outcome or foretell a sentence; whether a sentence does is for the reader, these never may stand.
PROMISES = ("一定能", "肯定能", "保证你", "必胜", "包赢", "百分之百", "会判你", "大概判", "估计判")


@pytest.fixture(scope="module")
def shipped() -> Library:
    return library()


def _sentences(card: Card) -> Iterator[str]:
    yield from (part.say for part in card.answer)
    for step in card.steps:
        yield from (step.do, step.how)


def test_every_file_is_read_without_error(shipped: Library) -> None:
    assert [str(error) for error in shipped.errors] == []


def test_fifteen_scenes_and_at_least_160_cards(shipped: Library) -> None:
    counted = Counter(card.scene.key for card in shipped.cards)
    assert len(shipped.scenes) == 15
    assert sorted(scene.order for scene in shipped.scenes) == list(range(1, 16))
    assert len(shipped.cards) >= 160
    assert min(counted.values()) >= 10, counted
    for scene in shipped.scenes:
        assert scene.summary
        assert icon(scene.icon)


def test_ids_and_questions_are_unique(shipped: Library) -> None:
    ids = Counter(card.id for card in shipped.cards)
    asked = Counter(text for card in shipped.cards for text in (card.q, *card.also))
    assert [key for key, times in ids.items() if times > 1] == []
    assert [text for text, times in asked.items() if times > 1] == []
    for card in shipped.cards:
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", card.id), card.id
        assert card.id.startswith(card.scene.key + "-"), card.id


def test_every_citation_stands_on_an_article_in_force(shipped: Library) -> None:
    wrong = []
    for card in shipped.cards:
        for citation in card.citations:
            try:
                places = law.resolve(citation, CHECKED)
            except law.CitationError as error:
                wrong.append(f"{card.id}: {citation}: {error}")
                continue
            wrong += [f"{card.id}: {place} names no article" for place in places if not place.article]
    assert wrong == []


def test_form_of_every_card(shipped: Library) -> None:
    wrong = []
    for card in shipped.cards:
        where = card.id
        wrong += [f"{where}: {n} sentences" for n in (len(card.answer),) if not 2 <= n <= 5]
        wrong += [f"{where}: {n} steps" for n in (len(card.steps),) if not 2 <= n <= 4]
        wrong += [f"{where}: {n} other wordings" for n in (len(card.also),) if not 2 <= n <= 4]
        wrong += [f"{where}: too long: {part.say}" for part in card.answer if len(part.say) > LONGEST_SENTENCE]
        wrong += [f"{where}: no citation: {part.say}" for part in card.answer if not part.by]
        wrong += [f"{where}: door {door}" for door in card.doors if door not in DOORS]
        wrong += [f"{where}: {word}" for word in PROMISES if any(word in text for text in _sentences(card))]
        if not card.words:
            wrong.append(f"{where}: no search words")
        if card.checked < CHECKED:
            wrong.append(f"{where}: checked before {CHECKED}")
    assert wrong == []


def test_every_door_is_used(shipped: Library) -> None:
    assert {door for card in shipped.cards for door in card.doors} == DOORS


def test_danger_leads_to_help(shipped: Library) -> None:
    """A card about violence or an abused child names the number to call before anything else is done."""
    for key in (
        "marriage-violence",
        "children-sexual-abuse",
        "elderly-abuse",
        "crime-sexual-assault",
        "children-bullying",
    ):
        card = shipped.by_id[key]
        assert any("110" in part for part in _sentences(card)), key
        assert "FLYZ" in card.doors, key


def _plain(text: str) -> str:
    return re.sub(r"[^\w]", "", text)


def _copies(texts: list[tuple[str, str]], statutes: Iterator[tuple[str, str]]) -> list[str]:
    """Runs of LONGEST_RUN characters or more that a text shares with a statute."""
    places: dict[str, list[tuple[str, str, int]]] = {}
    for where, text in texts:
        for at in range(len(text) - BLOCK + 1):
            places.setdefault(text[at : at + BLOCK], []).append((where, text, at))
    found = set()
    for title, body in statutes:
        for at in range(0, len(body) - BLOCK + 1, BLOCK):
            for where, text, start in places.get(body[at : at + BLOCK], ()):
                first, last = 0, BLOCK
                while start > first and at > first and text[start - first - 1] == body[at - first - 1]:
                    first += 1
                while start + last < len(text) and at + last < len(body) and text[start + last] == body[at + last]:
                    last += 1
                if first + last >= LONGEST_RUN:
                    found.add(f"{where}: {text[start - first : start + last]} ({title})")
    return sorted(found)


def test_a_copied_sentence_is_found() -> None:
    body = _plain("行政机关应当自收到申请之日起二十个工作日内予以答复，并说明理由。")
    ours = _plain("他们应当自收到申请之日起二十个工作日内予以答复你。")
    assert _copies([("card", ours)], iter([("act", body)])) == [
        "card: 应当自收到申请之日起二十个工作日内予以答复 (act)"
    ]
    assert _copies([("card", _plain("二十个工作日里要答复。"))], iter([("act", body)])) == []


@pytest.mark.skipif(not STATUTES.is_file(), reason="the statutes are not beside this checkout")
def test_no_sentence_of_a_statute_is_copied(shipped: Library) -> None:
    cited = {place.act for card in shipped.cards for text in card.citations for place in law.resolve(text, CHECKED)}
    titles = {name for act in cited for name in (act.title, act.full)}

    def statutes() -> Iterator[tuple[str, str]]:
        with gzip.open(STATUTES, "rt", encoding="utf-8") as handle:
            for line in handle:
                record = json.loads(line)
                if record["title"] in titles or record["category"] == "法律/民法典":
                    yield record["title"], _plain(record["text"])

    texts = [(card.id, _plain(text)) for card in shipped.cards for text in _sentences(card)]
    assert _copies(texts, statutes()) == []
