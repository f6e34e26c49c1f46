"""Provinces of different size on one server, for benchmarks that compare sizes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from xiezhi import pg


@contextmanager
def pointed_at(database: str) -> Iterator[None]:
    """Let the three connections reach `database`."""
    from django.db import connections

    connections.close_all()
    before = {alias: connections[alias].settings_dict["NAME"] for alias in connections}
    for alias in connections:
        connections[alias].settings_dict["NAME"] = database
    try:
        yield
    finally:
        connections.close_all()
        for alias, name in before.items():
            connections[alias].settings_dict["NAME"] = name


def ensure(home: Path, database: str, matters: int, scale: float = 0.01) -> None:
    """A migrated database with so many open matters; kept when it is there already (XIEZHI_BENCH_HOME)."""
    server = pg.Server(home)
    server.start(database)
    with pointed_at(database):
        from django.core.management import call_command
        from django.db import connection, connections

        call_command("migrate", verbosity=0, interactive=False)
        from xiezhi.demo import services as demo
        from xiezhi.kernel.units.models import Unit

        if not Unit.objects.exists():
            begun = time.monotonic()
            demo.generate(scale, matters=matters)
            print(f"{database}: {matters:,} open matters made in {time.monotonic() - begun:.0f} s", flush=True)
            connection.close()
            with connections["owner"].cursor() as cursor:
                cursor.execute("ANALYZE")
