"""Tables of the lake: once per batch, merge, as of, forgetting."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from xiezhi.datacenter.lake import duck, maintain, storage, tables
from xiezhi.kernel.calendar import clock
from xiezhi.kernel.datasets.registry import Level

SCHEMA = pa.schema([("row_id", pa.string()), ("name", pa.string()), ("n", pa.int64())])


def rows(*given: tuple[str, str | None, int | None]) -> pa.Table:
    return pa.table({c: [g[i] for g in given] for i, c in enumerate(SCHEMA.names)}, schema=SCHEMA)


def read(table: tables.LakeTable, as_of: datetime | int | None = None) -> list[tuple[object, ...]]:
    with duck.connect() as con:
        return con.execute(f"SELECT * FROM {table.sql(as_of)} ORDER BY 1, 2").fetchall()


def test_empty_table_has_its_columns(lake: Path) -> None:
    table = tables.get("std.people")
    assert not table.exists()
    with pytest.raises(tables.NoTable):
        table.count()
    table.create(SCHEMA, keys=("row_id",))
    assert table.exists() and table.count() == 0 and table.files() == [] and read(table) == []
    assert table.columns() == ["row_id", "name", "n"] and table.schema() == SCHEMA
    with duck.connect() as con:
        kinds = con.execute(f"DESCRIBE SELECT * FROM {table.sql()}").fetchall()
    assert [k[1] for k in kinds] == ["VARCHAR", "VARCHAR", "BIGINT"]
    assert tables.names() == ["std.people"] and tables.names("std") == ["std.people"] and tables.names("raw") == []


def test_types_come_back(lake: Path) -> None:
    day, at = date(2026, 3, 5), datetime(2026, 3, 5, 1, 2, 3, 4, tzinfo=UTC)
    given = pa.table(
        {
            "d": pa.array([day, None], pa.date32()), "t": pa.array([at, None], pa.timestamp("us", "UTC")),
            "m": pa.array([Decimal("1.20"), None], pa.decimal128(12, 2)), "b": pa.array([True, None]),
            "l": pa.array([["甲", "乙"], []], pa.list_(pa.string())), "f": pa.array([1.5, None]), "s": ["𠮷", ""],
        }
    )  # fmt: skip
    table = tables.get("raw.types").create(given.schema)
    table.append(given, batch_id="one")
    with duck.connect() as con:
        back = con.execute(f"SELECT d, t, m, b, l, f, s FROM {table.sql()} ORDER BY d NULLS LAST").fetchall()
    assert back[0] == (day, at.astimezone(clock.SHANGHAI), Decimal("1.20"), True, ["甲", "乙"], 1.5, "𠮷")
    assert back[1] == (None, None, None, None, [], None, "")
    # any reader of Iceberg finds the columns by number
    assert table.iceberg().scan().to_arrow().num_rows == 2


def test_a_batch_is_in_once(lake: Path, tmp_path: Path) -> None:
    table = tables.get("raw.once").create(SCHEMA)
    first = table.append(rows(("1", "甲", 1)), batch_id="b1")
    again = table.append(rows(("1", "甲", 1)), batch_id="b1")
    assert (again.id, again.repeated, first.repeated, table.count()) == (first.id, True, False, 1)
    pq.write_table(rows(("2", "乙", 2)), tmp_path / "two.parquet")
    table.append([str(tmp_path / "two.parquet")], batch_id="b2")
    table.append(pa.RecordBatchReader.from_batches(SCHEMA, rows(("3", None, None)).to_batches()), batch_id="b3")
    with duck.connect() as con:
        table.append(tables.Select(con, "SELECT 4 AS n, '丁' AS name, '4' AS row_id"), batch_id="b4")
    assert read(table) == [("1", "甲", 1), ("2", "乙", 2), ("3", None, None), ("4", "丁", 4)]
    # also when the state of the batch has expired
    assert table.expire(clock.now() + timedelta(days=1)) == 3
    assert [s.batch_id for s in table.snapshots()] == ["b4"]
    assert table.append(rows(("1", "甲", 1)), batch_id="b1").repeated and table.count() == 4
    assert table.has_batch("b2") and not table.has_batch("b9")


def test_an_empty_batch_is_remembered(lake: Path) -> None:
    table = tables.get("raw.empty").create(SCHEMA)
    assert not table.append(SCHEMA.empty_table(), batch_id="none").repeated
    assert table.append(SCHEMA.empty_table(), batch_id="none").repeated and table.count() == 0


def test_columns_must_be_known(lake: Path) -> None:
    table = tables.get("raw.strict").create(SCHEMA)
    with pytest.raises(ValueError, match="unknown columns"):
        table.append(pa.table({"row_id": ["1"], "other": ["x"]}), batch_id="b1")
    table.create(pa.schema([*SCHEMA, ("other", pa.string())]))
    table.append(pa.table({"row_id": ["1"], "other": ["x"]}), batch_id="b1")
    assert read(table) == [("1", None, None, "x")]
    with pytest.raises(ValueError, match="another type"):
        table.evolve(pa.schema([("n", pa.string())]))


def test_new_columns_are_null_in_old_rows(lake: Path) -> None:
    table = tables.get("std.grown").create(SCHEMA, keys=("row_id",), buckets=2)
    table.append(rows(("1", "甲", 1), ("2", "乙", 2)), batch_id="b1")
    table.evolve(pa.schema([("age", pa.int32())]))
    assert read(table) == [("1", "甲", 1, None), ("2", "乙", 2, None)]
    table.merge(pa.table({"row_id": ["2"], "name": ["丙"], "age": pa.array([9], pa.int32())}), batch_id="b2")
    assert read(table) == [("1", "甲", 1, None), ("2", "丙", None, 9)]


def test_merge(lake: Path) -> None:
    table = tables.get("std.merged").create(SCHEMA, keys=("row_id",), buckets=4)
    table.merge(rows(*((str(i), "甲", i) for i in range(40))), batch_id="m1")
    files = set(table.files())
    done = table.merge(
        rows(("3", "改", 33), ("100", "新", 100)),
        ["row_id"],
        batch_id="m2",
        deletes=pa.table({"row_id": ["5", "none"]}),
    )
    assert done.rows == table.count() == 40
    found = {r[0]: r for r in read(table)}
    assert found["3"] == ("3", "改", 33) and found["100"][1] == "新" and "5" not in found and found["4"][1] == "甲"
    assert files & set(table.files()), "files without a touched key stay"
    assert table.merge(rows(("3", "again", 0)), batch_id="m2").repeated
    assert {r[0]: r for r in read(table, table.snapshots()[0].id)}["3"] == ("3", "甲", 3)
    for bad in (rows(("1", "a", 1), ("1", "b", 2)), rows((None, "a", 1))):  # type: ignore[arg-type]
        with pytest.raises(ValueError, match="without a key"):
            table.merge(bad, batch_id="m3")
    with pytest.raises(ValueError, match="is merged by"):
        table.merge(rows(("1", "a", 1)), ["name"], batch_id="m4")
    assert not list(storage.scratch("look").parent.glob(f"stage-{os.getpid()}-*"))


def test_as_of(lake: Path, freeze) -> None:  # type: ignore[no-untyped-def]
    freeze("2026-03-05 09:00")
    table = tables.get("raw.history").create(SCHEMA)
    with pytest.raises(tables.NoTable):
        table.count(clock.now())
    table.append(rows(("1", "甲", 1)), batch_id="b1")
    freeze("2026-03-06 09:00")
    table.replace(rows(("2", "乙", 2), ("3", "丙", 3)), batch_id="b2")
    assert table.count() == 2 and table.count(datetime(2026, 3, 5, 23, tzinfo=clock.SHANGHAI)) == 1
    assert read(table, datetime(2026, 3, 5, 23, tzinfo=clock.SHANGHAI)) == [("1", "甲", 1)]
    assert [s.kind for s in table.snapshots()] == ["append", "replace"]
    table.expire(clock.now())
    with pytest.raises(tables.NoTable):
        table.sql(datetime(2026, 3, 5, 23, tzinfo=clock.SHANGHAI))


def test_forgetting_reaches_every_state(lake: Path) -> None:
    table = tables.get("std.forget").create(SCHEMA, keys=("row_id",), buckets=2)
    table.merge(rows(("1", "张三丰丰", 1), ("2", "李四", 2)), batch_id="b1")
    table.merge(rows(("1", "张三丰丰", 7)), batch_id="b2")
    assert table.delete_rows(["1", "9"], reason="SJGZ-1") == 1
    assert read(table) == [("2", "李四", 2)] and len(table.snapshots()) == 1
    kept = {str(p) for p in lake.rglob("*.parquet")}
    assert kept == set(table.files())
    assert not any("张三丰丰".encode() in p.read_bytes() for p in lake.rglob("*") if p.is_file())
    assert table.delete_rows(["1"]) == 0
    assert table.merge(rows(("1", "张三丰丰", 7)), batch_id="b2").repeated, "the batch does not come back"


def test_compaction_changes_nothing_readers_see(lake: Path) -> None:
    table = tables.get("raw.small").create(SCHEMA)
    for i in range(12):
        table.append(rows((f"{i:02}", "甲", i)), batch_id=f"b{i}")
    before = read(table)
    assert len(table.files()) == 12
    done = table.compact()
    assert done and done.kind == "compact" and len(table.files()) == 1 and read(table) == before
    assert table.compact() is None
    assert table.append(rows(("00", "甲", 0)), batch_id="b0").repeated


def test_left_over_files_are_swept(lake: Path) -> None:
    table = tables.get("raw.swept").create(SCHEMA)
    table.append(rows(("1", "甲", 1)), batch_id="b1")
    folder = Path(table.files()[0]).parent
    (folder / "left.parquet").write_bytes(b"PAR1")
    assert maintain.sweep(table) == 0, "too young"
    assert maintain.sweep(table, older_than=-1) == 1
    assert read(table) == [("1", "甲", 1)] and not (folder / "left.parquet").exists()


def test_retention_follows_the_level(lake: Path) -> None:
    for level, days in maintain.KEPT.items():
        assert maintain.kept_days(tables.get(f"raw.l_{level.lower()}").create(SCHEMA, level=Level(level))) == days
    assert maintain.kept_days(tables.get("raw.own").create(SCHEMA, retention_days=3)) == 3
    assert maintain.keep_up("raw.own") == {"compacted": 0, "expired": 0, "swept": 0}


def test_names_can_not_leave_the_lake(lake: Path) -> None:
    for bad in ("plain", "raw.", ".x", "raw.a/../b", "raw.a;b", 'raw."x"'):
        with pytest.raises(ValueError):
            tables.get(bad)


def test_a_warehouse_elsewhere_is_read_through_copies(lake: Path, settings) -> None:  # type: ignore[no-untyped-def]
    """The way of S3 (write here, carry there, fetch to read), with a folder in its place."""
    settings.LAKE_REMOTE = True
    table = tables.get("std.remote").create(SCHEMA, keys=("row_id",), buckets=2)
    table.merge(rows(("1", "甲", 1), ("2", "乙", 2)), batch_id="b1")
    table.merge(rows(("2", "丙", 2)), batch_id="b2")
    assert read(table) == [("1", "甲", 1), ("2", "丙", 2)]
    assert all("lake-cache" in f for f in table.files())
    assert table.delete_rows(["1"]) == 1 and read(table) == [("2", "丙", 2)]
    assert maintain.sweep(table, older_than=-1) == 0
    assert storage.trim(0) > 0 and read(table) == [("2", "丙", 2)]


def test_drop(lake: Path) -> None:
    table = tables.get("raw.gone").create(SCHEMA)
    table.append(rows(("1", "甲", 1)), batch_id="b1")
    tables.drop("raw.gone")
    tables.drop("raw.gone")
    assert not table.exists() and not list(lake.rglob("*.parquet"))
    assert not table.create(SCHEMA).append(rows(("1", "甲", 1)), batch_id="b1").repeated
