"""管辖: which organs may review the acts of a unit (reconsideration.md 3.4), found in the unit tree.

Since 2024 the government of the same level reviews its departments; only vertically led organs, taxes and state
security go to their superior department.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from xiezhi.kernel.units.models import Leadership, Level, Unit, UnitKind

from .citations import L, R

__all__ = ["Option", "Proposal", "propose"]


@dataclass(frozen=True)
class Option:
    """One competent organ with its office, the reason in words, and the article."""

    organ: Unit
    office: Unit
    reason: str
    basis: str


@dataclass(frozen=True)
class Proposal:
    """Competent organs in order of preference; `respondent` is the right respondent where the act names another."""

    respondent: Unit
    options: tuple[Option, ...]
    kind: str
    note: str = ""


def _option(organ: Unit | None, reason: str, basis: str) -> tuple[Option, ...]:
    if organ is None:
        return ()
    return (Option(organ, organ.reconsideration_office or organ, reason, basis),)


def _head(unit: Unit) -> Unit | None:
    """The government at the unit's own level."""
    column = Level(unit.level).column
    key = getattr(unit, column) if column else None
    return _with_office(key) if key and key != unit.pk else None


def _with_office(pk: int | None) -> Unit | None:
    return Unit.objects.select_related("reconsideration_office").filter(pk=pk).first() if pk else None


def _upper_government(unit: Unit) -> Unit | None:
    """The government of the next level up."""
    for level in (Level.COUNTY, Level.CITY, Level.PROV):
        if level.rank < Level(unit.level).rank and level.column:
            key = getattr(unit, level.column)
            if key and key != unit.pk:
                return _with_office(key)
    return None


def propose(respondent: Unit, answers: Any = None) -> Proposal:
    """Organs competent for acts of this respondent. No option means that the unit tree knows none."""
    unit, note = respondent, ""
    while not unit.own_name and unit.parent is not None:
        note = f"{respondent.name}不能以自己的名义作出行政行为，被申请人是{unit.parent.name}"
        unit = unit.parent
    kind, options = _by_kind(unit)
    return Proposal(unit, options, kind, note)


def _by_kind(unit: Unit) -> tuple[str, tuple[Option, ...]]:
    if unit.leadership in (Leadership.VERTICAL, Leadership.TAX, Leadership.STATE_SECURITY):
        kind = {Leadership.TAX: "TAX", Leadership.STATE_SECURITY: "STATE_SECURITY"}.get(
            Leadership(unit.leadership), "VERTICAL"
        )
        upper = _with_office(unit.parent_id)
        while upper is not None and upper.leadership != unit.leadership:
            upper = _with_office(upper.parent_id)
        if upper is None and unit.level == Level.MIN:
            return kind, _option(_with_office(unit.pk), "国务院部门的行政行为，由该部门自行复议", L(25, 1))
        return kind, _option(upper, "实行垂直领导的机关、税务和国家安全机关，向上一级主管部门申请", L(27))
    if unit.kind == UnitKind.GOVERNMENT:
        if unit.level == Level.PROV:
            return "PROVINCIAL_GOVERNMENT", _option(
                _with_office(unit.pk), "省级人民政府的行政行为，向该政府申请", L(24, 2)
            )
        return "LOWER_GOVERNMENT", _option(
            _upper_government(unit), "下一级人民政府的行政行为，向上一级人民政府申请", L(24, 1, 2)
        )
    if unit.level == Level.MIN:
        return "STATE_COUNCIL_DEPARTMENT", _option(
            _with_office(unit.pk), "国务院部门的行政行为，向该部门申请", L(25, 1)
        )
    if unit.kind == UnitKind.AGENCY_GOVERNMENT:
        upper = _with_office(unit.parent_id) or _upper_government(unit)
        return "DISPATCHED_GOVERNMENT", _option(upper, "派出机关的行政行为，向设立它的人民政府申请", L(24, 1, 3))
    government = _head(unit) or _upper_government(unit)
    if unit.kind == UnitKind.JUSTICE:
        found = _option(government, "向本级人民政府申请", L(28))
        upper = _upper_justice(unit)
        return "JUSTICE_OFFICE", (*found, *_option(upper, "也可以向上一级司法行政部门申请", L(28)))
    if unit.kind == UnitKind.AGENCY:
        return "DISPATCHED_BODY", _option(
            government, "派出机构以自己的名义作出的行政行为，向本级人民政府申请", L(24, 4)
        )
    if unit.kind in (UnitKind.AUTHORIZED, UnitKind.INSTITUTION, UnitKind.VILLAGE_BODY):
        return "AUTHORIZED_ORG", _option(government, "授权组织的行政行为，向管理它的人民政府申请", L(24, 1, 4))
    if unit.kind == UnitKind.OFFICE:
        return "INTERNAL_AUTHORIZED", _option(government, "经授权的内设机构，向其所属机关的复议机关申请", R(33))
    return "DEPARTMENT", _option(government, "工作部门的行政行为，向本级人民政府申请", L(24, 1, 1))


def _upper_justice(unit: Unit) -> Unit | None:
    upper = _upper_government(unit)
    if upper is None:
        return None
    return (
        Unit.objects.select_related("reconsideration_office")
        .filter(kind=UnitKind.JUSTICE, parent_id=upper.pk, status="ACTIVE").order_by("id").first()
    )  # fmt: skip
