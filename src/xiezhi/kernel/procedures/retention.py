"""销毁: forgetting a matter that was kept long enough, without breaking history or ledger.

History stays: which event happened when, and that the file was destroyed, by whom. What says anything about a person
goes: payloads, sealed party data, names, texts of documents, material, and the salts without which a ledger entry
means nothing to anybody. Deletion of payloads, salts and revisions uses the eraser's connection, the only role that may.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.core.files.storage import default_storage
from django.db import IntegrityError, connections, transaction
from django.db.models import Model, ProtectedError

from xiezhi.kernel.documents import storage
from xiezhi.kernel.documents.models import Attachment, Delivery, Document, DocumentRevision, StoredFile
from xiezhi.kernel.ledger.models import Salt
from xiezhi.kernel.notices.models import Notice
from xiezhi.kernel.procedures.models import EventPayload, Matter, MatterEvent, Party

__all__ = ["ERASED", "Erased", "erase", "forget_also", "sweep_uploads"]

ERASED = "（已销毁）"


@dataclass(frozen=True)
class Erased:
    """What was destroyed, in numbers; kept with the destruction record."""

    payloads: int
    salts: int
    parties: int
    documents: int
    files: int
    notices: int


def erase(matter: Matter) -> Erased:
    """Forget a matter's persons for good. Its state must already say that it is destroyed; repeating it finds nothing.

    Raises ValueError for a matter that was not approved for destruction.
    """
    if matter.state != "DESTROYED":
        raise ValueError("only a matter approved for destruction can be erased")
    with transaction.atomic():
        kept = list(Document.objects.filter(matter=matter).values_list("pk", "file_id"))
        documents = [pk for pk, _ in kept]
        files = {f for _, f in kept if f} | set(
            Attachment.objects.filter(matter=matter).values_list("file_id", flat=True)
        )
        Delivery.objects.filter(document_id__in=documents).update(proof=None, witnesses="", reason="")
        Attachment.objects.filter(matter=matter).delete()
        Document.objects.filter(pk__in=documents).update(
            body="", fields={}, file=None, render_state=Document.NONE, return_reason="", frozen={"erased": True}
        )
        parties = Party.objects.filter(matter=matter).update(
            name=ERASED, sealed=None, detail={}, person=None, organization=None, account=None
        )
        notices, _ = Notice.objects.filter(matter=matter).delete()
        matter.parties_line, matter.subject, matter.facts = "", ERASED, _plain(matter.facts)
        matter.save(update_fields=["parties_line", "subject", "facts", "updated_at"])
    payloads, salts = _forget(matter, documents)
    return Erased(payloads, salts, parties, len(documents), _drop(sorted(files)), notices)


def sweep_uploads(before: date, *, limit: int = 1000) -> int:
    """Forget uploads that belong neither to a draft nor to a matter any more, brought in before that day.

    They are what a deleted draft leaves behind, often papers of identity. Returns how many contents were deleted.
    """
    with transaction.atomic():
        rows = Attachment.objects.filter(matter__isnull=True, draft__isnull=True, submitted_on__lt=before)
        found = dict(rows.order_by("id").values_list("pk", "file_id")[:limit])
        Attachment.objects.filter(pk__in=found, matter__isnull=True, draft__isnull=True).delete()
    return _drop(sorted(set(found.values())))


_FURTHER: list[tuple[type[Model], str]] = []


def forget_also(model: type[Model], column: str = "matter_id") -> None:
    """Rows of a function that hold persons of a matter (`eraser_only_delete`): they go when the matter is erased.

    Raises ValueError for a model the eraser has no right to.
    """
    if not getattr(model, "eraser_only_delete", False):
        raise ValueError(f"{model.__name__} is not declared eraser_only_delete")
    if (model, column) not in _FURTHER:
        _FURTHER.append((model, column))


def _plain(facts: dict[str, object]) -> dict[str, object]:
    """Facts that say nothing of a person: codes, days and numbers of the procedure."""
    return {k: v for k, v in facts.items() if isinstance(v, bool | int | None) or (isinstance(v, str) and len(v) <= 24)}


def _forget(matter: Matter, documents: Sequence[int]) -> tuple[int, int]:
    """Delete through the eraser's connection; the application role has no right to."""
    using = "eraser"
    events = list(MatterEvent.objects.filter(matter=matter).values_list("pk", flat=True))
    keys = [f"{matter.pk}/{seq}" for seq in range(1, matter.seq + 1)]
    with transaction.atomic(using=using):
        payloads = _delete(using, EventPayload._meta.db_table, "event_id = ANY(%s)", [events])
        salts = _delete(using, Salt._meta.db_table, "object_type = 'event' AND object_id = ANY(%s)", [keys])
        salts += _delete(
            using,
            Salt._meta.db_table,
            "object_type = 'document' AND object_id = ANY(%s)",
            [[str(d) for d in documents]],
        )
        salts += _delete(
            using, Salt._meta.db_table, "object_type = 'file' AND object_id = ANY(%s)", [[str(d) for d in documents]]
        )
        for model, column in _FURTHER:
            _delete(using, model._meta.db_table, f'"{column}" = ANY(%s)', [[matter.pk]])
        _delete(using, DocumentRevision._meta.db_table, "document_id = ANY(%s)", [list(documents)])
    return payloads, salts


def _delete(using: str, table: str, where: str, values: list[list[int] | list[str]]) -> int:
    with connections[using].cursor() as cursor:
        cursor.execute(f'DELETE FROM "{table}" WHERE {where}', tuple(values))  # noqa: S608 - names from models
        return int(cursor.rowcount)


def _drop(files: Sequence[int]) -> int:
    """Delete stored bytes nobody else holds: the same content may be evidence elsewhere."""
    gone = 0
    for pk in files:
        try:
            with transaction.atomic():
                file = StoredFile.objects.select_for_update().get(pk=pk)
                held = Attachment.objects.filter(file=file).exists() or Document.objects.filter(file=file).exists()
                if held:
                    continue
                sha256 = file.sha256
                file.delete()
        except (StoredFile.DoesNotExist, ProtectedError, IntegrityError):
            continue
        default_storage.delete(storage.key_for(sha256))
        gone += 1
    return gone
