"""One set of statements on two engines: DuckDB in the process (default) or Spark (XIEZHI_ENGINE=spark).

Statements are written in DuckDB's dialect with the functions of `lake.functions`; on Spark they pass `lake.transpile`,
which refuses everything whose result is not proven equal.

    with open_engine() as engine:
        engine.files("people", table.files())
        engine.create("named", "SELECT record_id, upper(name) AS name FROM people")
        rows = engine.arrow("SELECT * FROM named")
"""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings

from xiezhi.datacenter.lake import duck, storage

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["DuckEngine", "Engine", "SparkEngine", "open_engine"]


class Engine:
    """What both engines can. Names of relations are plain identifiers."""

    name = ""

    def files(self, name: str, paths: Sequence[str]) -> None:
        """Parquet files as the relation `name`. Raises ValueError without files."""
        raise NotImplementedError

    def put(self, name: str, rows: pa.Table) -> None:
        """An Arrow table as the relation `name`."""
        raise NotImplementedError

    def view(self, name: str, sql: str) -> None:
        """A query under a name, computed whenever it is used."""
        raise NotImplementedError

    def create(self, name: str, sql: str) -> int:
        """A query computed once and kept under a name until the engine closes. Returns its rows."""
        raise NotImplementedError

    def arrow(self, sql: str) -> pa.Table:
        """The rows of a query."""
        raise NotImplementedError

    def write(self, sql: str, folder: Path) -> list[str]:
        """The rows of a query as Parquet files in a new folder. Returns their paths."""
        raise NotImplementedError

    def scalar(self, sql: str) -> Any:
        """The only value of the only row of a query."""
        return self.arrow(sql).column(0)[0].as_py()

    def close(self) -> None:
        """Forget everything."""

    def __enter__(self) -> Engine:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class DuckEngine(Engine):
    """DuckDB in this process. `con` is its connection, for what only DuckDB can."""

    name = "duckdb"

    def __init__(self, memory: str = "", threads: int | None = None) -> None:
        self.con = duck.connect(memory, threads)

    def files(self, name: str, paths: Sequence[str]) -> None:
        if not paths:
            raise ValueError(f"{name}: no files")
        listed = ", ".join(duck.text(str(p)) for p in paths)
        self.view(name, f"SELECT * FROM read_parquet([{listed}], hive_partitioning = false)")

    def put(self, name: str, rows: pa.Table) -> None:
        self.con.register(name, rows)

    def view(self, name: str, sql: str) -> None:
        self.con.execute(f"CREATE OR REPLACE TEMP VIEW {duck.quote(name)} AS {sql}")

    def create(self, name: str, sql: str) -> int:
        self.con.execute(f"CREATE OR REPLACE TEMP TABLE {duck.quote(name)} AS {sql}")
        return int(self.scalar(f"SELECT count(*) FROM {duck.quote(name)}"))

    def arrow(self, sql: str) -> pa.Table:
        return self.con.sql(sql).to_arrow_table()

    def write(self, sql: str, folder: Path) -> list[str]:
        target = duck.text(str(folder))
        rows = self.con.execute(
            f"COPY ({sql}) TO {target} (FORMAT parquet, COMPRESSION zstd, FILE_SIZE_BYTES {256 << 20}, RETURN_STATS)"
        ).fetchall()
        return [row[0] for row in rows]

    def close(self) -> None:
        self.con.close()


class SparkEngine(Engine):
    """Spark: local, or the cluster that `spark-defaults.conf` or SPARK_REMOTE name. The session is shared in a process."""

    name = "spark"

    def __init__(self) -> None:
        self.session = _session()
        self.folder = storage.scratch("spark")
        self._made: list[str] = []

    def _keep(self, name: str, frame: Any) -> None:
        frame.createOrReplaceTempView(name)
        self._made.append(name)

    def files(self, name: str, paths: Sequence[str]) -> None:
        if not paths:
            raise ValueError(f"{name}: no files")
        self._keep(name, self.session.read.option("mergeSchema", "true").parquet(*[str(p) for p in paths]))

    def put(self, name: str, rows: pa.Table) -> None:
        import pyarrow.parquet as parquet

        path = self.folder / f"{uuid.uuid4().hex}.parquet"
        parquet.write_table(rows, path, coerce_timestamps="us", allow_truncated_timestamps=True)
        self.files(name, [str(path)])

    def query(self, sql: str) -> Any:
        """The DataFrame of a statement in DuckDB's dialect. Raises transpile.Refused."""
        from xiezhi.datacenter.lake import transpile

        return self.session.sql(transpile.to_spark(sql))

    def view(self, name: str, sql: str) -> None:
        self._keep(name, self.query(sql))

    def create(self, name: str, sql: str) -> int:
        target = self.folder / uuid.uuid4().hex
        self.query(sql).write.parquet(str(target))
        frame = self.session.read.parquet(str(target))
        self._keep(name, frame)
        return int(frame.count())

    def arrow(self, sql: str) -> pa.Table:
        return self.query(sql).toArrow()

    def write(self, sql: str, folder: Path) -> list[str]:
        self.query(sql).write.parquet(str(folder))
        return sorted(str(p) for p in folder.rglob("*.parquet"))

    def close(self) -> None:
        for name in self._made:
            self.session.catalog.dropTempView(name)
        shutil.rmtree(self.folder, ignore_errors=True)


def _session() -> Any:
    from pyspark.sql import SparkSession

    scratch = Path(settings.HOME) / "tmp" / "spark"
    scratch.mkdir(parents=True, exist_ok=True, mode=0o700)
    return (
        SparkSession.builder.appName("xiezhi")
        .config("spark.sql.session.timeZone", "Asia/Shanghai")
        .config("spark.sql.ansi.enabled", "true")
        .config("spark.sql.shuffle.partitions", "8")
        .config("spark.ui.enabled", "false")
        .config("spark.local.dir", str(scratch))
        .config("spark.sql.warehouse.dir", str(scratch / "warehouse"))
        .config("spark.sql.execution.arrow.pyspark.enabled", "true")
        .getOrCreate()
    )


def open_engine(name: str = "") -> Engine:
    """The engine of this installation (setting ENGINE), or the one named. Raises ValueError for another name."""
    wanted = name or str(getattr(settings, "ENGINE", "duckdb"))
    if wanted == "duckdb":
        return DuckEngine()
    if wanted == "spark":
        return SparkEngine()
    raise ValueError(f"no engine {wanted!r}: duckdb or spark")
