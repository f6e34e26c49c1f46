"""Desk pages of collection: every source with its last batch, its age and its next hour; one source with its batches."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from xiezhi.datacenter import roles
from xiezhi.datacenter.collect import schedule, selectors, services
from xiezhi.datacenter.collect.models import Delivery, Shape, State
from xiezhi.datacenter.collect.sources import Files, Source, sources
from xiezhi.datacenter.runs import services as runs
from xiezhi.datacenter.runs.models import Kind, Run
from xiezhi.datacenter.runs.models import State as RunState
from xiezhi.kernel.access.guards import ROLE, guard
from xiezhi.kernel.access.subject import Subject, of_request
from xiezhi.kernel.calendar import clock
from xiezhi.kernel.units.models import Unit
from xiezhi.ui.plug import desk_page

READ = ROLE(*roles.READERS, roles.SUPPLIER.code)
ACT = ROLE(roles.STEWARD.code, roles.SUPPLIER.code)
DECIDE = ROLE(roles.STEWARD.code)


def _units(subject: Subject) -> set[str] | None:
    """Credit codes of the units whose sources a supplier may see; None for readers of all."""
    if subject.has(*roles.READERS):
        return None
    ids = subject.unit_ids(roles.SUPPLIER.code)
    return {u for u in Unit.objects.filter(pk__in=ids).values_list("usc", flat=True) if u}


def _source(request: HttpRequest, code: str) -> Source:
    units = _units(of_request(request))
    if code not in sources or (units is not None and sources.get(code).unit not in units):
        raise Http404
    return sources.get(code)


def _may_supply(subject: Subject, source: Source) -> bool:
    if subject.has(roles.STEWARD.code):
        return True
    ids = subject.unit_ids(roles.SUPPLIER.code)
    return bool(source.unit) and Unit.objects.filter(pk__in=ids, usc=source.unit).exists()


@guard(READ)
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Every source the subject may see."""
    subject = of_request(request)
    rows = selectors.overview(_units(subject))
    names = dict(Unit.objects.filter(usc__in={r.source.unit for r in rows}).values_list("usc", "name"))
    shown = [{"row": r, "unit": names.get(r.source.unit, "")} for r in rows]
    return desk_page(request, "collect/index.html", {"rows": shown}, active="data-collect")


@guard(READ)
@never_cache
@require_safe
def source(request: HttpRequest, code: str) -> HttpResponse:
    """One source: what it is, what is at work, its batches and what was wrong with them."""
    found, subject = _source(request, code), of_request(request)
    deliveries = Delivery.objects.filter(source=code).order_by("-id")
    shape = Shape.objects.filter(source=code).first()
    context = {
        "source": found, "page": Paginator(deliveries, 30).get_page(request.GET.get("page")),
        "apart": deliveries.filter(state=State.APART), "columns": shape.columns if shape else [], "shape": shape,
        "unit": Unit.objects.filter(usc=found.unit).first() if found.unit else None,
        "next_at": schedule.following(found.every, clock.now()) if found.every else None,
        "run": _newest(code), "may_decide": subject.has(roles.STEWARD.code), "may_supply": _may_supply(subject, found),
        "takes_files": isinstance(found.where, Files), "limit": found.limit,
    }  # fmt: skip
    return desk_page(request, "collect/source.html", context, active="data-collect")


def _newest(code: str) -> Run | None:
    return Run.objects.filter(kind=Kind.COLLECT, target=code).order_by("-pk").first()


@guard(READ)
@never_cache
@require_safe
def progress(request: HttpRequest, code: str) -> HttpResponse:
    """The part of a source's page that shows what is at work; asks for itself again while something is."""
    found = _source(request, code)
    context = {"source": found, "run": _newest(code), "may_decide": of_request(request).has(roles.STEWARD.code)}
    return render(request, "collect/progress.html", context)


@guard(DECIDE)
@require_POST
def start(request: HttpRequest, code: str) -> HttpResponse:
    """Collect now."""
    found = _source(request, code)
    if Run.objects.filter(kind=Kind.COLLECT, target=code, state__in=[RunState.QUEUED, RunState.RUNNING]).exists():
        messages.info(request, _("这个来源正在归集。"))
    else:
        services.start(found.code, by=request.user)
        messages.success(request, _("已排入归集。"))
    return redirect("collect_desk:source", code)


@guard(ACT)
@require_POST
def upload(request: HttpRequest, code: str) -> HttpResponse:
    """A file handed in by an officer of the supplying unit or by a steward."""
    found, given = _source(request, code), request.FILES.get("file")
    if not _may_supply(of_request(request), found):
        raise Http404
    if given is None:
        messages.error(request, _("请选择文件。"))
        return redirect("collect_desk:source", code)
    try:
        services.upload(found.code, given.name or "", given.chunks(), by=request.user)
    except runs.Stopped as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("文件已收到，已排入归集。"))
    return redirect("collect_desk:source", code)


@guard(DECIDE)
@require_POST
def decide(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """Take a batch that was kept apart, or send it back."""
    found = _source(request, code)
    delivery = get_object_or_404(Delivery, pk=pk, source=found.code)
    act = services.accept if request.POST.get("do") == "accept" else services.drop
    try:
        run = act(delivery, by=request.user)
    except runs.Busy:
        messages.error(request, _("这个来源正在归集，请稍后再处理。"))
        return redirect("collect_desk:source", code)
    if run.state == RunState.DONE:
        messages.success(request, _("已接收这一批。") if act is services.accept else _("已退回这一批。"))
    else:
        messages.error(request, run.error)
    return redirect("collect_desk:source", code)


@guard(DECIDE)
@require_POST
def cancel(request: HttpRequest, code: str) -> HttpResponse:
    """Stop what is at work at its next safe point."""
    found = _source(request, code)
    for run in Run.objects.filter(kind=Kind.COLLECT, target=found.code, state__in=[RunState.QUEUED, RunState.RUNNING]):
        runs.cancel(run)
    messages.success(request, _("已请求取消，没有提交的内容不会入库。"))
    return redirect("collect_desk:source", code)
