"""`xiezhi interviews`"""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import click

from xiezhi.commands.base import ready


@click.group()
def interviews() -> None:
    """Guided interviews in YAML, written by lawyers. The format is explained in docs/howto/write-an-interview.md."""


FILES = click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))


@interviews.command()
@FILES
@click.option("--on", "day", type=click.DateTime(["%Y-%m-%d"]), help="The day whose law counts (default: today).")
def check(files: tuple[Path, ...], day: object) -> None:
    """Prove FILES (default: those that ship) sound.

    Every combination of answers reaches one outcome, nothing is unreachable, every citation resolves, every test row
    comes out. Needs no database. Exit code 1 where a rule is broken.
    """
    ready(database=False)
    from xiezhi.kernel.calendar import clock
    from xiezhi.legal_services.interviews import checks, loading

    on = day.date() if hasattr(day, "date") else clock.today()
    assert isinstance(on, date)
    broken = 0
    for path in files or loading.paths():
        try:
            guide = loading.load(path)
        except loading.Broken as error:
            found = error.problems
        else:
            found = checks.check(guide, on)
            size = f"{len(guide.facts)} facts, {len(guide.rules)} rules, {len(guide.outcomes)} outcomes, {len(guide.rows)} test rows"
            click.echo(f"{path.stem}: {size}, {len(guide.citations)} citations")
        for problem in found:
            click.echo(str(problem))
        broken += len(found)
    if broken:
        click.echo(f"{broken} error(s).", err=True)
        sys.exit(1)


@interviews.command("test")
@FILES
def test_rows(files: tuple[Path, ...]) -> None:
    """Run the test rows of FILES (default: those that ship). Exit code 1 where one fails."""
    ready(database=False)
    from xiezhi.legal_services.interviews import checks, loading, rows

    failed = total = 0
    for path in files or loading.paths():
        guide = loading.load(path)
        total += len(guide.rows)
        for where, message in rows.run_rows(guide, checks.calendar()):
            failed += 1
            click.echo(f"{path.stem}: {where}: {message}")
    click.echo(f"{total} rows, {failed} failed.")
    sys.exit(1 if failed else 0)


@interviews.command()
@click.argument("name")
def run(name: str) -> None:
    """Answer an interview in the terminal. NAME is the name of one that ships, or a file."""
    ready(database=False)
    from xiezhi.kernel.calendar import clock
    from xiezhi.legal_services.interviews import checks, keeping, loading
    from xiezhi.legal_services.interviews.engine import result, walk

    path = Path(name)
    guide = loading.load(path) if path.suffix == ".yaml" else loading.get(name)
    if guide is None:
        raise click.ClickException(f"no interview {name}; there are {', '.join(loading.all_guides())}")
    answers: dict[str, object] = {}
    while True:
        walked = walk(guide, answers, clock.today(), checks.calendar())  # type: ignore[arg-type]
        asked = walked.next
        if asked is None:
            break
        click.echo(f"\n{asked.ask}  （{asked.why} {asked.cite}）")
        for value, label in asked.choices:
            click.echo(f"  {keeping.code_of(value)}: {label}")
        if asked.unknown and not asked.choices:
            click.echo(f"  ?: {asked.unknown}")
        typed = click.prompt(asked.short).strip()
        posted = {"value": typed, **dict(zip("ymd", typed.split("-"), strict=False))}
        if typed == "?":
            posted = {"unknown": "1"}
        found, error = keeping.parse(asked, posted)
        if found is None:
            click.echo(error)
        else:
            answers[asked.key] = found
    shown = result(walked)
    click.echo(f"\n== {shown.outcome.title}\n{shown.outcome.summary}")
    for said in (*shown.warnings, *shown.because, *shown.steps):
        click.echo(f"- {said.text} {said.term}（{said.cite}）")
    for worked in (*shown.terms, *shown.amounts):
        click.echo(f"* {worked.short}：{worked.value or '缺少' + '、'.join(worked.lacking)} {worked.shown}")
