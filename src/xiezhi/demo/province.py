"""Divisions and units of 云岭省: governments, justice bureaus, departments, towns, prisons, courts, tax and customs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from random import Random
from uuid import UUID

from xiezhi.demo import names
from xiezhi.demo.places import PROVINCE, City, County, plan, size
from xiezhi.kernel.units import ids
from xiezhi.kernel.units import services as units
from xiezhi.kernel.units.models import Division, Unit, UnitPeriod

__all__ = ["DEPARTMENTS", "Place", "Province", "build"]

SINCE = date(2019, 1, 1)


@dataclass(frozen=True)
class Department:
    """One kind of department: short word, name at the three levels, matters it causes with weights."""

    key: str
    prov: str
    city: str
    county: str
    weight: int


DEPARTMENTS = (
    Department("police", "公安厅", "公安局", "公安局", 24), Department("market", "市场监督管理局", "市场监督管理局", "市场监督管理局", 22),
    Department("labor", "人力资源和社会保障厅", "人力资源和社会保障局", "人力资源和社会保障局", 14),
    Department("land", "自然资源厅", "自然资源和规划局", "自然资源局", 11), Department("housing", "住房和城乡建设厅", "住房和城乡建设局", "住房和城乡建设局", 9),
    Department("traffic", "交通运输厅", "交通运输局", "交通运输局", 7), Department("environment", "生态环境厅", "生态环境局", "生态环境局", 4),
    Department("farming", "农业农村厅", "农业农村局", "农业农村局", 4), Department("health", "卫生健康委员会", "卫生健康委员会", "卫生健康局", 3),
    Department("education", "教育厅", "教育局", "教育局", 2),
)  # fmt: skip
LOWER = 8
"""Departments that a county has of its own in the fictional province."""


@dataclass
class Place:
    """One government with what stands around it."""

    level: str
    short: str
    division: Division
    government: Unit
    justice: Unit
    departments: dict[str, Unit] = field(default_factory=dict)
    towns: list[Unit] = field(default_factory=list)
    stations: list[Unit] = field(default_factory=list)
    tax: Unit | None = None
    customs: Unit | None = None


@dataclass
class Province:
    """Everything that was made, in a fixed order."""

    places: list[Place] = field(default_factory=list)
    units: list[Unit] = field(default_factory=list)
    prisons: list[Unit] = field(default_factory=list)
    tax: Unit | None = None
    customs: Unit | None = None

    def place(self, short: str) -> Place:
        """The place with this short name. Raises StopIteration when there is none."""
        return next(p for p in self.places if p.short == short)

    @property
    def counties(self) -> list[Place]:
        return [p for p in self.places if p.level == "COUNTY"]


class _Builder:
    def __init__(self, rng: Random, at: datetime) -> None:
        self.rng, self.at = rng, at
        self.province = Province()
        self.serial = 0
        self.periods: list[tuple[UnitPeriod, Sequence[Unit]]] = []

    def division(self, code: str, name: str, level: str, parent: Division | None) -> Division:
        return Division.objects.create(code=code, name=name, level=level, parent=parent, valid_from=SINCE)

    def unit(
        self, name: str, short: str, level: str, kind: str, parent: Unit | None, division: Division, *,
        business: Sequence[Unit] = (), **flags: object,
    ) -> Unit:  # fmt: skip
        self.serial += 1
        unit = Unit(
            uid=UUID(int=self.rng.getrandbits(128), version=4), name=name, short_name=short[:40], level=level, kind=kind,
            parent=parent, division=division, demo=True, created_at=self.at, sort_key=ids.sort_key(name), sort=self.serial,
            usc=names.usc(division.code, self.serial, department="11"), **flags,
        )  # fmt: skip
        unit.save(force_insert=True)
        period = UnitPeriod(
            unit=unit, name=name, short_name=unit.short_name, sort_key=unit.sort_key, admin_parent=parent,
            location_division=division, address=names.street(self.rng, division.name).split("号")[0] + "号", phone="12348",
            lng=Decimal(f"{103 + self.rng.random() * 4:.6f}"), lat=Decimal(f"{24 + self.rng.random() * 4:.6f}"), valid_from=SINCE,
        )  # fmt: skip
        self.periods.append((period, business))
        self.province.units.append(unit)
        return unit

    def government(
        self,
        name: str,
        short: str,
        level: str,
        parent: Unit | None,
        division: Division,
        justice: str,
        upper: Place | None,
    ) -> Place:
        head = self.unit(f"{name}人民政府", f"{name}政府", level, "GOVERNMENT", parent, division,
                         is_reconsideration_organ=True, document_code=f"{short}府")  # fmt: skip
        bureau = self.unit(f"{name}{justice}", f"{short}{justice}", level, "JUSTICE", head, division,
                           business=[upper.justice] if upper else [])  # fmt: skip
        head.reconsideration_office = bureau
        head.save(update_fields=["reconsideration_office"])
        place = Place(level, short, division, head, bureau)
        self.province.places.append(place)
        return place

    def departments(self, place: Place, name: str, upper: Place | None) -> None:
        column = {"PROV": "prov", "CITY": "city", "COUNTY": "county"}[place.level]
        wanted = DEPARTMENTS if place.level != "COUNTY" else DEPARTMENTS[:LOWER]
        for department in wanted:
            parents = [upper.departments[department.key]] if upper else []
            place.departments[department.key] = self.unit(
                f"{name}{getattr(department, column)}", f"{place.short}{getattr(department, column)}"[:40], place.level,
                "DEPARTMENT", place.government, place.division, business=parents,
            )  # fmt: skip

    def vertical(self, place: Place, name: str, upper: Place | None) -> None:
        parent = upper.tax if upper else None
        place.tax = self.unit(
            f"国家税务总局{name}税务局", f"{place.short}税务", place.level, "AUTHORITY", parent, place.division, leadership="TAX",
            is_reconsideration_organ=place.level != "COUNTY", document_code=f"{place.short}税",
        )  # fmt: skip
        if place.level != "COUNTY":
            place.customs = self.unit(
                f"{place.short}海关", f"{place.short}海关", place.level, "AUTHORITY", upper.customs if upper else None,
                place.division, leadership="VERTICAL", is_reconsideration_organ=place.level == "PROV",
                document_code=f"{place.short}关",
            )  # fmt: skip

    def town(self, county: Place, code: str, name: str) -> None:
        below = self.division(code, name, "TOWN", county.division)
        full, short = f"{county.division.name}{name}", name.removesuffix("街道")
        if name.endswith("街道"):
            head = self.unit(f"{full}办事处", short, "TOWN", "AGENCY_GOVERNMENT", county.government, below)
        else:
            head = self.unit(f"{full}人民政府", short, "TOWN", "GOVERNMENT", county.government, below)
        county.towns.append(head)
        self.unit(f"{full}司法所", f"{short}司法所", "TOWN", "AGENCY", county.justice, below, own_name=False)
        county.stations.append(
            self.unit(f"{county.division.name}公安局{short}派出所", f"{short}派出所", "TOWN", "AGENCY",
                      county.departments["police"], below)
        )  # fmt: skip

    def build(self, cities: Sequence[City]) -> Province:
        code, name, short = PROVINCE
        top_division = self.division(code, name, "PROV", None)
        top = self.government(name, short, "PROV", None, top_division, "司法厅", None)
        self.departments(top, name, None)
        self.vertical(top, name, None)
        self.province.tax, self.province.customs = top.tax, top.customs
        bureau = self.unit(f"{name}监狱管理局", "监狱局", "PROV", "PRISON_BUREAU", top.justice, top_division)
        for word in ("松涛", "青石", "禾山")[: 1 + min(2, len(cities) // 2)]:
            self.province.prisons.append(
                self.unit(f"{name}{word}监狱", f"{word}监狱", "PROV", "PRISON", bureau, top_division)
            )
        self.unit(f"{name}戒毒管理局", "戒毒局", "PROV", "DRUG_REHAB", top.justice, top_division)
        self.unit(f"{name}高级人民法院", "省高院", "PROV", "COURT", top.government, top_division)
        for city in cities:
            self._city(top, city)
        self._store_periods()
        units.refresh_current(self.at.date())
        for unit in self.province.units:
            unit.refresh_from_db()
        return self.province

    def _city(self, top: Place, city: City) -> None:
        division = self.division(city.code, city.name, "CITY", top.division)
        place = self.government(city.name, city.short, "CITY", top.government, division, "司法局", top)
        self.departments(place, city.name, top)
        self.vertical(place, city.name, top)
        self.unit(f"{city.name}中级人民法院", f"{city.short}中院", "CITY", "COURT", place.government, division)
        for county in city.counties:
            self._county(place, county)

    def _county(self, city: Place, county: County) -> None:
        division = self.division(county.code, county.name, "COUNTY", city.division)
        place = self.government(county.name, county.short, "COUNTY", city.government, division, "司法局", city)
        self.departments(place, county.name, city)
        self.vertical(place, county.name, city)
        self.unit(f"{county.name}人民法院", f"{county.short}法院", "COUNTY", "COURT", place.government, division)
        for code, name in county.towns:
            self.town(place, code, name)

    def _store_periods(self) -> None:
        UnitPeriod.objects.bulk_create([p for p, _ in self.periods], batch_size=500)
        through = UnitPeriod.business_parents.through
        through.objects.bulk_create(
            [through(unitperiod_id=p.pk, unit_id=u.pk) for p, parents in self.periods for u in parents], batch_size=1000
        )


def build(rng: Random, scale: float, at: datetime) -> Province:
    """Make the units of the province at a scale. About two statements a unit."""
    return _Builder(rng, at).build(plan(*size(scale)))
