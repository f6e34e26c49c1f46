"""Background work of access: counters whose window is over are forgotten."""

from __future__ import annotations

import logging

from procrastinate.contrib.django import app

from xiezhi.kernel.access.rates import forget_old

log = logging.getLogger(__name__)


@app.periodic(cron="40 * * * *")
@app.task(name="access.forget_counts", queue="clocks", queueing_lock="access.forget_counts")
def forget_counts(timestamp: int) -> None:
    """Keep the table of counters small."""
    log.info("counters of past windows forgotten: %s", forget_old())
