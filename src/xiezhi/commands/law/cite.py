"""`xiezhi law cite`"""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime
from typing import TextIO

import click

from xiezhi.commands.base import ready


@click.command()
@click.argument("file", type=click.File("r", encoding="utf-8", errors="replace"))
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="The law as of this day; today by default.")
@click.option("--act", default="", help="The act the text is of, for 本法 and articles without an act.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def cite(file: TextIO, on: datetime | None, act: str, as_json: bool) -> None:
    """Print the citations in FILE (- reads standard input), what each names and where it leads on a day."""
    ready()
    from xiezhi.kernel.calendar import clock
    from xiezhi.kernel.law import resolving
    from xiezhi.kernel.law.recognize import recognize

    text = file.read()
    day = on.date() if on else clock.today()
    found = resolving.resolve_mentions(recognize(text, act=act, names=resolving.names()), day)
    for one in found:
        mention = one.mention
        words = "".join(text[mention.start : mention.end].split())
        where = one.locator.short if one.locator else mention.act or "?"
        if mention.until:
            where += f" – {mention.until}"
        if as_json:
            row = {
                "start": mention.start, "end": mention.end, "text": words, "place": where, "state": one.state,
                "path": one.locator.path if one.locator else "", "message": one.message,
            }  # fmt: skip
            click.echo(json.dumps(row, ensure_ascii=False))
            continue
        line = text.count("\n", 0, mention.start) + 1
        click.echo(f"{line}: {words} → {where}  [{one.state}]" + (f" {one.message}" if one.message else ""))
    if not as_json:
        counts = Counter(one.state for one in found)
        click.echo(
            f"{len(found)} citations on {day}: " + ", ".join(f"{n} {s}" for s, n in counts.most_common()), err=True
        )
