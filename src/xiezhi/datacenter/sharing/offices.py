"""Who sits where: sharing offices, the data authority over two departments, the accounts of an office."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date

from django.db.models import Q, QuerySet

from xiezhi.datacenter import roles
from xiezhi.kernel.access.models import Account
from xiezhi.kernel.people.models import Appointment
from xiezhi.kernel.procedures.models import Matter
from xiezhi.kernel.units.models import LEVEL_COLUMNS, Unit

__all__ = ["accounts_of", "authority_over", "by_uid", "same_level", "units_with"]

_OFFICE = {"share_officer": roles.SHARER.code, "share_head": roles.HEAD.code}
_PARTS = {"requester": roles.SHARER.code, "requester_head": roles.HEAD.code, "data_authority": roles.AUTHORITY.code}


def _holders(code: str, on: date) -> QuerySet[Appointment]:
    now = Q(valid_from__lte=on) & (Q(valid_to__isnull=True) | Q(valid_to__gt=on))
    return Appointment.objects.filter(now, post__roles__contains=[code])


def units_with(code: str, on: date) -> QuerySet[Unit]:
    """Units where somebody holds the platform role by a post today, in order of their names."""
    return Unit.objects.filter(pk__in=_holders(code, on).values("unit_id")).order_by("level", "sort", "pk")


def same_level(one: Unit, other: Unit) -> bool:
    """同级: the same level under the same government (政务数据共享条例 第28条第2款)."""
    return one.level == other.level and _place(one) == _place(other)


def _place(unit: Unit) -> tuple[object, ...]:
    return tuple(getattr(unit, column) for column in LEVEL_COLUMNS if column != "town_id")


def authority_over(one: Unit, other: Unit, on: date) -> Unit | None:
    """The data authority that extends terms and settles disputes between two departments: of their own level where both
    are of it, else the nearest one above both (共同的上级). None where none works on this platform."""
    best: tuple[int, Unit] | None = None
    for unit in units_with(roles.AUTHORITY.code, on):
        depth = 0
        fits = True
        for column in ("min_id", "prov_id", "city_id", "county_id"):
            value = _top(unit, column)
            if value is None:
                continue
            if getattr(one, column) != value or getattr(other, column) != value:
                fits = False
                break
            depth += 1
        if fits and (best is None or depth > best[0]):
            best = (depth, unit)
    return best[1] if best else None


def _top(unit: Unit, column: str) -> int | None:
    value = getattr(unit, column)
    return int(value) if value is not None else None


def accounts_of(matter: Matter, roles_named: Collection[str], on: date) -> set[str]:
    """Identifiers of the accounts of who sits in the offices named: at the handling unit or at a unit that takes part."""
    wanted = Q(pk__in=[])
    for role in roles_named:
        if role in _OFFICE:
            wanted |= Q(pk__in=_holders(_OFFICE[role], on).filter(unit_id=matter.handling_unit_id))
        if role in _PARTS:
            units = matter.parties.filter(role=role, unit__isnull=False).values("unit_id")
            wanted |= Q(pk__in=_holders(_PARTS[role], on).filter(unit_id__in=units))
    staff = Appointment.objects.filter(wanted).values("staff_id")
    return {str(u) for u in Account.objects.filter(staff_id__in=staff, is_active=True).values_list("uid", flat=True)}


def by_uid(uids: Iterable[str]) -> list[int]:
    """Keys of accounts in a fixed order."""
    return list(Account.objects.filter(uid__in=list(uids)).order_by("pk").values_list("pk", flat=True))
