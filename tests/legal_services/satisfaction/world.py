"""A county whose decided matters are served, with citizens who rate, an office above it that calls back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests import factories
from xiezhi.kernel.access.models import Account
from xiezhi.kernel.notices.models import Notice
from xiezhi.kernel.procedures import services
from xiezhi.kernel.procedures.core import Actor
from xiezhi.kernel.procedures.models import Matter
from xiezhi.kernel.sealing import unseal
from xiezhi.kernel.units.models import Unit
from xiezhi.legal_services.satisfaction import params
from xiezhi.legal_services.satisfaction.models import CallbackRow, Invitation

NOW = "2026-09-14 10:00"


@dataclass
class World:
    """The province of the factories and the office above the county."""

    province: factories.Province
    upper: Unit
    caller: Account
    caller_head: Account

    @property
    def officer(self) -> Actor:
        """The call-back officer in a call-back."""
        return Actor(f"account:{self.caller.uid}", frozenset({"case_officer"}), "回访员")

    def ended(self, citizen: str = "citizen", **more: Any) -> Matter:
        """A matter an officer had and closed, so that its applicant is asked."""
        matter = self.province.file(citizen, **more)
        self.province.go(matter, "assigned", "office_head", {"officers": [self.province.staff_id("case_officer")]})
        return self.province.go(matter, "told_no_repeat", "case_officer", {"reason": "同一行为已经复议。"})

    def asked(self, citizen: str = "citizen", **more: Any) -> Invitation:
        """The question put to the applicant of such a matter."""
        return Invitation.objects.get(matter=self.ended(citizen, **more))

    def callback(self, matter: Matter) -> CallbackRow:
        """The call-back on the bad rating of a matter."""
        return CallbackRow.objects.select_related("matter").get(invitation__matter=matter)

    def call(self, row: CallbackRow, event: str, data: dict[str, Any] | None = None) -> Matter:
        """One event of a call-back by the officer above."""
        return services.fire_event(row.matter_id, event, self.officer, data or {}).matter


def build() -> World:
    """The world at the frozen moment."""
    params.forget()
    province = factories.build(tokens=False)
    upper = Unit.objects.get(name="云岭市司法局")
    province.units["upper"] = upper
    caller = factories._official(province, "case_officer", "upper", "OWN")
    head = factories._official(province, "office_head", "upper", "OWN")
    province.accounts |= {"caller": caller, "caller_head": head}
    return World(province, upper, caller, head)


def link_of(invitation: Invitation) -> str:
    """The address that was sent for a question."""
    row = (
        Notice.objects.filter(matter=invitation.matter, template="rating")
        .exclude(channel="SITE")
        .order_by("-id")
        .first()
    )
    assert row is not None and row.secret is not None
    return str(unseal(row.secret, context="notice"))
