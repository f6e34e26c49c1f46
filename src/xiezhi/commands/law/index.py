"""`xiezhi law index`"""

from __future__ import annotations

from time import perf_counter

import click

from xiezhi.commands.base import ready


@click.command("index")
@click.option("--changed", is_flag=True, help="Bring the index up to date instead of building it anew.")
@click.option("--state", "asking", is_flag=True, help="Only say what the index holds and whether it is up to date.")
def index(changed: bool, asking: bool) -> None:
    """Build the full-text index of the law library anew.

    Searches go on in the former index until the new one is complete. Imports keep the index up to date by themselves.
    """
    ready()
    from xiezhi.commands.demo import Progress
    from xiezhi.kernel.law import search

    begun = perf_counter()
    try:
        if asking:
            found = search.state(check=True)
        else:
            with Progress() as progress:
                found = search.refresh(progress=progress) if changed else search.rebuild(progress)
    except search.NoIndex as error:
        raise click.ClickException("XIEZHI_LAW_INDEX_DIR is empty: this installation keeps no index.") from error
    if not found.built:
        click.echo("There is no index. `xiezhi law index` builds it.")
        return
    click.echo(
        f"{found.provisions:,} provisions of {found.versions:,} versions, {found.acts:,} acts, {found.size / 1e6:.1f} MB"
        + ("" if asking else f", {perf_counter() - begun:.1f} s")
    )
    if found.behind:
        raise click.ClickException(f"{found.behind:,} versions are not as in the library: xiezhi law index --changed")
