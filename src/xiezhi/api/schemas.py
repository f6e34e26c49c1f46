"""What the API takes and gives. Personal data appear only where the caller's role and purpose allow them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
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


class DocumentOut(Schema):
    id: int
    title: str
    number: str | None
    state: str
    issued_on: date | None
    render_state: str
    verify_code: str | None


class PartyOut(Schema):
    role: str
    kind: str
    name: str


class EventIn(Schema):
    data: dict[str, Any] = Field(default_factory=dict, description="The event's form; see the procedure's description")
    on: date | None = Field(None, description="Day of the event where the procedure allows one before today")
    expected_seq: int | None = Field(
        None, ge=0, le=2_000_000_000, description="History length you have seen; 409 if it has grown"
    )
    request_key: str | None = Field(None, min_length=8, max_length=80, description="Makes a repeated request act once")


class EventDone(Schema):
    matter: MatterOut
    repeated: bool
    recorded: list[str]
    documents: list[str]


class FilingIn(Schema):
    answers: dict[str, Any] = Field(description="The filing form; see the procedure's description")
    request_key: str | None = Field(None, min_length=8, max_length=80)


class CountIn(Schema):
    start: date
    length: int = Field(ge=1, le=36600)
    unit: str = Field(pattern="^(CD|WD|MO|YR)$")
    spells: list[tuple[date, date | None]] = Field(default_factory=list, max_length=50)
    extensions: list[int] = Field(default_factory=list, max_length=10, description="Further units of the same kind")
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


class MeOut(Schema):
    ref: str
    kind: str
    name: str
    roles: list[str]
    unit: str
