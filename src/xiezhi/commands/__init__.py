"""The commands behind `xiezhi`, one module each, imported only when called.

So a fault in one part leaves the other commands usable.
"""

from __future__ import annotations

import importlib
import traceback
from pathlib import Path

import click

COMMANDS = {
    "up": ("up:up", "Start everything on this machine: database, web and worker. Ctrl-C stops it."),
    "down": ("down:down", "Stop the embedded PostgreSQL that a short command left running."),
    "doctor": ("doctor:doctor", "Look at this machine and installation, and say what to do about what is missing."),
    "migrate": ("migrate:migrate", "Bring the database to this version and set the rights of the application role."),
    "check": ("check:check", "Prove every declared procedure sound; one named error per broken rule."),
    "demo": ("demo:demo", "Generate the fictional province, or list its accounts."),
    "procedures": ("procedures:procedures", "Show, render and export the declared procedures."),
    "scenarios": ("scenarios:scenarios", "Run scenarios in YAML: given events and dates, expect states and due dates."),
    "calendar": ("calendar:calendar", "Import and list the published working days of a year."),
    "deadlines": ("deadlines:deadlines", "Rebuild the index of due dates, or apply lapses now."),
    "archive": ("archive:archive", "Export a matter as one sealed file, or verify such a file."),
    "data": ("data:data", "The data center: collect, govern, link, exchange, open."),
    "interviews": ("interviews:interviews", "Check, test and answer the guided interviews."),
    "law": ("law:law", "The law library: import texts of acts, look up, compare, search, ask."),
    "ledger": ("ledger:ledger", "Keep, look at, check and recover the tamper-evident log; rotate its keys."),
    "take-over": ("takeover:takeover", "Take running and closed matters over from an old system."),
    "backup": ("backup:backup", "Write database, files and keys into one folder."),
    "restore": ("backup:restore", "Bring a backup into an empty installation."),
    "docs": ("docs:docs", "Write the generated documentation anew, or check that it is current."),
    "messages": (
        "messages:messages",
        "Bring the translations of the faces up to date, or check that they are complete.",
    ),
    "screens": ("screens:screens", "Take the screenshots of the documentation."),
    "bench": ("bench:bench", "Run the benchmarks; figures go to bench/RESULTS.md."),
    "soak": ("soak:soak", "Run the long fault and load tests at full counts."),
    "django": ("passthrough:django", "Any command of Django itself, for example: xiezhi django shell"),
}


def _there(module: Path) -> bool:
    return module.with_suffix(".py").exists() or (module / "__init__.py").exists()


class Lazy(click.Group):
    """A group whose commands are imported when called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        folder = Path(__file__).parent
        return [name for name, (entry, _) in COMMANDS.items() if _there(folder / entry.partition(":")[0])]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        module, _, name = COMMANDS[cmd_name][0].partition(":")
        try:
            command = getattr(importlib.import_module(f"{__name__}.{module}"), name)
        except ImportError as error:
            traceback.print_exc()
            raise click.ClickException(
                f"The command {cmd_name} cannot be loaded ({error}). Is the environment complete? Try: make env"
            ) from error
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name][1]) for name in self.list_commands(ctx)])


@click.command(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="xiezhi")
def application() -> None:
    """獬豸 Xiezhi, an open platform for justice departments.

    Start here: `xiezhi up` starts an office with a fictional province on this machine and prints its address and
    accounts. Data lies in the folder XIEZHI_HOME (default: .xiezhi in the checkout). With DATABASE_URL (application
    role) and DATABASE_OWNER_URL (migrations) the platform uses your own PostgreSQL
    15 or newer instead of the embedded one.
    """
