"""`xiezhi take-over`"""

from pathlib import Path

import click

from xiezhi.commands.base import ready

_FOLDER = click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
_SOURCE = click.option(
    "--source", required=True, help="Short name of the old system; with its keys it makes records unique."
)


@click.group()
def takeover() -> None:
    """Take running and closed matters over from an old system (docs/howto/take-over.md)."""


def _run(folder: Path, source: str, dry: bool) -> None:
    ready()
    from xiezhi.kernel.procedures.takeover_files import FilesError
    from xiezhi.kernel.procedures.takeover_store import take_over

    try:
        with click.progressbar(length=100, label="检查" if dry else "接收") as bar:
            report = take_over(
                folder,
                source=source,
                dry=dry,
                progress=lambda done, total: bar.update(int(100 * done / total) - bar.pos),
            )
            bar.update(100 - bar.pos)
    except FilesError as error:
        raise click.ClickException(str(error)) from error
    table, page = report.write(folder)
    for name, number in report.counts():
        click.echo(f"{name}：{number}")
    click.echo(f"{table}\n{page}")
    if report.misfits:
        raise click.exceptions.Exit(2)


@takeover.command()
@_FOLDER
@_SOURCE
def check(folder: Path, source: str) -> None:
    """Prove every record of FOLDER and write the report; nothing is stored. Status 2 when something does not fit."""
    _run(folder, source, dry=True)


@takeover.command()
@_FOLDER
@_SOURCE
def run(folder: Path, source: str) -> None:
    """Take over every record of FOLDER that fits. Running twice changes nothing."""
    _run(folder, source, dry=False)
