"""What labels taught, in numbers by name: how often a law, a chapter or an article is the answer, and which words of
questions lead to which law or chapter. Pure; the numbers carry over to any library that has acts of these names.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xiezhi.kernel.law.retrieval import grams
from xiezhi.kernel.law.retrieval.engine import Engine, Question

__all__ = ["NAMES", "Asked", "Places", "Table", "features"]

Floats = NDArray[np.float32]
NAMES = ("law count", "law rate", "chapter count", "chapter rate", "topic law", "topic chapter", "article count")
_DRAW = 3.0  # questions' worth of the usual frequency that a topic starts with
_PULL = 5.0  # articles' worth of the wider rate that a law or chapter starts with
_SCALE = 772.0  # questions the counts are brought to, so that tables of any size mean the same


def terms(question: Question) -> NDArray[np.uint32]:
    """The grams by which topics are known: 2-grams of the question and of the words of acts for it."""
    both = np.union1d(question.own.grams, question.more)
    return both[both >= 65536]


@dataclass(frozen=True)
class Asked:
    """A labeled question: its terms, and of each label the law, chapter and article by name."""

    terms: NDArray[np.uint32]
    labels: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class Places:
    """Laws, chapters and articles of an engine by name, and how many articles laws and chapters have."""

    laws: list[str]
    law_of: NDArray[np.int32]
    law_size: NDArray[np.float64]
    chapters: list[str]
    chapter_of: NDArray[np.int64]
    chapter_size: NDArray[np.float64]
    keys: list[str]

    @classmethod
    def of(cls, engine: Engine) -> Places:
        chapters, chapter_of = np.unique(engine.chapters, return_inverse=True)
        keys = [
            f"{engine.law_names[law]}/{n}" + (f"-{i}" if i else "")
            for law, (n, i) in zip(engine.laws, engine.numbers, strict=True)
        ]
        return cls(
            engine.law_names, engine.laws, np.bincount(engine.laws, minlength=len(engine.law_names)).astype(float),
            [str(c) for c in chapters], chapter_of, np.bincount(chapter_of).astype(float), keys,
        )  # fmt: skip


@dataclass
class Table:
    """Sums over labeled questions. `names` are laws, chapters and articles in one list; `labels` how many labels each
    has, `asked` how many questions, `words` in how many questions a term stands, `topics` both together (laws and
    chapters only, the first `wide` names)."""

    names: dict[str, int]
    wide: int
    vocabulary: NDArray[np.uint32]
    questions: float
    total: float
    labels: Floats
    asked: Floats
    words: Floats
    topics: Floats

    @classmethod
    def of(cls, rows: Sequence[Asked]) -> Table:
        wide_names = sorted(
            {n for r in rows for law, chapter, _ in r.labels for n in ("law:" + law, "chapter:" + chapter)}
        )
        articles = sorted({"article:" + a for r in rows for _, _, a in r.labels})
        names = {n: i for i, n in enumerate([*wide_names, *articles])}
        vocabulary = np.unique(np.concatenate([r.terms for r in rows] or [np.zeros(0, dtype=np.uint32)]))
        out = cls(
            names, len(wide_names), vocabulary, 0.0, 0.0,
            np.zeros(len(names), dtype=np.float32), np.zeros(len(names), dtype=np.float32),
            np.zeros(len(vocabulary), dtype=np.float32), np.zeros((len(wide_names), len(vocabulary)), dtype=np.float32),
        )  # fmt: skip
        for row in rows:
            out.add(row)
        return out

    def add(self, row: Asked, sign: int = 1) -> None:
        """Count a question in, or (sign -1) out again, so that no question is judged by its own label."""
        at, there = grams.lookup(self.vocabulary, row.terms)
        columns = at[there]
        self.questions += sign
        self.total += sign * len(row.labels)
        self.words[columns] += sign
        of = [
            self.names[n]
            for a, b, c in row.labels
            for n in ("law:" + a, "chapter:" + b, "article:" + c)
            if n in self.names
        ]
        np.add.at(self.labels, of, sign)
        distinct = sorted(set(of))
        self.asked[distinct] += sign
        wide = [n for n in distinct if n < self.wide]
        if wide:
            self.topics[np.ix_(wide, columns)] += sign

    def topic(self, wanted: NDArray[np.uint32]) -> Floats:
        """For each law and chapter, how much more often than elsewhere the words come with it: mean log ratio, drawn to
        nothing where little was seen."""
        at, there = grams.lookup(self.vocabulary, wanted)
        columns = at[there]
        usual = np.maximum(self.words[columns], 0.5) / max(self.questions, 1)
        seen = self.topics[:, columns]
        ratio = (seen + _DRAW * usual) / ((np.maximum(self.asked[: self.wide], 0)[:, None] + _DRAW) * usual)
        value = np.where(seen > 0, np.maximum(np.log(np.maximum(ratio, 1e-6)), 0), 0)
        return (value.sum(axis=1) / max(len(wanted), 1)).astype(np.float32)

    def pack(self, least: int, most: int, articles: bool) -> dict[str, Any]:
        """As JSON: names with counts; of each law and chapter the terms seen with it at least `least` times, at most
        `most` terms. Grams are written as their characters."""
        kept = np.flatnonzero(self.words >= max(least, 2))
        by: dict[str, Any] = {}
        for name, i in self.names.items():
            if i >= self.wide and not articles:
                continue
            row = [round(float(self.labels[i]), 3), round(float(self.asked[i]), 3)]
            if i < self.wide:
                own = kept[self.topics[i, kept] >= least]
                own = own[np.argsort(-self.topics[i, own] / np.sqrt(self.words[own]), kind="stable")][:most]
                by[name] = [*row, {grams.name(int(self.vocabulary[c])): int(self.topics[i, c]) for c in sorted(own)}]
            else:
                by[name] = row
        used = {t for row in by.values() if len(row) > 2 for t in row[2]}
        words = {grams.name(int(self.vocabulary[c])): int(self.words[c]) for c in kept}
        return {
            "questions": self.questions, "total": self.total, "words": {w: n for w, n in words.items() if w in used},
            "names": by,
        }  # fmt: skip

    @classmethod
    def unpack(cls, raw: Mapping[str, Any]) -> Table:
        names = {n: i for i, n in enumerate(raw["names"])}
        wide = sum(not n.startswith("article:") for n in names)
        pairs = sorted((grams.number(w), n) for w, n in raw["words"].items())
        vocabulary = np.array([p[0] for p in pairs], dtype=np.uint32)
        place = {int(g): i for i, g in enumerate(vocabulary)}
        topics = np.zeros((wide, len(vocabulary)), dtype=np.float32)
        rows = list(raw["names"].values())
        for i, row in enumerate(rows[:wide]):
            for word, count in row[2].items():
                topics[i, place[grams.number(word)]] = count
        return cls(
            names, wide, vocabulary, raw["questions"], raw["total"],
            np.array([r[0] for r in rows], dtype=np.float32), np.array([r[1] for r in rows], dtype=np.float32),
            np.array([p[1] for p in pairs], dtype=np.float32), topics,
        )  # fmt: skip


@dataclass(frozen=True)
class Match:
    """Where the laws, chapters and articles of an engine stand in a table; -1 where a name is not in it."""

    places: Places
    law: NDArray[np.int64]
    chapter: NDArray[np.int64]
    article: NDArray[np.int64]
    parent: NDArray[np.int64]

    @classmethod
    def of(cls, table: Table, places: Places) -> Match:
        get = table.names.get
        parent = np.zeros(len(places.chapters), dtype=np.int64)
        parent[places.chapter_of] = places.law_of
        return cls(
            places,
            np.array([get("law:" + n, -1) for n in places.laws], dtype=np.int64),
            np.array([get("chapter:" + n, -1) for n in places.chapters], dtype=np.int64),
            np.array([get("article:" + n, -1) for n in places.keys], dtype=np.int64),
            parent,
        )


def features(table: Table, match: Match, wanted: NDArray[np.uint32], at: NDArray[np.int64]) -> Floats:
    """One row a candidate, one column for each of `NAMES`."""
    places = match.places
    law, chapter = places.law_of[at], places.chapter_of[at]
    topic = np.append(table.topic(wanted), 0)

    def labels(of: NDArray[np.int64]) -> NDArray[np.float64]:
        return (
            np.where(of >= 0, np.maximum(table.labels[np.maximum(of, 0)], 0), 0)
            if len(table.labels)
            else np.zeros(len(of))
        )

    by_law, by_chapter, by_article = labels(match.law[law]), labels(match.chapter[chapter]), labels(match.article[at])
    total = max(table.total, 1.0)
    rate = (by_law + _PULL * total / max(len(places.law_of), 1)) / (places.law_size[law] + _PULL)
    narrow = (by_chapter + _PULL * rate) / (places.chapter_size[chapter] + _PULL)
    scale = _SCALE / max(table.questions, 1)
    return np.stack(
        [
            np.log1p(by_law * scale), np.log(rate * 100 / total + 1e-3),
            np.log1p(by_chapter * scale), np.log(narrow * 100 / total + 1e-3),
            topic[match.law[law]], topic[match.chapter[chapter]],
            np.log1p(by_article * scale),
        ],
        axis=1,
    ).astype(np.float32)  # fmt: skip
