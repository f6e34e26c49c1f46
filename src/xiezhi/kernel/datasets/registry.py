"""数据资源登记: what data the applications hold and which figures they publish, declared once and in one place.

Applications declare `Dataset`, `Indicator` and `MapLayer` beside their models and register them in their AppConfig.ready.
The registry stores no data; the data center reads it to build the catalog, the indicators and the maps.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, Generic, Protocol, TypeVar

CODE = re.compile(r"^[a-z][a-z0-9]*([._-][a-z0-9]+)*$")


class RegistryError(ValueError):
    """A declaration contradicts itself or another one; the message names both."""


class DuplicateCode(RegistryError):
    """The code is taken by another declaration."""


class UnknownCode(LookupError):
    """Nothing is registered under this code; the message names the nearest ones."""


class Level(StrEnum):
    """数据分级 (数据安全法 第21条): how much harm a leak would do; decides who may see a dataset and how it is kept."""

    OPEN = "OPEN"
    INTERNAL = "INTERNAL"
    SENSITIVE = "SENSITIVE"
    PERSONAL = "PERSONAL"
    CORE = "CORE"

    @property
    def label(self) -> str:
        return {
            "OPEN": "公开", "INTERNAL": "内部", "SENSITIVE": "敏感", "PERSONAL": "个人信息", "CORE": "核心",
        }[self.value]  # fmt: skip


class Direction(StrEnum):
    """Which way an indicator is good."""

    UP = "UP"
    DOWN = "DOWN"
    NONE = "NONE"

    @property
    def label(self) -> str:
        return {"UP": "越高越好", "DOWN": "越低越好", "NONE": "不分好坏"}[self.value]


class ColumnType(StrEnum):
    """Types a column of a dataset may have, as the exchange formats know them."""

    TEXT = "TEXT"
    INT = "INT"
    DECIMAL = "DECIMAL"
    DATE = "DATE"
    DATETIME = "DATETIME"
    BOOL = "BOOL"
    CODE = "CODE"
    JSON = "JSON"

    @property
    def label(self) -> str:
        return {
            "TEXT": "文本", "INT": "整数", "DECIMAL": "小数", "DATE": "日期", "DATETIME": "日期时间", "BOOL": "是否",
            "CODE": "代码", "JSON": "结构",
        }[self.value]  # fmt: skip


@dataclass(frozen=True)
class Column:
    """数据项. `standard` names the standard or code set it follows (GB/T 2261.1); `level` overrides the dataset's level."""

    name: str
    title: str
    type: ColumnType = ColumnType.TEXT
    standard: str = ""
    level: Level | None = None
    required: bool = False
    description: str = ""


class Rows(Protocol):
    """A source of rows: called with a period (half-open) and filters, yields mappings of column name to value."""

    def __call__(self, since: date, until: date, **filters: Any) -> Iterator[Mapping[str, Any]]: ...


class Number(Protocol):
    """A selector: called with a period (half-open) and filters such as unit, returns a count or an amount."""

    def __call__(self, since: date, until: date, **filters: Any) -> int | float: ...


@dataclass(frozen=True)
class Dataset:
    """数据集. `keys` are the columns that identify a row; `owner` is the label of the application that holds it."""

    code: str
    title: str
    columns: tuple[Column, ...]
    level: Level
    keys: tuple[str, ...]
    owner: str
    description: str = ""
    basis: str = ""
    rows: Rows | None = field(default=None, compare=False)

    def column(self, name: str) -> Column:
        """The column of this name. Raises LookupError."""
        for column in self.columns:
            if column.name == name:
                return column
        raise LookupError(f"{self.code}: no column {name}")

    def level_of(self, name: str) -> Level:
        """The column's own level, else the dataset's."""
        return self.column(name).level or self.level

    def problems(self) -> Iterator[str]:
        """Why the declaration cannot stand."""
        names = [c.name for c in self.columns]
        if not names:
            yield "no columns"
        for name in sorted({n for n in names if names.count(n) > 1}):
            yield f"column {name} is declared twice"
        for name in self.keys:
            if name not in names:
                yield f"key {name} is no column"
        if not self.keys:
            yield "no key columns"
        if self.level is Level.OPEN and any(c.level not in (None, Level.OPEN) for c in self.columns):
            yield "an open dataset holds a column that is not open"


@dataclass(frozen=True)
class Indicator:
    """指标. `formula` says in words how it is counted; with a denominator the value is numerator / denominator × scale."""

    code: str
    title: str
    formula: str
    unit: str
    direction: Direction
    owner: str
    numerator: Number
    denominator: Number | None = None
    scale: int = 1
    basis: str = ""
    description: str = ""

    def value(self, since: date, until: date, **filters: Any) -> float | None:
        """The figure of a period; None where the denominator is zero, because a rate of nothing is not zero."""
        top = self.numerator(since, until, **filters)
        if self.denominator is None:
            return float(top) * self.scale
        bottom = self.denominator(since, until, **filters)
        return float(top) * self.scale / float(bottom) if bottom else None

    def problems(self) -> Iterator[str]:
        """Why the declaration cannot stand."""
        if not self.formula.strip():
            yield "no formula in words"
        if not self.unit.strip():
            yield "no unit"
        if self.scale <= 0:
            yield "scale is not positive"


class Geometry(StrEnum):
    """What a map layer draws."""

    POINT = "POINT"
    AREA = "AREA"

    @property
    def label(self) -> str:
        return {"POINT": "点", "AREA": "区域"}[self.value]


@dataclass(frozen=True)
class MapLayer:
    """地图图层: features from a dataset (`longitude`, `latitude` columns) or areas colored by an indicator."""

    code: str
    title: str
    geometry: Geometry
    owner: str
    level: Level
    features: Callable[..., Iterator[Mapping[str, Any]]]
    dataset: str = ""
    indicator: str = ""
    description: str = ""

    def problems(self) -> Iterator[str]:
        """Why the declaration cannot stand."""
        if self.geometry is Geometry.AREA and not self.indicator:
            yield "an area layer needs an indicator"
        if self.geometry is Geometry.POINT and not self.dataset:
            yield "a point layer needs a dataset"


class _Declared(Protocol):
    @property
    def code(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def owner(self) -> str: ...
    def problems(self) -> Iterator[str]: ...


T = TypeVar("T", bound=_Declared)


class Registry(Generic[T]):
    """Declarations of one kind by code."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._held: dict[str, T] = {}

    def register(self, declared: T) -> T:
        """Add one. The same object twice is harmless. Raises DuplicateCode or RegistryError."""
        where = f"{self.kind} {declared.code}"
        known = self._held.get(declared.code)
        if known is declared:
            return declared
        if known is not None:
            raise DuplicateCode(f"{where} of {declared.owner} is already registered by {known.owner} as {known.title}")
        if not CODE.match(declared.code):
            raise RegistryError(f"{where}: a code is lower-case letters, digits and . _ -")
        if not declared.title.strip() or not declared.owner.strip():
            raise RegistryError(f"{where}: title and owner are needed")
        problems = list(declared.problems())
        if problems:
            raise RegistryError(f"{where}: {'; '.join(problems)}")
        self._held[declared.code] = declared
        return declared

    def get(self, code: str) -> T:
        """The declaration of this code. Raises UnknownCode."""
        try:
            return self._held[code]
        except KeyError:
            known = ", ".join(sorted(self._held)) or "none"
            raise UnknownCode(f"no {self.kind} {code}; known: {known}") from None

    def all(self) -> tuple[T, ...]:
        """Every declaration, in order of code."""
        return tuple(self._held[code] for code in sorted(self._held))

    def __contains__(self, code: object) -> bool:
        return code in self._held


datasets: Registry[Dataset] = Registry("dataset")
indicators: Registry[Indicator] = Registry("indicator")
map_layers: Registry[MapLayer] = Registry("map layer")


def unresolved() -> tuple[str, ...]:
    """Layers that name a dataset or indicator nobody registered. Call when every application is ready."""
    out = []
    for layer in map_layers.all():
        if layer.dataset and layer.dataset not in datasets:
            out.append(f"map layer {layer.code} names dataset {layer.dataset}, which is not registered")
        if layer.indicator and layer.indicator not in indicators:
            out.append(f"map layer {layer.code} names indicator {layer.indicator}, which is not registered")
    return tuple(out)
