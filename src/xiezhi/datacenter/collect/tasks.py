"""Background work of collection: what was asked for, what is due, and upkeep of the lake."""

from __future__ import annotations

import logging

from procrastinate.contrib.django import app

log = logging.getLogger(__name__)


@app.task(name="collect.source", queue="data")
def collect_source(source: str, run: int | None = None) -> None:
    """Collect one source. A source that is busy is left to the next time."""
    from xiezhi.datacenter.collect import services
    from xiezhi.datacenter.runs.services import Busy

    try:
        services.collect(source, run_id=run)
    except Busy:
        log.info("%s is being collected", source)


@app.periodic(cron="*/5 * * * *")
@app.task(name="collect.due", queue="data", queueing_lock="collect.due")
def due(timestamp: int) -> None:
    """Start every source whose hour has come since it was last collected."""
    from xiezhi.datacenter.collect import selectors, services

    for source in selectors.due():
        services.start(source.code)
