"""Background work of clues."""

from __future__ import annotations

from procrastinate.contrib.django import app

from xiezhi.datacenter.clues import services


@app.task(name="clues.look", queue="data")
def look_for_clues(run_id: int | None = None) -> None:
    """Run the rules over the person base."""
    services.look(run_id=run_id)


@app.periodic(cron="30 4 * * *")
@app.task(name="clues.nightly", queue="data")
def nightly(timestamp: int) -> None:
    """Once a night, after the person base was brought up to date."""
    services.look()
