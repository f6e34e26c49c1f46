"""人工判断优先: clusters of the machine made to agree with what people decided. Pure.

Only clusters that hold a record of a decision are touched. Inside them links are taken up again one by one, decisions
"same" first and then the machine's from the strongest on, and a link that would bring together two records of which a
person said they are different is left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

__all__ = ["Constrained", "constrain", "contradiction"]

Pair = tuple[str, str]


@dataclass
class Constrained:
    """`clusters` replace the touched ones; `left_out` are links of the machine that decisions overrule; `broken` are
    decisions "same" that contradict other decisions and so could not be kept."""

    clusters: list[list[str]] = field(default_factory=list)
    left_out: list[Pair] = field(default_factory=list)
    broken: list[Pair] = field(default_factory=list)


class _Groups:
    """Union-find that knows which groups must stay apart."""

    def __init__(self, records: Iterable[str], apart: Collection[Pair]) -> None:
        self.parent = {r: r for r in records}
        self.members = {r: [r] for r in self.parent}
        self.apart: dict[str, set[str]] = defaultdict(set)
        for a, b in apart:
            if a in self.parent and b in self.parent:
                self.apart[a].add(b)
                self.apart[b].add(a)

    def find(self, x: str) -> str:
        while self.parent[x] != x:
            self.parent[x] = self.parent[self.parent[x]]
            x = self.parent[x]
        return x

    def join(self, a: str, b: str) -> bool:
        """Whether both are in one group now. False: that would bring together what must stay apart."""
        a, b = self.find(a), self.find(b)
        if a == b:
            return True
        if len(self.members[a]) < len(self.members[b]):
            a, b = b, a
        if any(self.find(x) == a for x in self.apart.get(b, ())):
            return False
        self.parent[b] = a
        self.members[a] += self.members.pop(b)
        self.apart[a] |= self.apart.pop(b, set())
        return True


def constrain(
    clusters: Mapping[str, Collection[str]],
    links: Iterable[tuple[str, str, float]],
    same: Collection[Pair],
    different: Collection[Pair],
) -> Constrained:
    """New clusters for those given. `clusters` are all that hold a record of a decision; `links` (record, record, weight)
    are the machine's inside them, not always all. Parts of one cluster that no given link joins stay together, the largest
    first, unless a decision keeps them apart."""
    records = sorted(r for members in clusters.values() for r in members)
    groups = _Groups(records, different)
    out = Constrained()
    for a, b in sorted(same):
        if a in groups.parent and b in groups.parent and not groups.join(a, b):
            out.broken.append((a, b))
    for a, b, _weight in sorted(links, key=lambda e: (-e[2], e[0], e[1])):
        if a in groups.parent and b in groups.parent and not groups.join(a, b):
            out.left_out.append((min(a, b), max(a, b)))
    for members in clusters.values():
        _gather(groups, members)
    found: dict[str, list[str]] = defaultdict(list)
    for record in records:
        found[groups.find(record)].append(record)
    out.clusters = [found[k] for k in sorted(found, key=lambda k: found[k][0])]
    return out


def _gather(groups: _Groups, members: Collection[str]) -> None:
    """Bring the parts of one cluster of the machine together again, as far as decisions allow."""
    parts: dict[str, int] = defaultdict(int)
    for record in members:
        parts[groups.find(record)] += 1
    roots = sorted(parts, key=lambda g: (-parts[g], min(groups.members[g])))
    for i, root in enumerate(roots):
        for larger in roots[:i]:
            if groups.join(larger, root):
                break


def contradiction(pair: Pair, verdict: str, same: Collection[Pair], different: Collection[Pair]) -> list[Pair]:
    """The decisions with which a new one would not go together; empty where it does.

    "Different" contradicts a chain of "same" between the two; "same" contradicts a "different" between the groups it joins.
    """
    near: dict[str, set[str]] = defaultdict(set)
    for a, b in same:
        near[a].add(b)
        near[b].add(a)

    def reached(start: str) -> dict[str, str]:
        came = {start: ""}
        queue = [start]
        for x in queue:
            for y in sorted(near[x]):
                if y not in came:
                    came[y] = x
                    queue.append(y)
        return came

    a, b = pair
    from_a = reached(a)
    if verdict == "DIFFERENT":
        if b not in from_a:
            return []
        path, x = [], b
        while x != a:
            path.append((min(x, from_a[x]), max(x, from_a[x])))
            x = from_a[x]
        return path
    if verdict == "SAME":
        from_b = reached(b)
        return sorted((c, d) for c, d in different if (c in from_a and d in from_b) or (c in from_b and d in from_a))
    return []
