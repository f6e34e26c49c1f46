"""The process of the instance that plays the other agencies: `python -m xiezhi.demo.partners.serve PORT PARENT`.

It brings its database to this version, loads its books once, then serves the exchange's gateway on the loopback address, and
follows its own log, so that whoever is asked about finds it there under 谁查阅过我的信息. It ends with its parent.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import shutil
import signal
import sys
import uuid
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path
from typing import Any

log = logging.getLogger("xiezhi.demo.partners")

FOLLOW_SECONDS = 20.0
YEARS = 20


def bring_up() -> None:
    """The database at this version; the books, where they were not loaded yet."""
    from django.core.management import call_command
    from django.db import connections
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connections["owner"])
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", verbosity=0, interactive=False)
    connections["owner"].close()
    load()
    connections.close_all()


def load() -> None:
    """Books into the lake and from there into the copies that look-ups answer from; the province as a caller."""
    from django.conf import settings

    from xiezhi import pg
    from xiezhi.demo.partners.declared import TABLES
    from xiezhi.demo.partners.place import Place

    home = Path(settings.HOME)
    place = Place(home, pg.Urls("", "", ""), home / "lookups.json")
    if place.identity.exists():
        return
    for table in TABLES:
        _table(table, place.books / f"{table.code}.jsonl")
    place.identity.write_text(json.dumps(_caller(json.loads(place.setup.read_text())["public_key"])))
    shutil.rmtree(place.books, ignore_errors=True)  # persons stand in the lake and the copies now, not in plain files


def _table(table: Any, path: Path) -> None:
    import pyarrow as pa

    from xiezhi.datacenter.exchange import serving
    from xiezhi.datacenter.lake import tables as lake
    from xiezhi.datacenter.standards import schema
    from xiezhi.kernel.calendar import clock

    shape = schema.arrow(table)
    dates = {f.name for f in shape if pa.types.is_date(f.type)}
    batch, at = str(uuid.uuid4()), clock.now()
    rows = []
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
        said = json.loads(line)
        common = {
            "row_id": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{table.code}/{said['entry_no']}")), "src_system": "books", "src_key": said["entry_no"],
            "updated_at": at, "batch_id": batch, "row_hash": "",
        }  # fmt: skip
        found = {name: date.fromisoformat(v) if name in dates and v else v for name, v in said.items()}
        rows.append({**dict.fromkeys(shape.names), **common, **found})
    held = lake.get(table.lake_name).create(shape, level=table.level)
    held.replace(pa.Table.from_pylist(rows, schema=shape), batch_id=batch)
    serving.refresh(table.code)


def _caller(public_key: str) -> dict[str, str]:
    """The province with its key and what it may ask; gives what it must know of us."""
    from xiezhi.datacenter.exchange import identity, services
    from xiezhi.demo.partners.declared import AGENCIES, CROSS_CHECK
    from xiezhi.demo.partners.place import CALLER
    from xiezhi.kernel.calendar import clock

    until = clock.now() + timedelta(days=365 * YEARS)
    caller = services.register_caller(CALLER, "司法数据资源中心（演示）", "云岭省司法厅", demo=True, by="演示")
    start = clock.now() - timedelta(days=1)
    key = caller.keys.first() or services.add_key(
        caller, "ED25519", public_key, not_before=start, not_after=until, by="演示"
    )
    for one in AGENCIES:
        if not caller.grants.filter(interface=one.interface).exists():
            services.grant(
                caller, one.interface, fields=one.asked, purposes=[CROSS_CHECK], valid_from=start, valid_to=until, by="演示",
                reason=f"{one.agency}同意共享（演示）",
            )  # fmt: skip
    return {"key_id": key.key_id, "public_key": identity.own().signer.verifier.pem}


def follow() -> None:
    """As the worker of a full installation does: readings and meters follow the log."""
    from django.db import close_old_connections, connections

    from xiezhi.datacenter.exchange import tail

    close_old_connections()
    try:
        tail.follow()
        tail.forget()
    except Exception:
        log.exception("the log of calls could not be followed")
    finally:
        connections.close_all()


async def _following() -> None:
    while True:
        await asyncio.sleep(FOLLOW_SECONDS)
        await asyncio.to_thread(follow)


async def _serve(port: int, parent: int) -> None:
    from granian.constants import Interfaces
    from granian.server.embed import Server

    from xiezhi.datacenter.exchange import gateway

    server: Any = Server(
        gateway.app, address="127.0.0.1", port=port, interface=Interfaces.ASGINL, websockets=False, log_enabled=False
    )  # fmt: skip
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, server.stop)

    async def watch() -> None:
        while os.getppid() == parent:
            await asyncio.sleep(1)
        server.stop()

    beside = [asyncio.create_task(watch()), asyncio.create_task(_following())]
    try:
        await server.serve()
    finally:
        for task in beside:
            task.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.gather(*beside, return_exceptions=True)


def main() -> None:
    port, parent = int(sys.argv[1]), int(sys.argv[2])
    import django

    django.setup()
    bring_up()
    asyncio.run(_serve(port, parent))
    follow()  # what was logged last is told too


if __name__ == "__main__":
    main()
