"""`xiezhi law`: the law library. One module a subcommand, imported when called."""

from __future__ import annotations

import importlib
from pathlib import Path

import click

SUBCOMMANDS = {
    "import": ("import_:import_", "Import texts of acts: a file, a folder or the address of a git repository."),
    "list": ("list_:list_", "List what the library holds, or the versions of one act."),
    "show": ("show:show", "Print an article as it stands on a day, or export a version as Akoma Ntoso."),
    "cite": ("cite:cite", "Find and resolve the citations in a text."),
    "compare": ("compare:compare", "Compare two versions of an act article by article."),
    "impact": ("impact:impact", "List what an amendment touches, and who has to look at it."),
    "index": ("index:index", "Build the index of the search anew."),
    "search": ("search:search", "Search the library."),
    "train": ("train:train", "Train the encoder that finds articles for questions in plain words."),
    "ask": ("ask:ask", "Find the articles for a question in plain words."),
    "evaluate": (
        "evaluate:evaluate",
        "Measure how well questions find their articles, on files of questions and labels.",
    ),
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
def law() -> None:
    """The law library: import texts, look up, compare, search, ask."""
