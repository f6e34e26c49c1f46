"""`xiezhi procedures`"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from xiezhi.commands.base import ready


def _find(code: str, version: int | None) -> Any:
    from xiezhi.kernel.procedures import registry

    registry.load_all()
    try:
        return registry.get(code.upper(), version)
    except LookupError as error:
        raise click.ClickException(str(error)) from error


@click.group()
def procedures() -> None:
    """Show, render and export the declared procedures."""


@procedures.command("list")
def list_() -> None:
    """List the declared procedures: code, version, in force from, title."""
    ready(database=False)
    from xiezhi.kernel.procedures import registry

    for p in registry.load_all():
        click.echo(f"{p.code}  v{p.version}  {p.in_force_from}  {p.title}")


@procedures.command()
@click.argument("code")
@click.option("--version", type=int, help="Default: the newest.")
def show(code: str, version: int | None) -> None:
    """Print the page of one procedure in Chinese: states, events, terms, articles, diagram (Markdown)."""
    ready(database=False)
    from xiezhi.kernel.procedures import render as pages

    click.echo(pages.markdown(_find(code, version)))


@procedures.command()
@click.argument("code")
@click.option("--version", type=int, help="Default: the newest.")
@click.option("--out", type=click.Path(path_type=Path), help="File to write; default: standard output.")
def render(code: str, version: int | None, out: Path | None) -> None:
    """Draw one procedure as an SVG diagram."""
    ready(database=False)
    from xiezhi.kernel.procedures import diagram

    _write(diagram.svg(_find(code, version)), out)


@procedures.command()
@click.argument("code")
@click.option("--version", type=int, help="Default: the newest.")
@click.option("--out", type=click.Path(path_type=Path), help="File to write; default: standard output.")
def bpmn(code: str, version: int | None, out: Path | None) -> None:
    """Export one procedure as BPMN 2.0 for other tools."""
    ready(database=False)
    from xiezhi.kernel.procedures import bpmn as exporter

    _write(exporter.export(_find(code, version)), out)


def _write(text: str, out: Path | None) -> None:
    if out is None:
        click.echo(text)
        return
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(text, encoding="utf-8")
    click.echo(f"Written: {out}")


@procedures.command("rebuild-deadlines")
@click.option("--workers", type=click.IntRange(1), help="Processes that share the work. Default: one per core.")
def rebuild_deadlines(workers: int | None) -> None:
    """Compute the stored due dates of all open matters anew from their histories.

    The stored dates are an index and can be rebuilt at any time, for example after a correction of the calendar.
    """
    ready()
    from xiezhi.kernel.procedures.rebuild import rebuild

    done = rebuild(workers=workers)
    click.echo(f"{done.matters} open matters read, {done.changed} with other dates than before.")
