"""`xiezhi docs`"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Callable

import click

from xiezhi.commands.base import ready
from xiezhi.config import env

GENERATORS = [
    "xiezhi.kernel.access.docs:generate",
    "xiezhi.kernel.procedures.docs:generate",
    "xiezhi.kernel.law.docs:generate",
    "xiezhi.datacenter.standards.docs:generate",
]
"""Functions without arguments that return {path in the repository: text}. They need no database."""


def generated() -> dict[str, str]:
    """Every generated file of the repository with the text it should have."""
    files: dict[str, str] = {}
    for entry in GENERATORS:
        module, _, name = entry.partition(":")
        if importlib.util.find_spec(module) is None:
            continue
        generate: Callable[[], dict[str, str]] = getattr(importlib.import_module(module), name)
        files |= generate()
    return files


@click.command()
@click.option("--check", is_flag=True, help="Write nothing; exit code 1 where a file is stale.")
def docs(check: bool) -> None:
    """Write the generated documentation anew: procedures, roles and operations, the index of acts."""
    ready(database=False)
    stale = []
    for name, text in sorted(generated().items()):
        path = env.REPOSITORY / name
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        stale.append(name)
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    for name in stale:
        click.echo(f"{'stale' if check else 'written'}: {name}")
    if check and stale:
        click.echo("Write them anew with: make docs", err=True)
        sys.exit(1)
    if not stale:
        click.echo("Generated files are current.")
