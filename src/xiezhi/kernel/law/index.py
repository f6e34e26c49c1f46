"""法规索引: acts as facts - titles, dates, numbers of articles, paragraphs and items. No text of an act is held.

Built by `tools/build_law_index.py`. A version without a known effective day counts from its promulgation. Absence of a
repeal date does not prove that an act is in force; it says that the source names none.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from importlib import resources

from xiezhi.kernel.law.succession import ENDED

# articles[(number, inserted)] -> items of each paragraph
Shape = dict[tuple[int, int], tuple[int, ...]]


@dataclass(frozen=True)
class Version:
    """One version of an act. `articles` is the last article number, None where it is not known."""

    promulgated: date | None
    effective: date | None
    articles: int | None
    inserted: frozenset[tuple[int, int]] = frozenset()
    repealed: date | None = None
    shape_text: str = field(default="", repr=False)

    @property
    def since(self) -> date:
        """First day in force; the day of promulgation where the act's own day is not recorded."""
        return self.effective or self.promulgated or date.min

    def shape(self) -> Shape:
        """Items of each paragraph of each article, empty where they were not counted."""
        return _shape(self.shape_text)

    def has(self, article: int, inserted: int = 0) -> bool:
        """Whether the version has this article. True where the number of articles is not known."""
        if self.articles is None:
            return True
        return (article, inserted) in self.inserted if inserted else 1 <= article <= self.articles

    def __str__(self) -> str:
        return f"{self.promulgated.year}年文本" if self.promulgated else "现有文本"


@cache
def _shape(text: str) -> Shape:
    out: Shape = {}
    for number, word in enumerate(text.split(), 1):
        key, _, counts = word.rpartition(":")
        if counts == "?":
            continue
        if key:
            article, inserted = key.split("-")
            place = (int(article), int(inserted))
        else:
            place = (number, 0)
        out[place] = tuple(int(c) for c in counts.split("."))
    return out


@dataclass(frozen=True)
class Act:
    """法规: `title` is the short title (行政复议法), `full` the one in its heading."""

    title: str
    full: str
    kind: str
    versions: tuple[Version, ...]
    aliases: tuple[str, ...] = ()

    @property
    def newest(self) -> Version:
        return self.versions[-1]

    def in_force(self, on: date) -> Version | None:
        """The version in force on a day: the last that had begun, unless repealed. A later version ends the former."""
        found = None
        for version in self.versions:
            if version.since <= on:
                found = version
        return found if found and not (found.repealed and on >= found.repealed) else None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


@cache
def acts() -> dict[str, Act]:
    """Every act by short title, full title and alias. Read once."""
    raw = json.loads(resources.files("xiezhi.kernel.law").joinpath("data/acts.json").read_text(encoding="utf-8"))
    out: dict[str, Act] = {}
    for row in raw["acts"]:
        versions = tuple(
            sorted(
                (
                    Version(
                        _day(v.get("promulgated")),
                        _day(v.get("effective")),
                        v["articles"],
                        frozenset((a, i) for a, i in v.get("inserted", ())),
                        _day(v.get("repealed")),
                        v.get("shape", ""),
                    )
                    for v in row["versions"]
                ),
                key=lambda v: v.since,
            )
        )
        title = row["title"]
        if title in ENDED and versions[-1].since < ENDED[title][0]:
            versions = (*versions[:-1], replace(versions[-1], repealed=ENDED[title][0]))
        full = row.get("full", "中华人民共和国" + title)
        act = Act(title, full, row["kind"], versions, tuple(row.get("aliases", ())))
        for name in (act.title, act.full, *act.aliases):
            out.setdefault(name, act)
    return out
