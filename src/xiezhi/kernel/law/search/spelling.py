"""错字: one wrong, missing, superfluous or swapped character, found with the pairs of characters that acts really use.

A typed word is doubted where neighboring characters never stand together in the library. Characters that do stand beside
the neighbors are tried in its place, those that sound alike first; what occurs most often as a whole wins.
"""

from __future__ import annotations

import unicodedata
from functools import cache, lru_cache, partial
from itertools import pairwise
from math import log1p

from pypinyin.constants import PINYIN_DICT

from xiezhi.kernel.law.search import queries, text
from xiezhi.kernel.law.search.store import Reader

__all__ = ["ODD", "corrected", "count", "dice"]

LONGEST = 10
"""Longer stretches are sentences; in those, rare neighbors are no sign of a slip."""
MOST_TRIED = 60
MOST_CHARACTERS = 250
RARE = 2
"""Pairs that stand in this many provisions at most are doubted."""
SURE = 2.0
"""How likely swapped characters and characters that sound alike are, at least."""
ODD = 30
"""Words found as a whole in this many provisions at most are doubted."""


def dice(one: str, other: str) -> float:
    """Likeness of two titles between 0 and 1: pairs of characters in common, ends counted."""
    first = {*map("".join, pairwise(f"^{one}$"))}
    second = {*map("".join, pairwise(f"^{other}$"))}
    return 2 * len(first & second) / (len(first) + len(second)) if first and second else 0.0


@lru_cache(maxsize=20000)
def _sound(char: str) -> str:
    """The commonest reading of a character without its tone; empty for what is none."""
    reading = str(PINYIN_DICT.get(ord(char), "")).partition(",")[0]
    return "".join(c for c in unicodedata.normalize("NFD", reading) if c.isascii())


@cache
def _alike() -> dict[str, tuple[str, ...]]:
    """Characters by sound."""
    out: dict[str, list[str]] = {}
    for code in range(0x4E00, 0x9FA6):
        out.setdefault(_sound(chr(code)), []).append(chr(code))
    return {sound: tuple(chars) for sound, chars in out.items() if sound}


def _together(reader: Reader, pair: str) -> int:
    return int(reader.searcher.doc_freq("grams", pair))


def count(reader: Reader, word: str) -> int:
    """Provisions in which the word stands (all its pairs)."""
    return reader.count(queries.within(reader, "grams", word))


def _after(reader: Reader, char: str) -> list[tuple[str, int]]:
    """Characters that follow `char`, the most frequent first."""
    found = [(term[1], n) for term, n in reader.searcher.terms_with_prefix("grams", char) if len(term) == 2 and n > 5]
    return sorted(found, key=lambda pair: -pair[1])[:MOST_CHARACTERS]


def _candidates(reader: Reader, word: str) -> dict[str, float]:
    """Words one slip away with how likely the slip is."""
    weak = {at for at, pair in enumerate(map("".join, pairwise(word))) if _together(reader, pair) <= RARE}
    out: dict[str, float] = {}
    together = partial(_together, reader)

    def add(candidate: str, weight: float) -> None:
        # Of two characters one alone says too little of what was meant, unless the word sounds the same.
        if candidate != word and len(candidate) > 1 and (len(word) > 2 or weight >= SURE):
            out[candidate] = max(weight, out.get(candidate, 0.0))

    for at in weak or set(range(len(word) - 1)):
        add(word[:at] + word[at + 1] + word[at] + word[at + 2 :], 2.0)
        for gone in (at, at + 1):
            add(word[:gone] + word[gone + 1 :], 0.2)
        for char, n in _after(reader, word[at]):
            if char not in queries.STOP and together(char + word[at + 1]) > RARE:
                add(word[: at + 1] + char + word[at + 1 :], 0.6 + min(n, 2000) / 10000)
    for char, n in _after(reader, word[-1]):
        add(word + char, 0.5 + min(n, 2000) / 10000)
    for wrong in {at for pair in weak for at in (pair, pair + 1)} or set(range(1, len(word))):
        if wrong:
            following = [char for char, _ in _after(reader, word[wrong - 1])]
        else:
            following = [c for c in _alike().get(_sound(word[0]), ()) if _together(reader, c) > RARE]
        for char in following:
            if wrong and wrong + 1 < len(word) and _together(reader, char + word[wrong + 1]) <= RARE:
                continue
            alike = _sound(char) == _sound(word[wrong])
            add(word[:wrong] + char + word[wrong + 1 :], 8.0 if alike else 0.4)
    return out


def _whole(reader: Reader, word: str) -> tuple[str, int]:
    tried = sorted(_candidates(reader, word).items(), key=lambda pair: -pair[1])[:MOST_TRIED]
    best, value, times = "", 0.0, 0
    for candidate, weight in tried:
        if any(len(part) == 1 for part in text.words(candidate)):
            continue  # what does not divide into words is hardly what was meant
        n = count(reader, candidate)
        if n > RARE and (worth := weight * log1p(n)) > value:
            best, value, times = candidate, worth, n
    return best, times


def corrected(reader: Reader, asked: queries.Asked) -> str:
    """The query with its doubtful words replaced; empty where nothing better is known."""
    out, changed = asked.folded, False
    for run in asked.runs:
        if run.isascii() or not 2 <= len(run) <= LONGEST or count(reader, run) > ODD:
            continue
        better, times = _whole(reader, run)
        if better and times > count(reader, run):
            out, changed = out.replace(run, better, 1), True
    return out if changed else ""
