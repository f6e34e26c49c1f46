"""The agency's own pages: what waits, and asking providers from the matter's page."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from xiezhi.kernel.access import reading
from xiezhi.kernel.access.guards import guard
from xiezhi.kernel.access.permissions import NotFoundForYou
from xiezhi.kernel.calendar import clock as wall
from xiezhi.kernel.notices.models import Notice
from xiezhi.kernel.procedures.core import Refused
from xiezhi.kernel.procedures.models import Matter, Party
from xiezhi.ui import plug

from . import duty, offers, telling
from .appointing import TO_APPOINT
from .gate import agency_of, at_matter
from .models import AidHearing, Offer, OfferAnswer
from .panels import left_words
from .policies import AGENCY, OFFICE

SHOWN = 60
CARRIED = 5
"""Matters whose offer lapsed that one visit carries on; the worker does the others."""


def _back(public_id: Any) -> HttpResponseRedirect:
    return HttpResponseRedirect(f"{reverse('desk:matter', args=[public_id])}#aid")


def _tell(request: HttpRequest, error: Refused) -> None:
    for problem in error.problems:
        messages.error(request, f"{problem.message}{f'（{problem.basis}）' if problem.basis else ''}")


@guard(AGENCY, purpose="HANDLE")
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """What waits for the agency: matters without a provider, open offers with their time, today's duty."""
    here = agency_of(request)
    now = wall.now()
    rows = (
        Matter.objects.filter(handling_unit=here.unit, open=True, procedure="FLYZ", state__in=sorted(TO_APPOINT))
        .select_related("legal_aid", "handler").order_by("due_sort", "id")
    )  # fmt: skip
    found = list(rows[:SHOWN])
    for row in _stopped(found)[:CARRIED]:
        offers.carry_on(row, now)
    waiting = {
        o.matter_id: o
        for o in Offer.objects.filter(matter__in=found, answer__isnull=True).select_related("provider__person")
    }
    alarms = set(
        Notice.objects.filter(matter__in=found, template=telling.NONE_LEFT).values_list("matter_id", flat=True)
    ) - set(waiting)
    counts = Matter.objects.filter(handling_unit=here.unit, open=True, procedure="FLYZ").aggregate(
        review=Count("pk", filter=Q(state__in=("RECEIVED", "SUPPLEMENT"))), custody=Count("pk", filter=Q(state="AT_CUSTODY")),
        running=Count("pk", filter=Q(state__in=("APPOINTED", "WORKING"))), files=Count("pk", filter=Q(state="CLOSED")),
    )  # fmt: skip
    _listed(request, here.subject, found)
    context = {
        "here": here, "rows": [
            {"m": m, "offer": waiting.get(m.pk), "left": left_words(waiting[m.pk].until, now) if m.pk in waiting else "",
             "alarm": m.pk in alarms, "acts": here.head or str(here.subject.staff_id) in {str(o) for o in m.facts.get("officers") or ()}}
            for m in found
        ],
        "numbers": counts, "shifts": list(duty.week([here.unit.pk], now.date(), 1)), "today": now.date(),
        "more": max(0, rows.count() - len(found)) if len(found) == SHOWN else 0,
    }  # fmt: skip
    return plug.desk_page(request, "legal_aid/desk_home.html", context, active="aid-home")


def _stopped(found: list[Matter]) -> list[int]:
    """Matters whose last offer lapsed and that nobody has been asked for since."""
    last: dict[int, Offer] = {}
    for offer in Offer.objects.filter(matter__in=found).select_related("answer").order_by("number"):
        last[offer.matter_id] = offer
    return [
        pk for pk, offer in last.items()
        if getattr(offer, "answer", None) is not None and offer.answer.kind == OfferAnswer.LAPSED
    ]  # fmt: skip


def _listed(request: HttpRequest, subject: Any, found: list[Matter]) -> None:
    """A list shows names: one reading with a key for each person on it."""
    people = [p.person for p in Party.objects.filter(matter__in=found, person__isnull=False).select_related("person")]
    if people:
        reading.record_reading(
            subject, "LIST", reading.Object("legal_aid.waiting", ""), [p for p in people if p is not None], "HANDLE", ["name"],
            request=request,
        )  # fmt: skip


@guard(OFFICE)
@require_POST
def ask(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Offer the matter to the provider chosen, or to the first of the list."""
    at = at_matter(request, public_id)
    chosen = request.POST.get("provider", "")
    try:
        if chosen.isdecimal():
            made = offers.ask(at.matter.pk, int(chosen), at.actor)
        else:
            first = offers.ask_first(at.matter.pk, at.actor)
            if first is None:
                messages.warning(request, _("名册中没有可以征询的人员，已经告知机构负责人"))
                return _back(public_id)
            made = first
        messages.success(request, _("已征询%(n)s") % {"n": made.provider.person.name})
    except Refused as error:
        _tell(request, error)
    return _back(public_id)


@guard(OFFICE)
@require_POST
def answer(request: HttpRequest, public_id: Any) -> HttpResponse:
    """A provider's answer by telephone, entered by the officer."""
    at = at_matter(request, public_id)
    waiting = offers.open_offer(at.matter.pk)
    if waiting is None:
        messages.error(request, _("现在没有等待答复的征询"))
        return _back(public_id)
    accepted = request.POST.get("answer") == "accept"
    try:
        offers.answer(waiting.pk, accepted, at.actor.ref, reason=request.POST.get("reason", ""))
        messages.success(request, _("已记录并指派") if accepted else _("已记录，已征询下一人"))
    except Refused as error:
        _tell(request, error)
    return _back(public_id)


@guard(OFFICE)
@require_POST
def withdraw(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Take the open offer back and choose anew."""
    at = at_matter(request, public_id)
    try:
        if offers.withdraw(at.matter.pk, at.actor):
            messages.success(request, _("征询已撤回"))
    except Refused as error:
        _tell(request, error)
    return _back(public_id)


def read_moment(text: str) -> datetime | None:
    """A moment of a datetime-local field, in Shanghai; None for what is none."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=wall.SHANGHAI)
    except ValueError:
        return None


def keep_date(request: HttpRequest, matter: Matter, by: str) -> bool:
    """Enter or cancel a date of a matter from a small form. False with a message where it is not right."""
    if cancelled := request.POST.get("cancel", ""):
        rows = (
            AidHearing.objects.filter(matter=matter, pk=int(cancelled))
            if cancelled.isdecimal()
            else AidHearing.objects.none()
        )
        if not rows.update(cancelled=True):
            raise NotFoundForYou
        messages.success(request, _("日程已取消"))
        return True
    at, kind = read_moment(request.POST.get("at", "")), request.POST.get("kind", "")
    if at is None or at < wall.now():
        messages.error(request, _("请填写今天以后的日期和时间"))
        return False
    if kind not in dict(AidHearing.KINDS):
        messages.error(request, _("请选择日程的种类"))
        return False
    AidHearing.objects.create(matter=matter, kind=kind, at=at, place=request.POST.get("place", "").strip()[:120], by=by)
    text = f"{dict(AidHearing.KINDS)[kind]}：{at.month}月{at.day}日{at:%H:%M}，请留意。"
    telling.tell_parties(matter, _("日程安排"), text, wall.now(), "applicant", "recipient", "agent", "guardian")
    messages.success(request, _("日程已登记，已告知受援人"))
    return True


@guard(OFFICE)
@require_POST
def add_date(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Enter a date of the matter at the desk."""
    at = at_matter(request, public_id)
    keep_date(request, at.matter, at.actor.ref)
    return _back(public_id)
