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
def run(files: tuple[Path, ...]) -> None:
    """Run the scenarios in FILES (files or folders, also outside the repository).

    Needs no database. Prints every expectation that does not hold; exit code 1 where there is one.
    """
    ready(database=False)
    from xiezhi.kernel.procedures import scenarios as runner

    paths = [found for given in files for found in (sorted(given.rglob("*.y*ml")) if given.is_dir() else [given])]
    if not paths:
        raise click.ClickException("No .yaml file there.")
    result = runner.run_files(paths)
    if isinstance(result, int) and result:
        sys.exit(result)
