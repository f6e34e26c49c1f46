"""The whole way once, in the demonstration: collect, govern, find persons, find clues, serve, open."""

from __future__ import annotations

from collections.abc import Callable

from xiezhi.datacenter.overview.demo.declarations import SOURCES

__all__ = ["run"]

Progress = Callable[[str, int, int], None]


def run(progress: Progress) -> None:
    """Every step through the services an operator would use. A step that fails stops the demonstration: it must work."""
    from xiezhi.datacenter.collect import services as collecting
    from xiezhi.datacenter.exchange import serving
    from xiezhi.datacenter.govern import services as governing

    for n, source in enumerate(SOURCES):
        progress("归集", n, len(SOURCES))
        collecting.collect(source.code)
    progress("治理", 0, 1)
    governing.govern_all()
    progress("供数", 0, 1)
    serving.refresh_all()
    progress("供数", 1, 1)
