"""Real statutes for tests, read from beside the checkout where they are."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PATH = Path(__file__).resolve().parents[4] / "shared" / "data" / "statutes" / "statutes.jsonl.gz"


def records(every: int = 1, ids: frozenset[str] = frozenset()) -> Iterator[dict[str, Any]]:
    """Every nth record, or those of the ids."""
    with gzip.open(PATH, "rt", encoding="utf-8") as lines:
        for at, line in enumerate(lines):
            if (ids and line[8:20] not in ids) or (not ids and at % every):
                continue
            yield json.loads(line)
