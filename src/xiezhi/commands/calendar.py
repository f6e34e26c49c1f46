"""`xiezhi calendar`"""

from pathlib import Path

import click

from xiezhi.commands.base import ready


@click.group()
def calendar() -> None:
    """The published working days: which years are known, and the yearly import."""


@calendar.command("list")
def list_years() -> None:
    """List the years whose holidays are known, with the version in force and its source."""
    ready()
    from xiezhi.kernel.calendar.models import CalendarImport, CalendarYear

    for year in CalendarYear.objects.filter(published=True).order_by("year"):
        source = CalendarImport.objects.get(version=year.version)
        click.echo(f"{year.year}  {year.version}  {source.source}  {source.notice_no}".rstrip())


@calendar.command("import")
@click.argument("year", type=click.IntRange(2004, 2100))
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--notice-no", default="", help="Number of the notice, for example 国办发明电〔2025〕7号.")
def import_(year: int, file: Path | None, notice_no: str) -> None:
    """Import the holidays of YEAR from a CSV FILE, or without FILE from the package chinesecalendar.

    Stored due dates that were provisional for want of this year are computed anew. Importing the same content twice
    changes nothing.
    """
    ready()
    from xiezhi.kernel.calendar import services

    try:
        done = services.import_year(year, file or services.CHINESECALENDAR, notice_no=notice_no)
    except ValueError as error:
        raise click.ClickException(
            f"{error}. A CSV file of the notice can be imported: xiezhi calendar import {year} FILE"
        ) from error
    click.echo(
        f"{done.year}: version {done.version}, {done.days} days named" + ("" if done.changed else ", nothing changed")
    )
