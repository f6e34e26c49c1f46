"""What the interviews offer to a question in plain words, and what they cite."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from django.urls import reverse

from xiezhi.kernel.law import citations
from xiezhi.kernel.law.citing import Cited
from xiezhi.ui.answering import INTERVIEW, Offer, Question

from . import loading
from .declare import Guide

__all__ = ["OWNER", "cited", "offered"]

OWNER = "公共法律服务"
ENOUGH = 0.15
Places = frozenset[tuple[str, int, int]]


def places(guide: Guide) -> Places:
    """Articles the interview stands on, by short title."""
    return _places(guide.citations)


@cache
def _places(cited: tuple[tuple[str, str, str], ...]) -> Places:
    out: set[tuple[str, int, int]] = set()
    for _where, _what, citation in cited:
        try:
            out.update((c.act.title, c.article, c.inserted) for c in citations.resolve(citation))
        except citations.CitationError:
            continue
    return frozenset(out)


def by_words(guide: Guide, text: str) -> float:
    """Between 0 and 1: how much of the question's matter the interview's everyday words name; longer words say more."""
    hits = [word for word in guide.words if word in text]
    return min(1.0, sum(0.25 + 0.1 * min(len(word), 5) for word in hits))


def by_articles(guide: Guide, question: Question) -> float:
    """Between 0 and 1: share of the retrieved articles' weight that the interview stands on."""
    total = sum(score for *_place, score in question.found) or 1.0
    mine = places(guide)
    return sum(score for act, article, inserted, score in question.found if (act, article, inserted) in mine) / total


def offered(question: Question) -> list[Offer]:
    """Interviews that fit the question's words or the articles found for it."""
    from .views import title_of

    out = []
    for guide in loading.all_guides().values():
        score = 0.7 * by_words(guide, question.text) + 0.3 * by_articles(guide, question)
        if question.scene and question.scene == guide.scene:
            score += 0.1
        if score >= ENOUGH:
            title, summary = title_of(guide)
            url = reverse("interviews:start", args=[guide.key])
            articles = tuple(sorted(places(guide)))
            out.append(
                Offer(INTERVIEW, guide.key, title, url, min(1.0, score), summary, icon=guide.icon, articles=articles)
            )
    return out


def cited() -> Iterator[Cited]:
    """Every sentence of every interview, for the list of what an amendment touches."""
    for guide in loading.all_guides().values():
        address = reverse("interviews:start", args=[guide.key])
        for where, what, citation in guide.citations:
            yield Cited("自助问答", f"{guide.key}.{where}", f"{guide.title}：{what[:60]}", citation, OWNER, address)
