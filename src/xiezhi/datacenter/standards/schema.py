"""Schemas of a table, made from its declaration: Arrow for the lake, JSON Schema for interfaces and OpenAPI."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from xiezhi.datacenter.standards import checks, declaring
from xiezhi.datacenter.standards.declare import Element, Table, code_sets
from xiezhi.kernel.datasets.registry import ColumnType

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["arrow", "arrow_type", "duckdb_type", "json"]

_DECIMAL = re.compile(r"N(\d+),(\d+)")
_DIGITS = re.compile(r"N(\d+)")
_LENGTH = re.compile(r"C(\.\.)?(\d+)")


def _precision(element: Element) -> tuple[int, int]:
    found = _DECIMAL.fullmatch(element.format)
    return (int(found[1]), int(found[2])) if found else (18, 2)


def arrow_type(element: Element, *, repeated: bool = False) -> pa.DataType:
    """Arrow type of an element. Codes, structures and repeated codes (joined by ;) are text; moments are UTC microseconds."""
    import pyarrow as pa

    if repeated:
        return pa.string()
    match element.type:
        case ColumnType.INT:
            found = _DIGITS.fullmatch(element.format)
            return pa.int32() if found and int(found[1]) <= 9 else pa.int64()
        case ColumnType.DECIMAL:
            return pa.decimal128(*_precision(element))
        case ColumnType.DATE:
            return pa.date32()
        case ColumnType.DATETIME:
            return pa.timestamp("us", tz="UTC")
        case ColumnType.BOOL:
            return pa.bool_()
    return pa.string()


def duckdb_type(element: Element, *, repeated: bool = False) -> str:
    """Name of the type in SQL, for casts from text; TIMESTAMPTZ text is read in Asia/Shanghai by `lake.duck` connections."""
    if repeated:
        return "VARCHAR"
    match element.type:
        case ColumnType.INT:
            found = _DIGITS.fullmatch(element.format)
            return "INTEGER" if found and int(found[1]) <= 9 else "BIGINT"
        case ColumnType.DECIMAL:
            digits, scale = _precision(element)
            return f"DECIMAL({digits}, {scale})"
        case ColumnType.DATE:
            return "DATE"
        case ColumnType.DATETIME:
            return "TIMESTAMPTZ"
        case ColumnType.BOOL:
            return "BOOLEAN"
    return "VARCHAR"


def arrow(table: Table) -> pa.Schema:
    """Every column of the table, common ones first. Only key and row identity may not be null: rows with other gaps are
    refused by rules with their reasons, not by a writer."""
    import pyarrow as pa

    return pa.schema(
        [
            pa.field(
                c.name,
                arrow_type(table.element_of(c.name), repeated=c.repeated),
                nullable=c.name != "row_id",
                metadata={"title": c.title, "element": c.element, "level": table.level_of(c.name).value},
            )
            for c in table.all_columns
        ],
        metadata={"title": table.title, "base": table.base, "level": table.level.value},
    )


def _format(element: Element) -> dict[str, Any]:
    match element.type:
        case ColumnType.INT:
            return {"type": "integer"}
        case ColumnType.DECIMAL:
            return {"type": "string", "pattern": r"^-?\d+(\.\d+)?$"}  # no binary fractions in money and scores
        case ColumnType.DATE:
            return {"type": "string", "format": "date"}
        case ColumnType.DATETIME:
            return {"type": "string", "format": "date-time"}
        case ColumnType.BOOL:
            return {"type": "boolean"}
    out: dict[str, Any] = {"type": "string"}
    if found := _LENGTH.fullmatch(element.format):
        out["maxLength"] = int(found[2])
        if not found[1]:
            out["minLength"] = int(found[2])
    return out


def json(table: Table, fields: Collection[str] | None = None, *, masked: bool = False) -> dict[str, Any]:
    """JSON Schema (2020-12) of one row with these columns (None: all, in the table's order). `masked` drops lengths and
    formats of columns that come masked, since stars do not satisfy them. Raises LookupError for a column that is not there."""
    names = [c.name for c in table.all_columns] if fields is None else list(fields)
    properties: dict[str, Any] = {}
    for name in names:
        column, element = table.column(name), table.element_of(name)
        hidden = masked and declaring.RANK[table.level_of(name)] >= declaring.RANK[declaring.Level.SENSITIVE]
        one = {"type": "string"} if hidden or column.repeated else _format(element)
        one["title"] = column.title
        one["description"] = element.definition
        if element.code_set and not column.repeated and not hidden:
            items = code_sets.get(element.code_set).items
            if items and len(items) <= 80:
                one["enum"] = [item.code for item in items]
        if not column.required:
            one["type"] = [one["type"], "null"]
            if "enum" in one:
                one["enum"] = [*one["enum"], None]
        one["x-level"] = table.level_of(name).value
        one["x-element"] = element.code
        properties[name] = one
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": table.title,
        "type": "object",
        "properties": properties,
        "required": [n for n in names if table.column(n).required],
        "additionalProperties": False,
    }


def examples(table: Table) -> dict[str, str]:
    """What each column asks of its text, for people: the message of its check."""
    return {c.name: found.message for c in table.all_columns if (found := checks.of(table, c.name))}
