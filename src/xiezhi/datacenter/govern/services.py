"""治理: from what was collected to the standard tables, batch by batch, each exactly once."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from xiezhi.datacenter.runs import services as runs
from xiezhi.datacenter.runs.models import Kind, Run
from xiezhi.datacenter.standards import declare
from xiezhi.kernel.calendar import clock
from xiezhi.kernel.units.models import Unit

from . import feeds, lineage, loading, scores, tickets
from .models import QualityCheck, QualityCount
from .rules import Form

__all__ = ["govern", "govern_all", "supplier_of", "tables_fed"]


def tables_fed() -> list[str]:
    """Standard tables that at least one declared source feeds, referenced ones first."""
    from xiezhi.datacenter.collect import sources

    fed = {s.table for s in sources.sources.all() if s.table in declare.tables}
    out: list[str] = []

    def put(code: str, seen: frozenset[str]) -> None:
        if code in out or code in seen or code not in fed:
            return
        for column in declare.tables.get(code).columns:
            put(column.references.partition(".")[0], seen | {code})
        out.append(code)

    for code in sorted(fed):
        put(code, frozenset())
    return out


def govern_all(*, by: Any = None) -> list[Run]:
    """Govern every table that has a source, referenced tables first."""
    return [govern(code, by=by) for code in tables_fed()]


def supplier_of(feed: feeds.Feed) -> Unit | None:
    """The unit that supplies a feed, by its credit code."""
    return Unit.objects.filter(usc=feed.unit_usc).first() if feed.unit_usc else None


def govern(table_code: str, *, by: Any = None, run_id: int | None = None) -> Run:
    """Load every batch that waits into the standard table. Raises LookupError for an unknown table, runs.Busy where it is at
    work. A batch that was begun before and died is finished; nothing is written twice."""
    from xiezhi.datacenter.lake import duck

    table = declare.tables.get(table_code)
    with runs.start(Kind.GOVERN, table_code, by=by, run_id=run_id) as job:
        batches = [(feed, batch) for feed in feeds.of(table_code) for batch in feeds.waiting(feed)]
        job.stage("准备", total=len(batches))
        rows_in = rows_out = refused = 0
        digest = snapshot = ""
        done: list[dict[str, Any]] = []
        for feed, batch in batches:
            with duck.connect() as con:
                raw, columns = feeds.raw(feed, batch)
                loaded = loading.load(
                    con, table, feed, batch, raw, columns, at=clock.now(), day=clock.today(), step=lambda name: job.stage(name)
                )  # fmt: skip
            with transaction.atomic():
                check = _record(job.run, table_code, feed, batch, loaded)
                tickets.follow(check, feed, loaded)
            lineage.of_load(table, feed, loaded.statements)
            rows_in, rows_out, refused = rows_in + loaded.total, rows_out + loaded.merged, refused + loaded.refused
            digest, snapshot = loaded.digest or digest, loaded.snapshot or snapshot
            done.append(
                {
                    "source": feed.source,
                    "batch": batch,
                    "rows": loaded.total,
                    "refused": loaded.refused,
                    "merged": loaded.merged,
                }
            )
            job.count(
                rows_in=rows_in,
                rows_out=rows_out,
                rows_refused=refused,
                batch_id=batch[:80],
                content_hash=digest,
                snapshot=snapshot,
                batches=done[-50:],
            )
            job.check()
    return job.run


def _record(run: Run, table: str, feed: feeds.Feed, batch: str, loaded: loading.Loaded) -> QualityCheck:
    """What PostgreSQL keeps of a batch; once."""
    by_code = {r.code: r for r in loaded.rules}
    counts = {code: n for code, n in loaded.counts.items() if n}
    note = loaded.note
    volume = scores.volume(table, feed, loaded.total)
    if volume and "rows.volume" in by_code:
        counts["rows.volume"] = 1
        note = note or volume
    tested = [r for r in loaded.rules if r.form is not Form.TABLE and r.code in loaded.counts]
    supplier = supplier_of(feed)
    check, made = QualityCheck.objects.get_or_create(
        table=table, source=feed.source, batch=batch,
        defaults={
            "supplier": supplier, "run": run, "on": clock.today(), "at": clock.now(), "rows": loaded.total, "refused": loaded.refused,
            "marked": loaded.marked, "merged": loaded.merged, "repeated": loaded.repeated, "score": loaded.score,
            "by_kind": scores.by_kind(tested, loaded.counts, loaded.total - loaded.repeated), "note": note[:200],
        },
    )  # fmt: skip
    if made:
        QualityCount.objects.bulk_create(
            QualityCount(
                check_of=check, rule=code, kind=str(by_code[code].kind), severity=str(by_code[code].severity), rows=n
            )
            for code, n in counts.items()
        )
    return check
