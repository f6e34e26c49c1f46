"""A small encoder of questions and articles, learned from the articles themselves. Pure numpy and scipy.

A text is the weighted sum of the vectors of its character grams, passed through one residual linear layer a side and set to
length one; a question fits an article as far as their vectors point the same way. Vectors begin as latent semantic
analysis of the articles; training then draws a clause to the rest of its article, a heading to its article and a citing
article to the cited one, against the other articles of the batch.

Everything is float32 and seeded: the same articles on the same machine give the same encoder, on other machines one that
differs by rounding.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from xiezhi.kernel.law.retrieval import grams

__all__ = ["Encoder", "Pairs", "Settings", "Side", "lsa", "train"]

Floats = NDArray[np.float32]
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Settings:
    """How an encoder is made. `steps` batches of `batch` pairs."""

    dimensions: int = 256
    grams: int = 80_000
    steps: int = 1800
    batch: int = 384
    rate: float = 0.03
    temperature: float = 0.05
    seed: int = 20231106


@dataclass
class Side:
    """What differs between questions and articles: a weight a gram, and a linear layer."""

    weights: Floats
    layer: Floats

    def copy(self) -> Side:
        return Side(self.weights.copy(), self.layer.copy())


@dataclass
class Encoder:
    """`vectors` by place in the sorted `vocabulary`."""

    vocabulary: NDArray[np.uint32]
    vectors: Floats
    question: Side
    article: Side

    def copy(self) -> Encoder:
        return Encoder(self.vocabulary, self.vectors.copy(), self.question.copy(), self.article.copy())

    def encode(self, texts: sparse.csr_matrix, side: Side) -> Floats:
        """Vectors of length one for rows of log counts."""
        scaled = sparse.csr_matrix((texts.data * side.weights[texts.indices], texts.indices, texts.indptr), texts.shape)
        hidden = np.asarray(scaled @ self.vectors, dtype=np.float32)
        out = hidden + hidden @ side.layer
        return np.asarray(out / np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-9), dtype=np.float32)


def rows(bag: grams.Bag) -> sparse.csr_matrix:
    """Counted texts as rows of log counts."""
    data = np.log1p(bag.counts).astype(np.float32)
    return sparse.csr_matrix((data, bag.columns, bag.indptr), shape=(bag.rows, len(bag.vocabulary)))


def lsa(texts: sparse.csr_matrix, settings: Settings, progress: Progress | None = None) -> tuple[Floats, Floats]:
    """Vectors of grams by latent semantic analysis (randomized, two power steps), and their idf weights."""
    say = progress or (lambda what, done, total: None)
    rng = np.random.default_rng(settings.seed)
    df = np.bincount(texts.indices, minlength=texts.shape[1])
    idf = np.log((texts.shape[0] + 1) / (df + 1)).astype(np.float32)
    scaled = sparse.csr_matrix((texts.data * idf[texts.indices], texts.indices, texts.indptr), texts.shape)
    norms = np.sqrt(np.asarray(scaled.multiply(scaled).sum(axis=1)).ravel())
    scaled = sparse.diags((1 / np.maximum(norms, 1e-9)).astype(np.float32)) @ scaled
    scaled = sparse.csr_matrix(scaled)
    turned = sparse.csr_matrix(scaled.T)
    width = min(settings.dimensions + 32, min(scaled.shape))
    basis = np.linalg.qr(scaled @ rng.standard_normal((scaled.shape[1], width), dtype=np.float32))[0]
    for step in range(2):
        say("lsa", step, 3)
        basis = np.linalg.qr(turned @ basis)[0]
        basis = np.linalg.qr(scaled @ basis)[0]
    say("lsa", 2, 3)
    left, values, _ = np.linalg.svd(turned @ basis, full_matrices=False)
    size = min(settings.dimensions, len(values))
    vectors = np.zeros((scaled.shape[1], settings.dimensions), dtype=np.float32)
    vectors[:, :size] = left[:, :size]
    vectors /= np.sqrt((vectors**2).sum(axis=1)).mean() + 1e-9
    say("lsa", 3, 3)
    return vectors, idf


def begin(vocabulary: NDArray[np.uint32], vectors: Floats, weights: Floats) -> Encoder:
    """An encoder before training."""
    size = vectors.shape[1]
    sides = [Side(weights.copy(), np.zeros((size, size), dtype=np.float32)) for _ in range(2)]
    return Encoder(vocabulary, vectors, *sides)


@dataclass(frozen=True)
class Pairs:
    """One batch: rows of questions beside rows of the articles they belong to. `same` marks pairs (i, j) that must not
    count against each other (the same article twice). `extra` are articles that belong to no question of the batch."""

    questions: sparse.csr_matrix
    articles: sparse.csr_matrix
    same: NDArray[np.int64]
    weight: Floats | None = None


class Trainer:
    """Adam on layers, row-wise adaptive steps on the vectors of the grams a batch touches."""

    def __init__(self, encoder: Encoder, settings: Settings) -> None:
        self.encoder, self.settings = encoder, settings
        self.seen = np.full(len(encoder.vectors), 1e-12, dtype=np.float32)
        self.sides = (encoder.question, encoder.article)
        self.weight_seen = [np.full(len(encoder.vectors), 1e-12, dtype=np.float32) for _ in self.sides]
        self.moments = [(np.zeros_like(s.layer), np.zeros_like(s.layer)) for s in self.sides]
        self.steps = 0

    def step(self, pairs: Pairs, rate: float) -> float:
        """One batch; gives the loss."""
        model = self.encoder
        inputs = (pairs.questions, pairs.articles)
        forward = [self._forward(x, side) for x, side in zip(inputs, self.sides, strict=True)]
        zq, za = forward[0][4], forward[1][4]
        logits = (zq @ za.T) / self.settings.temperature
        count = len(zq)
        clash = (pairs.same[:count, None] == pairs.same[None, :]) & ~np.eye(count, len(za), dtype=bool)
        logits[clash] = -1e4
        loss, slope = _softmax_loss(logits, count, pairs.weight)
        slope /= self.settings.temperature
        self.steps += 1
        for (columns, inner, hidden, length, out), side, gradient, number in zip(
            forward, self.sides, (slope @ za, slope.T @ zq), (0, 1), strict=True
        ):
            inward = (gradient - out * (gradient * out).sum(axis=1, keepdims=True)) / length
            layer = hidden.T @ inward
            back = inward + inward @ side.layer.T
            touched = np.asarray(inner.T @ back, dtype=np.float32)  # before the weights
            weights = side.weights[columns]
            vectors = model.vectors[columns]
            change = (touched * vectors).sum(axis=1) * weights
            touched *= weights[:, None]
            self.seen[columns] += (touched**2).mean(axis=1)
            model.vectors[columns] = vectors - (rate / np.sqrt(self.seen[columns]))[:, None] * touched
            self.weight_seen[number][columns] += change**2
            side.weights[columns] = weights * np.exp(
                -np.clip(rate * change / np.sqrt(self.weight_seen[number][columns]), -0.2, 0.2)
            )
            self._adam(side, number, layer, rate * 0.05)
        return loss

    def _forward(
        self, x: sparse.csr_matrix, side: Side
    ) -> tuple[NDArray[np.int64], sparse.csr_matrix, Floats, Floats, Floats]:
        columns, places = np.unique(x.indices, return_inverse=True)
        inner = sparse.csr_matrix((x.data, places, x.indptr), shape=(x.shape[0], len(columns)))
        hidden = np.asarray(inner @ (self.encoder.vectors[columns] * side.weights[columns][:, None]), dtype=np.float32)
        out = hidden + hidden @ side.layer
        length = np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-6)
        return columns, inner, hidden, length, out / length

    def _adam(self, side: Side, number: int, gradient: Floats, rate: float) -> None:
        first, second = self.moments[number]
        first += 0.1 * (gradient - first)
        second += 0.01 * (gradient**2 - second)
        side.layer -= (
            rate * (first / (1 - 0.9**self.steps)) / (np.sqrt(second / (1 - 0.99**self.steps)) + 1e-8)
        ).astype(np.float32)


def _softmax_loss(logits: Floats, count: int, weight: Floats | None) -> tuple[float, Floats]:
    """Both ways: each question finds its article among all, each article its question. Gives loss and slope."""
    share = np.ones(count, dtype=np.float32) if weight is None else weight
    share = share / share.sum()
    ahead = np.exp(logits - logits.max(axis=1, keepdims=True))
    ahead /= ahead.sum(axis=1, keepdims=True)
    square = logits[:, :count]
    behind = np.exp(square - square.max(axis=0, keepdims=True))
    behind /= behind.sum(axis=0, keepdims=True)
    at = np.arange(count)
    loss = -float((share * (np.log(ahead[at, at] + 1e-9) + 0.5 * np.log(behind[at, at] + 1e-9))).sum())
    ahead[at, at] -= 1
    behind[at, at] -= 1
    slope = ahead * share[:, None]
    slope[:, :count] += 0.5 * behind * share[None, :]
    return loss, slope


def train(
    encoder: Encoder,
    draw: Callable[[np.random.Generator, int], Pairs],
    settings: Settings,
    progress: Progress | None = None,
) -> Encoder:
    """Train in place on batches that `draw` makes; the rate falls to a tenth over the steps."""
    rng = np.random.default_rng(settings.seed + 1)
    trainer = Trainer(encoder, settings)
    for number in range(settings.steps):
        share = number / max(settings.steps, 1)
        rate = settings.rate * min(1.0, (number + 1) / 50) * (1 - 0.9 * share)
        trainer.step(draw(rng, number), rate)
        if progress:
            progress("train", number + 1, settings.steps)
    return encoder
