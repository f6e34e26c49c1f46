"""沙箱: fictional rows for partners who try things out. Made from the declarations, never from a table."""

from __future__ import annotations

import random
from datetime import date, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

import orjson

from xiezhi.datacenter.standards import declare as standards
from xiezhi.kernel.datasets.registry import ColumnType

from . import declare
from .declare import Interface
from .looking import key_of

__all__ = ["examples", "found"]

COUNT = 12
_SURNAMES, _GIVEN = (
    "赵钱孙李周吴郑王冯陈",
    ("明远", "思齐", "若水", "行健", "文博", "静姝", "一诺", "安然", "晓", "建国"),
)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_USC = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def _id_no(chance: random.Random) -> str:
    body = f"990101{1960 + chance.randrange(40)}{1 + chance.randrange(12):02}{1 + chance.randrange(28):02}{chance.randrange(1000):03}"
    return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, _WEIGHTS, strict=True)) % 11]


def _usc(chance: random.Random) -> str:
    body = "31990101" + "".join(chance.choice(_USC) for _ in range(9))
    total = sum(_USC.index(c) * pow(3, i, 31) for i, c in enumerate(body))
    return body + _USC[(31 - total % 31) % 31]


def _value(interface: Interface, name: str, number: int, chance: random.Random) -> Any:
    """A value of the right form for a column."""
    if name in interface.where:
        return interface.where[name][0]
    if name == "division":
        return "990101"
    element = interface.declared.element_of(name)
    if element.mask is standards.Mask.NAME:
        return chance.choice(_SURNAMES) + chance.choice(_GIVEN)
    if name == "id_type":
        return "111"
    if element.mask is standards.Mask.ID_NO:
        return _id_no(chance)
    if element.check == "usc" or name.endswith("usc"):
        return _usc(chance)
    if element.mask in (standards.Mask.MOBILE, standards.Mask.PHONE):
        return f"139{chance.randrange(10**8):08}"
    if element.mask is standards.Mask.ADDRESS:
        return "云岭省云川市云溪县演示路1号"
    if element.type is ColumnType.CODE and element.code_set in standards.code_sets:
        items = standards.code_sets.get(element.code_set).items
        if items:
            return chance.choice(items).code
    if element.type in (ColumnType.DATE, ColumnType.DATETIME):
        return (date(2015, 1, 1) + timedelta(days=chance.randrange(3600))).isoformat()
    if element.type is ColumnType.INT:
        return chance.randrange(1, 100)
    if element.type is ColumnType.DECIMAL:
        return f"{chance.randrange(100, 100000) / 100:.2f}"
    if element.type is ColumnType.BOOL:
        return bool(chance.randrange(2))
    return f"99{chance.randrange(10**10):010}{number:05}" if name.endswith("_no") else f"演示{number:02}"


@lru_cache(maxsize=128)
def examples(code: str) -> tuple[dict[str, Any], ...]:
    """The fictional rows of an interface, always the same."""
    interface = declare.interfaces.get(code)
    chance = random.Random(f"sandbox {interface.table}")
    return tuple(
        {name: _value(interface, name, number, random.Random(f"{chance.random()} {name}")) for name in sorted(interface.columns)}
        for number in range(COUNT)
    )  # fmt: skip


@lru_cache(maxsize=128)
def found(code: str) -> dict[UUID, list[tuple[bytes, bytes | None, bytes | None]]]:
    """The rows of the sandbox by look-up key, in the form look-ups give them."""
    interface = declare.interfaces.get(code)
    out: dict[UUID, list[tuple[bytes, bytes | None, bytes | None]]] = {}
    for row in examples(code):
        for columns in interface.keys:
            key = key_of(interface.table, columns, row)
            if key is not None:
                out.setdefault(key, []).append((orjson.dumps(row), None, None))
    return out
