"""`xiezhi law impact`"""

import click

from xiezhi.commands.base import ready


@click.command()
@click.argument("act")
@click.argument("before", required=False)
@click.argument("after", required=False)
@click.option("--start", is_flag=True, help="Write the work list, so that its owners see it at the desk.")
def impact(act: str, before: str | None, after: str | None, start: bool) -> None:
    """List what the amendment of ACT touches: the two newest versions, or those labeled BEFORE and AFTER; 废止 as AFTER
    means repeal."""
    ready()
    from xiezhi.kernel.law import impact as touching
    from xiezhi.kernel.law import library

    found = library.find_act(act)
    if found is None:
        raise click.ClickException(f"The library does not hold 《{act}》. See: xiezhi law list")
    held = library.versions(found)
    repealed = after == "废止"
    new = None if repealed else library.version(found, after) if after else held[0]
    old = library.version(found, before) if before else next((v for v in held if v != new), None)
    if old is None or (new is None and not repealed):
        raise click.ClickException(f"《{found.name}》 has the versions {', '.join(v.label for v in held)}.")
    lines = touching.of(old, new)
    for line in lines:
        places = "、".join(f"第{a}条" + (f"之{i}" if i else "") for a, i, *_ in line.places) or "整部"
        click.echo(f"{line.kind}\t{line.label}\t{places}\t{line.owner}")
    click.echo(
        f"{len(lines)} things cite what changed in 《{found.name}》 {old.label} → {new.label if new else '废止'}"
    )
    if start:
        click.echo(f"{touching.start(old, new)} new lines on the work list")
