"""A record in hand: what was written, the salt that opens its commitment, and the proof that the log has it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256

from xiezhi_verify.note import Point, Policy, b64, decimal, read_point
from xiezhi_verify.tree import Wrong, included, leaf

FORMAT = "xiezhi-record/1"
PREFIX = b"xiezhi/commitment/v1\n"


@dataclass(frozen=True)
class Proof:
    """A tlog-proof file: index, hashes, checkpoint."""

    index: int
    hashes: list[bytes]
    checkpoint: bytes


def read_proof(raw: bytes) -> Proof:
    """Raises Wrong for anything but a tlog-proof."""
    head, gap, rest = raw.partition(b"\n\n")
    try:
        lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError:
        raise Wrong("not a proof file") from None
    if not gap or len(raw) > 1_000_000 or lines[0] != "c2sp.org/tlog-proof@v1":
        raise Wrong("not a proof file")
    lines = lines[1:]
    if lines and lines[0].startswith("extra "):
        b64(lines[0][6:])
        lines = lines[1:]
    if not lines or not lines[0].startswith("index ") or len(lines) > 64:
        raise Wrong("the proof names no entry")
    return Proof(decimal(lines[0][6:]), [b64(line) for line in lines[1:]], rest)


def check_proof(proof: Proof, entry: bytes, policy: Policy) -> Point:
    """The checkpoint under which the entry is proved. Raises Wrong."""
    point = read_point(proof.checkpoint, policy)
    included(proof.index, point.size, leaf(entry), proof.hashes, point.root)
    return point


@dataclass(frozen=True)
class Record:
    """A record file: kind, exact text, salt, and the proof (None while it waits for publication)."""

    kind: str
    text: str
    salt: bytes
    proof: Proof | None
    file_sha256: str = ""

    @property
    def entry(self) -> bytes:
        return b"\x01" + sha256(PREFIX + self.kind.encode() + b"\n" + self.salt + self.text.encode()).digest()


def read_record(raw: bytes) -> Record:
    """Raises Wrong for anything but a record file."""
    if len(raw) > 20_000_000:
        raise Wrong("the record is too long")
    try:
        found = json.loads(raw)
        if found["format"] != FORMAT:
            raise Wrong("a record of an unknown format")
        salt = bytes.fromhex(found["salt"])
        proof = read_proof(found["proof"].encode()) if found.get("proof") else None
        record = Record(str(found["kind"]), str(found["text"]), salt, proof)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Wrong("not a record file") from None
    if len(salt) != 32:
        raise Wrong("a salt has 32 bytes")
    return record
