"""The log's keys: one file each in the data directory, with what became of it. Never in the database, never in a backup of it.

Every active key signs every checkpoint, so that a new key can be handed out before the old one goes. A key that is retired
or compromised stays listed, so that old proofs can be judged: see docs/howto/rotate-the-ledger-key.md.
"""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature

from xiezhi.kernel.ledger.notes import OTHER, NoteError, Signer, Verifier, ed25519_signer, key_id

__all__ = ["ACTIVE", "COMPROMISED", "RETIRED", "Key", "KeyRing", "sm2_signer"]

ACTIVE, RETIRED, COMPROMISED = "active", "retired", "compromised"
SM2_USER = "1234567812345678"
"""Signer's identity of GM/T 0003.2 where none is agreed."""


@dataclass
class Key:
    """One key as the ring remembers it: its public form, its state, and the size of the log at each change."""

    vkey: str
    file: str
    kind: str
    state: str = ACTIVE
    from_size: int = 0
    to_size: int | None = None

    @property
    def id(self) -> str:
        return self.vkey.split("+")[1]


class KeyRing:
    """Keys of one origin in a folder. Raises FileNotFoundError where a listed key's file is missing."""

    def __init__(self, folder: Path, origin: str) -> None:
        self.folder = folder
        self.origin = origin
        self.path = folder / "keys.json"
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
        self.keys = [Key(**row) for row in json.loads(self.path.read_text())] if self.path.exists() else []

    def save(self) -> None:
        write(self.path, json.dumps([asdict(k) for k in self.keys], indent=1).encode(), mode=0o600)

    def mine(self) -> list[Key]:
        """Keys of this origin, oldest first."""
        return [k for k in self.keys if k.vkey.split("+")[0] == self.origin]

    def new(self, size: int) -> Key:
        """Make an Ed25519 key that signs from now on."""
        seed = secrets.token_bytes(32)
        vkey = ed25519_signer(self.origin, seed).verifier.vkey
        key = Key(vkey, f"{vkey.split('+')[1]}.seed", "ed25519", from_size=size)
        write(self.folder / key.file, seed.hex().encode() + b"\n", mode=0o600)
        self.keys.append(key)
        self.save()
        return key

    def end(self, id_: str, size: int, state: str = RETIRED) -> Key:
        """Let a key sign no more. Raises LookupError for an unknown one, ValueError when no active key would be left."""
        key = next((k for k in self.mine() if k.id == id_), None)
        if key is None:
            raise LookupError(f"no key {id_} of {self.origin}")
        if key.state == ACTIVE and sum(k.state == ACTIVE and k.kind == "ed25519" for k in self.mine()) == 1:
            raise ValueError("this is the only key that signs; make a new one first: xiezhi ledger keys new")
        key.state, key.to_size = state, size if key.to_size is None else key.to_size
        self.save()
        if state == COMPROMISED:
            (self.folder / key.file).unlink(missing_ok=True)
        return key

    def signers(self) -> list[Signer]:
        """Every active key, ready to sign."""
        out = []
        for key in self.mine():
            if key.state == ACTIVE:
                path = self.folder / key.file
                if key.kind == "ed25519":
                    out.append(ed25519_signer(self.origin, bytes.fromhex(path.read_text().strip())))
                else:
                    out.append(sm2_signer(self.origin, path))
        return out

    def add_sm2(self, size: int) -> Key:
        """Make an SM2 key (national algorithms, specification 11) as second signature line."""
        path = self.folder / f"sm2-{secrets.token_hex(4)}.pem"
        _openssl("genpkey", "-algorithm", "SM2", "-out", str(path))
        path.chmod(0o600)
        vkey = sm2_signer(self.origin, path).verifier.vkey
        key = Key(vkey, path.name, "sm2", from_size=size)
        self.keys.append(key)
        self.save()
        return key


def write_all(handle: int, content: bytes) -> None:
    """Write every byte: a disk that is nearly full takes a part and says so only when it is asked again. Raises OSError."""
    while content:
        content = content[os.write(handle, content) :]


def write(path: Path, content: bytes, *, mode: int = 0o644) -> None:
    """Replace a file so that a power cut or a full disk leaves the old one or the new one: temporary name, fsync, rename,
    fsync. Raises OSError."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    try:
        try:
            write_all(handle, content)
            os.fsync(handle)
        finally:
            os.close(handle)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _openssl(*arguments: str, stdin: bytes = b"") -> bytes:
    """Run the system's OpenSSL 3, which knows SM2 and SM3. Raises NoteError with its own words."""
    try:
        done = subprocess.run(["openssl", *arguments], input=stdin, capture_output=True, check=False, timeout=20)
    except OSError as error:
        raise NoteError("SM2 needs the program openssl (3.0 or newer)") from error
    if done.returncode:
        raise NoteError(f"openssl: {done.stderr.decode(errors='replace').strip()[:300]}")
    return done.stdout


def sm2_type(origin: str) -> bytes:
    """The long identifier behind type 0xff: nobody else's signatures are mistaken for these."""
    return f"sm2-sm3.{origin.split('/', 1)[0]}/v1".encode()


def sm2_signer(origin: str, pem: Path) -> Signer:
    """A second signature line with SM2 and SM3 over the checkpoint's text (GM/T 0003.2, DER). Other readers skip it."""
    import tempfile

    public = _openssl("pkey", "-in", str(pem), "-pubout", "-outform", "DER")
    body = sm2_type(origin) + b"\n" + public
    options: Sequence[str] = ("-rawin", "-digest", "sm3", "-pkeyopt", f"distid:{SM2_USER}")

    def sign(text: bytes) -> bytes:
        return _openssl("pkeyutl", "-sign", "-inkey", str(pem), *options, "-in", _file(folder, text))

    def check(text: bytes, signature: bytes) -> None:
        key = _file(folder, public, "key")
        try:
            _openssl(
                "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", key, *options, "-in", _file(folder, text),
                "-sigfile", _file(folder, signature, "sig"),
            )  # fmt: skip
        except NoteError as error:
            raise InvalidSignature from error

    folder = Path(tempfile.mkdtemp(prefix="xiezhi-sm2-"))
    return Signer(Verifier(origin, OTHER, body, check), sign)


def _file(folder: Path, content: bytes, name: str = "text") -> str:
    path = folder / name
    path.write_bytes(content)
    return str(path)


__all__ += ["key_id", "write", "write_all"]
