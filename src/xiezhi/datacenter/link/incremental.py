"""Links a small batch of new records against what an earlier run holds, in seconds."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from xiezhi.datacenter.link.engines import Engine
from xiezhi.datacenter.link.model import Model
from xiezhi.datacenter.link.score import Thresholds


@dataclass(frozen=True)
class Match:
    """Where a new record belongs: an existing cluster, another new record's, or a new one; with the evidence, and rivals worth a look."""

    record_id: str
    cluster_id: str
    rule: str
    zone: str
    probability: float | None
    partner_record_id: str | None
    evidence: str | None


def save(engine: Engine, model: Model, limits: Thresholds, folder: Path) -> None:
    """Keep what `match` needs of a run."""
    raise ValueError("state")


def match(new_records: pa.Table, state_folder: Path | str) -> list[Match]:
    """Link 1 to 10,000 new records (columns as for a run) against the state of a run."""
    raise ValueError("state")
