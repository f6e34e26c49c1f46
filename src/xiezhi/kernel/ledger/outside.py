"""What is kept of the log outside the database: every published checkpoint, and the newest of them under a fixed name.

A database can be restored to yesterday; the world has seen today. This copy (put it on another disk: XIEZHI_LEDGER_DIR)
is how the log notices before it says something that contradicts what it has said.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from xiezhi.kernel.ledger.keys import write
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
        """Keep a checkpoint durably before the world sees it: appended to the day's file, then made the newest."""
        self.folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(self.folder / f"checkpoints-{day}", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        try:
            os.write(handle, note + b"\n")
            os.fsync(handle)
        finally:
            os.close(handle)
        write(self.newest, note)
