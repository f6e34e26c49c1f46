"""DuckDB in this process: memory and threads bounded, temporary files in the data directory, no network."""

from __future__ import annotations

import os
import shutil
import weakref
from typing import Any

from django.conf import settings

from xiezhi.datacenter.lake import storage

__all__ = ["Connection", "connect", "quote", "text"]


def quote(name: str) -> str:
    """An identifier for SQL."""
    return '"' + name.replace('"', '""') + '"'


def text(value: str) -> str:
    """A string literal for SQL."""
    return "'" + value.replace("'", "''") + "'"


class Connection:
    """A DuckDB connection that removes its temporary folder when closed or forgotten. Everything else is DuckDB's own."""

    def __init__(self, inner: Any, folder: Any) -> None:
        self._inner = inner
        self._clean = weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    @property
    def raw(self) -> Any:
        """DuckDB's own connection, for libraries that look at its class. Keep this object while it is used."""
        return self._inner

    def close(self) -> None:
        """Close and remove the temporary files. Safe to repeat."""
        self._inner.close()
        self._clean()

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def connect(memory: str = "", threads: int | None = None, *, ordered: bool = False) -> Any:
    """A new DuckDB of its own. `memory` ("2GB"; the setting LAKE_MEMORY where empty) is what it may hold before it
    writes to disk, `threads` how many it may use (LAKE_THREADS; all processors where that is 0). `ordered` keeps the
    order of rows without ORDER BY, at the price of memory. Close it, or use it in a `with` block."""
    import duckdb

    folder = storage.scratch("duck")
    count = threads or int(getattr(settings, "LAKE_THREADS", 0)) or os.cpu_count() or 1
    inner = duckdb.connect(
        ":memory:",
        config={
            "memory_limit": memory or str(getattr(settings, "LAKE_MEMORY", "") or "2GB"),
            "threads": count,
            "temp_directory": str(folder),
            "preserve_insertion_order": ordered,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        },
    )
    inner.execute("SET TimeZone = 'Asia/Shanghai'")
    return Connection(inner, str(folder))
