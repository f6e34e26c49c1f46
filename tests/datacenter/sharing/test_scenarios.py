"""The worked examples of the factbook and the clocks around them hold."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

import xiezhi.datacenter.sharing


def test_every_scenario_holds() -> None:
    from xiezhi.commands.scenarios import scenarios

    folder = Path(xiezhi.datacenter.sharing.__file__).parent / "scenarios"
    done = CliRunner().invoke(scenarios, ["run", str(folder)])
    assert done.exit_code == 0, done.output
