"""数据元、代码集、数据表: the declarations from which everything else about a table comes.

A table of the data center is declared once. Validation, masking, catalog entry, exchange schema, lake table and the
documentation are made from the declaration (platform.md 3.1, 3.2, 4). Nothing here touches a database.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from xiezhi.kernel.datasets.registry import ColumnType, Level, Registry

__all__ = [
    "COMMON", "CodeItem", "CodeSet", "Column", "Element", "Field", "Layer", "Mask", "Rule", "ShareType", "Table", "code_sets", "elements", "tables",
]  # fmt: skip


class Layer(StrEnum):
    """Where a table stands on the way from source to user."""

    STANDARD = "std"
    SUBJECT = "subject"

    @property
    def label(self) -> str:
        return {"std": "业务标准库", "subject": "主题库"}[self.value]


class ShareType(StrEnum):
    """共享属性 (政务数据共享条例 第14条)."""

    UNCONDITIONAL = "UNCONDITIONAL"
    CONDITIONAL = "CONDITIONAL"
    NONE = "NONE"

    @property
    def label(self) -> str:
        return {"UNCONDITIONAL": "无条件共享", "CONDITIONAL": "有条件共享", "NONE": "不予共享"}[self.value]


class Mask(StrEnum):
    """How a value is masked where the reader may not see it whole; functions in `kernel.people.masking`."""

    NONE = ""
    NAME = "name"
    ID_NO = "id_no"
    MOBILE = "mobile"
    PHONE = "phone"
    ADDRESS = "address"
    EMAIL = "email"
    BIRTH = "birth_date"
    HIDE = "hide"


@dataclass(frozen=True)
class CodeItem:
    """A code of a code set. `valid_to` is exclusive; None while it is in use."""

    code: str
    name: str
    parent: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    maps_to: tuple[str, ...] = ()


@dataclass(frozen=True)
class CodeSet:
    """代码集 of a standard, in one version. `items` empty: the codes live elsewhere (`table`, such as divisions)."""

    code: str
    title: str
    standard: str
    version: str
    items: tuple[CodeItem, ...] = ()
    owner: str = "standards"

    def names(self) -> Mapping[str, str]:
        return {item.code: item.name for item in self.items}

    def problems(self) -> Iterator[str]:
        """Why the declaration cannot stand."""
        seen = [item.code for item in self.items]
        for code in sorted({c for c in seen if seen.count(c) > 1}):
            yield f"code {code} is declared twice"
        for item in self.items:
            if item.parent and item.parent not in seen:
                yield f"code {item.code} names parent {item.parent}, which is not in the set"


@dataclass(frozen=True)
class Element:
    """数据元 (platform.md 3.2). `code` is the identifier (de01.00001), `name` the English one; `format` follows the factbook:
    C17, C..50, N12,2, D8, T, B. `check` names a value check of `standards.checks` (id_no, usc, mobile, license_no, ...)."""

    code: str
    title: str
    name: str
    definition: str
    type: ColumnType
    format: str
    level: Level
    code_set: str = ""
    check: str = ""
    mask: Mask = Mask.NONE
    unit: str = ""
    source: str = ""
    version: str = "1"
    owner: str = "standards"

    def problems(self) -> Iterator[str]:
        """Why the declaration cannot stand."""
        if not self.definition.strip():
            yield "no definition"
        if self.type is ColumnType.CODE and not self.code_set:
            yield "a code without a code set"


@dataclass(frozen=True)
class Column:
    """数据项 of a table. It follows a data element (`element`) and may narrow it; what it leaves empty comes from there.

    `references` is "table.column" of another standard table. `key` columns identify a row within its source."""

    name: str
    title: str
    element: str
    required: bool = False
    key: bool = False
    unique: bool = False
    references: str = ""
    level: Level | None = None
    repeated: bool = False
    description: str = ""


Field = Column


@dataclass(frozen=True)
class Rule:
    """质量规则 beyond what the columns say. `holds` is a boolean SQL expression over the columns of one row (functions of
    `lake.functions` only); NULL counts as holding. `severity`: ERROR refuses the row, WARNING marks it.

    With `unique`, rows for which `holds` is true ("" means every row) must not share these columns: no two active licenses
    of a kind. With `exists` ("firm_usc = std_lawfirm.usc") such rows must find the value there among rows that fulfil
    `among` (the firm of an active lawyer is active)."""

    code: str
    title: str
    kind: str
    holds: str
    message: str
    severity: str = "ERROR"
    basis: str = ""
    unique: tuple[str, ...] = ()
    exists: str = ""
    among: str = ""


@dataclass(frozen=True)
class Table:
    """数据表 of a standard base ("B1" to "B10") or a subject base ("SB1" to "SB5").

    `person` maps the roles of a person record (name, id_type, id_no, sex, birth_date, phone, division, address, employer,
    license_no, valid_from, valid_to) to columns; tables that have it take part in linking. `retention_days` says how long
    snapshots and rows are kept. `supplier` is the kind of unit that supplies it, as people say it."""

    code: str
    title: str
    base: str
    layer: Layer
    columns: tuple[Column, ...]
    level: Level
    basis: str
    share: ShareType = ShareType.CONDITIONAL
    share_basis: str = ""
    rules: tuple[Rule, ...] = ()
    person: Mapping[str, str] = field(default_factory=dict)
    description: str = ""
    update_cycle: str = "每日"
    retention_days: int = 365
    supplier: str = ""
    purpose: str = ""
    open: bool = False
    owner: str = "standards"

    @property
    def lake_name(self) -> str:
        """Name in the lake: "std.std_lawyer"."""
        return f"{self.layer.value}.{self.code}"

    @property
    def all_columns(self) -> tuple[Column, ...]:
        """Own columns and those every table carries."""
        return (*COMMON, *self.columns)

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(c.name for c in self.columns if c.key)

    def column(self, name: str) -> Column:
        """Raises LookupError."""
        for column in self.all_columns:
            if column.name == name:
                return column
        raise LookupError(f"{self.code}: no column {name}")

    def element_of(self, name: str) -> Element:
        return elements.get(self.column(name).element)

    def level_of(self, name: str) -> Level:
        """The level of a column: its own, else its element's (就高从严 is the caller's: see `highest`)."""
        column = self.column(name)
        return column.level or elements.get(column.element).level

    def problems(self) -> Iterator[str]:
        """Why the declaration cannot stand."""
        names = [c.name for c in self.all_columns]
        for name in sorted({n for n in names if names.count(n) > 1}):
            yield f"column {name} is declared twice"
        if not self.keys:
            yield "no key columns"
        for column in self.columns:
            if column.element not in elements:
                yield f"column {column.name} names data element {column.element}, which is not declared"
        for role, name in self.person.items():
            if name not in names:
                yield f"person role {role} names column {name}, which is not there"
        if self.share is ShareType.NONE and not self.share_basis:
            yield "not shared, but no law, regulation or State Council decision is named (政务数据共享条例 第14条)"


COMMON: tuple[Column, ...] = (
    Column("row_id", "行标识", "de00.00001", required=True),
    Column("src_system", "来源系统", "de00.00002", required=True),
    Column("src_key", "来源主键", "de00.00003", required=True),
    Column("unit_usc", "数据提供单位", "de00.00004"),
    Column("division", "行政区划", "de00.00005"),
    Column("valid_from", "有效期起", "de00.00006"),
    Column("valid_to", "有效期止", "de00.00007"),
    Column("updated_at", "更新时间", "de00.00008", required=True),
    Column("dq_score", "质量得分", "de00.00009"),
    Column("row_hash", "行摘要", "de00.00010", required=True),
    Column("batch_id", "批次号", "de00.00011", required=True),
)
"""Columns that every table carries (platform.md 4). `row_id` is a UUID derived from src_system and src_key."""

elements: Registry[Element] = Registry("data element")
code_sets: Registry[CodeSet] = Registry("code set")
tables: Registry[Table] = Registry("table")
