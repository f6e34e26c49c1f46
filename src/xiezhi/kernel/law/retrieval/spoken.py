"""口语: what people say and what acts say for it, from a list written by hand (data/spoken.txt). Pure.

Read forward, a question gets the words of acts; read backward, a clause of an act is put as people would say it, which
gives the encoder questions to learn from that no act contains.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from importlib import resources

import numpy as np

__all__ = ["added", "backward", "entries"]


@functools.cache
def entries() -> tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]:
    """(what people say, what acts say), in the order of the file."""
    raw = resources.files("xiezhi.kernel.law.retrieval").joinpath("data/spoken.txt").read_text(encoding="utf-8")
    out = []
    for line in raw.splitlines():
        left, sign, right = line.partition("=")
        if sign and not line.startswith("#") and right.strip():
            out.append((tuple(left.split()), tuple(right.split())))
    return tuple(out)


@functools.cache
def _forward() -> tuple[re.Pattern[str], dict[str, tuple[str, ...]]]:
    words: dict[str, tuple[str, ...]] = {}
    for left, right in entries():
        for word in left:
            words[word] = tuple(dict.fromkeys((*words.get(word, ()), *right)))
    longest = sorted(words, key=lambda w: (-len(w), w))
    return re.compile("(?=(" + "|".join(map(re.escape, longest)) + "))"), words


def added(question: str) -> list[str]:
    """Words of acts for what a question says, most specific first, without repetition. Overlapping words all count."""
    pattern, words = _forward()
    found = sorted({m[1] for m in pattern.finditer(question)}, key=lambda w: (-len(w), question.find(w)))
    return list(dict.fromkeys(term for word in found for term in words[word]))


@functools.cache
def _backward() -> tuple[re.Pattern[str], dict[str, tuple[str, ...]]]:
    words: dict[str, tuple[str, ...]] = {}
    for left, right in entries():
        for term in right:
            if 2 <= len(term) <= 8:
                spoken = tuple(w for w in left if w != term)
                words[term] = tuple(dict.fromkeys((*words.get(term, ()), *spoken)))
    longest = sorted(words, key=lambda w: (-len(w), w))
    return re.compile("|".join(map(re.escape, longest))), words


def backward(clauses: Sequence[str], seed: int, share: float = 0.6) -> list[str]:
    """The clauses with `share` of the words of acts replaced by something people say."""
    pattern, words = _backward()
    rng = np.random.default_rng(seed)

    def other(match: re.Match[str]) -> str:
        options = words[match[0]]
        if not options or rng.random() > share:
            return match[0]
        return options[int(rng.integers(len(options)))]

    return [pattern.sub(other, clause) for clause in clauses]
