"""`xiezhi law compare`"""

import click

from xiezhi.commands.base import ready


@click.command()
@click.argument("act")
@click.argument("before", required=False)
@click.argument("after", required=False)
@click.option("--all", "every", is_flag=True, help="List unchanged articles too.")
def compare(act: str, before: str | None, after: str | None, every: bool) -> None:
    """Compare two versions of ACT article by article: the two newest, or those labeled BEFORE and AFTER (2017 2023)."""
    ready()
    from xiezhi.kernel.law import compare as comparing
    from xiezhi.kernel.law import library

    found = library.find_act(act)
    if found is None:
        raise click.ClickException(f"The library does not hold 《{act}》. See: xiezhi law list")
    held = library.versions(found)
    new = library.version(found, after) if after else held[0]
    old = library.version(found, before) if before else next((v for v in held[1:]), None)
    if new is None or old is None:
        raise click.ClickException(f"《{found.name}》 has the versions {', '.join(v.label for v in held)}.")
    comparison = comparing.compare(library.document(old).provisions, library.document(new).provisions)
    for row in comparison.rows:
        if row.kind == comparing.SAME and not every:
            continue
        there = comparing.place_text(row.old) if row.old else ""
        here = comparing.place_text(row.new) if row.new else ""
        click.secho(f"{row.kind:8} {there or '-'} → {here or '-'}", bold=True)
        for span in row.spans:
            color = {"cut": "red", "new": "green"}.get(span.op)
            click.echo(click.style(span.text, fg=color, strikethrough=span.op == "cut"), nl=False)
        if row.spans:
            click.echo()
    counts = ", ".join(f"{kind} {n}" for kind, n in sorted(comparison.counts.items()))
    click.echo(f"《{found.name}》 {old.label} → {new.label}: {counts}")
