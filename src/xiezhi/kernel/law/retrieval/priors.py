"""What labels taught, in numbers by name: how often a law or a chapter is the answer. Pure; the numbers carry
over to any library that has acts of these names.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xiezhi.kernel.law.retrieval.engine import Engine

__all__ = ["NAMES", "Labels", "Match", "Places", "Table", "features"]

Floats = NDArray[np.float32]
Labels = tuple[tuple[str, str], ...]
"""Of each label of a question the law and the chapter by name. Not the article: a count of its labels gave nothing."""
NAMES = ("law count", "law rate", "chapter count", "chapter rate")
_PULL = 5.0  # articles' worth of the wider rate that a law or chapter starts with
_SCALE = 772.0  # questions the counts are brought to, so that tables of any size mean the same


@dataclass(frozen=True)
class Places:
    """Laws and chapters of an engine by name, and how many articles they have."""

    laws: list[str]
    law_of: NDArray[np.int32]
    law_size: NDArray[np.float64]
    chapters: list[str]
    chapter_of: NDArray[np.int64]
    chapter_size: NDArray[np.float64]

    @classmethod
    def of(cls, engine: Engine, counted: NDArray[np.bool_] | None = None) -> Places:
        """`counted`: the articles that make up sizes (those that are law), all if not given."""
        chapters, chapter_of = np.unique(engine.chapters, return_inverse=True)
        weight = np.ones(engine.size) if counted is None else counted.astype(float)
        return cls(
            engine.law_names, engine.laws, _sizes(engine.laws, weight, len(engine.law_names)),
            [str(c) for c in chapters], chapter_of, _sizes(chapter_of, weight, len(chapters)),
        )  # fmt: skip


def _sizes(of: NDArray[Any], weight: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    return np.bincount(of, weight, count).astype(np.float64)


@dataclass
class Table:
    """Sums over labeled questions: labels by law and chapter, in one list of names."""

    names: dict[str, int]
    questions: float
    total: float
    labels: Floats

    @classmethod
    def of(cls, rows: Sequence[Labels]) -> Table:
        names = sorted({name for row in rows for label in row for name in _names(label)})
        out = cls({n: i for i, n in enumerate(names)}, 0.0, 0.0, np.zeros(len(names), dtype=np.float32))
        for row in rows:
            out.add(row)
        return out

    def add(self, row: Labels, sign: int = 1) -> None:
        """Count a question in, or (sign -1) out again, so that no question is judged by its own label."""
        self.questions += sign
        self.total += sign * len(row)
        for label in row:
            for name in _names(label):
                if name in self.names:
                    self.labels[self.names[name]] += sign

    def pack(self) -> dict[str, Any]:
        return {
            "questions": self.questions, "total": self.total,
            "labels": {n: int(self.labels[i]) for n, i in self.names.items() if self.labels[i] > 0},
        }  # fmt: skip

    @classmethod
    def unpack(cls, raw: Mapping[str, Any]) -> Table:
        labels = np.array(list(raw["labels"].values()), dtype=np.float32)
        return cls({n: i for i, n in enumerate(raw["labels"])}, raw["questions"], raw["total"], labels)


def _names(label: tuple[str, str]) -> tuple[str, str]:
    law, chapter = label
    return f"l:{law}", f"c:{chapter}"


@dataclass(frozen=True)
class Match:
    """Where the laws and chapters of an engine stand in a table; -1 where a name is not in it."""

    places: Places
    law: NDArray[np.int64]
    chapter: NDArray[np.int64]

    @classmethod
    def of(cls, table: Table, places: Places) -> Match:
        def at(kind: str, names: list[str]) -> NDArray[np.int64]:
            return np.array([table.names.get(f"{kind}:{n}", -1) for n in names], dtype=np.int64)

        return cls(places, at("l", places.laws), at("c", places.chapters))


def features(table: Table, match: Match, at: NDArray[np.int64]) -> Floats:
    """One row a candidate, one column for each of `NAMES`."""
    places = match.places
    law, chapter = places.law_of[at], places.chapter_of[at]

    def labels(of: NDArray[np.int64]) -> NDArray[np.float64]:
        if not len(table.labels):
            return np.zeros(len(of))
        return np.where(of >= 0, np.maximum(table.labels[np.maximum(of, 0)], 0), 0).astype(float)

    by_law, by_chapter = labels(match.law[law]), labels(match.chapter[chapter])
    total = max(table.total, 1.0)
    usual = total / max(float(places.law_size.sum()), 1.0)
    rate = (by_law + _PULL * usual) / (places.law_size[law] + _PULL)
    narrow = (by_chapter + _PULL * rate) / (places.chapter_size[chapter] + _PULL)
    scale = _SCALE / max(table.questions, 1)
    return np.stack(
        [
            np.log1p(by_law * scale), np.log(rate * 100 / total + 1e-3),
            np.log1p(by_chapter * scale), np.log(narrow * 100 / total + 1e-3),
        ],
        axis=1,
    ).astype(np.float32)  # fmt: skip
