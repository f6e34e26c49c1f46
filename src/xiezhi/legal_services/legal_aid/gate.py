"""The door of the agency's own pages: the agency somebody works at, and a matter it handles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest

from xiezhi.kernel.access.permissions import NotFoundForYou
from xiezhi.kernel.access.subject import Subject, of_request
from xiezhi.kernel.procedures import policies as matters
from xiezhi.kernel.procedures import selectors, services
from xiezhi.kernel.procedures.core import Actor, Refused
from xiezhi.kernel.procedures.models import Matter
from xiezhi.kernel.units.models import Unit

from . import policies
from .models import AidAgency

__all__ = ["At", "Here", "agency_of", "at_matter", "said", "who"]


def who(request: HttpRequest) -> Subject:
    """The subject of the request."""
    return of_request(request)


@dataclass(frozen=True)
class Here:
    """Somebody at their own agency."""

    subject: Subject
    agency: AidAgency
    head: bool

    @property
    def unit(self) -> Unit:
        return self.agency.unit

    @property
    def actor(self) -> Actor:
        held = {h.role for h in self.subject.held if h.unit_id == self.agency.pk}
        return Actor(self.subject.ref, frozenset(held), self.subject.label)


def agency_of(request: HttpRequest, *codes: str) -> Here:
    """The agency where the subject works; the one of `?agency=` among several. Raises NotFoundForYou."""
    subject = who(request)
    mine = policies.agencies_of(subject, *codes)
    wanted = request.GET.get("agency", "") or request.POST.get("agency", "")
    pk = int(wanted) if wanted.isdecimal() and int(wanted) in mine else (mine[0] if mine else None)
    if pk is None:
        raise NotFoundForYou
    found = AidAgency.objects.select_related("unit", "bureau").get(pk=pk)
    return Here(subject, found, found.pk in policies.agencies_of(subject, "office_head"))


@dataclass(frozen=True)
class At:
    """A matter of legal aid before somebody of its office."""

    subject: Subject
    matter: Matter
    actor: Actor


def at_matter(request: HttpRequest, public_id: Any, *roles: str) -> At:
    """The matter, when the subject plays one of the parts in it (default: officer or head). Raises NotFoundForYou."""
    subject = who(request)
    try:
        matter = selectors.by_public_id(public_id)
    except (Matter.DoesNotExist, ValidationError, ValueError):
        raise NotFoundForYou from None
    if matter.procedure != "FLYZ" or not matters.may_read(subject, matter):
        raise NotFoundForYou
    if matter.open:
        services.settle_matter(matter.pk)
        matter = selectors.by_public_id(public_id)
    actor = matters.actor_for(subject, matter)
    if not actor.roles & set(roles or ("case_officer", "office_head")):
        raise NotFoundForYou
    return At(subject, matter, actor)


def said(error: Refused) -> Mapping[str, str]:
    """Problems by the field they belong to; those of no field under the empty name."""
    found: dict[str, str] = {}
    for problem in error.problems:
        found.setdefault(problem.field.split(".")[0], problem.message)
    return found
