"""`xiezhi law train`"""

from __future__ import annotations

from time import perf_counter

import click

from xiezhi.commands.base import ready


@click.command("train")
@click.option("--index", "only_index", is_flag=True, help="Only index the library anew, with the encoder there is.")
@click.option("--steps", type=int, help="Steps of training, if not the usual number.")
@click.option("--state", "asking", is_flag=True, help="Only say what answers questions now.")
def train(only_index: bool, steps: int | None, asking: bool) -> None:
    """Learn from the imported statutes how to find articles for questions in plain words, and index them.

    No label and no text from elsewhere is used. Questions go on being answered with the former encoder until the new one
    is complete; an interrupted training changes nothing.
    """
    ready()
    from xiezhi.commands.demo import Progress
    from xiezhi.kernel.law.retrieval import service, store

    begun = perf_counter()
    try:
        if asking:
            found = service.state()
        else:
            with Progress() as progress:
                found = service.rebuild(progress) if only_index else service.train(progress, steps)
    except store.Busy as error:
        raise click.ClickException(
            "Another process is training or indexing. Try again when it has finished."
        ) from error
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    how = {"none": "words alone", "learned": "words and the learned encoder", "model": "words and the model set"}
    click.echo(
        f"{found.articles:,} articles; {how[found.encoder]}" + ("" if asking else f"; {perf_counter() - begun:.0f} s")
    )
    if found.problem:
        click.echo(found.problem)
    if not found.current:
        click.echo("The library has changed since: xiezhi law train --index")
