"""Desk pages of open data: prepare a version, read its disclosure report, publish, withdraw, answer wishes."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from xiezhi.datacenter import roles
from xiezhi.datacenter.opendata import release as releasing
from xiezhi.datacenter.opendata import uses
from xiezhi.datacenter.opendata.declare import OpenSet, open_sets
from xiezhi.datacenter.opendata.models import Release, Wish
from xiezhi.datacenter.runs import services as runs
from xiezhi.datacenter.runs.models import Kind as RunKind
from xiezhi.datacenter.runs.models import Run
from xiezhi.datacenter.standards.declare import tables
from xiezhi.kernel.access.guards import ROLE, guard
from xiezhi.kernel.access.subject import of_request
from xiezhi.kernel.calendar import clock
from xiezhi.ui.plug import desk_page

READ = ROLE(*roles.READERS)
OPEN = ROLE(roles.OPENER.code)


def _declared(code: str) -> OpenSet:
    if code not in open_sets:
        raise Http404
    return open_sets.get(code)


@guard(READ)
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Every declared set with its released version, the version that waits, and its use."""
    newest: dict[str, Release] = {}
    live: dict[str, Release] = {}
    for one in Release.objects.order_by("version"):
        newest[one.set_code] = one
        if one.state == Release.State.RELEASED:
            live[one.set_code] = one
    rows = []
    for declared in open_sets.all():
        used = uses.totals(declared.code, 30)
        rows.append({
            "set": declared, "live": live.get(declared.code), "newest": newest.get(declared.code), "used": sum(used.values()),
            "table": tables.get(declared.table),
        })  # fmt: skip
    wishes = Wish.objects.filter(state=Wish.State.NEW).order_by("at")[:20]
    may = of_request(request).has(roles.OPENER.code)
    return desk_page(
        request, "opendata/desk_index.html", {"rows": rows, "wishes": wishes, "may": may}, active="data-open"
    )


@guard(READ)
@require_safe
def one(request: HttpRequest, code: str) -> HttpResponse:
    """One set: declaration, versions with their reports, what to do."""
    declared = _declared(code)
    releases = list(Release.objects.filter(set_code=code).order_by("-version")[:20])
    run = Run.objects.filter(kind=RunKind.OPEN, target=code).order_by("-pk").first()
    context: dict[str, Any] = {
        "set": declared, "releases": releases, "table": tables.get(declared.table), "run": run, "uses": uses.totals(code),
        "ways": uses.WAYS, "may": of_request(request).has(roles.OPENER.code),
    }  # fmt: skip
    return desk_page(request, "opendata/desk_one.html", context, active="data-open")


@guard(OPEN)
@require_POST
def prepare(request: HttpRequest, code: str) -> HttpResponse:
    """Queue the making of the next version."""
    from xiezhi.datacenter.opendata.tasks import prepare_set

    _declared(code)
    if Run.objects.filter(kind=RunKind.OPEN, target=code, state__in=["QUEUED", "RUNNING"]).exists():
        messages.info(request, _("正在生成，请稍候。"))
    else:
        run = runs.queue(RunKind.OPEN, code, by=request.user)
        prepare_set.defer(code=code, run_id=run.pk)
        messages.success(request, _("已开始生成新版本，完成后在本页查看披露审查结果。"))
    return redirect("opendata_desk:one", code)


@guard(OPEN)
@require_POST
def publish(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Publish a checked version."""
    release = get_object_or_404(Release, public_id=public_id)
    try:
        releasing.publish(release, request.user)
    except releasing.Refused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("已发布。公众现在可以查看和下载。"))
    return redirect("opendata_desk:one", release.set_code)


@guard(OPEN)
@require_POST
def withdraw(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Withdraw a version, with a reason."""
    release = get_object_or_404(Release, public_id=public_id)
    try:
        releasing.withdraw(release, request.user, request.POST.get("reason", ""))
    except releasing.Refused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("已撤回。原下载地址显示撤回原因。"))
    return redirect("opendata_desk:one", release.set_code)


@guard(OPEN)
@require_POST
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer a wish; the answer is public."""
    wish = get_object_or_404(Wish, pk=pk)
    text, state = request.POST.get("answer", "").strip(), request.POST.get("state", "")
    if not text or state not in (Wish.State.PLANNED, Wish.State.OPENED, Wish.State.DECLINED):
        messages.error(request, _("请选择处理结果并填写答复。"))
    else:
        wish.answer, wish.state, wish.answered_at = text[:500], state, clock.now()
        wish.save()
        messages.success(request, _("已答复。"))
    return redirect("opendata_desk:index")
