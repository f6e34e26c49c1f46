"""Content-addressed files on Django's storage: the key of a file is the digest of its bytes.

``ab/cd/<sha256>``. Putting the same bytes twice stores them once; a key never changes its content, so a copy or a
backup can be checked file by file. Reading verifies: a damaged file raises instead of being served.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Final

from django.core.files import File
from django.core.files.storage import Storage, default_storage

CHUNK: Final = 256 * 1024
SPOOL: Final = 4 * 1024 * 1024
_KEY: Final = re.compile(r"([0-9a-f]{2})/([0-9a-f]{2})/((?:\1\2)[0-9a-f]{60})")


class Damaged(Exception):
    """A stored file no longer has the digest in its name."""


class NotStored(Exception):
    """No file has this key."""


def key_for(sha256: str) -> str:
    """The storage key of a digest (64 hex characters)."""
    if not re.fullmatch(r"[0-9a-f]{64}", sha256):
        raise ValueError("not a SHA-256 digest")
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"


def _checked(key: str) -> str:
    if not _KEY.fullmatch(key):
        raise ValueError("not a content key")
    return key.rsplit("/", 1)[1]


def put(stream: IO[bytes], *, storage: Storage | None = None) -> str:
    """Store a binary stream from its current position and return its key. Storing again changes nothing.

    On disk the file appears whole under its key or not at all; an object store gives the same by itself.
    """
    store: Any = storage if storage is not None else default_storage
    path = _local_root(store)
    if path is not None:
        return _put_local(stream, path)
    digest = hashlib.sha256()
    with tempfile.SpooledTemporaryFile(max_size=SPOOL) as spool:
        while chunk := stream.read(CHUNK):
            digest.update(chunk)
            spool.write(chunk)
        key = key_for(digest.hexdigest())
        if not store.exists(key):
            spool.seek(0)
            saved = store.save(key, File(spool, name=key))
            if saved != key:
                # Another writer was first with the same bytes, and the storage chose a second name.
                store.delete(saved)
    return key


def _local_root(store: Any) -> Path | None:
    """The directory of a file-system storage, or None for a remote one."""
    try:
        return Path(store.path(""))
    except NotImplementedError:
        return None


def _put_local(stream: IO[bytes], root: Path) -> str:
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    digest = hashlib.sha256()
    fd, temporary = tempfile.mkstemp(prefix=".incoming-", dir=root)
    try:
        with os.fdopen(fd, "wb") as out:
            while chunk := stream.read(CHUNK):
                digest.update(chunk)
                out.write(chunk)
            out.flush()
            os.fsync(out.fileno())
        key = key_for(digest.hexdigest())
        target = root / key
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # A damaged file under this key is healed; a good one is replaced by the same bytes.
        os.chmod(temporary, 0o600)
        os.replace(temporary, target)
        directory = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)
        return key
    finally:
        Path(temporary).unlink(missing_ok=True)


def chunks(key: str, *, storage: Storage | None = None) -> Iterator[bytes]:
    """The bytes under a key, in pieces. ``Damaged`` is raised at the end when they do not fit the key, so a consumer
    must not act on them before the iteration finished; use ``verify`` or ``read`` to know beforehand."""
    store: Any = storage if storage is not None else default_storage
    expected = _checked(key)
    digest = hashlib.sha256()
    try:
        file = store.open(key, "rb")
    except FileNotFoundError as error:
        raise NotStored(key) from error
    with file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            yield chunk
    if digest.hexdigest() != expected:
        raise Damaged(key)


def verify(key: str, *, storage: Storage | None = None) -> int:
    """Read a file through and return its size in bytes. Raises ``Damaged`` or ``NotStored``."""
    return sum(len(c) for c in chunks(key, storage=storage))


def read(key: str, *, storage: Storage | None = None) -> bytes:
    """The whole verified content: for documents, not for recordings. Raises ``Damaged`` or ``NotStored``."""
    return b"".join(chunks(key, storage=storage))


def open_verified(key: str, *, storage: Storage | None = None) -> IO[bytes]:
    """A verified copy as a file at its start, spooled to disk when large. The caller closes it."""
    spool = tempfile.SpooledTemporaryFile(max_size=SPOOL)  # noqa: SIM115 - handed to the caller
    try:
        for chunk in chunks(key, storage=storage):
            spool.write(chunk)
    except BaseException:
        spool.close()
        raise
    spool.seek(0)
    return spool


def exists(key: str, *, storage: Storage | None = None) -> bool:
    """Whether something is stored under the key (not verified)."""
    store: Any = storage if storage is not None else default_storage
    _checked(key)
    return bool(store.exists(key))
