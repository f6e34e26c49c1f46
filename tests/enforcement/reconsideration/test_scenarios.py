"""Every scenario beside the procedure passes, one test each."""

from __future__ import annotations

from pathlib import Path

import pytest

from xiezhi.kernel.procedures.scenario_yaml import Mapped, load
from xiezhi.kernel.procedures.scenarios import run_one

FOLDER = Path(__file__).parents[3] / "src/xiezhi/enforcement/reconsideration/scenarios"
ITEMS = [(path, item) for path in sorted(FOLDER.glob("*.yaml")) for item in load(path)]


@pytest.mark.parametrize(("path", "item"), ITEMS, ids=[f"{p.stem}: {i.get('scenario')}" for p, i in ITEMS])
def test_scenario(path: Path, item: Mapped) -> None:
    result = run_one(item, path)
    assert result.ok, "\n".join(result.failures)
    assert result.checks or result.events


def test_all_worked_examples_are_there() -> None:
    names = " ".join(str(item.get("scenario")) for _, item in ITEMS)
    missing = [n for n in range(1, 23) if f"R-{n} " not in names]
    assert not missing
    assert len(ITEMS) >= 60
