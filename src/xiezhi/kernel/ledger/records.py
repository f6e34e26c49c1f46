"""Record files: what somebody takes home to check a record with `xiezhi-verify`, in ten years and without us."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection

from xiezhi.kernel.ledger import publisher, reader, services

__all__ = ["FORMAT", "Placed", "places", "record_file", "sealed_file"]

FORMAT = "xiezhi-record/1"


@dataclass(frozen=True)
class Placed:
    """Where a commitment stands: `index` None while it waits; `published` when a checkpoint covers it."""

    index: int | None
    published: bool


def places(entry_ids: Iterable[int]) -> dict[int, Placed]:
    """Places of commitments by their id; one statement. Those that wait are left out."""
    wanted = list(entry_ids)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT e.entry_id, e.idx, e.idx < coalesce(
                (SELECT max(size) FROM ledger_logcheckpoint WHERE published_at IS NOT NULL), 0)
            FROM ledger_logentry e WHERE e.entry_id = ANY(%s)
            """,
            [wanted],
        )
        return {row[0]: Placed(row[1], row[2]) for row in cursor.fetchall()}


def _proof(entry_id: int) -> tuple[int | None, str | None]:
    index = reader.place_of(entry_id)
    found = publisher.latest()
    if index is None or found is None or index >= found[0].size:
        return index, None
    return index, reader.proof_file(index, found[1]).file.decode()


def record_file(kept: services.Kept, payload: bytes | dict[str, Any]) -> bytes:
    """The record in clear with its salt and its proof. Whoever has it can open the commitment: only for who may read it."""
    index, proof = _proof(kept.entry)
    return _json(
        {
            "format": FORMAT, "kind": kept.kind, "text": services.canonical(payload).decode(), "salt": kept.salt.hex(),
            "index": index, "proof": proof,
        }
    )  # fmt: skip


def sealed_file(kept: services.Kept) -> bytes | None:
    """The tlog-proof alone, with the entry it proves in a comment that is not authenticated; None while it waits.

    It tells nothing of the record, and proves later that it was there and was not replaced.
    """
    index = reader.place_of(kept.entry)
    found = publisher.latest()
    if index is None or found is None or index >= found[0].size:
        return None
    return reader.proof_file(index, found[1]).file


def _json(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1).encode() + b"\n"
