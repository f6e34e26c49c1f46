"""Writes what linking found: clusters, the pairs a person should look at, and the report. Files appear whole or not at all."""

from __future__ import annotations

import json
import math
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa

from xiezhi.datacenter.link import explain
from xiezhi.datacenter.link.blocks import BLOCKS
from xiezhi.datacenter.link.comparisons import COMPARISONS
from xiezhi.datacenter.link.engines import Engine
from xiezhi.datacenter.link.model import Model
from xiezhi.datacenter.link.score import LEVELS, Thresholds

STATES = {0: "低于门槛", 1: "已关联", 2: "已在同一人下", 3: "两个不同的有效号码", 4: "与组内其他记录矛盾"}
PATTERN = pa.schema(
    [*[(comparison.name, pa.int32()) for comparison in COMPARISONS], ("rarity", pa.int32()), ("evidence", pa.string())]
)


@contextmanager
def whole(folder: Path) -> Iterator[Path]:
    """A folder to write into; on leaving, its files take the place of those of the same name in `folder`. Leftovers of a run cut short go."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob(".partial-*"):
        shutil.rmtree(old, ignore_errors=True)
    part = folder / f".partial-{uuid.uuid4().hex[:8]}"
    part.mkdir()
    try:
        yield part
        (folder / "report.json").unlink(missing_ok=True)
        made = [path for path in part.rglob("*") if path.is_file()]
        for path in sorted(made, key=lambda path: path.name == "report.json"):
            target = folder / path.relative_to(part)
            target.parent.mkdir(parents=True, exist_ok=True)
            os.replace(path, target)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def clusters(
    engine: Engine, model: Model, limits: Thresholds, joined: pa.Table, outcome: pa.Table, folder: Path
) -> dict[str, int]:
    """clusters.parquet and review.parquet; counts for the report."""

    def told(batch: pa.RecordBatch) -> pa.RecordBatch:
        rows = batch.to_pylist()
        texts = [explain.evidence(model, row, row["rarity"]) for row in rows]
        kept = [batch.column(place).cast(pa.int32()) for place in range(batch.num_columns)]
        return pa.record_batch([*kept, pa.array(texts, pa.string())], schema=PATTERN)

    engine.put("joined", joined)
    engine.put("outcome", outcome)
    engine.map("told", f"SELECT {LEVELS}, rarity FROM edge WHERE lid > 0 GROUP BY {LEVELS}, rarity", told, PATTERN)
    same = " AND ".join(
        f"e.{column} = p.{column}" for column in [*(comparison.name for comparison in COMPARISONS), "rarity"]
    )
    engine.table(
        "shown",
        f"SELECT e.lid, e.ent, e.block, e.weight, e.chance, o.state, p.evidence FROM edge e JOIN outcome o ON e.lid = o.lid AND e.ent = o.ent"
        f" JOIN told p ON {same} WHERE e.lid > 0",
    )
    engine.table("named_by", "SELECT ent, min(rid) AS rid FROM held GROUP BY ent")
    engine.table(
        "led",
        "SELECT t.ent, t.rid, t.core, min(t.rid) OVER (PARTITION BY t.leader) AS head, count(*) OVER (PARTITION BY t.leader) AS parts FROM"
        " (SELECT n.ent, n.rid, coalesce(j.leader, n.ent) AS leader, coalesce(j.core, 1) AS core FROM named_by n LEFT JOIN joined j ON n.ent = j.ent) t",
    )
    engine.table(
        "tie",
        """SELECT ent, max_by(other, rank) AS other, max_by(chance, rank) AS chance, max_by(weight, rank) AS weight,
          max_by(evidence, rank) AS evidence, max_by(block, rank) AS block FROM (
          SELECT *, 2.0 * chance + weight / 1000.0 - other / 1.0e15 AS rank FROM (
            SELECT lid AS ent, ent AS other, chance, weight, evidence, block FROM shown WHERE state IN (1, 2)
            UNION ALL SELECT ent, lid AS other, chance, weight, evidence, block FROM shown WHERE state IN (1, 2)) u) t GROUP BY ent""",
    )
    title = "CASE {0} " + " ".join(f"WHEN {place} THEN '{block.title}'" for place, block in enumerate(BLOCKS)) + " END"
    query = f"""SELECT r.record_id, f.record_id AS cluster_id,
          CASE WHEN h.anchor = 1 OR h.rid <> n.rid THEN 'number' WHEN t.ent IS NOT NULL THEN 'probability' ELSE 'alone' END AS rule,
          CASE WHEN h.anchor = 1 OR t.ent IS NULL OR (t.chance >= {limits.auto!r} AND n.core = 1) THEN 'auto' ELSE 'review' END AS zone,
          CASE WHEN h.anchor = 0 THEN t.chance END AS probability, CASE WHEN h.anchor = 0 THEN t.weight END AS weight,
          CASE WHEN h.anchor = 0 AND t.ent IS NOT NULL THEN o.record_id WHEN h.rid <> n.rid THEN c.record_id END AS partner_record_id,
          CASE WHEN h.anchor = 0 AND t.ent IS NOT NULL THEN {title.format("t.block")} END AS met_by,
          CASE WHEN h.anchor = 0 THEN t.evidence END AS evidence
        FROM held h JOIN raw r ON h.rid = r.rid JOIN led n ON h.ent = n.ent JOIN raw f ON n.head = f.rid JOIN raw c ON n.rid = c.rid
        LEFT JOIN tie t ON h.ent = t.ent LEFT JOIN named_by m ON t.other = m.ent LEFT JOIN raw o ON m.rid = o.rid"""
    engine.write(query, folder / "clusters.parquet")
    states = "CASE s.state " + " ".join(f"WHEN {state} THEN '{words}'" for state, words in STATES.items()) + " END"
    engine.write(
        f"""SELECT a.record_id, b.record_id AS partner_record_id, ca.record_id AS cluster_id, cb.record_id AS partner_cluster_id,
          s.chance AS probability, s.weight, s.state IN (1, 2) AS linked, {states} AS outcome, {title.format("s.block")} AS met_by, s.evidence
        FROM shown s JOIN led x ON s.lid = x.ent JOIN led y ON s.ent = y.ent JOIN raw a ON x.rid = a.rid JOIN raw b ON y.rid = b.rid
        JOIN raw ca ON x.head = ca.rid JOIN raw cb ON y.head = cb.rid
        WHERE s.chance >= {limits.look!r} AND (s.state IN (3, 4) OR s.chance < {limits.auto!r}) ORDER BY abs(s.chance - 0.5), a.record_id, b.record_id""",
        folder / "review.parquet",
    )
    facts = engine.arrow(
        f"""SELECT (SELECT count(DISTINCT head) FROM led) AS clusters, (SELECT count(*) FROM shown WHERE state = 1) AS links,
          (SELECT count(*) FROM shown WHERE state = 1 AND chance >= {limits.auto!r}) AS links_auto,
          (SELECT count(*) FROM shown WHERE state IN (3, 4) OR chance < {limits.auto!r}) AS review,
          (SELECT count(*) FROM shown WHERE state = 3) AS two_numbers, (SELECT count(*) FROM shown WHERE state = 4) AS contradicted"""
    ).to_pylist()[0]
    return {key: int(value) for key, value in facts.items()}


def _known(value: float) -> float | None:
    return None if isinstance(value, float) and math.isnan(value) else value


def report(folder: Path, facts: dict[str, Any], model: Model) -> None:
    """report.json and report.md."""
    cleaned = json.loads(json.dumps(facts, default=str), parse_constant=lambda _: None)
    cleaned["model"] = json.loads(model.to_json())
    (folder / "report.json").write_text(json.dumps(cleaned, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    counts, limits = facts["counts"], facts["thresholds"]

    def part(value: float) -> str:
        return "样本不足，未估计" if _known(value) is None else f"{value:.4%}"

    lines = [
        "# 人员关联报告", "",
        f"- 记录 {counts['records']:,} 条，归为 {counts['clusters']:,} 人。",
        f"- 按号码与姓名归并后为 {counts['entities']:,} 组，其中持有有效号码的 {counts['anchors']:,} 组；其余记录逐对比较 {counts['pairs']:,} 对。",
        f"- 按概率关联 {counts['links']:,} 处，其中无需复核 {counts['links_auto']:,} 处；待人工复核 {counts['review']:,} 对。",
        f"- 因两个不同的有效号码而未合并 {counts['two_numbers']:,} 对；因与组内其他记录矛盾而未合并 {counts['contradicted']:,} 对。",
        f"- 关联门槛 {limits['link']:.4f}，免复核门槛 {limits['auto']:.4f}；试验记录 {limits['tried']:,} 条，"
        f"预期正确率 {part(limits['expected'])}，免复核部分 {part(limits['expected_auto'])}。",
        f"- 重复的 record_id {counts['repeated']:,} 行，只取一行。" if counts["repeated"] else "- 没有重复的 record_id。",
        f"- 引擎 {facts['engine']}，共 {facts['seconds']:.1f} 秒。", "", "| 步骤 | 秒 |", "|---|---:|",
    ]  # fmt: skip
    lines += [f"| {stage} | {seconds:.2f} |" for stage, seconds in facts["stages"].items()]
    lines += ["", "| 比较 | 结果 | 权重（比特） |", "|---|---|---:|"]
    for comparison in COMPARISONS:
        for level, weight in zip(comparison.levels, model.weights[comparison.name], strict=True):
            lines.append(f"| {comparison.title} | {level.title} | {weight:+.2f} |")
    (folder / "report.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
