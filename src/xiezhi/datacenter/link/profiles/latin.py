"""Records in the columns of the province whose names are in Latin letters: the profile for FEBRL, reached by the same command."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from xiezhi.datacenter.link.profiles import febrl

if TYPE_CHECKING:
    from xiezhi.datacenter.link.engine import Result

__all__ = ["run", "suits"]

LATIN = re.compile(r"[A-Za-zÀ-ɏ' .,-]+")
LOOKED_AT = 2_000


def suits(files: list[str]) -> bool:
    """Whether nine tenths of the names at the beginning of the files are in Latin letters."""
    latin = seen = 0
    for file in files:
        with pq.ParquetFile(file) as source:
            if "name" not in source.schema_arrow.names:
                continue
            for batch in source.iter_batches(LOOKED_AT, columns=["name"]):
                names = [str(value) for value in batch.column(0).to_pylist() if value and str(value).strip()]
                seen += len(names)
                latin += sum(LATIN.fullmatch(name) is not None for name in names)
                break
    return seen > 0 and latin >= seen * 0.9


def fields(records: pa.Table) -> pa.Table:
    """The columns of the profile: the first word of the name and the rest, the number before the street, the division as postcode."""
    rows = records.num_rows

    def column(name: str) -> list[str]:
        if name not in records.column_names:
            return [""] * rows
        return [str(value) if value is not None else "" for value in records[name].to_pylist()]

    names = [value.replace(",", " ").split() for value in column("name")]
    streets = [re.fullmatch(r"\s*(\d*)[\s,]*(.*)", value, re.DOTALL) for value in column("address")]
    none = pa.nulls(rows, pa.string())
    return pa.table(
        {
            "record_id": pa.array(column("record_id"), pa.string()),
            "given_name": pa.array([parts[0] if parts else None for parts in names], pa.string()),
            "surname": pa.array([" ".join(parts[1:]) or None for parts in names], pa.string()),
            "street_number": pa.array([found[1] if found else None for found in streets], pa.string()),
            "address_1": pa.array([found[2] if found else None for found in streets], pa.string()),
            "address_2": none, "suburb": none, "state": none,
            "postcode": pa.array(column("division"), pa.string()),
            "date_of_birth": pa.array(column("birth_date"), pa.string()),
            "soc_sec_id": pa.array(column("id_no"), pa.string()),
        }
    )  # fmt: skip


def run(files: list[str], target: Path) -> Result:
    """Link the files and write clusters.parquet, review.parquet, report.json and report.md as the engine does."""
    from xiezhi.datacenter.link import engine, model, outputs, score

    begun = perf_counter()
    wanted = ("record_id", "name", "address", "division", "birth_date", "id_no")
    parts = [pq.read_table(f, columns=[c for c in wanted if c in pq.read_schema(f).names]) for f in files]
    table = fields(pa.concat_tables(parts, promote_options="permissive"))
    place = {record: row for row, record in reversed(list(enumerate(table["record_id"].to_pylist())))}
    repeated = table.num_rows - len(place)
    table = table.take(sorted(place.values()))
    read = perf_counter()
    pairs = febrl.link([table])
    weighed = perf_counter()
    records = table["record_id"].to_pylist()
    grouped = febrl.clusters(records, pairs, single=False)
    home = dict(zip(grouped["record_id"].to_pylist(), grouped["cluster_id"].to_pylist(), strict=True))
    best: dict[str, tuple[float, str]] = {}
    linked = []
    for a, b, probability in zip(*(pairs[name].to_pylist() for name in pairs.column_names), strict=True):
        linked.append(home[a] == home[b])
        if linked[-1]:
            for one, other in ((a, b), (b, a)):
                best.setdefault(one, (probability, other))
    ties = [best.get(record) for record in records]
    clusters = pa.table(
        {
            "record_id": pa.array(records, pa.string()),
            "cluster_id": pa.array([home[record] for record in records], pa.string()),
            "rule": pa.array(["probability" if tie else "alone" for tie in ties], pa.string()),
            "zone": pa.array(["review" if tie and tie[0] < febrl.CERTAIN else "auto" for tie in ties], pa.string()),
            "probability": pa.array([tie[0] if tie else None for tie in ties], pa.float64()),
            "weight": pa.nulls(len(records), pa.float64()),
            "partner_record_id": pa.array([tie[1] if tie else None for tie in ties], pa.string()),
            "met_by": pa.nulls(len(records), pa.string()),
            "evidence": pa.nulls(len(records), pa.string()),
        }
    )
    doubtful = [p < febrl.CERTAIN or not done for p, done in zip(pairs["probability"].to_pylist(), linked, strict=True)]
    review = pairs.append_column("linked", pa.array(linked, pa.bool_())).filter(pa.array(doubtful, pa.bool_()))
    for name, side in (("cluster_id", "record_id"), ("partner_cluster_id", "partner_record_id")):
        review = review.append_column(name, pa.array([home[r] for r in review[side].to_pylist()], pa.string()))
    outcome = ["已关联" if done else "与组内其他记录矛盾" for done in review["linked"].to_pylist()]
    review = review.append_column("outcome", pa.array(outcome, pa.string()))
    for name, kind in (("weight", pa.float64()), ("met_by", pa.string()), ("evidence", pa.string())):
        review = review.append_column(name, pa.nulls(review.num_rows, kind))
    sure = sum(p >= febrl.CERTAIN for p in pairs["probability"].to_pylist())
    counts = {
        "records": len(records), "repeated": repeated, "clusters": len(set(home.values())), "pairs": pairs.num_rows, "entities": len(records),
        "anchors": 0, "links": sum(linked), "links_auto": sure, "review": review.num_rows, "two_numbers": 0, "contradicted": linked.count(False),
    }  # fmt: skip
    limits = score.Thresholds(febrl.THRESHOLD, febrl.CERTAIN, febrl.THRESHOLD, float("nan"), float("nan"), 0)
    stages = {
        "读取": round(read - begun, 3),
        "比较": round(weighed - read, 3),
        "归人": round(perf_counter() - weighed, 3),
    }
    used = model.load(None)
    with outputs.whole(target) as folder:
        pq.write_table(clusters, folder / "clusters.parquet")
        pq.write_table(review, folder / "review.parquet")
        facts = {
            "engine": "duckdb", "profile": "latin", "files": len(files), "counts": counts, "thresholds": asdict(limits), "stages": stages,
            "seconds": round(perf_counter() - begun, 3), "options": {},
        }  # fmt: skip
        clean = json.loads(json.dumps(facts), parse_constant=lambda _: None)
        (folder / "report.json").write_text(json.dumps(clean, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        lines = [
            "# 人员关联报告",
            "",
            "- 姓名为拉丁字母，按相应方案关联。",
            f"- 记录 {counts['records']:,} 条，归为 {counts['clusters']:,} 人；待人工复核 {counts['review']:,} 对。",
        ]
        (folder / "report.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return engine.Result(target, counts, limits, stages, used)
