"""Which agency is competent (法律援助法 第38条): that of the place of the organ that handles the case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xiezhi.kernel.units.models import Unit, UnitStatus

from .models import AidAgency

__all__ = ["Competent", "agencies", "agency_of", "competent"]


@dataclass(frozen=True)
class Competent:
    """The competent agency and why."""

    agency: AidAgency
    note: str
    basis: str = "法律援助法 第38条"


def agencies(prov_id: int | None = None) -> Sequence[AidAgency]:
    """Every agency (of a province), in order of the territory."""
    rows = AidAgency.objects.filter(unit__status=UnitStatus.ACTIVE).select_related("unit__division", "bureau")
    if prov_id is not None:
        rows = rows.filter(unit__prov_id=prov_id)
    return list(rows.order_by("unit__prov_id", "unit__city_id", "unit__county_id", "unit_id"))


def agency_of(unit_id: int | None) -> AidAgency | None:
    """The agency with this unit, or None."""
    return AidAgency.objects.filter(unit_id=unit_id).select_related("unit", "bureau").first() if unit_id else None


def competent(organ: Unit) -> Competent | None:
    """The agency at the place of an organ: of its county, else of its city, else of its province; None without any."""
    rows = AidAgency.objects.filter(unit__status=UnitStatus.ACTIVE).select_related("unit", "bureau")
    for column, words in (("county_id", "所在县（市、区）"), ("city_id", "所在市"), ("prov_id", "所在省")):
        value = getattr(organ, column)
        if value is None:
            continue
        found = rows.filter(**{f"unit__{column}": value})
        if column != "county_id":
            lower = {"city_id": {"unit__county_id__isnull": True}, "prov_id": {"unit__city_id__isnull": True}}[column]
            found = found.filter(**lower)
        one = found.order_by("unit_id").first()
        if one is not None:
            return Competent(one, f"{organ.name}{words}的法律援助机构是{one.unit.name}")
    return None
