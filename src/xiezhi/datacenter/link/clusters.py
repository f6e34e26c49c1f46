"""Joins entities to clusters, the surest link first, and refuses what a person has to look at.

Two groups that own different valid numbers never come together. A link is also refused when members of the two sides were compared and
spoke clearly against it, and groups without a number of their own only join when at least half of their pairs agree, unless the link is
certain; where a side owns a number, its group speaks for it. So a chain of likely links cannot draw two persons into one.

What sure links alone hold together is a core. Where a cluster has several, the one that owns a number (else the largest) stands without
review and the others wait for it, however sure their members are of each other.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

PATIENCE = 200
CERTAIN = 0.995


class Union:
    """Places 0, 1, 2 ... joined so far: who leads each, who belongs, and which anchor it has."""

    def __init__(self, size: int, anchors: list[int]) -> None:
        self.leader = list(range(size))
        self.members: dict[int, list[int]] = {}
        self.anchor = {place: place for place in anchors}

    def find(self, place: int) -> int:
        leader = self.leader
        while (up := leader[place]) != place:
            leader[place] = place = leader[up]
        return place

    def of(self, leader: int) -> list[int]:
        return self.members.get(leader) or [leader]

    def join(self, one: int, two: int) -> None:
        low, high = (one, two) if one < two else (two, one)
        self.leader[high] = low
        self.members[low] = self.of(low) + self.of(high)
        self.members.pop(high, None)
        anchor = self.anchor.pop(high, None)
        if anchor is not None:
            self.anchor[low] = anchor

    def joined(self) -> list[int]:
        """Every place that was joined to another."""
        return sorted(place for members in self.members.values() for place in members)


def _code(known: np.ndarray, one: np.ndarray, two: np.ndarray) -> np.ndarray:
    """Pairs of places, each by one number whatever its direction."""
    return np.asarray(np.minimum(one, two) * max(1, len(known)) + np.maximum(one, two))


def _pairs(known: np.ndarray, one: np.ndarray, two: np.ndarray) -> np.ndarray:
    """The numbers of those pairs of entities of which both are known."""
    if not len(known):
        return np.zeros(0, dtype=np.int64)
    at = [np.minimum(np.searchsorted(known, side), len(known) - 1) for side in (one, two)]
    both = (known[at[0]] == one) & (known[at[1]] == two)
    return _code(known, at[0][both], at[1][both])


def join(edges: pa.Table, against: pa.Table, threshold: float, sure: float = 0.0) -> tuple[pa.Table, pa.Table]:
    """(entity → leader and whether it stands in the core by links of at least `sure`, link → used or why not) for links of at least the threshold.

    edges: lid, ent, anchor, chance, weight. The outcome is the same whatever the order of the rows.

    Most records have one link, and that to a group with a number. Whatever else happens to that group, its number speaks for it, so
    such a leaf joins or not by itself; only the other links go one by one.
    """
    lid, ent = (np.asarray(edges[column].to_numpy(), dtype=np.int64) for column in ("lid", "ent"))
    anchored, chance, weight = (np.asarray(edges[column].to_numpy()) for column in ("anchor", "chance", "weight"))
    order = np.lexsort((ent, lid, -np.round(weight, 6), -np.round(np.where(chance > 0.999999, 1.0, chance), 6)))
    below = np.flatnonzero(chance[order] < threshold)
    order = order[: below[0]] if len(below) else order
    known = np.unique(np.concatenate([lid[order], ent[order]]))
    left, right = np.searchsorted(known, lid[order]), np.searchsorted(known, ent[order])
    refused = _pairs(known, *(np.asarray(against[column].to_numpy(), dtype=np.int64) for column in ("lid", "ent")))
    owner = np.isin(known, ent[anchored == 1])
    links = np.bincount(np.concatenate([left, right]), minlength=len(known))
    leaf = (links[left] == 1) & owner[right] & ~owner[left]
    states = np.zeros(len(lid), dtype=np.int8)
    free = leaf & ~np.isin(_code(known, left, right), refused)
    states[order[leaf]] = 4
    states[order[free]] = 1
    loose = (anchored == 0) & (chance >= threshold)
    union = Union(len(known), np.flatnonzero(owner).tolist())
    sureness = chance[order]
    cores = _one_by_one(
        union, states, order[~leaf].tolist(), left[~leaf].tolist(), right[~leaf].tolist(), sureness[~leaf].tolist(),
        set(refused.tolist()), set(_pairs(known, lid[loose], ent[loose]).tolist()), sure,
    )  # fmt: skip
    every = np.array([union.find(place) for place in range(len(known))], dtype=np.int64)
    core = every.copy() if cores is None else np.array(cores, dtype=np.int64)
    joined = np.zeros(len(known), dtype=bool)
    joined[union.joined()] = True
    joined[left[free]] = joined[right[free]] = True
    every[left[free]] = every[right[free]]
    safe = free & (sureness >= sure)
    core[left[safe]] = core[right[safe]]
    leaders = _least(every)
    inside = np.ones(len(known), dtype=bool)
    if len(sureness) and sureness.min() < sure:
        inside = _in_core(leaders, _least(core), owner, joined)
    table = pa.table(
        {
            "ent": pa.array(known[joined], pa.int64()),
            "leader": pa.array(known[leaders[joined]], pa.int64()),
            "core": pa.array(inside[joined].astype(np.int8), pa.int8()),
        }
    )
    outcome = pa.table({"lid": pa.array(lid), "ent": pa.array(ent), "state": pa.array(states)})
    return table, outcome


def _one_by_one(
    union: Union, states: np.ndarray, places: list[int], left: list[int], right: list[int], chances: list[float], refused: set[int],
    likely: set[int], sure: float,
) -> list[int] | None:  # fmt: skip
    """Joins what links say, the surest first, and tells each link's state; who led whom when the first link came that was not sure."""
    cores: list[int] | None = None
    anchors, size = union.anchor, max(1, len(union.leader))
    for place, one, two, chance in zip(places, left, right, chances, strict=True):
        if cores is None and chance < sure:
            cores = [union.find(member) for member in range(len(union.leader))]
        a, b = union.find(one), union.find(two)
        if a == b:
            states[place] = 2
            continue
        if a in anchors and b in anchors:
            states[place] = 3
            continue
        ours = [anchors[a]] if a in anchors else union.of(a)
        theirs = [anchors[b]] if b in anchors else union.of(b)
        many = len(ours) * len(theirs)
        if many <= PATIENCE:
            met = [x * size + y if x < y else y * size + x for x in ours for y in theirs]
            alone = not (a in anchors or b in anchors) and chance < CERTAIN
            if any(pair in refused for pair in met) or (
                many > 1 and alone and 2 * sum(pair in likely for pair in met) < many
            ):
                states[place] = 4
                continue
        union.join(a, b)
        states[place] = 1
    return cores


def _least(group: np.ndarray) -> np.ndarray:
    """For each place the least place of its group."""
    least = np.full(len(group), len(group), dtype=np.int64)
    np.minimum.at(least, group, np.arange(len(group)))
    return np.asarray(least[group])


def _in_core(leaders: np.ndarray, cores: np.ndarray, owner: np.ndarray, joined: np.ndarray) -> np.ndarray:
    """Which places are in the core of their cluster: the one that owns a number, else the largest; the rest only a less sure link brought."""
    size = np.bincount(cores[joined], minlength=len(cores))
    rank = np.lexsort((cores, -size[cores], ~owner, leaders))
    first = np.flatnonzero(np.r_[True, leaders[rank][1:] != leaders[rank][:-1]]) if len(rank) else rank
    best = np.zeros(len(cores), dtype=np.int64)
    best[leaders[rank[first]]] = cores[rank[first]]
    return np.asarray(best[leaders] == cores)
