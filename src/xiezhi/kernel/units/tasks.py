"""Background work of units: changes that were entered ahead take effect on their day."""

from __future__ import annotations

from procrastinate.contrib.django import app

from xiezhi.kernel.units import services


@app.periodic(cron="1 * * * *")
@app.task(name="units.refresh", queue="clocks", queueing_lock="units.refresh")
def refresh(timestamp: int) -> None:
    """Bring the copies on units to today. Hourly, because the queue counts in UTC."""
    services.refresh_current()
