"""Uploads of both faces: looked at, stored by content, kept as material of a draft or a matter."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from xiezhi.kernel.calendar import clock as wall
from xiezhi.kernel.documents import content, storage
from xiezhi.kernel.documents.models import Attachment, StoredFile
from xiezhi.kernel.procedures.declare import Field, Kind
from xiezhi.kernel.procedures.forms import Problem
from xiezhi.kernel.procedures.models import Draft, Matter

__all__ = ["describe", "keep", "take_fields"]

MOST_FILES = 60
"""Files in one draft; more are handed in at the counter or in a second supplement."""


@transaction.atomic
def keep(
    files: Iterable[UploadedFile[Any]],
    *,
    role: str,
    by: str,
    draft: Draft | None = None,
    matter: Matter | None = None,
    kind: str = "OTHER",
    folder: str = "FILE",
) -> tuple[list[Attachment], list[str]]:
    """Keep uploads that may be kept. Returns them and, for each refused one, a sentence that says what to do."""
    kept: list[Attachment] = []
    refused: list[str] = []
    for upload in files:
        name = str(upload.name or "")
        try:
            seen = content.inspect(upload, name, str(upload.content_type or ""))
        except content.Rejected as problem:
            refused.append(f"{content.safe_name(name)}：{problem.message_zh}")
            continue
        upload.seek(0)
        storage.put(upload)
        stored, _ = StoredFile.objects.get_or_create(
            sha256=seen.sha256, defaults={"size": seen.size, "media_type": seen.media_type}
        )
        kept.append(Attachment.objects.create(
            matter=matter, draft=draft, file=stored, name=seen.safe_name[:180], kind=kind, folder=folder, submitted_role=role[:32],
            submitted_by=by[:64], submitted_on=wall.today(),
        ))  # fmt: skip
    return kept, refused


def take_fields(
    fields: Iterable[Field], raw: dict[str, Any], uploads: Any, *, draft: Draft, role: str, by: str
) -> list[Problem]:
    """Keep what was uploaded under each FILES field and put the ids into `raw`; ids of other drafts are dropped."""
    problems: list[Problem] = []
    declared = [f for f in fields if f.kind is Kind.FILES]
    if not declared:
        return problems
    own = {
        str(pk) for pk in Attachment.objects.filter(draft=draft, withdrawn_at__isnull=True).values_list("pk", flat=True)
    }
    for one in declared:
        ids = [v for v in raw.get(one.name, ()) if v in own]
        sent = uploads.getlist(one.name) if uploads is not None else []
        if len(own) + len(sent) > MOST_FILES:
            problems.append(
                Problem("TOO_MANY_FILES", f"一次最多上传{MOST_FILES}个文件，其余的可以在提交之后补充", one.name)
            )
            sent = []
        kept, refused = keep(sent, role=role, by=by, draft=draft, kind=one.name[:24])
        ids += [str(a.pk) for a in kept]
        problems += [Problem("FILE_REFUSED", text, one.name) for text in refused]
        # What was taken out again must not travel with the draft when it becomes a matter.
        Attachment.objects.filter(draft=draft, kind=one.name[:24], withdrawn_at__isnull=True).exclude(
            pk__in=[int(i) for i in ids]
        ).update(withdrawn_at=wall.now())
        raw[one.name] = ids
        if not ids:
            raw.pop(one.name)
    return problems


def describe(draft: Draft | None = None, matter: Matter | None = None) -> dict[str, dict[str, Any]]:
    """Kept uploads by id, for `ui.forms.build_form(files=...)`."""
    rows = Attachment.objects.filter(withdrawn_at__isnull=True).select_related("file")
    rows = rows.filter(draft=draft) if draft is not None else rows.filter(matter=matter)
    return {str(a.pk): {"id": a.pk, "name": a.name, "size": a.file.size} for a in rows}
