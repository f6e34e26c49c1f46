"""What stands on the law: everything that cites articles declares itself here, so that an amendment finds it.

Procedures and document templates are declared by the kernel; functions register their cards, interviews, offenses and lists
in their AppConfig.ready(). A source is asked when an amendment is examined, and may read the database.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

__all__ = ["KINDS", "Cited", "Source", "everything", "of", "register"]


@dataclass(frozen=True, slots=True)
class Cited:
    """One thing that cites law. `kind` is what it is, in Chinese (期限, 事件, 文书模板, 问答卡片 …); `key` names it for good
    within its kind; `label` is what people see; `address` the page where it is looked at, or empty; `citation` as
    `citations.resolve` reads it; `owner` who looks after it."""

    kind: str
    key: str
    label: str
    citation: str
    owner: str
    address: str = ""


KINDS = ("法定程序", "程序事件", "程序期限", "程序参数", "文书模板", "问答卡片", "自助问答", "罪名")
"""The kinds there are so far, in the order of lists; others follow them."""

Source = Callable[[], Iterable[Cited]]
_SOURCES: dict[str, Source] = {}


def register(key: str, source: Source) -> None:
    """Raises ValueError when the key is taken by another source."""
    if _SOURCES.setdefault(key, source) is not source:
        raise ValueError(f"the source {key} is registered twice")


_KEEP = 600.0
_known: tuple[float, dict[tuple[str, int, int], list[Cited]]] | None = None


def of(act: str, article: int, inserted: int = 0) -> list[Cited]:
    """What the platform does on this article. `act` is the short title. Read once in ten minutes by each process."""
    global _known
    if _known is None or time.monotonic() - _known[0] > _KEEP:
        from xiezhi.kernel.law import citations, index

        found: dict[tuple[str, int, int], list[Cited]] = {}
        for cited in everything():
            try:
                places = citations.places(cited.citation)
            except citations.CitationError:
                continue
            for title, number, added in dict.fromkeys(places):
                known = index.acts().get(title)
                found.setdefault((known.title if known else title, number, added), []).append(cited)
        _known = (time.monotonic(), found)
    return _known[1].get((act, article, inserted), [])


def everything() -> Iterator[Cited]:
    """Everything that cites law, of every source."""
    for source in _SOURCES.values():
        yield from source()
