"""互校: whether the declarations agree with each other, with the index of acts and with the engine. `xiezhi check` runs it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from xiezhi.datacenter.standards import checks, cross, schema
from xiezhi.datacenter.standards.declare import Element, Layer, Mask, ShareType, Table
from xiezhi.datacenter.standards.declare import code_sets as _code_sets
from xiezhi.datacenter.standards.declare import elements as _elements
from xiezhi.datacenter.standards.declare import tables as _tables
from xiezhi.datacenter.standards.declaring import RANK, highest
from xiezhi.kernel.datasets.registry import ColumnType, Level
from xiezhi.kernel.law import citations

if TYPE_CHECKING:
    import duckdb

__all__ = ["Problem", "verify"]

ROLES = frozenset(
    [
        "name",
        "id_type",
        "id_no",
        "sex",
        "birth_date",
        "phone",
        "division",
        "address",
        "employer",
        "license_no",
        "valid_from",
        "valid_to",
    ]
)
NEEDED = ("name", "id_type", "id_no", "license_no", "valid_from", "valid_to")


@dataclass(frozen=True)
class Problem:
    """A declaration that cannot stand. `code` names the rule of the proof that it breaks."""

    code: str
    where: str
    message: str

    def __str__(self) -> str:
        return f"{self.code} {self.where}: {self.message}"


def verify(
    tables: Iterable[Table] | None = None,
    elements: Iterable[Element] | None = None,
    rules: Iterable[cross.CrossRule] | None = None,
    *,
    on: date | None = None,
    engine: bool = True,
) -> list[Problem]:
    """Every contradiction among the declarations given (None: everything registered), in order. `on`: the
    day on which citations must be in force (None: their newest version). `engine` False leaves out binding the SQL."""
    held = {t.code: t for t in (_tables.all() if tables is None else tables)}
    found = [p for e in (_elements.all() if elements is None else elements) for p in _element(e)]
    for table in held.values():
        found += [*_table(table, held), *_citations(table, on)]
    if engine:
        found += _engine(held, cross.CROSS if rules is None else tuple(rules))
    return found


def _element(element: Element) -> Iterator[Problem]:
    where = f"{element.code} {element.name}"
    if element.check and element.check not in checks.CHECKS:
        yield Problem("STD-CHECK", where, f"names check {element.check}, which is not defined")
    if element.code_set and element.code_set not in _code_sets:
        yield Problem("STD-CODES", where, f"names code set {element.code_set}, which is not registered")
    elif element.type is ColumnType.CODE and not _code_sets.get(element.code_set).items and not element.check:
        yield Problem("STD-CODES", where, f"code set {element.code_set} holds no codes and no check stands in for it")
    if RANK[element.level] >= RANK[Level.SENSITIVE] and element.mask is Mask.NONE:
        yield Problem("STD-MASK", where, f"level {element.level.label} and no mask")


def _table(table: Table, held: dict[str, Table]) -> Iterator[Problem]:
    where = table.code
    if not table.supplier or not table.purpose or table.retention_days <= 0:
        yield Problem("STD-FACTS", where, "supplier, purpose and retention are needed (政务数据共享条例 第15条)")
    if not table.share_basis:
        yield Problem("STD-SHARE", where, f"{table.share.label} without a reason")
    codes = [rule.code for rule in table.rules]
    for code in sorted({c for c in codes if codes.count(c) > 1}):
        yield Problem("STD-RULE", f"{where} {code}", "two rules of one code")
    known = [c for c in table.all_columns if c.element in _elements]
    for column in table.all_columns:
        if column not in known:
            yield Problem("STD-ELEMENT", f"{where}.{column.name}", f"data element {column.element} is not registered")
            continue
        element = table.element_of(column.name)
        level = table.level_of(column.name)
        if RANK[level] >= RANK[Level.SENSITIVE] and element.mask is Mask.NONE:
            yield Problem("STD-MASK", f"{where}.{column.name}", f"level {level.label} and its element has no mask")
        if table.open and RANK[level] > RANK[Level.INTERNAL]:
            yield Problem("STD-OPEN", f"{where}.{column.name}", f"level {level.label} in a table that is open")
        yield from _reference(table, column.name, column.references, held)
    if len(known) == len(table.all_columns) and table.level is not highest(table.level_of(c.name) for c in known):
        yield Problem("STD-LEVEL", where, "its level is not the highest of its columns")
    yield from _person(table)


def _reference(table: Table, column: str, references: str, held: dict[str, Table]) -> Iterator[Problem]:
    if not references:
        return
    where = f"{table.code}.{column}"
    name, _, target = references.partition(".")
    other = held.get(name)
    if other is None:
        yield Problem("STD-REF", where, f"references {references}: no such table")
        return
    if target not in {c.name for c in other.columns}:
        yield Problem("STD-REF", where, f"references {references}: no such column")
    elif not (other.column(target).unique or target in other.keys):
        yield Problem("STD-REF", where, f"references {references}, which identifies no row")
    elif other.element_of(target).type is not table.element_of(column).type:
        yield Problem("STD-REF", where, f"references {references}, which is of another type")


def _person(table: Table) -> Iterator[Problem]:
    names = {c.name for c in table.columns}
    if not table.person:
        if table.layer is Layer.STANDARD and "id_no" in names:
            yield Problem("STD-PERSON", table.code, "holds identity numbers and maps no person")
        return
    for role in sorted(set(table.person) - ROLES):
        yield Problem("STD-PERSON", table.code, f"maps {role}, which is no role of a person record")
    for role in NEEDED:
        if role not in table.person:
            yield Problem("STD-PERSON", table.code, f"does not map {role}")


def _citations(table: Table, on: date | None) -> Iterator[Problem]:
    named = [("basis", table.basis), *((f"rule {r.code}", r.basis) for r in table.rules if r.basis)]
    if not table.basis:
        yield Problem("STD-LAW", table.code, "no legal basis")
        named = named[1:]
    if table.share is ShareType.NONE:
        named.append(("share_basis", table.share_basis))
    for place, citation in named:
        try:
            citations.resolve(citation, on)
        except citations.CitationError as error:
            yield Problem("STD-LAW", f"{table.code} {place}", str(error))


def _engine(held: dict[str, Table], rules: tuple[cross.CrossRule, ...]) -> Iterator[Problem]:
    """Every rule and every check is bound by the engine over empty tables of the declared types."""
    import duckdb

    con = duckdb.connect(config={"threads": 1})
    made = set()
    for table in held.values():
        if all(c.element in _elements for c in table.all_columns):
            con.register("shape", schema.arrow(table).empty_table())
            con.execute(f"CREATE TABLE {table.code} AS SELECT * FROM shape")
            made.add(table.code)
    for table in held.values():
        if table.code in made:
            for rule in table.rules:
                yield from _bind(con, f"SELECT CAST(({rule.holds}) AS BOOLEAN) FROM {table.code}", f"{table.code} {rule.code}")  # fmt: skip
    for one in rules:
        where = f"{one.table} {one.code}"
        if missing := sorted({one.table, *one.reads} - made):
            yield Problem("STD-CROSS", where, f"reads {', '.join(missing)}, which is not declared")
        else:
            yield from _bind(con, one.sql({name: name for name in one.reads}), where)


def _bind(con: duckdb.DuckDBPyConnection, sql: str, where: str) -> Iterator[Problem]:
    import duckdb

    try:
        con.execute(f"EXPLAIN {sql}")
    except duckdb.Error as error:
        yield Problem("STD-SQL", where, str(error).split("\n", 1)[0])
