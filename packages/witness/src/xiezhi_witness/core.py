"""What a witness decides. Every answer of the protocol's table; the state is durable before the signature leaves."""

from __future__ import annotations

import base64
import hashlib
import sqlite3
import struct
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from xiezhi_verify.note import WITNESS, Key, Policy, b64, decimal, read_point
from xiezhi_verify.tree import Wrong, extends

MOST_BYTES = 1_100_000
MOST_HASHES = 63


@dataclass(frozen=True)
class Answer:
    """Status and body of an HTTP answer."""

    status: int
    body: bytes = b""
    kind: str = "text/plain; charset=utf-8"


@dataclass(frozen=True)
class Request:
    """A well-formed add-checkpoint."""

    old: int
    proof: list[bytes]
    note: bytes
    origin: str
    size: int


def read_request(body: bytes) -> Request:
    """Raises Wrong for a malformed body."""
    if len(body) > MOST_BYTES:
        raise Wrong("the request is too long")
    head, gap, note = body.partition(b"\n\n")
    try:
        lines = head.decode("ascii").split("\n")
        top = note.decode("utf-8").split("\n")
    except UnicodeDecodeError:
        raise Wrong("the request is not text") from None
    if not gap or not lines[0].startswith("old ") or len(lines) - 1 > MOST_HASHES:
        raise Wrong("the request does not begin with the old size")
    old = decimal(lines[0][4:])
    proof = [b64(line) for line in lines[1:]]
    if any(len(h) != 32 for h in proof):
        raise Wrong("a hash has 32 bytes")
    if len(top) < 5 or not note.endswith(b"\n") or b"\n\n" not in note or not top[0]:
        raise Wrong("the request carries no checkpoint")
    size = decimal(top[1])
    if len(b64(top[2])) != 32:
        raise Wrong("the root has 32 bytes")
    return Request(old, proof, note, top[0], size)


class Witness:
    """One witness key with its memory. Thread-safe; two processes on one state file exclude each other as well."""

    def __init__(
        self, name: str, seed: bytes, logs: list[Key], state: Path, now: Callable[[], float] = time.time
    ) -> None:
        self.name, self.now = name, now
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.key = Key(name, WITNESS, self._key.public_key().public_bytes_raw())
        self.logs: dict[str, list[Key]] = {}
        for log in logs:
            self.logs.setdefault(log.name, []).append(log)
        self._state = state
        self._lock = threading.Lock()
        with self._open() as database:
            database.execute(
                "CREATE TABLE IF NOT EXISTS seen (origin TEXT PRIMARY KEY, size INTEGER NOT NULL, root BLOB NOT NULL, note BLOB NOT NULL)"
            )
        database.close()

    @property
    def vkey(self) -> str:
        body = base64.b64encode(bytes([WITNESS]) + self.key.public).decode()
        return f"{self.name}+{self.key.hint.hex()}+{body}"

    def _open(self) -> sqlite3.Connection:
        database = sqlite3.connect(self._state, timeout=10, isolation_level=None)
        database.execute("PRAGMA synchronous = FULL")
        return database

    def add(self, body: bytes) -> Answer:
        """Answer one add-checkpoint request."""
        try:
            asked = read_request(body)
        except Wrong as error:
            return Answer(400, f"{error}\n".encode())
        keys = self.logs.get(asked.origin)
        if keys is None:
            return Answer(404, b"this witness does not know that log\n")
        try:
            point = read_point(asked.note, Policy(tuple(keys)))
        except Wrong as error:
            return Answer(403, f"{error}\n".encode())
        if asked.old > point.size:
            return Answer(400, b"the old size is larger than the new one\n")
        with self._lock:
            database = self._open()
            try:
                database.execute("BEGIN IMMEDIATE")
                answer = self._decide(database, asked, point.size, point.root)
                database.execute("COMMIT" if answer.status == 200 else "ROLLBACK")
            finally:
                database.close()
        return answer

    def _decide(self, database: sqlite3.Connection, asked: Request, size: int, root: bytes) -> Answer:
        row = database.execute("SELECT size, root FROM seen WHERE origin = ?", [asked.origin]).fetchone()
        known, known_root = (row[0], row[1]) if row else (0, hashlib.sha256(b"").digest())
        if asked.old != known:
            return Answer(409, b"%d\n" % known, "text/x.tlog.size")
        try:
            extends(known, size, asked.proof, known_root, root)
        except Wrong as error:
            return Answer(422, f"{error}\n".encode())
        line = self._sign(asked.note)
        database.execute(
            "INSERT INTO seen VALUES (?, ?, ?, ?) ON CONFLICT (origin) DO UPDATE SET size = excluded.size, "
            "root = excluded.root, note = excluded.note",
            [asked.origin, size, root, asked.note + line],
        )
        return Answer(200, line)

    def _sign(self, note: bytes) -> bytes:
        text = note[: note.rindex(b"\n\n") + 1]
        at = max(1, int(self.now()))
        signature = self._key.sign(b"cosignature/v1\ntime %d\n" % at + text)
        body = base64.b64encode(self.key.hint + struct.pack(">Q", at) + signature).decode()
        return f"— {self.name} {body}\n".encode()

    def latest(self, origin_hash: str) -> Answer:
        """The newest checkpoint cosigned for the origin with this hash; 404 where there is none."""
        for origin in self.logs:
            if hashlib.sha256(origin.encode()).hexdigest() == origin_hash:
                database = self._open()
                try:
                    row = database.execute("SELECT note FROM seen WHERE origin = ?", [origin]).fetchone()
                finally:
                    database.close()
                if row:
                    return Answer(200, bytes(row[0]))
        return Answer(404, b"nothing cosigned\n")
