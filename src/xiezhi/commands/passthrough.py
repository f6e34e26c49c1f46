"""`xiezhi django ...`"""

import click

from xiezhi.commands.base import ready


@click.command(context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def django(arguments: tuple[str, ...]) -> None:
    """Any command of Django itself, with the database running: xiezhi django shell, xiezhi django makemigrations."""
    ready()
    from django.core.management import execute_from_command_line

    execute_from_command_line(["xiezhi django", *(arguments or ("help",))])
