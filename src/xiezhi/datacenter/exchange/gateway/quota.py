"""额度: taken out of the database in portions, so that the hot path writes nothing per call.

A portion that a process does not use up before its period ends is lost, so a partner may be told a little early that the
quota is used up (at most one portion for each process); it never gets more than the quota.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from xiezhi.kernel.calendar import clock

from ..policy import Grant
from .statements import LEASE

__all__ = ["Quotas", "periods"]

Run = Callable[[str, dict[str, Any]], Awaitable[list[tuple[Any, ...]]]]
PARTS = 100
MOST = 500


def periods(moment: datetime) -> tuple[tuple[str, datetime], ...]:
    """Minute, day and month of a moment, in Asia/Shanghai, with the moment after which nobody asks for them."""
    return _periods(int(moment.timestamp()) // 60)


@lru_cache(maxsize=16)
def _periods(minute: int) -> tuple[tuple[str, datetime], ...]:
    local = datetime.fromtimestamp(minute * 60, clock.SHANGHAI)
    return (
        (f"m{local:%Y%m%d%H%M}", local + timedelta(minutes=10)),
        (f"d{local:%Y%m%d}", local + timedelta(days=3)),
        (f"M{local:%Y%m}", local + timedelta(days=62)),
    )


class Quotas:
    """What this process has taken out: by grant and kind of period, the period and what is left of the portion."""

    def __init__(self) -> None:
        self.left: dict[tuple[int, int], list[Any]] = {}
        self._locks: dict[int, asyncio.Lock] = {}

    def take_now(self, grant: Grant, amount: int, names: tuple[str, ...]) -> bool:
        """Take from the portions in hand. False where one of them does not suffice; then `lease`."""
        held = []
        for place, limit in enumerate(grant.limits):
            if limit is None:
                continue
            portion = self.left.get((grant.id, place))
            if portion is None or portion[0] != names[place] or portion[1] < amount:
                return False
            held.append(portion)
        for portion in held:
            portion[1] -= amount
        return True

    async def lease(self, grant: Grant, amount: int, moment: datetime, run: Run) -> bool:
        """Take out new portions where needed, then take. False where the quota is used up."""
        lock = self._locks.setdefault(grant.id, asyncio.Lock())
        async with lock:
            when = periods(moment)
            names = tuple(name for name, _ in when)
            if self.take_now(grant, amount, names):
                return True
            for place, limit in enumerate(grant.limits):
                if limit is None:
                    continue
                portion = self.left.get((grant.id, place))
                if portion is None or portion[0] != names[place]:
                    portion = self.left[grant.id, place] = [names[place], 0]
                if portion[1] < amount and not await self._more(grant, limit, amount, portion, when[place][1], run):
                    return False
            return self.take_now(grant, amount, names)

    async def _more(self, grant: Grant, limit: int, amount: int, portion: list[Any], over: datetime, run: Run) -> bool:
        """Add to a portion: as much as one takes out at a time, or where the quota is nearly used up what is missing."""
        missing = amount - portion[1]
        for wanted in dict.fromkeys((max(missing, min(max(1, limit // PARTS), MOST)), missing)):
            if wanted > limit:
                continue
            values = {"grant": grant.id, "period": portion[0], "amount": wanted, "limit": limit, "over": over}
            if await run(LEASE, values):
                portion[1] += wanted
                return True
        return False

    def forget(self, known: set[int]) -> None:
        """Drop portions of grants that are gone; those of the sandbox (below zero) stay."""
        for key in [key for key in self.left if key[0] >= 0 and key[0] not in known]:
            del self.left[key]
