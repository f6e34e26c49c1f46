"""What is kept in the folder of the retrieval: the learned encoder, and the index of the library's articles.

Each lies in a folder of its own and becomes current by one rename of a small file, so that a reader sees the former or
the new one whole and a writer that is killed leaves the former. Arrays are memory-mapped. Every file has a checksum: what
is damaged counts as absent and is said to be damaged.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import shutil
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["FORMAT", "Busy", "Damaged", "Kept", "current", "load", "save", "writing"]

FORMAT = 1


class Damaged(RuntimeError):
    """A file is missing, cut short or changed."""


class Busy(RuntimeError):
    """Another process is writing."""


@dataclass(frozen=True)
class Kept:
    """Arrays and what is said about them."""

    name: str
    about: dict[str, Any]
    arrays: dict[str, NDArray[Any]]


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """One writer at a time; ends with its process. Raises Busy."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise Busy(str(folder)) from error
        yield


def current(folder: Path, kind: str) -> str | None:
    """The name of the current folder of a kind, None where there is none: cheap enough to ask before every question."""
    try:
        return (folder / f"{kind}.current").read_text(encoding="ascii").strip() or None
    except (OSError, UnicodeDecodeError):
        return None


def save(folder: Path, kind: str, arrays: Mapping[str, NDArray[Any]], about: Mapping[str, Any]) -> str:
    """Write beside the current one and make it current. Under `writing`."""
    name = f"{kind}-{secrets.token_hex(6)}"
    own = folder / name
    own.mkdir(parents=True)
    sums = {}
    for key, array in arrays.items():
        path = own / f"{key}.npy"
        np.save(path, np.ascontiguousarray(array), allow_pickle=False)
        sums[key] = [path.stat().st_size, _sum(path)]
    manifest = {"format": FORMAT, "about": dict(about), "files": sums}
    (own / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False), encoding="utf-8")
    draft = folder / f"{kind}.{secrets.token_hex(4)}.tmp"
    draft.write_text(name, encoding="ascii")
    with draft.open("rb") as handle:
        os.fsync(handle.fileno())
    os.replace(draft, folder / f"{kind}.current")
    for old in folder.glob(f"{kind}-*"):
        if old.name != name:
            shutil.rmtree(old, ignore_errors=True)  # who has it open keeps it until closing
    return name


def load(folder: Path, kind: str) -> Kept | None:
    """The current one, checked; None where there is none. Raises Damaged."""
    name = current(folder, kind)
    if name is None:
        return None
    own = folder / name
    try:
        manifest = json.loads((own / "manifest.json").read_text(encoding="utf-8"))
        if manifest["format"] != FORMAT:
            return None
        arrays = {}
        for key, (size, checksum) in manifest["files"].items():
            path = own / f"{key}.npy"
            if path.stat().st_size != size or _sum(path) != checksum:
                raise Damaged(f"{name}/{path.name}")
            arrays[key] = np.load(path, mmap_mode="r" if size > 4096 else None, allow_pickle=False)
        return Kept(name, dict(manifest["about"]), arrays)
    except (OSError, ValueError, KeyError, TypeError, EOFError) as error:
        raise Damaged(f"{name}: {error}") from error


def _sum(path: Path) -> int:
    value = 0
    with path.open("rb") as handle:
        while block := handle.read(1 << 20):
            value = zlib.crc32(block, value)
    return value
