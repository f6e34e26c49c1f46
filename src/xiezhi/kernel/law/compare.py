"""文本比对: two versions of an act, article by article, through renumbering. Pure: no database, no clock.

Articles are paired first where their texts are equal, in order; the rest by the likeness of their character bigrams, so
that the whole is likest (assignment problem). Pairs show a word-level difference.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher

import numpy as np
import rjieba

from xiezhi.kernel.law import numerals
from xiezhi.kernel.law.structure import ARTICLE, Provision

__all__ = ["ADDED", "CHANGED", "MOVED", "REMOVED", "SAME", "Comparison", "Row", "Span", "compare", "differ"]

SAME, MOVED, CHANGED, ADDED, REMOVED = "same", "moved", "changed", "added", "removed"
"""Equal; equal under another number; changed (perhaps also renumbered); only in the new; only in the old text."""

LIKE = 0.44
"""Least likeness of a pair. Below it two articles are said to be one removed and one added; found by looking at the pairs
of 行政复议法 2017/2023, 立法法 2015/2023 and 仲裁法 2017/2025."""
NUMBER_BONUS = 0.06
KIN = 0.6
"""Share of an unpaired article's bigrams that must stand in an article of the other text to say that it went there."""
_PUNCTUATION = str.maketrans(
    {"(": "（", ")": "）", ",": "，", ";": "；", ":": "：", "?": "？", "!": "！", "〔": "（", "〕": "）"}
)
_ARTICLE = re.compile(r"第[0-9一二三四五六七八九十百千零〇]+(条|款|项)(之[一二三四五六七八九十]+)?")


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of text: `op` is "same", "cut" (only in the old) or "new" (only in the new)."""

    op: str
    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the comparison. `numbers_only`: nothing changed but the numbers of articles it refers to. `kin`: of an
    article without a pair, the article of the other text in which most of it stands (merged into, split from)."""

    kind: str
    old: Provision | None
    new: Provision | None
    spans: tuple[Span, ...] = ()
    likeness: float = 1.0
    numbers_only: bool = False
    kin: Provision | None = None

    @property
    def renumbered(self) -> bool:
        return bool(self.old and self.new and _place(self.old) != _place(self.new))


@dataclass(frozen=True)
class Comparison:
    """All rows in the order of the new text; what was removed stands after what it followed in the old."""

    rows: tuple[Row, ...]
    counts: dict[str, int] = field(default_factory=dict)

    def of(self, *kinds: str) -> tuple[Row, ...]:
        return tuple(r for r in self.rows if r.kind in kinds)


def _place(provision: Provision) -> tuple[int, int]:
    return provision.number, provision.inserted


def _plain(text: str) -> str:
    """The text without what differs between prints of the same law: widths, blanks, kinds of brackets."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text).translate(_PUNCTUATION).replace("\u200b", ""))


def _grams(text: str) -> Counter[str]:
    return Counter(text[i : i + 2] for i in range(len(text) - 1)) if len(text) > 1 else Counter(text)


def _likeness(a: Counter[str], b: Counter[str], size_a: int, size_b: int) -> float:
    """Dice coefficient of the bigrams, helped where one text contains most of the other (an article cut in two)."""
    if not size_a or not size_b:
        return 0.0
    if len(a) > len(b):
        a, b = b, a
    both = sum(min(n, b[g]) for g, n in a.items() if g in b)
    return max(2 * both / (size_a + size_b), 0.8 * both / min(size_a, size_b) if min(size_a, size_b) > 20 else 0.0)


def compare(old: Sequence[Provision], new: Sequence[Provision]) -> Comparison:
    """Compare the provisions of two versions; texts without articles are compared block by block."""
    a, b = _comparable(old), _comparable(new)
    plain_a, plain_b = [_plain(p.text) for p in a], [_plain(p.text) for p in b]
    pairs = _equal(plain_a, plain_b)
    left_a = [i for i in range(len(a)) if i not in pairs]
    taken = set(pairs.values())
    left_b = [j for j in range(len(b)) if j not in taken]
    scores = _assign(a, b, plain_a, plain_b, left_a, left_b)
    for i, (j, _score) in scores.items():
        pairs[i] = j
    rows = _ordered(a, b, pairs, scores, plain_a, plain_b)
    rows = tuple(_with_kin(row, a, b, plain_a, plain_b) for row in rows)
    return Comparison(rows, dict(Counter(r.kind for r in rows)))


def _comparable(provisions: Sequence[Provision]) -> list[Provision]:
    articles = [p for p in provisions if p.kind == ARTICLE]
    return articles or list(provisions)


def _equal(a: list[str], b: list[str]) -> dict[int, int]:
    """Pairs of equal texts: those in common order first, then the remaining ones wherever they stand."""
    pairs: dict[int, int] = {}
    for block in SequenceMatcher(None, a, b, autojunk=False).get_matching_blocks():
        for k in range(block.size):
            if a[block.a + k]:
                pairs[block.a + k] = block.b + k
    where: dict[str, list[int]] = {}
    taken = set(pairs.values())
    for j, text in enumerate(b):
        if j not in taken and text:
            where.setdefault(text, []).append(j)
    for i, text in enumerate(a):
        if i not in pairs and where.get(text):
            pairs[i] = where[text].pop(0)
    return pairs


def _assign(
    a: list[Provision],
    b: list[Provision],
    plain_a: list[str],
    plain_b: list[str],
    left_a: list[int],
    left_b: list[int],
) -> dict[int, tuple[int, float]]:
    if not left_a or not left_b:
        return {}
    grams_a, grams_b = {i: _grams(plain_a[i]) for i in left_a}, {j: _grams(plain_b[j]) for j in left_b}
    table = np.zeros((len(left_a), len(left_b)))
    true = np.zeros_like(table)
    for x, i in enumerate(left_a):
        size = sum(grams_a[i].values())
        for y, j in enumerate(left_b):
            like = _likeness(grams_a[i], grams_b[j], size, sum(grams_b[j].values()))
            true[x, y] = like
            if like < LIKE:
                continue
            # What counts is how far a pair is above the least: one sure pair is worth more than two doubtful ones. Order in
            # the whole text and an equal number speak for a pair, but only among likenesses close to each other.
            apart = abs(i / max(len(a), 1) - j / max(len(b), 1))
            table[x, y] = (
                NUMBER_BONUS
                + 0.01
                + like
                - LIKE
                - NUMBER_BONUS * apart
                + (NUMBER_BONUS if _place(a[i]) == _place(b[j]) else 0.0)
            )
    from scipy.optimize import linear_sum_assignment  # a third of a second that most programs do not need

    rows, columns = linear_sum_assignment(-table)
    return {left_a[x]: (left_b[y], float(true[x, y])) for x, y in zip(rows, columns, strict=True) if table[x, y] > 0}


def _ordered(
    a: list[Provision],
    b: list[Provision],
    pairs: dict[int, int],
    scores: dict[int, tuple[int, float]],
    plain_a: list[str],
    plain_b: list[str],
) -> tuple[Row, ...]:
    back = {j: i for i, j in pairs.items()}
    removed_after: dict[int, list[int]] = {}  # index in the new text after which an old article is told
    last = -1
    for i in range(len(a)):
        if i in pairs:
            last = pairs[i]
        else:
            removed_after.setdefault(last, []).append(i)
    rows: list[Row] = [Row(REMOVED, a[i], None, (Span("cut", a[i].text),), 0.0) for i in removed_after.get(-1, ())]
    for j, provision in enumerate(b):
        if j in back:
            i = back[j]
            rows.append(_pair(a[i], provision, plain_a[i] == plain_b[j], scores.get(i, (j, 1.0))[1]))
        else:
            rows.append(Row(ADDED, None, provision, (Span("new", provision.text),), 0.0))
        rows += [Row(REMOVED, a[i], None, (Span("cut", a[i].text),), 0.0) for i in removed_after.get(j, ())]
    return tuple(rows)


def _with_kin(row: Row, a: list[Provision], b: list[Provision], plain_a: list[str], plain_b: list[str]) -> Row:
    if row.kind not in (ADDED, REMOVED):
        return row
    own = row.new if row.kind == ADDED else row.old
    assert own is not None
    text = _plain(own.text)
    others, texts = (a, plain_a) if row.kind == ADDED else (b, plain_b)
    grams = _grams(text)
    size = sum(grams.values())
    if size < 12:
        return row
    best, kin = KIN, None
    for other, there in zip(others, texts, strict=True):
        if len(there) < size * KIN:
            continue
        bag = _grams(there)
        share = sum(min(n, bag[g]) for g, n in grams.items() if g in bag) / size
        if share > best:
            best, kin = share, other
    return replace(row, kin=kin) if kin is not None else row


def _pair(old: Provision, new: Provision, equal: bool, likeness: float) -> Row:
    if equal:
        return Row(SAME if _place(old) == _place(new) else MOVED, old, new)
    numbers_only = _ARTICLE.sub(r"第\1", _plain(old.text)) == _ARTICLE.sub(r"第\1", _plain(new.text))
    return Row(CHANGED, old, new, differ(old.text, new.text), round(likeness, 3), numbers_only)


def _words(text: str) -> list[str]:
    """Words for the difference; numbers of articles stay whole."""
    out: list[str] = []
    last = 0
    for match in _ARTICLE.finditer(text):
        out += rjieba.cut(text[last : match.start()])
        out.append(match[0])
        last = match.end()
    return [*out, *rjieba.cut(text[last:])]


def differ(old: str, new: str) -> tuple[Span, ...]:
    """Word-level difference. Joined, "same" and "cut" spans give the old text, "same" and "new" the new one."""
    a, b = _words(old), _words(new)
    spans: list[list[str]] = []
    for op, i1, i2, j1, j2 in _quiet(SequenceMatcher(None, a, b, autojunk=False).get_opcodes(), a):
        if op == "equal":
            spans.append(["same", "".join(a[i1:i2])])
            continue
        if i2 > i1:
            spans.append(["cut", "".join(a[i1:i2])])
        if j2 > j1:
            spans.append(["new", "".join(b[j1:j2])])
    return tuple(Span(op, text) for op, text in spans if text)


Opcode = tuple[str, int, int, int, int]


def _quiet(codes: Iterable[Opcode], a: list[str]) -> list[Opcode]:
    """Islands of one short word or a mark between two changes are read as part of the change: people read phrases."""
    out: list[Opcode] = []
    codes = list(codes)
    for n, (op, i1, i2, j1, j2) in enumerate(codes):
        island = op == "equal" and 0 < n < len(codes) - 1 and len("".join(a[i1:i2])) < 2
        kind = "replace" if island else op
        if kind != "equal" and out and out[-1][0] != "equal":
            before = out.pop()
            out.append(("replace", before[1], i2, before[3], j2))
        else:
            out.append((kind, i1, i2, j1, j2))
    return out


def place_text(provision: Provision) -> str:
    """第三十条之一, as acts number it; empty for a block without a number."""
    if not provision.number:
        return ""
    tail = f"之{numerals.write(provision.inserted)}" if provision.inserted else ""
    return f"第{numerals.write(provision.number)}条{tail}"
