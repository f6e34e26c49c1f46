"""What is kept of the log outside the database: every published checkpoint, and the newest of them under a fixed name.

A database can be restored to yesterday; the world has seen today. This copy (put it on another disk: XIEZHI_LEDGER_DIR)
is how the log notices before it says something that contradicts what it has said.
"""

from __future__ import annotations

import fcntl
import os
from dataclasses import dataclass
from pathlib import Path

from xiezhi.kernel.ledger.keys import write, write_all
from xiezhi.kernel.ledger.notes import Checkpoint, NoteError, parse_checkpoint, parse_note

__all__ = ["Copy"]


@dataclass(frozen=True)
class Copy:
    """The folder of one origin."""

    folder: Path

    @property
    def newest(self) -> Path:
        return self.folder / "checkpoint"

    def last(self) -> tuple[Checkpoint, bytes] | None:
        """The newest published checkpoint and its note. Raises NoteError where the file is not one."""
        try:
            raw = self.newest.read_bytes()
        except FileNotFoundError:
            return None
        try:
            return parse_checkpoint(parse_note(raw).text), raw
        except NoteError as error:
            raise NoteError(f"{self.newest} is damaged ({error})") from error

    def keep(self, note: bytes, day: str) -> None:
        """Keep a checkpoint durably before the world sees it: appended to the day's file, then made the newest.

        One at a time, and never back to a smaller size: a publisher that was slow (its lock lost with its connection) does
        not undo what the next one has published. Raises OSError where it cannot be kept (nothing is half written then),
        NoteError for another root than the one kept for this size.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            fresh, known = parse_checkpoint(parse_note(note).text), self.last()
            if known is not None and known[0].size == fresh.size and known[0].root != fresh.root:
                raise NoteError(f"{self.newest} has another root for {fresh.size} entries")
            self._append(self.folder / f"checkpoints-{day}", note + b"\n")
            if known is None or fresh.size >= known[0].size:
                write(self.newest, note)

    def _append(self, path: Path, content: bytes) -> None:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        try:
            before = os.fstat(handle).st_size
            try:
                write_all(handle, content)
                os.fsync(handle)
            except OSError:
                os.ftruncate(handle, before)
                raise
        finally:
            os.close(handle)
