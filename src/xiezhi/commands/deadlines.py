"""`xiezhi deadlines`"""

from __future__ import annotations

import time

import click

from xiezhi.commands.base import ready


@click.group()
def deadlines() -> None:
    """The index of due dates: rebuild it from the histories, or apply lapses now."""


@deadlines.command("rebuild")
@click.option("--workers", type=click.IntRange(1, 64), help="Processes that share the work; default one per core.")
def rebuild_index(workers: int | None) -> None:
    """Recompute the clocks of all open matters. Safe at any time, also while people work."""
    ready()
    from xiezhi.kernel.procedures import rebuild

    begun = time.monotonic()
    with click.progressbar(length=1, label="Recomputing") as bar:

        def progress(done: int, total: int) -> None:
            bar.length = total
            bar.update(done - bar.pos)

        found = rebuild.rebuild(workers=workers, progress=progress)
    seconds = time.monotonic() - begun
    click.echo(
        f"{found.matters} matters in {seconds:.1f} s, {found.changed} changed, {found.rows} deadlines; "
        f"{rebuild.provisional_matters()} matters rest on assumed holidays"
    )


@deadlines.command("lapse")
def lapse_now() -> None:
    """Let every limit that has run out take effect now; the worker does this every minute."""
    ready()
    from xiezhi.kernel.procedures import services

    total = 0
    while found := services.lapse_due():
        total += found
    click.echo(f"{total} matters looked at")
