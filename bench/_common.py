"""What benchmarks share: a server of their own with durable settings, interleaved rounds, and the results file."""

from __future__ import annotations

import argparse
import atexit
import datetime as dt
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
RESULTS = REPOSITORY / "bench" / "RESULTS.md"


def arguments(text: str, **sizes: int) -> argparse.Namespace:
    """`--rounds` and one option per size."""
    parser = argparse.ArgumentParser(description=text)
    parser.add_argument("--rounds", type=int, default=5)
    for name, default in sizes.items():
        parser.add_argument(f"--{name}", type=int, default=default)
    return parser.parse_args()


def start(name: str) -> Path:
    """A migrated database on a server of its own, fsync on; Django is set up on it. Removed at exit."""
    home = Path(os.environ.get("XIEZHI_BENCH_HOME") or tempfile.mkdtemp(prefix=f"xz-bench-{name}-"))
    os.environ["XIEZHI_HOME"] = str(home)
    for variable in ("DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_ERASER_URL"):
        os.environ.pop(variable, None)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xiezhi.config.settings")
    from xiezhi import pg

    server = pg.Server(home, settings={"shared_buffers": "1GB", "max_wal_size": "4GB", "work_mem": "32MB"})
    server.start()

    def stop() -> None:
        from django.db import connections

        connections.close_all()
        server.stop("fast")
        if "XIEZHI_BENCH_HOME" not in os.environ:
            shutil.rmtree(home, ignore_errors=True)

    atexit.register(stop)
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
    return home


def interleaved(rounds: int, runs: Mapping[str, Callable[[], float]]) -> dict[str, list[float]]:
    """Every run once per round, in turn, so that a slow minute of the machine hits all of them."""
    out: dict[str, list[float]] = {name: [] for name in runs}
    for number in range(rounds):
        for name, run in runs.items():
            out[name].append(run())
        print(f"round {number + 1}: " + ", ".join(f"{n} {v[-1]:,.3f}" for n, v in out.items()), flush=True)
    return out


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


def record(title: str, lines: Sequence[str]) -> None:
    """Replace the section `title` in RESULTS.md and print it."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, cwd=REPOSITORY
    ).stdout.strip()
    stamp = f"{dt.datetime.now(dt.UTC).date().isoformat()}, {commit}, {os.cpu_count()} cores, Python {platform.python_version()}"
    section = [f"## {title}", "", f"Measured {stamp}.", "", *lines, ""]
    text = (
        RESULTS.read_text()
        if RESULTS.exists()
        else "# Results\n\nWritten by `xiezhi bench`; medians of interleaved rounds.\n\n"
    )
    head, *rest = text.split("\n## ")
    kept = [r for r in rest if r.split("\n", 1)[0] != title]
    parts = sorted([*("## " + r.rstrip() + "\n" for r in kept), "\n".join(section)])
    RESULTS.write_text(head.rstrip() + "\n\n" + "\n".join(parts))
    print("\n".join(section), file=sys.stdout)
