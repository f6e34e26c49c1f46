"""文书: drafting with autosave, review, signature, compare, preview, Word out and in."""

from __future__ import annotations

from contextlib import suppress
from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from xiezhi.desk import drafting, reads, shell
from xiezhi.desk.gate import OFFICE, At, at_matter, who
from xiezhi.kernel.access.guards import guard
from xiezhi.kernel.access.permissions import NotFoundForYou
from xiezhi.kernel.calendar import clock as wall
from xiezhi.kernel.documents import docx, services, templates
from xiezhi.kernel.documents.content_errors import Rejected
from xiezhi.kernel.documents.models import Document, DocumentRevision
from xiezhi.kernel.documents.render import RenderError
from xiezhi.kernel.documents.sanitize import diff_html, sanitize
from xiezhi.kernel.procedures import registry, selectors
from xiezhi.kernel.procedures.core import Refused
from xiezhi.kernel.procedures.declare import Side
from xiezhi.ui import forms

ACTIONS = {
    "SAVE": "保存", "DRAFT": "拟稿", "SUBMIT": "送审", "RETURN": "退回", "APPROVE": "审核通过", "SIGN": "签发", "REVOKE": "撤销文书",
}  # fmt: skip


def _open(request: HttpRequest, pk: int) -> tuple[Document, At]:
    """A document of a matter the subject may read from the office side; what they may do with it is `drafting.may`."""
    doc = Document.objects.select_related("matter", "unit", "file").filter(pk=pk, matter__isnull=False).first()
    if doc is None or doc.matter is None:
        raise NotFoundForYou
    at = at_matter(request, doc.matter.public_id)
    if not at.office:
        raise NotFoundForYou
    reads.piece_opened(request, at, f"document:{doc.pk}")
    return doc, at


def _template(doc: Document) -> templates.DocumentTemplate:
    return templates.get(doc.template, doc.template_version)


@guard(OFFICE)
@require_GET
def documents(request: HttpRequest) -> HttpResponse:
    """What waits for my review or signature, what I am drafting, what failed to be made."""
    subject = who(request)
    rows = Document.objects.select_related("matter", "unit").order_by("updated_at")
    units = subject.unit_ids("case_officer", "office_head", "organ_head")
    here = Q(matter__handling_unit_id__in=units) | Q(unit_id__in=units)
    context = {
        "waiting": rows.filter(shell.review_q(subject))[:100],
        "drafts": rows.filter(drafted_by=subject.ref, state__in=[Document.DRAFT, Document.REVIEW, Document.APPROVED])[:100],
        "signed": rows.filter(here, state=Document.SIGNED)[:100],
        "failed": rows.filter(here, render_state=Document.FAILED)[:50],
        "unserved": rows.filter(
            here, state=Document.ISSUED, render_state=Document.DONE, deliveries__isnull=True, matter__open=True,
            number__isnull=False,
        ).order_by("-issued_on")[:50],
    }  # fmt: skip
    return shell.render(request, "desk/documents.html", context, active="documents")


@guard(OFFICE)
@require_http_methods(["GET", "POST"])
def document_new(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Start a document of the matter from one of its procedure's templates."""
    at = at_matter(request, public_id)
    if not at.office or not at.actor.roles & {"case_officer", "office_head"}:
        raise NotFoundForYou
    found = _templates_of(at)
    if request.method == "POST":
        template = next((t for t in found if t.code == request.POST.get("template")), None)
        if template is not None:
            title = template.short or template.title
            doc = drafting.begin(at, title)
            return HttpResponseRedirect(reverse("desk:document", args=[doc.pk]))
        messages.error(request, _("请选择文书"))
    busy = {
        d.title: d
        for d in Document.objects.filter(matter=at.matter, state__in=["DRAFT", "REVIEW", "APPROVED", "SIGNED"])
    }
    rows = [(t, busy.get(t.short or t.title)) for t in found]
    fit = _fitting(at)
    context = {
        "at": at, "matter": at.matter, "crumb": _("制作文书"),
        "fitting": [row for row in rows if row[1] is not None or row[0].code in fit],
        "others": [row for row in rows if row[1] is None and row[0].code not in fit],
    }  # fmt: skip
    return shell.render(request, "desk/document_new.html", context, active="mine")


def _fitting(at: At) -> set[str]:
    """Templates of documents that an event possible now brings about: what the next steps of this matter need."""
    titles: set[str] = set()
    for option in selectors.options(at.state, at.actor, sides=(Side.OFFICE,)):
        if any(p.code == "WRONG_STATE" for p in option.problems):
            continue
        produces = option.event.produces
        if not callable(produces):
            titles.update(produces)
            continue
        with suppress(LookupError, TypeError, ValueError):  # a choice of documents that asks for answers not given yet
            titles.update(produces(at.state.view, {}))
    return {templates.by_title(t).code for t in titles}


def _templates_of(at: At) -> list[templates.DocumentTemplate]:
    """Newest version of every template of the procedure's function."""
    app = registry.get(at.matter.procedure, at.matter.version).app.rsplit(".", 1)[-1]
    newest: dict[str, templates.DocumentTemplate] = {}
    for t in templates.all():
        if not app or t.code.startswith(f"{app}."):
            newest[t.code] = t
    return list(newest.values())


@guard(OFFICE)
@require_GET
def document(request: HttpRequest, pk: int) -> HttpResponse:
    """One document: the editor while it is a draft, its text, states, revisions and files afterwards."""
    doc, at = _open(request, pk)
    return _page(request, doc, at)


def _page(request: HttpRequest, doc: Document, at: At, *, status: int = 200, **more: Any) -> HttpResponse:
    template = _template(doc)
    may = drafting.may(doc, at)
    base = drafting.data_of(at, doc.title) if may.edit else dict((doc.frozen or {}).get("data", {}))
    fields = drafting.form_fields(template)
    values = drafting.to_form(template, {**base, **doc.fields, **more.pop("typed", {})})
    names = dict(ACTIONS)
    form = forms.build_form(fields, values, more.pop("problems", []))
    context = {
        "doc": doc, "at": at, "matter": at.matter, "may": may, "template": template, "crumb": doc.title,
        "form": form, "elements": bool(fields) and (may.edit or any(f.shown for f in form)), "body": more.pop("body", sanitize(doc.body)),
        "revisions": [(r, names.get(r.action, r.action)) for r in doc.revisions.order_by("-id")[:60]],
        "deliveries": doc.deliveries.select_related("party").order_by("id"),
        "steps": _steps(doc), **more,
    }  # fmt: skip
    return shell.render(request, "desk/document.html", context, active="documents", status=status)


def _steps(doc: Document) -> list[tuple[str, str]]:
    """Where the document stands on its way, as (title, done|now|next)."""
    order = [Document.DRAFT, Document.REVIEW, Document.APPROVED, Document.SIGNED, Document.ISSUED]
    titles = ["拟稿", "审核", "签发", "编号", "用印"]
    at = order.index(doc.state) if doc.state in order else len(order)
    return [(t, "done" if i < at or at == 4 else "now" if i == at else "next") for i, t in enumerate(titles)]


@guard(OFFICE)
@require_POST
def document_save(request: HttpRequest, pk: int) -> HttpResponse:
    """Save a draft, by the button or by itself. Two people at once: both texts are shown, neither is lost."""
    doc, at = _open(request, pk)
    silent = request.headers.get("X-Autosave") == "1"
    if not drafting.may(doc, at).edit:
        said = _("这份文书已不在拟稿状态，不能保存。请复制您的文字后刷新页面。")
        return (
            JsonResponse({"message": said}, status=409) if silent else _page(request, doc, at, status=409, refused=said)
        )
    template = _template(doc)
    typed = forms.parse(drafting.form_fields(template), request.POST)
    body, revision = request.POST.get("body", ""), request.POST.get("_revision", "")
    try:
        saved = services.save_draft(
            pk, at.actor, body, drafting.from_form(template, typed),
            revision=int(revision) if revision.isdecimal() else 0, autosave=silent,
        )  # fmt: skip
    except services.Conflict as error:
        said = _("另一个人同时修改了这份文书，您的文字没有保存，也没有丢。请点“保存”查看两份稿子。")
        if silent:
            return JsonResponse({"message": said}, status=409)
        context = {
            "doc": error.theirs, "at": at, "matter": at.matter, "crumb": doc.title, "mine": sanitize(body),
            "theirs": sanitize(error.theirs.body), "diff": diff_html(error.theirs.body, sanitize(body)),
            "typed": [(k, str(v)) for k, v in typed.items()],
        }  # fmt: skip
        return shell.render(request, "desk/document_conflict.html", context, active="documents", status=409)
    except (Refused, ValueError) as error:
        if silent:
            return JsonResponse({"message": str(error)}, status=409)
        return _page(request, doc, at, status=422, refused=str(error), body=body, typed=typed)
    if silent:
        return JsonResponse({"message": _("已保存 %(t)s") % {"t": f"{wall.now():%H:%M}"}, "revision": saved.revision})
    if "_submit" in request.POST:
        return _do(request, saved, at, "submit")
    messages.success(request, _("已保存"))
    return HttpResponseRedirect(reverse("desk:document", args=[pk]))


@guard(OFFICE)
@require_POST
def document_act(request: HttpRequest, pk: int) -> HttpResponse:
    """Send to review, approve, return, sign, revoke, make again."""
    doc, at = _open(request, pk)
    return _do(request, doc, at, request.POST.get("do", ""))


def _do(request: HttpRequest, doc: Document, at: At, action: str) -> HttpResponse:
    may = drafting.may(doc, at)
    allowed = {
        "submit": may.submit, "approve": may.approve, "return": may.send_back, "sign": may.sign, "revoke": may.revoke,
        "retry": may.retry,
    }  # fmt: skip
    if not allowed.get(action):
        return _page(request, doc, at, status=409, refused=may.why_not or _("现在不能这样办理，请刷新页面看最新状态"))
    reason = request.POST.get("reason", "").strip()
    try:
        match action:
            case "submit":
                _check(doc, at)
                services.submit(doc.pk, at.actor)
            case "approve":
                services.approve(doc.pk, at.actor)
            case "return":
                services.return_draft(doc.pk, at.actor, reason)
            case "sign":
                services.sign(doc.pk, at.actor)
            case "revoke":
                if not reason:
                    return _page(request, doc, at, status=422, refused=_("请写明撤销的原因，核验页会公开显示"))
                services.revoke(doc.pk, at.actor, reason)
            case "retry":
                _retry(doc)
    except (Refused, templates.TemplateError) as error:
        return _page(request, doc, at, status=422, refused=str(error))
    done = {"submit": _("已送审"), "approve": _("审核通过，等签发"), "return": _("已退回拟稿人"), "sign": _("已签发"),
            "revoke": _("已撤销"), "retry": _("已重新排队制作")}  # fmt: skip
    messages.success(request, done[action])
    return HttpResponseRedirect(reverse("desk:document", args=[doc.pk]))


def _check(doc: Document, at: At) -> None:
    """Required contents are asked for before review, not after signature. Raises MissingFields."""
    template = _template(doc)
    data = {**drafting.data_of(at, doc.title), **doc.fields}
    # Number and date are given at sealing.
    given = {"doc_no": "待编号", "issued_on": wall.today().isoformat()}
    template.check({**given, **data})


def _retry(doc: Document) -> None:
    from xiezhi.kernel.documents.tasks import render_documents

    Document.objects.filter(pk=doc.pk, render_state=Document.FAILED).update(
        render_state=Document.PENDING, render_error=""
    )
    render_documents.defer(ids=[doc.pk])


@guard(OFFICE)
@require_GET
def document_compare(request: HttpRequest, pk: int) -> HttpResponse:
    """Two kept revisions side by side, word by word."""
    doc, at = _open(request, pk)
    a, b = (int(v) if v.isdecimal() else 0 for v in (request.GET.get("a", ""), request.GET.get("b", "")))
    older, newer = services.compare(doc, min(a, b), max(a, b)) if a and b else (None, None)
    rows = list(DocumentRevision.objects.filter(document=doc).order_by("-id")[:60])
    if older is None and len(rows) > 1:
        older, newer = rows[1], rows[0]
    changed = []
    if older and newer:
        labels = {f.name: f.label for f in _template(doc).fields}
        for name in sorted({*older.fields, *newer.fields}):
            if older.fields.get(name) != newer.fields.get(name):
                changed.append((labels.get(name, name), older.fields.get(name, ""), newer.fields.get(name, "")))
    context = {
        "doc": doc, "at": at, "matter": at.matter, "crumb": _("比较两稿"), "older": older, "newer": newer, "changed": changed,
        "rows": [(r, ACTIONS.get(r.action, r.action)) for r in rows],
        "diff": diff_html(older.body, newer.body) if older and newer else "",
    }  # fmt: skip
    return shell.render(request, "desk/document_compare.html", context, active="documents")


@guard(OFFICE)
@require_GET
def document_preview(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The pages of a draft as they will look, before number and seal."""
    doc, at = _open(request, pk)
    try:
        pdf = drafting.preview_pdf(doc, drafting.data_of(at, doc.title))
    except (RenderError, templates.TemplateError, KeyError) as error:
        context = {"doc": doc, "at": at, "matter": at.matter, "crumb": _("预览"), "refused": str(error)}
        return shell.render(request, "desk/document_refused.html", context, active="documents", status=422)
    response = HttpResponse(pdf, content_type="application/pdf")
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'"
    )
    response.headers["Cache-Control"] = "private, no-store"
    return response


@guard(OFFICE)
@require_GET
def document_docx(request: HttpRequest, pk: int) -> HttpResponse:
    """The draft as a Word file; the official copy remains the sealed PDF."""
    doc, at = _open(request, pk)
    data = {**drafting.data_of(at, doc.title), **doc.fields, "title": doc.title, "doc_no": doc.number or ""}
    response = HttpResponse(docx.to_docx(doc.body, data), content_type=docx.DOCX)
    name = quote(f"{at.matter.number}{doc.title}.docx")
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    return response


@guard(OFFICE)
@require_POST
def document_docx_in(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the text of a Word file back into the draft; the text before stays as a revision."""
    doc, at = _open(request, pk)
    upload = request.FILES.get("file")
    if upload is None or not drafting.may(doc, at).edit:
        return _page(request, doc, at, status=422, refused=_("请选择Word文件（docx）"))
    try:
        body, warnings = docx.from_docx(upload.read())
        services.save_draft(pk, at.actor, body, doc.fields, revision=doc.revision)
    except (Rejected, services.Conflict, Refused) as error:
        return _page(request, doc, at, status=422, refused=str(error))
    messages.success(request, _("已导入Word文件的文字，原来的文字在稿次里"))
    for warning in warnings:
        messages.warning(request, warning)
    return HttpResponseRedirect(reverse("desk:document", args=[pk]))
