"""People outside the offices: citizens, companies, lawyers, with documents whose check digits are right."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from random import Random
from uuid import UUID

from django.contrib.auth.hashers import make_password

from xiezhi.demo import names
from xiezhi.demo.province import Place, Province
from xiezhi.demo.staff import PASSWORD
from xiezhi.kernel.access.models import Account, AccountKind
from xiezhi.kernel.people import crypto
from xiezhi.kernel.people.models import Organization, Person
from xiezhi.kernel.units import ids

__all__ = ["Citizen", "Company", "Public", "build"]


@dataclass(frozen=True, slots=True)
class Citizen:
    """A person as a party: rows, and what the application says of them."""

    person_id: int
    account_id: int | None
    key: str
    name: str
    sex: str
    id_no: str
    phone: str
    address: str
    ref: str = ""  # the account as actor of events


@dataclass(frozen=True, slots=True)
class Company:
    """An organization as a party, with the account of whoever represents it."""

    organization_id: int
    account_id: int | None
    key: str
    name: str
    usc: str
    legal_rep: str
    address: str
    phone: str
    ref: str = ""


@dataclass
class Public:
    """Citizens and companies by the short name of their county, lawyers of the province."""

    citizens: dict[str, list[Citizen]] = field(default_factory=dict)
    companies: dict[str, list[Company]] = field(default_factory=dict)
    lawyers: list[tuple[Citizen, str]] = field(default_factory=list)
    named: dict[str, Citizen] = field(default_factory=dict)
    named_company: Company | None = None
    count: int = 0


Progress = Callable[[int, int], None]
_CHUNK = 5000


class _Maker:
    def __init__(self, rng: Random, province: Province, at: datetime) -> None:
        self.rng, self.province, self.at, self.today = rng, province, at, at.date()
        self.serial = 0
        self.used: dict[tuple[str, date, str], int] = {}
        self.password = make_password(PASSWORD)
        self.villages: dict[str, list[str]] = {}

    def number(self, code: str, born: date, sex: str) -> str:
        key = (code, born, sex)
        n = self.used[key] = self.used.get(key, -1) + 1
        return names.identity_number(code, born, sex, n % 499)

    def address(self, place: Place) -> str:
        if place.towns and self.rng.random() < 0.5:
            town = self.rng.choice(place.towns)
            base = town.name.removesuffix("人民政府").removesuffix("办事处")
            return names.street(
                self.rng, base, village="" if base.endswith("街道") else self.rng.choice(names.HAMLETS) + "村"
            )
        return names.street(self.rng, place.division.name)

    def person(self, place: Place, name: str = "", *, adult: bool = True) -> Person:
        self.serial += 1
        sex = "1" if self.rng.random() < 0.52 else "2"
        if name:
            sex = "1"
        born = names.birthday(self.rng, self.today)
        number = self.number(place.division.code, born, sex)
        phone = names.mobile(self.serial)
        name = name or names.person(self.rng, sex)
        groups = (
            ["ELDERLY"]
            if (self.today - born).days > 60 * 366
            else ["MIGRANT_WORKER"]
            if self.rng.random() < 0.06
            else []
        )
        person = Person(
            uid=UUID(int=self.rng.getrandbits(128), version=4), name=name, sort_key=ids.sort_key(name, person=True), id_type="RESIDENT",
            id_no=number, id_hash=crypto.blind("people.identity", f"RESIDENT:{number}"), phone=phone,
            phone_hash=crypto.blind("people.phone", phone), address=self.address(place), division_id=place.division.pk,
            birth_date=born, sex=sex, special_groups=groups, verified_at=self.at, verified_by="demo", demo=True, created_at=self.at,
        )  # fmt: skip
        return person

    def store(self, found: list[tuple[Person, str]]) -> list[Citizen]:
        """Persons with their accounts; those without a username get a plain one."""
        persons = [p for p, _ in found]
        Person.objects.bulk_create(persons, batch_size=1000)
        accounts = [
            Account(uid=UUID(int=self.rng.getrandbits(128), version=4), username=username or f"m{p.pk:07d}", password=self.password,
                    kind=AccountKind.CITIZEN, person=p, phone_hash=p.phone_hash, demo=True, created_at=self.at,
                    password_changed_at=self.at)
            for p, username in found
        ]  # fmt: skip
        Account.objects.bulk_create(accounts, batch_size=1000)
        return [
            Citizen(p.pk, a.pk, crypto.blind("reconsideration.applicant", f"person:{p.uid}").hex(), p.name, p.sex, str(p.id_no),
                    str(p.phone), str(p.address), f"account:{a.uid}")
            for p, a in zip(persons, accounts, strict=True)
        ]  # fmt: skip

    def company(self, place: Place, serial: int, boss: Citizen, name: str = "") -> Organization:
        name = name or names.company(self.rng, place.short)
        return Organization(
            uid=UUID(int=self.rng.getrandbits(128), version=4), name=name, sort_key=ids.sort_key(name),
            usc=names.usc(place.division.code, serial), legal_rep=boss.name, legal_rep_person_id=boss.person_id, phone=boss.phone,
            address=names.street(self.rng, place.division.name).split("栋")[0] + "栋", division_id=place.division.pk, demo=True,
            created_at=self.at,
        )  # fmt: skip


def build(rng: Random, province: Province, scale: float, at: datetime, progress: Progress | None = None) -> Public:
    """Make the public: about 170,000 persons at scale 1, and a company for every seven."""
    maker, public = _Maker(rng, province, at), Public()
    counties = province.counties
    total = max(200, round(170_000 * scale))
    each = -(-total // len(counties))
    story = province.place("禾溪")
    for place in counties:
        extra = [("周禾生", "zhouhesheng"), ("何映川", "company")] if place is story else []
        people = [(maker.person(place, name), username) for name, username in extra]
        people += [(maker.person(place), "") for _ in range(each)]
        citizens: list[Citizen] = []
        for first in range(0, len(people), _CHUNK):
            citizens += maker.store(people[first : first + _CHUNK])
        for (_, username), citizen in zip(extra, citizens, strict=False):
            public.named[username] = citizen
        # those with a story of their own take no part in others'
        public.citizens[place.short] = citizens[len(extra) :]
        public.count += len(citizens)
        _companies(maker, public, place, [*citizens[1 : len(extra)], *citizens[len(extra) :]])
        if progress:
            progress(public.count, each * len(counties))
    _lawyers(maker, public, counties, scale)
    return public


def _companies(maker: _Maker, public: Public, place: Place, citizens: list[Citizen]) -> None:
    number = max(6, len(citizens) // 7)
    start = 10_000_000 + public.count * 2
    rows = []
    for i in range(number):
        boss = citizens[i]
        name = "禾溪映川餐饮管理有限公司" if place.short == "禾溪" and i == 0 else ""
        rows.append((maker.company(place, start + i, boss, name), boss))
    Organization.objects.bulk_create([o for o, _ in rows], batch_size=1000)
    made = [
        Company(o.pk, b.account_id, crypto.blind("reconsideration.applicant", f"organization:{o.pk}").hex(), o.name, str(o.usc),
                b.name, o.address, b.phone, b.ref)
        for o, b in rows
    ]  # fmt: skip
    public.companies[place.short] = made
    if place.short == "禾溪":
        public.named_company, public.companies[place.short] = made[0], made[1:]


def _lawyers(maker: _Maker, public: Public, counties: list[Place], scale: float) -> None:
    number = max(12, round(2000 * scale))
    firms = [names.law_firm(maker.rng) for _ in range(max(3, number // 8))]
    people = [
        (maker.person(counties[i % len(counties)], "林砚秋" if i == 0 else ""), "linyanqiu" if i == 0 else "")
        for i in range(number)
    ]
    citizens = maker.store(people)
    public.named["linyanqiu"] = citizens[0]
    public.lawyers = [(c, firms[i % len(firms)]) for i, c in enumerate(citizens)]
    public.count += len(citizens)
