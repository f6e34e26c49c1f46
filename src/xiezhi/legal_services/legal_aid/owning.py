"""承办人员: a matter of legal aid has an officer of the agency from its first minute to its last."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Count

from xiezhi.kernel.calendar import clock as wall
from xiezhi.kernel.people import selectors as people
from xiezhi.kernel.people.models import Staff
from xiezhi.kernel.procedures import services as procedures
from xiezhi.kernel.procedures.core import Actor
from xiezhi.kernel.procedures.models import Matter

__all__ = ["ensure_owner", "least_busy"]

SYSTEM = Actor("platform", frozenset({"case_officer"}), "系统自动分派")


def least_busy(unit_id: int, at: datetime) -> Staff | None:
    """The officer of the agency with the fewest open matters; its head where it has no officer."""
    from xiezhi.kernel.units.models import Unit

    unit = Unit.objects.get(pk=unit_id)
    for role in ("case_officer", "office_head"):
        staff = people.who_holds(unit, at.date(), role=role, deputies=False)
        if staff:
            load = dict(
                Matter.objects.filter(handler__in=staff, open=True).values("handler_id").annotate(n=Count("pk"))
                .values_list("handler_id", "n")
            )  # fmt: skip
            return min(staff, key=lambda s: (load.get(s.pk, 0), s.pk))
    return None


def ensure_owner(matter_id: int, at: datetime | None = None) -> bool:
    """Give an ownerless matter to an officer. True when it has one afterwards."""
    at = at or wall.now()
    matter = Matter.objects.get(pk=matter_id)
    if matter.handler_id is not None or not matter.open:
        return matter.handler_id is not None
    who = least_busy(matter.handling_unit_id, at)
    if who is None:
        return False
    procedures.fire_event(matter_id, "assigned", SYSTEM, {"officers": [str(who.pk)]}, at=at)
    return True
