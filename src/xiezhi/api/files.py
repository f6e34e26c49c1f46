"""材料: upload, list, download; and the whole file of a matter as one verifiable archive."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, Any
from uuid import UUID

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile as DjangoUpload
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from ninja import File, Form, Router, UploadedFile

from xiezhi.api import convert
from xiezhi.api.common import (
    MATTER_ACT,
    MATTER_ID,
    MATTER_READ,
    ROW_ID,
    At,
    Text,
    at_matter,
    binary,
    read,
    require,
    send,
    stream,
)
from xiezhi.api.paper_schemas import AttachmentOut
from xiezhi.api.problems import ERRORS
from xiezhi.kernel.access.guards import guard
from xiezhi.kernel.calendar import clock as wall
from xiezhi.kernel.documents import archive, content, policies, produce, storage
from xiezhi.kernel.documents.models import Attachment, Document, StoredFile
from xiezhi.kernel.procedures import selectors
from xiezhi.kernel.procedures.models import Draft, Matter

router = Router(tags=["材料"])
FOLDERS = "^(FILE|MEDIATION|INTERNAL)$"


def keep(
    upload: DjangoUpload, *, role: str, by: str, matter: Matter | None = None, draft: Draft | None = None,
    kind: str = "OTHER", folder: str = "FILE", purpose: str = "", scanned: bool = False,
) -> tuple[Attachment, list[str]]:  # fmt: skip
    """Look at an upload, store it by content, and enter it. Raises content.Rejected; then nothing is kept."""
    name = str(upload.name or "")
    seen = content.inspect(upload, name, str(upload.content_type or ""), settings.UPLOAD_LIMIT_BYTES)  # type: ignore[arg-type]
    upload.seek(0)
    storage.put(upload)  # type: ignore[arg-type]
    with transaction.atomic():
        stored, _ = StoredFile.objects.get_or_create(
            sha256=seen.sha256, defaults={"size": seen.size, "media_type": seen.media_type}
        )
        row = Attachment.objects.create(
            matter=matter, draft=draft, file=stored, name=seen.safe_name[:180], kind=kind[:24], folder=folder,
            submitted_role=role[:32], submitted_by=by[:64], submitted_on=wall.today(), purpose=purpose, scanned=scanned,
        )  # fmt: skip
    return row, [w.message_zh for w in seen.warnings]


def out(a: Attachment, warnings: list[str] | None = None) -> dict[str, Any]:
    """An attachment as the API gives it; `file` must have come with it."""
    names = ("id", "name", "kind", "folder", "submitted_role", "submitted_on", "event_seq", "restricted", "late")
    file = {"media_type": a.file.media_type, "size": a.file.size, "sha256": a.file.sha256}
    return {n: getattr(a, n) for n in names} | file | {"warnings": warnings or []}


def visible(at: At) -> list[Attachment]:
    """Material the caller may read."""
    rows = Attachment.objects.filter(matter=at.matter, withdrawn_at__isnull=True).select_related("file").order_by("id")
    if at.office:
        return list(rows)
    return policies.pieces_for(rows, selectors.matter_state(at.matter).view, at.actor)


@router.get(
    "/matters/{public_id}/attachments", response={200: list[AttachmentOut], **ERRORS}, operation_id="get_attachments"
)
@guard(MATTER_READ)
def get_attachments(request: HttpRequest, public_id: UUID = MATTER_ID) -> list[dict[str, Any]]:
    """材料目录. The office sees all; a party their own, and after reading the file what is open to parties."""
    return [out(a) for a in visible(at_matter(request, public_id))]


@router.post(
    "/matters/{public_id}/attachments", response={200: AttachmentOut, **ERRORS}, operation_id="upload_attachment"
)
@guard(MATTER_ACT)
def upload_attachment(
    request: HttpRequest,
    public_id: UUID = MATTER_ID,
    file: UploadedFile = File(..., description="At most 200 MiB; the kind is told by its content"),
    kind: Text = Form("OTHER", max_length=24),
    folder: str = Form("FILE", pattern=FOLDERS),
    purpose: Text = Form("", max_length=300, description="What it is to prove"),
    scanned: bool = Form(False, description="Scanned from paper at the counter"),
) -> dict[str, Any]:
    """上传材料. By the office into the file; parties and authorities upload into a draft and hand it in with an event."""
    at = at_matter(request, public_id)
    role = next(iter(sorted(at.actor.roles & {"case_officer", "counter_clerk", "office_head", "archivist"})), "")
    require(bool(role), "当事人和被申请人请上传到表单草稿（/drafts/{code}/attachments），随事项一并提交")
    policies.check_open(at.matter)
    row, warnings = keep(
        file, role=role, by=at.actor.ref, matter=at.matter, kind=kind, folder=folder, purpose=purpose, scanned=scanned
    )
    return out(row, warnings)


def _one(at: At, pk: int) -> Attachment:
    found = next((a for a in visible(at) if a.pk == pk), None)
    if found is None:
        raise Http404
    return found


@router.get(
    "/matters/{public_id}/attachments/{attachment}",
    response={200: None, **ERRORS},
    operation_id="download_attachment",
    openapi_extra=binary(*content.ALLOWED),
)
@guard(MATTER_READ)
def download_attachment(request: HttpRequest, public_id: UUID = MATTER_ID, attachment: int = ROW_ID) -> HttpResponse:
    """下载材料. A recorded reading; the bytes are checked against their digest before the first is sent."""
    at = at_matter(request, public_id)
    found = _one(at, attachment)
    read(request, at, fields=(f"attachment:{found.pk}",))
    return send(request, found.file.sha256, found.file.media_type, found.name)  # type: ignore[return-value]


@router.delete(
    "/matters/{public_id}/attachments/{attachment}",
    response={200: AttachmentOut, **ERRORS},
    operation_id="withdraw_attachment",
)
@guard(MATTER_ACT)
def withdraw_attachment(request: HttpRequest, public_id: UUID = MATTER_ID, attachment: int = ROW_ID) -> dict[str, Any]:
    """撤回材料. Only one's own that was not handed in with an event; the row stays, marked as withdrawn."""
    at = at_matter(request, public_id)
    found = _one(at, attachment)
    require(found.submitted_by == at.actor.ref, "只能撤回自己上传的材料")
    require(found.event_seq is None, "已随事项提交的材料不能撤回")
    Attachment.objects.filter(pk=found.pk, withdrawn_at__isnull=True).update(withdrawn_at=wall.now())
    return out(found)


@router.get(
    "/matters/{public_id}/archive",
    response={200: None, **ERRORS},
    operation_id="export_matter",
    openapi_extra=binary("application/zip"),
)
@guard(MATTER_READ)
def export_matter(request: HttpRequest, public_id: UUID = MATTER_ID) -> HttpResponse:
    """案卷导出. One ZIP: history, clocks, parties, documents, material, a manifest of digests signed by the unit."""
    at = at_matter(request, public_id)
    require(
        bool(at.actor.roles & {"case_officer", "office_head", "archivist"}), "案卷由承办人、机构负责人或者档案人员导出"
    )
    read(request, at, "EXPORT", ("file",))
    _whole(at.matter)
    unit = at.matter.organ or at.matter.handling_unit
    meta = {"matter": str(at.matter.public_id), "number": at.matter.number, "procedure": at.matter.procedure, "seq": at.matter.seq,
            "unit": unit.name, "exported_at": wall.now().isoformat(), "by": at.actor.label}  # fmt: skip
    credential = produce.credential(unit)
    pieces = archive.build_archive(
        _entries(at), meta, lambda manifest: produce.signer().sign_detached(manifest, credential)
    )
    return stream(request, pieces, "application/zip", f"{at.matter.number}.zip")  # type: ignore[return-value]


def _whole(matter: Matter) -> None:
    """Every stored file is there and undamaged, told before the first byte is sent. Raises NotStored or Damaged."""
    rows = StoredFile.objects.filter(pk__in=[
        *Attachment.objects.filter(matter=matter, withdrawn_at__isnull=True).values_list("file_id", flat=True),
        *Document.objects.filter(matter=matter, file__isnull=False).values_list("file_id", flat=True),
    ])  # fmt: skip
    for sha256 in rows.values_list("sha256", flat=True):
        storage.verify(storage.key_for(sha256))


def _entries(at: At) -> Iterator[tuple[str, bytes | IO[bytes]]]:
    """Computed records first; then every file, read when its turn comes."""
    state = selectors.matter_state(at.matter)
    documents = list(
        Document.objects.filter(matter=at.matter, state__in=[Document.ISSUED, Document.VOID], file__isnull=False)
        .select_related("file").order_by("id")
    )  # fmt: skip
    material = list(
        Attachment.objects.filter(matter=at.matter, withdrawn_at__isnull=True).select_related("file").order_by("id")
    )
    history = [
        {"seq": r.seq, "event": r.event, "on": r.on, "at": r.at, "role": r.role, "by": r.label, "data": dict(r.data)}
        for r in state.history
    ]
    yield "history.json", convert.as_json(history)
    yield "clocks.json", convert.as_json([convert.clock_out(c) for c in state.clocks])
    yield "parties.json", convert.as_json([convert.party_out(p) for p in at.parties])
    for doc in documents:
        assert doc.file is not None
        yield f"documents/{doc.pk:08d}-{content.safe_name(doc.title)}.pdf", _content(doc.file)
    for piece in material:
        yield f"material/{piece.folder.lower()}/{piece.pk:08d}-{piece.name}", _content(piece.file)


def _content(file: StoredFile) -> IO[bytes]:
    return storage.open_verified(storage.key_for(file.sha256))
