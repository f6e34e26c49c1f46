"""The SQL of the comparisons gives the levels that plain Python gives, and Splink gives the weights that our model gives."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from tests.datacenter.link import pairs_of_people
from tests.datacenter.link.reference import LEVELS
from xiezhi.datacenter.link import compare, engines, model
from xiezhi.datacenter.link.comparisons import COMPARISONS


@pytest.fixture
def duck(tmp_path: Path) -> Iterator[engines.Engine]:
    engine = engines.engine_for(tmp_path, "duckdb", threads=1, memory="1GB")
    yield engine
    engine.close()


def test_duckdb_gives_the_levels_of_the_reference(duck: engines.Engine) -> None:
    people = pairs_of_people.people()
    got = pairs_of_people.levels(duck, people)
    assert len(got) > 4_000
    for (left, right), levels in got.items():
        want = {name: function(people[left], people[right]) for name, function in LEVELS.items()}
        assert levels == want, (people[left], people[right])
    for comparison in COMPARISONS:
        met = {levels[comparison.name] for levels in got.values()}
        assert met >= set(range(len(comparison.levels))) | {-1}, comparison.name


def test_weights_are_those_of_splink(duck: engines.Engine) -> None:
    from splink import DuckDBAPI, Linker

    people = pairs_of_people.people()[::4]
    ours = pairs_of_people.weights(duck, people, model.load())
    import duckdb

    connection = duckdb.connect()
    for macro in engines.MACROS:
        connection.execute(macro)
    rows = pa.Table.from_pylist([{**row, "tf_name": row["name_tf"], "pid": place} for place, row in enumerate(people)])
    api = DuckDBAPI(connection)
    settings = model.load().splink()
    linker = Linker(api.register(rows, dataset_display_name="people"), settings)
    scored = linker.inference.score_pairs(_dicts(rows), _dicts(rows)).as_record_list()
    seen = 0
    for row in scored:
        pair = (row["pid_l"], row["pid_r"])
        if pair in ours:
            seen += 1
            assert row["match_weight"] == pytest.approx(ours[pair], abs=1e-6), pair
    assert seen == len(ours) > 200


def _dicts(rows: pa.Table) -> list[dict[str, Any]]:
    return rows.to_pylist()


def test_the_model_survives_its_file(tmp_path: Path) -> None:
    shipped = model.load()
    file = tmp_path / "model.json"
    file.write_text(shipped.to_json(), encoding="utf-8")
    assert model.load(file) == shipped
    assert all(column in compare.USED for comparison in COMPARISONS for column in comparison.columns)
