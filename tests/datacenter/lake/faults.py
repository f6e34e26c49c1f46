"""Processes of their own that write to the lake and die where they are told to."""

from __future__ import annotations

import os
import signal
import traceback
from typing import Any


def die(*_: Any, **__: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def fork(do: str, die_at: str, job: dict[str, Any]) -> int:
    """A child of this process that does `do` and ends. Returns its process id."""
    from django.db import connections

    from xiezhi.datacenter.lake import catalog

    connections.close_all()
    catalog.forget()
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        _arm(die_at)
        globals()[f"do_{do}"](job)
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def _arm(where: str) -> None:
    """`files`: after the data files, before the commit; `metadata`: when the new metadata is written but not yet current;
    `committed`: right after the commit, before anything else is written down."""
    from xiezhi.datacenter.lake import catalog, tables

    if where == "files":
        tables.LakeTable._commit = die  # type: ignore[method-assign]
    elif where in ("metadata", "committed"):
        books = type(catalog.catalog())
        real, write = books.commit_table, books._write_metadata

        def written(*args: Any, **kwargs: Any) -> None:
            write(*args, **kwargs)
            die()

        def committed(self: Any, *args: Any, **kwargs: Any) -> Any:
            real(self, *args, **kwargs)
            die()

        if where == "metadata":
            books._write_metadata = staticmethod(written)
        else:
            books.commit_table = committed


def _rows(job: dict[str, Any]) -> Any:
    import pyarrow as pa

    ids = [str(i) for i in range(job["first"], job["first"] + job["count"])]
    return pa.table({"row_id": ids, "name": [job["batch"]] * len(ids)})


def do_append(job: dict[str, Any]) -> None:
    from xiezhi.datacenter.lake import tables

    for _ in range(job.get("times", 1)):
        tables.get(job["table"]).append(_rows(job), batch_id=job["batch"])


def do_merge(job: dict[str, Any]) -> None:
    from xiezhi.datacenter.lake import tables

    tables.get(job["table"]).merge(_rows(job), batch_id=job["batch"])


def do_collect(job: dict[str, Any]) -> None:
    from xiezhi.datacenter.collect import services
    from xiezhi.datacenter.collect.sources import Database, Files, Mode, Source, sources

    if job.get("database_source"):
        where = Database("src", table="law", cursor="id", overlap=5, chunk=40)
        sources.register(Source("law", "法", "tests", where, mode=Mode.INCREMENTAL, keys=("id",)))
        while services.collect("law").batch_id:
            pass
    else:
        sources.register(Source("files", "文件", "tests", Files()))
        services.collect("files")
