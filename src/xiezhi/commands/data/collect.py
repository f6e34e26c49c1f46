"""`xiezhi data collect`"""

from __future__ import annotations

import click


@click.command("collect")
@click.argument("codes", nargs=-1)
@click.option("--file", "name", help="Only the file of this name in the source's folder.")
@click.option("--list", "listing", is_flag=True, help="List the declared sources and their last batches.")
@click.option("--due", is_flag=True, help="Every source whose hour has come.")
def collect(codes: tuple[str, ...], name: str | None, listing: bool, due: bool) -> None:
    """Collect from declared sources (CODES; all where none is named) into the raw layer."""
    from xiezhi.commands.base import ready

    ready()
    from xiezhi.datacenter.collect import selectors, services
    from xiezhi.datacenter.collect.sources import sources
    from xiezhi.datacenter.runs.models import State
    from xiezhi.datacenter.runs.services import Busy

    if listing:
        for row in selectors.overview():
            last = (
                f"{row.last.rows:>12,} rows {row.last.ended_at:%Y-%m-%d %H:%M}"
                if row.last and row.last.ended_at
                else f"{'never':>12}"
            )
            click.echo(f"{row.source.code:<28} {row.source.kind.value:<9} {last}  {row.source.title}")
        return
    unknown = [c for c in codes if c not in sources]
    if unknown:
        raise click.UsageError(
            f"no source {', '.join(unknown)}; known: {', '.join(s.code for s in sources.all()) or 'none'}"
        )
    chosen = [s.code for s in selectors.due()] if due else list(codes) or [s.code for s in sources.all()]
    failed = 0
    for code in chosen:
        try:
            run = services.collect(code, batch=name)
        except Busy:
            click.echo(f"{code}: already being collected", err=True)
            failed += 1
            continue
        said = run.error or f"in {run.rows_in:,}, out {run.rows_out:,}, refused {run.rows_refused:,} {run.batch_id}"
        click.echo(f"{code}: {run.state.lower()}; {said}")
        failed += run.state == State.FAILED
    if failed:
        raise SystemExit(1)
