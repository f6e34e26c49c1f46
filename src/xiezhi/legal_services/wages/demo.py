"""The fictional province's wage matters: some 120 reports about 25 invented sites over a year, told through the channel's
own services, with a worker, a crew's representative and the county's center to try.

Legal aid's own matters are not opened for reports long past: nobody would be there to bring them to their end.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
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
from xiezhi.kernel.people import services as people
from xiezhi.kernel.people.models import Person
from xiezhi.kernel.procedures import services
from xiezhi.kernel.procedures.core import Actor, Recorded, Refused
from xiezhi.kernel.procedures.models import Matter
from xiezhi.kernel.procedures.walks import walk
from xiezhi.kernel.units import ids
from xiezhi.kernel.units import services as units
from xiezhi.kernel.units.models import Unit

from . import workers
from .filing import file_report
from .habits import habits
from .models import WageProject, WageWorker, project_key
from .procedure import WageHelp
from .referral import body_of

__all__ = ["ACCOUNTS", "generate"]

ACCOUNTS = (
    ("农民工 石根生", "shigensheng", "被欠三个月工资，劳动监察已立案；看谁该付、还剩多少时间、到账多少"),
    ("工友代表 常大山", "changdashan", "替十二个工友求助，看谁确认了、重发短信、再加人"),
    ("欠薪分流 何川", "triage", "禾溪县公共法律服务中心：今天的求助按轻重分流，移交监察、仲裁、法律援助"),
    ("公共法律服务中心负责人", "triage-head", "禾溪县公共法律服务中心：群体性欠薪、项目、应急周转金"),
    ("劳动监察人员", "labor-inspect", "禾溪县劳动保障监察大队：登记立案、责令支付"),
)
REPORTS, SITES = 112, 25
STORY = "禾溪"
_SINCE = date(2024, 3, 1)
_FIRST = (
    "云湖",
    "锦程",
    "望江",
    "金桂",
    "翠屏",
    "长岭",
    "松泉",
    "河西",
    "东湖",
    "青石",
    "凤栖",
    "龙潭",
    "梅溪",
    "竹海",
    "南坪",
    "城北",
)
_LAST = (
    ("新城二期", "BUILDING"), ("花园三标段", "BUILDING"), ("安置房", "BUILDING"), ("中学迁建", "BUILDING"), ("产业园一期", "BUILDING"), ("人民医院住院楼", "BUILDING"),
    ("一级公路改建", "INFRASTRUCTURE"), ("水库除险加固", "INFRASTRUCTURE"), ("污水管网", "INFRASTRUCTURE"), ("商场装修", "DECORATION"), ("酒店装修", "DECORATION"),
    ("服装厂", "FACTORY"), ("电子厂", "FACTORY"), ("物流园", "DELIVERY"), ("农家酒店", "CATERING"),
)  # fmt: skip
_LABOR = ("安泰", "鼎峰", "众诚", "恒力", "宏远", "立业", "顺达", "聚合", "泰和", "益民", "广厦", "新野")
_BUILDERS = ("第三建工集团", "路桥建设", "城建总公司", "水利工程局", "中兴建设")
_DEVELOPERS = ("置业", "城市建设投资", "教育发展", "文旅开发", "交通投资")
_SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦昌马苗凤花方俞任袁柳"
_GIVEN = (
    "根生",
    "大山",
    "春河",
    "石柱",
    "满仓",
    "秋实",
    "长顺",
    "有田",
    "福来",
    "桂兰",
    "翠莲",
    "小军",
    "建国",
    "红梅",
    "水生",
    "银花",
    "金贵",
    "铁牛",
    "立冬",
    "谷雨",
    "来喜",
    "玉珍",
)
_NOT_TOLD = frozenset({"alarmed", "repeat_flagged", "aid_referred", "aid_granted", "aid_declined"})
Progress = Callable[[str, int, int], None]


@dataclass
class _County:
    """One county with its center and who works there."""

    government: Unit
    center: Unit
    officers: list[tuple[int, Actor]] = field(default_factory=list)
    head: Actor | None = None
    organ_head: Actor | None = None
    sites: list[tuple[WageProject, str]] = field(default_factory=list)


def _uuid(rng: Random) -> UUID:
    return UUID(int=rng.getrandbits(128), version=4)


def generate(world: Any, scale: float, progress: Progress) -> None:
    """Make centers, sites, workers and their reports. The clock stands at the province's moment."""
    rng = Random(f"{world.seed}:wages")
    number = max(12, min(REPORTS, round(REPORTS * scale * 100)))
    progress("欠薪", 0, number)
    maker = _Maker(rng, world)
    with transaction.atomic():
        maker.places(8 if scale > 0.005 else 2)
        maker.projects(SITES if scale > 0.005 else 8)
    for n, (county, start, fresh) in enumerate(maker.plan(number)):
        with transaction.atomic(), chance.drawn_from(rng):
            maker.report(county, start, fresh=fresh)
        progress("欠薪", n + 1, number)
    with transaction.atomic(), chance.drawn_from(rng):
        maker.story()


class _Maker:
    def __init__(self, rng: Random, world: Any) -> None:
        self.rng, self.world, self.now = rng, world, world.now
        self.counties: list[_County] = []
        self.password = Account.objects.get(username="shenzhiyuan").password
        self.serial = 0

    # places and people

    def places(self, most: int) -> None:
        found = sorted(self.world.province.counties, key=lambda p: (p.short != STORY, p.division.code))[:most]
        officer = people.define_post("wages-officer", "欠薪分流", ("case_officer", "counter_clerk"))
        head = people.define_post("wages-head", "公共法律服务中心负责人", ("office_head",), level="HEAD")
        handler = people.define_post("wages-handler", "欠薪查处", ("respondent_handler",))
        for place in found:
            story = place.short == STORY
            name = place.division.name
            center = self._unit(f"{name}公共法律服务中心", f"{place.short}法服", place.justice, place, ["QXWQ"])
            inspection = self._unit(f"{name}劳动保障监察大队", f"{place.short}监察", place.government, place, ["QXWQ"])
            self._unit(f"{name}劳动人事争议仲裁委员会", f"{place.short}仲裁", place.government, place, ["QXWQ"])
            mediation = self._unit(
                f"{name}劳动人事争议调解中心", f"{place.short}调解", place.government, place, ["QXWQ"]
            )
            county = _County(place.government, center)
            for i in range(2):
                who = ("何川", "triage") if story and i == 0 else ("", "")
                county.officers.append(self._staff(center, officer, *who))
            county.head = self._staff(center, head, "骆青衡" if story else "", "triage-head" if story else "")[1]
            self._staff(inspection, handler, "蓝守正" if story else "", "labor-inspect" if story else "")
            self._staff(mediation, handler)
            roster = self.world.roster.offices.get(place.government.pk)
            if roster is not None and roster.organ_heads:
                official = roster.organ_heads[0]
                county.organ_head = Actor(official.ref, frozenset({"organ_head"}), official.label)
            self.counties.append(county)

    def _unit(self, name: str, short: str, parent: Unit, place: Any, handles: Sequence[str] = ()) -> Unit:
        unit = units.create_unit(
            name=name, short_name=short, level="COUNTY", kind="INSTITUTION", parent=parent, demo=True, valid_from=_SINCE, uid=_uuid(self.rng),
            place=units.Place(division=place.division), handles=list(handles),
        )  # fmt: skip
        unit.refresh_from_db()
        return unit

    def _staff(self, unit: Unit, post: Any, name: str = "", username: str = "") -> tuple[int, Actor]:
        member = people.create_staff(name or self._name(), demo=True, uid=_uuid(self.rng))
        people.appoint(member, unit, post, valid_from=_SINCE)
        self.serial += 1
        account = Account.objects.create(
            uid=_uuid(self.rng), username=username or f"y-wages-{self.serial}", password=self.password, kind=AccountKind.STAFF, staff=member, demo=True,
            created_at=clock.now(), password_changed_at=clock.now(),
        )  # fmt: skip
        return member.pk, Actor(f"account:{account.uid}", frozenset(post.roles), f"{member.name}（{unit.name}）")

    def _name(self) -> str:
        return self.rng.choice(_SURNAMES) + self.rng.choice(_GIVEN)

    def _person(self, name: str = "") -> tuple[Person, str]:
        self.serial += 1
        born = f"{self.rng.randint(1966, 2003)}{self.rng.randint(1, 12):02d}{self.rng.randint(1, 28):02d}"
        number = ids.id18_complete(f"990000{born}{self.serial % 1000:03d}")
        phone = f"1{self.rng.choice('3578')}9{self.rng.randint(0, 99):02d}{self.serial:06d}"
        person, _ = people.register_person(
            name=name or self._name(),
            id_no=number,
            phone=phone,
            demo=True,
            uid=_uuid(self.rng),
            special_groups=["MIGRANT_WORKER"],
        )
        return person, phone

    def _account(self, person: Person, username: str) -> Account:
        return Account.objects.create(
            uid=_uuid(self.rng), username=username, password=self.password, kind=AccountKind.CITIZEN, person=person, demo=True,
            created_at=clock.now(), password_changed_at=clock.now(),
        )  # fmt: skip

    # sites and firms

    def _usc(self) -> str:
        self.serial += 1
        first8 = f"MA{self.serial:06d}"
        return ids.usc_complete(f"91990000{first8}{ids.org_code_check_char(first8)}")

    def projects(self, most: int) -> None:
        seen: set[str] = set()
        while len(seen) < most:
            county = self.counties[0] if len(seen) < max(3, most // 3) else self.rng.choice(self.counties)
            what, industry = self.rng.choice(_LAST)
            name = self.rng.choice(_FIRST) + what
            if name in seen:
                continue
            seen.add(name)
            engineering = industry in ("BUILDING", "INFRASTRUCTURE", "DECORATION")
            labor = f"云岭{self.rng.choice(_LABOR)}{'劳务' if engineering else '制造' if industry == 'FACTORY' else '服务'}有限公司"
            town = next(iter(self.rng.sample(self._towns(county), 1)), "")
            site = WageProject.objects.create(
                uid=_uuid(self.rng), name=name, key=project_key(name), industry=industry, county=county.government, town=town, demo=True,
                contractor=f"云岭{self.rng.choice(_BUILDERS)}有限公司" if engineering else "", contractor_usc=self._usc() if engineering else "",
                developer=f"{county.center.division.name[:2]}{self.rng.choice(_DEVELOPERS)}有限公司" if engineering and county.center.division else "",
                developer_usc=self._usc() if engineering else "", created_at=self.now - timedelta(days=400),
                unpaid_project_money=Decimal(self.rng.randrange(5, 90) * 100000) if engineering and self.rng.random() < 0.3 else None,
            )  # fmt: skip
            county.sites.append((site, labor))

    def _towns(self, county: _County) -> list[str]:
        place = next(p for p in self.world.province.counties if p.government.pk == county.government.pk)
        return [
            t.name.removeprefix(place.division.name).removesuffix("人民政府").removesuffix("司法所")
            for t in place.towns
        ] or ["城关镇"]

    # reports

    def plan(self, number: int) -> list[tuple[_County, date, bool]]:
        """Where and when, in order of time: more in the two months before Spring Festival, some this very weekend."""
        today = self.now.date()
        out = []
        with_sites = [c for c in self.counties if c.sites]
        for n in range(number):
            fresh = n % 20 == 0
            back = self.rng.randrange(0, 3) if fresh else self.rng.randrange(3, 330)
            if not fresh and self.rng.random() < 0.3:
                back = (today - date(2026, 2, 14)).days + self.rng.randrange(0, 50)
            weights = [3 if c is self.counties[0] else 1 for c in with_sites]
            out.append((self.rng.choices(with_sites, weights)[0], today - timedelta(days=back), fresh))
        return sorted(out, key=lambda p: (p[1], p[0].government.pk))

    def report(self, county: _County, start: date, *, fresh: bool) -> None:
        """One report and what became of it up to now."""
        site, labor = self.rng.choice(county.sites)
        until = self.now.date()
        made = walk(self.rng, WageHelp, start, until, self.world.calendar, dict.fromkeys(_NOT_TOLD - {"alarmed", "repeat_flagged"}, 0.0),
                    first={"industry": site.industry}, habits=habits)  # fmt: skip
        if not made.history:
            return
        first = made.history[0]
        at = first.at if first.at < self.now else datetime.combine(until, time(8, self.rng.randrange(2, 55)), SHANGHAI)
        matter = self._file(county, site, labor, dict(first.data), at)
        if matter is None or fresh:
            return
        self._go_on(county, matter, made.history[1:], made.payloads)

    def _file(self, county: _County, site: WageProject, labor: str, data: dict[str, Any], at: datetime, *, account: Account | None = None,
              crew: list[dict[str, str]] | None = None) -> Matter | None:  # fmt: skip
        person, phone = (
            (account.person, account.person.phone) if account is not None and account.person else self._person()
        )
        assert person is not None
        count = int(data.get("worker_count") or 1)
        share = (Decimal(str(data["owed"])) / count).quantize(Decimal("1"))
        if crew is None:
            crew = [
                {"name": self._name(), "mobile": f"189{self.serial:05d}{n:03d}", "amount": str(share)}
                for n in range(min(count - 1, 30))
            ]
            data["worker_count"] = len(crew) + 1
            data["owed"] = str(share * (len(crew) + 1))
        channel = str(data.pop("channel", "WEB"))
        answers = {
            **data, "county": str(county.government.pk), "project": str(site.pk), "project_name": site.name, "employer_name": labor,
            "workers": crew, "name": person.name, "mobile": phone, "id_no": person.id_no, "story": "活早就干完了，工资一直没有给。",
        }  # fmt: skip
        online = channel in ("WEB", "WECHAT")
        if online and account is None:
            self.serial += 1
            account = self._account(person, f"y-worker-{self.serial}")
        staff = None if online else self.rng.choice(county.officers)[1]
        with clock.frozen(at):
            try:
                outcome = file_report(
                    account if online else None, answers, channel=channel, request_key=None, staff_actor=staff, at=at
                )
            except Refused:
                return None
            matter = outcome.matter
            for worker in WageWorker.objects.filter(matter=matter, state=WageWorker.INVITED).order_by("no"):
                if self.rng.random() < 0.7:
                    workers.answer(worker, "yes", at)
        return matter

    def _go_on(
        self, county: _County, matter: Matter, history: list[Recorded], payloads: Mapping[int, Mapping[str, Any]]
    ) -> None:
        lead, officer = self.rng.choice(county.officers)
        if history and county.head is not None and history[0].at < self.now:
            with clock.frozen(history[0].at):
                self._fire(matter, "assigned", county.head, {"officers": [str(lead)]}, history[0].at)
        for rec in history:
            if rec.at >= self.now:
                break
            if rec.role == "CLOCK" or rec.event in _NOT_TOLD:
                continue
            by = {"office_head": county.head, "organ_head": county.organ_head}.get(rec.role) or officer
            actor = Actor(by.ref, frozenset({rec.role}), by.label)
            data = {**rec.data, **payloads.get(rec.seq, {})}
            if "unit_name" in data:
                body = body_of(matter, rec.event)
                data["unit_name"] = body.name if body is not None else "县级有关单位"
            with clock.frozen(rec.at):
                if not self._fire(matter, rec.event, actor, data, rec.at):
                    break
        with clock.frozen(self.now):
            services.settle_matter(matter.pk, self.now, refresh=True)

    def _fire(self, matter: Matter, event: str, actor: Actor, data: Mapping[str, Any], at: datetime) -> bool:
        try:
            services.fire_event(matter.pk, event, actor, data, at=at)
        except Refused:
            return False  # the true course went another way (an alarm, a lapse): the report stays where it is
        return True

    # the story for visitors

    def story(self) -> None:
        """石根生, alone, with the inspectorate at work; 常大山 for a crew of twelve since yesterday evening."""
        county = self.counties[0]
        site, labor = county.sites[0]
        person, _ = self._person("石根生")
        data: dict[str, Any] = {
            "channel": "WEB", "industry": site.industry, "relation": "LABOR", "months": 3, "monthly": "6500", "owed": "19500", "worker_count": 1,
            "employed": False, "ended_on": "2026-10-12", "owed_from": "2026-07-10", "owed_to": "2026-10-10", "evidence": ["SLIP", "CHAT"],
        }  # fmt: skip
        at = datetime(2026, 11, 5, 7, 52, tzinfo=SHANGHAI)
        matter = self._file(county, site, labor, data, at, account=self._account(person, "shigensheng"), crew=[])
        lead, officer = county.officers[0]
        if matter is not None and county.head is not None:
            body = body_of(matter, "inspection_referred")
            steps: tuple[tuple[str, datetime, Actor, dict[str, Any]], ...] = (
                ("assigned", datetime(2026, 11, 5, 8, 50, tzinfo=SHANGHAI), county.head, {"officers": [str(lead)]}),
                ("triaged", datetime(2026, 11, 5, 9, 10, tzinfo=SHANGHAI), officer,
                 {"priority": "HIGH", "aid_offered": True, "proposed": ["INSPECTION", "AID"], "threat": "NONE", "note": "电话说明谁该付、先走劳动监察。"}),
                ("inspection_referred", datetime(2026, 11, 5, 10, 30, tzinfo=SHANGHAI), officer, {"unit_name": body.name if body else "", "note": "附工资条、聊天记录。"}),
                ("inspection_accepted", datetime(2026, 11, 9, 15, 0, tzinfo=SHANGHAI), officer, {"file_no": "禾监立〔2026〕37号"}),
                ("paid", datetime(2026, 11, 19, 16, 40, tzinfo=SHANGHAI), officer,
                 {"amount": "6500", "paid_on": "2026-11-19", "payer": "CONTRACTOR", "payer_name": site.contractor, "way": "BANK"}),
            )  # fmt: skip
            for name, when, actor, filled in steps:
                with clock.frozen(when):
                    self._fire(
                        matter,
                        name,
                        Actor(actor.ref, frozenset({"case_officer", "office_head"}), actor.label),
                        filled,
                        when,
                    )
        person, _ = self._person("常大山")
        crew = [
            {"name": self._name(), "mobile": f"18888{self.serial:03d}{n:03d}", "amount": str(4000 + 700 * n)}
            for n in range(11)
        ]
        total = 9600 + sum(int(c["amount"]) for c in crew)
        data = {
            "channel": "WEB", "industry": site.industry, "relation": "LABOR", "owed": str(total), "worker_count": 12, "employed": True,
            "chain": ["PROJECT_MONEY_UNPAID"], "evidence": ["ATTENDANCE", "IOU"], "threat": "GATHER",
        }  # fmt: skip
        at = datetime(2026, 11, 22, 21, 5, tzinfo=SHANGHAI)
        self._file(county, site, labor, data, at, account=self._account(person, "changdashan"), crew=crew)
