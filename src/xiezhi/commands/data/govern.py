"""`xiezhi data govern`: check, normalize and load standard tables from what was collected."""

from __future__ import annotations

import sys

import click

from xiezhi.commands.base import ready


@click.command("govern")
@click.argument("table", required=False)
@click.option("--list", "listed", is_flag=True, help="List the tables that have a source, with what waits.")
@click.option("--rules", is_flag=True, help="List the quality rules of TABLE.")
@click.option("--look", is_flag=True, help="Look through the raw columns for personal data in unexpected places.")
def govern(table: str | None, listed: bool, rules: bool, look: bool) -> None:
    """Load every batch that waits into TABLE (code such as std_lawyer), or into all tables that have a source.

    Each batch counts once; a load that died is finished by the next. Exit code 1 where rows could not be loaded.
    """
    ready()
    from xiezhi.datacenter.govern import feeds, grading, services
    from xiezhi.datacenter.govern import rules as ruling
    from xiezhi.datacenter.runs.services import Busy, Stopped
    from xiezhi.datacenter.standards import declare

    if table and table not in declare.tables:
        click.echo(f"没有数据表 {table}。", err=True)
        sys.exit(2)
    if rules:
        for code in [table] if table else [t.code for t in declare.tables.all()]:
            for rule in ruling.of(code, staged=True):
                click.echo(f"{code}\t{rule.code}\t{rule.kind}\t{rule.severity.label}\t{rule.message}")
        return
    codes = [table] if table else services.tables_fed()
    if listed:
        for code in codes:
            for feed in feeds.of(code):
                click.echo(f"{code}\t{feed.source}\t待治理 {len(feeds.waiting(feed))} 批")
        return
    if look:
        for code in codes:
            for feed in feeds.of(code):
                for found in grading.look_at_raw(feed.source):
                    click.echo(
                        f"{found.relation}.{found.column}\t{found.kind}\t{found.rows}/{found.scanned}\t{found.suggested}"
                    )
        return
    failed = False
    for code in codes:
        try:
            run = services.govern(code)
        except (Busy, Stopped) as problem:
            click.echo(f"{code}：{problem}", err=True)
            failed = True
            continue
        click.echo(
            f"{code}：读入 {run.rows_in} 行，写入 {run.rows_out} 行，拒收 {run.rows_refused} 行（{run.get_state_display()}）"
        )
        failed = failed or run.state != "DONE"
    if failed:
        sys.exit(1)
