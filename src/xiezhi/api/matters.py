"""办件: file, list, read, act. Generic over all procedures."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest
from ninja import Path, Query, Router

from xiezhi.api import convert, drafts
from xiezhi.api.common import (
    MATTER_ACT,
    MATTER_ID,
    MATTER_READ,
    At,
    Text,
    at_matter,
    caller,
    listed,
    read,
    request_key,
    require,
)
from xiezhi.api.problems import ERRORS
from xiezhi.api.schemas import (
    ActionOut,
    ClockOut,
    EventDone,
    EventIn,
    FilingIn,
    HistoryOut,
    LinkOut,
    MatterOut,
    MatterPage,
    OfficerOut,
    PartyDetail,
    PartyOut,
    PersonalOut,
)
from xiezhi.kernel.access.guards import guard
from xiezhi.kernel.access.models import AccountKind
from xiezhi.kernel.access.permissions import Forbidden
from xiezhi.kernel.access.subject import Subject
from xiezhi.kernel.calendar import clock as wall
from xiezhi.kernel.documents.models import Attachment
from xiezhi.kernel.procedures import forms, hooks, policies, registry, selectors, services, store
from xiezhi.kernel.procedures.core import Refused
from xiezhi.kernel.procedures.declare import Kind
from xiezhi.kernel.procedures.forms import Problem
from xiezhi.kernel.procedures.models import Draft, Matter, MatterLink, MatterOfficer
from xiezhi.kernel.sealing import Unreadable, unseal

router = Router(tags=["办件"])
EVENT = Path(..., max_length=40, description="Code of an event of the procedure")
FILING_ROLES = ("case_officer", "office_head", "counter_clerk")


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
@guard(MATTER_READ)
def list_matters(
    request: HttpRequest,
    face: str = Query(
        "office",
        pattern="^(office|authority|own|mine)$",
        description="As whom: office, respondent's unit, party, handler",
    ),
    due: str = Query("all", pattern="^(all|late|today|week|later|held)$"),
    state: Text = Query("", max_length=32),
    procedure: Text = Query("", max_length=16),
    text: Text = Query("", max_length=60, description="Number by its beginning, or a party's name"),
    sort: str = Query("due", pattern="^-?(due|opened)$"),
    open_only: bool = True,
    after: Text = Query("", max_length=40, description="Cursor from the page before"),
    size: int = Query(40, ge=1, le=200),
) -> dict[str, Any]:
    """办件列表. Matters within reach, sorted by clock or day of receipt; `after` turns the page. A recorded reading."""
    who = caller(request)
    rows = selectors.queue(
        _scope(who, face), due=due, open_only=open_only, filters={"state": state, "procedure": procedure}, text=text,
        sort=sort,
    )  # fmt: skip
    found = selectors.page(rows, after=after, size=size)
    if face != "own":
        listed(request, who, found.rows)
    return {"items": [convert.matter_out(m) for m in found.rows], "next": found.next}


@router.get("/matters/{public_id}", response={200: MatterOut, **ERRORS}, operation_id="get_matter")
@guard(MATTER_READ)
def get_matter(request: HttpRequest, public_id: UUID = MATTER_ID) -> dict[str, Any]:
    """办件. Lapses that are due take effect first."""
    return convert.matter_out(at_matter(request, public_id).matter)


@router.get("/matters/{public_id}/clocks", response={200: list[ClockOut], **ERRORS}, operation_id="get_clocks")
@guard(MATTER_READ)
def get_clocks(request: HttpRequest, public_id: UUID = MATTER_ID) -> list[dict[str, Any]]:
    """时钟. Every clock with its reasons, article by article."""
    at = at_matter(request, public_id)
    return [convert.clock_out(c) for c in selectors.matter_state(at.matter).clocks]


@router.get("/matters/{public_id}/history", response={200: list[HistoryOut], **ERRORS}, operation_id="get_history")
@guard(MATTER_READ)
def get_history(request: HttpRequest, public_id: UUID = MATTER_ID) -> list[dict[str, Any]]:
    """历史. What happened, in order. Parties get what concerns them; the office gets everything."""
    at = at_matter(request, public_id)
    state = selectors.matter_state(at.matter)
    out = []
    for r in state.history:
        event = state.procedure.events[r.event]
        if at.office or event.plain:
            out.append({"seq": r.seq, "event": r.event, "title": event.title, "on": r.on, "at": r.at, "role": r.role,
                        "data": dict(r.data) if at.office else {}, "basis": event.basis})  # fmt: skip
    return out


@router.get(
    "/matters/{public_id}/history/{seq}/personal", response={200: PersonalOut, **ERRORS}, operation_id="get_personal"
)
@guard(MATTER_READ)
def get_personal(
    request: HttpRequest, public_id: UUID = MATTER_ID, seq: int = Path(..., ge=1, le=2_000_000_000)
) -> dict[str, Any]:
    """历史中的个人信息. What one event said about persons; for those who handle the matter, as a recorded reading."""
    at = at_matter(request, public_id)
    require(at.office and bool(at.actor.roles), "只有办理本件的人员可以查看个人信息")
    if seq > at.matter.seq:
        raise Http404
    read(request, at, "SHOW", (f"event:{seq}",))
    return {"seq": seq, "data": store.payloads(at.matter.pk).get(seq, {})}


@router.get("/matters/{public_id}/actions", response={200: list[ActionOut], **ERRORS}, operation_id="get_actions")
@guard(MATTER_READ)
def get_actions(request: HttpRequest, public_id: UUID = MATTER_ID) -> list[dict[str, Any]]:
    """可办事项. What the caller may do now, and what is closed with reason and article."""
    at = at_matter(request, public_id)
    state = selectors.matter_state(at.matter)
    return [convert.action_out(o) for o in selectors.options(state, at.actor)]


@router.get("/matters/{public_id}/parties", response={200: list[PartyOut], **ERRORS}, operation_id="get_parties")
@guard(MATTER_READ)
def get_parties(request: HttpRequest, public_id: UUID = MATTER_ID) -> list[dict[str, Any]]:
    """参加人. A recorded reading: send X-Purpose (and X-Purpose-Text) unless it follows from your part in the matter."""
    at = at_matter(request, public_id)
    read(request, at, fields=("name",))
    return [convert.party_out(p) for p in at.parties]


@router.get(
    "/matters/{public_id}/parties/{party}", response={200: PartyDetail, **ERRORS}, operation_id="get_party_details"
)
@guard(MATTER_READ)
def get_party_details(
    request: HttpRequest, public_id: UUID = MATTER_ID, party: int = Path(..., ge=1, le=2**62)
) -> dict[str, Any]:
    """参加人详情. In the clear, for those who handle the matter and for the party's own account; the person sees it."""
    at = at_matter(request, public_id)
    found = next((p for p in at.parties if p.pk == party), None)
    if found is None:
        raise Http404
    own = found.account_id is not None and found.account_id == at.subject.account_id
    require(own or (at.office and bool(at.actor.roles)), "只有办理本件的人员可以查看联系方式和证件号码")
    read(request, at, "SHOW", ("details",))
    try:
        details = dict(unseal(found.sealed, context="party")) if found.sealed else {}
    except Unreadable:
        details = {}
    return convert.party_out(found) | {"details": {**found.detail, **details}}


@router.get("/matters/{public_id}/officers", response={200: list[OfficerOut], **ERRORS}, operation_id="get_officers")
@guard(MATTER_READ)
def get_officers(request: HttpRequest, public_id: UUID = MATTER_ID) -> list[dict[str, Any]]:
    """承办人. Those of today and before; everybody in the matter may know who handles it (for recusal)."""
    at = at_matter(request, public_id)
    rows = MatterOfficer.objects.filter(matter=at.matter).select_related("staff").order_by("-lead", "id")
    return [
        {"staff": o.staff_id, "name": o.staff.name, "lead": o.lead, "valid_from": o.valid_from, "valid_to": o.valid_to}
        for o in rows
    ]


@router.get("/matters/{public_id}/links", response={200: list[LinkOut], **ERRORS}, operation_id="get_links")
@guard(MATTER_READ)
def get_links(request: HttpRequest, public_id: UUID = MATTER_ID) -> list[dict[str, Any]]:
    """关联办件. Merged, split, repeated; only those the caller may open."""
    at = at_matter(request, public_id)
    out = []
    for link in MatterLink.objects.filter(matter=at.matter).select_related("other").order_by("id"):
        if policies.MATTER_READ.test(at.subject, link.other):
            out.append({"kind": link.kind, "matter": link.other.public_id, "number": link.other.number, "on": link.on})
    return out


@router.post("/matters/{public_id}/events/{event}", response={200: EventDone, **ERRORS}, operation_id="fire_event")
@guard(MATTER_ACT)
def fire_event(request: HttpRequest, body: EventIn, public_id: UUID = MATTER_ID, event: str = EVENT) -> dict[str, Any]:
    """办理. The only way a matter changes. One transaction; refused with every reason at once."""
    at = at_matter(request, public_id, settle=False)
    draft = drafts.find(request, body.draft) if body.draft is not None and not _known(at, body) else None
    if draft is not None and draft.matter_id != at.matter.pk:
        raise Http404
    key = request_key(at.subject, f"{at.matter.pk}", body.request_key)
    done = services.act(
        at.matter.pk, event, at.actor, body.data, on=body.on, expected_seq=body.expected_seq, request_key=key,
        hand_in=lambda outcome: _hand_in(at, event, body.data, outcome.seq, draft),
    )  # fmt: skip
    return _done(done, selectors.by_public_id(public_id))


def _known(at: At, body: EventIn) -> bool:
    """Whether the request was carried out before: its draft is gone then."""
    from xiezhi.kernel.procedures.models import MatterEvent

    key = request_key(at.subject, f"{at.matter.pk}", body.request_key)
    return key is not None and MatterEvent.objects.filter(matter=at.matter, request_key=key).exists()


def _hand_in(at: At, event: str, data: dict[str, Any], seq: int, draft: Draft | None) -> None:
    """Files named in the form become part of the matter's file; only one's own uploads of this draft may be named."""
    form = registry.get(at.matter.procedure, at.matter.version).events[event].form
    named = [str(v) for f in form if f.kind is Kind.FILES for v in data.get(f.name) or ()]
    ids = {int(v) for v in named if v.isascii() and v.isdigit() and len(v) < 19}
    rows = Attachment.objects.filter(pk__in=ids, withdrawn_at__isnull=True)
    mine = rows.filter(draft=draft) if draft is not None else rows.none()
    kept = set(mine.values_list("pk", flat=True)) | set(
        rows.filter(matter=at.matter, submitted_by=at.actor.ref).values_list("pk", flat=True)
    )
    if len(ids) != len(set(named)) or kept != ids:
        raise Refused([Problem("NO_SUCH_FILE", "有文件没有上传成功或者不是您上传的，请重新上传后再提交", "files")])
    rows.filter(pk__in=kept, event_seq__isnull=True).update(
        matter=at.matter, draft=None, event_seq=seq, submitted_on=wall.today()
    )
    if draft is not None:
        drafts.drop(draft)


def _done(done: services.Outcome, matter: Matter) -> dict[str, Any]:
    effects = done.effects
    return {
        "matter": convert.matter_out(matter), "repeated": done.repeated,
        "recorded": [r.event for r in effects.recorded] if effects else [], "documents": list(effects.documents) if effects else [],
    }  # fmt: skip


@router.post("/procedures/{code}/matters", response={200: EventDone, **ERRORS}, operation_id="file_matter")
@guard(MATTER_ACT)
def file_matter(request: HttpRequest, body: FilingIn, code: Text = Path(..., max_length=16)) -> dict[str, Any]:
    """提出申请. For a citizen's own account, or by the office's counter; see the procedure's filing event for the form."""
    who = caller(request)
    try:
        declared = registry.get(code)
    except LookupError:
        raise Http404 from None
    file = hooks.of(code).file
    if file is None:
        raise Http404
    counter = who.has(*FILING_ROLES)
    if not counter and who.kind != AccountKind.CITIZEN:
        raise Forbidden("网上申请须用本人账号提出；窗口登记须有窗口或者行政复议人员岗位。")
    first = next(e for e in declared.events.values() if not e.sources)
    known = {f.name for f in first.form}
    _, problems = forms.coerce(first.form, {k: v for k, v in body.answers.items() if k in known}, partial=True)
    if problems:
        raise Refused(problems)
    draft = drafts.own(request).filter(code=body.draft).first() if body.draft else None
    done = file(
        None if counter else request.user, body.answers, [], channel=str(body.answers.get("filing_method") or "ONLINE"),
        request_key=request_key(who, f"file:{code}", body.request_key), staff_actor=who if counter else None,
        staff_units=who.unit_ids(*FILING_ROLES) if counter else None, draft=draft,
    )  # fmt: skip
    return _done(done, selectors.by_public_id(done.matter.public_id))
