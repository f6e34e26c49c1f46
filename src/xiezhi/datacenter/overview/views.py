"""数据中心 home: the way of the data in one picture, what is at work, what needs somebody; and every run."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from xiezhi.datacenter import roles
from xiezhi.datacenter.overview import picture
from xiezhi.datacenter.runs import services
from xiezhi.datacenter.runs.models import Kind, Run, State
from xiezhi.kernel.access.guards import ROLE, guard
from xiezhi.kernel.access.subject import of_request
from xiezhi.ui.plug import desk_page

READ = ROLE(*roles.READERS, roles.LINKER.code, roles.CHECKER.code)
STOP = ROLE(roles.STEWARD.code)


def _open() -> list[Run]:
    return list(Run.objects.filter(state__in=[State.QUEUED, State.RUNNING]).order_by("pk")[:30])


@guard(READ)
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Columns from source to user, each step with its count, its age and its trouble."""
    context = {
        "columns": picture.columns(of_request(request)), "open": _open(), "may": of_request(request).has(roles.STEWARD.code),
        "wanting": picture.wanting(of_request(request)), "recent": Run.objects.exclude(state__in=[State.QUEUED, State.RUNNING]).order_by("-pk")[:8],
    }  # fmt: skip
    return desk_page(request, "overview/home.html", context, active="data-home")


@guard(READ)
@never_cache
@require_safe
def open_runs(request: HttpRequest) -> HttpResponse:
    """The part of the home that shows what is at work; asks for itself again while something is."""
    may = of_request(request).has(roles.STEWARD.code)
    return render(request, "overview/open.html", {"open": _open(), "may": may})


@guard(READ)
@require_safe
def runs_list(request: HttpRequest) -> HttpResponse:
    """Every run, newest first, by kind and state."""
    kind, state = request.GET.get("kind", ""), request.GET.get("state", "")
    found = Run.objects.order_by("-pk")
    if kind in Kind.values:
        found = found.filter(kind=kind)
    if state in State.values:
        found = found.filter(state=state)
    page = Paginator(found, 50).get_page(request.GET.get("page"))
    context = {"page": page, "kinds": Kind.choices, "states": State.choices, "kind": kind, "state": state}
    return desk_page(request, "overview/runs.html", context, active="data-home")


@guard(READ)
@never_cache
@require_safe
def run(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One run: stages with their times, counts, hash, snapshot."""
    one = get_object_or_404(Run, public_id=public_id)
    seconds = one.detail.get("seconds", [])
    longest = max((value for _, value in seconds), default=0) or 1
    context = {
        "run": one, "may": of_request(request).has(roles.STEWARD.code), "plain": picture.plain(one),
        "stages": [{"name": name, "seconds": value, "share": round(100 * value / longest)} for name, value in seconds],
    }  # fmt: skip
    return desk_page(request, "overview/run.html", context, active="data-home")


@guard(STOP)
@require_POST
def cancel(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Ask a run to stop; it ends at its next safe point."""
    one = get_object_or_404(Run, public_id=public_id)
    if one.open:
        services.cancel(one)
        messages.success(request, _("已请求取消，作业会在下一个安全的地方停下，已写入的不会重复。"))
    else:
        messages.info(request, _("作业已经结束。"))
    return redirect("overview_desk:run", public_id)
