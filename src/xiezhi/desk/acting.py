"""Acting on a matter from a form: what an event would bring about, drafts of it, and firing it once."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import transaction

from xiezhi.desk.gate import At
from xiezhi.kernel.calendar import clock as wall
from xiezhi.kernel.documents.models import Attachment
from xiezhi.kernel.people import selectors as people
from xiezhi.kernel.procedures import registry, selectors, services, store
from xiezhi.kernel.procedures.clocks import Clock, Status
from xiezhi.kernel.procedures.core import Actor, Ask, Effects, Refused, fire
from xiezhi.kernel.procedures.declare import Event, Field, Kind, Special, State
from xiezhi.kernel.procedures.forms import Problem
from xiezhi.kernel.procedures.models import Draft
from xiezhi.kernel.sealing import Unreadable, seal, unseal
from xiezhi.kernel.units.models import Unit

__all__ = [
    "Change",
    "Preview",
    "act",
    "draft_of",
    "dry_run",
    "options_for",
    "preview",
    "read_draft",
    "weighty",
    "write_draft",
]


@dataclass(frozen=True)
class Change:
    """One clock before and after: `word` says what happens to it."""

    title: str
    word: str
    day: date | None = None
    basis: str = ""
    provisional: bool = False


@dataclass
class Preview:
    """What an event would bring about. `exact` when it was computed from a complete form."""

    state_from: str = ""
    state_to: str = ""
    documents: list[str] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    tells: list[str] = field(default_factory=list)
    exact: bool = False
    problems: Sequence[Problem] = ()


def weighty(event: Event, state: State | None) -> bool:
    """Whether the event takes the matter to another state or issues documents: then it is read once more before."""
    moved = event.target is Special.PREVIOUS or (isinstance(event.target, State) and event.target is not state)
    return moved or bool(event.produces)


def dry_run(
    state: selectors.MatterState, event: str, actor: Actor, data: Mapping[str, Any], on: date | None = None
) -> Effects:
    """Fire without storing anything. Raises Refused."""
    at = wall.now()
    matter = state.matter
    return fire(
        state.procedure, state.history, Ask(event, on or at.date(), at, actor, data), store.calendar(),
        overrides=store.overrides(matter.procedure, matter.handling_unit_id),
    )  # fmt: skip


def preview(
    state: selectors.MatterState, event: Event, actor: Actor, data: Mapping[str, Any], on: date | None = None
) -> Preview:
    """What the event would bring about with what is typed so far; declared effects where the form is not complete."""
    out = Preview(state_from=state.view.state.title if state.view.state else "")
    out.tells = [r.title for r in event.notifies]
    try:
        effects = dry_run(state, event.code, actor, data, on)
    except Refused as error:
        out.problems = error.problems
        return _declared(out, state, event)
    out.exact = True
    now = effects.view.state
    out.state_to = now.title if now and now is not state.view.state else ""
    out.documents = list(effects.documents)
    out.changes = _changes(state.clocks, effects.clocks)
    return out


def _declared(out: Preview, state: selectors.MatterState, event: Event) -> Preview:
    if isinstance(event.target, State) and event.target is not state.view.state:
        out.state_to = event.target.title
    elif event.target is Special.PREVIOUS and state.view.previous:
        out.state_to = state.view.previous.title
    if not callable(event.produces):
        out.documents = list(event.produces)
    for clock in state.clocks:
        if clock.live and clock.term.id in {m if isinstance(m, str) else m.term for m in event.meets}:
            out.changes.append(Change(clock.term.title, "办完后停止", basis=clock.term.basis))
    for term in state.procedure.terms.values():
        if not callable(term.since) and any(getattr(s, "event", "") == event.code for s in term.since):
            out.changes.append(Change(term.title, "开始计算", basis=term.basis))
    return out


def _changes(before: Sequence[Clock], after: Sequence[Clock]) -> list[Change]:
    old = {(c.term.id, c.number): c for c in before}
    out = []
    for clock in after:
        was = old.get((clock.term.id, clock.number))
        if was is None:
            if clock.live:
                out.append(Change(clock.term.title, "开始计算", clock.legal, clock.term.basis, clock.provisional))
        elif was.live and not clock.live:
            word = (
                "不再计算" if clock.status is Status.CANCELLED else "按期完成" if clock.status is Status.MET else "办完"
            )
            out.append(Change(clock.term.title, word, clock.met_on, clock.term.basis))
        elif was.live and clock.legal is None and was.legal is not None:
            out.append(Change(clock.term.title, "停止计算", None, clock.term.basis))
        elif clock.live and was.legal != clock.legal:
            word = "恢复计算，改为" if was.legal is None else "改为"
            out.append(Change(clock.term.title, word, clock.legal, clock.term.basis, clock.provisional))
    return out


# drafts


def draft_of(at: At, event: str, *, make: bool = False) -> Draft | None:
    """The subject's unfinished form of this event on this matter."""
    found = (
        Draft.objects.filter(account_id=at.subject.account_id, matter=at.matter, event=event).order_by("-id").first()
    )
    if found is None and make:
        found = Draft.objects.create(
            code=secrets.token_hex(8), account_id=at.subject.account_id, procedure=at.matter.procedure, event=event,
            matter=at.matter, seen_seq=at.matter.seq, sealed=seal({}, context="draft"),
        )  # fmt: skip
    return found


def read_draft(draft: Draft | None) -> dict[str, Any]:
    """What was typed; nothing where it cannot be read any more."""
    if draft is None:
        return {}
    try:
        value = unseal(draft.sealed, context="draft")
    except Unreadable:
        return {}
    return dict(value) if isinstance(value, dict) else {}


def write_draft(draft: Draft, data: Mapping[str, Any], *, revision: int | None = None) -> bool:
    """Keep what was typed. False where another window stored a later revision; nothing is overwritten then."""
    with transaction.atomic():
        locked = Draft.objects.select_for_update().get(pk=draft.pk)
        if revision is not None and revision != locked.revision:
            return False
        locked.sealed, locked.revision = seal(dict(data), context="draft"), locked.revision + 1
        locked.save(update_fields=["sealed", "revision", "updated_at"])
        draft.revision = locked.revision
    return True


# choices and firing


def options_for(at: At, fields: Sequence[Field]) -> dict[str, Sequence[tuple[str, str]]]:
    """Choices of staff fields: everybody who works in the handling unit today. Units are searched, not listed."""
    if not any(f.kind in (Kind.STAFF, Kind.STAFFS) for f in _flat(fields)):
        return {}
    unit = at.matter.handling_unit
    staff = [(str(s.pk), s.name) for s in people.staff_in(unit, wall.today())]
    return {"STAFF": staff}


def _flat(fields: Sequence[Field]) -> list[Field]:
    return [f for one in fields for f in (one, *_flat(one.fields))]


def superiors(matter_unit: Unit) -> list[Unit]:
    """Units above, for choosing an organ."""
    from xiezhi.kernel.units import selectors as units

    return units.ancestors(matter_unit)


def act(
    at: At, event: str, data: Mapping[str, Any], *, on: date | None, request_key: str, expected_seq: int | None,
    draft: Draft | None,
) -> services.Outcome:  # fmt: skip
    """Fire the event, enter its files into the matter and drop the draft, all or nothing. Raises Refused."""

    def hand_in(outcome: services.Outcome) -> None:
        if draft is None:
            return
        ids = _file_ids(registry.get(at.matter.procedure, at.matter.version).events[event].form, data)
        Attachment.objects.filter(draft=draft, pk__in=ids).update(
            matter=at.matter, draft=None, event_seq=outcome.matter.seq, submitted_on=wall.today()
        )
        Attachment.objects.filter(draft=draft).update(draft=None, withdrawn_at=wall.now())
        Draft.objects.filter(pk=draft.pk).delete()

    return services.act(
        at.matter.pk, event, at.actor, data, on=on, request_key=request_key or None, expected_seq=expected_seq,
        hand_in=hand_in,
    )  # fmt: skip


def _file_ids(form: Sequence[Field], data: Mapping[str, Any]) -> list[int]:
    return [int(v) for f in form if f.kind is Kind.FILES for v in data.get(f.name, ()) if str(v).isdecimal()]
