"""Statements of fixed shape: Django puts them together once, after that only their values change.

For a page of one matter, putting the same ten statements together anew costs more than asking them. A `Prepared` keeps
text and columns of a query set and builds the same objects from its rows, related ones included.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import date
from itertools import chain
from typing import Any, Generic, TypeVar
from uuid import UUID

import psycopg
from django.db import connections, router
from django.db.backends.utils import CursorWrapper
from django.db.models import Model, QuerySet
from django.db.models.query import get_related_populators

__all__ = ["Prepared", "cursor"]

M = TypeVar("M", bound=Model)
_populators: Any = get_related_populators
_NUMBER = 7_919_000_000_000


class _Preparing(psycopg.Cursor[Any]):
    """A cursor that keeps its statements planned in the server."""

    def execute(self, query: Any, params: Any = None, **more: Any) -> Any:
        self.connection.prepare_threshold = 0  # Django forbids it to a connection; here it is wanted
        try:
            return super().execute(query, params, prepare=True, **more)
        finally:
            self.connection.prepare_threshold = None


def cursor(using: str = "default") -> CursorWrapper:
    """A cursor for statements whose text never changes: planned once per connection where connections last (web
    processes), since planning costs them more than running. Elsewhere an ordinary one. Values need casts where the
    statement does not tell their type."""
    connection: Any = connections[using]
    if not connection.settings_dict["CONN_MAX_AGE"]:
        found: CursorWrapper = connection.cursor()
        return found
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    with connection.wrap_database_errors:
        raw = _Preparing(connection.connection)
    wrapped: CursorWrapper = connection._prepare_cursor(raw)
    return wrapped


class Prepared(Generic[M]):
    """A query set that is a function of a few values.

    `make` gets a stand-in for each of `kinds` (int, UUID or date) and must use each of them as a plain value of a filter, never
    to decide what it filters. Annotations, prefetches and deferred columns are not for it.
    """

    def __init__(self, make: Callable[..., QuerySet[M]], *kinds: type[int] | type[UUID] | type[date]) -> None:
        self._make = make
        self._slots = [_stand_in(kind, place) for place, kind in enumerate(kinds)]
        self._plan: _Plan | None = None

    def rows(self, *values: Any) -> list[M]:
        """The objects for these values, in the order of the query set. One statement."""
        plan = self._plan
        if plan is None:
            plan = self._plan = _Plan(self._make(*self._slots), self._slots)
        return plan.rows(values)

    def first(self, *values: Any) -> M | None:
        """The first of the objects, or None."""
        return next(iter(self.rows(*values)), None)


def _stand_in(kind: type[Any], place: int) -> Any:
    """A value that no statement holds by itself."""
    if kind is int:
        return -_NUMBER - place
    return UUID(int=_NUMBER + place) if kind is UUID else date(1583, 1, 1 + place)


class _Plan:
    def __init__(self, found: Any, slots: list[Any]) -> None:
        self.model = found.model
        using = router.db_for_read(self.model)
        compiler = found.query.get_compiler(using=using)
        self.sql, params = compiler.as_sql()
        self.params: list[tuple[int | None, Any]] = [
            (slots.index(value) if value in slots else None, value) for value in params
        ]
        if {place for place, _ in self.params if place is not None} != set(range(len(slots))):
            raise ValueError(f"not every value reaches the statement: {self.sql}")
        if compiler.annotation_col_map or found._prefetch_related_lookups:
            raise ValueError("neither annotations nor prefetches")
        self.compiler: Any = compiler
        info: Any = compiler.klass_info
        fields = info["select_fields"]
        self.start, self.end = fields[0], fields[-1] + 1
        self.names = [one[0].target.attname for one in compiler.select[self.start : self.end]]
        self.converters = compiler.get_converters([one[0] for one in compiler.select])
        self.info = info

    def rows(self, values: tuple[Any, ...]) -> list[Any]:
        using = router.db_for_read(self.model)
        connection = connections[using]
        with cursor(using) as asked:
            asked.execute(self.sql, [value if place is None else values[place] for place, value in self.params])
            found: Any = asked.fetchall()
        if self.converters:
            compiler = copy.copy(self.compiler)  # a connection belongs to its thread, the rest of it to all
            compiler.connection = connection
            found = compiler.apply_converters(chain(found), self.converters)
        related = _populators(self.info, self.compiler.select, using)
        out = []
        for row in found:
            one = self.model.from_db(using, self.names, row[self.start : self.end])
            for populator in related:
                populator.populate(row, one)
            out.append(one)
        return out
