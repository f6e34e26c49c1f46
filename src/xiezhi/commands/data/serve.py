"""`xiezhi data serve`: bring the serving copies in PostgreSQL up to date."""

from __future__ import annotations

import sys

import click

from xiezhi.commands.base import ready


@click.command("serve")
@click.argument("tables", nargs=-1)
@click.option("--list", "listed", is_flag=True, help="List the tables interfaces read, with the state of their copies.")
def serve(tables: tuple[str, ...], listed: bool) -> None:
    """Bring the copies of TABLES (codes such as std_lawyer; all that interfaces read, where none is named) to the present
    snapshot of the lake. Look-ups see the old state or the new one, never anything between."""
    ready()
    from xiezhi.datacenter.exchange import serving
    from xiezhi.datacenter.exchange.models import ServedTable
    from xiezhi.datacenter.lake import tables as lake
    from xiezhi.datacenter.runs.services import Busy, Stopped
    from xiezhi.datacenter.standards import declare

    known = serving.served_tables()
    if listed:
        copies = {copy.code: copy for copy in ServedTable.objects.all()}
        for code in known:
            copy = copies.get(code)
            click.echo(f"{code}\t{copy.rows if copy else 0}\t{copy.refreshed_at if copy else '-'}")
        return
    if unknown := [code for code in tables if code not in known]:
        click.echo(f"没有接口使用数据表 {'、'.join(unknown)}。", err=True)
        sys.exit(2)
    failed = False
    for code in tables or [c for c in known if lake.get(declare.tables.get(c).lake_name).exists()]:
        try:
            run = serving.refresh(code)
        except (Busy, Stopped) as problem:
            click.echo(f"{code}：{problem}", err=True)
            failed = True
            continue
        click.echo(f"{code}：{run.rows_in} 行，新写入 {run.rows_out} 行（{run.get_state_display()}）")
    sys.exit(1 if failed else 0)
