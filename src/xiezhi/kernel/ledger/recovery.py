"""Checking the whole log against its entries, and bringing back what a restored database has lost from a public copy.

A mirror, a web cache or a folder with the tiles is enough: entries are public, and the checkpoint kept outside the
database says which of them are the right ones.
"""

from __future__ import annotations

import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.db import connection, connections, transaction

from xiezhi.kernel.ledger import sequencer
from xiezhi.kernel.ledger.keys import write
from xiezhi.kernel.ledger.merkle import EMPTY, leaf_hash
from xiezhi.kernel.ledger.notes import Checkpoint
from xiezhi.kernel.ledger.outside import Copy
from xiezhi.kernel.ledger.publisher import Ledger, Refused, latest
from xiezhi.kernel.ledger.reader import entries, entry_bundle, read_tile, root_at
from xiezhi.kernel.ledger.tiles import WIDTH, Tile, changed, read_bundle, width_at

__all__ = ["Finding", "Source", "check", "export", "recover", "renumber", "source_of"]

Source = Callable[[str], bytes]
CHUNK = 64 * WIDTH


@dataclass(frozen=True)
class Finding:
    """Something that does not agree: where, and what."""

    place: str
    text: str


def check(progress: Callable[[int, int], None] = lambda done, total: None) -> Iterator[Finding]:
    """Recompute every tile and every signed root from the entries; yields what does not agree."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT size FROM ledger_logstate WHERE id = 1")
        row = cursor.fetchone()
        if row is None:
            return
        size = int(row[0])
        cursor.execute("SELECT count(*), coalesce(max(idx) + 1, 0) FROM ledger_logentry")
        count, end = cursor.fetchone()
        if (count, end) != (size, size):
            yield Finding("entries", f"the state says {size} entries, there are {count} up to index {end - 1}")
    last: dict[int, bytes] = {}
    at = 0
    while at < size:
        some = entries(at, min(size, at + CHUNK))
        if not some:
            yield Finding(f"entries from {at}", "missing")
            return
        for (level, n), data in sequencer.extend(at, last, [leaf_hash(e) for e in some]).items():
            width = len(data) // 32
            if width < WIDTH:
                last[level] = data
            elif level in last:
                del last[level]
            stored = read_tile(level, n)
            if stored[: len(data)] != data:
                yield Finding(Tile(level, n, width).path, "does not hold the hashes of its entries")
        at += len(some)
        progress(at, size)
    with connection.cursor() as cursor:
        cursor.execute("SELECT size, root FROM ledger_logcheckpoint ORDER BY size")
        for signed, root in cursor.fetchall():
            if signed > size:
                yield Finding(f"checkpoint {signed}", f"the log has only {size} entries")
            elif (root_at(signed) if signed else EMPTY) != bytes(root):
                yield Finding(f"checkpoint {signed}", "the entries give another root")


def source_of(place: str) -> Source:
    """A reader of the log's public files in a folder or under an address."""
    if place.startswith(("http://", "https://")):

        def get(path: str) -> bytes:
            with urllib.request.urlopen(f"{place.rstrip('/')}/{path}", timeout=30) as answer:  # noqa: S310 - http(s) alone, above
                found: bytes = answer.read(WIDTH * 65_537)
                return found

        return get
    folder = Path(place)
    return lambda path: (folder / path).read_bytes()


def _width(size: int, level: int, index: int, source: Source) -> bytes:
    """A tile as the copy has it at this size; the full one where the copy has grown since and dropped the partial one."""
    width = width_at(size, level, index)
    try:
        return source(Tile(level, index, width).path)
    except OSError:
        return source(Tile(level, index).path)


def recover(ledger: Ledger, source: Source, progress: Callable[[int, int], None] = lambda done, total: None) -> int:
    """Take entries that the published checkpoint covers and this database lacks from a copy; returns how many.

    Every entry is proved against the checkpoint kept outside the database before it is stored. Raises Refused when the
    copy does not lead to it, or when this database contradicts it (then it is no backup of this log).
    """
    last = ledger.copy.last()
    if last is None:
        raise Refused(f"there is no published checkpoint in {ledger.copy.folder} to recover to")
    point, _ = last
    with connection.cursor() as cursor:
        cursor.execute("SELECT size FROM ledger_logstate WHERE id = 1")
        (size,) = cursor.fetchone()
    if size >= point.size:
        return 0

    def read(level: int, index: int) -> bytes:
        return _width(point.size, level, index, source)

    if root_at(point.size, read) != point.root:
        raise Refused(
            f"the copy does not give the published root of {point.size} entries; it is damaged or of another log"
        )
    if root_at(size, read) != root_at(size):
        raise Refused(f"at {size} entries this database has another root than the copy: it is no backup of this log")
    taken = 0
    while size < point.size:
        first = size // WIDTH
        width = width_at(point.size, 0, first)
        try:
            raw = source(Tile(None, first, width).path)
        except OSError:
            raw = source(Tile(None, first).path)
        found = read_bundle(raw)[:width]
        hashes = read(0, first)[: width * 32]
        if b"".join(leaf_hash(e) for e in found) != hashes:
            raise Refused(f"the entries of {Tile(None, first).path} are not those of its hashes")
        fresh = found[size % WIDTH :]
        _store(size, fresh)
        size += len(fresh)
        taken += len(fresh)
        progress(size, point.size)
    _agrees(point)
    return taken


def _store(size: int, fresh: list[bytes]) -> None:
    """Give recovered entries their old places; where the commitment's own row is there, it takes the place."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT size FROM ledger_logstate WHERE id = 1 FOR UPDATE")
        if cursor.fetchone()[0] != size:
            raise Refused("another process writes the log; stop it first")
        known = {}
        wanted = [e[1:] for e in fresh if e[:1] == sequencer.VERSION]
        cursor.execute(
            "SELECT p.commitment, min(p.id) FROM ledger_pendingentry p WHERE p.commitment = ANY(%s) "
            "AND NOT EXISTS (SELECT 1 FROM ledger_logentry e WHERE e.entry_id = p.id) GROUP BY p.commitment",
            [wanted],
        )
        known = {bytes(c): i for c, i in cursor.fetchall()}
        ids = [known.pop(e[1:], None) if e[:1] == sequencer.VERSION else None for e in fresh]
        cursor.execute(
            "INSERT INTO ledger_logentry (idx, entry_id, recovered) SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::bytea[])",
            [
                list(range(size, size + len(fresh))),
                ids,
                [None if i is not None else e for i, e in zip(ids, fresh, strict=True)],
            ],
        )
        leaves = [leaf_hash(e) for e in fresh]
        sequencer.store_tiles(cursor, sequencer.extend(size, sequencer.tails(cursor, size), leaves))
        cursor.execute("UPDATE ledger_logstate SET size = %s, updated_at = now() WHERE id = 1", [size + len(fresh)])


def _agrees(point: Checkpoint) -> None:
    if root_at(point.size) != point.root:
        raise Refused("what was recovered does not give the published root")


def export(folder: Path, progress: Callable[[int, int], None] = lambda done, total: None) -> int:
    """Write the published log as static files (a mirror any web server serves); returns its size.

    Only what is new is written, each file under a temporary name first, the checkpoint last.
    """
    found = latest()
    if found is None:
        raise Refused("nothing is published yet")
    point, note = found
    previous = Copy(folder).last()
    before = previous[0].size if previous else 0
    if before and root_at(before) != previous[0].root:  # type: ignore[index]
        raise Refused(f"{folder} holds another log than this one")
    for tile in changed(before, point.size):
        assert tile.level is not None
        _place(folder, tile, read_tile(tile.level, tile.index)[: 32 * tile.width])
        if tile.level == 0:
            _place(folder, Tile(None, tile.index, tile.width), entry_bundle(tile.index, tile.width))
            progress(min(point.size, (tile.index + 1) * WIDTH), point.size)
    write(folder / "checkpoint", note)
    return point.size


def _place(folder: Path, tile: Tile, content: bytes) -> None:
    path = folder / tile.path
    path.parent.mkdir(parents=True, exist_ok=True)
    write(path, content)


def renumber() -> int:
    """After a move to another database server: forget its transaction numbers. Needs the owner's connection."""
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute("UPDATE ledger_pendingentry SET xid = 0 WHERE xid <> 0")
        changed = int(cursor.rowcount)
        cursor.execute("UPDATE ledger_logstate SET low_xid = -1, low_id = 0")
    return changed
