"""Two counties with offices, respondents, citizens and every role, and matters on their way. For tests of access,
of the API and of faults: what one side may see, the other must not learn."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from tests.enforcement.reconsideration import world as small
from xiezhi.enforcement.reconsideration.services import file_application
from xiezhi.kernel.access import services as access
from xiezhi.kernel.access.models import Account, AdminRole
from xiezhi.kernel.access.subject import of_account
from xiezhi.kernel.calendar import clock
from xiezhi.kernel.people import services as people
from xiezhi.kernel.people.models import Person, Staff
from xiezhi.kernel.procedures import policies, services
from xiezhi.kernel.procedures.core import Actor
from xiezhi.kernel.procedures.models import Matter
from xiezhi.kernel.units import ids
from xiezhi.kernel.units import services as units
from xiezhi.kernel.units.models import Unit

NOW = "2026-09-14 10:00"
PASSWORD = "correct-horse-8"
_numbers = itertools.count(1)

OFFICE_POSTS = {
    # role: (unit, reach)
    "case_officer": ("office", "OWN"),
    "office_head": ("office", "OWN"),
    "counter_clerk": ("office", "OWN"),
    "archivist": ("office", "OWN"),
    "sealer": ("office", "OWN"),
    "organ_head": ("county", "OWN"),
    "leader": ("province", "TERRITORY"),
    "supervisor": ("province", "TERRITORY"),
    "statistician": ("office", "TERRITORY"),
    "unit_manager": ("office", "OWN"),
    "committee_member": ("office", "OWN"),
    "respondent_handler": ("market", "OWN"),
    "respondent_head": ("market", "OWN"),
    "norm_issuer_handler": ("court", "OWN"),
    "staff": ("office", "OWN"),
}


@dataclass
class Province:
    """Units and accounts by name: a role's code for the office of our matters, `other_*` for outsiders."""

    base: small.World
    units: dict[str, Unit] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    def actor(self, name: str, matter: Matter) -> Actor:
        return policies.actor_for(of_account(self.accounts[name]), matter)

    def staff_id(self, name: str) -> str:
        return str(self.accounts[name].staff_id)

    def answers(self, person: Person | None = None, *, respondent: str = "market", **more: Any) -> dict[str, Any]:
        """A good application, each about an act of its own."""
        n = next(_numbers)
        base = self.base.answers(respondent_unit=str(self.units[respondent].pk))
        base["act"] = {**base["act"], "doc_no": f"临市监罚〔2026〕{n}号"}
        if person is not None:
            base["applicants"] = [{**base["applicants"][0], "name": person.name, "id_no": person.id_no}]
        return {**base, **more}

    def file(self, citizen: str = "citizen", *, respondent: str = "market", key: str = "", **more: Any) -> Matter:
        """An application of a citizen, received."""
        account = self.accounts[citizen]
        key = key or f"factory-{next(_numbers)}"
        answers = self.answers(account.person, respondent=respondent, **more)
        done = file_application(account, answers, channel="ONLINE", request_key=key)
        return Matter.objects.get(pk=done.matter.pk)

    def go(self, matter: Matter, event: str, by: str, data: dict[str, Any] | None = None, **more: Any) -> Matter:
        """Fire an event as one of the accounts."""
        return services.fire_event(matter.pk, event, self.actor(by, matter), data or {}, **more).matter

    def accepted(self, citizen: str = "citizen", *, respondent: str = "market", head: str = "office_head") -> Matter:
        """A matter under review in the ordinary procedure, with two officers where our office handles it."""
        matter = self.file(citizen, respondent=respondent)
        names = ("case_officer", "case_officer_2") if respondent == "market" else ("other_officer", "other_officer_2")
        data = {"procedure": "ORDINARY", "officers": [self.staff_id(n) for n in names]}
        return self.go(matter, "accepted", head, data)


def build(*, tokens: bool = True) -> Province:
    """The world at `clock.now()`; freeze the clock first."""
    base = small.build()
    out = Province(base)
    out.units = {
        "province": base.province, "city": base.city, "county": base.county, "office": base.office, "market": base.market,
        "court": base.court,
    }  # fmt: skip
    _second_county(out)
    roles = dict(OFFICE_POSTS)
    for role, (unit, reach) in roles.items():
        out.accounts[role] = _official(out, role, unit, reach)
    out.accounts["case_officer_2"] = _official(out, "case_officer", "office", "OWN")
    for name, role, unit in (
        ("other_officer", "case_officer", "other_office"), ("other_officer_2", "case_officer", "other_office"),
        ("other_head", "office_head", "other_office"), ("other_organ_head", "organ_head", "other_county"),
        ("other_respondent", "respondent_handler", "other_market"),
        ("other_archivist", "archivist", "other_office"), ("other_clerk", "counter_clerk", "other_office"),
    ):  # fmt: skip
        out.accounts[name] = _official(out, role, unit, "OWN")
    base.citizen.set_password(PASSWORD)
    base.citizen.kind = "CITIZEN"
    base.citizen.save()
    out.accounts["citizen"] = base.citizen
    out.accounts["other_citizen"] = _citizen("林远山")
    for role in AdminRole.values:
        member = people.create_staff("管理员", demo=True)
        out.accounts[role] = access.appoint_admin(
            role, username=f"admin{next(_numbers)}", password=PASSWORD, staff=member, must_change=False
        )
    if tokens:
        _tokens(out)
    return out


def _second_county(out: Province) -> None:
    def unit(name: str, kind: str, parent: Unit, **more: Any) -> Unit:
        return units.create_unit(name=name, level="COUNTY", kind=kind, parent=parent, valid_from=small.SINCE, **more)

    county = unit("青河县人民政府", "GOVERNMENT", out.base.city, is_reconsideration_organ=True, document_code="青河府")
    out.units["other_county"] = county
    out.units["other_office"] = unit("青河县司法局", "JUSTICE", county)
    out.units["other_market"] = unit("青河县市场监督管理局", "DEPARTMENT", county)
    units.set_reconsideration_office(county, out.units["other_office"])
    for one in out.units.values():
        one.refresh_from_db()


def _official(out: Province, role: str, unit: str, reach: str) -> Account:
    n = next(_numbers)
    member: Staff = people.create_staff(f"{'沈周许何贺邵罗韩'[n % 8]}{'明清远启宁安平和'[n // 8 % 8]}{n}", demo=True)
    post = people.define_post(f"P{n}", f"岗位{n}", (role,), reach=reach, data_level_max=4)
    people.appoint(member, out.units[unit], post, valid_from=small.SINCE)
    return access.create_staff_account(member, username=f"staff{n}", password=PASSWORD, must_change=False)


def _citizen(name: str) -> Account:
    n = next(_numbers)
    number = ids.id18_complete(f"990000{1950 + n % 50}0101{n % 1000:03d}")
    person = people.register_person(name=name, id_no=number, demo=True)[0]
    account = access.create_citizen_account(person, username=f"citizen{n}", password=PASSWORD)
    account.must_change_password = False
    account.save(update_fields=["must_change_password"])
    return account


def token(
    out: Province, *, roles: dict[str, str], scopes: tuple[str, ...] = ("*",), purposes: tuple[str, ...] = (), days: int = 30
) -> tuple[Account, str]:  # fmt: skip
    """A service account with these roles at these units (unit names of the world)."""
    security = out.accounts["SECURITY_ADMIN"]
    until = clock.now() + timedelta(days=days)
    home = out.units[next(iter(roles.values()), "office")]
    service, secret = access.issue_token(
        name=f"系统{next(_numbers)}", unit=home, scopes=scopes, purposes_=purposes, expires_at=until, actor=security
    )
    for role, unit in roles.items():
        access.grant_role(
            service.account, role, out.units[unit], approved_by=security, reason="接口对接", purposes_=["HANDLE", "APPROVE", "ARCHIVE"],
            valid_to=until,
        )  # fmt: skip
    return service.account, secret


def _tokens(out: Province) -> None:
    """Programs of our office, of the other county, and one whose token covers nothing but reading."""
    wanted = {
        "officer": ({"case_officer": "office", "office_head": "office"}, ("*",)),
        "head": ({"office_head": "office", "organ_head": "county"}, ("*",)),
        "reader": ({"case_officer": "office"}, ("matter.read",)),
        "outsider": ({"case_officer": "other_office", "office_head": "other_office"}, ("*",)),
    }
    for name, (roles, scopes) in wanted.items():
        out.accounts[f"service_{name}"], out.tokens[name] = token(out, roles=roles, scopes=scopes)
