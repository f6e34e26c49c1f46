"""Weighs the judged pairs, sets rivals against each other and finds from the drawn records how sure a link has to be."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import log2

import numpy as np
import pyarrow as pa

from xiezhi.datacenter.link import model as models
from xiezhi.datacenter.link.comparisons import COMPARISONS
from xiezhi.datacenter.link.engines import Engine

LEVELS = ", ".join(comparison.name for comparison in COMPARISONS)
FLOOR, LINKED, SURE = 0.02, 0.5, 0.998
ALONE, ALONE_AT, SMALLER = 2.0, 50_000, 0.6
"""Bits by which a pair is likelier one person where no file has valid numbers (all records of a person then meet one by one), in a file of
so many records, and how much more with each halving of the file."""
AUTO_PRECISION = 0.9993


@dataclass(frozen=True)
class Thresholds:
    """From `link` on a pair is linked, from `auto` on without review; below, down to `look`, it is only shown to a person."""

    link: float
    auto: float
    look: float
    expected: float
    expected_auto: float
    tried: int


def learn(engine: Engine, start: models.Model) -> models.Model:
    """The model after the drawn records of this file."""
    patterns = engine.arrow(
        f"SELECT {LEVELS}, rarity, CAST(sum(own) AS DOUBLE) AS yes, CAST(sum(1 - own) AS DOUBLE) AS no"
        f" FROM judged WHERE lid < 0 GROUP BY {LEVELS}, rarity ORDER BY {LEVELS}, rarity"
    )
    made = models.learn(start, patterns)
    if made.learned["used"]:
        return made
    facts = engine.arrow(
        "SELECT (SELECT count(*) FROM judged) AS pairs, (SELECT count(*) FROM held WHERE anchor = 1) AS anchored, (SELECT count(*) FROM held) AS records"
    ).to_pylist()[0]
    alone = facts["anchored"] <= facts["pairs"] / 100
    more = (ALONE if alone else 0.0) + SMALLER * log2(ALONE_AT / max(1, facts["records"]))
    learned = made.learned | {"without": "numbers"} if alone else made.learned
    return replace(made, chance=round(made.chance + min(5.0, max(-1.0, more)), 4), learned=learned)


def weigh(engine: Engine, model: models.Model) -> None:
    """Table `edge`: pairs with a chance worth a look (lid, ent, anchor, own, block, levels, rarity, weight, chance).

    Anchored groups that want the same record are rivals: their chances and that of none of them make one. Table `against`: pairs that
    speak clearly against being one person.
    """
    engine.table(
        "weighed",
        f"SELECT * FROM (SELECT lid, ent, anchor, own, block, {LEVELS}, rarity, {model.weight_sql()} AS weight FROM judged) t WHERE weight > -8",
    )
    engine.table(
        "edge",
        f"""SELECT * FROM (
          SELECT w.*, CASE WHEN w.anchor = 1 THEN power(2.0, least(w.weight, 200.0)) / (1.0 + r.rivals)
            ELSE 1.0 / (1.0 + power(2.0, -w.weight)) END AS chance
          FROM weighed w LEFT JOIN (
            SELECT lid, sum(power(2.0, least(weight, 200.0))) AS rivals FROM weighed WHERE anchor = 1 GROUP BY lid
          ) r ON w.lid = r.lid) t
        WHERE chance >= {FLOOR}""",
    )
    engine.table(
        "against",
        f"""SELECT lid, ent FROM (SELECT lid, ent, {model.weight_sql()} AS weight FROM judged WHERE lid > 0) t
        WHERE weight < -6 AND lid IN (SELECT lid FROM edge UNION SELECT ent FROM edge WHERE lid > 0)
          AND ent IN (SELECT ent FROM edge UNION SELECT lid FROM edge)""",
    )
    engine.drop("weighed")


def thresholds(engine: Engine) -> Thresholds:
    """How sure a link has to be, tried on the drawn records: each with its best group, right when that is its own.

    Records whose number is in doubt are not tried on: their own group may be somebody else's.
    """
    tried = engine.arrow(
        "SELECT own, chance FROM (SELECT own, chance, row_number() OVER (PARTITION BY lid ORDER BY round(chance, 9) DESC, own, ent) AS place"
        " FROM edge WHERE lid < 0 AND anchor = 1 AND lid IN (SELECT -rid FROM held WHERE drawn IS NOT NULL AND ent = owner)) t WHERE place = 1"
    )
    return _thresholds(tried)


def _thresholds(tried: pa.Table) -> Thresholds:
    chance = np.asarray(tried["chance"].to_numpy(), dtype=np.float64)
    right = np.asarray(tried["own"].to_numpy(), dtype=np.float64)
    if len(chance) < 2_000:
        return Thresholds(LINKED, SURE, FLOOR, float("nan"), float("nan"), len(chance))
    chance = (
        np.floor(chance * 1e9) / 1e9
    )  # engines differ in the last places of a power; equal chances count with the wrong ones first
    order = np.lexsort((right, -chance))
    chance, right = chance[order], right[order]
    sums = np.cumsum(right)
    count = np.arange(1, len(right) + 1)
    careful = (sums - 1) / count
    enough = np.flatnonzero((careful >= AUTO_PRECISION) & (chance >= 0.9))
    auto = min(0.9999, max(0.9, float(chance[enough[-1]]))) if len(enough) else 0.999
    link = LINKED
    used = chance >= link
    sure = chance >= auto
    return Thresholds(
        link, auto, FLOOR, float(right[used].mean()) if used.any() else float("nan"), float(right[sure].mean()) if sure.any() else float("nan"),
        len(chance),
    )  # fmt: skip
