"""`xiezhi law search`"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import click

from xiezhi.commands.base import ready

if TYPE_CHECKING:
    from collections.abc import Iterable

    from xiezhi.kernel.law.search import Piece


@click.command("search")
@click.argument("query")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="The law as it stands on this day; today without it.")
@click.option("--kind", default="", help="Only acts of this kind: 法律, 行政法规, …")
@click.option("--act", default="", help="Only this act, by its short title.")
@click.option("--page", default=1, show_default=True)
@click.option("--old", is_flag=True, help="Also what is not law on that day.")
def search(query: str, on: datetime | None, kind: str, act: str, page: int, old: bool) -> None:
    """Search the law library: a citation, a title or number of an act, or words."""
    ready()
    from xiezhi.kernel.calendar import clock
    from xiezhi.kernel.law.search import search as find

    results = find(
        query, on=on.date() if on else clock.today(), kind=kind, act=act, page=page, size=10, include_old=old
    )
    for notice in results.notices:
        click.echo(notice, err=True)
    if results.suggestions:
        click.echo(f"您是不是要找：{'、'.join(results.suggestions)}")
    if results.corrected:
        click.echo(f"已按“{results.corrected}”检索")
    for one in results.exact:
        click.secho(one.formal, bold=True)
        click.echo("\n".join(part for part in (one.message, one.text) if part))
    for found in results.acts:
        click.secho(f"《{found.name}》", bold=True, nl=False)
        until = f"，由{found.replaced_by}取代" if found.replaced_by else ""
        click.echo(f" {found.kind} {found.label} {found.state_text}{until}")
    if results.total:
        said = "，含部分检索词" if results.relaxed else ""
        click.echo(f"共{results.total}条{said}，第{results.page}页，{results.milliseconds:.0f}毫秒")
    for hit in results.found:
        click.secho(f"{hit.locator.short or hit.act}", bold=True, nl=False)
        click.echo("" if hit.state == "in_force" else f" [{hit.state_text}]")
        click.echo("  " + _text(hit.pieces).replace("\n", " "))
    if not (results.exact or results.acts or results.total):
        click.echo("没有找到。")


def _text(pieces: Iterable[Piece]) -> str:
    return "".join(click.style(piece.text, fg="red") if piece.marked else piece.text for piece in pieces)
