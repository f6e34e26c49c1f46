"""Subsidies at the desk: fixing, lists by month, approval, payment, export and rates."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from xiezhi.kernel.access.guards import guard
from xiezhi.kernel.access.permissions import NotFoundForYou
from xiezhi.kernel.calendar import clock as wall
from xiezhi.kernel.procedures.core import Refused
from xiezhi.ui import plug

from . import payments, selectors
from .codes import SUBSIDY_ITEMS
from .gate import Here, agency_of, at_matter
from .models import PaymentList, SubsidyRate
from .policies import AGENCY_HEAD, OFFICE
from .subsidy import STAGE_TITLES, TAX_NOTE, decimal, rate_on
from .views_desk import _back, _tell


@guard(OFFICE)
@require_POST
def fix(request: HttpRequest, public_id: Any) -> HttpResponse:
    """核定 a matter's subsidy by the rates, with what the vouchers show."""
    at = at_matter(request, public_id)
    stages = tuple(s for s in request.POST.getlist("stages") if s in STAGE_TITLES)
    days = request.POST.get("days_away", "").strip()
    travel = payments.Travel(
        decimal(request.POST.get("kilometers")), int(days) if days.isdecimal() and len(days) < 4 else 0,
        decimal(request.POST.get("expenses")), stages,
    )  # fmt: skip
    if travel.kilometers < 0 or travel.expenses < 0:
        messages.error(request, _("里程和费用不能小于零"))
        return _back(public_id)
    try:
        item = payments.fix(at.matter, at.actor, travel=travel)
        messages.success(request, _("已核定补贴%(a)s元，可以列入发放表") % {"a": f"{item.amount:,.2f}"})
    except Refused as error:
        _tell(request, error)
    return _back(public_id)


@guard(OFFICE)
@require_http_methods(["GET", "POST"])
def subsidies(request: HttpRequest) -> HttpResponse:
    """What is fixed and not on a list, and the lists by month."""
    here = agency_of(request, "case_officer", "office_head")
    if request.method == "POST":
        try:
            made = payments.make_list(here.unit, wall.today(), here.actor)
            messages.success(request, _("发放表已编制，请机构负责人批准"))
            return HttpResponseRedirect(reverse("legal_aid_desk:payment-list", args=[made.pk]))
        except Refused as error:
            _tell(request, error)
            return HttpResponseRedirect(reverse("legal_aid_desk:subsidies"))
    open_items = list(payments.listable(here.unit.pk)[:200])
    context = {
        "here": here, "items": open_items, "total": sum((i.amount for i in open_items), Decimal(0)), "today": wall.today(),
        "lists": list(selectors.lists_of([here.unit.pk])[:36]), "tax": TAX_NOTE,
    }  # fmt: skip
    return plug.desk_page(request, "legal_aid/subsidies.html", context, active="aid-subsidies")


def _list_of(request: HttpRequest, pk: int) -> tuple[Here, PaymentList]:
    here = agency_of(request, "case_officer", "office_head")
    found = PaymentList.objects.filter(pk=pk, agency=here.unit).select_related("agency").first()
    if found is None:
        raise NotFoundForYou
    return here, found


@guard(OFFICE)
@require_http_methods(["GET", "POST"])
def payment_list(request: HttpRequest, pk: int) -> HttpResponse:
    """One list: its items; the head approves, then the payment is recorded."""
    here, found = _list_of(request, pk)
    if request.method == "POST":
        try:
            if "approve" in request.POST:
                if not here.head:
                    raise NotFoundForYou
                payments.approve_list(pk, here.actor)
                messages.success(request, _("发放表已批准"))
            else:
                paid_on = _day(request.POST.get("paid_on", "")) or wall.today()
                _found, refused = payments.pay_list(pk, here.actor, paid_on)
                for line in refused:
                    messages.error(request, line)
                if not refused:
                    messages.success(request, _("已记录支付，承办人员会收到消息"))
        except Refused as error:
            _tell(request, error)
        return HttpResponseRedirect(reverse("legal_aid_desk:payment-list", args=[pk]))
    context = {
        "here": here, "found": found, "rows": list(payments.table(found)), "headers": payments.HEADERS, "tax": TAX_NOTE,
        "mine": found.made_by == here.actor.ref, "today": wall.today(),
    }  # fmt: skip
    return plug.desk_page(request, "legal_aid/payment_list.html", context, active="aid-subsidies")


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@guard(OFFICE)
@require_GET
def export(request: HttpRequest, pk: int) -> HttpResponse:
    """An approved list as a workbook or as CSV."""
    _here, found = _list_of(request, pk)
    if found.state == PaymentList.OPEN:
        raise NotFoundForYou
    kind = "csv" if request.GET.get("as") == "csv" else "xlsx"
    body = payments.to_csv(found) if kind == "csv" else payments.to_xlsx(found)
    media = (
        "text/csv; charset=utf-8"
        if kind == "csv"
        else "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    )
    name = f"{found.agency.name}法律援助补贴{found.month:%Y%m}-{found.number}.{kind}"
    response = HttpResponse(body, content_type=media)
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response["Cache-Control"] = "private, no-store"
    return response


@guard(AGENCY_HEAD)
@require_http_methods(["GET", "POST"])
def rates(request: HttpRequest) -> HttpResponse:
    """The amounts in force, and a new one from a day on."""
    here = agency_of(request, "office_head")
    if request.method == "POST":
        kind, stage = request.POST.get("kind", ""), request.POST.get("stage", "")
        since = _day(request.POST.get("valid_from", ""))
        try:
            if kind not in SUBSIDY_ITEMS or stage not in STAGE_TITLES or since is None:
                messages.error(request, _("请选择服务类型、阶段和起始日"))
            else:
                payments.set_rate(
                    here.unit.prov_id, kind, stage, since, decimal(request.POST.get("amount")),
                    basis=request.POST.get("basis", "")[:120], by=here.actor.ref,
                )  # fmt: skip
                messages.success(request, _("补贴标准已设定"))
        except Refused as error:
            _tell(request, error)
        return HttpResponseRedirect(reverse("legal_aid_desk:rates"))
    known, today = payments.rates(here.unit.prov_id), wall.today()
    keys = sorted(
        {(r.kind, r.stage) for r in known},
        key=lambda k: (list(SUBSIDY_ITEMS).index(k[0]) if k[0] in SUBSIDY_ITEMS else 99, k[1]),
    )
    rows = [(SUBSIDY_ITEMS.get(k, k), STAGE_TITLES.get(s, s), rate_on(known, k, s, today)) for k, s in keys]
    own = SubsidyRate.objects.filter(province_id=here.unit.prov_id).order_by("-valid_from")[:50]
    context = {
        "here": here, "rows": [r for r in rows if r[2] is not None], "kinds": SUBSIDY_ITEMS, "stages": STAGE_TITLES,
        "own": [(SUBSIDY_ITEMS.get(r.kind, r.kind), STAGE_TITLES.get(r.stage, r.stage), r) for r in own], "today": today, "tax": TAX_NOTE,
    }  # fmt: skip
    return plug.desk_page(request, "legal_aid/rates.html", context, active="aid-subsidies")
