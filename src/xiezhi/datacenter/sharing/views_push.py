"""上报与回流 at the desk: flows, how far they are, receipts, reconciliations; what was received from others."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Count, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from xiezhi.datacenter import roles
from xiezhi.datacenter.runs import services as runs
from xiezhi.datacenter.runs.models import Kind, Run
from xiezhi.kernel.access.guards import ROLE, guard
from xiezhi.kernel.access.permissions import Forbidden, NotFoundForYou
from xiezhi.kernel.access.subject import of_request
from xiezhi.ui import plug

from .models import Inbox, PushFlow
from .push import outbox
from .roles import DESK

READERS = (*DESK, roles.STEWARD.code)
MAY = (roles.STEWARD.code, roles.HEAD.code, roles.SHARER.code)


@guard(ROLE(*READERS))
@require_http_methods(["GET"])
def index(request: HttpRequest) -> HttpResponse:
    """Flows that go out and inboxes that come in."""
    flows = list(
        PushFlow.objects.select_related("receiver").annotate(sent=Sum("batches__rows"), refused=Sum("batches__refused"))
    )
    last = {r.target: r for r in Run.objects.filter(kind=Kind.PUSH, target__in=[f.code for f in flows]).order_by("pk")}
    for flow in flows:
        flow.run = last.get(flow.code)  # type: ignore[attr-defined]
        flow.waiting = outbox.unacked(flow).count()  # type: ignore[attr-defined]
    inboxes = Inbox.objects.select_related("sender").annotate(bad=Count("refusals")).order_by("sender__agency", "flow")
    return plug.desk_page(request, "sharing/push.html", {"flows": flows, "inboxes": inboxes}, active="data-push")


@guard(ROLE(*READERS))
@never_cache
@require_http_methods(["GET", "POST"])
def flow(request: HttpRequest, code: str) -> HttpResponse:
    """One flow: batches with receipts, the last reconciliations with their differences; push, reconcile, cancel."""
    found = PushFlow.objects.select_related("receiver").filter(code=code).first()
    if found is None:
        raise NotFoundForYou
    subject = of_request(request)
    may = subject.has(*MAY)
    running = Run.objects.filter(kind=Kind.PUSH, target=code, state__in=("QUEUED", "RUNNING")).order_by("-pk").first()
    if request.method == "POST":
        if not may:
            raise Forbidden(_("推送由数据管理员或者共享工作机构办理。"))
        do = request.POST.get("do", "")
        if do == "cancel" and running is not None:
            runs.cancel(running)
            messages.success(request, _("已请求停止；已经收到回执的批次不受影响。"))
        elif do in ("push", "reconcile") and running is None:
            from .tasks import begin

            begin(found, reconcile=do == "reconcile", by=request.user)
            messages.success(request, _("已开始，进展见下。"))
        return redirect("sharing_desk:flow", code=code)
    from .push.flows import columns_of

    reconciliations = list(found.reconciliations.order_by("-pk")[:10])
    context = {
        "flow": found, "run": running or Run.objects.filter(kind=Kind.PUSH, target=code).order_by("-pk").first(), "running": running, "may": may,
        "batches": found.batches.filter(dropped=False).order_by("-epoch", "-seq")[:30], "waiting": outbox.unacked(found).count(),
        "latest": reconciliations[0] if reconciliations else None, "reconciliations": reconciliations, "columns": columns_of(found),
        "rights": found.rights.order_by("-pk")[:20],
    }  # fmt: skip
    return plug.desk_page(request, "sharing/flow.html", context, active="data-push")
