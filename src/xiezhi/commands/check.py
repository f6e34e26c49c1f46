"""`xiezhi check`"""

import sys

import click

from xiezhi.commands.base import ready


@click.command()
def check() -> None:
    """Prove every declared procedure sound.

    States reachable, an end from every state, a role for every event, an article for every term, templates that
    render, a consequence or an alarm for every missed clock. Prints one named error per broken rule; exit code 1
    where there is one.
    """
    ready(database=False)
    from django.core import checks as django_checks

    from xiezhi.datacenter.standards import verifying as standards
    from xiezhi.kernel.calendar import clock
    from xiezhi.kernel.procedures import checks
    from xiezhi.legal_services.answers import checks as cards

    found = [str(error) for error in checks.run(render=True)]
    found += [str(error) for error in cards.run(clock.today())]
    found += [str(problem) for problem in standards.verify(on=clock.today())]
    found += [str(message) for message in django_checks.run_checks() if message.level >= django_checks.ERROR]
    for error in found:
        click.echo(error)
    if found:
        click.echo(f"{len(found)} error(s).", err=True)
        sys.exit(1)
    click.echo("Every declared procedure is sound.")
