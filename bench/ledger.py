"""The ledger: entries a second in the library and through the service, the cost of one append, proofs, and growth.

Library: entries that wait are given their places, tiles and a signed checkpoint, against COPY of the same rows into a table
with the same indexes. Service: writers append in business transactions while the sequencer runs and publishes. fsync on.
Growth: the same batch at sizes from 10^5 to 10^8; above a million the tiles below are synthetic (random hashes of the right
shape), because only the right edge is ever read. Peer, published: Tessera (POSIX, NVMe) about 10,000 entries/s.
"""

from __future__ import annotations

import multiprocessing
import secrets
import threading
import time

import _common

args = _common.arguments(__doc__ or "", entries=100_000, proofs=400)
home = _common.start("ledger")

from django.conf import settings  # noqa: E402
from django.db import connection, connections, transaction  # noqa: E402

from xiezhi.kernel.ledger import publisher, reader, runner, sequencer, services  # noqa: E402
from xiezhi.kernel.ledger.merkle import inclusion_proof  # noqa: E402
from xiezhi.kernel.ledger.policy import NONE  # noqa: E402

settings.LEDGER_DIR = str(home / "ledger")
WRITERS, PER = 2, 50
ledger = publisher.open_ledger(NONE)


def fill(number: int) -> None:
    """Let entries wait, as fast as COPY can."""
    with (
        connection.cursor() as cursor,
        cursor.copy("COPY ledger_pendingentry (kind, commitment, created_at) FROM STDIN") as copy,
    ):
        for _ in range(number):
            copy.write_row(("event", secrets.token_bytes(32), "2026-11-23 09:00+08"))


def library() -> float:
    """Entries a second: places, tiles, checkpoint, published."""
    fill(args.entries)
    began = time.perf_counter()
    for _ in sequencer.drain():
        pass
    ledger.publish()
    return args.entries / (time.perf_counter() - began)


def copied() -> float:
    """Rows a second of COPY into a table with the same columns and indexes, committed in the same batches."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "CREATE TABLE IF NOT EXISTS bench_copy (idx bigint PRIMARY KEY, entry_id bigint UNIQUE, recovered bytea)"
        )
        cursor.execute("SELECT coalesce(max(idx), 0) FROM bench_copy")
        at = cursor.fetchone()[0] + 1
    began = time.perf_counter()
    for start in range(0, args.entries, sequencer.BATCH):
        with (
            transaction.atomic(using="owner"),
            connections["owner"].cursor() as cursor,
            cursor.copy("COPY bench_copy (idx, entry_id) FROM STDIN") as copy,
        ):
            for i in range(start, min(args.entries, start + sequencer.BATCH)):
                copy.write_row((at + i, at + i))
    return args.entries / (time.perf_counter() - began)


def write(number: int) -> None:
    """One writer: business transactions with `PER` entries each, salts and all."""
    connections.close_all()
    for n in range(number // PER):
        with transaction.atomic():
            services.append_many([services.Commit("event", b"%d.%d" % (n, i), "bench", str(n)) for i in range(PER)])
    connections.close_all()


def service() -> float:
    """Entries a second from the first append to the checkpoint that covers the last, all parts at once."""
    number = args.entries * 4 // WRITERS // PER * PER  # long enough that start and last checkpoint do not count
    stop = threading.Event()
    thread = threading.Thread(target=runner.run, args=(stop,), kwargs={"poll": 0.02})
    connections.close_all()
    processes = [multiprocessing.get_context("fork").Process(target=write, args=(number,)) for _ in range(WRITERS)]
    began = time.perf_counter()
    for p in processes:
        p.start()
    thread.start()
    for p in processes:
        p.join()
    while True:
        found = runner.status()
        assert found is not None
        if not found.waiting and found.published == found.size:
            break
        time.sleep(0.01)
    took = time.perf_counter() - began
    stop.set()
    thread.join()
    return number * WRITERS / took


def append_ms() -> float:
    """Milliseconds of one append inside a transaction (no commit of its own)."""
    with transaction.atomic():
        began = time.perf_counter()
        for n in range(200):
            services.append("event", b"%d" % n, object_id=str(n))
        return (time.perf_counter() - began) / 200 * 1000


def grow_to(size: int) -> None:
    """Set the log to a size with synthetic tiles along its right edge and the paths that proofs will read."""
    hashes = secrets.token_bytes(32 * 256)
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        for guard in (
            "ledger_logtile DISABLE TRIGGER ledger_tile_grows",
            "ledger_logstate DISABLE TRIGGER ledger_state_advances",
        ):
            cursor.execute(f"ALTER TABLE {guard}")
        level = 0
        while size >> 8 * level:
            last = (size >> 8 * level) // 256
            rows = [(level, n, hashes) for n in range(0, last, max(1, last // 2000))]
            rows.append((level, last, hashes[: 32 * ((size >> 8 * level) % 256)]))
            cursor.executemany(
                "INSERT INTO ledger_logtile (level, n, data) VALUES (%s, %s, %s) ON CONFLICT (level, n) DO UPDATE SET data = EXCLUDED.data",
                rows,
            )
            cursor.execute("DELETE FROM ledger_logtile WHERE level = %s AND n > %s", [level, last])
            level += 1
        cursor.execute("UPDATE ledger_logstate SET size = %s", [size])
        for guard in (
            "ledger_logtile ENABLE TRIGGER ledger_tile_grows",
            "ledger_logstate ENABLE TRIGGER ledger_state_advances",
        ):
            cursor.execute(f"ALTER TABLE {guard}")


def empty() -> None:
    """Begin anew: what comes next is a real log from its first entry."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "TRUNCATE ledger_logentry, ledger_logtile, ledger_logcheckpoint, ledger_salt, ledger_pendingentry"
        )
        cursor.execute("ALTER TABLE ledger_logstate DISABLE TRIGGER ledger_state_advances")
        cursor.execute("UPDATE ledger_logstate SET size = 0")
        cursor.execute("ALTER TABLE ledger_logstate ENABLE TRIGGER ledger_state_advances")


rounds: dict[int, int] = {}


def cost(size: int) -> float:
    """Microseconds an entry of a batch appended at this size; each round a little later, never over the last one."""
    rounds[size] = rounds.get(size, -1) + 1
    grow_to(size + rounds[size] * 2 * sequencer.BATCH)
    fill(sequencer.BATCH)
    began = time.perf_counter()
    assert sequencer.integrate().taken == sequencer.BATCH
    return (time.perf_counter() - began) / sequencer.BATCH * 1e6


def proofs(size: int) -> tuple[float, float]:
    """Median and 95th percentile of the milliseconds of a proof at a size, by index spread over the log."""
    stored = 256 * max(1, size // 256 // 2000)  # synthetic tiles stand this far apart

    def read(level: int, index: int) -> bytes:
        return reader.read_tile(level, index) or b"\x01" * 8192

    times = []
    for n in range(args.proofs):
        index = (n * 7919 * stored + n % 256) % size
        began = time.perf_counter()
        inclusion_proof(reader.reader(size, read), index, size)
        times.append((time.perf_counter() - began) * 1000)
    times.sort()
    return times[len(times) // 2], times[int(len(times) * 0.95)]


def main() -> None:
    """Run everything and keep the figures."""
    growth = _common.interleaved(args.rounds, {str(s): (lambda s=s: cost(s)) for s in (10**5, 10**6, 10**7, 10**8)})
    proven = []
    for size in (10**6, 10**7):
        grow_to(size)
        proven.append((size, *proofs(size)))
    empty()
    found = _common.interleaved(
        args.rounds, {"library": library, "copy": copied, "service": service, "append": append_ms}
    )
    lib, copy, serve, append = (_common.median(found[k]) for k in ("library", "copy", "service", "append"))
    lines = [
        f"{args.entries:,} entries a round (four times as many through the service), {args.rounds} rounds, fsync on, everything on the same cores.", "",
        "| what | figure | beside it | wanted |", "|---|---|---|---|",
        f"| library: places, tiles, signed checkpoint | {lib:,.0f}/s | COPY of the same rows {copy:,.0f}/s: {lib / copy:.0%} | 50,000/s; 25 % |",
        f"| service: {WRITERS} writers, {PER} entries a transaction, sequencer, publication | {serve:,.0f}/s | "
        "Tessera (POSIX, NVMe), published: about 10,000/s | 20,000/s |",
        f"| one append inside a business event | {append:.2f} ms | see “One event with all its effects” | 10 % of the event |",
    ]  # fmt: skip
    lines += [
        f"| proof of any record out of {n:,} | p50 {mid:.2f} ms, p95 {late:.2f} ms | | p95 10 ms |"
        for n, mid, late in proven
    ]
    lines += [
        "",
        "Cost of one entry as the log grows (synthetic tiles below):",
        "",
        "| size | µs an entry |",
        "|---|---|",
    ]
    lines += [f"| {int(s):,} | {_common.median(v):.1f} |" for s, v in growth.items()]
    _common.record("The ledger", lines)


main()
