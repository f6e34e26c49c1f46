"""What is known about units, today and as of a day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from xiezhi.kernel.units.models import Division, Level, Unit, UnitPeriod, UnitStatus
from xiezhi.kernel.units.periods import on as valid_on

__all__ = [
    "Node",
    "ancestors",
    "by_name",
    "children",
    "division",
    "get",
    "in_territory",
    "names_on",
    "organ_served_by",
    "period_on",
    "search",
    "subtree_ids",
    "subtree_q",
    "successors",
    "territory_q",
    "tree_as_of",
]


@dataclass(slots=True)
class Node:
    """One unit in the tree of a day."""

    unit_id: int
    level: str
    kind: str
    name: str
    parent_id: int | None
    children: list[Node] = field(default_factory=list)

    def walk(self) -> Iterator[Node]:
        """This unit and everything below it, parents first."""
        yield self
        for child in self.children:
            yield from child.walk()

    def ids(self) -> set[int]:
        return {node.unit_id for node in self.walk()}


def get(key: int | str | UUID) -> Unit:
    """A unit by id or uid. Raises Unit.DoesNotExist."""
    return Unit.objects.get(pk=key) if isinstance(key, int) else Unit.objects.get(uid=key)


def by_name(name: str) -> Unit | None:
    """The standing unit with exactly this name or short name."""
    return Unit.objects.filter(Q(name=name) | Q(short_name=name), status=UnitStatus.ACTIVE).order_by("id").first()


def children(unit: Unit) -> QuerySet[Unit]:
    """Units directly below, today."""
    return Unit.objects.filter(parent=unit, status=UnitStatus.ACTIVE)


def ancestors(unit: Unit) -> list[Unit]:
    """Units above, nearest first, today. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH RECURSIVE up AS (
                SELECT parent_id, 1 AS step FROM units_unit WHERE id = %s
                UNION ALL SELECT u.parent_id, up.step + 1 FROM units_unit u JOIN up ON u.id = up.parent_id
            ) SELECT parent_id FROM up WHERE parent_id IS NOT NULL ORDER BY step
            """,
            [unit.pk],
        )
        order = [row[0] for row in cursor.fetchall()]
    found = Unit.objects.in_bulk(order)
    return [found[pk] for pk in order]


def subtree_ids(unit: Unit) -> list[int]:
    """The unit and everything below it by administrative parent, today. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH RECURSIVE t AS (
                SELECT id FROM units_unit WHERE id = %s
                UNION ALL SELECT u.id FROM units_unit u JOIN t ON u.parent_id = t.id
            ) SELECT id FROM t ORDER BY id
            """,
            [unit.pk],
        )
        return [row[0] for row in cursor.fetchall()]


def subtree_q(unit: Unit, prefix: str = "") -> Q:
    """Rows whose unit (reached by `prefix`, e.g. "handling_unit__") is `unit` or below it.

    One equality where the unit stands at the top of its level (a government); otherwise (a department with a few units
    of its own) the list of ids.
    """
    column = Level(unit.level).column
    if column is not None and unit.is_head:
        return Q(**{f"{prefix}{column}": unit.pk})
    return Q(**{f"{prefix}id__in": subtree_ids(unit)})


def territory_q(unit: Unit, prefix: str = "") -> Q:
    """Rows whose unit lies in the territory of `unit`: of a justice bureau, everything under its government."""
    column = Level(unit.level).column
    head = getattr(unit, column) if column else None
    if column is None or head is None:
        return Q(**{f"{prefix}id": unit.pk})
    return Q(**{f"{prefix}{column}": head})


def in_territory(unit: Unit, other: Unit) -> bool:
    """Whether `other` lies in the territory of `unit`; the same answer as `territory_q`."""
    column = Level(unit.level).column
    head = getattr(unit, column) if column else None
    if column is None or head is None:
        return other.pk == unit.pk
    return bool(getattr(other, column) == head)


def search(text: str, *, limit: int = 20) -> QuerySet[Unit]:
    """Standing units by the beginning of their name, short name or pinyin, or by a part of the name."""
    text = text.strip()
    if not text:
        return Unit.objects.none()
    pinyin = " ".join(text.lower().split())
    return Unit.objects.filter(
        Q(name__contains=text) | Q(short_name__startswith=text) | Q(sort_key__startswith=pinyin),
        status=UnitStatus.ACTIVE,
    ).order_by("sort_key", "id")[:limit]


def organ_served_by(office: Unit) -> QuerySet[Unit]:
    """Reconsideration organs whose matters `office` handles."""
    return Unit.objects.filter(reconsideration_office=office, is_reconsideration_organ=True)


def period_on(unit: Unit, day: date) -> UnitPeriod | None:
    """Name, parents and place of the unit on `day`; None where it did not exist."""
    return UnitPeriod.objects.filter(valid_on(day), unit=unit).first()


def names_on(day: date) -> dict[int, str]:
    """Name of every unit that existed on `day`."""
    return dict(UnitPeriod.objects.filter(valid_on(day)).values_list("unit_id", "name"))


def tree_as_of(day: date, root: Unit | None = None) -> list[Node]:
    """The tree of units as it stood on `day`: all roots, or the one under `root`. One query. Reports use this."""
    rows = (
        UnitPeriod.objects.filter(valid_on(day))
        .order_by("unit__sort", "sort_key", "unit_id")
        .values_list("unit_id", "unit__level", "unit__kind", "name", "admin_parent_id")
    )
    nodes = {row[0]: Node(*row) for row in rows}
    roots: list[Node] = []
    for node in nodes.values():
        parent = nodes.get(node.parent_id) if node.parent_id else None
        (parent.children if parent else roots).append(node)
    if root is not None:
        return [nodes[root.pk]] if root.pk in nodes else []
    return roots


def successors(unit: Unit, *, final: bool = True) -> list[Unit]:
    """Who took over; with `final` along the whole chain to units that still stand."""
    found: dict[int, Unit] = {}
    queue, seen = [unit.pk], {unit.pk}
    while queue:
        steps = Unit.objects.filter(predecessions__unit_id__in=queue).exclude(pk__in=seen).distinct()
        queue = []
        for step in steps:
            seen.add(step.pk)
            if not final or step.status == UnitStatus.ACTIVE:
                found[step.pk] = step
            if final and step.status != UnitStatus.ACTIVE:
                queue.append(step.pk)
    return list(found.values())


def division(code: str, day: date) -> Division | None:
    """The division with this code on `day`."""
    return Division.objects.filter(valid_on(day), code=code).first()
