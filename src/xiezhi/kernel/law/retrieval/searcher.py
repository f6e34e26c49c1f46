"""One question, one ranking: engine, learned numbers and the order they give. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xiezhi.kernel.law.retrieval import lexical, priors, words
from xiezhi.kernel.law.retrieval.engine import Engine, Question
from xiezhi.kernel.law.retrieval.learned import Learned

__all__ = ["Ranked", "Searcher"]


@dataclass(frozen=True)
class Ranked:
    """Places of articles, best first, and how the ranking shares its confidence among them (sums to at most 1)."""

    places: NDArray[np.int64]
    scores: NDArray[np.float64]


class Searcher:
    """Answers questions against an engine; makes no change to either."""

    def __init__(self, engine: Engine, learned: Learned, counted: NDArray[np.bool_] | None = None) -> None:
        self.engine, self.learned = engine, learned
        self.match = priors.Match.of(learned.table, priors.Places.of(engine, counted))
        self.ranker = learned.ranker(engine.encoder is not None)
        self.articles = words.of_articles(learned.articles, engine.index)

    def ask(self, question: str, limit: int = 100, allowed: NDArray[np.bool_] | None = None) -> Ranked:
        """The best articles. Nothing at all where the question has no character that counts."""
        asked = Question.of(question)
        if not len(asked.own.grams) or not self.engine.size or (allowed is not None and not allowed.any()):
            return Ranked(np.zeros(0, dtype=np.int64), np.zeros(0))
        scores = self.engine.scores(asked, allowed)
        places = self.engine.candidates(scores, allowed)
        if not len(places):
            return Ranked(places, np.zeros(0))
        look = self.engine.look(asked, scores, places)
        rows = np.concatenate([look.rows, priors.features(self.learned.table, self.match, places)], axis=1)
        value = self.ranker.score(rows) + self.articles[places] + look.shares @ self.learned.questions.get(look.words)
        best = np.argsort(-value, kind="stable")
        share = np.exp(value - value.max())
        share /= share.sum()
        return Ranked(places[best][:limit], share[best][:limit])


def top(searcher: Searcher, question: str, k: int = 100) -> list[int]:
    """Only the words of the question: BM25, for comparison."""
    asked = Question.of(question)
    own = searcher.engine.index.score(dict.fromkeys(asked.own.grams.tolist(), 1.0))
    return [int(p) for p in lexical.top(own, k)]
