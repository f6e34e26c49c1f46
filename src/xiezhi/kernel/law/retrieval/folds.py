"""Folds for cross-validation: questions that say nearly the same stay together. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import NDArray

from xiezhi.kernel.law.retrieval import grams

__all__ = ["assign", "groups", "topics"]


class _Union:
    def __init__(self, size: int) -> None:
        self.parent = list(range(size))

    def find(self, item: int) -> int:
        while self.parent[item] != item:
            self.parent[item] = self.parent[self.parent[item]]
            item = self.parent[item]
        return item

    def join(self, one: int, other: int) -> None:
        a, b = self.find(one), self.find(other)
        self.parent[max(a, b)] = min(a, b)


def groups(questions: Sequence[str], labels: Sequence[frozenset[Hashable]]) -> list[int]:
    """Near-duplicates: Jaccard of character 2-grams at least .4, or at least .2 with the same labels."""
    sets = [frozenset(g for g in grams.Text.of(q.lower()).grams.tolist() if g >= 65536) for q in questions]
    union = _Union(len(sets))
    holders: dict[int, list[int]] = defaultdict(list)
    for here, own in enumerate(sets):
        shared: dict[int, int] = defaultdict(int)
        for gram in own:
            for other in holders[gram]:
                shared[other] += 1
            holders[gram].append(here)
        for other, common in shared.items():
            jaccard = common / max(len(own | sets[other]), 1)
            if jaccard >= 0.4 or (jaccard >= 0.2 and labels[here] == labels[other]):
                union.join(here, other)
    return [union.find(i) for i in range(len(sets))]


def topics(near: Sequence[int], labels: Sequence[frozenset[Hashable]]) -> list[int]:
    """Near-duplicates and all questions that share a labeled article, so that none in a test fold was labeled before."""
    union = _Union(len(near))
    first: dict[Hashable, int] = {}
    for here, own in enumerate(labels):
        union.join(near[here], here)
        for label in own:
            union.join(first.setdefault(label, here), here)
    return [union.find(i) for i in range(len(near))]


def assign(group: Sequence[int], count: int = 5, seed: int = 0) -> NDArray[np.int64]:
    """A fold for each question: whole groups, the largest first, each to the smallest fold; ties by a seeded shuffle."""
    rng = np.random.default_rng(seed)
    members: dict[int, list[int]] = defaultdict(list)
    for here, name in enumerate(group):
        members[name].append(here)
    names = sorted(members)
    order = [names[i] for i in rng.permutation(len(names))]
    order.sort(key=lambda n: -len(members[n]))
    fold = np.zeros(len(group), dtype=np.int64)
    sizes = [0] * count
    for name in order:
        target = sizes.index(min(sizes))
        fold[members[name]] = target
        sizes[target] += len(members[name])
    return fold
