"""Parts of a matter's page: what a ticket is about, where copies lie, and the applicant's own copy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest

from .hooks import title_of
from .models import IssueTicket, RightsRow, RightsStep

__all__ = ["own_copy", "rights", "ticket"]


def ticket(request: HttpRequest, matter: Any, state: Any, subject: Any) -> Mapping[str, Any] | None:
    """Refused rows of a ticket and the way to them."""
    row = IssueTicket.objects.filter(pk=matter.pk).select_related("supplier").first()
    if row is None:
        return None
    lines = [line for line in str(matter.facts.get("summary") or "").split("；") if line]
    return {"ticket": row, "title": title_of(row.table), "lines": lines}


def rights(request: HttpRequest, matter: Any, state: Any, subject: Any) -> Mapping[str, Any] | None:
    """How many rows were found where, and which holders of copies are done."""
    rows: dict[str, int] = {}
    for table in RightsRow.objects.filter(matter=matter).values_list("table", flat=True):
        rows[title_of(table)] = rows.get(title_of(table), 0) + 1
    steps = list(RightsStep.objects.filter(matter=matter).order_by("id"))
    return {"rows": sorted(rows.items()), "steps": [(s, title_of(s.table)) for s in steps]} if rows or steps else None


def own_copy(request: HttpRequest, matter: Any, state: Any, subject: Any) -> Mapping[str, Any] | None:
    """The way to the copy, once it was granted."""
    if matter.facts.get("kind") != "COPY" or matter.facts.get("decided") != "GRANTED":
        return None
    return {"public_id": matter.public_id}
