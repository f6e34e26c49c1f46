"""文书: drafting, review, signature, sealing; and the documents an event brings about.

An event commits a document as number, template version and frozen data. The worker then renders, signs and stores the
PDF (`tasks.render`), and only then can the document be served. Drafts keep every revision for compare.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from xiezhi.kernel.calendar import clock as wall
from xiezhi.kernel.documents import numbering, templates, verify
from xiezhi.kernel.documents.models import Document, DocumentRevision
from xiezhi.kernel.documents.sanitize import escape, sanitize
from xiezhi.kernel.ledger import services as ledger
from xiezhi.kernel.procedures import hooks
from xiezhi.kernel.procedures.core import Actor, Effects, Refused
from xiezhi.kernel.procedures.forms import Problem
from xiezhi.kernel.procedures.models import Matter

__all__ = [
    "TO_FILL", "Conflict", "approve", "commitment", "draft", "issue_for_event", "return_draft", "revoke", "save_draft", "sign",
    "submit", "want_pdf",
]  # fmt: skip


TO_FILL = "【待填："
"""Begins a gap in a draft's first text; a document with one left cannot go to review."""


class Conflict(ValueError):
    """Somebody else saved the draft meanwhile; `theirs` is the stored document, so that both can be shown."""

    def __init__(self, theirs: Document) -> None:
        super().__init__("这份文书已被他人修改")
        self.theirs = theirs


def _suffix(n: int) -> str:
    return "" if n == 1 else "之" + "一二三四五六七八九十"[n - 1] if n <= 10 else f"之{n}"


def _signed(matter: Matter) -> dict[str, Document]:
    """Signed documents that wait for their event, by template. No statement where the event's context shows none."""
    states = matter.__dict__.get("_xz_document_states")
    if states is not None and not any(state == Document.SIGNED for _, state in states):
        return {}
    return {d.template: d for d in Document.objects.filter(matter=matter, state=Document.SIGNED).order_by("id")}


def _issued(matter: Matter) -> dict[str, int]:
    """How many documents of each template the matter has issued."""
    states = matter.__dict__.get("_xz_document_states")
    if states is None:
        states = Document.objects.filter(matter=matter).values_list("template", "state")
    counts: dict[str, int] = {}
    for template, state in states:
        if state == Document.ISSUED:
            counts[template] = counts.get(template, 0) + 1
    return counts


def check_signed(matter: Matter, effects: Effects) -> None:
    """Raise Refused when the event issues a document that had to be drafted, reviewed and signed, and was not.

    Called before anything is written. Lapses issue without signature; nobody is there to sign.
    """
    hook = hooks.of(matter.procedure)
    wanted = [t for t in effects.documents if hook.needs_signature(t)]
    if not wanted or effects.event.role == "CLOCK" or matter.imported_from:
        return
    signed = _signed(matter)
    missing = [t for t in wanted if templates.by_title(t).code not in signed]
    if missing:
        raise Refused([
            Problem("DOCUMENT_NOT_SIGNED", f"《{t}》还没有签发，请先完成拟稿、审核和签发", "document") for t in missing
        ])  # fmt: skip


def issue_for_event(matter: Matter, effects: Effects, at: datetime) -> list[Document]:
    """Freeze and number every document of the event, inside its transaction. At most five statements."""
    hook = hooks.of(matter.procedure)
    rec, view = effects.event, effects.view
    case_numbering = hook.case_number(matter, view) if matter.case_no is None else None
    titles = list(effects.documents)
    if not titles and case_numbering is None:
        return []
    # by template: a draft may carry the short title, the event the full one
    ready, counts = (_signed(matter), _issued(matter)) if titles else ({}, {})
    used = {"object_type": "matter", "object_id": str(matter.pk)}
    if case_numbering is not None:
        serial = numbering.take(case_numbering.series, rec.on.year, **used)
        matter.case_no = case_numbering.write(rec.on.year, serial)
    made: list[tuple[Document, bool]] = []
    series: list[tuple[Document, hooks.Numbering]] = []
    for title in titles:
        template = templates.by_title(title)
        known = ready.get(template.code)
        doc = known or Document(matter=matter, template=template.code, template_version=template.version, title=title,
                                unit_id=hook.document_unit(matter, view, title)
                                or matter.organ_id or matter.handling_unit_id)  # fmt: skip
        data = hook.document_data(matter, view, rec, effects.payload, title)
        doc.title = title
        if known is not None:
            data = {**data, **known.fields}
        nth = counts.get(template.code, 0) + 1
        counts[template.code] = nth
        written = hook.document_number(matter, view, title) if template.numbered else None
        if isinstance(written, str):
            doc.number = _with_suffix(written, nth)
        elif written is not None:
            series.append((doc, written))
        doc.event_seq, doc.issued_on, doc.state = rec.seq, rec.on, Document.ISSUED
        doc.verify_code = verify.new_code()
        doc.render_state = Document.PENDING
        doc.frozen = {"data": data}
        doc.updated_at = at
        made.append((doc, known is not None))
    if series:
        serials = numbering.take_many([(n.series, rec.on.year) for _, n in series], **used)
        for (doc, how), serial in zip(series, serials, strict=True):
            doc.number = how.write(rec.on.year, serial)
    for doc, drafted in made:
        template = templates.by_title(doc.title)
        data = {**(doc.frozen or {})["data"], "doc_no": doc.number or "", "issued_on": rec.on.isoformat()}
        if matter.case_no:
            data["case_no"] = matter.case_no
        if not (drafted and doc.body):
            doc.body = first_text(template, data)
        doc.frozen = {"data": data, "body": doc.body, "verify_code": doc.verify_code, "issued_on": rec.on.isoformat()}
    new = [d for d, known in made if not known]
    Document.objects.bulk_create(new)
    old = [d for d, known in made if known]
    if old:
        Document.objects.bulk_update(
            old, ["title", "event_seq", "issued_on", "state", "verify_code", "render_state", "frozen", "number", "body"]
        )
    everything = [d for d, _ in made]
    if everything:
        from xiezhi.kernel.documents.tasks import render_documents

        render_documents.defer(ids=[d.pk for d in everything])
        matter.__dict__.pop("_xz_document_states", None)
    return everything


class _Lenient(dict[str, Any]):
    """Data for a default body: a field the case does not have reads as empty, never as an error."""

    def __missing__(self, key: str) -> str:
        return ""


def first_text(template: templates.DocumentTemplate, data: Mapping[str, Any]) -> str:
    """The wording a draft starts from. A content that is not known yet stays empty for the drafter to fill."""
    try:
        return template.draft(data)
    except (KeyError, templates.TemplateError):
        return sanitize(template.default_body(_Lenient({f.name: "" for f in template.fields} | template.typed(data))))


def _with_suffix(number: str, nth: int) -> str:
    return number + _suffix(nth)


def commitment(doc: Document) -> ledger.Commit:
    """The ledger's commitment to an issued document: number, template and frozen data."""
    return ledger.Commit(
        "document",
        {"document": doc.pk, "template": doc.template, "version": doc.template_version, "number": doc.number, "frozen": doc.frozen},
        "document", str(doc.pk),
    )  # fmt: skip


def draft(matter: Matter, title: str, actor: Actor, *, data: Mapping[str, Any], body: str | None = None) -> Document:
    """拟稿: start a document of the matter from its template; an unfinished one of the same title is returned as it is."""
    template = templates.by_title(title)
    with transaction.atomic():
        known = Document.objects.select_for_update().filter(
            matter=matter, template=template.code,
            state__in=[Document.DRAFT, Document.REVIEW, Document.APPROVED, Document.SIGNED],
        ).first()  # fmt: skip
        if known is not None:
            return known
        text = sanitize(body) if body else first_text(template, data)
        doc = Document.objects.create(
            matter=matter, template=template.code, template_version=template.version, title=title, body=text, fields={},
            unit_id=matter.organ_id or matter.handling_unit_id, drafted_by=actor.ref,
        )  # fmt: skip
        _log(doc, "DRAFT", actor)
    return doc


def _log(doc: Document, action: str, actor: Actor, note: str = "") -> None:
    DocumentRevision.objects.create(
        document=doc, revision=doc.revision, action=action, body=doc.body, fields=doc.fields, by=actor.ref,
        by_label=actor.label[:120], note=note[:500], at=wall.now(),
    )  # fmt: skip


def _locked(pk: int, *states: str) -> Document:
    doc = Document.objects.select_for_update().get(pk=pk)
    if doc.state not in states:
        now = dict(Document.STATES)[doc.state]
        raise Refused([Problem("WRONG_DOCUMENT_STATE", f"《{doc.title}》现在是“{now}”，不能这样办理")])
    return doc


def _closed(doc: Document, body: str, fields: Mapping[str, Any]) -> str:
    """The text with gaps closed by the elements of the same name, as far as they are filled in."""
    if TO_FILL not in body:
        return body
    for field in templates.get(doc.template, doc.template_version).fields:
        value = fields.get(field.name)
        words = "；".join(str(v) for v in value) if isinstance(value, list | tuple) else str(value or "")
        if words.strip():
            body = body.replace(f"{TO_FILL}{field.label}】", escape(words.strip()))
    return body


def save_draft(
    pk: int, actor: Actor, body: str, fields: Mapping[str, Any], *, revision: int, autosave: bool = False
) -> Document:
    """Save a draft. Raises Conflict when another revision was stored since `revision` was read; nothing is lost then."""
    with transaction.atomic():
        doc = _locked(pk, Document.DRAFT)
        if doc.revision != revision:
            raise Conflict(doc)
        doc.body, doc.fields = _closed(doc, sanitize(body), fields), dict(fields)
        doc.revision += 1
        doc.save(update_fields=["body", "fields", "revision", "updated_at"])
        if not autosave:
            _log(doc, "SAVE", actor)
    return doc


def submit(pk: int, actor: Actor) -> Document:
    """送审."""
    with transaction.atomic():
        doc = _locked(pk, Document.DRAFT)
        if gaps := re.findall(re.escape(TO_FILL) + r"([^】]{1,40})】", doc.body):
            raise Refused([Problem("GAPS", f"正文还有没有填写的内容：{'、'.join(gaps)}，请补齐后送审", "body")])
        doc.state, doc.drafted_by, doc.return_reason = Document.REVIEW, actor.ref, ""
        doc.save(update_fields=["state", "drafted_by", "return_reason", "updated_at"])
        _log(doc, "SUBMIT", actor)
    return doc


def return_draft(pk: int, actor: Actor, reason: str) -> Document:
    """退回: back to the drafter with the reason."""
    if not reason.strip():
        raise Refused([Problem("REQUIRED", "请写明退回意见，让拟稿人知道改什么", "reason")])
    with transaction.atomic():
        doc = _locked(pk, Document.REVIEW, Document.APPROVED, Document.SIGNED)
        doc.state, doc.return_reason = Document.DRAFT, reason.strip()[:500]
        doc.reviewed_by = doc.signed_by = ""
        doc.save(update_fields=["state", "return_reason", "reviewed_by", "signed_by", "updated_at"])
        _log(doc, "RETURN", actor, reason)
    return doc


def approve(pk: int, actor: Actor) -> Document:
    """审核通过. The reviewer is never the drafter."""
    with transaction.atomic():
        doc = _locked(pk, Document.REVIEW)
        if doc.drafted_by == actor.ref:
            raise Refused([Problem("OWN_DRAFT", "自己拟的稿不能由自己审核，请交他人审核")])
        doc.state, doc.reviewed_by = Document.APPROVED, actor.ref
        doc.save(update_fields=["state", "reviewed_by", "updated_at"])
        _log(doc, "APPROVE", actor)
    return doc


def sign(pk: int, actor: Actor) -> Document:
    """签发. Sealing follows with the event that issues the document."""
    with transaction.atomic():
        doc = _locked(pk, Document.APPROVED)
        doc.state, doc.signed_by = Document.SIGNED, actor.ref
        doc.save(update_fields=["state", "signed_by", "updated_at"])
        _log(doc, "SIGN", actor)
    return doc


def revoke(pk: int, actor: Actor, reason: str) -> Document:
    """撤销: an issued document is never deleted; its verification page says it was revoked and since when."""
    with transaction.atomic():
        doc = _locked(pk, Document.ISSUED)
        doc.state, doc.revoked_on, doc.revoke_reason = Document.VOID, wall.today(), reason[:200]
        doc.save(update_fields=["state", "revoked_on", "revoke_reason", "updated_at"])
        _log(doc, "REVOKE", actor, reason)
        ledger.append("document", {"document": doc.pk, "revoked_on": doc.revoked_on.isoformat()}, object_id=str(doc.pk))
    return doc


def compare(doc: Document, older: int, newer: int) -> tuple[DocumentRevision | None, DocumentRevision | None]:
    """Two kept revisions of a document, for the compare page."""
    rows: Sequence[DocumentRevision] = list(DocumentRevision.objects.filter(document=doc, pk__in=[older, newer]))
    found = {r.pk: r for r in rows}
    return found.get(older), found.get(newer)


def want_pdf(doc: Document) -> bool:
    """Ask for the PDF of an issued document that nobody has opened yet (rows written in bulk). True when it was asked for.

    Documents of an event are queued by the event itself; those of a take-over or of the demonstration wait for a reader.
    """
    if doc.state != Document.ISSUED or doc.render_state != Document.NONE or doc.file_id is not None:
        return False
    if not Document.objects.filter(pk=doc.pk, render_state=Document.NONE).update(render_state=Document.PENDING):
        return False
    doc.render_state = Document.PENDING
    from xiezhi.kernel.documents.tasks import render_documents

    render_documents.defer(ids=[doc.pk])
    return True


def pending() -> int:
    """How many documents wait for rendering (shown in administration)."""
    return Document.objects.filter(render_state=Document.PENDING).count()


def retry_failed() -> int:
    """Queue failed renderings again."""
    return Document.objects.filter(render_state=Document.FAILED).update(
        render_state=Document.PENDING, updated_at=F("updated_at")
    )
