"""Leaders' figures, the list behind each of them, and their export."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from xiezhi.desk import export, reads, shell
from xiezhi.desk.gate import FIGURES, who
from xiezhi.kernel.access import purposes
from xiezhi.kernel.access.guards import guard
from xiezhi.kernel.access.permissions import NotFoundForYou
from xiezhi.kernel.calendar import clock as wall
from xiezhi.kernel.procedures import policies, selectors
from xiezhi.kernel.units.models import Unit
from xiezhi.ui import figures

CHOICES = (("year", "今年以来"), ("month", "本月"), ("quarter", "最近三个月"), ("twelve", "最近十二个月"), ("last_year", "去年全年"),
           ("own", "自选月份"))  # fmt: skip
PAGE = 50


def _unit(request: HttpRequest, key: str) -> tuple[Unit | None, list[Unit]]:
    subject = who(request)
    mine = figures.units_for(subject)
    if key.isdecimal():
        found = Unit.objects.filter(pk=int(key)).first()
        if found is None or not figures.may_see(subject, found):
            raise NotFoundForYou
        return found, mine
    return (mine[0] if mine else None), mine


def _board(request: HttpRequest) -> figures.Board:
    """The board asked for, or the first this subject may open; none tells nothing about the others."""
    subject = who(request)
    mine = [b for b in figures.BOARDS.values() if subject.has(*b.roles)]
    code = request.GET.get("board", "")
    found = next((b for b in mine if b.code == code), None) if code else next(iter(mine), None)
    if found is None:
        raise NotFoundForYou
    return found


@guard(FIGURES, purpose="STATISTICS")
@require_GET
def board(request: HttpRequest) -> HttpResponse:
    """Figures of one unit with all below it. No personal data; every number opens its list."""
    kind = _board(request)
    unit, mine = _unit(request, request.GET.get("unit", ""))
    period = figures.periods(
        wall.today(), request.GET.get("period", "year"), request.GET.get("base", "year"), request.GET.get("from", ""),
        request.GET.get("to", ""),
    )  # fmt: skip
    if unit is None:
        return shell.render(request, "desk/figures_none.html", {"kind": kind}, active=f"figures-{kind.code}")
    found = kind.build(who(request), unit, period)
    if request.GET.get("as") in ("xlsx", "csv"):
        head = (_("机构"), *kind.columns)
        body: list[Any] = [[r.unit.name, *(c[0] for c in r.cells)] for r in found.rows]
        body += [[], [_("指标"), _("数值"), _("单位"), _("比较"), _("公式")]]
        body += [[f.name, f.value, f.unit, f.note, f.formula] for f in found.figures]
        return export.answer((head, body), f"{unit.name}{kind.title}指标", request.GET["as"])
    bars = [{"name": r.unit.short_name or r.unit.name, "value": r.bar} for r in found.rows if r.bar is not None]
    context = {
        "kind": kind, "board": found, "unit": unit, "period": period, "mine": mine, "columns": kind.columns, "choices": CHOICES,
        "asked": request.GET.get("period", "year"), "base": request.GET.get("base", "year"), "bars": bars,
        "stale": figures.age(found.upto, timezone.now()), "results_chart": [
            {"name": t, "value": n} for t, n, _s, _h in found.results if n],
        "table": list(zip(found.monthly.get("labels", []), *(s["data"] for s in found.monthly.get("series", [])), strict=False)),
    }  # fmt: skip
    return shell.render(request, "desk/figures.html", context, active=f"figures-{kind.code}")


def _day(text: str, default: date) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return default


@guard(FIGURES)
@require_http_methods(["GET", "POST"])
def figure_rows(request: HttpRequest) -> HttpResponse:
    """The matters behind one number, as far as the reader may open them; exported for a purpose."""
    subject = who(request)
    query = request.GET
    metric = query.get("metric", "received")
    unit, _mine = _unit(request, query.get("unit", ""))
    kind = _board(request)
    known = kind.metrics.get(metric)
    if known is None or unit is None:
        raise NotFoundForYou
    today = wall.today()
    since, until = _day(query.get("from", ""), date(today.year, 1, 1)), _day(query.get("to", ""), today)
    found, titles = kind.matters(metric, unit, since, until, policies.reach_q(subject), query.dict())
    if request.method == "POST":
        return _export(request, found, known.title)
    after = query.get("after", "")
    page = selectors.page(found, after=after, size=PAGE)
    reads.listed(request, page.rows, purpose="STATISTICS")
    context = {
        "kind": kind, "metric": known, "unit": unit, "since": since, "until": until, "page": page, "extra": titles,
        "total": selectors.capped_count(found) if not after else None, "cap": selectors.CAP, "purposes": export.PURPOSES,
        "here": request.get_full_path(),
    }  # fmt: skip
    return shell.render(request, "desk/figure_rows.html", context, active=f"figures-{kind.code}")


def _export(request: HttpRequest, found: Any, title: str) -> HttpResponse:
    code, text = request.POST.get("purpose", ""), request.POST.get("purpose_text", "")
    try:
        purposes.require(code, text)
    except purposes.PurposeError as error:
        messages.error(request, str(error))
        return HttpResponseRedirect(reverse("desk:figure-rows") + "?" + request.GET.urlencode())
    listed = list(found.select_related("handling_unit", "handler")[: export.LIMIT])
    reads.listed(request, listed, action="EXPORT", purpose=code, text=text, name="figures")
    return export.answer(export.table(listed, request), title, request.POST.get("as", "xlsx"))
