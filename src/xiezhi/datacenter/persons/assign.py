"""稳定编号: which cluster keeps which id when records were linked anew. Pure.

A cluster keeps the id with which it shares most records, the older one where two share as many. An id without a cluster
leads on to where its records went. A part that leaves a person takes up the id under which its records had come (a merge undone
brings the old id back), else it gets a new one. So every id ever given still leads somewhere, and each
record belongs to exactly one person.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

__all__ = ["Assignment", "Change", "assign", "components"]


@dataclass(frozen=True)
class Change:
    """What became of the id `uid`. `kind` is a `LinkHistory` kind; `others` are where records went (most first) or, of a
    REVIVED id, whence they came; `records` are those that moved, by the id in `others`."""

    kind: str
    uid: str
    others: tuple[str, ...] = ()
    records: tuple[tuple[str, ...], ...] = ()


@dataclass
class Assignment:
    """`uid_of` gives each cluster its id; `made` are the new ids; `changes` what is to be told of the others."""

    uid_of: dict[str, str] = field(default_factory=dict)
    made: list[str] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)


def assign(
    clusters: Mapping[str, Collection[str]],
    former: Mapping[str, str],
    *,
    age: Mapping[str, int],
    new_uid: Callable[[], str],
    came_under: Mapping[str, Sequence[str]] | None = None,
) -> Assignment:
    """Give every cluster its id.

    `clusters`: cluster → its records. `former`: record → id it has had until now (also of records that are gone).
    `age`: id → order of making, smaller is older. `came_under`: record → ids now MERGED or SPLIT under which it had come
    before, newest first. All clusters that share an id with one another must be given together.
    """
    shared: dict[tuple[str, str], list[str]] = defaultdict(list)
    cluster_of = {record: name for name, records in clusters.items() for record in records}
    for record, name in cluster_of.items():
        if record in former:
            shared[name, former[record]].append(record)
    out = Assignment()
    taken: set[str] = set()
    known = came_under or {}

    def rank(key: tuple[str, str]) -> tuple[int, int, str, int, str]:
        # Of two parts of the same size the one that was not merged in keeps the id.
        records, uid = shared[key], key[1]
        return -len(records), age.get(uid, 0), uid, sum(bool(known.get(r)) for r in records), min(records)

    order = sorted(shared, key=rank)
    for name, uid in order:
        if name not in out.uid_of and uid not in taken:
            out.uid_of[name] = uid
            taken.add(uid)
    revived: dict[str, Counter[str]] = {}
    for name in sorted(clusters, key=lambda n: (-len(clusters[n]), min(clusters[n]))):
        if name in out.uid_of:
            continue
        back = _back(clusters[name], known, taken)
        if back is not None:
            revived[back] = Counter(former[r] for r in clusters[name] if r in former)
        else:
            back = new_uid()
            out.made.append(back)
        out.uid_of[name] = back
        taken.add(back)
    out.changes += [
        Change("REVIVED", uid, tuple(u for u, _n in sorted(whence.items(), key=lambda i: (-i[1], i[0]))))
        for uid, whence in sorted(revived.items())
    ]
    out.changes += _changes(former, cluster_of, out, set(revived))
    return out


def _back(records: Collection[str], came_under: Mapping[str, Sequence[str]], taken: set[str]) -> str | None:
    """The id that nobody has now under which more than half of these records had come before, and of whose records these
    are more than half; among several the one of whose records most are here."""
    here: Counter[str] = Counter()
    for record in records:
        here.update(u for u in dict.fromkeys(came_under.get(record, ())) if u not in taken)
    whole: Counter[str] = Counter()
    for uids in came_under.values():
        whole.update(u for u in dict.fromkeys(uids) if u in here)
    fitting = [u for u, n in here.items() if 2 * n > len(records) and 2 * n > whole[u]]
    return min(fitting, key=lambda u: (-here[u] / whole[u], u), default=None)


def _changes(
    former: Mapping[str, str], cluster_of: Mapping[str, str], out: Assignment, revived: set[str]
) -> list[Change]:
    went: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for record, uid in former.items():
        where = cluster_of.get(record)
        went[uid][out.uid_of[where] if where is not None else ""].append(record)
    fresh = set(out.made) | revived
    held = set(out.uid_of.values())
    found: list[Change] = []
    for uid in sorted(went):
        elsewhere = {u: sorted(r) for u, r in went[uid].items() if u not in ("", uid)}
        ranked = sorted(elsewhere, key=lambda u: (-len(elsewhere[u]), u))
        if uid in held:
            for kind, chosen in (
                ("SPLIT", [u for u in ranked if u in fresh]),
                ("MOVED", [u for u in ranked if u not in fresh]),
            ):
                if chosen:
                    found.append(Change(kind, uid, tuple(chosen), tuple(tuple(elsewhere[u]) for u in chosen)))
        elif not ranked:
            found.append(Change("GONE", uid, (), (tuple(sorted(went[uid][""])),)))
        else:
            kind = "MERGED" if len(ranked) == 1 else "DISSOLVED"
            found.append(Change(kind, uid, tuple(ranked), tuple(tuple(elsewhere[u]) for u in ranked)))
    return found


def components(links: Collection[tuple[str, str]]) -> list[set[str]]:
    """Connected parts of a graph given by its edges."""
    parent: dict[str, str] = {}

    def find(x: str) -> str:
        parent.setdefault(x, x)
        while parent[x] != x:
            parent[x] = parent[parent[x]]
            x = parent[x]
        return x

    for a, b in links:
        ra, rb = find(a), find(b)
        if ra != rb:
            parent[max(ra, rb)] = min(ra, rb)
    groups: dict[str, set[str]] = defaultdict(set)
    for x in parent:
        groups[find(x)].add(x)
    return [groups[k] for k in sorted(groups)]
