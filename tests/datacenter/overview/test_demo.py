"""The registers of the demonstration: delivered the same from the same seed, collected and governed as they come."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest

from xiezhi.datacenter.collect.sources import sources
from xiezhi.datacenter.overview import demo
from xiezhi.datacenter.overview.demo import declarations
from xiezhi.datacenter.standards.declare import tables
from xiezhi.demo import province as provinces
from xiezhi.demo import public as publics
from xiezhi.kernel.calendar import clock

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 9, tzinfo=clock.SHANGHAI)
SCALE = 0.002


def _world() -> Any:
    province = provinces.build(Random("demo:units"), SCALE, NOW)
    return SimpleNamespace(province=province, public=publics.build(Random("demo:public"), province, 0.005, NOW))


def test_sources_are_declared_soundly() -> None:
    for source in declarations.SOURCES:
        assert not list(source.problems()), source.code
        held = tables.get(source.table)
        for column in source.mapping:
            held.column(column)
        assert {c.name for c in held.columns if c.required or c.key} <= set(source.mapping), source.code
    assert {s.code for s in declarations.SOURCES} >= {f"demo_{name}" for name in demo.FILES}
    assert {tables.get(s.table).base for s in declarations.SOURCES} == {f"B{n}" for n in range(1, 11)}


def test_delivered_collected_and_governed(
    lake: Path, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from xiezhi.datacenter.collect import services as collecting
    from xiezhi.datacenter.govern import services as governing
    from xiezhi.datacenter.lake import tables as lake_tables

    settings.COLLECT_INBOX = str(tmp_path / "inbox")
    monkeypatch.setattr(sources, "_held", dict(sources._held))
    with clock.frozen(NOW):
        world = _world()
        counts = demo.deliver(world, tmp_path / "inbox", SCALE)
        again = demo.deliver(world, tmp_path / "again", SCALE)
        assert counts == again
        for source in ("lawyer", "mediator", "cc_event"):
            name = demo.FILES[source][0]
            first, second = (tmp_path / place / f"demo_{source}" / name for place in ("inbox", "again"))
            assert first.read_bytes() == second.read_bytes()
        declarations.register()
        taken = ("lawfirm", "qualification", "lawyer", "notary_office", "notary", "mediation_case", "reward_penalty")
        refused: Counter[str] = Counter()
        for source in taken:
            collecting.collect(f"demo_{source}")
        for source in taken:
            table = next(s.table for s in declarations.SOURCES if s.code == f"demo_{source}")
            run = governing.govern(table)
            refused[source] = run.rows_refused
            assert lake_tables.get(f"std.{table}").count() + run.rows_refused == counts[source], source
        for source in taken:
            assert refused[source] <= max(4, counts[source] // 8), (source, refused)
