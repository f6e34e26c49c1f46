"""BM25 over character grams: postings in three arrays that can be memory-mapped. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xiezhi.kernel.law.retrieval import grams

__all__ = ["K1", "B", "Index", "build"]

K1, B = 1.3, 0.75

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Index:
    """`weights` hold the whole BM25 value of a gram in a text: scoring is a sum over postings."""

    vocabulary: NDArray[np.uint32]
    starts: NDArray[np.int64]
    texts: NDArray[np.int32]
    weights: NDArray[np.float16]
    idf: Floats
    size: int

    def score(self, terms: Mapping[int, float]) -> Floats:
        """BM25 of every text for weighted grams."""
        out = np.zeros(self.size, dtype=np.float32)
        wanted = np.fromiter(terms, dtype=np.uint32, count=len(terms))
        factor = np.fromiter(terms.values(), dtype=np.float32, count=len(terms))
        at, there = grams.lookup(self.vocabulary, wanted)
        for column, times in zip(at[there], factor[there], strict=True):
            low, high = self.starts[column], self.starts[column + 1]
            out[self.texts[low:high]] += self.weights[low:high].astype(np.float32) * times
        return out

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        return {n: getattr(self, n) for n in ("vocabulary", "starts", "texts", "weights", "idf")}


def build(bag: grams.Bag) -> Index:
    """Index counted texts."""
    n, width = bag.rows, len(bag.vocabulary)
    lengths = np.add.reduceat(np.append(bag.counts, 0), np.minimum(bag.indptr[:-1], len(bag.counts)))
    lengths = np.where(np.diff(bag.indptr) > 0, lengths, 0).astype(np.float32)
    mean = float(lengths.mean()) or 1.0
    df = np.bincount(bag.columns, minlength=width)
    idf = np.log(1 + (n - df + 0.5) / (df + 0.5)).astype(np.float32)
    rows = np.repeat(np.arange(n, dtype=np.int32), np.diff(bag.indptr))
    value = bag.counts * (K1 + 1) / (bag.counts + K1 * (1 - B + B * lengths[rows] / mean)) * idf[bag.columns]
    order = np.argsort(bag.columns, kind="stable")
    starts = np.zeros(width + 1, dtype=np.int64)
    np.cumsum(df, out=starts[1:])
    return Index(bag.vocabulary, starts, rows[order], value[order].astype(np.float16), idf, n)


def top(scores: Floats, k: int) -> NDArray[np.int64]:
    """Places of the k greatest scores, best first; equal ones in order of place."""
    if k >= len(scores):
        return np.argsort(-scores, kind="stable")
    cut = np.partition(scores, len(scores) - k)[len(scores) - k]
    found = np.flatnonzero(scores >= cut)
    return found[np.argsort(-scores[found], kind="stable")][:k]


def merge(parts: Sequence[Mapping[int, float]]) -> dict[int, float]:
    """One query of several: the greater weight of a gram counts."""
    out: dict[int, float] = {}
    for part in parts:
        for gram, weight in part.items():
            out[gram] = max(out.get(gram, 0.0), weight)
    return out
