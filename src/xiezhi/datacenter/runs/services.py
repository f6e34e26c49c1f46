"""Running a step: one at a time per kind and target, with progress others can see and a way to stop it.

    with start(Kind.COLLECT, "lawyers", batch_id=...) as job:
        job.stage("读取", total=rows)
        for chunk in chunks:
            job.advance(len(chunk))          # raises Cancelled where somebody asked to stop
        job.count(rows_in=..., rows_out=..., rows_refused=..., content_hash=..., snapshot=...)

What a step writes must be safe to do again: a run that died is begun anew by the next one.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction

from xiezhi.kernel.calendar import clock
from xiezhi.kernel.ledger import services as ledger

from .models import Kind, Run, State

__all__ = ["Busy", "Cancelled", "Job", "Stopped", "cancel", "mark_dead", "queue", "start"]

log = logging.getLogger(__name__)
EVERY = 1.0
"""Seconds between two writes of progress."""


class Busy(RuntimeError):
    """The same step already runs."""


class Cancelled(RuntimeError):
    """Somebody asked to stop the run."""


class Stopped(RuntimeError):
    """A step that cannot go on for a reason people can mend; the text is shown to them as it is."""


class Job:
    """A run at work."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self._written = 0.0
        self._stage_began = time.monotonic()

    def stage(self, name: str, total: int = 0) -> None:
        """A new stage begins; progress counts from 0 to `total` (0: not known)."""
        self._close_stage()
        self.run.stage, self.run.done, self.run.total = name, 0, total
        self._write()

    def advance(self, rows: int = 1) -> None:
        """Rows done since the last call. Raises Cancelled."""
        self.run.done += rows
        if time.monotonic() - self._written >= EVERY:
            self._write()

    def check(self) -> None:
        """Raises Cancelled where somebody asked to stop. Call between long statements."""
        self._write()

    def count(self, **figures: Any) -> None:
        """Set rows_in, rows_out, rows_refused, batch_id, content_hash, snapshot; anything else goes to `detail`."""
        for name, value in figures.items():
            if name in ("rows_in", "rows_out", "rows_refused", "batch_id", "content_hash", "snapshot"):
                setattr(self.run, name, value)
            else:
                self.run.detail[name] = value

    def keep(self) -> None:
        """Write the counts now, with whatever transaction is open: a death before the end of the run loses none of them."""
        self.run.save()

    def _close_stage(self) -> None:
        now = time.monotonic()
        if self.run.stage:
            times = self.run.detail.setdefault("seconds", [])  # pairs: the database keeps no order of keys
            spent = round(now - self._stage_began, 3)
            known = next((pair for pair in times if pair[0] == self.run.stage), None)
            if known is None:
                times.append([self.run.stage, spent])
            else:
                known[1] = round(known[1] + spent, 3)
        self._stage_began = now

    def _write(self) -> None:
        self._written = time.monotonic()
        run = self.run
        run.beat_at = clock.now()
        Run.objects.filter(pk=run.pk).update(stage=run.stage, done=run.done, total=run.total, beat_at=run.beat_at)
        if Run.objects.filter(pk=run.pk, cancel_requested=True).exists():
            raise Cancelled


def queue(kind: Kind, target: str, *, by: Any = None) -> Run:
    """A run that a worker will begin: shown as waiting. Give its pk to the task, which passes it to `start`."""
    return Run.objects.create(kind=kind, target=target, queued_at=clock.now(), by=by)


def cancel(run: Run) -> None:
    """Ask a run to stop. One that waits is cancelled at once, one at work at its next step."""
    with transaction.atomic():
        Run.objects.filter(pk=run.pk, state=State.QUEUED).update(state=State.CANCELLED, ended_at=clock.now())
        Run.objects.filter(pk=run.pk, state=State.RUNNING).update(cancel_requested=True)


def _lock(kind: str, target: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtext('xiezhi.run'), hashtext(%s))", [f"{kind}:{target}"])
        return bool(cursor.fetchone()[0])


def _unlock(kind: str, target: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(hashtext('xiezhi.run'), hashtext(%s))", [f"{kind}:{target}"])


def mark_dead(kind: str, target: str) -> int:
    """End runs of this kind and target that say they are at work: their process is gone. Call while holding the lock."""
    dead = list(Run.objects.filter(kind=kind, target=target, state=State.RUNNING))
    for run in dead:
        _finish(run, State.FAILED, "作业进程中断，已由后一次运行接续。")
    return len(dead)


@contextmanager
def start(kind: Kind, target: str, *, by: Any = None, batch_id: str = "", run_id: int | None = None) -> Iterator[Job]:
    """Run one step. Raises Busy where the same step is at work. An error ends the run as FAILED and passes on; Cancelled
    ends it as CANCELLED and is swallowed, so code after the block sees `job.run.state`."""
    if not _lock(kind, target):
        raise Busy(f"{Kind(kind).label} {target}")
    try:
        mark_dead(kind, target)
        run = Run.objects.filter(pk=run_id, state=State.QUEUED).first() if run_id else None
        if run_id and run is None:
            raise Busy(f"run {run_id} does not wait any more")
        run = run or Run(kind=kind, target=target, queued_at=clock.now(), by=by)
        run.state, run.started_at, run.beat_at = State.RUNNING, clock.now(), clock.now()
        run.batch_id = batch_id
        run.save()
        job = Job(run)
        try:
            yield job
        except Cancelled:
            _end(job, State.CANCELLED)
        except Stopped as error:
            _end(job, State.FAILED, str(error))
            raise
        except BaseException as error:
            log.error("%s %s failed: %s", kind, target, type(error).__name__)
            _end(job, State.FAILED, "程序出错，已记入系统日志，请联系系统管理员。")
            raise
        else:
            _end(job, State.DONE)
    finally:
        _unlock(kind, target)


def _end(job: Job, state: State, error: str = "") -> None:
    job._close_stage()
    if state is State.DONE:
        job.run.done = job.run.total = job.run.total or job.run.done
    _finish(job.run, state, error)


def _finish(run: Run, state: State, error: str) -> None:
    run.state, run.ended_at, run.error = state, clock.now(), error
    with transaction.atomic():
        run.save()
        payload = {
            "run": str(run.public_id), "kind": run.kind, "target": run.target, "state": str(run.state), "batch": run.batch_id,
            "rows_in": run.rows_in, "rows_out": run.rows_out, "rows_refused": run.rows_refused, "hash": run.content_hash,
            "snapshot": run.snapshot, "ended_at": run.ended_at.isoformat(),
        }  # fmt: skip
        ledger.append("data.run", payload, object_type="runs.run", object_id=str(run.public_id))
