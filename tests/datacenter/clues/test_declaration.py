"""Checking a clue is a sound procedure, its scenarios pass, its walks hold."""

from __future__ import annotations

import random
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import pytest

from xiezhi.datacenter.clues.procedure import ClueCheck
from xiezhi.kernel.calendar.published import calendar_from_chinesecalendar
from xiezhi.kernel.procedures import checks
from xiezhi.kernel.procedures.core import replay
from xiezhi.kernel.procedures.scenario_yaml import Mapped, load
from xiezhi.kernel.procedures.scenarios import run_one
from xiezhi.kernel.procedures.walks import _any_move, walk

FOLDER = Path(__file__).parents[3] / "src/xiezhi/datacenter/clues/scenarios"
ITEMS = [(path, item) for path in sorted(FOLDER.glob("*.yaml")) for item in load(path)]
CALENDAR = calendar_from_chinesecalendar().provisional()
wild = partial(walk, procedure=ClueCheck, calendar=CALENDAR, habits=_any_move, max_steps=60)


def test_the_declaration_is_sound() -> None:
    assert [str(f) for f in checks.check(ClueCheck, today=date(2026, 11, 23))] == []


@pytest.mark.parametrize(("path", "item"), ITEMS, ids=[str(i.get("scenario")) for _, i in ITEMS])
def test_scenario(path: Path, item: Mapped) -> None:
    result = run_one(item, path)
    assert result.ok, "\n".join(result.failures)
    assert result.checks or result.events


def test_walks_hold() -> None:
    personal = {(e.code, f.name) for e in ClueCheck.events.values() for f in e.form if f.personal}
    for seed in range(40):
        made = wild(random.Random(seed), start_on=date(2026, 3, 2) + timedelta(seed), until=date(2026, 12, 31))
        again = replay(ClueCheck, made.history)
        assert (again.state, again.facts) == (made.view.state, made.view.facts)
        assert not [(r.event, k) for r in made.history for k in r.data if (r.event, k) in personal]
        # No machine decides: every decision was made by a person of the office.
        assert {r.role for r in made.history if r.event in ("confirmed", "dismissed")} <= {
            "clue_checker",
            "office_head",
        }
