"""The roll of providers and the duty rota at the desk."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from xiezhi.kernel.access.guards import guard
from xiezhi.kernel.access.permissions import NotFoundForYou
from xiezhi.kernel.calendar import clock as wall
from xiezhi.kernel.people import services as people
from xiezhi.kernel.people.models import Organization
from xiezhi.kernel.procedures import store
from xiezhi.kernel.procedures.core import Refused
from xiezhi.kernel.procedures.forms import Problem
from xiezhi.kernel.units import ids
from xiezhi.kernel.units.models import Unit
from xiezhi.ui import plug

from . import duty
from . import providers as roll
from .codes import MATTER_TYPES, OFFER_REFUSALS, PROVIDER_KINDS
from .gate import agency_of, said
from .models import AidCase, AidProvider, DutyPlace, DutyShift, Offer, ProviderPenalty
from .policies import AGENCY
from .views_desk import _tell

LANGUAGES = ("普通话", "粤语", "客家话", "闽南语", "藏语", "维吾尔语", "蒙古语", "彝语", "壮语", "手语", "英语")


def _day(text: str, default: date | None = None) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return default


# rota


@guard(AGENCY)
@require_http_methods(["GET", "POST"])
def rota(request: HttpRequest) -> HttpResponse:
    """A week of duty by place and day; fill it fairly, or put one provider on one day."""
    here = agency_of(request)
    today = wall.today()
    first = _day(request.GET.get("week", ""), today) or today
    first -= timedelta(days=first.weekday())
    if request.method == "POST":
        return _change_rota(request, here, first)
    days = [first + timedelta(days=i) for i in range(7)]
    shifts = list(duty.week([here.unit.pk], first))
    places = sorted({(s.place, s.site_id, s.site.name if s.site else s.get_place_display()) for s in shifts}, key=str)
    if not places:
        places = [(DutyPlace.AGENCY, None, DutyPlace.AGENCY.label)]
    grid = [
        (name, [[s for s in shifts if s.valid_from == d and s.place == p and s.site_id == site] for d in days])
        for p, site, name in places
    ]
    context = {
        "here": here, "days": days, "due": [s for s in shifts if s.state == DutyShift.PLANNED and s.valid_from <= today],
        "ahead": [s for s in shifts if s.state == DutyShift.PLANNED and s.valid_from > today], "grid": grid, "first": first, "before": first - timedelta(days=7), "next": first + timedelta(days=7),
        "last": first + timedelta(days=27), "today": today, "places": DutyPlace.choices, "parts": DutyShift.PARTS,
        "sites": _sites(here.unit), "people": _duty_people(here.unit), "working": [store.calendar().is_working(d) for d in days],
    }  # fmt: skip
    return plug.desk_page(request, "legal_aid/rota.html", context, active="aid-rota")


def _sites(unit: Unit) -> list[Unit]:
    """Courts, procuracies and detention centers of the county."""
    rows = (
        Unit.objects.filter(county_id=unit.county_id)
        if unit.county_id
        else Unit.objects.filter(city_id=unit.city_id, county_id__isnull=True)
    )
    return list(
        rows.filter(Q(kind__in=("COURT", "PROCURATORATE")) | Q(name__contains="看守所")).order_by("sort_key")[:30]
    )


def _duty_people(unit: Unit) -> list[AidProvider]:
    return list(
        AidProvider.objects.filter(agency=unit, status=AidProvider.ACTIVE, license_no__isnull=False)
        .exclude(kind=AidProvider.LEGAL_WORKER).select_related("person").order_by("person__sort_key")[:300]
    )  # fmt: skip


def _change_rota(request: HttpRequest, here: Any, first: date) -> HttpResponse:
    place, site = request.POST.get("place", ""), _unit(request.POST.get("site", ""))
    back = HttpResponseRedirect(f"{reverse('legal_aid_desk:rota')}?week={first.isoformat()}")
    try:
        if "fill" in request.POST:
            since, until = _day(request.POST.get("first", "")), _day(request.POST.get("last", ""))
            if since is None or until is None or since < wall.today():
                messages.error(request, _("请填写今天以后的起止日期"))
                return back
            if place not in DutyPlace.values:
                messages.error(request, _("请选择值班地点"))
                return back
            made = duty.fill(here.unit, place, since, until, here.actor, site=site)
            messages.success(request, _("已按值班次数公平排了%(n)s班") % {"n": len(made)})
        else:
            provider = _provider(here, request.POST.get("provider", ""))
            day = _day(request.POST.get("day", ""))
            if day is None or provider is None:
                messages.error(request, _("请选择人员和日期"))
                return back
            part = request.POST.get("part", DutyShift.DAY)
            duty.plan_shift(
                here.unit,
                provider,
                place,
                day,
                site=site,
                part=part if part in dict(DutyShift.PARTS) else DutyShift.DAY,
            )
            messages.success(request, _("已排班"))
    except Refused as error:
        _tell(request, error)
    return back


def _unit(text: str) -> Unit | None:
    return Unit.objects.filter(pk=int(text)).first() if text.isdecimal() and len(text) < 19 else None


def _provider(here: Any, text: str) -> AidProvider | None:
    if not text.isdecimal() or len(text) > 18:
        return None
    return (
        AidProvider.objects.filter(pk=int(text), agency=here.unit)
        .select_related("person", "firm__organization")
        .first()
    )


@guard(AGENCY)
@require_POST
def shift(request: HttpRequest, pk: int) -> HttpResponse:
    """Record what came of a shift, or cancel it."""
    here = agency_of(request)
    found = DutyShift.objects.filter(pk=pk, agency=here.unit).select_related("provider__person").first()
    if found is None:
        raise NotFoundForYou
    try:
        if "cancel" in request.POST:
            duty.cancel_shift(found)
            messages.success(request, _("值班已取消"))
        else:
            numbers = [request.POST.get(n, "").strip() for n in ("consulted", "helped", "witnessed")]
            if not all(n.isdecimal() and len(n) < 5 for n in numbers):
                messages.error(request, _("请填写人次，没有的填0"))
            else:
                consulted, helped, witnessed = (int(n) for n in numbers)
                duty.record_shift(
                    found, consulted=consulted, helped=helped, witnessed=witnessed, missed="missed" in request.POST
                )
                messages.success(request, _("值班情况已登记"))
    except Refused as error:
        _tell(request, error)
    monday = found.valid_from - timedelta(days=found.valid_from.weekday())
    return HttpResponseRedirect(f"{reverse('legal_aid_desk:rota')}?week={monday.isoformat()}")


# roll


@guard(AGENCY)
@require_http_methods(["GET"])
def providers(request: HttpRequest) -> HttpResponse:
    """The roll with load, turn and penalties."""
    here = agency_of(request)
    today = wall.today()
    rows = AidProvider.objects.filter(agency=here.unit).select_related("person", "firm__organization")
    text = request.GET.get("q", "").strip()
    if text:
        rows = rows.filter(
            Q(person__name__startswith=text)
            | Q(license_no__startswith=text)
            | Q(firm__organization__name__contains=text)
        )
    status, special = request.GET.get("status", ""), request.GET.get("special", "")
    if status in dict(AidProvider.STATUSES):
        rows = rows.filter(status=status)
    if special in MATTER_TYPES:
        rows = rows.filter(specialisms__contains=[special])
    rows = rows.annotate(
        load=Count("cases", filter=Q(cases__ended_on__isnull=True, cases__matter__open=True))
    ).order_by("person__sort_key", "id")
    found = list(rows[:200])
    stopped = set(roll.stopped_providers(today))
    context = {
        "here": here, "rows": [(p, p.pk in stopped, [MATTER_TYPES.get(s, s) for s in p.specialisms]) for p in found], "total": len(found),
        "statuses": AidProvider.STATUSES, "specials": MATTER_TYPES, "q": text, "status": status, "special": special,
    }  # fmt: skip
    return plug.desk_page(request, "legal_aid/providers.html", context, active="aid-providers")


def _read(request: HttpRequest, here: Any) -> dict[str, Any]:
    """Values of the form; wrong dates and firms are told as problems."""
    post, problems = request.POST, []
    values: dict[str, Any] = {
        "kind": post.get("kind", ""), "license_no": post.get("license_no", "").strip(),
        "specialisms": [s for s in post.getlist("specialisms") if s in MATTER_TYPES],
        "languages": [s for s in post.getlist("languages") if s in LANGUAGES],
    }  # fmt: skip
    capacity = post.get("capacity", "").strip()
    values["capacity"] = int(capacity) if capacity.isdecimal() and 0 < int(capacity) < 100 else 8
    for name in ("practice_since", "former_left_on"):
        text = post.get(name, "").strip()
        values[name] = _day(text)
        if text and values[name] is None:
            problems.append(Problem("INVALID", "日期请写成2015-06-01", name))
    firm = post.get("firm", "").strip()
    values["firm"] = None
    if firm:
        found = roll.find_firm(firm)
        if found is None:
            organization = Organization.objects.filter(name=firm).first()
            if organization is None:
                organization = Organization.objects.create(
                    name=firm, kind="LAW_FIRM", sort_key=ids.sort_key(firm), created_at=wall.now()
                )
            head = roll.find_firm(post.get("head_office", "")) if post.get("head_office") else None
            found = roll.firm_of(organization, head)
        values["firm"] = found
    former = post.get("former_organ", "").strip()
    values["former_organ"] = None
    if former:
        organ = Unit.objects.filter(name=former, kind__in=("COURT", "PROCURATORATE")).first()
        if organ is None:
            problems.append(Problem("UNKNOWN", "没有找到这个法院或者检察院，请填写全称", "former_organ"))
        values["former_organ"] = organ
    if problems:
        raise Refused(problems)
    values["counties"] = [int(c) for c in post.getlist("counties") if c.isdecimal()] or [
        c for c in (here.unit.county_id,) if c
    ]
    return values


def _form(
    request: HttpRequest, here: Any, provider: AidProvider | None, errors: Any, status: int = 200
) -> HttpResponse:
    counties = Unit.objects.filter(prov_id=here.unit.prov_id, level="COUNTY", kind="GOVERNMENT").order_by(
        "city_id", "sort_key"
    )
    if here.unit.city_id:
        counties = counties.filter(city_id=here.unit.city_id)
    chosen = (
        request.POST.getlist("counties")
        if request.method == "POST"
        else [str(c) for c in (provider.counties if provider else [here.unit.county_id])]
    )
    context: dict[str, Any] = {
        "here": here, "provider": provider, "errors": errors, "post": request.POST, "kinds": PROVIDER_KINDS, "specials": MATTER_TYPES,
        "languages": LANGUAGES, "counties": [(str(c.pk), c.name.removesuffix("人民政府")) for c in counties[:60]], "chosen": chosen,
        "chosen_special": request.POST.getlist("specialisms") if request.method == "POST" else (provider.specialisms if provider else []),
        "chosen_languages": request.POST.getlist("languages") if request.method == "POST" else (provider.languages if provider else []),
        "today": wall.today(), "statuses": AidProvider.STATUSES, "penalty_kinds": ProviderPenalty.KINDS,
    }  # fmt: skip
    if provider is not None:
        asked = Offer.objects.filter(provider=provider).select_related("matter", "answer").order_by("-at")[:20]
        context |= {
            "penalties": list(provider.penalties.order_by("-valid_from")),
            "offers": [(o, getattr(o, "answer", None), OFFER_REFUSALS.get(o.answer.reason, "") if hasattr(o, "answer") else "") for o in asked],
            "running": list(AidCase.objects.filter(provider=provider, ended_on__isnull=True, matter__open=True).select_related("matter")[:30]),
            "left_out": _left_out(provider),
        }  # fmt: skip
    return plug.desk_page(request, "legal_aid/provider.html", context, active="aid-providers", status=status)


def _left_out(provider: AidProvider) -> list[tuple[Offer, str]]:
    """When this provider was left out of asking, and why: kept with each offer to somebody else."""
    words = {
        "STOP": "停止执业", "CAPACITY": "已满", "SAME_FIRM": "本所代理对方", "CLIENT": "代理过对方", "KIN": "近亲属", "JUNIOR": "执业不满三年", "AREA": "不在服务区域",
        "NOT_LAWYER": "不是律师", "FORMER_JUDGE": "离任不满二年", "FORMER_ORGAN": "原任职机关", "ASKED": "已征询", "REPLACED": "已更换", "STATUS": "暂停指派",
        "PARTY": "本人是当事人",
    }  # fmt: skip
    rows = Offer.objects.filter(left_out__has_key=str(provider.pk)).select_related("matter").order_by("-at")[:10]
    return [(o, "、".join(words.get(c, c) for c in o.left_out[str(provider.pk)])) for o in rows]


@guard(AGENCY)
@require_http_methods(["GET", "POST"])
def new_provider(request: HttpRequest) -> HttpResponse:
    """Enter somebody into the roll; known people are found by their number, which goes in the body only."""
    here = agency_of(request)
    if request.method == "GET":
        return _form(request, here, None, {})
    try:
        values = _read(request, here)
        number, name = request.POST.get("id_no", "").strip(), request.POST.get("name", "").strip()
        if not number or not name:
            raise Refused([Problem("REQUIRED", "请填写姓名和身份证件号码", "name" if not name else "id_no")])
        try:
            person, _created = people.register_person(
                name=name, id_no=number, phone=request.POST.get("phone", "").strip(), demo=people.fictional_allowed()
            )
        except (people.PeopleError, ids.InvalidNumber) as error:
            raise Refused([Problem("IDENTITY", str(error), "id_no")]) from error
        made = roll.register_provider(person, here.unit.pk, **values)
    except Refused as error:
        return _form(request, here, None, said(error), 422)
    messages.success(request, _("%(n)s已登记入册") % {"n": made.person.name})
    return HttpResponseRedirect(reverse("legal_aid_desk:provider", args=[made.pk]))


@guard(AGENCY)
@require_http_methods(["GET", "POST"])
def provider(request: HttpRequest, pk: int) -> HttpResponse:
    """One provider: change the entry, record a penalty or a tie, see offers and running matters."""
    here = agency_of(request)
    found = _provider(here, str(pk))
    if found is None:
        raise NotFoundForYou
    if request.method == "GET":
        return _form(request, here, found, {})
    try:
        what = request.POST.get("do", "change")
        if what == "penalty":
            since, until = _day(request.POST.get("valid_from", "")), _day(request.POST.get("valid_to", ""))
            if since is None:
                raise Refused([Problem("REQUIRED", "请填写起始日，例如2026-05-12", "valid_from")])
            kind = request.POST.get("penalty_kind", ProviderPenalty.STOP)
            roll.record_penalty(found, kind if kind in dict(ProviderPenalty.KINDS) else ProviderPenalty.STOP, since, until, here.actor,
                                doc_no=request.POST.get("doc_no", "").strip()[:60])  # fmt: skip
            messages.success(request, _("处罚已登记；期间内不再征询、排班"))
        elif what == "tie":
            kind = request.POST.get("tie_kind", "")
            roll.record_tie(
                found,
                kind if kind in ("KIN", "CLIENT", "ADVISER", "EMPLOYER") else "CLIENT",
                name=request.POST.get("tie_name", ""),
            )
            messages.success(request, _("利害关系已登记；只保存标识，不保存姓名"))
        else:
            status = request.POST.get("status", found.status)
            roll.change_provider(
                found,
                here.actor,
                **_read(request, here),
                status=status if status in dict(AidProvider.STATUSES) else found.status,
            )
            messages.success(request, _("已保存"))
    except Refused as error:
        return _form(request, here, found, said(error), 422)
    return HttpResponseRedirect(reverse("legal_aid_desk:provider", args=[pk]))
