"""`xiezhi bench`"""

import runpy
import sys

import click

from xiezhi.config import env


@click.command()
@click.argument("names", nargs=-1)
@click.option(
    "--rounds", type=click.IntRange(1), default=5, show_default=True, help="Interleaved rounds; medians are reported."
)
@click.option("--list", "listing", is_flag=True, help="List the benchmarks.")
def bench(names: tuple[str, ...], rounds: int, listing: bool) -> None:
    """Run the benchmarks of bench/ (all, or those NAMED); figures go to bench/RESULTS.md.

    Each benchmark is a script of its own, `bench/NAME.py`, and can be run alone with --help. They work in databases of
    their own and leave your data alone.
    """
    folder = env.REPOSITORY / "bench"
    known = sorted(path.stem for path in folder.glob("*.py") if not path.stem.startswith("_"))
    if listing or not known:
        click.echo("\n".join(known) or "There is no bench/ folder here.")
        return
    if unknown := set(names) - set(known):
        raise click.ClickException(f"No benchmark {', '.join(sorted(unknown))}. Known: {', '.join(known)}")
    sys.path.insert(0, str(folder))
    before = sys.argv
    for name in names or known:
        click.echo(f"== {name}")
        sys.argv = [str(folder / f"{name}.py"), "--rounds", str(rounds)]
        try:
            runpy.run_path(sys.argv[0], run_name="__main__")
        except SystemExit as stop:
            if stop.code:
                raise
        finally:
            sys.argv = before
