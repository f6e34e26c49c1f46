"""Signed notes and checkpoints (C2SP signed-note v1.0.0, tlog-checkpoint v1.0.0, tlog-cosignature v1.1.0-rc.1).

A note is a text, an empty line, and signature lines by named keys. A reader ignores lines of keys it does not know and
refuses the whole note when a known key's line is wrong.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from struct import pack

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from xiezhi.kernel.ledger.merkle import EMPTY, HASH_BYTES

__all__ = [
    "COSIGNATURE", "ED25519", "OTHER", "Checkpoint", "Note", "NoteError", "SignatureLine", "Signer", "Verifier", "cosigner",
    "ed25519_signer", "key_id", "number", "opened", "parse_checkpoint", "parse_note", "verifier",
]  # fmt: skip

ED25519, COSIGNATURE, OTHER = 0x01, 0x04, 0xFF
MAX_NOTE = 1_000_000
MAX_LINES = 100
_DASH = "— ".encode()
_NUMBER = re.compile(r"0|[1-9][0-9]{0,18}")


class NoteError(ValueError):
    """A note, key or checkpoint is malformed or not signed as it must be."""


def number(text: str) -> int:
    """A decimal number without sign, leading zero or anything else, below 2**63. Raises NoteError."""
    if not _NUMBER.fullmatch(text) or int(text) >= 1 << 63:
        raise NoteError("not a decimal number")
    return int(text)


def unbase64(text: str) -> bytes:
    """Strict standard base64 with padding and no stray bits. Raises NoteError."""
    try:
        raw = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError, ValueError) as error:
        raise NoteError("bad base64") from error
    if base64.b64encode(raw).decode() != text:
        raise NoteError("bad base64")
    return raw


def key_id(name: str, kind: int, public: bytes) -> bytes:
    """First four bytes of SHA-256 over name, newline, type and public key: a hint, no security."""
    return sha256(name.encode() + b"\n" + bytes([kind]) + public).digest()[:4]


def check_name(name: str) -> str:
    """Key names are not empty and hold neither space nor plus. Raises NoteError."""
    if not name or "+" in name or any(c.isspace() for c in name) or any(ord(c) < 0x20 for c in name):
        raise NoteError("bad key name")
    return name


@dataclass(frozen=True)
class Verifier:
    """A known key: `check(text, signature)` raises InvalidSignature or ValueError; `kind` is the type byte."""

    name: str
    kind: int
    public: bytes
    check: Callable[[bytes, bytes], None] = field(compare=False)

    @property
    def id(self) -> bytes:
        return key_id(self.name, self.kind, self.public)

    @property
    def vkey(self) -> str:
        """name+hex8+base64: how keys are handed around."""
        body = base64.b64encode(bytes([self.kind]) + self.public).decode()
        return f"{self.name}+{self.id.hex()}+{body}"


@dataclass(frozen=True)
class Signer:
    """A key that signs notes: `sign(text)` returns what follows the key id in its line."""

    verifier: Verifier
    sign: Callable[[bytes], bytes] = field(compare=False)

    def line(self, text: bytes) -> SignatureLine:
        return SignatureLine(self.verifier.name, self.verifier.id, self.sign(text))


def cosigned(text: bytes, at: int) -> bytes:
    """What a witness signs: the text with the time it was seen."""
    return b"cosignature/v1\ntime " + str(at).encode() + b"\n" + text


def _ed25519(public: bytes) -> Callable[[bytes, bytes], None]:
    key = Ed25519PublicKey.from_public_bytes(public)

    def check(text: bytes, signature: bytes) -> None:
        key.verify(signature, text)

    return check


def _witness(public: bytes) -> Callable[[bytes, bytes], None]:
    key = Ed25519PublicKey.from_public_bytes(public)

    def check(text: bytes, signature: bytes) -> None:
        if len(signature) != 72:
            raise ValueError("a cosignature has 72 bytes")
        at = int.from_bytes(signature[:8])
        if not 0 < at < 1 << 63:
            raise ValueError("a cosignature carries a time")
        key.verify(signature[8:], cosigned(text, at))

    return check


def verifier(vkey: str) -> Verifier:
    """The key a vkey describes. Raises NoteError for malformed ones, wrong ids, and types that are not known here."""
    parts = vkey.split("+", 2)
    if len(parts) != 3 or not re.fullmatch(r"[0-9a-f]{8}", parts[1]):
        raise NoteError("not a verifier key")
    name, body = check_name(parts[0]), unbase64(parts[2])
    if len(body) < 2:
        raise NoteError("not a verifier key")
    kind, public = body[0], body[1:]
    if key_id(name, kind, public).hex() != parts[1]:
        raise NoteError("the key id does not belong to the key")
    if kind not in (ED25519, COSIGNATURE):
        raise NoteError(f"signature type {kind:#04x} is not known here")
    if len(public) != 32:
        raise NoteError("an Ed25519 key has 32 bytes")
    return Verifier(name, kind, public, _ed25519(public) if kind == ED25519 else _witness(public))


def ed25519_signer(name: str, seed: bytes) -> Signer:
    """The log's own key from its 32-byte seed."""
    key = Ed25519PrivateKey.from_private_bytes(seed)
    public = key.public_key().public_bytes_raw()
    return Signer(Verifier(check_name(name), ED25519, public, _ed25519(public)), key.sign)


def cosigner(name: str, seed: bytes, now: Callable[[], int]) -> Signer:
    """A witness key from its seed; `now` gives POSIX seconds."""
    key = Ed25519PrivateKey.from_private_bytes(seed)
    public = key.public_key().public_bytes_raw()

    def sign(text: bytes) -> bytes:
        at = now()
        return pack(">Q", at) + key.sign(cosigned(text, at))

    return Signer(Verifier(check_name(name), COSIGNATURE, public, _witness(public)), sign)


@dataclass(frozen=True)
class SignatureLine:
    """One signature of a note."""

    name: str
    key: bytes
    signature: bytes

    @property
    def bytes(self) -> bytes:
        body = base64.b64encode(self.key + self.signature)
        return _DASH + self.name.encode() + b" " + body + b"\n"


@dataclass(frozen=True)
class Note:
    """A text with its signature lines, nothing of it verified yet."""

    text: bytes
    lines: tuple[SignatureLine, ...]

    @property
    def bytes(self) -> bytes:
        return self.text + b"\n" + b"".join(line.bytes for line in self.lines)

    def signed(self, *lines: SignatureLine) -> Note:
        """With further lines; a line of the same key is replaced, all others stay."""
        new = {(line.name, line.key) for line in lines}
        return Note(self.text, (*(known for known in self.lines if (known.name, known.key) not in new), *lines))

    def by(self, known: Iterable[Verifier]) -> list[Verifier]:
        """Keys whose signature is good. Raises NoteError when a known key's line is wrong; the first of doubles counts."""
        keys = {(v.name, v.id): v for v in known}
        good: dict[tuple[str, object], Verifier] = {}
        for line in self.lines:
            found = keys.get((line.name, line.key))
            if found is None or (line.name, line.key) in good:
                continue
            try:
                found.check(self.text, line.signature)
            except (InvalidSignature, ValueError) as error:
                raise NoteError(f"the signature of {line.name} is wrong") from error
            good[(line.name, line.key)] = found
        return list(good.values())


def parse_note(raw: bytes) -> Note:
    """Take a note apart without verifying it. Raises NoteError."""
    if len(raw) > MAX_NOTE:
        raise NoteError("the note is too long")
    try:
        whole = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise NoteError("the note is not UTF-8") from error
    if any(ord(c) < 0x20 and c != "\n" for c in whole):
        raise NoteError("the note holds control characters")
    cut = raw.rfind(b"\n\n")
    if cut < 0:
        raise NoteError("the note has no signatures")
    text, block = raw[: cut + 1], raw[cut + 2 :]
    if not block.endswith(b"\n"):
        raise NoteError("the note does not end with a newline")
    rows = block[:-1].split(b"\n")
    if len(rows) > MAX_LINES:
        raise NoteError("the note has too many signatures")
    lines = []
    for row in rows:
        if not row.startswith(_DASH):
            raise NoteError("bad signature line")
        name, space, body = row[len(_DASH) :].decode().partition(" ")
        decoded = unbase64(body) if space else b""
        if len(decoded) < 5:
            raise NoteError("bad signature line")
        lines.append(SignatureLine(check_name(name), decoded[:4], decoded[4:]))
    return Note(text, tuple(lines))


def opened(raw: bytes, known: Sequence[Verifier]) -> tuple[Note, list[Verifier]]:
    """A note that at least one known key signed, and these keys. Raises NoteError otherwise."""
    note = parse_note(raw)
    good = note.by(known)
    if not good:
        raise NoteError("no known key has signed the note")
    return note, good


@dataclass(frozen=True)
class Checkpoint:
    """检查点: "this log has this many entries and this root"."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> bytes:
        body = base64.b64encode(self.root).decode()
        return f"{self.origin}\n{self.size}\n{body}\n".encode()


def parse_checkpoint(text: bytes) -> Checkpoint:
    """Origin, size and root of a checkpoint's text; extension lines are let pass. Raises NoteError."""
    lines = text.decode().split("\n")
    if len(lines) < 4 or lines[-1] != "":
        raise NoteError("not a checkpoint")
    if any(not line for line in lines[:-1]):
        raise NoteError("a checkpoint has no empty line")
    found = Checkpoint(lines[0], number(lines[1]), unbase64(lines[2]))
    if len(found.root) != HASH_BYTES or (found.size == 0 and found.root != EMPTY):
        raise NoteError("not the root of a tree")
    return found
