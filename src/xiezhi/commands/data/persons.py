"""`xiezhi data persons`: the person base."""

from __future__ import annotations

import click

from xiezhi.commands.base import ready


@click.group("persons")
def persons() -> None:
    """Bring the person base up to date, look at ids and their history."""


@persons.command("refresh")
@click.option("--full", is_flag=True, help="Link everything anew, not only what is new.")
def refresh(full: bool) -> None:
    """Link new records, keep what people decided, number the persons."""
    ready()
    from xiezhi.datacenter.persons import services
    from xiezhi.datacenter.runs.services import Busy, Stopped

    try:
        run = services.refresh(full=full)
    except Busy as busy:
        raise click.ClickException(f"{busy} is at work already") from busy
    except Stopped as stopped:
        raise click.ClickException(str(stopped)) from stopped
    detail = run.detail
    click.echo(
        f"{run.rows_in:,} records, {detail.get('persons', 0):,} persons; {run.rows_out:,} records changed, {detail.get('new', 0):,} new ids, "
        f"{detail.get('merged', 0):,} merged, {detail.get('split', 0):,} split; {detail.get('pairs', 0):,} pairs to review"
    )


@persons.command("show")
@click.argument("uid")
def show(uid: str) -> None:
    """Where an id leads, and how its records were linked. No value of a person is printed."""
    ready()
    from xiezhi.datacenter.persons import selectors

    found = selectors.resolve(uid)
    if found is None:
        raise click.ClickException(f"{uid}: no such id was ever given")
    click.echo(f"{found.asked}  {found.state}")
    for other in found.uids:
        click.echo(f"→ {other}")
        for record in selectors.records_of(other):
            weight = "" if record["weight"] is None else f"{record['weight']:.1f}"
            click.echo(f"   {record['record_id']}  {record['how']}  {weight}")


@persons.command("history")
@click.argument("uid")
def history(uid: str) -> None:
    """Merges and splits in which an id took part, newest first."""
    ready()
    from xiezhi.datacenter.persons import selectors

    if selectors.resolve(uid) is None:
        raise click.ClickException(f"{uid}: no such id was ever given")
    for line in selectors.history_of(uid):
        other = f" {line.other.uid}" if line.other else ""
        click.echo(
            f"{line.at:%Y-%m-%d %H:%M}  {line.kind}  {line.entity.uid}{other}  {line.cause}  {len(line.records)} records"
        )


@persons.command("model")
def model() -> None:
    """How decisions of people agree with the model, by band of probability."""
    ready()
    from xiezhi.datacenter.persons import selectors

    for band in selectors.model_report():
        share = "—" if band["same"] is None else f"{band['same']:.1%}"
        click.echo(f"{band['low']:.2f} to {band['high']:.2f}  {band['n']:6,} decided  {share} one person")
