"""Linking from beginning to end: Parquet files in, clusters and a report out."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any

from xiezhi.datacenter.link import (
    blocks,
    clusters,
    compare,
    engines,
    groups,
    incremental,
    model,
    outputs,
    prepare,
    score,
)
from xiezhi.datacenter.link.profiles import latin

Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class Options:
    """How to link. `threads` 0 and `memory` "" leave the choice to the engine; `sample` is how many persons are drawn to learn from."""

    threads: int = 0
    memory: str = ""
    sample: int = 25_000
    model: Path | None = None
    learn: bool = True
    state: bool = False
    work: Path | None = None


@dataclass(frozen=True)
class Result:
    """What a run found and where it lies."""

    folder: Path
    counts: dict[str, int]
    thresholds: score.Thresholds
    stages: dict[str, float]
    model: model.Model = field(repr=False)

    @property
    def clusters(self) -> Path:
        return self.folder / "clusters.parquet"

    @property
    def review(self) -> Path:
        return self.folder / "review.parquet"


def run(
    input_folder: Path | str, output_folder: Path | str, *, engine: str | engines.Engine | None = None, options: Options | None = None,
    progress: Progress | None = None,
) -> Result:  # fmt: skip
    """Link all Parquet files of a folder and write clusters.parquet, review.parquet, report.json and report.md (and the state for
    `incremental.match` if asked). Records whose names are in Latin letters go to the profile for them.

    Raises `prepare.InputError` when the folder cannot be linked. What stood in the output folder stays until everything is written.
    """
    options = options or Options()
    source, target = Path(input_folder), Path(output_folder)
    files = prepare.files_of(source)
    if not options.state and latin.suits(files):
        return latin.run(files, target)
    target.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=".link-", dir=options.work or target))
    own = engine is None or isinstance(engine, str)
    at: engines.Engine | None = None
    try:
        at = engines.engine_for(work, engine or "", threads=options.threads, memory=options.memory) if own else engine  # type: ignore[arg-type,assignment]
        assert at is not None
        return _run(at, files, target, options, progress or (lambda stage, seconds: None))
    finally:
        if at is not None and own:
            at.close()
        shutil.rmtree(work, ignore_errors=True)


def _run(engine: engines.Engine, files: list[str], target: Path, options: Options, progress: Progress) -> Result:
    stages: dict[str, float] = {}
    begun = last = perf_counter()

    def done(stage: str) -> None:
        nonlocal last
        now = perf_counter()
        stages[stage] = round(now - last, 3)
        last = now
        progress(stage, stages[stage])

    counts: dict[str, Any] = dict(prepare.read(engine, files))
    done("读取")
    with ThreadPoolExecutor(1) as beside:
        rest = beside.submit(prepare.normalize_rest, engine.aside())
        prepare.normalize_all(engine)
        done("规范化")
        counts |= groups.group(engine, options.sample if options.learn else 0, rest.result)
    done("按号码归并")
    counts["pairs"] = blocks.pairs(engine)
    done("找候选对")
    compare.personas(engine)
    compare.judge(engine)
    done("比较")
    start = model.load(options.model)
    used = score.learn(engine, start) if options.learn else start
    score.weigh(engine, used)
    limits = score.thresholds(engine)
    done("学习与计权")
    edges = engine.arrow("SELECT lid, ent, anchor, chance, weight FROM edge WHERE lid > 0")
    joined, outcome = clusters.join(edges, engine.arrow("SELECT lid, ent FROM against"), limits.link, limits.auto)
    done("归人")
    with outputs.whole(target) as part:
        counts |= outputs.clusters(engine, used, limits, joined, outcome, part)
        if options.state:
            incremental.save(engine, used, limits, part / "state")
        done("写出")
        facts = {
            "engine": engine.name, "files": len(files), "counts": counts, "thresholds": asdict(limits), "stages": stages,
            "seconds": round(perf_counter() - begun, 3), "options": {key: value for key, value in asdict(options).items() if key != "work"},
        }  # fmt: skip
        outputs.report(part, facts, used)
    return Result(target, counts, limits, stages, used)
