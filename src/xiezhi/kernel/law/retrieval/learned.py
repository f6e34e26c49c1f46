"""The numbers that come with the product: weights of the ranking, and the counts of laws and chapters, and weights of
character grams.

Learned by `bench/law_questions.py --learn` from labeled questions; no text is in them. One ranking for a library with an
encoder and one for a library without; and the weights set by hand, for where nothing learned is wanted.
"""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np

from xiezhi.kernel.law.retrieval import engine, priors, words
from xiezhi.kernel.law.retrieval.ranker import Ranker

__all__ = ["BY_HAND", "MEASURES", "Learned", "by_hand", "shipped"]

MEASURES = (*engine.NAMES, *priors.NAMES)
ENCODER = ("encoder", "encoder rank", "best sentence", "soft words")
BY_HAND = {"together": 1.0, "encoder": 0.6, "cover": 0.25, "cited from": 0.1, "cited": 0.04, "law": 0.08, "code": 0.1}
"""Weights of measures as they are, for an order in which no label had a part."""


@dataclass(frozen=True)
class Learned:
    """What labels taught: counts, weights of grams of articles and of questions, and a ranking with an encoder and
    without."""

    table: priors.Table
    articles: words.Weights
    questions: words.Weights
    with_encoder: Ranker
    without: Ranker

    def ranker(self, encoder: bool) -> Ranker:
        return self.with_encoder if encoder else self.without

    def pack(self, most: int) -> dict[str, Any]:
        """As JSON; at most so many grams of articles, and a third of that of questions."""
        return {
            "table": self.table.pack(),
            "articles": self.articles.pack(most),
            "questions": self.questions.pack(most // 3),
            "with_encoder": _pack(self.with_encoder),
            "without": _pack(self.without),
        }


def _pack(ranker: Ranker) -> dict[str, list[float]]:
    return {
        name: [round(float(v), 5) for v in (ranker.mean[i], ranker.spread[i], ranker.weights[i])]
        for i, name in enumerate(MEASURES)
    }


def _unpack(raw: dict[str, list[float]]) -> Ranker:
    rows = np.array([raw.get(name, [0.0, 1.0, 0.0]) for name in MEASURES])
    return Ranker(rows[:, 0], rows[:, 1], rows[:, 2])


def by_hand() -> Learned:
    """Nothing learned: measures as they are, times weights chosen by people."""
    one = Ranker(np.zeros(len(MEASURES)), np.ones(len(MEASURES)), np.array([BY_HAND.get(n, 0.0) for n in MEASURES]))
    return Learned(priors.Table.of([]), words.Weights.none(), words.Weights.none(), one, one)


def read(path: Path | None = None) -> Learned:
    """From a file, or the one that comes with the product. Raises OSError, ValueError or KeyError."""
    source = path or resources.files("xiezhi.kernel.law.retrieval").joinpath("data/learned.json")
    raw = json.loads(source.read_text(encoding="utf-8"))
    return unpack(raw)


def unpack(raw: dict[str, Any]) -> Learned:
    """The inverse of `Learned.pack`."""
    return Learned(
        priors.Table.unpack(raw["table"]),
        words.Weights.unpack(raw["articles"]),
        words.Weights.unpack(raw["questions"]),
        _unpack(raw["with_encoder"]),
        _unpack(raw["without"]),
    )


@functools.cache
def shipped() -> Learned:
    """The numbers that come with the product."""
    return read()
