"""A county with its legal aid center, a court, lawyers of several firms, and people who need help."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from tests.kernel import world as kernel
from xiezhi.kernel.access.models import Account
from xiezhi.kernel.calendar import clock
from xiezhi.kernel.people import services as people
from xiezhi.kernel.people.models import Organization, Person
from xiezhi.kernel.procedures import services as procedures
from xiezhi.kernel.procedures.core import Actor
from xiezhi.kernel.procedures.models import Matter
from xiezhi.kernel.units import ids
from xiezhi.kernel.units.models import Unit
from xiezhi.legal_services.legal_aid import filing, providers
from xiezhi.legal_services.legal_aid.models import AidAgency, AidFirm, AidProvider

NOW = "2026-05-12 10:00"
_numbers = itertools.count(1)
COUNTY = "甲东县府"


@dataclass
class World:
    """The kernel's province with one aid center, its people, and providers."""

    base: kernel.World
    agency: AidAgency
    court: Unit
    accounts: dict[str, Account] = field(default_factory=dict)
    firms: list[AidFirm] = field(default_factory=list)

    @property
    def unit(self) -> Unit:
        return self.agency.unit

    def actor(self, name: str, *roles: str) -> Actor:
        account = self.accounts[name]
        return Actor(f"account:{account.uid}", frozenset(roles or (name,)), name)

    @property
    def officer(self) -> Actor:
        return self.actor("case_officer")

    @property
    def head(self) -> Actor:
        return self.actor("office_head")

    def firm(self, name: str = "", head: AidFirm | None = None) -> AidFirm:
        n = next(_numbers)
        organization = Organization.objects.create(
            name=name or f"东岭第{n}律师事务所", kind="LAW_FIRM", created_at=clock.now()
        )
        found = providers.firm_of(organization, head)
        self.firms.append(found)
        return found

    def citizen(self, name: str = "梁秋禾", **more: Any) -> Account:
        return citizen(name, **more)

    def lawyer(self, name: str = "", *, firm: AidFirm | None = None, account: bool = True, **more: Any) -> AidProvider:
        n = next(_numbers)
        holder = citizen(name or f"律师{n}") if account else None
        person = holder.person if holder else person_of(name or f"律师{n}")
        assert person is not None
        values: dict[str, Any] = {
            "kind": AidProvider.LAWYER, "license_no": f"1990120{n:010d}", "firm": firm or self.firm(),
            "practice_since": date(2015, 1, 1), "specialisms": ["LABOR", "FAMILY"], "counties": [self.unit.county_id], **more,
        }  # fmt: skip
        return providers.register_provider(person, self.unit.pk, **values)

    def answers(self, **more: Any) -> dict[str, Any]:
        """A migrant worker's claim for wages."""
        return {
            "kind": "LABOR", "matter_type": "LABOR", "claim": "PAY", "groups": ["MIGRANT_WORKER"], "status_proof": "SHOWN",
            "facts_reasons": "拖欠三个月工资。", "claim_amount": "23600", "agency": str(self.unit.pk), "applied_by": "SELF",
            "other_party": [{"name": "临川宏远建筑有限公司"}], **more,
        }  # fmt: skip

    def file(self, account: Account | None = None, **more: Any) -> Matter:
        account = account or self.citizen()
        done = filing.file(account, self.answers(**more), channel="ONLINE", request_key=f"file-{next(_numbers)}")
        return done.matter

    def fire(
        self, matter: Matter, event: str, data: dict[str, Any] | None = None, actor: Actor | None = None
    ) -> Matter:
        return procedures.fire_event(matter.pk, event, actor or self.officer, data or {}).matter

    def granted(self, account: Account | None = None, **more: Any) -> Matter:
        matter = self.file(account, **more)
        return self.fire(matter, "granted", {"competent": True, "in_scope": True})


def id_number(n: int, birth: date = date(1986, 4, 12), sex: int = 2) -> str:
    """A valid number of the unassigned province 99."""
    body = f"990100{birth:%Y%m%d}{(n * 2 + (0 if sex == 2 else 1)) % 1000:03d}"
    return body + ids.id18_check_digit(body) if hasattr(ids, "id18_check_digit") else body + _digit(body)


def _digit(body: str) -> str:
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return "10X98765432"[sum(int(c) * w for c, w in zip(body, weights, strict=True)) % 11]


def person_of(name: str, birth: date | None = None, **more: Any) -> Person:
    n = next(_numbers)
    birth = (birth or date(1980, 1, 1)) + timedelta(days=n)
    person, _ = people.register_person(
        name=name, id_no=id_number(n, birth), phone=f"139{n:08d}", address="临川市望江路18号", demo=True, **more
    )
    return person


def citizen(name: str, **more: Any) -> Account:
    person = person_of(name, **more)
    account = Account.objects.create_user(f"c{next(_numbers)}", password=kernel.PASSWORD, person=person, kind="CITIZEN")
    return account


def build() -> World:
    """The world at `clock.now()`; freeze the clock first."""
    base = kernel.build()
    base.add("甲东县援助中心", "COUNTY", "INSTITUTION", "甲东县局", document_code="临法")
    base.add("甲东县法院", "COUNTY", "COURT", COUNTY)
    for name in ("甲东县援助中心", "甲东县法院"):
        base[name].refresh_from_db()
    agency = AidAgency.objects.create(
        unit=base["甲东县援助中心"],
        bureau=base["甲东县局"],
        address="望江路1号",
        phone="0999-5550188",
        hours="工作日9:00至17:00",
    )
    out = World(base, agency, base["甲东县法院"])
    for name, roles in (
        ("case_officer", ("case_officer",)), ("office_head", ("office_head",)), ("counter_clerk", ("counter_clerk",)),
        ("case_officer_2", ("case_officer",)),
    ):  # fmt: skip
        member = kernel.staff(f"{name}员", base["甲东县援助中心"], kernel.post(f"aid-{name}", *roles))
        out.accounts[name] = kernel.account(member)
    member = kernel.staff("局长", base["甲东县局"], kernel.post("aid-organ-head", "organ_head"))
    out.accounts["organ_head"] = kernel.account(member)
    return out
