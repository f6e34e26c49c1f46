"""证据 and 阅卷: material with what the law makes of it, and the file as a party may read it (L 43-47, R 47, R 49)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import IO, Any

from django.db import transaction
from django.db.models import Q

from xiezhi.kernel.calendar import clock as wall
from xiezhi.kernel.documents import content, storage
from xiezhi.kernel.documents.models import Attachment, Document, StoredFile
from xiezhi.kernel.documents.policies import closed_to_others
from xiezhi.kernel.procedures import registry, store
from xiezhi.kernel.procedures import services as procedures
from xiezhi.kernel.procedures.clocks import Status
from xiezhi.kernel.procedures.core import Actor, Refused
from xiezhi.kernel.procedures.forms import Problem
from xiezhi.kernel.procedures.models import Matter

from . import codes
from .citations import L, R

__all__ = ["Reading", "file_for_reading", "keep_file", "record_reading_of_file", "restrict", "upload_evidence"]

SUBMITTER = {
    "applicant": "APPLICANT", "agent": "APPLICANT", "guardian": "APPLICANT", "representative": "APPLICANT",
    "third_party": "THIRD_PARTY", "respondent": "RESPONDENT",
}  # fmt: skip
RESTRICTED = {"STATE": "国家秘密", "BUSINESS": "商业秘密", "PRIVACY": "个人隐私", "SAFETY": "可能危及安全稳定"}
READERS = ("applicant", "agent", "guardian", "representative", "third_party")
OFFICE_ONLY = ("结案审批表", "案卷目录", "视为受理记录", "视为放弃记录", "查阅记录")


def keep_file(file: IO[bytes], name: str, declared_type: str = "") -> tuple[StoredFile, content.Inspected]:
    """Look at an upload and store its bytes by content. Raises Refused in words a person understands."""
    try:
        seen = content.inspect(file, name, declared_type)
    except content.Rejected as no:
        raise Refused([Problem("FILE", str(no), "file")]) from None
    file.seek(0)
    storage.put(file)
    kept, _ = StoredFile.objects.get_or_create(
        sha256=seen.sha256, defaults={"size": seen.size, "media_type": seen.media_type}
    )
    return kept, seen


def _role(actor: Actor) -> str:
    return next((r for r in ("respondent", *READERS) if r in actor.roles), "case_officer")


def _late(matter: Matter, on: date) -> bool:
    """Whether the respondent's time to reply and prove was over on that day (L 70)."""
    declared = registry.get(matter.procedure, matter.version)
    view = store.view(declared, store.history(matter.pk), matter)
    view.calendar = store.calendar()
    for term in ("RC-REPLY-ORD", "RC-REPLY-SIM"):
        clock = view.clock(term, wall.now())
        if clock is not None and clock.legal is not None and clock.status is not Status.CANCELLED:
            return on > clock.legal
    return False


def upload_evidence(
    matter: Matter,
    actor: Actor,
    file: IO[bytes] | Attachment,
    *,
    code: str,
    name: str = "",
    purpose: str = "",
    confidentiality: str = "NONE",
    self_collected: bool = False,
    withheld_earlier: bool = False,
    new_points: bool = False,
    office_agrees: bool = False,
    on: date | None = None,
    at: datetime | None = None,
    request_key: str | None = None,
) -> Attachment:
    """提交证据: the event and the material, marked as late or restricted where it is.

    `code` is a kind of `codes.EVIDENCE`. What a respondent collected by itself after the filing is refused (L 46); what
    an applicant withheld earlier without reason is kept and marked (R 47). Raises Refused.
    """
    at = at or wall.now()
    if code not in codes.EVIDENCE:
        raise Refused([Problem("EVIDENCE_KIND", "请选择证据种类", "code", L(43))])
    role = _role(actor)
    day = on or at.date()
    with transaction.atomic():
        if isinstance(file, Attachment):
            item = Attachment.objects.select_for_update().get(pk=file.pk)
            if item.matter_id not in (None, matter.pk):
                raise Refused([Problem("FILE", "该文件属于另一件办件，请重新上传", "file")])
        else:
            kept, seen = keep_file(file, name or getattr(file, "name", "证据"))
            item = Attachment(file=kept, name=name or seen.safe_name)
        item.matter, item.kind, item.purpose = matter, code, purpose[:300]
        item.submitted_role, item.submitted_by, item.submitted_on = role, actor.ref, day
        item.late = role == "respondent" and _late(matter, day)
        item.restricted = confidentiality if confidentiality in RESTRICTED else ""
        if withheld_earlier and role in READERS:
            item.inadmissible = "行政程序中无正当理由未提供"
        data: dict[str, Any] = {
            "submitted_by": SUBMITTER.get(role, "OFFICE"), "evidence_kind": code, "confidentiality": confidentiality,
            "purpose": purpose, "self_collected_after_filing": self_collected or None, "new_points_raised": new_points or None,
            "office_agrees": office_agrees or None, "withheld_earlier": withheld_earlier or None,
        }  # fmt: skip
        item.save()
        done = procedures.fire_event(
            matter.pk, "evidence_added", actor, {**{k: v for k, v in data.items() if v}, "attachments": [str(item.pk)]},
            on=day, at=at, request_key=request_key,
        )  # fmt: skip
        if done.repeated:
            item.delete() if item.event_seq is None else None
            return Attachment.objects.filter(matter=matter, file=item.file).order_by("id").first() or item
        item.event_seq = done.seq
        item.save(update_fields=["event_seq"])
    return item


def restrict(item: Attachment, reason: str) -> Attachment:
    """限制查阅: keep a piece of the file from the parties for a reason of L 47; empty lifts it."""
    if reason and reason not in RESTRICTED:
        raise Refused(
            [Problem("RESTRICTION", f"限制查阅的理由只能是：{'、'.join(RESTRICTED.values())}", "restricted", L(47))]
        )
    item.restricted = reason
    item.save(update_fields=["restricted"])
    return item


@dataclass(frozen=True)
class Reading:
    """The file as one side may read it; `withheld` says how many pieces are kept back and for which reasons."""

    attachments: list[Attachment]
    documents: list[Document]
    withheld: Mapping[str, int] = field(default_factory=dict)


def file_for_reading(matter: Matter, role: str) -> Reading:
    """What a party may read and copy (L 47, R 49): never mediation, internal notes, drafts, or restricted material.

    The respondent reads what concerns its reply; the office reads everything.
    """
    items = Attachment.objects.filter(matter=matter, withdrawn_at__isnull=True).select_related("file").order_by("id")
    documents = Document.objects.filter(matter=matter).select_related("file").order_by("id")
    if role in ("case_officer", "office_head", "organ_head", "archivist"):
        return Reading(list(items), list(documents))
    withheld: dict[str, int] = {}
    shown = []
    for item in items.filter(folder="FILE"):
        if closed_to_others(item) and item.submitted_role != role:
            reason = RESTRICTED.get(item.restricted, item.restricted) or "个人身份证明材料"
            withheld[reason] = withheld.get(reason, 0) + 1
        else:
            shown.append(item)
    mediation = Q(template="reconsideration.mediation_agreement")
    issued = documents.filter(state__in=[Document.ISSUED, Document.VOID]).exclude(title__in=OFFICE_ONLY)
    if role not in (*READERS, "respondent"):
        issued = issued.exclude(mediation)
    return Reading(shown, list(issued), withheld)


def record_reading_of_file(
    matter: Matter,
    actor: Actor,
    materials: Iterable[str],
    *,
    copied: bool = False,
    on: date | None = None,
    request_key: str | None = None,
) -> None:
    """查阅、复制: the reading itself is an event with its record (R 49). `materials` are codes of the event's form."""
    reading = file_for_reading(matter, _role(actor))
    data: dict[str, Any] = {"materials": list(materials), "copied": copied}
    if reading.withheld:
        data |= {"restricted": True, "reason": "、".join(f"{reason}{n}份" for reason, n in reading.withheld.items())}
    if not data["materials"]:
        raise Refused([Problem("REQUIRED", "请选择查阅的材料", "materials", R(49))])
    procedures.fire_event(matter.pk, "file_read", actor, data, on=on, request_key=request_key)
