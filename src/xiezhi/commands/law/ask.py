"""`xiezhi law ask`"""

from __future__ import annotations

from datetime import datetime

import click

from xiezhi.commands.base import ready


@click.command("ask")
@click.argument("question")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="The law as it stands on this day; today without it.")
@click.option("--limit", default=10, show_default=True)
def ask(question: str, on: datetime | None, limit: int) -> None:
    """Find the articles for a QUESTION in plain words."""
    ready()
    from xiezhi.kernel.calendar import clock
    from xiezhi.kernel.law import retrieval
    from xiezhi.kernel.law.models import Provision

    hits = retrieval.ask(question, on.date() if on else clock.today(), limit)
    texts = dict(Provision.objects.filter(pk__in=[h.provision_id for h in hits]).values_list("pk", "text"))
    for hit in hits:
        number = f"第{hit.article}条" + (f"之{hit.inserted}" if hit.inserted else "") if hit.article else ""
        click.secho(f"{hit.score:5.2f}  {hit.act}（{hit.label}）{number}", bold=True)
        click.echo(f"       {texts[hit.provision_id][:100]}".replace("\n", " "))
    problem = retrieval.state().problem
    if problem:
        click.echo(problem, err=True)
    if not hits:
        click.echo("没有找到。")
