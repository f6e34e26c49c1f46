"""值班: rotas for courts, detention centers and the agency's own counter (法律援助法 第14条、第30条、第37条)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Count, Max, QuerySet

from xiezhi.kernel.calendar import clock as wall
from xiezhi.kernel.procedures import store
from xiezhi.kernel.procedures.core import Actor, Refused
from xiezhi.kernel.procedures.forms import Problem
from xiezhi.kernel.units.models import Unit

from .models import AidProvider, DutyPlace, DutyShift, ProviderPenalty

__all__ = ["cancel_shift", "fill", "plan_shift", "record_shift", "week"]


def week(agency_ids: Sequence[int], first: date, days: int = 7) -> QuerySet[DutyShift]:
    """Shifts of the agencies in the days from `first`, cancelled ones left out."""
    return (
        DutyShift.objects.filter(agency_id__in=agency_ids, valid_from__gte=first, valid_from__lt=first + timedelta(days=days))
        .exclude(state=DutyShift.CANCELLED).select_related("provider__person", "provider__firm__organization", "site", "agency")
        .order_by("valid_from", "place", "id")
    )  # fmt: skip


def _stopped(provider: AidProvider, day: date) -> bool:
    rows = ProviderPenalty.objects.filter(
        provider=provider, kind__in=(ProviderPenalty.STOP, ProviderPenalty.REVOKE), valid_from__lte=day
    )
    return any(p.valid_to is None or day < p.valid_to for p in rows)


def plan_shift(
    agency: Unit, provider: AidProvider, place: str, day: date, *, site: Unit | None = None, part: str = DutyShift.DAY
) -> DutyShift:
    """Put one provider on duty. Raises Refused: no lawyer, stopped, paused, or on duty elsewhere that day."""
    if place not in DutyPlace.values:
        raise Refused([Problem("INVALID", "请选择值班地点", "place")])
    if provider.kind == AidProvider.LEGAL_WORKER or not provider.license_no:
        raise Refused([Problem("NOT_LAWYER", "值班须由律师担任", "provider", "法律援助法 第14条")])
    if provider.status != AidProvider.ACTIVE:
        raise Refused([Problem("STATUS", f"{provider.person.name}已暂停指派", "provider")])
    if _stopped(provider, day):
        text = f"{provider.person.name}该日在停止执业期间，不能值班"
        raise Refused([Problem("STOP", text, "provider", "律师法 第47条")])
    try:
        with transaction.atomic():
            return DutyShift.objects.create(
                agency=agency, provider=provider, place=place, site=site, valid_from=day, valid_to=day + timedelta(days=1), part=part
            )  # fmt: skip
    except IntegrityError as error:
        raise Refused([Problem("TWICE", f"{provider.person.name}该日已有值班", "provider")]) from error


def cancel_shift(shift: DutyShift) -> None:
    """Take a planned shift back."""
    DutyShift.objects.filter(pk=shift.pk, state=DutyShift.PLANNED).update(state=DutyShift.CANCELLED)


def record_shift(shift: DutyShift, *, consulted: int, helped: int, witnessed: int, missed: bool = False) -> DutyShift:
    """What came of a shift. Raises Refused before its day and for more witnessed pleas than people helped."""
    if shift.valid_from > wall.today():
        raise Refused([Problem("FUTURE_DATE", "值班日还没有到，不能登记", "helped")])
    if shift.state == DutyShift.CANCELLED:
        raise Refused([Problem("CANCELLED", "这次值班已取消", "")])
    if witnessed > helped:
        raise Refused([Problem("ORDER", "认罪认罚见证人次不能多于提供法律帮助人次", "witnessed", "法律援助法 第30条")])
    shift.consulted, shift.helped, shift.witnessed = consulted, helped, witnessed
    shift.state = DutyShift.MISSED if missed else DutyShift.DONE
    shift.save(update_fields=["consulted", "helped", "witnessed", "state"])
    return shift


@transaction.atomic
def fill(
    agency: Unit, place: str, first: date, last: date, actor: Actor, *, site: Unit | None = None
) -> list[DutyShift]:
    """Fill the working days of a period fairly: who had the fewest shifts of a year, and the longest ago, comes first.

    Days that already have a shift at this place are left as they are. At most 62 days at once. Raises Refused.
    """
    if last < first or (last - first).days > 62:
        raise Refused([Problem("ORDER", "请选择不超过两个月的期间", "last")])
    people = list(
        AidProvider.objects.filter(agency=agency, status=AidProvider.ACTIVE, license_no__isnull=False)
        .exclude(kind=AidProvider.LEGAL_WORKER).select_related("person").order_by("id")
    )  # fmt: skip
    if not people:
        raise Refused([Problem("NOBODY", "名册中没有可以值班的律师", "provider")])
    counts: Counter[int] = Counter()
    latest: dict[int, date] = {}
    done = DutyShift.objects.filter(provider__in=people, valid_from__gt=first - timedelta(days=365)).exclude(
        state=DutyShift.CANCELLED
    )
    for row in done.values("provider_id").annotate(n=Count("pk"), last=Max("valid_from")):
        counts[row["provider_id"]], latest[row["provider_id"]] = row["n"], row["last"]
    taken = set(
        DutyShift.objects.filter(agency=agency, place=place, site=site, valid_from__gte=first, valid_from__lte=last)
        .exclude(state=DutyShift.CANCELLED).values_list("valid_from", flat=True)
    )  # fmt: skip
    calendar = store.calendar()
    made = []
    day = first
    while day <= last:
        if calendar.is_working(day) and day not in taken:
            for one in sorted(people, key=lambda p: (counts[p.pk], latest.get(p.pk, date.min), p.pk)):
                try:
                    made.append(plan_shift(agency, one, place, day, site=site))
                except Refused:
                    continue
                counts[one.pk] += 1
                latest[one.pk] = day
                break
        day += timedelta(days=1)
    return made
