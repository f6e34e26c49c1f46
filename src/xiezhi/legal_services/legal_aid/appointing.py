"""指派: what is said about a provider in an event, from the roll and never from anybody's memory."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from xiezhi.kernel.procedures import registry, store
from xiezhi.kernel.procedures import services as procedures
from xiezhi.kernel.procedures.core import Actor
from xiezhi.kernel.procedures.models import Matter
from xiezhi.kernel.procedures.services import Outcome

from . import states as S
from .models import AidProvider
from .refs import ref_of

__all__ = ["appoint", "asked_data", "parameter", "wants_provider", "years_of"]

TO_APPOINT = frozenset(s.code for s in S.TO_APPOINT)


def wants_provider(matter: Matter) -> bool:
    """Whether somebody has to be appointed in the matter's present state."""
    return matter.open and matter.state in TO_APPOINT


def parameter(matter: Matter, name: str, default: Any, on: date | None = None) -> Any:
    """A dated parameter for the matter's office, or `default` where neither the declaration nor the office has it."""
    declared = registry.get(matter.procedure, matter.version)
    overrides = store.overrides(matter.procedure, matter.handling_unit_id)
    dated = overrides.get(name) or declared.parameters.get(name)
    if dated is None:
        return default
    try:
        return dated.at(on or date.max)
    except LookupError:
        return default


def years_of(provider: AidProvider, today: date) -> int:
    """Full years of practice on a day."""
    since = provider.practice_since
    if since is None:
        return 0
    return max(0, today.year - since.year - ((today.month, today.day) < (since.month, since.day)))


def asked_data(provider: AidProvider, today: date) -> dict[str, Any]:
    """What the form of an offer or an appointment asks about somebody, after the check of conflicts found none."""
    found: dict[str, Any] = {
        "provider_ref": ref_of(provider.pk), "provider_kind": provider.kind, "practice_years": years_of(provider, today),
        "conflict_checked": True, "conflict_with": "NONE", "under_stop_penalty": False,
    }  # fmt: skip
    if provider.firm is not None:
        found["provider_firm"] = provider.firm.organization.name[:100]
    return found


def capacity_of(matter: Matter) -> str:
    """As what the provider acts: defender of a suspect or defendant, else agent."""
    facts = matter.facts
    if facts.get("kind") == "CRIMINAL" and facts.get("claim") == "SUSPECT":
        return "DEFENDER"
    return "AGENT"


def appoint(
    matter: Matter, provider: AidProvider, actor: Actor, at: datetime, *, request_key: str | None = None
) -> Outcome:
    """Fire the appointment. Raises Refused."""
    data = {**asked_data(provider, at.date()), "capacity": capacity_of(matter)}
    return procedures.fire_event(matter.pk, "appointed", actor, data, at=at, request_key=request_key)
