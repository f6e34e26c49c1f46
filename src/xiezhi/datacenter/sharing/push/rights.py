"""A person's correction or deletion on the sender's side of a push (个人信息保护法 第46条、第47条；政务数据共享条例 第26条).

Rows that wait in the outbox do not go out: their batches are dropped with their files, and the next push finds anew what to
send. What a flow has sent is told to its receiver: the changed or withdrawn rows go as rows always do, and a message names
the request, so that the receiver forgets earlier states and walks over its own copies. Its receipt is kept.
Every receiver is told that a flow has ever sent rows to: that a row left the scope long ago does not say that it was forgotten.
"""

from __future__ import annotations

import gzip
import logging
from collections.abc import Callable, Iterator
from typing import Any

import orjson
from django.db import transaction
from django.db.models import Q

from xiezhi.datacenter.runs import services as runs
from xiezhi.datacenter.runs.models import Kind, Run, State
from xiezhi.datacenter.standards.copies import Change, Holder
from xiezhi.kernel.calendar import clock
from xiezhi.kernel.ledger import services as ledger
from xiezhi.kernel.sealing import seal, unseal

from ..models import PushFlow, PushRight
from . import outbox, receipts
from .flows import columns_of

__all__ = ["HOLDER", "SEAL", "apply", "remains", "tell"]

log = logging.getLogger(__name__)
SEAL = "push.right"


def _flows(change: Change) -> Iterator[tuple[PushFlow, dict[str, str | None]]]:
    """Flows that carry what is changed, with the right values they would send."""
    from xiezhi.datacenter.govern.holding import as_stored

    found = list(PushFlow.objects.filter(table=change.table).select_related("receiver").order_by("pk"))
    values = as_stored(change) if found and not change.deletes else {}
    for flow in found:
        sent = {n: v for n, v in values.items() if n in columns_of(flow)}
        if change.deletes or sent:
            yield flow, sent


def _waiting(flow: PushFlow, change: Change, values: dict[str, str | None]) -> int:
    """Rows in files of the outbox that may not go out as they are. A half-written file counts: nobody knows what it holds."""
    ids, columns, found = set(change.row_ids), columns_of(flow), 0
    for path in outbox.folder(flow).iterdir():
        if path.name.startswith("."):
            found += 1
        elif path.name.startswith("batch-"):
            try:
                rows = orjson.loads(gzip.decompress(path.read_bytes()))
            except (OSError, EOFError, ValueError):
                found += 1
                continue
            for op, row_id, *rest in rows:  # row_id is the first column of every flow
                if op == "U" and row_id in ids:
                    row = dict(zip(columns[1:], rest, strict=False))
                    found += change.deletes or any(row.get(n) != v for n, v in values.items())
    return found


def _begun(flow: PushFlow) -> bool:
    return bool(flow.batches.filter(Q(tried_at__isnull=False) | Q(acked_at__isnull=False)).exists())


def _request(change: Change) -> str:
    """The request's own number, without the sender it came from: a circle of deployments that push to one another ends where
    it began."""
    return change.request.rpartition("/")[2]


def _told(flow: PushFlow, change: Change) -> bool:
    return PushRight.objects.filter(flow=flow, request=_request(change)).exists()


def apply(change: Change) -> int:
    """Clear the outbox of the rows and queue the request to those who have been sent rows. Returns how many rows were taken out
    or told of; safe to repeat. Raises Stopped while the flow is at work: it may have read the rows before."""
    from ..tasks import tell_rights

    touched = 0
    for flow, values in _flows(change):
        waiting, new = _waiting(flow, change, values), _begun(flow) and not _told(flow, change)
        at_work = Run.objects.filter(kind=Kind.PUSH, target=flow.code, state=State.RUNNING).exists()
        if not (waiting or new or at_work):
            continue
        try:
            with runs.start(Kind.PUSH, flow.code) as job:
                job.stage("按权利请求处理")
                told = _carry_out(flow, change, values)
        except runs.Busy:
            raise runs.Stopped(f"推送流“{flow.title}”正在推送，完成后再处理。") from None
        touched += waiting + told
        if waiting or told:
            tell_rights.defer(flow=flow.code)
    return touched


def _carry_out(flow: PushFlow, change: Change, values: dict[str, str | None]) -> int:
    told = 0
    with transaction.atomic():
        flow.refresh_from_db()
        outbox.tidy(flow)  # files nobody names go first
        if _waiting(flow, change, values):
            outbox.begin_anew(flow)
        if _begun(flow):
            _, made = PushRight.objects.get_or_create(
                flow=flow, request=_request(change),
                defaults={
                    "deletes": change.deletes, "rows": list(change.row_ids), "at": clock.now(),
                    "values": seal(values, context=SEAL) if values else None,
                },
            )  # fmt: skip
            told = len(change.row_ids) if made else 0
    outbox.tidy(flow)
    return told


def remains(change: Change) -> int:
    """Rows that still wait to be sent as they should not be, and rows whose receivers have not been put on the list."""
    left = 0
    for flow, values in _flows(change):
        left += _waiting(flow, change, values)
        if _begun(flow) and not _told(flow, change):
            left += len(change.row_ids)
    return left


def tell(flow: PushFlow, peer: Any, say: Callable[..., dict[str, Any]]) -> int:
    """Say every request that has no receipt yet. The receiver works on it in its own time: it answers that it has it, and, asked
    again, with a signed receipt. Returns how many receipts came in."""
    came = 0
    for right in flow.rights.filter(answered_at__isnull=True).order_by("pk"):
        values = unseal(right.values, context=SEAL) if right.values else {}
        answer = say(
            flow, peer, "rights", passing=("UNKNOWN_OP",), request=right.request, deletes=right.deletes, rows=right.rows, values=values
        )  # fmt: skip
        if answer.get("problem"):
            log.warning("the receiver of %s does not know persons' requests yet; they wait", flow.code)
            return came
        if not answer.get("receipt"):
            continue
        content = receipts.check(
            answer["receipt"], flow.receiver_id,
            {"flow": flow.code, "table": flow.table, "request": right.request, "deletes": right.deletes, "remains": 0},
        )  # fmt: skip
        with transaction.atomic():
            right.receipt, right.answered_at, right.values = answer["receipt"], clock.now(), None
            right.save(update_fields=["receipt", "answered_at", "values"])
            ledger.append(
                "push.right_answered", {k: content.get(k) for k in ("flow", "table", "request", "deletes", "here", "touched", "own", "at")},
                object_type="sharing.pushright", object_id=str(right.pk),
            )  # fmt: skip
        came += 1
    return came


HOLDER = Holder("push.outbox", "上报发件箱和接收方", apply, remains, order=65)
