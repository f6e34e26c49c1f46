"""What the exchange can tell: interfaces with their use, callers, lines of the log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from xiezhi.kernel.calendar import clock

from . import declare
from .declare import Interface, Kind, grade_of, show
from .models import CallLog, Grant, GrantState, ServedTable

__all__ = ["FieldLine", "Use", "calls", "fields_of", "overview", "use_of", "uses"]

MOST = 100_000
"""Lines counted at most; beyond that a page says "more than"."""
SAMPLE = 5_000


@dataclass(frozen=True)
class Use:
    """Use of an interface in the last 24 hours. `more`: there were more calls than are counted; p95 is of the newest ones."""

    calls: int
    refused: int
    more: bool
    p95: float | None


def uses(column: str, values: Sequence[Any]) -> dict[Any, Use]:
    """Use by interface code or caller, in one statement over the newest lines of each: a province's day of calls does not
    slow the page down. `column`: interface or caller_id."""
    kind = {"interface": "text", "caller_id": "bigint"}[column]
    since = clock.now() - timedelta(hours=24)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT asked.one, used.* FROM unnest(%s::{kind}[]) AS asked (one), LATERAL ("
            "SELECT count(*), count(*) FILTER (WHERE result <> 'OK'), "
            "percentile_cont(0.95) WITHIN GROUP (ORDER BY ms) FILTER (WHERE n <= %s) FROM ("
            "SELECT result, ms, row_number() OVER (ORDER BY at DESC) AS n FROM (SELECT result, ms, at FROM exchange_calllog "
            f"WHERE {column} = asked.one AND at >= %s ORDER BY at DESC LIMIT %s) AS held) AS newest) AS used",
            [list(values), SAMPLE, since, MOST],
        )
        return {one: Use(count, refused, count >= MOST, p95) for one, count, refused, p95 in cursor.fetchall()}


def use_of(interface: str = "", caller: int | None = None) -> Use:
    """Use of one interface, or of one caller."""
    return uses("interface", [interface])[interface] if caller is None else uses("caller_id", [caller])[caller]


@dataclass(frozen=True)
class InterfaceLine:
    """An interface as the list shows it."""

    interface: Interface
    grade: str
    grants: int
    use: Use
    copy: ServedTable | None


def overview() -> list[InterfaceLine]:
    """Every interface with its use, those with most calls in front."""
    copies = {table.code: table for table in ServedTable.objects.all()}
    open_grants: dict[str, int] = {}
    for code in Grant.objects.exclude(state=GrantState.STOPPED).values_list("interface", flat=True):
        open_grants[code] = open_grants.get(code, 0) + 1
    used = uses("interface", [interface.code for interface in declare.interfaces.all()])
    lines = [
        InterfaceLine(
            interface,
            grade_of(interface.level),
            open_grants.get(interface.code, 0),
            used[interface.code],
            copies.get(interface.table),
        )
        for interface in declare.interfaces.all()
    ]
    return sorted(lines, key=lambda line: -line.use.calls)


@dataclass(frozen=True)
class FieldLine:
    """A field of an interface: its grade and how it goes out for each purpose."""

    name: str
    title: str
    grade: str
    ways: tuple[tuple[str, str], ...]


def fields_of(interface: Interface) -> list[FieldLine]:
    if interface.kind is Kind.PUSH:
        return []
    table = interface.declared
    out = []
    for name in interface.fields:
        ways = tuple(
            (p.title, "是或者否" if interface.kind is Kind.VERIFY else show(interface, name, p.code).label)
            for p in interface.purposes.values()
        )
        out.append(FieldLine(name, table.column(name).title, grade_of(table.level_of(name)), ways))
    return out


def calls(said: Mapping[str, Any], since: datetime, until: datetime) -> QuerySet[CallLog]:
    """Lines of a period, narrowed by what a search names. `call` is a call's number as answers carry it."""
    found = CallLog.objects.filter(at__gte=since, at__lt=until).select_related("caller")
    if caller := said.get("caller"):
        found = found.filter(caller__code=caller)
    if interface := said.get("interface"):
        found = found.filter(interface=interface)
    if result := said.get("result"):
        found = found.exclude(result="OK") if result == "REFUSED" else found.filter(result=result)
    if case := str(said.get("case") or "").strip():
        found = found.filter(case_no=case)
    return found.order_by("-at", "-id")
