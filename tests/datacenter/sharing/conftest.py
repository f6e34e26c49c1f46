"""A county with two departments that share data, the data authority over both, and staff of each sharing office."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from tests.kernel import world as w
from xiezhi.kernel.access.models import Account
from xiezhi.kernel.access.subject import Subject, of_account
from xiezhi.kernel.calendar import services as calendars
from xiezhi.kernel.units.models import Unit

NOW = "2026-11-02 10:30"


@dataclass
class Scene:
    """Departments, the data authority, and who sits in their sharing offices."""

    justice: Unit
    labor: Unit
    authority: Unit
    officer: Account
    head: Account
    labor_officer: Account
    labor_head: Account
    referee: Account
    stranger: Account
    root: Path

    def desk(self, account: Account) -> Client:
        client = Client()
        client.force_login(account)
        return client

    def subject(self, account: Account) -> Subject:
        return of_account(Account.objects.select_related("staff").get(pk=account.pk))

    def answers(self, **more: Any) -> dict[str, Any]:
        """What an officer of the labor department asks for."""
        base: dict[str, Any] = {
            "resource": "std_lawyer", "interface": "lawyer-license", "provider": str(self.justice.pk), "fields": ["license_no", "name", "status"],
            "kind": "LOOKUP", "way": "INTERFACE", "purpose": "SUPERVISION", "quota": 1000, "basis": "劳动保障监察条例，核查代理人执业情况",
            "scene": "受理投诉时核对代理人", "scope": "监察机构工作人员", "valid_from": "2026-11-02", "valid_to": "2027-11-01",
        }  # fmt: skip
        return {**base, **more}


@pytest.fixture
def scene(db: None, freeze: Any, settings: Any, tmp_path: Path) -> Iterator[Scene]:
    freeze(NOW)
    settings.EXCHANGE_DIR = str(tmp_path / "keys")
    cache.clear()
    for year in (2026, 2027):
        try:
            calendars.import_year(year, calendars.CHINESECALENDAR)
        except Exception:
            continue
    world = w.build()
    world.add("甲东县人社局", "COUNTY", "DEPARTMENT", "甲东县府")
    world.add("甲东县数据局", "COUNTY", "DEPARTMENT", "甲东县府")
    for unit in world.units.values():
        unit.refresh_from_db()
    officer, head = w.post("share-officer", "share_officer"), w.post("share-head", "share_head")
    authority = w.post("data-authority", "data_authority")

    def person(name: str, unit: str, post: Any) -> Account:
        return w.account(w.staff(name, world[unit], post))

    yield Scene(
        world["甲东县局"], world["甲东县人社局"], world["甲东县数据局"], person("何共享", "甲东县局", officer), person("罗主任", "甲东县局", head),
        person("江需求", "甲东县人社局", officer), person("钱处长", "甲东县人社局", head), person("宋协调", "甲东县数据局", authority),
        person("外人", "甲西县局", officer), tmp_path,
    )  # fmt: skip
