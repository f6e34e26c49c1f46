"""Made-up histories that obey procedure and calendar: for property tests, benchmarks and the fictional province.

A walk keeps one view and moves it forward, so that a matter costs a few milliseconds; every step passes the same rules
as `core.fire`, and lapses take effect before each step as they do in the house.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from xiezhi.kernel.calendar.counting import Calendar
from xiezhi.kernel.procedures.clocks import SHANGHAI
from xiezhi.kernel.procedures.core import Actor, Ask, Recorded, View, settle, situation
from xiezhi.kernel.procedures.declare import Event, Procedure, Special, State
from xiezhi.kernel.procedures.forms import coerce, filled, sample_of, split_personal

__all__ = ["Habits", "Move", "Walk", "try_event", "walk"]


@dataclass(frozen=True, slots=True)
class Move:
    """One thing that may happen next: an event (empty: time passes), its weight, after how many working days, its form."""

    event: str
    weight: float = 1.0
    days: tuple[int, int] = (1, 3)
    data: Mapping[str, Any] = field(default_factory=dict)
    on: date | None = None
    by: str = ""


Habits = Callable[[View, random.Random, date], Sequence[Move]]
Names = Callable[[str], tuple[str, str]]


@dataclass(slots=True)
class Walk:
    """A made-up matter: its history, the personal payloads by sequence number, the view, and documents produced."""

    history: list[Recorded]
    payloads: dict[int, dict[str, Any]]
    view: View
    documents: list[tuple[int, str]]


def _nobody(role: str) -> tuple[str, str]:
    return f"walk:{role}", ""


_LEADING: dict[tuple[str, int, str], frozenset[str]] = {}


def _leading(procedure: type[Procedure], goal: str) -> frozenset[str]:
    """States from which the goal can be reached."""
    key = (procedure.code, procedure.version, goal)
    if key in _LEADING:
        return _LEADING[key]
    found = {goal}
    grown = True
    while grown:
        grown = False
        for event in procedure.events.values():
            target = event.target
            if isinstance(target, Special):
                if target is Special.PREVIOUS and found & {s.code for s in procedure.states.values()}:
                    sources = {s.code for s in event.sources}
                    if not sources <= found:
                        found |= sources
                        grown = True
                continue
            if target.code in found:
                for source in event.sources:
                    if source.code not in found:
                        found.add(source.code)
                        grown = True
    _LEADING[key] = frozenset(found)
    return _LEADING[key]


def _any_move(view: View, rng: random.Random, today: date) -> list[Move]:
    """Habits of a procedure that declares none: any event its state allows, with samples, and sometimes just time."""
    moves = [
        Move(code, 1.0 if event.target is not Special.SAME else 0.3, (0, 8), _random_form(event, rng, today))
        for code, event in view.procedure.events.items()
        if not event.when and code != "corrected" and (view.state in event.sources if view.state else not event.sources)
    ]
    return [*moves, Move("", 0.5, (1, 15))] if view.state else moves


def _random_form(event: Event, rng: random.Random, today: date) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for item in event.form:
        if not item.required and rng.random() < 0.6:
            continue
        if item.choices and item.kind == "CHOICE":
            out[item.name] = rng.choice(item.choices)[0]
        elif item.kind == "BOOL":
            out[item.name] = rng.random() < 0.7
        elif item.kind == "DATE":
            out[item.name] = (today + timedelta(days=rng.randint(-20, 20))).isoformat()
        else:
            value = sample_of(item, today)
            if value is not None:
                out[item.name] = value
    return out


def try_event(
    view: View, event: Event, on: date, at: datetime, data: Mapping[str, Any], *, by: str = "", names: Names = _nobody
) -> tuple[Recorded, dict[str, Any], tuple[str, ...]] | None:
    """Apply one event to the view if form, state and rules allow it: (entry, payload, documents), else None."""
    role = by or (event.by[0].code if event.by else "")  # procedures without parties
    if role not in [r.code for r in event.by]:
        return None
    values, problems = coerce(event.form, filled(event.form, data, on))
    if problems:
        return None
    ref, label = names(role)
    ask = Ask(event.code, on, at, Actor(ref, frozenset((role,)), label), values)
    if situation(view, event, ask, data_rules=True):
        return None
    plain, payload = split_personal(event.form, values)
    rec = Recorded(view.seq + 1, event.code, on, at, role, ref, plain, label)
    view.apply(rec)
    documents = event.produces(view, values) if callable(event.produces) else event.produces
    return rec, payload, tuple(documents)


def _moment(day: date, rng: random.Random, after: datetime | None) -> datetime:
    at = datetime.combine(day, time(9), SHANGHAI) + timedelta(minutes=rng.randrange(0, 480))
    return at if after is None or at > after else after + timedelta(minutes=rng.randrange(1, 40))


def walk(
    rng: random.Random,
    procedure: type[Procedure],
    start_on: date,
    until: date,
    calendar: Calendar,
    weights: Mapping[str, float] | None = None,
    *,
    goal: State | str | None = None,
    habits: Habits | None = None,
    names: Names = _nobody,
    first: Mapping[str, Any] | None = None,
    max_steps: int = 80,
) -> Walk:
    """A made-up matter that begins on `start_on` and runs to its end, to `goal`, or to the last moment of `until`.

    `weights` multiply the weight of events (0 forbids one); `first` is form data of the filing; `names` gives the
    reference and name of whoever plays a role. The same generator state gives the same matter. With a `goal`, moves to
    states from which it cannot be reached are left out; the walk may still end elsewhere when a lapse intervenes or
    `until` comes first. Events begin no later than `until`; lapses up to its end have taken effect.
    """
    weights = weights or {}
    usual: Habits = habits or procedure.habits or _any_move
    goal_code = goal.code if isinstance(goal, State) else goal or ""
    view = View(procedure)
    view.calendar = calendar
    out = Walk([], {}, view, [])
    day, now, refused, end_of_walk = start_on, None, 0, datetime.combine(until + timedelta(days=1), time(), SHANGHAI)
    for _ in range(max_steps):
        if view.state is not None and view.state.code == goal_code:
            break
        moves = [m for m in usual(view, rng, day) if _fits(procedure, m, weights, goal_code)]
        if not moves:
            break
        chances = [m.weight * weights.get(m.event, 1.0) for m in moves]
        if sum(chances) <= 0:
            break
        move = rng.choices(moves, chances)[0]
        when = move.on or _later(day, rng.randint(*move.days), calendar, first_step=view.state is None)
        when = max(when, day)
        if when > until:
            break
        at = _moment(when, rng, now)
        if at >= end_of_walk:
            break
        if at.date() > when:
            when = at.date()
        _lapses(out, settle(view, calendar, at, provisional=True) if view.state else [])
        day, now = when, at
        if not move.event:
            continue
        event = procedure.events[move.event]
        data = {**move.data, **(first or {})} if view.state is None else move.data
        done = try_event(view, event, when, at, data, by=move.by, names=names)
        if done is None:
            refused += 1
            if refused > 40:
                break
            continue
        rec, payload, documents = done
        out.history.append(rec)
        if payload:
            out.payloads[rec.seq] = payload
        out.documents += [(rec.seq, d) for d in documents]
    if view.state is not None and not (goal_code and view.state.code == goal_code):
        _lapses(out, settle(view, calendar, end_of_walk, provisional=True))
    return out


def _lapses(out: Walk, found: Sequence[Recorded]) -> None:
    for rec in found:
        out.history.append(rec)
        produces = out.view.procedure.events[rec.event].produces
        if not callable(produces):
            out.documents += [(rec.seq, d) for d in produces]


def _fits(procedure: type[Procedure], move: Move, weights: Mapping[str, float], goal: str) -> bool:
    if move.weight <= 0 or weights.get(move.event) == 0:
        return False
    if not goal or not move.event:
        return True
    target = procedure.events[move.event].target
    return not isinstance(target, State) or target.code in _leading(procedure, goal)


def _later(day: date, working_days: int, calendar: Calendar, *, first_step: bool) -> date:
    if first_step:
        return day
    return calendar.add_working(day, working_days) if working_days else calendar.roll(day)
