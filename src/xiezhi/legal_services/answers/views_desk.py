"""问答反馈 at the desk: which answers help and which do not."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest, HttpResponse

from xiezhi.kernel.access.guards import ROLE, guard
from xiezhi.kernel.calendar import clock as wall
from xiezhi.legal_services.answers import selectors
from xiezhi.ui import plug

__all__ = ["votes"]

DAYS = (30, 90, 365)


@guard(ROLE("office_head", "organ_head", "leader", "statistician"))
def votes(request: HttpRequest) -> HttpResponse:
    """Votes of a period by card, with the words people left."""
    wanted = request.GET.get("days", "")
    days = int(wanted) if wanted.isdigit() and int(wanted) in DAYS else DAYS[1]
    until = wall.today() + timedelta(days=1)
    since = until - timedelta(days=days)
    rows = selectors.votes(since, until)
    context = {
        "rows": rows, "total": selectors.totals(rows), "comments": selectors.comments(since, until), "days": days, "choices": DAYS,
    }  # fmt: skip
    return plug.desk_page(request, "answers/votes.html", context, active="answers-votes")
