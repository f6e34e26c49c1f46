"""伙伴和计量: per partner what goes both ways, agreements and their end; meters by month with export."""

from __future__ import annotations

from datetime import date, timedelta

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from xiezhi.kernel.access.guards import ROLE, guard
from xiezhi.kernel.access.permissions import NotFoundForYou
from xiezhi.kernel.access.subject import of_request
from xiezhi.kernel.calendar import clock as wall
from xiezhi.ui import plug

from . import export, selectors
from .models import PushFlow, ShareRequest
from .roles import DESK

_HEAD = ("月份", "伙伴", "系统", "方向", "接口", "调用次数", "被拒绝次数", "查询条数", "数据条数", "字节数")


def _span(request: HttpRequest) -> tuple[date, date]:
    """The months asked for; a year back by default."""
    today = wall.today()

    def read(name: str, default: date) -> date:
        try:
            return date.fromisoformat(f"{request.GET.get(name, '')[:7]}-01")
        except ValueError:
            return default

    until = read("to", today.replace(day=1))
    since = read("from", (until - timedelta(days=335)).replace(day=1))
    return min(since, until), max(since, until)


@guard(ROLE(*DESK))
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """All partners with what they got and gave."""
    today = wall.today()
    soon = wall.now() + timedelta(days=30)
    return plug.desk_page(
        request,
        "sharing/partners.html",
        {"partners": selectors.partners(), "today": today, "soon": soon},
        active="data-partners",
    )


@guard(ROLE(*DESK))
@require_GET
def partner(request: HttpRequest, code: str) -> HttpResponse:
    """One partner: interfaces both ways, meters by month, quotas, errors, agreements and when they end."""
    found = selectors.partners(code)
    if not found:
        raise NotFoundForYou
    one = found[0]
    since, until = _span(request)
    rows = selectors.meters(since, until, one.agency)
    today = wall.today()
    quotas = [(g, *selectors.daily_use(g, today)) for g in sorted(one.grants, key=lambda g: (g.state, g.valid_to))]
    units = [c.unit_id for c in one.callers if c.unit_id]
    readable = selectors.readable(of_request(request)).values("pk")
    requests = ShareRequest.objects.filter(matter__in=readable).filter(
        requester_id__in=units
    ) | ShareRequest.objects.filter(matter__in=readable, provider_id__in=units)
    context = {
        "one": one, "rows": rows, "chart": selectors.chart(rows, since, until), "since": since, "until": until, "quotas": quotas,
        "requests": requests.select_related("matter", "provider").order_by("-matter_id")[:30], "flows": PushFlow.objects.filter(receiver__in=one.callers),
        "soon": wall.now() + timedelta(days=30),
    }  # fmt: skip
    return plug.desk_page(request, "sharing/partner.html", context, active="data-partners")


@guard(ROLE(*DESK))
@require_GET
def meters(request: HttpRequest) -> HttpResponse:
    """供给与获取 by partner and month; as a file too."""
    since, until = _span(request)
    agency = request.GET.get("agency", "").replace("\x00", "")[:100]
    rows = selectors.meters(since, until, agency)
    if request.GET.get("as") in ("csv", "xlsx"):
        body = (
            (f"{r['month']:%Y-%m}", r["agency"], r["system"], str(r["direction_title"]), r["interface"], r["calls"], r["refused"], r["asked"], r["rows"], r["bytes"])
            for r in rows
        )  # fmt: skip
        return export.answer("数据共享计量", _HEAD, body, request.GET["as"])
    totals = {
        code: {k: sum(r[k] for r in rows if r["direction"] == code) for k in ("calls", "refused", "rows")} for code in ("SUPPLIED", "OBTAINED")
    }  # fmt: skip
    agencies = sorted({r["agency"] for r in selectors.meters(since, until)})
    context = {
        "rows": rows, "chart": selectors.chart(rows, since, until), "since": since, "until": until, "totals": totals, "agencies": agencies,
        "agency": agency, "head": [_("供给"), _("获取")],
    }  # fmt: skip
    return plug.desk_page(request, "sharing/meters.html", context, active="data-meters")
