"""开放数据集: what may be opened, declared; every release is checked anew before anybody sees it.

Three kinds: REGISTER (rows of a register that the law makes public: columns of level L1 only), STATISTICS (counts and sums over
groups, small cells suppressed) and SAMPLE (single rows without identifiers, k-anonymous).
Only aggregated or de-identified data is opened, the smallest cell is 5 (platform.md 3.4, 数据安全法 第41条、第42条).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from xiezhi.datacenter.standards.declare import Layer, tables
from xiezhi.kernel.datasets.registry import Level, Registry

__all__ = ["Dimension", "Kind", "Measure", "OpenSet", "open_sets"]

MINIMUM_CELL = 5


class Kind(StrEnum):
    """What the rows of an open set are."""

    REGISTER = "REGISTER"
    STATISTICS = "STATISTICS"
    SAMPLE = "SAMPLE"

    @property
    def label(self) -> str:
        return {"REGISTER": "公开名录", "STATISTICS": "统计数据", "SAMPLE": "去标识明细"}[self.value]


@dataclass(frozen=True)
class Dimension:
    """A column that groups. `sql` is an expression over the table's columns; empty: the column of this name."""

    name: str
    title: str
    sql: str = ""
    code_set: str = ""

    @property
    def expression(self) -> str:
        return self.sql or f'"{self.name}"'


@dataclass(frozen=True)
class Measure:
    """A figure per group beside the count: the sum of a number. Hidden where one row alone makes most of it."""

    name: str
    title: str
    sql: str
    unit: str = ""


@dataclass(frozen=True)
class OpenSet:
    """One open data set. `columns` are the table's columns (REGISTER, SAMPLE); `by` and `measures` make STATISTICS.

    `where` is a boolean expression over the table. `quasi` are the columns that together could point at one person (SAMPLE: each
    combination occurs at least `k` times). `lookups` are the columns the public may search by; `charts` those drawn on the page."""

    code: str
    title: str
    description: str
    table: str
    kind: Kind
    theme: str
    columns: tuple[str, ...] = ()
    by: tuple[Dimension, ...] = ()
    measures: tuple[Measure, ...] = ()
    where: str = ""
    quasi: tuple[str, ...] = ()
    k: int = MINIMUM_CELL
    minimum_cell: int = MINIMUM_CELL
    order: tuple[str, ...] = ()
    lookups: tuple[str, ...] = ()
    charts: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    update_cycle: str = "每月"
    basis: str = ""
    owner: str = "opendata"

    def problems(self) -> Iterator[str]:
        """Why the declaration cannot stand."""
        if self.table not in tables:
            yield f"table {self.table} is not declared"
            return
        table = tables.get(self.table)
        known = {c.name for c in table.all_columns}
        for name in (*self.columns, *self.quasi):
            if name not in known:
                yield f"column {name} is not in {self.table}"
        if self.kind is Kind.STATISTICS:
            if not self.by:
                yield "statistics without dimensions"
            if len(self.by) > 4:
                yield "more than four dimensions: no cell would be large enough"
            if self.minimum_cell < MINIMUM_CELL:
                yield f"smallest cell below {MINIMUM_CELL}"
            return
        if not self.columns:
            yield "no columns"
        if table.layer is not Layer.STANDARD:
            yield "rows of a subject base cannot be traced to the rows a person asks to correct or delete"
        for name in self.columns:
            if name in known and table.level_of(name) is not Level.OPEN:
                yield f"column {name} is of level {table.level_of(name).label}: it may not be opened row by row"
        if self.kind is Kind.SAMPLE and (not self.quasi or self.k < MINIMUM_CELL):
            yield f"single rows need quasi-identifiers and k of at least {MINIMUM_CELL}"
        for name in (*self.lookups, *self.charts, *self.order):
            if name not in self.columns:
                yield f"{name} is searched, drawn or sorted by, but not a column of the set"


open_sets: Registry[OpenSet] = Registry("open data set")
