"""`xiezhi law list`"""

from __future__ import annotations

import click

from xiezhi.commands.base import ready


@click.command("list")
@click.argument("act", required=False, default="")
@click.option("--kind", default="", help="Only acts of this kind, for example 法律 or 地方性法规.")
def list_(act: str, kind: str) -> None:
    """List what the library holds, or the versions of one ACT (or of all whose title contains ACT)."""
    ready()
    from rich.console import Console
    from rich.table import Table

    from xiezhi.kernel.calendar import clock
    from xiezhi.kernel.law import library
    from xiezhi.kernel.law.models import Act

    found = library.find_act(act) if act else None
    table = Table(title_justify="left")
    if found is not None:
        table.title = found.full
        for column in ("version", "published", "in force", "until", "articles"):
            table.add_column(column, no_wrap=True)
        table.add_column("state", overflow="fold")
        today = clock.today()
        for version in library.versions(found):
            state = "in force" if version.in_force(today) else "not yet in force"
            if version.ended and version.ended <= today:
                state = version.ended_why + (f" by {version.ended_by}" if version.ended_by else "")
            days = [str(day or "") for day in (version.promulgated, version.since, version.ended)]
            table.add_row(version.label, *days, str(version.articles), state)
    else:
        acts = Act.objects.order_by("kind", "sort_key").prefetch_related("versions")
        acts = acts.filter(name__contains=act) if act else acts
        acts = acts.filter(kind=kind) if kind else acts
        table.title = f"{acts.count()} acts"
        for column in ("act", "kind", "versions"):
            table.add_column(column, overflow="fold")
        for one in acts.iterator(chunk_size=500):
            labels = sorted(v.label for v in one.versions.all())
            table.add_row(one.name, one.kind, ", ".join(labels))
        if not table.rows:
            raise click.ClickException(f"The library holds no act {act}." if act else "The library is empty.")
    Console().print(table)
