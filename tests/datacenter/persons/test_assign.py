"""Ids through any history of runs: each record in one person, every old id leads somewhere, nothing changes by itself."""

from __future__ import annotations

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from xiezhi.datacenter.persons.assign import Change, assign, components
from xiezhi.datacenter.persons.constrain import constrain, contradiction


class Book:
    """The ids after a row of runs, kept as the database keeps them."""

    def __init__(self) -> None:
        self.of: dict[str, str] = {}
        self.age: dict[str, int] = {}
        self.state: dict[str, str] = {}
        self.to: dict[str, tuple[str, ...]] = {}
        self.came: dict[str, list[str]] = {}
        self.told: list[Change] = []
        self.number = itertools.count()

    def new(self) -> str:
        n = next(self.number)
        return f"P{n}"

    def run(self, clusters: list[list[str]]) -> list[Change]:
        named = {f"c{i}": c for i, c in enumerate(clusters)}
        came = {r: [u for u in reversed(us) if self.state[u] in ("MERGED", "SPLIT")] for r, us in self.came.items()}
        done = assign(named, self.of, age=self.age, new_uid=self.new, came_under=came)
        for uid in done.made:
            self.age[uid] = len(self.age)
            self.state[uid] = "ACTIVE"
        for change in done.changes:
            match change.kind:
                case "MERGED":
                    self.state[change.uid], self.to[change.uid] = "MERGED", change.others
                case "DISSOLVED":
                    self.state[change.uid], self.to[change.uid] = "SPLIT", change.others
                case "GONE":
                    self.state[change.uid] = "GONE"
                case "REVIVED":
                    self.state[change.uid] = "ACTIVE"
                    self.to.pop(change.uid, None)
        self.of = {r: done.uid_of[name] for name, records in named.items() for r in records}
        for record, uid in self.of.items():
            if self.came.setdefault(record, [uid])[-1] != uid:
                self.came[record].append(uid)
        self.told += done.changes
        return done.changes

    def leads_to(self, uid: str, depth: int = 0) -> set[str]:
        assert depth < 200, "ids lead in a circle"
        if self.state[uid] in ("ACTIVE", "GONE"):
            return {uid}
        return set().union(*(self.leads_to(u, depth + 1) for u in self.to[uid]))


def partition(draw: st.DrawFn) -> list[list[str]]:
    labels = draw(st.lists(st.integers(0, 6), min_size=0, max_size=12))
    groups: dict[int, list[str]] = {}
    for i, label in enumerate(labels):
        if label:  # label 0: the record is not there in this run
            groups.setdefault(label, []).append(f"r{i}")
    return list(groups.values())


@settings(max_examples=250, deadline=None)
@given(st.data())
def test_any_history_keeps_every_id_resolvable(data: st.DataObject) -> None:
    book = Book()
    for _ in range(data.draw(st.integers(1, 6))):
        clusters = data.draw(st.composite(partition)())
        before = set(book.state)
        book.run(clusters)
        assert before <= set(book.state)
        assert set(book.of) == {r for c in clusters for r in c}
        assert len(set(book.of.values())) == len(clusters), "two clusters share an id"
        for cluster in clusters:
            assert len({book.of[r] for r in cluster}) == 1
        active = {u for u, s in book.state.items() if s == "ACTIVE"}
        assert active == set(book.of.values())
        for uid in book.state:
            ends = book.leads_to(uid)
            assert ends
            assert all(book.state[e] in ("ACTIVE", "GONE") for e in ends)
        assert book.run(clusters) == [], "the same clusters changed something"


def test_the_largest_share_keeps_the_id_and_the_older_one_on_a_tie() -> None:
    book = Book()
    book.run([["a", "b", "c"], ["d", "e"]])
    old, other = book.of["a"], book.of["d"]
    changes = book.run([["a", "b", "c", "d", "e"]])
    assert book.of["d"] == old
    assert [(c.kind, c.uid, c.others) for c in changes] == [("MERGED", other, (old,))]
    tie = Book()
    tie.run([["x"]])
    tie.run([["x"], ["y"]])
    tie.run([["x", "y"]])
    assert tie.of["y"] == "P0"


def test_a_merge_undone_brings_the_old_id_back() -> None:
    book = Book()
    book.run([["a", "b", "c"], ["d", "e"]])
    other = book.of["d"]
    book.run([["a", "b", "c", "d", "e"]])
    changes = book.run([["a", "b", "c"], ["d", "e"]])
    assert book.of["d"] == other
    assert {c.kind for c in changes} == {"REVIVED", "SPLIT"}
    assert book.leads_to(other) == {other}


def test_an_id_whose_records_scatter_leads_to_all_of_them() -> None:
    book = Book()
    book.run([["a", "b"], ["c", "d", "e"], ["f", "g", "h"]])
    torn = book.of["a"]
    book.run([["a", "c", "d", "e"], ["b", "f", "g", "h"]])
    assert book.state[torn] == "SPLIT"
    assert book.leads_to(torn) == {book.of["c"], book.of["f"]}


def test_parts_of_a_graph() -> None:
    assert components([("b", "a"), ("b", "c"), ("x", "y")]) == [{"a", "b", "c"}, {"x", "y"}]


# human decisions


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_decisions_of_people_win(data: st.DataObject) -> None:
    n = data.draw(st.integers(2, 9))
    names = [f"r{i}" for i in range(n)]
    pairs = [(a, b) for i, a in enumerate(names) for b in names[i + 1 :]]
    links = [(a, b, float(w)) for (a, b), w in zip(pairs, data.draw(st.lists(st.integers(-5, 20), min_size=len(pairs), max_size=len(pairs))), strict=True) if w > 0]  # fmt: skip
    truth = data.draw(st.lists(st.integers(0, 3), min_size=n, max_size=n))
    decided = data.draw(st.lists(st.sampled_from(pairs), unique=True, max_size=6))
    same = [p for p in decided if truth[names.index(p[0])] == truth[names.index(p[1])]]
    different = [p for p in decided if p not in same]
    clusters = {str(i): sorted(c) for i, c in enumerate(components([(a, b) for a, b, _w in links]))}
    lonely = set(names) - {r for c in clusters.values() for r in c}
    clusters |= {r: [r] for r in lonely}
    done = constrain(clusters, links, same, different)
    where = {r: i for i, c in enumerate(done.clusters) for r in c}
    assert sorted(where) == names
    assert done.broken == []  # decisions that agree with some truth never contradict one another
    assert all(where[a] == where[b] for a, b in same)
    assert all(where[a] != where[b] for a, b in different)
    again = constrain(clusters, links, same, different)
    assert again.clusters == done.clusters


def test_the_weakest_link_gives_way() -> None:
    done = constrain({"1": ["a", "b", "c"]}, [("a", "b", 12.0), ("b", "c", 3.0)], [], [("a", "c")])
    assert done.clusters == [["a", "b"], ["c"]]
    assert done.left_out == [("b", "c")]


def test_contradictions_are_named() -> None:
    same = [("a", "b"), ("b", "c")]
    assert sorted(contradiction(("a", "c"), "DIFFERENT", same, [])) == same
    assert contradiction(("c", "d"), "SAME", same, [("a", "d")]) == [("a", "d")]
    assert contradiction(("c", "d"), "SAME", same, [("e", "d")]) == []
    assert contradiction(("c", "d"), "UNSURE", same, []) == []
