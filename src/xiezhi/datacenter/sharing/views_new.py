"""校核申请 and 目录更新: the filing events of two procedures as forms of the desk."""

from __future__ import annotations

import secrets
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from xiezhi.datacenter.standards import declare as standards
from xiezhi.kernel.access.guards import ROLE, guard
from xiezhi.kernel.access.permissions import NotFoundForYou
from xiezhi.kernel.access.subject import of_request
from xiezhi.kernel.calendar import clock as wall
from xiezhi.kernel.procedures import registry
from xiezhi.kernel.procedures.core import Refused
from xiezhi.kernel.procedures.declare import Field, Kind
from xiezhi.kernel.procedures.forms import Problem
from xiezhi.kernel.units.models import Unit
from xiezhi.ui import forms, plug

from . import filing
from .views_requests import SHARERS, _providers

_LEFT_OUT = ("resource", "resource_title", "requester_name", "provider_name", "received_on", "attachments")


def _tables() -> tuple[tuple[str, str], ...]:
    return tuple((t.code, f"{t.title}（{t.code}）") for t in standards.tables.all())


@guard(ROLE(*SHARERS))
@never_cache
@require_http_methods(["GET", "POST"])
def correction(request: HttpRequest) -> HttpResponse:
    """Tell the provider what is wrong in its data."""
    own = filing.own_unit(of_request(request))
    if own is None:
        raise NotFoundForYou
    providers = tuple((str(u.pk), u.name) for u in _providers(own))
    first = (
        Field("provider", _("提供部门"), Kind.CHOICE, required=True, choices=providers or (("", "—"),)),
        Field("resource", _("数据资源"), Kind.CHOICE, required=True, choices=_tables()),
    )
    return _new(request, "SJJZ", "filed", first, own, _("提出校核申请"), _("提供部门10个工作日内核实、更正并反馈。"))


@guard(ROLE(*SHARERS))
@never_cache
@require_http_methods(["GET", "POST"])
def listing(request: HttpRequest) -> HttpResponse:
    """A change of law or duty that the catalog must follow."""
    own = filing.own_unit(of_request(request))
    if own is None:
        raise NotFoundForYou
    first = (Field("resource", _("数据资源"), Kind.CHOICE, required=True, choices=_tables()),)
    hint = _("自调整、变化发生之日起10个工作日内更新目录并报送审核。")
    return _new(request, "MLGX", "noticed", first, own, _("登记目录变化"), hint)


def _new(
    request: HttpRequest, code: str, event: str, first: tuple[Field, ...], own: Unit, title: str, hint: str
) -> HttpResponse:
    declared = registry.get(code, on=wall.today()).events[event]
    fields = (*first, *(f for f in declared.form if f.name not in _LEFT_OUT))
    data: dict[str, Any] = {k: request.GET[k][:200] for k in ("resource", "provider", "fields") if k in request.GET}
    problems: list[Problem] = []
    key = request.POST.get("request_key", "")[:80] or secrets.token_urlsafe(18)
    if request.method == "POST":
        data = forms.parse(fields, request.POST)
        resource = str(data.get("resource") or "")
        if resource not in standards.tables:
            problems.append(Problem("REQUIRED", _("请选择数据资源"), "resource"))
        provider = (
            Unit.objects.filter(pk=int(data["provider"])).first() if str(data.get("provider", "")).isdecimal() else None
        )
        if code == "SJJZ" and provider is None:
            problems.append(Problem("REQUIRED", _("请选择提供部门"), "provider"))
        if not problems:
            subject = of_request(request)
            given = {k: v for k, v in data.items() if k != "provider"}
            given["resource_title"] = standards.tables.get(resource).title
            try:
                if code == "SJJZ":
                    assert provider is not None
                    matter = filing.open_correction(subject, own, provider, given, request_key=key)
                else:
                    matter = filing.open_listing(subject, own, given, request_key=key)
            except Refused as refused:
                problems = list(refused.problems)
            else:
                messages.success(request, _("已登记，编号%(n)s。") % {"n": matter.number})
                return redirect("desk:matter", public_id=matter.public_id)
    context = {
        "form": forms.build_form(fields, data, problems),
        "title": title,
        "hint": hint,
        "basis": declared.basis,
        "key": key,
    }
    return plug.desk_page(request, "sharing/new.html", context, active="data-sharing", status=422 if problems else 200)
