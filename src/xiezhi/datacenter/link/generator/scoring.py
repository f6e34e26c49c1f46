"""Scores of a linkage against the truth: pairs are counted from contingencies, never listed."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

import duckdb

__all__ = ["Counts", "Score", "score"]


@dataclass(frozen=True)
class Counts:
    """Pairs of records: both in one cluster and of one person (right), of different persons (wrong), of one person but in
    different clusters (missed)."""

    right: int
    wrong: int
    missed: int

    @property
    def precision(self) -> float:
        """Share of the pairs in one cluster that are of one person; 1 where there is no pair."""
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0

    @property
    def recall(self) -> float:
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0

    @property
    def f1(self) -> float:
        total = 2 * self.right + self.wrong + self.missed
        return 2 * self.right / total if total else 1.0


@dataclass(frozen=True)
class Score:
    records: int
    persons: int
    clusters: int
    all: Counts
    hard: Counts
    """Pairs whose identity numbers do not agree after cleaning (one is missing or unreadable, or they differ)."""
    automatic: Counts | None
    """Pairs linked without review, where the clusters tell them apart."""
    kinds: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Kind of error: true pairs in which at least one record carries it, and how many of these were missed."""

    def as_json(self) -> str:
        def figures(counts: Counts) -> dict[str, float]:
            return {**asdict(counts), "precision": counts.precision, "recall": counts.recall, "f1": counts.f1}

        return json.dumps(
            {
                "records": self.records, "persons": self.persons, "clusters": self.clusters, "all": figures(self.all),
                "hard": figures(self.hard), "automatic": figures(self.automatic) if self.automatic else None,
                "kinds": {kind: {"pairs": pairs, "missed": missed} for kind, (pairs, missed) in self.kinds.items()},
            },
            ensure_ascii=False, indent=1,
        )  # fmt: skip


def _source(path: Path | str) -> str:
    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(f"{path} does not exist")
    return str(path / "*.parquet" if path.is_dir() else path).replace("'", "''")


def score(clusters: Path | str, truth: Path | str, *, automatic: str = "") -> Score:
    """Compare a file of clusters (record_id, cluster_id) with the truth of a set (record_id, person_id, id_key, errors).

    Records that the clusters leave out stand alone. `automatic` names a column of `clusters` with the cluster that the
    record belongs to through links without review alone; where it is empty the column auto_cluster_id is used, or zone: two
    records of a cluster are linked without review if both have the zone `auto`.
    Raises ValueError for a record that occurs twice or a column that is missing, FileNotFoundError for missing files.
    """
    connection = duckdb.connect()
    try:
        return _score(connection, _source(clusters), _source(truth), automatic)
    finally:
        connection.close()


def _score(connection: duckdb.DuckDBPyConnection, clusters: str, truth: str, automatic: str) -> Score:
    def one(statement: str) -> tuple[int, ...]:
        row = connection.execute(statement).fetchone()
        assert row is not None
        return tuple(int(v or 0) for v in row)

    columns = {r[0] for r in connection.execute(f"DESCRIBE SELECT * FROM read_parquet('{clusters}')").fetchall()}
    if missing := {"record_id", "cluster_id"} - columns:
        raise ValueError(f"The clusters lack the column {', '.join(sorted(missing))}")
    if automatic and automatic not in columns:
        raise ValueError(f"The clusters lack the column {automatic}")
    automatic = automatic or (
        "auto_cluster_id" if "auto_cluster_id" in columns else "zone" if "zone" in columns else ""
    )
    extra = f'CAST("{automatic}" AS VARCHAR)' if automatic else "NULL"
    if automatic == "zone":
        extra = "CASE WHEN zone = 'auto' THEN CAST(cluster_id AS VARCHAR) END"
    connection.execute(
        f"CREATE TEMP VIEW links AS SELECT CAST(record_id AS VARCHAR) record_id, CAST(cluster_id AS VARCHAR) cluster_id, {extra} auto "
        f"FROM read_parquet('{clusters}')"
    )
    connection.execute(f"CREATE TEMP VIEW truth AS SELECT * FROM read_parquet('{truth}')")
    twice = one(
        "SELECT (SELECT count(*) - count(DISTINCT record_id) FROM links), (SELECT count(*) - count(DISTINCT record_id) FROM truth)"
    )
    if any(twice):
        raise ValueError("A record occurs twice in the " + ("clusters" if twice[0] else "truth"))
    # a record without a cluster stands alone; chr(0) keeps its name apart from those of clusters
    connection.execute(
        "CREATE TEMP TABLE placed AS SELECT t.person_id, t.id_key, t.errors, coalesce(l.cluster_id, chr(0) || t.record_id) c, "
        "coalesce(l.auto, chr(0) || t.record_id) a FROM truth t LEFT JOIN links l USING (record_id)"
    )

    def pairs(keys: str, condition: str = "true") -> int:
        return one(
            f"SELECT sum(n * (n - 1) // 2) FROM (SELECT count(*)::HUGEINT n FROM placed WHERE {condition} GROUP BY {keys})"
        )[0]

    known = "id_key IS NOT NULL"
    real, found, right = pairs("person_id"), pairs("c"), pairs("person_id, c")
    every = Counts(right, found - right, real - right)
    hard_real = real - pairs("person_id, id_key", known)
    hard_found = found - pairs("c, id_key", known)
    hard_right = right - pairs("person_id, c, id_key", known)
    hard = Counts(hard_right, hard_found - hard_right, hard_real - hard_right)
    auto = None
    if automatic:
        auto_found, auto_right = pairs("a"), pairs("person_id, a")
        auto = Counts(auto_right, auto_found - auto_right, real - auto_right)
    records, persons, count = one("SELECT count(*), count(DISTINCT person_id), count(DISTINCT c) FROM placed")
    return Score(records, persons, count, every, hard, auto, _kinds(connection))


def _kinds(connection: duckdb.DuckDBPyConnection) -> dict[str, tuple[int, int]]:
    """Pairs with at least one record of a kind among n records, k of them of the kind: n(n-1)/2 - (n-k)(n-k-1)/2."""

    def carried(keys: str) -> str:
        return (
            f"SELECT kind, sum(n * (n - 1) // 2 - (n - k) * (n - k - 1) // 2) pairs FROM "
            f"(SELECT kind, {keys}, count(*)::HUGEINT k FROM (SELECT DISTINCT rowid, {keys}, unnest(errors) kind FROM placed) "
            f"GROUP BY kind, {keys}) JOIN (SELECT {keys}, count(*)::HUGEINT n FROM placed GROUP BY {keys}) USING ({keys}) GROUP BY kind"
        )

    rows = connection.execute(
        f"SELECT kind, p.pairs, p.pairs - coalesce(f.pairs, 0) FROM ({carried('person_id')}) p LEFT JOIN ({carried('person_id, c')}) f "
        "USING (kind) ORDER BY 3 DESC, 1"
    ).fetchall()
    return {str(kind): (int(pairs), int(missed)) for kind, pairs, missed in rows}
