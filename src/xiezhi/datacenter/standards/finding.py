"""Looking things up in the declarations: what an element or a code set is used by, and what matches a word."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from xiezhi.datacenter.standards import checks, cross, normal
from xiezhi.datacenter.standards.bases import BASES
from xiezhi.datacenter.standards.declare import Column, Element, Table, code_sets, elements, tables
from xiezhi.kernel.datasets.registry import Level

__all__ = ["Base", "Row", "bases", "matches", "rows", "rules", "used_by", "used_by_codes"]


@dataclass(frozen=True)
class Base:
    """A base with those of its tables that are looked for."""

    code: str
    title: str
    tables: tuple[Table, ...]


@dataclass(frozen=True)
class Row:
    """A column as a page shows it."""

    column: Column
    element: Element
    level: Level
    check: str
    normal: str
    references: str
    """Code of the table it references; empty: none."""


def _holds(word: str, *texts: str) -> bool:
    return all(any(part in text.lower() for text in texts) for part in word.lower().split())


def bases(word: str = "") -> tuple[Base, ...]:
    """Bases in their order with the tables that match: by title, code, supplier, basis, or a column's title or name."""
    found = []
    for code, title in BASES.items():
        held = tuple(
            t
            for t in tables.all()
            if t.base == code
            and _holds(
                word, title, t.title, t.code, t.supplier, t.basis, " ".join(f"{c.title} {c.name}" for c in t.columns)
            )
        )
        if held:
            found.append(Base(code, title, held))
    return tuple(found)


def matches(word: str) -> dict[str, tuple[Any, ...]]:
    """Elements and code sets that match, by title, identifier, name, definition, and code sets by their codes' names."""
    return {
        "elements": tuple(e for e in elements.all() if _holds(word, e.title, e.code, e.name, e.definition, e.source)),
        "code_sets": tuple(
            s for s in code_sets.all() if _holds(word, s.title, s.code, s.standard, " ".join(i.name for i in s.items))
        ),
    }


def rows(table: Table, *, common: bool = False) -> tuple[Row, ...]:
    """Columns of a table, its own or the common ones."""
    own = {c.name for c in table.columns}
    found = []
    for column in table.all_columns:
        if (column.name in own) is common:
            continue
        check = checks.of(table, column.name)
        found.append(
            Row(
                column, table.element_of(column.name), table.level_of(column.name), check.title if check else "",
                normal.of(table, column.name).title, column.references.partition(".")[0],
            )
        )  # fmt: skip
    return tuple(found)


def rules(table: Table) -> tuple[dict[str, str], ...]:
    """Declared rules of a table, those over several tables after its own."""
    own = [(r.title, r.kind, r.severity, r.message, r.basis) for r in table.rules]
    over = [(r.title, "跨表", r.severity, r.message, r.basis) for r in cross.of(table.code)]
    return tuple(dict(zip(("title", "kind", "severity", "message", "basis"), r, strict=True)) for r in (*own, *over))


def used_by(element: Element) -> tuple[tuple[Table, Column], ...]:
    """Columns that follow an element. The common columns are named once, by the first table."""
    found = [(t, c) for t in tables.all() for c in t.columns if c.element == element.code]
    if not found and tables.all():
        first = tables.all()[0]
        found = [(first, c) for c in first.all_columns if c.element == element.code]
    return tuple(found)


def used_by_codes(code: str) -> tuple[Element, ...]:
    """Elements that take their codes from a set."""
    return tuple(e for e in elements.all() if e.code_set == code)
