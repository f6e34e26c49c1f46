"""《…》 in a text, and what a text says it will call an act: （以下简称《…》）."""

from __future__ import annotations

import re
from collections.abc import MutableMapping
from dataclasses import dataclass

from xiezhi.kernel.law.recognize.names import Names, is_act_title, key

__all__ = ["Title", "definitions", "titles"]

LONGEST = 260  # characters of a title in 《》

_BRACKET = re.compile("[《》〈〉]")
_CALLED = re.compile(
    r"[（(]?(?:以下|下文|下)[统合均]?(?:简称|称|统称|合称)(?:为|作|：|:)?([^（）()\n]{2,80}?)[）)。；]"
)
_QUOTES = '《》〈〉“”"「」『』 　'


@dataclass(frozen=True, slots=True)
class Title:
    """`text[start:end]` is 《title》, the outermost brackets."""

    start: int
    end: int
    title: str


def titles(text: str) -> list[Title]:
    """Every 《…》, outermost ones only. Brackets that are never closed are ignored; 〈〉 counts as an inner pair."""
    stack: list[tuple[int, str]] = []
    pairs: list[tuple[int, int]] = []
    for match in _BRACKET.finditer(text):
        char, at = match[0], match.start()
        if char in "《〈":
            stack.append((at, char))
            continue
        if stack and stack[-1][1] != ("《" if char == "》" else "〈"):
            # a lone bracket of the other kind: 《关于适用〈民法典》 and the like
            while stack and stack[-1][1] != ("《" if char == "》" else "〈") and at - stack[-1][0] <= LONGEST:
                stack.pop()
        if not stack:
            continue
        start, opened = stack.pop()
        if opened == "〈" or at - start > LONGEST:
            continue
        while pairs and pairs[-1][0] > start:
            pairs.pop()
        pairs.append((start, at + 1))
    return [Title(s, e, text[s + 1 : e - 1]) for s, e in pairs if e - s > 3]


def definitions(
    text: str, found: list[Title], names: Names, aliases: MutableMapping[str, str]
) -> list[tuple[int, int]]:
    """Adds what the text defines to `aliases`, by key; returns the stretches where it does, in which nothing is cited.

    Only acts are defined here: the words before must be 《…》 or a known name. Several names (《甲法》、《乙法》) stand for
    as many acts before them, in order."""
    skip: list[tuple[int, int]] = []
    ends = {t.end: n for n, t in enumerate(found)}
    for match in _CALLED.finditer(text):
        start = match.start()
        before = start
        while before > 0 and text[before - 1] in "，, 　":
            before -= 1
        words = [w.strip(_QUOTES) for w in re.split(r"、|，|(?<=[》”])和(?=[《“])", match[1])]
        words = [w for w in words if 1 < len(w) <= 40]
        acts: list[str] = []
        if before in ends:
            n = ends[before]
            for one in found[max(0, n - len(words) + 1) : n + 1]:
                acts.append(names.get(one.title) or key(one.title))
            if len(acts) != len(words) or not all(names.get(a) or is_act_title(a) for a in acts):
                acts = (
                    [acts[-1]] if len(words) == 1 and acts and (names.get(acts[-1]) or is_act_title(acts[-1])) else []
                )
        else:
            for s, e, title in names.find(text[max(0, before - 70) : before]):
                if e == min(70, before):
                    acts = [title]
                del s
        if len(acts) != len(words):
            continue
        skip.append((start, match.end()))
        for word, act in zip(words, acts, strict=True):
            aliases[key(word)] = act
    return skip
