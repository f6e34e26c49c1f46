"""`xiezhi data link`"""

from __future__ import annotations

from pathlib import Path

import click


@click.command("link")
@click.option(
    "--input",
    "source",
    required=True,
    type=click.Path(path_type=Path),
    help="Folder of Parquet files with records of persons.",
)
@click.option(
    "--output",
    "target",
    required=True,
    type=click.Path(path_type=Path),
    help="Folder for clusters, review pairs and the report.",
)
@click.option("--threads", type=click.IntRange(0), default=0, help="Threads to use (0: as many as the machine has).")
@click.option("--memory", default="", help="Memory to use before going to disk, such as 8GB.")
@click.option(
    "--model",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Model to begin from instead of the shipped one.",
)
@click.option(
    "--no-learning",
    is_flag=True,
    help="Use the model as it is instead of bringing it to the error rates of these files.",
)
@click.option("--state", is_flag=True, help="Keep what linking new records later needs (folder `state`).")
@click.option("--quiet", is_flag=True, help="Only print the outcome.")
def link(
    source: Path,
    target: Path,
    threads: int,
    memory: str,
    model: Path | None,
    no_learning: bool,
    state: bool,
    quiet: bool,
) -> None:
    """Find which records of Parquet files are one person.

    Columns, all text: record_id, base, name, id_type, id_no, sex, birth_date, phone, division, address, employer, license_no, valid_from,
    valid_to; only record_id and base must be there. Writes clusters.parquet, review.parquet, report.json and report.md. XIEZHI_ENGINE=spark
    links on Spark.
    """
    from xiezhi.datacenter.link import engine, prepare

    def told(stage: str, seconds: float) -> None:
        if not quiet:
            click.echo(f"{stage:<8}\t{seconds:8.2f} s", err=True)

    options = engine.Options(threads=threads, memory=memory, model=model, learn=not no_learning, state=state)
    try:
        result = engine.run(source, target, options=options, progress=told)
    except (prepare.InputError, ValueError) as error:
        raise click.ClickException(str(error)) from error
    counts = result.counts
    click.echo(
        f"{counts['records']:,} records, {counts['clusters']:,} persons; {counts['links']:,} links by probability, "
        f"{counts['links_auto']:,} of them without review; {counts['review']:,} pairs to review; {sum(result.stages.values()):.1f} s"
    )
    if counts["repeated"]:
        click.echo(f"{counts['repeated']:,} rows repeat a record_id; one row of each was taken.", err=True)
