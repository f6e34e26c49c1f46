"""法律援助工作台: what a provider has to do, on any phone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from xiezhi.kernel.access import reading
from xiezhi.kernel.access.guards import guard
from xiezhi.kernel.access.permissions import NotFoundForYou
from xiezhi.kernel.calendar import clock as wall
from xiezhi.kernel.documents import services as paperwork
from xiezhi.kernel.documents.models import Attachment, Document
from xiezhi.kernel.procedures import policies as parts
from xiezhi.kernel.procedures import selectors as matters
from xiezhi.kernel.procedures import services as procedures
from xiezhi.kernel.procedures import store
from xiezhi.kernel.procedures.core import Refused
from xiezhi.kernel.procedures.models import Matter, Party
from xiezhi.kernel.sealing import Unreadable, unseal
from xiezhi.ui.files import send_stored

from . import codes, offers, quality, selectors, sheet
from .gate import said, who
from .models import AidHearing, AidProvider, DutyShift, Offer, OfferAnswer, QualityReview
from .panels import left_words
from .policies import AID_PROVIDE
from .providers import provider_of
from .subsidy import TAX_NOTE
from .views_desk import keep_date

TABS = (
    ("home", "待办", "legal_aid:lawyer", "home"), ("calendar", "日程", "legal_aid:calendar", "calendar"),
    ("closed", "已办结", "legal_aid:closed", "archive"), ("subsidies", "补贴", "legal_aid:my-subsidies", "cash"),
    ("reviews", "评查", "legal_aid:reviews", "star"),
)  # fmt: skip
OWN_TERMS = ("LA-MEET", "LA-CLOSE")
PEOPLE = ("applicant", "recipient", "agent", "guardian")
SHOWN_PAPERS = (
    "legal_aid.appointment_notice", "legal_aid.organ_letter", "legal_aid.agreement", "legal_aid.grant_decision",
    "legal_aid.first_aid_decision", "legal_aid.change_notice", "legal_aid.termination_decision", "legal_aid.closing_form",
)  # fmt: skip


def _me(request: HttpRequest) -> AidProvider:
    found = provider_of(who(request))
    if found is None:
        raise NotFoundForYou
    return found


def _page(
    request: HttpRequest, me: AidProvider, template: str, context: Mapping[str, Any], tab: str, status: int = 200
) -> HttpResponse:
    reviews = QualityReview.objects.filter(reviewer=me, state=QualityReview.ASKED).count()
    counts = {"home": selectors.offers_to(me).count(), "reviews": reviews}
    tabs = [(key, title, reverse(url), icon, counts.get(key, 0)) for key, title, url, icon in TABS]
    return render(
        request, template, {"me": me, "tabs": tabs, "tab": tab, "section": "lawyer", **context}, status=status
    )


@guard(AID_PROVIDE, purpose="HANDLE")
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Offers to answer with the time left, running matters by clock, the next dates, duty."""
    me = _me(request)
    now = wall.now()
    waiting = list(selectors.offers_to(me, now))
    running = list(selectors.matters_of(me)[:100])
    context = {
        "offers": [(o, left_words(o.until, now), codes.KINDS.get(o.matter.legal_aid.kind, "")) for o in waiting],
        "refusals": codes.OFFER_REFUSALS, "matters": [(m, _step_for_me(m)) for m in running],
        "dates": list(selectors.hearings_of(me, now.date(), 14)[:6]),
        "shifts": list(DutyShift.objects.filter(provider=me, state=DutyShift.PLANNED, valid_from__gte=now.date()).select_related("site")
                       .order_by("valid_from")[:5]),
    }  # fmt: skip
    return _page(request, me, "legal_aid/lawyer/home.html", context, "home")


def _step_for_me(matter: Matter) -> str:
    """What the provider does next, in a few words; empty where it is the office's turn."""
    facts = matter.facts
    if matter.state == "APPOINTED":
        return _("会见受援人、签订委托协议")
    if matter.state == "WORKING":
        if not facts.get("ended_on"):
            return _("办理案件")
        return _("补齐结案材料") if facts.get("file_returned") else _("提交结案材料")
    return ""


@guard(AID_PROVIDE)
@require_POST
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Accept or refuse one's own offer."""
    me = _me(request)
    found = Offer.objects.filter(pk=pk, provider=me).select_related("matter").first()
    if found is None:
        raise NotFoundForYou
    accepted = request.POST.get("answer") == "accept"
    try:
        given = offers.answer(found.pk, accepted, who(request).ref, reason=request.POST.get("reason", ""))
    except Refused as error:
        for problem in error.problems:
            messages.error(request, problem.message)
        return HttpResponseRedirect(reverse("legal_aid:lawyer"))
    if given.kind == OfferAnswer.ACCEPTED:
        messages.success(request, _("已接受指派，请在期限内会见受援人"))
        return HttpResponseRedirect(reverse("legal_aid:lawyer-matter", args=[found.matter.public_id]))
    messages.success(request, _("已答复不接受，谢谢您及时告知"))
    return HttpResponseRedirect(reverse("legal_aid:lawyer"))


def _own_matter(request: HttpRequest, public_id: Any) -> tuple[AidProvider, Matter]:
    me = _me(request)
    try:
        found = matters.by_public_id(public_id)
    except (Matter.DoesNotExist, ValidationError, ValueError):
        raise NotFoundForYou from None
    if found.procedure != "FLYZ" or not AID_PROVIDE.test(who(request), found):
        raise NotFoundForYou
    return me, found


@guard(AID_PROVIDE, purpose="HANDLE")
@require_GET
def matter(request: HttpRequest, public_id: Any) -> HttpResponse:
    """One matter: whom I help and how to reach them, against whom, by when, what I can do, papers. Recorded."""
    me, found = _own_matter(request, public_id)
    if found.open and procedures.settle_matter(found.pk):
        found = matters.by_public_id(public_id)
    subject = who(request)
    state = matters.matter_state(found)
    actor = parts.actor_for(subject, found)
    people = list(
        Party.objects.filter(matter=found, role__in=PEOPLE, valid_to__isnull=True)
        .select_related("person", "acts_for")
        .order_by("id")
    )
    reading.record_reading(
        subject, "READ", reading.Object("procedures.matter", str(found.public_id), found.pk, found.number),
        [p.person for p in people if p.person is not None], "HANDLE", ["name", "contact", "address"], request=request,
    )  # fmt: skip
    sealed = store.payloads_of(found)
    first = sealed.get(1, {})
    options = [o for o in matters.options(state, actor) if o.event.code not in ("offer_accepted", "offer_refused")]
    context = {
        "matter": found, "state": state, "case": found.legal_aid, "people": [(p, _reach(p), _role_words(p)) for p in people],
        "facts": first.get("facts_reasons") or first.get("case_summary") or "", "others": first.get("other_party") or [],
        "safe": first.get("safe_contact") or "", "hidden": bool(found.facts.get("hide_address")),
        "lead": next((o for o in options if o.open and o.event.primary), None),
        "can": [o for o in options if o.open and not o.event.primary], "shut": [o for o in options if not o.open],
        "clocks": [c for c in state.live if c.term.id in OWN_TERMS and c.legal is not None],
        "dates": list(AidHearing.objects.filter(matter=found, cancelled=False).order_by("at")), "kinds": AidHearing.KINDS,
        "papers": _papers(found), "files": list(Attachment.objects.filter(matter=found, withdrawn_at__isnull=True, folder="FILE", restricted="")
                                               .select_related("file").order_by("-id")[:60]),
        "kind": codes.KINDS.get(found.legal_aid.kind, ""), "claim": codes.CLAIMS.get(str(found.facts.get("claim") or ""), ""),
        "stage": codes.STAGES.get(str(found.facts.get("stage") or ""), ""), "closing": found.state == "WORKING" and bool(found.facts.get("ended_on")),
    }  # fmt: skip
    return _page(request, me, "legal_aid/lawyer/matter.html", context, "home")


def _reach(party: Party) -> dict[str, str]:
    """Telephone and address of a recipient; an address that has to stay hidden is for the provider alone and said so."""
    try:
        held = unseal(party.sealed, context="party") if party.sealed else {}
    except Unreadable:
        held = {}
    person = party.person
    phone = str(held.get("contact") or (person.phone if person is not None else "") or "")
    address = str(held.get("address") or (person.service_address or person.address if person is not None else "") or "")
    return {"phone": phone, "address": address}


def _role_words(party: Party) -> str:
    words = {
        "applicant": _("受援人"),
        "recipient": _("受援人"),
        "agent": _("代为申请的人"),
        "guardian": _("法定代理人"),
    }
    return words.get(party.role, "")


def _papers(found: Matter) -> list[Document]:
    rows = list(
        Document.objects.filter(matter=found, state=Document.ISSUED, template__in=SHOWN_PAPERS)
        .select_related("file")
        .order_by("-id")
    )
    for row in rows:
        if row.file is None:
            paperwork.want_pdf(row)
    return rows


@guard(AID_PROVIDE)
@require_GET
def paper(request: HttpRequest, public_id: Any, pk: int) -> HttpResponseBase:
    """A document of one's own matter."""
    _, found = _own_matter(request, public_id)
    row = (
        Document.objects.filter(pk=pk, matter=found, state=Document.ISSUED, template__in=SHOWN_PAPERS)
        .select_related("file")
        .first()
    )
    if row is None or row.file is None:
        raise NotFoundForYou
    return send_stored(row.file.sha256, "application/pdf", f"{row.title}.pdf", download="download" in request.GET)


@guard(AID_PROVIDE)
@require_GET
def attachment(request: HttpRequest, public_id: Any, pk: int) -> HttpResponseBase:
    """Material of one's own matter."""
    _, found = _own_matter(request, public_id)
    row = (
        Attachment.objects.filter(pk=pk, matter=found, withdrawn_at__isnull=True, folder="FILE", restricted="")
        .select_related("file")
        .first()
    )
    if row is None:
        raise NotFoundForYou
    return send_stored(row.file.sha256, row.file.media_type, row.name, download="download" in request.GET)


@guard(AID_PROVIDE)
@require_POST
def add_date(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Enter a hearing, a visit or another date; the recipient is told."""
    _, found = _own_matter(request, public_id)
    keep_date(request, found, who(request).ref)
    return HttpResponseRedirect(f"{reverse('legal_aid:lawyer-matter', args=[public_id])}#dates")


@guard(AID_PROVIDE)
@require_GET
def dates(request: HttpRequest) -> HttpResponse:
    """Hearings, visits and duty of the coming two months, day by day."""
    me = _me(request)
    today = wall.today()
    found: list[tuple[Any, str, Any]] = [
        (h.at.astimezone(wall.SHANGHAI).date(), "date", h) for h in selectors.hearings_of(me, today, 62)
    ]
    shifts = DutyShift.objects.filter(
        provider=me, valid_from__gte=today, valid_from__lt=today + timedelta(days=62)
    ).exclude(state=DutyShift.CANCELLED)
    found += [(s.valid_from, "duty", s) for s in shifts.select_related("site")]
    found.sort(key=lambda f: (f[0], f[1] == "duty"))
    days = [(day, list(rows)) for day, rows in groupby(found, key=lambda f: f[0])]
    return _page(request, me, "legal_aid/lawyer/calendar.html", {"days": days, "today": today}, "calendar")


@guard(AID_PROVIDE)
@require_GET
def closed(request: HttpRequest) -> HttpResponse:
    """Matters that are over, newest first."""
    me = _me(request)
    rows = list(selectors.matters_of(me, running=False)[:100])
    return _page(
        request,
        me,
        "legal_aid/lawyer/closed.html",
        {"matters": [(m, codes.OUTCOMES.get(m.legal_aid.outcome, "")) for m in rows]},
        "closed",
    )


@guard(AID_PROVIDE)
@require_GET
def subsidies(request: HttpRequest) -> HttpResponse:
    """What was and will be paid, with the steps of each calculation."""
    me = _me(request)
    rows = list(selectors.subsidies_of(me)[:100])
    paid = (
        selectors.subsidies_of(me)
        .filter(matter__legal_aid__paid_on__year=wall.today().year)
        .aggregate(t=Sum("amount"))["t"]
    )
    return _page(
        request,
        me,
        "legal_aid/lawyer/subsidies.html",
        {"items": rows, "paid": paid or 0, "tax": TAX_NOTE, "year": wall.today().year},
        "subsidies",
    )


@guard(AID_PROVIDE)
@require_GET
def reviews(request: HttpRequest) -> HttpResponse:
    """Sheets to fill in for others' files, and what others said about mine."""
    me = _me(request)
    mine = list(quality.about(me)[:40])
    context = {
        "todo": list(quality.reviews_for(me).filter(state=QualityReview.ASKED)),
        "done": list(quality.reviews_for(me).exclude(state=QualityReview.ASKED)[:20]),
        "about": [(r, sheet.grade(int(r.total or 0)), quality.remarks_of(r), quality.reply_of(r)) for r in mine],
    }  # fmt: skip
    return _page(request, me, "legal_aid/lawyer/reviews.html", context, "reviews")


@guard(AID_PROVIDE, purpose="HANDLE")
@require_http_methods(["GET", "POST"])
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """One sheet: the file's papers beside the lines of the sheet. The reviewer sees no telephone and no address."""
    me = _me(request)
    found = QualityReview.objects.filter(pk=pk, reviewer=me).select_related("matter__legal_aid").first()
    if found is None:
        raise NotFoundForYou
    errors: Mapping[str, str] = {}
    status = 200
    if request.method == "POST":
        scores = {item.code: request.POST.get(item.code, "").strip() for item in sheet.SHEET}
        try:
            quality.score(found.pk, me, scores, request.POST.get("remarks", ""))
            messages.success(request, _("评分已提交，谢谢"))
            return HttpResponseRedirect(reverse("legal_aid:reviews"))
        except Refused as error:
            errors, status = said(error), 422
    state = matters.matter_state(found.matter)
    steps = [(r.on, state.procedure.events[r.event].title) for r in state.history if r.event in (
        "applied", "defence_notified", "granted", "appointed", "met", "progress_reported", "hearing_noted", "documents_submitted", "ended",
        "file_submitted", "file_accepted", "replaced")]  # fmt: skip
    rows = [
        (
            i,
            request.POST.get(i.code, "") if request.method == "POST" else found.scores.get(i.code, ""),
            errors.get(i.code, ""),
        )
        for i in sheet.SHEET
    ]
    context = {
        "review": found, "rows": rows, "errors": errors, "case": found.matter.legal_aid, "steps": steps,
        "kind": codes.KINDS.get(found.matter.legal_aid.kind, ""), "outcome": codes.OUTCOMES.get(found.matter.legal_aid.outcome, ""),
        "remarks": request.POST.get("remarks", "") if request.method == "POST" else quality.remarks_of(found),
        "open": found.state == QualityReview.ASKED, "full": sheet.FULL,
    }  # fmt: skip
    return _page(request, me, "legal_aid/lawyer/review.html", context, "reviews", status)


@guard(AID_PROVIDE)
@require_POST
def reply(request: HttpRequest, pk: int) -> HttpResponse:
    """One's own view of a sheet about one's own file."""
    me = _me(request)
    if not quality.about(me).filter(pk=pk).exists():
        raise NotFoundForYou
    try:
        quality.reply(pk, me, request.POST.get("text", ""))
        messages.success(request, _("说明已提交"))
    except Refused as error:
        for problem in error.problems:
            messages.error(request, problem.message)
    return HttpResponseRedirect(reverse("legal_aid:reviews"))
