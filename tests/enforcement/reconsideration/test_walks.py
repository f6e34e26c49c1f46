"""Random walks over the whole procedure: replay equals state, clocks equal recomputation, every walk can end."""

from __future__ import annotations

import random
from datetime import date, datetime, time, timedelta
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xiezhi.enforcement.reconsideration.procedure import Reconsideration
from xiezhi.kernel.calendar.published import calendar_from_chinesecalendar
from xiezhi.kernel.procedures.clocks import SHANGHAI, clocks, next_midnight
from xiezhi.kernel.procedures.core import Actor, Ask, Recorded, Refused, View, fire, replay, settle
from xiezhi.kernel.procedures.forms import filled
from xiezhi.kernel.procedures.walks import Walk, _any_move, walk

CALENDAR = calendar_from_chinesecalendar().provisional()
wild = partial(walk, procedure=Reconsideration, calendar=CALENDAR, habits=_any_move, max_steps=120)
seeds = st.integers(0, 2**32)
days = st.dates(date(2024, 1, 2), date(2026, 10, 1))


def state_of(view: View) -> tuple[object, ...]:
    return view.state, view.previous, view.facts, view.seq, view.transitions, [r.seq for r in view.events]


def check(made: Walk) -> None:
    view = made.view
    again = replay(Reconsideration, made.history)
    assert state_of(again) == state_of(view)
    assert [r.seq for r in made.history] == list(range(1, len(made.history) + 1))
    moment = max((r.at for r in made.history), default=datetime(2026, 1, 1, tzinfo=SHANGHAI)) + timedelta(days=1)
    assert settle(again, CALENDAR, moment, provisional=True) == settle(view, CALENDAR, moment, provisional=True)
    assert settle(view, CALENDAR, moment, provisional=True) == [], "a lapse takes effect once"
    assert clocks(view, CALENDAR, moment) == clocks(again, CALENDAR, moment)
    personal = {(e.code, f.name) for e in Reconsideration.events.values() for f in e.form if f.personal}
    assert not [(r.event, k) for r in made.history for k in r.data if (r.event, k) in personal]


@settings(max_examples=150, deadline=None)
@given(seeds, days)
def test_wild_walks_hold_the_invariants(seed: int, start: date) -> None:
    check(wild(random.Random(seed), start_on=start, until=date(2026, 12, 31)))


@settings(max_examples=60, deadline=None)
@given(seeds, days)
def test_usual_walks_hold_the_invariants(seed: int, start: date) -> None:
    made = walk(random.Random(seed), Reconsideration, start, date(2026, 12, 31), CALENDAR)
    check(made)
    again = walk(random.Random(seed), Reconsideration, start, date(2026, 12, 31), CALENDAR)
    assert again.history == made.history, "the same seed makes the same matter"


def test_walks_cover_the_procedure() -> None:
    rng, seen = random.Random(7), set()
    for _ in range(300):
        seen |= {r.event for r in wild(rng, start_on=date(2024, 3, 4), until=date(2026, 12, 31)).history}
        usual = walk(rng, Reconsideration, date(2024, 3, 4), date(2026, 12, 31), CALENDAR)
        seen |= {r.event for r in usual.history}
    never = set(Reconsideration.events) - seen
    # these need a course that is seldom taken; scenarios cover each of them
    rare = {
        "corrected",
        "destruction_approved",
        "destruction_proposed",
        "enforced",
        "insisted",
        "message_answered",  # needs the message it answers
        "published",
        "review_reopened",
        "supplement_extended",
    }
    assert never <= rare, never - rare


@settings(max_examples=60, deadline=None)
@given(seeds)
def test_every_walk_can_end(seed: int) -> None:
    rng = random.Random(seed)
    made = wild(rng, start_on=date(2024, 3, 4), until=date(2024, 3, 4) + timedelta(days=rng.randint(0, 200)))
    assert can_archive(made.history, rng), [r.event for r in made.history]


def can_archive(history: list[Recorded], rng: random.Random) -> bool:
    """Whether some course leads from here into the archive: a plan of ends is tried, far later."""
    history = list(history)
    on = max(r.at for r in history).date() + timedelta(days=200)
    plans = (("receipt",), ("forwarded", "receipt"), ("supplement_noticed",), ("terminated",), ("rejected",), ("refused",),
             ("withdrawn_before_acceptance",), ("served",), ("closed",), ("archived",), ("performed",), ("copied",))  # fmt: skip
    extra = {"decided": {"decision_type": "QUASHED"}}
    for _ in range(12):
        view = replay(Reconsideration, history)
        settle(view, CALENDAR, next_midnight(on), provisional=True)
        if view.state in (Reconsideration.ARCHIVED, Reconsideration.DESTROYED):
            return True
        order = [e for plan in plans for e in plan]
        for name in order:
            event = Reconsideration.events[name]
            at = datetime.combine(on, time(12), SHANGHAI)
            data = filled(event.form, extra.get(name, {}), on)
            if name == "terminated":
                data["ground"] = "2"
            ask = Ask(name, on, at, Actor("t", frozenset(r.code for r in event.by)), data)
            try:
                effects = fire(Reconsideration, history, ask, CALENDAR, provisional_lapses=True)
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
    made = walk(rng, Reconsideration, date(2026, 3, 2), date(2026, 11, 20), CALENDAR)
    target = rng.choice(made.history)
    at = max(r.at for r in made.history) + timedelta(hours=1)
    ask = Ask("corrected", at.date(), at, Actor("head", frozenset({"office_head"})),
              {"seq": target.seq, "new_on": (target.on + timedelta(days=1)).isoformat(), "reason": "录入有误"})  # fmt: skip
    try:
        effects = fire(Reconsideration, made.history, ask, CALENDAR, provisional_lapses=True)
    except Refused as no:
        # the next entry would come too early, or the day has not come yet
        assert set(no.codes) <= {"CORRECTION_BREAKS_HISTORY", "FUTURE_DATE"}
        return
    full = [*made.history, *effects.recorded]
    assert [r.seq for r in full] == list(range(1, len(full) + 1))
    assert state_of(replay(Reconsideration, full)) == state_of(effects.view)
    if not effects.event.data.get("lapses") and len(effects.recorded) == 1:
        assert effects.view.state is made.view.state


@pytest.mark.parametrize("goal", ["RECEIVED", "ADMISSION_REVIEW", "SUPPLEMENT_PENDING", "ACCEPTED", "IN_REVIEW", "SUSPENDED",
                                  "DRAFTING", "APPROVING", "DECIDED", "SERVED", "NOT_ACCEPTED", "MEDIATED", "ARCHIVED"])  # fmt: skip
def test_a_walk_reaches_the_wanted_state(goal: str) -> None:
    rng = random.Random(3)
    reached = sum(
        walk(rng, Reconsideration, date(2026, 1, 5), date(2026, 11, 20), CALENDAR, goal=goal).view.state.code == goal  # type: ignore[union-attr]
        for _ in range(60)
    )
    assert reached >= 1
