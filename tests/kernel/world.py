"""A small province for tests: governments with their justice bureaus on all levels, two cities, some staff."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import date

from xiezhi.kernel.access import services as access
from xiezhi.kernel.access.models import Account, AdminRole
from xiezhi.kernel.people import services as people
from xiezhi.kernel.people.models import Person, Staff
from xiezhi.kernel.units import ids
from xiezhi.kernel.units import services as units
from xiezhi.kernel.units.models import Unit

SINCE = date(2020, 1, 1)
PASSWORD = "correct-horse-8"
_numbers = itertools.count(1)


@dataclass
class World:
    """Units by short name."""

    units: dict[str, Unit] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Unit:
        return self.units[name]

    def add(self, name: str, level: str, kind: str, parent: str = "", **more: object) -> Unit:
        self.units[name] = units.create_unit(
            name=f"云岭省{name}" if level != "PROV" else name,
            short_name=name,
            level=level,
            kind=kind,
            parent=self.units[parent] if parent else None,
            valid_from=SINCE,
            demo=True,
            **more,  # type: ignore[arg-type]
        )
        return self.units[name]


def build() -> World:
    """省府 with 省厅, 监狱局 and its prison; cities 甲市, 乙市 with bureaus; counties; one town office."""
    world = World()
    world.add("省府", "PROV", "GOVERNMENT")
    world.add("省厅", "PROV", "JUSTICE", "省府")
    world.add("监狱局", "PROV", "PRISON_BUREAU", "省厅")
    world.add("一监", "PROV", "PRISON", "监狱局")
    for city in "甲乙":
        world.add(f"{city}市府", "CITY", "GOVERNMENT", "省府")
        world.add(f"{city}市局", "CITY", "JUSTICE", f"{city}市府", business_parents=[world["省厅"]])
        for county in "东西":
            world.add(f"{city}{county}县府", "COUNTY", "GOVERNMENT", f"{city}市府")
            world.add(f"{city}{county}县局", "COUNTY", "JUSTICE", f"{city}{county}县府")
            world.add(f"{city}{county}所", "TOWN", "AGENCY", f"{city}{county}县局")
    for unit in world.units.values():
        unit.refresh_from_db()
    return world


def post(code: str, *roles: str, reach: str = "OWN", level: int = 3) -> people.Post:
    return people.define_post(code, code, roles, reach=reach, data_level_max=level)


def staff(name: str = "陈一", unit: Unit | None = None, role_post: people.Post | None = None) -> Staff:
    member = people.create_staff(name, demo=True)
    if unit is not None:
        people.appoint(member, unit, role_post or post("officer", "case_officer"), valid_from=SINCE)
    return member


def account(member: Staff) -> Account:
    return access.create_staff_account(member, username=f"staff{next(_numbers)}", password=PASSWORD, must_change=False)


def admin(role: AdminRole | str, member: Staff | None = None) -> Account:
    return access.appoint_admin(
        role, username=f"admin{next(_numbers)}", password=PASSWORD, staff=member or staff("管理"), must_change=False
    )


def person(name: str = "王小明", **more: object) -> Person:
    n = next(_numbers)
    number = ids.id18_complete(f"990000{1950 + n % 50}0101{n % 1000:03d}")
    return people.register_person(name=name, id_no=number, demo=True, **more)[0]  # type: ignore[arg-type]


def citizen(who: Person) -> Account:
    account = access.create_citizen_account(who, username=f"citizen{next(_numbers)}", password=PASSWORD)
    account.must_change_password = False
    account.save(update_fields=["must_change_password"])
    return account
