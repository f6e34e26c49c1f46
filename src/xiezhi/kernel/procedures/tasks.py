"""Background work of procedures: lapses that nobody's visit has applied yet, and recomputation after a new calendar."""

from __future__ import annotations

import logging
from datetime import timedelta

from procrastinate.contrib.django import app

from xiezhi.kernel.calendar import clock
from xiezhi.kernel.calendar import services as calendars
from xiezhi.kernel.calendar.counting import Calendar

log = logging.getLogger(__name__)


@app.periodic(cron="* * * * *")
@app.task(name="procedures.lapse", queue="clocks", queueing_lock="procedures.lapse")
def lapse(timestamp: int) -> None:
    """期限届满: apply automatic lapses, oldest first. A visit to the matter applies them as well, whoever comes first."""
    from xiezhi.kernel.procedures.services import lapse_due

    for _ in range(100):
        if lapse_due(limit=200) < 200:
            return


@app.periodic(cron="20 19 * * *")  # in the small hours of Asia/Shanghai
@app.task(name="procedures.sweep_uploads", queue="clocks", queueing_lock="procedures.sweep_uploads")
def sweep(timestamp: int) -> None:
    """Uploads of deleted drafts do not stay: what lies about since before yesterday is forgotten."""
    from xiezhi.kernel.procedures.retention import sweep_uploads

    log.info("uploads of deleted drafts forgotten: %s", sweep_uploads(clock.today() - timedelta(days=1)))


@app.periodic(cron="35 19 * * *")
@app.task(name="procedures.expire_drafts", queue="clocks", queueing_lock="procedures.expire_drafts")
def expire_drafts(timestamp: int) -> None:
    """Drafts that nobody comes back to: owners are told two weeks before, then they are forgotten."""
    from xiezhi.kernel.procedures.stale import expire, warn

    log.info("owners of stale drafts told: %s; drafts forgotten: %s", warn(), expire())


@app.task(name="procedures.rebuild", queue="clocks")
def rebuild_deadlines() -> None:
    """Recompute every running clock, after a year's holidays came or changed."""
    from xiezhi.kernel.procedures.rebuild import rebuild

    done = rebuild(workers=1)
    log.info("deadlines rebuilt: %s matters, %s changed", done.matters, done.changed)


@calendars.on_import
def after_import(year: int, calendar: Calendar) -> None:
    """A year's notice was imported or changed: queue the recomputation in the same transaction."""
    rebuild_deadlines.defer()
