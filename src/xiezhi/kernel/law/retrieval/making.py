"""Making an encoder: from articles to vectors, with the progress told. Pure."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from xiezhi.kernel.law.retrieval import encoder, pairs, spoken
from xiezhi.kernel.law.retrieval.corpus import Article
from xiezhi.kernel.law.retrieval.vectors import Bytes, GramModel, Vectors

__all__ = ["SETTINGS", "gram_model", "vectors"]

Progress = Callable[[str, int, int], None]
SETTINGS = encoder.Settings()


def gram_model(
    articles: Sequence[Article], progress: Progress | None = None, settings: encoder.Settings = SETTINGS
) -> GramModel:
    """Learn an encoder from articles: the same articles give the same encoder."""
    say = progress or (lambda what, done, total: None)
    say("vocabulary", 0, 1)
    vocabulary = pairs.vocabulary_of(articles, settings.grams)
    matrix = pairs.articles_matrix(articles, vocabulary)
    say("vocabulary", 1, 1)
    start, weights = encoder.lsa(matrix, settings, say)
    model = encoder.begin(vocabulary, start, weights)
    clauses = [pairs.clauses(a.text) for a in articles]
    flat = [c for own in clauses for c in own]
    source = pairs.Source(articles, vocabulary, spoken.backward(flat, settings.seed), clauses)
    encoder.train(model, lambda rng, _: source.draw(rng, settings.batch), settings, say)
    return GramModel.of(model)


def vectors(
    articles: Sequence[Article], progress: Progress | None = None, *, steps: int | None = None, kept: Path | None = None
) -> Vectors:
    """An encoder and the vectors of the articles. `kept`: a file the encoder is written to, or read from if it exists."""
    say = progress or (lambda what, done, total: None)
    settings = SETTINGS if steps is None else dataclasses.replace(SETTINGS, steps=steps)
    if kept is not None and kept.exists():
        with np.load(kept) as file:
            model = GramModel.from_arrays(dict(file))
    else:
        model = gram_model(articles, say, settings)
        if kept is not None:
            np.savez(kept, **{k: np.asarray(v) for k, v in model.arrays().items()})  # type: ignore[arg-type]
    told = model.articles([a.heard for a in articles], lambda done, total: say("articles", done, total))
    return Vectors(model, Bytes.of(told))
