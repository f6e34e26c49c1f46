"""索引的存放: one folder for each index built, and the file `current` that names the one in use and its generation.

Whoever writes holds a lock that ends with its process. A new index is built in a folder of its own and becomes current by
one rename; a change of the index in use is one commit of tantivy, then the same rename. So a writer that is killed leaves
the former state, and readers in other processes see either state whole. Folders that are not current are swept by the
next writer.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import tantivy
from django.conf import settings

__all__ = [
    "Busy",
    "NoIndex",
    "Reader",
    "current",
    "folder",
    "manifest",
    "reader",
    "schema",
    "sweep",
    "switch",
    "writing",
]

FORMAT = 1
"""Raised with every change of the schema or of the folding: an index of another format counts as none."""
OPEN = 99_999_999
"""`ended` of what has no end; days are numbers like 20260701."""


class NoIndex(RuntimeError):
    """The setting LAW_INDEX_DIR is empty: this installation keeps no index."""


class Busy(RuntimeError):
    """Another process is writing the index."""


@cache
def schema() -> tantivy.Schema:
    """Provisions (doc = p) and acts (doc = a) in one index. Text is not stored: it is read from the database."""
    made = tantivy.SchemaBuilder()
    for name in ("doc", "kind", "region", "act"):
        made.add_text_field(name, fast=True, tokenizer_name="raw", index_option="basic")
    for name in ("key", "docno", "place"):
        made.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in ("provision", "version"):
        made.add_unsigned_field(name, indexed=name == "version", fast=True)
    for name in ("since", "ended"):
        made.add_unsigned_field(name, indexed=True, fast=True)
    made.add_text_field("words", tokenizer_name="whitespace", index_option="position")
    made.add_text_field("grams", tokenizer_name="whitespace", index_option="freq")
    made.add_text_field("heads", tokenizer_name="whitespace", index_option="freq")
    made.add_text_field("title", tokenizer_name="whitespace", index_option="freq")
    made.add_text_field("card", stored=True, tokenizer_name="raw", index_option="basic")
    return made.build()


def folder() -> Path:
    """The folder of the index. Raises NoIndex."""
    if not settings.LAW_INDEX_DIR:
        raise NoIndex("LAW_INDEX_DIR is empty")
    return Path(settings.LAW_INDEX_DIR)


@dataclass(frozen=True)
class Current:
    name: str
    generation: int
    stamp: tuple[int, int]

    @property
    def path(self) -> Path:
        return folder() / self.name


def current() -> Current | None:
    """What `current` names; None where nothing was built, or by another format of index."""
    try:
        path = folder() / "current"
        with path.open(encoding="utf-8") as file:
            stat = os.fstat(file.fileno())
            said = json.load(file)
        if said["format"] != FORMAT:
            return None
        return Current(str(said["folder"]), int(said["generation"]), (stat.st_ino, stat.st_mtime_ns))
    except (OSError, NoIndex, ValueError, KeyError, TypeError):
        return None


# Writing


@contextmanager
def writing(wait: bool = True) -> Iterator[Path]:
    """Be the only writer, in this process and others. Raises Busy where `wait` is false and another one writes."""
    home = folder()
    home.mkdir(parents=True, exist_ok=True)
    handle = os.open(home / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Busy("another process is writing the index") from None
        yield home
    finally:
        os.close(handle)


def fresh(home: Path) -> Path:
    """A new empty folder for an index."""
    path = home / f"i-{secrets.token_hex(6)}"
    path.mkdir()
    return path


def switch(path: Path, versions: dict[int, str]) -> None:
    """Make the index in `path` the one in use, in its present state; `versions` is what it holds."""
    home = path.parent
    _write(path / "versions.json", json.dumps(versions))
    before = _said(home)
    _write(
        home / "current",
        json.dumps({"format": FORMAT, "folder": path.name, "generation": int(before.get("generation", 0)) + 1}),
    )


def _said(home: Path) -> dict[str, Any]:
    try:
        found = json.loads((home / "current").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _write(path: Path, text: str) -> None:
    """The whole file or the former one, whatever happens."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with draft.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(draft, path)
    handle = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def manifest(path: Path) -> dict[int, str]:
    """Versions in the index of a folder with the signature of each; empty where it can not be read."""
    try:
        raw = json.loads((path / "versions.json").read_text(encoding="utf-8"))
        return {int(key): str(value) for key, value in raw.items()}
    except (OSError, ValueError, AttributeError):
        return {}


def sweep(home: Path) -> None:
    """Remove folders that are not current and drafts of killed writers. Only the writer may call it."""
    named = _said(home).get("folder")
    for path in home.iterdir():
        if path.is_dir() and path.name.startswith("i-") and path.name != named:
            shutil.rmtree(path, ignore_errors=True)
        elif path.name.startswith(".current."):
            path.unlink(missing_ok=True)


# Reading


@dataclass(frozen=True)
class Reader:
    """One state of the index, as it was when it was opened."""

    index: tantivy.Index
    searcher: tantivy.Searcher
    schema: tantivy.Schema
    at: Current

    def count(self, query: tantivy.Query) -> int:
        """How many documents meet the query."""
        found: Any = self.searcher.search(tantivy.Query.const_score_query(query, 1.0), limit=1, count=True)
        return int(found.count)


_LOCK = threading.Lock()
_OPEN: dict[str, Reader] = {}


def reader() -> Reader | None:
    """The index as it is now; None where there is none. Costs one read of a small file while nothing changes."""
    for _ in range(3):
        now = current()
        if now is None:
            return None
        key = str(folder())
        held = _OPEN.get(key)
        if held is not None and held.at == now:
            return held
        with _LOCK:
            held = _OPEN.get(key)
            if held is not None and held.at == now:
                return held
            try:
                if held is not None and held.at.name == now.name:
                    index = held.index
                    index.reload()
                else:
                    index = tantivy.Index.open(str(now.path))
                made = Reader(index, index.searcher(), index.schema, now)
            except (ValueError, OSError):
                continue  # swept between reading its name and opening it: read the name again
            _OPEN.clear()
            _OPEN[key] = made
            return made
    return None
