"""Sources for tests: an inbox, a connections file, and a registry that forgets."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from xiezhi.datacenter.collect import sources
from xiezhi.datacenter.collect.sources import Files, Source

Make = Callable[..., Source]


@pytest.fixture
def make(lake: Path, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    """`make("code", where, **declared)` registers a source for this test alone."""
    settings.COLLECT_INBOX = str(tmp_path / "inbox")
    settings.COLLECT_CONNECTIONS = str(tmp_path / "sources.json")
    monkeypatch.setattr(sources.sources, "_held", {})

    def declare(code: str, where: Any = None, **declared: Any) -> Source:
        declared = {"title": f"来源 {code}", "owner": "tests", **declared}
        return sources.sources.register(Source(code=code, where=where or Files(), **declared))

    yield declare


@pytest.fixture
def connect(tmp_path: Path) -> Callable[..., None]:
    """`connect("name", host=...)` writes an entry of the connections file."""

    def write(name: str, **entry: Any) -> None:
        path = tmp_path / "sources.json"
        known = json.loads(path.read_text()) if path.exists() else {}
        path.write_text(json.dumps({**known, name: entry}))

    return write


def put(source: Source, name: str, content: bytes | str) -> Path:
    """A file in the inbox of a source."""
    from xiezhi.datacenter.collect import inbox

    path = inbox.folder(source) / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def rows(source: Source, columns: str = "*") -> list[tuple[Any, ...]]:
    """What lies in the raw layer, in the order of arrival."""
    from xiezhi.datacenter.lake import duck, tables

    table = tables.get(source.raw)
    if not table.exists():
        return []
    with duck.connect() as con:
        return con.execute(f"SELECT {columns} FROM {table.sql()} ORDER BY _at, _batch, _row").fetchall()
