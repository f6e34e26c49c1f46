"""Brings together what is known of each entity and finds the levels of every pair (tables `persona` and `judged`)."""

from __future__ import annotations

from xiezhi.datacenter.link.comparisons import COMPARISONS, level_case
from xiezhi.datacenter.link.engines import Engine

REDUCED = 10**15
LISTS = {
    "phones": "phone",
    "addresses": "address",
    "roads": "road",
    "counties": "county",
    "employers": "employer",
    "divisions": "division",
    "licenses": "license",
}
FEW = 0.0002


def personas(engine: Engine) -> None:
    """Table `persona`: one row an entity that is in some pair.

    pid is the entity; for a record drawn to learn from -rid (its number hidden), and for the rest of its group -ent - REDUCED, so that
    learning meets the same situation as linking: one record against what others said.
    """
    engine.table(
        "wanted",
        "SELECT DISTINCT ent FROM (SELECT ent FROM pair UNION ALL SELECT lid AS ent FROM pair WHERE lid > 0) t",
    )
    columns = "anchor, id_kind, id_text, id_state, id_birth, id_sex, name, birth, sex, phone, address, road, county, employer, division, license"
    hidden = columns.replace("anchor", "0 AS anchor", 1)
    for column in ("id_kind", "id_text", "id_state", "id_birth", "id_sex"):
        hidden = hidden.replace(column, f"NULL AS {column}", 1)
    engine.table(
        "said",
        f"""SELECT ent AS pid, {columns} FROM held WHERE ent IN (SELECT ent FROM wanted)
        UNION ALL SELECT -rid AS pid, {hidden} FROM held WHERE drawn IS NOT NULL
        UNION ALL SELECT -ent - {REDUCED} AS pid, {columns} FROM held WHERE ent IN (SELECT ent FROM drawn) AND drawn IS NULL""",
        passing=True,
    )
    lists = ", ".join(
        f"CASE WHEN count({column}) > 0 THEN array_agg(xxhash64(0, {column})) FILTER (WHERE {column} IS NOT NULL) END AS {name}"
        for name, column in LISTS.items()
    )
    engine.table(
        "summed",
        f"""SELECT pid, max(id_kind) AS id_kind, max(id_text) AS id_text,
          CASE WHEN max(anchor) = 0 AND max(id_state) = 'ok' THEN 'doubt' ELSE max(id_state) END AS id_state,
          max(name) AS name, CASE WHEN max(anchor) = 1 THEN coalesce(max(id_birth), max(birth)) ELSE max(birth) END AS birth,
          CASE WHEN max(anchor) = 1 THEN coalesce(max(id_sex), max(sex)) ELSE max(sex) END AS sex,
          max(phone) AS phone, max(address) AS address, max(employer) AS employer, max(division) AS division, {lists}
        FROM said GROUP BY pid""",
        passing=True,
    )
    same = ", ".join(f"xxhash64(1, n.{column}) AS {column}" for column in ("tone", "look", "first", "second", "third"))
    engine.table(
        "persona",
        f"""SELECT s.pid, s.id_kind, s.id_text, s.id_state, s.name, s.birth, s.sex, s.phone, s.division,
          CASE WHEN regexp_like(s.address, '^[0-9A-Z-]+$') THEN s.address END AS latin, {", ".join(f"s.{name}" for name in LISTS)},
          {same}, n.sound, n.sort, n.family, n.given, coalesce(n.size, 0) AS size, n.name_tf, coalesce(e.employer_tf, 1.0) <= {FEW} AS few
        FROM summed s LEFT JOIN named n ON s.name = n.name LEFT JOIN employed e ON s.employer = e.employer""",
    )
    engine.drop("wanted", "said", "summed")


def sided(column: str, side: str) -> str:
    return f"{side}.{column} AS {column}_{side}"


USED = sorted({column for comparison in COMPARISONS for column in comparison.columns} | {"name_tf"})


def judge(engine: Engine) -> None:
    """Table `judged`: each pair with the level of every comparison (-1: nothing to say) and how rare the name is (log2)."""
    sides = ", ".join(f"{sided(column, 'l')}, {sided(column, 'r')}" for column in USED)
    levels = ", ".join(f"CAST({level_case(comparison)} AS TINYINT) AS {comparison.name}" for comparison in COMPARISONS)
    rarity = "CAST(CASE WHEN name_l = name_r THEN greatest(-24, round(log2(greatest(name_tf_l, name_tf_r)))) ELSE 0 END AS TINYINT)"
    engine.table(
        "judged",
        f"""SELECT lid, ent, anchor, own, block, {levels}, {rarity} AS rarity FROM (
          SELECT p.lid, p.ent, p.anchor, p.own, p.block, {sides} FROM pair p JOIN persona l ON p.lid = l.pid
          JOIN persona r ON CASE WHEN p.lid < 0 AND p.own = 1 THEN -p.ent - {REDUCED} ELSE p.ent END = r.pid) t""",
    )
    engine.drop("persona", "pair")
