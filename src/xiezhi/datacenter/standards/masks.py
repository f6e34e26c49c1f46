"""脱敏 by declaration: every value of a sensitive column goes out masked unless the reader is cleared for its level."""

from __future__ import annotations

from datetime import date
from typing import Any

from xiezhi.datacenter.standards.declare import Mask, Table
from xiezhi.datacenter.standards.declaring import RANK, highest
from xiezhi.kernel.datasets.registry import Level
from xiezhi.kernel.people import masking

__all__ = ["HIDDEN", "apply", "for_level", "highest", "mask", "row"]

HIDDEN = "***"


def apply(kind: Mask, value: Any, *, strict: bool = False) -> Any:
    """`value` under a mask; None stays None, because that nothing is recorded is no secret of the person."""
    if value is None or kind is Mask.NONE:
        return value
    if kind is Mask.BIRTH:
        born = value if isinstance(value, date) else _day(str(value))
        if born is None:
            return HIDDEN
        return HIDDEN if strict else masking.birth_date(born)
    text = str(value)
    match kind:
        case Mask.NAME:
            return ";".join(masking.name(part, strict=strict) for part in text.split(";"))
        case Mask.ID_NO:
            return masking.id_no(text, strict=strict)
        case Mask.MOBILE:
            return masking.mobile(text)
        case Mask.PHONE:
            return masking.phone(text)
        case Mask.ADDRESS:
            return HIDDEN if strict else masking.address(text)
        case Mask.EMAIL:
            return masking.email(text)
    return HIDDEN


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def mask(table: Table, column: str, value: Any, strict: bool = False) -> Any:
    """The value as somebody sees it who is cleared for internal data only: columns up to L2 whole, others masked.

    `strict` is for subjects of the highest level and small places (platform.md 3.7)."""
    return for_level(table, column, value, Level.INTERNAL, strict=strict)


def for_level(table: Table, column: str, value: Any, level: Level, *, strict: bool = False) -> Any:
    """The value for a reader cleared up to `level`."""
    if RANK[table.level_of(column)] <= RANK[level]:
        return value
    kind = table.element_of(column).mask
    return apply(kind if kind is not Mask.NONE else Mask.HIDE, value, strict=strict)


def row(table: Table, values: dict[str, Any], level: Level, *, strict: bool = False) -> dict[str, Any]:
    """A row for a reader cleared up to `level`."""
    return {name: for_level(table, name, value, level, strict=strict) for name, value in values.items()}
