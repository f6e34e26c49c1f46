"""Which input columns each output column of a query is made from, by reading the query. Pure.

Follows sub-queries, stars, unions, joins and common table expressions as the data center writes them; a column that no
sub-query makes belongs to the table it is read from. Columns that only choose rows (WHERE, JOIN ON) are not inputs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["Unreadable", "inputs_of"]

Ref = tuple[str, str]
Made = dict[str, set[Ref]]


class Unreadable(ValueError):
    """The text is no query this module can follow; the message says where."""


def inputs_of(sql: str, schemas: Mapping[str, list[str]] | None = None) -> dict[str, list[Ref]]:
    """Output column → sorted (table, column) it is made from. `schemas` gives the columns of tables read with a star."""
    import sqlglot
    from sqlglot.errors import SqlglotError

    try:
        tree = sqlglot.parse_one(sql, dialect="duckdb")
    except SqlglotError as error:
        raise Unreadable(str(error).splitlines()[0]) from error
    made = _Reader(schemas or {}).query(tree, {})
    return {name: sorted(refs) for name, refs in made.items()}


class _Reader:
    def __init__(self, schemas: Mapping[str, list[str]]) -> None:
        self.schemas = schemas

    def query(self, node: Any, known: Mapping[str, Made]) -> Made:
        from sqlglot import exp

        tables = dict(known)
        found_with = node.args.get("with_") or node.args.get("with")
        for one in found_with.expressions if found_with else ():
            tables[one.alias] = self.query(one.this, tables)
        if isinstance(node, exp.Subquery):
            return self.query(node.this, tables)
        if isinstance(node, exp.SetOperation):
            left, right = self.query(node.left, tables), self.query(node.right, tables)
            if node.args.get("by_name"):
                return {
                    k: left.get(k, set()) | right.get(k, set()) for k in [*left, *(k for k in right if k not in left)]
                }
            return {
                k: refs | other
                for (k, refs), other in zip(left.items(), [*right.values(), *[set()] * len(left)], strict=False)
            }
        if not isinstance(node, exp.Select):
            raise Unreadable(f"no query: {type(node).__name__}")
        scope = self._sources(node, tables)
        out: Made = {}
        for item in node.expressions:
            self._item(item, scope, out)
        return out

    def _sources(self, node: Any, known: Mapping[str, Made]) -> dict[str, Made | str]:
        """What stands in FROM and JOIN by alias: made columns, or the name of a table."""
        from sqlglot import exp

        scope: dict[str, Made | str] = {}
        first = node.args.get("from_") or node.args.get("from")
        sources = [first.this] if first else []
        sources += [
            j.this
            for j in node.args.get("joins") or ()
            if j.side not in ("ANTI", "SEMI") and j.kind not in ("ANTI", "SEMI")
        ]
        for source in sources:
            alias = source.alias_or_name or f"_{len(scope)}"
            if isinstance(source, exp.Table):
                name = (
                    ".".join(p.name for p in source.parts)
                    if all(hasattr(p, "name") for p in source.parts)
                    else source.name
                )
                scope[alias] = known[source.name] if source.name in known else name or source.sql("duckdb")[:60]
            else:
                scope[alias] = self.query(source, known)
        return scope

    def _item(self, item: Any, scope: Mapping[str, Made | str], out: Made) -> None:
        from sqlglot import exp

        inner = item.this if isinstance(item, exp.Column) and isinstance(item.this, exp.Star) else item
        if isinstance(inner, exp.Star):
            only = item.table if isinstance(item, exp.Column) else ""
            left_out = {e.name for e in inner.args.get("except_") or inner.args.get("except") or ()}
            for alias, source in scope.items():
                if only and alias != only:
                    continue
                columns = (
                    source if isinstance(source, dict) else {c: {(source, c)} for c in self.schemas.get(source, [])}
                )
                for name, made_of in columns.items():
                    if name not in left_out:
                        out.setdefault(name, set()).update(made_of)
            return
        refs: set[Ref] = set()
        bound = {p.name for lam in item.find_all(exp.Lambda) for p in lam.expressions}
        for column in item.find_all(exp.Column):
            if isinstance(column.this, exp.Star) or column.name in bound or column.table in bound:
                continue
            refs |= self._column(column, scope)
        out.setdefault(item.alias_or_name, set()).update(refs)

    def _column(self, column: Any, scope: Mapping[str, Made | str]) -> set[Ref]:
        name, table = column.name, column.table
        sources = [scope[table]] if table in scope else list(scope.values()) if not table else []
        for source in sources:
            if isinstance(source, dict) and name in source:
                return set(source[name])
        plain = [s for s in sources if isinstance(s, str)]
        holding = [s for s in plain if name in self.schemas.get(s, [])] or plain
        return {(holding[0], name)} if holding else set()
