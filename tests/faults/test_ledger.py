"""The ledger under kill -9, two publishers, a dying database, jumping clocks and a full disk: no fork, no gap, no double,
nothing acknowledged lost. Every checkpoint that was ever seen is proved against the final log by the independent verifier."""

from __future__ import annotations

import hashlib
import os
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connections, transaction
from django.db.utils import DatabaseError, InterfaceError
from xiezhi_verify import log
from xiezhi_verify.note import Key, Point, Policy, read_point, read_policy
from xiezhi_verify.tree import extends
from xiezhi_witness.core import Witness
from xiezhi_witness.server import Server

from tests.faults.conftest import SOAK
from tests.faults.office import Office
from xiezhi import pg
from xiezhi.config.settings_test import RUN
from xiezhi.kernel.ledger import keys, publisher, reader, recovery, sequencer, services
from xiezhi.kernel.ledger.models import LogCheckpoint, LogEntry, LogState, PendingEntry
from xiezhi.kernel.ledger.sequencer import entry_bytes

pytestmark = [pytest.mark.slow, pytest.mark.soak]
ORIGIN = "test.example/ledger"
REPOSITORY = Path(__file__).resolve().parents[2]


def append(number: int) -> list[services.Entry]:
    with transaction.atomic():
        return services.append_many([services.Commit("event", b"%d" % i, "thing", str(i)) for i in range(number)])


class Place:
    """A ledger's folder, its witness, and all checkpoints anybody could have seen."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True)
        ring = keys.KeyRing(folder / "keys", ORIGIN)
        self.vkey = ring.new(0).vkey
        self.now = time.time
        self.witness = Witness("w.example", bytes(range(32)), [Key.read(self.vkey)], folder / "w.sqlite", self._now)
        self.server = Server(("127.0.0.1", 0), self.witness)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        rule = f"witness w {self.witness.vkey} http://127.0.0.1:{self.server.server_port}\nquorum w\n"
        (folder / "policy").write_text(rule)
        self.policy = read_policy(f"log {self.vkey}\n{rule}")
        self.seen: set[bytes] = set()
        self._stop = threading.Event()
        self._watcher = threading.Thread(target=self._watch, daemon=True)
        self._watcher.start()

    def _now(self) -> float:
        return self.now()

    def _watch(self) -> None:
        """A follower of the newest checkpoint, as a mirror would be."""
        while not self._stop.is_set():
            try:
                self.seen.add((self.folder / "log" / "checkpoint").read_bytes())
            except FileNotFoundError:
                pass
            time.sleep(0.003)

    def close(self) -> None:
        self._stop.set()
        self._watcher.join()
        self.server.shutdown()
        self.server.server_close()

    def proved(self, acknowledged: list[bytes], tmp_path: Path) -> Point:
        """After the last fault: publish what is left and prove everything."""
        ledger = publisher.open_ledger()
        publisher.round_once(ledger)
        publisher.round_once(ledger)
        assert list(recovery.check()) == []
        size = LogState.objects.get().size
        found = reader.entries(0, size)
        assert list(LogEntry.objects.order_by("idx").values_list("idx", flat=True)) == list(range(size))  # no gap
        counts = Counter(found)
        assert max(counts.values(), default=1) == 1  # no double
        assert {entry_bytes(c) for c in acknowledged} <= set(found)  # nothing lost
        assert counts == Counter(
            entry_bytes(bytes(c)) for c in PendingEntry.objects.values_list("commitment", flat=True)
        )
        mirror = tmp_path / "mirror"
        recovery.export(mirror)
        read = log.opened(str(mirror))
        final = log.whole(read, self.policy)
        assert final.size == size
        notes = {bytes(n) for n in LogCheckpoint.objects.values_list("note", flat=True)}
        published = {
            bytes(n) for n in LogCheckpoint.objects.filter(published_at__isnull=False).values_list("note", flat=True)
        }
        witnessed = self.witness.latest(hashlib.sha256(ORIGIN.encode()).hexdigest()).body
        kept = b"".join(p.read_bytes() for p in (self.folder / "log").glob("checkpoints-*"))
        assert all(note.partition(b"\n\n")[0] in kept for note in published)
        alone = Policy(self.policy.logs)
        roots: dict[int, bytes] = {}
        for raw in notes | self.seen | {witnessed}:
            point = read_point(raw, self.policy if raw in published | self.seen else alone)
            assert roots.setdefault(point.size, point.root) == point.root
            extends(point.size, final.size, log.growth(read, point.size, final.size), point.root, final.root)
        return final


class Writer(threading.Thread):
    """Appends as business transactions do; some fail, some wait before they commit, some meet a database that is away."""

    def __init__(self, seed: int, stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self.chance, self.stop = random.Random(seed), stop
        self.done: list[bytes] = []
        self.away = 0
        self.errors: list[str] = []

    def run(self) -> None:
        try:
            while not self.stop.is_set():
                self.one()
                time.sleep(self.chance.uniform(0, 0.15))
        except Exception as error:  # a failing thread must fail the test
            self.errors.append(repr(error))
        finally:
            connections.close_all()

    def one(self) -> None:
        try:
            with transaction.atomic():
                made = services.append_many(
                    [
                        services.Commit("event", self.chance.randbytes(9), "thing", "1")
                        for _ in range(self.chance.choice((1, 1, 2, 5, 40)))
                    ]
                )
                if self.chance.random() < 0.2:
                    time.sleep(self.chance.uniform(0, 0.05))
                if self.chance.random() < 0.1:
                    raise LookupError
        except LookupError:
            return
        except (DatabaseError, InterfaceError):
            self.away += 1
            connections.close_all()
            time.sleep(0.1)
            return
        self.done += [e.commitment for e in made]


def keeper(urls: pg.Urls, place: Place, *arguments: str) -> subprocess.Popen[str]:
    environment = {
        **{k: v for k, v in os.environ.items() if not k.startswith(("XIEZHI_", "DATABASE_"))},
        "DJANGO_SETTINGS_MODULE": "xiezhi.config.settings", "XIEZHI_HOME": str(RUN), "XIEZHI_LEDGER_DIR": str(place.folder),
        "XIEZHI_LEDGER_ORIGIN": ORIGIN, "DATABASE_URL": urls.app, "DATABASE_OWNER_URL": urls.owner, "DATABASE_ERASER_URL": urls.eraser,
    }  # fmt: skip
    return subprocess.Popen(
        [sys.executable, "-m", "tests.faults.ledger_keeper", *arguments], env=environment, cwd=REPOSITORY, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


@pytest.fixture
def place(settings: Any, tmp_path: Path) -> Iterator[Place]:
    settings.LEDGER_DIR = str(tmp_path / "ledger")
    settings.LEDGER_ORIGIN = ORIGIN
    found = Place(tmp_path / "ledger")
    yield found
    found.close()


def test_killed_at_every_step(committed_db: pg.Urls, place: Place, tmp_path: Path) -> None:
    """Before and after every statement, commit, write, fsync and rename of a round."""
    process = keeper(committed_db, place, "steps")
    told, said = process.communicate(timeout=560)
    assert process.returncode == 0 and told.strip().isdecimal(), (told, said[-3000:])
    assert int(told) > 40, told
    place.proved([], tmp_path)


def test_killed_at_random_while_writers_append(office: Office, place: Place, tmp_path: Path) -> None:
    """Two publishers at once, killed in turn; the database as well."""
    chance = random.Random(20261123)
    stop = threading.Event()
    publisher.open_ledger()
    writers = [Writer(n, stop) for n in range(3)]
    for one in writers:
        one.start()
    kills = 0
    for _ in range(60 if SOAK else 3):
        process = keeper(office.urls, place, "random", str(chance.randrange(10**6)), "0.35")
        time.sleep(chance.uniform(15, 30) if SOAK else chance.uniform(8, 12))
        office.kill_database()
        time.sleep(chance.uniform(0.2, 1))
        office.server.start("faults")
        time.sleep(chance.uniform(1, 3))
        told, said = process.communicate("stop\n", timeout=60)
        assert told.strip().isdecimal() and "ended by itself" not in said, (told, said[-3000:])
        kills += int(told)
    stop.set()
    for one in writers:
        one.join(30)
        assert not one.errors, one.errors
    connections.close_all()
    acknowledged = [c for one in writers for c in one.done]
    final = place.proved(acknowledged, tmp_path)
    assert len(acknowledged) > 200 and final.size >= len(acknowledged) and any(one.away for one in writers)
    assert kills > (2_000 if SOAK else 50), kills
    assert len(place.seen) > 10, "too little was published to prove anything"


def test_two_publishers_without_their_lock(committed_db: pg.Urls, place: Place, tmp_path: Path) -> None:
    """The lock is for peace, not for safety: without it, two at once still never sign two roots for one size."""
    publisher.open_ledger()
    trouble: list[BaseException] = []
    end = time.monotonic() + (60 if SOAK else 6)

    def publish() -> None:
        try:
            ledger = publisher.open_ledger()
            while time.monotonic() < end:
                publisher.round_once(ledger)
        except BaseException as error:
            trouble.append(error)
        finally:
            connections.close_all()

    stop = threading.Event()
    writers = [Writer(n, stop) for n in range(2)]
    both = [threading.Thread(target=publish) for _ in range(2)]
    for one in [*writers, *both]:
        one.start()
    for one in both:
        one.join()
    stop.set()
    for one in writers:
        one.join()
        assert not one.errors
    assert not trouble, trouble
    final = place.proved([c for one in writers for c in one.done], tmp_path)
    assert final.size > 20


@pytest.mark.django_db
def test_clocks_that_jump(place: Place, tmp_path: Path) -> None:
    """The log's clock and the witness's clock jump decades; order is by size, never by time."""
    ledger = publisher.open_ledger()
    made: list[bytes] = []
    moments = [datetime(year, 5, 1, tzinfo=UTC) for year in (2026, 1999, 2099, 1970, 2026)]
    for own, other in ((a, b) for a in moments for b in (2e9, -5.0, 4e9)):
        place.now = lambda other=other: other
        made += [e.commitment for e in append(3)]
        done = publisher.round_once(ledger, own)
        assert (
            done is not None
            and not done.held
            and publisher.latest()
            == (
                publisher.parse_checkpoint(publisher.parse_note(done.note).text),
                done.note,
            )
        )
        assert ledger.copy.last() == publisher.latest()
        publisher.open_ledger()
    place.proved(made, tmp_path)


@pytest.mark.django_db
def test_a_disk_that_takes_only_part(place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Full at any byte: nothing is published, nothing half written is left, and afterwards it goes on."""
    ledger = publisher.open_ledger()
    made = [e.commitment for e in append(2)]
    publisher.round_once(ledger)
    chance = random.Random(4)
    real = os.write
    for room in (0, 1, 40, 200, 300, *(chance.randrange(1200) for _ in range(400 if SOAK else 40))):
        made += [e.commitment for e in append(2)]
        before, left = publisher.latest(), room

        def little(handle: int, content: bytes) -> int:
            nonlocal left
            if left <= 0:
                raise OSError(28, "No space left on device")
            taken = real(handle, content[:left])
            left -= taken
            return taken

        with monkeypatch.context() as patched:
            patched.setattr(keys.os, "write", little)
            done = publisher.round_once(ledger)
        assert done is not None
        if done.held:
            assert "No space left" in done.held and publisher.latest() == before == ledger.copy.last()
            assert not list((place.folder / "log").glob(".checkpoint.*"))
        publisher.open_ledger()
    assert sequencer.integrate().taken == 0
    place.proved(made, tmp_path)


@pytest.mark.django_db
def test_a_disk_that_is_really_full(place: Place, tmp_path: Path) -> None:
    disk = place.folder / "log"
    disk.mkdir(exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", "size=256k,mode=0755", "tmpfs", str(disk)]
    try:
        mounted = os.geteuid() == 0 and subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        mounted = False
    if not mounted:
        pytest.skip("a small disk needs the right to mount")
    try:
        ledger = publisher.open_ledger()
        made = [e.commitment for e in append(2)]
        publisher.round_once(ledger)
        ballast = disk / "ballast"
        with ballast.open("wb", buffering=0) as out:
            try:
                while True:
                    out.write(b"\0" * 512)
            except OSError:
                pass
        held = 0
        for _ in range(12):
            made += [e.commitment for e in append(2)]
            done = publisher.round_once(ledger)
            held += bool(done and done.held)
        assert held, "the disk never became full"
        assert ledger.copy.last() == publisher.latest()
        ballast.unlink()
        done = publisher.round_once(ledger)
        assert done is not None and not done.held and done.size == len(made)
        place.proved(made, tmp_path)
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=False)
