"""Two deployments, each with its database, its data directory, its keys and its server: rows go up and come back, while either
side is killed, and everything is there once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests import conftest as base
from tests.datacenter.sharing.push_world import FIELDS, TABLE, put, row
from tests.serving import WebServer
from xiezhi import pg
from xiezhi.config.settings_test import RUN

ROWS, SIZE = 800, 40


class Server(WebServer):
    """A server that shows no pages here, so it needs no static files."""

    def _collect_static(self, run: Path) -> None:
        return None


@dataclass
class Instance:
    """One deployment. `inside()` makes this process work on its database and directory."""

    name: str
    database: str
    home: Path
    server: Server | None = None
    key: str = ""

    @contextmanager
    def inside(self) -> Iterator[None]:
        from django.conf import settings

        before = {n: getattr(settings, n) for n in ("HOME", "EXCHANGE_DIR", "LAKE_THREADS", "LAKE_WAREHOUSE")}
        settings.HOME, settings.EXCHANGE_DIR, settings.LAKE_THREADS = self.home, str(self.home / "exchange"), 1
        settings.LAKE_WAREHOUSE = str(self.home / "lake")
        try:
            with base._pointed_at(self.database):
                yield
        finally:
            for name, value in before.items():
                setattr(settings, name, value)

    def start(self) -> None:
        self.server = Server(
            self.home, pg.urls(RUN, self.database), {"lake_threads": "1", "exchange_dir": str(self.home / "exchange")}
        )

    def kill(self) -> None:
        """As `kill -9` of the whole server."""
        assert self.server is not None
        os.killpg(self.server.process.pid, signal.SIGKILL)
        self.server.process.wait()

    def push(self, *args: str) -> subprocess.Popen[str]:
        urls = pg.urls(RUN, self.database)
        environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("XIEZHI_", "DATABASE_", "DJANGO_"))}, "XIEZHI_HOME": str(self.home),
            "DATABASE_URL": urls.app, "DATABASE_OWNER_URL": urls.owner, "DATABASE_ERASER_URL": urls.eraser, "XIEZHI_LAKE_THREADS": "1",
            "XIEZHI_EXCHANGE_DIR": str(self.home / "exchange"), "XIEZHI_DEMO": "1",
        }  # fmt: skip
        command = [str(Path(sys.executable).with_name("xiezhi")), "data", "push", *args]
        return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def _known(one: Instance, other: Instance, as_code: str) -> None:
    """Register `other` at `one` under `as_code`: address, key, and what it may push."""
    from xiezhi.datacenter.exchange import services as exchange
    from xiezhi.datacenter.sharing.push import flows
    from xiezhi.kernel.calendar import clock

    with one.inside():
        address = other.server.address if other.server is not None else ""
        made = exchange.register_caller(as_code, "数据平台", other.name, address=address, demo=True)
        exchange.add_key(made, "ED25519", other.key)
        exchange.grant(
            made,
            flows.interface_of(TABLE),
            fields=[*flows.ALWAYS, *FIELDS],
            purposes=["REPORT", "RETURN"],
            valid_to=clock.now() + timedelta(days=30),
        )


@pytest.fixture
def pair(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any, worker_id: str, tmp_path: Path
) -> Iterator[tuple[Instance, Instance]]:
    from xiezhi.datacenter.exchange import identity
    from xiezhi.datacenter.lake import catalog

    both = [
        Instance(name, f"push_{code}_{worker_id}", tmp_path / code)
        for name, code in (("云岭省司法厅", "province"), ("司法部", "ministry"))
    ]
    with django_db_blocker.unblock():
        try:
            for one in both:
                one.home.mkdir()
                base.clone(one.database)
                with one.inside():
                    one.key = identity.own().signer.verifier.pem
                if one.name == "司法部" or request.node.get_closest_marker("soak"):  # who only sends needs no server
                    one.start()
            province, ministry = both
            _known(province, ministry, "ministry")
            _known(ministry, province, "province")
            yield province, ministry
        finally:
            for one in both:
                if one.server is not None:
                    one.server.stop()
            catalog.forget()
            for one in both:
                base._sql(f'DROP DATABASE IF EXISTS "{one.database}" WITH (FORCE)')


def _flow(one: Instance, code: str, receiver: str, known_as: str, **more: Any) -> None:
    from xiezhi.datacenter.exchange.models import Caller
    from xiezhi.datacenter.sharing.push import flows

    with one.inside():
        flows.declare(
            code,
            title="律师信息",
            table=TABLE,
            fields=FIELDS,
            receiver=Caller.objects.get(code=receiver),
            basis="律师法 第52条",
            known_as=known_as,
            **more,
        )


def _received(one: Instance) -> tuple[int, int, int]:
    """(batches, entries of the raw table, rows now)."""
    from xiezhi.datacenter.lake import duck, tables
    from xiezhi.datacenter.sharing.models import Inbox, InboxBatch
    from xiezhi.datacenter.sharing.push import receiving

    with one.inside():
        inbox = Inbox.objects.get()
        with duck.connect() as con:
            now = con.execute(f"SELECT count(*) FROM {receiving.current_sql(inbox)}").fetchone()[0]
        return InboxBatch.objects.count(), tables.get(inbox.lake_name).count(), now


def _batches(one: Instance) -> int:
    rows = base._sql("SELECT count(*) FROM sharing_inboxbatch", one.database)
    return int(str(rows[0][0]))


def _wait(until: Callable[[], bool], running: subprocess.Popen[str]) -> None:
    end = time.monotonic() + 120
    while not until():
        assert running.poll() is None, f"it ended before it could be killed:\n{running.communicate()[0]}"
        assert time.monotonic() < end
        time.sleep(0.02)


def test_rows_go_up_and_come_back_while_either_side_is_killed(pair: tuple[Instance, Instance]) -> None:
    province, ministry = pair
    with province.inside():
        put([row(n) for n in range(1, ROWS + 1)], "one")
    _flow(province, "lawyers-up", "ministry", "province")

    running = province.push("lawyers-up", "--size", str(SIZE))
    _wait(lambda: _batches(ministry) >= 3, running)
    running.kill()  # the sender, at any point
    running.wait()
    assert _batches(ministry) < ROWS // SIZE

    running = province.push("lawyers-up")
    _wait(lambda: _batches(ministry) >= 9, running)
    ministry.kill()  # the receiver, at any point
    said = running.communicate()[0]
    assert running.returncode == 1 and "没有应答" in said, said

    address = ministry.server.address if ministry.server else ""
    ministry.start()
    assert ministry.server is not None
    with province.inside():  # it came back at another port
        from xiezhi.datacenter.exchange.models import Caller

        Caller.objects.filter(code="ministry", address=address).update(address=ministry.server.address)
    with province.inside():
        put([row(2, name="王改名", row_hash="x")], "two", deletes=[row(3)["row_id"]])
    done = province.push("lawyers-up", "--reconcile")  # what was under way, then what changed since
    said = done.communicate()[0]
    assert done.returncode == 0 and "0 of" in said, said
    assert _received(ministry) == (ROWS // SIZE + 1, ROWS + 2, ROWS - 1)


@pytest.mark.soak(only=True)
def test_rows_come_back_by_the_same_road(pair: tuple[Instance, Instance]) -> None:
    province, ministry = pair
    # The ministry returns to the province what belongs to its divisions, by the same road.
    with ministry.inside():
        put([row(n) for n in range(1, 31)], "theirs")
    _flow(ministry, "lawyers-down", "province", "ministry", direction="DOWN", where={"division": ["9902"]})
    done = ministry.push("lawyers-down", "--reconcile")
    said = done.communicate()[0]
    assert done.returncode == 0, said
    assert _received(province) == (1, 10, 10)


@pytest.mark.soak(only=True)
def test_a_persons_request_goes_through_the_gateway_and_comes_back_as_a_receipt(
    pair: tuple[Instance, Instance],
) -> None:
    from xiezhi.datacenter.sharing.models import InboxRight, PushRight
    from xiezhi.datacenter.sharing.push import rights, walking
    from xiezhi.datacenter.standards.copies import Change

    province, ministry = pair
    with province.inside():
        put([row(n) for n in range(1, 11)], "one")
    _flow(province, "lawyers-up", "ministry", "province")
    said = province.push("lawyers-up").communicate()[0]
    assert _received(ministry) == (1, 10, 10), said
    with province.inside():
        put([], "two", deletes=[row(3)["row_id"]])
        change = Change(TABLE, (row(3)["row_id"],), {}, "r1")  # no values: each process seals with keys of its own here
        assert rights.apply(change) == 1 and rights.remains(change) == 0
    said = province.push("lawyers-up").communicate()[0]
    with ministry.inside():
        assert InboxRight.objects.count() == 1, said
        walking.walk(InboxRight.objects.get().pk)
    said = province.push("lawyers-up").communicate()[0]
    with province.inside():
        answer = PushRight.objects.get().receipt["content"]
    assert (answer["request"], answer["here"], answer["remains"]) == ("r1", 1, 0), said
    assert _received(ministry) == (2, 9, 9), "nothing of the deleted row, not even its withdrawal"
