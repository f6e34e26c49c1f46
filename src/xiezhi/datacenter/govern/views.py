"""质量: scores over time, drilled down to rules and to refused rows with their reasons."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from xiezhi.datacenter import roles
from xiezhi.datacenter.runs import services as runs
from xiezhi.datacenter.runs.models import Kind
from xiezhi.datacenter.standards import declare
from xiezhi.kernel.access.guards import ROLE, guard
from xiezhi.kernel.access.subject import of_request
from xiezhi.kernel.calendar import clock
from xiezhi.ui.plug import desk_page

from . import policies, scores, selectors
from . import rules as ruling
from .models import IssueTicket, QualityCheck

READ = ROLE(*roles.READERS)
STEWARD = ROLE(roles.STEWARD.code)
DAYS = {"30": 30, "90": 90, "365": 365}


def declared_or_404(code: str) -> declare.Table:
    if code not in declare.tables:
        raise Http404
    return declare.tables.get(code)


def _since(request: HttpRequest) -> tuple[str, Any]:
    asked = request.GET.get("days", "90")
    asked = asked if asked in DAYS else "90"
    return asked, clock.today() - timedelta(days=DAYS[asked])


def _chart(points: list[tuple[Any, float]]) -> dict[str, Any] | None:
    if len(points) < 2:
        return None
    return {
        "labels": [d.isoformat() for d, _score in points],
        "series": [{"name": _("质量得分"), "data": [s for _day, s in points]}],
    }


@guard(READ)
@require_safe
def quality(request: HttpRequest) -> HttpResponse:
    """All tables: score, trend, refused rows, age; suppliers, worst first."""
    asked, since = _since(request)
    rows = []
    for row in scores.tables(since):
        points = scores.days(since, row.key)
        rows.append((row, scores.fresh(row.key), scores.trend(points)))
    points = scores.days(since)
    context = {
        "rows": rows, "suppliers": scores.suppliers(since), "chart": _chart(points), "points": list(reversed(points)), "asked": asked,
        "choices": [("30", _("近30天")), ("90", _("近90天")), ("365", _("近一年"))], "open_tickets": IssueTicket.objects.filter(open=True).count(),
        "waiting": [c for c in _fed() if c not in {r[0].key for r in rows}],
    }  # fmt: skip
    return desk_page(request, "govern/quality.html", context, active="data-quality")


def _fed() -> list[str]:
    from . import services

    return services.tables_fed()


@guard(READ)
@require_safe
def table_quality(request: HttpRequest, code: str) -> HttpResponse:
    """One table: scores over time, every rule with what it refused, batches."""
    table = declared_or_404(code)
    asked, since = _since(request)
    wanted = request.GET.get("supplier", "")
    supplier = int(wanted) if wanted.isascii() and wanted.isdecimal() and len(wanted) < 18 else None
    known = ruling.by_code(table, staged=True)
    hit = {r["rule"]: r for r in scores.rules_hit(since, code, supplier)}
    listed = sorted(known.values(), key=lambda r: (-(hit.get(r.code) or {"n": 0})["n"], str(r.kind), r.code))
    checks = QualityCheck.objects.filter(table=code, on__gte=since).select_related("supplier").order_by("-at")
    if supplier is not None:
        checks = checks.filter(supplier_id=supplier)
    points = scores.days(since, code, supplier)
    context = {
        "table": table, "rules": [(r, hit.get(r.code)) for r in listed], "chart": _chart(points), "points": list(reversed(points)), "asked": asked,
        "choices": [("30", _("近30天")), ("90", _("近90天")), ("365", _("近一年"))], "checks": Paginator(checks, 20).get_page(request.GET.get("page")),
        "suppliers": scores.suppliers(since, code), "supplier": supplier, "fresh": scores.fresh(code),
        "may_see": of_request(request).has(*policies.SEES_ROWS), "may_run": of_request(request).has(roles.STEWARD.code),
    }  # fmt: skip
    return desk_page(request, "govern/table_quality.html", context, active="data-quality")


@guard(ROLE(*policies.SEES_ROWS), purpose="SUPERVISE")
@require_safe
def refused_rows(request: HttpRequest, code: str) -> HttpResponse:
    """Refused rows of a table with all reasons; values masked by the level of each column."""
    table = declared_or_404(code)
    subject = of_request(request)
    asked = request.GET.get("page", "1")
    number = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 8 else 1
    rule, batch = request.GET.get("rule", "")[:80], request.GET.get("batch", "")[:200]
    rows, total = selectors.refused(
        code,
        level=policies.level_for(subject),
        rule=rule,
        batch=batch,
        page=number,
        open_only=request.GET.get("open") == "1",
    )
    context = {
        "table": table, "rows": rows, "total": total, "page": Paginator(range(total), selectors.PAGE).get_page(number), "rule": ruling.by_code(table, staged=True).get(rule),
        "batch": batch, "open_only": request.GET.get("open") == "1",
    }  # fmt: skip
    return desk_page(request, "govern/refused.html", context, active="data-quality")


@guard(STEWARD)
@require_POST
def run_now(request: HttpRequest) -> HttpResponse:
    """Govern the batches of a table that wait, in the background."""
    from .tasks import load

    table = declared_or_404(request.POST.get("table", ""))
    run = runs.queue(Kind.GOVERN, table.code, by=request.user if request.user.is_authenticated else None)
    load.defer(table=table.code, run_id=run.pk)
    messages.success(request, _("已提交治理作业，可以在“全部作业”里看进度。"))
    return redirect("govern_desk:table_quality", code=table.code)
