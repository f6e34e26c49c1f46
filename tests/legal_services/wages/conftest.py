"""A county with a public legal service center, its bureau, the bodies it hands over to, staff and two workers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from tests.kernel import world as w
from xiezhi.kernel.access.models import Account
from xiezhi.kernel.calendar import services as calendars
from xiezhi.kernel.people.models import Person
from xiezhi.kernel.procedures.core import Actor
from xiezhi.kernel.units.models import Unit

NOW = "2026-03-02 10:30"


@dataclass
class Scene:
    """Units, people, and clients signed in as each of them."""

    county: Unit
    center: Unit
    bureau: Unit
    inspection: Unit
    worker: Account
    person: Person
    client: Client
    officer: Account
    head: Account
    leader: Account
    inspector: Account

    @property
    def officer_actor(self) -> Actor:
        return Actor(f"account:{self.officer.uid}", frozenset({"case_officer"}), "承办人")

    @property
    def head_actor(self) -> Actor:
        return Actor(f"account:{self.head.uid}", frozenset({"office_head", "case_officer"}), "负责人")

    def desk(self, account: Account | None = None) -> Client:
        client = Client()
        client.force_login(account or self.officer)
        return client

    def answers(self, **more: Any) -> dict[str, Any]:
        """What one worker answers on the page."""
        base: dict[str, Any] = {
            "county": str(self.county.pk), "industry": "BUILDING", "employer_name": "云岭安泰劳务有限公司", "project_name": "云湖新城二期工地",
            "contractor_name": "云岭第三建工集团", "months": "3", "monthly": "6000", "employed": False, "ended_on": "2026-01-20",
            "evidence": ["SLIP", "CHAT"], "mobile": "13812342046",
        }  # fmt: skip
        return {**base, **more}


def build() -> Scene:
    cache.clear()
    for year in (2025, 2026):
        calendars.import_year(year, calendars.CHINESECALENDAR)
    world = w.build()
    center = world.add("甲东县公共法律服务中心", "COUNTY", "INSTITUTION", "甲东县局")
    inspection = world.add("甲东县劳动保障监察大队", "COUNTY", "INSTITUTION", "甲东县府")
    world.add("甲东县劳动人事争议仲裁委员会", "COUNTY", "INSTITUTION", "甲东县府")
    for unit in (center, inspection):
        unit.refresh_from_db()
    person = w.person("石根生", phone="13812342046")
    return Scene(
        world["甲东县府"], center, world["甲东县局"], inspection, w.citizen(person), person, Client(),
        w.account(w.staff("何承办", center, w.post("wages-officer", "case_officer"))),
        w.account(w.staff("钱主任", center, w.post("wages-head", "office_head"))),
        w.account(w.staff("罗局长", world["甲东县局"], w.post("wages-organ", "organ_head", reach="TERRITORY"))),
        w.account(w.staff("江监察", inspection, w.post("wages-inspect", "respondent_handler"))),
    )  # fmt: skip


@pytest.fixture
def scene(db: None, freeze: Any) -> Iterator[Scene]:
    freeze(NOW)
    made = build()
    made.client.force_login(made.worker)
    yield made
