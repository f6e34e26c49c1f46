"""回答: from a question in plain words to everything its page shows.

The order of things: danger first; then the best card's own sentences where it fits well, else the sentences of the law
that were found; below them the articles verbatim, what to do next, where to go and whom to ask. What no article supports
is not said. Nothing here stores or logs anything.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from xiezhi.kernel.calendar import clock as wall
from xiezhi.kernel.law.identifiers import Locator
from xiezhi.legal_services.answers import danger, errands, matching, passages
from xiezhi.legal_services.answers.cards import Card, Step, library
from xiezhi.legal_services.answers.passages import Collected, Passage
from xiezhi.ui.answering import CARD, Offer, Question, offers

__all__ = ["Answer", "CardPage", "Found", "Said", "answer", "card_page", "retrieve"]

log = logging.getLogger(__name__)

SHOWN = 5
"""Articles shown for a question that no card answers."""
QUOTED = 3
"""Of these, so many have a sentence in the short answer."""
LEAST = 0.05
"""An article with less than this share of the best one's score is left out."""
SURE = 0.2
"""From this score on an article is shown although it shares few words with the question, where the library is large."""
MANY = 200
"""Versions from which on a library is large."""
FEW = 5
"""Pairs of characters beside a citation that are still no question of their own (还有效吗)."""
ENOUGH = 0.12
"""A sentence that holds less of what is asked is not quoted in the short answer."""

_ITEM = re.compile(r"[（(]?[一二三四五六七八九十百0-9]+[）)、.]")


@dataclass(frozen=True, slots=True)
class Found:
    """An article retrieved, with its score between 0 and 1. `asked` when the question names it itself."""

    act: str
    article: int
    inserted: int
    score: float
    asked: bool = False

    @property
    def locator(self) -> Locator:
        return Locator(self.act, "", self.article, self.inserted)


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence of the short answer and the passages it stands on. `quoted`: the words are the law's own."""

    text: str
    refs: tuple[Passage, ...]
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Next:
    """A step with the passages it stands on."""

    step: Step
    refs: tuple[Passage, ...]


@dataclass(frozen=True)
class Answer:
    """Everything of an answer page. `kind`: "card" (a card's sentences), "articles" (the law's own), "nothing"."""

    question: str
    facts: str
    on: date
    today: bool
    danger: danger.Danger
    kind: str
    card: Card | None = None
    said: tuple[Said, ...] = ()
    steps: tuple[Next, ...] = ()
    passages: tuple[Passage, ...] = ()
    gone: tuple[Passage, ...] = ()
    asked_only: bool = False
    offers: dict[str, list[Offer]] = field(default_factory=dict)
    doors: tuple[Offer, ...] = ()
    stale: bool = False

    @property
    def some(self) -> bool:
        """Whether the words of any passage are installed."""
        return any(passage.lines for passage in self.passages)

    @property
    def absent(self) -> bool:
        """Whether the words of any passage are missing."""
        return any(not passage.lines for passage in self.passages)

    @property
    def references(self) -> list[str]:
        """The places shown, for a vote: facts, nothing of the question."""
        return [passage.locator.short for passage in self.passages]


@dataclass(frozen=True)
class CardPage:
    """Everything of a card's own page."""

    card: Card
    said: tuple[Said, ...]
    steps: tuple[Next, ...]
    passages: tuple[Passage, ...]
    doors: tuple[Offer, ...]
    near: tuple[Card, ...]
    stale: bool

    @property
    def some(self) -> bool:
        """Whether the words of any passage are installed."""
        return any(passage.lines for passage in self.passages)

    @property
    def absent(self) -> bool:
        """Whether the words of any passage are missing."""
        return any(not passage.lines for passage in self.passages)


def retrieve(text: str, on: date) -> list[Found]:
    """Articles for a question, best first: those it names, then those the library's retrieval finds. Works with whatever
    is installed; without any text there are none, and cards answer alone."""
    found: dict[tuple[str, int, int], Found] = {}
    named, rest = _named(text)
    for act, article, inserted in named:
        found[act, article, inserted] = Found(act, article, inserted, 1.0, asked=True)
    if named and sum(len(gram) > 1 for gram in matching.grams(rest)) < FEW:
        return list(found.values())  # nothing but a citation: that article is the answer
    try:
        from xiezhi.kernel.law.retrieval import ask

        hits = [hit for hit in ask(text, on, limit=30) if hit.article]
    except ImportError:
        hits = []
    except Exception as error:  # an index half built must not take the answer page down; the question is not logged
        log.warning("retrieval failed: %s", type(error).__name__)
        hits = []
    elsewhere = _elsewhere({hit.act for hit in hits})
    here = [hit for hit in hits if hit.act not in elsewhere]
    for hit in here[:10]:
        if hit.score >= LEAST * here[0].score:
            place = (hit.act, hit.article, hit.inserted)
            found.setdefault(place, Found(*place, float(hit.score)))
    return list(found.values())


def _elsewhere(names: set[str]) -> set[str]:
    """Those acts that are law only in provinces other than the one of this installation."""
    from xiezhi.kernel.law.models import Act
    from xiezhi.kernel.units.models import Division, Level

    regions = dict(Act.objects.filter(name__in=names).exclude(region="").values_list("name", "region"))
    if not regions:
        return set()
    ours = set(Division.objects.filter(level__in=(Level.PROV, Level.CITY)).values_list("name", flat=True))
    return {name for name, region in regions.items() if not any(our.startswith(region) for our in ours)}


def _named(text: str) -> tuple[list[tuple[str, int, int]], str]:
    """Articles the question names itself (民法典第675条), and the question without these words."""
    try:
        from xiezhi.kernel.law.recognize import recognize
    except ImportError:
        return [], text
    found = [mention for mention in recognize(text) if mention.act and mention.article][:SHOWN]
    rest = text
    for mention in sorted(found, key=lambda mention: -mention.start):
        rest = rest[: mention.start] + rest[mention.end :]
    return [(mention.act, mention.article, mention.inserted) for mention in found], rest


def answer(
    text: str,
    *,
    facts: str = "",
    scene: str = "",
    place: str = "",
    on: date | None = None,
    known: danger.Danger | None = None,
) -> Answer:
    """The answer to a question with what the person added to it, by the law of a day."""
    today = wall.today()
    day = on or today
    whole = f"{text} {facts}".strip()
    articles = retrieve(whole, day)
    most = max((f.score for f in articles), default=1.0) or 1.0
    asked = Question(whole, day, tuple((f.act, f.article, f.inserted, f.score / most) for f in articles), scene, place)
    matches = matching.index().find(whole, asked.found, scene)
    best = matches[0] if matches else None
    help_ = offers(asked, most=6)
    base: dict[str, Any] = {
        "question": text, "facts": facts, "on": day, "today": day == today,
        "danger": known if known is not None else danger.find(whole),
    }  # fmt: skip
    if best is not None and day == today and _fits(best, articles):
        return _by_card(best.card, articles, help_, whole, base)
    return _by_articles(articles, help_, whole, base)


def _fits(best: matching.Match, articles: Sequence[Found]) -> bool:
    """Whether a card's own sentences may be the short answer: its wording is very near, or near and it stands on one of
    the first articles that were found without it."""
    if best.words >= matching.SAME:
        return True
    own = matching.index().stands_on.get(best.card.id, frozenset())
    if not articles or not _installed({act for act, _, _ in own}):
        return (
            best.words >= matching.ALONE
        )  # what is not installed cannot be found, and does not speak against the card
    agree = any((found.act, found.article, found.inserted) in own for found in articles[:3])
    return agree and best.words >= matching.STRONG


def _installed(acts: set[str]) -> bool:
    """Whether the library holds the text of any of these acts."""
    from xiezhi.kernel.law.models import Version

    return Version.objects.filter(act__name__in=acts, articles__gt=0).exists()


def _large() -> bool:
    """Whether there is enough law for a score to mean something: among a few articles the least bad one wins."""
    from xiezhi.kernel.law.models import Version

    return Version.objects.all()[:MANY].count() >= MANY


def _by_card(
    card: Card, articles: Sequence[Found], help_: dict[str, list[Offer]], whole: str, base: dict[str, Any]
) -> Answer:
    """The card's sentences with its articles, and those the question names itself."""
    day = base["on"]
    collected = passages.collect([*_wanted(card), *((found.locator, whole) for found in articles if found.asked)], day)
    said, steps, stale = _told(card, collected)
    shown = tuple(p for p in collected.passages if p.live)
    help_ = {**help_, CARD: [offer for offer in help_.get(CARD, ()) if offer.key != card.id][:5]}
    doors = errands.doors(card.doors, _as_question(card, day))
    return Answer(
        **base, kind="card", card=card, said=said, steps=steps, passages=shown, offers=_beside(help_, doors), doors=tuple(doors),
        stale=stale, gone=tuple(p for p in collected.passages if not p.live),
    )  # fmt: skip


def _beside(help_: dict[str, list[Offer]], doors: Sequence[Offer]) -> dict[str, list[Offer]]:
    """Offers without those that stand as doors already."""
    urls = {offer.url for offer in doors}
    return {kind: [offer for offer in some if offer.url not in urls or not offer.url] for kind, some in help_.items()}


def _by_articles(articles: Sequence[Found], help_: dict[str, list[Offer]], whole: str, base: dict[str, Any]) -> Answer:
    """The law's own sentences; nothing where no article was found."""
    collected = passages.collect([(found.locator, whole) for found in articles[: SHOWN + 2]], base["on"])
    asked = {found.locator for found in articles if found.asked}
    shown: list[Passage] = []
    gone: list[Passage] = []
    sure = {found.locator for found in articles if found.asked or found.score >= SURE} if _large() else asked
    for place, passage in collected.by.items():
        if passage.state == "text" and (passages.speaks_to(passage.mark, whole) >= ENOUGH or place in sure):
            shown.append(passage)
        elif place in asked:  # named by the person: say why its words are not shown
            (shown if passage.live else gone).append(passage)
    shown = [replace(passage, number=number) for number, passage in enumerate(shown[:SHOWN], 1)]
    # An item of a list says nothing without the words before it.
    said = tuple(
        Said(p.mark, (p,), quoted=True)
        for p in shown
        if p.mark and not _ITEM.match(p.mark) and passages.speaks_to(p.mark, whole) >= ENOUGH
    )[:QUOTED]
    kind = "articles" if shown else "nothing"
    return Answer(
        **base, kind=kind, said=said, passages=tuple(shown), gone=tuple(gone), offers=help_,
        asked_only=bool(shown) and all(found.asked for found in articles),
    )  # fmt: skip


def _wanted(card: Card) -> list[tuple[Locator, str]]:
    """Places a card stands on, each with the words that cite it."""
    said = [(part.by, part.say) for part in card.answer] + [(step.by, f"{step.do}{step.how}") for step in card.steps]
    return [(place, words) for by, words in said if by for place in passages.locators(by)]


def _told(card: Card, collected: Collected) -> tuple[tuple[Said, ...], tuple[Next, ...], bool]:
    """Sentences and steps that still stand on law in force; the last tells whether any had to be left out."""
    said, steps, stale = [], [], False
    for part in card.answer:
        refs = collected.of(part.by) if part.by else ()
        if refs and not all(ref.live for ref in refs):
            stale = True
            continue
        said.append(Said(part.say, refs))
    for step in card.steps:
        refs = collected.of(step.by) if step.by else ()
        if refs and not all(ref.live for ref in refs):
            stale = True
            continue
        steps.append(Next(step, refs))
    return tuple(said), tuple(steps), stale


def _as_question(card: Card, day: date) -> Question:
    places = matching.index().stands_on.get(card.id, frozenset())
    text = " ".join((card.q, *card.also, *card.words))
    return Question(text, day, tuple((*place, 0.9) for place in sorted(places)), card.scene.key)


def card_page(card_id: str, on: date | None = None) -> CardPage | None:
    """A card with its articles as they are law today; None where there is no such card."""
    card = library().by_id.get(card_id)
    if card is None:
        return None
    day = on or wall.today()
    collected = passages.collect(_wanted(card), day)
    said, steps, stale = _told(card, collected)
    return CardPage(
        card, said, steps, tuple(p for p in collected.passages if p.live), tuple(errands.doors(card.doors, _as_question(card, day))),
        tuple(matching.index().near(card)), stale,
    )  # fmt: skip
