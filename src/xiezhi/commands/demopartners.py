"""The other agencies of the fictional province, kept alive beside web and worker (docs/data/clues.md)."""

from __future__ import annotations

from xiezhi.commands.supervise import Child


def children() -> list[Child]:
    """The process to keep alive; none where no such instance was made with the province."""
    from xiezhi.demo.partners import place

    found = place.here()
    if not place.wanted() or not found.identity.exists():
        return []
    port = place.free_port()
    found.announce(port)
    return [Child("agencies", found.command(port), lambda: found.environment(port), quiet=True)]
