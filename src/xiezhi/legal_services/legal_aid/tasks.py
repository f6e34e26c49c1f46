"""Background work of legal aid: go on asking where an offer lapsed and nobody has looked."""

from __future__ import annotations

import logging

from procrastinate.contrib.django import app

log = logging.getLogger(__name__)


@app.periodic(cron="*/2 * * * *")
@app.task(name="legal_aid.carry_on", queue="clocks", queueing_lock="legal_aid.carry_on")
def carry_on(timestamp: int) -> None:
    """征询逾期的，征询下一人."""
    from .offers import carry_on_all

    done = carry_on_all()
    if done:
        log.info("asked the next provider in %s matters", done)
