"""Weights of character grams that labels taught, beside the measures. Pure.

Of articles: one that says who may claim what from whom is asked for, one that tells ministries to coordinate is not; the
words of an article show which it is, whatever the question. Of questions: some words carry what is asked, some only dress
it. Both are numbers by gram, and so carry over to other libraries.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from xiezhi.kernel.law.retrieval import grams, lexical

__all__ = ["Weights", "article_rows", "of_articles"]

Floats = NDArray[np.float32]
_SIZE = 3.0  # length of an article's row
LEAST_ARTICLES = 30
LEAST_QUESTIONS = 2


@dataclass(frozen=True)
class Weights:
    """A weight for each gram (sorted)."""

    grams: NDArray[np.uint32]
    values: Floats

    def get(self, wanted: NDArray[np.uint32]) -> Floats:
        """Weights of grams, 0 for those not known."""
        if not len(self.grams):
            return np.zeros(len(wanted), dtype=np.float32)
        at, there = grams.lookup(self.grams, wanted)
        return np.where(there, self.values[at], 0).astype(np.float32)

    def pack(self, most: int) -> dict[str, Any]:
        """The `most` weightiest grams as one string, and hundredths."""
        best = np.sort(np.argsort(-np.abs(self.values), kind="stable")[:most])
        best = best[np.round(self.values[best] * 100) != 0]
        return {
            "grams": " ".join(grams.name(int(g)) for g in self.grams[best]),
            "hundredths": [int(v) for v in np.round(self.values[best] * 100)],
        }

    @classmethod
    def unpack(cls, raw: Mapping[str, Any]) -> Weights:
        found = sorted(zip((grams.number(g) for g in raw["grams"].split()), raw["hundredths"], strict=True))
        return cls(np.array([p[0] for p in found], dtype=np.uint32), np.array([p[1] / 100 for p in found], np.float32))

    @classmethod
    def none(cls) -> Weights:
        return cls(np.zeros(0, dtype=np.uint32), np.zeros(0, dtype=np.float32))


def lengths(index: lexical.Index) -> Floats:
    """Euclidean length of each article's BM25 weights."""
    squares = np.bincount(index.texts, index.weights.astype(np.float64) ** 2, index.size)
    return np.maximum(np.sqrt(squares), 1e-6).astype(np.float32)


def article_rows(index: lexical.Index, wanted: NDArray[np.bool_]) -> tuple[sparse.csr_matrix, NDArray[np.uint32]]:
    """Articles as rows of BM25 weights of one length, over the grams found in enough of the wanted articles."""
    columns = np.repeat(np.arange(len(index.vocabulary)), np.diff(index.starts))
    inside = wanted[index.texts]
    often = np.bincount(columns[inside], minlength=len(index.vocabulary)) >= LEAST_ARTICLES
    chosen = often[columns] & inside
    place = np.cumsum(often) - 1
    values = index.weights[chosen].astype(np.float32) / lengths(index)[index.texts[chosen]] * _SIZE
    shape = (index.size, int(often.sum()))
    rows = sparse.coo_matrix((values, (index.texts[chosen], place[columns[chosen]])), shape=shape)
    return rows.tocsr(), index.vocabulary[often]


def of_articles(weights: Weights, index: lexical.Index) -> Floats:
    """What each article of an index gets, the same for every question."""
    out = np.zeros(index.size, dtype=np.float32)
    if not len(weights.grams):
        return out
    at, there = grams.lookup(index.vocabulary, weights.grams)
    for column, weight in zip(at[there], weights.values[there], strict=True):
        low, high = index.starts[column], index.starts[column + 1]
        out[index.texts[low:high]] += index.weights[low:high].astype(np.float32) * weight
    return out * _SIZE / lengths(index)


def question_columns(questions: list[NDArray[np.uint32]]) -> NDArray[np.uint32]:
    """Grams that stand in enough questions to learn a weight for."""
    found, counts = np.unique(np.concatenate(questions), return_counts=True)
    return found[counts >= LEAST_QUESTIONS]


def question_rows(words: NDArray[np.uint32], shares: Floats, columns: NDArray[np.uint32]) -> sparse.csr_matrix:
    """Candidates of a question as rows over `columns`: the share of the question each gram is, where it is held."""
    at, there = grams.lookup(columns, words)
    row, col = np.nonzero(shares[:, there])
    data = shares[:, there][row, col]
    return sparse.csr_matrix((data, (row, at[there][col])), shape=(len(shares), len(columns)))
