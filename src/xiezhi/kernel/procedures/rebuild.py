"""期限索引重建: recompute the deadlines of all open matters from their histories, in bulk and in parallel.

The index may be dropped and rebuilt at any time: the answer of every matter equals the one `services` stores event by
event, because both replay the same history with the same pure core. Rows are locked a chunk at a time, so work goes on.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime
from multiprocessing import get_context
from typing import Any

import orjson
from django.db import connection, connections, transaction

from xiezhi.kernel.calendar import clock as wall
from xiezhi.kernel.calendar.counting import Calendar
from xiezhi.kernel.procedures import registry, store
from xiezhi.kernel.procedures.clocks import Clock, Status, live_clocks, next_due
from xiezhi.kernel.procedures.core import Recorded, View, as_date, replay, settle
from xiezhi.kernel.procedures.models import NO_DUE

__all__ = ["Rebuilt", "rebuild"]

CHUNK = 2000


@dataclass(frozen=True)
class Rebuilt:
    """Counts of one rebuild: matters read, matters whose dates changed, index rows written."""

    matters: int
    changed: int
    rows: int

    def __add__(self, other: Rebuilt) -> Rebuilt:
        return Rebuilt(self.matters + other.matters, self.changed + other.changed, self.rows + other.rows)


_READ = """
    SELECT m.id, m.procedure, m.version, m.handling_unit_id, m.seq,
        m.due_term, m.due_nominal, m.due_legal, m.due_provisional, m.held,
        (SELECT json_agg(json_build_array(e.seq, e.event, e."on", e.at, e.role, e.data) ORDER BY e.seq)::text
         FROM procedures_matterevent e WHERE e.matter_id = m.id)
    FROM procedures_matter m WHERE m.id >= %s AND m.id < %s AND m.open
    ORDER BY m.id FOR NO KEY UPDATE OF m
"""


def _history(raw: str) -> list[Recorded]:
    out = []
    for seq, event, on, at, role, data in orjson.loads(raw):
        day = as_date(on)
        assert day is not None
        out.append(Recorded(seq, event, day, datetime.fromisoformat(at), role, "", data))
    return out


def _chunk(first: int, last: int, at: datetime) -> Rebuilt:
    """Recompute matters with first <= id < last in one transaction."""
    calendar = store.calendar()
    overrides: dict[tuple[str, int], Any] = {}
    rows: list[tuple[Any, ...]] = []
    changed: list[tuple[Any, ...]] = []
    count = 0
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_READ, [first, last])
        found = cursor.fetchall()
        for pk, code, version, unit, _seq, term, nominal, legal, provisional, held, raw in found:
            if raw is None:
                continue
            count += 1
            key = (code, unit)
            if key not in overrides:
                overrides[key] = store.overrides(code, unit)
            view = replay(registry.get(code, version), _history(raw), overrides=overrides[key])
            all_clocks = live_clocks(view, calendar, at)
            due = next_due(all_clocks)
            new = (
                due.term.id if due else "", due.nominal if due else None, due.legal if due else None,
                any(c.provisional for c in all_clocks), due is not None and due.legal is None,
            )  # fmt: skip
            if new != (term, nominal, legal, provisional, held):
                changed.append((pk, *new[:3], (new[2] or NO_DUE), *new[3:]))
            rows += store.deadline_rows(pk, all_clocks, False, settled=_settled(view, all_clocks, calendar, at))
        cursor.execute("DELETE FROM procedures_deadline WHERE matter_id >= %s AND matter_id < %s", [first, last])
        _copy(cursor, rows)
        if changed:
            cursor.execute(
                """
                UPDATE procedures_matter m SET due_term = t.term, due_nominal = t.nominal, due_legal = t.legal,
                    due_sort = t.sort, due_provisional = t.provisional, held = t.held
                FROM unnest(%s::bigint[], %s::text[], %s::date[], %s::date[], %s::date[], %s::bool[], %s::bool[])
                    AS t(id, term, nominal, legal, sort, provisional, held)
                WHERE m.id = t.id
                """,
                [[c[i] for c in changed] for i in range(7)],
            )
    return Rebuilt(count, len(changed), len(rows))


def _settled(view: View, found: Sequence[Clock], calendar: Calendar, at: datetime) -> bool:
    """Whether no automatic lapse is still to take effect. It does so with documents and notices, which is the worker's to do;
    a row that said LAPSED before would hide it from the worker. The view is done with: settling moves it on."""
    return not any(c.status is Status.LAPSED for c in found) or not settle(view, calendar, at)


def _copy(cursor: Any, rows: list[tuple[Any, ...]]) -> None:
    columns = ", ".join(store.COLUMNS)
    with cursor.copy(f"COPY procedures_deadline ({columns}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _begin() -> None:
    connections.close_all()


def _work(job: tuple[int, int, str]) -> Rebuilt:
    return _chunk(job[0], job[1], datetime.fromisoformat(job[2]))


def _jobs(at: datetime) -> Iterator[tuple[int, int, str]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(id), max(id) FROM procedures_matter WHERE open")
        low, high = cursor.fetchone()
    if low is None:
        return
    for first in range(low, high + 1, CHUNK):
        yield first, first + CHUNK, at.isoformat()


def rebuild(
    *, workers: int | None = None, at: datetime | None = None, progress: Callable[[int, int], None] | None = None
) -> Rebuilt:
    """Recompute every open matter. `progress(done, total)` is called per chunk; repeat as often as you like.

    `workers` processes share the work (default: one per core, 1 computes in this process).
    """
    at = at or wall.now()
    jobs = list(_jobs(at))
    total = Rebuilt(0, 0, 0)
    workers = workers or min(os.cpu_count() or 1, len(jobs) or 1)
    if workers <= 1:
        for done, job in enumerate(jobs, 1):
            total += _work(job)
            if progress:
                progress(done, len(jobs))
        return total
    connections.close_all()
    with ProcessPoolExecutor(workers, mp_context=get_context("fork"), initializer=_begin) as pool:
        for done, part in enumerate(pool.map(_work, jobs), 1):
            total += part
            if progress:
                progress(done, len(jobs))
    return total


def provisional_matters(today: date | None = None) -> int:
    """How many open matters rest on assumed holidays; the alarm until the year's notice is imported."""
    from xiezhi.kernel.procedures.models import Matter

    return Matter.objects.filter(open=True, due_provisional=True).count()
