"""A county office at work: its officers, head and leader, a respondent, administrators, and one matter under review."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from tests.enforcement.reconsideration import flow
from tests.enforcement.reconsideration import world as made
from tests.kernel import world as w
from xiezhi.kernel.access.models import AdminRole
from xiezhi.kernel.people import services as people
from xiezhi.kernel.people.models import Staff
from xiezhi.kernel.procedures.models import Matter
from xiezhi.kernel.units.models import Unit

NOW = "2026-10-12 10:42"


@dataclass
class Desk:
    """The world, a matter under review, and a signed-in client for each role."""

    world: made.World
    matter: Matter
    clients: dict[str, Client] = field(default_factory=dict)
    staff: dict[str, Staff] = field(default_factory=dict)

    def __getitem__(self, role: str) -> Client:
        return self.clients[role]

    @property
    def address(self) -> str:
        return f"/desk/m/{self.matter.public_id}/"


def _appoint(member: Staff, unit: Unit, role: str, reach: str = "OWN") -> Any:
    people.appoint(member, unit, w.post(f"post-{role}-{reach}", role, reach=reach), valid_from=made.SINCE)
    return w.account(member)


@pytest.fixture
def desk(db: None, freeze: Any) -> Iterator[Desk]:
    freeze(NOW)
    cache.clear()
    world = made.build()
    matter = flow.in_review(world)
    found = Desk(world, matter)
    people_of = {
        "officer": (world.officers[0], world.office, "case_officer", "OWN"),
        "second": (world.officers[1], world.office, "case_officer", "OWN"),
        "head": (world.head, world.office, "office_head", "SUBTREE"),
        "organ": (world.leader, world.county, "organ_head", "TERRITORY"),
        "clerk": (w.staff("窗口"), world.office, "counter_clerk", "OWN"),
        "respondent": (w.staff("答复"), world.market, "respondent_handler", "OWN"),
        "leader": (w.staff("省领导"), world.province, "leader", "TERRITORY"),
        "court": (w.staff("外人"), world.court, "case_officer", "OWN"),
    }
    for name, (member, unit, role, reach) in people_of.items():
        account = _appoint(member, unit, role, reach)
        found.clients[name] = Client()
        found.clients[name].force_login(account)
        found.staff[name] = member
    for name, office in (
        ("system", AdminRole.SYSTEM_ADMIN),
        ("security", AdminRole.SECURITY_ADMIN),
        ("audit", AdminRole.AUDIT_ADMIN),
    ):
        found.clients[name] = Client()
        found.clients[name].force_login(w.admin(office, w.staff(f"管理{name}")))
    found.clients["citizen"] = Client()
    found.clients["citizen"].force_login(world.citizen)
    found.clients["nobody"] = Client()
    yield found
