"""Background work of the person base."""

from __future__ import annotations

from procrastinate.contrib.django import app

from xiezhi.datacenter.persons import refreshing


@app.task(name="persons.refresh", queue="data")
def refresh_persons(run_id: int | None = None, full: bool = False) -> None:
    """Bring the person base up to date."""
    refreshing.refresh(run_id=run_id, full=full)


@app.periodic(cron="30 2 * * *")
@app.task(name="persons.nightly", queue="data")
def nightly(timestamp: int) -> None:
    """Once a night everything is linked anew, so that what single deliveries could not show is seen."""
    refreshing.refresh(full=True)
