"""Staff of the fictional province: posts, who holds them, and their accounts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from random import Random
from uuid import UUID

from django.contrib.auth.hashers import make_password

from xiezhi.demo import names
from xiezhi.demo.province import Place, Province
from xiezhi.enforcement.reconsideration.models import CommitteeMember
from xiezhi.kernel.access.models import Account, AccountKind, ServiceAccount
from xiezhi.kernel.people import services as people
from xiezhi.kernel.people.models import Appointment, Post, Staff
from xiezhi.kernel.units import ids
from xiezhi.kernel.units.models import Unit

__all__ = ["PASSWORD", "Body", "Office", "Official", "Roster", "build"]

PASSWORD = "yunling-2026"  # noqa: S105 - the one password of every account of the demonstration
SINCE = date(2024, 3, 1)
_POSTS: tuple[tuple[str, str, tuple[str, ...], str, str], ...] = (
    ("gov-leader", "政府负责人", ("organ_head", "leader"), "LEADER", "TERRITORY"),
    ("bureau-leader", "司法行政机关负责人", ("leader",), "LEADER", "TERRITORY"),
    ("review-head", "行政复议机构负责人", ("office_head",), "HEAD", "OWN"),
    ("review-head-up", "行政复议机构负责人（市级以上）", ("office_head",), "HEAD", "TERRITORY"),
    ("review-officer", "行政复议承办", ("case_officer",), "STAFF", "OWN"),
    ("window", "行政复议窗口", ("counter_clerk",), "STAFF", "OWN"),
    ("seal", "用印", ("sealer",), "STAFF", "OWN"),
    ("archive", "档案管理", ("archivist",), "STAFF", "OWN"),
    ("statistics", "统计", ("statistician",), "STAFF", "TERRITORY"),
    ("supervision", "执法监督", ("supervisor",), "STAFF", "TERRITORY"),
    ("personnel", "人事", ("unit_manager",), "STAFF", "OWN"),
    ("committee", "行政复议委员会委员", ("committee_member",), "STAFF", "OWN"),
    ("respond-head", "法制机构负责人", ("respondent_head", "norm_issuer_handler"), "HEAD", "OWN"),
    ("respond", "法制工作", ("respondent_handler",), "STAFF", "OWN"),
    ("vertical-review", "行政复议承办（垂直领导机关）", ("case_officer", "counter_clerk"), "STAFF", "OWN"),
    ("vertical-head", "行政复议负责人（垂直领导机关）", ("office_head", "organ_head"), "HEAD", "OWN"),
    ("town-justice", "司法所工作", (), "STAFF", "OWN"),
    ("prison", "监狱人民警察", (), "STAFF", "OWN"),
    ("general", "综合", (), "STAFF", "OWN"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Official:
    """Somebody who acts in matters: row, reference and label as `Subject` gives them."""

    staff_id: int
    account_id: int
    ref: str
    label: str
    name: str


@dataclass
class Office:
    """An organ with the office that handles its matters."""

    organ_id: int
    unit_id: int
    officers: list[Official] = field(default_factory=list)
    heads: list[Official] = field(default_factory=list)
    organ_heads: list[Official] = field(default_factory=list)
    clerks: list[Official] = field(default_factory=list)
    archivists: list[Official] = field(default_factory=list)


@dataclass
class Body:
    """A respondent: who answers for it."""

    unit_id: int
    heads: list[Official] = field(default_factory=list)
    handlers: list[Official] = field(default_factory=list)


@dataclass
class Roster:
    """Offices by organ, respondents by unit, and the accounts with a name of their own."""

    offices: dict[int, Office] = field(default_factory=dict)
    bodies: dict[int, Body] = field(default_factory=dict)
    named: dict[str, Official] = field(default_factory=dict)
    count: int = 0


@dataclass
class _Wanted:
    unit: Unit
    post: str
    name: str = ""
    username: str = ""
    title: str = ""
    into: list[Official] | None = None


STORY_COUNTY = "禾溪"


class _Staffing:
    def __init__(self, rng: Random, province: Province, at: datetime) -> None:
        self.rng, self.province, self.at = rng, province, at
        self.roster = Roster()
        self.wanted: list[_Wanted] = []

    def want(
        self, unit: Unit, post: str, into: list[Official] | None = None, *, name: str = "", username: str = ""
    ) -> None:
        self.wanted.append(_Wanted(unit, post, name, username, into=into))

    def place(self, place: Place, generous: int) -> None:
        story = place.short == STORY_COUNTY
        office = self.roster.offices.setdefault(place.government.pk, Office(place.government.pk, place.justice.pk))
        bureau, upper = place.justice, place.level != "COUNTY"
        leader = "sheng-leader" if place.level == "PROV" else "organ-head" if story else ""
        self.want(place.government, "gov-leader", office.organ_heads, username=leader, name="宋望川" if story else "")
        self.want(bureau, "bureau-leader", username="bureau-leader" if story else "")
        self.want(bureau, "review-head-up" if upper else "review-head", office.heads,
                  name="郑怀谷" if story else "", username="zhenghuaigu" if story else "city-head" if place.short == "临川" else "")  # fmt: skip
        known = [("沈知远", "shenzhiyuan"), ("陆明舟", "lumingzhou")] if story else []
        for i in range(max(4 if upper else 3, generous)):
            name, username = known[i] if i < len(known) else ("", "")
            self.want(bureau, "review-officer", office.officers, name=name, username=username)
        self.want(bureau, "window", office.clerks, username="window" if story else "")
        self.want(bureau, "archive", office.archivists, username="archive" if story else "")
        for post in ("seal", "personnel"):
            self.want(bureau, post, username=post if story else "")
        if upper:
            for post in ("statistics", "supervision"):
                self.want(bureau, post, username=post if place.level == "PROV" else "")
        for unit in (place.government, bureau, *place.departments.values(), *place.towns, *place.stations):
            self.respondent(unit, story and unit == place.departments["market"])
        for unit in place.towns:
            self.want(unit, "general")

    def respondent(self, unit: Unit, story: bool = False) -> None:
        body = self.roster.bodies.setdefault(unit.pk, Body(unit.pk))
        self.want(unit, "respond-head", body.heads, username="respond-head" if story else "")
        self.want(unit, "respond", body.handlers, username="respond" if story else "")

    def vertical(self, unit: Unit, organ: bool) -> None:
        self.respondent(unit)
        if organ:
            office = self.roster.offices.setdefault(unit.pk, Office(unit.pk, unit.pk))
            self.want(unit, "vertical-head", office.heads)
            for _ in range(3):
                self.want(unit, "vertical-review", office.officers)
            office.organ_heads, office.clerks, office.archivists = office.heads, office.officers, office.officers

    def plan(self, scale: float) -> None:
        generous = 3 + round(5 * min(1.0, scale) ** 0.5)
        for place in self.province.places:
            self.place(place, generous)
            for unit, organ in ((place.tax, place.level != "COUNTY"), (place.customs, place.level == "PROV")):
                if unit is not None:
                    self.vertical(unit, organ)
        top = self.province.places[0]
        for username in ("sysadmin", "secadmin", "auditadmin"):
            self.want(top.justice, "general", username=username)
        self.want(top.justice, "committee", username="committee")
        fillers = [
            u
            for u in self.province.units
            if u.kind in ("AGENCY", "PRISON", "PRISON_BUREAU", "DRUG_REHAB", "JUSTICE", "COURT")
        ]
        number = max(len(fillers), round(20_000 * scale) - len(self.wanted))
        for i in range(number):
            unit = fillers[i % len(fillers)]
            post = (
                "prison"
                if unit.kind in ("PRISON", "PRISON_BUREAU")
                else "town-justice"
                if unit.name.endswith("司法所")
                else "general"
            )
            self.want(unit, post)

    def store(self) -> Roster:
        posts = {code: people.define_post(code, title, roles, level=level, reach=reach, sort=i)
                 for i, (code, title, roles, level, reach) in enumerate(_POSTS)}  # fmt: skip
        staff = [self._staff(w, i) for i, w in enumerate(self.wanted)]
        Staff.objects.bulk_create(staff, batch_size=1000)
        Appointment.objects.bulk_create(
            [Appointment(staff=s, unit=w.unit, post=posts[w.post], main=True, valid_from=SINCE)
             for s, w in zip(staff, self.wanted, strict=True)], batch_size=1000,
        )  # fmt: skip
        password = make_password(PASSWORD)
        accounts = [self._account(s, w, i, password) for i, (s, w) in enumerate(zip(staff, self.wanted, strict=True))]
        Account.objects.bulk_create(accounts, batch_size=1000)
        for member, account, w in zip(staff, accounts, self.wanted, strict=True):
            if w.into is None and not w.username:
                continue
            official = Official(
                member.pk, account.pk, f"account:{account.uid}", f"{member.name}（{w.unit.name}）"[:120], member.name
            )
            if w.into is not None:
                w.into.append(official)
            if w.username:
                self.roster.named[w.username] = official
        self.roster.count = len(staff)
        self._committee()
        self._service(accounts)
        return self.roster

    def _staff(self, w: _Wanted, i: int) -> Staff:
        sex = "1" if self.rng.random() < 0.6 or w.name else "2"
        name = w.name or names.person(self.rng, sex)
        review = w.post in ("review-officer", "review-head", "review-head-up", "vertical-review", "vertical-head")
        police = w.post == "prison"
        return Staff(
            uid=UUID(int=self.rng.getrandbits(128), version=4), name=name, sort_key=ids.sort_key(name, person=True), sex=sex,
            staff_kind="POLICE" if police else "CIVIL_SERVANT", reconsideration_qualified=review,
            police_no=f"99{i:06d}" if police else "", cert_no=f"99{i:010d}" if review or w.post == "respond" else "",
            cert_valid_to=date(2029, 12, 31) if review or w.post == "respond" else None,
            rank="" if w.post == "gov-leader" else "四级主任科员" if sex == "1" else "一级科员", work_phone="12348", demo=True,
            created_at=self.at,
        )  # fmt: skip

    def _account(self, member: Staff, w: _Wanted, i: int, password: str) -> Account:
        admin = {"sysadmin": "SYSTEM_ADMIN", "secadmin": "SECURITY_ADMIN", "auditadmin": "AUDIT_ADMIN"}.get(
            w.username, ""
        )
        return Account(
            uid=UUID(int=self.rng.getrandbits(128), version=4), username=w.username or f"y{i:05d}", password=password,
            kind=AccountKind.ADMIN if admin else AccountKind.STAFF, admin_role=admin, staff=member, demo=True,
            created_at=self.at, password_changed_at=self.at,
        )  # fmt: skip

    def _committee(self) -> None:
        fields: Sequence[str] = ("行政法", "行政诉讼", "工伤与劳动", "土地与房屋", "市场监管", "环境保护")
        CommitteeMember.objects.bulk_create([
            CommitteeMember(organ_id=p.government.pk, name=names.person(self.rng, "1" if i % 2 else "2"), field=f,
                            employer=f"{p.division.name}{'律师协会' if i % 2 else '法学会'}", valid_from=date(2025, 1, 1))
            for p in self.province.places for i, f in enumerate(fields)
        ], batch_size=1000)  # fmt: skip

    def _service(self, accounts: Sequence[Account]) -> None:
        """A program of another unit. Its token is drawn and thrown away: the system administrator issues a new one."""
        import hashlib
        import secrets
        from datetime import timedelta

        admin = next(a for a in accounts if a.username == "sysadmin")
        unit = self.province.places[0].departments["market"]
        account = Account(uid=UUID(int=self.rng.getrandbits(128), version=4), username="svc-market", kind=AccountKind.SERVICE,
                          demo=True, created_at=self.at)  # fmt: skip
        account.set_unusable_password()
        account.save(force_insert=True)
        ServiceAccount.objects.create(
            account=account, name="执法办案系统对接", unit=unit, contact="演示", token_hash=hashlib.sha256(secrets.token_bytes(32)).digest(),
            token_hint="xzt_demo",  # noqa: S106 - what is shown of it, not the token
            scopes=["matter.read"], purposes=["RESPOND"], created_at=self.at, created_by=admin,
            expires_at=self.at + timedelta(days=180),
        )  # fmt: skip


def build(rng: Random, province: Province, scale: float, at: datetime) -> Roster:
    """Staff the province: every office complete, the rest up to 20,000 times the scale."""
    staffing = _Staffing(rng, province, at)
    staffing.plan(scale)
    return staffing.store()


def post(code: str) -> Post:
    """A post of the province by code."""
    return Post.objects.get(code=code)
