"""满意度指标: counts by unit, procedure and step in the kernel's rollup, and the leaders' board over them.

Counts are kept from what each invitation contributes, by differences, as those of matters are. Numbers below the
smallest cell (`min_count`) are not shown; the list behind a number names no matter and nobody.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xiezhi.kernel.access.subject import Subject
from xiezhi.kernel.calendar import clock as wall
from xiezhi.kernel.datasets import rollup
from xiezhi.kernel.procedures import registry
from xiezhi.kernel.procedures.models import Matter
from xiezhi.kernel.units.models import Level, Unit
from xiezhi.ui import figures as ui
from xiezhi.ui.figures import Board, Figure, Metric, Page, Period, Row, below, percent, points

from . import codes, params
from .models import CallbackRow, Invitation

__all__ = [
    "BOARD", "CODE", "COUNTS", "average", "bad", "good", "minimum", "parts_of", "rated", "steps",
    "under",
]  # fmt: skip

CODE = params.CODE
_BATCH = 2000
Part = tuple[str, str, int]


def step_metric(prefix: str, procedure: str, event: str) -> str:
    """Metric of one step of one procedure, within the column's width."""
    return f"{prefix}:{procedure}:{event}"[:48]


def parts_of(invitation: Invitation) -> list[Part]:
    """What one invitation contributes: (month, metric, bucket). Pure, of the row with its rating and call-back."""
    if invitation.state == Invitation.REPLACED:
        return []
    procedure, event = invitation.procedure, invitation.event
    asked = _month(invitation.made_at.astimezone(wall.SHANGHAI).date())
    out: list[Part] = [
        (asked, "invited", 0),
        (asked, f"invited:{procedure}", 0),
        (asked, step_metric("i", procedure, event), 0),
    ]
    rating = getattr(invitation, "rating", None)
    if rating is not None:
        said = _month(rating.rated_at.astimezone(wall.SHANGHAI).date())
        out += [(asked, "answered", 0), (asked, f"answered:{procedure}", 0)]
        out += [(said, "level", rating.level), (said, f"level:{procedure}", rating.level)]
        out.append((said, step_metric("l", procedure, event), rating.level))
    row = getattr(invitation, "callback", None)
    if row is not None:
        month = _month(row.opened_on)
        out += [(month, f"cb:{name}", 0) for name in callback_metrics(row)]
        if row.rerate_level:
            out.append((month, "cb:rerated", row.rerate_level))
    return out


def callback_metrics(row: CallbackRow) -> Iterator[str]:
    """Which metrics a call-back counts for."""
    yield "all"
    if row.called_in_time is not None:
        yield "on_time" if row.called_in_time else "late"
    if row.founded is not None:
        yield "founded" if row.founded else "unfounded"
    if row.rectified_on is not None:
        yield "rectified"
        if row.rectified_in_time:
            yield "rectified_on_time"


def _month(day: date) -> str:
    return day.replace(day=1).isoformat()


class _Counts:
    """The counts of invitations in the rollup (`rollup.Counted`)."""

    def refresh(self) -> int:
        """Apply what changed since the last time; runs inside the rollup's transaction."""
        done, last = 0, 0
        while True:
            rows = list(
                Invitation.objects.select_related("matter", "rating", "callback").filter(dirty=True, pk__gt=last)
                .select_for_update(of=("self",), skip_locked=True).order_by("pk")[:_BATCH]
            )  # fmt: skip
            if not rows:
                return done
            delta: Counter[tuple[str, int, str, str, int]] = Counter()
            for row in rows:
                new = {"units": rollup.units_of(row.matter), "parts": [list(p) for p in parts_of(row)]}
                _spread(row.counted, -1, delta)
                _spread(new, 1, delta)
                row.counted, row.dirty = new, False
            rollup.add(delta)
            Invitation.objects.bulk_update(rows, ["counted", "dirty"], batch_size=500)
            done, last = done + len(rows), rows[-1].pk

    def forget(self) -> None:
        """Count everything again."""
        Invitation.objects.update(counted=[], dirty=True)

    def take_back(self, rows: Iterable[Invitation]) -> None:
        """Take back what rows contributed, before they are deleted."""
        delta: Counter[tuple[str, int, str, str, int]] = Counter()
        for row in rows:
            _spread(row.counted, -1, delta)
        if delta:
            rollup.add(delta)


def _spread(counted: Any, sign: int, into: Counter[tuple[str, int, str, str, int]]) -> None:
    if not isinstance(counted, Mapping):
        return
    for unit in counted["units"]:
        for month, metric, bucket in counted["parts"]:
            into[(CODE, int(unit), month, metric, int(bucket))] += sign


COUNTS = _Counts()


# reading


def rated(own: rollup.Figures, months: Sequence[date] | None, metric: str = "level") -> int:
    """Number of ratings."""
    return own.total(metric, months)


def minimum(name: str = "min_count") -> int:
    """Smallest number of ratings that is shown."""
    return int(params.value(name, wall.today()))


def average(own: rollup.Figures, months: Sequence[date] | None, metric: str = "level") -> float | None:
    """Mean level, 1 to 5; None without ratings."""
    levels = own.buckets(metric, months)
    n = sum(levels.values())
    return sum(level * k for level, k in levels.items()) / n if n else None


def _share(own: rollup.Figures, months: Sequence[date] | None, metric: str, bad_ones: bool) -> float | None:
    levels = own.buckets(metric, months)
    n = sum(levels.values())
    return sum(k for level, k in levels.items() if codes.is_bad(level) is bad_ones) / n if n else None


def bad(own: rollup.Figures, months: Sequence[date] | None, metric: str = "level") -> float | None:
    """差评率: share of levels 1 and 2."""
    return _share(own, months, metric, True)


def good(own: rollup.Figures, months: Sequence[date] | None, metric: str = "level") -> float | None:
    """满意率: share of levels 3 to 5."""
    return _share(own, months, metric, False)


def ratio(own: rollup.Figures, months: Sequence[date], part: str, *whole: str) -> float | None:
    """part / the sum of `whole`; None when there is no whole."""
    n = sum(own.total(w, months) for w in whole)
    return own.total(part, months) / n if n else None


def steps(own: rollup.Figures, months: Sequence[date]) -> list[tuple[str, str, str, int, int]]:
    """(procedure code, event code, title, invited, rated) of every step that was asked about."""
    out = []
    for procedure in {p.code: p for p in registry.all_procedures()}.values():
        for event in procedure.events.values():
            if not event.ends_something:
                continue
            asked = own.total(step_metric("i", procedure.code, event.code), months)
            if asked:
                n = own.total(step_metric("l", procedure.code, event.code), months)
                out.append((procedure.code, event.code, f"{procedure.title}·{event.title}", asked, n))
    return sorted(out, key=lambda s: -s[3])


def under(unit: Unit, path: str) -> Q:
    """Rows that the rollup counts for a unit: of a government all below it, else the unit's own. `path` leads to the unit."""
    column = Level(unit.level).column
    return Q(**{f"{path}__{column}": unit.pk}) if column and unit.is_head else Q(**{f"{path}_id": unit.pk})


def rows_link(unit: Unit, period: Period, **more: Any) -> str:
    """Address of the list behind a number: ratings without anything of a person or a matter."""
    query = {"unit": unit.pk, "from": period.first.isoformat(), "to": period.until.isoformat(), **more}
    return reverse("satisfaction_desk:rows") + "?" + urlencode(query)


COLUMNS = (
    gettext_lazy("邀请"), gettext_lazy("评价"), gettext_lazy("参评率 %"), gettext_lazy("平均"), gettext_lazy("满意率 %"),
    gettext_lazy("差评率 %"), gettext_lazy("按期回访 %"), gettext_lazy("整改率 %"),
)  # fmt: skip


def build(subject: Subject, unit: Unit, period: Period) -> Page:
    """The board of one unit: two queries, whatever the number of ratings."""
    under = below(unit)
    first, last = min(period.first, period.base_first), max(period.last, period.base_last)
    found = rollup.figures_of([unit.pk, *(u.pk for u in under)], CODE, first, last)
    own, now, least = found[unit.pk], period.months, minimum()
    n = rated(own, now)
    results: list[tuple[str, int, float, str]] = []
    if n >= least:
        levels = own.buckets("level", now)
        results = [
            (title, levels[level], 100 * levels[level] / n, rows_link(unit, period, level=level))
            for level, title in codes.LEVELS.items()
        ]
    return Page(
        unit=unit, period=period, upto=own.upto, figures=_figures(own, unit, period, least), results=results,
        monthly={
            "labels": [f"{m.month}月" for m in now],
            "series": [{"name": _("邀请"), "data": [own.total("invited", [m]) for m in now]},
                       {"name": _("评价"), "data": [own.total("level", [m]) for m in now]}],
        },
        rows=[_row(found[u.pk], u, period, least) for u in under], total=n if n >= least else 0,
        categories=[(f"{title}　{_mean(own, now, step_metric('l', p, e), least)}", k, rows_link(unit, period, procedure=p, event=e))
                    for p, e, title, _asked, k in steps(own, now)],
    )  # fmt: skip


def _mean(own: rollup.Figures, months: Sequence[date], metric: str, least: int) -> str:
    value = average(own, months, metric)
    return "—" if value is None or rated(own, months, metric) < least else f"{value:.2f}"


def _figures(own: rollup.Figures, unit: Unit, p: Period, least: int) -> list[Figure]:
    now, was = p.months, p.base_months
    n = rated(own, now)
    few = _("不足%(n)s条，不显示") % {"n": least}
    shown = n >= least

    def share(
        key: str, name: str, value: float | None, before: float | None, formula: str, href: str, hide: bool = False
    ) -> Figure:
        note = few if hide else points(value, before, p.base_title)
        return Figure(key, name, "—" if hide else percent(value), "%", note, href, formula)

    link = rows_link(unit, p)
    mean = average(own, now)
    callbacks = own.total("cb:all", now)
    hide_was = rated(own, was) < least
    return [
        Figure("invited", _("评价邀请"), f"{own.total('invited', now):,}", _("次"), ui.more(own.total("invited", now), own.total("invited", was), p.base_title),
               link, _("期间内办完一步之后发出的邀请，由后面的邀请代替的不算")),
        share("answered", _("参评率"), ratio(own, now, "answered", "invited"), ratio(own, was, "answered", "invited"),
              _("期间内的邀请中作出评价的 ÷ 期间内的邀请"), link),
        Figure("average", _("平均评价"), f"{mean:.2f}" if shown and mean is not None else "—", _("分"),
               few if not shown else _("%(n)s条评价") % {"n": f"{n:,}"}, link, _("非常满意5分至非常不满意1分的平均")),
        share("good", _("满意率"), good(own, now), None if hide_was else good(own, was), _("基本满意以上 ÷ 全部评价"), link, not shown),
        share("bad", _("差评率"), bad(own, now), None if hide_was else bad(own, was), _("不满意和非常不满意 ÷ 全部评价"),
              rows_link(unit, p, level="bad"), not shown),
        Figure("callbacks", _("差评回访"), f"{callbacks:,}", _("件"), _("属实%(n)s件") % {"n": f"{own.total('cb:founded', now):,}"},
               ui.link(CODE, "all", unit, p), _("期间内的差评引起的回访")),
        share("on_time", _("按期回访率"), ratio(own, now, "cb:on_time", "cb:on_time", "cb:late"),
              ratio(own, was, "cb:on_time", "cb:on_time", "cb:late"), _("期限内回访 ÷ 已经回访或者已经逾期的"), ui.link(CODE, "late", unit, p)),
        share("rectified", _("整改率"), ratio(own, now, "cb:rectified", "cb:founded"), ratio(own, was, "cb:rectified", "cb:founded"),
              _("整改完成 ÷ 认定属实"), ui.link(CODE, "founded", unit, p)),
    ]  # fmt: skip


def _row(own: rollup.Figures, unit: Unit, p: Period, least: int) -> Row:
    now, n = p.months, rated(own, p.months)
    mean, shown = average(own, now), n >= least
    link = rows_link(unit, p)
    cells = [
        (f"{own.total('invited', now):,}", link), (f"{n:,}", link), (percent(ratio(own, now, "answered", "invited")), ""),
        (f"{mean:.2f}" if shown and mean is not None else "—", ""), (percent(good(own, now)) if shown else "—", ""),
        (percent(bad(own, now)) if shown else "—", rows_link(unit, p, level="bad") if shown else ""),
        (percent(ratio(own, now, "cb:on_time", "cb:on_time", "cb:late")), ""),
        (percent(ratio(own, now, "cb:rectified", "cb:founded")), ""),
    ]  # fmt: skip
    return Row(unit, cells, unit.is_head, mean if shown else None)


METRICS: Mapping[str, Any] = {
    "all": Metric("all", "差评回访"), "late": Metric("late", "没有按期回访"),
    "founded": Metric("founded", "认定属实"),
}  # fmt: skip
_WHERE: Mapping[str, Mapping[str, Any]] = {
    "all": {}, "late": {"satisfaction__called_in_time": False}, "founded": {"satisfaction__founded": True},
}  # fmt: skip


def callbacks(
    metric: str, unit: Unit, since: date, until: date, reach: Any, query: Any = None
) -> tuple[QuerySet[Matter], list[str]]:
    """The call-backs behind a number, as far as the reader may open them: those of the rated unit may not."""
    found = Matter.objects.filter(
        reach, under(unit, "satisfaction__unit"),
        procedure=CODE, satisfaction__opened_on__gte=since, satisfaction__opened_on__lt=until, **_WHERE[metric],
    )  # fmt: skip
    return found.order_by("-opened_on", "-id"), []


BOARD = Board(
    code=CODE, title=gettext_lazy("好差评"), build=build, metrics=METRICS, matters=callbacks, columns=COLUMNS,
    chart_title=gettext_lazy("每月邀请和评价"), bars_title=gettext_lazy("平均评价"), bars_note=gettext_lazy("五分制，评价太少的不显示"),
    bars_unit=gettext_lazy("分"), results_title=gettext_lazy("评价分布"), categories_title=gettext_lazy("按办理环节"),
)  # fmt: skip
