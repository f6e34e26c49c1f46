"""Linkage of persons on a benchmark set: ours (`xiezhi data link`) beside Splink set up from its documentation, in one run on the
same rows.

The set is made by `xiezhi data generate` and kept in XIEZHI_HOME (or the folder of temporary files). The time of ours is that of the
whole command, start of Python, reading and writing included; that of the peer is cleaning, training, prediction and one clustering,
without imports and without the search for its best threshold. Limits: error at most half, precision 0.99, 0.999 without review, half
the time; at rates x 2.5 an F1 of 0.94; --slope RECORDS: time per row at most 1.3 times that of the first size.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import _common

from xiezhi.datacenter.link import generator

STORE = Path(os.environ.get("XIEZHI_HOME") or tempfile.gettempdir()) / "linkage-sets"
COMMAND = Path(sys.executable).parent / "xiezhi"
Figures = dict[str, Any]


def made(records: int, seed: int, rates: float) -> Path:
    """The folder of a set, made where it is not there yet."""
    from xiezhi.datacenter.link.generator import sets

    folder = STORE / f"v{sets.VERSION}-{records}-{seed}-{rates:g}"
    if not (folder / "manifest.json").exists():
        begun = time.perf_counter()
        generator.generate(folder, records=records, seed=seed, rates=generator.Rates().scaled(rates))
        print(f"{folder}: made in {time.perf_counter() - begun:.1f} s", flush=True)
    return folder


def ours(folder: Path) -> Figures:
    with tempfile.TemporaryDirectory(prefix="xz-linked-") as target:
        before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        subprocess.run(
            [str(COMMAND), "data", "link", "--input", str(folder / "records"), "--output", target],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        seconds = time.perf_counter() - begun
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        score = generator.score(Path(target) / "clusters.parquet", folder / "truth.parquet")
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {
        "seconds": seconds,
        "processor": processor,
        "memory": after.ru_maxrss / 2**20,
        "score": json.loads(score.as_json()),
    }


def stock(folder: Path) -> Figures:
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        script = Path(__file__).with_name("linkage_stock.py")
        subprocess.run(
            [sys.executable, str(script), "--folder", str(folder), "--json", file.name],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        return dict(json.loads(Path(file.name).read_text()))


def row(name: str, found: Figures) -> str:
    total, hard, auto = found["score"]["all"], found["score"]["hard"], found["score"]["automatic"]
    alone = f"{auto['precision']:.4f}" if auto else ""
    rate = found["score"]["records"] / found["seconds"]
    return f"| {name} | {total['f1']:.4f} | {hard['f1']:.4f} | {total['precision']:.4f} | {total['recall']:.4f} | {alone} | {found['seconds']:.1f} | {found['processor']:.1f} | {rate:,.0f} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--rounds", type=int, default=1, help="Runs of each; the quickest counts (the scores are the same)"
    )
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rates", type=float, nargs="+", default=[1.0, 2.5])
    parser.add_argument("--ours-only", action="store_true")
    parser.add_argument("--slope", type=int, default=0, help="Also ours alone at so many records, e.g. 10000000")
    args = parser.parse_args()
    load = os.getloadavg()[0]
    head = "| | F1 | F1 hard | precision | recall | precision without review | s | s of processor | rows/s |"
    lines = [
        f"{args.records:,} records over ten bases, seed {args.seed}. Load average before: {load:.1f}. Hard pairs: their identity numbers do not agree after cleaning.",
        "",
    ]
    misses: list[str] = []
    first: Figures = {}
    for rate in args.rates:
        folder = made(args.records, args.seed, rate)
        # in turn, so that a slow minute of the machine hits both
        runs: dict[str, list[Figures]] = {"ours": [], "stock": []}
        for _ in range(max(1, min(args.rounds, 3))):
            runs["ours"].append(ours(folder))
            if not args.ours_only:
                runs["stock"].append(stock(folder))
        best = {name: min(found, key=lambda f: f["seconds"]) for name, found in runs.items() if found}
        first = first or best["ours"]
        lines += [
            f"Rates x {rate:g}:",
            "",
            head,
            "|---|---|---|---|---|---|---|---|---|",
            *(row(n, f) for n, f in best.items()),
            "",
        ]
        if "stock" in best:
            a, b = best["ours"], best["stock"]
            error = (1 - a["score"]["all"]["f1"]) / max(1e-9, 1 - b["score"]["all"]["f1"])
            hard = (1 - a["score"]["hard"]["f1"]) / max(1e-9, 1 - b["score"]["hard"]["f1"])
            lines += [
                f"Error of ours {error:.2f} of the peer's (limit 0.5), on hard pairs {hard:.2f}; {b['seconds'] / a['seconds']:.2f} times as fast (limit 2), "
                f"{b['processor'] / a['processor']:.2f} in time of the processor. The peer at its best threshold {b['threshold']}; {b['unblocked']:.0%} of what it misses is in no block.",
                "",
            ]
        kinds = sorted(best["ours"]["score"]["kinds"].items(), key=lambda k: -k[1]["missed"])[:12]
        misses.append(
            f"Missed by ours at x {rate:g}, by kind of error in the pair: "
            + ", ".join(f"{k} {v['missed']:,} of {v['pairs']:,}" for k, v in kinds)
            + "."
        )
    lines += [*misses, ""]
    if args.slope:
        found = ours(made(args.slope, args.seed, args.rates[0]))
        per = (found["seconds"] / args.slope) / (first["seconds"] / args.records)
        lines += [
            head,
            "|---|---|---|---|---|---|---|---|---|",
            row(f"ours, {args.slope:,} records", found),
            "",
            f"Time per row {per:.2f} times that at {args.records:,} records (limit 1.3); most memory {found['memory']:.1f} GB (limit 24).",
            "",
        ]
    _common.record("Linkage of persons", lines)


if __name__ == "__main__":
    main()
