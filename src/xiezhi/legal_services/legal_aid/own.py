"""What the platform knows of somebody already, so that it is not asked again (legal-services.md 16)."""

from __future__ import annotations

from datetime import date
from typing import Any

from xiezhi.kernel.people.models import Person, Sex, SpecialGroup

from .conflicts import add_years

__all__ = ["FROM_RECORD", "groups_of", "known_of", "known_of_person"]

AGED_FROM, ADULT_FROM = 60, 18  # 老年人权益保障法 第2条; 未成年人保护法 第2条
_GROUPS: dict[str, str] = {
    SpecialGroup.MINOR: "MINOR", SpecialGroup.ELDERLY: "AGED", SpecialGroup.DISABLED: "DISABLED", SpecialGroup.VISUAL: "DISABLED",
    SpecialGroup.HEARING: "DISABLED", SpecialGroup.MIGRANT_WORKER: "MIGRANT_WORKER", SpecialGroup.SOLDIER: "MILITARY",
    SpecialGroup.VETERAN: "VETERAN",
}  # fmt: skip
FROM_RECORD = frozenset({"MINOR", "AGED", "DISABLED", "MIGRANT_WORKER", "MILITARY", "VETERAN"})
"""Groups the record proves; the others are what somebody says of themselves."""
_SEX: dict[str, str] = {Sex.FEMALE: "F", Sex.MALE: "M"}
_ID = {
    "RESIDENT": "ID",
    "PASSPORT": "PASSPORT",
    "HM_PERMIT": "PERMIT",
    "TW_PERMIT": "PERMIT",
    "HMT_RESIDENCE": "PERMIT",
}


def groups_of(person: Person, today: date) -> list[str]:
    """Groups of the law the person record shows, in a fixed order."""
    found = {_GROUPS[g] for g in person.special_groups if g in _GROUPS}
    if person.birth_date is not None:
        if add_years(person.birth_date, ADULT_FROM) > today:
            found.add("MINOR")
        if add_years(person.birth_date, AGED_FROM) <= today:
            found.add("AGED")
    if person.sex == Sex.FEMALE:
        found.add("WOMAN")
    order = ("MINOR", "AGED", "DISABLED", "WOMAN", "MIGRANT_WORKER", "MILITARY", "VETERAN")
    return [g for g in order if g in found]


def known_of(account: Any) -> dict[str, Any]:
    """The part of the form about the account's own person, as the person record fills it."""
    return known_of_person(account.person if account is not None else None)


def known_of_person(person: Person | None) -> dict[str, Any]:
    """The part of the form about a person, as the person record fills it."""
    if person is None:
        return {}
    found = {
        "name": person.name, "sex": _SEX.get(person.sex, ""),
        "birth_date": person.birth_date.isoformat() if person.birth_date else "", "id_type": _ID.get(person.id_type, "OTHER"),
        "id_no": person.id_no or "", "mobile": person.phone or "", "address": person.service_address or person.address or "",
    }  # fmt: skip
    return {k: str(v) for k, v in found.items() if v}
