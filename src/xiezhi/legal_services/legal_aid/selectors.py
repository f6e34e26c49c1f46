"""What legal aid can tell: figures with the matters behind them, a provider's matters, the calendar of hearings."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from xiezhi.kernel.calendar import clock as wall
from xiezhi.kernel.procedures.models import Matter
from xiezhi.kernel.units.models import LEVEL_COLUMNS, Level, Unit

from .codes import GROUPS, MATTER_TYPES, REFUSAL_REASONS
from .models import AidCase, AidHearing, AidProvider, Offer, PaymentList, SubsidyItem
from .statistics import METRICS

__all__ = ["cases", "hearings_of", "matters_of", "offers_to", "rows", "subsidies_of", "unit_q"]

FILTERS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "type": ("matter_type", MATTER_TYPES), "reason": ("reason", REFUSAL_REASONS), "group": ("groups__contains", GROUPS),
}  # fmt: skip


def unit_q(unit: Unit | None) -> Q:
    """Matters of the territory of a unit, or all of them."""
    if unit is None:
        return Q()
    column = Level(unit.level).column
    head = getattr(unit, column) if column in LEVEL_COLUMNS and column else None
    if column and head == unit.pk:
        return Q(**{f"matter__{column}": head})
    return Q(matter__handling_unit_id=unit.pk) | Q(matter__organ_id=unit.pk)


def cases(
    metric: str, unit: Unit | None, since: date, until: date, filters: Mapping[str, Any] | None = None
) -> QuerySet[AidCase]:
    """Rows of a metric in [since, until). Raises KeyError naming an unknown metric."""
    found = METRICS[metric]
    where = found.where & unit_q(unit)
    if not found.at_end:
        where &= Q(**{f"{found.when}__gte": since, f"{found.when}__lt": until})
    for name, value in (filters or {}).items():
        if name in FILTERS and value:
            column = FILTERS[name][0]
            where &= Q(**{column: [value] if column.endswith("contains") else value})
    return AidCase.objects.filter(where)


def rows(
    metric: str, unit: Unit | None, since: date, until: date, *, reach: Q | None = None,
    filters: Mapping[str, Any] | None = None,
) -> QuerySet[Matter]:  # fmt: skip
    """The matters behind a figure, newest first; `reach` limits them to what the reader may open."""
    found = Matter.objects.filter(pk__in=cases(metric, unit, since, until, filters).values("pk"))
    if reach is not None:
        found = found.filter(reach)
    return found.select_related("handling_unit", "organ", "legal_aid").order_by("-opened_on", "-id")


# the provider's own work


def offers_to(provider: AidProvider, at: datetime | None = None) -> QuerySet[Offer]:
    """Offers that wait for this provider's answer, the most urgent first."""
    return (
        Offer.objects.filter(provider=provider, answer__isnull=True, until__gt=at or wall.now(), matter__open=True)
        .select_related("matter__legal_aid", "matter__handling_unit").order_by("until")
    )  # fmt: skip


def matters_of(provider: AidProvider, *, running: bool = True) -> QuerySet[Matter]:
    """Matters the provider acts in, by clock; with `running` False those that are over, newest first."""
    found = Matter.objects.filter(legal_aid__provider=provider).select_related("legal_aid", "handling_unit")
    if running:
        return found.filter(open=True, legal_aid__closed_on__isnull=True).order_by("due_sort", "id")
    return found.exclude(open=True, legal_aid__closed_on__isnull=True).order_by("-opened_on", "-id")


def hearings_of(provider: AidProvider, first: date, days: int = 60) -> QuerySet[AidHearing]:
    """Hearings and other dates of the provider's running matters from a day on."""
    start = datetime.combine(first, datetime.min.time(), wall.SHANGHAI)
    return (
        AidHearing.objects.filter(matter__legal_aid__provider=provider, matter__open=True, cancelled=False, at__gte=start,
                                  at__lt=start + timedelta(days=days))
        .select_related("matter__legal_aid").order_by("at", "id")
    )  # fmt: skip


def subsidies_of(provider: AidProvider) -> QuerySet[SubsidyItem]:
    """What the provider was or will be paid, newest first."""
    return SubsidyItem.objects.filter(provider=provider).select_related("matter", "listed").order_by("-made_at", "-id")


def lists_of(agency_ids: Any) -> QuerySet[PaymentList]:
    """Payment lists of the agencies, newest first."""
    return PaymentList.objects.filter(agency_id__in=agency_ids).select_related("agency").order_by("-month", "-number")
