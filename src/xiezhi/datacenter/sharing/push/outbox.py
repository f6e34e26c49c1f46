"""发件箱: what changed since the receiver last acknowledged, as numbered batches in files.

The acknowledged state is a file of row ids and hashes, written from the snapshot that was sent; changes are found by joining
it with the table as it is now. Files come first, rows of the books after them in one transaction, so that a process that
dies leaves at most files nobody names; `tidy` removes those.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from django.conf import settings
from django.db import transaction

from xiezhi.datacenter.govern.overrides import restricted
from xiezhi.datacenter.lake import duck, tables
from xiezhi.datacenter.standards import declare as standards
from xiezhi.kernel.calendar import clock

from ..models import PushBatch, PushFlow
from . import digest
from .flows import columns_of

__all__ = [
    "ROWS", "Changes", "NoState", "begin_anew", "build", "count", "enqueue", "folder", "lake_table", "note_scope", "read", "relation", "tidy", "unacked",
]  # fmt: skip

ROWS = 10_000
"""Rows of one batch."""


@dataclass(frozen=True)
class Changes:
    """What a push would send."""

    snapshot: str
    upserts: int
    deletes: int
    batches: int = 0


def folder(flow: PushFlow) -> Path:
    """Where the outbox of a flow lies; only this process's user reads it."""
    path = Path(settings.HOME) / "push" / flow.code
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def lake_table(flow: PushFlow) -> Any:
    """The table in the lake that the flow reads."""
    return tables.get(standards.tables.get(flow.table).lake_name)


def relation(flow: PushFlow, as_of: int | None, *, usable: bool = True) -> str:
    """The rows of the flow as text columns with their hash `_h`; `as_of` a snapshot. `usable`: without rows that by a
    person's request may only be kept (个人信息保护法 第47条第2款)."""
    columns = columns_of(flow)
    source = lake_table(flow).sql(as_of)
    kept_back = ", ".join(map(duck.text, sorted(restricted(flow.table)))) if usable else ""
    where = digest.filtered(flow.where) + (f" AND row_id NOT IN ({kept_back})" if kept_back else "")
    text = f"(SELECT {digest.as_text(columns)} FROM {source} WHERE {where})"
    return f"(SELECT *, {digest.hashed(columns)} AS _h FROM {text})"


def unacked(flow: PushFlow) -> Any:
    """Batches without a receipt, in order."""
    return flow.batches.filter(acked_at__isnull=True, dropped=False).order_by("epoch", "seq")


def _state(flow: PushFlow) -> str | None:
    """The acknowledged state as text for FROM (row_id, _h): from its file, else from the snapshot it was made of. None where
    neither is there any more."""
    empty = "(SELECT CAST(NULL AS VARCHAR) AS row_id, CAST(NULL AS VARCHAR) AS _h WHERE FALSE)"
    if not flow.acked_state:
        return empty
    path = folder(flow) / flow.acked_state
    if path.exists():
        return f"read_parquet({duck.text(str(path))})"
    try:
        return f"(SELECT row_id, _h FROM {relation(flow, int(flow.acked_snapshot), usable=False)})"
    except (tables.NoTable, ValueError):
        return None


class NoState(RuntimeError):
    """What was sent before is not known any more; only the receiver can say."""


def _changes(flow: PushFlow, now: str, state: str) -> str:
    names = ", ".join(f"n.{duck.quote(c)}" for c in columns_of(flow))
    empty = ", ".join("s.row_id" if c == "row_id" else "NULL" for c in columns_of(flow))
    return (
        f"SELECT 'U' AS _op, {names} FROM {now} AS n LEFT JOIN {state} AS s ON s.row_id = n.row_id "
        f"WHERE s.row_id IS NULL OR s._h <> n._h "
        f"UNION ALL SELECT 'D', {empty} FROM {state} AS s WHERE NOT EXISTS (SELECT 1 FROM {now} AS n WHERE n.row_id = s.row_id)"
    )


def count(flow: PushFlow) -> Changes:
    """What would be sent now, without sending: for --dry-run. Raises NoState."""
    table = lake_table(flow)
    current = table.snapshot()
    if current is None:
        return Changes("", 0, 0)
    state = _state(flow)
    if state is None:
        raise NoState
    with duck.connect(memory="1GB") as con:
        row = con.execute(
            f"SELECT count(*) FILTER (_op = 'U'), count(*) FILTER (_op = 'D') FROM ({_changes(flow, relation(flow, current.id), state)})"
        ).fetchone()
    return Changes(str(current.id), int(row[0]), int(row[1]))


def build(flow: PushFlow, job: Any = None, *, size: int = 0) -> Changes:
    """Put what changed into the outbox. Call with no batch under way. Raises NoState where the acknowledged state is lost."""
    table = lake_table(flow)
    current = table.snapshot()
    if current is None or (str(current.id) == flow.acked_snapshot and flow.acked_state and not _scope_changed(flow)):
        return Changes(flow.acked_snapshot, 0, 0)
    state = _state(flow)
    if state is None:
        raise NoState
    here = folder(flow)
    scratch = here / f".changes-{uuid.uuid4().hex}.parquet"
    name = f"state-{uuid.uuid4().hex}.parquet"
    try:
        with duck.connect(memory="1GB") as con:
            now = relation(flow, current.id)
            con.execute(
                f"COPY (SELECT row_id, _h FROM {now}) TO {duck.text(str(here / name))} (FORMAT parquet, COMPRESSION zstd)"
            )
            if job is not None:
                job.check()
            con.execute(
                f"COPY ({_changes(flow, now, state)}) TO {duck.text(str(scratch))} (FORMAT parquet, COMPRESSION zstd)"
            )
        return _write(flow, scratch, name, str(current.id), job, size or ROWS)
    finally:
        scratch.unlink(missing_ok=True)


def enqueue(flow: PushFlow, changes: Path, state: str, snapshot: str, job: Any = None, *, size: int = 0) -> Changes:
    """Batches from a Parquet file of changes that a reconciliation found."""
    return _write(flow, changes, state, snapshot, job, size or ROWS)


def _scope_changed(flow: PushFlow) -> bool:
    """Whether what the flow carries was changed since: the state file says which scope it was made with."""
    path = folder(flow) / "scope.json"
    return not path.exists() or path.read_bytes() != _scope(flow)


def _scope(flow: PushFlow) -> bytes:
    parts: list[Any] = [columns_of(flow), flow.where]
    if kept_back := restricted(flow.table):
        parts.append(hashlib.sha256(" ".join(sorted(kept_back)).encode()).hexdigest())
    return orjson.dumps(parts, option=orjson.OPT_SORT_KEYS)


def note_scope(flow: PushFlow) -> None:
    """Remember with which columns and filter the acknowledged state was made."""
    _put(folder(flow) / "scope.json", _scope(flow))


def _put(path: Path, content: bytes) -> None:
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    temporary.replace(path)


def _pieces(path: Path, size: int) -> Iterator[list[list[Any]]]:
    import pyarrow.parquet as pq

    kept: list[list[Any]] = []
    with pq.ParquetFile(path) as source:
        for batch in source.iter_batches(batch_size=size):
            columns = [c.to_pylist() for c in batch.columns]
            kept += [list(row) for row in zip(*columns, strict=True)]
            while len(kept) >= size:
                yield kept[:size]
                kept = kept[size:]
    if kept:
        yield kept


def _write(flow: PushFlow, changes: Path, state: str, snapshot: str, job: Any, size: int) -> Changes:
    here = folder(flow)
    last = flow.batches.filter(epoch=flow.epoch).order_by("-seq").values_list("seq", flat=True).first() or 0
    made: list[PushBatch] = []
    upserts = deletes = 0
    for rows in _pieces(changes, size):
        if job is not None:
            job.check()
        body = orjson.dumps(rows)
        name = f"batch-{uuid.uuid4().hex}.json.gz"
        _put(here / name, gzip.compress(body, 1))
        gone = sum(1 for r in rows if r[0] == "D")
        upserts, deletes, last = upserts + len(rows) - gone, deletes + gone, last + 1
        made.append(PushBatch(
            flow=flow, epoch=flow.epoch, seq=last, rows=len(rows) - gone, deletes=gone, sha256=hashlib.sha256(body).hexdigest(), file=name,
            made_at=clock.now(),
        ))  # fmt: skip
    with transaction.atomic():
        PushBatch.objects.bulk_create(made)
        if made:
            flow.pending_snapshot, flow.pending_state = snapshot, state
            flow.save(update_fields=["pending_snapshot", "pending_state"])
        else:  # nothing to send: what the receiver has is what there is
            flow.acked_snapshot, flow.acked_state, flow.pending_snapshot, flow.pending_state = snapshot, state, "", ""
            flow.acked_at = clock.now()
            flow.save(update_fields=["acked_snapshot", "acked_state", "pending_snapshot", "pending_state", "acked_at"])
    note_scope(flow)
    return Changes(snapshot, upserts, deletes, len(made))


def read(batch: PushBatch) -> list[Any]:
    """The rows of a batch. Raises RuntimeError where the file is not what the books say."""
    body = gzip.decompress((folder(batch.flow) / batch.file).read_bytes())
    if hashlib.sha256(body).hexdigest() != batch.sha256:
        raise RuntimeError(f"batch {batch.seq} of {batch.flow.code} is damaged on disk")
    rows: list[Any] = orjson.loads(body)
    return rows


def begin_anew(flow: PushFlow) -> None:
    """Drop all waiting batches, because what they hold may not be sent; the next push finds out what to send instead. Where
    nobody outside has seen any of them the acknowledged state still says it, otherwise only the receiver can. Call in a
    transaction, with no push under way; `tidy` removes the files."""
    waiting = unacked(flow)
    seen = waiting.filter(tried_at__isnull=False).exists()
    waiting.update(dropped=True)
    flow.epoch += 1
    flow.pending_snapshot = flow.pending_state = ""
    if seen:
        flow.acked_snapshot = flow.acked_state = ""
    flow.save(update_fields=["epoch", "pending_snapshot", "pending_state", "acked_snapshot", "acked_state"])


def tidy(flow: PushFlow) -> int:
    """Remove files that the books do not name. Returns how many."""
    named = {flow.acked_state, flow.pending_state, "scope.json"} | set(unacked(flow).values_list("file", flat=True))
    gone = 0
    for path in folder(flow).iterdir():
        if path.name not in named:
            path.unlink(missing_ok=True)
            gone += 1
    return gone
