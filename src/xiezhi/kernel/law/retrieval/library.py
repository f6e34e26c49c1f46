"""The library's articles for the retrieval: the one module here that reads the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from django.db.models import Count, Max, Min
from numpy.typing import NDArray

from xiezhi.kernel.law import structure
from xiezhi.kernel.law.models import Provision, Version
from xiezhi.kernel.law.retrieval.corpus import Article, law_key

__all__ = ["Row", "Shelf", "fingerprint", "read"]

_LEVELS = (structure.PART, structure.SUBPART, structure.CHAPTER, structure.SECTION)


@dataclass(frozen=True)
class Row:
    """What a hit says of a provision."""

    act: str
    label: str
    article: int
    inserted: int


@dataclass(frozen=True)
class Shelf:
    """Articles and, for each, the days it is law between as numbers of days (0 and 9,999,999 where open)."""

    articles: list[Article]
    since: NDArray[np.int32]
    ended: NDArray[np.int32]
    fingerprint: str


def fingerprint() -> str:
    """Changes when provisions come, go or are divided anew, or a version's days change."""
    rows = Provision.objects.aggregate(n=Count("pk"), low=Min("pk"), high=Max("pk"))
    days = Version.objects.aggregate(
        n=Count("pk"), high=Max("pk"), end=Count("ended"), since=Max("since"), last=Max("ended")
    )
    return "/".join(str(v) for v in (*rows.values(), *days.values()))


def _headings(path: list[Any]) -> tuple[str, ...]:
    return tuple("".join(str(level[3]).split()) for level in path if level[0] in _LEVELS and level[3])


def read() -> Shelf:
    """Every article of every version, in order of provision. Repealed law is in it with the day of its end: a question
    about a former day may want it, a question of today never gets it."""
    mark = fingerprint()
    versions = {
        v["pk"]: v
        for v in Version.objects.values("pk", "label", "since", "ended", "promulgated", "act__name", "act__kind")
    }
    articles: list[Article] = []
    since: list[int] = []
    ended: list[int] = []
    wanted = Provision.objects.filter(kind__in=(structure.ARTICLE, structure.BLOCK)).order_by("pk")
    fields = ("pk", "version_id", "number", "inserted", "path", "title", "text", "effective")
    for pk, version_id, number, inserted, path, title, text, effective in wanted.values_list(*fields).iterator(2000):
        version = versions[version_id]
        body = f"{title}\n{text}" if title else text
        day = version["promulgated"]
        articles.append(
            Article(
                pk, law_key(version["act__name"]), number, body, inserted, _headings(path), version["act__kind"],
                day.isoformat() if day else "",
            )
        )  # fmt: skip
        begin = max((d for d in (version["since"], effective) if d), default=None)
        since.append(begin.toordinal() if begin else 0)
        ended.append(version["ended"].toordinal() if version["ended"] else 9_999_999)
    return Shelf(articles, np.array(since, dtype=np.int32), np.array(ended, dtype=np.int32), mark)


def rows(provisions: list[int]) -> dict[int, Row]:
    """What hits say, in one statement."""
    found = Provision.objects.filter(pk__in=provisions).values_list(
        "pk", "version__act__name", "version__label", "number", "inserted"
    )
    return {pk: Row(act, label, number, inserted) for pk, act, label, number, inserted in found}


def allowed(since: NDArray[np.int32], ended: NDArray[np.int32], on: date) -> NDArray[np.bool_]:
    """What is law on a day."""
    day = on.toordinal()
    return (since <= day) & (day < ended)
