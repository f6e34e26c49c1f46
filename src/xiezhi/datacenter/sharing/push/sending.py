"""推送: changed rows out, receipts in; begun again at any point without harm.

push(flow)                 # what changed since the last receipt
push(flow, reconcile=True) # then compare counts and hashes, and send again what differs
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from xiezhi.datacenter.runs import services as runs
from xiezhi.datacenter.runs.models import Kind
from xiezhi.kernel.calendar import clock

from ..models import PushBatch, PushFlow
from . import outbox, receipts, rights
from .flows import PURPOSES, columns_of

__all__ = ["Outcome", "Peer", "PushRefused", "peer_of", "push", "tell"]

log = logging.getLogger(__name__)


class PushRefused(runs.Stopped):
    """The receiver does not take it; its words are shown as they are."""


Peer = Callable[[Mapping[str, Any]], Mapping[str, Any]]
"""Says one message to the receiver's interface and returns its answer. Raises Stopped where it cannot be reached."""


@dataclass
class Outcome:
    """What a push did."""

    sent: int = 0
    rows: int = 0
    deletes: int = 0
    refused: int = 0
    repeated: int = 0
    restarted: bool = False
    reconciliation: Any = None


def peer_of(flow: PushFlow) -> Peer:
    """The receiver over the network, with signed requests and verified answers."""
    from .transport import network

    return network(flow)


def _say(flow: PushFlow, peer: Peer, op: str, *, passing: tuple[str, ...] = (), **more: Any) -> dict[str, Any]:
    """One message; problems that are `passing` are for the caller. Raises PushRefused."""
    message = {
        "purpose": PURPOSES[flow.direction], "case": flow.code, "fields": columns_of(flow), "op": op, "flow": flow.code, **more,  # type: ignore[index]
    }  # fmt: skip
    answer = dict(peer(message))
    if answer.get("problem") and answer["problem"] not in ("OUT_OF_ORDER", "OLD_EPOCH", *passing):
        raise PushRefused(f"接收方没有收下：{answer.get('words') or answer['problem']}")
    return answer


def push(
    flow: PushFlow,
    *,
    peer: Peer | None = None,
    by: Any = None,
    reconcile: bool = False,
    size: int = 0,
    run_id: int | None = None,
) -> tuple[Any, Outcome]:
    """Send what changed, then, where asked, reconcile. Returns the run and what was done. Raises `runs.services.Busy` where
    the flow is at work, PushRefused, `Stopped` where the receiver cannot be reached; then nothing is lost."""
    from .reconciling import reconcile as compare

    if not flow.active:
        raise PushRefused("推送流已停用。")
    peer = peer or peer_of(flow)
    done = Outcome()
    with runs.start(Kind.PUSH, flow.code, by=by, run_id=run_id) as job:
        flow.refresh_from_db()
        job.stage("核对进度")
        outbox.tidy(flow)
        known = _agree(flow, peer, done)
        _send_all(flow, peer, job, done)  # what was under way when the last run ended
        if known:
            job.stage("取出变化")
            try:
                outbox.build(flow, job, size=size)
            except outbox.NoState:
                known = False
            _send_all(flow, peer, job, done)
        if reconcile or not known:
            for _ in range(2):  # what is repaired is compared once more
                done.reconciliation = compare(flow, peer, job, _say, done, size=size)
                _send_all(flow, peer, job, done)
                if not done.reconciliation.differing:
                    break
        rights.tell(
            flow, peer, _say
        )  # after the rows themselves, so that the receiver has what is right before it walks
        job.count(
            rows_in=done.rows + done.deletes, rows_out=done.rows + done.deletes - done.refused, rows_refused=done.refused,
            snapshot=flow.acked_snapshot, batches=done.sent, deletes=done.deletes, repeated=done.repeated,
        )  # fmt: skip
    return job.run, done


def tell(flow: PushFlow, *, peer: Peer | None = None) -> int:
    """Only persons' requests, no rows: for a flow that is switched off. Returns how many the receiver has answered."""
    return rights.tell(flow, peer or peer_of(flow), _say)


def _agree(flow: PushFlow, peer: Peer, done: Outcome) -> bool:
    """Compare numbers with the receiver. Where they cannot be of one life (one side was restored from a backup, or is new),
    both begin a new epoch. False where only a comparison of rows tells what the receiver has."""
    said = _say(flow, peer, "hello")
    epoch, following = int(said["epoch"]), int(said["next"])
    numbers = flow.batches.filter(epoch=flow.epoch, dropped=False)
    made = numbers.order_by("-seq").values_list("seq", flat=True).first() or 0
    acked = numbers.filter(acked_at__isnull=False).order_by("-seq").values_list("seq", flat=True).first() or 0
    if epoch == flow.epoch:
        one_life = acked < following <= made + 1
    else:  # our epoch has not begun over there: nothing of it was acknowledged, and before the first there was nothing
        one_life = epoch < flow.epoch and acked == 0 and (flow.epoch > 1 or (epoch, following) == (0, 1))
    if one_life:
        return flow.epoch == 1 or bool(flow.acked_state) or outbox.unacked(flow).exists()
    with transaction.atomic():
        outbox.unacked(flow).update(dropped=True)
        flow.epoch = max(flow.epoch, epoch) + 1
        flow.pending_snapshot = flow.pending_state = flow.acked_snapshot = flow.acked_state = ""
        flow.save(update_fields=["epoch", "pending_snapshot", "pending_state", "acked_snapshot", "acked_state"])
    done.restarted = True
    log.warning("push %s begins epoch %s: the receiver stands at %s/%s", flow.code, flow.epoch, epoch, following)
    return False


def _send_all(flow: PushFlow, peer: Peer, job: Any, done: Outcome) -> None:
    waiting = list(outbox.unacked(flow))
    if not waiting:
        return
    job.stage("推送", total=sum(b.rows + b.deletes for b in waiting))
    PushBatch.objects.filter(pk__in=[b.pk for b in waiting], tried_at__isnull=True).update(tried_at=clock.now())
    for batch in waiting:
        batch.flow = flow
        answer = _say(
            flow, peer, "batch", epoch=batch.epoch, seq=batch.seq, sha256=batch.sha256, data=outbox.read(batch)
        )
        if answer.get("problem"):
            raise PushRefused(f"接收方的批号是第{answer.get('next')}批，本方是第{batch.seq}批，请再推送一次。")
        content = receipts.check(
            answer.get("receipt"), flow.receiver_id,
            {"flow": flow.code, "table": flow.table, "epoch": batch.epoch, "seq": batch.seq, "sha256": batch.sha256},
        )  # fmt: skip
        acknowledge(flow, batch, answer["receipt"], content)
        done.sent += 1
        done.rows += batch.rows
        done.deletes += batch.deletes
        done.refused += int(content["refused"])
        done.repeated += bool(answer.get("repeated"))
        job.advance(batch.rows + batch.deletes)


def acknowledge(flow: PushFlow, batch: PushBatch, receipt: Mapping[str, Any], content: Mapping[str, Any]) -> None:
    """A receipt is in: the batch is done, and with the last one the state it led to is acknowledged."""
    now = clock.now()
    with transaction.atomic():
        PushBatch.objects.filter(pk=batch.pk).update(acked_at=now, receipt=receipt, refused=int(content["refused"]))
        if not outbox.unacked(flow).exists():
            flow.acked_snapshot, flow.acked_state = flow.pending_snapshot, flow.pending_state
            flow.pending_snapshot = flow.pending_state = ""
            flow.acked_at = now
            flow.save(update_fields=["acked_snapshot", "acked_state", "pending_snapshot", "pending_state", "acked_at"])
    (outbox.folder(flow) / batch.file).unlink(missing_ok=True)
