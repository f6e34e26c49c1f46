"""Figures of reconsideration for leaders: from the kept counts, with comparison, formula and the list behind each number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xiezhi.kernel.access.subject import Subject
from xiezhi.kernel.calendar import clock as wall
from xiezhi.kernel.datasets import rollup
from xiezhi.kernel.procedures import policies, selectors
from xiezhi.kernel.procedures.models import Matter
from xiezhi.kernel.units.models import Level, Unit, UnitStatus
from xiezhi.ui import figures as ui
from xiezhi.ui.figures import Figure, Page, Period, Row, more, percent, points

from . import selectors as reconsideration

__all__ = ["BOARD", "below", "build"]

PROCEDURE = "XZFY"
DECIDE = ("RC-DECIDE-ORD", "RC-DECIDE-SIM")
GROUPS = (
    ("维持", ("UPHELD",)),
    ("驳回", ("REJECTED", "CLAIM_REJECTED")),
    ("纠错", ("CHANGED", "QUASHED", "PARTLY_QUASHED", "UNLAWFUL", "VOID", "ORDER_PERFORM")),
    ("调解和解", ("MEDIATED", "TERMINATED_WITHDRAWN")),
)
"""How results are shown in one bar; everything else is 其他."""


COLUMNS = (
    gettext_lazy("收到"),
    gettext_lazy("受理"),
    gettext_lazy("审结"),
    gettext_lazy("未结"),
    gettext_lazy("超期审结"),
    gettext_lazy("纠错率 %"),
    gettext_lazy("调解和解率 %"),
    gettext_lazy("30日内 %"),
    gettext_lazy("中位天数"),
)


def link(metric: str, unit: Unit, period: Period, **more: Any) -> str:
    """Address of the list behind a number."""
    return ui.link(PROCEDURE, metric, unit, period, **more)


def below(unit: Unit) -> list[Unit]:
    """The units one level down that carry figures: governments of the next level, or the offices of this one."""
    if Level(unit.level).column is None:
        return []
    own = Unit.objects.filter(status=UnitStatus.ACTIVE, reconsideration_organs=unit.pk)
    return [*ui.below(unit), *(u for u in own if u.pk != unit.pk)]


def build(subject: Subject, unit: Unit, period: Period) -> Page:
    """The page of one unit; four small queries and one for each kind of list, whatever the number of matters."""
    under = below(unit)
    first, last = min(period.first, period.base_first), max(period.last, period.base_last)
    found = rollup.figures_of([unit.pk, *(u.pk for u in under)], PROCEDURE, first, last)
    own = found[unit.pk]
    return Page(
        unit=unit, period=period, upto=own.upto, figures=_figures(subject, own, unit, period),
        monthly=_monthly(own, period), results=_results(own, unit, period), rows=[_row(found[u.pk], u, period) for u in under],
        categories=_categories(own, unit, period), total=own.total("concluded", period.months),
    )  # fmt: skip


def _within(own: rollup.Figures, months: Sequence[date]) -> float | None:
    buckets = own.buckets(reconsideration.DAYS, months)
    total = sum(buckets.values())
    return sum(n for days, n in buckets.items() if days <= reconsideration.WITHIN) / total if total else None


def overdue(subject: Subject, unit: Unit) -> int:
    """Open cases whose period for deciding is over, within reach; capped like every count of a queue."""
    column = Level(unit.level).column
    q = Q(**{column: unit.pk}) if column and unit.is_head else Q(handling_unit_id=unit.pk) | Q(organ_id=unit.pk)
    return selectors.capped_count(
        Matter.objects.filter(policies.reach_q(subject), q, open=True, due_sort__lt=wall.today(), due_term__in=DECIDE)
    )


def _figures(subject: Subject, own: rollup.Figures, unit: Unit, p: Period) -> list[Figure]:
    now, was, base = p.months, p.base_months, p.base_title

    def count(key: str, name: str, formula: str, note: str = "") -> Figure:
        n, before = own.total(key, now), own.total(key, was)
        return Figure(key, name, f"{n:,}", _("件"), note or more(n, before, base), link(key, unit, p), formula)

    def rate(key: str, name: str, part: str, whole: str, formula: str, opens: str = "") -> Figure:
        a, b = own.share(part, whole, now), own.share(part, whole, was)
        return Figure(key, name, percent(a), "%", points(a, b, base), link(opens or part, unit, p), formula)

    median, median_was = own.median(reconsideration.DAYS, now), own.median(reconsideration.DAYS, was)
    late = own.total("concluded_late", now)
    within, within_was = _within(own, now), _within(own, was)
    days = "—" if median is None else f"{median:g}"
    d = "" if median is None or median_was is None else _("比%(b)s%(w)s%(n)g天") % {
        "b": base, "w": _("多") if median > median_was else _("少"), "n": abs(median - median_was)}  # fmt: skip
    over = overdue(subject, unit)
    return [
        count("received", _("收到申请"), _("期间内收到的申请")),
        rate("acceptance_rate", _("受理率"), "accepted", "received", _("期间内受理 ÷ 期间内收到")),
        count("concluded", _("已审结"), _("期间内作出决定、调解、驳回、终止的案件，不含不予受理"),
              _("未结%(n)s件") % {"n": f"{own.now.get('pending', 0):,}"}),
        Figure("pending", _("未结"), f"{own.now.get('pending', 0):,}", _("件"),
               _("其中超期%(n)s件") % {"n": f"{selectors.CAP}+" if over > selectors.CAP else over}, link("pending", unit, p),
               _("现在还没有审结的案件")),
        rate("in_time_rate", _("按期审结率"), "concluded_in_time", "concluded", _("法定期限内审结 ÷ 审结"), "concluded_late")
        if late else rate("in_time_rate", _("按期审结率"), "concluded_in_time", "concluded", _("法定期限内审结 ÷ 审结")),
        Figure("within", _("30日内审结"), percent(within), "%", points(within, within_was, base), link("concluded", unit, p),
               _("自受理起30日内审结（不含中止） ÷ 审结")),
        Figure("median", _("审理天数中位数"), days, _("天"), d or _("自受理到审结，不含中止"), link("concluded", unit, p),
               _("把审理天数从小到大排列，取中间的一个")),
        rate("correction_rate", _("纠错率"), "corrected", "concluded", _("变更、撤销、部分撤销、确认违法、确认无效、责令履行 ÷ 审结")),
        rate("mediation_rate", _("调解和解率"), "mediated_or_settled", "concluded", _("调解结案和因和解撤回 ÷ 审结")),
        rate("views_rate", _("听取意见率"), "views_heard", "concluded_ordinary", _("普通程序中听取意见或者举行听证 ÷ 普通程序审结，应为100%")),
        rate("simplified_rate", _("简易程序比例"), "simplified", "accepted", _("适用简易程序受理 ÷ 受理")),
        rate("online_rate", _("网上申请比例"), "online", "received", _("通过互联网提出 ÷ 收到")),
    ]  # fmt: skip


def _monthly(own: rollup.Figures, p: Period) -> dict[str, Any]:
    return {
        "labels": [f"{m.year % 100}年{m.month}月" if p.first.year != p.last.year else f"{m.month}月" for m in p.months],
        "series": [
            {"name": _("收到"), "data": [own.total("received", [m]) for m in p.months]},
            {"name": _("审结"), "data": [own.total("concluded", [m]) for m in p.months]},
            {"name": _("收到，%(b)s") % {"b": p.base_title}, "data": [own.total("received", [m]) for m in p.base_months],
             "base": True},
        ],
    }  # fmt: skip


def _results(own: rollup.Figures, unit: Unit, p: Period) -> list[tuple[str, int, float, str]]:
    total = own.total("concluded", p.months)
    out, rest = [], total
    for title, outcomes in GROUPS:
        n = sum(own.total(f"outcome:{o}", p.months) for o in outcomes)
        rest -= n
        out.append(
            (title, n, 100 * n / total if total else 0.0, link("concluded", unit, p, outcome=",".join(outcomes)))
        )
    known = {o for _title, outcomes in GROUPS for o in outcomes}
    others = ",".join(k for k in reconsideration.CLOSING_TYPES if k not in known)
    if rest > 0:
        out.append((_("其他"), rest, 100 * rest / total, link("concluded", unit, p, outcome=others)))
    return out


def _categories(own: rollup.Figures, unit: Unit, p: Period) -> list[tuple[str, int, str]]:
    found = [(title, own.total(f"category:{code}", p.months), link("received", unit, p, statistics=code))
             for code, title in reconsideration.CATEGORIES.items()]  # fmt: skip
    return sorted((f for f in found if f[1]), key=lambda f: -f[1])


def _row(own: rollup.Figures, unit: Unit, p: Period) -> Row:
    now = p.months
    days = own.median(reconsideration.DAYS, now)
    cells = [
        (f"{own.total(k, now):,}", link(k, unit, p)) for k in ("received", "accepted", "concluded")
    ]  # fmt: skip
    cells.append((f"{own.now.get('pending', 0):,}", link("pending", unit, p)))
    cells.append((f"{own.total('concluded_late', now):,}", link("concluded_late", unit, p)))
    cells += [(percent(own.share(k, "concluded", now)), "") for k in ("corrected", "mediated_or_settled")]
    cells.append((percent(_within(own, now)), ""))
    cells.append(("—" if days is None else f"{days:g}", ""))
    return Row(unit, cells, unit.is_head, days)


def matters(
    metric: str, unit: Unit, since: date, until: date, reach: Q, query: Mapping[str, str]
) -> tuple[QuerySet[Matter], list[str]]:
    """The matters behind a number, narrowed by result or category."""
    found = reconsideration.rows(metric, unit, since, until, reach=reach)
    titles = []
    if outcome := query.get("outcome", ""):
        found = found.filter(outcome__in=outcome.split(",")[:40])
        titles.append("、".join(reconsideration.CLOSING_TYPES.get(o, o) for o in outcome.split(",")[:6]))
    if category := query.get("statistics", ""):
        found = found.filter(reconsideration__statistics_code=category)
        titles.append(reconsideration.CATEGORIES.get(category, category))
    return found, titles


BOARD = ui.Board(
    PROCEDURE, gettext_lazy("行政复议"), build, reconsideration.METRICS, matters, COLUMNS,
    chart_title=gettext_lazy("每月收到和审结"), bars_title=gettext_lazy("审理天数中位数"),
    bars_note=gettext_lazy("自受理到审结，不含中止"), bars_unit=gettext_lazy("天"), bars_mark=30,
    results_title=gettext_lazy("审结结果"), categories_title=gettext_lazy("收到申请的类别"),
)  # fmt: skip
