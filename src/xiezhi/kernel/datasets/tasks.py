"""Background work of the figures."""

from __future__ import annotations

from procrastinate.contrib.django import app

from xiezhi.kernel.datasets import rollup


@app.periodic(cron="* * * * *")
@app.task(name="datasets.rollup", queue="figures", queueing_lock="datasets.rollup")
def refresh(timestamp: int) -> None:
    """Count what changed in the last minute."""
    rollup.refresh()
