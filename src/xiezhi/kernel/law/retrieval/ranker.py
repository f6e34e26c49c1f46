"""A linear ranking learned from lists: standardized measures, softmax over each question's candidates. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
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
        return ((rows - self.mean) / self.spread) @ self.weights


def fit(lists: Sequence[Floats], labels: Sequence[NDArray[np.bool_]], penalty: float = 0.01) -> Ranker:
    """Listwise softmax: the labeled candidates of a question share its weight. Lists without a labeled one teach nothing."""
    kept = [(x, y) for x, y in zip(lists, labels, strict=True) if y.any()]
    rows = np.concatenate([x for x, _ in kept]).astype(np.float64)
    mean, spread = rows.mean(axis=0), rows.std(axis=0)
    spread = np.where(spread > 1e-6, spread, 1.0)
    rows = (rows - mean) / spread
    starts = np.concatenate([[0], np.cumsum([len(x) for x, _ in kept])[:-1]])
    lengths = np.array([len(x) for x, _ in kept])
    target = np.concatenate([y / y.sum() for _, y in kept])

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        score = rows @ weights
        peak = np.repeat(np.maximum.reduceat(score, starts), lengths)
        raised = np.exp(score - peak)
        total = np.add.reduceat(raised, starts)
        probability = raised / np.repeat(total, lengths)
        logs = score - peak - np.repeat(np.log(total), lengths)
        value = -float(target @ logs) / len(kept) + penalty * float(weights @ weights)
        return value, rows.T @ (probability - target) / len(kept) + 2 * penalty * weights

    found = minimize(loss, np.zeros(rows.shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": 200})
    return Ranker(mean, spread, found.x)
