"""Where functions offer their help to somebody with a question in plain words, without knowing each other.

A function registers a source in its AppConfig.ready(): given the question and the articles found for it, it offers cards,
guided interviews, services, assistants or people to ask. The answer page shows the best of each kind. Sources read no
personal data and keep nothing of the question.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

__all__ = ["ASSISTANT", "CARD", "INTERVIEW", "KINDS", "PERSON", "SERVICE", "Offer", "Question", "add_source", "offers"]

log = logging.getLogger(__name__)

CARD, INTERVIEW, SERVICE, ASSISTANT, PERSON = "card", "interview", "service", "assistant", "person"
KINDS = (CARD, INTERVIEW, SERVICE, ASSISTANT, PERSON)


@dataclass(frozen=True)
class Question:
    """`found` are the articles retrieved, best first: (short title, article, inserted, score between 0 and 1). `scene` is
    the life scene the person chose, or empty. `on` is the day the law is asked for."""

    text: str
    on: date
    found: tuple[tuple[str, int, int, float], ...] = ()
    scene: str = ""
    place: str = ""  # division code, where the person named one


@dataclass(frozen=True)
class Offer:
    """One thing that may help. `score` between 0 and 1 ranks it within its kind; `note` is a short line beside it."""

    kind: str
    key: str
    title: Any
    url: str
    score: float
    summary: Any = ""
    note: Any = ""
    icon: str = ""
    articles: tuple[tuple[str, int, int], ...] = field(default=())


Source = Callable[[Question], Sequence[Offer]]
_SOURCES: dict[str, Source] = {}


def add_source(key: str, source: Source) -> None:
    """Raises ValueError when the key is taken by another source."""
    if _SOURCES.setdefault(key, source) is not source:
        raise ValueError(f"the source {key} is registered twice")


def offers(question: Question, most: int = 5) -> dict[str, list[Offer]]:
    """The best offers of each kind, best first; kinds without any are left out. A source that fails is left out: urgent
    numbers and the law must not hang on it."""
    found: dict[str, list[Offer]] = {}
    for key, source in _SOURCES.items():
        try:
            here = list(source(question))
        except Exception as error:  # its message may repeat the question: the kind of error alone is logged
            log.error("the source %s failed: %s", key, type(error).__name__)
            continue
        for offer in here:
            found.setdefault(offer.kind, []).append(offer)
    return {kind: sorted(found[kind], key=lambda o: (-o.score, o.key))[:most] for kind in KINDS if found.get(kind)}
