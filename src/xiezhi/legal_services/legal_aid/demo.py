"""The fictional province's legal aid: centers, lawyers, rotas and some 150 matters of a year, told through the services.

Every step is an event that the rules allowed on its day; what the rules refuse ends that matter's tale where it stands.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

from django.db import transaction

from xiezhi.kernel import chance
from xiezhi.kernel.access.models import Account, AccountKind
from xiezhi.kernel.calendar import clock
from xiezhi.kernel.calendar.clock import SHANGHAI
from xiezhi.kernel.documents.models import Document
from xiezhi.kernel.people import services as people
from xiezhi.kernel.people.models import Organization, Person
from xiezhi.kernel.procedures import services as procedures
from xiezhi.kernel.procedures.core import Actor, Refused
from xiezhi.kernel.procedures.models import Matter
from xiezhi.kernel.units import ids
from xiezhi.kernel.units import services as units
from xiezhi.kernel.units.models import Unit

from . import demo_tales as tales
from . import duty, filing, offers, payments, providers, quality
from .models import AidAgency, AidFirm, AidProvider, DutyShift, QualityReview
from .sheet import SHEET

__all__ = ["ACCOUNTS", "generate"]

ACCOUNTS = (
    ("受援人 梁秋禾", "liangqiuhe", "法律援助：看我的律师、下一次开庭、请求更换、投诉"),
    ("法律援助承办 温晓月", "wenxiaoyue", "禾溪县法律援助中心：审查申请、按次序征询律师、排班"),
    ("法律援助中心负责人 纪明川", "jimingchuan", "禾溪县法律援助中心：批准补贴发放表、抽取质量评查、指标"),
    ("法律援助律师 顾言蹊", "guyanxi", "法律援助工作台：答复征询、承办案件、日程、补贴"),
    ("法律援助律师 秦望舒", "qinwangshu", "法律援助工作台：质量评查、结案材料"),
    ("法律援助律师 白砚", "baiyan", "法律援助工作台：值班、通知辩护案件"),
    ("检察院法律援助联络员", "aid-notify", "通知法律援助中心指派律师"),
)
MATTERS = 150
STORY = "禾溪"
_SINCE = date(2022, 1, 1)
_FIRMS = ("明衡", "信达", "云岭方正", "望江", "恒理", "正言", "同舟", "德润", "清源", "敬民")
_NAMED = (("顾言蹊", "guyanxi"), ("秦望舒", "qinwangshu"), ("白砚", "baiyan"))
_SURNAMES = "梁温顾秦白高苗石陶邱庄聂焦葛谭盛晏祁柯滕阮凌简戴夏"
_GIVEN = (
    "秋禾",
    "小舟",
    "望山",
    "清芷",
    "明远",
    "若川",
    "子衿",
    "青禾",
    "知微",
    "承影",
    "晚晴",
    "听雨",
    "怀瑾",
    "思齐",
    "景行",
    "若谷",
)
Progress = Callable[[str, int, int], None]


@dataclass
class Center:
    """One agency with its people and lawyers."""

    place: Any
    agency: AidAgency
    court: Unit | None
    officers: list[tuple[int, Actor]] = field(default_factory=list)
    head: Actor | None = None
    lawyers: list[AidProvider] = field(default_factory=list)


def generate(world: Any, scale: float, progress: Progress) -> None:
    """Make centers, lawyers and matters. The clock stands at the province's moment."""
    rng = Random(f"{world.seed}:legal-aid")
    number = max(16, min(MATTERS, round(MATTERS * scale * 100)))
    maker = _Maker(rng, world)
    progress("法律援助", 0, number)
    with transaction.atomic(), chance.drawn_from(rng):
        maker.centers(6 if scale > 0.005 else 2)
    for n, (center, start) in enumerate(maker.plan(number)):
        with transaction.atomic(), chance.drawn_from(rng):
            tales.tell(maker, center, start)
        progress("法律援助", n + 1, number)
    with transaction.atomic(), chance.drawn_from(rng):
        tales.story(maker)
        maker.duty()
        maker.money_and_quality()
    # papers of long ago are made when somebody first opens them
    Document.objects.filter(matter__procedure=filing.CODE, render_state=Document.PENDING, issued_on__lt=maker.now.date() - timedelta(days=3)).update(
        render_state=Document.NONE
    )  # fmt: skip


class _Maker:
    """Places, people and the small steps tales are made of."""

    def __init__(self, rng: Random, world: Any) -> None:
        self.rng, self.world, self.now = rng, world, world.now
        self.found: list[Center] = []
        self.password = Account.objects.get(username="shenzhiyuan").password
        self.serial = 0
        self.firms: dict[str, AidFirm] = {}

    # places and people

    def centers(self, most: int) -> None:
        places = sorted(self.world.province.counties, key=lambda p: (p.short != STORY, p.division.code))[:most]
        officer = people.define_post("aid-officer", "法律援助承办", ("case_officer", "counter_clerk"))
        head = people.define_post("aid-head", "法律援助中心负责人", ("office_head",), level="HEAD")
        notifier = people.define_post("aid-notifier", "法律援助联络员", ("aid_notifier", "respondent_handler"))
        for place in places:
            story = place.short == STORY
            name = place.division.name
            unit = self.unit(
                f"{name}法律援助中心",
                f"{place.short}法援",
                "INSTITUTION",
                place.justice,
                place,
                document_code=f"{place.short[:1]}法",
                handles=["FLYZ"],
            )
            court = self.unit(f"{name}人民法院", f"{place.short}法院", "COURT", place.government, place)
            office = self.unit(f"{name}人民检察院", f"{place.short}检察院", "PROCURATORATE", place.government, place)
            agency = AidAgency.objects.create(
                unit=unit, bureau=place.justice, address=f"{name}望江路{self.rng.randint(1, 90)}号公共法律服务中心二楼",
                phone=f"0999-5550{self.rng.randint(100, 999)}", hours="工作日9:00至12:00、13:30至17:00",
            )  # fmt: skip
            center = Center(place, agency, court)
            for i in range(2):
                known = ("温晓月", "wenxiaoyue") if story and i == 0 else ("", "")
                center.officers.append(self.staff(unit, officer, *known))
            center.head = self.staff(unit, head, "纪明川" if story else "", "jimingchuan" if story else "")[1]
            self.staff(office, notifier, "祁正则" if story else "", "aid-notify" if story else "")
            self.found.append(center)
            self.lawyers(center, 9 if story else 6)

    def unit(self, name: str, short: str, kind: str, parent: Unit, place: Any, **more: Any) -> Unit:
        known = Unit.objects.filter(name=name).first()
        if known is not None:
            return known
        unit = units.create_unit(
            name=name, short_name=short, level="COUNTY", kind=kind, parent=parent, demo=True, valid_from=_SINCE, uid=self.uuid(),
            place=units.Place(division=place.division), **more,
        )  # fmt: skip
        unit.refresh_from_db()
        return unit

    def uuid(self) -> UUID:
        return UUID(int=self.rng.getrandbits(128), version=4)

    def staff(self, unit: Unit, post: Any, name: str = "", username: str = "") -> tuple[int, Actor]:
        member = people.create_staff(name or self.name(), demo=True, uid=self.uuid())
        people.appoint(member, unit, post, valid_from=_SINCE)
        self.serial += 1
        account = Account.objects.create(
            uid=self.uuid(), username=username or f"y-aid-{self.serial}", password=self.password, kind=AccountKind.STAFF, staff=member,
            demo=True, created_at=clock.now(), password_changed_at=clock.now(),
        )  # fmt: skip
        return member.pk, Actor(f"account:{account.uid}", frozenset(post.roles), f"{member.name}（{unit.name}）")

    def name(self) -> str:
        return self.rng.choice(_SURNAMES) + self.rng.choice(_GIVEN)

    def person(
        self, name: str = "", *, born: tuple[int, int] = (1962, 2004), groups: tuple[str, ...] = (), address: str = ""
    ) -> Person:
        self.serial += 1
        birth = f"{self.rng.randint(*born)}{self.rng.randint(1, 12):02d}{self.rng.randint(1, 28):02d}"
        number = ids.id18_complete(f"990000{birth}{(self.serial * 2 + self.rng.randint(0, 1)) % 1000:03d}")
        person, _ = people.register_person(
            name=name or self.name(), id_no=number, phone=f"1{self.rng.choice('3578')}8{self.rng.randint(0, 99):02d}{self.serial:06d}",
            demo=True, uid=self.uuid(), special_groups=list(groups), address=address or f"望江路{self.rng.randint(1, 200)}号",
        )  # fmt: skip
        return person

    def account(self, person: Person, username: str = "") -> Account:
        self.serial += 1
        return Account.objects.create(
            uid=self.uuid(), username=username or f"y-aided-{self.serial}", password=self.password, kind=AccountKind.CITIZEN, person=person,
            demo=True, created_at=clock.now(), password_changed_at=clock.now(),
        )  # fmt: skip

    def firm(self, name: str) -> AidFirm:
        if name not in self.firms:
            organization = Organization.objects.create(
                uid=self.uuid(),
                name=name,
                kind="LAW_FIRM",
                sort_key=ids.sort_key(name),
                demo=True,
                created_at=clock.now(),
            )
            self.firms[name] = providers.firm_of(organization)
        return self.firms[name]

    def lawyers(self, center: Center, number: int) -> None:
        """Lawyers of three firms, one grass-roots worker; in the story's county the three with names."""
        story = center.place.short == STORY
        city = center.place.division.name[:2]
        for i in range(number):
            name, username = _NAMED[i] if story and i < len(_NAMED) else (self.name(), "")
            person = self.person(name, born=(1968, 1996))
            self.account(person, username)
            worker = i == number - 1
            since = self.rng.randint(2006, 2021) if i != 1 else 2025
            special = ["LABOR", "WORK_INJURY", "FAMILY", "CRIMINAL", "TRAFFIC", "TORT", "MEDICAL", "ADMIN"]
            center.lawyers.append(providers.register_provider(
                person, center.agency.pk, kind=AidProvider.LEGAL_WORKER if worker else AidProvider.LAWYER,
                license_no=f"19901{since}{self.serial:08d}",
                firm=self.firm(f"{city}{_FIRMS[i % 3 + (3 if story else 0)]}{'法律服务所' if worker else '律师事务所'}"),
                practice_since=date(since, self.rng.randint(1, 12), 1), specialisms=self.rng.sample(special, 3), counties=[center.agency.unit.county_id],
                capacity=14, languages=["普通话", *(["手语"] if i == 2 else [])], demo=True,
            ))  # fmt: skip

    def plan(self, number: int) -> list[tuple[Center, date]]:
        """Where and when, in order of time; more in the weeks before Spring Festival, some these days."""
        today, out = self.now.date(), []
        for n in range(number):
            back = self.rng.randrange(0, 12) if n % 6 == 0 else self.rng.randrange(8, 330)
            weights = [4 if c is self.found[0] else 1 for c in self.found]
            out.append((self.rng.choices(self.found, weights)[0], today - timedelta(days=back)))
        return sorted(out, key=lambda p: (p[1], p[0].agency.pk))

    # steps

    def moment(self, day: date, first: int = 9, last: int = 16) -> datetime:
        return datetime.combine(day, time(self.rng.randint(first, last), self.rng.randrange(60)), SHANGHAI)

    def later(self, at: datetime, low: int, high: int) -> datetime:
        """A working moment some days later."""
        day = at.date() + timedelta(days=self.rng.randint(low, high))
        calendar = self.world.calendar
        while not calendar.is_working(day):
            day += timedelta(days=1)
        found = self.moment(day)
        return found if found > at else at + timedelta(minutes=50)

    def fire(
        self, matter: Matter, event: str, actor: Actor, data: Mapping[str, Any], at: datetime, **more: Any
    ) -> bool:
        """One event on its day; False when it lies ahead of the present or the rules refuse it."""
        if at >= self.now:
            return False
        with clock.frozen(at):
            try:
                procedures.fire_event(matter.pk, event, actor, data, at=at, **more)
            except Refused:
                return False
        return True

    def appointed(self, matter: Matter, center: Center, at: datetime, *, quick: bool = False) -> datetime | None:
        """Ask until somebody accepts; the moment of acceptance, or None where the asking goes on at the present moment."""
        officer = self.officer(center)
        with clock.frozen(at):
            try:
                waiting = offers.ask_first(matter.pk, officer, at=at)
            except Refused:
                return None
        while waiting is not None:
            kind = "accept" if quick else self.rng.choices(("accept", "refuse", "lapse"), (80, 15, 5))[0]
            answered = (
                waiting.until + timedelta(minutes=3)
                if kind == "lapse"
                else waiting.at + timedelta(minutes=self.rng.randint(20, 900))
            )
            if answered >= self.now:
                return None
            answered = answered.astimezone(SHANGHAI)
            with clock.frozen(answered):
                if kind == "lapse":
                    waiting = offers.carry_on(matter.pk, answered)
                    continue
                account = waiting.provider.account
                ref = f"account:{account.uid}" if account is not None else officer.ref
                reason = self.rng.choice(("BUSY", "BUSY", "OUT_OF_FIELD", "CONFLICT", "ILLNESS"))
                try:
                    offers.answer(
                        waiting.pk, kind == "accept", ref, reason="" if kind == "accept" else reason, at=answered
                    )
                except Refused:
                    # something came between the offer and the answer: then nobody could accept
                    offers.answer(waiting.pk, False, ref, reason="CONFLICT", at=answered)
                    kind = "refuse"
            if kind == "accept":
                return answered
            waiting = offers.open_offer(matter.pk)
        return None

    def officer(self, center: Center) -> Actor:
        return Actor(
            center.officers[0][1].ref,
            frozenset({"case_officer", "office_head", "counter_clerk"}),
            center.officers[0][1].label,
        )

    def provider(self, matter: Matter) -> Actor | None:
        case = (
            Matter.objects.select_related("legal_aid__provider__account", "legal_aid__provider__person")
            .get(pk=matter.pk)
            .legal_aid
        )
        if case.provider is None or case.provider.account is None:
            return None
        return Actor(f"account:{case.provider.account.uid}", frozenset({"provider"}), case.provider.person.name)

    # what happens month by month

    def duty(self) -> None:
        """Rotas of the past six weeks, with what came of them, and of the coming two."""
        today = self.now.date()
        for center in self.found:
            assert center.head is not None
            for place, site in (("AGENCY", None), ("COURT", center.court)):
                with clock.frozen(self.now - timedelta(days=45)):
                    duty.fill(
                        center.agency.unit,
                        place,
                        today - timedelta(days=40),
                        today + timedelta(days=12),
                        center.head,
                        site=site,
                    )
            for row in DutyShift.objects.filter(
                agency=center.agency.unit, valid_from__lt=today, state=DutyShift.PLANNED
            ).order_by("id"):
                helped = self.rng.randint(0, 4) if row.place == "COURT" else 0
                duty.record_shift(
                    row, consulted=self.rng.randint(1, 9), helped=helped, witnessed=self.rng.randint(0, helped)
                )

    def money_and_quality(self) -> None:
        """A payment list each month, approved and paid; peer reviews each month, most of them done."""
        for center in self.found:
            assert center.head is not None
            officer = center.officers[0][1]
            for back in range(10, -1, -1):
                first = _month_before(self.now.date(), back)
                at = self.moment(first.replace(day=26))
                if at >= self.now:
                    continue
                with clock.frozen(at):
                    self._pay(center, officer, first, at)
                with clock.frozen(at):
                    self._review(center, first, at)

    def _pay(self, center: Center, officer: Actor, month: date, at: datetime) -> None:
        rows = [r for r in payments.listable(center.agency.pk) if r.made_at < at]
        if not rows:
            return
        ahead = payments.listable(center.agency.pk).exclude(pk__in=[r.pk for r in rows])
        held = list(ahead.values_list("pk", "amount"))
        ahead.update(amount=Decimal(0))  # fixed later than this list: not on it
        try:
            made = payments.make_list(center.agency.unit, month, officer, at=at)
            assert center.head is not None
            payments.approve_list(made.pk, center.head, at=at + timedelta(hours=3))
            paid = at + timedelta(days=2)
            if paid < self.now:
                with clock.frozen(paid):
                    payments.pay_list(made.pk, self.officer(center), paid.date(), at=paid)
        except Refused:
            pass
        from .models import SubsidyItem

        for pk, amount in held:
            SubsidyItem.objects.filter(pk=pk).update(amount=amount)

    def _review(self, center: Center, month: date, at: datetime) -> None:
        since = _month_before(month, 1)
        try:
            made = quality.draw_reviews(
                center.agency.pk, since, month, 2, f"{center.agency.unit.uid}:{month:%Y-%m}", at=at
            )
        except Refused:
            return
        for row in made:
            done = at + timedelta(days=self.rng.randint(3, 25))
            if done >= self.now:
                continue
            scores = {i.code: max(1, i.points - self.rng.choice((0, 0, 1, 1, 2, 3, 6))) for i in SHEET}
            with clock.frozen(done):
                fresh = QualityReview.objects.select_related("reviewer").get(pk=row.pk)
                try:
                    quality.score(fresh.pk, fresh.reviewer, scores, self.rng.choice(tales.REMARKS), at=done)
                except Refused:
                    continue


def _month_before(day: date, months: int) -> date:
    index = day.year * 12 + day.month - 1 - months
    return date(index // 12, index % 12 + 1, 1)
