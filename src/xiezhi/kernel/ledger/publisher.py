"""Publishing: sign the newest size, have it witnessed, keep it outside the database, then let the world see it.

A checkpoint is signed in the transaction that stores it under its size, so that no size is ever signed twice with another
root. The order afterwards survives a crash between any two steps: what the copy outside has, the database has signed.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from xiezhi.kernel.ledger import sequencer
from xiezhi.kernel.ledger.keys import KeyRing
from xiezhi.kernel.ledger.merkle import consistency_proof
from xiezhi.kernel.ledger.notes import Checkpoint, Note, NoteError, parse_checkpoint, parse_note
from xiezhi.kernel.ledger.outside import Copy
from xiezhi.kernel.ledger.policy import NONE, Policy, parse
from xiezhi.kernel.ledger.reader import reader, root_at
from xiezhi.kernel.ledger.witnessing import Answer, ask_all

__all__ = ["Behind", "Forked", "Ledger", "Published", "Refused", "folder", "load_policy", "open_ledger"]

LOG = logging.getLogger("xiezhi.ledger")
_LOCK = 0x78_7A_6C_67
"""Session lock of the process that publishes."""


class Refused(RuntimeError):
    """The log will not publish; the message says why and what to do."""


class Behind(Refused):
    """The database knows less than the world has seen: a backup was restored."""


class Forked(Refused):
    """The database says something else than the world has seen."""


@dataclass(frozen=True)
class Published:
    """What one round published. `held`: why nothing was, in words; `answers`: what the witnesses said."""

    size: int
    note: bytes = b""
    held: str = ""
    answers: Sequence[Answer] = ()


def folder() -> Path:
    """Where checkpoints, keys and the policy of this installation lie."""
    return Path(settings.LEDGER_DIR)


def load_policy() -> Policy:
    """The witnesses of this installation: `policy` in the ledger's folder; without one, none is asked."""
    path = folder() / "policy"
    return parse(path.read_text()) if path.exists() else NONE


@dataclass
class Ledger:
    """The log of this installation, ready to publish."""

    origin: str
    keys: KeyRing
    policy: Policy
    copy: Copy
    seen: dict[str, int] = field(default_factory=dict)
    """Sizes the witnesses have cosigned, as far as known; a wrong guess costs one more request."""

    def publish(self, now: datetime | None = None) -> Published | None:
        """Sign, witness and publish the present size. None when there is nothing new; `held` when the quorum is lost or
        the checkpoint cannot be kept outside the database.

        Raises Refused (or Forked) before anything contradictory is signed.
        """
        now = now or timezone.now()
        found = self._sign(now)
        if found is None:
            return None
        size, _root, note = found
        answers = self._witness(size, note)
        lines = [a.line for a in answers if a.line is not None]
        note = note.signed(*lines)
        good = {a.witness for a in answers if a.line is not None} | self._cosigned(note)
        if not self.policy.satisfied(good):
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(
                    "UPDATE ledger_logcheckpoint SET note = %s WHERE size = %s AND published_at IS NULL",
                    [note.bytes, size],
                )
            missing = "；".join(f"{a.witness}：{a.trouble}" for a in answers if a.trouble)
            return Published(size, note.bytes, f"见证未达到要求（{self.policy.in_words()}）。{missing}", answers)
        try:
            self.copy.keep(note.bytes, f"{now:%Y%m%d}")
        except OSError as error:
            return Published(size, note.bytes, f"检查点存不到{self.copy.folder}：{error.strerror}。", answers)
        except NoteError as error:
            raise Forked(f"{error}. Nothing is published. See docs/howto/recover-the-ledger.md") from None
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "UPDATE ledger_logcheckpoint SET note = %s, published_at = %s WHERE size = %s AND published_at IS NULL",
                [note.bytes, now, size],
            )
        return Published(size, note.bytes, "", answers)

    def _sign(self, now: datetime) -> tuple[int, bytes, Note] | None:
        """The checkpoint to publish next: a signed one that is not published yet, or a new one over the present size."""
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT size FROM ledger_logstate WHERE id = 1 FOR UPDATE")
            (size,) = cursor.fetchone()
            cursor.execute("SELECT size, root, note, published_at FROM ledger_logcheckpoint ORDER BY size DESC LIMIT 1")
            last = cursor.fetchone()
            if last is not None and last[0] == size:
                return None if last[3] is not None else (size, bytes(last[1]), parse_note(bytes(last[2])))
            root = root_at(size)
            checkpoint = Checkpoint(self.origin, size, root)
            signers = self.keys.signers()
            if not signers:
                raise Refused("no key of the ledger signs; make one: xiezhi ledger keys new")
            note = Note(checkpoint.text, ()).signed(*(s.line(checkpoint.text) for s in signers))
            cursor.execute(
                "INSERT INTO ledger_logcheckpoint (size, root, note, signed_at) VALUES (%s, %s, %s, %s)",
                [size, root, note.bytes, now],
            )
            return size, root, note

    def _witness(self, size: int, note: Note) -> list[Answer]:
        def proof(old: int) -> Sequence[bytes]:
            return consistency_proof(reader(size), old, size)

        answers = ask_all(list(self.policy.witnesses.values()), note, size, self.seen, proof)
        for answer in answers:
            if answer.size is not None:
                self.seen[answer.witness] = answer.size
            if answer.trouble:
                LOG.warning("witness %s %s", answer.witness, answer.trouble)
        return answers

    def _cosigned(self, note: Note) -> set[str]:
        """Witnesses whose line the note carries already (a round that was held, a crash in between)."""
        keys = {w.key.vkey: w.name for w in self.policy.witnesses.values()}
        good = note.by([w.key for w in self.policy.witnesses.values()])
        return {keys[v.vkey] for v in good}

    def check(self) -> None:
        """Compare database, copy and keys before the first entry is taken. Raises Behind, Forked or Refused."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT origin, size FROM ledger_logstate WHERE id = 1")
            origin, size = cursor.fetchone()
            cursor.execute("SELECT size, root FROM ledger_logcheckpoint ORDER BY size DESC LIMIT 1")
            signed = cursor.fetchone()
            cursor.execute("SELECT count(*) FROM ledger_logcheckpoint WHERE published_at IS NOT NULL")
            (published,) = cursor.fetchone()
        if origin != self.origin:
            raise Refused(
                f"this database holds the log {origin}, the settings name {self.origin}. Set XIEZHI_LEDGER_ORIGIN={origin}."
            )
        if signed is not None and (signed[0] > size or root_at(signed[0]) != bytes(signed[1])):
            raise Forked(
                f"the tiles do not give the root that was signed for {signed[0]} entries: stored data was changed. "
                "Nothing is published. Compare with a copy: xiezhi ledger check --against FOLDER"
            )
        try:
            last = self.copy.last()
        except NoteError as error:
            raise Refused(
                f"{error}. Put it aside and take the newest checkpoint from the day's file beside it, from a mirror or a witness: "
                "xiezhi ledger adopt FILE"
            ) from None
        if last is None:
            if published:
                raise Refused(
                    f"the database has published checkpoints, but {self.copy.newest} is missing. Bring the folder back from its "
                    "disk or its backup, or take the newest checkpoint from a witness: xiezhi ledger adopt FILE"
                )
            return
        outside, _ = last
        if outside.origin != self.origin:
            raise Refused(f"{self.copy.newest} belongs to {outside.origin}, not to {self.origin}")
        if outside.size > size:
            raise Behind(
                f"the world has seen {outside.size} entries, this database knows {size}: it was restored from an older state. "
                "Nothing is published. Restore a newer state (with the write-ahead log), or bring the missing entries back from "
                "a mirror: xiezhi ledger recover --from FOLDER_OR_URL. See docs/howto/recover-the-ledger.md"
            )
        if root_at(outside.size) != outside.root:
            raise Forked(
                f"at {outside.size} entries this database has another root than the published one. Nothing is published. "
                "See docs/howto/recover-the-ledger.md"
            )


def open_ledger(policy: Policy | None = None) -> Ledger:
    """The log of this installation; on first use it gets its origin and its key. Runs every check before it returns.

    Raises Refused, Behind or Forked.
    """
    origin = settings.LEDGER_ORIGIN
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_logstate (id, origin, size, low_xid, low_id, updated_at) VALUES (1, %s, 0, -1, 0, now()) "
            "ON CONFLICT DO NOTHING",
            [origin],
        )
        cursor.execute("SELECT size, low_xid >= pg_current_xact_id()::text::bigint FROM ledger_logstate WHERE id = 1")
        size, foreign = cursor.fetchone()
    if foreign:
        raise Refused(
            "the entries come from another database server (a restored backup), whose transaction numbers mean nothing here. "
            "Renumber them once: xiezhi ledger renumber"
        )
    ring = KeyRing(folder() / "keys", origin)
    if not ring.mine():
        if size:
            raise Refused(
                f"the keys of {origin} are missing in {ring.folder}. Bring them back, or rotate: xiezhi ledger keys new"
            )
        ring.new(0)
    found = Ledger(origin, ring, load_policy() if policy is None else policy, Copy(folder() / "log"))
    found.check()
    return found


def hold_alone(cursor: Any) -> bool:
    """Take the session lock of the one publisher; False when another process has it."""
    cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
    return bool(cursor.fetchone()[0])


def latest() -> tuple[Checkpoint, bytes] | None:
    """The newest published checkpoint and its note."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT note FROM ledger_logcheckpoint WHERE published_at IS NOT NULL ORDER BY size DESC LIMIT 1"
        )
        row = cursor.fetchone()
    return None if row is None else (parse_checkpoint(parse_note(bytes(row[0])).text), bytes(row[0]))


def round_once(ledger: Ledger, now: datetime | None = None) -> Published | None:
    """Sequence all that waits, then publish."""
    for _ in sequencer.drain():
        pass
    return ledger.publish(now)
