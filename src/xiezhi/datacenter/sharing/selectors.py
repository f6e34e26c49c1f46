"""What sharing can tell: requests of an office, resources on offer, partners, meters."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import Q, QuerySet, Sum

from xiezhi.datacenter import roles
from xiezhi.datacenter.standards import declare as standards
from xiezhi.kernel.access.subject import Subject
from xiezhi.kernel.procedures import policies
from xiezhi.kernel.procedures.models import Matter

from .corrections.procedure import CODE as CORRECTION
from .listing.procedure import CODE as LISTING
from .models import ShareRequest
from .requests.procedure import CODE as REQUEST

__all__ = ["Field", "Partner", "Resource", "fields_of", "late_q", "meters", "partners", "readable", "resources", "tabs"]

OPEN = ("REQUESTED", "SUPPLEMENT", "APPROVED", "ACTIVE", "SUSPENDED", "DISPUTED", "DISPOSAL")


def readable(subject: Subject) -> QuerySet[Matter]:
    """Matters of sharing the subject may see: of its own office, or in which its unit takes part."""
    q = policies.reach_q(subject) | policies.authority_q(subject)
    return Matter.objects.filter(q, procedure__in=(REQUEST, CORRECTION, LISTING))


def late_q(today: date) -> Q:
    """Replies and supplies that are late: missed now, or made after their day (政务数据共享条例 第39条第4项)."""
    from django.db.models import F

    reply = Q(reply_due__lt=today, replied_on__isnull=True, status__in=("REQUESTED", "SUPPLEMENT", "DISPUTED")) | Q(replied_on__gt=F("reply_due"))  # fmt: skip
    supply = Q(supply_due__lt=today, supplied_on__isnull=True, status="APPROVED") | Q(supplied_on__gt=F("supply_due"))
    return reply | supply


def tabs(subject: Subject, today: date) -> dict[str, QuerySet[ShareRequest]]:
    """Requests by what an officer looks for: those to us, ours to others, what must be done, late ones, in use."""
    rows = ShareRequest.objects.filter(matter__in=readable(subject).values("pk")).select_related(
        "matter", "provider", "requester"
    )
    mine = subject.unit_ids(roles.SHARER.code, roles.HEAD.code)
    return {
        "to_us": rows.filter(provider_id__in=mine), "ours": rows.filter(requester_id__in=mine),
        "todo": rows.filter(provider_id__in=mine, status__in=("REQUESTED", "APPROVED", "DISPOSAL")),
        "late": rows.filter(late_q(today)), "active": rows.filter(status__in=("ACTIVE", "SUSPENDED")), "all": rows,
    }  # fmt: skip


@dataclass(frozen=True)
class Field:
    """A column on offer."""

    name: str
    title: str
    level: str
    grade: str
    required: bool


@dataclass(frozen=True)
class Resource:
    """A table that can be asked for, with the interfaces over it."""

    code: str
    title: str
    base: str
    share: str
    share_title: str
    conditions: str
    purpose: str
    grade: str
    interfaces: tuple[Any, ...] = field(default=())

    @property
    def open_to_ask(self) -> bool:
        return self.share != "NONE"


def resources(text: str = "") -> list[Resource]:
    """Tables of the catalog, those whose title or code holds the text; unconditional ones first."""
    from xiezhi.datacenter.exchange import declare as exchange

    out = []
    for table in standards.tables.all():
        words = f"{table.code} {table.title} {table.description}".lower()
        if text and text.lower() not in words:
            continue
        mine = tuple(i for i in exchange.interfaces.all() if i.kind is not exchange.Kind.PUSH and i.table == table.code)
        out.append(Resource(
            table.code, table.title, table.base, table.share.value, table.share.label, table.share_basis or table.basis, table.purpose,
            exchange.grade_of(table.level), mine,
        ))  # fmt: skip
    order = {"UNCONDITIONAL": 0, "CONDITIONAL": 1, "NONE": 2}
    return sorted(out, key=lambda r: (order.get(r.share, 3), r.base, r.code))


def fields_of(resource: str, interface: str = "") -> list[Field]:
    """Columns that can be asked for, with their grades: of the interface where one is chosen."""
    from xiezhi.datacenter.exchange import declare as exchange

    if resource not in standards.tables:
        return []
    table = standards.tables.get(resource)
    chosen = exchange.interfaces.get(interface).fields if interface and interface in exchange.interfaces else None
    columns = [table.column(n) for n in chosen] if chosen is not None else list(table.columns)
    return [
        Field(c.name, c.title, table.level_of(c.name).label, exchange.grade_of(table.level_of(c.name)), c.required or c.key)
        for c in columns
        if exchange.RANK[table.level_of(c.name)] < 5
    ]  # fmt: skip


@dataclass
class Partner:
    """An agency with its systems: what goes to it and what comes from it."""

    agency: str
    callers: list[Any] = field(default_factory=list)
    grants: list[Any] = field(default_factory=list)
    flows: list[Any] = field(default_factory=list)
    requests: list[ShareRequest] = field(default_factory=list)
    supplied: int = 0
    obtained: int = 0
    refused: int = 0
    rows: int = 0

    @property
    def code(self) -> str:
        return str(self.callers[0].code) if self.callers else ""

    @property
    def next_end(self) -> Any:
        """The earliest end among open grants."""
        return min((g.valid_to for g in self.grants if g.state != "STOPPED"), default=None)


def partners(code: str = "") -> list[Partner]:
    """Agencies in order of name; with `code` the one to which that system belongs."""
    from xiezhi.datacenter.exchange.models import Caller, Meter

    callers = Caller.objects.order_by("agency", "code").prefetch_related("grants")
    if code:
        found = Caller.objects.filter(code=code).first()
        callers = callers.filter(agency=found.agency) if found else callers.none()
    by_agency: dict[str, Partner] = {}
    for caller in callers:
        one = by_agency.setdefault(caller.agency, Partner(caller.agency))
        one.callers.append(caller)
        one.grants += list(caller.grants.all())
    owner = {c.pk: p for p in by_agency.values() for c in p.callers}
    sums = (
        Meter.objects.filter(partner__in=list(owner))
        .values("partner", "direction")
        .annotate(c=Sum("calls"), r=Sum("refused"), n=Sum("rows"))
    )
    for row in sums:
        one = owner[row["partner"]]
        if row["direction"] == "SUPPLIED":
            one.supplied += row["c"] or 0
            one.refused += row["r"] or 0
            one.rows += row["n"] or 0
        else:
            one.obtained += row["c"] or 0
    return list(by_agency.values())


def meters(since: date, until: date, agency: str = "") -> list[dict[str, Any]]:
    """Meters by month, partner, direction and interface."""
    from xiezhi.datacenter.exchange.models import Meter

    rows = Meter.objects.filter(month__gte=since.replace(day=1), month__lte=until).select_related("partner")
    if agency:
        rows = rows.filter(partner__agency=agency)
    return [
        {"month": m.month, "agency": m.partner.agency, "system": m.partner.name, "direction": m.direction, "direction_title": m.get_direction_display(),
         "interface": m.interface, "calls": m.calls, "refused": m.refused, "asked": m.asked, "rows": m.rows, "bytes": m.bytes}
        for m in rows.order_by("-month", "partner__agency", "direction", "interface")
    ]  # fmt: skip


def months(since: date, until: date) -> list[date]:
    """First days of the months of a span."""
    out, at = [], since.replace(day=1)
    while at <= until:
        out.append(at)
        at = (at + timedelta(days=32)).replace(day=1)
    return out


def chart(rows: Sequence[dict[str, Any]], since: date, until: date, what: str = "rows") -> dict[str, Any]:
    """Both directions by month, for the line chart."""
    sums: dict[tuple[str, date], int] = defaultdict(int)
    for r in rows:
        sums[r["direction"], r["month"]] += int(r[what])
    labels = months(since, until)
    return {
        "labels": [f"{m:%Y-%m}" for m in labels],
        "series": [
            {"name": title, "data": [sums[code, m] for m in labels]} for code, title in (("SUPPLIED", "供给"), ("OBTAINED", "获取"))
        ],
    }  # fmt: skip


def daily_use(grant: Any, today: date) -> tuple[int, int | None]:
    """Calls taken out of a grant's daily quota today, and the quota."""
    from xiezhi.datacenter.exchange.models import QuotaUse

    taken = (
        QuotaUse.objects.filter(grant_id=grant.pk, period=f"d{today:%Y%m%d}").values_list("taken", flat=True).first()
    )
    return int(taken or 0), grant.per_day
