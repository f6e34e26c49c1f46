"""Whether a line of the log is the one that was written: by the batch's Merkle root and the ledger's commitment to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from xiezhi.kernel.calendar import clock
from xiezhi.kernel.ledger import services as ledger
from xiezhi.kernel.ledger.merkle import leaf_hash, node_hash, root_of

from .gateway.work import digest_line
from .models import CallBatch, CallLog

__all__ = ["Proof", "digest_of", "payload_of", "proof_of", "proved"]


@dataclass(frozen=True)
class Proof:
    """The way from a line to its batch's root: hashes of the neighbors, each with the side it stands on."""

    root: bytes
    path: tuple[tuple[bool, bytes], ...]

    def holds(self, line: bytes) -> bool:
        """`line`: what `digest_of` gives."""
        found = leaf_hash(line)
        for left, neighbor in self.path:
            found = node_hash(neighbor, found) if left else node_hash(found, neighbor)
        return found == self.root


def digest_of(call: CallLog) -> bytes:
    """A line in the form the tree is built over."""

    def raw(value: Any) -> bytes | None:
        return None if value is None else bytes(value)

    return digest_line((
        call.n, call.at.astimezone(clock.SHANGHAI), call.caller_id, call.key_id, call.environment, call.interface, call.grant_id,
        call.grant_version, call.purpose, call.case_no, raw(call.keys_hash), call.fields, call.asked, call.rows, call.result,
        call.status, call.ms, call.sent_bytes, raw(call.request_digest), raw(call.answer_digest), raw(call.signature),
        call.visible_at.astimezone(clock.SHANGHAI), call.terminal,
    ))  # fmt: skip


def payload_of(batch: CallBatch) -> dict[str, Any]:
    """What the ledger committed to for a batch."""
    return {"batch": str(batch.pk), "count": batch.count, "root": bytes(batch.root).hex(), "shed": batch.shed}


def proof_of(call: CallLog) -> Proof:
    """The proof of one line. Raises LookupError where its batch is not there."""
    batch = CallBatch.objects.filter(pk=call.batch_id).first()
    if batch is None:
        raise LookupError("the batch of this call is not there")
    leaves = [leaf_hash(digest_of(line)) for line in batch.lines.order_by("n")]
    return Proof(bytes(batch.root), tuple(_path(leaves, call.n)))


def _path(leaves: Sequence[bytes], at: int) -> list[tuple[bool, bytes]]:
    """Neighbors from the leaf up, after RFC 6962 section 2.1.1."""
    if len(leaves) <= 1:
        return []
    half = 1 << (len(leaves) - 1).bit_length() - 1
    if at < half:
        return [*_path(leaves[:half], at), (False, root_of(leaves[half:]))]
    return [*_path(leaves[half:], at - half), (True, root_of(leaves[:half]))]


def proved(call: CallLog) -> bool:
    """Whether line, batch and ledger agree."""
    batch = CallBatch.objects.filter(pk=call.batch_id).first()
    if batch is None:
        return False
    held = ledger.kept("exchange.batch", [str(batch.pk)]).get(str(batch.pk))
    if held is None or not ledger.verify(held.kind, payload_of(batch), held.salt, held.commitment):
        return False
    leaves = [leaf_hash(digest_of(line)) for line in batch.lines.order_by("n")]
    if len(leaves) != batch.count or root_of(leaves) != bytes(batch.root):
        return False
    return proof_of(call).holds(digest_of(call))
