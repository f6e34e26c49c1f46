"""Says in plain Chinese why two records were held to be one person, or not."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from xiezhi.datacenter.link.comparisons import COMPARISONS
from xiezhi.datacenter.link.model import Model

START, RARITY = "chance", "rarity"


@dataclass(frozen=True)
class Step:
    """One step of a waterfall: what was compared, how it came out, and what it adds in bits (1 doubles the odds)."""

    key: str
    title: str
    finding: str
    bits: float
    total: float


def evidence(model: Model, levels: Mapping[str, int], rarity: int) -> str:
    """A pair's levels and weights as compact JSON: {"chance": bits, "name": [level, bits], …}; what says nothing is left out."""
    made: dict[str, Any] = {START: round(model.chance, 2)}
    for comparison in COMPARISONS:
        level = int(levels[comparison.name])
        if level >= 0:
            weights = model.weights[comparison.name]
            made[comparison.name] = [level, round(weights[len(weights) - 1 - level], 2)]
    if rarity < 0:
        made[RARITY] = [rarity, round(model.rarity * (model.common - rarity), 2)]
    return json.dumps(made, separators=(",", ":"))


def waterfall(pair: Mapping[str, Any] | str) -> list[Step]:
    """The steps from the evidence of a link (the JSON itself, or a row of clusters.parquet or review.parquet)."""
    text = pair if isinstance(pair, str) else pair.get("evidence")
    if not text:
        return []
    found = json.loads(text)
    total = float(found.get(START, 0.0))
    steps = [Step(START, "比较之前", "同在一个候选组中的两条记录是同一人的可能", total, total)]
    for comparison in COMPARISONS:
        if comparison.name in found:
            level, bits = found[comparison.name]
            total = round(total + bits, 2)
            steps.append(
                Step(
                    comparison.name,
                    comparison.title,
                    comparison.levels[len(comparison.levels) - 1 - level].title,
                    bits,
                    total,
                )
            )
            if comparison.name == "name" and RARITY in found:
                rarity, bits = found[RARITY]
                total = round(total + bits, 2)
                steps.append(Step(RARITY, "姓名常见程度", f"约每 {2**-rarity:,} 条记录中有一条用此姓名", bits, total))
    return steps


def sentence(pair: Mapping[str, Any] | str) -> str:
    """The evidence in one line, strongest first."""
    steps = sorted(waterfall(pair)[1:], key=lambda step: -abs(step.bits))
    return "；".join(f"{step.title}{step.finding}（{step.bits:+.1f}）" for step in steps)
