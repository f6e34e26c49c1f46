"""评价 on the pages of a matter: my questions at the portal, the counter's code at the desk."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest

from xiezhi.kernel.access.subject import Subject
from xiezhi.kernel.procedures import policies as matters
from xiezhi.kernel.procedures.models import Matter

from . import codes, params, policies, selectors

__all__ = ["desk", "guide", "portal"]


def portal(request: HttpRequest, matter: Matter, state: Any, subject: Subject) -> Mapping[str, Any] | None:
    """What I was asked about this matter and what I answered."""
    if not policies.RATING_OWN.possible(subject):
        return None
    steps = selectors.invitations_of(subject, matter.pk)
    return {"steps": steps} if steps else None


def desk(request: HttpRequest, matter: Matter, state: Any, subject: Subject) -> Mapping[str, Any] | None:
    """Parties who may rate at the counter. Whether they have is not told."""
    if matter.procedure == params.CODE or not subject.has(*policies.COUNTER_ROLES):
        return None
    if not matters.roles_in(subject, matter, ()) & set(policies.COUNTER_ROLES):
        return None
    rows = selectors.waiting(matter.pk)
    return {"rows": rows} if rows else None


def guide(request: HttpRequest, matter: Any, state: Any, subject: Subject) -> Mapping[str, Any] | None:
    """Satisfaction with one service, on its guide: the units with enough ratings."""
    if matter.procedure == params.CODE:
        return None
    found = selectors.public_of(matter.procedure)
    return {"found": found[:5], "levels": codes.LEVELS, "rule": selectors.least_public()} if found else None
