"""A linear ranking learned from lists: standardized measures, softmax over each question's candidates. Pure.

Beside the measures it learns weights for grams of the articles and of the questions (see `words`), held small by penalties.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import minimize

__all__ = ["Ranker", "fit"]

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Ranker:
    """Mean, spread and weight of each measure."""

    mean: NDArray[np.float64]
    spread: NDArray[np.float64]
    weights: NDArray[np.float64]

    def score(self, rows: Floats) -> NDArray[np.float64]:
        value: NDArray[np.float64] = ((rows - self.mean) / self.spread) @ self.weights
        return value


def fit(
    lists: Sequence[Floats],
    labels: Sequence[NDArray[np.bool_]],
    penalty: float = 0.01,
    *,
    content: sparse.csr_matrix | None = None,
    places: Sequence[NDArray[np.int64]] = (),
    content_penalty: float = 0.003,
    asked: Sequence[sparse.csr_matrix] | None = None,
    asked_penalty: float = 0.002,
    offsets: Sequence[Floats] | None = None,
) -> tuple[Ranker, NDArray[np.float64], NDArray[np.float64]]:
    """Listwise softmax: the labeled candidates of a question share its weight; lists without a labeled one teach nothing.
    `content` are rows of all articles, `places` say which article each candidate is. `offsets` are added to the scores as
    they are; `asked` are rows of the candidates over grams of questions. Gives the ranking and the weights of the columns of
    `content` and of `asked`."""
    kept = [i for i, y in enumerate(labels) if y.any()]
    rows = np.concatenate([lists[i] for i in kept]).astype(np.float64)
    mean, spread = rows.mean(axis=0), rows.std(axis=0)
    spread = np.where(spread > 1e-6, spread, 1.0)
    rows = (rows - mean) / spread
    sizes = np.array([len(lists[i]) for i in kept])
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    target = np.concatenate([labels[i] / labels[i].sum() for i in kept])
    fixed = (
        np.concatenate([offsets[i] for i in kept]).astype(np.float64) if offsets is not None else np.zeros(len(rows))
    )
    width = rows.shape[1]
    used = back = at = None
    if content is not None:
        articles, at = np.unique(np.concatenate([places[i] for i in kept]), return_inverse=True)
        used = sparse.csr_matrix(content[articles])
        back = sparse.csr_matrix(used.T)
    said = sparse.vstack([asked[i] for i in kept], format="csr") if asked is not None else None
    unsaid = sparse.csr_matrix(said.T) if said is not None else None
    middle = width + (used.shape[1] if used is not None else 0)

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        own, words, spoken = weights[:width], weights[width:middle], weights[middle:]
        score = rows @ own + fixed
        if used is not None:
            score = score + (used @ words)[at]
        if said is not None:
            score = score + said @ spoken
        peak = np.repeat(np.maximum.reduceat(score, starts), sizes)
        raised = np.exp(score - peak)
        total = np.add.reduceat(raised, starts)
        logs = score - peak - np.repeat(np.log(total), sizes)
        value = -float(target @ logs) / len(kept) + penalty * float(own @ own)
        value += content_penalty * float(words @ words) + asked_penalty * float(spoken @ spoken)
        slope = (raised / np.repeat(total, sizes) - target) / len(kept)
        parts = [rows.T @ slope + 2 * penalty * own]
        if used is not None and back is not None and at is not None:
            parts.append(back @ np.bincount(at, slope, used.shape[0]) + 2 * content_penalty * words)
        if unsaid is not None:
            parts.append(unsaid @ slope + 2 * asked_penalty * spoken)
        return value, np.concatenate(parts)

    count = middle + (said.shape[1] if said is not None else 0)
    found = minimize(loss, np.zeros(count), jac=True, method="L-BFGS-B", options={"maxiter": 100}).x
    return Ranker(mean, spread, found[:width]), found[width:middle], found[middle:]
