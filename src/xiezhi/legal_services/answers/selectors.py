"""What the votes tell: counts by card and the words people left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q

from xiezhi.legal_services.answers.cards import library
from xiezhi.legal_services.answers.models import Vote

__all__ = ["Row", "comments", "totals", "votes"]


@dataclass(frozen=True, slots=True)
class Row:
    """Votes on one card, or on answers made of articles alone (`card` empty)."""

    card: str
    title: str
    useful: int
    unsolved: int
    wrong: int

    @property
    def total(self) -> int:
        return self.useful + self.unsolved + self.wrong

    @property
    def share(self) -> int:
        """Percent useful."""
        return round(100 * self.useful / self.total) if self.total else 0


def votes(since: date, until: date) -> list[Row]:
    """By card, those with the most complaints first."""
    counted = (
        Vote.objects.filter(made_on__gte=since, made_on__lt=until)
        .values_list("card", "kind")
        .annotate(
            useful=Count("id", filter=Q(choice=Vote.USEFUL)),
            unsolved=Count("id", filter=Q(choice=Vote.UNSOLVED)),
            wrong=Count("id", filter=Q(choice=Vote.WRONG)),
        )
    )
    known = library().by_id
    merged: dict[str, Row] = {}
    for card, kind, *numbers in counted:
        key = card or f":{kind}"
        title = known[card].q if card in known else card or _KINDS.get(kind, kind)
        merged[key] = Row(card, title, *numbers)
    return sorted(merged.values(), key=lambda r: (-(r.wrong + r.unsolved), -r.total, r.title))


_KINDS = {"articles": "没有卡片，直接摘法条的回答", "nothing": "没有找到法条的回答"}


def totals(rows: list[Row]) -> Row:
    """All rows together."""
    return Row("", "", sum(r.useful for r in rows), sum(r.unsolved for r in rows), sum(r.wrong for r in rows))


def comments(since: date, until: date, most: int = 100) -> list[Vote]:
    """The latest words, newest first."""
    found = Vote.objects.filter(made_on__gte=since, made_on__lt=until).exclude(comment="")
    return list(found.order_by("-made_on", "-pk")[:most])
