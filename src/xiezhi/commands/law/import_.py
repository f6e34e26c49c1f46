"""`xiezhi law import`"""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

import click

from xiezhi.commands.base import ready

if TYPE_CHECKING:
    from xiezhi.kernel.law.models import Import


@click.command("import")
@click.argument("source")
@click.option("--again", is_flag=True, help="Divide unchanged texts anew, after an update of the program.")
@click.option(
    "--report", type=click.Path(dir_okay=False, path_type=Path), help="Write everything odd to this CSV file."
)
def import_(source: str, again: bool, report: Path | None) -> None:
    """Import texts of acts from SOURCE: a file, a folder or the address of a git repository.

    Reads JSON lines (plain or .gz), Markdown, DOCX and plain text. Importing the same twice changes nothing; an
    interrupted import is completed by the next one. Everything odd in a text is listed with --report.
    """
    ready()
    from xiezhi.commands.demo import Progress
    from xiezhi.kernel.law import importing

    begun = perf_counter()
    try:
        with Progress() as progress:
            run = importing.run(source, progress, again=again)
    except importing.Busy as error:
        raise click.ClickException("Another import is running. Try again when it has finished.") from error
    except importing.BadSource as error:
        raise click.ClickException(f"Can not read {source}: {error}") from error
    if report is not None:
        _report(run, report)
    _summary(run, perf_counter() - begun, report)


def _report(run: Import, path: Path) -> None:
    from xiezhi.kernel.law.models import ImportNote

    with path.open("w", encoding="utf-8-sig", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(["act", "version", "code", "where", "detail", "source"])
        for note in (
            ImportNote.objects.filter(of=run).select_related("version__act").defer("version__text").order_by("pk")
        ):
            act, label = (note.version.act.name, note.version.label) if note.version else ("", "")
            row = (act, label, note.code, note.where, note.detail, note.source_key)
            writer.writerow([f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell for cell in row])


def _summary(run: Import, seconds: float, report: Path | None) -> None:
    from rich.console import Console
    from rich.table import Table

    from xiezhi.kernel.law.models import Act, ImportNote, Provision, Version

    console = Console()
    table = Table(title=f"Import {run.pk}: {run.source}", title_justify="left")
    for column in ("read", "new", "changed", "unchanged", "refused", "seconds"):
        table.add_column(column, justify="right")
    table.add_row(*map(str, (run.read, run.added, run.changed, run.same, run.refused)), f"{seconds:.1f}")
    console.print(table)
    codes = Counter(ImportNote.objects.filter(of=run).values_list("code", flat=True))
    if codes:
        odd = Table(title="What was odd", title_justify="left")
        odd.add_column("finding", no_wrap=True)
        odd.add_column("texts", justify="right", no_wrap=True)
        odd.add_column("for example", overflow="ellipsis")
        for code, count in codes.most_common():
            example = ImportNote.objects.filter(of=run, code=code).order_by("pk")[0]
            odd.add_row(code, str(count), example.detail.split("\n")[0][:120])
        console.print(odd)
    for note in ImportNote.objects.filter(of=run, where="未导入").order_by("pk")[:20]:
        click.echo(f"refused: {note.source_key}: {note.detail}")
    if run.refused > 20:
        click.echo(f"... and {run.refused - 20} more" + ("" if report else "; --report FILE.csv lists all"))
    click.echo(
        f"The library holds {Act.objects.count()} acts in {Version.objects.count()} versions, "
        f"{Provision.objects.count()} provisions."
    )
