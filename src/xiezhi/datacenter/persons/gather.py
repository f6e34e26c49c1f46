"""Person records of all standard tables, in the columns that linking reads.

A record is a row of a table: its id is "<table>:<row_id>", which stays the same for as long as the source keeps its key.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from xiezhi.datacenter.lake import duck, tables
from xiezhi.datacenter.standards import declare

__all__ = ["COLUMNS", "RESTRICTED_BASES", "fetch", "person_tables", "record_id", "split_id", "write"]

COLUMNS = (
    "record_id", "base", "name", "id_type", "id_no", "sex", "birth_date", "phone", "division", "address", "employer",
    "license_no", "valid_from", "valid_to",
)  # fmt: skip
RESTRICTED_BASES = frozenset({"B8", "B9"})
"""Correction and prison: their rows are linked, but nothing of them enters the subject base (platform.md 3.5)."""


def person_tables() -> list[declare.Table]:
    """Standard tables whose rows are about a person and that stand in the lake."""
    return [
        t
        for t in declare.tables.all()
        if t.layer is declare.Layer.STANDARD and t.person and tables.get(t.lake_name).exists()
    ]


def record_id(table: str, row_id: object) -> str:
    """Id of a record."""
    return f"{table}:{row_id}"


def split_id(record: str) -> tuple[str, str]:
    """Table and row_id of a record."""
    table, _, row = record.partition(":")
    return table, row


def _select(table: declare.Table, where: str = "") -> str:
    """The rows of one table as person records, with table, row and the hash by which a change is seen."""
    columns = set(tables.get(table.lake_name).columns())
    parts = [
        f"{duck.text(table.code + ':')} || CAST(row_id AS VARCHAR) AS record_id",
        f"{duck.text(table.base)} AS base",
    ]
    for role in COLUMNS[2:]:
        name = table.person.get(role, role if role in ("valid_from", "valid_to") else "")
        value = f"CAST({duck.quote(name)} AS VARCHAR)" if name in columns else "CAST(NULL AS VARCHAR)"
        parts.append(f"{value} AS {role}")
    parts += [
        f"{duck.text(table.code)} AS tbl",
        "CAST(row_id AS VARCHAR) AS row_id",
        "CAST(row_hash AS VARCHAR) AS row_hash",
    ]
    return f"SELECT {', '.join(parts)} FROM {tables.get(table.lake_name).sql()} {where}"


def write(con: Any, folder: Path) -> list[str]:
    """One Parquet file per table under `folder`; returns their paths. Empty tables give none."""
    folder.mkdir(parents=True, exist_ok=True)
    paths: list[str] = []
    for table in person_tables():
        path = folder / f"{table.code}.parquet"
        con.execute(f"COPY ({_select(table)}) TO {duck.text(str(path))} (FORMAT parquet, COMPRESSION zstd)")
        paths.append(str(path))
    return paths


def fetch(records: Sequence[str]) -> dict[str, dict[str, Any]]:
    """A few records by id with their values, for a page: {record_id: {column: text}}. Unknown ids are left out."""
    wanted: dict[str, list[str]] = {}
    for record in records:
        table, row = split_id(record)
        wanted.setdefault(table, []).append(row)
    found: dict[str, dict[str, Any]] = {}
    known = {t.code: t for t in person_tables()}
    with duck.connect(memory="512MB", threads=1) as con:
        for code, rows in wanted.items():
            if code not in known:
                continue
            listed = ", ".join(duck.text(r) for r in rows)
            query = con.execute(_select(known[code], f"WHERE CAST(row_id AS VARCHAR) IN ({listed})"))
            names = [d[0] for d in query.description]
            for values in query.fetchall():
                row_ = dict(zip(names, values, strict=True))
                found[row_["record_id"]] = row_
    return found
