"""字符片段: a text as character 1-grams and 2-grams, each a number, all in numpy. Pure: no database, no clock.

A 1-gram is the code of a character, a 2-gram the codes of two neighbors in one 32-bit number. Punctuation and spaces
break 2-grams. Words need a dictionary and gain nothing here (see docs/law/questions.md).
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Bag", "Text", "bags", "clean", "encode", "grams", "name"]

Ids = NDArray[np.int64]
Codes = NDArray[np.uint16]

_STOP = (
    "请问一下|请问|想问一下|想咨询一下|我想咨询|想咨询|咨询一下|我想问|想问|你好|您好|律师|麻烦|谢谢|"
    "应该怎么办|该怎么办|怎么办|怎么处理|如何处理|怎么做|应该如何|应当如何|如何|怎么样|怎样|怎么|"
    "有什么规定|有哪些规定|是怎么规定的|如何规定|有何规定|法律规定|法律上|"
    "是不是|是否|能不能|能否|可不可以|可否|会不会|要不要|需不需要|有没有|"
    "什么时候|为什么|什么样|什么|哪些|哪个|哪种|哪里|多少|几个|"
    "可以吗|行吗|对吗|吗|呢|吧|啊|呀|该|这种情况下|这种情况|在这种情况|情况下"
)
_STOP_RE = re.compile(_STOP)


def clean(question: str) -> str:
    """The question in normal form without the phrases every question has (怎么办, 是否, 请问)."""
    text = unicodedata.normalize("NFKC", question).lower()
    rest = _STOP_RE.sub(" ", text)
    return rest if len(re.sub(r"\W", "", rest)) >= 2 else text


@functools.cache
def _table() -> NDArray[np.bool_]:
    """Which 16-bit codes are characters that count: Han, Latin letters, digits, surrogate halves."""
    out = np.zeros(65536, dtype=bool)
    for low, high in ((0x30, 0x3A), (0x41, 0x5B), (0x61, 0x7B), (0x3400, 0xA000), (0xF900, 0xFB00), (0xD800, 0xE000)):
        out[low:high] = True
    return out


def encode(texts: Sequence[str]) -> tuple[Codes, Ids]:
    """All texts in one array of 16-bit codes, and where each begins (one more entry than texts)."""
    raw = [t.encode("utf-16-le", "replace") for t in texts]
    starts = np.zeros(len(raw) + 1, dtype=np.int64)
    np.cumsum([len(r) // 2 for r in raw], out=starts[1:])
    return np.frombuffer(b"".join(raw), dtype=np.uint16), starts


def grams(codes: Codes, starts: Ids) -> tuple[Ids, NDArray[np.uint32]]:
    """(text number, gram) of every 1-gram and 2-gram, not sorted."""
    owner = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    good = _table()[codes]
    one = codes[good].astype(np.uint32)
    pairs = good[:-1] & good[1:] & (owner[:-1] == owner[1:])
    two = (codes[:-1][pairs].astype(np.uint32) << 16) | codes[1:][pairs]
    return np.concatenate([owner[good], owner[:-1][pairs]]), np.concatenate([one, two])


def name(gram: int) -> str:
    """The characters of a gram."""
    return chr(gram) if gram < 65536 else chr(gram >> 16) + chr(gram & 0xFFFF)


def number(text: str) -> int:
    """The gram of one or two characters; the inverse of `name`."""
    return ord(text) if len(text) == 1 else (ord(text[0]) << 16) | ord(text[1])


@dataclass(frozen=True)
class Text:
    """One text's distinct grams, sorted, with how often each occurs."""

    grams: NDArray[np.uint32]
    counts: NDArray[np.int64]

    @classmethod
    def of(cls, text: str) -> Text:
        codes, starts = encode([text])
        found, counts = np.unique(grams(codes, starts)[1], return_counts=True)
        return cls(found, counts)


@dataclass(frozen=True)
class Bag:
    """Grams of many texts, rows in order: texts `indptr`, `columns` into `vocabulary` (sorted), `counts`."""

    vocabulary: NDArray[np.uint32]
    indptr: Ids
    columns: NDArray[np.int32]
    counts: NDArray[np.float32]

    @property
    def rows(self) -> int:
        return len(self.indptr) - 1


def lookup(vocabulary: NDArray[np.uint32], wanted: NDArray[np.uint32]) -> tuple[Ids, NDArray[np.bool_]]:
    """Places of `wanted` in the sorted `vocabulary`, and which of them are there at all."""
    if not len(vocabulary):
        return np.zeros(len(wanted), dtype=np.int64), np.zeros(len(wanted), dtype=bool)
    at = np.minimum(np.searchsorted(vocabulary, wanted), len(vocabulary) - 1)
    return at, vocabulary[at] == wanted


def bags(texts: Sequence[str], vocabulary: NDArray[np.uint32] | None = None) -> Bag:
    """Count the grams of many texts; over their own vocabulary, or a given one (others are left out)."""
    codes, starts = encode(texts)
    owner, found = grams(codes, starts)
    if vocabulary is None:
        vocabulary, column = np.unique(found, return_inverse=True)
    else:
        column, there = lookup(vocabulary, found)
        owner, column = owner[there], column[there]
    width = max(len(vocabulary), 1)
    keys, counts = np.unique(owner * width + column, return_counts=True)
    rows = keys // width
    indptr = np.zeros(len(texts) + 1, dtype=np.int64)
    np.cumsum(np.bincount(rows, minlength=len(texts)), out=indptr[1:])
    return Bag(vocabulary, indptr, (keys % width).astype(np.int32), counts.astype(np.float32))
