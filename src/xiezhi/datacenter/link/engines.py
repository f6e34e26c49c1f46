"""Where the SQL of linking runs: DuckDB in this process, or Spark (`XIEZHI_ENGINE=spark`).

The SQL is written once in words both know. What one of them calls otherwise is named here, in DuckDB by macros. Tables are made whole,
so a step's result is fixed when it is read; only what is passed through is a view.
"""

from __future__ import annotations

import copy
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.parquet as pq

Batch = Callable[[pa.RecordBatch], pa.RecordBatch]
SHARE = 0.55
"""Part of the machine's memory that DuckDB may fill where nobody says otherwise; the rest is for values in Arrow and for others."""
MACROS = (
    "CREATE MACRO arrays_overlap(a, b) AS list_has_any(a, b)",
    "CREATE MACRO xxhash64(a, b) AS hash(a, b), (a, b, c) AS hash(a, b, c), (a, b, c, d) AS hash(a, b, c, d)",
    "CREATE MACRO startswith(a, b) AS starts_with(a, b)",
    "CREATE MACRO regexp_like(a, b) AS regexp_matches(a, b)",
)


class Engine(Protocol):
    """What linking asks of an engine."""

    name: str
    blocks_at_once: int

    def read(self, table: str, files: list[str]) -> list[str]:
        """Make Parquet files readable under a name; the names of their columns."""

    def table(self, name: str, sql: str, *, passing: bool = False) -> None:
        """Make (or make anew) a table of a query. One that is only passed through once or twice need not be kept."""

    def put(self, name: str, rows: pa.Table) -> None:
        """Make a table of rows in memory."""

    def map(self, name: str, sql: str, function: Batch, schema: pa.Schema) -> None:
        """Make a table by a function over batches of a query's rows."""

    def arrow(self, sql: str) -> pa.Table:
        """A query's rows in memory."""

    def batches(self, sql: str, size: int = 200_000) -> Iterator[pa.RecordBatch]:
        """A query's rows a batch at a time."""

    def write(self, sql: str, path: Path) -> None:
        """A query's rows as one Parquet file."""

    def drop(self, *names: str) -> None:
        """Forget tables."""

    def aside(self) -> Engine:
        """The same tables for another thread, so that Python works while SQL runs; itself where that is not to be had."""

    def close(self) -> None:
        """Free what is held."""


class DuckEngine:
    """DuckDB in memory; what does not fit goes to files in the working folder.

    Tables in memory are not compressed, which saves more time than any other setting; each is read a few times and dropped.
    """

    name = "duckdb"
    blocks_at_once = 1

    def __init__(self, folder: Path, *, threads: int = 0, memory: str = "") -> None:
        import duckdb

        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._con = duckdb.connect()
        self._views: set[str] = set()
        self._con.execute(f"SET temp_directory = '{_quoted(folder / 'spill')}'")
        self._con.execute("SET preserve_insertion_order = false")
        if threads:
            self._con.execute(f"SET threads = {threads}")
        if not memory:
            memory = f"{int(os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') * SHARE / 2**20)}MiB"
        self._con.execute(f"SET memory_limit = '{memory}'")
        for macro in MACROS:
            self._con.execute(macro)

    def read(self, table: str, files: list[str]) -> list[str]:
        listed = ", ".join(f"'{_quoted(file)}'" for file in files)
        self._con.execute(
            f"CREATE OR REPLACE VIEW {table} AS SELECT * FROM read_parquet([{listed}], union_by_name = true)"
        )
        return [row[0] for row in self._con.execute(f"DESCRIBE {table}").fetchall()]

    def table(self, name: str, sql: str, *, passing: bool = False) -> None:
        if passing:
            self._views.add(name)
        self._con.execute(f"CREATE OR REPLACE {'VIEW' if passing else 'TABLE'} {name} AS {sql}")

    def put(self, name: str, rows: pa.Table) -> None:
        self._con.register("rows_in_memory", rows)
        self._con.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM rows_in_memory")
        self._con.unregister("rows_in_memory")

    def map(self, name: str, sql: str, function: Batch, schema: pa.Schema) -> None:
        made = [function(batch) for batch in self.batches(sql)]
        self.put(name, pa.Table.from_batches(made, schema=schema))

    def arrow(self, sql: str) -> pa.Table:
        return self._con.sql(sql).to_arrow_table()

    def batches(self, sql: str, size: int = 200_000) -> Iterator[pa.RecordBatch]:
        yield from self._con.sql(sql).to_arrow_reader(size)

    def write(self, sql: str, path: Path) -> None:
        self._con.execute(f"COPY ({sql}) TO '{_quoted(path)}' (FORMAT parquet, COMPRESSION zstd)")

    def drop(self, *names: str) -> None:
        for name in names:
            self._con.execute(f"DROP {'VIEW' if name in self._views else 'TABLE'} IF EXISTS {name}")
            self._views.discard(name)

    def aside(self) -> DuckEngine:
        other = copy.copy(self)
        other._con = self._con.cursor()
        return other

    def close(self) -> None:
        self._con.close()


class SparkEngine:
    """Spark; each table is written to Parquet in the working folder, which also cuts the plan."""

    name = "spark"
    blocks_at_once = 1_000

    def __init__(self, folder: Path, *, threads: int = 0, memory: str = "") -> None:
        from pyspark.sql import SparkSession

        code = str(Path(__file__).resolve().parents[3])
        if code not in os.environ.get("PYTHONPATH", "").split(os.pathsep):
            os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [code, os.environ.get("PYTHONPATH", "")]))
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        self._folder = folder / "spark"
        self._folder.mkdir(parents=True, exist_ok=True)
        master = os.environ.get("XIEZHI_SPARK_MASTER", f"local[{threads or 2}]")
        self._spark = (
            SparkSession.builder.master(master).appName("xiezhi link")
            .config("spark.driver.memory", (memory or "4GB").replace("GB", "g"))
            .config("spark.driver.bindAddress", "127.0.0.1").config("spark.driver.host", "127.0.0.1")
            .config("spark.ui.enabled", "false").config("spark.sql.shuffle.partitions", str(2 * (threads or 2)))
            .config("spark.ui.showConsoleProgress", "false")
            .config("spark.sql.ansi.enabled", "false").config("spark.sql.execution.arrow.pyspark.enabled", "true")
            .getOrCreate()
        )  # fmt: skip
        self._spark.sparkContext.setLogLevel("ERROR")
        self._round = 0

    def _keep(self, name: str, frame: Any) -> None:
        self._round += 1
        target = self._folder / f"{name}-{self._round}"
        frame.write.mode("overwrite").parquet(str(target))
        self._spark.read.parquet(str(target)).createOrReplaceTempView(name)

    def read(self, table: str, files: list[str]) -> list[str]:
        frames = [self._spark.read.parquet(file) for file in files]
        whole = frames[0]
        for frame in frames[1:]:
            whole = whole.unionByName(frame, allowMissingColumns=True)
        whole.createOrReplaceTempView(table)
        return list(whole.columns)

    def table(self, name: str, sql: str, *, passing: bool = False) -> None:
        if passing:
            self._spark.sql(sql).createOrReplaceTempView(name)
        else:
            self._keep(name, self._spark.sql(sql))

    def put(self, name: str, rows: pa.Table) -> None:
        self._round += 1
        target = self._folder / f"{name}-{self._round}.parquet"
        pq.write_table(rows, target)
        self._spark.read.parquet(str(target)).createOrReplaceTempView(name)

    def map(self, name: str, sql: str, function: Batch, schema: pa.Schema) -> None:
        from pyspark.sql.pandas.types import from_arrow_schema

        def each(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
            for batch in batches:
                yield function(batch)

        self._keep(name, self._spark.sql(sql).mapInArrow(each, from_arrow_schema(schema)))

    def arrow(self, sql: str) -> pa.Table:
        return self._spark.sql(sql).toArrow()

    def batches(self, sql: str, size: int = 200_000) -> Iterator[pa.RecordBatch]:
        yield from self.arrow(sql).to_batches(size)

    def write(self, sql: str, path: Path) -> None:
        pq.write_table(self.arrow(sql), path, compression="zstd")

    def drop(self, *names: str) -> None:
        for name in names:
            self._spark.catalog.dropTempView(name)

    def aside(self) -> SparkEngine:
        return self

    def close(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)


def _quoted(path: Path | str) -> str:
    return str(path).replace("'", "''")


def engine_for(folder: Path, name: str = "", *, threads: int = 0, memory: str = "") -> Engine:
    """The engine asked for by name or by XIEZHI_ENGINE; DuckDB where nobody says otherwise."""
    asked = name or os.environ.get("XIEZHI_ENGINE", "duckdb")
    if asked not in {"duckdb", "spark"}:
        raise ValueError(f"XIEZHI_ENGINE: duckdb or spark, not {asked!r}")
    return (SparkEngine if asked == "spark" else DuckEngine)(folder, threads=threads, memory=memory)
