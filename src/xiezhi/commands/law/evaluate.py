"""`xiezhi law evaluate`"""

from __future__ import annotations

from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from xiezhi.kernel.law.retrieval.evaluation import Run

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("evaluate")
@click.option("--corpus", required=True, type=FILE, help="Articles: JSON lines, plain or .gz.")
@click.option("--queries", required=True, type=FILE, help="Questions: JSON lines, plain or .gz.")
@click.option("--qrels", required=True, type=FILE, help="Labels: question, 0, article, 1.")
@click.option("--lexical", is_flag=True, help="Without an encoder: nothing is trained.")
@click.option("--everything", is_flag=True, help="Also articles that are law no more.")
@click.option("--by-topic", is_flag=True, help="For own labels: no article labeled in training is one of the test.")
@click.option("--steps", type=int, help="Steps of training the encoder, if not the usual number.")
@click.option("--encoder", "kept", type=click.Path(path_type=Path), help="Keep the encoder in this file, or take it.")
def evaluate(
    corpus: Path, queries: Path, qrels: Path, lexical: bool, everything: bool, by_topic: bool, steps: int | None,
    kept: Path | None,
) -> None:  # fmt: skip
    """Measure how well questions find their articles. Needs no library and no database.

    Three figures: no labels at all; the numbers that come with the product; own labels, cross-validated on those given.
    The encoder is trained from the articles of the file, without labels.
    """
    from xiezhi.commands.demo import Progress
    from xiezhi.kernel.law.retrieval import engine, evaluation, learned, making

    begun = perf_counter()
    try:
        benchmark = evaluation.read_benchmark(corpus, queries, qrels, everything)
    except (ValueError, KeyError) as error:
        raise click.ClickException(f"Can not read the files: {error}") from error
    click.echo(
        f"{len(benchmark.articles):,} articles searched, {benchmark.left_out:,} left out as law no more, "
        f"{len(benchmark.questions):,} questions, {sum(map(len, benchmark.relevant)):,} labels"
    )
    with Progress() as progress:
        machine = engine.build(benchmark.articles)
        if not lexical:
            machine.encoder = making.vectors(benchmark.articles, progress, steps=steps, kept=kept)
    click.echo(f"prepared in {perf_counter() - begun:.0f} s")
    click.echo(f"{'':34}{'R@5':>8}{'R@10':>8}{'R@100':>8}{'MRR@10':>8}{'NDCG@10':>8}  R@10 between   ms p50   p95")
    first = evaluation.measured(benchmark, machine, learned.by_hand())
    show("1 no labels at all", first)
    second = evaluation.measured(benchmark, machine, learned.shipped())
    show("2 the numbers of the product", second)
    prepared = evaluation.prepare(benchmark, machine)
    off = learned.ENCODER if lexical else ()
    show("3 own labels, cross-validated", evaluation.cross_validate(prepared, by_topic=by_topic, without=off), second)


def show(name: str, run: Run, timed: Run | None = None) -> None:
    """One line; own labels take the time of the same work with the shipped numbers."""
    import numpy as np

    from xiezhi.kernel.law.retrieval import metrics

    low, high = metrics.interval(run.values[:, 1])
    times = (timed or run).milliseconds
    figures = "".join(f"{v:8.4f}" for v in run.values.mean(axis=0))
    fifty, most = np.quantile(times, [0.5, 0.95])
    click.echo(f"{name:34}{figures}  {low:.3f} - {high:.3f}  {fifty:6.1f} {most:5.1f}")
