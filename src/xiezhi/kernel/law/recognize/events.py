"""Where a mention may begin: titles, names of acts, 本法, 前款, 第."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping
from typing import NamedTuple

from xiezhi.kernel.law.recognize.abbreviations import Title
from xiezhi.kernel.law.recognize.mention import NAME, TITLE
from xiezhi.kernel.law.recognize.names import Names
from xiezhi.kernel.law.recognize.places import D

__all__ = ["ALIAS", "Event", "events"]

ALIAS = "alias"
_KINDS = (
    "法典|暂行办法|暂行条例|暂行规定|实施条例|实施细则|实施办法|实施规定|补充规定|若干规定|基本法|法|条例|规定|办法|解释|细则|规则|决定|"
    "决议|规程|通知|意见|批复|准则|规范|条令|安排|章程|通则|公告|答复|公约|标准|修正案"
)
_WORD = re.compile(
    rf"第(?=[ 　\t]{{0,2}}[（(]?[ 　\t]{{0,2}}[{D}])|本宪法|[本该同](?:{_KINDS})|(?:上述|前述)(?:{_KINDS})"
    r"|前[一二两三四五六七八九十0-9]{0,2}[条款项]|本[条款项]"
)


class Event(NamedTuple):
    """`kind` is TITLE, NAME, ALIAS or the first character of a word; `title` the act, for words the word."""

    start: int
    end: int
    kind: str
    title: str


class _Taken:
    """Asks, from left to right, whether a stretch is free of the stretches given."""

    def __init__(self, spans: list[tuple[int, int]]) -> None:
        self._spans: list[tuple[int, int]] = []
        for start, end in sorted(spans):
            if self._spans and start < self._spans[-1][1]:
                self._spans[-1] = (self._spans[-1][0], max(self._spans[-1][1], end))
            else:
                self._spans.append((start, end))
        self._at = 0

    def free(self, start: int, end: int) -> bool:
        while self._at < len(self._spans) and self._spans[self._at][1] <= start:
            self._at += 1
        return not (self._at < len(self._spans) and self._spans[self._at][0] < end)


def _inside(start: int, end: int, found: list[Title], starts: list[int]) -> bool:
    at = bisect_right(starts, start) - 1
    return at >= 0 and end <= found[at].end


def events(
    text: str, found: list[Title], skip: list[tuple[int, int]], names: Names, aliases: Mapping[str, str]
) -> list[Event]:
    """In the order of the text; what begins inside another is left to the reader to pass over. Nothing begins in `skip`,
    and names and words do not begin in titles."""
    plain = list(names.find(text))
    # 最高人民法院关于适用《…》的解释 without 《》 around it: the title inside is part of it.
    starts = [t.start for t in found]
    bare = [p for p in plain if "《" in text[p[0] : p[1]] and not _inside(p[0], p[1], found, starts)]
    out = [Event(start, end, NAME, title) for start, end, title in bare]
    wide = [(start, end) for start, end, _ in bare]
    taken = _Taken(skip + wide)
    out += [Event(t.start, t.end, TITLE, t.title) for t in found if taken.free(t.start, t.end)]
    inside = skip + wide + [(t.start, t.end) for t in found]
    taken = _Taken(inside)
    out += [Event(start, end, NAME, title) for start, end, title in plain if taken.free(start, end)]
    words = sorted({a for a in aliases if 2 <= len(a) <= 40 and a[0] != "本"}, key=len, reverse=True)[:60]
    if words:
        taken = _Taken(inside)
        for match in re.finditer("|".join(map(re.escape, words)), text):
            if taken.free(match.start(), match.end()):
                out.append(Event(match.start(), match.end(), ALIAS, aliases[match[0]]))
    taken = _Taken(inside)
    for match in _WORD.finditer(text):
        if taken.free(match.start(), match.end()):
            out.append(Event(match.start(), match.end(), match[0][0], match[0]))
    out.sort(key=lambda e: (e.start, -e.end))
    return out
