"""服务副本: rows of the lake brought into PostgreSQL in the shape look-ups need.

A copy equals one snapshot of its table, exactly: what changed since is found by comparing digests, and goes in within one
transaction, so a look-up sees the old state or the new one and never waits. Columns of level L4 lie sealed; identity
numbers and other look-up values are there only as keyed hashes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

import orjson
from django.db import connection, transaction

from xiezhi.datacenter.runs import services as runs
from xiezhi.datacenter.runs.models import Kind as RunKind
from xiezhi.datacenter.runs.models import Run
from xiezhi.datacenter.standards import declare as standards
from xiezhi.datacenter.standards.copies import Change
from xiezhi.kernel import sealing
from xiezhi.kernel.calendar import clock
from xiezhi.kernel.datasets.registry import ColumnType

from . import declare, services
from .declare import RANK, Interface, Kind
from .gateway.answers import SEALED
from .looking import identity, key_of, slots_of
from .models import ServedRow, ServedTable

__all__ = ["apply_change", "refresh", "refresh_all", "remains", "served_tables"]

CHUNK = 20_000
_ROW = ServedRow._meta.db_table


def _interfaces(code: str) -> list[Interface]:
    return [i for i in declare.interfaces.all() if i.kind is not Kind.PUSH and i.table == code]


def served_tables() -> list[str]:
    """Codes of the tables that some interface reads."""
    return sorted({i.table for i in declare.interfaces.all() if i.kind is not Kind.PUSH})


class _Shape:
    """What the copy of a table holds: columns in clear, columns to seal, keys by slot, whose rows they are."""

    def __init__(self, code: str, slots: list[list[str]]) -> None:
        found = _interfaces(code)
        if not found:
            raise runs.Stopped(f"没有接口使用数据表“{code}”，不需要服务副本。")
        table = standards.tables.get(code)
        columns = sorted({name for interface in found for name in interface.columns})
        self.plain = [n for n in columns if RANK[table.level_of(n)] < 4]
        self.deep = [n for n in columns if RANK[table.level_of(n)] >= 4]
        self.keys = slots_of([key for interface in found for key in interface.keys], slots)
        self.person = next((interface.person for interface in found if interface.person), ())
        self.code, self.table = code, table
        said = [self.plain, self.deep, self.keys, list(self.person), 1]
        self.digest = hashlib.sha256(orjson.dumps(said)).hexdigest()

    def expression(self, name: str) -> str:
        """A column as it goes into JSON: text but for numbers and booleans, so that nothing is rounded."""
        kind = self.table.element_of(name).type
        plain = kind in (ColumnType.INT, ColumnType.BOOL) and not self.table.column(name).repeated
        return f'"{name}"' if plain else f'CAST("{name}" AS VARCHAR)'

    def json(self, names: list[str]) -> str:
        if not names:
            return "NULL"
        return f"CAST(json_object({', '.join(f'{_text(n)}, {self.expression(n)}' for n in names)}) AS VARCHAR)"


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def refresh(table_code: str, *, by: Any = None, run_id: int | None = None) -> Run:
    """Bring the serving copy of a table to the present snapshot of the lake. Nothing is done where it is there already."""
    with runs.start(RunKind.SERVE, table_code, by=by, run_id=run_id) as job:
        _refresh(table_code, job)
    return job.run


def refresh_all(*, by: Any = None) -> list[Run]:
    """Every table some interface reads and the lake has."""
    from xiezhi.datacenter.lake import tables as lake

    return [refresh(c, by=by) for c in served_tables() if lake.get(standards.tables.get(c).lake_name).exists()]


def _refresh(code: str, job: runs.Job) -> None:
    from xiezhi.datacenter.lake import tables as lake

    source = lake.get(standards.tables.get(code).lake_name)
    if not source.exists():
        raise runs.Stopped(f"数据湖中还没有“{standards.tables.get(code).title}”，请先归集和治理。")
    served, _ = ServedTable.objects.get_or_create(code=code)
    shape = _Shape(code, served.slots)
    snapshot = source.snapshot()
    label = str(snapshot.id) if snapshot else ""
    if served.snapshot == label and served.shape == shape.digest and served.refreshed_at:
        job.count(rows_in=served.rows, rows_out=0, snapshot=label)
        return
    _bring(job, served, shape, source, snapshot.id if snapshot else None, label)


def _bring(job: runs.Job, served: ServedTable, shape: _Shape, source: Any, at: int | None, label: str) -> None:
    from xiezhi.datacenter.govern.overrides import restricted
    from xiezhi.datacenter.lake import duck

    # Rows that by a person's request may only be kept are not served (个人信息保护法 第47条第2款).
    kept_back = ", ".join(duck.text(r) for r in sorted(restricted(served.code)))
    usable = f"WHERE CAST(row_id AS VARCHAR) NOT IN ({kept_back})" if kept_back else ""
    with duck.connect() as con, transaction.atomic():
        job.stage("比对")
        served = ServedTable.objects.select_for_update().get(pk=served.pk)
        _load_known(con, served, served.shape == shape.digest)
        names = [*shape.plain, *shape.deep]
        pieces = ", ".join(f'coalesce(CAST("{name}" AS VARCHAR), chr(0))' for name in names)
        con.execute(
            f"CREATE TEMP TABLE present AS SELECT CAST(row_id AS VARCHAR) AS row_id, md5(concat_ws(chr(31), {pieces})) AS digest "
            f"FROM {source.sql(at)} AS s {usable}"
        )
        total, changed = con.execute(
            "SELECT count(*), count(*) FILTER (WHERE k.digest IS DISTINCT FROM p.digest) "
            "FROM present p LEFT JOIN known k ON k.row_id = p.row_id"
        ).fetchone()
        replaced = con.execute(
            "SELECT k.row_id FROM known k LEFT JOIN present p ON p.row_id = k.row_id WHERE p.digest IS DISTINCT FROM k.digest"
        )
        gone = _delete(served, (row[0] for row in _rows(replaced)), job)
        job.stage("写入", total=changed)
        keys = ", ".join(f'CAST("{name}" AS VARCHAR)' for name in _key_columns(shape)) or "NULL"
        wanted = con.execute(
            f"SELECT CAST(s.row_id AS VARCHAR), p.digest, {shape.json(shape.plain)}, {shape.json(shape.deep)}, {keys} "
            f"FROM {source.sql(at)} s JOIN present p ON p.row_id = CAST(s.row_id AS VARCHAR) "
            "LEFT JOIN known k ON k.row_id = p.row_id WHERE k.digest IS DISTINCT FROM p.digest"
        )
        made = _copy(served, shape, _rows(wanted), job)
        slots_changed = served.slots != shape.keys
        served.snapshot, served.shape, served.slots = label, shape.digest, shape.keys
        served.rows, served.refreshed_at = total, clock.now()
        served.save()
        if slots_changed:
            services.raise_version()  # gateways learn which slot holds which key with the next version of the policy
        job.count(rows_in=total, rows_out=made, snapshot=label, removed=gone)


def _load_known(con: Any, served: ServedTable, comparable: bool) -> None:
    """Identity and digest of the rows that are served. Where the shape changed every row is written anew."""
    import pyarrow as pa

    con.execute("CREATE TEMP TABLE known (row_id VARCHAR, digest VARCHAR)")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT row_id::text, encode(digest, 'hex') FROM {_ROW} WHERE table_id = %s", [served.pk])
        while rows := cursor.fetchmany(100_000):
            held = pa.table({
                "row_id": [row[0] for row in rows], "digest": [row[1] if comparable else "" for row in rows],
            })  # fmt: skip
            con.register("held", held)
            con.execute("INSERT INTO known SELECT * FROM held")
            con.unregister("held")


def _rows(cursor: Any) -> Iterator[Any]:
    while rows := cursor.fetchmany(CHUNK):
        yield from rows


def _key_columns(shape: _Shape) -> list[str]:
    names = [name for key in shape.keys for name in key] + list(shape.person)
    return list(dict.fromkeys(names))


def _delete(served: ServedTable, row_ids: Iterable[str], job: runs.Job) -> int:
    gone = 0
    chunk: list[str] = []

    def flush() -> int:
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {_ROW} WHERE table_id = %s AND row_id = ANY(%s::uuid[])", [served.pk, chunk])
            return int(cursor.rowcount)

    for row_id in row_ids:
        chunk.append(row_id)
        if len(chunk) == CHUNK:
            gone += flush()
            chunk.clear()
            job.advance(0)
    return gone + (flush() if chunk else 0)


def _copy(served: ServedTable, shape: _Shape, rows: Iterable[tuple[Any, ...]], job: runs.Job) -> int:
    """New and changed rows, by COPY in the transaction of the connection."""
    columns = _key_columns(shape)
    slots: list[tuple[str, ...]] = [tuple(key) for key in shape.keys]
    statement = (
        f"COPY {_ROW} (table_id, row_id, digest, k1, k2, k3, k4, data, sealed, person) FROM STDIN (FORMAT BINARY)"
    )
    made = 0
    with connection.cursor() as cursor, cursor.cursor.copy(statement) as copy:
        copy.set_types(["int8", "uuid", "bytea", "uuid", "uuid", "uuid", "uuid", "bytea", "bytea", "bytea"])
        for row_id, digest, plain, deep, *values in rows:
            held = dict(zip(columns, values, strict=False))
            keys: list[UUID | None] = [key_of(shape.code, key, held) for key in slots]
            keys += [None] * (4 - len(keys))
            person = (
                identity(held.get(shape.person[0], "") or "", held.get(shape.person[-1]) or "")
                if shape.person
                else None
            )
            copy.write_row((
                served.pk, UUID(row_id), bytes.fromhex(digest), *keys, (plain or "{}").encode(),
                sealing.seal(orjson.loads(deep), context=SEALED) if deep else None, person,
            ))  # fmt: skip
            made += 1
            if made % 2000 == 0:
                job.run.done += 2000
    return made


# Correction and deletion on a person's request


def apply_change(change: Change) -> int:
    """Take rows out that are to be deleted or corrected; corrected ones come back from the lake with the next refresh."""
    found = ServedRow.objects.filter(table__code=change.table, row_id__in=change.row_ids)
    touched = int(found.delete()[0])
    if touched:
        ServedTable.objects.filter(code=change.table).update(snapshot="")
    if not change.deletes and change.table in served_tables():
        from xiezhi.datacenter.lake import tables as lake

        if lake.get(standards.tables.get(change.table).lake_name).exists():
            refresh(change.table)
    return touched


def remains(change: Change) -> int:
    """Rows that still hold what should be gone or another value than the corrected one."""
    left = 0
    for row in ServedRow.objects.filter(table__code=change.table, row_id__in=change.row_ids):
        if change.deletes:
            left += 1
            continue
        held = orjson.loads(bytes(row.data))
        if row.sealed:
            held.update(sealing.unseal(row.sealed, context=SEALED))
        left += any(name in held and _said(held[name]) != _said(value) for name, value in change.values.items())
    return left


def _said(value: Any) -> str:
    return "" if value is None else str(value)
