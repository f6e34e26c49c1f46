"""Measures of a ranking against labels, as benchmarks of retrieval define them. Pure."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["NAMES", "interval", "measure", "paired"]

NAMES = ("R@5", "R@10", "R@100", "MRR@10", "NDCG@10")


def measure(ranked: Sequence[int], relevant: Collection[int]) -> tuple[float, float, float, float, float]:
    """R@5, R@10, R@100, MRR@10 and binary NDCG@10 of one question. `relevant` must not be empty."""
    wanted = set(relevant)
    hits = [place for place, key in enumerate(ranked[:100]) if key in wanted]
    recall = [sum(h < k for h in hits) / len(wanted) for k in (5, 10, 100)]
    first = next((1 / (h + 1) for h in hits if h < 10), 0.0)
    gain = sum(1 / math.log2(h + 2) for h in hits if h < 10)
    best = sum(1 / math.log2(p + 2) for p in range(min(len(wanted), 10)))
    return recall[0], recall[1], recall[2], first, gain / best


def interval(values: NDArray[np.float64], rounds: int = 2000, seed: int = 7) -> tuple[float, float]:
    """95 % bootstrap interval of the mean, over questions."""
    rng = np.random.default_rng(seed)
    means = values[rng.integers(0, len(values), (rounds, len(values)))].mean(axis=1)
    return float(np.quantile(means, 0.025)), float(np.quantile(means, 0.975))


def paired(after: NDArray[np.float64], before: NDArray[np.float64]) -> tuple[float, float, float]:
    """Mean difference of two runs on the same questions, with its 95 % interval."""
    low, high = interval(after - before)
    return float((after - before).mean()), low, high
