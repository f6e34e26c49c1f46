"""What the ledger does for the rest: `append` commits to a record inside the caller's transaction."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from xiezhi.kernel import prepared
from xiezhi.kernel.ledger.models import Salt

__all__ = [
    "ENTRIES", "PREFIX", "Commit", "Entry", "Kept", "append", "append_many", "canonical", "columns", "commit_to", "kept", "verify",
]  # fmt: skip

PREFIX = b"xiezhi/commitment/v1\n"
SALT_BYTES = 32


@dataclass(frozen=True)
class Entry:
    """One commitment: its row, its value and its salt (both 32 bytes)."""

    id: int
    kind: str
    commitment: bytes
    salt: bytes


@dataclass(frozen=True)
class Commit:
    """What to commit to: `payload` is the record, `object_type` and `object_id` find it again."""

    kind: str
    payload: bytes | Mapping[str, Any]
    object_type: str
    object_id: str


def canonical(payload: bytes | Mapping[str, Any]) -> bytes:
    """The bytes that are committed to: JSON with sorted keys, no spaces, UTF-8 (bytes pass unchanged)."""
    if isinstance(payload, bytes):
        return payload
    return json.dumps(payload, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str).encode()


def commit_to(kind: str, payload: bytes | Mapping[str, Any], salt: bytes) -> bytes:
    """SHA-256 over prefix, kind, salt and payload: binds the record, hides it while the salt is secret."""
    return hashlib.sha256(PREFIX + kind.encode() + b"\n" + salt + canonical(payload)).digest()


def verify(kind: str, payload: bytes | Mapping[str, Any], salt: bytes, commitment: bytes) -> bool:
    """Whether the record is the one committed to."""
    return secrets.compare_digest(commit_to(kind, payload, salt), bytes(commitment))


ENTRIES = """
        item AS MATERIALIZED (
            SELECT nextval('ledger_pendingentry_id_seq') AS id, t.*
            FROM unnest(%s::text[], %s::bytea[], %s::bytea[], %s::text[], %s::text[])
                AS t(kind, commitment, salt, object_type, object_id)
        ), entry AS (
            INSERT INTO ledger_pendingentry (id, kind, commitment, created_at)
            SELECT id, kind, commitment, now() FROM item
        ), kept AS (
            INSERT INTO ledger_salt (entry_id, salt, object_type, object_id)
            SELECT id, salt, object_type, object_id FROM item
        )
"""
"""Parts of a WITH that append; their values are those of `columns`. For writers that put the record and its commitment
into one statement of their own, without Django's connection."""


def columns(commits: Sequence[Commit]) -> tuple[list[str], list[bytes], list[bytes], list[str], list[str]]:
    """Kinds, commitments, salts, object types and object ids for `ENTRIES`."""
    salts = [secrets.token_bytes(SALT_BYTES) for _ in commits]
    values = [commit_to(c.kind, c.payload, s) for c, s in zip(commits, salts, strict=True)]
    return (
        [c.kind for c in commits], values, salts, [c.object_type for c in commits], [c.object_id for c in commits],
    )  # fmt: skip


def append(kind: str, payload: bytes | Mapping[str, Any], *, object_type: str = "", object_id: str = "") -> Entry:
    """Commit to one record. MUST run inside the transaction of the record itself, so both stand or fall together."""
    return append_many([Commit(kind, payload, object_type or kind, str(object_id))])[0]


def append_many(commits: Sequence[Commit]) -> list[Entry]:
    """Several commitments in one statement. Raises RuntimeError outside a transaction."""
    if not connection.in_atomic_block:
        raise RuntimeError("ledger.append must run inside the transaction of the record it commits to")
    if not commits:
        return []
    arrays = columns(commits)
    with prepared.cursor() as cursor:
        cursor.execute(f"WITH {ENTRIES} SELECT id, commitment FROM item", arrays)  # noqa: S608 - a constant
        ids = {bytes(value): number for number, value in cursor.fetchall()}
    values, salts = arrays[1], arrays[2]
    return [Entry(ids[v], c.kind, v, s) for c, v, s in zip(commits, values, salts, strict=True)]


@dataclass(frozen=True)
class Kept:
    """A commitment found again by its object, with the salt that opens it."""

    entry: int
    kind: str
    commitment: bytes
    salt: bytes
    at: datetime


def kept(object_type: str, object_ids: Sequence[str]) -> dict[str, Kept]:
    """Commitments of objects whose salt is still there, newest for each; an erased salt leaves nothing to find."""
    rows = (
        Salt.objects.filter(object_type=object_type, object_id__in=list(object_ids))
        .select_related("entry")
        .order_by("pk")
    )
    return {
        r.object_id: Kept(r.entry_id, r.entry.kind, bytes(r.entry.commitment), bytes(r.salt), r.entry.created_at)
        for r in rows
    }
