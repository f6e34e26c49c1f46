"""法条引文: articles shown verbatim from the library, with the sentence that matters marked.

Words of the law come from `kernel.law.library.quote` and from nowhere else. Where a text is not installed the index of
facts still gives title, number and dates, and the passage says that the words are missing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.urls import Resolver404, resolve

from xiezhi.kernel.law import index as facts
from xiezhi.kernel.law.identifiers import BadIdentifier, Locator
from xiezhi.legal_services.answers.matching import grams, index

__all__ = ["Collected", "Passage", "Piece", "best_sentence", "collect", "locators", "sentences", "speaks_to"]


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a paragraph; `marked` is the sentence that answers."""

    text: str
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Passage:
    """One place of the law as a page shows it. `number` is what the answer refers to; `lines` are empty unless the words
    are installed and in force; `message` says why then. `promulgated` and `effective` are None where not recorded."""

    number: int
    locator: Locator
    full: str
    state: str
    message: str
    lines: tuple[tuple[Piece, ...], ...] = ()
    text: str = ""
    promulgated: date | None = None
    effective: date | None = None
    url: str = ""
    mark: str = ""

    @property
    def place(self) -> str:
        return self.locator.place_formal

    @property
    def formal(self) -> str:
        return self.locator.formal(self.full)

    @property
    def live(self) -> bool:
        """Whether this is law on the day asked for, as far as library and index know."""
        return self.state in ("text", "not_installed")


_SENTENCE = re.compile(r"[^。；！？\n]*[。；！？]?")


def sentences(text: str) -> list[str]:
    """Sentences of a text, each with its full stop or semicolon."""
    return [part.strip() for part in _SENTENCE.findall(text) if part.strip()]


def best_sentence(text: str, wanted: str) -> str:
    """The sentence of a law's text that shares most with what is asked or said, rare words counting more; empty where
    none shares two pairs of characters."""
    return _best(text, wanted)[0]


def speaks_to(sentence: str, wanted: str) -> float:
    """The share of what is asked that a sentence holds, between 0 and 1."""
    return _best(sentence, wanted)[1]


def _best(text: str, wanted: str) -> tuple[str, float]:
    weight = index().weight
    asked = {g: weight(g) for g in grams(wanted) if len(g) > 1}
    whole = sum(asked.values()) or 1.0
    best, most, cover = "", 0.0, 0.0
    for sentence in sentences(text):
        own = {g for g in grams(sentence) if len(g) > 1}
        shared = own & asked.keys()
        if len(shared) < 2:
            continue
        held = sum(asked[g] for g in shared)
        score = held / (len(own) + 12) ** 0.5
        if score > most:
            best, most, cover = sentence, score, held / whole
    return best, cover


def _lines(text: str, marks: Iterable[str]) -> tuple[tuple[Piece, ...], ...]:
    """Paragraphs with each marked sentence as a piece of its own."""
    left = {mark for mark in marks if mark}
    out = []
    for line in text.splitlines():
        if not line.strip():
            continue
        pieces = [Piece(line)]
        for mark in sorted(left, key=len, reverse=True):
            for at, piece in enumerate(pieces):
                before, found, after = piece.text.partition(mark)
                if found and not piece.marked:
                    left.discard(mark)
                    pieces[at : at + 1] = [Piece(before), Piece(found, True), Piece(after)]
                    break
        out.append(tuple(piece for piece in pieces if piece.text))
    return tuple(out)


def locators(citation: str) -> list[Locator]:
    """The places a citation names; nothing for words that are no citation."""
    from xiezhi.kernel.law import library

    try:
        return list(library.locators(citation))
    except BadIdentifier:
        return []


def _opens(url: str) -> str:
    """The address where this installation shows it."""
    try:
        resolve(url)
    except Resolver404:
        return ""
    return url


@dataclass(frozen=True)
class Collected:
    """Passages of a page, and which of them a citation names."""

    passages: list[Passage]
    by: dict[Locator, Passage]

    def of(self, citation: str) -> tuple[Passage, ...]:
        """The passages a citation names, in its order."""
        return tuple(dict.fromkeys(self.by[place] for place in locators(citation) if place in self.by))


def collect(wanted: Iterable[tuple[Locator, str]], on: date) -> Collected:
    """Passages in the order asked, numbered from one. Beside each place stand the words by which its sentence is marked.
    Several places of one article make one passage, the whole article. Four statements in all."""
    from xiezhi.kernel.law import library

    asked: dict[Locator, list[tuple[Locator, str]]] = {}
    for place, words in wanted:
        asked.setdefault(place.up() if place.article else place, []).append((place, words))
    shown = [same[0][0] if len({place for place, _ in same}) == 1 else whole for whole, same in asked.items()]
    parts = [place for same in asked.values() for place, _ in same]
    found = dict(zip([*shown, *parts], library.quotes([*shown, *parts], on), strict=True))
    by: dict[Locator, Passage] = {}
    passages = []
    for number, (place, same) in enumerate(zip(shown, asked.values(), strict=True), 1):
        quote = found[place]
        marks = [best_sentence(found[part].text or quote.text, words) for part, words in same] if quote.text else []
        promulgated, effective = _dates(quote.locator, quote.version, on)
        passage = Passage(
            number, quote.locator, quote.act_full, quote.state, quote.message, _lines(quote.text, marks), quote.text,
            promulgated, effective, _opens(quote.locator.path), next((mark for mark in marks if mark), ""),
        )  # fmt: skip
        passages.append(passage)
        by.update((part, passage) for part, _ in same)
    return Collected(passages, by)


def _dates(place: Locator, version: object, on: date) -> tuple[date | None, date | None]:
    """Dates of the version: from the library, else from the index of facts."""
    if version is not None:
        return getattr(version, "promulgated", None), getattr(version, "effective", None)
    act = facts.acts().get(place.act)
    known = act.in_force(on) if act else None
    return (known.promulgated, known.effective) if known else (None, None)
