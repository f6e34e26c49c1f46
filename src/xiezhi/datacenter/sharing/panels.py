"""What the page of a request shows besides its history: the request in full, its fields with grades, the grant and its use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest

from xiezhi.kernel.access.subject import Subject
from xiezhi.kernel.calendar import clock as wall
from xiezhi.kernel.procedures.models import Matter

from . import granting, selectors
from .models import ShareRequest

__all__ = ["desk"]


def desk(request: HttpRequest, matter: Matter, state: Any, subject: Subject) -> Mapping[str, Any] | None:
    """For both sides and the data authority."""
    row = ShareRequest.objects.select_related("provider", "authority").filter(pk=matter.pk).first()
    if row is None:
        return None
    columns = {f.name: f for f in selectors.fields_of(row.resource)}
    granted = set(row.granted_fields)
    fields = [(columns.get(n) or n, n in granted) for n in row.fields]
    today = wall.today()
    grants = [(g, *selectors.daily_use(g, today)) for g in granting.grants_of(matter.pk)]
    return {"row": row, "facts": state.view.facts, "fields": fields, "answered": bool(row.answer), "grants": grants}
