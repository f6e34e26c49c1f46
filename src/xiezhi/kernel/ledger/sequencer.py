"""The sequencer: gives every committed entry its index and writes the tiles, in one transaction per batch.

Business transactions write commitments in any order and may end in another one. The sequencer takes what it can see, in
the order in which transactions began to write, and remembers how far everything has ended, so that an entry of a slow
transaction is never skipped and never taken twice, and a slow transaction holds up nobody else.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.db import connection, transaction

from xiezhi.kernel.ledger.merkle import HASH_BYTES
from xiezhi.kernel.ledger.tiles import WIDTH, tile_root

__all__ = [
    "BATCH",
    "VERSION",
    "Batch",
    "NotStarted",
    "entry_bytes",
    "extend",
    "integrate",
    "leaves_of",
    "store_tiles",
    "tails",
]

BATCH = 50_000
LAST = 2**62
VERSION = b"\x01"
"""First byte of an entry; the commitment follows (33 bytes in all)."""
_PREFIX = b"\x00" + VERSION

_TAKE = """
    WITH taken AS MATERIALIZED (
        SELECT p.id, p.xid, p.commitment FROM ledger_pendingentry p
        -- The limit keeps this a look-up by index for each row; as a join it would read the whole log once its statistics are old.
        LEFT JOIN LATERAL (SELECT e.idx FROM ledger_logentry e WHERE e.entry_id = p.id LIMIT 1) placed ON true
        WHERE (p.xid, p.id) > (%(xid)s, %(id)s) AND placed.idx IS NULL
        ORDER BY p.xid, p.id LIMIT %(limit)s
    ), put AS (
        INSERT INTO ledger_logentry (idx, entry_id)
        SELECT %(size)s + row_number() OVER (ORDER BY xid, id) - 1, id FROM taken
    ), ends AS (SELECT xid, id FROM taken ORDER BY xid DESC, id DESC LIMIT 1)
    SELECT (SELECT count(*) FROM taken), (SELECT string_agg(commitment, ''::bytea ORDER BY xid, id) FROM taken),
           (SELECT xid FROM ends), (SELECT id FROM ends), pg_snapshot_xmin(pg_current_snapshot())::text::bigint
"""


class NotStarted(RuntimeError):
    """The log has no origin yet; `publisher.begin` gives it one."""


@dataclass(frozen=True)
class Batch:
    """What one round did: the size after it and how many entries were new."""

    size: int
    taken: int


def entry_bytes(commitment: bytes) -> bytes:
    """The bytes of an entry as they are published."""
    return VERSION + commitment


def leaves_of(commitments: bytes) -> list[bytes]:
    """Leaf hashes of commitments that stand one after the other, 32 bytes each."""
    step = HASH_BYTES
    return [sha256(_PREFIX + commitments[i : i + step]).digest() for i in range(0, len(commitments), step)]


def tails(cursor: Any, size: int) -> dict[int, bytes]:
    """The partial tile of each level of a tree of `size`, by level; levels whose last tile is full are left out."""
    wanted = {}
    level = 0
    while size >> 8 * level:
        if (size >> 8 * level) % WIDTH:
            wanted[level] = (size >> 8 * level) // WIDTH
        level += 1
    if not wanted:
        return {}
    cursor.execute(
        "SELECT level, data FROM ledger_logtile WHERE (level, n) IN (SELECT * FROM unnest(%s::int[], %s::bigint[]))",
        [list(wanted), list(wanted.values())],
    )
    found = {level: bytes(data) for level, data in cursor.fetchall()}
    for level in wanted:
        kept = HASH_BYTES * ((size >> 8 * level) % WIDTH)
        if len(found.get(level, b"")) < kept:
            raise RuntimeError(f"the last tile of level {level} is missing or too short; run: xiezhi ledger check")
        found[level] = found[level][:kept]
    return found


def extend(size: int, last: dict[int, bytes], leaves: Sequence[bytes]) -> dict[tuple[int, int], bytes]:
    """Tiles that are new or grown when `leaves` are appended, by (level, index). `last` holds the partial tiles."""
    out: dict[tuple[int, int], bytes] = {}
    level, fresh, before = 0, list(leaves), size
    while fresh:
        data = last.get(level, b"") + b"".join(fresh)
        first = before // WIDTH
        above = []
        for i in range(0, len(data), WIDTH * HASH_BYTES):
            tile = data[i : i + WIDTH * HASH_BYTES]
            out[(level, first + i // (WIDTH * HASH_BYTES))] = tile
            if len(tile) == WIDTH * HASH_BYTES:
                above.append(tile_root(tile))
        level, fresh, before = level + 1, above, before // WIDTH
    return out


def store_tiles(cursor: Any, tiles: dict[tuple[int, int], bytes]) -> None:
    """Write new tiles and let partial ones grow."""
    cursor.execute(
        """
        INSERT INTO ledger_logtile (level, n, data)
        SELECT * FROM unnest(%s::int[], %s::bigint[], %s::bytea[])
        ON CONFLICT (level, n) DO UPDATE SET data = EXCLUDED.data
        """,
        [[level for level, _ in tiles], [n for _, n in tiles], list(tiles.values())],
    )


def integrate(limit: int = BATCH) -> Batch:
    """Give up to `limit` entries their index and write the tiles over them; one transaction, one writer at a time.

    Two sequencers at once wait for each other on the state's row and never take the same entry. Raises NotStarted.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT size, low_xid, low_id FROM ledger_logstate WHERE id = 1 FOR UPDATE")
        row = cursor.fetchone()
        if row is None:
            raise NotStarted("the ledger has not begun; run: xiezhi ledger run")
        size, low_xid, low_id = row
        cursor.execute(_TAKE, {"xid": low_xid, "id": low_id, "limit": limit, "size": size})
        taken, commitments, last_xid, last_id, horizon = cursor.fetchone()
        low = _low(taken, limit, (low_xid, low_id), last_xid, last_id, horizon)
        if taken:
            store_tiles(cursor, extend(size, tails(cursor, size), leaves_of(bytes(commitments))))
        if taken or low != (low_xid, low_id):
            cursor.execute(
                "UPDATE ledger_logstate SET size = %s, low_xid = %s, low_id = %s, updated_at = now() WHERE id = 1",
                [size + taken, *low],
            )
    return Batch(size + taken, taken)


def _low(
    taken: int, limit: int, before: tuple[int, int], last_xid: int | None, last_id: int | None, horizon: int
) -> tuple[int, int]:
    """From where the next round looks. Transactions below `horizon` have ended and all they wrote was visible; when not
    everything visible was taken, only what lies before the last taken entry is done."""
    ended = (horizon - 1, LAST)
    if taken == limit and last_xid is not None and last_id is not None:
        ended = min(ended, (last_xid, last_id))
    return max(before, ended)


def waiting() -> bool:
    """Whether an entry waits for its index; cheap, asked several times a second."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT EXISTS (
                SELECT 1 FROM ledger_logstate s JOIN ledger_pendingentry p ON (p.xid, p.id) > (s.low_xid, s.low_id)
                LEFT JOIN LATERAL (SELECT e.idx FROM ledger_logentry e WHERE e.entry_id = p.id LIMIT 1) placed ON true
                WHERE s.id = 1 AND placed.idx IS NULL
            )
            """
        )
        return bool(cursor.fetchone()[0])


def drain(limit: int = BATCH) -> Iterable[Batch]:
    """Rounds until nothing waits."""
    while True:
        batch = integrate(limit)
        yield batch
        if batch.taken < limit:
            return
