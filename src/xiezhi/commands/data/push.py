"""`xiezhi data push`: changed rows to another deployment, with receipts."""

from __future__ import annotations

import json
from typing import Any

import click

from xiezhi.commands.base import ready


@click.command()
@click.argument("flow", required=False)
@click.option("--dry-run", is_flag=True, help="Count what would be sent; send nothing.")
@click.option("--reconcile", is_flag=True, help="Compare counts and hashes afterwards and send again what differs.")
@click.option("--size", type=click.IntRange(1, 50_000), default=None, help="Rows of one batch; 10,000 where left out.")
@click.option("--list", "listed", is_flag=True, help="The flows that are declared.")
@click.option("--define", type=click.File("r", encoding="utf-8"), help="Declare or change flows from a JSON file.")
def push(flow: str | None, dry_run: bool, reconcile: bool, size: int | None, listed: bool, define: Any) -> None:
    """Push the changed rows of FLOW. Begun again after any interruption, it goes on where the last receipt was."""
    ready()
    from xiezhi.datacenter.runs import services as runs
    from xiezhi.datacenter.sharing.models import PushFlow
    from xiezhi.datacenter.sharing.push import outbox, sending

    if define is not None:
        _define(json.load(define))
        return
    if listed or flow is None:
        for one in PushFlow.objects.select_related("receiver"):
            when = f"{one.acked_at:%Y-%m-%d %H:%M}" if one.acked_at else "-"
            click.echo(f"{one.code}\t{one.title}\t{one.table}\t{one.receiver.agency}\t{one.schedule}\t{when}")
        return
    found = PushFlow.objects.select_related("receiver").filter(code=flow).first()
    if found is None:
        raise click.ClickException(f"no flow {flow}; see --list")
    if dry_run:
        try:
            changes = outbox.count(found)
        except outbox.NoState:
            raise click.ClickException(
                "what was sent before is not known here any more; push with --reconcile"
            ) from None
        waiting = outbox.unacked(found).count()
        click.echo(
            f"{changes.upserts} new or changed, {changes.deletes} to withdraw, {waiting} batches wait for receipts"
        )
        return
    try:
        run, done = sending.push(found, reconcile=reconcile, size=size or 0)
    except (runs.Stopped, runs.Busy) as error:
        raise click.ClickException(str(error)) from error
    click.echo(
        f"{run.get_state_display()}: {done.rows} rows and {done.deletes} withdrawals in {done.sent} batches, "
        f"{done.refused} refused by the receiver, {done.repeated} known there before"
    )
    if (compared := done.reconciliation) is not None:
        click.echo(
            f"reconciled: {compared.mine} rows here, {compared.theirs} there, {compared.differing} of {compared.buckets} groups differ, "
            f"{compared.resent} sent again, {compared.withdrawn} withdrawn"
        )
    if run.state != "DONE":
        raise SystemExit(1)


def _define(rows: Any) -> None:
    from xiezhi.datacenter.exchange.models import Caller
    from xiezhi.datacenter.sharing.push import flows

    for row in rows if isinstance(rows, list) else [rows]:
        receiver = Caller.objects.filter(code=row.get("receiver")).first()
        if receiver is None:
            raise click.ClickException(f"no partner {row.get('receiver')} is registered")
        try:
            made = flows.declare(**{**row, "receiver": receiver, "by": "command"})
        except (flows.FlowError, TypeError) as error:
            raise click.ClickException(str(error)) from error
        click.echo(f"{made.code}: {made.title} -> {receiver.agency}")
