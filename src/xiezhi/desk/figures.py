"""Figures for leaders: from the kept counts, with comparison, formula, data time, and the list behind each number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from xiezhi.enforcement.reconsideration import selectors as reconsideration
from xiezhi.kernel.access.subject import Subject
from xiezhi.kernel.datasets import rollup
from xiezhi.kernel.procedures import policies, selectors
from xiezhi.kernel.procedures.models import Matter
from xiezhi.kernel.units.models import Level, Unit, UnitStatus

__all__ = ["Board", "Figure", "Period", "board", "months_of", "periods", "units_for"]

PROCEDURE = "XZFY"
ROLES = ("office_head", "organ_head", "leader", "statistician", "supervisor")
DECIDE = ("RC-DECIDE-ORD", "RC-DECIDE-SIM")
GROUPS = (
    ("维持", ("UPHELD",)),
    ("驳回", ("REJECTED", "CLAIM_REJECTED")),
    ("纠错", ("CHANGED", "QUASHED", "PARTLY_QUASHED", "UNLAWFUL", "VOID", "ORDER_PERFORM")),
    ("调解和解", ("MEDIATED", "TERMINATED_WITHDRAWN")),
)
"""How results are shown in one bar; everything else is 其他."""


@dataclass(frozen=True)
class Period:
    """Months from `first` to `last` (each the first day), and the months they are compared with."""

    key: str
    title: str
    first: date
    last: date
    base_first: date
    base_last: date
    base_title: str

    @property
    def until(self) -> date:
        """Day after the period."""
        return add_months(self.last, 1)

    @property
    def months(self) -> list[date]:
        return months_of(self.first, self.last)

    @property
    def base_months(self) -> list[date]:
        return months_of(self.base_first, self.base_last)


def add_months(day: date, n: int) -> date:
    """First day of the month `n` months after the one of `day`."""
    index = day.year * 12 + day.month - 1 + n
    return date(index // 12, index % 12 + 1, 1)


def months_of(first: date, last: date) -> list[date]:
    """First days of the months from `first` to `last`."""
    n = (last.year - first.year) * 12 + last.month - first.month
    return [add_months(first, i) for i in range(n + 1)]


def periods(today: date, key: str, base: str, since: str = "", until: str = "") -> Period:
    """The period a page asks for; faulty input reads as the year so far."""
    this = today.replace(day=1)
    titles = {
        "year": _("今年以来"),
        "month": _("本月"),
        "quarter": _("最近三个月"),
        "twelve": _("最近十二个月"),
        "own": _("自选"),
    }
    first, last = date(today.year, 1, 1), this
    if key == "month":
        first = this
    elif key == "quarter":
        first = add_months(this, -2)
    elif key == "twelve":
        first = add_months(this, -11)
    elif key == "last_year":
        first, last = date(today.year - 1, 1, 1), date(today.year - 1, 12, 1)
    elif key == "own":
        first, last = _month(since, first), _month(until, last)
        if last < first or len(months_of(first, last)) > 60:
            first, last = date(today.year, 1, 1), this
    else:
        key = "year"
    if base == "before":
        n = len(months_of(first, last))
        base_first, base_last, base_title = add_months(first, -n), add_months(first, -1), _("上一期间")
    else:
        base_first, base_last, base_title = add_months(first, -12), add_months(last, -12), _("上年同期")
    title = titles.get(key, _("去年全年"))
    said = f"{first.year}年{first.month}月" + ("" if first == last else f"至{_year(first, last)}{last.month}月")
    return Period(
        key, f"{said}" if key == "own" else f"{title}（{said}）", first, last, base_first, base_last, base_title
    )


def _year(first: date, last: date) -> str:
    return "" if first.year == last.year else f"{last.year}年"


def _month(text: str, default: date) -> date:
    try:
        return date.fromisoformat(f"{text[:7]}-01")
    except ValueError:
        return default


def units_for(subject: Subject) -> list[Unit]:
    """Units whose figures the subject may see first: the tops of the areas of leading roles."""
    wanted: set[int] = set()
    for held in subject.holding(*ROLES):
        if held.area.column == "id":
            wanted.add(held.unit_id)
        else:
            wanted |= held.area.values
    return list(Unit.objects.filter(pk__in=wanted).order_by("sort", "sort_key", "id"))


def may_see(subject: Subject, unit: Unit) -> bool:
    """Whether the figures of a unit lie within the subject's reach."""
    return any(held.area.holds(unit) for held in subject.holding(*ROLES)) or any(
        u.pk == unit.pk for u in units_for(subject)
    )


def below(unit: Unit) -> list[Unit]:
    """The units one level down that carry figures: governments of the next level, or the offices of this one."""
    column = Level(unit.level).column
    if column is None:
        return []
    under: list[Unit] = []
    if unit.is_head:
        levels = [level for level in Level if level.rank > Level(unit.level).rank and level.column]
        for level in levels:
            under = list(
                Unit.objects.filter(**{column: unit.pk}, level=level.value, pk=F(str(level.column)), status=UnitStatus.ACTIVE)
                .order_by("sort", "sort_key", "id")
            )  # fmt: skip
            if under:
                break
    own = Unit.objects.filter(status=UnitStatus.ACTIVE, reconsideration_organs=unit.pk)
    return [*under, *(u for u in own if u.pk != unit.pk)]


@dataclass(frozen=True)
class Figure:
    """One number with its unit, comparison, formula and the list behind it."""

    key: str
    name: str
    value: str
    unit: str
    note: str
    href: str
    formula: str


@dataclass
class Row:
    """One unit in the table."""

    unit: Unit
    cells: list[tuple[str, str]] = field(default_factory=list)  # (text, link or "")
    below: bool = False
    days: float | None = None


@dataclass
class Board:
    """Everything of the page."""

    unit: Unit
    period: Period
    upto: datetime | None
    figures: list[Figure]
    monthly: dict[str, Any]
    results: list[tuple[str, int, float, str]]
    rows: list[Row]
    categories: list[tuple[str, int, str]]
    total: int


COLUMNS = (
    _("收到"),
    _("受理"),
    _("审结"),
    _("未结"),
    _("超期审结"),
    _("纠错率 %"),
    _("调解和解率 %"),
    _("30日内 %"),
    _("中位天数"),
)


def link(metric: str, unit: Unit, period: Period, **more: Any) -> str:
    """Address of the list behind a number."""
    query = {
        "metric": metric,
        "unit": unit.pk,
        "from": period.first.isoformat(),
        "to": period.until.isoformat(),
        **more,
    }
    return reverse("desk:figure-rows") + "?" + urlencode(query)


def board(subject: Subject, unit: Unit, period: Period) -> Board:
    """The page of one unit; four small queries and one for each kind of list, whatever the number of matters."""
    under = below(unit)
    first, last = min(period.first, period.base_first), max(period.last, period.base_last)
    found = rollup.figures_of([unit.pk, *(u.pk for u in under)], PROCEDURE, first, last)
    own = found[unit.pk]
    return Board(
        unit=unit, period=period, upto=own.upto, figures=_figures(subject, own, unit, period),
        monthly=_monthly(own, period), results=_results(own, unit, period), rows=[_row(found[u.pk], u, period) for u in under],
        categories=_categories(own, unit, period), total=own.total("concluded", period.months),
    )  # fmt: skip


def _percent(value: float | None) -> str:
    return "—" if value is None else f"{100 * value:.1f}"


def _points(now: float | None, was: float | None, base: str) -> str:
    if now is None or was is None:
        return _("%(b)s没有可比的数") % {"b": base}
    d = 100 * (now - was)
    if abs(d) < 0.05:
        return _("与%(b)s持平") % {"b": base}
    return _("比%(b)s%(w)s%(n).1f个百分点") % {"b": base, "w": _("高") if d > 0 else _("低"), "n": abs(d)}


def _more(now: int, was: int, base: str) -> str:
    if not was:
        return _("%(b)s为0") % {"b": base} if now else _("%(b)s也是0") % {"b": base}
    d = 100 * (now - was) / was
    if abs(d) < 0.05:
        return _("与%(b)s持平") % {"b": base}
    if abs(d) > 300:  # a share of a handful says nothing
        return _("%(b)s%(n)s件") % {"b": base, "n": f"{was:,}"}
    return _("比%(b)s%(w)s%(n).1f%%") % {"b": base, "w": _("多") if d > 0 else _("少"), "n": abs(d)}


def _within(own: rollup.Figures, months: Sequence[date]) -> float | None:
    buckets = own.buckets(reconsideration.DAYS, months)
    total = sum(buckets.values())
    return sum(n for days, n in buckets.items() if days <= reconsideration.WITHIN) / total if total else None


def overdue(subject: Subject, unit: Unit) -> int:
    """Open cases whose period for deciding is over, within reach; capped like every count of a queue."""
    from xiezhi.kernel.calendar import clock as wall

    column = Level(unit.level).column
    q = Q(**{column: unit.pk}) if column and unit.is_head else Q(handling_unit_id=unit.pk) | Q(organ_id=unit.pk)
    return selectors.capped_count(
        Matter.objects.filter(policies.reach_q(subject), q, open=True, due_sort__lt=wall.today(), due_term__in=DECIDE)
    )


def _figures(subject: Subject, own: rollup.Figures, unit: Unit, p: Period) -> list[Figure]:
    now, was, base = p.months, p.base_months, p.base_title

    def count(key: str, name: str, formula: str, note: str = "") -> Figure:
        n, before = own.total(key, now), own.total(key, was)
        return Figure(key, name, f"{n:,}", _("件"), note or _more(n, before, base), link(key, unit, p), formula)

    def rate(key: str, name: str, part: str, whole: str, formula: str, opens: str = "") -> Figure:
        a, b = own.share(part, whole, now), own.share(part, whole, was)
        return Figure(key, name, _percent(a), "%", _points(a, b, base), link(opens or part, unit, p), formula)

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
        Figure("within", _("30日内审结"), _percent(within), "%", _points(within, within_was, base), link("concluded", unit, p),
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
    cells += [(_percent(own.share(k, "concluded", now)), "") for k in ("corrected", "mediated_or_settled")]
    cells.append((_percent(_within(own, now)), ""))
    cells.append(("—" if days is None else f"{days:g}", ""))
    return Row(unit, cells, unit.is_head, days)


def age(upto: datetime | None, now: datetime) -> str:
    """How old the counts are, where that matters."""
    if upto is None:
        return _("还没有汇总过数据")
    return _("数据可能已过时") if now - upto > timedelta(minutes=15) else ""
