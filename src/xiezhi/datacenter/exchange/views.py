"""The exchange at the desk: interfaces, callers with their keys, grants, the log of calls. No page names a person."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from xiezhi.datacenter import roles as data
from xiezhi.datacenter.runs import services as runs
from xiezhi.datacenter.runs.models import Kind as RunKind
from xiezhi.kernel.access import purposes
from xiezhi.kernel.access.guards import PUBLIC, ROLE, guard
from xiezhi.kernel.access.models import ReadingAction
from xiezhi.kernel.access.reading import Object, record_reading
from xiezhi.kernel.access.subject import of_request
from xiezhi.ui.plug import desk_page

from . import declare, identity, proving, selectors, services, serving
from .declare import Kind
from .forms import CallSearch, KeyForm
from .models import Caller, CallerKey, CallLog, Grant, GrantState, Meter, ServedTable
from .problems import PROBLEMS
from .signatures import sm2

READERS = ROLE(*data.READERS)
KEEPERS = ROLE(data.HEAD.code, data.AUTHORITY.code)
"""Who may suspend and stop: the head of the sharing office and the data authority (政务数据共享条例 第27条)."""
STEWARDS = ROLE(data.STEWARD.code, data.HEAD.code, data.AUTHORITY.code)
AUDITORS = ROLE("AUDIT_ADMIN", data.HEAD.code, data.AUTHORITY.code, "supervisor")
PAGE = 50


def _may(request: HttpRequest, *roles: str) -> bool:
    return bool(of_request(request).has(*roles))


def _keeper(request: HttpRequest) -> bool:
    return _may(request, data.HEAD.code, data.AUTHORITY.code)


def _by(request: HttpRequest) -> str:
    return of_request(request).name or str(request.user)


@guard(READERS)
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Interfaces with their use in the last 24 hours."""
    found = selectors.overview()
    context = {
        "lines": [line for line in found if line.interface.kind is not Kind.PUSH],
        "pushes": [line for line in found if line.interface.kind is Kind.PUSH], "callers": Caller.objects.count(), "may_audit": _may(request, *AUDITORS.codes),
        "grants": Grant.objects.filter(state=GrantState.ACTIVE).count(),
    }  # fmt: skip
    return desk_page(request, "exchange/index.html", context, active="data-exchange")


@guard(READERS)
@require_GET
def interface(request: HttpRequest, code: str) -> HttpResponse:
    """One interface: fields and how they go out, who may call it, its serving copy."""
    if code not in declare.interfaces:
        raise Http404
    found = declare.interfaces.get(code)
    grants = list(Grant.objects.filter(interface=code).select_related("caller").order_by("state", "caller__agency"))
    context = {
        "one": found, "grade": declare.grade_of(found.level), "fields": selectors.fields_of(found), "grants": grants,
        "use": selectors.use_of(code), "copy": ServedTable.objects.filter(code=found.table).first(), "may_keep": _keeper(request),
        "may_refresh": _may(request, *STEWARDS.codes) and found.kind is not Kind.PUSH, "purposes": found.purposes.values(),
        "keys": [[found.declared.column(name).title for name in key] for key in found.keys] if found.table else [],
        "table": found.declared if found.table else None, "serves": found.kind is not Kind.PUSH,
    }  # fmt: skip
    return desk_page(request, "exchange/interface.html", context, active="data-exchange")


@guard(STEWARDS)
@require_POST
def refresh(request: HttpRequest, code: str) -> HttpResponse:
    """Queue a refresh of the serving copy behind an interface; a worker does it."""
    from .tasks import refresh as task

    if code not in declare.interfaces or declare.interfaces.get(code).table not in serving.served_tables():
        raise Http404
    table = declare.interfaces.get(code).table
    run = runs.queue(RunKind.SERVE, table, by=request.user)
    task.defer(table=table, run_id=run.pk)
    messages.success(request, _("已经提交，完成后本页更新。"))
    return redirect("exchange_desk:interface", code)


@guard(READERS)
@require_GET
def callers(request: HttpRequest) -> HttpResponse:
    """Systems of partners."""
    found = list(Caller.objects.prefetch_related("grants")[:200])
    used = selectors.uses("caller_id", [one.pk for one in found])
    rows = [
        {"one": one, "use": used[one.pk], "grants": sum(g.state == GrantState.ACTIVE for g in one.grants.all())}
        for one in found
    ]
    return desk_page(request, "exchange/callers.html", {"rows": rows}, active="data-exchange")


@guard(READERS)
@never_cache
def caller(request: HttpRequest, code: str) -> HttpResponse:
    """One system: keys, grants, meters; for those who may, new keys."""
    found = get_object_or_404(Caller, code=code)
    form, token = KeyForm(), ""
    if request.method == "POST":
        if not _keeper(request):
            raise Http404
        if "token" in request.POST:
            sandbox = request.POST.get("token") == "SANDBOX"
            _key, token = services.issue_token(found, environment="SANDBOX" if sandbox else "LIVE", by=_by(request))
        else:
            form = KeyForm(request.POST)
            if form.is_valid():
                said = form.cleaned_data
                try:
                    services.add_key(
                        found, said["kind"], said["public_key"], environment=said["environment"], by=_by(request)
                    )
                except services.ExchangeError as problem:
                    form.add_error("public_key", str(problem))
                else:
                    messages.success(request, _("公钥已登记。"))
                    return redirect("exchange_desk:caller", code)
    meters = Meter.objects.filter(partner=found).order_by("-month", "interface")[:60]
    context = {
        "one": found, "keys": found.keys.all(), "grants": found.grants.all(), "meters": meters, "form": form, "token": token,
        "use": selectors.use_of(caller=found.pk), "may_keep": _keeper(request), "sm2": sm2.available(), "titles": _titles(),
    }  # fmt: skip
    return desk_page(
        request, "exchange/caller.html", context, active="data-exchange", status=400 if form.errors else 200
    )


def _titles() -> dict[str, str]:
    return {i.code: i.title for i in declare.interfaces.all()}


@guard(KEEPERS)
@require_POST
def set_caller(request: HttpRequest, code: str) -> HttpResponse:
    """Suspend, resume or stop a whole system."""
    found = get_object_or_404(Caller, code=code)
    acts = {"suspend": services.suspend_caller, "resume": services.resume_caller, "stop": services.stop_caller}
    return _act(request, acts, found, redirect("exchange_desk:caller", code))


@guard(KEEPERS)
@require_POST
def set_grant(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Suspend, resume or stop a grant (政务数据共享条例 第27条)."""
    found = get_object_or_404(Grant, public_id=public_id)
    acts = {"suspend": services.suspend, "resume": services.resume, "stop": services.stop}
    return _act(request, acts, found, redirect("exchange_desk:interface", found.interface))


def _act(request: HttpRequest, acts: Any, found: Any, back: HttpResponse) -> HttpResponse:
    act = acts.get(request.POST.get("act"))
    if act is None:
        raise Http404
    try:
        act(found, reason=request.POST.get("reason", "")[:200], by=_by(request))
    except services.ExchangeError as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, _("已生效：下一次调用起按新的状态处理。"))
    return back


@guard(KEEPERS)
@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """A key counts no more."""
    found = get_object_or_404(CallerKey, pk=pk)
    services.revoke_key(found, by=_by(request))
    messages.success(request, _("密钥已吊销。"))
    return redirect("exchange_desk:caller", found.caller.code)


@guard(AUDITORS, purpose="AUDIT")
@require_GET
@never_cache
def calls(request: HttpRequest) -> HttpResponse:
    """Search in the log of calls; the search itself is recorded as a reading."""
    form = CallSearch(request.GET if request.GET else None)
    page = None
    if form.is_bound and form.is_valid():
        since, until = form.period()
        page = Paginator(selectors.calls(form.cleaned_data, since, until), PAGE).get_page(request.GET.get("page"))
        try:
            record_reading(
                of_request(request), ReadingAction.LIST, Object("exchange.calllog"), [], "AUDIT",
                purpose_text=form.cleaned_data["why"], request=request,
            )  # fmt: skip
        except purposes.PurposeError as problem:
            form.add_error("why", str(problem))
            page = None
    query = request.GET.copy()
    query.pop("page", None)
    context = {"form": form, "page": page, "query": query.urlencode(), "titles": _titles()}
    return desk_page(request, "exchange/calls.html", context, active="data-exchange-calls")


@guard(AUDITORS, purpose="AUDIT")
@require_GET
@never_cache
def call(request: HttpRequest, batch: UUID, n: int) -> HttpResponse:
    """One line with its proof."""
    found = get_object_or_404(CallLog.objects.select_related("caller", "batch"), batch_id=batch, n=n)
    context = {
        "one": found, "proved": proving.proved(found), "titles": _titles(), "problem": PROBLEMS.get(found.result),
        "number": f"{found.batch_id.hex}-{found.n}", "digests": [bytes(found.request_digest).hex(), bytes(found.answer_digest).hex()],
        "keys_hash": bytes(found.keys_hash).hex() if found.keys_hash else "", "root": bytes(found.batch.root).hex(),
        "fields": [name for name in found.fields.split(",") if name],
    }  # fmt: skip
    return desk_page(request, "exchange/call.html", context, active="data-exchange-calls")


@guard(PUBLIC)
@require_GET
def developers(request: HttpRequest) -> HttpResponse:
    """For programmers of partners: how requests are signed and answers verified, with code."""
    from django.conf import settings

    context = {"base": settings.PUBLIC_URL, "problems": PROBLEMS.values(), "our_keys": identity.published()["keys"]}
    return render(request, "exchange/developers.html", context)
