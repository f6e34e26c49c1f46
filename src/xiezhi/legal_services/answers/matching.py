"""找卡片: which cards fit a question, by the characters they share and by the articles found for it.

Every wording of every card is a short text; pairs and single characters that few wordings have count most. People write a
sentence or a whole story: likeness looks at the share of the wording found in the question as well as at the reverse.
Articles found by the library's retrieval add to cards that stand on them. Pure, about a millisecond a question.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from xiezhi.legal_services.answers.cards import Card, library

__all__ = ["ALONE", "NEAR", "SAME", "STRONG", "Index", "Match", "grams", "index"]

SAME = 0.60
"""From this likeness on it is the card's question in other words."""
ALONE = 0.55
"""From this likeness on a card answers where no article speaks for or against it."""
STRONG = 0.40
"""From this likeness on a card answers where it stands on one of the first articles found."""
NEAR = 0.31
"""From this likeness on a card is worth showing."""

_SPLIT = re.compile(r"[^\w]+|_")
_FILLER = re.compile(
    r"请问(一下)?|你好|您好|律师|咨询(一下)?|想问(一下)?|谢谢|大家好|帮帮我|求助|麻烦(问)?|怎么办(理)?|怎么样|应该|如何|是不是|能不能|可不可以|可以吗|该怎么|"
    r"合法吗|有没有|什么|怎么|吗|呢|啊|呀|吧|了"
)
_SAME = (
    ("老板|单位|用人单位|厂里|厂子|工厂|企业|雇主", "公司"),
    ("丈夫|妻子|老公|老婆|爱人|媳妇|配偶|对方出轨|那口子", "配偶"),
    ("工钱|薪水|薪资|血汗钱|薪金|劳动报酬", "工资"),
    ("拖着不(给|发)|不发|不给发|不付|没发|没给|不给|压着|欠薪|克扣|拖欠", "欠"),
    ("炒鱿鱼|开除|解雇|裁员|裁掉|辞掉|被辞|赶走|解聘", "辞退"),
    ("辞工|不干了|不想干了|离开公司|走人", "离职"),
    ("小孩子?|娃娃?|宝宝|儿女|子女|儿子|女儿", "孩子"),
    ("借出去|借给", "借"),
    ("打欠条|写欠条|打借条|写借条", "借条"),
    ("房子|住房|商品房|屋子", "房"),
    ("租客|租户|承租人", "租客"),
    ("摔断了?腿|摔断|摔伤|砸伤|压伤|轧伤|骨折|断了?腿|伤到|受了伤|弄伤", "受伤"),
    ("被狗咬|狗咬了|让狗咬|狗咬伤", "狗咬"),
    ("法律援助|免费律师|请不起律师", "法律援助"),
)
_SAME_FOUND = tuple((re.compile(words), one) for words, one in _SAME)
_HAN = re.compile(r"[\u3400-\u9fff]+")
_LATIN = re.compile(r"[a-z0-9]+")


def grams(text: str) -> Counter[str]:
    """Pairs and single characters of a text, everyday words brought to one."""
    said = unicodedata.normalize("NFKC", text).lower()
    for words, one in _SAME_FOUND:
        said = words.sub(one, said)
    said = _FILLER.sub(" ", said)
    found: Counter[str] = Counter()
    for part in _SPLIT.split(said):
        for run in _HAN.findall(part):
            found.update(run)
            found.update(run[i : i + 2] for i in range(len(run) - 1))
        found.update(_LATIN.findall(part))
    return found


@dataclass(frozen=True, slots=True)
class Match:
    """A card with its likeness to a question between 0 and 1: of its words alone, and with articles and scene."""

    card: Card
    score: float
    words: float


class Index:
    """Cards ready to be compared with questions."""

    def __init__(
        self, cards: Sequence[Card], stands_on: dict[str, frozenset[tuple[str, int, int]]] | None = None
    ) -> None:
        self.cards = tuple(cards)
        self.stands_on = stands_on or {}
        texts = [(number, text) for number, card in enumerate(cards) for text in (card.q, *card.also)]
        self._owner = [number for number, _ in texts]
        bags = [grams(text) for _, text in texts]
        seen = Counter(gram for bag in bags for gram in bag)
        self._most = math.log(1 + len(bags)) if bags else 1.0
        self._weight = {
            gram: math.log(1 + len(bags) / count) * (1.0 if len(gram) > 1 else 0.35) for gram, count in seen.items()
        }
        self._postings: dict[str, list[int]] = defaultdict(list)
        self._norm = []
        self._whole = []
        for at, bag in enumerate(bags):
            for gram in bag:
                self._postings[gram].append(at)
            self._norm.append(math.sqrt(sum(self._weight[g] ** 2 for g in bag)) or 1.0)
            self._whole.append(sum(self._weight[g] for g in bag) or 1.0)
        self._whole_cards(cards)
        self._words = [
            (number, word.lower()) for number, card in enumerate(cards) for word in card.words if len(word) > 1
        ]

    def weight(self, gram: str) -> float:
        """How much a pair of characters says: rare ones among the cards say most."""
        return self._rare.get(gram, self._rarest * 0.7)

    def _whole_cards(self, cards: Sequence[Card]) -> None:
        """Everything a card says, for questions that use other words than its wordings."""
        bodies = [
            set(
                grams(
                    " ".join(
                        (c.q, *c.also, *c.words, *(p.say for p in c.answer), *(f"{p.do} {p.how}" for p in c.steps))
                    )
                )
            )
            for c in cards
        ]
        seen = Counter(gram for body in bodies for gram in body)
        self._bodies: dict[str, list[int]] = defaultdict(list)
        for number, body in enumerate(bodies):
            for gram in body:
                self._bodies[gram].append(number)
        self._rare = {g: math.log(1 + len(cards) / n) * (1.0 if len(g) > 1 else 0.3) for g, n in seen.items()}
        self._rarest = math.log(1 + len(cards))

    def _cover(self, bag: Counter[str]) -> dict[int, float]:
        """The share of a question that each card's whole text holds."""
        weight = {g: self._rare.get(g, self._rarest * (0.7 if len(g) > 1 else 0.2)) for g in bag}
        whole = sum(weight.values()) or 1.0
        out: dict[int, float] = defaultdict(float)
        for gram, value in weight.items():
            for number in self._bodies.get(gram, ()):
                out[number] += value / whole
        return out

    def _likeness(self, question: str) -> dict[int, float]:
        """Likeness of words by card number."""
        bag = grams(question)
        weight = {g: self._weight.get(g, self._most * (0.6 if len(g) > 1 else 0.2)) for g in bag}
        norm = math.sqrt(sum(w * w for w in weight.values())) or 1.0
        whole = sum(weight.values()) or 1.0
        dot: dict[int, float] = defaultdict(float)
        shared: dict[int, float] = defaultdict(float)
        for gram, value in weight.items():
            for at in self._postings.get(gram, ()):
                dot[at] += value * value
                shared[at] += value
        best: dict[int, float] = {}
        for at, value in dot.items():
            cosine = value / (norm * self._norm[at])
            cover = max(shared[at] / self._whole[at], shared[at] / whole * 0.85)
            score = 0.6 * cosine + 0.4 * cover
            number = self._owner[at]
            if score > best.get(number, 0.0):
                best[number] = score
        cover_all = self._cover(bag)
        return {n: 0.65 * best.get(n, 0.0) + 0.45 * share for n, share in cover_all.items()}

    def find(
        self, question: str, found: Iterable[tuple[str, int, int, float]] = (), scene: str = "", most: int = 8
    ) -> list[Match]:
        """The cards that fit, best first. `found` are articles retrieved with their score; `scene` one that was chosen."""
        words = self._likeness(question)
        said = unicodedata.normalize("NFKC", question).lower()
        bonus: dict[int, float] = defaultdict(float)
        for number, word in self._words:
            if word in said:
                bonus[number] += 0.02 * min(len(word), 4)
        weights = {place[:3]: place[3] / (1 + rank * 0.25) for rank, place in enumerate(found)}
        matches = []
        for number in words.keys() | bonus.keys() if not weights else range(len(self.cards)):
            card = self.cards[number]
            alone = min(1.0, words.get(number, 0.0) + min(0.12, bonus.get(number, 0.0)))
            overlap = sum(weights.get(place, 0.0) for place in self.stands_on.get(card.id, ()))
            score = (
                alone + min(0.15, 0.12 * overlap) + (0.08 if scene and card.scene.key == scene and alone > 0.1 else 0.0)
            )
            if score >= NEAR:
                matches.append(Match(card, min(1.0, score), alone))
        return sorted(matches, key=lambda m: (-m.score, m.card.id))[:most]

    def near(self, card: Card, most: int = 5) -> list[Card]:
        """别人还问: cards like this one, of its scene first."""
        likeness = self._likeness(card.q)
        own = self.stands_on.get(card.id, frozenset())
        scored = []
        for number, other in enumerate(self.cards):
            if other.id == card.id:
                continue
            score = likeness.get(number, 0.0) + 0.1 * len(own & self.stands_on.get(other.id, frozenset()))
            score += 0.25 if other.scene.key == card.scene.key else 0.0
            if score > 0.2:
                scored.append((-score, other.id, other))
        return [other for _, _, other in sorted(scored)[:most]]


def _places(card: Card) -> frozenset[tuple[str, int, int]]:
    """The articles a card stands on, as far as they resolve."""
    from xiezhi.kernel.law import CitationError, resolve

    out = set()
    for citation in card.citations:
        try:
            out |= {(one.act.title, one.article, one.inserted) for one in resolve(citation) if one.article}
        except CitationError:
            continue  # `checks` reports it
    return frozenset(out)


@cache
def index() -> Index:
    """The index over the cards that come with the platform."""
    cards = library().cards
    return Index(cards, {card.id: _places(card) for card in cards})
