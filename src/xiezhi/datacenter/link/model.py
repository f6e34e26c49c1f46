"""The model: how much each level of each comparison says, and how those numbers are learned from the file itself.

A model is kept as settings of Splink (JSON), and Splink gives the same weights from it. What is learned are the m of each level and
the chance that a pair that was looked at is one person: records with a valid number, the number hidden, are held against everybody like
records without one, and the number then tells which pairs were right. What the model held before draws every weight toward itself, so
that a small file changes little.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from math import log2
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from xiezhi.datacenter.link.comparisons import COMPARISONS

SHIPPED = Path(__file__).parent / "data" / "model.json"
LN2 = 0.6931471805599453
LOOSE, TIGHT = 1.2, 0.3
FEWEST = 50
COMMON = log2(next(comparison.levels[0].u for comparison in COMPARISONS if comparison.frequency))
HONEST = 9.0


@dataclass(frozen=True)
class Model:
    """Weights in bits: `chance` of a pair before anything is compared, one weight a level (most alike first), and of rare names."""

    chance: float
    weights: dict[str, tuple[float, ...]]
    rarity: float
    common: float
    learned: dict[str, Any] = field(default_factory=dict)

    def weight_sql(self) -> str:
        """SQL over the columns of `judged` giving a pair's weight in bits."""
        parts = [f"CAST({self.chance!r} AS DOUBLE)"]
        for comparison in COMPARISONS:
            weights = self.weights[comparison.name]
            whens = " ".join(f"WHEN {len(weights) - 1 - place} THEN {weight!r}" for place, weight in enumerate(weights))
            parts.append(f"CAST(CASE {comparison.name} {whens} ELSE 0.0 END AS DOUBLE)")
        parts.append(
            f"CAST(CASE WHEN rarity < 0 THEN {self.rarity!r} * ({self.common!r} - rarity) ELSE 0.0 END AS DOUBLE)"
        )
        return "(" + " + ".join(parts) + ")"

    def splink(self) -> dict[str, Any]:
        """Settings for Splink's Linker; the pair's columns are those of table `persona`."""
        made = []
        for comparison in COMPARISONS:
            levels: list[dict[str, Any]] = [
                {"sql_condition": comparison.null, "label_for_charts": "无从比较", "is_null_level": True}
            ]
            for place, (level, weight) in enumerate(zip(comparison.levels, self.weights[comparison.name], strict=True)):
                u = min(level.u, 2.0 ** -max(weight, 0.0) * 0.999)
                entry: dict[str, Any] = {
                    "sql_condition": level.condition or "ELSE", "label_for_charts": level.title,
                    "m_probability": u * 2.0**weight, "u_probability": u,
                }  # fmt: skip
                if comparison.frequency and place == 0:
                    entry |= {
                        "tf_adjustment_column": comparison.frequency,
                        "tf_adjustment_weight": self.rarity,
                        "tf_minimum_u_value": 2.0**-24,
                    }
                levels.append(entry)
            made.append(
                {
                    "output_column_name": comparison.name,
                    "comparison_description": comparison.title,
                    "comparison_levels": levels,
                }
            )
        return {
            "link_type": "dedupe_only", "unique_id_column_name": "pid", "comparisons": made, "blocking_rules_to_generate_predictions": [],
            "probability_two_random_records_match": 1 / (1 + 2.0**-self.chance),
        }  # fmt: skip

    def to_json(self) -> str:
        kept = {
            "chance": self.chance, "rarity": self.rarity, "learned": self.learned,
            "weights": {comparison.name: dict(zip([level.title for level in comparison.levels], self.weights[comparison.name], strict=True))
                        for comparison in COMPARISONS},
        }  # fmt: skip
        return json.dumps(kept, ensure_ascii=False, indent=1)


def beginning() -> Model:
    """The model as the definition of the comparisons has it, before any learning."""
    weights = {
        comparison.name: tuple(log2(level.m / level.u) for level in comparison.levels) for comparison in COMPARISONS
    }
    return Model(chance=-4.0, weights=weights, rarity=0.7, common=COMMON)


def load(path: Path | None = None) -> Model:
    """The model of a file; the shipped one where no file is named."""
    file = path or SHIPPED
    if not file.exists() and path is None:
        return beginning()
    return from_dict(json.loads(file.read_text(encoding="utf-8")))


def from_dict(kept: dict[str, Any]) -> Model:
    """The model of what `to_json` wrote."""
    weights = {
        comparison.name: tuple(float(kept["weights"][comparison.name][level.title]) for level in comparison.levels)
        for comparison in COMPARISONS
    }
    return Model(float(kept["chance"]), weights, float(kept["rarity"]), COMMON, kept.get("learned", {}))


def learn(start: Model, patterns: pa.Table) -> Model:
    """The model after seeing patterns of levels with how many pairs were one person (`yes`) and how many not (`no`)."""
    yes, no = (np.asarray(patterns[column].to_numpy(), dtype=np.float64) for column in ("yes", "no"))
    facts = {"pairs": int((yes + no).sum()), "matches": int(yes.sum())}
    if yes.sum() < FEWEST or no.sum() < FEWEST:
        return replace(start, learned=facts | {"used": False})
    columns, prior, spread, places = [np.ones(len(yes))], [start.chance], [8.0], []
    for comparison in COMPARISONS:
        levels = np.asarray(patterns[comparison.name].to_numpy())
        for place, weight in enumerate(start.weights[comparison.name]):
            columns.append((levels == len(comparison.levels) - 1 - place).astype(np.float64))
            prior.append(weight)
            spread.append(1e-6 if comparison.fixed else LOOSE)
            places.append((comparison.name, place))
    rarity = np.asarray(patterns["rarity"].to_numpy(), dtype=np.float64)
    columns.append(np.where(rarity < 0, start.common - rarity, 0.0))
    prior.append(start.rarity)
    spread.append(TIGHT)
    design = np.stack(columns, axis=1)
    found = np.asarray(prior) * LN2
    center, tight = found.copy(), 1 / (np.asarray(spread) * LN2) ** 2
    named, other = yes, no
    for step in range(3):
        score = design @ found
        yes = named / (1 + np.exp(-(score - found[0] + HONEST * LN2)))
        if step:
            no = np.where(score > 7.6, 0.0, other)
        found = _newton(design, yes, no, center, tight)
    bits = found / LN2
    weights: dict[str, list[float]] = {comparison.name: [] for comparison in COMPARISONS}
    for (name, _), value in zip(places, bits[1:-1], strict=True):
        weights[name].append(round(float(value), 4))
    return Model(
        round(float(bits[0]), 4), {name: tuple(values) for name, values in weights.items()}, round(float(bits[-1]), 4), start.common,
        facts | {"used": True},
    )  # fmt: skip


def _newton(design: np.ndarray, yes: np.ndarray, no: np.ndarray, center: np.ndarray, tight: np.ndarray) -> np.ndarray:
    """Largest a-posteriori weights of a logistic model with Gaussian priors."""
    found, total = center.copy(), yes + no

    def loss(at: np.ndarray) -> float:
        score = design @ at
        return float((total * np.logaddexp(0, score) - yes * score).sum() + 0.5 * (tight * (at - center) ** 2).sum())

    now = loss(found)
    for _ in range(60):
        chance = 1 / (1 + np.exp(-(design @ found)))
        slope = design.T @ (total * chance - yes) + tight * (found - center)
        bend = (design * (total * chance * (1 - chance))[:, None]).T @ design + np.diag(tight)
        step = np.linalg.solve(bend, slope)
        scale = 1.0
        while scale > 1e-4 and loss(found - scale * step) > now:
            scale /= 2
        found = found - scale * step
        before, now = now, loss(found)
        if before - now < 1e-6 * abs(now):
            break
    return found
