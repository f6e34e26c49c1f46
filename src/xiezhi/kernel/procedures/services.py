"""What procedures do: open a matter, fire an event, let lapses take effect. One event is one transaction.

Every function here takes a finished `Actor`; who that may be is decided in `policies`. State, clocks, form data,
documents (as number, template version and frozen data), notices and the ledger entry commit together or not at all.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import DatabaseError, IntegrityError, transaction

from xiezhi.kernel.calendar import clock as wall
from xiezhi.kernel.calendar.counting import Calendar
from xiezhi.kernel.ledger import services as ledger
from xiezhi.kernel.procedures import hooks, registry, store
from xiezhi.kernel.procedures.core import Actor, Ask, Effects, Recorded, Refused, View, clocks, fire, replay, settle
from xiezhi.kernel.procedures.declare import Event, Side
from xiezhi.kernel.procedures.forms import Problem
from xiezhi.kernel.procedures.models import Matter, MatterEvent

__all__ = [
    "Outcome", "PartyInput", "Refused", "act", "commitment", "earlier", "fire_event", "lapse_due", "open_matter",
    "settle_matter",
]  # fmt: skip


log = logging.getLogger(__name__)


@dataclass(frozen=True)
class PartyInput:
    """A party to enter with the filing; `sealed` holds what is personal beyond the name."""

    role: str
    name: str
    kind: str = "CITIZEN"
    person_id: int | None = None
    organization_id: int | None = None
    unit_id: int | None = None
    account_id: int | None = None
    acts_for: int | None = None  # index into the same list
    detail: Mapping[str, Any] = field(default_factory=dict)
    sealed: Mapping[str, Any] = field(default_factory=dict)
    e_service: bool = False


@dataclass(frozen=True)
class Outcome:
    """What happened. `repeated` says that the same request had been carried out before and nothing was done again."""

    matter: Matter
    effects: Effects | None
    repeated: bool = False

    @property
    def seq(self) -> int:
        return self.matter.seq


def _digest(event: str, data: Mapping[str, Any], on: date | None = None) -> bytes:
    said = {"event": event, "data": data} | ({"on": on} if on else {})
    body = json.dumps(said, sort_keys=True, default=str, ensure_ascii=False)
    return hashlib.sha256(body.encode()).digest()


REUSED = "同一请求标识已经用于另一项内容，这次填写的没有提交。请刷新页面，看过已经办成的，再决定是否另行提交"


def _refuse_reused(stored: MatterEvent, digest: bytes) -> None:
    if stored.request_hash is not None and bytes(stored.request_hash) != digest:
        raise Refused([Problem("REQUEST_KEY_REUSED", REUSED)])


def earlier(request_key: str | None, event: str, content: Mapping[str, Any]) -> Matter | None:
    """The matter that the same request opened before, for filing services that check answers of their own first.

    `content` is everything the person said, as given to `open_matter`. Raises Refused (REQUEST_KEY_REUSED) when the key
    came with other answers then.
    """
    return _repeated(request_key, _digest(event, content))


def _repeated(request_key: str | None, digest: bytes) -> Matter | None:
    if not request_key:
        return None
    stored = MatterEvent.objects.select_related("matter").filter(request_key=request_key).first()
    if stored is None:
        return None
    _refuse_reused(stored, digest)
    return stored.matter


def open_matter(
    procedure: str,
    event: str,
    actor: Actor,
    data: Mapping[str, Any],
    *,
    handling_unit: int,
    organ: int | None = None,
    parties: Sequence[PartyInput] = (),
    on: date | None = None,
    at: datetime | None = None,
    request_key: str | None = None,
    subject: str = "",
    content: Mapping[str, Any] | None = None,
    public_id: UUID | None = None,
) -> Outcome:
    """Begin a matter with its filing event. Raises Refused with every problem; then nothing is stored.

    The same `request_key` with the same content gives the first matter again, with other content it is refused. `content`
    is what the person said, where `data` is worked out from it (default: `data`). `public_id` is for made-up worlds that
    must come out the same again; everybody else lets it be drawn.
    """
    at = at or wall.now()
    digest = _digest(event, data if content is None else content)
    with transaction.atomic():
        before = _repeated(request_key, digest)
        if before is not None:
            return Outcome(before, None, repeated=True)
        declared = registry.get(procedure, on=on or at.date())
        calendar, overrides = store.context(procedure, handling_unit)
        effects = fire(declared, (), Ask(event, on or at.date(), at, actor, data), calendar, overrides=overrides)
        try:
            with transaction.atomic():
                matter = store.insert_matter(declared, handling_unit, organ, parties, effects, at, subject, public_id)
                _store(matter, effects, at, request_key, digest)
        except IntegrityError as error:
            if "event_once_per_request" not in str(error):
                raise
            before = _repeated(request_key, digest)
            assert before is not None
            return Outcome(before, None, repeated=True)
    return Outcome(matter, effects)


def fire_event(
    matter_id: int,
    event: str,
    actor: Actor,
    data: Mapping[str, Any],
    *,
    on: date | None = None,
    at: datetime | None = None,
    request_key: str | None = None,
    expected_seq: int | None = None,
    check_now: bool = True,
) -> Outcome:
    """Fire one event on one matter. Raises Refused (lapses that were due have taken effect all the same).

    Two people at once: the row lock lets one through, the other is told what changed. The same `request_key` with the
    same content acts once and gives the first answer again.
    """
    at = at or wall.now()
    try:
        return _fire(matter_id, event, actor, data, on, at, request_key, expected_seq, check_now)
    except IntegrityError as error:  # the key stands in the history of another matter
        if "event_once_per_request" not in str(error):
            raise
        raise Refused([Problem("REQUEST_KEY_REUSED", REUSED)]) from error


def _fire(
    matter_id: int, event: str, actor: Actor, data: Mapping[str, Any], on: date | None, at: datetime,
    request_key: str | None, expected_seq: int | None, check_now: bool,
) -> Outcome:  # fmt: skip
    from xiezhi.kernel.documents import services as documents

    digest = _digest(event, data, on)
    refused: Refused | None = None
    outcome: Outcome | None = None
    with transaction.atomic():
        matter = store.lock(matter_id)
        rows = store.history_of(matter)
        if request_key is not None:
            known = next((r for r in rows if r.request_key == request_key), None)
            if known is not None:
                _refuse_reused(known, digest)
                return Outcome(matter, None, repeated=True)
        declared = registry.get(matter.procedure, matter.version)
        history = [store.recorded(r) for r in rows]
        calendar, overrides = store.context(matter.procedure, matter.handling_unit_id, matter)
        # Lapses take effect, with documents and notices of their own, whether or not the act that finds them is allowed.
        view = replay(declared, history, overrides=overrides)
        if done := settle(view, calendar, at):
            _store_settled(matter, view, done, calendar, at)
            history += done
            if expected_seq is not None:
                expected_seq += len(done)
        ask = Ask(event, on or at.date(), at, actor, data)
        try:
            effects = fire(
                declared, history, ask, calendar, overrides=overrides, expected_seq=expected_seq, check_now=check_now
            )
            _office_decides(declared.events[event], effects)
            documents.check_signed(matter, effects)
        except Refused as error:
            refused = error
        else:
            _store(matter, effects, at, request_key, digest)
            outcome = Outcome(matter, effects)
    if refused is not None:
        raise refused
    assert outcome is not None
    return outcome


def _office_decides(event: Event, effects: Effects) -> None:
    """What needs the office's permission does not take effect by a party's own hand."""
    used = next((r for r in event.by if r.code == effects.event.role), None)
    if event.office_decides and used is not None and used.side is Side.PARTY:
        raise Refused([Problem("NOT_ALLOWED", f"“{event.title}”须经复议机构准予，请先提出申请", "", event.basis)])


def act(
    matter_id: int,
    event: str,
    actor: Actor,
    data: Mapping[str, Any],
    *,
    on: date | None = None,
    request_key: str | None = None,
    expected_seq: int | None = None,
    hand_in: Callable[[Outcome], None] | None = None,
) -> Outcome:
    """What a person does: the event, what is handed in with it, and what the function completes it with (hook `complete`),
    all or nothing. Every face and the API act through here; nothing is done again for a repeated request.

    `hand_in(outcome)` moves files and ends the draft. Raises Refused; lapses that a refused event found stay.
    """
    refused: Refused | None = None
    outcome: Outcome | None = None
    with transaction.atomic():
        try:
            outcome = fire_event(
                matter_id, event, actor, data, on=on, request_key=request_key, expected_seq=expected_seq
            )
        except Refused as error:
            refused = error
        else:
            if not outcome.repeated:
                if hand_in is not None:
                    hand_in(outcome)
                complete = hooks.of(outcome.matter.procedure).complete
                if complete is not None:
                    complete(event, outcome, actor)
    if refused is not None:
        raise refused
    assert outcome is not None
    return outcome


def settle_matter(matter_id: int, at: datetime | None = None, *, refresh: bool = False) -> list[Recorded]:
    """期限届满: let every lapse that is due take effect, before anybody reads the matter for action.

    With `refresh` the index rows are written anew even when nothing lapsed, so that the worker does not meet them again.
    """
    at = at or wall.now()
    with transaction.atomic():
        matter = store.lock(matter_id)
        declared = registry.get(matter.procedure, matter.version)
        history = [store.recorded(r) for r in store.history_of(matter)]
        calendar, overrides = store.context(matter.procedure, matter.handling_unit_id, matter)
        view = replay(declared, history, overrides=overrides)
        done = settle(view, calendar, at)
        if done:
            _store_settled(matter, view, done, calendar, at)
        elif refresh:
            store.replace_deadlines(matter, clocks(view, calendar, at))
    return done


def lapse_due(at: datetime | None = None, *, limit: int = 1000) -> int:
    """The worker's share of lapses: every matter whose automatic term ended. Returns how many were touched.

    One matter that cannot be settled is told in the log and keeps no other waiting.
    """
    at = at or wall.now()
    done = 0
    for matter_id in store.due_to_lapse(at.date(), limit):
        try:
            settle_matter(matter_id, at, refresh=True)
        except DatabaseError:
            raise  # not about this matter: the next run goes on
        except Exception:
            log.exception("lapse of matter %s failed", matter_id)
        else:
            done += 1
    return done


def _store_settled(matter: Matter, view: View, done: Sequence[Recorded], calendar: Calendar, at: datetime) -> None:
    """Store lapses one by one, each with its own documents and notices. `view` is the state after the last of them."""
    before = replay(view.procedure, view.events[: len(view.events) - len(done)], overrides=view.overrides)
    for rec in done:
        before.apply(rec)
        event = view.procedure.events[rec.event]
        documents = event.produces(before, rec.data) if callable(event.produces) else event.produces
        found = tuple(clocks(before, calendar, at))
        _store(matter, Effects((rec,), {}, before, found, tuple(documents), event.notifies), at, None, b"\x00" * 32)


def _store(matter: Matter, effects: Effects, at: datetime, request_key: str | None, digest: bytes) -> None:
    """Write all effects. Statements do not depend on the length of the history (bench: event_statements)."""
    from xiezhi.kernel.documents import services as documents
    from xiezhi.kernel.notices import services as notices

    view = effects.view
    hook = hooks.of(matter.procedure)
    versions = view.procedure.law_versions(effects.event.on)
    store.insert_events(matter, effects, request_key, digest, versions)
    store.apply_columns(matter, effects, hook, versions)
    made = documents.issue_for_event(matter, effects, at)
    store.save_matter(matter)
    store.replace_deadlines(matter, effects.clocks)
    store.apply_officers(matter, effects)
    if effects.event.event == "service_chosen" and not store.apply_service_choice(matter, effects):
        raise Refused([Problem("NOT_THIS_PARTY", "只能为本人选择送达方式，请从“我的账号”中选择", "party")])
    notices.for_event(matter, effects, at)
    hook.after(matter, effects)
    hooks.tell(matter, effects)
    commits = [commitment(matter, r) for r in effects.recorded]
    commits += [documents.commitment(d) for d in made]
    ledger.append_many(commits)


def commitment(matter: Matter, r: Recorded) -> ledger.Commit:
    """The ledger's commitment to one record of a history. Personal data stands beside the record and is not in it."""
    return ledger.Commit(
        "event",
        {"matter": str(matter.public_id), "seq": r.seq, "event": r.event, "on": r.on.isoformat(), "at": r.at.isoformat(),
         "role": r.role, "actor": r.actor, "data": r.data},
        "event", f"{matter.pk}/{r.seq}",
    )  # fmt: skip
