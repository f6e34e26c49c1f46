"""`xiezhi data generate`: benchmark sets for the linkage of persons, and scores against their truth."""

from __future__ import annotations

import time
from pathlib import Path

import click


@click.command()
@click.option("--records", type=click.IntRange(1), default=100_000, show_default=True, help="Records to write.")
@click.option(
    "--seed", type=click.IntRange(0), default=1, show_default=True, help="The same seed gives the same bytes."
)
@click.option("--rates", type=click.FloatRange(0), default=1.0, show_default=True, help="Multiplies all error rates.")
@click.option(
    "--rate", "single", multiple=True, metavar="NAME=SHARE", help="Sets one rate, e.g. id_missing=0.2. May be repeated."
)
@click.option(
    "--single-base", type=click.FloatRange(0, 1), default=0.0, help="Share of persons who stand in one base only."
)
@click.option("--without", multiple=True, metavar="COLUMN", help="Leaves a column empty. May be repeated.")
@click.option("--output", type=click.Path(file_okay=False, path_type=Path), help="Folder to write to.")
@click.option(
    "--score", "clusters", type=click.Path(exists=True, path_type=Path), help="Clusters (Parquet) to score instead."
)
@click.option("--truth", type=click.Path(exists=True, path_type=Path), help="truth.parquet of the set, for --score.")
@click.option("--json", "as_json", is_flag=True, help="Print the score as JSON.")
def generate(
    records: int,
    seed: int,
    rates: float,
    single: tuple[str, ...],
    single_base: float,
    without: tuple[str, ...],
    output: Path | None,
    clusters: Path | None,
    truth: Path | None,
    as_json: bool,
) -> None:
    """Write a benchmark set of records of fictional persons with typed errors, or score clusters against its truth.

    A set is FOLDER/records/*.parquet (one file for a base), FOLDER/truth.parquet and FOLDER/manifest.json.
    """
    from xiezhi.datacenter.link import generator

    if clusters is not None:
        if truth is None:
            raise click.UsageError("--score needs --truth")
        try:
            found = generator.score(clusters, truth)
        except ValueError as problem:
            raise click.ClickException(str(problem)) from problem
        click.echo(found.as_json() if as_json else "\n".join(_lines(found)))
        return
    if output is None:
        raise click.UsageError("--output is missing")
    begun = time.monotonic()
    try:
        changes = {name: float(value) for name, _, value in (item.partition("=") for item in single)}
        chosen = generator.Rates().scaled(rates).changed(**changes)
        generator.generate(
            output, records=records, seed=seed, rates=chosen, single_base=single_base, without=without,
            progress=lambda done: click.echo(f"\r{done:,} of {records:,} records", nl=False, err=True),
        )  # fmt: skip
    except ValueError as problem:
        raise click.ClickException(str(problem)) from problem
    click.echo(err=True)
    click.echo(f"{records:,} records in {output} ({time.monotonic() - begun:.1f} s)")


def _lines(found: object) -> list[str]:
    from xiezhi.datacenter.link.generator import Counts, Score

    assert isinstance(found, Score)

    def row(title: str, counts: Counts) -> str:
        return (
            f"{title:<12}{counts.f1:>9.4f}{counts.precision:>11.4f}{counts.recall:>9.4f}"
            f"{counts.right:>13,}{counts.wrong:>11,}{counts.missed:>11,}"
        )

    out = [
        f"{found.records:,} records, {found.persons:,} persons, {found.clusters:,} clusters",
        f"{'pairs':<12}{'F1':>9}{'precision':>11}{'recall':>9}{'right':>13}{'wrong':>11}{'missed':>11}",
        row("all", found.all), row("hard", found.hard),
    ]  # fmt: skip
    if found.automatic:
        out.append(row("automatic", found.automatic))
    out += ["", f"{'error in the pair':<22}{'true pairs':>12}{'missed':>10}{'share':>8}"]
    out += [
        f"{kind:<22}{pairs:>12,}{missed:>10,}{missed / pairs if pairs else 0:>8.1%}"
        for kind, (pairs, missed) in found.kinds.items()
    ]
    return out
