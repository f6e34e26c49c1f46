"""The declaration: proofs, scenarios, random walks, and what no form may ever ask."""

from __future__ import annotations

import random
import re
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xiezhi.kernel.calendar.published import calendar_from_chinesecalendar
from xiezhi.kernel.procedures.checks import check
from xiezhi.kernel.procedures.clocks import clocks
from xiezhi.kernel.procedures.core import View, replay, settle
from xiezhi.kernel.procedures.declare import Event
from xiezhi.kernel.procedures.scenario_yaml import Mapped, load
from xiezhi.kernel.procedures.scenarios import run_one
from xiezhi.kernel.procedures.walks import Walk, _any_move, walk
from xiezhi.legal_services.wages.events_report import Report
from xiezhi.legal_services.wages.events_result import Results
from xiezhi.legal_services.wages.events_route import Routes
from xiezhi.legal_services.wages.procedure import WageHelp

FOLDER = Path(__file__).parents[3] / "src/xiezhi/legal_services/wages/scenarios"
ITEMS = [(path, item) for path in sorted(FOLDER.glob("*.yaml")) for item in load(path)]
CALENDAR = calendar_from_chinesecalendar().provisional()
wild = partial(walk, procedure=WageHelp, calendar=CALENDAR, habits=_any_move, max_steps=60)
seeds = st.integers(0, 2**32)
days = st.dates(date(2024, 1, 2), date(2026, 10, 1))
CITATION = re.compile(r"^\w+ 第\d+条(之.)?(第\d+款)?(第\d+项)?$")


@pytest.mark.parametrize(("path", "item"), ITEMS, ids=[f"{p.stem}: {i.get('scenario')}" for p, i in ITEMS])
def test_scenario(path: Path, item: Mapped) -> None:
    result = run_one(item, path)
    assert result.ok, "\n".join(result.failures)
    assert result.checks or result.events


def test_worked_examples_and_enough_more() -> None:
    names = " ".join(str(item.get("scenario")) for _, item in ITEMS)
    assert all(f"Q-{n} " in names for n in (1, 2, 3))
    assert len(ITEMS) >= 43


def test_the_declaration_is_proved() -> None:
    assert [str(f) for f in check(WageHelp)] == []


def test_every_term_cites_its_article() -> None:
    for term in WageHelp.terms.values():
        assert term.basis
        assert all(CITATION.match(one) for one in term.basis.split("；")), term.id
        assert term.on_lapse, term.id


def test_poverty_is_never_asked() -> None:
    """A migrant worker's claim for pay needs no means test (法律援助法 第42条第3项; legal-services.md L-C 1, 10)."""
    asked = [
        (event.code, field.name)
        for event in WageHelp.events.values()
        for field in event.form
        if re.search("经济困难|困难证明|家庭收入|低保|贫困", field.label + field.help)
    ]
    assert asked == []


def state_of(view: View) -> tuple[object, ...]:
    return view.state, view.previous, view.facts, view.seq, view.transitions, [r.seq for r in view.events]


def check_walk(made: Walk) -> None:
    view = made.view
    again = replay(WageHelp, made.history)
    assert state_of(again) == state_of(view)
    assert [r.seq for r in made.history] == list(range(1, len(made.history) + 1))
    moment = max(r.at for r in made.history) + timedelta(days=1)
    assert settle(again, CALENDAR, moment, provisional=True) == settle(view, CALENDAR, moment, provisional=True)
    assert clocks(view, CALENDAR, moment) == clocks(again, CALENDAR, moment)
    personal = {(e.code, f.name) for e in WageHelp.events.values() for f in e.form if f.personal}
    assert not [(r.event, k) for r in made.history for k in r.data if (r.event, k) in personal]
    facts = view.facts
    if "owed" in facts:
        owed, got = float(facts["owed"]), float(facts["recovered"]) + float(facts["advanced"])
        assert owed > 0
        assert 0 <= got <= owed + 1e-6
        assert 0 <= float(facts["rate"]) <= 100
        assert facts["worker_count"] >= 1
        assert float(facts["advance_repaid"]) <= float(facts["advanced"])


@settings(max_examples=120, deadline=None)
@given(seeds, days)
def test_wild_walks_hold_the_invariants(seed: int, start: date) -> None:
    made = wild(random.Random(seed), start_on=start, until=date(2026, 12, 31))
    if made.history:
        check_walk(made)


@settings(max_examples=120, deadline=None)
@given(seeds, days)
def test_usual_walks_hold_the_invariants(seed: int, start: date) -> None:
    made = walk(random.Random(seed), WageHelp, start, date(2026, 12, 31), CALENDAR)
    check_walk(made)
    assert walk(random.Random(seed), WageHelp, start, date(2026, 12, 31), CALENDAR).history == made.history


def test_walks_cover_the_procedure() -> None:
    rng, seen, states = random.Random(7), set(), set()
    for _ in range(500):
        for made in (
            wild(rng, start_on=date(2024, 3, 4), until=date(2026, 12, 31)),
            walk(rng, WageHelp, date(2024, 3, 4), date(2026, 12, 31), CALENDAR),
        ):
            seen |= {r.event for r in made.history}
            states |= {s.code for _, _, s in made.view.transitions}
    own = {name for part in (Report, Routes, Results) for name, value in vars(part).items() if isinstance(value, Event)}
    assert own <= seen, own - seen
    assert set(WageHelp.states) == states
