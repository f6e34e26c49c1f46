"""Where a report goes: the county's public legal service center, in its absence its justice bureau."""

from __future__ import annotations

from typing import Any

from xiezhi.kernel.units.models import Level, Unit, UnitKind, UnitStatus

__all__ = ["CENTER", "center_for", "counties"]

CENTER = "公共法律服务中心"


def counties() -> list[dict[str, Any]]:
    """Counties for a choice, with their city: [{"city": name, "rows": [(id, name), ...]}, ...]. Two statements."""
    rows = Unit.objects.filter(level=Level.COUNTY, kind=UnitKind.GOVERNMENT, status=UnitStatus.ACTIVE).order_by(
        "city_id", "sort", "id"
    )
    found = list(rows.only("id", "name", "short_name", "city_id", "division__name").select_related("division"))
    names = dict(Unit.objects.filter(pk__in={u.city_id for u in found if u.city_id}).values_list("pk", "name"))
    out: dict[Any, list[tuple[str, str]]] = {}
    for unit in found:
        out.setdefault(unit.city_id, []).append((str(unit.pk), _place(unit)))
    return [{"city": names.get(city, "").removesuffix("人民政府"), "rows": rows} for city, rows in out.items()]


def _place(unit: Unit) -> str:
    return unit.division.name if unit.division is not None else unit.name.removesuffix("人民政府")


def center_for(county: str) -> tuple[Unit | None, Unit | None]:
    """(who handles, in whose name) for a county named by its government's id. (None, None) for an unknown one."""
    if not (county.isascii() and county.isdecimal() and len(county) < 19):
        return None, None
    rows = list(
        Unit.objects.filter(county_id=int(county), level=Level.COUNTY, status=UnitStatus.ACTIVE).exclude(kind=UnitKind.GOVERNMENT)
        .filter(kind__in=[UnitKind.JUSTICE, UnitKind.INSTITUTION, UnitKind.OFFICE]).order_by("id")
    )  # fmt: skip
    bureau = next((u for u in rows if u.kind == UnitKind.JUSTICE), None)
    center = next((u for u in rows if CENTER in u.name), None)
    return center or bureau, bureau
