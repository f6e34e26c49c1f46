"""What people may leave behind after an answer: a vote without the question, or the question in their own application."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from xiezhi.kernel.calendar import clock as wall
from xiezhi.legal_services.answers import carry
from xiezhi.legal_services.answers.anonymous import anonymous
from xiezhi.legal_services.answers.cards import Card
from xiezhi.legal_services.answers.compose import Answer
from xiezhi.legal_services.answers.models import Vote

__all__ = ["Ballot", "carry", "cast"]

MOST_PLACES = 20


@dataclass(frozen=True)
class Ballot:
    """What a vote is about: the kind of answer, its card and its articles."""

    kind: str = "nothing"
    card: str = ""
    scene: str = ""
    places: tuple[str, ...] = ()

    @classmethod
    def of(cls, answer: Answer) -> Ballot:
        card = answer.card
        return cls(
            answer.kind, card.id if card else "", card.scene.key if card else "", tuple(answer.references[:MOST_PLACES])
        )

    @classmethod
    def of_card(cls, card: Card) -> Ballot:
        return cls("card", card.id, card.scene.key, card.citations[:MOST_PLACES])

    @classmethod
    def from_json(cls, value: Any) -> Ballot:
        if not isinstance(value, Mapping):
            return cls()
        return cls(
            value.get("kind", "nothing"), value.get("card", ""), value.get("scene", ""), tuple(value.get("places", ()))
        )

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "places": list(self.places)}


def cast(ballot: Ballot, choice: str, comment: str = "") -> Vote | None:
    """Store a vote; None for a choice that is none. What looks like a person's number or name is taken out of the
    comment before it is stored."""
    if choice not in dict(Vote.CHOICES):
        return None
    return Vote.objects.create(
        choice=choice, kind=ballot.kind, card=ballot.card[:80], scene=ballot.scene[:40], places=list(ballot.places),
        comment=anonymous(comment.strip())[:500], made_on=wall.today(),
    )  # fmt: skip
