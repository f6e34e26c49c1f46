"""Who comes to the desk, and for what: conditions of the desk's addresses, and the purpose of each reading."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest

from xiezhi.datacenter import roles as data
from xiezhi.kernel.access.guards import ROLE
from xiezhi.kernel.access.permissions import NotFoundForYou
from xiezhi.kernel.access.subject import Subject, of_request
from xiezhi.kernel.procedures import policies, selectors, services
from xiezhi.kernel.procedures.core import Actor
from xiezhi.kernel.procedures.models import Matter, Party

__all__ = [
    "ADMINS", "AUDIT", "AUTHORITY", "COUNTER", "DESK", "FIGURES", "HOME", "LAW", "LAW_ROLES", "OFFICE", "SECURITY", "SYSTEM", "At", "at_matter", "who",
]  # fmt: skip

OFFICE_ROLES = (
    "case_officer",
    "office_head",
    "organ_head",
    "leader",
    "counter_clerk",
    "archivist",
    "supervisor",
    "sealer",
)
AUTHORITY_ROLES = ("respondent_handler", "respondent_head", "norm_issuer_handler")

CENTER_ROLES = tuple(
    r.code for r in (data.SHARER, data.HEAD, data.AUTHORITY, data.STEWARD, data.SUPPLIER, data.CHECKER)
)
"""Roles of the centers that take part in matters of their procedures (`policies.seat`, `policies.part_of_unit`)."""

LAW_ROLES = ("office_head", "organ_head", "leader", "supervisor", "SYSTEM_ADMIN")

LAW = ROLE(*LAW_ROLES)
HOME = ROLE("staff", "SYSTEM_ADMIN", "SECURITY_ADMIN", "AUDIT_ADMIN")
DESK = ROLE(*OFFICE_ROLES, *AUTHORITY_ROLES, *CENTER_ROLES)
OFFICE = ROLE(*OFFICE_ROLES)
AUTHORITY = ROLE(*AUTHORITY_ROLES)
COUNTER = ROLE("case_officer", "office_head", "counter_clerk")
FIGURES = ROLE("office_head", "organ_head", "leader", "statistician", "supervisor")
SYSTEM = ROLE("SYSTEM_ADMIN")
SECURITY = ROLE("SECURITY_ADMIN")
AUDIT = ROLE("AUDIT_ADMIN")
ADMINS = ROLE("SYSTEM_ADMIN", "SECURITY_ADMIN", "AUDIT_ADMIN")

_DERIVED = (
    ("case_officer", "HANDLE"), ("office_head", "APPROVE"), ("organ_head", "APPROVE"), ("sealer", "APPROVE"),
    ("archivist", "ARCHIVE"), ("counter_clerk", "INTAKE"), ("respondent", "RESPOND"), ("norm_issuer", "RESPOND"),
    ("superior_organ", "HANDLE"),
)  # fmt: skip


def who(request: HttpRequest) -> Subject:
    """The subject of the request."""
    return of_request(request)


@dataclass(frozen=True)
class At:
    """A subject standing before a matter: which part they play, on which side, and for which purpose they read.

    `purpose` is empty where the part does not say why: then the page asks first (leaders, supervision).
    """

    subject: Subject
    matter: Matter
    parties: tuple[Party, ...]
    actor: Actor
    office: bool
    purpose: str
    state: selectors.MatterState


def at_matter(request: HttpRequest, public_id: Any) -> At:
    """The matter of an address for the subject of the request, replayed, with lapses that are due already in effect.

    Raises NotFoundForYou for what does not exist and for what is not theirs alike.
    """
    subject = who(request)
    try:
        matter = selectors.by_public_id(public_id)
    except (Matter.DoesNotExist, ValidationError, ValueError):
        raise NotFoundForYou from None
    if not policies.may_read(subject, matter):
        raise NotFoundForYou
    state = selectors.matter_state(matter)
    if selectors.lapsed(state) and services.settle_matter(matter.pk):
        matter = selectors.by_public_id(public_id)
        state = selectors.matter_state(matter)
    parties = tuple(policies.parties_loaded(matter))
    actor = policies.actor_for(subject, matter, parties)
    office = _office(subject, matter, actor)
    purpose = next((p for role, p in _DERIVED if role in actor.roles), "")
    if not purpose and actor.roles & (policies.seats_on(matter.procedure) | {p.role for p in parties if p.unit_id}):
        purpose = "HANDLE"
    return At(subject, matter, parties, actor, office, purpose, state)


def _office(subject: Subject, matter: Matter, actor: Actor) -> bool:
    """Whether the subject reads from the side that handles the matter, not from the respondent's."""
    if actor.roles & {"case_officer", "office_head", "organ_head", "archivist", "sealer", "counter_clerk"}:
        return True
    if actor.roles & policies.seats_on(matter.procedure):
        return True
    if actor.roles - {"superior_organ"}:
        return False
    return policies.MATTER_OFFICE.test(subject, matter)
