"""Signed notes, checkpoints, witness lines and the policy that says whose word is enough."""

from __future__ import annotations

import base64
import re
from collections.abc import Collection
from dataclasses import dataclass, field
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from xiezhi_verify.tree import EMPTY, Wrong

LOG, WITNESS = 1, 4


def b64(text: str) -> bytes:
    try:
        raw = base64.b64decode(text, validate=True)
    except ValueError:
        raise Wrong("bad base64") from None
    if base64.b64encode(raw).decode() != text:
        raise Wrong("bad base64")
    return raw


def decimal(text: str) -> int:
    if not re.fullmatch(r"0|[1-9][0-9]{0,18}", text) or int(text) >= 2**63:
        raise Wrong("bad number")
    return int(text)


@dataclass(frozen=True)
class Key:
    """A verifier key: name, type byte, public key."""

    name: str
    kind: int
    public: bytes

    @property
    def hint(self) -> bytes:
        return sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:4]

    @classmethod
    def read(cls, text: str) -> Key:
        parts = text.split("+", 2)
        if len(parts) != 3:
            raise Wrong("not a verifier key")
        body = b64(parts[2])
        if len(body) != 33 or body[0] not in (LOG, WITNESS):
            raise Wrong("a key of an unknown kind")
        found = cls(parts[0], body[0], body[1:])
        if not re.fullmatch(r"[0-9a-f]{8}", parts[1]) or found.hint.hex() != parts[1] or not found.name:
            raise Wrong("the key's number does not belong to it")
        return found

    def check(self, text: bytes, signature: bytes) -> int:
        """Time of a witness's signature in POSIX seconds, 0 for the log's. Raises Wrong."""
        at = 0
        if self.kind == WITNESS:
            if len(signature) != 72:
                raise Wrong(f"the signature of {self.name} has the wrong length")
            at = int.from_bytes(signature[:8], "big")
            signature = signature[8:]
            text = b"cosignature/v1\ntime %d\n" % at + text
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text)
        except InvalidSignature:
            raise Wrong(f"the signature of {self.name} is false") from None
        return at


@dataclass(frozen=True)
class Policy:
    """Logs that are trusted to speak, and witnesses whose agreement is asked for."""

    logs: tuple[Key, ...]
    witnesses: dict[str, Key] = field(default_factory=dict)
    groups: dict[str, tuple[int, list[str]]] = field(default_factory=dict)
    quorum: str = "none"

    def enough(self, names: Collection[str]) -> bool:
        def holds(name: str) -> bool:
            if name in self.witnesses:
                return name in names
            need, members = self.groups[name]
            return sum(map(holds, members)) >= need

        return self.quorum == "none" or holds(self.quorum)


def read_policy(text: str) -> Policy:
    """A tlog-policy. Raises Wrong naming the line."""
    logs: list[Key] = []
    witnesses: dict[str, Key] = {}
    groups: dict[str, tuple[int, list[str]]] = {}
    quorum = None
    for at, line in enumerate(text.splitlines(), 1):
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        try:
            if words[0] == "log" and len(words) in (2, 3):
                logs.append(Key.read(words[1]))
            elif words[0] == "witness" and len(words) in (3, 4) and words[1] not in witnesses | groups:
                witnesses[words[1]] = Key.read(words[2])
                if witnesses[words[1]].kind != WITNESS:
                    raise Wrong("not the key of a witness")
            elif words[0] == "group" and len(words) > 3 and words[1] not in witnesses | groups:
                members = words[3:]
                if any(m not in witnesses and m not in groups for m in members):
                    raise Wrong("a member is not defined above")
                need = {"any": 1, "all": len(members)}.get(words[2]) or decimal(words[2])
                if not 1 <= need <= len(members):
                    raise Wrong("bad number of members")
                groups[words[1]] = (need, members)
            elif words[0] == "quorum" and len(words) == 2 and quorum is None:
                quorum = words[1]
                if quorum != "none" and quorum not in witnesses and quorum not in groups:
                    raise Wrong("the quorum is not defined above")
            else:
                raise Wrong("not understood")
        except Wrong as error:
            raise Wrong(f"policy, line {at}: {error}") from None
    if not logs or quorum is None:
        raise Wrong("a policy needs a log line and a quorum line")
    return Policy(tuple(logs), witnesses, groups, quorum)


@dataclass(frozen=True)
class Point:
    """A checkpoint whose signatures are good, and who signed: names of witnesses with their times."""

    origin: str
    size: int
    root: bytes
    raw: bytes
    seen: dict[str, int]


def read_point(raw: bytes, policy: Policy) -> Point:
    """Verify a checkpoint. Raises Wrong for anything malformed, a false line of a known key, or too few witnesses."""
    if len(raw) > 1_000_000:
        raise Wrong("the checkpoint is too long")
    try:
        whole = raw.decode()
    except UnicodeDecodeError:
        raise Wrong("the checkpoint is not text") from None
    if any(c < " " and c != "\n" for c in whole):
        raise Wrong("the checkpoint holds control characters")
    head, gap, block = whole.rpartition("\n\n")
    if not gap or not block.endswith("\n"):
        raise Wrong("the checkpoint carries no signature")
    text = (head + "\n").encode()
    lines = head.split("\n")
    if len(lines) < 3 or not all(lines):
        raise Wrong("not a checkpoint")
    origin, size, root = lines[0], decimal(lines[1]), b64(lines[2])
    if len(root) != 32 or (size == 0 and root != EMPTY):
        raise Wrong("not the root of a tree")
    keys = {(k.name, k.hint): ("", k) for k in policy.logs}
    keys |= {(k.name, k.hint): (name, k) for name, k in policy.witnesses.items()}
    by_log, seen, done = False, {}, set()
    for line in block[:-1].split("\n"):
        found = re.fullmatch(r"— (\S+) (\S+)", line)
        body = b64(found.group(2)) if found else b""
        if found is None or len(body) < 5 or "+" in found.group(1):
            raise Wrong("a line of signatures is malformed")
        place = (found.group(1), body[:4])
        if place not in keys or place in done:
            continue
        done.add(place)
        name, key = keys[place]
        at = key.check(text, body[4:])
        if name:
            seen[name] = at
        elif key.name == origin:
            by_log = True
    if not by_log:
        raise Wrong(f"no key of your policy has signed for {origin}")
    if not policy.enough(seen):
        raise Wrong(f"too few witnesses have seen it ({'、'.join(seen) or '没有'})")
    return Point(origin, size, root, raw, seen)
