"""Every scenario beside the procedure passes, one test each."""

from __future__ import annotations

from pathlib import Path

import pytest

from xiezhi.kernel.procedures.common import CommonEvents
from xiezhi.kernel.procedures.scenario_yaml import Mapped, load
from xiezhi.kernel.procedures.scenarios import run_one
from xiezhi.legal_services.legal_aid.procedure import LegalAid

FOLDER = Path(__file__).parents[3] / "src/xiezhi/legal_services/legal_aid/scenarios"
ITEMS = [(path, item) for path in sorted(FOLDER.glob("*.yaml")) for item in load(path)]


@pytest.mark.parametrize(("path", "item"), ITEMS, ids=[f"{p.stem}: {i.get('scenario')}" for p, i in ITEMS])
def test_scenario(path: Path, item: Mapped) -> None:
    result = run_one(item, path)
    assert result.ok, "\n".join(result.failures)
    assert result.checks or result.events


def test_all_worked_examples_are_there() -> None:
    names = " ".join(str(item.get("scenario")) for _, item in ITEMS)
    assert [n for n in range(1, 6) if f"例{n} " not in names] == []
    assert len(ITEMS) >= 65
    assert all(item.get("source") for _, item in ITEMS)


def test_every_event_and_every_refusal_has_a_scenario() -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in FOLDER.glob("*.yaml"))
    shared = set(vars(CommonEvents))
    assert {e for e in LegalAid.events if e not in text} - shared == set()
    codes = {r.code for name, e in LegalAid.events.items() if name not in shared for r in e.requires}
    assert {c for c in codes if c not in text} == set()
    assert {t for t in LegalAid.terms if t not in text} == set()
