"""Filters decided on a row instead of in SQL, so that a kept count and the list it opens say the same."""

from __future__ import annotations

from typing import Any

from django.db.models import F, Q

__all__ = ["holds"]


def _value(case: Any, path: str) -> Any:
    found: Any = case
    for part in path.split("__"):
        found = getattr(found, part)
    return found


def _lookup(case: Any, key: str, wanted: Any) -> bool:
    path, _, how = key.rpartition("__")
    if how not in ("isnull", "in", "gt", "gte", "lt", "lte"):
        path, how = key, "exact"
    value = _value(case, path)
    if isinstance(wanted, F):
        wanted = _value(case, str(wanted.deconstruct()[1][0]))
    if how == "isnull":
        return (value is None) is wanted
    if how == "exact":
        return bool(value == wanted)
    if value is None:
        return False
    if how == "in":
        return value in wanted
    return bool({"gt": value > wanted, "gte": value >= wanted, "lt": value < wanted, "lte": value <= wanted}[how])


def holds(case: Any, where: Q) -> bool:
    """Whether a row satisfies a Q of plain lookups, as PostgreSQL would say."""
    parts: list[Any] = list(where.children)
    results = (holds(case, c) if isinstance(c, Q) else _lookup(case, c[0], c[1]) for c in parts)
    found = all(results) if where.connector == Q.AND else any(results)
    return not found if where.negated else found
