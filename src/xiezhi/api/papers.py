"""文书: draft, save, submit, approve, return, sign, revoke, read as PDF, deliver."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from ninja import Router

from xiezhi.api.common import (
    DOCUMENT_WRITE,
    MATTER_ID,
    MATTER_READ,
    ROW_ID,
    At,
    at_matter,
    binary,
    pick,
    read,
    require,
    send,
    stream,
)
from xiezhi.api.paper_schemas import (
    DeliveryIn,
    DeliveryOut,
    DocumentDetail,
    DocumentIn,
    DocumentOut,
    DocumentSave,
    DraftConflict,
    Reason,
    RevisionOut,
    SummaryOut,
)
from xiezhi.api.problems import ERRORS, answer
from xiezhi.kernel.access.guards import guard
from xiezhi.kernel.calendar import clock as wall
from xiezhi.kernel.documents import delivery, layout, policies, produce, services, templates
from xiezhi.kernel.documents.models import Attachment, Delivery, Document, DocumentRevision
from xiezhi.kernel.documents.render import RenderError, render
from xiezhi.kernel.procedures import hooks, selectors, store
from xiezhi.kernel.procedures import policies as procedure_policies
from xiezhi.ui.language import summary

router = Router(tags=["文书"])
PATH = "/matters/{public_id}/documents"
PDF = "application/pdf"


def _docs(at: At) -> list[Document]:
    rows = list(Document.objects.filter(matter=at.matter).select_related("file").order_by("id"))
    if at.office:
        return rows
    state = selectors.matter_state(at.matter)
    own = [
        p.pk for p in at.parties if p.role in at.actor.roles or (p.account_id and p.account_id == at.subject.account_id)
    ]
    sent = Delivery.objects.filter(document__matter=at.matter, party_id__in=own).values_list("document_id", flat=True)
    return policies.shown_to(rows, state.view, at.actor.roles, set(sent))


def _open(request: HttpRequest, public_id: UUID, pk: int) -> tuple[Document, At]:
    at = at_matter(request, public_id)
    doc = next((d for d in _docs(at) if d.pk == pk), None)
    if doc is None:
        raise Http404
    return doc, at


def _may(doc: Document, at: At, what: str) -> None:
    found = policies.may(doc, at.matter.procedure, at.actor)
    require(getattr(found, what), found.why_not or "您在本件中的身份不能这样办理这份文书")


def _row(d: Document) -> dict[str, Any]:
    return {n: getattr(d, n) for n in ("id", "title", "number", "state", "issued_on", "render_state", "verify_code")}


def _data(at: At, title: str) -> dict[str, Any]:
    """What the matter already knows for a document of this title."""
    state = selectors.matter_state(at.matter)
    if not state.history:
        return {}
    rec = state.history[-1]
    payload = store.payloads(at.matter.pk).get(rec.seq, {})
    found = hooks.of(at.matter.procedure).document_data(at.matter, state.view, rec, payload, title)
    return {**found, "case_no": at.matter.number}


def _detail(doc: Document, at: At) -> dict[str, Any]:
    found = policies.may(doc, at.matter.procedure, at.actor)
    names = ("edit", "submit", "approve", "send_back", "sign", "revoke", "serve")
    inside = at.office
    declared = templates.get(doc.template, doc.template_version).fields
    shown = ("template", "template_version", "revision", "render_error")
    people = ("body", "fields", "drafted_by", "reviewed_by", "signed_by", "return_reason")
    return (
        _row(doc)
        | {n: getattr(doc, n) for n in shown}
        | {n: getattr(doc, n) if inside else {} if n == "fields" else "" for n in people}
        | {
            "matter": at.matter.public_id, "may": [n for n in names if getattr(found, n)], "why_not": found.why_not,
            "fields_declared": [
                {"name": f.name, "label": f.label, "type": f.type, "required": f.required, "basis": f.basis} for f in declared
            ],
        }
    )  # fmt: skip


@router.get(PATH, response={200: list[DocumentOut], **ERRORS}, operation_id="get_documents")
@guard(MATTER_READ)
def get_documents(request: HttpRequest, public_id: UUID = MATTER_ID) -> list[dict[str, Any]]:
    """文书目录. The office gets drafts as well; parties and respondents get the issued documents meant for them."""
    return [_row(d) for d in _docs(at_matter(request, public_id))]


@router.post(PATH, response={200: DocumentDetail, **ERRORS}, operation_id="draft_document")
@guard(DOCUMENT_WRITE)
def draft_document(request: HttpRequest, body: DocumentIn, public_id: UUID = MATTER_ID) -> Any:
    """拟稿. Starts a document from its template; an unfinished one of the same title is returned as it is."""
    at = at_matter(request, public_id)
    require(bool(at.actor.roles & {"case_officer", "office_head"}), "文书由承办人或者机构负责人拟稿")
    try:
        templates.by_title(body.title)
    except KeyError:
        return answer(422, "no-template", "没有这种文书", f"没有名为“{body.title}”的文书模板，请核对名称")
    doc = services.draft(at.matter, body.title, at.actor, data=_data(at, body.title), body=body.body or None)
    return _detail(doc, at)


@router.get(PATH + "/{document}", response={200: DocumentDetail, **ERRORS}, operation_id="get_document")
@guard(MATTER_READ)
def get_document(request: HttpRequest, public_id: UUID = MATTER_ID, document: int = ROW_ID) -> dict[str, Any]:
    """文书. For the office with text, contents and what may be done now. The reading is recorded."""
    doc, at = _open(request, public_id, document)
    read(request, at, fields=("document",))
    return _detail(doc, at)


@router.put(
    PATH + "/{document}", response={200: DocumentDetail, **ERRORS, 409: DraftConflict}, operation_id="save_document"
)
@guard(DOCUMENT_WRITE)
def save_document(request: HttpRequest, body: DocumentSave, public_id: UUID = MATTER_ID, document: int = ROW_ID) -> Any:
    """保存文稿. Saving over a revision you have not seen gives 409 with both versions; nothing is lost."""
    doc, at = _open(request, public_id, document)
    if doc.state == Document.DRAFT:
        _may(doc, at, "edit")
    else:
        require(bool(at.actor.roles & {"case_officer", "office_head"}), "您在本件中的身份不能修改这份文书")
    try:
        saved = services.save_draft(
            doc.pk, at.actor, body.body, body.fields, revision=body.revision, autosave=body.autosave
        )
    except services.Conflict as conflict:
        theirs = conflict.theirs
        both = {
            "theirs": {"revision": theirs.revision, "body": theirs.body, "fields": theirs.fields},
            "yours": {"revision": body.revision, "body": body.body, "fields": body.fields},
        }
        said = "这份文书已被他人修改。两个版本都在回答中，请合并后用最新稿次再存"
        return answer(409, "draft-conflict", "文稿已被他人修改", said, more=both)
    return _detail(saved, at)


@router.get(PATH + "/{document}/revisions", response={200: list[RevisionOut], **ERRORS}, operation_id="get_revisions")
@guard(MATTER_READ)
def get_revisions(request: HttpRequest, public_id: UUID = MATTER_ID, document: int = ROW_ID) -> list[dict[str, Any]]:
    """稿次. Every kept revision, newest first; the last 50."""
    doc, at = _open(request, public_id, document)
    require(at.office, "稿次只在承办机构内部查看")
    read(request, at, fields=("document",))
    names = ("id", "revision", "action", "by_label", "note", "at", "body", "fields")
    rows = DocumentRevision.objects.filter(document=doc).order_by("-id")[:50]
    return [{n: getattr(r, n) for n in names} for r in rows]


@router.post(PATH + "/{document}/submit", response={200: DocumentDetail, **ERRORS}, operation_id="submit_document")
@guard(DOCUMENT_WRITE)
def submit_document(request: HttpRequest, public_id: UUID = MATTER_ID, document: int = ROW_ID) -> dict[str, Any]:
    """送审."""
    doc, at = _open(request, public_id, document)
    if doc.state == Document.DRAFT:
        _may(doc, at, "submit")
    else:
        require(bool(at.actor.roles & {"case_officer", "office_head"}), "您在本件中的身份不能送审")
    return _detail(services.submit(doc.pk, at.actor), at)


@router.post(PATH + "/{document}/approve", response={200: DocumentDetail, **ERRORS}, operation_id="approve_document")
@guard(DOCUMENT_WRITE)
def approve_document(request: HttpRequest, public_id: UUID = MATTER_ID, document: int = ROW_ID) -> dict[str, Any]:
    """审核通过. Never one's own draft."""
    doc, at = _open(request, public_id, document)
    require("office_head" in at.actor.roles, "文书由机构负责人审核")
    return _detail(services.approve(doc.pk, at.actor), at)


@router.post(PATH + "/{document}/return", response={200: DocumentDetail, **ERRORS}, operation_id="return_document")
@guard(DOCUMENT_WRITE)
def return_document(
    request: HttpRequest, body: Reason, public_id: UUID = MATTER_ID, document: int = ROW_ID
) -> dict[str, Any]:
    """退回. Back to the drafter with the reason."""
    doc, at = _open(request, public_id, document)
    require(bool(at.actor.roles & {"office_head", "organ_head"}), "文书由审核人或者签发人退回")
    if doc.state in (Document.REVIEW, Document.APPROVED, Document.SIGNED):
        _may(doc, at, "send_back")
    return _detail(services.return_draft(doc.pk, at.actor, body.reason), at)


@router.post(PATH + "/{document}/sign", response={200: DocumentDetail, **ERRORS}, operation_id="sign_document")
@guard(DOCUMENT_WRITE)
def sign_document(request: HttpRequest, public_id: UUID = MATTER_ID, document: int = ROW_ID) -> dict[str, Any]:
    """签发. Number and seal follow with the event that issues the document."""
    doc, at = _open(request, public_id, document)
    require(bool(at.actor.roles & {"office_head", "organ_head"}), "文书由机关负责人或者机构负责人签发")
    if doc.state == Document.APPROVED:
        _may(doc, at, "sign")
    return _detail(services.sign(doc.pk, at.actor), at)


@router.post(PATH + "/{document}/revoke", response={200: DocumentDetail, **ERRORS}, operation_id="revoke_document")
@guard(DOCUMENT_WRITE)
def revoke_document(
    request: HttpRequest, body: Reason, public_id: UUID = MATTER_ID, document: int = ROW_ID
) -> dict[str, Any]:
    """撤销. An issued document is never deleted; its verification says that it was revoked and since when."""
    doc, at = _open(request, public_id, document)
    require(bool(at.actor.roles & {"office_head", "organ_head"}), "文书由机构负责人或者机关负责人撤销")
    return _detail(services.revoke(doc.pk, at.actor, body.reason), at)


@router.get(
    PATH + "/{document}/pdf", response={200: None, **ERRORS}, operation_id="get_document_pdf", openapi_extra=binary(PDF)
)
@guard(MATTER_READ)
def get_document_pdf(request: HttpRequest, public_id: UUID = MATTER_ID, document: int = ROW_ID) -> HttpResponse:
    """文书PDF. The sealed file; for drafts, for the office, a preview without number and seal."""
    doc, at = _open(request, public_id, document)
    if doc.state in (Document.ISSUED, Document.VOID):
        if doc.file is None:
            services.want_pdf(doc)
            why = doc.render_error or "文书正在制作，请稍后再取"
            return answer(409, "not-rendered", "文书还没有制成", why)
        read(request, at, fields=("document",))
        return send(request, doc.file.sha256, PDF, f"{at.matter.number}{doc.title}.pdf")  # type: ignore[return-value]
    template = templates.get(doc.template, doc.template_version)
    data = {**_data(at, doc.title), **doc.fields, "doc_no": "（用印时编号）", "issued_on": wall.today().isoformat()}
    try:
        composed = layout.compose(template, data, body_html=doc.body)
        content = render(template.typst, composed, fonts_dir=produce.fonts()).content
    except (RenderError, templates.TemplateError, KeyError, ValueError) as error:
        return answer(422, "not-renderable", "文稿还不能排版", str(error))
    read(request, at, fields=("document",))
    return stream(request, iter([content]), PDF, f"{at.matter.number}{doc.title}（草稿）.pdf")  # type: ignore[return-value]


@router.get(PATH + "/{document}/summary", response={200: SummaryOut, **ERRORS}, operation_id="get_document_summary")
@guard(MATTER_READ)
def get_document_summary(request: HttpRequest, public_id: UUID = MATTER_ID, document: int = ROW_ID) -> Any:
    """英文摘要. What an issued document says and what can be done next, in English; for information only."""
    found, at = _summary(request, public_id, document)
    words = {"outcome": [{"label": o.label, "text": "".join(text for text, _ in o.words)} for o in found.outcome]}
    read(request, at, fields=("document",))
    return asdict(found) | words


@router.get(
    PATH + "/{document}/summary/pdf", response={200: None, **ERRORS}, operation_id="get_document_summary_pdf",
    openapi_extra=binary(PDF),
)  # fmt: skip
@guard(MATTER_READ)
def get_document_summary_pdf(request: HttpRequest, public_id: UUID = MATTER_ID, document: int = ROW_ID) -> HttpResponse:
    """英文摘要PDF. The same on paper; every page says that the Chinese document alone has legal effect."""
    found, at = _summary(request, public_id, document)
    read(request, at, fields=("document",))
    return stream(request, iter([summary.pdf(found)]), PDF, f"{at.matter.number}{found.chinese}（英文摘要）.pdf")  # type: ignore[return-value]


def _summary(request: HttpRequest, public_id: UUID, pk: int) -> tuple[summary.Summary, At]:
    doc, at = _open(request, public_id, pk)
    if doc.state not in (Document.ISSUED, Document.VOID):
        raise Http404
    return summary.of(doc, selectors.matter_state(at.matter)), at


def _delivery(d: Delivery) -> dict[str, Any]:
    names = ("id", "method", "sent_on", "served_on", "reason", "witnesses")
    return {n: getattr(d, n) for n in names} | {
        "document": d.document_id, "party": d.party_id, "party_name": d.party.name if d.party else "", "proof": d.proof_id,
    }  # fmt: skip


@router.get(PATH + "/{document}/deliveries", response={200: list[DeliveryOut], **ERRORS}, operation_id="get_deliveries")
@guard(MATTER_READ)
def get_deliveries(request: HttpRequest, public_id: UUID = MATTER_ID, document: int = ROW_ID) -> list[dict[str, Any]]:
    """送达情况. The office sees every service, others their own."""
    doc, at = _open(request, public_id, document)
    rows = Delivery.objects.filter(document=doc).select_related("party").order_by("id")
    if not at.office:
        who = at.subject
        units = who.unit_ids(*procedure_policies.AUTHORITY_ROLES)
        own = {
            p.pk for p in at.parties
            if (p.account_id is not None and p.account_id == who.account_id)
            or (p.person_id is not None and p.person_id == who.person_id) or (p.unit_id is not None and p.unit_id in units)
        }  # fmt: skip
        rows = [r for r in rows if r.party_id in own]  # type: ignore[assignment]
    else:
        read(request, at, fields=("name",))
    return [_delivery(d) for d in rows]


@router.post(PATH + "/{document}/deliveries", response={200: DeliveryOut, **ERRORS}, operation_id="register_delivery")
@guard(DOCUMENT_WRITE)
def register_delivery(
    request: HttpRequest, body: DeliveryIn, public_id: UUID = MATTER_ID, document: int = ROW_ID
) -> dict[str, Any]:
    """登记送达. Who received the document, how and when; refused with every reason at once."""
    return _register(request, public_id, document, body, None)


@router.put(
    PATH + "/{document}/deliveries/{delivery_id}",
    response={200: DeliveryOut, **ERRORS},
    operation_id="complete_delivery",
)
@guard(DOCUMENT_WRITE)
def complete_delivery(
    request: HttpRequest,
    body: DeliveryIn,
    public_id: UUID = MATTER_ID,
    document: int = ROW_ID,
    delivery_id: int = ROW_ID,
) -> dict[str, Any]:
    """补登送达. Completes a service that was registered, for example with the day on the return receipt."""
    return _register(request, public_id, document, body, delivery_id)


def _register(request: HttpRequest, public_id: UUID, pk: int, body: DeliveryIn, known: int | None) -> dict[str, Any]:
    doc, at = _open(request, public_id, pk)
    require(bool(at.actor.roles & {"case_officer", "office_head"}), "送达由承办人登记")
    row = pick(Delivery.objects.filter(document=doc), pk=known) if known is not None else None
    proof = pick(Attachment.objects.filter(matter=at.matter), pk=body.proof) if body.proof is not None else None
    done = delivery.register(
        doc, at.parties, party=body.party, method=body.method, sent_on=body.sent_on, served_on=body.served_on,
        reason=body.reason, witnesses=body.witnesses, proof=proof, known=row,
    )  # fmt: skip
    return _delivery(done)
