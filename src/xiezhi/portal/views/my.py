"""我的办件: the list, one matter with its clock and timeline, what I can do now, documents, file reading."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from xiezhi.kernel.access.guards import LOGGED_IN, guard
from xiezhi.kernel.access.permissions import NotFoundForYou, require
from xiezhi.kernel.access.reading import Object
from xiezhi.kernel.access.services import record_reading
from xiezhi.kernel.access.subject import Subject, of_request
from xiezhi.kernel.calendar import clock as wall
from xiezhi.kernel.documents import policies as paper_policies
from xiezhi.kernel.documents import services as paperwork
from xiezhi.kernel.documents.models import Attachment, Delivery, Document
from xiezhi.kernel.procedures import asking, policies, registry, selectors, services
from xiezhi.kernel.procedures.core import Refused
from xiezhi.kernel.procedures.declare import Side, TermKind
from xiezhi.kernel.procedures.forms import coerce
from xiezhi.kernel.procedures.models import Matter, Party
from xiezhi.kernel.procedures.selectors import MatterState
from xiezhi.portal import actions, timeline
from xiezhi.portal.limits import limited
from xiezhi.ui import drafts, plug, uploads
from xiezhi.ui.files import send_stored
from xiezhi.ui.forms import build_form, parse, queries, row_action

APPLICANT_SIDE = paper_policies.APPLICANT_SIDE
READ_FILE = "file_read"


def find(public_id: Any) -> Matter:
    """The matter, or 404 as for anything one may not see."""
    try:
        return selectors.by_public_id(public_id)
    except Matter.DoesNotExist:
        raise NotFoundForYou from None


def _mine(request: HttpRequest, public_id: Any) -> tuple[Subject, Matter]:
    matter = find(public_id)
    subject = of_request(request)
    policies.parties_loaded(matter)
    require(subject, policies.MATTER_OWN, matter)
    return subject, matter


def _current(request: HttpRequest, public_id: Any) -> tuple[Subject, MatterState]:
    """My matter, replayed, with lapses that are due already in effect."""
    subject, matter = _mine(request, public_id)
    state = selectors.matter_state(matter)
    if selectors.lapsed(state) and services.settle_matter(matter.pk):
        subject, matter = _mine(request, public_id)
        state = selectors.matter_state(matter)
    return subject, state


def log_own(request: HttpRequest, subject: Subject, matter: Matter, what: str, fields: tuple[str, ...] = ()) -> None:
    """One's own readings are recorded too: an agent who reads is somebody the principal wants to see."""
    parties = policies.parties_of(matter)
    side = _side(subject, matter, parties)
    persons = [p.person for p in parties if p.person is not None and p.pk in side]
    own = not policies.acts_for_another(subject, parties)
    obj = Object(what, str(matter.public_id), matter.pk, matter.number)
    record_reading(subject, "READ", obj, persons, "OWN" if own else "AGENCY", fields, request=request)


def _side(subject: Subject, matter: Matter, parties: list[Party]) -> set[int]:
    """Parties on the subject's side: those they are or act for; applicants and who acts for them are one side."""
    own = set(policies.stands_for(subject, parties))
    if policies.roles_in(subject, matter, parties) & APPLICANT_SIDE:
        own |= {p.pk for p in parties if p.part_in(parties) in APPLICANT_SIDE}
    return own


def visible_documents(subject: Subject, matter: Matter, state: MatterState) -> list[Document]:
    """Issued documents meant for me: my event made them, the event that made them tells my side, or they were sent to me."""
    parties = policies.parties_of(matter)
    roles = policies.roles_in(subject, matter, parties)
    own = _side(subject, matter, parties)
    sent = Delivery.objects.filter(document__matter=matter, party_id__in=own).values_list("document_id", flat=True)
    rows = Document.objects.filter(matter=matter).order_by("-id")
    return paper_policies.shown_to(rows, state.view, roles, set(sent))


@guard(LOGGED_IN)
def matters(request: HttpRequest) -> HttpResponse:
    """My matters, those that moved last first, and what I have begun and not sent. Staff have theirs at the desk."""
    subject = of_request(request)
    if subject.staff_id is not None or subject.held or subject.admin_role:
        messages.info(request, _("您用的是工作账号，要办的事在工作台。您个人的申请请用本人的账号登录办理。"))
        return redirect("/desk/")
    rows = (
        policies.MATTER_OWN.filter(subject, Matter.objects.all())
        .select_related("organ", "handling_unit")
        .order_by("-updated_at", "-id")
    )
    page = Paginator(rows, 20).get_page(request.GET.get("page"))
    context = {"section": "my", "page": page, "drafts": drafts.of_account(request.user.pk or 0)}
    return render(request, "portal/my/list.html", context)


@guard(policies.MATTER_OWN)
def matter(request: HttpRequest, public_id: Any) -> HttpResponse:
    """One matter for the person it is about."""
    subject, state = _current(request, public_id)
    if policies.acts_for_another(subject, policies.parties_of(state.matter)):
        log_own(request, subject, state.matter, "procedures.matter")  # the principal wants to see when the agent looked
    return render(request, "portal/my/matter.html", _matter_context(request, subject, state))


def _matter_context(request: HttpRequest, subject: Subject, state: MatterState) -> dict[str, Any]:
    found = state.matter
    parties: list[Any] = policies.parties_of(found)
    for party in parties:
        party.role_title = role_title(found, party.role)
    actor = policies.actor_for(subject, found, parties)
    options = [o for o in selectors.options(state, actor) if o.role is not None and o.event.sources]
    live = [c for c in state.live if c.term.kind is TermKind.DEADLINE and c.term.alarm]
    mine = [c for c in live if c.term.side is Side.PARTY]
    return {
        "section": "my", "matter": found, "state": state, "parties": parties, "clocks": [*mine, *[c for c in live if c not in mine]][:3],
        "actions": actions.of(state, options), "timeline": timeline.of(state),
        "documents": visible_documents(subject, found, state), "own_files": _own_files(subject, found),
        "panels": plug.panels_for("portal", request, found, state, subject),
        "notices": found.notices.filter(account_id=subject.account_id or 0).order_by("-id")[:5],
    }  # fmt: skip


def _own_files(subject: Subject, found: Matter) -> list[Attachment]:
    rows = (
        Attachment.objects.filter(matter=found, withdrawn_at__isnull=True, folder="FILE")
        .select_related("file")
        .order_by("id")
    )
    refs = {subject.ref}
    return [a for a in rows if a.submitted_by in refs]


@guard(policies.MATTER_OWN)
def whole(request: HttpRequest, public_id: Any) -> HttpResponse:
    """The whole matter on paper: parties, clocks, history, documents and files, ready to print or save."""
    subject, state = _current(request, public_id)
    found = state.matter
    context = _matter_context(request, subject, state) | {
        "print_title": found.number, "print_at": wall.now(), "print_by": subject.name,
    }  # fmt: skip
    log_own(request, subject, found, "procedures.matter.print")
    return render(request, "portal/my/print.html", context)


@guard(policies.MATTER_OWN)
@limited("event", 120, 600)
def event(request: HttpRequest, public_id: Any, code: str) -> HttpResponseBase:
    """One thing I can do: its form, what the law says about it, and the sending."""
    if code == READ_FILE:
        return redirect("portal:file", public_id=public_id)
    if code == "service_chosen":
        return redirect("portal:account")  # consent is ticked there for all matters; nobody knows a party's number
    subject, state = _current(request, public_id)
    if (own_page := plug.event_page(state.matter, code)) is not None:
        return redirect(own_page)
    found = state.matter
    actor = policies.actor_for(subject, found)
    option = next((o for o in selectors.options(state, actor) if o.event.code == code and o.role is not None), None)
    if option is None:
        raise Http404
    opened = drafts.current(request, found.procedure, code, found)
    if request.method == "POST":
        if opened is None:
            opened = drafts.start(request, found.procedure, code, matter=found, seen_seq=found.seq)
        return _act(request, subject, found, option, actor, opened)
    declared = registry.get(found.procedure, found.version)
    kept = opened.answers.get("form") if opened else None
    raw = kept or asking.answered(declared, option.event, state.view.facts)
    return _event_page(request, found, option, raw, list(option.problems), opened)


def _event_page(
    request: HttpRequest,
    found: Matter,
    option: Any,
    raw: Any,
    problems: Any,
    opened: Any,
    typed: Any = None,
    *,
    status: int = 200,
) -> HttpResponse:
    form = build_form(
        asking.asked_of(option.event, option.role),
        raw,
        problems,
        files=uploads.describe(draft=opened.row) if opened else {},
        queries=typed or {},
    )
    terms = [m if isinstance(m, str) else m.term for m in option.event.meets]
    state = selectors.matter_state(found)
    clocks = [c for c in state.live if c.term.id in terms]
    context = {
        "section": "my", "matter": found, "option": option, "form": form, "draft": opened, "clocks": clocks,
        "request_key": opened.request_key if opened else "", "seen_seq": request.POST.get("_seq") or found.seq,
    }  # fmt: skip
    return render(request, "portal/my/event.html", context, status=status)


def _act(
    request: HttpRequest, subject: Subject, found: Matter, option: Any, actor: Any, opened: drafts.Opened
) -> HttpResponseBase:
    form = asking.asked_of(option.event, option.role)
    raw = parse(form, request.POST) | asking.follows(option.event, option.role)
    trouble = uploads.take_fields(form, raw, request.FILES, draft=opened.row, role=option.role.code, by=subject.ref)
    opened.put("form", raw, done=False)
    if request.headers.get("X-Autosave"):
        at = timezone.localtime(wall.now())
        return JsonResponse({"message": _("%(at)s已自动保存") % {"at": f"{at:%H:%M}"}, "revision": opened.row.revision})
    if row_action(request.POST)[0]:
        return _event_page(request, found, option, raw, trouble, opened, queries(request.POST))
    if not trouble:
        _values, trouble = coerce(option.event.form, raw)
    if trouble:
        return _event_page(request, found, option, raw, trouble, opened, queries(request.POST), status=422)
    seen = request.POST.get("_seq", "")
    kept = [int(v) for f in form if f.kind.value == "FILES" for v in raw.get(f.name, [])]

    def hand_in(outcome: services.Outcome) -> None:
        Attachment.objects.filter(pk__in=kept, draft=opened.row).update(
            matter=found, draft=None, event_seq=outcome.seq, submitted_on=wall.today()
        )

    try:
        services.act(
            found.pk, option.event.code, actor, raw, request_key=opened.request_key, hand_in=hand_in,
            expected_seq=int(seen) if seen.isascii() and seen.isdecimal() else None,
        )  # fmt: skip
    except Refused as refused:
        now, told = find(found.public_id), list(refused.problems)
        return _event_page(request, now, option, raw, told, opened, queries(request.POST), status=422)
    drafts.drop(request, opened)
    messages.success(request, _("“%(title)s”已提交。") % {"title": option.event.title})
    return redirect("portal:matter", public_id=found.public_id)


@guard(policies.MATTER_OWN)
def document(request: HttpRequest, public_id: Any, pk: int) -> HttpResponseBase:
    """The PDF of a document meant for me. Opening it is the proof that it arrived electronically."""
    subject, found = _mine(request, public_id)
    state = selectors.matter_state(found)
    doc = next((d for d in visible_documents(subject, found, state) if d.pk == pk), None)
    if doc is None:
        raise NotFoundForYou
    if doc.file is None:
        paperwork.want_pdf(doc)
        messages.info(request, _("这份文书正在制作，几分钟后再来下载。"))
        return redirect("portal:matter", public_id=public_id)
    Delivery.objects.filter(document=doc, party__account_id=subject.account_id or 0, opened_at__isnull=True).update(
        opened_at=wall.now()
    )
    log_own(request, subject, found, "documents.document", (doc.title,))
    return send_stored(doc.file.sha256, "application/pdf", f"{doc.title}{doc.number or ''}.pdf")


@guard(policies.MATTER_OWN)
@limited("file", 60, 600)
def read_file(request: HttpRequest, public_id: Any) -> HttpResponseBase:
    """阅卷 (行政复议法 第47条): the reply and the evidence, restricted parts named but not shown; the reading is an event."""
    subject, found = _mine(request, public_id)
    services.settle_matter(found.pk)
    found = find(public_id)
    state = selectors.matter_state(found)
    actor = policies.actor_for(subject, found)
    option = next((o for o in selectors.options(state, actor) if o.event.code == READ_FILE), None)
    pieces = file_pieces(found)
    if request.method == "POST" and option is not None and option.open:
        hidden = any(a.restricted for a in pieces)
        data: dict[str, Any] = {"materials": ["REPLY", "EVIDENCE"], "copied": True}
        if hidden:
            data |= {
                "restricted": True,
                "reason": _("涉及国家秘密、商业秘密、个人隐私或者可能危及安全的部分不予查阅。"),
            }
        key = f"{READ_FILE}-{found.pk}-{subject.account_id}-{wall.today():%Y%m%d}"
        try:
            services.act(found.pk, READ_FILE, actor, data, request_key=key)
        except Refused as refused:
            for problem in refused.problems:
                messages.error(request, problem.message)
            return redirect("portal:matter", public_id=public_id)
        log_own(request, subject, found, "procedures.matter.file")
        request.session[f"file.{found.pk}"] = wall.now().isoformat()
        return redirect("portal:file", public_id=public_id)
    opened = f"file.{found.pk}" in request.session
    context = {"section": "my", "matter": found, "option": option, "pieces": pieces, "opened": opened}
    return render(request, "portal/my/file.html", context)


def role_title(found: Matter, code: str) -> str:
    """Title of a role in the matter's procedure; the code where the procedure has no such role."""
    try:
        return registry.get(found.procedure, found.version).role(code).title
    except LookupError:
        return code


def file_pieces(found: Matter) -> list[Any]:
    """Material of the case file that parties may read, with the submitter's role; mediation and internal papers, and
    what proves who somebody is, never."""
    rows = Attachment.objects.filter(matter=found, folder="FILE", withdrawn_at__isnull=True).select_related("file")
    rows = rows.exclude(kind__in=paper_policies.PERSONAL_KINDS)
    pieces: list[Any] = list(rows.order_by("submitted_on", "id"))
    for one in pieces:
        one.role_title = role_title(found, one.submitted_role)
    return pieces


@guard(policies.MATTER_OWN)
def piece(request: HttpRequest, public_id: Any, pk: int) -> HttpResponseBase:
    """One piece of the file: my own at any time, others' after the file was opened, restricted ones never."""
    subject, found = _mine(request, public_id)
    one = (
        Attachment.objects.select_related("file")
        .filter(pk=pk, matter=found, folder="FILE", withdrawn_at__isnull=True)
        .first()
    )
    if one is None:
        raise NotFoundForYou
    own = one.submitted_by == subject.ref
    if not own:
        if paper_policies.closed_to_others(one) or f"file.{found.pk}" not in request.session:
            raise NotFoundForYou
        log_own(request, subject, found, "documents.attachment", (str(one.pk),))
    return send_stored(one.file.sha256, one.file.media_type, one.name, download="save" in request.GET)


@guard(LOGGED_IN)
def readings(request: HttpRequest) -> HttpResponse:
    """谁查阅过我的信息."""
    from xiezhi.kernel.access.selectors import readings_of_person

    person = getattr(request.user, "person", None)
    own = request.GET.get("own") == "1"
    rows = readings_of_person(person, own=own) if person is not None else []
    return render(request, "portal/my/readings.html", {"section": "my", "rows": rows, "person": person, "own": own})
