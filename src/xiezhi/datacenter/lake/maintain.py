"""Upkeep: fewer and larger files, an end to old states, files that no state names, forgetting a person's rows.

How long an earlier state can be asked follows the sensitivity of the table (`KEPT`): the more harm a leak does, the
sooner only the present is left.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from xiezhi.datacenter.lake import catalog as catalogs
from xiezhi.datacenter.lake import duck, storage, writing
from xiezhi.datacenter.lake.writing import Select
from xiezhi.kernel.calendar import clock

if TYPE_CHECKING:
    from pathlib import Path

    from xiezhi.datacenter.lake.tables import LakeTable, Snapshot

__all__ = ["KEPT", "compact", "erase", "expire", "keep_up", "kept_days", "sweep"]

KEPT = {"CORE": 7, "PERSONAL": 7, "SENSITIVE": 30, "INTERNAL": 90, "OPEN": 365}
"""Days for which earlier states of a table can be asked, by the level of its data."""
TARGET = 128 << 20
SMALL = 32 << 20
MANY = 8
"""More than MANY files below SMALL bytes in one partition are joined into files of about TARGET bytes."""
CACHE_BYTES = 20 << 30
"""What copies of a remote warehouse's files may fill on this machine."""
ORPHAN_SECONDS = 24 * 3600
"""Age from which a file that no state names is taken for left over. Longer than any step writes."""


def kept_days(table: LakeTable) -> int:
    """How many days earlier states of this table are kept."""
    properties = table.iceberg().properties
    own = properties.get("xiezhi.retention-days")
    return int(own) if own is not None else KEPT.get(properties.get("xiezhi.level", "PERSONAL"), 7)


def compact(table: LakeTable) -> Snapshot | None:
    """See `LakeTable.compact`."""
    from xiezhi.datacenter.lake import tables

    def joined(found: Any, folder: Path) -> tuple[list[Any], list[Any]]:
        groups: dict[tuple[Any, ...], list[Any]] = {}
        width = len(tables.partition_of(found))
        for one in table._data_files(found, None):
            if one.file_size_in_bytes < SMALL:
                groups.setdefault(tuple(one.partition[i] for i in range(width)), []).append(one)
        removed = [f for group in groups.values() if len(group) > MANY for f in group]
        if not removed:
            return [], []
        with duck.connect() as con:
            sql = _read(found, removed)
            return writing.write(found, Select(con, sql), tables.partition_of(found), folder), removed

    done = table._change("compact", f"compact-{uuid.uuid4()}", joined, always=False)
    return None if done.repeated else done


def _read(found: Any, files: Sequence[Any]) -> str:
    from xiezhi.datacenter.lake import merging

    return f"SELECT * FROM {merging._read(found, storage.fetch(found.io, [f.file_path for f in files]))}"


def expire(table: LakeTable, before: datetime) -> int:
    """See `LakeTable.expire`. The batches of the states that go are written down first, so that they stay known."""
    from xiezhi.datacenter.lake import tables

    with table._writing():
        found = table.iceberg()
        current = found.current_snapshot()
        old = [
            s
            for s in found.metadata.snapshots
            if current is not None and s.snapshot_id != current.snapshot_id and tables._snapshot(s).at < before
        ]
        if not old:
            return 0
        used = _referenced(found)
        for one in old:
            state = tables._snapshot(one)
            if state.batch_id:
                catalogs.execute(
                    'INSERT INTO lake_batch (catalog, "table", batch_id, snapshot_id, rows, at) '
                    "VALUES (:c, :t, :b, :s, :r, :a) ON CONFLICT DO NOTHING",
                    c=catalogs.name(), t=table.name, b=state.batch_id, s=state.id, r=state.rows, a=state.at,
                )  # fmt: skip
        found.maintenance.expire_snapshots().by_ids([s.snapshot_id for s in old]).commit()
        after = table.iceberg()
        storage.delete(after.io, used - _referenced(after))
        return len(old)


def _referenced(found: Any) -> set[str]:
    """Every file that some state of the table names."""
    out = {found.metadata_location}
    out.update(entry.metadata_file for entry in found.metadata.metadata_log)
    for snapshot in found.metadata.snapshots:
        out.add(snapshot.manifest_list)
        for manifest in snapshot.manifests(found.io):
            if manifest.manifest_path in out:
                continue
            out.add(manifest.manifest_path)
            for entry in manifest.fetch_manifest_entry(found.io, discard_deleted=True):
                out.add(entry.data_file.file_path)
    return out


def sweep(table: LakeTable, older_than: float = ORPHAN_SECONDS) -> int:
    """Remove files under the table's folder that no state names and that are older than so many seconds: what a process
    left that died between writing and committing. Returns how many."""
    with table._writing():
        found = table.iceberg()
        named, limit = {_path(f) for f in _referenced(found)}, time.time() - older_than
        left = [loc for loc, at in storage.listing(found.location()) if at <= limit and _path(loc) not in named]
        return storage.delete(found.io, left)


def _path(location: str) -> str:
    from urllib.parse import unquote, urlparse

    parsed = urlparse(location)
    return parsed.netloc + unquote(parsed.path)


def erase(table: LakeTable, condition: str, reason: str) -> int:
    """See `LakeTable.delete_where`."""
    from xiezhi.datacenter.lake import merging, tables

    gone = 0

    def without(found: Any, folder: Path) -> tuple[list[Any], list[Any]]:
        nonlocal gone
        gone = 0
        files = table._data_files(found, None)
        if not files:
            return [], []
        paths = storage.fetch(found.io, [f.file_path for f in files])
        hit, kept = [], []
        with duck.connect() as con:
            for path, one in zip(paths, files, strict=True):
                read = merging._read(found, [path])
                rows = con.execute(f"SELECT count(*) FROM {read} AS o WHERE {condition}").fetchone()[0]
                gone += rows
                if rows:
                    hit.append((path, one))
            if not hit:
                return [], []
            read = merging._read(found, [p for p, _ in hit])
            sql = f"SELECT * FROM {read} AS o WHERE coalesce(NOT ({condition}), true)"
            kept = writing.write(found, Select(con, sql), tables.partition_of(found), folder)
        return kept, [f for _, f in hit]

    done = table._change("delete", f"delete-{reason or 'rows'}-{uuid.uuid4()}"[:200], without, always=False)
    if not done.repeated or len(table.snapshots()) > 1:
        expire(table, clock.now() + timedelta(days=3650))
    return gone


def keep_up(name: str) -> dict[str, int]:
    """Compact, expire by the table's level and sweep one table. Returns what was done."""
    from xiezhi.datacenter.lake import tables

    table = tables.get(name)
    compacted = compact(table)
    return {
        "compacted": int(compacted is not None),
        "expired": expire(table, clock.now() - timedelta(days=kept_days(table))),
        "swept": sweep(table),
    }
