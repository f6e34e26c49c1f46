"""A person's correction or deletion and a push: nothing wrong goes out, the receiver is told, walks its copies and says so."""

from __future__ import annotations

import gzip
import os
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.datacenter.sharing.push_world import FIELDS, TABLE, Direct, direct, flow, put, row
from xiezhi.datacenter.lake import duck, tables
from xiezhi.datacenter.runs import services as runs
from xiezhi.datacenter.runs.models import Kind
from xiezhi.datacenter.sharing.models import Inbox, InboxRight, PushBatch, PushFlow, PushRight
from xiezhi.datacenter.sharing.push import outbox, receiving, rights, sending, walking
from xiezhi.datacenter.standards import copies
from xiezhi.datacenter.standards.copies import Change, Holder

N = 12
NEW = "王改正"
NUMBER = "990101198506120016"


class Killed(BaseException):
    pass


@pytest.fixture
def here(lake: Path, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    settings.EXCHANGE_DIR = str(tmp_path / "keys")
    settings.HOME = tmp_path
    monkeypatch.setattr(copies, "HOLDERS", {"push.inbox": walking.HOLDER})  # both sides are one process here
    yield tmp_path


def ask(n: int, request: str, **values: str) -> Change:
    """A decision on row n, carried out in the sender's base as the walk does before it comes here."""
    mine = row(n)
    put(
        [{**mine, **values, "row_hash": request}] if values else [], request, deletes=() if values else [mine["row_id"]]
    )
    return Change(TABLE, (mine["row_id"],), values, request)


def received() -> dict[int, str]:
    """The receiver's rows now: name by number."""
    with duck.connect() as con:
        found = con.execute(f"SELECT row_id, name FROM {receiving.current_sql(Inbox.objects.get())}").fetchall()
    return {int(r[-12:], 16): name for r, name in found}


def raw(n: int) -> int:
    """Entries of a row at the receiver, earlier states too."""
    with duck.connect() as con:
        sql = f"SELECT count(*) FROM {tables.get(Inbox.objects.get().lake_name).sql()} WHERE row_id = '{row(n)['row_id']}'"
        return int(con.execute(sql).fetchone()[0])


def on_disk(one: PushFlow) -> bytes:
    return b"".join(gzip.decompress(p.read_bytes()) for p in outbox.folder(one).glob("batch-*"))


def settle(one: PushFlow, peer: Direct) -> None:
    """Everything the tasks of both sides would do."""
    sending.push(one, peer=peer)
    for right in InboxRight.objects.filter(done_at__isnull=True):
        walking.walk(right.pk)
    sending.push(one, peer=peer)


def stop_at(seq: int) -> Any:
    def lose(message: Any) -> None:
        if message["op"] == "batch" and message["seq"] == seq:
            raise ConnectionError("gone")

    return lose


RIGHT = {"name": NEW}
LONG = pytest.mark.soak(only=True)


@pytest.mark.parametrize(
    ("when", "values"),
    [
        ("never", {}), ("waiting", {}), ("half", {}), ("left", {}), ("waiting", RIGHT), ("lost", RIGHT), ("sent", RIGHT),
        *(pytest.param(w, v, marks=LONG) for w, v in (("lost", {}), ("sent", {}), ("never", RIGHT), ("half", RIGHT), ("left", RIGHT))),
    ],
)  # fmt: skip
def test_what_waits_does_not_go_out_and_what_went_is_told(here: Path, when: str, values: dict[str, str]) -> None:
    n, one, peer = 8, flow(), direct()
    put([row(k) for k in range(1, N + 1) if k != n or when != "never"], "one")
    match when:
        case "waiting":  # in the outbox, nobody outside has seen it
            outbox.build(one, size=4)
        case "half":  # a batch before it was taken, its own was not sent
            with pytest.raises(ConnectionError):
                sending.push(one, peer=direct(before=stop_at(2)), size=6)
        case "lost":  # taken, the receipt was lost
            with pytest.raises(ConnectionError):
                sending.push(one, peer=direct(after=stop_at(2)), size=6)
        case _:
            sending.push(one, peer=peer)
    if when == "left":  # sent once, out of the scope since
        one = flow(where={"status": ["01"]})
        put([row(n, status="03", row_hash="s")], "left")
        sending.push(one, peer=peer)
    if when == "never":
        put([row(n)], "new")
    told = when != "waiting"
    change = ask(n, "r1", **values) if when != "left" or not values else ask(n, "r1", status="03", **values)
    rights.apply(change)
    assert rights.remains(change) == 0 and rights.apply(change) == 0
    one.refresh_from_db()
    text = on_disk(one)
    assert row(n)["license_no"].encode() not in text or not change.deletes
    assert all(name != str(row(n)["name"]) for name in _names_of(one, n))
    assert PushRight.objects.count() == int(told)
    settle(one, peer)
    expected = {k: str(row(k)["name"]) for k in range(1, N + 1)}
    if not values or when == "left":
        del expected[n]
    else:
        expected[n] = NEW
    assert received() == expected
    if not values:
        assert raw(n) == 0, "no earlier state tells it either"
    if told:
        right = PushRight.objects.get()
        assert right.answered_at is not None and right.values is None
        content = right.receipt["content"]
        assert (content["request"], content["remains"]) == ("r1", 0)
        if when != "half":  # there the row may be in the batch that was taken
            assert content["here"] == int(when != "never" or bool(values))
    calls = peer.said
    sending.push(one, peer=peer, reconcile=True)
    assert peer.said > calls and received() == expected


def _names_of(one: PushFlow, n: int) -> list[str]:
    """Names under which a row still waits."""
    found = []
    for path in outbox.folder(one).glob("batch-*"):
        found += [
            r[5] for r in orjson.loads(gzip.decompress(path.read_bytes())) if r[0] == "U" and r[1] == row(n)["row_id"]
        ]
    return found


MORE = 60 if os.environ.get("XIEZHI_SOAK") == "1" else 4
SETTINGS = settings(
    max_examples=MORE, deadline=None, derandomize=True, phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
_runs = iter(range(1000))


@SETTINGS
@given(st.lists(st.tuples(st.sampled_from("pbdc"), st.integers(1, 8)), min_size=2, max_size=5), st.integers(0, 99))
def test_in_whatever_order_it_comes_the_receiver_ends_with_what_is_right(
    here: Path, steps: list[tuple[str, int]], seed: int
) -> None:
    """p: push (some die on the way), b: only fill the outbox, d: delete, c: correct."""
    code, rng = f"flow-{next(_runs)}", Random(seed)
    tables.drop(f"std.{TABLE}")
    truth: dict[int, str] = {k: str(row(k)["name"]) for k in range(1, 9)}
    put([row(k) for k in truth], f"{code}-one")
    one, gone = flow(code), set()
    for step, (what, n) in enumerate(steps):
        request = f"{code}-{step}"
        if what == "p":
            lost = stop_at(rng.randrange(1, 4))
            try:
                sending.push(one, peer=direct(after=lost) if rng.random() < 0.5 else direct(before=lost), size=3)
            except ConnectionError:
                pass
        elif what == "b" and not outbox.unacked(one).exists() and one.acked_state:
            outbox.build(one, size=3)
        elif n in truth and what in "dc":
            change = ask(n, request, **({"name": "王" + "甲乙丙丁戊"[step]} if what == "c" else {}))
            rights.apply(change)
            assert rights.remains(change) == 0
            truth[n] = "王" + "甲乙丙丁戊"[step]
            if what == "d":
                del truth[n]
                gone.add(n)
        one.refresh_from_db()
    settle(one, direct())
    with duck.connect() as con:
        inbox = Inbox.objects.get(flow=code)
        found = con.execute(f"SELECT row_id, name FROM {receiving.current_sql(inbox)}").fetchall()
        kept = {
            int(r[0][-12:], 16)
            for r in con.execute(f"SELECT row_id FROM {tables.get(inbox.lake_name).sql()}").fetchall()
        }
    assert {int(r[-12:], 16): name for r, name in found} == truth
    assert not gone & kept
    assert not PushRight.objects.filter(flow=one, answered_at__isnull=True).exists()


def test_a_flow_that_does_not_carry_the_value_is_left_alone(here: Path) -> None:
    put([row(n) for n in range(1, 4)], "one")
    one, peer = flow(), direct()
    sending.push(one, peer=peer)
    change = ask(2, "r1", mobile="13900009999")
    assert (rights.apply(change), rights.remains(change)) == (0, 0) and not PushRight.objects.exists()


def test_a_sender_disposes_of_what_it_sent_alone(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Change] = []
    monkeypatch.setitem(
        copies.HOLDERS,
        "other",
        Holder("other", "别的副本", lambda c: seen.append(c) or 1, lambda c: 0, order=60),  # type: ignore[func-returns-value]
    )
    put([row(n) for n in range(1, 4)], "one")
    one, peer = flow(), direct()
    sending.push(one, peer=peer)
    tables.drop(f"std.{TABLE}")  # now the receiver's own base, which holds row 2 and row 9 from elsewhere
    put([row(2), row(9)], "theirs")
    message = {
        "fields": ["row_id", "division", "updated_at", *FIELDS],
        "flow": one.code,
        "op": "rights",
        "request": "r9",
        "deletes": True,
    }
    answer = peer({**message, "rows": [row(n)["row_id"] for n in (1, 2, 9)], "values": {}})
    assert answer == {"pending": True}
    assert walking.walk(InboxRight.objects.get().pk)
    assert [c.row_ids for c in seen] == [(row(1)["row_id"],)] and seen[0].request == "province/r9"
    content = peer({**message, "rows": [row(n)["row_id"] for n in (1, 2, 9)], "values": {}})["receipt"]["content"]
    assert (content["asked"], content["here"], content["own"]) == (3, 2, 1)
    assert raw(1) == raw(2) == 0 and tables.get(f"std.{TABLE}").count() == 2
    for bad in (
        {"request": "../x"},
        {"rows": []},
        {"deletes": False},
        {"values": {"id_no": "1"}, "deletes": False},
        {"deletes": "yes"},
    ):
        assert peer({**message, "rows": ["a"], "values": {}, **bad})["problem"]
    assert peer({**message, "rows": ["a"], "values": {}})["problem"] == "OTHER_CONTENT"


def test_the_receiver_waits_for_the_right_values_and_for_copies_that_stay(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = {"n": 1}
    monkeypatch.setattr(walking, "_own", lambda inbox, rows: [])  # both sides share one base here
    monkeypatch.setitem(
        copies.HOLDERS, "other", Holder("other", "别的副本", lambda c: 1, lambda c: left["n"], order=60)
    )
    put([row(n) for n in range(1, 4)], "one")
    one, peer = flow(), direct()
    sending.push(one, peer=peer)
    change = ask(2, "r1", name=NEW)
    rights.apply(change)
    sending.tell(one, peer=peer)
    right = InboxRight.objects.get()
    with pytest.raises(runs.Stopped, match="还没有收到"):
        walking.walk(right.pk)
    sending.push(one, peer=peer)
    with pytest.raises(runs.Stopped, match="别的副本"):
        walking.walk(right.pk)
    assert PushRight.objects.get().answered_at is None
    left["n"] = 0
    assert walking.walk(right.pk) and not walking.walk(right.pk)
    assert sending.tell(one, peer=peer) == 1 and sending.tell(one, peer=peer) == 0
    right.refresh_from_db()
    assert right.values is None


def test_killed_in_between_it_is_carried_on(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put([row(n) for n in range(1, N + 1)], "one")
    one = flow()
    outbox.build(one, size=4)
    change = ask(8, "r1")

    def die(*args: Any) -> Any:
        raise Killed

    whole = outbox.tidy
    calls = iter((whole, die))
    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(outbox, "tidy", lambda f: next(calls)(f))  # books changed, files not yet gone
        rights.apply(change)
    assert rights.remains(change) == 1, "the file is still there"
    (outbox.folder(one) / ".changes-half.parquet").write_bytes(b"half")
    rights.apply(change)
    assert rights.remains(change) == 0 and not list(outbox.folder(one).glob("*batch-*"))
    assert not PushBatch.objects.filter(dropped=False).exists()
    with runs.start(Kind.PUSH, one.code), monkeypatch.context() as patch:
        patch.setattr(runs, "_lock", lambda *key: False)  # another process is at it, with rows of before
        with pytest.raises(runs.Stopped, match="正在推送"):
            rights.apply(change)


def test_rows_deleted_here_do_not_come_in_again_and_are_found_by_number(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from xiezhi.datacenter.sharing.push import receiving as taking
    from xiezhi.kernel.people import services as people

    put([row(1), row(2, id_no=NUMBER), row(3)], "one")
    one, peer = flow(fields=[*FIELDS, "id_no"], grade="L4"), direct()
    person = people.register_person(name="王某", id_no=NUMBER, demo=True)[0]
    sending.push(one, peer=peer)
    change = Change(TABLE, (row(2)["row_id"],), {}, "own")
    assert list(walking.find(person)) == [(TABLE, row(2)["row_id"])]
    assert walking.HOLDER.remains(change) == 1 == walking.HOLDER.apply(change) and walking.HOLDER.remains(change) == 0
    monkeypatch.setattr(taking, "barred", lambda table: frozenset({row(2)["row_id"]}))
    put([row(2, name="王又来", row_hash="n")], "again")
    _, done = sending.push(one, peer=peer)
    assert done.refused == 1 and 2 not in received()


def test_rows_that_may_only_be_kept_are_taken_back(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put([row(n) for n in range(1, 4)], "one")
    one, peer = flow(), direct()
    sending.push(one, peer=peer)
    monkeypatch.setattr(outbox, "restricted", lambda table: frozenset({row(2)["row_id"]}))
    _, done = sending.push(one, peer=peer)
    assert (done.rows, done.deletes) == (0, 1) and set(received()) == {1, 3}
