"""Rows into data files of a table: one pass of DuckDB, written where they will stay, not yet part of the table."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xiezhi.datacenter.lake import duck, storage

__all__ = ["BUCKET", "FILE_BYTES", "Select", "Source", "data_file", "field_ids", "opened", "types_of", "write"]

BUCKET = "_bucket"
"""Hidden column of tables that are merged by key: a hash of the key modulo the number of buckets."""
FILE_BYTES = 256 << 20
"""Size at which a new data file is begun."""


@dataclass(frozen=True)
class Select:
    """Rows that a query of an open DuckDB connection gives."""

    con: Any
    sql: str


Source = Any
"""An Arrow table, a record batch reader, a list of Parquet paths, or a `Select`."""


@contextmanager
def opened(source: Any, con: Any = None) -> Iterator[Select]:
    """The source as a query of a connection: its own, the one given, or a new one."""
    if isinstance(source, Select):
        yield source
        return
    own = None if con is not None else duck.connect()
    used: Any = con if con is not None else own
    view = f"source_{uuid.uuid4().hex[:12]}"
    try:
        if isinstance(source, (list, tuple)):
            if not source:
                raise ValueError("no files")
            files = ", ".join(duck.text(str(f)) for f in source)
            yield Select(
                used, f"SELECT * FROM read_parquet([{files}], union_by_name = true, hive_partitioning = false)"
            )
        else:
            used.register(view, source)
            yield Select(used, f"SELECT * FROM {view}")
    finally:
        if own is not None:
            own.close()
        elif not isinstance(source, (list, tuple)):
            used.unregister(view)


def types_of(schema: Any) -> dict[str, str]:
    """DuckDB's name of the type of each column of an Iceberg schema, in order."""
    return {f.name: _type(f.field_type) for f in schema.fields}


def _type(kind: Any) -> str:
    from pyiceberg import types as t

    plain: dict[Any, str] = {
        t.StringType: "VARCHAR", t.BooleanType: "BOOLEAN", t.IntegerType: "INTEGER", t.LongType: "BIGINT",
        t.FloatType: "FLOAT", t.DoubleType: "DOUBLE", t.DateType: "DATE", t.TimeType: "TIME", t.TimestampType: "TIMESTAMP",
        t.TimestamptzType: "TIMESTAMPTZ", t.BinaryType: "BLOB", t.UUIDType: "UUID",
    }  # fmt: skip
    if type(kind) in plain:
        return plain[type(kind)]
    if isinstance(kind, t.DecimalType):
        return f"DECIMAL({kind.precision},{kind.scale})"
    if isinstance(kind, t.ListType):
        return _type(kind.element_type) + "[]"
    if isinstance(kind, t.StructType):
        inner = ", ".join(f"{duck.quote(f.name)} {_type(f.field_type)}" for f in kind.fields)
        return f"STRUCT({inner})"
    if isinstance(kind, t.MapType):
        return f"MAP({_type(kind.key_type)}, {_type(kind.value_type)})"
    raise TypeError(f"no column of type {kind} in the lake")


def field_ids(schema: Any) -> str:
    """The value of DuckDB's FIELD_IDS, so that every reader of Iceberg finds columns by number."""
    return _ids(schema.fields)


def _ids(fields: Any) -> str:
    return "{" + ", ".join(f"{duck.quote(f.name)}: {_id(f.field_id, f.field_type)}" for f in fields) + "}"


def _id(number: int, kind: Any) -> str:
    from pyiceberg import types as t

    if isinstance(kind, t.ListType):
        return f"{{__duckdb_field_id: {number}, element: {_id(kind.element_id, kind.element_type)}}}"
    if isinstance(kind, t.MapType):
        key, value = _id(kind.key_id, kind.key_type), _id(kind.value_id, kind.value_type)
        return f"{{__duckdb_field_id: {number}, key: {key}, value: {value}}}"
    if isinstance(kind, t.StructType):
        return f"{{__duckdb_field_id: {number}, " + _ids(kind.fields)[1:]
    return str(number)


def write(table: Any, source: Select, partition: Sequence[str], folder: Path) -> list[Any]:
    """Write the rows of a query, whose columns are those of the table, and return them as Iceberg data files.

    The rows lie at their place afterwards; until a commit names them nobody sees them. Raises ValueError where the query
    lacks a column or brings one that the table has not.
    """
    schema = table.schema()
    columns = types_of(schema)
    given = [row[0] for row in source.con.execute(f"DESCRIBE {source.sql}").fetchall()]
    unknown = [c for c in given if c not in columns]
    missing = [f.name for f in schema.fields if f.required and f.name not in given]
    if unknown or missing:
        raise ValueError(f"{'.'.join(table.name())}: unknown columns {unknown}, missing columns {missing}")
    chosen = ", ".join(
        f"CAST({duck.quote(c)} AS {kind}) AS {duck.quote(c)}"
        if c in given
        else f"CAST(NULL AS {kind}) AS {duck.quote(c)}"
        for c, kind in columns.items()
    )
    options = [
        "FORMAT parquet", "COMPRESSION zstd", f"FILENAME_PATTERN {duck.text('part-{uuid}')}", "RETURN_STATS",
        f"FIELD_IDS {field_ids(schema)}",
    ]  # fmt: skip
    # Dictionaries for columns of few values only: trying them on names and numbers costs a third of the time.
    options += ["DICTIONARY_SIZE_LIMIT 5000", "WRITE_BLOOM_FILTER false"]
    if partition:
        options += [f"PARTITION_BY ({', '.join(map(duck.quote, partition))})", "WRITE_PARTITION_COLUMNS true"]
    else:
        options.append(f"FILE_SIZE_BYTES {FILE_BYTES}")
    target = folder / "out"
    stats = source.con.execute(
        f"COPY (SELECT {chosen} FROM ({source.sql}) AS s) TO {duck.text(str(target))} ({', '.join(options)})"
    ).fetchall()
    out = []
    for name, count, size, _footer, _columns, keys, *_ in stats:
        if not count:
            Path(name).unlink(missing_ok=True)
            continue
        location = f"{table.location()}/data/{uuid.uuid4().hex}.parquet"
        storage.place(table.io, Path(name), location)
        out.append(data_file(table, location, int(count), int(size), keys or {}, partition))
    return out


def data_file(table: Any, location: str, count: int, size: int, keys: Any, partition: Sequence[str]) -> Any:
    """Iceberg's record of a file. It holds counts and no smallest or largest values: those would put identity numbers
    into manifests, and DuckDB and Spark read them in the file's own footer anyway."""
    from pyiceberg.manifest import DataFile, DataFileContent, FileFormat
    from pyiceberg.typedef import Record
    from pyiceberg.types import IntegerType, LongType

    def value(column: str) -> Any:
        raw = keys.get(column)
        if raw is None:
            return None
        kind = table.schema().find_field(column).field_type
        return int(raw) if isinstance(kind, (IntegerType, LongType)) else str(raw)

    return DataFile.from_args(
        content=DataFileContent.DATA,
        file_path=location,
        file_format=FileFormat.PARQUET,
        partition=Record(*(value(c) for c in partition)),
        record_count=count,
        file_size_in_bytes=size,
        column_sizes={},
        value_counts={},
        null_value_counts={},
        nan_value_counts={},
        lower_bounds={},
        upper_bounds={},
        split_offsets=None,
        equality_ids=None,
        key_metadata=None,
        sort_order_id=None,
        spec_id=table.metadata.default_spec_id,
    )
