"""Questions in plain words: `python bench/law_questions.py FOLDER [--learn]` on a folder like STARD's development half.

Prints what each step gives, in folds of near-duplicates and in folds by topic, with intervals; keeps the figures in
RESULTS.md. `--learn` writes the numbers that come with the product anew from all labels.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))
sys.path.insert(0, str(Path(__file__).resolve().parent))

import numpy as np
from _common import REPOSITORY, record

from xiezhi.kernel.law.retrieval import engine, evaluation, learned, making, metrics, priors

LEARNED = REPOSITORY / "src/xiezhi/kernel/law/retrieval/data/learned.json"
MOST = 6000  # grams of articles whose weights are kept
COMPARED = ("cover", "cover best sentence", "cover heading", "cover title", "cover first", "three", "four")


def line(name: str, run: evaluation.Run, before: evaluation.Run | None = None) -> str:
    figures = " | ".join(f"{v:.3f}" for v in run.values.mean(axis=0))
    low, high = metrics.interval(run.values[:, 1])
    change = (
        ""
        if before is None
        else "{:+.3f} [{:+.3f}, {:+.3f}]".format(*metrics.paired(run.values[:, 1], before.values[:, 1]))
    )
    text = f"| {name} | {figures} | {low:.3f}-{high:.3f} | {change} |"
    print(text, flush=True)
    return text


def steps(prepared: evaluation.Prepared, encoder: bool) -> list[str]:
    """What switching measures off costs, in both kinds of folds."""
    base = () if encoder else learned.ENCODER
    out = []
    for by_topic in (False, True):
        kind = "by topic" if by_topic else "near-duplicates"
        full = evaluation.cross_validate(prepared, by_topic=by_topic, without=base)
        out.append(line(f"{kind}: all", full))
        plain = evaluation.cross_validate(prepared, by_topic=by_topic, without=base, with_words=False)
        out.append(line(f"{kind}: no weights of grams", plain, full))
        for name, off in (
            ("no encoder", learned.ENCODER),
            ("encoder, but no closer look", ("best sentence", "soft words")),
            ("no spoken words in the measures", ("spoken", "together", "together rank", "terms")),
            ("no counts and rates", priors.NAMES),
            ("no comparison of texts", COMPARED),
        )[: 3 if by_topic else None]:
            run = evaluation.cross_validate(prepared, by_topic=by_topic, without=(*base, *off))
            out.append(line(f"{kind}: {name}", run, full))
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    default = REPOSITORY.parent / "shared" / "data" / "stard-dev"
    parser.add_argument(
        "folder", nargs="?", type=Path, default=default, help="holds corpus.jsonl.gz, queries.jsonl.gz, qrels.tsv"
    )
    parser.add_argument(
        "--rounds", type=int, default=1, help="One round says all; taken for the sake of `xiezhi bench`"
    )
    parser.add_argument("--learn", action="store_true")
    parser.add_argument("--lexical", action="store_true")
    parser.add_argument("--encoder", type=Path, help="keep the encoder in this file, or take it")
    given = parser.parse_args()
    if not given.folder.is_dir():
        raise SystemExit("No folder of labeled questions here; name one")
    files = [given.folder / n for n in ("corpus.jsonl.gz", "queries.jsonl.gz", "qrels.tsv")]
    benchmark = evaluation.read_benchmark(*files)
    plain = evaluation.prepare(benchmark, engine.build(benchmark.articles)) if given.learn or given.lexical else None
    full = None
    machine = engine.build(benchmark.articles)
    spent = 0.0
    if not given.lexical:
        begun = time.perf_counter()
        machine.encoder = making.vectors(benchmark.articles, lambda *_: None, kept=given.encoder)
        spent = time.perf_counter() - begun
        full = evaluation.prepare(benchmark, machine)
    if given.learn and plain is not None:
        told = evaluation.learn(full, plain)
        text = json.dumps(told.pack(MOST), ensure_ascii=False, separators=(",", ":"))
        LEARNED.write_text(text, encoding="utf-8")
        print(f"{LEARNED.name}: {len(text.encode()):,} bytes")
    rows = [
        "| run | R@5 | R@10 | R@100 | MRR@10 | NDCG@10 | R@10 between | change in R@10 |",
        "|---|---|---|---|---|---|---|---|",
    ]
    rows.append(line("1 no labels at all", evaluation.measured(benchmark, machine, learned.by_hand())))
    second = evaluation.measured(benchmark, machine, learned.read(LEARNED))
    rows.append(line("2 the numbers of the product (learned from these questions)", second))
    prepared = full or plain
    assert prepared is not None
    rows += steps(prepared, full is not None)
    fifty, most = np.quantile(second.milliseconds, [0.5, 0.95])
    sizes = {n: a.nbytes for n, a in machine.arrays().items()}
    if machine.encoder is not None:
        sizes |= {n: a.nbytes for n, a in machine.encoder.model.arrays().items()}
        sizes["told"] = machine.encoder.told.data.nbytes
    if given.learn or given.lexical:
        return
    record(
        "Questions in plain words",
        [
            f"{len(benchmark.questions)} questions, {len(benchmark.articles):,} articles; encoder made or read in {spent:.0f} s; "
            f"model and index {sum(sizes.values()) / 1e6:.0f} MB; milliseconds a question p50 {fifty:.1f}, p95 {most:.1f}.",
            "",
            *rows,
        ],
    )


if __name__ == "__main__":
    main()
