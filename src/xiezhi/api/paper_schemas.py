"""What the API takes and gives of files, documents, drafts and deliveries."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Field, Schema

from xiezhi.api.problems import Problem

DAY = Annotated[date, Field(ge=date(1949, 10, 1), le=date(2999, 12, 31))]


class AttachmentOut(Schema):
    id: int
    name: str
    media_type: str
    size: int = Field(description="Bytes")
    sha256: str
    kind: str
    folder: str
    submitted_role: str
    submitted_on: date
    event_seq: int | None = Field(description="The event it was handed in with")
    restricted: str
    late: bool
    warnings: list[str] = Field(default_factory=list, description="What to mind about this file, after an upload")


class DocumentOut(Schema):
    id: int
    title: str
    number: str | None
    state: str = Field(description="DRAFT, REVIEW, APPROVED, SIGNED, ISSUED or VOID")
    issued_on: date | None
    render_state: str
    verify_code: str | None


class SummaryLine(Schema):
    label: str
    text: str


class SummaryNext(Schema):
    what: str
    until: date | None
    basis: str
    missed: str = Field(description="What follows when the day is missed")


class SummaryOut(Schema):
    """English, for information only: the Chinese document alone has legal effect."""

    title: str
    chinese: str = Field(description="Title of the document itself")
    number: str
    issued_on: date | None
    organ: str
    matter: str
    procedure: str
    decided: str
    told: str
    outcome: list[SummaryLine]
    next_steps: list[SummaryNext]
    verify_code: str
    verify_url: str
    revoked: str
    as_of: date
    note: str


class FieldOut(Schema):
    name: str
    label: str
    type: str
    required: bool
    basis: str


class DocumentDetail(DocumentOut):
    matter: UUID
    template: str
    template_version: int
    body: str = Field(description="Text of the draft in the editor's HTML")
    fields: dict[str, Any]
    fields_declared: list[FieldOut]
    revision: int = Field(description="Send it back when saving")
    drafted_by: str
    reviewed_by: str
    signed_by: str
    return_reason: str
    may: list[str] = Field(
        description="What the caller may do now: edit, submit, approve, send_back, sign, revoke, serve"
    )
    why_not: str
    render_error: str


class RevisionOut(Schema):
    id: int
    revision: int
    action: str
    by_label: str
    note: str
    at: datetime
    body: str
    fields: dict[str, Any]


class DocumentIn(Schema):
    title: str = Field(max_length=80, description="Title or short title of a template")
    body: str = Field("", max_length=1_000_000)


class DocumentSave(Schema):
    body: str = Field(max_length=1_000_000)
    fields: dict[str, Any] = Field(default_factory=dict)
    revision: int = Field(ge=0, le=2_000_000_000, description="The revision you have seen")
    autosave: bool = False


class Version(Schema):
    revision: int
    body: str
    fields: dict[str, Any]


class DraftConflict(Problem):
    """Somebody saved meanwhile: their version and yours, so that nothing is lost."""

    theirs: Version | None = None
    yours: Version | None = None


class Reason(Schema):
    reason: str = Field(max_length=500)


class DeliveryIn(Schema):
    party: int | None = Field(
        None, ge=1, le=2**62, description="Id of the party; none for a public notice to unknown persons"
    )
    method: Literal["DIRECT", "LEFT", "ELECTRONIC", "POST", "ENTRUSTED", "TRANSFER", "PUBLIC_NOTICE"]
    sent_on: DAY
    served_on: DAY | None = None
    reason: str = Field("", max_length=300)
    witnesses: str = Field("", max_length=200)
    proof: int | None = Field(None, ge=1, le=2**62, description="Id of an attachment of the matter")


class DeliveryOut(Schema):
    id: int
    document: int
    party: int | None
    party_name: str
    method: str
    sent_on: date
    served_on: date | None
    reason: str
    witnesses: str
    proof: int | None


class FormDraftIn(Schema):
    procedure: str = Field(max_length=16)
    event: str = Field(max_length=40)
    matter: UUID | None = Field(None, description="Absent for an application that is not filed yet")
    data: dict[str, Any] = Field(default_factory=dict)


class FormDraftSave(Schema):
    data: dict[str, Any]
    revision: int = Field(ge=0, le=2_000_000_000, description="The revision you have seen")


class FormDraftOut(Schema):
    code: str
    procedure: str
    event: str
    matter: UUID | None
    seen_seq: int
    revision: int
    data: dict[str, Any]
    attachments: list[AttachmentOut]
    updated_at: datetime


class FormDraftConflict(Problem):
    """Another window saved meanwhile: their version and yours."""

    theirs: FormDraftOut | None = None
    yours: dict[str, Any] | None = None
