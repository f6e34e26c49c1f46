"""血缘: which column comes from which, from source to interface, with the version of the job that made it.

Loads of standard tables are read from the statement that ran. Other parts say what they do with `register`: a statement or
a mapping. Edges lie in PostgreSQL; those of an older version of a job end when a newer one is stored.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import transaction

from xiezhi.datacenter.standards.declare import Table
from xiezhi.kernel.calendar import clock

from .columns import Unreadable, inputs_of
from .models import LineageEdge

if TYPE_CHECKING:
    from .feeds import Feed

__all__ = [
    "TRANSFORMS",
    "Edge",
    "Graph",
    "Transform",
    "impact",
    "of",
    "of_load",
    "register",
    "store",
    "sync",
    "upstream",
]

MOST = 2000
"""Edges a picture follows at most."""


@dataclass(frozen=True)
class Transform:
    """What a job makes. `output` is the full name of the table, `exchange.<interface>` for an interface. Either `sql` (its
    tables by full name; `inputs` are their columns where it has stars), or `mapping`: output column → (table, column)s."""

    name: str
    output: str
    sql: str = ""
    mapping: Mapping[str, Sequence[tuple[str, str]]] = field(default_factory=dict)
    inputs: Mapping[str, Sequence[str]] = field(default_factory=dict)
    how: Mapping[str, str] = field(default_factory=dict)

    @property
    def version(self) -> str:
        text = self.sql + repr(sorted((k, sorted(v)) for k, v in self.mapping.items())) + repr(sorted(self.how.items()))
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    def edges(self) -> Iterable[tuple[str, str, str]]:
        """(from table, from column, to column). Raises Unreadable."""
        made = dict(self.mapping)
        if self.sql:
            made |= inputs_of(self.sql, {k: list(v) for k, v in self.inputs.items()})
        for column, refs in made.items():
            for table, name in refs:
                yield table, name, column


TRANSFORMS: dict[str, Transform] = {}
"""What other parts registered, by name."""


def register(transform: Transform) -> None:
    """Tell what a job makes. Call in ready(); a second one of the same name takes the place of the first."""
    TRANSFORMS[transform.name] = transform


def store(transform: Transform) -> bool:
    """Write the edges of a transform where this version is not the present one. Returns whether anything changed."""
    return _write(transform, transform.version)


def _write(transform: Transform, version: str) -> bool:
    with transaction.atomic():
        live = LineageEdge.objects.select_for_update().filter(job=transform.name, until__isnull=True)
        versions = set(live.values_list("version", flat=True))
        if versions == {version}:
            return False
        now = clock.now()
        live.exclude(version=version).update(until=now)
        rows = [
            LineageEdge(
                job=transform.name[:120], version=version, from_table=table[:120], from_column=name[:120], to_table=transform.output[:120],
                to_column=column[:120], how=transform.how.get(column, "")[:200], since=now,
            )
            for table, name, column in sorted(set(transform.edges()))
        ]  # fmt: skip
        LineageEdge.objects.bulk_create(
            rows, update_conflicts=True, update_fields=["since", "until", "how"],
            unique_fields=["job", "version", "from_table", "from_column", "to_table", "to_column"],
        )  # fmt: skip
    return True


def sync() -> int:
    """Write what is registered. Returns how many jobs had a new version; one that cannot be read is left as it was."""
    changed = 0
    for transform in list(TRANSFORMS.values()):
        try:
            changed += store(transform)
        except Unreadable:
            continue
    return changed


def of_load(table: Table, feed: Feed, statements: Sequence[tuple[str, str]]) -> None:
    """Edges from a raw table to its standard table, from the statement that staged the batch."""
    import re

    from .staging import hashed

    staged = next((sql for name, sql in statements if name == "stage"), "")
    # The batch's files become the table they belong to, so that each batch has the same version of the job.
    start = staged.find(" FROM (SELECT * FROM ")
    end = staged.rfind(" AS r) AS n")
    raw = staged[start + len(" FROM ") : end] if 0 <= start < end else ""
    sql = staged.replace(raw, f'"raw"."{feed.source}"') if raw else staged
    sql = re.sub(r"'[^']*' AS \"batch_id\"", "'' AS \"batch_id\"", sql)
    job = f"govern.{feed.source}.{table.code}"
    version = hashlib.sha256(sql.encode()).hexdigest()[:12]
    # Reading a statement of this size takes a second; a batch mostly runs the one before it ran.
    if LineageEdge.objects.filter(job=job, until__isnull=True, version=version).exists():
        return
    made = inputs_of(sql)
    kept = {c.name for c in table.all_columns}
    mapping: dict[str, list[tuple[str, str]]] = {c: refs for c, refs in made.items() if c in kept}
    mapping["row_hash"] = sorted({ref for name in hashed(table) for ref in mapping.get(name, [])})
    how = {c: "规范化" for c in feed.mapping if c in kept} | {"row_id": "来源系统与主键的标识", "row_hash": "整行摘要"}
    _write(Transform(job, table.lake_name, mapping=mapping, how=how), version)


@dataclass(frozen=True)
class Edge:
    """One step of the way a value takes."""

    from_table: str
    from_column: str
    to_table: str
    to_column: str
    how: str
    job: str
    version: str


@dataclass
class Graph:
    """Edges around a column, with the distance of each table from it (negative: upstream)."""

    table: str
    column: str
    edges: list[Edge] = field(default_factory=list)
    depth: dict[tuple[str, str], int] = field(default_factory=dict)

    @property
    def up(self) -> list[Edge]:
        return [e for e in self.edges if self.depth.get((e.to_table, e.to_column), 1) <= 0]

    @property
    def down(self) -> list[Edge]:
        return [e for e in self.edges if self.depth.get((e.from_table, e.from_column), -1) >= 0]


def _edge(row: Any) -> Edge:
    return Edge(row.from_table, row.from_column, row.to_table, row.to_column, row.how, row.job, row.version)


def _walk(graph: Graph, up: bool) -> None:
    from django.db.models import Q

    front, level, seen = [(graph.table, graph.column)], 0, {(graph.table, graph.column)}
    while front and len(graph.edges) < MOST:
        wanted = Q()
        for table, column in front:
            if up:
                wanted |= Q(to_table=table) & (Q(to_column=column) if column else Q())
            else:
                wanted |= Q(from_table=table) & (Q(from_column=column) if column else Q())
        level += -1 if up else 1
        front = []
        for row in LineageEdge.objects.filter(wanted, until__isnull=True).order_by("id")[:MOST]:
            edge = _edge(row)
            if edge not in graph.edges:
                graph.edges.append(edge)
            key = (edge.from_table, edge.from_column) if up else (edge.to_table, edge.to_column)
            if key not in seen:
                seen.add(key)
                graph.depth.setdefault(key, level)
                front.append(key)


def of(table: str, column: str = "") -> Graph:
    """Where a column (or a whole table) comes from and where it goes, by full names ("std.std_lawyer", "id_no")."""
    graph = Graph(table, column)
    graph.depth[(table, column)] = 0
    _walk(graph, up=True)
    _walk(graph, up=False)
    return graph


def upstream(table: str, column: str) -> list[tuple[str, str]]:
    """Columns it is made from in the end: those that nothing registered makes."""
    graph = Graph(table, column)
    _walk(graph, up=True)
    made = {(e.to_table, e.to_column) for e in graph.edges}
    return sorted({(e.from_table, e.from_column) for e in graph.edges} - made)


def impact(table: str, column: str) -> list[tuple[str, str]]:
    """Who uses this column: every column made from it, however far."""
    graph = Graph(table, column)
    _walk(graph, up=False)
    return sorted({(e.to_table, e.to_column) for e in graph.edges})
