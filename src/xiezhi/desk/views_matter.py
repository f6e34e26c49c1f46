"""The matter page: everything about one matter without leaving it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from xiezhi.desk import matter as pages
from xiezhi.desk import reads, rows, shell
from xiezhi.desk.gate import DESK, HOME, at_matter, who
from xiezhi.desk.reads import asked_purpose
from xiezhi.desk.rows import SESSION_LIST
from xiezhi.desk.values import names_for, with_names
from xiezhi.kernel.access import purposes, roles
from xiezhi.kernel.access.guards import guard
from xiezhi.kernel.access.models import ReadingLog
from xiezhi.kernel.access.permissions import NotFoundForYou
from xiezhi.kernel.calendar import clock as wall
from xiezhi.kernel.documents import policies
from xiezhi.kernel.documents import services as paperwork
from xiezhi.kernel.documents.models import Attachment, Delivery
from xiezhi.kernel.documents.sanitize import sanitize
from xiezhi.kernel.procedures import hooks
from xiezhi.kernel.procedures.core import Refused
from xiezhi.kernel.procedures.models import Matter
from xiezhi.ui import plug, uploads
from xiezhi.ui.clocks import keep_calendar
from xiezhi.ui.files import send_stored

__all__ = ["asked_purpose", "attachment", "document_pdf", "matter", "me", "purpose", "reveal", "upload"]

TABS = (("file", "案卷"), ("parties", "当事人"), ("service", "送达"), ("notes", "内部意见"), ("readers", "谁看过"))


@guard(DESK)
@require_http_methods(["GET", "POST"])
def purpose(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Ask why, before a file opens to somebody whose part in the matter does not say it."""
    at = at_matter(request, public_id)
    error = ""
    if request.method == "POST":
        code, text = request.POST.get("purpose", ""), request.POST.get("text", "").strip()[:200]
        try:
            purposes.require(code, text)
            if code not in {c for c, _t in _askable()}:
                raise purposes.PurposeError(_("请选择查阅目的。"))
            kept = request.session.get(reads.SESSION_PURPOSES, {})
            kept[str(at.matter.public_id)] = [code, text]
            request.session[reads.SESSION_PURPOSES] = dict(list(kept.items())[-100:])
            return HttpResponseRedirect(reverse("desk:matter", args=[at.matter.public_id]))
        except purposes.PurposeError as problem:
            error = str(problem)
    return shell.render(request, "desk/purpose.html", {
        "at": at, "error": error, "purposes": _askable(), "said": request.POST,
    }, active="reach")  # fmt: skip


def _askable() -> list[tuple[str, str]]:
    return [(c, purposes.CATALOGUE[c].title) for c in ("SUPERVISE", "APPROVE", "STATISTICS", "ARCHIVE", "AUDIT")]


@guard(DESK)
@require_GET
def matter(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Header, file, actions, clocks, tasks, history. Opening it is recorded once, its live repaint is not."""
    at = at_matter(request, public_id)
    code, text = asked_purpose(request, at)
    if not code:
        return HttpResponseRedirect(reverse("desk:purpose", args=[public_id]))
    if at.state.view.calendar is not None:
        keep_calendar(request, at.state.view.calendar)
    page = pages.build(at)
    if not getattr(request, "htmx", False):
        reads.file_opened(request, at.matter, at.parties, purpose=code, text=text)
    tab = request.GET.get("tab", "file")
    tabs = [t for t in TABS if at.office or t[0] in ("file", "parties", "service")]
    tab = tab if tab in dict(tabs) else "file"
    lines = [line for s in page.steps for line in (*s.lines, *s.personal)]
    staff, units = names_for(lines)
    steps = [(s, with_names(s.lines, staff, units), with_names(s.personal, staff, units)) for s in page.steps]
    chosen = _chosen(page, request.GET.get("show", ""))
    context: dict[str, Any] = {
        "panels": plug.panels_for("desk", request, at.matter, page.state, at.subject),
        "at": at, "matter": at.matter, "page": page, "steps": steps, "tab": tab, "tabs": _counted(tabs, page),
        "chosen": chosen, "chosen_body": _body_of(chosen), "filing": steps[-1] if steps else None,
        "purpose_title": purposes.get(code).title, "purpose_text": text,
        "may_export": at.office and not at.matter.open and bool(at.actor.roles & {"archivist", "office_head", "case_officer"})
        and hooks.of(at.matter.procedure).export is not None,
        "may_upload": at.office and at.matter.open and bool(at.actor.roles & {"case_officer", "office_head", "counter_clerk"}),
        "drafts": [f for f in page.files if f.document and f.document.state not in ("ISSUED", "VOID")],
        "upload_kinds": list(pages.KIND_TITLES.items()), "folders": Attachment.FOLDERS,
        "reveal_purposes": [("HANDLE", _("办理本案")), ("SERVE", _("文书送达")), ("APPROVE", _("审批"))],
    }  # fmt: skip
    if tab == "service":
        context["deliveries"] = (
            Delivery.objects.filter(document__matter=at.matter)
            .select_related("document", "party", "proof")
            .order_by("-id")
        )
    if tab == "readers":
        context["readers"] = [
            (r, roles.title(r.role), _purpose_title(r.purpose))
            for r in ReadingLog.objects.filter(matter_id=at.matter.pk).order_by("-id")[:100]
        ]
    if at.office:
        came_from = rows.Filters.read(QueryDict(request.session.get(SESSION_LIST, "").lstrip("?")))
        context["near"] = rows.near(came_from, request, at.matter, wall.today())
    template = "desk/matter_body.html" if getattr(request, "htmx", False) else "desk/matter.html"
    return shell.render(request, template, context, active="mine" if at.office else "respondent")


def _purpose_title(code: str) -> str:
    return purposes.CATALOGUE[code].title if code in purposes.CATALOGUE else code


def _counted(tabs: list[tuple[str, str]], page: pages.MatterPage) -> list[tuple[str, str, int | None]]:
    notes = sum(s.rec.event == "noted" for s in page.steps)
    numbers = {"file": len(page.files), "parties": len(page.parties), "notes": notes}
    return [(key, title, numbers.get(key)) for key, title in tabs]


def _chosen(page: pages.MatterPage, key: str) -> pages.FileItem:
    return next((f for f in page.files if f.key == key), page.files[0])


def _body_of(item: pages.FileItem) -> str:
    """The text of a document that has no PDF yet, safe to show."""
    doc = item.document
    if doc is not None:
        paperwork.want_pdf(doc)
    return sanitize(doc.body) if doc is not None and doc.file is None else ""


@guard(DESK)
@require_GET
def attachment(request: HttpRequest, public_id: Any, pk: int) -> HttpResponseBase:
    """One material of the file. Not for the respondent: mediation and internal folders, restricted ones."""
    at = at_matter(request, public_id)
    rows = Attachment.objects.filter(matter=at.matter, withdrawn_at__isnull=True).select_related("file")
    if not at.office:
        rows = rows.filter(folder="FILE", restricted="")
    found = rows.filter(pk=pk).first()
    if found is None:
        raise NotFoundForYou
    reads.piece_opened(request, at, f"attachment:{found.pk}")
    return send_stored(found.file.sha256, found.file.media_type, found.name, download="download" in request.GET)


@guard(DESK)
@require_GET
def document_pdf(request: HttpRequest, public_id: Any, pk: int) -> HttpResponseBase:
    """The PDF of an issued document."""
    at = at_matter(request, public_id)
    found = next((d for d in pages.documents_of(at) if d.pk == pk), None)
    if found is None or found.file is None:
        raise NotFoundForYou
    reads.piece_opened(request, at, f"document:{found.pk}")
    name = f"{found.number or ''}{found.title}.pdf"
    return send_stored(found.file.sha256, "application/pdf", name, download="download" in request.GET)


@guard(DESK)
@require_POST
def reveal(request: HttpRequest, public_id: Any, pk: int) -> HttpResponse:
    """Show what is masked of one party, for a purpose; the person sees that it was shown."""
    at = at_matter(request, public_id)
    party = next((p for p in at.parties if p.pk == pk), None)
    if party is None or not at.office or not at.actor.roles:
        raise NotFoundForYou
    code = request.POST.get("purpose", "")
    details = pages.details_of(party)
    try:
        purposes.require(code, request.POST.get("text", ""))
        reads.file_opened(
            request, at.matter, [party], purpose=code, text=request.POST.get("text", ""), action="SHOW", fields=sorted(details)
        )  # fmt: skip
    except purposes.PurposeError as error:
        messages.error(request, str(error))
        return HttpResponseRedirect(reverse("desk:matter", args=[public_id]) + "?tab=parties")
    lines = [(pages.LABELS[k], details[k]) for k in pages.LABELS if k in details]
    context = {"at": at, "party": party, "lines": lines, "matter": at.matter}
    template = "desk/revealed.html" if getattr(request, "htmx", False) else "desk/revealed_page.html"
    response = shell.render(request, template, context, active="mine")
    response.headers["Cache-Control"] = "no-store"
    return response


@guard(DESK)
@require_POST
def upload(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Add material to the file: what it is, who brought it, in which folder."""
    at = at_matter(request, public_id)
    if not at.office or not at.actor.roles & {"case_officer", "office_head", "counter_clerk"}:
        raise NotFoundForYou
    try:
        policies.check_open(at.matter)
    except Refused as error:
        messages.error(request, str(error))
        return HttpResponseRedirect(reverse("desk:matter", args=[public_id]))
    folder = request.POST.get("folder", "FILE")
    kind = request.POST.get("kind", "OTHER")
    role = request.POST.get("role", "case_officer")
    known_roles = {r.code for r in page_roles(at.matter)} | {"case_officer"}
    kept, refused = uploads.keep(
        request.FILES.getlist("files"), matter=at.matter, role=role if role in known_roles else "case_officer",
        by=at.actor.ref, folder=folder if folder in dict(Attachment.FOLDERS) else "FILE",
        kind=kind if kind in pages.KIND_TITLES else "OTHER",
    )  # fmt: skip
    if kept:
        Attachment.objects.filter(pk__in=[a.pk for a in kept]).update(
            scanned="scanned" in request.POST, purpose=request.POST.get("proves", "")[:300]
        )
        messages.success(request, _("已上传%(n)d个文件") % {"n": len(kept)})
    for line in refused:
        messages.error(request, line)
    if not request.FILES:
        messages.error(request, _("请选择要上传的文件"))
    return HttpResponseRedirect(reverse("desk:matter", args=[public_id]))


def page_roles(found: Matter) -> list[Any]:
    """Roles declared for the matter's procedure."""
    from xiezhi.kernel.procedures import registry

    return list(registry.get(found.procedure, found.version).roles)


@guard(HOME)
@require_GET
def me(request: HttpRequest) -> HttpResponse:
    """Who I am here: posts, deputy duties, grants, and where to change password and second factor."""
    subject = who(request)
    return shell.render(request, "desk/me.html", {"held": [(h, roles.title(h.role)) for h in subject.held]})
