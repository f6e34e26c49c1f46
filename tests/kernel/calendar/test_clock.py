"""The clock: real, started at a moment, or still."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta

from xiezhi.kernel.calendar import clock


def test_real_time_is_aware_and_in_shanghai() -> None:
    now = clock.now()
    assert now.tzinfo is clock.SHANGHAI
    assert abs((now - datetime.now(UTC)).total_seconds()) < 5


def test_frozen_and_restored() -> None:
    with clock.frozen(datetime(2026, 9, 29, 16, 30, tzinfo=UTC)) as moment:
        assert clock.now() == moment == clock.now()
        assert clock.today() == date(2026, 9, 30)  # half past midnight in Shanghai
        with clock.frozen(datetime(2026, 1, 1)):  # noqa: DTZ001 naive means Shanghai
            assert clock.now().isoformat() == "2026-01-01T00:00:00+08:00"
        assert clock.today() == date(2026, 9, 30)


def test_a_fixed_start_advances() -> None:
    before = clock.is_fixed()
    try:
        clock.set_fixed(datetime(2026, 11, 22, 9, 0, tzinfo=clock.SHANGHAI))
        first, second = clock.now(), clock.now()
        assert first <= second
        assert (second - first).total_seconds() < 60
        assert clock.today() == date(2026, 11, 22)
        assert clock.is_fixed()
    finally:
        clock.set_fixed(None)
    assert not clock.is_fixed() or before


def test_processes_agree_on_a_shared_start() -> None:
    start = datetime(2026, 11, 22, 9, 0, tzinfo=clock.SHANGHAI)
    try:
        clock.set_fixed(start, since=datetime.now(UTC) - timedelta(hours=3))
        assert abs(clock.now() - start - timedelta(hours=3)) < timedelta(seconds=60)
    finally:
        clock.set_fixed(None)


def test_the_environment_can_set_the_start() -> None:
    code = "from xiezhi.kernel.calendar import clock; print(clock.today())"
    environment = {**os.environ, "XIEZHI_NOW": "2026-11-22T09:00:00", "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "2026-11-22"
