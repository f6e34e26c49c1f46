"""整改: tickets within reach, their rows with reasons, the list to take away, and the corrected file coming back."""

from __future__ import annotations

import csv
import io
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from xiezhi.datacenter import roles
from xiezhi.datacenter.runs.services import Busy, Stopped
from xiezhi.kernel.access.guards import ROLE, guard
from xiezhi.kernel.access.permissions import NotFoundForYou
from xiezhi.kernel.access.subject import Subject, of_request
from xiezhi.kernel.calendar import clock
from xiezhi.ui.plug import desk_page

from . import policies, selectors
from .hooks import title_of
from .models import IssueTicket

READ = ROLE(*roles.READERS, roles.SUPPLIER.code)
ROWS = ROLE(*policies.SEES_ROWS, roles.SUPPLIER.code)
MOST = 20_000
"""Rows of a list to take away."""


def _ticket(request: HttpRequest, public_id: Any) -> tuple[Subject, IssueTicket]:
    subject = of_request(request)
    found = IssueTicket.objects.select_related("matter", "supplier").filter(matter__public_id=public_id).first()
    if found is None or not policies.may_see_ticket(subject, found):
        raise NotFoundForYou
    return subject, found


@guard(READ)
@require_safe
def tickets(request: HttpRequest) -> HttpResponse:
    """Tickets, those due first; a supplying unit sees its own."""
    subject = of_request(request)
    rows = IssueTicket.objects.filter(policies.tickets_q(subject)).select_related("matter", "supplier")
    state = request.GET.get("state", "open")
    if state == "open":
        rows = rows.filter(open=True)
    elif state == "closed":
        rows = rows.filter(open=False)
    if table := request.GET.get("table", "")[:60]:
        rows = rows.filter(table=table)
    page = Paginator(rows.order_by("-open", "matter__due_sort", "-opened_at"), 40).get_page(request.GET.get("page"))
    context = {
        "page": page, "rows": [(t, title_of(t.table), policies.may_see_ticket(subject, t)) for t in page.object_list], "state": state, "table": table,
        "tabs": [("open", _("未办结")), ("closed", _("已办结")), ("all", _("全部"))], "today": clock.today(),
    }  # fmt: skip
    return desk_page(request, "govern/tickets.html", context, active="data-tickets")


@guard(ROWS, purpose="HANDLE")
@require_safe
def rows(request: HttpRequest, public_id: Any) -> HttpResponse:
    """One ticket: every row with its reasons and values, masked to the reader's right."""
    subject, ticket = _ticket(request, public_id)
    asked = request.GET.get("page", "1")
    number = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 8 else 1
    found, total = selectors.refused(
        ticket.table, level=policies.level_for(subject, ticket), ticket=ticket, page=number
    )
    context = {
        "ticket": ticket, "title": title_of(ticket.table), "rows": found, "total": total, "page": Paginator(range(total), selectors.PAGE).get_page(number),
        "may_upload": ticket.open and subject.has(roles.SUPPLIER.code) and _takes_files(ticket.source), "today": clock.today(),
    }  # fmt: skip
    return desk_page(request, "govern/ticket.html", context, active="data-tickets")


def _takes_files(source: str) -> bool:
    from xiezhi.datacenter.collect import sources

    return source in sources.sources and sources.sources.get(source).kind == "file"


def _cell(text: str) -> str:
    """No cell begins a formula in a spreadsheet."""
    return f"'{text}" if text[:1] in "=+-@\t\r" else text


@guard(ROWS, purpose="HANDLE")
@require_safe
def download(request: HttpRequest, public_id: Any) -> HttpResponse:
    """The list of problem rows as CSV: file row, reasons, values as this reader may see them."""
    subject, ticket = _ticket(request, public_id)
    found, _total = selectors.refused(
        ticket.table, level=policies.level_for(subject, ticket), ticket=ticket, size=MOST, open_only=ticket.open
    )
    out = io.StringIO()
    writer = csv.writer(out)
    head = [name for name, _value, _wrong in found[0].values] if found else []
    writer.writerow([_("批次"), _("行号"), _("问题"), *head])
    for row in found:
        writer.writerow(
            [
                _cell(str(v))
                for v in (row.batch, row.row, "；".join(m for _t, m in row.reasons), *(v for _n, v, _w in row.values))
            ]
        )
    answer = HttpResponse("\ufeff" + out.getvalue(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="rows-{ticket.matter.number}.csv"'
    answer["Cache-Control"] = "no-store"
    return answer


@guard(ROLE(roles.SUPPLIER.code), purpose="HANDLE")
@require_POST
def upload(request: HttpRequest, public_id: Any) -> HttpResponse:
    """A corrected file: it goes the way of every delivery, through collection, and closes the ticket when its rows pass."""
    _subject, ticket = _ticket(request, public_id)
    given = request.FILES.get("file")
    if given is None or not _takes_files(ticket.source):
        messages.error(request, _("请选择更正后的文件。"))
        return redirect("govern_desk:ticket", public_id=public_id)
    from xiezhi.datacenter.collect import services as collect

    from .tasks import load

    try:
        run = collect.upload(
            ticket.source,
            str(given.name or "file.csv"),
            given.chunks(),
            by=request.user if request.user.is_authenticated else None,
        )
    except (Stopped, Busy, ValueError) as problem:
        messages.error(request, str(problem) or _("文件没有收下，请稍后再试。"))
        return redirect("govern_desk:ticket", public_id=public_id)
    load.defer(table=ticket.table)
    messages.success(
        request, _("已收到文件，作业 %(run)s。校验通过的行会自动从清单中消去。") % {"run": str(run.public_id)[:8]}
    )
    return redirect("govern_desk:ticket", public_id=public_id)
