"""`xiezhi scenarios`"""

import sys
from pathlib import Path

import click

from xiezhi.commands.base import ready


@click.group()
def scenarios() -> None:
    """Scenarios in YAML, readable by lawyers. The format is explained in docs/howto/write-a-scenario.md."""


@scenarios.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("-v", "--verbose", is_flag=True, help="Also list the scenarios that pass.")
def run(files: tuple[Path, ...], verbose: bool) -> None:
    """Run the scenarios in FILES (files or folders, also outside the repository).

    Needs no database. Prints every expectation that does not hold, with file and line. Exit code 1 where there is one, 2
    where FILES hold no scenario.
    """
    ready(database=False)
    from xiezhi.kernel.procedures import scenarios as runner

    results = runner.run_files(files)
    click.echo(runner.report(results, verbose=verbose))
    sys.exit(runner.exit_status(results))
