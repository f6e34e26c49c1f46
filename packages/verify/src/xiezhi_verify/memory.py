"""What this verifier has seen of each log. A log may grow; it may never say something else about the past."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from xiezhi_verify.log import Read, growth
from xiezhi_verify.note import Point, Policy, read_point
from xiezhi_verify.tree import Wrong, extends


class Fork(Exception):
    """The log has told two stories. `evidence` names the files that prove it to anybody."""

    def __init__(self, text: str, evidence: Path) -> None:
        super().__init__(text)
        self.evidence = evidence


def home() -> Path:
    """XIEZHI_VERIFY_HOME, or a folder beside other programs' state."""
    chosen = os.environ.get("XIEZHI_VERIFY_HOME")
    if chosen:
        return Path(chosen)
    base = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(base) / "xiezhi-verify"


@dataclass(frozen=True)
class Memory:
    """One file per origin: the largest checkpoint that was verified."""

    folder: Path

    def _file(self, origin: str) -> Path:
        return self.folder / f"{hashlib.sha256(origin.encode()).hexdigest()}.checkpoint"

    def last(self, origin: str, policy: Policy) -> Point | None:
        """Raises Wrong where the remembered file itself no longer verifies under the policy."""
        try:
            raw = self._file(origin).read_bytes()
        except FileNotFoundError:
            return None
        return read_point(raw, policy)

    def keep(self, point: Point) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        file = self._file(point.origin)
        fresh = file.with_suffix(".new")
        fresh.write_bytes(point.raw)
        fresh.replace(file)

    def meet(self, point: Point, read: Read, policy: Policy) -> Point | None:
        """Compare with what was seen before and remember the larger one; returns the former. Raises Fork."""
        before = self.last(point.origin, policy)
        if before is not None:
            small, large = sorted((before, point), key=lambda p: p.size)
            try:
                extends(small.size, large.size, growth(read, small.size, large.size), small.root, large.root)
            except Wrong as error:
                raise Fork(str(error), self._evidence(before, point)) from None
        if before is None or point.size > before.size:
            self.keep(point)
        return before

    def _evidence(self, before: Point, point: Point) -> Path:
        folder = self.folder / f"evidence-{before.size}-{point.size}-{point.root.hex()[:16]}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "seen-before").write_bytes(before.raw)
        (folder / "seen-now").write_bytes(point.raw)
        return folder
