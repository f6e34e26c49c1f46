"""Files that come in at the desk: looked at, stored by content, entered into the file of a matter or a draft."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from xiezhi.kernel.calendar import clock as wall
from xiezhi.kernel.documents import content, storage
from xiezhi.kernel.documents.content_errors import Rejected
from xiezhi.kernel.documents.models import Attachment, StoredFile
from xiezhi.kernel.procedures.models import Draft, Matter

__all__ = ["Said", "take"]


@dataclass(frozen=True)
class Said:
    """What became of one file, in words."""

    ok: bool
    text: str
    attachment: Attachment | None = None


def take(
    files: Iterable[UploadedFile], *, role: str, by: str, matter: Matter | None = None, draft: Draft | None = None,
    folder: str = "FILE", kind: str = "OTHER", scanned: bool = False, purpose: str = "",
) -> Iterator[Said]:  # fmt: skip
    """Store each file and say what happened to it; one bad file does not keep the others out."""
    for file in files:
        try:
            seen = content.inspect(file.file, file.name or "", file.content_type or "")
        except Rejected as error:
            yield Said(False, f"“{file.name}”没有上传：{error}")
            continue
        key = storage.put(file.file)
        with transaction.atomic():
            stored, _ = StoredFile.objects.get_or_create(
                sha256=key, defaults={"size": seen.size, "media_type": seen.media_type}
            )
            kept = Attachment.objects.create(
                matter=matter, draft=draft, file=stored, name=seen.safe_name[:180], kind=kind, folder=folder,
                submitted_role=role, submitted_by=by, submitted_on=wall.today(), purpose=purpose[:300], scanned=scanned,
            )  # fmt: skip
        notes = "；".join(w.message_zh for w in seen.warnings)
        yield Said(True, f"已上传“{kept.name}”{'（' + notes + '）' if notes else ''}", kept)
