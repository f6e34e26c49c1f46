"""Scores from contingencies equal those from a list of all pairs."""

from __future__ import annotations

import itertools
import tempfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xiezhi.datacenter.link.generator import Counts, score

KINDS = ("id.missing", "name.glyph", "phone.moved")
Row = tuple[int, int | None, str | None, frozenset[str], str]
ROWS = st.lists(
    st.tuples(
        st.integers(0, 4), st.one_of(st.none(), st.integers(0, 4)), st.sampled_from([None, "1", "2"]), st.frozensets(st.sampled_from(KINDS)),
        st.sampled_from(["auto", "review"]),
    ),
    max_size=14,
)  # fmt: skip


def write(folder: Path, rows: list[Row], *, zone: bool = True) -> tuple[Path, Path]:
    ids = [f"r{i}" for i in range(len(rows))]
    truth = {
        "record_id": pa.array(ids, pa.string()), "person_id": pa.array([r[0] for r in rows], pa.int64()),
        "id_key": pa.array([r[2] for r in rows], pa.string()), "errors": pa.array([sorted(r[3]) for r in rows], pa.list_(pa.string())),
    }  # fmt: skip
    placed = [(name, str(row[1]), row[4]) for name, row in zip(ids, rows, strict=True) if row[1] is not None]
    links = {
        "record_id": pa.array([p[0] for p in placed], pa.string()),
        "cluster_id": pa.array([p[1] for p in placed], pa.string()),
    }
    if zone:
        links["zone"] = pa.array([p[2] for p in placed], pa.string())
    pq.write_table(pa.table(truth), folder / "truth.parquet")
    pq.write_table(pa.table(links), folder / "clusters.parquet")
    return folder / "clusters.parquet", folder / "truth.parquet"


@settings(max_examples=25, deadline=None)
@given(rows=ROWS)
def test_counts_equal_those_of_all_pairs(rows: list[Row]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        found = score(*write(Path(folder), rows))
    every, hard, auto = [0, 0, 0], [0, 0, 0], [0, 0, 0]
    kinds = {kind: [0, 0] for kind in KINDS}
    for a, b in itertools.combinations(rows, 2):
        same, linked = a[0] == b[0], a[1] is not None and a[1] == b[1]
        agree = a[2] is not None and a[2] == b[2]
        by_machine = linked and a[4] == b[4] == "auto"
        place = (0 if same else 1) if linked else (2 if same else None)
        if place is not None:
            every[place] += 1
            hard[place] += not agree
        place = (0 if same else 1) if by_machine else (2 if same else None)
        if place is not None:
            auto[place] += 1
        for kind in a[3] | b[3]:
            kinds[kind][0] += same
            kinds[kind][1] += same and not linked
    assert found.all == Counts(*every)
    assert found.hard == Counts(*hard)
    assert found.automatic == Counts(*auto)
    assert {kind: list(pair) for kind, pair in found.kinds.items() if pair[0]} == {
        k: v for k, v in kinds.items() if v[0]
    }
    assert found.records == len(rows)


def test_figures() -> None:
    counts = Counts(right=90, wrong=10, missed=30)
    assert counts.precision == 0.9
    assert counts.recall == 0.75
    assert counts.f1 == pytest.approx(2 * 0.9 * 0.75 / 1.65)
    assert Counts(0, 0, 0).f1 == 1.0


def test_files_that_cannot_be_scored(tmp_path: Path) -> None:
    clusters, truth = write(tmp_path, [(1, 1, None, frozenset(), "auto"), (1, 1, "1", frozenset(), "auto")], zone=False)
    assert score(clusters, truth).automatic is None
    with pytest.raises(ValueError, match="lack the column nothing"):
        score(clusters, truth, automatic="nothing")
    with pytest.raises(FileNotFoundError):
        score(tmp_path / "none.parquet", truth)
    pq.write_table(pa.table({"record_id": ["r0", "r0"], "cluster_id": ["1", "2"]}), clusters)
    with pytest.raises(ValueError, match="twice"):
        score(clusters, truth)
    pq.write_table(pa.table({"record_id": ["r0"]}), clusters)
    with pytest.raises(ValueError, match="cluster_id"):
        score(clusters, truth)
