"""Shorter lists of the desk: hearings, messages, and the matters my unit must answer."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from xiezhi.desk import reads, rows, shell
from xiezhi.desk.gate import AUTHORITY, HOME, OFFICE, who
from xiezhi.kernel.access.guards import guard
from xiezhi.kernel.calendar import clock as wall
from xiezhi.kernel.notices.models import Notice
from xiezhi.kernel.procedures import policies, selectors
from xiezhi.kernel.procedures.models import Matter

AGENDA_WEEKS = 8


@guard(OFFICE)
@require_GET
def hearings(request: HttpRequest) -> HttpResponse:
    """听证与谈话: what is planned in my units' open matters, by day."""
    subject = who(request)
    units = sorted(subject.unit_ids(*policies.OFFICE_READERS))
    today = wall.today()
    found = (
        Matter.objects.filter(handling_unit_id__in=units, open=True, facts__hearing_on__gte=(today - timedelta(days=7)).isoformat())
        .select_related("handler", "handling_unit").order_by("due_sort", "id")[:500]
    )  # fmt: skip
    until = today + timedelta(weeks=AGENDA_WEEKS)
    days: dict[date, list[Matter]] = {}
    for matter in found:
        day = date.fromisoformat(str(matter.facts["hearing_on"])[:10])
        if day <= until:
            days.setdefault(day, []).append(matter)
    shown = [m for day in days.values() for m in day]
    reads.listed(request, shown)
    context = {"days": sorted(days.items()), "today": today}
    return shell.render(request, "desk/hearings.html", context, active="hearings")


@guard(HOME)
@require_http_methods(["GET", "POST"])
def notices(request: HttpRequest) -> HttpResponse:
    """消息: in-site messages to me; reading them marks them as read."""
    subject = who(request)
    mine = Notice.objects.filter(account_id=subject.account_id, channel=Notice.SITE)
    if request.method == "POST":
        one = request.POST.get("id", "")
        wanted = mine.filter(pk=one) if one.isdecimal() else mine
        wanted.filter(read_at__isnull=True).update(read_at=wall.now())
        return HttpResponseRedirect(reverse("desk:notices"))
    context = {"notices": mine.select_related("matter").order_by("-id")[:100]}
    return shell.render(request, "desk/notices.html", context)


@guard(AUTHORITY)
@require_GET
def respondent(request: HttpRequest) -> HttpResponse:
    """Matters in which my unit is respondent, issuer or asked organ, those still to be answered first."""
    subject = who(request)
    due = request.GET.get("due", "open")
    q: Any = policies.authority_q(subject)
    if due == "reply":
        q &= Q(state__in=("ACCEPTED", "IN_REVIEW")) & ~Q(facts__has_key="replied_on")
    found = selectors.queue(q, open_only=due != "all", text=request.GET.get("q", ""))
    page = selectors.page(found, after=request.GET.get("after", ""), size=40)
    reads.listed(request, page.rows)
    context = {
        "page": page, "groups": rows.groups(page.rows, wall.today()), "due": due, "here": request.get_full_path(),
        "tabs": [("open", _("未结")), ("all", _("全部"))], "find_text": request.GET.get("q", ""),
    }  # fmt: skip
    return shell.render(request, "desk/respondent.html", context, active="respondent")
