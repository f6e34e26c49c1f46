"""The whole way once, in the demonstration: collect, govern, find persons, find clues, serve, open."""

from __future__ import annotations

from collections.abc import Callable

from xiezhi.datacenter.overview.demo.declarations import SOURCES
from xiezhi.kernel.access.models import Account

__all__ = ["run"]

Progress = Callable[[str, int, int], None]


def run(progress: Progress) -> None:
    """Every step through the services an operator would use. A step that fails stops the demonstration: it must work."""
    from xiezhi.datacenter.collect import services as collecting
    from xiezhi.datacenter.exchange import serving
    from xiezhi.datacenter.govern import services as governing
    from xiezhi.datacenter.opendata.sets import SETS
    from xiezhi.datacenter.persons import services as persons

    officer = Account.objects.filter(username="open-officer").first()

    for n, source in enumerate(SOURCES):
        progress("归集", n, len(SOURCES))
        collecting.collect(source.code)
    progress("治理", 0, 1)
    governing.govern_all()
    progress("关联", 0, 1)
    persons.refresh()
    progress("供数", 0, 1)
    serving.refresh_all()
    progress("开放", 0, len(SETS))
    for n, declared in enumerate(SETS):
        _open(declared.code, officer)
        progress("开放", n + 1, len(SETS))


def _open(code: str, officer: Account | None) -> None:
    """Make a version and publish it, all but one, which waits for a person."""
    from xiezhi.datacenter.opendata import release
    from xiezhi.datacenter.opendata.models import Release

    release.prepare(code, by=officer)
    made = Release.objects.filter(set_code=code).order_by("-version").first()
    if made is not None and made.state == Release.State.CHECKED and code != "practitioners":
        release.publish(made, officer)
