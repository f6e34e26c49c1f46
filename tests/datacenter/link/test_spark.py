"""Spark gives the same levels and the same clusters as DuckDB. One file, because the start of its machine is slow."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.datacenter.link import pairs_of_people
from xiezhi.datacenter.link import engine, engines, generator, model

pytest.importorskip("pyspark")
pytestmark = pytest.mark.skipif(shutil.which("java") is None, reason="no Java")


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[engines.Engine]:
    from pyspark.sql import SparkSession

    made = engines.engine_for(tmp_path_factory.mktemp("spark"), "spark", threads=1, memory="1GB")
    yield made
    made.close()
    session = SparkSession.getActiveSession()
    if session is not None:
        session.stop()


def test_levels_and_weights_are_the_same(spark: engines.Engine, tmp_path: Path) -> None:
    duck = engines.engine_for(tmp_path, "duckdb", threads=1, memory="1GB")
    people = pairs_of_people.people()[::2]
    assert pairs_of_people.levels(spark, people) == pairs_of_people.levels(duck, people)
    shipped = model.load()
    ours, theirs = (pairs_of_people.weights(one, people, shipped) for one in (duck, spark))
    duck.close()
    assert ours.keys() == theirs.keys()
    assert all(theirs[pair] == pytest.approx(weight, abs=1e-9) for pair, weight in ours.items())


@pytest.mark.soak(only=True)
def test_clusters_are_the_same(spark: engines.Engine, tmp_path: Path) -> None:
    """200,000 records with XIEZHI_SOAK_RECORDS=200000, else 5,000; one record in forty has the number of a clerk."""
    generator.generate(tmp_path, records=int(os.environ.get("XIEZHI_SOAK_RECORDS", "5000")), seed=6)
    files = sorted((tmp_path / "records").glob("*.parquet"))
    clerk = pq.read_table(files[0], columns=["id_no"]).column(0).drop_null()[0].as_py()
    for file in files:
        rows = pq.read_table(file)
        at = rows.column_names.index("id_no")
        given = [clerk if n % 40 == 0 else value for n, value in enumerate(rows.column(at).to_pylist())]
        pq.write_table(rows.set_column(at, "id_no", pa.array(given, pa.string())), file)
    found = []
    for name, at in (("spark", spark), ("duck", "duckdb")):
        result = engine.run(
            tmp_path / "records", tmp_path / name, engine=at, options=engine.Options(threads=1, memory="4GB")
        )
        rows = pq.read_table(result.clusters, columns=["record_id", "cluster_id", "rule", "zone"]).sort_by("record_id")
        found.append((rows.to_pydict(), result.counts))
    assert found[0] == found[1]
