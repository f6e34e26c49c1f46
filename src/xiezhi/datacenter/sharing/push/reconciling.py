"""对账: counts and hashes by division and month on both sides; only rows of buckets that differ are compared one by one, and
only rows that differ are sent again."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from xiezhi.datacenter.lake import duck
from xiezhi.kernel.calendar import clock

from ..models import PushFlow, Reconciliation
from . import digest, outbox
from .flows import columns_of

__all__ = ["compare", "reconcile"]

SHOWN = 500
CHUNK = 500
"""Buckets asked for at once."""
Say = Callable[..., dict[str, Any]]


def _theirs(flow: PushFlow, peer: Any, say: Say) -> tuple[dict[tuple[str, str], digest.Bucket], int]:
    found: dict[tuple[str, str], digest.Bucket] = {}
    after: list[str] | None = None
    while True:
        answer = say(flow, peer, "buckets", after=after)
        page = [digest.Bucket(d, m, int(n), low, high) for d, m, n, low, high in answer["buckets"]]
        found |= {b.key: b for b in page}
        if not answer["more"] or not page:
            return found, int(answer["refused"])
        after = list(page[-1].key)


def _paged(flow: PushFlow, peer: Any, say: Say, op: str, **more: Any) -> Iterator[list[list[str]]]:
    after = ""
    while True:
        answer = say(flow, peer, op, after=after, **more)
        rows = answer["rows"]
        if rows:
            yield rows
            after = rows[-1][0]
        if not answer["more"] or not rows:
            return


def compare(
    mine: Mapping[tuple[str, str], digest.Bucket], theirs: Mapping[tuple[str, str], digest.Bucket]
) -> list[tuple[str, str]]:
    """Buckets that are not the same on both sides."""
    return sorted(k for k in {*mine, *theirs} if mine.get(k) != theirs.get(k))


def reconcile(flow: PushFlow, peer: Any, job: Any, say: Say, done: Any, *, size: int = 0) -> Reconciliation:
    """Compare, write down what differs, and put what must be sent again into the outbox. Rows the receiver refuses by the
    standard are told apart: they differ, and sending them again changes nothing."""
    job.stage("对账")
    table = outbox.lake_table(flow)
    current = table.snapshot()
    snapshot = int(flow.acked_snapshot) if flow.acked_snapshot.isdigit() and not done.restarted else None
    known = {s.id for s in table.snapshots()} if current is not None else set()
    snapshot = snapshot if snapshot in known else (current.id if current is not None else None)
    theirs, refused = _theirs(flow, peer, say)
    here = outbox.folder(flow)
    with duck.connect(memory="1GB") as con:
        now = outbox.relation(flow, snapshot) if snapshot is not None else _nothing(flow)
        con.execute("CREATE TEMP TABLE refused (row_id VARCHAR)")
        if refused:
            for page in _paged(flow, peer, say, "refusals"):
                con.executemany("INSERT INTO refused VALUES (?)", [[r[0]] for r in page])
        # A refused row is left out on this side; over there an older state of it may stand, which is left out as well below.
        mine = {b.key: b for b in digest.buckets(con, now)}
        job.check()
        differing = compare(mine, theirs)
        scratch, state = here / f".repair-{uuid.uuid4().hex}.parquet", f"state-{uuid.uuid4().hex}.parquet"
        try:
            resent, withdrawn, real = 0, 0, differing
            if differing:
                resent, withdrawn, real = _repair(con, flow, peer, say, job, now, differing, scratch)
            if resent or withdrawn:
                con.execute(
                    f"COPY (SELECT row_id, _h FROM {now}) TO {duck.text(str(here / state))} (FORMAT parquet, COMPRESSION zstd)"
                )
                outbox.enqueue(flow, scratch, state, str(snapshot or ""), job, size=size)
            elif done.restarted or not flow.acked_state:
                con.execute(
                    f"COPY (SELECT row_id, _h FROM {now}) TO {duck.text(str(here / state))} (FORMAT parquet, COMPRESSION zstd)"
                )
                flow.acked_snapshot, flow.acked_state, flow.acked_at = str(snapshot or ""), state, clock.now()
                flow.save(update_fields=["acked_snapshot", "acked_state", "acked_at"])
                outbox.note_scope(flow)
        finally:
            scratch.unlink(missing_ok=True)
    done.restarted = False
    rows = [
        [d, m, mine[d, m].count if (d, m) in mine else 0, theirs[d, m].count if (d, m) in theirs else 0]
        for d, m in real[:SHOWN]
    ]  # fmt: skip
    return Reconciliation.objects.create(
        flow=flow, at=clock.now(), mine=sum(b.count for b in mine.values()), theirs=sum(b.count for b in theirs.values()),
        buckets=len({*mine, *theirs}), differing=len(real), differences=rows, refused=refused, resent=resent, withdrawn=withdrawn,
    )  # fmt: skip


def _nothing(flow: PushFlow) -> str:
    columns = ", ".join(f"CAST(NULL AS VARCHAR) AS {duck.quote(c)}" for c in columns_of(flow))
    return f"(SELECT {columns}, CAST(NULL AS VARCHAR) AS _h WHERE FALSE)"


def _repair(
    con: Any, flow: PushFlow, peer: Any, say: Say, job: Any, now: str, differing: list[tuple[str, str]], target: Any
) -> tuple[int, int, list[tuple[str, str]]]:
    """Rows to send again and to withdraw, into `target`; and the buckets that differ by more than refused rows."""
    con.execute("CREATE TEMP TABLE theirs (row_id VARCHAR, _h VARCHAR, d VARCHAR, m VARCHAR)")
    for start in range(0, len(differing), CHUNK):
        chunk = differing[start : start + CHUNK]
        for one in chunk:  # bucket by bucket, so that a row there is known to stand in it
            for page in _paged(flow, peer, say, "rows", buckets=[list(one)]):
                con.executemany("INSERT INTO theirs VALUES (?, ?, ?, ?)", [[r[0], r[1], one[0], one[1]] for r in page])
                job.check()
    names = ", ".join(f"n.{duck.quote(c)}" for c in columns_of(flow))
    empty = ", ".join("t.row_id" if c == "row_id" else "NULL" for c in columns_of(flow))
    mine = f"(SELECT *, {digest.place()} FROM {now})"
    con.execute(
        f"COPY (SELECT 'U' AS _op, {names} FROM {mine} AS n LEFT JOIN theirs AS t ON t.row_id = n.row_id "
        f"WHERE {digest.within(differing)} AND (t.row_id IS NULL OR t._h <> n._h) AND n.row_id NOT IN (SELECT row_id FROM refused) "
        f"UNION ALL SELECT 'D', {empty} FROM theirs AS t WHERE t.row_id NOT IN (SELECT row_id FROM {now}) "
        f") TO {duck.text(str(target))} (FORMAT parquet, COMPRESSION zstd)".replace("(d, m) IN", "(n.d, n.m) IN")
    )
    source = f"read_parquet({duck.text(str(target))})"
    resent, withdrawn = con.execute(
        f"SELECT count(*) FILTER (_op = 'U'), count(*) FILTER (_op = 'D') FROM {source}"
    ).fetchone()
    real = con.execute(
        f"SELECT DISTINCT left(coalesce(division, ''), 6), left(coalesce(updated_at, ''), 7) FROM {source} WHERE _op = 'U' "
        f"UNION SELECT DISTINCT t.d, t.m FROM theirs AS t JOIN {source} AS x ON x.row_id = t.row_id ORDER BY 1, 2"
    ).fetchall()
    return int(resent), int(withdrawn), [(d, m) for d, m in real]
