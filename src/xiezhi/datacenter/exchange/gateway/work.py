"""One call on its way through the gateway, and the line that will tell of it."""

from __future__ import annotations

import hashlib
import time
from asyncio import Future
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson

from ..policy import Asked, Grant, Key, Plan
from ..problems import Refused
from ..signatures.messages import Request

__all__ = ["EMPTY", "Item", "Work", "digest_line", "line_of"]

EMPTY = hashlib.sha256(b"").digest()


@dataclass(slots=True)
class Item:
    """One look-up of a call: its key, the slot it is found in, and for a verification what is claimed."""

    slot: int
    key: UUID
    claims: Mapping[str, str]
    person: bytes | None = None


@dataclass(slots=True)
class Work:
    """A call. What the gateway learns is filled in as it goes."""

    at: datetime
    began: float
    interface: str
    request: Request
    terminal: str = ""
    key: Key | None = None
    key_id: str = ""
    grant: Grant | None = None
    plan: Plan | None = None
    asked: Asked | None = None
    items: list[Item] = field(default_factory=list)
    many: bool = False
    received: Mapping[str, Any] | None = None
    nonce: UUID | None = None
    nonce_until: datetime | None = None
    keys_hash: bytes | None = None
    request_digest: bytes = EMPTY
    signature: bytes | None = None
    sign_alg: str = ""
    refusal: Refused | None = None
    # The answer
    call: str = ""
    status: int = 0
    body: bytes = b""
    rows: int = 0
    persons: list[bytes] = field(default_factory=list)
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    done: Future[None] | None = None

    @property
    def result(self) -> str:
        return self.refusal.code if self.refusal is not None else "OK"


def line_of(work: Work, n: int, answer_digest: bytes) -> tuple[Any, ...]:
    """The values of a line in the log, in the order of the statement that writes it."""
    key, grant, asked, plan = work.key, work.grant, work.asked, work.plan
    at = work.at
    visible = at if plan is None or not plan.delay else at + _delay(plan.delay)
    return (
        n, at, key.caller if key else None, work.key_id[:80], key.environment if key else "LIVE", work.interface[:60],
        grant.id if grant else None, grant.version if grant else None, asked.purpose[:40] if asked else "",
        asked.case_no[:80] if asked else "", work.keys_hash, (plan.names if plan else "")[:1000], len(work.items), work.rows,
        work.result, work.status, round((time.perf_counter() - work.began) * 1000, 3), len(work.body), work.request_digest,
        answer_digest, work.signature, visible, work.terminal[:64],
    )  # fmt: skip


def _delay(seconds: float) -> timedelta:
    return timedelta(seconds=seconds)


def _hex(value: Any) -> str:
    return bytes(value).hex()


def digest_line(line: tuple[Any, ...]) -> bytes:
    """The bytes of a line that the batch's Merkle tree is built over: the same from memory and from the database, where
    moments are given in Asia/Shanghai."""
    return orjson.dumps(line, default=_hex)
