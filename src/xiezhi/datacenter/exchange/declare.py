"""接口: what the exchange offers, declared over the standard tables. Nothing here touches a database.

An interface names the resource, its look-up keys, the fields it can give at most, and the purposes it serves. What one
partner gets is a grant: a part of these fields for some of these purposes, over some of the rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from xiezhi.datacenter.standards import declare as standards
from xiezhi.kernel.datasets.registry import Level, Registry

__all__ = ["Delay", "Interface", "Kind", "Purpose", "Push", "Show", "grade_of", "interfaces", "show"]

RANK = {Level.OPEN: 1, Level.INTERNAL: 2, Level.SENSITIVE: 3, Level.PERSONAL: 4, Level.CORE: 5}
"""L1 to L4 of platform.md 3.6; 5 is important data, which never leaves through the exchange."""


class Kind(StrEnum):
    """How an interface answers."""

    LOOKUP = "lookup"
    VERIFY = "verify"
    BATCH = "batch"
    PUSH = "push"

    @property
    def label(self) -> str:
        return {"lookup": "查询", "verify": "核验", "batch": "批量查询", "push": "推送接收"}[self.value]


@dataclass(frozen=True)
class Purpose:
    """使用目的. `needs_case`: the request names the case it is for."""

    code: str
    title: str
    basis: str
    needs_case: bool = True


@dataclass(frozen=True)
class Delay:
    """暂缓告知: calls for these purposes show under "谁查阅过我的信息" only `days` later, because telling at once would
    hinder the duty (个人信息保护法 第18条第1款、第35条)."""

    purposes: frozenset[str]
    days: int
    basis: str


@dataclass(frozen=True)
class Push:
    """What a partner sent: the body as it came (its bytes are what the signature covers) and as read from JSON."""

    caller: int
    caller_code: str
    body: bytes
    content: Mapping[str, Any]


class Show(StrEnum):
    """How a field goes out."""

    CLEAR = "clear"
    MASKED = "masked"
    STRICT = "strict"
    HIDDEN = "hidden"

    @property
    def label(self) -> str:
        return {"clear": "完整", "masked": "部分遮蔽", "strict": "严格遮蔽", "hidden": "不显示"}[self.value]


@dataclass(frozen=True)
class Interface:
    """接口. `table` is the code of a declared table. `keys` are alternatives, each the columns that must be given together.

    `fields` is the most anybody may get; of a VERIFY interface they are the claims it says yes or no to. `clear` names, by
    purpose, the fields above L2 that go out whole; all others above L2 are masked, L4 strictly. `where` narrows the rows for
    everybody; `scopes` are columns a grant may narrow further by. `person` says whose data it is: the columns of the identity
    document (type, number), so that the person can see every call. `most` bounds the rows of one look-up.

    A PUSH interface has no table: `receive` takes what was sent (in a thread, once for each request that was not seen before)
    and returns the receipt. It may be called again with the same content after a failure, so doing it twice must be harmless.
    `signed`: it takes nothing without a signature.
    """

    code: str
    title: str
    kind: Kind
    purposes: Mapping[str, Purpose]
    basis: str
    table: str = ""
    keys: tuple[tuple[str, ...], ...] = ()
    fields: tuple[str, ...] = ()
    clear: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    scopes: tuple[str, ...] = ("division", "unit_usc")
    person: tuple[str, ...] = ()
    delay: Delay | None = None
    most: int = 20
    batch: bool = True
    receive: Callable[[Push], Mapping[str, Any]] | None = None
    signed: bool = True
    version: int = 1
    description: str = ""
    owner: str = "exchange"

    @property
    def declared(self) -> standards.Table:
        return standards.tables.get(self.table)

    @property
    def level(self) -> Level:
        """分级: the highest of its fields and keys (就高从严)."""
        if self.kind is Kind.PUSH:
            return Level.SENSITIVE
        names = {*self.fields, *(name for key in self.keys for name in key)}
        return max((self.declared.level_of(name) for name in names), key=RANK.__getitem__, default=Level.OPEN)

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column its serving copy needs."""
        wanted = [*self.fields, *(name for key in self.keys for name in key), *self.where, *self.scopes, *self.person]
        return tuple(dict.fromkeys(wanted))

    def problems(self) -> Iterator[str]:
        """Why the declaration cannot stand."""
        if not self.purposes:
            yield "no purpose"
        if not self.basis.strip():
            yield "no legal basis"
        if self.kind is Kind.PUSH:
            if self.receive is None:
                yield "nothing receives what is pushed"
            return
        if self.table not in standards.tables:
            yield f"table {self.table} is not declared"
            return
        table = self.declared
        known = {column.name for column in table.all_columns}
        for name in self.columns:
            if name not in known:
                yield f"column {name} is not in table {self.table}"
                return
        if not self.keys:
            yield "no look-up key"
        if not self.fields:
            yield "no field"
        if table.share is standards.ShareType.NONE:
            yield f"table {self.table} is not shared: {table.share_basis}"
        for name in self.fields:
            if RANK[table.level_of(name)] > RANK[Level.PERSONAL]:
                yield f"field {name} is important data and is never exchanged"
        for purpose, names in self.clear.items():
            if purpose not in self.purposes:
                yield f"fields are shown for purpose {purpose}, which is not one of its own"
            for name in names:
                if name not in self.fields:
                    yield f"field {name} is shown for {purpose}, but not offered"


def grade_of(level: Level) -> str:
    """ "L1" to "L4", "I" for important data (platform.md 3.6)."""
    return "I" if RANK[level] == 5 else f"L{RANK[level]}"


def show(interface: Interface, name: str, purpose: str) -> Show:
    """How a field goes out for a purpose: by its grade, whole only where the interface says so for this purpose."""
    rank = RANK[interface.declared.level_of(name)]
    if rank <= 2 or name in interface.clear.get(purpose, ()):
        return Show.CLEAR
    element = interface.declared.element_of(name)
    if element.mask in (standards.Mask.NONE, standards.Mask.HIDE):
        return Show.HIDDEN
    return Show.MASKED if rank == 3 else Show.STRICT


interfaces: Registry[Interface] = Registry("interface")
