"""Who asks: an account with everything that follows from its posts, deputy duties and grants today.

Computed once per request in at most two statements; pure after that.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.db.models import Q
from django.http import HttpRequest

from xiezhi.kernel import prepared
from xiezhi.kernel.access import roles
from xiezhi.kernel.access.models import Account, AccountKind, Reach
from xiezhi.kernel.calendar import clock
from xiezhi.kernel.people.capacity import Capacity
from xiezhi.kernel.people.mandates import capacity_of, in_force_q
from xiezhi.kernel.people.models import Mandate, StaffStatus
from xiezhi.kernel.prepared import Prepared
from xiezhi.kernel.units.models import LEVEL_COLUMNS, Level

__all__ = ["ANONYMOUS", "Area", "Held", "Represented", "Subject", "area_of", "of_account", "of_request"]


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
    handles: frozenset[str] = frozenset()
    """Procedures the unit handles; empty: no limit is set."""


@dataclass(frozen=True, slots=True)
class Represented:
    """Somebody the subject may act for today, by a mandate or as guardian (`kernel.people.mandates`)."""

    mandate_id: int
    number: str
    person_id: int
    by_law: bool = False
    scope: str = "ALL"  # ALL, PROCEDURES, MATTER
    procedures: frozenset[str] = frozenset()
    matter_id: int | None = None
    powers: frozenset[str] = frozenset()

    def covers(self, procedure: str, matter_id: int | None) -> bool:
        """Whether a matter (or, without id, a new one) under `procedure` lies within the scope."""
        if self.scope == "MATTER":
            return matter_id is not None and matter_id == self.matter_id
        return self.scope == "ALL" or procedure in self.procedures


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
    represents: tuple[Represented, ...] = ()
    restricted: bool = False
    """未成年人 and others who can not act alone: they see their matters, their guardians act."""

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

    def handles(self, procedure: str, *, named: bool = False) -> bool:
        """Whether a unit of the subject's posts handles matters of this procedure, or has no limit set (not with `named`)."""
        return any(
            held.role != "staff" and (procedure in held.handles or (not held.handles and not named))
            for held in self.held
        )

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
    """The subject of an account, today. At most two statements where the account came with staff and person."""
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
        person = account.person
        return Subject(
            **base,
            name=account.get_full_name(),
            roles=frozenset([roles.CITIZEN.code]),
            represents=_represents(account.person_id),
            restricted=person is not None and capacity_of(person) is not Capacity.FULL,
        )
    scopes: frozenset[str] = frozenset()
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
    posts, grants = _bases(account)
    held = _held(account, posts, grants)
    mine = [item for item in posts if item.staff_id == account.staff_id]
    main = next((item for item in mine if item.main), mine[0] if mine else None)
    if main is not None:
        base |= {"main_unit_id": main.unit.pk, "main_unit_name": main.unit.name}
    return Subject(
        **base,
        name=name,
        staff_id=account.staff_id,
        held=held,
        scopes=scopes,
        roles=frozenset([*always, *(item.role for item in held)]),
    )


_MANDATES = Prepared(
    lambda day, person: Mandate.objects.filter(in_force_q(day), agent_id=person).order_by("id"), date, int
)


def _represents(person_id: int | None) -> tuple[Represented, ...]:
    """For whom a person may act today. One statement; an ended or lapsed mandate is gone with the next request."""
    if person_id is None:
        return ()
    rows = _MANDATES.rows(clock.today(), person_id)
    return tuple(
        Represented(
            row.pk,
            row.number,
            row.principal_id,
            row.by_law,
            row.scope,
            frozenset(row.procedures),
            row.matter_id,
            frozenset(row.powers),
        )
        for row in rows
    )


@dataclass(frozen=True, slots=True)
class _Place:
    """The columns of a unit that areas are made of."""

    pk: int
    name: str
    level: str
    min_id: int | None
    prov_id: int | None
    city_id: int | None
    county_id: int | None
    town_id: int | None
    handles: list[str]


@dataclass(frozen=True, slots=True)
class _Basis:
    """A post of today (own, or of somebody whose duties are carried) or a grant in force: what a holding comes from."""

    grant: bool
    pk: int
    staff_id: int | None
    staff_name: str
    main: bool
    roles: list[str]
    reach: str
    data_level_max: int
    purposes: list[str] | None
    unit: _Place


# Written out: every request of the office asks it, and putting it together anew costs more than its answer.
_BASES = """
SELECT false, a.id, a.staff_id, s.name, a.main, p.roles, p.reach, p.data_level_max, NULL::varchar[],
       u.id, u.name, u.level, u.min_id, u.prov_id, u.city_id, u.county_id, u.town_id, u.handles
FROM people_appointment a
JOIN people_staff s ON s.id = a.staff_id JOIN people_post p ON p.id = a.post_id JOIN units_unit u ON u.id = a.unit_id
WHERE a.valid_from <= %(today)s AND (a.valid_to IS NULL OR a.valid_to > %(today)s)
  AND a.staff_id = ANY(ARRAY(
    SELECT %(staff)s::bigint UNION ALL
    SELECT d.principal_id FROM people_deputy d
    WHERE d.deputy_id = %(staff)s::bigint AND d.valid_from <= %(today)s AND (d.valid_to IS NULL OR d.valid_to > %(today)s)
  ))
UNION ALL
SELECT true, g.id, NULL, '', false, ARRAY[g.role], g.reach, g.data_level_max, g.purposes,
       u.id, u.name, u.level, u.min_id, u.prov_id, u.city_id, u.county_id, u.town_id, u.handles
FROM access_rolegrant g JOIN units_unit u ON u.id = g.unit_id
WHERE g.grantee_id = %(account)s AND g.valid_from <= %(now)s AND g.valid_to > %(now)s AND g.revoked_at IS NULL
"""


def _bases(account: Account) -> tuple[list[_Basis], list[_Basis]]:
    """(posts of today, grants in force now): own and main posts first, the newest grant first. One statement."""
    asked = {"staff": account.staff_id, "account": account.pk, "today": clock.today(), "now": clock.now()}
    with prepared.cursor() as cursor:
        cursor.execute(_BASES, asked)
        found = [_Basis(*(*row[:9], _Place(*row[9:]))) for row in cursor.fetchall()]
    posts = sorted(
        (item for item in found if not item.grant),
        key=lambda item: (item.staff_id != account.staff_id, not item.main, item.pk),
    )
    return posts, sorted((item for item in found if item.grant), key=lambda item: -item.pk)


def _held(account: Account, posts: list[_Basis], grants: list[_Basis]) -> tuple[Held, ...]:
    wanted = [(item.unit, item.reach) for item in (*posts, *grants)]
    subtrees = _subtrees(unit.pk for unit, reach in wanted if reach != Reach.OWN and not _by_column(unit, reach))
    held: list[Held] = []
    for item in posts:
        own = item.staff_id == account.staff_id
        area = area_of(item.unit, item.reach, subtrees)
        # A deputy carries the duties of the post, not the colleague's being staff.
        for code in sorted({*item.roles, *([roles.STAFF.code] if own else [])}):
            if roles.known(code) and roles.get(code).kind is not roles.RoleKind.POST:
                continue
            held.append(
                Held(
                    role=code,
                    unit_id=item.unit.pk,
                    unit_name=item.unit.name,
                    handles=frozenset(item.unit.handles),
                    area=area if code != roles.STAFF.code else area_of(item.unit, Reach.OWN),
                    data_level_max=item.data_level_max,
                    source="POST" if own else "DEPUTY",
                    acting_for=None if own else item.staff_id,
                    acting_for_name="" if own else item.staff_name,
                )
            )
    held += [
        Held(
            role=item.roles[0],
            unit_id=item.unit.pk,
            unit_name=item.unit.name,
            handles=frozenset(item.unit.handles),
            area=area_of(item.unit, item.reach, subtrees),
            data_level_max=item.data_level_max,
            purposes=frozenset(item.purposes or ()),
            source="GRANT",
        )
        for item in grants
    ]
    return tuple(held)


def _by_column(unit: _Place, reach: str) -> bool:
    return area_of(unit, reach).column in LEVEL_COLUMNS


def _subtrees(units: Iterable[int]) -> dict[int, list[int]]:
    """Ids of each unit and everything below it. One statement, none where nobody asks."""
    starts = sorted(set(units))
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
