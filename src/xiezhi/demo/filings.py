"""Applications: against whom, to which organ, by whom, and the form as the public fills it in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from xiezhi.demo.acts import Act
from xiezhi.demo.province import DEPARTMENTS, Place, Province
from xiezhi.demo.public import Citizen, Company, Public
from xiezhi.kernel.procedures.services import PartyInput
from xiezhi.kernel.units.models import Unit

__all__ = ["Filing", "Target", "applicant_row", "compose", "targets_of"]

_STORY_BONUS = 2.0


@dataclass(frozen=True)
class Target:
    """A respondent with the organ competent for its acts (行政复议法 第24条, 第27条) and how often it is challenged."""

    unit: Unit
    key: str
    kind: str
    organ_id: int
    office: Unit
    code: str
    short: str
    home: str
    weight: float
    above: str = ""


@dataclass
class Filing:
    """An application ready to be filed."""

    data: dict[str, Any]
    parties: list[PartyInput] = field(default_factory=list)
    applicant_key: str = ""
    applicant_ref: str = ""
    agent_ref: str = ""


def _home(province: Province, place: Place, i: int) -> str:
    """The county whose people challenge acts of this place."""
    if place.level == "COUNTY":
        return place.short
    below = [p for p in province.counties if place.level == "PROV" or p.division.code[:4] == place.division.code[:4]]
    return below[i % len(below)].short


def _above(province: Province, place: Place, key: str) -> str:
    """The department one level up that a decision is copied to (行政复议法 第79条)."""
    if place.level == "PROV":
        return "国务院主管部门"
    upper = next(p for p in province.places if p.government.pk == place.government.parent_id)
    return upper.departments[key].name


def targets_of(province: Province) -> list[Target]:
    """Every respondent of the province."""
    found: list[Target] = []
    weight_of = {"COUNTY": 1.0, "CITY": 1.2, "PROV": 0.6}
    by_pk = {p.government.pk: p for p in province.places}
    for place in province.places:
        bonus = weight_of[place.level] * (_STORY_BONUS if place.short == "禾溪" else 1.0)
        organ, office = place.government, place.justice
        for i, d in enumerate(DEPARTMENTS):
            if d.key in place.departments:
                found.append(Target(place.departments[d.key], d.key, "DEPARTMENT", organ.pk, office, organ.document_code, place.short,
                                    _home(province, place, i), d.weight * bonus, _above(province, place, d.key)))  # fmt: skip
        for unit in place.towns:
            kind = "LOWER_GOVERNMENT" if unit.kind == "GOVERNMENT" else "DISPATCHED_GOVERNMENT"
            found.append(
                Target(
                    unit,
                    "government",
                    kind,
                    organ.pk,
                    office,
                    organ.document_code,
                    unit.short_name,
                    place.short,
                    2.0 * bonus,
                )
            )
        for unit in place.stations:
            found.append(
                Target(
                    unit,
                    "station",
                    "DISPATCHED_BODY",
                    organ.pk,
                    office,
                    organ.document_code,
                    place.short,
                    place.short,
                    2.0 * bonus,
                )
            )
        if place.level != "PROV":
            upper = by_pk[place.government.parent_id or 0]
            found.append(Target(place.government, "government", "LOWER_GOVERNMENT", upper.government.pk, upper.justice,
                                upper.government.document_code, place.short, _home(province, place, 0), 3.0 * bonus))  # fmt: skip
            if place.tax is not None and upper.tax is not None:
                found.append(Target(place.tax, "tax", "TAX", upper.tax.pk, upper.tax, upper.tax.document_code, place.short,
                                    _home(province, place, 1), 1.5 * bonus))  # fmt: skip
        if place.level == "CITY" and place.customs is not None and province.customs is not None:
            found.append(Target(place.customs, "customs", "VERTICAL", province.customs.pk, province.customs,
                                province.customs.document_code, place.short, _home(province, place, 2), 0.6))  # fmt: skip
    return found


def applicant_row(who: Citizen | Company, *, e_service: bool) -> dict[str, Any]:
    """One applicant as the form holds it."""
    if isinstance(who, Company):
        return {"name": who.name, "kind": "LEGAL_PERSON", "id_type": "USCC", "uscc": who.usc, "domicile": who.address,
                "service_address": who.address, "contact": who.phone, "legal_rep": who.legal_rep, "legal_rep_post": "执行董事",
                **({"e_service_consent": True} if e_service else {})}  # fmt: skip
    return {"name": who.name, "kind": "CITIZEN", "sex": "M" if who.sex == "1" else "F", "id_type": "ID", "id_no": who.id_no,
            "domicile": who.address, "service_address": who.address, "contact": who.phone,
            **({"e_service_consent": True} if e_service else {})}  # fmt: skip


def _party(row: Mapping[str, Any], who: Citizen | Company, *, own: bool, e_service: bool) -> PartyInput:
    citizen = isinstance(who, Citizen)
    return PartyInput(
        "applicant", str(row["name"]), str(row["kind"]), person_id=who.person_id if isinstance(who, Citizen) else None,
        organization_id=None if isinstance(who, Citizen) else who.organization_id,
        account_id=who.account_id if own or citizen else None,
        sealed={k: v for k, v in row.items() if k not in ("name", "kind")}, e_service=e_service,
    )  # fmt: skip


def compose(
    rng: Random, public: Public, target: Target, act: Act, described: dict[str, Any], channel: str, at: datetime, *,
    applicant: Citizen | Company | None = None, agent: tuple[Citizen, str] | None = None,
) -> Filing:  # fmt: skip
    """The application with its parties, in the shape the filing service gives it."""
    who = applicant or _somebody(rng, public, target, act)
    others: list[Citizen] = []
    if applicant is None and isinstance(who, Citizen) and rng.random() < 0.05:
        others = [c for c in rng.sample(public.citizens[target.home], rng.randint(1, 3)) if c is not who]
    if applicant is None and agent is None and rng.random() < (0.45 if isinstance(who, Company) else 0.2):
        agent = rng.choice(public.lawyers)
    online = channel in ("ONLINE", "VIA_PENALTY_ORGAN")
    e_service = online and rng.random() < 0.85
    rows = [applicant_row(p, e_service=e_service) for p in (who, *others)]
    data: dict[str, Any] = {
        "filing_method": channel, "act": described, "matter_code": act.matter, "respondent_name": target.unit.name,
        "respondent_unit": str(target.unit.pk), "respondent_kind": target.kind, "organ": str(target.organ_id),
        "claims": list(act.claims), "facts_and_reasons": act.reasons, "applicants": rows, "applicant_count": len(rows),
        "applicant_kind": rows[0]["kind"], "evidence_list": "行政行为文书复印件；与案件有关的照片、票据。",
    }  # fmt: skip
    if e_service:
        data["e_service_consent"] = True
    if described.get("amount"):
        data["amount"] = described["amount"]
    if act.mandatory:
        data["mandatory_first"] = True
    if channel == "POST":
        made = described.get("made_on") or described.get("request_received_on")
        marked = max(str(made), (at.date() - timedelta(days=rng.randint(1, 4))).isoformat())
        data |= {"postmarked_on": marked, "received_on": at.date().isoformat()}
    elif not online:
        data["received_on"] = at.date().isoformat()
    parties = [
        _party(r, p, own=online and i == 0, e_service=e_service)
        for i, (r, p) in enumerate(zip(rows, (who, *others), strict=True))
    ]
    agent_ref = ""
    if agent is not None:
        lawyer, firm = agent
        row = {
            "name": lawyer.name,
            "kind": "LAWYER",
            "contact": lawyer.phone,
            "powers": "GENERAL",
            "period": "至本案审结",
        }
        data["agents"] = [row]
        parties.append(PartyInput("agent", lawyer.name, "LAWYER", person_id=lawyer.person_id, account_id=lawyer.account_id, acts_for=0,
                                  detail={"kind": "LAWYER", "powers": "GENERAL", "period": "至本案审结", "employer": firm},
                                  sealed={"contact": lawyer.phone}))  # fmt: skip
        agent_ref = lawyer.ref
    parties.append(PartyInput("respondent", target.unit.name, "AUTHORITY", unit_id=target.unit.pk))
    return Filing(data, parties, who.key, who.ref, agent_ref)


def _somebody(rng: Random, public: Public, target: Target, act: Act) -> Citizen | Company:
    share = 0.35 if target.key in ("market", "environment", "tax", "customs", "housing", "traffic") else 0.06
    if act.matter == "7":
        share = 0.5 if "不予" not in act.type else 0.0
    if rng.random() < share:
        return rng.choice(public.companies[target.home])
    return rng.choice(public.citizens[target.home])
