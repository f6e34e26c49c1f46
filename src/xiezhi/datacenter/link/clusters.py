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
    """Entities joined so far: who leads each, who belongs, and which anchor it has."""

    def __init__(self) -> None:
        self.leader: dict[int, int] = {}
        self.members: dict[int, list[int]] = {}
        self.anchor: dict[int, int] = {}

    def find(self, entity: int) -> int:
        leader = self.leader
        at = entity
        while (up := leader.get(at, at)) != at:
            leader[at] = leader.get(up, up)
            at = up
        return at

    def join(self, one: int, two: int) -> None:
        low, high = (one, two) if one < two else (two, one)
        self.leader[high] = low
        self.members[low] = self.members.get(low, [low]) + self.members.pop(high, [high])
        anchor = self.anchor.pop(high, None)
        if anchor is not None:
            self.anchor[low] = anchor


def join(edges: pa.Table, against: pa.Table, threshold: float, sure: float = 0.0) -> tuple[pa.Table, pa.Table]:
    """(entity → leader and whether it stands in the core by links of at least `sure`, link → used or why not) for links of at least the threshold.

    edges: lid, ent, anchor, chance, weight. The outcome is the same whatever the order of the rows.
    """
    lid, ent = (np.asarray(edges[column].to_numpy(), dtype=np.int64) for column in ("lid", "ent"))
    anchored, chance, weight = (np.asarray(edges[column].to_numpy()) for column in ("anchor", "chance", "weight"))
    order = np.lexsort((ent, lid, -np.round(weight, 6), -np.round(np.where(chance > 0.999999, 1.0, chance), 6)))
    refused = set(zip(against["lid"].to_pylist(), against["ent"].to_pylist(), strict=True))
    loose = (anchored == 0) & (chance >= threshold)
    likely = set(zip(lid[loose].tolist(), ent[loose].tolist(), strict=True))
    union = Union()
    for entity in np.unique(ent[anchored == 1]).tolist():
        union.anchor[entity] = entity
    states = np.zeros(len(lid), dtype=np.int8)
    cores: dict[int, int] | None = None
    for place in order.tolist():
        if chance[place] < threshold:
            break
        if cores is None and chance[place] < sure:
            cores = {entity: union.find(entity) for entity in union.leader.keys() | union.members.keys()}
        a, b = union.find(int(lid[place])), union.find(int(ent[place]))
        if a == b:
            states[place] = 2
            continue
        if a in union.anchor and b in union.anchor:
            states[place] = 3
            continue
        ours, theirs = union.members.get(a, [a]), union.members.get(b, [b])
        if a in union.anchor:
            ours = [union.anchor[a]]
        if b in union.anchor:
            theirs = [union.anchor[b]]
        few = len(ours) * len(theirs) <= PATIENCE
        if few and any((x, y) in refused or (y, x) in refused for x in ours for y in theirs):
            states[place] = 4
            continue
        if (
            few
            and len(ours) * len(theirs) > 1
            and not (a in union.anchor or b in union.anchor)
            and chance[place] < CERTAIN
        ):
            agreed = sum((x, y) in likely or (y, x) in likely for x in ours for y in theirs)
            if 2 * agreed < len(ours) * len(theirs):
                states[place] = 4
                continue
        union.join(a, b)
        states[place] = 1
    entities = sorted(union.leader.keys() | union.members.keys())
    leaders = [union.find(entity) for entity in entities]
    table = pa.table(
        {
            "ent": pa.array(entities, pa.int64()),
            "leader": pa.array(leaders, pa.int64()),
            "core": pa.array(_in_core(entities, leaders, cores, union.anchor), pa.int8()),
        }
    )
    outcome = pa.table({"lid": pa.array(lid), "ent": pa.array(ent), "state": pa.array(states)})
    return table, outcome


def _in_core(
    entities: list[int], leaders: list[int], cores: dict[int, int] | None, anchors: dict[int, int]
) -> list[int]:
    """1 for entities in the core of their cluster, 0 for those that only a less sure link brought to it."""
    if cores is None:
        return [1] * len(entities)
    own = [cores.get(entity, entity) for entity in entities]
    size: dict[int, int] = {}
    for core in own:
        size[core] = size.get(core, 0) + 1
    best: dict[int, tuple[bool, int, int]] = {}
    for entity, leader, core in zip(entities, leaders, own, strict=True):
        rank = (anchors.get(leader) == entity, size[core], -core)
        if leader not in best or rank > best[leader]:
            best[leader] = rank
    return [int(best[leader][2] == -core) for leader, core in zip(leaders, own, strict=True)]
