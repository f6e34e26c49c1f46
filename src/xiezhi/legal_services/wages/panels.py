"""欠薪 on the pages of a matter: what the worker sees in one place, and what the officer needs to choose a way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest

from xiezhi.kernel.access.subject import Subject
from xiezhi.kernel.procedures import policies
from xiezhi.kernel.procedures.models import Matter, MatterLink

from . import selectors, workers
from .codes import CHAIN, EVIDENCE, INDUSTRIES, RELATIONS, THREATS
from .hooks import CODE, LINK
from .models import WageCase
from .referral import BODIES, bodies_of

__all__ = ["desk", "portal", "portal_elsewhere"]


def portal(request: HttpRequest, matter: Matter, state: Any, subject: Subject) -> Mapping[str, Any] | None:
    """Money, who must pay, the limit, other bodies' steps, and the crew for who filed."""
    if matter.procedure != CODE or not policies.MATTER_OWN.possible(subject):
        return None
    told = selectors.told_of(matter)
    crew = told["case"].workers > 1
    return told | {"crew": workers.confirmation(matter) if crew else (), "open": matter.open}


def portal_elsewhere(request: HttpRequest, matter: Matter, state: Any, subject: Subject) -> Mapping[str, Any] | None:
    """On a matter that grew out of a wage report: the way back to it, for whom both are theirs."""
    if matter.procedure == CODE or not policies.MATTER_OWN.possible(subject):
        return None
    links = MatterLink.objects.filter(matter=matter, kind=LINK, other__procedure=CODE).select_related("other")
    mine = [link.other for link in links if policies.MATTER_OWN.test(subject, link.other)]
    return {"origin": mine[0]} if mine else None


def desk(request: HttpRequest, matter: Matter, state: Any, subject: Subject) -> Mapping[str, Any] | None:
    """The case in figures, who must pay, recommended ways, and the bodies of the county to hand over to."""
    if matter.procedure != CODE:
        return None
    case = WageCase.objects.select_related("project").filter(pk=matter.pk).first()
    if case is None:
        return None
    told = selectors.told_of(matter)
    facts = told["view"].facts
    return told | {
        "crew": workers.confirmation(matter), "may_crew": policies.MATTER_OFFICE.test(subject, matter),
        "industry": INDUSTRIES.get(case.industry, ""), "relation": RELATIONS.get(str(facts.get("relation") or ""), "没有说"),
        "evidence": [EVIDENCE.get(e, e) for e in facts.get("evidence") or ()], "chain": [CHAIN.get(c, c) for c in facts.get("chain") or ()],
        "danger": THREATS.get(case.threat, "") if case.threat != "NONE" else "",
        "bodies": [(event, [u.name for u in bodies_of(matter, event)[:3]]) for event in BODIES] if matter.open else [],
    }  # fmt: skip
