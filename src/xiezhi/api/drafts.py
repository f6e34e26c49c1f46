"""草稿: forms saved before they are sent, with their uploads; one owner, resumed anywhere."""

from __future__ import annotations

import secrets
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from ninja import File, Form, Path, Query, Router, UploadedFile

from xiezhi.api import files
from xiezhi.api.common import MATTER_ACT, ROW_ID, Text, at_matter, caller, pick, require
from xiezhi.api.paper_schemas import AttachmentOut, FormDraftConflict, FormDraftIn, FormDraftOut, FormDraftSave
from xiezhi.api.problems import ERRORS, answer
from xiezhi.kernel.access.guards import guard
from xiezhi.kernel.calendar import clock as wall
from xiezhi.kernel.documents.models import Attachment
from xiezhi.kernel.documents.verify import ALPHABET
from xiezhi.kernel.procedures import registry
from xiezhi.kernel.procedures.core import may_act
from xiezhi.kernel.procedures.models import Draft
from xiezhi.kernel.sealing import Unreadable, seal, unseal

router = Router(tags=["草稿"])
CODE = Path(..., max_length=24, description="草稿编号")
MOST_FILES = 60
MOST_DRAFTS = 200


def own(request: HttpRequest) -> QuerySet[Draft]:
    """The caller's drafts."""
    return Draft.objects.filter(account_id=caller(request).account_id).select_related("matter")


def find(request: HttpRequest, code: str) -> Draft:
    """One draft of the caller's. Raises Http404."""
    if "\x00" in code:
        raise Http404
    found: Draft = pick(own(request), code=code)
    return found


def content_of(draft: Draft) -> dict[str, Any]:
    """What was typed. Portal drafts keep answers by step; they are given as they are."""
    try:
        value = unseal(draft.sealed, context="draft")
    except Unreadable:
        return {}
    if not isinstance(value, dict):
        return {}
    found = value.get("answers", value) if "request_key" in value else value
    return dict(found) if isinstance(found, dict) else {}


def out(draft: Draft) -> dict[str, Any]:
    rows = Attachment.objects.filter(draft=draft, withdrawn_at__isnull=True).select_related("file").order_by("id")
    names = ("code", "procedure", "event", "seen_seq", "revision", "updated_at")
    return {n: getattr(draft, n) for n in names} | {
        "matter": draft.matter.public_id if draft.matter else None, "data": content_of(draft),
        "attachments": [files.out(a) for a in rows],
    }  # fmt: skip


@router.get("/drafts", response={200: list[FormDraftOut], **ERRORS}, operation_id="list_drafts")
@guard(MATTER_ACT)
def list_drafts(request: HttpRequest, size: int = Query(20, ge=1, le=100)) -> list[dict[str, Any]]:
    """草稿目录. The caller's own, newest first."""
    return [out(d) for d in own(request).order_by("-updated_at", "-id")[:size]]


@router.post("/drafts", response={200: FormDraftOut, **ERRORS}, operation_id="create_draft")
@guard(MATTER_ACT)
def create_draft(request: HttpRequest, body: FormDraftIn) -> Any:
    """新建草稿. For an event of a matter, or for an application that is not filed yet."""
    who = caller(request)
    require(not who.admin_role, "管理员不参与办件")
    matter, seq = None, 0
    if body.matter is not None:
        at = at_matter(request, body.matter)
        matter, seq = at.matter, at.matter.seq
        event = registry.get(matter.procedure, matter.version).events.get(body.event)
        if event is None or matter.procedure != body.procedure:
            raise Http404
        require(may_act(event, at.actor) is not None, "您在本件中的身份不能办理这一事项")
    else:
        try:
            if body.event not in registry.get(body.procedure).events:
                raise Http404
        except LookupError:
            raise Http404 from None
    require(own(request).count() < MOST_DRAFTS, f"草稿已有{MOST_DRAFTS}份，请先删去不用的")
    draft = Draft.objects.create(
        code=f"CG-{_random(4)}-{_random(8)}", account_id=who.account_id, procedure=body.procedure, event=body.event,
        matter=matter, seen_seq=seq, sealed=seal(body.data, context="draft"),
    )  # fmt: skip
    return out(draft)


def _random(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


@router.get("/drafts/{code}", response={200: FormDraftOut, **ERRORS}, operation_id="get_draft")
@guard(MATTER_ACT)
def get_draft(request: HttpRequest, code: str = CODE) -> dict[str, Any]:
    """草稿."""
    return out(find(request, code))


@router.put("/drafts/{code}", response={200: FormDraftOut, **ERRORS, 409: FormDraftConflict}, operation_id="save_draft")
@guard(MATTER_ACT)
def save_draft(request: HttpRequest, body: FormDraftSave, code: str = CODE) -> Any:
    """保存草稿. Saving over a revision you have not seen gives 409 with both versions."""
    found = find(request, code)
    with transaction.atomic():
        locked = Draft.objects.select_for_update().get(pk=found.pk)
        if locked.revision == body.revision:
            locked.sealed, locked.revision = seal(body.data, context="draft"), locked.revision + 1
            locked.save(update_fields=["sealed", "revision", "updated_at"])
            return out(find(request, code))
    theirs = FormDraftOut.model_validate(out(find(request, code))).model_dump(mode="json")
    said = "另一个窗口已经保存过这份草稿。两个版本都在回答中，请合并后用最新修订号再存"
    return answer(409, "draft-conflict", "草稿已有新的修订", said, more={"theirs": theirs, "yours": body.data})


@router.delete("/drafts/{code}", response={200: FormDraftOut, **ERRORS}, operation_id="delete_draft")
@guard(MATTER_ACT)
def delete_draft(request: HttpRequest, code: str = CODE) -> dict[str, Any]:
    """删除草稿. Its uploads lose their owner and are swept away."""
    found = find(request, code)
    last = out(found)
    drop(found)
    return last


def drop(draft: Draft) -> None:
    """End a draft; uploads that were not handed in are withdrawn."""
    with transaction.atomic():
        Attachment.objects.filter(draft=draft).update(draft=None, withdrawn_at=wall.now())
        Draft.objects.filter(pk=draft.pk).delete()


@router.post("/drafts/{code}/attachments", response={200: AttachmentOut, **ERRORS}, operation_id="upload_to_draft")
@guard(MATTER_ACT)
def upload_to_draft(
    request: HttpRequest,
    code: str = CODE,
    file: UploadedFile = File(..., description="At most 200 MiB; the kind is told by its content"),
    kind: Text = Form("OTHER", max_length=24, description="Name of the form's field that it belongs to"),
    purpose: Text = Form("", max_length=300),
) -> Any:
    """上传到草稿. Name the ids in the form's FILES field and send the form with `draft`."""
    found = find(request, code)
    if Attachment.objects.filter(draft=found, withdrawn_at__isnull=True).count() >= MOST_FILES:
        return answer(422, "too-many-files", "文件太多", f"一次最多上传{MOST_FILES}个文件，其余的可以在提交之后补充")
    who = caller(request)
    role = "applicant"
    if found.matter is not None:
        roles = at_matter(request, found.matter.public_id).actor.roles
        event = registry.get(found.matter.procedure, found.matter.version).events[found.event]
        role = next((r.code for r in event.by if r.code in roles), role)
    elif who.staff_id is not None or who.held:
        role = "case_officer"
    row, warnings = files.keep(file, role=role, by=who.ref, draft=found, kind=kind, purpose=purpose)
    return files.out(row, warnings)


@router.delete(
    "/drafts/{code}/attachments/{attachment}", response={200: AttachmentOut, **ERRORS}, operation_id="remove_from_draft"
)
@guard(MATTER_ACT)
def remove_from_draft(request: HttpRequest, code: str = CODE, attachment: int = ROW_ID) -> dict[str, Any]:
    """从草稿移除文件."""
    rows = Attachment.objects.filter(draft=find(request, code), withdrawn_at__isnull=True).select_related("file")
    found = pick(rows, pk=attachment)
    Attachment.objects.filter(pk=found.pk).update(withdrawn_at=wall.now())
    return files.out(found)
