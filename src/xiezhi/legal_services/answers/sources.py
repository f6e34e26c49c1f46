"""What this function offers to whoever has a question, and what it tells the library about the law it cites."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse

from xiezhi.kernel.law.citing import Cited
from xiezhi.legal_services.answers import matching
from xiezhi.legal_services.answers.cards import library
from xiezhi.ui.answering import CARD, Offer, Question

__all__ = ["cards", "cited"]

OWNER = "公共法律服务"


def cards(question: Question) -> list[Offer]:
    """Cards that fit the question."""
    return [
        Offer(
            CARD, match.card.id, match.card.q, reverse("answers:card", args=[match.card.id]), match.score,
            match.card.answer[0].say if match.card.answer else "", match.card.scene.title, match.card.scene.icon,
            tuple(sorted(matching.index().stands_on.get(match.card.id, ()))),
        )
        for match in matching.index().find(question.text, question.found, question.scene)
    ]  # fmt: skip


def cited() -> Iterable[Cited]:
    """Every citation of every card, for the list of what an amendment touches."""
    for card in library().cards:
        address = reverse("answers:card", args=[card.id])
        yield Cited("问答卡片", card.id, f"问答卡片“{card.q}”", "；".join(card.citations), OWNER, address)
