"""Firing one event with all its effects, against pgbench replaying the same statements.

What is measured: `fire_event` (form check, replay of the history, clocks, document, notices, ledger, commit) in one and
in eight processes; then the very statements it sent, replayed by pgbench with as many clients. Rendering is outside.
"""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import time
from datetime import datetime, timedelta
from pathlib import Path

import _common

args = _common.arguments(__doc__ or "", events=400)
home = _common.start("events")

from django.db import connection, connections  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from xiezhi import pg  # noqa: E402
from xiezhi.kernel.calendar import services as calendars  # noqa: E402
from xiezhi.kernel.calendar.clock import SHANGHAI  # noqa: E402
from xiezhi.kernel.procedures import registry, services  # noqa: E402
from xiezhi.kernel.procedures.core import Actor  # noqa: E402
from xiezhi.kernel.units.models import Unit  # noqa: E402

AT = datetime(2026, 3, 2, 10, tzinfo=SHANGHAI)
procedure = registry.get("XZFY")
EVERYBODY = Actor("account:bench", frozenset(r.code for r in procedure.roles), "承办人")


def days(value: object) -> object:
    """Samples write days as @-15: fifteen days before the event."""
    if isinstance(value, str) and value.startswith("@"):
        return (AT.date() + timedelta(days=int(value[1:] or 0))).isoformat()
    if isinstance(value, dict):
        return {k: days(v) for k, v in value.items()}
    return value


def sample(event: str) -> dict[str, object]:
    """The declared sample of an event's form."""
    return {f.name: days(f.sample) for f in procedure.events[event].form if f.sample is not None}


def prepare(number: int) -> list[int]:
    """Matters in review, with parties, ready for one more event each."""
    calendars.ensure_seeded()
    unit = Unit.objects.filter(name="基准县司法局").first()
    if unit is None:
        unit = Unit.objects.create(
            level="COUNTY",
            kind="JUSTICE",
            name="基准县司法局",
            created_at=AT,
            is_reconsideration_organ=True,
            document_code="基准府",
        )
        Unit.objects.filter(pk=unit.pk).update(county_id=unit.pk)
    ids = []
    parties = [
        services.PartyInput("applicant", "甲某"),
        services.PartyInput("respondent", "乙局", "UNIT", unit_id=unit.pk),
    ]
    for _ in range(number):
        at = AT
        matter = services.open_matter(
            "XZFY",
            "filed",
            EVERYBODY,
            sample("filed"),
            handling_unit=unit.pk,
            organ=unit.pk,
            parties=parties,
            at=at,
            on=at.date(),
        ).matter
        for event in ("receipt", "accepted", "copy_sent"):
            at += timedelta(minutes=5)
            data = sample(event)
            if event == "accepted":
                data |= {"procedure": "ORDINARY"}
                data.pop("simplified_ground", None)
            services.fire_event(matter.pk, event, EVERYBODY, data, at=at)
        ids.append(matter.pk)
    return ids


def fire(pk: int, minute: int) -> None:
    services.fire_event(pk, "views_heard", EVERYBODY, sample("views_heard"), at=AT + timedelta(hours=1, minutes=minute))


def worker(job: tuple[list[int], int]) -> float:
    connections.close_all()
    ids, minute = job
    connection.ensure_connection()
    begun = time.perf_counter()
    for pk in ids:
        fire(pk, minute)
    return time.perf_counter() - begun


def ours(ids: list[int], processes: int, minute: int) -> float:
    """Events per second with so many processes."""
    connections.close_all()
    if processes == 1:
        begun = time.perf_counter()
        for pk in ids:
            fire(pk, minute)
        return len(ids) / (time.perf_counter() - begun)
    parts = [ids[i::processes] for i in range(processes)]
    with multiprocessing.get_context("fork").Pool(processes) as pool:
        begun = time.perf_counter()
        pool.map(worker, [(p, minute) for p in parts], chunksize=1)
        return len(ids) / (time.perf_counter() - begun)


def capture(ids: list[int], minute: int) -> list[list[str]]:
    """The statements of one event per matter; the events are undone so that the replay can send them again."""
    from django.db import transaction

    out = []
    for pk in ids:
        with CaptureQueriesContext(connection) as seen:
            try:
                with transaction.atomic():
                    fire(pk, minute)
                    raise KeyboardInterrupt
            except KeyboardInterrupt:
                pass
        out.append(
            [
                q["sql"]
                for q in seen
                if not q["sql"].upper().startswith(("BEGIN", "ROLLBACK", "SAVEPOINT", "RELEASE", "COMMIT"))
            ]
        )
    return out


def admin(statement: str) -> None:
    import psycopg

    with psycopg.connect(pg.url(home, pg.SUPERUSER, "postgres"), autocommit=True) as session:
        session.execute(statement)


def theirs(statements: list[list[str]], clients: int) -> float:
    """Transactions per second of pgbench with so many clients, each with its own share, committed durably.

    Runs in a copy of the database from before the events. Foreign keys are not checked there (generated keys differ
    between the recording and the replay), which favors pgbench.
    """
    folder = Path(home) / "pgbench"
    folder.mkdir(exist_ok=True)
    admin("DROP DATABASE IF EXISTS replay WITH (FORCE)")
    admin("CREATE DATABASE replay TEMPLATE before_events STRATEGY FILE_COPY")
    runs = []
    for i in range(clients):
        path = folder / f"{i}.sql"
        path.write_text("\n".join("BEGIN;\n" + ";\n".join(s) + ";\nCOMMIT;" for s in statements[i::clients]))
        runs.append(path)
    base = [str(pg.bin_dir() / "pgbench"), "-n", "-c", "1", "-t", "1", "-M", "simple"]
    address = pg.url(home, pg.SUPERUSER, "replay")
    environment = {**os.environ, "PGOPTIONS": "-c session_replication_role=replica"}
    begun = time.perf_counter()
    processes = [
        subprocess.Popen(
            [*base, "-f", str(p), address], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment
        )
        for p in runs
    ]
    for process in processes:
        text, _ = process.communicate()
        if process.returncode or "ERROR" in text:
            raise SystemExit(text[-3000:])
    return len(statements) / (time.perf_counter() - begun)


ids = prepare(args.events)
some = capture(ids[:20], 1)
print(f"statements per event: {sorted({len(s) for s in some})}")
minute = [1]


def next_minute() -> int:
    minute[0] += 1
    return minute[0]


captured = capture(ids, 1)
connections.close_all()
admin(f"CREATE DATABASE before_events TEMPLATE {pg.DATABASE} STRATEGY FILE_COPY")
runs = {
    "events/s, 1 worker": lambda: ours(ids, 1, next_minute()),
    "pgbench tx/s, 1 client": lambda: theirs(captured, 1),
    "events/s, 8 workers": lambda: ours(ids, 8, next_minute()),
    "pgbench tx/s, 8 clients": lambda: theirs(captured, 8),
}
found = _common.interleaved(args.rounds, runs)
m = {name: _common.median(values) for name, values in found.items()}
one, eight = (
    m["events/s, 1 worker"] / m["pgbench tx/s, 1 client"],
    m["events/s, 8 workers"] / m["pgbench tx/s, 8 clients"],
)
_common.record(
    "One event with all its effects",
    [
        f"{args.events} events a round, {args.rounds} rounds. Statements per event: {max(len(s) for s in captured)} (limit 15).",
        "",
        "| | median | pgbench, same statements | ratio | wanted |",
        "|---|---|---|---|---|",
        f"| 1 worker | {m['events/s, 1 worker']:.0f}/s ({1000 / m['events/s, 1 worker']:.1f} ms) | {m['pgbench tx/s, 1 client']:.0f}/s | {one:.0%} | 20 % |",
        f"| 8 workers | {m['events/s, 8 workers']:.0f}/s | {m['pgbench tx/s, 8 clients']:.0f}/s | {eight:.0%} | 10 % |",
        "",
        "pgbench sends the recorded statements (simple protocol), commits durably, and skips foreign-key checks; ours does not.",
        f"Both sides share {os.cpu_count()} cores with the server.",
    ],
)
