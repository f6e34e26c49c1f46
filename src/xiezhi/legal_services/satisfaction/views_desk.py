"""The desk: call-backs to make, what to put right, ratings behind a number, officers for their head, the counter's code."""

from __future__ import annotations

from datetime import date
from typing import Any

import segno
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from xiezhi.kernel.access.guards import ROLE, guard
from xiezhi.kernel.access.permissions import NotFoundForYou, require
from xiezhi.kernel.access.subject import Subject, of_request
from xiezhi.kernel.calendar import clock as wall
from xiezhi.kernel.procedures import policies as matters
from xiezhi.kernel.procedures import selectors as matter_selectors
from xiezhi.kernel.procedures.core import Refused
from xiezhi.kernel.procedures.models import Matter
from xiezhi.kernel.units.models import Unit
from xiezhi.ui import figures as ui
from xiezhi.ui import plug

from . import codes, params, policies, selectors, services
from .models import CallbackRow
from .procedure import Callback

STATES = ("OPENED", "VERIFYING", "RECTIFYING", "TELLING", "TOLD", "CLOSED")
PAGE = 40


def _shown(row: CallbackRow) -> dict[str, Any]:
    facts = row.matter.facts
    step = selectors.step_title(row.matter.kind, str(facts.get("rated_event") or ""))
    return {
        "row": row,
        "matter": row.matter,
        "step": step,
        "level": codes.LEVEL_CHOICES.get(str(facts.get("level_first") or ""), ""),
    }


@guard(ROLE("case_officer", "office_head"), purpose="HANDLE")
@require_GET
def callbacks(request: HttpRequest) -> HttpResponse:
    """差评回访: call-backs within reach, those due first. The rater has no name in this list."""
    subject = of_request(request)
    state = request.GET.get("state", "")
    rows = selectors.callback_rows(
        matters.reach_q(subject, "case_officer", "office_head"), state if state in STATES else ""
    )
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    tabs = [("", _("未办结")), *((code, Callback.states[code].title) for code in STATES)]
    context = {"page": page, "rows": [_shown(r) for r in page.object_list], "tabs": tabs, "state": state}
    return plug.desk_page(request, "satisfaction/callbacks.html", context, active="satisfaction-callbacks")


@guard(policies.RATING_RECTIFY)
@require_http_methods(["GET", "POST"])
def rectify(request: HttpRequest) -> HttpResponse:
    """要我们整改的: what my unit has to put right and by when; the head reports what was done."""
    subject = of_request(request)
    rows = selectors.rectifying(subject)
    error, typed = "", ""
    if request.method == "POST":
        number, typed = request.POST.get("row", ""), request.POST.get("what", "")
        row = next((r for r in rows if str(r.pk) == number), None)
        if row is None:
            raise NotFoundForYou
        require(subject, policies.RATING_RECTIFY, row)
        try:
            services.report_rectified(row, typed, matters.actor_for(subject, row.matter, ()))
        except Refused as no:
            error = str(no)
        else:
            messages.success(request, _("已报告整改情况，回访机构会核对并告知评价人。"))
            return redirect("satisfaction_desk:rectify")
        row.error, row.typed = error, typed  # type: ignore[attr-defined]
    context = {"rows": rows, "today": wall.today()}
    return plug.desk_page(
        request, "satisfaction/rectify.html", context, active="satisfaction-rectify", status=422 if error else 200
    )


def _day(text: str, default: date) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return default


def _unit(subject: Subject, text: str) -> Unit:
    """The unit asked for, or the first the subject leads."""
    if not text:
        found = next(iter(ui.units_for(subject)), None)
    else:
        known = text.isascii() and text.isdecimal() and len(text) < 18
        found = Unit.objects.filter(pk=int(text)).first() if known else None
    if found is None or not ui.may_see(subject, found):
        raise NotFoundForYou
    return found


@guard(policies.RATING_FIGURES, purpose="STATISTICS")
@require_GET
def rows(request: HttpRequest) -> HttpResponse:
    """The ratings behind a number: month, step, level, reasons and words; no matter and nobody, and only from enough on."""
    subject, query = of_request(request), request.GET
    unit, today = _unit(subject, query.get("unit", "")), wall.today()
    since, until = _day(query.get("from", ""), date(today.year, 1, 1)), _day(query.get("to", ""), today)
    wanted = query.get("level", "")
    levels: tuple[int, ...] = ()
    titles: list[str] = []
    if wanted == "bad":
        levels, titles = tuple(k for k in codes.LEVELS if codes.is_bad(k)), [_("差评")]
    elif wanted.isdecimal() and int(wanted) in codes.LEVELS:
        levels, titles = (int(wanted),), [codes.LEVELS[int(wanted)]]
    procedure, event = query.get("procedure", "")[:16], query.get("event", "")[:40]
    if procedure:
        titles.append(selectors.step_title(procedure, event))
    cell = selectors.said(
        unit, since, until, levels=levels, procedure=procedure.replace("\x00", ""), event=event.replace("\x00", "")
    )
    context = {"cell": cell, "unit": unit, "since": since, "until": until, "titles": titles, "board": params.CODE}
    return plug.desk_page(request, "satisfaction/rows.html", context, active=f"figures-{params.CODE}")


@guard(policies.RATING_OFFICERS, purpose="STATISTICS")
@require_GET
def officers(request: HttpRequest) -> HttpResponse:
    """个人评价: for the head of the unit alone, only officers with enough ratings."""
    subject, today = of_request(request), wall.today()
    mine = list(policies.RATING_OFFICERS.filter(subject, Unit.objects.all()).order_by("sort", "id"))
    wanted = request.GET.get("unit", "")
    unit = next((u for u in mine if str(u.pk) == wanted), mine[0] if mine else None)
    if unit is None or (wanted and str(unit.pk) != wanted):
        raise NotFoundForYou
    since = ui.add_months(today, -11)
    context = {
        "unit": unit, "mine": mine, "since": since, "rows": selectors.officers(unit, since, ui.add_months(today, 1)),
        "least": params.value("min_officer", today),
    }  # fmt: skip
    return plug.desk_page(request, "satisfaction/officers.html", context, active="satisfaction-officers")


@guard(ROLE(*policies.COUNTER_ROLES), purpose="INTAKE")
@never_cache
@require_POST
def counter(request: HttpRequest, public_id: Any) -> HttpResponse:
    """A code for the counter's screen or the person's own telephone; the clerk sees the code, not the answer."""
    subject = of_request(request)
    try:
        matter = matter_selectors.by_public_id(public_id)
    except (Matter.DoesNotExist, ValidationError):
        raise NotFoundForYou from None
    if not matters.roles_in(subject, matter, ()) & set(policies.COUNTER_ROLES):
        raise NotFoundForYou
    number = request.POST.get("party", "")
    invitation = next((i for i in selectors.waiting(matter.pk) if str(i.party_id) == number), None)
    if invitation is None:
        messages.error(request, _("没有可以评价的邀请。"))
        return redirect("desk:matter", public_id=public_id)
    code = services.counter_code(invitation)
    address = f"{settings.PUBLIC_URL}{reverse('satisfaction:code')}?code={code}"
    picture = mark_safe(segno.make(address, error="m").svg_inline(scale=5, border=2, omitsize=True))  # noqa: S308 - made here
    context = {
        "matter": matter, "code": f"{code[:4]} {code[4:]}", "picture": picture, "page": f"{settings.PUBLIC_URL}{reverse('satisfaction:code')}",
        "minutes": params.value("code_minutes", wall.today()),
    }  # fmt: skip
    return plug.desk_page(request, "satisfaction/counter.html", context, active="queue")
