"""编号 over millions of records: the calm part in SQL, only clusters that share ids with others by `assign`.

Relations of the connection: `linked` (record_id, cluster_id) is what holds now, `former` (record_id, person_uid) what held
until now. The result is the relation `numbered` (cluster_id, person_uid) and the changes.
"""

from __future__ import annotations

import os
import uuid
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from xiezhi.datacenter.persons.assign import Change, assign
from xiezhi.datacenter.persons.constrain import Constrained, constrain

__all__ = ["Numbers", "keep_decisions", "number"]


@dataclass
class Numbers:
    """What the numbering found: how many ids are new, and what became of the others."""

    made: int = 0
    changes: list[Change] = field(default_factory=list)


def new_uid() -> str:
    """An id nobody can guess: 122 random bits of the system."""
    return str(uuid.UUID(bytes=os.urandom(16), version=4))


def keep_decisions(
    con: Any, links: str, same: Collection[tuple[str, str]], different: Collection[tuple[str, str]]
) -> Constrained:
    """Make `linked` agree with decisions of people. `links` is a relation (record_a, record_b, weight) of the machine's links,
    empty text where there is none."""
    decided = sorted({r for pair in (*same, *different) for r in pair})
    if not decided:
        return Constrained()
    con.execute("CREATE OR REPLACE TEMP TABLE decided (record_id VARCHAR)")
    con.executemany("INSERT INTO decided VALUES (?)", [[r] for r in decided])
    con.execute(
        "CREATE OR REPLACE TEMP TABLE touched AS SELECT record_id, cluster_id FROM linked WHERE cluster_id IN "
        "(SELECT cluster_id FROM linked JOIN decided USING (record_id))"
    )
    clusters: dict[str, list[str]] = defaultdict(list)
    for record, cluster in con.execute("SELECT record_id, cluster_id FROM touched ORDER BY ALL").fetchall():
        clusters[cluster].append(record)
    edges: list[tuple[str, str, float]] = []
    if links:
        edges = con.execute(
            f"SELECT l.record_a, l.record_b, l.weight FROM {links} AS l JOIN touched AS a ON a.record_id = l.record_a "
            "JOIN touched AS b ON b.record_id = l.record_b AND b.cluster_id = a.cluster_id"
        ).fetchall()
    done = constrain(clusters, edges, same, different)
    rows = [(record, f"decided:{members[0]}") for members in done.clusters for record in members]
    con.execute("DELETE FROM linked WHERE record_id IN (SELECT record_id FROM touched)")
    if rows:
        con.executemany("INSERT INTO linked VALUES (?, ?)", rows)
    con.execute("DROP TABLE touched; DROP TABLE decided")
    return done


def number(con: Any, *, age: Any = None, came_under: Any = None) -> Numbers:
    """Give every cluster of `linked` its id.

    `age(uids)` gives the order in which ids were made, `came_under(uids)` for the records now under these ids the earlier
    ids they had (see `assign`); both are asked only for what is not plain. Makes the relation `numbered`.
    """
    con.execute("""
        CREATE OR REPLACE TEMP TABLE shares AS
        SELECT l.cluster_id, f.person_uid, count(*) AS n FROM linked AS l JOIN former AS f USING (record_id) GROUP BY ALL
    """)
    con.execute("""
        CREATE OR REPLACE TEMP TABLE calm AS
        WITH c AS (SELECT cluster_id, count(*) AS k FROM shares GROUP BY ALL),
             p AS (SELECT person_uid, count(*) AS k FROM shares GROUP BY ALL)
        SELECT s.cluster_id, s.person_uid FROM shares AS s
        JOIN c ON c.cluster_id = s.cluster_id AND c.k = 1 JOIN p ON p.person_uid = s.person_uid AND p.k = 1
    """)
    con.execute("""
        CREATE OR REPLACE TEMP TABLE fresh AS
        SELECT DISTINCT cluster_id FROM linked WHERE cluster_id NOT IN (SELECT cluster_id FROM shares)
    """)
    out = Numbers()
    clusters: dict[str, list[str]] = defaultdict(list)
    former: dict[str, str] = {}
    for cluster, record in con.execute(
        "SELECT cluster_id, record_id FROM linked WHERE cluster_id IN (SELECT cluster_id FROM shares) "
        "AND cluster_id NOT IN (SELECT cluster_id FROM calm) ORDER BY ALL"
    ).fetchall():
        clusters[cluster].append(record)
    # Ids that share a cluster with others, or that have no record left at all.
    for record, uid in con.execute(
        "SELECT record_id, person_uid FROM former WHERE person_uid NOT IN (SELECT person_uid FROM calm) ORDER BY ALL"
    ).fetchall():
        former[record] = uid
    uids = sorted(set(former.values()))
    done = assign(
        clusters,
        former,
        age=_asked(age, uids),
        new_uid=new_uid,
        came_under=_asked(came_under, uids),
    )
    out.changes = done.changes
    out.made = len(done.made)
    con.execute("CREATE OR REPLACE TEMP TABLE numbered AS SELECT cluster_id, person_uid FROM calm")
    if done.uid_of:
        con.executemany("INSERT INTO numbered VALUES (?, ?)", sorted(done.uid_of.items()))
    out.made += _number_fresh(con)
    con.execute("DROP TABLE shares; DROP TABLE calm; DROP TABLE fresh")
    return out


def _asked(question: Any, uids: Sequence[str]) -> Any:
    if question is None:
        return {}
    return question(uids) if callable(question) else question


def _number_fresh(con: Any) -> int:
    """Random ids for clusters of records that are all new, in one pass."""
    import pyarrow as pa

    names = con.sql("SELECT cluster_id FROM fresh ORDER BY cluster_id").to_arrow_table().column(0).combine_chunks()
    if not len(names):
        return 0
    raw = os.urandom(16 * len(names))
    drawn = [str(uuid.UUID(bytes=raw[i : i + 16], version=4)) for i in range(0, len(raw), 16)]
    con.register("drawn_ids", pa.table({"cluster_id": names, "person_uid": pa.array(drawn, pa.string())}))
    con.execute("INSERT INTO numbered SELECT * FROM drawn_ids")
    con.unregister("drawn_ids")
    return len(drawn)
