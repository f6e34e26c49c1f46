"""Reading the log: tiles, bundles, roots and proofs at any published size."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass

from django.db import connection

from xiezhi.kernel.ledger.merkle import HASH_BYTES, Subtrees, fold, inclusion_proof, peaks_of
from xiezhi.kernel.ledger.notes import parse_checkpoint, parse_note
from xiezhi.kernel.ledger.sequencer import VERSION
from xiezhi.kernel.ledger.tiles import WIDTH, bundle, subtrees

__all__ = ["Bundle", "entries", "entry_bundle", "place_of", "proof_file", "read_tile", "reader", "root_at", "tile_data"]

HEAD = "c2sp.org/tlog-proof@v1"


def tile_data(level: int, index: int) -> bytes | None:
    """What is stored of a tile, possibly more than a size needs; None when there is none."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT data FROM ledger_logtile WHERE level = %s AND n = %s", [level, index])
        row = cursor.fetchone()
    return None if row is None else bytes(row[0])


def read_tile(level: int, index: int) -> bytes:
    """As `tile_data`; a tile that is not there reads as empty, so that a proof over it fails."""
    return tile_data(level, index) or b""


def reader(size: int, read: Callable[[int, int], bytes] = read_tile) -> Subtrees:
    """Subtree roots of the tree of `size`."""
    return subtrees(read)


def root_at(size: int, read: Callable[[int, int], bytes] = read_tile) -> bytes:
    """Root of the first `size` entries, from at most two tiles of each level."""
    found = reader(size, read)
    return fold([found(height, index) for height, index in peaks_of(size)])


def entries(start: int, end: int) -> list[bytes]:
    """The bytes of entries start..end as published."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT coalesce(e.recovered, %s::bytea || p.commitment) FROM ledger_logentry e
            LEFT JOIN ledger_pendingentry p ON p.id = e.entry_id
            WHERE e.idx >= %s AND e.idx < %s ORDER BY e.idx
            """,
            [VERSION, start, end],
        )
        return [bytes(row[0]) for row in cursor.fetchall()]


def entry_bundle(index: int, width: int) -> bytes:
    """The first `width` entries of bundle `index`. Raises LookupError when the log has fewer."""
    found = entries(index * WIDTH, index * WIDTH + width)
    if len(found) < width:
        raise LookupError("the log has not so many entries")
    return bundle(found)


def place_of(entry_id: int) -> int | None:
    """Index of a commitment; None while it waits."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT idx FROM ledger_logentry WHERE entry_id = %s", [entry_id])
        row = cursor.fetchone()
    return None if row is None else int(row[0])


@dataclass(frozen=True)
class Bundle:
    """A proof somebody can keep: the file, the index, and the size it stands on."""

    index: int
    size: int
    file: bytes


def proof_file(index: int, note: bytes, extra: bytes = b"") -> Bundle:
    """A tlog-proof of one entry under a published checkpoint. Raises ValueError when the checkpoint does not cover it."""
    checkpoint = parse_checkpoint(parse_note(note).text)
    steps = inclusion_proof(reader(checkpoint.size), index, checkpoint.size)
    assert all(len(h) == HASH_BYTES for h in steps)
    lines = [HEAD, *([f"extra {base64.b64encode(extra).decode()}"] if extra else []), f"index {index}"]
    lines += [base64.b64encode(h).decode() for h in steps]
    return Bundle(index, checkpoint.size, ("\n".join(lines) + "\n\n").encode() + note)
