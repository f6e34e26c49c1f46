"""`xiezhi data clues`: several licenses or posts in one hand."""

from __future__ import annotations

import click

from xiezhi.commands.base import ready


@click.group("clues")
def clues() -> None:
    """Look for several licenses or posts in one hand; list the rules."""


@clues.command("look")
@click.option("--rule", "only", multiple=True, help="Only this rule; may be given several times.")
def look(only: tuple[str, ...]) -> None:
    """Run the rules over the person base. New hits become matters to be checked."""
    ready()
    from xiezhi.datacenter.clues import services
    from xiezhi.datacenter.runs.services import Busy, Stopped

    try:
        run = services.look(only=only)
    except Busy as busy:
        raise click.ClickException(f"{busy} is at work already") from busy
    except Stopped as stopped:
        raise click.ClickException(str(stopped)) from stopped
    d = run.detail
    click.echo(
        f"{d.get('rules', 0)} rules, {d.get('hits', 0):,} hits: {d.get('new', 0):,} new, {d.get('known', 0):,} known, "
        f"{d.get('exempt', 0):,} excepted, {d.get('ended', 0):,} over"
    )
    for code in d.get("skipped", ()):
        click.echo(f"not run, its look-up did not answer or is not set up: {code}", err=True)


@clues.command("rules")
def rules() -> None:
    """Every rule with its articles and what is in doubt."""
    ready()
    from xiezhi.datacenter.clues.declare import rules as declared

    for rule in declared.all():
        click.echo(f"{rule.code}  {rule.title}\n    {rule.law}" + (f"\n    ? {rule.doubt}" if rule.doubt else ""))
