"""分类分级: the level of every column, of joins, the register of important data, and columns that hold more than they say.

Level of a join: the highest of its parts, and one more where parts that name a person come together with parts that say
something about one (platform.md 3.6: 就高从严). What a scan finds is a suggestion for people; it changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from xiezhi.datacenter.standards import declare
from xiezhi.datacenter.standards.declare import Column, Mask, Table
from xiezhi.datacenter.standards.declaring import RANK, highest
from xiezhi.kernel.calendar import clock
from xiezhi.kernel.datasets.registry import Level

from .models import Finding
from .rules import quoted

__all__ = ["LABELS", "SHARE", "Graded", "columns", "look", "of_join", "suspects"]

LABELS = {
    Level.OPEN: "L1 公开",
    Level.INTERNAL: "L2 内部",
    Level.SENSITIVE: "L3 敏感",
    Level.PERSONAL: "L4 高敏",
    Level.CORE: "I 重要数据",
}
"""Levels of the platform inside the national scale (GB/T 43697-2024; platform.md 3.6)."""
SHARE = 0.001
"""A column is named where more than this share of its filled values look like something else."""
PLACE = "{x}"
ROWS = 200_000
"""Rows looked at."""


@dataclass(frozen=True)
class Graded:
    """A column with its level and where it comes from."""

    table: Table
    column: Column
    level: Level
    kind: str
    own: bool

    @property
    def label(self) -> str:
        return LABELS[self.level]


def _kind(table: Table, column: Column) -> str:
    """分类: what a column is about."""
    roles = {v: k for k, v in table.person.items()}
    if column.name in roles or (
        column.element in declare.elements and declare.elements.get(column.element).mask not in (Mask.NONE, Mask.HIDE)
    ):
        return "个人信息"
    if column.name in ("unit_usc", "firm_usc") or column.name.endswith("_usc"):
        return "组织信息"
    return "管理信息" if column in declare.COMMON else "业务信息"


def columns(table: str = "", level: str = "", text: str = "") -> list[Graded]:
    """Graded columns of every table (or one), those of a level, those whose name or title holds a text."""
    out = []
    for declared in declare.tables.all():
        if table and declared.code != table:
            continue
        for column in declared.columns:
            found = declared.level_of(column.name)
            if level and found.value != level:
                continue
            if text and text not in column.title and text not in column.name:
                continue
            out.append(Graded(declared, column, found, _kind(declared, column), column.level is not None))
    return out


_NAMES = frozenset({"name", "id_no", "phone", "address", "license_no"})


def of_join(parts: Iterable[tuple[str, str]]) -> tuple[Level, str]:
    """Level of the columns (table, column) taken together, and why. Raises LookupError for what is not declared."""
    levels: list[Level] = []
    names, tells, tables = False, False, set()
    for code, name in parts:
        declared = declare.tables.get(code)
        found = declared.level_of(name)
        levels.append(found)
        tables.add(code)
        roles = {v: k for k, v in declared.person.items()}
        if roles.get(name) in _NAMES:
            names = True
        elif RANK[found] >= RANK[Level.SENSITIVE]:
            tells = True
    top = highest(levels)
    if names and tells and len(tables) > 1 and RANK[top] < RANK[Level.PERSONAL]:
        return Level.PERSONAL, "能认出个人的列与敏感的列合在一起，升一级"
    return top, "各列中最高的级别（就高从严）"


def suspects() -> dict[str, tuple[str, Level, str]]:
    """What is looked for in text columns: kind → (title, level it would need, SQL test of the column {x})."""
    from xiezhi.datacenter.standards import checks

    number = "regexp_extract({x}, '[1-9][0-9]{16}[0-9X]', 0)"
    known = checks.CHECKS["id_no"].sql(number)
    return {
        "id_no": ("公民身份号码", Level.PERSONAL, f"(regexp_matches({{x}}, '[1-9][0-9]{{16}}[0-9X]') AND {known})"),
        "mobile": ("手机号码", Level.SENSITIVE, "regexp_matches({x}, '(^|[^0-9])1[3-9][0-9]{9}([^0-9]|$)')"),
        "name": ("带姓名的文字", Level.SENSITIVE, "regexp_matches({x}, '(姓名|当事人|联系人|申请人|家属|对象)[:：为是]?[一-鿿]{2,4}([，,；;。 ]|$)')"),
        "card": ("银行卡号", Level.PERSONAL, "regexp_matches({x}, '(^|[^0-9])62[0-9]{14,17}([^0-9]|$)')"),
    }  # fmt: skip


def _expected(table: Table | None, column: str) -> frozenset[str]:
    """Kinds a declared column may hold."""
    if table is None or column not in {c.name for c in table.all_columns}:
        return frozenset()
    element = table.element_of(column)
    by_mask = {Mask.ID_NO: {"id_no", "card"}, Mask.MOBILE: {"mobile"}, Mask.PHONE: {"mobile"}, Mask.NAME: {"name"}}
    found = set(by_mask.get(element.mask, set()))
    role = {v: k for k, v in table.person.items()}.get(column, "")
    found |= {"id_no": {"id_no"}, "phone": {"mobile"}, "name": {"name"}}.get(role, set())
    return frozenset(found)


def look(
    con: Any, name: str, relation: str, names: Sequence[str], *, table: str = "", mapped: dict[str, str] | None = None
) -> list[Finding]:
    """Look through text columns of a relation for identity numbers, telephones, names and cards where none are declared.

    `name` is the relation's full name, `table` the declared table it is or feeds, `mapped` raw column → declared column.
    A finding that somebody has decided stays decided. Writes findings, changes nothing else."""
    declared = declare.tables.get(table) if table in declare.tables else None
    mapped = mapped or {}
    wanted = suspects()
    tests, places = [], []
    for column in names:
        expected = _expected(declared, mapped.get(column, column))
        for kind, (_title, _level, test) in wanted.items():
            if kind not in expected:
                tests.append(f"COUNT(*) FILTER (WHERE {test.replace(PLACE, quoted(column))})")
                places.append((column, kind))
    if not tests:
        return []
    filled = ", ".join(f"COUNT({quoted(c)})" for c in names)
    picked = ", ".join(f"CAST({quoted(c)} AS VARCHAR) AS {quoted(c)}" for c in names)
    row = con.execute(
        f"SELECT COUNT(*), {filled}, {', '.join(tests)} FROM (SELECT {picked} FROM {relation} AS r LIMIT {ROWS}) AS s"
    ).fetchone()
    total, counts, hits = row[0], dict(zip(names, row[1 : 1 + len(names)], strict=True)), row[1 + len(names) :]
    out = []
    for (column, kind), n in zip(places, hits, strict=True):
        if n and n >= SHARE * max(1, counts[column]):
            own = mapped.get(column, column)
            level = declared.level_of(own) if declared and own in {c.name for c in declared.all_columns} else None
            if level is not None and RANK[level] >= RANK[wanted[kind][1]] and kind != "card":
                continue
            found, made = Finding.objects.get_or_create(
                relation=name, column=column, kind=kind,
                defaults={"rows": n, "scanned": total, "level": level.value if level else "", "suggested": wanted[kind][1].value, "found_at": clock.now()},
            )  # fmt: skip
            if not made and found.state == Finding.OPEN:
                Finding.objects.filter(pk=found.pk).update(rows=n, scanned=total)
            out.append(found)
    return out


def look_at_raw(source: str) -> list[Finding]:
    """Look through what a source delivered last."""
    from xiezhi.datacenter.collect import sources
    from xiezhi.datacenter.lake import duck, tables

    declared = sources.sources.get(source)
    table = tables.get(declared.raw)
    if not table.exists():
        return []
    names = [c for c in table.columns() if not c.startswith("_")]
    with duck.connect(memory="1GB") as con:
        return look(
            con,
            declared.raw,
            table.sql(),
            names,
            table=declared.table,
            mapped={v: k for k, v in declared.mapping.items()},
        )
