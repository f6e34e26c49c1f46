"""The call-back is a sound procedure; its scenarios pass; walks hold what must hold."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xiezhi.kernel.calendar.published import calendar_from_chinesecalendar
from xiezhi.kernel.procedures import checks
from xiezhi.kernel.procedures.clocks import SHANGHAI, clocks
from xiezhi.kernel.procedures.core import replay, settle
from xiezhi.kernel.procedures.scenario_yaml import Mapped, load
from xiezhi.kernel.procedures.scenarios import run_one
from xiezhi.kernel.procedures.walks import Walk, _any_move, walk
from xiezhi.legal_services.satisfaction.procedure import Callback

FOLDER = Path(__file__).parents[3] / "src/xiezhi/legal_services/satisfaction/scenarios"
ITEMS = [(path, item) for path in sorted(FOLDER.glob("*.yaml")) for item in load(path)]
CALENDAR = calendar_from_chinesecalendar().provisional()
wild = partial(walk, procedure=Callback, calendar=CALENDAR, habits=_any_move, max_steps=80)
seeds = st.integers(0, 2**32)
days = st.dates(date(2024, 1, 2), date(2026, 10, 1))


def test_the_declaration_is_sound() -> None:
    assert [str(f) for f in checks.check(Callback, today=date(2026, 11, 23))] == []


@pytest.mark.parametrize(("path", "item"), ITEMS, ids=[str(i.get("scenario")) for _, i in ITEMS])
def test_scenario(path: Path, item: Mapped) -> None:
    result = run_one(item, path)
    assert result.ok, "\n".join(result.failures)
    assert result.checks or result.events


def test_there_are_enough_scenarios() -> None:
    assert len(ITEMS) >= 20


def check(made: Walk) -> None:
    view, again = made.view, replay(Callback, made.history)
    assert (again.state, again.facts, again.transitions) == (view.state, view.facts, view.transitions)
    moment = max((r.at for r in made.history), default=datetime(2026, 1, 1, tzinfo=SHANGHAI)) + timedelta(days=1)
    assert settle(again, CALENDAR, moment, provisional=True) == settle(view, CALENDAR, moment, provisional=True)
    assert settle(view, CALENDAR, moment, provisional=True) == []
    assert clocks(view, CALENDAR, moment) == clocks(again, CALENDAR, moment)
    personal = {(e.code, f.name) for e in Callback.events.values() for f in e.form if f.personal}
    assert not [(r.event, k) for r in made.history for k in r.data if (r.event, k) in personal]
    if view.state is not None and not view.state.closed:
        live = [c for c in clocks(view, CALENDAR, moment) if c.live]
        assert live, "an open call-back always has a clock"


@settings(max_examples=80, deadline=None)
@given(seeds, days)
def test_walks_hold_the_invariants(seed: int, start: date) -> None:
    check(wild(random.Random(seed), start_on=start, until=date(2026, 12, 31)))
    check(walk(random.Random(seed), Callback, start, date(2026, 12, 31), CALENDAR))


def test_walks_cover_the_procedure() -> None:
    rng, seen = random.Random(7), set()
    for _ in range(200):
        seen |= {r.event for r in wild(rng, start_on=date(2024, 3, 4), until=date(2026, 12, 31)).history}
        seen |= {r.event for r in walk(rng, Callback, date(2024, 3, 4), date(2026, 12, 31), CALENDAR).history}
    shared = {"corrected", "recused", "assigned", "handed_over", "noted", "message_sent", "message_answered"}
    assert set(Callback.events) - seen <= shared
