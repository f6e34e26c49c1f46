"""The time of the fictional province: it goes on where it stopped, so that no event comes before an earlier one."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path


class DemoClock:
    """Starts at `first`, advances with real time while the platform runs, and is kept in `path` between runs."""

    def __init__(self, path: Path, first: datetime) -> None:
        self.path = path
        self.base = first
        try:
            self.base = max(first, datetime.fromisoformat(json.loads(path.read_text())["now"]))
        except (OSError, ValueError, KeyError):
            pass
        self.since = datetime.now(UTC)
        self.saved = 0.0

    def environment(self) -> Mapping[str, str]:
        """What makes every process show the same time, whenever it starts."""
        return {"XIEZHI_NOW": self.base.isoformat(), "XIEZHI_NOW_SINCE": self.since.isoformat()}

    def now(self) -> datetime:
        """The province's present moment."""
        return self.base + (datetime.now(UTC) - self.since)

    def save(self, at_most_every: float = 0) -> None:
        """Keep the present moment; with `at_most_every` not more often than that many seconds."""
        if self.saved and time.monotonic() - self.saved < at_most_every:
            return
        self.saved = time.monotonic()
        temporary = self.path.with_suffix(".tmp")
        temporary.write_text(json.dumps({"now": (self.now() + timedelta(seconds=1)).isoformat()}))
        temporary.replace(self.path)
