"""标出检索词: extracts of the original text, cut where most of what was asked for stands. Never markup, only pieces."""

from __future__ import annotations

from collections.abc import Iterable

from xiezhi.kernel.law.search.shapes import Piece
from xiezhi.kernel.law.search.text import fold

__all__ = ["extract", "pieces"]

Span = tuple[int, int]
_STOPS = "。；;！!？?\n"


def _spans(folded: str, needles: Iterable[str]) -> list[Span]:
    """Where the needles stand, overlapping ones joined."""
    found: list[Span] = []
    for needle in needles:
        at = folded.find(needle) if needle else -1
        while at >= 0:
            found.append((at, at + len(needle)))
            at = folded.find(needle, at + 1)
    found.sort()
    joined: list[Span] = []
    for start, end in found:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


def _cut(text: str, spans: Iterable[Span], first: int, last: int) -> tuple[Piece, ...]:
    out: list[Piece] = []
    at = first
    for start, end in spans:
        start, end = max(start, first), min(end, last)
        if start >= end:
            continue
        if start > at:
            out.append(Piece(text[at:start]))
        out.append(Piece(text[start:end], True))
        at = end
    if at < last:
        out.append(Piece(text[at:last]))
    return tuple(out)


def pieces(text: str, needles: Iterable[str]) -> tuple[Piece, ...]:
    """The whole text with every needle marked. Needles are folded."""
    return _cut(text, _spans(fold(text), needles), 0, len(text))


def extract(text: str, needles: Iterable[str], size: int = 140) -> tuple[Piece, ...]:
    """At most about `size` characters of the text, where the most different needles stand close together; … where
    something was left out."""
    folded = fold(text)
    spans = _spans(folded, needles)
    if len(text) <= size:
        return _cut(text, spans, 0, len(text))
    best, value = 0, -1
    for start, _ in spans[:200]:
        window = [span for span in spans if start <= span[0] and span[1] <= start + size]
        worth = len({folded[a:b] for a, b in window}) * 1000 + sum(b - a for a, b in window)
        if worth > value:
            best, value = start, worth
    # Begin with the sentence where that is near, else a little before what was found.
    begin = max((text.rfind(stop, 0, best) for stop in _STOPS), default=-1) + 1
    if best - begin > size // 3:
        begin = max(0, best - size // 4)
    begin = min(begin, max(0, len(text) - size))
    end = min(len(text), begin + size)
    out = _cut(text, spans, begin, end)
    head = (Piece("…"),) if begin > 0 else ()
    return head + out + ((Piece("…"),) if end < len(text) else ())
