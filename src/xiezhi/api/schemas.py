"""What the API takes and gives. Personal data appear only where the caller's role and purpose allow them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from ninja import Field, Schema


class ProcedureOut(Schema):
    code: str
    title: str
    version: int
    in_force_from: date
    in_force_to: date | None
    source: str


class EventOut(Schema):
    code: str
    title: str
    sources: list[str]
    target: str
    by: list[str]
    basis: str
    form: dict[str, Any]


class TermOut(Schema):
    id: str
    title: str
    unit: str
    length: int | None = Field(None, description="None where it depends on the matter")
    basis: str
    on_lapse: str


class ProcedureDetail(ProcedureOut):
    states: dict[str, str]
    roles: dict[str, str]
    events: list[EventOut]
    terms: list[TermOut]


class MatterOut(Schema):
    id: UUID
    number: str
    intake_no: str
    case_no: str | None
    procedure: str
    state: str
    state_title: str
    open: bool
    seq: int = Field(description="Length of the history; send it as expected_seq with the next event")
    track: str
    kind: str
    channel: str
    outcome: str
    subject: str
    handling_unit: str
    opened_on: date
    closed_on: date | None
    next_step: str
    due_term: str
    due_nominal: date | None
    due_legal: date | None
    due_provisional: bool
    held: bool


class MatterPage(Schema):
    items: list[MatterOut]
    next: str = Field(description="Cursor of the next page, empty at the end")


class StepOut(Schema):
    text: str
    basis: str
    date: date


class ClockOut(Schema):
    term: str
    title: str
    number: int
    status: str
    started_on: date
    nominal: date | None
    legal: date | None
    met_on: date | None
    provisional: bool
    basis: str
    on_lapse: str
    reasons: list[StepOut]


class HistoryOut(Schema):
    seq: int
    event: str
    title: str
    on: date
    at: datetime
    role: str
    data: dict[str, Any]
    basis: str


class ActionOut(Schema):
    event: str
    title: str
    open: bool
    role: str
    reasons: list[dict[str, str]]
    form: dict[str, Any]


class PartyOut(Schema):
    id: int
    role: str
    kind: str
    name: str
    unit: str
    acts_for: int | None = Field(description="Id of the party this one acts for")
    e_service: bool = Field(description="Agreed to electronic service")
    valid_from: date
    valid_to: date | None


class PartyDetail(PartyOut):
    details: dict[str, Any] = Field(description="What is personal beyond the name")


class OfficerOut(Schema):
    staff: int
    name: str
    lead: bool
    valid_from: date
    valid_to: date | None


class LinkOut(Schema):
    kind: str
    matter: UUID
    number: str
    on: date


class PersonalOut(Schema):
    seq: int
    data: dict[str, Any] = Field(description="What the event said about persons; empty once erased")


class EventIn(Schema):
    data: dict[str, Any] = Field(default_factory=dict, description="The event's form; see the procedure's description")
    on: date | None = Field(None, description="Day of the event where the procedure allows one before today")
    expected_seq: int | None = Field(
        None, ge=0, le=2_000_000_000, description="History length you have seen; 409 if it has grown"
    )
    request_key: str | None = Field(None, min_length=8, max_length=80, description="Makes a repeated request act once")
    draft: str | None = Field(
        None, max_length=24, description="Draft whose uploads go into the file; it ends with the event"
    )


class EventDone(Schema):
    matter: MatterOut
    repeated: bool
    recorded: list[str]
    documents: list[str]


class FilingIn(Schema):
    answers: dict[str, Any] = Field(description="The filing form; see the procedure's description")
    request_key: str | None = Field(None, min_length=8, max_length=80, description="Makes a repeated request act once")
    draft: str | None = Field(
        None, max_length=24, description="Draft whose uploads go into the file; it ends with the filing"
    )


class CountIn(Schema):
    start: date
    length: int = Field(ge=1, le=36600)
    unit: str = Field(pattern="^(CD|WD|MO|YR)$")
    spells: list[tuple[date, date | None]] = Field(default_factory=list, max_length=50)
    extensions: list[Annotated[int, Field(ge=1, le=36600)]] = Field(
        default_factory=list, max_length=10, description="Further units of the same kind"
    )
    roll: bool = True


class CountOut(Schema):
    nominal: date | None
    legal: date | None
    held_since: date | None
    provisional: bool
    reasons: list[StepOut]


class UnitOut(Schema):
    id: int
    name: str
    level: str
    kind: str
    parent_id: int | None


class NoticeOut(Schema):
    id: int
    title: str
    text: str
    created_at: datetime
    read_at: datetime | None


class ReadingOut(Schema):
    at: datetime
    action: str
    unit: str
    role: str
    purpose: str


class VerifyOut(Schema):
    status: str = Field(description="valid, revoked or unknown")
    title: str = ""
    number: str = ""
    unit: str = ""
    issued_on: date | None = None
    revoked_on: date | None = None


class FigureOut(Schema):
    metric: str
    month: date
    n: int


class FiguresOut(Schema):
    unit: int
    upto: datetime | None
    rows: list[FigureOut]
    now: dict[str, int]


class ServiceOut(Schema):
    name: str
    unit: str
    scopes: list[str]
    purposes: list[str]
    expires_at: datetime
    token_hint: str


class MeOut(Schema):
    ref: str
    kind: str
    name: str
    roles: list[str]
    unit: str
    scopes: dict[str, bool] = Field(description="Scopes of the API, and whether the caller's token covers them")
    service: ServiceOut | None = Field(None, description="The service account, where a token asks")


class SignatureOut(Schema):
    signer: str
    good: bool


class FileCheckOut(Schema):
    status: str = Field(description="valid, revoked, changed (signed here but altered) or unknown")
    title: str = ""
    number: str = ""
    unit: str = ""
    issued_on: date | None = None
    revoked_on: date | None = None
    signatures: list[SignatureOut] = []


class CalendarYearOut(Schema):
    year: int
    published: bool
    version: str
    notice_no: str


class CalendarDayOut(Schema):
    date: date
    kind: str = Field(description="WORK, REST, HOLIDAY or MAKEUP")
    name: str


class TreeNode(Schema):
    id: int
    name: str
    level: str
    kind: str
    parent_id: int | None


class PersonOut(Schema):
    uid: UUID
    name: str = Field(description="Masked unless the caller handles a matter of the person")
    id_type: str
    id_no: str = Field(description="Masked")
    phone: str = Field(description="Masked")


class StaffOut(Schema):
    id: int
    name: str
