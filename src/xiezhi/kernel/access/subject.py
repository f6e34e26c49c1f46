"""Who asks: an account with everything that follows from its posts, deputy duties and grants today.

Computed once per request in at most three statements; pure after that.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest

from xiezhi.kernel.access import roles
from xiezhi.kernel.access.models import Account, AccountKind, Reach, RoleGrant
from xiezhi.kernel.calendar import clock
from xiezhi.kernel.people.models import Appointment, Deputy, StaffStatus
from xiezhi.kernel.units.models import LEVEL_COLUMNS, Level, Unit
from xiezhi.kernel.units.periods import on as valid_on

__all__ = ["ANONYMOUS", "Area", "Held", "Subject", "area_of", "of_account", "of_request"]


@dataclass(frozen=True, slots=True)
class Area:
    """A part of the unit tree: units whose `column` is one of `values`. `column` is "id" or an ancestor column."""

    column: str
    values: frozenset[int]

    def q(self, prefix: str) -> Q:
        """Filter over a relation to a unit, e.g. prefix "handling_unit__"."""
        # handling_unit_id needs no join, handling_unit__id could cost one in some plans.
        name = f"{prefix.removesuffix('__')}_id" if self.column == "id" and prefix else f"{prefix}{self.column}"
        if len(self.values) == 1:
            return Q(**{name: next(iter(self.values))})
        return Q(**{f"{name}__in": sorted(self.values)})

    def holds(self, unit: Any) -> bool:
        """Whether a unit lies inside. The same answer as `q`."""
        return unit is not None and getattr(unit, self.column) in self.values


@dataclass(frozen=True, slots=True)
class Held:
    """One role with its place. `purposes` is None where the post sets no limits. `acting_for` is a Staff id."""

    role: str
    unit_id: int
    unit_name: str
    area: Area
    data_level_max: int = 3
    purposes: frozenset[str] | None = None
    source: str = "POST"  # POST, DEPUTY, GRANT
    acting_for: int | None = None
    acting_for_name: str = ""


@dataclass(frozen=True, slots=True)
class Subject:
    """Who asks, as of today."""

    account_id: int | None = None
    uid: str = ""
    kind: str = ""
    name: str = ""
    admin_role: str = ""
    staff_id: int | None = None
    person_id: int | None = None
    held: tuple[Held, ...] = ()
    scopes: frozenset[str] = frozenset()
    main_unit_id: int | None = None
    main_unit_name: str = ""
    demo: bool = False
    roles: frozenset[str] = field(default=frozenset())

    @property
    def signed_in(self) -> bool:
        return self.account_id is not None

    @property
    def ref(self) -> str:
        """Opaque reference of the actor for histories: says nothing about the person."""
        return f"account:{self.uid}" if self.uid else ""

    @property
    def label(self) -> str:
        """Name and unit, as they are now."""
        return f"{self.name}（{self.main_unit_name}）" if self.main_unit_name else self.name

    def has(self, *codes: str) -> bool:
        """Whether any of the roles is held anywhere."""
        return not self.roles.isdisjoint(codes)

    def holding(self, *codes: str) -> tuple[Held, ...]:
        return tuple(held for held in self.held if held.role in codes)

    def areas(self, *codes: str, level: int = 1) -> tuple[Area, ...]:
        """Areas in which one of the roles is held with data up to `level`, merged by column."""
        merged: dict[str, set[int]] = {}
        for held in self.held:
            if held.role in codes and held.data_level_max >= level:
                merged.setdefault(held.area.column, set()).update(held.area.values)
        return tuple(Area(column, frozenset(values)) for column, values in sorted(merged.items()))

    def reaches(self, unit: Any, *codes: str, level: int = 1) -> bool:
        """Whether one of the roles reaches `unit`."""
        return any(area.holds(unit) for area in self.areas(*codes, level=level))

    def roles_at(self, unit: Any) -> frozenset[str]:
        """Roles that reach `unit`."""
        return frozenset(held.role for held in self.held if held.area.holds(unit))

    def held_at(self, unit: Any, *codes: str) -> Held | None:
        """The holding by which one of the roles reaches `unit`; own posts before deputy duties and grants."""
        return next((held for held in self.held if held.role in codes and held.area.holds(unit)), None)

    def unit_ids(self, *codes: str) -> frozenset[int]:
        """Units where one of the roles is held itself (without what lies below)."""
        return frozenset(held.unit_id for held in self.held if held.role in codes)

    def in_scope(self, code: str) -> bool:
        """Whether a service account's token covers permission `code` ("matter.read" by "matter.*"); True for humans."""
        if self.kind != AccountKind.SERVICE:
            return True
        return "*" in self.scopes or code in self.scopes or f"{code.split('.')[0]}.*" in self.scopes


ANONYMOUS = Subject()


def area_of(unit: Any, reach: str, subtrees: dict[int, list[int]] | None = None) -> Area:
    """The area of a holding. `subtrees` brings the ids below units that do not stand at the top of their level."""
    column = Level(unit.level).column
    if reach == Reach.TERRITORY and column and getattr(unit, column) is not None:
        return Area(column, frozenset([getattr(unit, column)]))
    if reach in (Reach.SUBTREE, Reach.TERRITORY):
        if column and getattr(unit, column) == unit.pk:
            return Area(column, frozenset([unit.pk]))
        return Area("id", frozenset((subtrees or {}).get(unit.pk, [unit.pk])))
    return Area("id", frozenset([unit.pk]))


def of_request(request: HttpRequest) -> Subject:
    """The subject of a request, computed once and kept on it."""
    found: Subject | None = getattr(request, "_xiezhi_subject", None)
    if found is None:
        user = getattr(request, "user", None)
        found = ANONYMOUS if user is None else of_account(user)
        request._xiezhi_subject = found  # type: ignore[attr-defined]
    return found


def of_account(user: AbstractBaseUser | AnonymousUser) -> Subject:
    """The subject of an account, today. At most three statements where the account came with staff and person."""
    account = user if isinstance(user, Account) else None  # a lazy request.user is an Account to isinstance
    if account is None or not account.is_active:
        return ANONYMOUS
    base: dict[str, Any] = {
        "account_id": account.pk,
        "uid": str(account.uid),
        "kind": account.kind,
        "demo": account.demo,
        # Own affairs belong to the citizen's account; an office account never opens them.
        "person_id": account.person_id if account.kind == AccountKind.CITIZEN else None,
    }
    if account.kind == AccountKind.ADMIN:
        # Administrators take no part in matters: no posts, no grants, whatever the human behind holds elsewhere.
        return Subject(
            **base, name=account.get_full_name(), admin_role=account.admin_role, roles=frozenset([account.admin_role])
        )
    if account.kind == AccountKind.CITIZEN:
        return Subject(**base, name=account.get_full_name(), roles=frozenset([roles.CITIZEN.code]))
    scopes: frozenset[str] = frozenset()
    appointments: list[Appointment] = []
    always = [roles.STAFF.code]  # whoever works here is staff, with or without a post today
    if account.kind == AccountKind.SERVICE:
        service = account.service
        scopes, always = frozenset(service.scopes), [roles.SERVICE.code]
        base |= {"main_unit_id": service.unit_id}
        name = service.name
    else:
        if account.staff is None or account.staff.status != StaffStatus.ACTIVE:
            return Subject(**base, name=account.get_full_name())
        name = account.staff.name
        appointments = _appointments(account.staff_id)
    held = _held(account, appointments, _grants(account))
    mine = [item for item in appointments if item.staff_id == account.staff_id]
    main = next((item for item in mine if item.main), mine[0] if mine else None)
    if main is not None:
        base |= {"main_unit_id": main.unit_id, "main_unit_name": main.unit.name}
    return Subject(
        **base,
        name=name,
        staff_id=account.staff_id,
        held=held,
        scopes=scopes,
        roles=frozenset([*always, *(item.role for item in held)]),
    )


def _appointments(staff_id: int | None) -> list[Appointment]:
    """Posts of today, own and of those whose duties are carried, own and main ones first. One statement."""
    today = clock.today()
    carried = Deputy.objects.filter(valid_on(today), deputy_id=staff_id, principal=OuterRef("staff_id"))
    found = (
        Appointment.objects.filter(valid_on(today))
        .filter(Q(staff_id=staff_id) | Exists(carried))
        .select_related("unit", "post", "staff")
    )
    return sorted(found, key=lambda item: (item.staff_id != staff_id, not item.main, item.pk))


def _grants(account: Account) -> list[RoleGrant]:
    """Grants in force now. One statement."""
    now = clock.now()
    return list(
        RoleGrant.objects.filter(
            grantee=account, valid_from__lte=now, valid_to__gt=now, revoked_at__isnull=True
        ).select_related("unit")
    )


def _held(account: Account, appointments: list[Appointment], grants: list[RoleGrant]) -> tuple[Held, ...]:
    wanted = [(item.unit, item.post.reach) for item in appointments] + [(item.unit, item.reach) for item in grants]
    subtrees = _subtrees(unit for unit, reach in wanted if reach != Reach.OWN and not _by_column(unit, reach))
    held: list[Held] = []
    for item in appointments:
        own = item.staff_id == account.staff_id
        area = area_of(item.unit, item.post.reach, subtrees)
        # A deputy carries the duties of the post, not the colleague's being staff.
        for code in sorted({*item.post.roles, *([roles.STAFF.code] if own else [])}):
            if roles.known(code) and roles.get(code).kind is not roles.RoleKind.POST:
                continue
            held.append(
                Held(
                    role=code,
                    unit_id=item.unit_id,
                    unit_name=item.unit.name,
                    area=area if code != roles.STAFF.code else area_of(item.unit, Reach.OWN),
                    data_level_max=item.post.data_level_max,
                    source="POST" if own else "DEPUTY",
                    acting_for=None if own else item.staff_id,
                    acting_for_name="" if own else item.staff.name,
                )
            )
    held += [
        Held(
            role=item.role,
            unit_id=item.unit_id,
            unit_name=item.unit.name,
            area=area_of(item.unit, item.reach, subtrees),
            data_level_max=item.data_level_max,
            purposes=frozenset(item.purposes),
            source="GRANT",
        )
        for item in grants
    ]
    return tuple(held)


def _by_column(unit: Unit, reach: str) -> bool:
    return area_of(unit, reach).column in LEVEL_COLUMNS


def _subtrees(units: Iterable[Unit]) -> dict[int, list[int]]:
    """Ids of each unit and everything below it. One statement, none where nobody asks."""
    starts = sorted({unit.pk for unit in units})
    if not starts:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH RECURSIVE t AS (
                SELECT id AS root, id FROM units_unit WHERE id = ANY(%s)
                UNION ALL SELECT t.root, u.id FROM units_unit u JOIN t ON u.parent_id = t.id
            ) SELECT root, array_agg(id) FROM t GROUP BY root
            """,
            [starts],
        )
        return dict(cursor.fetchall())
