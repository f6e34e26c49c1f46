"""Background work: forgetting what was kept long enough, and old codes of the counter."""

from __future__ import annotations

import logging

from procrastinate.contrib.django import app

log = logging.getLogger(__name__)


@app.periodic(cron="40 19 * * *")  # in the small hours of Asia/Shanghai
@app.task(name="satisfaction.sweep", queue="clocks", queueing_lock="satisfaction.sweep")
def sweep(timestamp: int) -> None:
    """Call-backs whose time or whose matter is gone are destroyed."""
    from . import retention

    log.info("call-backs destroyed: %s", retention.sweep())
    retention.expire_codes()
