"""`xiezhi law show`"""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from xiezhi.commands.base import ready

if TYPE_CHECKING:
    from xiezhi.kernel.law.models import Version


@click.command()
@click.argument("citation")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="The law as of this day; today by default.")
@click.option("--version", "label", default="", help="This version (2023, 2023-09-01), in force or not.")
@click.option("--akn", type=click.Path(dir_okay=False, path_type=Path), help="Write the version as Akoma Ntoso XML.")
def show(citation: str, on: datetime | None, label: str, akn: Path | None) -> None:
    """Print what CITATION names, for example "民法典 第三条", as it stands on a day; or export the version."""
    ready()
    from xiezhi.kernel.calendar import clock
    from xiezhi.kernel.law import library
    from xiezhi.kernel.law.identifiers import BadIdentifier

    day = on.date() if on else clock.today()
    try:
        place = library.locator(citation)
    except BadIdentifier as error:
        raise click.ClickException(f"Not a citation: {error}") from error
    label = label or place.version
    act = library.find_act(place.act)
    version = None
    if act is not None:
        version = library.version(act, label) if label else library.version_on(act, day)
        if label and version is None:
            raise click.ClickException(f"The library holds no version {label} of {act.name}.")
    if version is None:
        raise click.ClickException(library.quote(place, day).message)
    if akn is not None:
        _export(version, akn)
        return
    click.echo(f"{version.act.full}（{library.text_name(version.label)}）")
    click.echo(_state(version, day))
    if not place.article:
        _outline(version)
        return
    from xiezhi.kernel.law import parsing

    found = library.provision(version, place.article, place.inserted)
    text = found.text if found else None
    if found and (place.paragraph or place.item):
        text = parsing.pick(found.text, place)
    if text is None:
        raise click.ClickException(f"The version has {version.articles} articles and no {place.place}.")
    click.echo(f"\n{place.place_formal}\n{text}")


def _state(version: Version, day: date) -> str:
    if version.since and version.since > day:
        return f"Not yet in force on {day}: from {version.since}."
    if version.ended and version.ended <= day:
        why = version.ended_why + (f" by {version.ended_by}" if version.ended_by else "")
        return f"Not law on {day}: {why}, ended {version.ended}."
    return f"In force on {day}" + (f", since {version.since}." if version.since else ".")


def _outline(version: Version) -> None:
    from xiezhi.kernel.law import library
    from xiezhi.kernel.law.identifiers import Locator

    for line in version.history:
        click.echo(line)
    last: list[object] = []
    for one in library.provisions(version):
        for depth, heading in enumerate(one.path):
            if last[: depth + 1] != one.path[: depth + 1]:
                click.echo("\n" + "  " * depth + str(heading[3]))
        last = one.path
        place = Locator(version.act.name, "", one.number, one.inserted).place_formal if one.kind == "article" else ""
        click.echo(f"{place}　{one.text}" if place else one.text)


def _export(version: Version, path: Path) -> None:
    from xiezhi.kernel.calendar import clock
    from xiezhi.kernel.law import akn, library

    meta = akn.Meta(
        version.locator, version.act.full, version.act.kind, version.promulgated, version.since, version.ended,
        version.source, clock.today(),
    )  # fmt: skip
    path.write_bytes(akn.export(meta, library.document(version)))
    click.echo(f"Wrote {path}")
