"""From a story in plain words to candidates: our own word rules first, likeness of words and retrieved articles beside
them. Pure but for the articles, which the caller brings. Several candidates where it is unclear, and "perhaps no crime"
always among them. Words show the way to questions; they decide nothing.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from .declare import Elsewhere, Offense, Whole, Words

__all__ = ["MOST", "Candidates", "Ranked", "candidates", "hits"]

MOST = 6
"""Candidates shown at most, without those that are no crime."""
SURE, MAYBE, AGAINST = 3.0, 1.0, -2.5
NEAR = 16
"""Characters that may stand between the parts of a word rule."""
SPOKEN = 0.6
"""From this score on a candidate counts although no word rule names it: retrieved articles or great likeness do."""
CLEAR = 3.0
"""From this score on a candidate stands on its own words."""
_SPACE = re.compile(r"[\s　]+")
Found = tuple[str, int, int, float]


@dataclass(frozen=True)
class Ranked:
    """An offense or a matter that is no crime, with its score and the words that led to it."""

    thing: Offense | Elsewhere
    score: float
    because: tuple[str, ...]


@dataclass(frozen=True)
class Candidates:
    """`offenses` best first; `elsewhere` what it may be instead; `none_first` says that the words speak rather for a
    matter that is no crime; `clear` that some words name what happened."""

    offenses: tuple[Ranked, ...]
    elsewhere: tuple[Ranked, ...]
    none_first: bool
    clear: bool

    @property
    def first(self) -> list[str]:
        """Keys in the order of the page: `none:KEY` are matters that are no crime."""
        crimes = [r.thing.key for r in self.offenses]
        others = [f"none:{r.thing.key}" for r in self.elsewhere]
        if self.none_first:
            return [*others, *crimes]
        return [*crimes[:2], *others[:1], *crimes[2:], *others[1:]]


@cache
def _rule(text: str) -> re.Pattern[str]:
    parts = []
    for part in text.split("…"):
        parts.append("(?:" + "|".join(re.escape(one) for one in part.split("/") if one) + ")")
    return re.compile(rf"[^。！？!?\n]{{0,{NEAR}}}?".join(parts))


def plain(text: str) -> str:
    """Width evened out, spaces gone."""
    return _SPACE.sub("", unicodedata.normalize("NFKC", text)).lower()


def hits(words: Words, said: str) -> tuple[float, tuple[str, ...]]:
    """(score, the words found). A rule counts once; further ones add less, so that many hints do not beat a plain name."""
    sure = [m[0] for rule in words.sure if (m := _rule(rule).search(said))]
    maybe = [m[0] for rule in words.maybe if (m := _rule(rule).search(said))]
    against = sum(1 for rule in words.against if _rule(rule).search(said))
    score = AGAINST * min(against, 2)
    score += SURE * sum(0.5**n for n in range(len(sure)))
    score += MAYBE * sum(0.6**n for n in range(len(maybe)))
    return score, tuple(dict.fromkeys([*sure, *maybe]))


def _grams(text: str) -> Counter[str]:
    clean = re.sub(r"[^\u4e00-\u9fff]", "", text)
    return Counter(clean[i : i + 2] for i in range(len(clean) - 1))


class _Likeness:
    """How much a story shares with an offense's own words, between 0 and 1."""

    def __init__(self, texts: dict[str, str]) -> None:
        self.grams = {key: _grams(text) for key, text in texts.items()}
        seen = Counter(gram for grams in self.grams.values() for gram in grams)
        self.weight = {gram: math.log(1 + len(texts) / count) for gram, count in seen.items()}
        self.length = {
            key: math.sqrt(sum((self.weight[g] * (1 + math.log(n))) ** 2 for g, n in grams.items())) or 1.0
            for key, grams in self.grams.items()
        }

    def of(self, said: str) -> dict[str, float]:
        asked = {g: self.weight[g] for g in _grams(said) if g in self.weight}
        size = math.sqrt(sum(w * w for w in asked.values())) or 1.0
        return {
            key: sum(w * self.weight[g] * (1 + math.log(grams[g])) for g, w in asked.items() if g in grams)
            / (size * self.length[key])
            for key, grams in self.grams.items()
        }


def _own(thing: Offense | Elsewhere) -> str:
    texts = [thing.name, thing.plain, *thing.words.sure, *thing.words.maybe]
    if isinstance(thing, Offense):
        texts += [element.short for element in thing.elements] + [element.ask for element in thing.elements]
    return "。".join(texts)


_likeness: dict[int, _Likeness] = {}


def _like(whole: Whole) -> _Likeness:
    if id(whole) not in _likeness:
        _likeness.clear()
        things: dict[str, Offense | Elsewhere] = {
            **whole.offenses,
            **{f"none:{k}": v for k, v in whole.elsewhere.items()},
        }
        _likeness[id(whole)] = _Likeness({key: _own(thing) for key, thing in things.items()})
    return _likeness[id(whole)]


def _places(offense: Offense) -> frozenset[tuple[str, int, int]]:
    from xiezhi.kernel.law import citations

    try:
        return frozenset((c.act.title, c.article, c.inserted) for c in citations.resolve(offense.cite))
    except citations.CitationError:
        return frozenset()


def _kept(crimes: list[Ranked], best: float) -> list[Ranked]:
    """Those that words or retrieved articles speak for; filled up to three with what their elements lead to, then with
    what is most alike."""
    named = [r for r in crimes if (r.because or r.score >= SPOKEN) and r.score >= max(0.5, 0.3 * best)][:MOST]
    near = [key for r in named for e in getattr(r.thing, "elements", ()) for key in e.leads]
    order = {key: number for number, key in enumerate(dict.fromkeys(near))}
    rest = sorted((r for r in crimes if r not in named), key=lambda r: (order.get(r.thing.key, len(order)), -r.score))
    return [*named, *rest[: max(0, 3 - len(named))]]


def candidates(whole: Whole, story: str, found: Iterable[Found] = ()) -> Candidates:
    """The candidates of a story. `found` are articles retrieved for it: (short title, article, inserted, score)."""
    said = plain(story)
    like = _like(whole).of(said)
    articles: dict[tuple[str, int, int], float] = {}
    for act, article, inserted, score in found:
        articles[act, article, inserted] = max(score, articles.get((act, article, inserted), 0.0))
    crimes = []
    for offense in whole.offenses.values():
        score, because = hits(offense.words, said)
        score += 1.5 * like[offense.key]
        score += 1.0 * max((articles.get(place, 0.0) for place in _places(offense)), default=0.0) if articles else 0.0
        crimes.append(Ranked(offense, round(score, 4), because))
    others = []
    for matter in whole.elsewhere.values():
        score, because = hits(matter.words, said)
        others.append(Ranked(matter, round(score + 1.5 * like[f"none:{matter.key}"], 4), because))
    crimes.sort(key=lambda r: (-r.score, r.thing.key))
    others.sort(key=lambda r: (-r.score, r.thing.key))
    best = crimes[0].score if crimes else 0.0
    kept = _kept(crimes, best)
    clear = best >= CLEAR
    mild = [r for r in others if r.because and r.score > 0][:3] or others[:2]
    none_first = bool(mild and mild[0].because) and mild[0].score > best
    if best <= 0.9 and mild and mild[0].because:
        none_first = True
    return Candidates(tuple(kept), tuple(mild), none_first, clear)
