"""欠薪情况: the leaders' board."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from xiezhi.kernel.access.guards import ROLE, guard
from xiezhi.kernel.access.subject import of_request
from xiezhi.kernel.calendar import clock as wall
from xiezhi.ui import figures, plug

from . import board as sums
from .codes import INDUSTRIES
from .export import answer
from .views_desk import within


@guard(ROLE(*figures.ROLES), purpose="STATISTICS")
@require_GET
def board(request: HttpRequest) -> HttpResponse:
    """Arrears by site, firm, place and industry, what was recovered, and the weeks before festivals. No worker is in it."""
    subject, today = of_request(request), wall.today()
    key = request.GET.get("period", "year")
    period = figures.periods(today, key, "year", request.GET.get("from", ""), request.GET.get("to", ""))
    rows = within(subject).filter(reported_on__gte=period.first, reported_on__lt=period.until)
    tables = [
        ("projects", "分项目", sums.by_project(rows)), ("firms", "分用人单位", sums.by_firm(rows)),
        ("counties", "分县（市、区）", sums.by_county(rows)),
        ("towns", "分乡镇（街道）", sums.by_town(rows)), ("industries", "分行业", sums.by_industry(rows)),
    ]  # fmt: skip
    wanted = request.GET.get("table", "")
    if request.GET.get("as") in ("csv", "xlsx"):
        found = next((t for t in tables if t[0] == wanted), tables[0])
        head = ("名称", "说明", "求助", "未结", "人数", "欠薪（元）", "追回（元）", "还欠（元）", "追回率（%）")
        body = ((x.name, x.note, x.matters, x.open, x.workers, x.owed, x.recovered, x.left, x.rate) for x in found[2])
        return answer(f"欠薪情况{found[1]}", head, body, request.GET["as"])
    context = {
        "period": period, "asked": period.key, "sums": sums.totals(rows), "tables": tables, "industries": INDUSTRIES,
        "festivals": sums.festivals(within(subject), today),
        "choices": [("year", "今年以来"), ("month", "本月"), ("quarter", "最近三个月"), ("twelve", "最近十二个月"), ("last_year", "去年全年")],
    }  # fmt: skip
    return plug.desk_page(request, "wages/desk_board.html", context, active="wages-board")
