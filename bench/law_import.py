"""Importing the collection of statutes: reading, parsing, storing, citations, index; beside COPY of the bare texts.

Needs the collection beside the checkout (../shared/data/statutes), or --source PATH. Limit: 2,718 versions in 180 s.
"""

from __future__ import annotations

import argparse
import gzip
import json
import time
from pathlib import Path

import _common

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--rounds", type=int, default=1)
parser.add_argument(
    "--source", default=str(_common.REPOSITORY.parent / "shared" / "data" / "statutes" / "statutes.jsonl.gz")
)
args = parser.parse_args()
if not Path(args.source).exists():
    raise SystemExit("No collection of statutes here; name one with --source")
_common.start("law-import")

from django.db import connection  # noqa: E402

from xiezhi.kernel.law import importing, models  # noqa: E402


def bare() -> float:
    """The same file read and its texts written by COPY into one table, nothing else."""
    begun = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE bare (title text, body text)")
        with gzip.open(args.source, "rt", encoding="utf-8") as lines, cursor.copy("COPY bare FROM STDIN") as copy:  # type: ignore[attr-defined]
            for line in lines:
                record = json.loads(line)
                copy.write_row((record["title"], record["text"]))
        cursor.execute("DROP TABLE bare")
    return time.perf_counter() - begun


begun, cpu = time.perf_counter(), time.process_time()
first = importing.run(args.source, lambda *a: None)
whole, used = time.perf_counter() - begun, time.process_time() - cpu
begun = time.perf_counter()
again = importing.run(args.source, lambda *a: None)
second = time.perf_counter() - begun
plain = _common.median([bare() for _ in range(3)])
versions, provisions = models.Version.objects.count(), models.Provision.objects.count()
lines = [
    f"{first.read:,} texts read, {first.added:,} versions added, {first.refused:,} refused; {versions:,} versions, "
    f"{provisions:,} provisions, {models.Reference.objects.count():,} citations in the library.", "",
    "| what | figure | limit |", "|---|---|---|",
    f"| import with citations and search index | {whole:.0f} s ({used:.0f} s of processor), {whole / 180:.0%} of the limit | 180 s |",
    f"| the same again: {again.added} added, {again.changed} changed | {second:.1f} s | |",
    f"| bare COPY of the texts | {plain:.1f} s; the import takes {whole / plain:.0f} times as long | |",
]  # fmt: skip
_common.record("Import of the law library", lines)
