"""Push: only what changed, once, in order, with receipts that hold; compared by counts and hashes, repaired where they differ."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.datacenter.sharing.push_world import DIVISIONS, FIELDS, TABLE, Direct, direct, flow, partner, put, row
from xiezhi.datacenter.lake import duck
from xiezhi.datacenter.runs.models import State
from xiezhi.datacenter.sharing.models import Inbox, InboxBatch, InboxRefused, PushBatch, PushFlow
from xiezhi.datacenter.sharing.push import flows, outbox, receipts, receiving, sending


@pytest.fixture
def here(lake: Path, settings: Any, tmp_path: Path) -> Iterator[Path]:
    settings.EXCHANGE_DIR = str(tmp_path / "keys")
    settings.HOME = tmp_path
    yield tmp_path


def received() -> dict[str, tuple[Any, ...]]:
    """The receiver's rows now, by row id."""
    inbox = Inbox.objects.get()
    with duck.connect() as con:
        rows = con.execute(
            f"SELECT row_id, license_no, name, status, division FROM {receiving.current_sql(inbox)}"
        ).fetchall()
    return {r[0]: r[1:] for r in rows}


def entries() -> int:
    """Entries of the receiver's raw table: more than rows where something came twice."""
    from xiezhi.datacenter.lake import tables

    return tables.get(Inbox.objects.get().lake_name).count()


def mine(rows: list[dict[str, Any]]) -> dict[str, tuple[Any, ...]]:
    return {r["row_id"]: (r["license_no"], r["name"], r["status"], r["division"]) for r in rows}


def test_changed_rows_only_and_deletions(here: Path) -> None:
    rows = [row(n) for n in range(1, 61)]
    put(rows, "one")
    one, peer = flow(), direct()
    run, done = sending.push(one, peer=peer, size=25)
    assert (run.state, done.sent, done.rows, done.deletes) == (State.DONE, 3, 60, 0)
    assert received() == mine(rows)
    run, done = sending.push(one, peer=peer)
    assert (done.sent, done.rows) == (0, 0)
    rows[4] |= {"name": "王改名", "row_hash": "x"}
    rows[7] |= {"mobile": "13800000000", "row_hash": "y"}  # not sent by this flow: no change of it
    put([rows[4], rows[7], row(99)], "two", deletes=[rows[0]["row_id"]])
    _, done = sending.push(one, peer=peer)
    assert (done.sent, done.rows, done.deletes) == (1, 2, 1)
    assert received() == mine([*rows[1:], row(99)])
    assert entries() == 63
    assert not list((outbox.folder(one)).glob("batch-*")), "files go with their receipts"
    batch = PushBatch.objects.order_by("seq").last()
    assert batch is not None and receipts.check(batch.receipt, one.receiver_id, {"seq": batch.seq})["rows"] == 2


def test_a_narrower_scope_takes_back_what_left_it(here: Path) -> None:
    rows = [row(n) for n in range(1, 31)]
    put(rows, "one")
    one, peer = flow(), direct()
    sending.push(one, peer=peer)
    one = flow(where={"division": ["9902"]})
    _, done = sending.push(one, peer=peer)
    assert (done.rows, done.deletes) == (0, 20)
    assert received() == mine([r for r in rows if r["division"] == "990201"])


def test_dry_run_counts_and_sends_nothing(here: Path) -> None:
    put([row(n) for n in range(1, 11)], "one")
    found = outbox.count(flow())
    assert (found.upserts, found.deletes) == (10, 0)
    assert not PushBatch.objects.exists() and not Inbox.objects.exists()


def test_lost_answers_and_repeated_batches_change_nothing_twice(here: Path) -> None:
    put([row(n) for n in range(1, 41)], "one")
    one = flow()
    calls = {"n": 0}

    def lose(message: Any) -> None:
        calls["n"] += 1
        if message["op"] == "batch" and calls["n"] % 3 == 0:
            raise ConnectionError("the answer was lost")

    peer = direct(after=lose)
    for _ in range(12):
        try:
            sending.push(one, peer=peer, size=10)
            break
        except ConnectionError:
            continue
    assert len(received()) == 40 and entries() == 40
    assert InboxBatch.objects.count() == 4 and PushBatch.objects.filter(acked_at__isnull=False).count() == 4


def test_the_same_number_with_other_content_is_refused(here: Path) -> None:
    put([row(n) for n in range(1, 6)], "one")
    one, peer = flow(), direct()
    sending.push(one, peer=peer)
    columns = flows.columns_of(one)
    body = {"purpose": "REPORT", "case": "", "fields": columns, "op": "batch", "flow": one.code, "epoch": 1}
    other = [["U", *("x" for _ in columns)]]
    assert peer({**body, "seq": 1, "data": other, "sha256": _sha(other)})["problem"] == "OTHER_CONTENT"
    assert peer({**body, "seq": 3, "data": other, "sha256": _sha(other)})["problem"] == "OUT_OF_ORDER"
    assert peer({**body, "seq": 2, "data": other, "sha256": "00"})["problem"] == "BAD_DIGEST"
    assert peer({**body, "seq": True, "data": other, "sha256": _sha(other)})["problem"] == "BAD_NUMBER"
    assert peer({**body, "op": "drop"})["problem"] == "UNKNOWN_OP"
    assert peer({**body, "flow": "../x", "seq": 2, "data": other, "sha256": _sha(other)})["problem"] == "BAD_FLOW"
    twice = [["D", *(["r1"] + [None] * (len(columns) - 1))]] * 2
    assert peer({**body, "seq": 2, "data": twice, "sha256": _sha(twice)})["problem"] == "BAD_DATA"
    assert len(received()) == 5


def _sha(data: Any) -> str:
    import hashlib

    import orjson

    return hashlib.sha256(orjson.dumps(data)).hexdigest()


def test_rows_that_break_the_standard_are_refused_with_reasons_until_they_hold(here: Path) -> None:
    rows = [row(n) for n in range(1, 11)]
    rows[2] |= {"status": "no such code"}
    put(rows, "one")
    one, peer = flow(), direct()
    _, done = sending.push(one, peer=peer, reconcile=True)
    assert done.refused == 1
    bad = InboxRefused.objects.get()
    assert bad.row_id == rows[2]["row_id"] and "status" in bad.reasons
    assert len(received()) == 9
    assert done.reconciliation.refused == 1 and done.reconciliation.differing == 0
    rows[2] |= {"status": "01", "row_hash": "z"}
    put([rows[2]], "two")
    sending.push(one, peer=peer)
    assert received() == mine(rows) and not InboxRefused.objects.exists()


def test_rows_outside_the_divisions_granted_are_refused(here: Path) -> None:
    from datetime import timedelta

    from xiezhi.datacenter.exchange import services as exchange
    from xiezhi.kernel.calendar import clock

    put([row(n) for n in range(1, 10)], "one")
    peer = direct()
    exchange.grant(
        peer.sender, flows.interface_of(TABLE), fields=[*flows.ALWAYS, *FIELDS], purposes=["REPORT"],
        valid_to=clock.now() + timedelta(days=9), row_filter={"division": ["9901"]},
    )  # fmt: skip
    _, done = sending.push(flow(), peer=peer)
    assert done.refused == 3 and {v[3] for v in received().values()} == set(DIVISIONS[:2])
    assert set(InboxRefused.objects.values_list("reasons", flat=True)) == {"scope"}


def test_reconciling_repairs_only_what_differs(here: Path) -> None:
    rows = [row(n) for n in range(1, 91)]
    put(rows, "one")
    one, peer = flow(), direct()
    sending.push(one, peer=peer)
    _, done = sending.push(one, peer=peer, reconcile=True)
    assert done.reconciliation.differing == 0 and done.reconciliation.mine == done.reconciliation.theirs == 90
    # Somebody's hand at the receiver: one row is another, one is gone, one is there that nobody sent.
    inbox = Inbox.objects.get()
    columns = flows.columns_of(one)
    made = [row(200, division="990102")]
    data = [
        ["U", *[str(rows[5][c]) if c != "name" else "别人" for c in columns]], ["D", rows[6]["row_id"], *[None] * (len(columns) - 1)],
        ["U", *[str(made[0][c]) for c in columns]],
    ]  # fmt: skip
    answer = peer(
        {
            "fields": columns,
            "op": "batch",
            "flow": one.code,
            "epoch": inbox.epoch,
            "seq": inbox.seq + 1,
            "data": data,
            "sha256": _sha(data),
        }
    )
    assert answer["receipt"]["content"]["taken"] == 2
    # The receiver is ahead of the sender's books: numbers no longer agree, so rows are compared.
    one.refresh_from_db()
    _, done = sending.push(one, peer=peer, reconcile=True)
    assert received() == mine(rows)
    first = one.reconciliations.order_by("pk")[1]
    assert 1 <= first.differing <= 3 and (first.resent, first.withdrawn) == (2, 1)
    assert done.reconciliation.differing == 0


def test_a_receiver_that_forgot_is_told_again_what_it_lacks(here: Path) -> None:
    rows = [row(n) for n in range(1, 31)]
    put(rows, "one")
    one, peer = flow(), direct()
    sending.push(one, peer=peer)
    put([row(31)], "two")
    # Restored from a backup of before: its books know nothing, its lake is empty.
    from xiezhi.datacenter.lake import tables

    tables.drop(Inbox.objects.get().lake_name)
    Inbox.objects.update(epoch=0, seq=0)
    sending.push(one, peer=peer)
    assert received() == mine([*rows, row(31)])
    one.refresh_from_db()
    assert one.epoch == 2


def test_a_lost_state_file_is_made_anew(here: Path) -> None:
    rows = [row(n) for n in range(1, 21)]
    put(rows, "one")
    one, peer = flow(), direct()
    sending.push(one, peer=peer)
    one.refresh_from_db()
    (outbox.folder(one) / one.acked_state).unlink()
    put([row(21)], "two")
    _, done = sending.push(one, peer=peer)
    assert done.rows == 1, "from the acknowledged snapshot"
    one.refresh_from_db()
    (outbox.folder(one) / one.acked_state).unlink()
    PushFlow.objects.update(acked_snapshot="12345")
    put([row(22)], "three")
    _, done = sending.push(one, peer=peer)
    assert done.rows == 1 and len(received()) == 22, "from the receiver itself"


def test_cancel_keeps_what_was_acknowledged(here: Path) -> None:
    from xiezhi.datacenter.runs.models import Run

    put([row(n) for n in range(1, 41)], "one")
    one = flow()

    def stop(message: Any) -> None:
        if message["op"] == "batch" and message["seq"] == 2:
            Run.objects.filter(state=State.RUNNING).update(cancel_requested=True)

    from xiezhi.datacenter.runs import services as runs

    every, runs.EVERY = runs.EVERY, 0.0
    try:
        run, _ = sending.push(one, peer=direct(after=stop), size=10)
    finally:
        runs.EVERY = every
    assert run.state == State.CANCELLED and len(received()) == 20
    _, done = sending.push(one, peer=direct(), size=10)
    assert done.sent == 2 and len(received()) == 40 and entries() == 40


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"fields": ["no_such"]}, "没有这些数据项"), ({"fields": ["id_no"], "grade": "L3"}, "高于推送流的分级"), ({"basis": " "}, "法律依据"),
        ({"schedule": "随时"}, "频次"), ({"where": {"division": []}}, "不能为空"), ({"direction": "DOWN"}, "行政区划"), ({"table": "nothing"}, "没有名为"),
    ],
)  # fmt: skip
def test_a_flow_is_checked_against_the_standard(
    db: None, settings: Any, tmp_path: Path, change: dict[str, Any], words: str
) -> None:
    settings.EXCHANGE_DIR = str(tmp_path / "keys")
    with pytest.raises(flows.FlowError, match=words):
        flow(**change)


def test_a_receipt_of_somebody_else_is_not_believed(here: Path) -> None:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    put([row(1)], "one")
    other = (
        Ed25519PrivateKey.generate().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    )
    from xiezhi.datacenter.exchange import services as exchange

    stranger = exchange.register_caller("stranger", "数据平台", "别处", demo=True)
    exchange.add_key(stranger, "ED25519", other)
    one = flow(receiver=stranger)
    with pytest.raises(receipts.BadReceipt):
        sending.push(one, peer=direct())
    assert not PushBatch.objects.filter(acked_at__isnull=False).exists()
    assert isinstance(direct(), Direct) and partner().pk != stranger.pk
