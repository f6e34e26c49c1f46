"""The one source of "now" and "today".

Real time unless the environment names XIEZHI_NOW (an ISO moment, Asia/Shanghai when it has no offset): then the
process starts at that moment and time advances from there, so that a demonstration stays inside a published calendar.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

__all__ = ["SHANGHAI", "frozen", "is_fixed", "now", "set_fixed", "today"]

SHANGHAI = ZoneInfo("Asia/Shanghai")

_base: datetime | None = None
_since: float = 0.0
_still: bool = False


def _aware(moment: datetime) -> datetime:
    """A moment in Asia/Shanghai; one without offset is taken to be there already."""
    return moment.replace(tzinfo=SHANGHAI) if moment.tzinfo is None else moment.astimezone(SHANGHAI)


def now() -> datetime:
    """The present moment, aware, in Asia/Shanghai."""
    if _base is None:
        return datetime.now(SHANGHAI)
    if _still:
        return _base
    return _base + timedelta(seconds=time.monotonic() - _since)


def today() -> date:
    """The present day in Asia/Shanghai."""
    return now().date()


def is_fixed() -> bool:
    """Whether the clock does not show real time."""
    return _base is not None


def set_fixed(moment: datetime | None) -> None:
    """Start the clock at `moment` and let it advance with real time; None returns to real time."""
    global _base, _since, _still
    _base = None if moment is None else _aware(moment)
    _since = time.monotonic()
    _still = False


@contextmanager
def frozen(moment: datetime) -> Iterator[datetime]:
    """Hold the clock still at `moment` inside the block (tests, replays)."""
    global _base, _since, _still
    before = (_base, _since, _still)
    _base, _still = _aware(moment), True
    try:
        yield _base
    finally:
        _base, _since, _still = before


def _from_environment() -> None:
    text = os.environ.get("XIEZHI_NOW", "").strip()
    if text:
        set_fixed(datetime.fromisoformat(text))


_from_environment()
