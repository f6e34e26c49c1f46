"""A small office for tests of services: a province, a city, a county with departments, staff, a citizen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from xiezhi.enforcement.reconsideration import case_text, hooks
from xiezhi.kernel.access.models import Account
from xiezhi.kernel.calendar import services as calendars
from xiezhi.kernel.people import services as people
from xiezhi.kernel.people.models import Person, Staff
from xiezhi.kernel.procedures.core import Actor
from xiezhi.kernel.units import services as units
from xiezhi.kernel.units.models import Unit

SINCE = date(2020, 1, 1)
ID = "990100199005012349"


@dataclass
class World:
    """Units, staff and one citizen with an account."""

    province: Unit
    city: Unit
    county: Unit
    office: Unit
    market: Unit
    court: Unit
    citizen: Account
    person: Person
    officers: list[Staff]
    head: Staff
    leader: Staff

    @property
    def officer(self) -> Actor:
        return Actor(f"staff:{self.officers[0].pk}", frozenset({"case_officer"}), "沈明远（临川县司法局）")

    @property
    def office_head(self) -> Actor:
        return Actor(f"staff:{self.head.pk}", frozenset({"office_head"}), "邵文清（临川县司法局）")

    @property
    def organ_head(self) -> Actor:
        return Actor(f"staff:{self.leader.pk}", frozenset({"organ_head"}), "罗启（临川县人民政府）")

    @property
    def respondent(self) -> Actor:
        return Actor("account:900", frozenset({"respondent"}), "临川县市场监督管理局")

    @property
    def applicant(self) -> Actor:
        return Actor(f"account:{self.citizen.pk}", frozenset({"applicant"}), "申请人")

    @property
    def staff_ids(self) -> list[str]:
        return [str(s.pk) for s in self.officers]

    def answers(self, **more: Any) -> dict[str, Any]:
        """A good application; `more` replaces answers."""
        out: dict[str, Any] = {
            "act": {
                "type": "行政处罚决定书", "doc_no": "临市监罚〔2026〕45号", "made_on": "2026-08-31", "service_method": "DIRECT",
                "served_on": "2026-09-01", "told_remedy": True,
            },
            "matter_code": "1", "respondent_unit": str(self.market.pk), "claims": ["QUASH"],
            "facts_and_reasons": "处罚认定的进货票据缺失与事实不符，申请人陈晓岚已提交票据。",
            "applicants": [{
                "name": "陈晓岚", "kind": "CITIZEN", "sex": "F", "id_type": "ID", "id_no": ID, "contact": "13900000123",
                "domicile": "临川县青石镇望江路18号", "service_address": "临川县青石镇望江路18号",
            }],
            "e_service_consent": True,
        }  # fmt: skip
        return {**out, **more}


def build() -> World:
    """Make the world; the holiday calendar is imported from the package."""
    for year in (2025, 2026):
        calendars.import_year(year, calendars.CHINESECALENDAR)
    case_text.forget_units()
    hooks.forget_parameters()

    def unit(name: str, level: str, kind: str, parent: Unit | None = None, **more: Any) -> Unit:
        return units.create_unit(name=name, level=level, kind=kind, parent=parent, valid_from=SINCE, **more)

    province = unit("云岭省人民政府", "PROV", "GOVERNMENT", is_reconsideration_organ=True, document_code="云府")
    city = unit("云岭市人民政府", "CITY", "GOVERNMENT", province, is_reconsideration_organ=True, document_code="云岭府")
    county = unit("临川县人民政府", "COUNTY", "GOVERNMENT", city, is_reconsideration_organ=True, document_code="临川府")
    office = unit("临川县司法局", "COUNTY", "JUSTICE", county)
    upper = unit("云岭市司法局", "CITY", "JUSTICE", city)
    market = unit("临川县市场监督管理局", "COUNTY", "DEPARTMENT", county)
    court = unit("临川县人民法院", "COUNTY", "COURT", county)
    units.set_reconsideration_office(county, office)
    units.set_reconsideration_office(city, upper)
    for u in (province, city, county, office, market, court):
        u.refresh_from_db()
    person, _ = people.register_person(name="陈晓岚", id_no=ID)
    citizen = Account.objects.create_user("chenxiaolan", person=person)
    officers = [people.create_staff(n) for n in ("沈明远", "贺清")]
    head, leader = people.create_staff("邵文清"), people.create_staff("罗启")
    return World(province, city, county, office, market, court, citizen, person, officers, head, leader)
