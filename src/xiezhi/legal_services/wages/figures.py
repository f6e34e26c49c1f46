"""指标: what a wage matter counts for by month and unit, and the leaders' page over it.

Sums stand in the rollup as buckets of whole yuan, one contribution a matter, so that the total is exact to the yuan and
a page costs the same for a county and a province.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xiezhi.kernel.access.subject import Subject
from xiezhi.kernel.datasets import rollup
from xiezhi.kernel.procedures.models import Matter
from xiezhi.kernel.units.models import Level, Unit
from xiezhi.ui.figures import Board, Figure, Metric, Page, Period, Row, below, link, months_of

from .codes import INDUSTRIES
from .hooks import CODE
from .models import WageCase

__all__ = ["BOARD", "contributions", "register"]

DETAILS = tuple(
    f"wages__{n}"
    for n in (
        "reported_on",
        "triaged_on",
        "first_paid_on",
        "owed",
        "recovered",
        "workers",
        "grouped",
        "industry",
        "status",
        "repeat_count",
    )
)
METRICS = {
    "reported": Metric("reported", gettext_lazy("求助")), "open": Metric("open", gettext_lazy("未结"), at_end=True),
    "grouped": Metric("grouped", gettext_lazy("群体性")), "repeat": Metric("repeat", gettext_lazy("屡次欠薪单位的求助")),
    "same_day": Metric("same_day", gettext_lazy("当日分流")), "recovered": Metric("recovered", gettext_lazy("有到账的")),
}  # fmt: skip


def contributions(matter: Matter) -> Iterator[tuple[date, str, int]]:
    """(day, metric, bucket) of one matter; all by the month of the report, so that a rate compares like with like."""
    case: Any = getattr(matter, "wages", None)
    if not isinstance(case, WageCase) or case.status == "REDIRECTED":
        return
    on = case.reported_on
    yield on, "reported", 0
    yield on, f"industry:{case.industry}", 0
    yield on, "workers", case.workers
    yield on, "owed", int(case.owed)
    if case.recovered > 0:
        yield on, "recovered", int(case.recovered)
    if case.grouped:
        yield on, "grouped", 0
    if case.repeat_count >= 2:
        yield on, "repeat", 0
    if case.triaged_on is not None and case.triaged_on == on:
        yield on, "same_day", 0
    if case.first_paid_on is not None and case.first_paid_on >= on:
        yield on, "first_days", (case.first_paid_on - on).days
    if matter.open:
        yield rollup.NOW, "open", 0


def _sum(found: rollup.Figures, metric: str, months: Sequence[date]) -> int:
    return sum(bucket * n for bucket, n in found.buckets(metric, months).items())


def _wan(yuan: int) -> str:
    return f"{yuan / 10000:,.2f}"


def _rate(found: rollup.Figures, months: Sequence[date]) -> str:
    due = _sum(found, "owed", months)
    return f"{100 * _sum(found, 'recovered', months) / due:.2f}" if due else "—"


def build(subject: Subject, unit: Unit, period: Period) -> Page:
    """The page of one unit: two statements for the numbers, whatever their size."""
    under = below(unit)
    found = rollup.figures_of([unit.pk, *(u.pk for u in under)], CODE, period.base_first, period.last)
    own, months, base = found[unit.pk], period.months, period.base_months
    n, was = own.total("reported", months), own.total("reported", base)
    first = own.median("first_days", months)
    own_board = reverse("wages_desk:board")

    def to(metric: str) -> str:
        return link(CODE, metric, unit, period)

    figures = [
        Figure("reported", _("求助"), f"{n:,}", _("件"), _("上年同期%(n)s件") % {"n": f"{was:,}"}, to("reported"), _("期间内登记的求助，转其他渠道的不算")),
        Figure("workers", _("人数"), f"{_sum(own, 'workers', months):,}", _("人"), "", to("reported"), _("求助涉及的工友合计")),
        Figure("owed", _("欠薪"), _wan(_sum(own, "owed", months)), _("万元"), "", own_board, _("求助的欠薪合计")),
        Figure("recovered", _("追回"), _wan(_sum(own, "recovered", months)), _("万元"), "", to("recovered"), _("期间内的求助至今追回的合计")),
        Figure("rate", _("追回率"), _rate(own, months), "%", "", own_board, _("追回÷欠薪")),
        Figure("first", _("首笔到账"), "—" if first is None else f"{first:.1f}", _("天"), "", to("recovered"), _("求助到首笔到账天数的中位数")),
        Figure("same_day", _("当日分流"), f"{own.total('same_day', months):,}", _("件"), "", to("same_day"), _("求助当日分流的")),
        Figure("grouped", _("群体性"), f"{own.total('grouped', months):,}", _("件"), "", to("grouped"), _("达到报告标准的")),
    ]  # fmt: skip
    page = Page(unit, period, own.upto, figures, total=n)
    page.monthly = {
        "labels": [f"{m.month}月" for m in months],
        "series": [{"name": _("求助"), "data": [own.total("reported", [m]) for m in months], "base": [own.total("reported", [m]) for m in months_of(period.base_first, period.base_last)]}],
    }  # fmt: skip
    page.categories = [
        (title, count, link(CODE, "reported", unit, period, industry=code))
        for code, title in INDUSTRIES.items()
        if (count := own.total(f"industry:{code}", months))
    ]
    for one in under:
        theirs = found[one.pk]
        page.rows.append(Row(one, [
            (f"{theirs.total('reported', months):,}", link(CODE, "reported", one, period)), (_wan(_sum(theirs, "owed", months)), ""),
            (_rate(theirs, months), ""), (f"{theirs.total('grouped', months):,}", link(CODE, "grouped", one, period)),
        ], below=bool(Level(one.level).column), bar=None))  # fmt: skip
    return page


_WHERE: Mapping[str, Q] = {
    "reported": Q(), "open": Q(matter__open=True), "grouped": Q(grouped=True), "repeat": Q(repeat_count__gte=2), "recovered": Q(recovered__gt=0),
}  # fmt: skip


def matters(
    metric: str, unit: Unit, since: date, until: date, reach: Q, query: Mapping[str, str]
) -> tuple[QuerySet[Matter], list[str]]:
    """The matters behind a number, within reach."""
    from django.db.models import F

    rows = WageCase.objects.exclude(status="REDIRECTED")
    if metric != "open":
        rows = rows.filter(reported_on__gte=since, reported_on__lt=until)
    rows = rows.filter(triaged_on=F("reported_on")) if metric == "same_day" else rows.filter(_WHERE.get(metric, Q()))
    words: list[str] = []
    industry = str(query.get("industry", ""))
    if industry in INDUSTRIES:
        rows, words = rows.filter(industry=industry), [INDUSTRIES[industry]]
    column = Level(unit.level).column
    place = Q(handling_unit_id=unit.pk) | (Q(**{column: unit.pk}) if column else Q())
    return Matter.objects.filter(reach, place, pk__in=rows.values("pk")), words


BOARD = Board(
    CODE, gettext_lazy("欠薪求助"), build, METRICS, matters,
    columns=(gettext_lazy("求助"), gettext_lazy("欠薪（万元）"), gettext_lazy("追回率（%）"), gettext_lazy("群体性")),
    chart_title=gettext_lazy("每月求助"), categories_title=gettext_lazy("分行业"),
)  # fmt: skip


def register() -> None:
    """Tell the rollup what a matter contributes."""
    rollup.register(CODE, contributions, details=DETAILS)
