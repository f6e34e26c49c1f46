"""The log over PostgreSQL: sequencing, publishing, what is served, and what it refuses to do."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.db.utils import DatabaseError
from django.test import Client
from tests.conftest import need

from xiezhi import pg
from xiezhi.kernel.ledger import merkle, notes, publisher, reader, sequencer, services, tiles
from xiezhi.kernel.ledger.models import LogCheckpoint, LogEntry, LogState, PendingEntry
from xiezhi.kernel.ledger.policy import NONE

needs_db = pytest.mark.django_db


@pytest.fixture
def ledger(settings: Any, tmp_path: Path) -> Iterator[publisher.Ledger]:
    settings.LEDGER_DIR = str(tmp_path / "ledger")
    settings.LEDGER_ORIGIN = "test.example/ledger"
    yield publisher.open_ledger()


def add(number: int, start: int = 0) -> list[services.Entry]:
    with transaction.atomic():
        return services.append_many(
            [services.Commit("event", b"%d" % i, "thing", str(i)) for i in range(start, start + number)]
        )


def everything() -> None:
    """Stored tiles and published roots agree with the entries."""
    size = LogState.objects.get().size
    entries = reader.entries(0, size)
    assert len(entries) == size == LogEntry.objects.count()
    assert list(LogEntry.objects.order_by("idx").values_list("idx", flat=True)) == list(range(size))
    leaves = [merkle.leaf_hash(e) for e in entries]
    assert reader.root_at(size) == merkle.root_of(leaves)
    for tile in tiles.needed(size):
        assert tile.level is not None
        assert len(reader.read_tile(tile.level, tile.index)) == 32 * tile.width
    for point in LogCheckpoint.objects.all():
        assert bytes(point.root) == merkle.root_of(leaves[: point.size])


@needs_db
def test_entries_get_contiguous_places_and_tiles(ledger: publisher.Ledger) -> None:
    for number in (1, 254, 1, 1, 300, 700):
        add(number, PendingEntry.objects.count())
        sequencer.integrate()
        everything()
    assert LogState.objects.get().size == PendingEntry.objects.count() == 1257


@needs_db
def test_small_rounds_take_everything_once(ledger: publisher.Ledger) -> None:
    add(1000)
    rounds = list(sequencer.drain(64))
    assert sum(b.taken for b in rounds) == 1000 and rounds[-1].taken < 64
    everything()
    assert not sequencer.waiting() and sequencer.integrate().taken == 0


@needs_db
def test_a_round_publishes_a_signed_checkpoint(ledger: publisher.Ledger) -> None:
    found = publisher.round_once(ledger)
    assert found is not None and found.size == 0  # an empty log says so
    add(5)
    found = publisher.round_once(ledger)
    assert found is not None and found.size == 5 and not found.held
    note, _by = notes.opened(found.note, [notes.verifier(ledger.keys.mine()[0].vkey)])
    point = notes.parse_checkpoint(note.text)
    assert (point.origin, point.size, point.root) == ("test.example/ledger", 5, reader.root_at(5))
    assert ledger.copy.last() == (point, found.note)
    assert publisher.round_once(ledger) is None


@needs_db
def test_proofs_of_every_entry(ledger: publisher.Ledger) -> None:
    made = add(300)
    found = publisher.round_once(ledger)
    assert found is not None
    for entry in (made[0], made[255], made[256], made[299]):
        index = reader.place_of(entry.id)
        assert index is not None
        kept = reader.proof_file(index, found.note)
        head, _, rest = kept.file.partition(b"\n\n")
        lines = head.decode().split("\n")
        assert lines[0] == "c2sp.org/tlog-proof@v1" and lines[1] == f"index {index}" and rest == found.note
        leaf = merkle.leaf_hash(sequencer.entry_bytes(entry.commitment))
        merkle.check_inclusion(index, 300, leaf, [notes.unbase64(line) for line in lines[2:]], reader.root_at(300))


@needs_db
def test_the_world_reads_what_is_published(ledger: publisher.Ledger, client: Client) -> None:
    assert client.get("/ledger/checkpoint").status_code == 404
    add(600)
    found = publisher.round_once(ledger)
    assert found is not None
    answer = client.get("/ledger/checkpoint")
    assert answer.content == found.note and answer["Content-Type"] == "text/plain; charset=utf-8"
    assert "max-age=1" in answer["Cache-Control"]
    got = {t.path: client.get(f"/ledger/{t.path}") for t in tiles.needed(600)}
    assert set(got) == {"tile/0/000", "tile/0/001", "tile/0/002.p/88", "tile/1/000.p/2"}
    assert all("immutable" in a["Cache-Control"] for a in got.values())
    leaves = []
    for path, width in (("000", 256), ("001", 256), ("002.p/88", 88)):
        bundle = client.get(f"/ledger/tile/entries/{path}")
        assert bundle.status_code == 200
        read = tiles.read_bundle(bundle.content)
        assert len(read) == width
        leaves += [merkle.leaf_hash(e) for e in read]
        assert b"".join(leaves[-width:]) == got[f"tile/0/{path}"].content
    assert merkle.root_of(leaves) == reader.root_at(600)
    add(10, 600)
    sequencer.integrate()  # sequenced, not published: not to be seen
    for path in (
        "0/002.p/90",
        "0/003",
        "1/000",
        "1/000.p/3",
        "2/000.p/1",
        "entries/002.p/90",
        "0/000.p/256",
        "0/0",
        "x/000",
    ):
        assert client.get(f"/ledger/tile/{path}").status_code == 404
    assert client.get("/ledger/tile/0/002.p/17").content == got["tile/0/002.p/88"].content[: 17 * 32]
    assert client.post("/ledger/checkpoint").status_code == 405


@needs_db
def test_history_cannot_be_rewritten(ledger: publisher.Ledger) -> None:
    add(3)
    publisher.round_once(ledger)
    for statement in (
        "UPDATE ledger_logentry SET idx = 9 WHERE idx = 1", "DELETE FROM ledger_logentry", "DELETE FROM ledger_logtile",
        "DELETE FROM ledger_logcheckpoint", "UPDATE ledger_logcheckpoint SET root = '\\x00'", "DELETE FROM ledger_logstate",
        "UPDATE ledger_logtile SET data = substring(data FROM 1 FOR 32)", "UPDATE ledger_logstate SET size = 1",
        "UPDATE ledger_logtile SET data = decode(repeat('00', 96), 'hex')", "UPDATE ledger_logcheckpoint SET published_at = NULL",
    ):  # fmt: skip
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    everything()


@needs_db
def test_a_restored_backup_does_not_publish(ledger: publisher.Ledger, settings: Any) -> None:
    add(4)
    publisher.round_once(ledger)
    text = notes.Checkpoint("test.example/ledger", 9, b"\x07" * 32).text
    signer = ledger.keys.signers()[0]
    ledger.copy.keep(notes.Note(text, ()).signed(signer.line(text)).bytes, "20990101")
    with pytest.raises(publisher.Behind, match="9 entries"):
        publisher.open_ledger()


@needs_db
def test_another_root_than_the_published_one_does_not_publish(ledger: publisher.Ledger) -> None:
    add(4)
    publisher.round_once(ledger)
    text = notes.Checkpoint("test.example/ledger", 4, b"\x07" * 32).text
    signer = ledger.keys.signers()[0]
    other = notes.Note(text, ()).signed(signer.line(text)).bytes
    with pytest.raises(notes.NoteError, match="another root"):  # the copy never takes it,
        ledger.copy.keep(other, "20990101")
    ledger.copy.newest.write_bytes(other)  # and where it is there all the same, nothing is published
    with pytest.raises(publisher.Forked):
        publisher.open_ledger()


@needs_db
def test_a_lost_copy_does_not_publish(ledger: publisher.Ledger) -> None:
    add(4)
    publisher.round_once(ledger)
    ledger.copy.newest.unlink()
    with pytest.raises(publisher.Refused, match="is missing"):
        publisher.open_ledger()


@needs_db
def test_another_origin_does_not_publish(ledger: publisher.Ledger, settings: Any) -> None:
    settings.LEDGER_ORIGIN = "other.example/ledger"
    with pytest.raises(publisher.Refused, match=r"test\.example/ledger"):
        publisher.open_ledger()


def test_changed_tiles_do_not_publish(committed_db: pg.Urls, settings: Any, tmp_path: Path) -> None:
    """Even whoever owns the tables is found out before the next checkpoint."""
    settings.LEDGER_DIR = str(tmp_path / "ledger")
    ledger = publisher.open_ledger(NONE)
    add(300)
    publisher.round_once(ledger)
    with connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE ledger_logtile DISABLE TRIGGER ledger_tile_grows")
        cursor.execute(
            "UPDATE ledger_logtile SET data = set_byte(data, 40, (get_byte(data, 40) + 1) % 256) WHERE n = 1"
        )
    with pytest.raises(publisher.Forked):
        publisher.open_ledger(NONE)


@needs_db
def test_keys_rotate_without_a_gap(ledger: publisher.Ledger, client: Client) -> None:
    old = ledger.keys.mine()[0]
    add(2)
    publisher.round_once(ledger)
    new = ledger.keys.new(2)
    add(2, 2)
    both = publisher.round_once(ledger)
    assert both is not None and len(notes.parse_note(both.note).lines) == 2
    for vkey in (old.vkey, new.vkey):
        assert notes.opened(both.note, [notes.verifier(vkey)])[1]
    with pytest.raises(LookupError):
        ledger.keys.end("00000000", 4)
    ledger.keys.end(old.id, 4, publisher_state := "compromised")
    assert (
        not (ledger.keys.folder / old.file).exists() and publisher_state in client.get("/ledger/keys").content.decode()
    )
    with pytest.raises(ValueError, match="only key"):
        ledger.keys.end(new.id, 4)
    add(2, 4)
    after = publisher.round_once(publisher.open_ledger(NONE))
    assert after is not None
    with pytest.raises(notes.NoteError):
        notes.opened(after.note, [notes.verifier(old.vkey)])
    assert notes.opened(after.note, [notes.verifier(new.vkey)])[1]


@needs_db
def test_national_algorithms_sign_a_second_line(ledger: publisher.Ledger) -> None:
    need("openssl")
    ledger.keys.add_sm2(0)
    add(2)
    found = publisher.round_once(ledger)
    assert found is not None
    ed, sm2 = ledger.keys.signers()
    assert {v.kind for v in notes.parse_note(found.note).by([ed.verifier, sm2.verifier])} == {0x01, 0xFF}
    assert notes.opened(found.note, [notes.verifier(ed.verifier.vkey)])[1]  # a reader that knows Ed25519 alone
    wrong = found.note.replace(b"\n2\n", b"\n3\n")
    with pytest.raises(notes.NoteError):
        notes.parse_note(wrong).by([sm2.verifier])


def test_an_erased_salt_leaves_the_log_valid(committed_db: pg.Urls, settings: Any, tmp_path: Path) -> None:
    settings.LEDGER_DIR = str(tmp_path / "ledger")
    ledger = publisher.open_ledger(NONE)
    made = add(3)
    before = publisher.round_once(ledger)
    assert services.kept("thing", ["1"])
    with connections["eraser"].cursor() as cursor:
        cursor.execute("DELETE FROM ledger_salt WHERE object_id = '1'")
    assert not services.kept("thing", ["1"]) and set(services.kept("thing", ["0", "2"])) == {"0", "2"}
    assert not services.verify("event", b"1", bytes(32), made[1].commitment)
    everything()
    assert before is not None and publisher.latest() == (
        notes.parse_checkpoint(notes.parse_note(before.note).text),
        before.note,
    )


def test_slow_transactions_lose_nothing(committed_db: pg.Urls, settings: Any, tmp_path: Path) -> None:
    """Transactions that end in another order than they began, and one that fails, while the sequencer runs."""
    settings.LEDGER_DIR = str(tmp_path / "ledger")
    publisher.open_ledger(NONE)
    begun, may_end = threading.Event(), threading.Event()

    def slow() -> None:
        try:
            with transaction.atomic():
                services.append("event", b"slow")
                begun.set()
                may_end.wait(20)
        finally:
            connections.close_all()

    thread = threading.Thread(target=slow)
    thread.start()
    assert begun.wait(20)
    with pytest.raises(RuntimeError), transaction.atomic():
        services.append("event", b"fails")
        raise RuntimeError
    for i in range(5):
        services_add(i)
        assert sequencer.integrate().taken == 1  # nobody waits for the slow one
    may_end.set()
    thread.join()
    assert sequencer.waiting() and sequencer.integrate().taken == 1
    assert sequencer.integrate().taken == 0 and LogState.objects.get().size == PendingEntry.objects.count() == 6


def services_add(i: int) -> None:
    with transaction.atomic():
        services.append("event", b"%d" % i)


def test_two_sequencers_never_take_the_same_entry(committed_db: pg.Urls, settings: Any, tmp_path: Path) -> None:
    settings.LEDGER_DIR = str(tmp_path / "ledger")
    publisher.open_ledger(NONE)
    stop = threading.Event()
    trouble: list[BaseException] = []

    def write(start: int) -> None:
        try:
            for i in range(40):
                with transaction.atomic():
                    services.append_many([services.Commit("event", b"%d.%d" % (start, i), "t", "1")] * 3)
        except BaseException as error:
            trouble.append(error)
        finally:
            connections.close_all()

    def sequence() -> None:
        try:
            while not stop.is_set():
                sequencer.integrate(7)
        except BaseException as error:
            trouble.append(error)
        finally:
            connections.close_all()

    writers = [threading.Thread(target=write, args=(n,)) for n in range(4)]
    sequencers = [threading.Thread(target=sequence) for _ in range(3)]
    for t in [*writers, *sequencers]:
        t.start()
    for t in writers:
        t.join()
    stop.set()
    for t in sequencers:
        t.join()
    assert not trouble
    for _ in sequencer.drain():
        pass
    assert LogState.objects.get().size == PendingEntry.objects.count() == 480
    everything()
