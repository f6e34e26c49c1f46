"""Where the instance that plays the other agencies lives, how it is made, started and stopped.

Everything of it lies in the folder `partners` of the province's data directory: its books, keys, secrets and lake. Its
database lies beside the province's in the embedded PostgreSQL. What the province knows of it is what it would know of any
partner: an address, a key of its own there, and the public key that answers are signed with; this stands in the file of the
look-ups, written anew at each start.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from xiezhi import pg
from xiezhi.datacenter.overview.demo import LEAST, ORDER
from xiezhi.demo.partners.declared import AGENCIES, CROSS_CHECK
from xiezhi.kernel.calendar import clock

__all__ = ["CALLER", "DATABASE", "NEEDED", "Place", "free_port", "here", "playing", "prepare", "wanted", "write"]

log = logging.getLogger(__name__)

DATABASE = "xiezhi_partners"
CALLER = "yunling-justice"
"""How the province is known to the agencies."""
MARK = "云岭省演示伙伴实例的地址，每次启动时重写；要使用自己的配置，删去这一行"
START_SECONDS = 180.0
NEEDED = ORDER
"""Parts of the province from this number on ask the agencies: the way through the data center."""
_KEPT = ("XIEZHI_LOG_LEVEL", "XIEZHI_NOW", "XIEZHI_NOW_SINCE", "XIEZHI_LAKE_MEMORY")


@dataclass(frozen=True)
class Place:
    """One such instance: its folder and the addresses of its database."""

    home: Path
    database: pg.Urls
    lookups: Path

    @property
    def setup(self) -> Path:
        """What the province hands over when it makes the instance: its public key."""
        return self.home / "setup.json"

    @property
    def books(self) -> Path:
        """Rows by table, waiting to be loaded."""
        return self.home / "books"

    @property
    def identity(self) -> Path:
        """What the instance hands back once it is loaded: its public key, and the id of the province's key there."""
        return self.home / "identity.json"

    def command(self, port: int) -> list[str]:
        return [sys.executable, "-m", "xiezhi.demo.partners.serve", str(port), str(os.getpid())]

    def environment(self, port: int) -> dict[str, str]:
        """Its own settings; nothing of the province's but the clock."""
        ours = {n: v for n, v in os.environ.items() if not n.startswith(("XIEZHI_", "DATABASE_")) or n in _KEPT}
        return {
            **ours, "DJANGO_SETTINGS_MODULE": "xiezhi.config.settings", "XIEZHI_HOME": str(self.home), "XIEZHI_PUBLIC_URL": f"http://127.0.0.1:{port}",
            "XIEZHI_DEMO": "1", "XIEZHI_DEMO_REGISTERS": "1", "XIEZHI_LEDGER_ORIGIN": "partners.yunling.example/ledger",
            "XIEZHI_SITE_ORG": "云岭省数据共享交换平台（演示）", "XIEZHI_SITE_HOST": "云岭省数据局（演示）", "XIEZHI_LAKE_THREADS": "1",
            "DATABASE_URL": self.database.app, "DATABASE_OWNER_URL": self.database.owner, "DATABASE_ERASER_URL": self.database.eraser,
        }  # fmt: skip

    def announce(self, port: int) -> None:
        """Tell the clue rules where the agencies answer. A file of the operator's own is left alone."""
        if self.lookups.exists() and MARK not in self.lookups.read_text(encoding="utf-8"):
            return
        known = json.loads(self.identity.read_text(encoding="utf-8"))
        said: dict[str, Any] = {"_": MARK}
        for one in AGENCIES:
            said.setdefault(one.kind, []).append({
                "address": f"http://127.0.0.1:{port}", "interface": one.interface, "purpose": CROSS_CHECK, "keys": {"id_type": "id_type", "id_no": "id_no"},
                "fields": one.fields, "becomes": one.becomes, "key_id": known["key_id"], "partner_key": known["public_key"], "partner": one.code,
            })  # fmt: skip
        temporary = self.lookups.with_name(f".{self.lookups.name}.{os.getpid()}")
        temporary.touch(mode=0o600)
        temporary.write_text(json.dumps(said, ensure_ascii=False, indent=1), encoding="utf-8")
        temporary.replace(self.lookups)


def here() -> Place:
    """The one of this installation."""
    home = Path(settings.HOME)
    return Place(home / "partners", pg.urls(home, DATABASE), Path(settings.CLUE_LOOKUPS_FILE))


def wanted() -> bool:
    """Whether this installation makes one: a demonstration with the embedded database only."""
    return bool(settings.DEMO and settings.EMBEDDED_POSTGRES and not settings.DEMO_REGISTERS)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


# Making it


def prepare(scale: float) -> None:
    """Make its database: a copy of the province's while that is empty, so that nothing must be migrated twice."""
    import psycopg
    from django.db import connections
    from psycopg import sql

    if not wanted() or scale < LEAST:
        return
    connections.close_all()
    home = Path(settings.HOME)
    if here().setup.exists():  # of a province that is gone
        shutil.rmtree(here().home)
    owner, new = sql.Identifier(pg.OWNER), sql.Identifier(DATABASE)
    with psycopg.connect(pg.url(home, pg.SUPERUSER, pg.SUPERUSER), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(new))
        try:
            template = sql.Identifier(str(settings.DATABASES["default"]["NAME"]))
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {} STRATEGY FILE_COPY").format(new, template, owner)
            )
        except psycopg.errors.ObjectInUse:  # somebody else looks at the empty database: it is migrated at its start
            connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(new, owner))


def write(place: Place, rows: Mapping[str, list[dict[str, Any]]]) -> None:
    """Hand the books over, and the public key the province will sign with. Registers the agencies' systems here."""
    from xiezhi.datacenter.exchange import identity, services

    place.books.mkdir(parents=True, exist_ok=True)
    for table, held in rows.items():
        with open(place.books / f"{table}.jsonl", "w", encoding="utf-8") as out:
            out.writelines(json.dumps(row, ensure_ascii=False, default=date.isoformat) + "\n" for row in held)
    place.setup.write_text(json.dumps({"public_key": identity.own().signer.verifier.pem}))
    place.identity.unlink(missing_ok=True)
    for one in AGENCIES:
        services.register_caller(one.code, one.system, one.agency, contact="信息中心（演示）", demo=True, by="演示")


# Running it while the province is made


class Running:
    """The instance as a child of this process."""

    def __init__(self, place: Place, now: datetime) -> None:
        self.place, self.port = place, free_port()
        shown = {"XIEZHI_NOW": now.isoformat(), "XIEZHI_NOW_SINCE": datetime.now(UTC).isoformat()}
        with open(place.home / "partners.log", "ab") as out:
            self.process = subprocess.Popen(
                place.command(self.port), env={**place.environment(self.port), **shown}, stdout=out, stderr=out, start_new_session=True,
            )  # fmt: skip

    def wait(self, seconds: float = START_SECONDS) -> bool:
        """Whether it answers, once it is loaded; then the look-ups know of it."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and self.process.poll() is None:
            if self.place.identity.exists():
                try:
                    socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                except OSError:
                    pass
                else:
                    self.place.announce(self.port)
                    return True
            time.sleep(0.1)
        log.warning(
            "the instance that plays the other agencies does not answer; see %s", self.place.home / "partners.log"
        )
        return False

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


@contextmanager
def playing(rows: Callable[[], Mapping[str, list[dict[str, Any]]]], scale: float) -> Iterator[Callable[[], object]]:
    """Let the agencies answer inside the block; what is given waits until they do. `rows` are made only where wanted.

    Where they do not come up, the rules that ask them say that they were not run.
    """
    if not wanted() or scale < LEAST:
        yield lambda: None
        return
    place = here()
    write(place, rows())
    running = Running(place, clock.now())
    try:
        yield running.wait
    finally:
        running.stop()
