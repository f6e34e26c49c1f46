"""`xiezhi data lake`"""

from __future__ import annotations

import click


@click.command("lake")
@click.argument("table", required=False)
@click.option("--keep-up", is_flag=True, help="Compact, expire and sweep (one table, or all).")
@click.option("--compact", "compacting", is_flag=True, help="Join small files of the table.")
@click.option("--as-of", "moment", help="Count the table as of a moment (2026-03-05T09:00).")
def lake(table: str | None, keep_up: bool, compacting: bool, moment: str | None) -> None:
    """Tables of the lake: list them, or the snapshots of one TABLE; keep them up."""
    from xiezhi.commands.base import ready

    ready()
    from datetime import datetime

    from xiezhi.datacenter.lake import maintain, tables
    from xiezhi.kernel.calendar import clock

    if keep_up:
        for name in [table] if table else tables.names():
            done = maintain.keep_up(name)
            click.echo(f"{name}: " + ", ".join(f"{k} {v}" for k, v in done.items()))
        return
    if table is None:
        for name in tables.names():
            state = tables.get(name).snapshot()
            rows, at = (state.rows, f"{state.at:%Y-%m-%d %H:%M}") if state else (0, "never")
            click.echo(f"{name:<40} {rows:>14,} rows  {at}")
        return
    found = tables.get(table)
    if not found.exists():
        raise click.UsageError(f"no table {table} in the lake")
    if compacting:
        click.echo("compacted" if found.compact() else "nothing to compact")
    elif moment:
        wanted = datetime.fromisoformat(moment)
        click.echo(f"{found.count(wanted.replace(tzinfo=clock.SHANGHAI) if wanted.tzinfo is None else wanted):,}")
    else:
        for s in found.snapshots():
            click.echo(f"{s.id:>20}  {s.at:%Y-%m-%d %H:%M:%S}  {s.kind:<8} {s.rows:>14,}  {s.batch_id}")
