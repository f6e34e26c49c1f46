"""欠薪情况: arrears and what was recovered, by project, firm, county and town, industry, and the weeks before festivals.

Every number is over the case rows within the reader's reach; one site is one project however many reports it has. The
figures of the leaders' page by unit and month come from the kernel's rollup (`figures`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Max, Min, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from xiezhi.kernel.calendar.models import CalendarDay
from xiezhi.kernel.units.models import Unit

from .codes import INDUSTRIES
from .models import Payment, WageCase
from .rules import rate_of

__all__ = [
    "FESTIVALS",
    "Line",
    "by_county",
    "by_firm",
    "by_industry",
    "by_project",
    "by_town",
    "days_to_first",
    "festivals",
    "totals",
]

FESTIVALS = ("春节", "端午节", "中秋节", "国庆节")
WEEKS = 8
_ZERO = Decimal(0)


@dataclass(frozen=True)
class Line:
    """One row of a table: who or where, and its sums in yuan."""

    key: Any
    name: str
    note: str
    matters: int
    workers: int
    owed: Decimal
    recovered: Decimal
    open: int = 0
    last: date | None = None

    @property
    def left(self) -> Decimal:
        """Still owed."""
        return self.owed - self.recovered

    @property
    def rate(self) -> str:
        """Recovered share in per cent, two decimals."""
        return rate_of(self.owed, self.recovered)


# reports that were no wage matter, or were taken back before anything was found, are not arrears
_COUNTED = ~Q(status="REDIRECTED")


def _sums(rows: QuerySet[WageCase]) -> dict[str, Any]:
    return {
        "matters": Count("pk"), "people": Sum("workers"), "due": Sum("owed"), "got": Sum("recovered"),
        "unclosed": Count("pk", filter=Q(matter__open=True)), "latest": Max("reported_on"),
    }  # fmt: skip


def _lines(
    rows: QuerySet[WageCase], key: str, name: str, limit: int, *, note: str = "", order: str = "left"
) -> list[Line]:
    extra = {"shown": Max(name)} | ({"noted": Max(note)} if note else {})
    found = (
        rows.filter(_COUNTED)
        .values(key)
        .annotate(**_sums(rows), **extra, left=Sum("owed") - Sum("recovered"))
        .order_by(f"-{order}", key)[:limit]
    )
    return [
        Line(r[key], str(r["shown"] or ""), str(r.get("noted") or ""), r["matters"], r["people"] or 0, r["due"] or _ZERO, r["got"] or _ZERO,
             r["unclosed"], r["latest"])
        for r in found
    ]  # fmt: skip


def totals(rows: QuerySet[WageCase]) -> dict[str, Any]:
    """Matters, projects, workers, sums, rate, median days to the first payment. Two statements."""
    found = rows.filter(_COUNTED).aggregate(
        **_sums(rows), projects=Count("project", distinct=True), groups=Count("pk", filter=Q(grouped=True)), fund=Coalesce(Sum("advanced"), _ZERO),
        repeats=Count("pk", filter=Q(repeat_count__gte=2)),
    )  # fmt: skip
    due, got = found["due"] or _ZERO, found["got"] or _ZERO
    return {**found, "people": found["people"] or 0, "due": due, "got": got, "left": due - got, "rate": rate_of(due, got),
            "first": days_to_first(rows)}  # fmt: skip


def days_to_first(rows: QuerySet[WageCase]) -> float | None:
    """Median of the days from the report to the first payment, over matters that had one."""
    found = sorted(
        (b - a).days
        for a, b in rows.filter(first_paid_on__isnull=False).values_list("reported_on", "first_paid_on")
        if a is not None and b is not None and b >= a
    )
    n = len(found)
    return (found[(n - 1) // 2] + found[n // 2]) / 2 if n else None


def by_project(rows: QuerySet[WageCase], limit: int = 20) -> list[Line]:
    """Sites with the largest arrears."""
    return _lines(
        rows.filter(project__isnull=False), "project__uid", "project__name", limit, note="project__contractor"
    )


def by_firm(rows: QuerySet[WageCase], limit: int = 20) -> list[Line]:
    """Employers by arrears."""
    return _lines(rows.exclude(employer_key=""), "employer_key", "employer_name", limit)


def by_industry(rows: QuerySet[WageCase]) -> list[Line]:
    """Industries by arrears."""
    return [
        Line(x.key, INDUSTRIES.get(str(x.key), "其他"), "", x.matters, x.workers, x.owed, x.recovered, x.open, x.last)
        for x in _lines(rows, "industry", "industry", 20)
    ]


def by_county(rows: QuerySet[WageCase], limit: int = 60) -> list[Line]:
    """Counties by arrears, where the site lies."""
    found = _lines(rows.filter(county_id__isnull=False), "county_id", "town", limit)
    names = _names([x.key for x in found])
    return [
        Line(x.key, names.get(x.key, ""), "", x.matters, x.workers, x.owed, x.recovered, x.open, x.last) for x in found
    ]


def by_town(rows: QuerySet[WageCase], limit: int = 30) -> list[Line]:
    """Towns by arrears: name and county."""
    found: Any = (
        rows.filter(_COUNTED, county_id__isnull=False).exclude(town="").values("county_id", "town")
        .annotate(**_sums(rows), left=Sum(F("owed") - F("recovered"))).order_by("-left", "county_id", "town")[:limit]
    )  # fmt: skip
    names = _names([r["county_id"] for r in found])
    return [
        Line(r["county_id"], r["town"], names.get(r["county_id"], ""), r["matters"], r["people"] or 0, r["due"] or _ZERO, r["got"] or _ZERO,
             r["unclosed"], r["latest"])
        for r in found
    ]  # fmt: skip


def _names(keys: Sequence[Any]) -> Mapping[Any, str]:
    units = Unit.objects.filter(pk__in=set(keys)).select_related("division")
    return {u.pk: u.division.name if u.division else u.name.removesuffix("人民政府") for u in units}


def festivals(rows: QuerySet[WageCase], today: date) -> list[dict[str, Any]]:
    """For each festival of last, this and the next year that is known: reports and sums in each of the eight weeks before
    it, week 1 the last. Festivals come from the published calendar."""
    days = (
        CalendarDay.objects.filter(date__gte=date(today.year - 1, 1, 1), date__lte=date(today.year + 1, 12, 31), name__in=FESTIVALS)
        .values("name", "date__year").annotate(first=Min("date")).order_by("first")
    )  # fmt: skip
    out = []
    for found in days:
        first = found["first"]
        begin = first - timedelta(weeks=WEEKS)
        if begin > today or first < today - timedelta(days=370):
            continue
        weeks = []
        for n in range(WEEKS, 0, -1):
            since = first - timedelta(weeks=n)
            weeks.append({"n": n, "since": since, "matters": 0, "owed": _ZERO, "got": _ZERO})
        for on, owed in rows.filter(_COUNTED, reported_on__gte=begin, reported_on__lt=first).values_list(
            "reported_on", "owed"
        ):
            week = weeks[(on - begin).days // 7]
            week["matters"] += 1
            week["owed"] += owed
        paid = Payment.objects.filter(matter__in=rows.values("pk"), paid_on__gte=begin, paid_on__lt=first).values_list(
            "paid_on", "amount"
        )
        for on, amount in paid:
            weeks[(on - begin).days // 7]["got"] += amount
        out.append(
            {
                "name": found["name"],
                "year": first.year,
                "first": first,
                "weeks": weeks,
                "most": max([w["matters"] for w in weeks] or [0]),
            }
        )
    return out[-3:]
