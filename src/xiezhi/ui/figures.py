"""Figures for leaders: periods, comparison, and what a page of figures is made of. Each function declares its board.

Every number carries its formula, the time of its data and the list behind it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import F, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from xiezhi.kernel.access.subject import Subject
from xiezhi.kernel.units.models import Level, Unit, UnitStatus

__all__ = [
    "BOARDS", "ROLES", "Board", "Figure", "Metric", "Page", "Period", "Row", "add_months", "age", "below", "link", "may_see", "months_of", "more",
    "percent", "periods", "points", "register", "units_for",
]  # fmt: skip

ROLES = ("office_head", "organ_head", "leader", "statistician", "supervisor")


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
    """Governments of the next level under this one that have any unit; nothing below a single office."""
    column = Level(unit.level).column
    if column is None or not unit.is_head:
        return []
    for level in (found for found in Level if found.rank > Level(unit.level).rank and found.column):
        under = list(
            Unit.objects.filter(**{column: unit.pk}, level=level.value, pk=F(str(level.column)), status=UnitStatus.ACTIVE)
            .order_by("sort", "sort_key", "id")
        )  # fmt: skip
        if under:
            return under
    return []


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
    bar: float | None = None


@dataclass
class Page:
    """Everything of a page of figures. What a board leaves empty is left out.

    `monthly`: {"labels": [...], "series": [{"name", "data", "base"}]}. `results`: parts of a whole as (title, number,
    percent, link). `categories`: (title, number, link).
    """

    unit: Unit
    period: Period
    upto: datetime | None
    figures: list[Figure]
    monthly: dict[str, Any] = field(default_factory=dict)
    results: list[tuple[str, int, float, str]] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    categories: list[tuple[str, int, str]] = field(default_factory=list)
    total: int = 0


@dataclass(frozen=True)
class Metric:
    """What the list behind a number is called; `at_end` for numbers of the present, not of a period."""

    code: str
    title: Any
    at_end: bool = False


@dataclass(frozen=True)
class Board:
    """指标: the figures of one function.

    `build(subject, unit, period)` makes the page in a fixed number of statements. `metrics` name the lists, and
    `matters(metric, unit, since, until, reach, query)` returns the matters behind one (a Matter queryset, within `reach`)
    and further words for its title, read from the address's `query`.
    """

    code: str
    title: Any
    build: Callable[[Subject, Unit, Period], Page]
    metrics: Mapping[str, Any]
    matters: Callable[..., tuple[QuerySet[Any], list[str]]]
    columns: Sequence[Any] = ()
    roles: tuple[str, ...] = ROLES
    chart_title: Any = ""
    bars_title: Any = ""
    bars_note: Any = ""
    bars_unit: Any = ""
    bars_mark: float | None = None
    results_title: Any = ""
    categories_title: Any = ""


BOARDS: dict[str, Board] = {}


def register(board: Board) -> None:
    """Raises ValueError when the code has another board."""
    if BOARDS.setdefault(board.code, board) is not board:
        raise ValueError(f"board {board.code} is registered twice")


def link(board: str, metric: str, unit: Unit, period: Period, **more: Any) -> str:
    """Address of the list behind a number."""
    query = {
        "board": board, "metric": metric, "unit": unit.pk, "from": period.first.isoformat(), "to": period.until.isoformat(),
        **more,
    }  # fmt: skip
    return reverse("desk:figure-rows") + "?" + urlencode(query)


def percent(value: float | None) -> str:
    return "—" if value is None else f"{100 * value:.1f}"


def points(now: float | None, was: float | None, base: str) -> str:
    if now is None or was is None:
        return _("%(b)s没有可比的数") % {"b": base}
    d = 100 * (now - was)
    if abs(d) < 0.05:
        return _("与%(b)s持平") % {"b": base}
    return _("比%(b)s%(w)s%(n).1f个百分点") % {"b": base, "w": _("高") if d > 0 else _("低"), "n": abs(d)}


def more(now: int, was: int, base: str) -> str:
    if not was:
        return _("%(b)s为0") % {"b": base} if now else _("%(b)s也是0") % {"b": base}
    d = 100 * (now - was) / was
    if abs(d) < 0.05:
        return _("与%(b)s持平") % {"b": base}
    if abs(d) > 300:  # a share of a handful says nothing
        return _("%(b)s%(n)s件") % {"b": base, "n": f"{was:,}"}
    return _("比%(b)s%(w)s%(n).1f%%") % {"b": base, "w": _("多") if d > 0 else _("少"), "n": abs(d)}


def age(upto: datetime | None, now: datetime) -> str:
    """How old the counts are, where that matters."""
    if upto is None:
        return _("还没有汇总过数据")
    return _("数据可能已过时") if now - upto > timedelta(minutes=15) else ""
