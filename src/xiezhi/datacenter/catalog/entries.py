"""资源目录条目: what the national catalog fields say of each table, made from its declaration and from what is there.

Fields after 政务信息资源目录编制指南 (platform.md 3.3) and 政务数据共享条例 第13条、第15条. Nothing is written down twice: standards, lake,
exchange and open data are asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.cache import cache

from xiezhi.datacenter.opendata.declare import open_sets
from xiezhi.datacenter.standards.declare import Layer, ShareType, Table, code_sets, tables
from xiezhi.kernel.datasets.registry import Level

__all__ = ["BASES", "CLASSES", "Entry", "Item", "entries", "entry", "find"]

BASES: Mapping[str, str] = {
    "B1": "律师", "B2": "公证", "B3": "司法鉴定", "B4": "法律援助", "B5": "法律职业资格", "B6": "基层法律服务", "B7": "人民调解",
    "B8": "社区矫正", "B9": "监狱", "B10": "行政复议与行政执法", "SB1": "人口", "SB2": "法律服务机构", "SB3": "法律服务人员",
    "SB4": "案件事项", "SB5": "时空与监管场所",
}  # fmt: skip
CLASSES = {"std": ("3", "部门信息资源"), "subject": ("2", "主题信息资源")}
"""信息资源分类, 类: 1 基础, 2 主题, 3 部门."""
RANKS = [Level.OPEN, Level.INTERNAL, Level.SENSITIVE, Level.PERSONAL, Level.CORE]
SECONDS = 60


@dataclass(frozen=True)
class Item:
    """信息项: a column with its element, level and how it may be shared."""

    name: str
    title: str
    type: str
    format: str
    level: Level
    code_set: str
    element: str
    definition: str
    key: bool


@dataclass(frozen=True)
class Entry:
    """One entry. `rows` and `at` are None where the lake has no such table yet."""

    table: Table
    code: str
    class_: str
    items: tuple[Item, ...]
    level: Level
    provider: str
    rows: int | None = None
    at: datetime | None = None
    interfaces: tuple[Any, ...] = ()
    open_sets: tuple[Any, ...] = field(default=())

    @property
    def title(self) -> str:
        return self.table.title

    @property
    def share(self) -> ShareType:
        return self.table.share

    @property
    def ways(self) -> str:
        """共享方式."""
        if self.share is ShareType.NONE:
            return ""
        return "接口、批量、推送" if self.interfaces else "批量"

    def fields(self) -> list[tuple[str, str]]:
        """The national fields, in their order, as (name, value)."""
        share_condition = self.table.share_basis or (
            "按履职需要申请，写明依据、场景、范围、方式和期限" if self.share is ShareType.CONDITIONAL else ""
        )
        return [
            ("信息资源分类", self.class_), ("信息资源名称", self.title), ("信息资源代码", self.code), ("信息资源提供方", self.provider),
            ("信息资源摘要", self.table.description), ("信息资源格式", "数据库"), ("信息项", f"{len(self.items)}项，见下表"),
            ("共享属性", self.share.label), ("共享条件" if self.share is not ShareType.NONE else "不予共享的依据", share_condition),
            ("共享方式", self.ways), ("开放属性", "开放" if self.open_sets else "不开放"),
            ("开放条件", "、".join(s.title for s in self.open_sets)), ("更新周期", self.table.update_cycle),
            ("数据分级", self.level.label), ("提供依据", self.table.basis), ("保存期限", f"{self.table.retention_days}天"),
        ]  # fmt: skip


def _level(table: Table) -> Level:
    """就高从严: the highest level of its columns and of the table itself."""
    levels = [table.level, *(table.level_of(c.name) for c in table.columns)]
    return max(levels, key=RANKS.index)


def _state(table: Table) -> tuple[int | None, datetime | None]:
    key = f"catalog.state.{table.lake_name}"
    found = cache.get(key)
    if found is None:
        from xiezhi.datacenter.lake import tables as lake

        found = (None, None)
        one = lake.get(table.lake_name)
        if one.exists():
            snapshot = one.snapshot()
            found = (snapshot.rows, snapshot.at) if snapshot else (0, None)
        cache.set(key, found, SECONDS)
    return found


def _code(table: Table, serial: int) -> str:
    first, _ = CLASSES[table.layer.value]
    number = table.base.removeprefix("SB").removeprefix("B")
    return f"{first}{int(number):02d}{'000'}/{serial:06d}"


def _items(table: Table) -> tuple[Item, ...]:
    out = []
    for column in table.columns:
        element = table.element_of(column.name)
        title = code_sets.get(element.code_set).title if element.code_set in code_sets else element.code_set
        out.append(Item(column.name, column.title, element.type.label, element.format, table.level_of(column.name), title,
                        element.code, element.definition, column.key))  # fmt: skip
    return tuple(out)


def _make(table: Table, serial: int, *, state: bool) -> Entry:
    from xiezhi.datacenter.exchange.declare import interfaces

    rows, at = _state(table) if state else (None, None)
    class_ = f"{CLASSES[table.layer.value][1]}—{Layer(table.layer).label}—{BASES.get(table.base, table.base)}"
    return Entry(
        table, _code(table, serial), class_, _items(table), _level(table), table.supplier or settings.SITE_HOST or settings.SITE_ORG,
        rows, at, tuple(i for i in interfaces.all() if i.table == table.code), tuple(s for s in open_sets.all() if s.table == table.code),
    )  # fmt: skip


def _ordered() -> list[Table]:
    keys = list(BASES)
    return sorted(tables.all(), key=lambda t: (keys.index(t.base) if t.base in keys else 99, t.code))


def entries(*, state: bool = True) -> list[Entry]:
    """Every entry, by base. `state` False leaves the lake alone."""
    serial: dict[str, int] = {}
    out = []
    for table in _ordered():
        serial[table.base] = serial.get(table.base, 0) + 1
        out.append(_make(table, serial[table.base], state=state))
    return out


def entry(code: str) -> Entry | None:
    """The entry of a table's code."""
    for one in entries(state=False):
        if one.table.code == code:
            rows, at = _state(one.table)
            return Entry(
                one.table,
                one.code,
                one.class_,
                one.items,
                one.level,
                one.provider,
                rows,
                at,
                one.interfaces,
                one.open_sets,
            )
    return None


def find(words: str, *, base: str = "", share: str = "", level: str = "") -> list[Entry]:
    """Entries whose title, description, columns or elements hold every word."""
    out = []
    for one in entries():
        if (base and one.table.base != base) or (share and one.share != share) or (level and one.level != level):
            continue
        text = " ".join((
            one.title, one.table.code, one.table.description, BASES.get(one.table.base, ""),
            *(f"{i.name} {i.title} {i.definition}" for i in one.items),
        ))  # fmt: skip
        if all(w.lower() in text.lower() for w in words.split()):
            out.append(one)
    return out
