"""Background work of open data."""

from __future__ import annotations

from procrastinate.contrib.django import app

from xiezhi.datacenter.opendata import release


@app.task(name="opendata.prepare", queue="data")
def prepare_set(code: str, run_id: int | None = None) -> None:
    """Make and check the next version of a set; a person publishes it."""
    release.prepare(code, run_id=run_id)
