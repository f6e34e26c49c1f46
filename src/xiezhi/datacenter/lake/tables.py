"""Tables of the lake.

    table = get("std.std_lawyer")
    table.create(schema, keys=("row_id",), level=Level.PERSONAL)
    table.append(rows, batch_id="2026-06-15/a.csv/…")     # the same batch a second time changes nothing
    con.execute(f"SELECT count(*) FROM {table.sql()}")

A change is one commit: files are written first, then one row of the catalog moves. A process that dies in between leaves
files that nobody sees; `maintain.sweep` removes them. Writers of one table wait for each other; should two meet all the
same, the commit of the second is refused by the catalog, it looks again whether its batch is in, and starts anew.
"""

from __future__ import annotations

import shutil
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xiezhi.datacenter.lake import catalog as catalogs
from xiezhi.datacenter.lake import duck, storage, writing
from xiezhi.datacenter.lake.writing import BUCKET, Select
from xiezhi.kernel.calendar import clock
from xiezhi.kernel.datasets.registry import Level

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Busy", "LakeTable", "NoTable", "Select", "Snapshot", "drop", "get", "names"]

BATCH, AT, KIND = "xiezhi.batch", "xiezhi.at", "xiezhi.kind"
PROPERTIES = {
    "format-version": "2",
    "commit.retry.num-retries": "0",  # a retry must look for its batch first, so it is ours
    "commit.manifest-merge.enabled": "true",
    "commit.manifest.min-count-to-merge": "30",
    "write.metadata.delete-after-commit.enabled": "true",
    "write.metadata.previous-versions-max": "20",
}
WAIT = 1800.0
"""Seconds a writer waits for another one of the same table."""
ATTEMPTS = 6


class NoTable(LookupError):
    """The lake has no such table, or it had none at that moment."""


class Busy(RuntimeError):
    """Another writer holds the table too long."""


@dataclass(frozen=True)
class Snapshot:
    """A state of a table. `at` is the platform's time of the change, `kind` append, replace, merge, compact or delete,
    `batch_id` the batch that made it, `rows` the rows of the table then. `repeated`: the batch was in already and nothing
    was written."""

    id: int
    at: datetime
    kind: str
    batch_id: str
    rows: int
    repeated: bool = False


class LakeTable:
    """One table by its full name, "std.std_lawyer". Cheap to make; nothing is read before it is asked."""

    def __init__(self, name: str) -> None:
        namespace, _, short = name.partition(".")
        if not namespace or not short or not all(p.replace("_", "a").isalnum() for p in (namespace, short)):
            raise ValueError(f"{name!r} is no table name: namespace.table of letters, digits and _")
        self.name = name
        self.identifier = (namespace, short)

    def __repr__(self) -> str:
        return f"LakeTable({self.name!r})"

    # What there is

    def exists(self) -> bool:
        return bool(catalogs.catalog().table_exists(self.identifier))

    def iceberg(self) -> Any:
        """PyIceberg's own table, freshly loaded. Raises NoTable."""
        from pyiceberg.exceptions import NoSuchTableError

        try:
            return catalogs.catalog().load_table(self.identifier)
        except NoSuchTableError:
            raise NoTable(f"no table {self.name} in the lake") from None

    def schema(self) -> pa.Schema:
        """Arrow schema of the columns readers see."""
        import pyarrow as pa

        fields = [f for f in self.iceberg().schema().as_arrow() if f.name != BUCKET]
        return pa.schema([pa.field(f.name, _plain(f.type)) for f in fields])

    def columns(self) -> list[str]:
        return [f.name for f in self.iceberg().schema().fields if f.name != BUCKET]

    def snapshots(self) -> list[Snapshot]:
        """What the table can still be asked as of, oldest first."""
        return [_snapshot(s) for s in sorted(self.iceberg().metadata.snapshots, key=lambda s: s.sequence_number or 0)]

    def snapshot(self) -> Snapshot | None:
        """The present state; None for a table that was never written."""
        found = self.iceberg().current_snapshot()
        return _snapshot(found) if found else None

    def count(self, as_of: datetime | int | None = None) -> int:
        """Rows, from the snapshot, without reading any."""
        table = self.iceberg()
        found = self._at(table, as_of)
        return _snapshot(found).rows if found else 0

    def files(self, as_of: datetime | int | None = None) -> list[str]:
        """Paths on this machine of the Parquet files that are the table now, or were at a moment or in a snapshot. They also
        hold the hidden column `_bucket` where rows are merged by key. Raises NoTable where there was no table then."""
        table = self.iceberg()
        return storage.fetch(table.io, [f.file_path for f in self._data_files(table, as_of)])

    def sql(self, as_of: datetime | int | None = None) -> str:
        """The table as text for FROM in DuckDB, with its columns and types even where it has no rows."""
        table = self.iceberg()
        files = self._data_files(table, as_of)
        return relation(
            table.schema(), storage.fetch(table.io, [f.file_path for f in files]), len(table.schemas()) == 1
        )

    def has_batch(self, batch_id: str) -> Snapshot | None:
        """The snapshot of a batch, or None. Works after the snapshot has expired too."""
        return self._known(self.iceberg(), batch_id)

    # Making and changing

    def create(
        self,
        schema: pa.Schema,
        partition: Sequence[str] = (),
        *,
        keys: Sequence[str] = (),
        buckets: int = 16,
        level: Level = Level.PERSONAL,
        retention_days: int | None = None,
    ) -> LakeTable:
        """Make the table where it is not there yet; new columns of `schema` are added to one that is.

        `partition`: columns (text or whole numbers, few values) whose values get files of their own. `keys`: rows are
        merged by these columns; then files are kept by a hash of them in `buckets`. `level` decides how long older
        states are kept (`maintain.KEPT`), `retention_days` overrides it.
        """
        import pyarrow as pa
        from pyiceberg.exceptions import TableAlreadyExistsError
        from pyiceberg.partitioning import PartitionField, PartitionSpec
        from pyiceberg.schema import assign_fresh_schema_ids
        from pyiceberg.transforms import IdentityTransform

        if self.exists():
            return self.evolve(schema)
        fields = [pa.field(f.name, _plain(f.type)) for f in schema]
        if keys:
            fields.append(pa.field(BUCKET, pa.int32()))
            partition = (*partition, BUCKET)
        books = catalogs.catalog()
        made = assign_fresh_schema_ids(books._convert_schema_if_needed(pa.schema(fields)))
        parts = [
            PartitionField(made.find_field(c).field_id, 1000 + i, IdentityTransform(), c)
            for i, c in enumerate(partition)
        ]
        properties = {
            **PROPERTIES, "xiezhi.keys": ",".join(keys), "xiezhi.buckets": str(buckets), "xiezhi.level": level.value,
            **({"xiezhi.retention-days": str(retention_days)} if retention_days is not None else {}),
        }  # fmt: skip
        books.create_namespace_if_not_exists(self.identifier[:1])
        try:
            books.create_table(
                self.identifier,
                made,
                location=f"{storage.warehouse()}/{'/'.join(self.identifier)}-{uuid.uuid4().hex[:8]}",
                partition_spec=PartitionSpec(*parts),
                properties=properties,
            )
        except TableAlreadyExistsError:
            return self.evolve(schema)
        return self

    def evolve(self, schema: pa.Schema) -> LakeTable:
        """Add the columns that `schema` has and the table has not. Raises ValueError where a column has another type."""
        import pyarrow as pa

        table = self.iceberg()
        known = {f.name: _plain(f.type) for f in table.schema().as_arrow()}
        other = [f.name for f in schema if f.name in known and known[f.name] != _plain(f.type)]
        if other:
            raise ValueError(f"{self.name}: columns {other} have another type in the lake")
        new = [pa.field(f.name, _plain(f.type)) for f in schema if f.name not in known]
        if new:
            with self._writing(), self.iceberg().update_schema() as update:
                update.union_by_name(pa.schema(new))
        return self

    def append(self, source: Any, *, batch_id: str, before: Callable[[list[str]], None] | None = None) -> Snapshot:
        """Add rows, exactly once per batch: a second append of the same batch writes nothing and says `repeated`.

        `source`: Arrow table, record batch reader, list of Parquet paths, or `Select(connection, query)`. A reader can be
        read once only: pass `Select` or a table where other writers may be at work. `before` sees the paths of the files
        written, just before they become part of the table; where it raises, they are removed and nothing has happened.
        """

        def make(table: Any, folder: Path) -> tuple[list[Any], list[Any]]:
            added = self._written(table, source, folder)
            if before is not None:
                try:
                    before(storage.fetch(table.io, [f.file_path for f in added]))
                except BaseException:
                    storage.delete(table.io, [f.file_path for f in added])
                    raise
            return added, []

        return self._change("append", batch_id, make)

    def replace(self, source: Any, *, batch_id: str) -> Snapshot:
        """The rows of `source` instead of all that the table holds; older states can still be asked."""
        return self._change(
            "replace",
            batch_id,
            lambda table, folder: (self._written(table, source, folder), self._data_files(table, None)),
        )

    def merge(self, source: Any, keys: Sequence[str] = (), *, batch_id: str, deletes: Any = None) -> Snapshot:
        """Rows of `source` take the place of those with the same key, others are added; keys in `deletes` go.

        Only files that hold a touched key are written anew. `keys` are those the table was made with (they may be left
        out). Raises ValueError where a key is NULL or comes twice.
        """
        from xiezhi.datacenter.lake.merging import merged

        wanted = self.keys()
        if not wanted or (keys and tuple(keys) != wanted):
            raise ValueError(f"{self.name} is merged by {wanted or 'no key'}, not by {tuple(keys)}")
        return self._change("merge", batch_id, lambda table, folder: merged(self, table, source, deletes, folder))

    def delete_rows(self, row_ids: Sequence[str], *, column: str = "row_id", reason: str = "") -> int:
        """Remove rows for good, from the present state and from every earlier one, and return how many there were.

        The files that hold them are written anew; then all earlier states of this table expire and their files go,
        because an earlier state would still tell what must be forgotten. Safe to repeat.
        """
        if not row_ids:
            return 0
        listed = ", ".join(duck.text(str(r)) for r in row_ids)
        return self.delete_where(f"CAST({duck.quote(column)} AS VARCHAR) IN ({listed})", reason=reason)

    def delete_where(self, condition: str, *, reason: str = "") -> int:
        """`delete_rows` for rows for which an expression of DuckDB over the columns is true."""
        from xiezhi.datacenter.lake import maintain

        return maintain.erase(self, condition, reason)

    def compact(self) -> Snapshot | None:
        """Write many small files anew as few large ones. Nothing a reader sees changes; None where there was no need."""
        from xiezhi.datacenter.lake import maintain

        return maintain.compact(self)

    def expire(self, before: datetime) -> int:
        """Forget states older than `before` (the present one stays) and remove files only they used. Returns states gone."""
        from xiezhi.datacenter.lake import maintain

        return maintain.expire(self, before)

    def keys(self) -> tuple[str, ...]:
        found = self.iceberg().properties.get("xiezhi.keys", "")
        return tuple(found.split(",")) if found else ()

    # How it is done

    def _at(self, table: Any, as_of: datetime | int | None) -> Any:
        if as_of is None:
            return table.current_snapshot()
        if isinstance(as_of, int):
            found = table.snapshot_by_id(as_of)
        else:
            past = [s for s in table.metadata.snapshots if _snapshot(s).at <= as_of]
            found = max(past, key=lambda s: (_snapshot(s).at, s.sequence_number or 0), default=None)
        if found is None:
            raise NoTable(f"{self.name} has no state as of {as_of}: it was not there, or that state has expired")
        return found

    def _data_files(self, table: Any, as_of: datetime | int | None) -> list[Any]:
        found = self._at(table, as_of)
        if found is None:
            return []
        return [
            entry.data_file
            for manifest in found.manifests(table.io)
            for entry in manifest.fetch_manifest_entry(table.io, discard_deleted=True)
        ]

    def _written(self, table: Any, source: Any, folder: Path) -> list[Any]:
        with writing.opened(source) as rows:
            sql = bucketed(table, rows.sql)
            return writing.write(table, Select(rows.con, sql), partition_of(table), folder)

    def _known(self, table: Any, batch_id: str) -> Snapshot | None:
        for found in table.metadata.snapshots:
            if found.summary and found.summary.get(BATCH) == batch_id:
                return _snapshot(found)
        rows = catalogs.execute(
            'SELECT snapshot_id, at, rows FROM lake_batch WHERE catalog = :c AND "table" = :t AND batch_id = :b',
            c=catalogs.name(), t=self.name, b=batch_id,
        )  # fmt: skip
        return Snapshot(rows[0][0], rows[0][1], "expired", batch_id, rows[0][2]) if rows else None

    def _change(
        self, kind: str, batch_id: str, make: Callable[[Any, Path], tuple[list[Any], list[Any]]], *, always: bool = True
    ) -> Snapshot:
        """Write files and commit them. `make` gives the files that come and those that go."""
        from pyiceberg.exceptions import CommitFailedException

        if not batch_id or len(batch_id) > 200:
            raise ValueError("a batch needs an id of at most 200 characters")
        for attempt in range(ATTEMPTS):
            with self._writing():
                table = self.iceberg()
                known = self._known(table, batch_id)
                if known is not None:
                    return Snapshot(known.id, known.at, known.kind, batch_id, known.rows, repeated=True)
                folder = storage.scratch("stage")
                try:
                    added, removed = make(table, folder)
                    if not always and not added and not removed:
                        return Snapshot(0, clock.now(), kind, batch_id, self.count(), repeated=True)
                    return self._commit(table, kind, batch_id, added, removed)
                except CommitFailedException:
                    storage.delete(table.io, [f.file_path for f in added])
                    if attempt == ATTEMPTS - 1:
                        raise
                finally:
                    shutil.rmtree(folder, ignore_errors=True)
            time.sleep(0.05 * 2**attempt)
        raise AssertionError("unreachable")

    def _commit(self, table: Any, kind: str, batch_id: str, added: list[Any], removed: list[Any]) -> Snapshot:
        properties = {BATCH: batch_id, AT: clock.now().isoformat(), KIND: kind}
        with table.transaction() as transaction:
            update = transaction.update_snapshot(snapshot_properties=properties)
            producer = update.overwrite() if removed else update.merge_append()
            with producer as change:
                for one in removed:
                    change.delete_data_file(one)
                for one in added:
                    change.append_data_file(one)
        done = table.current_snapshot()
        assert done is not None
        return _snapshot(done)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Keep other writers of this table away, across processes, until the block ends or the process dies."""
        from sqlalchemy import text

        key = {"n": f"{catalogs.name()}:{self.name}"}
        engine = catalogs.catalog().engine
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            deadline, pause = time.monotonic() + WAIT, 0.02
            lock = text("SELECT pg_try_advisory_lock(hashtext('xiezhi.lake'), hashtext(:n))")
            while not connection.execute(lock, key).scalar():
                if time.monotonic() > deadline:
                    raise Busy(f"{self.name} is being written by another process")
                time.sleep(pause)
                pause = min(pause * 1.5, 0.5)
            try:
                yield
            finally:
                connection.execute(text("SELECT pg_advisory_unlock(hashtext('xiezhi.lake'), hashtext(:n))"), key)


def get(name: str) -> LakeTable:
    """The table of this name; it need not exist yet."""
    return LakeTable(name)


def names(namespace: str = "") -> list[str]:
    """Full names of the tables of the lake, or of one namespace, in order."""
    books = catalogs.catalog()
    spaces = [(namespace,)] if namespace else books.list_namespaces()
    return sorted(".".join(t) for s in spaces if books.namespace_exists(s) for t in books.list_tables(s))


def drop(name: str) -> None:
    """Remove a table with all its states and files. Nothing happens where it is not there."""
    table = get(name)
    if not table.exists():
        return
    with table._writing():
        found = table.iceberg()
        catalogs.catalog().drop_table(table.identifier)
        storage.delete(found.io, [location for location, _ in storage.listing(found.location())])
    catalogs.execute('DELETE FROM lake_batch WHERE catalog = :c AND "table" = :t', c=catalogs.name(), t=name)


def relation(schema: Any, files: Sequence[str], uniform: bool = True) -> str:
    """Parquet files of one table as text for FROM: its columns without the hidden one. `uniform`: all files have them all."""
    kinds = {c: k for c, k in writing.types_of(schema).items() if c != BUCKET}
    empty = ", ".join(f"CAST(NULL AS {k}) AS {duck.quote(c)}" for c, k in kinds.items())
    if not files:
        return f"(SELECT {empty} WHERE false)"
    paths = ", ".join(duck.text(f) for f in files)
    if uniform:
        columns = ", ".join(map(duck.quote, kinds))
        return f"(SELECT {columns} FROM read_parquet([{paths}], hive_partitioning = false))"
    columns = ", ".join(f"CAST({duck.quote(c)} AS {k}) AS {duck.quote(c)}" for c, k in kinds.items())
    return (
        f"(SELECT {columns} FROM ((SELECT {empty} WHERE false) UNION ALL BY NAME "
        f"(SELECT * FROM read_parquet([{paths}], union_by_name = true, hive_partitioning = false))))"
    )


def partition_of(table: Any) -> list[str]:
    return [field.name for field in table.spec().fields]


def bucket_sql(keys: Sequence[str], buckets: int) -> str:
    """The bucket of a row as an expression. MD5 of the key, so that it never changes with the engine's version."""
    joined = " || chr(31) || ".join(f"CAST({duck.quote(k)} AS VARCHAR)" for k in keys)
    return f"CAST(coalesce(md5_number_lower({joined}) % {buckets}, 0) AS INTEGER)"


def bucketed(table: Any, sql: str) -> str:
    """A query with the hidden column where the table has it."""
    keys = table.properties.get("xiezhi.keys", "")
    if not keys:
        return sql
    buckets = int(table.properties["xiezhi.buckets"])
    return f"SELECT *, {bucket_sql(keys.split(','), buckets)} AS {duck.quote(BUCKET)} FROM ({sql}) AS k"


def _snapshot(found: Any) -> Snapshot:
    summary: Mapping[str, str] = found.summary.additional_properties if found.summary else {}
    at = summary.get(AT)
    moment = datetime.fromisoformat(at) if at else datetime.fromtimestamp(found.timestamp_ms / 1000, clock.SHANGHAI)
    return Snapshot(
        int(found.snapshot_id),
        moment,
        summary.get(KIND, str(found.summary.operation.value) if found.summary else ""),
        summary.get(BATCH, ""),
        int(summary.get("total-records", 0)),
    )


def _plain(kind: Any) -> Any:
    """Types as Iceberg knows them: no large strings, microseconds."""
    import pyarrow as pa

    if pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return pa.string()
    if pa.types.is_large_binary(kind):
        return pa.binary()
    if pa.types.is_timestamp(kind):
        return pa.timestamp("us", "UTC" if kind.tz else None)
    if pa.types.is_large_list(kind) or pa.types.is_list(kind):
        return pa.list_(_plain(kind.value_type))
    if pa.types.is_int8(kind) or pa.types.is_int16(kind) or pa.types.is_uint8(kind) or pa.types.is_uint16(kind):
        return pa.int32()
    if pa.types.is_uint32(kind):
        return pa.int64()
    return kind
