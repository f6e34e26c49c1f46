"""核验: number, code or the file itself → valid, revoked or unknown, with the proof for those who want it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from xiezhi.kernel.access.guards import PUBLIC, guard
from xiezhi.kernel.documents import services as documents
from xiezhi.kernel.documents import verify as codes
from xiezhi.kernel.documents.models import Document
from xiezhi.kernel.documents.produce import file_payload
from xiezhi.kernel.documents.sign import SignError, check_pdf
from xiezhi.kernel.ledger import records
from xiezhi.kernel.ledger import services as ledger
from xiezhi.kernel.ledger.models import Salt
from xiezhi.portal.limits import limited

MOST_BYTES = 30 * 1024 * 1024


@dataclass(frozen=True)
class Proof:
    """The ledger's commitment to a document and whether the stored document is the one committed to."""

    number: int
    commitment: str
    salt: str
    holds: bool


def proof_of(doc: Document) -> Proof | None:
    """The commitment made when the document was issued; None where there is none."""
    salt = (
        Salt.objects.select_related("entry")
        .filter(object_type="document", object_id=str(doc.pk))
        .order_by("pk")
        .first()
    )
    if salt is None:
        return None
    secret, commitment = bytes(salt.salt), bytes(salt.entry.commitment)
    holds = ledger.verify("document", documents.commitment(doc).payload, secret, commitment)
    return Proof(salt.entry_id, commitment.hex(), secret.hex(), holds)


def state_of(doc: Document | None) -> str:
    if doc is None:
        return "unknown"
    return "revoked" if doc.state == Document.VOID or doc.revoked_on else "valid"


@guard(PUBLIC)
@limited("verify", 30, 300)
def index(request: HttpRequest) -> HttpResponseBase:
    """The form: a code, a document number, or the PDF."""
    if request.method != "POST":
        return render(request, "portal/verify.html", {"section": "verify"})
    upload = request.FILES.get("file")
    if upload is not None:
        return _check_upload(request, upload)
    typed = request.POST.get("code", "").strip()[:80]
    if not typed:
        return _again(request, typed, _("请填写核验码，或者上传文书的PDF文件"))
    code = codes.normalize(typed)
    if code is not None:
        return redirect("portal:verified", code=code)
    doc = Document.objects.filter(number=typed, state__in=[Document.ISSUED, Document.VOID]).first()
    if doc is None:
        if len(typed) >= 12 and typed.isascii():
            return _again(
                request, typed, _("核验码有错字，请对照文书右上角再输一遍。数字0和字母O、数字1和字母I不用区分")
            )
        return render(
            request, "portal/verified.html", {"section": "verify", "state": "unknown", "typed": typed}, status=404
        )
    # A number can be guessed: the page tells that the document exists and is valid, and nothing of its content.
    return render(
        request, "portal/verified.html", {"section": "verify", "state": state_of(doc), "doc": doc, "by_number": True}
    )


def _again(request: HttpRequest, typed: str, error: str) -> HttpResponse:
    return render(request, "portal/verify.html", {"section": "verify", "typed": typed, "error": error}, status=422)


@guard(PUBLIC)
@limited("verified", 60, 300, ("GET", "POST"))
def verified(request: HttpRequest, code: str) -> HttpResponse:
    """The page a QR code leads to."""
    clean = codes.normalize(code)
    doc = Document.objects.select_related("unit", "file").filter(verify_code=clean).first() if clean else None
    if doc is not None and doc.state not in (Document.ISSUED, Document.VOID):
        doc = None
    state = state_of(doc)
    context = {
        "section": "verify",
        "state": state,
        "doc": doc,
        "code": clean or "",
        "proof": proof_of(doc) if doc else None,
    }
    return render(request, "portal/verified.html", context, status=200 if doc else 404)


@guard(PUBLIC)
@limited("verified", 60, 300, ("GET",))
def record(request: HttpRequest, code: str) -> HttpResponse:
    """The record file of a document's file, for checking offline; whoever has the code holds the document."""
    clean = codes.normalize(code)
    doc = Document.objects.select_related("file").filter(verify_code=clean).first() if clean else None
    kept = ledger.kept("file", [str(doc.pk)]).get(str(doc.pk)) if doc is not None else None
    if doc is None or kept is None or doc.file is None:
        raise Http404
    content = records.record_file(kept, file_payload(doc, doc.file.sha256))
    headers = {"Content-Disposition": f'attachment; filename="record-{clean}.json"', "Cache-Control": "no-store"}
    return HttpResponse(content, content_type="application/json", headers=headers)


def _check_upload(request: HttpRequest, upload: Any) -> HttpResponse:
    if upload.size > MOST_BYTES:
        return _again(request, "", _("文件超过30MB，请上传从本网下载的原文件"))
    content = upload.read()
    if not content.startswith(b"%PDF"):
        return _again(request, "", _("请上传PDF格式的文书原文件；照片和打印件请用核验码核验"))
    doc = (
        Document.objects.select_related("unit", "file").filter(file__sha256=hashlib.sha256(content).hexdigest()).first()
    )
    from xiezhi.kernel.documents.produce import authority

    signatures: list[Any] = []
    try:
        signatures = check_pdf(content, [authority().root()])
    except SignError:
        signatures = []
    signed = bool(signatures) and all(s.good for s in signatures)
    state = state_of(doc)
    if doc is None:
        state = "changed" if signatures and not signed else "unknown"
    context = {
        "section": "verify", "state": state, "doc": doc, "signatures": signatures, "signed": signed, "uploaded": True,
        "proof": proof_of(doc) if doc else None,
    }  # fmt: skip
    return render(request, "portal/verified.html", context)
