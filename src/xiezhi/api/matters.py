"""Operations on matters: file, list, read, act. Generic over all procedures."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest
from ninja import Query, Router

from xiezhi.api import convert
from xiezhi.api.problems import ERRORS
from xiezhi.api.schemas import (
    ActionOut,
    ClockOut,
    DocumentOut,
    EventDone,
    EventIn,
    FilingIn,
    HistoryOut,
    MatterOut,
    MatterPage,
    PartyOut,
)
from xiezhi.kernel.access import subject as subjects
from xiezhi.kernel.access.guards import LOGGED_IN, guard
from xiezhi.kernel.access.permissions import require
from xiezhi.kernel.access.reading import Object, record_reading
from xiezhi.kernel.access.subject import Subject
from xiezhi.kernel.documents.models import Document
from xiezhi.kernel.people.models import Person
from xiezhi.kernel.procedures import hooks, policies, registry, selectors, services
from xiezhi.kernel.procedures.models import Matter, Party

router = Router(tags=["办件"])


def _found(who: Subject, public_id: UUID) -> Matter:
    try:
        matter = selectors.by_public_id(public_id)
    except Matter.DoesNotExist:
        raise Http404 from None
    require(who, policies.MATTER_READ, matter)
    return matter


def _read(
    request: HttpRequest, who: Subject, matter: Matter, action: str = "READ", fields: tuple[str, ...] = ()
) -> list[Party]:
    """Parties of the matter, with the reading on record under the purpose the caller names (X-Purpose)."""
    parties = policies.parties_of(matter)
    persons = Person.objects.filter(pk__in=[p.person_id for p in parties if p.person_id])
    purpose = request.headers.get("X-Purpose", "") or _usual(who, matter, parties)
    record_reading(who, action, Object("procedures.matter", str(matter.public_id), matter.pk, matter.number), persons, purpose,
                   fields, purpose_text=request.headers.get("X-Purpose-Text", "")[:200], request=request)  # fmt: skip
    return parties


def _usual(who: Subject, matter: Matter, parties: list[Party]) -> str:
    """The purpose that follows from the caller's part in the matter; others must name theirs."""
    roles = policies.roles_in(who, matter, parties)
    if roles & {"applicant", "third_party", "representative", "guardian"}:
        return "OWN"
    if "agent" in roles:
        return "AGENCY"
    if "respondent" in roles:
        return "RESPOND"
    return "HANDLE" if roles else ""


def _scope(who: Subject, face: str) -> Any:
    match face:
        case "office":
            return policies.reach_q(who)
        case "authority":
            return policies.authority_q(who)
        case "own":
            return policies.party_q(who)
    return policies.mine_q(who)


@router.get("/matters", response={200: MatterPage, **ERRORS}, operation_id="list_matters")
@guard(LOGGED_IN)
def list_matters(
    request: HttpRequest,
    face: str = Query(
        "office",
        pattern="^(office|authority|own|mine)$",
        description="As whom: office, respondent's unit, party, handler",
    ),
    due: str = Query("all", pattern="^(all|late|today|week|later|held)$"),
    state: str = Query("", max_length=32),
    procedure: str = Query("", max_length=16),
    text: str = Query("", max_length=60, description="Number by its beginning, or a party's name"),
    sort: str = Query("due", pattern="^-?(due|opened)$"),
    open_only: bool = True,
    after: str = Query("", max_length=40),
    size: int = Query(40, ge=1, le=200),
) -> dict[str, Any]:
    """办件列表. Matters within reach, sorted by clock or day of receipt; `after` turns the page."""
    who = subjects.of_request(request)
    clean = text.replace("\x00", "")
    rows = selectors.queue(
        _scope(who, face), due=due, open_only=open_only, filters={"state": _plain(state), "procedure": _plain(procedure)},
        text=clean, sort=sort,
    )  # fmt: skip
    found = selectors.page(rows, after=after.replace("\x00", ""), size=size)
    return {"items": [convert.matter_out(m) for m in found.rows], "next": found.next}


def _plain(value: str) -> str:
    return value.replace("\x00", "")


@router.get("/matters/{public_id}", response={200: MatterOut, **ERRORS}, operation_id="get_matter")
@guard(LOGGED_IN)
def get_matter(request: HttpRequest, public_id: UUID) -> dict[str, Any]:
    """办件. Lapses that are due take effect first."""
    who = subjects.of_request(request)
    matter = _found(who, public_id)
    if services.settle_matter(matter.pk):
        matter = selectors.by_public_id(public_id)
    return convert.matter_out(matter)


@router.get("/matters/{public_id}/clocks", response={200: list[ClockOut], **ERRORS}, operation_id="get_clocks")
@guard(LOGGED_IN)
def get_clocks(request: HttpRequest, public_id: UUID) -> list[dict[str, Any]]:
    """时钟. Every clock with its reasons, article by article."""
    matter = _found(subjects.of_request(request), public_id)
    services.settle_matter(matter.pk)
    return [convert.clock_out(c) for c in selectors.matter_state(matter).clocks]


@router.get("/matters/{public_id}/history", response={200: list[HistoryOut], **ERRORS}, operation_id="get_history")
@guard(LOGGED_IN)
def get_history(request: HttpRequest, public_id: UUID) -> list[dict[str, Any]]:
    """历史. What happened, in order. Parties get what concerns them; the office gets everything."""
    who = subjects.of_request(request)
    matter = _found(who, public_id)
    state = selectors.matter_state(matter)
    inside = policies.MATTER_OFFICE.test(who, matter)
    out = []
    for r in state.history:
        event = state.procedure.events[r.event]
        if inside or event.plain:
            out.append({"seq": r.seq, "event": r.event, "title": event.title, "on": r.on, "at": r.at, "role": r.role,
                        "data": dict(r.data) if inside else {}, "basis": event.basis})  # fmt: skip
    return out


@router.get("/matters/{public_id}/actions", response={200: list[ActionOut], **ERRORS}, operation_id="get_actions")
@guard(LOGGED_IN)
def get_actions(request: HttpRequest, public_id: UUID) -> list[dict[str, Any]]:
    """可办事项. What the caller may do now, and what is closed with reason and article."""
    who = subjects.of_request(request)
    matter = _found(who, public_id)
    services.settle_matter(matter.pk)
    state = selectors.matter_state(matter)
    return [convert.action_out(o) for o in selectors.options(state, policies.actor_for(who, matter))]


@router.get("/matters/{public_id}/parties", response={200: list[PartyOut], **ERRORS}, operation_id="get_parties")
@guard(LOGGED_IN)
def get_parties(request: HttpRequest, public_id: UUID) -> list[dict[str, Any]]:
    """参加人. A recorded reading: send X-Purpose (and X-Purpose-Text) unless it follows from your part in the matter."""
    who = subjects.of_request(request)
    matter = _found(who, public_id)
    return [{"role": p.role, "kind": p.kind, "name": p.name} for p in _read(request, who, matter, fields=("name",))]


@router.get("/matters/{public_id}/documents", response={200: list[DocumentOut], **ERRORS}, operation_id="get_documents")
@guard(LOGGED_IN)
def get_documents(request: HttpRequest, public_id: UUID) -> list[dict[str, Any]]:
    """文书. Parties and respondents get issued documents; the office gets drafts as well."""
    who = subjects.of_request(request)
    matter = _found(who, public_id)
    rows = Document.objects.filter(matter=matter).order_by("id")
    if not policies.MATTER_OFFICE.test(who, matter):
        rows = rows.filter(state__in=[Document.ISSUED, Document.VOID])
    return [
        {n: getattr(d, n) for n in ("id", "title", "number", "state", "issued_on", "render_state", "verify_code")}
        for d in rows
    ]


@router.post("/matters/{public_id}/events/{event}", response={200: EventDone, **ERRORS}, operation_id="fire_event")
@guard(LOGGED_IN)
def fire_event(request: HttpRequest, public_id: UUID, event: str, body: EventIn) -> dict[str, Any]:
    """办理. The only way a matter changes. One transaction; refused with every reason at once."""
    who = subjects.of_request(request)
    matter = _found(who, public_id)
    done = services.fire_event(
        matter.pk, event, policies.actor_for(who, matter), body.data, on=body.on, expected_seq=body.expected_seq,
        request_key=body.request_key,
    )  # fmt: skip
    return _done(done, selectors.by_public_id(public_id))


def _done(done: services.Outcome, matter: Matter) -> dict[str, Any]:
    effects = done.effects
    return {
        "matter": convert.matter_out(matter), "repeated": done.repeated,
        "recorded": [r.event for r in effects.recorded] if effects else [], "documents": list(effects.documents) if effects else [],
    }  # fmt: skip


@router.post("/procedures/{code}/matters", response={200: EventDone, **ERRORS}, operation_id="file_matter")
@guard(LOGGED_IN)
def file_matter(request: HttpRequest, code: str, body: FilingIn) -> dict[str, Any]:
    """提出申请. Files a matter for the caller (a citizen's own, or by the office's counter); see the procedure's filing form."""
    who = subjects.of_request(request)
    try:
        registry.get(code)
    except LookupError:
        raise Http404 from None
    file = hooks.of(code).file
    if file is None:
        raise Http404
    at_counter = who.staff_id is not None
    done = file(
        None if at_counter else request.user, body.answers, [], channel=body.answers.get("filing_method") or "ONLINE",
        request_key=body.request_key, staff_actor=who if at_counter else None,
    )  # fmt: skip
    return _done(done, selectors.by_public_id(done.matter.public_id))
