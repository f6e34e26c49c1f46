"""First pass: records with one canonical number and one name are one person; the rest waits for the second pass.

A valid number proves only that it was written as issued. A record whose own birth date or sex contradicts its number stands apart; under
each number the others are told apart by name, and the name with most records owns the number. Everybody else with that number is in
doubt: those records join on all they say, the number being one voice among others, or stay apart.
"""

from __future__ import annotations

from collections.abc import Callable

from xiezhi.datacenter.link import prepare
from xiezhi.datacenter.link.engines import Engine

NUMBERED = ("id_kind", "id_text", "id_state", "id_birth", "id_sex")
CELLS = (
    "SELECT id_kind, id_text, name, apart, count(*) AS rows, min(rid) AS cell, max(id_state) AS state FROM told"
    " GROUP BY id_kind, id_text, name, apart"
)
SHARED_BY = (6, 20)
"""Names under one number from which on it is a filler or a clerk's own: where every third record has another name, and in any case."""


def _forget_shared(engine: Engine) -> None:
    """Takes numbers that so many different persons give out of table `core`: such a number proves nothing."""
    some, many = SHARED_BY
    engine.table(
        "shared",
        f"""SELECT id_kind, id_text FROM core WHERE id_state <> 'part' AND id_text IN
          (SELECT id_text FROM core WHERE id_state <> 'part' GROUP BY id_text HAVING count(*) >= {some})
        GROUP BY id_kind, id_text
        HAVING count(DISTINCT name) >= {some} AND (count(DISTINCT name) >= {many} OR 3 * count(DISTINCT name) >= count(*))""",
    )
    if engine.arrow("SELECT count(*) AS n FROM shared").to_pylist()[0]["n"]:
        kept = ", ".join(f"CASE WHEN s.id_text IS NULL THEN c.{column} END AS {column}" for column in NUMBERED)
        engine.table(
            "core",
            f"SELECT c.rid, {kept}, c.name, c.sex, c.birth FROM core c LEFT JOIN shared s ON c.id_kind = s.id_kind AND c.id_text = s.id_text",
        )
    engine.drop("shared")


def group(engine: Engine, sample: int, rest: Callable[[], object] | None = None) -> dict[str, int]:
    """Tables `held` (every record with its entity and comparable columns) and `drawn` (records set aside to learn from).

    `rest` waits for the other columns where another thread normalizes them.
    An entity is what the first pass holds for one person; its number is the smallest rid. `anchor` says that it owns a valid number.
    """
    apart = "CASE WHEN n.id_state = 'ok' AND (n.birth <> n.id_birth OR n.sex <> n.id_sex) THEN n.rid ELSE 0 END"
    _forget_shared(engine)
    engine.table("told", f"SELECT n.rid, n.id_kind, n.id_text, n.id_state, coalesce(n.name, '') AS name, {apart} AS apart FROM core n"
                         " WHERE n.id_state IN ('ok', 'other')", passing=True)  # fmt: skip
    engine.table("cell", CELLS, passing=True)
    engine.table(
        "ranked",
        """SELECT *, row_number() OVER (PARTITION BY id_kind, id_text
          ORDER BY CASE WHEN apart > 0 THEN 1 ELSE 0 END, CASE WHEN name = '' THEN 1 ELSE 0 END, rows DESC, cell) AS place FROM cell""",
    )
    engine.table(
        "celled",
        """SELECT c.id_kind, c.id_text, c.name, c.apart, CASE WHEN c.name = '' AND c.apart = 0 THEN o.cell ELSE c.cell END AS ent,
          CASE WHEN c.state = 'ok' AND c.apart = 0 AND (c.place = 1 OR c.name = '') THEN 1 ELSE 0 END AS anchor,
          CASE WHEN o.state = 'ok' AND o.apart = 0 THEN o.cell END AS owner
        FROM ranked c JOIN ranked o ON c.id_kind = o.id_kind AND c.id_text = o.id_text AND o.place = 1""",
        passing=True,
    )
    engine.table(
        "member",
        """SELECT t.rid, c.ent, c.anchor, c.owner FROM told t JOIN celled c
          ON t.id_kind = c.id_kind AND t.id_text = c.id_text AND t.name = c.name AND t.apart = c.apart""",
        passing=True,
    )
    engine.table(
        "placed",
        "SELECT n.*, coalesce(m.ent, n.rid) AS ent, coalesce(m.anchor, 0) AS anchor, m.owner FROM core n LEFT JOIN member m ON n.rid = m.rid",
    )
    engine.drop("told", "cell", "ranked", "celled", "member", "core")
    facts = engine.arrow(
        "SELECT count(*) AS records, count(DISTINCT ent) AS entities, sum(anchor) AS anchored,"
        " count(DISTINCT CASE WHEN anchor = 1 THEN ent END) AS anchors FROM placed"
    ).to_pylist()[0]
    facts = {key: int(value or 0) for key, value in facts.items()}
    bound = min(1_000_003, -(-1_000_003 * sample // max(1, facts["anchored"])))
    engine.table(
        "drawn",
        f"""SELECT owner AS ent, min_by(rid, (rid * 48271) % 1000003 * 100000000 + rid) AS rid FROM placed
        WHERE owner IS NOT NULL AND (rid * 16807) % 1000003 < {bound} GROUP BY owner""",
    )
    if rest:
        rest()
    else:
        prepare.normalize_rest(engine)
    prepare.assemble(engine)
    return facts
