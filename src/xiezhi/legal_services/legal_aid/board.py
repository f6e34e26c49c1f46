"""Figures of legal aid for leaders: from the kept counts, with comparison, formula and the list behind each number."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet, Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xiezhi.kernel.access.subject import Subject
from xiezhi.kernel.datasets import rollup
from xiezhi.kernel.procedures.models import Matter
from xiezhi.kernel.units.models import Level, Unit
from xiezhi.ui import figures as ui
from xiezhi.ui.figures import Figure, Page, Period, Row, more, percent, points

from . import selectors
from .codes import GROUPS, MATTER_TYPES, REFUSAL_REASONS
from .contributions import DELAY
from .models import AidAgency, DutyShift
from .statistics import METRICS, RATES

__all__ = ["BOARD", "build"]

CODE = "FLYZ"


def _link(metric: str, unit: Unit, period: Period, **extra: Any) -> str:
    return ui.link(CODE, metric, unit, period, **extra)


def below(unit: Unit) -> list[Unit]:
    """Governments of the next level, and the agency of this place itself."""
    own = AidAgency.objects.filter(unit__parent__parent_id=unit.pk).select_related("unit")
    return [*ui.below(unit), *(a.unit for a in own if Level(a.unit.level) == Level(unit.level))]


def build(subject: Subject, unit: Unit, period: Period) -> Page:
    """The page of one unit; six small statements, whatever the number of matters."""
    under = below(unit)
    first, last = min(period.first, period.base_first), max(period.last, period.base_last)
    found = rollup.figures_of([unit.pk, *(u.pk for u in under)], CODE, first, last)
    own = found[unit.pk]
    return Page(
        unit=unit, period=period, upto=own.upto, figures=_figures(own, unit, period), monthly=_monthly(own, period),
        results=_results(own, unit, period), rows=[_row(found[u.pk], u, period) for u in under],
        categories=_categories(own, unit, period), total=own.total("refused", period.months),
    )  # fmt: skip


def total_of(own: rollup.Figures, code: str, months: list[date]) -> int:
    """Sum of an amount over months."""
    return sum(bucket * n for bucket, n in own.buckets(f"sum:{code}", months).items())


def _mean(own: rollup.Figures, metric: str, months: list[date]) -> float | None:
    buckets = own.buckets(metric, months)
    count = sum(buckets.values())
    return sum(b * n for b, n in buckets.items()) / count if count else None


def _figures(own: rollup.Figures, unit: Unit, p: Period) -> list[Figure]:
    now, was, base = p.months, p.base_months, p.base_title

    def count(key: str, name: str, formula: str, note: str = "") -> Figure:
        n, before = own.total(key, now), own.total(key, was)
        return Figure(key, name, f"{n:,}", _("件"), note or more(n, before, base), _link(key, unit, p), formula)

    def rate(key: str, opens: str = "") -> Figure:
        r = RATES[key]
        a, b = own.share(r.part, r.whole, now), own.share(r.part, r.whole, was)
        return Figure(key, r.title, percent(a), "%", points(a, b, base), _link(opens or r.part, unit, p), r.why)

    def money(key: str, name: str, formula: str, opens: str) -> Figure:
        n, before = total_of(own, key, now), total_of(own, key, was)
        wan = n >= 10_000
        value = f"{n / 10_000:,.1f}" if wan else f"{n:,}"
        return Figure(
            key,
            name,
            value,
            _("万元") if wan else _("元"),
            more(n, before, base).replace(_("件"), _("元")),
            _link(opens, unit, p),
            formula,
        )

    quality, pay = _mean(own, "sum:quality", now), _mean(own, "sum:subsidy", now)
    delay = own.median(DELAY, now)
    helped, witnessed = _duty(unit, p)
    late = own.total("decided_late", now)
    return [
        count("received", _("收到申请和通知"), _("期间内收到的申请和办案机关的通知"),
              _("其中通知辩护%(n)s件") % {"n": f"{own.total('notified', now):,}"}),
        count("granted", _("给予援助"), _("期间内决定给予（含先行提供）")),
        count("refused", _("不予援助"), _("期间内决定不予援助；理由见下")),
        Figure("pending", _("在办"), f"{own.now.get('pending', 0):,}", _("件"),
               _("其中等待指派%(n)s件") % {"n": f"{own.now.get('unassigned', 0):,}"}, _link("unassigned", unit, p), _("现在还没有办结的案件")),
        rate("decide_rate", "decided_late" if late else ""), rate("appoint_rate"), rate("tell_rate"), rate("forward_rate"),
        money("recovered", _("挽回损失"), _("期间内办结案件挽回损失或者取得利益之和"), "ended"),
        money("wages", _("追回劳动报酬"), _("期间内办结案件追回劳动报酬之和"), "wage_cases"),
        Figure("quality", _("质量评分"), "—" if quality is None else f"{quality:.1f}", _("分"),
               _("已评查%(n)s件") % {"n": f"{own.total('reviewed', now):,}"}, _link("reviewed", unit, p), _("已评查案件得分的平均数（每件两名评查人的平均）")),
        count("changed", _("更换承办人员"), _("期间内指派、后来更换过承办人员的案件")),
        count("complained", _("投诉"), _("期间内收到、被投诉过的案件")),
        count("objected", _("异议"), _("期间内对不予、终止援助提出异议的案件")),
        Figure("subsidy", _("件均补贴"), "—" if pay is None else f"{pay:,.0f}", _("元"),
               _("支付用时中位数%(n)s天") % {"n": "—" if delay is None else f"{delay:g}"}, _link("paid", unit, p),
               _("期间内支付的补贴 ÷ 支付件数；用时自结案材料审查合格起算")),
        Figure("duty", _("值班律师帮助"), f"{helped:,}", _("人次"), _("见证认罪认罚%(n)s人次") % {"n": f"{witnessed:,}"},
               _link("notified", unit, p), _("期间内值班登记的提供法律帮助人次，不计入辩护")),
    ]  # fmt: skip


def _duty(unit: Unit, p: Period) -> tuple[int, int]:
    column = Level(unit.level).column
    where = Q(**{f"agency__{column}": unit.pk}) if column and unit.is_head else Q(agency_id=unit.pk)
    found = DutyShift.objects.filter(where, valid_from__gte=p.first, valid_from__lt=p.until).aggregate(
        h=Sum("helped"), w=Sum("witnessed")
    )
    return found["h"] or 0, found["w"] or 0


def _monthly(own: rollup.Figures, p: Period) -> dict[str, Any]:
    return {
        "labels": [f"{m.year % 100}年{m.month}月" if p.first.year != p.last.year else f"{m.month}月" for m in p.months],
        "series": [
            {"name": _("收到"), "data": [own.total("received", [m]) for m in p.months]},
            {"name": _("给予援助"), "data": [own.total("granted", [m]) for m in p.months]},
            {"name": _("收到，%(b)s") % {"b": p.base_title}, "data": [own.total("received", [m]) for m in p.base_months], "base": True},
        ],
    }  # fmt: skip


def _results(own: rollup.Figures, unit: Unit, p: Period) -> list[tuple[str, int, float, str]]:
    total = own.total("refused", p.months)
    found = [(title, own.total(f"reason:{code}", p.months), _link("refused", unit, p, reason=code))
             for code, title in REFUSAL_REASONS.items()]  # fmt: skip
    return [(title, n, 100 * n / total if total else 0.0, href) for title, n, href in found if n]


def _categories(own: rollup.Figures, unit: Unit, p: Period) -> list[tuple[str, int, str]]:
    types = [
        (title, own.total(f"type:{code}", p.months), _link("received", unit, p, type=code))
        for code, title in MATTER_TYPES.items()
    ]
    groups = [
        (title, own.total(f"group:{code}", p.months), _link("received", unit, p, group=code))
        for code, title in GROUPS.items()
    ]
    by_number = sorted((f for f in types if f[1]), key=lambda f: -f[1])
    return [*by_number, *sorted((f for f in groups if f[1]), key=lambda f: -f[1])]


COLUMNS = (
    gettext_lazy("收到"), gettext_lazy("通知辩护"), gettext_lazy("给予"), gettext_lazy("不予"), gettext_lazy("在办"),
    gettext_lazy("7日内决定 %"), gettext_lazy("3日内指派 %"), gettext_lazy("追回工资（元）"),
)  # fmt: skip


def _row(own: rollup.Figures, unit: Unit, p: Period) -> Row:
    now = p.months
    cells = [(f"{own.total(k, now):,}", _link(k, unit, p)) for k in ("received", "notified", "granted", "refused")]
    cells.append((f"{own.now.get('pending', 0):,}", _link("pending", unit, p)))
    appointed = own.share("appointed_in_time", "appointed_timed", now)
    cells += [(percent(own.share("decided_in_time", "decided_timed", now)), ""), (percent(appointed), ""),
              (f"{total_of(own, 'wages', now):,}", _link("wage_cases", unit, p))]  # fmt: skip
    return Row(unit, cells, bool(ui.below(unit)) or unit.is_head, None if appointed is None else 100 * appointed)


def _matters(
    metric: str, unit: Unit, since: date, until: date, reach: Q, query: Mapping[str, str]
) -> tuple[QuerySet[Matter], list[str]]:
    """The matters behind a number, with the words of its filters."""
    filters = {k: query[k] for k in selectors.FILTERS if query.get(k)}
    words = [selectors.FILTERS[k][1].get(v, v) for k, v in filters.items()]
    return selectors.rows(metric, unit, since, until, reach=reach, filters=filters), words


BOARD = ui.Board(
    CODE, gettext_lazy("法律援助"), build, METRICS, _matters, COLUMNS, chart_title=gettext_lazy("每月收到与给予援助"),
    bars_title=gettext_lazy("3日内指派"), bars_note=gettext_lazy("按期指派 ÷ 已指派"), bars_unit="%", bars_mark=100,
    results_title=gettext_lazy("不予援助的理由"), categories_title=gettext_lazy("事项和人群（同一件可以属于几个人群）"),
)  # fmt: skip
