"""Founding, renaming, moving, merging units. A change closes a period and opens the next; nothing is overwritten."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.db.models import Q

from xiezhi.kernel.calendar import clock
from xiezhi.kernel.units import ids
from xiezhi.kernel.units.models import (
    LEVEL_COLUMNS,
    Division,
    Leadership,
    Level,
    Unit,
    UnitKind,
    UnitPeriod,
    UnitStatus,
    UnitSuccession,
)
from xiezhi.kernel.units.periods import on as valid_on

__all__ = [
    "Place",
    "UnitError",
    "close_unit",
    "create_division",
    "create_unit",
    "merge_units",
    "move_unit",
    "refresh_current",
    "rename_unit",
    "replace_division",
    "set_handles",
    "set_reconsideration_office",
]


class UnitError(ValueError):
    """A change of units that cannot be; the message is for the system administrator."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a unit stands and how it is reached. `lng`, `lat` in degrees, CGCS2000."""

    division: Division | None = None
    supervise_division: Division | None = None
    address: str = ""
    phone: str = ""
    lng: Decimal | None = None
    lat: Decimal | None = None
    extra: dict[str, Any] = field(default_factory=dict)


@transaction.atomic
def create_unit(
    *,
    name: str,
    level: Level | str,
    kind: UnitKind | str,
    parent: Unit | None = None,
    business_parents: Sequence[Unit] = (),
    short_name: str = "",
    usc: str | None = None,
    place: Place | None = None,
    leadership: Leadership | str = Leadership.LOCAL,
    valid_from: date | None = None,
    reason: str = "",
    demo: bool = False,
    **flags: Any,
) -> Unit:
    """Found a unit. `flags` are further columns (own_name, is_reconsideration_organ, document_code, sort, uid).

    Raises UnitError for an impossible parent, InvalidNumber for a wrong credit code.
    """
    name = name.strip()
    if not name:
        raise UnitError("请填写机构名称。")
    level = Level(level)
    since = valid_from or clock.today()
    if parent is not None:
        _check_parent(None, level, parent)
    place = place or Place()
    unit = Unit.objects.create(
        name=name,
        short_name=short_name,
        sort_key=ids.sort_key(name),
        level=level,
        kind=UnitKind(kind),
        leadership=Leadership(leadership),
        usc=ids.usc_check(usc, fictional=demo).number if usc else None,
        parent=parent,
        division=place.division,
        demo=demo,
        created_at=clock.now(),
        **flags,
    )
    period = UnitPeriod.objects.create(
        unit=unit,
        name=name,
        short_name=short_name,
        sort_key=unit.sort_key,
        admin_parent=parent,
        location_division=place.division,
        supervise_division=place.supervise_division,
        address=place.address,
        phone=place.phone,
        lng=place.lng,
        lat=place.lat,
        valid_from=since,
        reason=reason,
    )
    period.business_parents.set(business_parents)
    _refresh_ancestors([unit.pk])
    unit.refresh_from_db()
    return unit


@transaction.atomic
def rename_unit(unit: Unit, name: str, *, on: date, short_name: str = "", reason: str = "") -> UnitPeriod:
    """更名 from the day `on`. Raises UnitError."""
    if not name.strip():
        raise UnitError("请填写机构名称。")
    return _new_period(unit, on, reason, name=name.strip(), short_name=short_name, sort_key=ids.sort_key(name.strip()))


@transaction.atomic
def move_unit(
    unit: Unit,
    parent: Unit | None,
    *,
    on: date,
    business_parents: Sequence[Unit] | None = None,
    place: Place | None = None,
    reason: str = "",
) -> UnitPeriod:
    """调整隶属关系 from the day `on`; None keeps business parents or place. Raises UnitError for a circle."""
    if parent is not None:
        _check_parent(unit, Level(unit.level), parent)
    changes: dict[str, Any] = {"admin_parent": parent}
    if place is not None:
        changes |= {
            "location_division": place.division,
            "supervise_division": place.supervise_division,
            "address": place.address,
            "phone": place.phone,
            "lng": place.lng,
            "lat": place.lat,
        }
    return _new_period(unit, on, reason, business_parents=business_parents, **changes)


@transaction.atomic
def merge_units(units: Sequence[Unit], into: Unit, *, on: date, reason: str = "") -> None:
    """合并: `units` end before the day `on`, `into` takes over powers and subordinate units. Raises UnitError."""
    if into in units:
        raise UnitError("承继机构不能同时是被合并机构。")
    for unit in units:
        for period in UnitPeriod.objects.select_related("unit").filter(valid_on(on), admin_parent=unit):
            if period.unit_id != into.pk:
                move_unit(period.unit, into, on=on, reason=reason or f"随{unit.name}合并")
        _end(unit, UnitStatus.MERGED, on)
        UnitSuccession.objects.create(unit=unit, successor=into, on=on, reason=reason)
    refresh_current()


@transaction.atomic
def close_unit(unit: Unit, *, on: date, successors: Iterable[Unit] = (), reason: str = "") -> None:
    """撤销 from the day `on`. Raises UnitError while units stand below it."""
    if UnitPeriod.objects.filter(valid_on(on), admin_parent=unit).exists():
        raise UnitError("该机构尚有下级机构，请先调整其隶属关系。")
    _end(unit, UnitStatus.CLOSED, on)
    for successor in successors:
        UnitSuccession.objects.create(unit=unit, successor=successor, on=on, reason=reason)


def set_handles(unit: Unit, procedures: Sequence[str]) -> None:
    """Say which procedures the unit handles; none: no limit. Running matters stay where they are."""
    unit.handles = sorted(set(procedures))
    unit.save(update_fields=["handles"])


def set_reconsideration_office(organ: Unit, office: Unit | None) -> None:
    """Name the body that handles the organ's reconsideration matters (usually the justice bureau at its side)."""
    organ.is_reconsideration_organ = True
    organ.reconsideration_office = office
    organ.save(update_fields=["is_reconsideration_organ", "reconsideration_office"])


def create_division(
    code: str, name: str, level: Level | str, parent: Division | None = None, *, valid_from: date
) -> Division:
    """登记行政区划. The code of a division begins with its parent's."""
    if parent is not None and not code.startswith(parent.code.rstrip("0")[: len(parent.code)]):
        raise UnitError(f"区划代码{code}与上级区划代码{parent.code}不一致。")
    return Division.objects.create(code=code, name=name, level=Level(level), parent=parent, valid_from=valid_from)


@transaction.atomic
def replace_division(old: Division, successors: Sequence[Division], *, on: date) -> None:
    """区划调整: `old` is in force until the day before `on`; its territory went to `successors`."""
    old.valid_to = on
    old.save(update_fields=["valid_to"])
    old.successors.add(*successors)


@transaction.atomic
def refresh_current(today: date | None = None) -> int:
    """Bring the copies on `Unit` to the periods in force on `today` (default: today). Returns how many units changed.

    Run daily, because a change may be entered before the day it takes effect, and after bulk loading.
    """
    day = today or clock.today()
    changed = 0
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE units_unit u SET name = p.name, short_name = p.short_name, sort_key = p.sort_key,
                   parent_id = p.admin_parent_id, division_id = p.location_division_id
            FROM units_unitperiod p
            WHERE p.unit_id = u.id AND p.valid_from <= %s AND (p.valid_to IS NULL OR p.valid_to > %s)
              AND (u.name, u.short_name, u.sort_key, u.parent_id, u.division_id) IS DISTINCT FROM
                  (p.name, p.short_name, p.sort_key, p.admin_parent_id, p.location_division_id)
            """,
            [day, day],
        )
        changed += int(cursor.rowcount)
        cursor.execute(
            """
            UPDATE units_unit u SET status = CASE WHEN s.unit_id IS NULL THEN 'CLOSED' ELSE 'MERGED' END
            FROM units_unit v LEFT JOIN (SELECT DISTINCT unit_id FROM units_unitsuccession) s ON s.unit_id = v.id
            WHERE v.id = u.id AND u.status = 'ACTIVE'
              AND EXISTS (SELECT 1 FROM units_unitperiod p WHERE p.unit_id = u.id)
              AND NOT EXISTS (SELECT 1 FROM units_unitperiod p
                              WHERE p.unit_id = u.id AND (p.valid_to IS NULL OR p.valid_to > %s))
            """,
            [day],
        )
        changed += int(cursor.rowcount)
    return changed + _refresh_ancestors(None)


def _refresh_ancestors(roots: Sequence[int] | None) -> int:
    """Recompute the ancestor columns from `parent_id` for whole trees (None) or for units and all below them.

    At every level the topmost ancestor counts: a department at the level of its government has the government there.
    """
    start = "u.parent_id IS NULL" if roots is None else "u.id = ANY(%s)"
    columns = [column.removesuffix("_id") for column in LEVEL_COLUMNS]
    above = ", ".join(
        f"COALESCE({{parent}}.{name}_id, CASE WHEN u.level = '{name.upper()}' THEN u.id END) AS {name}_id"
        for name in columns
    )
    assign = ", ".join(f"{name}_id = t.{name}_id" for name in columns)
    mine, new = (", ".join(f"{alias}.{name}_id" for name in columns) for alias in ("u", "t"))
    statement = f"""
        WITH RECURSIVE t AS (
            SELECT u.id, {above.format(parent="a")}
            FROM units_unit u LEFT JOIN units_unit a ON a.id = u.parent_id WHERE {start}
            UNION ALL
            SELECT u.id, {above.format(parent="t")} FROM units_unit u JOIN t ON u.parent_id = t.id
        )
        UPDATE units_unit u SET {assign} FROM t
        WHERE t.id = u.id AND ({mine}) IS DISTINCT FROM ({new})
    """  # noqa: S608  # only names of our own columns
    with connection.cursor() as cursor:
        cursor.execute(statement, [list(roots)] if roots is not None else [])
        return int(cursor.rowcount)


def _check_parent(unit: Unit | None, level: Level, parent: Unit) -> None:
    if parent.status != UnitStatus.ACTIVE:
        raise UnitError(f"{parent.name}已不存续，不能作为上级机构。")
    if Level(parent.level).rank > level.rank:
        raise UnitError(f"{parent.name}的层级低于该机构，不能作为其上级机构。")
    node: Unit | None = parent
    while unit is not None and node is not None:
        if node.pk == unit.pk:
            raise UnitError("不能把机构调整到它自己的下级机构之下。")
        node = node.parent


def _new_period(
    unit: Unit, on: date, reason: str, business_parents: Sequence[Unit] | None = None, **changes: Any
) -> UnitPeriod:
    """End the period in force on the day before `on` and open the next one with `changes`."""
    Unit.objects.select_for_update().get(pk=unit.pk)
    if UnitPeriod.objects.filter(unit=unit, valid_from__gt=on).exists():
        raise UnitError("该机构在此日期之后已有变更，请先处理后面的变更。")
    period = UnitPeriod.objects.filter(valid_on(on), unit=unit).first()
    if period is None:
        raise UnitError("该机构在此日期不存续。")
    parents = list(period.business_parents.all()) if business_parents is None else list(business_parents)
    if period.valid_from == on:
        for name, value in changes.items():
            setattr(period, name, value)
        period.reason = reason or period.reason
        period.save()
    else:
        until = period.valid_to
        period.valid_to = on
        period.save(update_fields=["valid_to"])
        period.pk, period._state.adding = None, True
        period.valid_from, period.valid_to, period.reason = on, until, reason
        for name, value in changes.items():
            setattr(period, name, value)
        period.save()
    period.business_parents.set(parents)
    refresh_current()
    unit.refresh_from_db()
    return period


def _end(unit: Unit, status: UnitStatus, on: date) -> None:
    period = UnitPeriod.objects.select_for_update().filter(valid_on(on - timedelta(days=1)), unit=unit).first()
    if period is None:
        raise UnitError(f"{unit.name}在{on:%Y年%-m月%-d日}之前不存续。")
    if UnitPeriod.objects.filter(Q(valid_from__gte=on), unit=unit).exists():
        raise UnitError(f"{unit.name}在此日期之后已有变更，请先处理后面的变更。")
    period.valid_to = on
    period.save(update_fields=["valid_to"])
    if on <= clock.today():
        unit.status = status
        unit.save(update_fields=["status"])
