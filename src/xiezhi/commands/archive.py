"""`xiezhi archive`"""

from pathlib import Path

import click

from xiezhi.commands.base import ready


@click.group()
def archive() -> None:
    """Sealed files of matters: export one, or check whether one is whole and signed."""


@archive.command()
@click.argument("number")
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
def export(number: str, file: Path) -> None:
    """Write the matter with this case or intake NUMBER to FILE (ZIP)."""
    ready()
    from django.db.models import Q

    from xiezhi.enforcement.reconsideration.archive import export_matter
    from xiezhi.kernel.procedures.models import Matter

    matter = (
        Matter.objects.filter(Q(case_no=number) | Q(intake_no=number)).select_related("organ", "handling_unit").first()
    )
    if matter is None:
        raise click.ClickException(f"There is no matter {number}.")
    with file.open("wb") as out:
        for piece in export_matter(matter):
            out.write(piece)
    click.echo(f"{file}: {file.stat().st_size} bytes")


@archive.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--root", "roots", multiple=True, type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="Root certificate (PEM) to trust; default: this installation's own.")  # fmt: skip
def verify(file: Path, roots: tuple[Path, ...]) -> None:
    """Check every digest and the signature of FILE. Ends with status 1 when anything is wrong."""
    ready(database=False)
    from xiezhi.enforcement.reconsideration.archive import verify_package

    with file.open("rb") as source:
        problems = verify_package(source, trusted=[r.read_bytes() for r in roots] or None)
    for problem in problems:
        click.echo(f"{problem.code}  {problem.path}  {problem.message_zh}")
    if problems:
        raise click.exceptions.Exit(1)
    click.echo("完整，签名有效")
