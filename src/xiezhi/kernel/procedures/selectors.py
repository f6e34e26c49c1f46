"""What procedures can tell: queues by clock, a matter with its clocks and open actions, figures that lead to rows.

Counts over a queue are capped: nobody reads past a thousand, and an exact count of a province costs a scan.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from xiezhi.kernel.calendar import clock as wall
from xiezhi.kernel.prepared import Prepared
from xiezhi.kernel.procedures import registry, store
from xiezhi.kernel.procedures.clocks import Clock, clocks
from xiezhi.kernel.procedures.core import Actor, Option, Recorded, View, available, replay, settle
from xiezhi.kernel.procedures.declare import Procedure, Side
from xiezhi.kernel.procedures.models import NO_DUE, Matter, Party

__all__ = [
    "CAP", "MatterState", "Message", "Tabs", "by_public_id", "capped_count", "lapsed", "matter_state", "messages", "options", "page", "queue", "tabs",
]  # fmt: skip

CAP = 1000
"""Counts stop here and are shown as 1000+."""

SORTS = {
    "due": ("due_sort", "id"),
    "-due": ("-due_sort", "-id"),
    "opened": ("opened_on", "id"),
    "-opened": ("-opened_on", "-id"),
}
DUES = ("all", "late", "today", "week", "later", "held")


def by_public_id(public_id: Any) -> Matter:
    """The matter, with what a page needs of it in the same statement. Raises Matter.DoesNotExist."""
    found = _BY_PUBLIC_ID.first(public_id if isinstance(public_id, UUID) else UUID(str(public_id)))
    if found is None:
        raise Matter.DoesNotExist
    return found


_BY_PUBLIC_ID = Prepared(
    lambda key: Matter.objects.select_related("handling_unit", "organ", "handler").filter(public_id=key), UUID
)


@dataclass(frozen=True)
class MatterState:
    """A matter replayed: what a page shows of it."""

    matter: Matter
    procedure: type[Procedure]
    history: Sequence[Recorded]
    view: View
    clocks: Sequence[Clock]

    @property
    def live(self) -> list[Clock]:
        return [c for c in self.clocks if c.live]


def matter_state(matter: Matter, at: datetime | None = None) -> MatterState:
    """Replay a matter for reading. Call `services.settle_matter` first when somebody may act on what is shown."""
    declared = registry.get(matter.procedure, matter.version)
    events = [store.recorded(row) for row in store.history_of(matter)]
    calendar, overrides = store.context(matter.procedure, matter.handling_unit_id)
    view = replay(declared, events, overrides=overrides)
    view.calendar = calendar
    return MatterState(matter, declared, events, view, clocks(view, calendar, at or wall.now()))


def lapsed(state: MatterState) -> bool:
    """Whether a term ran out that takes effect by itself and is not yet in the history. Computed, not looked up."""
    assert state.view.calendar is not None
    return state.matter.open and bool(settle(state.view.copy(), state.view.calendar, wall.now()))


def options(state: MatterState, actor: Actor, *, sides: Sequence[Side] = ()) -> list[Option]:
    """Actions of this actor now: open ones, and closed ones with reason and article."""
    return available(state.view, actor, wall.now(), sides=sides)


@dataclass(frozen=True)
class Message:
    """站内留言: what a party wrote to the officers, and the answers. `text` is empty once erased."""

    seq: int
    at: datetime
    actor: str
    role: str
    text: str
    answers: Sequence[tuple[datetime, str, str]]  # when, who, what


def messages(state: MatterState, *, of: str = "") -> list[Message]:
    """Messages of a matter in order, those of one actor (`of`) or all. One statement, none where nobody wrote."""
    asked = [r for r in state.view.by_event.get("message_sent", ()) if not of or r.actor == of]
    if not asked:
        return []
    said = store.payloads(state.matter.pk)
    answers = state.view.by_event.get("message_answered", ())

    def text(rec: Recorded) -> str:
        return str(said.get(rec.seq, {}).get("text", ""))

    return [
        Message(
            r.seq, r.at, r.actor, r.role, text(r),
            [(a.at, a.label, text(a)) for a in answers if a.data.get("reply_to") == r.seq],
        )
        for r in asked
    ]  # fmt: skip


def due_filter(due: str, today: date) -> Q:
    """Rows of one tab of the queue."""
    match due:
        case "late":
            return Q(due_sort__lt=today)
        case "today":
            return Q(due_sort=today)
        case "week":
            return Q(due_sort__gt=today, due_sort__lte=today + timedelta(days=6 - today.weekday()))
        case "later":
            return Q(due_sort__gt=today + timedelta(days=6 - today.weekday()), held=False)
        case "held":
            return Q(due_sort=NO_DUE, held=True)
    return Q()


def queue(
    reach: Q,
    *,
    due: str = "all",
    open_only: bool = True,
    filters: Mapping[str, Any] | None = None,
    text: str = "",
    sort: str = "due",
    today: date | None = None,
) -> QuerySet[Matter]:
    """Matters within reach, filtered and in order. `filters` are equalities on index columns (state, track, handler_id ...).

    `text` finds numbers by prefix and parties by the beginning of their names.
    """
    today = today or wall.today()
    rows = Matter.objects.filter(reach)
    if open_only:
        rows = rows.filter(open=True)
    if due != "all":
        rows = rows.filter(due_filter(due, today))
    for name, value in (filters or {}).items():
        if value not in (None, ""):
            rows = rows.filter(**{name: value})
    text = text.strip()
    if text:
        rows = rows.filter(
            Q(case_no__startswith=text) | Q(intake_no__startswith=text.upper())
            | Q(pk__in=Party.objects.filter(name__startswith=text).values("matter_id")[:CAP])
        )  # fmt: skip
    return rows.order_by(*SORTS.get(sort, SORTS["due"]))


def capped_count(rows: QuerySet[Any]) -> int:
    """Number of rows, at most CAP + 1."""
    return rows.order_by()[: CAP + 1].count()


@dataclass(frozen=True)
class Tabs:
    """Capped counts per tab of a queue, one statement for all of them."""

    counts: Mapping[str, int]

    def __getitem__(self, name: str) -> int:
        return self.counts[name]


def tabs(reach: Q, *, filters: Mapping[str, Any] | None = None, today: date | None = None) -> Tabs:
    """Counts of every tab, capped, in one statement; in two where the list is longer than the cap.

    Up to the cap its rows are read once and sorted into their tabs. Beyond it each tab is counted by itself, in the order
    of the index, so that the plan walks it instead of scanning the table.
    """
    today = today or wall.today()
    sunday = today + timedelta(days=6 - today.weekday())
    tests: dict[str, tuple[str, list[Any]]] = {
        "late": ("due_sort < %s", [today]),
        "today": ("due_sort = %s", [today]),
        "week": ("due_sort > %s AND due_sort <= %s", [today, sunday]),
        "later": ("due_sort > %s AND NOT held", [sunday]),
        "held": ("due_sort = %s AND held", [NO_DUE]),
    }
    found = queue(reach, filters=filters, today=today).order_by().values_list("id", "due_sort", "held")
    rows, args = found.query.sql_with_params()
    end = f"ORDER BY due_sort, id LIMIT {CAP + 1}"
    sorted_once = ", ".join(f"count(*) FILTER (WHERE {test})" for test, _values in tests.values())
    one_by_one = ", ".join(
        f"(SELECT count(*) FROM (SELECT 1 FROM ({rows}) AS r (id, due_sort, held) WHERE {test} {end}) AS q)"  # noqa: S608
        for test, _values in tests.values()
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*), {sorted_once} FROM ({rows} {end}) AS r (id, due_sort, held)",  # noqa: S608
            [*(value for _test, values in tests.values() for value in values), *args],
        )
        all_of_them, *row = cursor.fetchone() or (0,)
        if all_of_them > CAP:
            cursor.execute(f"SELECT {one_by_one}", [v for _test, values in tests.values() for v in (*args, *values)])
            row = cursor.fetchone() or ()
    return Tabs({"all": all_of_them, **dict(zip(tests, row, strict=True))})


@dataclass(frozen=True)
class Page:
    """One page of a queue by keyset: constant cost however far one has turned."""

    rows: Sequence[Matter]
    next: str
    size: int


def page(rows: QuerySet[Matter], *, after: str = "", size: int = 40) -> Page:
    """The rows after the cursor (`<day>.<id>` of the last row shown). Sorting must be by due or opened, ascending or not."""
    first = rows.query.order_by[0]
    column = str(first).lstrip("-")
    down = str(first).startswith("-")
    if after:
        try:
            day_text, _, id_text = after.partition(".")
            day, pk = date.fromisoformat(day_text), int(id_text)
        except ValueError:
            day, pk = None, 0
        if day is not None:
            side = "lt" if down else "gt"
            rows = rows.filter(Q(**{f"{column}__{side}": day}) | Q(**{column: day, f"pk__{side}": pk}))
    found = list(rows.select_related("handling_unit", "handler")[: size + 1])
    more = len(found) > size
    found = found[:size]
    cursor = f"{getattr(found[-1], column).isoformat()}.{found[-1].pk}" if more and found else ""
    return Page(found, cursor, size)
