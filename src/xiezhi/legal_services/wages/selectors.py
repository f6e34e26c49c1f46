"""What is known about wage matters: for the worker in plain words, for the desk in figures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from xiezhi.kernel.calendar import clock as wall
from xiezhi.kernel.procedures import registry, selectors, store
from xiezhi.kernel.procedures.core import View, as_date
from xiezhi.kernel.procedures.models import Matter, MatterLink

from . import codes, limitation
from .case_data import facts_with_project
from .hooks import CODE, LINK
from .models import Payment, WageCase, WageProject, project_key
from .responsibility import Payer, chain_of, payers, purses
from .routing import Facts, Way, ways
from .rules import money_of, route_open

__all__ = ["Step", "limit_of", "linked_of", "payers_of", "projects_like", "steps_of", "told_of", "ways_of"]


@dataclass(frozen=True)
class Step:
    """One line of what happened, in the worker's words. `where` names the body when it is another matter's."""

    on: date
    title: str
    text: str
    where: str = ""


def projects_like(text: str, limit: int = 6) -> list[WageProject]:
    """Known sites by a part of their name."""
    text = text.strip()
    if len(text) < 2:
        return []
    key = project_key(text)
    rows = WageProject.objects.filter(key__contains=key) if len(key) >= 2 else WageProject.objects.none()
    return list(rows.select_related("county__division").order_by("name", "id")[:limit])


def view_of(matter: Matter) -> View:
    """The matter replayed, with its calendar."""
    declared = registry.get(CODE, matter.version)
    view = store.view(declared, store.history(matter.pk), matter)
    view.calendar = store.calendar()
    return view


def case_of(matter: Matter) -> WageCase:
    """The case row with its project."""
    return WageCase.objects.select_related("project").get(pk=matter.pk)


def payers_of(facts: Any, project: WageProject | None) -> list[Payer]:
    """Who must pay, in order, with what is known of the site."""
    return payers(chain_of(facts_with_project(facts, project)))


def limit_of(view: View, today: date) -> limitation.Limit:
    """The limitation of the claim as of today."""
    assert view.calendar is not None
    facts = view.facts
    return limitation.find(
        employed=bool(facts.get("employed")), ended_on=as_date(facts.get("ended_on")), today=today, calendar=view.calendar,
        restarts=limitation.restarts_of(facts.get("interruptions") or []), labor=facts.get("relation") != "SERVICE",
        due_on=as_date(facts.get("owed_to")),
    )  # fmt: skip


def ways_of(view: View, today: date) -> list[Way]:
    """Recommended ways for the matter as it stands."""
    facts = view.facts
    tried: dict[str, str] = {}
    broken = False
    for route in facts.get("routes") or []:
        outcome = str(route.get("outcome") or "")
        tried[str(route["route"])] = outcome or "RUNNING"
        broken = broken or bool(route.get("agreed"))
    return ways(Facts(
        labor=facts.get("relation") != "SERVICE", employed=bool(facts.get("employed")), days_left=limit_of(view, today).days_left,
        evidence=tuple(facts.get("evidence") or ()), owed=money_of(facts, "owed"), workers=int(facts.get("worker_count") or 1),
        engineering=facts.get("industry") in codes.ENGINEERING, threat=str(facts.get("threat") or "NONE"),
        fled=facts.get("threat") == "FLED", tried=tried, agreement_broken=broken and route_open(view) is None,
    ))  # fmt: skip


def steps_of(view: View) -> list[Step]:
    """What happened on the matter itself, newest first."""
    out = []
    for rec in reversed(view.events):
        event = view.procedure.events.get(rec.event)
        if event is not None and event.plain:
            text = event.plain
            if rec.event == "paid":
                text = f"{codes.PAYERS.get(str(rec.data.get('payer')), '对方')}付了{Decimal(str(rec.data['amount'])):,.2f}元。"
            out.append(Step(rec.on, event.title, text))
    return out


def linked_of(matter: Matter) -> list[tuple[Matter, list[Step]]]:
    """Matters of other bodies that grew out of this one, each with what happened there in plain words."""
    rows = (
        MatterLink.objects.filter(other=matter, kind=LINK).select_related("matter__handling_unit").order_by("on", "id")
    )
    out = []
    for link in rows:
        other = link.matter
        declared = registry.get(other.procedure, other.version)
        found = []
        for rec in reversed(store.history(other.pk)):
            event = declared.events.get(rec.event)
            if event is not None and event.plain:
                found.append(Step(rec.on, event.title, event.plain, other.handling_unit.name))
        out.append((other, found))
    return out


def told_of(matter: Matter) -> dict[str, Any]:
    """Everything a worker is shown: the money, who must pay, the limit, what happened here and elsewhere."""
    view, case, today = view_of(matter), case_of(matter), wall.today()
    facts = facts_with_project(view.facts, case.project)
    linked = linked_of(matter)
    steps = sorted([*steps_of(view), *(s for _, found in linked for s in found)], key=lambda s: s.on, reverse=True)
    return {
        "matter": matter, "case": case, "view": view, "payers": payers(chain_of(facts)), "purses": purses(chain_of(facts)),
        "limit": limit_of(view, today), "ways": ways_of(view, today), "steps": steps, "linked": linked,
        "payments": list(Payment.objects.filter(matter=matter).order_by("paid_on", "seq")),
        "left": case.owed - case.recovered - case.advanced, "state_public": view.state.public if view.state else "",
        "clocks": [c for c in selectors.matter_state(matter).live if c.term.alarm and c.legal][:3],
    }  # fmt: skip
