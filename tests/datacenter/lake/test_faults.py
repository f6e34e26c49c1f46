"""Processes that die anywhere, and two at once: the same tables in the end, nothing twice."""

from __future__ import annotations

import json
import os
import random
import signal
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pyarrow as pa
import pytest

from xiezhi import pg
from xiezhi.config.settings_test import RUN
from xiezhi.datacenter.lake import duck, maintain, tables

from . import faults

Start = Callable[..., "Process"]
SCHEMA = pa.schema([("row_id", pa.string()), ("name", pa.string())])


@dataclass
class Process:
    """A child at work. `finish` waits; `after` kills it (kill -9) after so many seconds."""

    pid: int

    def finish(self, *, died: bool = False) -> None:
        _, status = os.waitpid(self.pid, 0)
        assert os.waitstatus_to_exitcode(status) == (-signal.SIGKILL if died else 0)

    def after(self, seconds: float) -> None:
        time.sleep(seconds)
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        _, status = os.waitpid(self.pid, 0)
        assert os.waitstatus_to_exitcode(status) in (0, -signal.SIGKILL)


@pytest.fixture
def start(committed_db: pg.Urls, tmp_path: Path, settings: Any) -> Iterator[Start]:
    """Start a process on this test's database and lake."""
    from xiezhi.datacenter.lake import catalog

    chosen = {
        "LAKE_WAREHOUSE": str(tmp_path / "lake"), "LAKE_CATALOG": f"fault-{uuid.uuid4().hex}", "LAKE_THREADS": 1,
        "COLLECT_INBOX": str(tmp_path / "inbox"), "COLLECT_CONNECTIONS": str(tmp_path / "sources.json"),
    }  # fmt: skip
    for name, value in chosen.items():
        setattr(settings, name, value)
    yield lambda do, die="", **job: Process(faults.fork(do, die, job))
    catalog.forget()


def names(table: tables.LakeTable) -> dict[str, int]:
    with duck.connect() as con:
        return dict(con.execute(f"SELECT name, count(*) FROM {table.sql()} GROUP BY name").fetchall())


def test_dead_between_files_and_commit_and_right_after(start: Start) -> None:
    table = tables.get("raw.dead").create(SCHEMA)
    folder = Path(table.iceberg().location().removeprefix("file://"))
    start("append", table="raw.dead", batch="a", first=0, count=5, die="files").finish(died=True)
    assert table.count() == 0 and list(folder.rglob("*.parquet")), "files nobody sees"
    start("append", table="raw.dead", batch="a", first=0, count=5, die="committed").finish(died=True)
    start("append", table="raw.dead", batch="b", first=9, count=1, die="metadata").finish(died=True)
    for batch, first, count in (("a", 0, 5), ("b", 9, 1)):
        assert table.append(
            pa.table({"row_id": [str(first)] * count, "name": [batch] * count}), batch_id=batch
        ).repeated is (batch == "a")
    assert names(table) == {"a": 5, "b": 1}
    swept = maintain.sweep(table, older_than=-1)
    assert swept >= 2 and names(table) == {"a": 5, "b": 1}
    assert {str(p) for p in folder.rglob("*.parquet")} == set(table.files())


def test_two_at_once(start: Start) -> None:
    """Two processes write the same batches to one table at the same time."""
    table = tables.get("raw.two").create(SCHEMA)
    pairs = [start("append", table="raw.two", batch="same", first=0, count=7, times=3) for _ in range(2)]
    pairs.append(start("append", table="raw.two", batch="other", first=7, count=3))
    for process in pairs:
        process.finish()
    assert names(table) == {"same": 7, "other": 3} and len(table.snapshots()) == 2


def test_the_catalog_itself_refuses_the_second(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the lock, as when a connection is lost: the commit that comes second finds the batch in."""
    from contextlib import nullcontext

    monkeypatch.setattr(tables.LakeTable, "_writing", lambda self: nullcontext())
    table = tables.get("raw.lost").create(SCHEMA)
    rows = pa.table({"row_id": ["1"], "name": ["x"]})
    real, came = tables.LakeTable._commit, []

    def late(self: tables.LakeTable, *args: Any) -> Any:
        if not came:
            came.append(1)
            start("append", table="raw.lost", batch="b", first=0, count=1).finish()
        return real(self, *args)

    monkeypatch.setattr(tables.LakeTable, "_commit", late)
    assert table.append(rows, batch_id="b").repeated
    assert table.count() == 1 and len(table.files()) == 1


@pytest.mark.soak
def test_a_merge_that_dies_at_random(start: Start) -> None:
    table = tables.get("std.random").create(SCHEMA, keys=("row_id",), buckets=3)
    table.merge(pa.table({"row_id": [str(i) for i in range(100)], "name": ["old"] * 100}), batch_id="first")
    dice = random.Random(os.environ.get("XIEZHI_SEED", "7"))
    for turn in range(40 if os.environ.get("XIEZHI_SOAK") == "1" else 3):
        start("merge", table="std.random", batch=f"m{turn}", first=50, count=80).after(dice.uniform(0.02, 0.6))
        table.merge(
            pa.table({"row_id": [str(i) for i in range(50, 130)], "name": [f"m{turn}"] * 80}), batch_id=f"m{turn}"
        )
        assert names(table) == {"old": 50, f"m{turn}": 80} and table.count() == 130


@pytest.mark.soak
def test_a_collection_that_dies_at_random(start: Start, tmp_path: Path) -> None:
    """Files and an incremental database, killed at random points until they come through."""
    from xiezhi.datacenter.collect.models import Delivery, State

    inbox = tmp_path / "inbox" / "files"
    inbox.mkdir(parents=True)
    for number in range(4):
        (inbox / f"{number}.csv").write_text("id,name\n" + "".join(f"{number * 100 + i},甲\n" for i in range(50)))
    name = f"src_{os.getpid()}"
    with psycopg.connect(pg.url(RUN, pg.SUPERUSER, "postgres"), autocommit=True) as root:
        root.execute(f"DROP DATABASE IF EXISTS {name}")
        root.execute(f"CREATE DATABASE {name}")
        with psycopg.connect(pg.url(RUN, pg.SUPERUSER, name), autocommit=True) as source:
            source.execute("CREATE TABLE law AS SELECT i AS id, '名' || i AS name FROM generate_series(1, 150) AS g(i)")
        entry = {"socket": str(pg.socket_dir(RUN)), "user": pg.SUPERUSER, "database": name}
        (tmp_path / "sources.json").write_text(json.dumps({"src": entry}))
        dice = random.Random(os.environ.get("XIEZHI_SEED", "11"))
        soaking = os.environ.get("XIEZHI_SOAK") == "1"
        for kind, deaths in (("files", 15 if soaking else 2), ("law", 15 if soaking else 3)):
            job = {"database_source": kind == "law"}
            for turn in range(deaths):
                if turn == 0:
                    start("collect", die="committed", **job).finish(died=True)
                else:
                    start("collect", **job).after(dice.uniform(0.05, 1.2))
            start("collect", **job).finish()
        root.execute(f"DROP DATABASE {name} WITH (FORCE)")
    with duck.connect() as con:
        for table, total in (("raw.files", 200), ("raw.law", 150)):
            found = con.execute(
                f"SELECT count(*), count(DISTINCT id), count(DISTINCT _batch) FROM {tables.get(table).sql()}"
            ).fetchone()
            assert found == (total, total, 4), table
    ended = Delivery.objects.filter(state=State.LOADED)
    assert ended.filter(source="files").count() == 4 and ended.filter(source="law").count() == 4
    assert not Delivery.objects.filter(state=State.READING).exists() and not list(inbox.glob("*.csv"))
    assert {d.run.batch_id for d in ended} == {d.batch_id for d in ended}, "every batch is announced by a finished run"
