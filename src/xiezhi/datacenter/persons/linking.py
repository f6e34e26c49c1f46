"""What the linkage engine is asked for and what it gives back, in the relations this app works with."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["Asked", "Linked", "Linker", "standard"]


@dataclass(frozen=True)
class Asked:
    """`inputs`: folder of all person records; `fresh`: folder of those that are new or changed, where only they are to be
    linked (None: everything anew); `state`: folder that lasts from one run to the next; `work`: folder of this run."""

    inputs: Path
    fresh: Path | None
    state: Path
    work: Path


@dataclass(frozen=True)
class Linked:
    """Text for FROM. `clusters`: record_id, cluster_id, how, weight; of every record, or with `partial` only of those whose
    new ones, whose cluster_id is a record id of the cluster they join and `partner` the record they fit. `pairs`: the gray zone (record_a, record_b, weight, probability,
    evidence as JSON text, two_numbers). `links`: record_a, record_b, weight of what was joined; empty: not told."""

    clusters: str
    pairs: str
    links: str
    model_version: str
    partial: bool = False


Linker = Callable[[Any, Asked], Linked]

TWO_NUMBERS = "两个不同的有效号码"
"""How the engine names the pair it did not join because each side owns a valid number."""
SURE = 60.0
"""Weight, in bits, of a link by number: stronger than any link by comparison."""


def standard(con: Any, asked: Asked) -> Linked:
    """The linkage engine of `link`: everything anew, or the new records against the state of the last full run."""
    if asked.fresh is not None and (asked.state / "state").is_dir():
        return _few(con, asked)
    from xiezhi.datacenter.link import engine

    result = engine.run(asked.inputs, asked.state, options=engine.Options(state=True, work=asked.work))
    clusters, review = _read(result.clusters), _read(result.review)
    return Linked(
        f"(SELECT record_id, cluster_id, upper(rule) AS how, weight FROM {clusters})",
        f"(SELECT record_id AS record_a, partner_record_id AS record_b, weight, probability, evidence, "
        f"outcome = {_text(TWO_NUMBERS)} AS two_numbers FROM {review})",
        f"(SELECT record_id AS record_a, partner_record_id AS record_b, coalesce(weight, {SURE}) AS weight FROM {clusters} "
        "WHERE partner_record_id IS NOT NULL AND partner_record_id <> record_id)",
        _version(asked.state),
    )


def _few(con: Any, asked: Asked) -> Linked:
    """Match the new records one by one. A new record joins the person of the record it fits, or others that are new too."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from xiezhi.datacenter.link import incremental

    assert asked.fresh is not None
    found = incremental.match(pq.read_table(asked.fresh), asked.state / "state")
    columns = ("record_id", "cluster_id", "partner", "how", "zone", "probability", "evidence")
    rows = [
        (m.record_id, m.cluster_id, m.partner_record_id, m.rule.upper(), m.zone, m.probability, m.evidence)
        for m in found
    ]
    types = [*[pa.string()] * 5, pa.float64(), pa.string()]
    con.register("matched_rows", pa.table(
        {name: pa.array([r[i] for r in rows], types[i]) for i, name in enumerate(columns)}
    ))  # fmt: skip
    con.execute("CREATE OR REPLACE TEMP TABLE matched AS SELECT * FROM matched_rows")
    con.unregister("matched_rows")
    weight = "CASE WHEN evidence IS NULL THEN NULL ELSE log2(greatest(probability, 1e-9) / greatest(1 - probability, 1e-9)) END"
    pairs = (
        f"(SELECT record_id AS record_a, partner AS record_b, {weight} AS weight, probability, evidence, "
        f"{_two_numbers()} AS two_numbers FROM matched WHERE zone = 'review' AND partner IS NOT NULL)"
    )
    links = (
        f"(SELECT record_id AS record_a, partner AS record_b, coalesce({weight}, {SURE}) AS weight FROM matched "
        "WHERE partner IS NOT NULL AND how <> 'ALONE')"
    )
    return Linked(
        f"(SELECT record_id, cluster_id, CASE WHEN how <> 'ALONE' THEN partner END AS partner, how, {weight} AS weight FROM matched)",
        pairs, links, _version(asked.state), partial=True,
    )  # fmt: skip


def _two_numbers() -> str:
    """SQL: whether the evidence says that each side has a valid number of its own."""
    from xiezhi.datacenter.link.comparisons import COMPARISONS

    levels = next(c for c in COMPARISONS if c.name == "identity").levels
    place = next((n for n, level in enumerate(levels) if level.title == TWO_NUMBERS), None)
    if place is None:
        return "false"
    return f"coalesce(TRY_CAST(json_extract(evidence, '$.identity[0]') AS INTEGER) = {len(levels) - 1 - place}, false)"


def _read(path: Path) -> str:
    return f"read_parquet({_text(str(path))})"


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _version(folder: Path) -> str:
    """Name of the model of a run: a hash of its parameters, so that the same parameters have the same name."""
    model = json.loads((folder / "report.json").read_text(encoding="utf-8"))["model"]
    return "link-" + hashlib.sha256(json.dumps(model, sort_keys=True).encode()).hexdigest()[:16]
