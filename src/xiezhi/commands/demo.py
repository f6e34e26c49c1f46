"""`xiezhi demo`"""

from __future__ import annotations

import click
from rich.progress import TaskID

from xiezhi.commands.base import ready


class Progress:
    """A progress bar on the terminal, plain lines elsewhere. The generator calls it: `progress(stage, done, total)`."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as Bar

        self.console = Console()
        self.bar = Bar(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=self.console,
        )
        self.stages: dict[str, TaskID] = {}

    def __enter__(self) -> Progress:
        if self.console.is_terminal:
            self.bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self.console.is_terminal:
            self.bar.stop()

    def __call__(self, stage: str, done: int, total: int) -> None:
        if not self.console.is_terminal:
            if stage not in self.stages:
                self.stages[stage] = TaskID(0)
                click.echo(f"  {stage} ...")
            return
        if stage not in self.stages:
            self.stages[stage] = self.bar.add_task(stage, total=total or None)
        self.bar.update(self.stages[stage], completed=done, total=total or None)


def print_accounts() -> None:
    """The demo accounts by role, as a table."""
    from rich.console import Console
    from rich.table import Table

    from xiezhi.demo import services

    table = Table(title="Demo accounts 演示账号", title_justify="left")
    rows = [_row(account) for account in services.demo_accounts()]
    for column in rows[0] if rows else ():
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*row.values())
    Console().print(table)


def _row(account: object) -> dict[str, str]:
    values = account if isinstance(account, dict) else getattr(account, "__dict__", None)
    if values is None:
        values = {name: getattr(account, name) for name in account.__dataclass_fields__}  # type: ignore[attr-defined]
    return {str(name): str(value) for name, value in values.items()}


@click.command()
@click.option("--scale", type=click.FloatRange(0.0001, 50), default=0.01, show_default=True, help="1.0 is a province.")
@click.option("--accounts", is_flag=True, help="Only list the demo accounts.")
def demo(scale: float, accounts: bool) -> None:
    """Generate the fictional province 云岭省 into an empty database, or list its accounts.

    The same seed and scale give the same province. --scale 0.01 makes about 2,000 people and 3,000 matters.
    """
    ready()
    if not accounts:
        from xiezhi.demo import services

        with Progress() as progress:
            services.generate(scale=scale, progress=progress)
    print_accounts()
