"""`xiezhi data`: the data center. One module a subcommand, imported when called."""

from __future__ import annotations

import importlib
from pathlib import Path

import click

SUBCOMMANDS = {
    "collect": ("collect:collect", "Collect from a declared source into the raw layer."),
    "govern": ("govern:govern", "Check, normalize and load a standard table from what was collected."),
    "link": ("link:link", "Link the records of Parquet files: which are one person."),
    "persons": ("persons:persons", "Bring the person base up to date: stable ids, merges and splits."),
    "clues": ("clues:clues", "Look for several licenses or posts in one hand."),
    "serve": ("serve:serve", "Bring the serving copies in PostgreSQL up to date."),
    "exchange": ("exchange:exchange", "Interfaces, callers, keys and meters of the exchange."),
    "push": ("push:push", "Push changed rows to the deployment above, with receipts."),
    "open": ("open_:open_", "Check and release open data sets."),
    "lake": ("lake:lake", "Tables of the lake: snapshots, compaction, expiry."),
    "generate": ("generate:generate", "Make an open benchmark set for person linkage, or score clusters against it."),
}


class Lazy(click.Group):
    """A group whose subcommands are imported when called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        folder = Path(__file__).parent
        return [name for name, (entry, _) in SUBCOMMANDS.items() if (folder / f"{entry.partition(':')[0]}.py").exists()]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        module, _, name = SUBCOMMANDS[cmd_name][0].partition(":")
        command = getattr(importlib.import_module(f"{__name__}.{module}"), name)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, SUBCOMMANDS[name][1]) for name in self.list_commands(ctx)])


@click.group(cls=Lazy)
def data() -> None:
    """The data center: collect, govern, link, exchange, open."""
