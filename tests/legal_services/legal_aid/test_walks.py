"""Random walks over the whole procedure: replay equals state, clocks equal recomputation, every walk can end."""

from __future__ import annotations

import random
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xiezhi.kernel.calendar.published import calendar_from_chinesecalendar
from xiezhi.kernel.procedures.clocks import SHANGHAI, Status, clocks, next_midnight
from xiezhi.kernel.procedures.common import CommonEvents
from xiezhi.kernel.procedures.core import Actor, Ask, Recorded, Refused, View, fire, replay, settle
from xiezhi.kernel.procedures.forms import filled
from xiezhi.kernel.procedures.walks import Walk, _any_move, walk
from xiezhi.legal_services.legal_aid import states as S
from xiezhi.legal_services.legal_aid.guide import must_act, step_of
from xiezhi.legal_services.legal_aid.procedure import LegalAid

CALENDAR = calendar_from_chinesecalendar().provisional()
wild = partial(walk, procedure=LegalAid, calendar=CALENDAR, habits=_any_move, max_steps=120)
usual = partial(walk, procedure=LegalAid, calendar=CALENDAR)
seeds = st.integers(0, 2**32)
days = st.dates(date(2024, 1, 2), date(2026, 10, 1))
END = date(2026, 12, 31)


def state_of(view: View) -> tuple[object, ...]:
    return view.state, view.previous, view.facts, view.seq, view.transitions, [r.seq for r in view.events]


def check(made: Walk) -> None:
    view = made.view
    again = replay(LegalAid, made.history)
    assert state_of(again) == state_of(view)
    assert [r.seq for r in made.history] == list(range(1, len(made.history) + 1))
    moment = max((r.at for r in made.history), default=datetime(2026, 1, 1, tzinfo=SHANGHAI)) + timedelta(days=1)
    assert settle(again, CALENDAR, moment, provisional=True) == settle(view, CALENDAR, moment, provisional=True)
    assert settle(view, CALENDAR, moment, provisional=True) == [], "a lapse takes effect once"
    assert clocks(view, CALENDAR, moment) == clocks(again, CALENDAR, moment)
    personal = {(e.code, f.name) for e in LegalAid.events.values() for f in e.form if f.personal}
    assert not [(r.event, k) for r in made.history for k in r.data if (r.event, k) in personal]
    lawful(view)


def lawful(view: View) -> None:
    """What must hold of every matter, however it came about (legal-services.md L-B aid_case, L-C)."""
    facts = view.facts
    for rec in view.by_event.get("refused", ()):
        seen = replay(LegalAid, [r for r in view.events if r.seq < rec.seq]).facts
        assert not (seen.get("hardship_not_required") and rec.data["reason_code"] == "NOT_POOR")
    if (
        "MIGRANT_WORKER" in (facts.get("groups") or ())
        and facts.get("claim") in ("PAY", "WORK_INJURY")
        and facts.get("route") != "NOTIFY"
    ):
        assert facts["hardship_check_waived"] and not facts["hardship_not_required"]
    for rec in (*view.by_event.get("appointed", ()), *view.by_event.get("offered", ())):
        assert not rec.data.get("under_stop_penalty")
        assert rec.data["conflict_checked"] and rec.data.get("conflict_with", "NONE") == "NONE"
    for rec in view.by_event.get("appointed", ()):
        before = replay(LegalAid, [r for r in view.events if r.seq < rec.seq]).facts
        assert not before.get("life_or_death") or rec.data["practice_years"] >= 3
    if view.state in (S.CLOSED, S.PAID) and facts.get("kind") in ("CIVIL", "CRIMINAL") and view.has("file_submitted"):
        assert facts["result_copy"] and facts["result_paper"] != "NONE"
    if view.state is not None and not view.state.closed:
        assert must_act(view), "somebody has to act in every open state"
        assert step_of(view)


@settings(max_examples=150, deadline=None)
@given(seeds, days)
def test_wild_walks_hold_the_invariants(seed: int, start: date) -> None:
    check(wild(random.Random(seed), start_on=start, until=END))


@settings(max_examples=60, deadline=None)
@given(seeds, days)
def test_usual_walks_hold_the_invariants(seed: int, start: date) -> None:
    made = usual(random.Random(seed), start_on=start, until=END)
    check(made)
    assert usual(random.Random(seed), start_on=start, until=END).history == made.history, "same seed, same matter"


def test_walks_cover_the_procedure() -> None:
    rng, seen = random.Random(7), set[str]()
    for _ in range(300):
        seen |= {r.event for r in wild(rng, start_on=date(2024, 3, 4), until=END).history}
        seen |= {r.event for r in usual(rng, start_on=date(2024, 3, 4), until=END).history}
    # these need a course that is seldom taken; scenarios cover each of them
    rare = {"payback_ordered", *vars(CommonEvents)}
    assert set(LegalAid.events) - seen <= rare, set(LegalAid.events) - seen - rare


@settings(max_examples=60, deadline=None)
@given(seeds)
def test_every_walk_can_end(seed: int) -> None:
    rng = random.Random(seed)
    made = wild(rng, start_on=date(2024, 3, 4), until=date(2024, 3, 4) + timedelta(days=rng.randint(0, 200)))
    assert can_end(made.history), [r.event for r in made.history]


PLAN: tuple[tuple[str, dict[str, Any]], ...] = (
    ("passed_on", {}), ("withdrawn", {}), ("notice_withdrawn", {}), ("terminated", {"ground": "5"}), ("upheld", {}),
    ("regranted", {}), ("reinstated", {}), ("archived", {"no_subsidy_reason": "不发放"}), ("subsidy_calculated", {}), ("subsidy_paid", {}),
    ("papers_completed", {}), ("papers_confirmed", {}), ("file_accepted", {}), ("file_returned", {}),
)  # fmt: skip


def can_end(history: list[Recorded]) -> bool:
    """Whether some course leads from here to a closed state, later."""
    history = list(history)
    on = max(r.at for r in history).date() + timedelta(days=1)
    for _ in range(12):
        view = replay(LegalAid, history)
        settle(view, CALENDAR, next_midnight(on), provisional=True)
        if view.state is not None and view.state.closed:
            return True
        for name, data in PLAN:
            event = LegalAid.events[name]
            at = datetime.combine(on, time(12), SHANGHAI)
            ask = Ask(name, on, at, Actor("t", frozenset(r.code for r in event.by)), filled(event.form, data, on))
            try:
                effects = fire(LegalAid, history, ask, CALENDAR, provisional_lapses=True)
            except Refused:
                continue
            history += effects.recorded
            break
        else:
            return False
        on += timedelta(days=1)
    return False


@settings(max_examples=40, deadline=None)
@given(seeds)
def test_a_correction_of_a_day_replays(seed: int) -> None:
    rng = random.Random(seed)
    made = usual(rng, start_on=date(2026, 3, 2), until=date(2026, 11, 20))
    target = rng.choice(made.history)
    at = max(r.at for r in made.history) + timedelta(hours=1)
    data = {"seq": target.seq, "new_on": (target.on + timedelta(days=1)).isoformat(), "reason": "录入有误"}
    ask = Ask("corrected", at.date(), at, Actor("head", frozenset({"office_head"})), data)
    try:
        effects = fire(LegalAid, made.history, ask, CALENDAR, provisional_lapses=True)
    except Refused as no:
        # the next entry would come too early, or the day has not come yet
        assert set(no.codes) <= {"CORRECTION_BREAKS_HISTORY", "FUTURE_DATE"}
        return
    full = [*made.history, *effects.recorded]
    assert [r.seq for r in full] == list(range(1, len(full) + 1))
    assert state_of(replay(LegalAid, full)) == state_of(effects.view)


@pytest.mark.parametrize("goal", [c for c in S.States.__dict__ if c.isupper()])
def test_a_walk_reaches_the_wanted_state(goal: str) -> None:
    rng = random.Random(3)
    made = (wild if n % 2 else usual for n in range(120))
    reached = (one(rng, start_on=date(2026, 1, 5), until=date(2026, 11, 20), goal=goal).view.state for one in made)
    assert any(state is not None and state.code == goal for state in reached)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 59), st.integers(0, 23), st.dates(date(2026, 1, 1), date(2026, 12, 29)))
def test_hours_never_roll(minute: int, hour: int, day: date) -> None:
    asked = datetime.combine(day, time(hour, minute), SHANGHAI)
    later = asked + timedelta(days=3)
    event = LegalAid.events["asked_in_custody"]
    data = filled(event.form, {"applied_at": asked.isoformat()}, day)
    effects = fire(
        LegalAid, [], Ask("asked_in_custody", day, later, Actor("t", frozenset({"custody_place"})), data), CALENDAR,
    )  # fmt: skip
    clock = next(c for c in effects.clocks if c.term.id == "LA-TRANSFER")
    assert clock.due_at == asked + timedelta(hours=24)
    assert clock.status is Status.LAPSED
