"""Record files: what somebody takes home to check a record with `xiezhi-verify`, in ten years and without us."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection

from xiezhi.kernel.ledger import publisher, reader, services
from xiezhi.kernel.ledger.keys import COMPROMISED, KeyRing
from xiezhi.kernel.ledger.merkle import check_inclusion, leaf_hash
from xiezhi.kernel.ledger.notes import NoteError, Verifier, number, parse_checkpoint, parse_note, unbase64, verifier
from xiezhi.kernel.ledger.policy import NONE, Policy
from xiezhi.kernel.ledger.sequencer import entry_bytes

__all__ = ["FORMAT", "Placed", "judge", "own_keys", "places", "record_file", "sealed_file"]

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


def own_keys() -> list[Verifier]:
    """Keys of this installation's log whose word counts: all but stolen ones. Ed25519 alone, as everybody can check it."""
    ring = KeyRing(publisher.folder() / "keys", settings.LEDGER_ORIGIN)
    return [verifier(k.vkey) for k in ring.mine() if k.kind == "ed25519" and k.state != COMPROMISED]


def judge(raw: bytes, keys: Sequence[Verifier] | None, policy: Policy = NONE) -> int | None:
    """The index that a record file proves for its record; None where it carries no proof (it waited when it was made).

    `keys` are logs that are trusted; where none of them signed (it was stolen since), the witnesses of the policy vouch for
    the checkpoint. With None the signatures are not looked at, only that the record leads to the root.
    Raises ValueError (ProofError, NoteError) in words where something does not agree.
    """
    try:
        found = json.loads(raw)
        if found["format"] != FORMAT:
            raise NoteError("not a record file")
        salt, kind, text, proof = bytes.fromhex(found["salt"]), str(found["kind"]), str(found["text"]), found["proof"]
    except (KeyError, TypeError, UnicodeDecodeError) as error:
        raise NoteError("not a record file") from error
    if proof is None:
        return None
    head, _, note = str(proof).partition("\n\n")
    lines = head.split("\n")
    if lines[0] != reader.HEAD:
        raise NoteError("not a tlog-proof")
    lines = [line for line in lines[1:] if not line.startswith("extra ")]
    if not lines or not lines[0].startswith("index "):
        raise NoteError("not a tlog-proof")
    index = number(lines[0].removeprefix("index "))
    signed = parse_note(note.encode())
    point = parse_checkpoint(signed.text)
    if keys is not None and not any(v.name == point.origin for v in signed.by(keys)):
        names = {w.key.vkey: w.name for w in policy.witnesses.values()}
        seen = {names[v.vkey] for v in signed.by([w.key for w in policy.witnesses.values()])}
        if policy.quorum == "none" or not policy.satisfied(seen):
            raise NoteError(f"neither a trusted key nor enough witnesses have signed for {point.origin}")
    leaf = leaf_hash(entry_bytes(services.commit_to(kind, text.encode(), salt)))
    check_inclusion(index, point.size, leaf, [unbase64(line) for line in lines[1:]], point.root)
    return index


def _json(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1).encode() + b"\n"
