"""Background work of the exchange: telling people who asked about them, counting, forgetting, refreshing copies."""

from __future__ import annotations

import logging

from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

log = logging.getLogger(__name__)

LATER = (20, 40)
"""Seconds after the full minute at which it is done again: a call shows under "谁查阅过我的信息" within a minute."""


@app.task(name="exchange.follow", queue="clocks")
def follow() -> None:
    """Readings and meters follow the log of calls."""
    from . import tail

    tail.follow()


@app.periodic(cron="* * * * *")
@app.task(name="exchange.follow_minute", queue="clocks", queueing_lock="exchange.follow_minute")
def follow_minute(timestamp: int) -> None:
    """Follow now and twice more within this minute."""
    from . import tail

    for seconds in LATER:
        try:
            follow.configure(schedule_in={"seconds": seconds}, queueing_lock=f"exchange.follow.{seconds}").defer()
        except AlreadyEnqueued:
            log.info("the worker is behind: the round after %s seconds still waits", seconds)
    tail.follow()


@app.periodic(cron="*/10 * * * *")
@app.task(name="exchange.forget", queue="clocks", queueing_lock="exchange.forget")
def forget(timestamp: int) -> None:
    from . import tail

    log.info("nonces and quotas whose time is over: %s", tail.forget())


@app.periodic(cron="*/30 * * * *")
@app.task(name="exchange.refresh_all", queue="clocks", queueing_lock="exchange.refresh_all")
def refresh_all(timestamp: int) -> None:
    """Copies follow the lake; where nothing changed this costs one look at the catalog for each table."""
    from xiezhi.datacenter.runs.services import Busy, Stopped

    from . import serving

    try:
        serving.refresh_all()
    except (Busy, Stopped) as reason:
        log.info("serving copies: %s", reason)


@app.task(name="exchange.refresh", queue="data", lock="exchange.refresh")
def refresh(table: str, run_id: int) -> None:
    """One table, asked for on a page."""
    from . import serving

    serving.refresh(table, run_id=run_id)
