"""Background work of the lake: upkeep of every table at night."""

from __future__ import annotations

import logging

from procrastinate.contrib.django import app

log = logging.getLogger(__name__)


@app.periodic(cron="40 18 * * *")  # in the small hours of Asia/Shanghai
@app.task(name="lake.keep_up", queue="data", queueing_lock="lake.keep_up")
def keep_up(timestamp: int) -> None:
    """Compact, expire by level and sweep each table, as one run; trouble with one table does not keep the others back."""
    from xiezhi.datacenter.lake import maintain, storage, tables
    from xiezhi.datacenter.runs.models import Kind
    from xiezhi.datacenter.runs.services import start

    with start(Kind.MAINTAIN, "lake") as job:
        names, done = tables.names(), {"compacted": 0, "expired": 0, "swept": 0, "failed": 0}
        job.stage("维护", total=len(names))
        for name in names:
            try:
                for what, count in maintain.keep_up(name).items():
                    done[what] += count
            except Exception:
                log.exception("upkeep of %s failed", name)
                done["failed"] += 1
            job.advance()
        storage.trim(maintain.CACHE_BYTES)
        job.count(**done)
