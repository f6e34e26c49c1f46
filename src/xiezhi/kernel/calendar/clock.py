"""The one source of "now" and "today".

Real time unless the environment names XIEZHI_NOW (an ISO moment, Asia/Shanghai when it has no offset): then the
process starts at that moment and time advances from there, so that a demonstration stays inside a published calendar.
XIEZHI_NOW_SINCE, a real ISO moment, says when the shown time was XIEZHI_NOW; with it several processes agree, and a
restart does not send time back. Without it, each process begins at XIEZHI_NOW anew.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

__all__ = ["SHANGHAI", "frozen", "is_fixed", "now", "set_fixed", "today"]

SHANGHAI = ZoneInfo("Asia/Shanghai")

_shift: timedelta | None = None
_still: datetime | None = None


def _aware(moment: datetime) -> datetime:
    """A moment in Asia/Shanghai; one without offset is taken to be there already."""
    return moment.replace(tzinfo=SHANGHAI) if moment.tzinfo is None else moment.astimezone(SHANGHAI)


def now() -> datetime:
    """The present moment, aware, in Asia/Shanghai."""
    if _still is not None:
        return _still
    real = datetime.now(SHANGHAI)
    return real if _shift is None else real + _shift


def today() -> date:
    """The present day in Asia/Shanghai."""
    return now().date()


def is_fixed() -> bool:
    """Whether the clock does not show real time."""
    return _shift is not None or _still is not None


def set_fixed(moment: datetime | None, *, since: datetime | None = None) -> None:
    """Show `moment` at the real moment `since` (default: now) and advance with real time; None returns to real time."""
    global _shift
    if moment is None:
        _shift = None
        return
    real = datetime.now(SHANGHAI) if since is None else _aware(since)
    _shift = _aware(moment) - real


@contextmanager
def frozen(moment: datetime) -> Iterator[datetime]:
    """Hold the clock still at `moment` inside the block (tests, replays)."""
    global _still
    before, _still = _still, _aware(moment)
    try:
        yield _still
    finally:
        _still = before


def _from_environment() -> None:
    text = os.environ.get("XIEZHI_NOW", "").strip()
    since = os.environ.get("XIEZHI_NOW_SINCE", "").strip()
    if text:
        set_fixed(datetime.fromisoformat(text), since=datetime.fromisoformat(since) if since else None)


_from_environment()
