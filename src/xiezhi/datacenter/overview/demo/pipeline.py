"""The whole way once, in the demonstration: collect, govern, find persons and clues, serve, open."""

from __future__ import annotations

from collections.abc import Callable

from xiezhi.datacenter.overview.demo.declarations import SOURCES

__all__ = ["run"]

Progress = Callable[[str, int, int], None]


def run(progress: Progress) -> None:
    """Every step through the services an operator would use. A step that fails stops the demonstration: it must work."""
    from xiezhi.datacenter.clues import services as clues
    from xiezhi.datacenter.collect import services as collecting
    from xiezhi.datacenter.exchange import serving
    from xiezhi.datacenter.govern import services as governing
    from xiezhi.datacenter.persons import services as persons

    for n, source in enumerate(SOURCES):
        progress("归集", n, len(SOURCES))
        collecting.collect(source.code)
    progress("归集", len(SOURCES), len(SOURCES))
    steps: tuple[tuple[str, Callable[[], object]], ...] = (
        ("治理", governing.govern_all), ("人员关联", persons.refresh), ("疑点", clues.look), ("供数", serving.refresh_all), ("开放", _open),
    )  # fmt: skip
    for title, step in steps:
        progress(title, 0, 1)
        step()
        progress(title, 1, 1)


def _open() -> None:
    """Releases of every open set whose check found nothing; the others wait for somebody to look at their report."""
    from xiezhi.datacenter.lake import tables as lake
    from xiezhi.datacenter.opendata import release
    from xiezhi.datacenter.opendata.declare import open_sets
    from xiezhi.datacenter.opendata.models import Release
    from xiezhi.datacenter.standards.declare import tables

    for declared in open_sets.all():
        table = lake.get(tables.get(declared.table).lake_name)
        if not table.exists() or not table.count():
            continue
        release.prepare(declared.code)
        made = Release.objects.filter(set_code=declared.code).order_by("-version").first()
        if made is not None and made.state == Release.State.CHECKED:
            release.publish(made, None)
