"""The time of the fictional province: it goes on where it stopped, so that no event comes before an earlier one."""

from __future__ import annotations

import json
import time
from datetime import datetime, timedelta
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
        self.since = time.monotonic()
        self.saved = 0.0

    def now(self) -> datetime:
        return self.base + timedelta(seconds=time.monotonic() - self.since)

    def save(self, at_most_every: float = 0) -> None:
        if time.monotonic() - self.saved < at_most_every:
            return
        self.saved = time.monotonic()
        temporary = self.path.with_suffix(".tmp")
        temporary.write_text(json.dumps({"now": self.now().isoformat()}))
        temporary.replace(self.path)
