"""Rows of the licensing registers: firms and lawyers, notaries, appraisers, holders of qualifications, grass-roots workers.

A few persons hold what may not be held together, a few only seem to: those are what the clue rules are shown on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

from xiezhi.datacenter.overview.demo.people import Cast, Man, Written, written
from xiezhi.kernel.units.ids import org_code_check_char, usc_complete

__all__ = ["Registers", "build", "usc"]

BRANDS = [
    "明衡",
    "信达",
    "方正",
    "望江",
    "恒理",
    "正言",
    "同舟",
    "德润",
    "清源",
    "敬民",
    "天平",
    "致远",
    "博文",
    "晨光",
    "润泽",
    "立诚",
    "华章",
    "中和",
]
CLASSES = ("01", "02", "03", "04", "05", "06", "07", "08", "09", "10")
Row = dict[str, Any]


def usc(prefix: str, division: str, serial: int) -> str:
    """A credit code of the fictional province with both check characters right."""
    body = f"MD{serial:06d}"
    return usc_complete(f"{prefix}{division[:6]}{body}{org_code_check_char(body)}")


@dataclass
class Registers:
    """Rows by source, and who got a license."""

    rows: dict[str, list[Row]] = field(default_factory=dict)
    lawyers: list[Man] = field(default_factory=list)
    mixed: int = 0

    def add(self, source: str, row: Row) -> None:
        self.rows.setdefault(source, []).append(row)


def _person(w: Written, unit: str, division: str, since: date | None, until: date | None = None) -> Row:
    return {
        "姓名": w.name, "证件类型": "居民身份证" if w.id_type else "", "证件号码": w.id_no, "性别": {"1": "男", "2": "女"}[w.sex], "出生日期": w.birth.replace("-", "/") if w.birth else "",
        "手机号码": w.phone, "联系地址": w.address, "起始日期": since, "截止日期": until, "行政区划": division, "报送单位代码": unit,
    }  # fmt: skip


class _Maker:
    def __init__(self, rng: Random, cast: Cast, province: Any, scale: float) -> None:
        self.rng, self.cast, self.province, self.scale = rng, cast, province, scale
        self.out = Registers()
        self.serial = 100

    def count(self, at_one_percent: int) -> int:
        return max(4, round(at_one_percent * self.scale / 0.01))

    def day(self, first: int, last: int) -> date:
        """A day between two numbers of years ago."""
        return self.cast.today - timedelta(days=self.rng.randint(first * 365, last * 365))

    def body(self, prefix: str, place: Any) -> str:
        self.serial += 1
        return usc(prefix, place.division.code, self.serial)

    def write(self, one: Man, plain: bool = False) -> Written:
        return written(self.rng, one, self.cast.people, plain=plain)

    def qualification(self, one: Man, granted: date) -> str:
        number = f"A{granted.year}99{len(self.out.rows.get('qualification', ())) + 1:06d}"
        w = self.write(one)
        row = _person(w, self.province.places[0].justice.usc, one.place.division.code, None)
        row.pop("起始日期")
        self.out.add("qualification", {
            "证书号": number, **row, "考试年度": granted.year - 1, "类别": "A" if self.rng.random() < 0.93 else "C", "授予日期": granted,
            "学历": self.rng.choice(("本科", "本科", "本科", "硕士", "大专", "博士")), "状态": "有效", "档案地": one.place.justice.name,
        })  # fmt: skip
        return number

    def bodies(self, source: str, prefix: str, title: str, count: int, extra: Any) -> list[tuple[str, str, Any, bool]]:
        """Organizations with (code, name, place, active)."""
        found = []
        places = self.province.counties
        for n in range(count):
            place = places[n % len(places)]
            code, name = self.body(prefix, place), title.format(place=place.division.name, brand=f"{BRANDS[n % len(BRANDS)]}{BRANDS[(n * 7 + 3) % len(BRANDS)]}")  # fmt: skip
            active = n % 19 != 11
            self.out.add(source, extra(code, name, place, active))
            found.append((code, name, place, active))
        return found

    def lawyers(self, own: Sequence[Man]) -> None:
        count = self.count(240)
        firms = self.bodies(
            "lawfirm", "31", "云岭{brand}律师事务所", max(6, count // 8),
            lambda code, name, place, active: {
                "统一社会信用代码": code, "名称": name, "组织形式": self.rng.choice(("普通合伙", "普通合伙", "个人")), "许可证号": f"3199{self.serial:013d}",
                "负责人": self.rng.choice(self.cast.people).name, "合伙人数": self.rng.randint(3, 12), "律师人数": self.rng.randint(3, 40), "设立日期": self.day(3, 20),
                "住所": f"{place.division.name}望江路{self.rng.randint(1, 200)}号", "电话": f"0999-8{self.rng.randint(0, 999999):06d}", "状态": "01" if active else "03",
                "行政区划": place.division.code, "报送单位代码": place.justice.usc,
            },
        )  # fmt: skip
        men = self.cast.draw(count, young=26, old=66, again=own)
        self.out.lawyers = men
        for n, one in enumerate(men):
            first = max(self.day(1, 20), one.born.replace(day=1) + timedelta(days=25 * 366))
            code, name, _, active = firms[n % len(firms)]
            ended = not active or n % 23 == 9
            kind = "公职" if n % 31 == 5 else "兼职" if n % 13 == 4 else "专职"
            self.lawyer(one, first, kind, (code, name), ended, plain=n < len(own))

    def lawyer(
        self, one: Man, first: date, kind: str, firm: tuple[str, str], ended: bool, *, plain: bool = False
    ) -> None:
        n = len(self.out.rows.get("lawyer", ())) + 1
        w = self.write(one, plain)
        until = self.day(0, 1) if ended else None
        granted = first - timedelta(days=self.rng.randint(380, 900))
        row = _person(
            w, one.place.justice.usc, one.place.division.code, first, until if until and until > first else None
        )
        self.out.add("lawyer", {
            "执业证号": f"199{one.place.division.code[:4]}{first.year}1{n:05d}", **row, "执业类别": kind, "执业机构代码": "" if kind == "公职" else firm[0],
            "执业机构": one.place.justice.name if kind == "公职" else firm[1], "资格证号": self.qualification(one, granted), "首次执业日期": first,
            "执业状态": "注销" if row["截止日期"] else "执业", "学历": self.rng.choice(("本科", "硕士")), "政治面貌": self.rng.choice(("群众", "中共党员", "民盟盟员")),
        })  # fmt: skip

    def notaries(self) -> None:
        offices = self.bodies(
            "notary_office", "32", "{place}公证处", min(self.count(10), len(self.province.counties) * 2),
            lambda code, name, place, active: {
                "usc": code, "name": name, "license_no": f"GZ99{self.serial:06d}", "head": self.rng.choice(self.cast.people).name, "notaries": self.rng.randint(2, 9),
                "founded": self.day(5, 25), "address": f"{place.division.name}书院路{self.rng.randint(1, 90)}号", "phone": f"0999-6{self.rng.randint(0, 999999):06d}",
                "status": "01", "division": place.division.code, "unit_usc": place.justice.usc,
            },
        )  # fmt: skip
        # two active lawyers who are notaries as well, and a notary of two offices
        men = self.cast.draw(self.count(44), young=30, old=64, again=[m for m in self.out.lawyers if 30 <= m.age(self.cast.today) < 64][3:5])  # fmt: skip
        men.append(men[-1])
        for n, one in enumerate(men):
            code, name, place, _ = offices[n % len(offices)]
            since = max(self.day(1, 8), one.born.replace(day=1) + timedelta(days=26 * 366))
            removed = self.day(0, 1) if n % 17 == 8 else None
            removed = removed if removed and removed > since else None
            w = self.write(one)
            self.out.add("notary", {
                "执业证号": f"99{place.division.code[:4]}{since.year}{n + 1:04d}", **_person(w, place.justice.usc, place.division.code, since, removed), "公证机构代码": code, "公证机构": name,
                "任命日期": since, "免职日期": removed, "涉外资格": self.rng.choice("是否"), "状态": "免职" if removed else "在任",
                "资格证号": self.qualification(one, since - timedelta(days=1100)),
            })  # fmt: skip

    def appraisers(self) -> None:
        bodies = self.bodies(
            "appraisal_body", "34", "云岭{brand}司法鉴定中心", self.count(8),
            lambda code, name, place, active: {
                "usc": code, "name": name, "license_no": f"SFJD99{self.serial:06d}", "classes": ";".join(sorted(self.rng.sample(CLASSES, 3))), "head": self.rng.choice(self.cast.people).name,
                "appraisers": self.rng.randint(3, 20), "founded": self.day(4, 18), "address": f"{place.division.name}文昌路{self.rng.randint(1, 90)}号",
                "phone": f"0999-5{self.rng.randint(0, 999999):06d}", "status": "01", "division": place.division.code, "unit_usc": self.province.places[0].justice.usc,
            },
        )  # fmt: skip
        men = self.cast.draw(self.count(60), young=28, old=68)
        men += [men[1], self.out.lawyers[8]]  # registered at two bodies; a lawyer who appraises
        for n, one in enumerate(men):
            code, name, place, _ = bodies[n % len(bodies)]
            since = self.day(1, 4)
            w = self.write(one)
            self.out.add("appraiser", {
                "执业证号": f"99{place.division.code[:4]}{since.year % 100:02d}{n + 1:05d}", **_person(w, self.province.places[0].justice.usc, place.division.code, since, since.replace(day=1, year=since.year + 5)),
                "鉴定机构代码": code, "鉴定机构": name, "执业类别": "、".join(sorted(self.rng.sample(CLASSES, self.rng.randint(1, 2)))), "职称": self.rng.choice(("1", "2", "3", "4")), "状态": "在业",
            })  # fmt: skip

    def workers(self) -> None:
        offices = [(self.body("33", p), f"{p.division.name}城关法律服务所", p) for p in self.province.counties]
        # an active lawyer with a worker's license, and one whose worker's license ended before the other began
        both, before = self.out.lawyers[10], self.out.lawyers[11]
        began = {r["姓名"]: r["首次执业日期"] for r in self.out.rows["lawyer"]}
        men = self.cast.draw(self.count(80), young=24, old=66, again=[both, before])
        for n, one in enumerate(men):
            code, name, place = offices[n % len(offices)]
            since, until = self.day(2, 12), None
            if one is before and one.name in began:
                until = began[one.name] - timedelta(days=40)
                since = until - timedelta(days=900)
            w = self.write(one)
            self.out.add("grass_worker", {
                "执业证号": f"3{place.division.code}{since.year}{n + 1:04d}", **_person(w, place.justice.usc, place.division.code, since, until), "服务所代码": code, "基层法律服务所": name,
                "执业起始日": since, "执业区域": f"{place.division.code}000000" if n % 7 == 2 else place.division.code, "学历": self.rng.choice(("大专", "本科")),
                "状态": "注销" if until else "在业",
            })  # fmt: skip

    def holders(self) -> None:
        """Qualifications of those who do not practice."""
        for one in self.cast.draw(self.count(260), young=24, old=70):
            granted = max(self.day(1, 20), one.born.replace(day=1) + timedelta(days=23 * 366))
            self.qualification(one, min(granted, self.cast.today - timedelta(days=30)))


def build(rng: Random, cast: Cast, world: Any, scale: float) -> Registers:
    """All licensing registers."""
    maker = _Maker(rng, cast, world.province, scale)
    maker.lawyers(cast.lawyers(world))
    maker.notaries()
    maker.appraisers()
    maker.workers()
    maker.holders()
    return maker.out
