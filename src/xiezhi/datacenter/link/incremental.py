"""Links a small batch of new records against what an earlier run holds, in seconds.

The new records meet only those rows of the state that share something with them; levels, weights and thresholds are the run's. What a
run joined stays as it is: a new record joins a cluster or begins one, it never joins two clusters of the state to one.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from xiezhi.datacenter.link import blocks, compare, engines, explain, groups, model, prepare, score
from xiezhi.datacenter.link.comparisons import COMPARISONS

NEEDED = ("records.parquet", "named.parquet", "employed.parquet", "model.json")
FIRST = 10**12
KEPT = (
    "rid, base, id_kind, id_text, id_state, id_birth, id_sex, name, sound, family, given, sort, birth, sex, phone, division,"
    " address, road, county, employer, license, ent, anchor"
)
NEAR = ("id_text", "name", "sound", "sort", "birth", "phone", "license", "address", "employer")


@dataclass(frozen=True)
class Match:
    """Where a new record belongs: an existing cluster, another new record's, or a new one; with the evidence, and rivals worth a look.

    `zone` is 'review' where a person should look: the link is not sure enough, or was not made and may have to be.
    `partner_record_id` is the record it fits best, also where the link was not made.
    """

    record_id: str
    cluster_id: str
    rule: str
    zone: str
    probability: float | None
    partner_record_id: str | None
    evidence: str | None


def save(engine: engines.Engine, used: model.Model, limits: score.Thresholds, folder: Path) -> None:
    """Keep what `match` needs of a run: its records in comparable form with entity and cluster, names, employers, the model."""
    folder.mkdir(parents=True, exist_ok=True)
    columns = ", ".join(f"h.{column.strip()}" for column in KEPT.split(","))
    engine.write(
        f"SELECT r.record_id, f.record_id AS cluster_id, n.head, {columns} FROM held h JOIN raw r ON h.rid = r.rid"
        " JOIN led n ON h.ent = n.ent JOIN raw f ON n.head = f.rid",
        folder / "records.parquet",
    )
    engine.write("SELECT * FROM named", folder / "named.parquet")
    engine.write("SELECT * FROM employed", folder / "employed.parquet")
    kept = {"model": json.loads(used.to_json()), "thresholds": asdict(limits)}
    (folder / "model.json").write_text(json.dumps(kept, ensure_ascii=False), encoding="utf-8")


def match(new_records: pa.Table, state_folder: Path | str, *, threads: int = 0, memory: str = "") -> list[Match]:
    """Link new records (columns as for a run) against the state of a run; records of the state with the same record_id are not looked at.

    Raises `prepare.InputError` when the folder holds no state or the records lack record_id or base.
    """
    folder = Path(state_folder)
    absent = [name for name in NEEDED if not (folder / name).exists()]
    if absent:
        raise prepare.InputError(f"{folder}: no state of a run ({', '.join(absent)} missing).")
    missing = [column for column in prepare.REQUIRED if column not in new_records.column_names]
    if missing:
        raise prepare.InputError(f"New records: column {', '.join(missing)} is missing.")
    if not new_records.num_rows:
        return []
    work = Path(tempfile.mkdtemp(prefix="xiezhi-link-"))
    engine = engines.engine_for(work, "duckdb", threads=threads, memory=memory)
    try:
        pq.write_table(new_records, work / "new.parquet")
        return _match(engine, work / "new.parquet", folder)
    finally:
        engine.close()
        shutil.rmtree(work, ignore_errors=True)


def _match(engine: engines.Engine, file: Path, folder: Path) -> list[Match]:
    used, limits = _model(folder / "model.json")
    prepare.read(engine, [str(file)])
    prepare.normalize_all(engine)
    groups.group(engine, 0)
    engine.read("stored", [str(folder / "records.parquet")])
    engine.read("stored_names", [str(folder / "named.parquet")])
    engine.read("stored_employers", [str(folder / "employed.parquet")])
    _settle(engine)
    columns = ", ".join(f"l.{column.strip()}" for column in blocks.FIELDS.split(","))
    blocks.pairs(
        engine, lefts=f"SELECT l.ent AS lid, l.ent AS own, l.anchor AS inside, {columns} FROM fresh l WHERE l.settled IS NULL", rights="near",
        meet=f"NOT (l.inside = 1 AND r.anchor = 1) AND (r.ent < {FIRST} OR l.lid < r.ent OR r.anchor = 1)",
    )  # fmt: skip
    engine.table(
        "named",
        "SELECT * FROM stored_names UNION ALL SELECT * FROM named WHERE name NOT IN (SELECT name FROM stored_names)",
    )
    engine.table("employed", "SELECT * FROM stored_employers")
    compare.personas(engine)
    compare.judge(engine)
    score.weigh(engine, used)
    return _decide(engine, used, limits)


def _settle(engine: engines.Engine) -> None:
    """Tables `fresh` (new records, `settled` where number and name are those of a stored owner), `near` and `held`."""
    raw = "SELECT * FROM stored WHERE record_id NOT IN (SELECT record_id FROM raw)"
    shift = ", ".join(
        f"h.{column.strip()}" if column.strip() not in {"rid", "ent", "anchor"} else f"h.{column.strip()} + {FIRST} AS {column.strip()}"
        for column in KEPT.split(",") if column.strip() != "anchor"
    )  # fmt: skip
    engine.table(
        "owners",
        f"SELECT id_text, min(ent) AS ent, max(name) AS name FROM ({raw}) t WHERE anchor = 1 AND id_text IN"
        " (SELECT id_text FROM held WHERE id_state = 'ok') GROUP BY id_text",
    )
    engine.table(
        "fresh",
        f"""SELECT {shift}, CASE WHEN h.anchor = 1 AND o.ent IS NULL THEN 1 ELSE 0 END AS anchor,
          CASE WHEN h.anchor = 1 AND (h.name IS NULL OR h.name = o.name) THEN o.ent END AS settled
        FROM held h LEFT JOIN owners o ON h.id_state = 'ok' AND h.id_text = o.id_text""",
    )
    engine.table(
        "fresh",
        "SELECT *, coalesce(max(settled) OVER (PARTITION BY ent), 0) AS known FROM fresh",
    )
    same = " OR ".join(f"{column} IN (SELECT {column} FROM fresh)" for column in NEAR)
    tails = "right(id_text, 12) IN (SELECT right(id_text, 12) FROM fresh)"
    heads = (
        "concat(substr(id_text, 1, 6), right(id_text, 6)) IN"
        " (SELECT concat(substr(id_text, 1, 6), right(id_text, 6)) FROM fresh WHERE id_text IS NOT NULL)"
    )
    starts = "substr(id_text, 1, 12) IN (SELECT substr(id_text, 1, 12) FROM fresh)"
    engine.table(
        "near",
        f"SELECT {KEPT} FROM ({raw}) t WHERE {same} OR {tails} OR {heads} OR {starts} UNION ALL SELECT {KEPT} FROM fresh",
    )
    engine.drop("held")
    engine.table(
        "held",
        f"SELECT {KEPT}, NULL AS drawn, NULL AS owner FROM ({raw}) t UNION ALL SELECT {KEPT}, NULL, NULL FROM fresh",
    )
    engine.table("drawn", "SELECT ent, rid FROM fresh WHERE false")


def _model(file: Path) -> tuple[model.Model, score.Thresholds]:
    kept = json.loads(file.read_text(encoding="utf-8"))
    limits = {key: float("nan") if value is None else value for key, value in kept["thresholds"].items()}
    tried = int(limits.pop("tried"))
    return model.from_dict(kept["model"]), score.Thresholds(tried=tried, **limits)


def _decide(engine: engines.Engine, used: model.Model, limits: score.Thresholds) -> list[Match]:
    edges = engine.arrow("SELECT * FROM edge ORDER BY chance DESC, weight DESC, lid, ent").to_pylist()
    engine.put("touched", pa.table({"ent": pa.array(sorted({edge["ent"] for edge in edges}), pa.int64())}))
    heads = {
        row["ent"]: row
        for row in engine.arrow(
            "SELECT ent, min(head) AS head, min(cluster_id) AS cluster_id, min(record_id) AS record_id FROM stored"
            " WHERE ent IN (SELECT ent FROM touched UNION SELECT known FROM fresh) GROUP BY ent"
        ).to_pylist()
    }
    fresh = engine.arrow(
        f"SELECT f.rid, f.ent, f.known, r.record_id, r2.record_id AS first_id FROM fresh f JOIN raw r ON f.rid - {FIRST} = r.rid"
        f" JOIN raw r2 ON f.ent - {FIRST} = r2.rid ORDER BY f.rid"
    ).to_pylist()
    names = {row["ent"]: row["first_id"] for row in fresh}
    place = {row["ent"]: heads[row["known"]]["cluster_id"] for row in fresh if row["known"]}
    tie: dict[int, dict[str, object]] = {}
    leader = {ent: ent for ent in names}

    def find(ent: int) -> int:
        while leader[ent] != ent:
            ent = leader[ent]
        return ent

    for edge in edges:
        one, two = edge["lid"], edge["ent"]
        tie.setdefault(one, edge)
        if edge["chance"] < limits.link:
            continue
        if two < FIRST:
            place.setdefault(find(one), heads[two]["cluster_id"])
            continue
        tie.setdefault(two, edge)
        a, b = find(one), find(two)
        if a != b and not (a in place and b in place and place[a] != place[b]):
            low, high = min(a, b), max(a, b)
            leader[high] = low
            if high in place:
                place.setdefault(low, place[high])
    return list(_told(fresh, names, place, tie, heads, find, used, limits))


def _told(fresh, names, place, tie, heads, find, used, limits) -> Iterable[Match]:  # type: ignore[no-untyped-def]
    for row in fresh:
        ent = row["ent"]
        cluster = place.get(find(ent)) or names[find(ent)]
        if row["known"]:
            yield Match(row["record_id"], cluster, "number", "auto", None, heads[row["known"]]["record_id"], None)
            continue
        edge = tie.get(ent)
        if edge is None:
            own = row["record_id"] != row["first_id"]
            yield Match(
                row["record_id"],
                cluster,
                "number" if own else "alone",
                "auto",
                None,
                row["first_id"] if own else None,
                None,
            )
            continue
        other = edge["ent"] if edge["lid"] == ent else edge["lid"]
        partner = heads[other]["record_id"] if other < FIRST else names[other]
        joined = edge["chance"] >= limits.link
        sure = edge["chance"] >= limits.auto
        levels = {comparison.name: edge[comparison.name] for comparison in COMPARISONS}
        text = explain.evidence(used, levels, edge["rarity"])
        yield Match(
            row["record_id"],
            cluster,
            "probability" if joined else "alone",
            "auto" if sure else "review",
            edge["chance"],
            partner,
            text,
        )
