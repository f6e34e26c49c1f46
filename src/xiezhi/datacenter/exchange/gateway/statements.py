"""The two statements of the hot path, each once for a batch of calls."""

from __future__ import annotations

from functools import lru_cache

from xiezhi.kernel.ledger.services import ENTRIES

__all__ = ["LEASE", "WRITE", "lookup"]


@lru_cache(maxsize=64)
def lookup(slots: tuple[int, ...], nonces: bool) -> str:
    """Rows for keys of the given slots, with the policy's version and the nonces that were new, in one state of the
    database. Kinds of rows: 0 version, 1 new nonce, 2 row of a served table."""
    fresh = (
        "WITH fresh AS (INSERT INTO exchange_nonce (id, expires_at) SELECT * FROM unnest(%b::uuid[], %b::timestamptz[]) "
        "ON CONFLICT (id) DO NOTHING RETURNING id) "
        if nonces
        else ""
    )
    parts = [
        "SELECT 0::int2 AS kind, NULL::uuid AS k, version, NULL::bytea AS data, NULL::bytea AS sealed, NULL::bytea AS person "
        "FROM exchange_policy WHERE id = 1"
    ]
    if nonces:
        parts.append("SELECT 1::int2, id, NULL, NULL, NULL, NULL FROM fresh")
    parts += [
        f"SELECT 2::int2, k{slot}, NULL, data, sealed, person FROM exchange_servedrow WHERE k{slot} = ANY(%b::uuid[])"
        for slot in slots
    ]
    return fresh + " UNION ALL ".join(parts)


WRITE = f"""
WITH {ENTRIES}, batch AS (
    INSERT INTO exchange_callbatch (id, at, count, root, shed) VALUES (%s, %s, %s, %s, %s)
), persons AS (
    INSERT INTO exchange_callperson (batch_id, n, person) SELECT %s, t.* FROM unnest(%b::int[], %b::bytea[]) AS t
)
INSERT INTO exchange_calllog (
    batch_id, n, at, caller_id, key_id, environment, interface, grant_id, grant_version, purpose, case_no, keys_hash, fields,
    asked, rows, result, status, ms, sent_bytes, request_digest, answer_digest, signature, visible_at, terminal)
SELECT %s, t.* FROM unnest(
    %b::int[], %b::timestamptz[], %b::bigint[], %b::text[], %b::text[], %b::text[], %b::bigint[], %b::int[], %b::text[],
    %b::text[], %b::bytea[], %b::text[], %b::int[], %b::int[], %b::text[], %b::int2[], %b::float8[], %b::int[], %b::bytea[],
    %b::bytea[], %b::bytea[], %b::timestamptz[], %b::text[]) AS t
"""
"""Lines, persons, the batch with its root and the ledger's entry: one statement, so one transaction and one flush."""

LEASE = """
INSERT INTO exchange_quotause AS q (grant_id, period, taken, expires_at)
VALUES (%(grant)s, %(period)s, %(amount)s, %(over)s)
ON CONFLICT (grant_id, period) DO UPDATE SET taken = q.taken + excluded.taken
WHERE q.taken + excluded.taken <= %(limit)s
RETURNING taken
"""
"""Take a portion of a quota out, wholly or not at all (then no row comes back)."""
