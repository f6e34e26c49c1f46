"""Sources by declaration: where rows come from, which standard table they feed, and what their supplier promised.

    sources.register(Source(
        code="lawyers", title="律师执业许可", owner="standards", table="std_lawyer", unit="11530000015104321X",
        where=Files(pattern="*.csv"), keys=("执业证号",), mapping={"license_no": "执业证号", "name": "姓名"},
    ))

Addresses, accounts and passwords are no part of a declaration: they stand in the operator's file of connections
(`connections`), under the name the declaration gives.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from xiezhi.kernel.datasets.registry import Level, Registry

__all__ = [
    "Contract", "Database", "Files", "Http", "Kind", "Mode", "Own", "Paging", "Source", "sources",
]  # fmt: skip

CODE = re.compile(r"[a-z][a-z0-9_]{0,60}")


class Kind(StrEnum):
    """来源类型."""

    POSTGRES = "postgres"
    MYSQL = "mysql"
    HTTP = "http"
    FILE = "file"
    DATASET = "dataset"

    @property
    def label(self) -> str:
        return {
            "postgres": "PostgreSQL 数据库", "mysql": "MySQL 数据库", "http": "接口", "file": "文件", "dataset": "本平台业务",
        }[self.value]  # fmt: skip


class Mode(StrEnum):
    """FULL: each batch is the whole table. INCREMENTAL: each batch holds what came or changed since the last one."""

    FULL = "full"
    INCREMENTAL = "incremental"

    @property
    def label(self) -> str:
        return {"full": "全量", "incremental": "增量"}[self.value]


class Contract(StrEnum):
    """What happens when columns come, go, are renamed or hold something else: FREEZE refuses the batch, EVOLVE takes it
    and widens the table, QUARANTINE keeps it apart until somebody decides."""

    FREEZE = "freeze"
    EVOLVE = "evolve"
    QUARANTINE = "quarantine"

    @property
    def label(self) -> str:
        return {"freeze": "变化即拒收", "evolve": "随来源扩展", "quarantine": "变化先隔离"}[self.value]


class Paging(StrEnum):
    """How an interface hands out pages. PAGE: number from 1; OFFSET: rows to skip; CURSOR: the answer names the next
    one; LINK: the header Link with rel="next"; NONE: one answer holds all."""

    NONE = "none"
    PAGE = "page"
    OFFSET = "offset"
    CURSOR = "cursor"
    LINK = "link"


@dataclass(frozen=True)
class Database:
    """A table or a query of a PostgreSQL or MySQL/MariaDB database, read through a cursor of the server.

    `connection` names an entry of the connections file. `query` takes the place of `table`; it is wrapped, not changed.
    Incremental: rows by `cursor` (a column that only grows: moment of change or serial), from `overlap` before the last
    value seen (seconds for moments, units for numbers), because rows commit out of order; what came before is dropped."""

    connection: str
    table: str = ""
    query: str = ""
    cursor: str = ""
    overlap: int = 300
    chunk: int = 1_000_000


@dataclass(frozen=True)
class Http:
    """An interface that answers JSON. `connection` names an entry with `base` (https://host/…), and `token` where one is
    needed; the host must stand in the setting COLLECT_HOSTS. `rows` is the path to the list in the answer ("data.items").
    Incremental: `since` is the name of the parameter that takes the last value of `cursor`."""

    connection: str
    path: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    rows: str = ""
    paging: Paging = Paging.NONE
    size: int = 500
    size_name: str = "size"
    page_name: str = "page"
    first_page: int = 1
    next_path: str = "next"
    cursor: str = ""
    since: str = ""
    overlap: int = 300


@dataclass(frozen=True)
class Files:
    """Files in the source's folder under the inbox (setting COLLECT_INBOX; the folder is named like the source unless
    `folder` says otherwise): CSV, Excel, JSON (array or lines), Parquet, by their ending.

    `manifest`: a file counts once `<name>.ok` lies beside it; what that states of size, sha256 and rows must be true.
    `trailer`: pattern of a last line that states the number of rows in its first group. `sheet`: of a workbook; the first
    one where empty. `encoding` and `separator` are found out where empty. `keep` leaves loaded files where they are."""

    pattern: str = "*"
    folder: str = ""
    manifest: bool = False
    trailer: str = ""
    sheet: str = ""
    encoding: str = ""
    separator: str = ""
    keep: bool = False


@dataclass(frozen=True)
class Own:
    """A dataset that a function of the platform declares (`kernel.datasets.registry`). Incremental: the days since the
    last batch, and `overlap` days before."""

    dataset: str
    since: str = "2000-01-01"
    overlap: int = 1


@dataclass(frozen=True)
class Source:
    """归集来源. `table` is the code of the standard table it feeds (empty: raw layer only); `mapping` names for columns of
    that table the columns of the source. `unit` is the credit code of the supplying unit, `system` its information
    system. `columns` are those promised; where empty the first batch makes the promise. `keys` identify a row.
    `id_columns` hold identity numbers: there, digits that a spreadsheet has eaten are looked for. `every` is the hour or
    minute pattern of its collection as in cron ("15 2 * * *"); empty: by hand or on upload. `limit` is the largest file or
    answer, bytes."""

    code: str
    title: str
    owner: str
    where: Database | Http | Files | Own
    table: str = ""
    mapping: Mapping[str, str] = field(default_factory=dict)
    mode: Mode = Mode.FULL
    contract: Contract = Contract.QUARANTINE
    unit: str = ""
    system: str = ""
    columns: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    id_columns: tuple[str, ...] = ()
    level: Level = Level.PERSONAL
    every: str = ""
    engine: Kind = Kind.POSTGRES
    limit: int = 4 << 30
    description: str = ""

    @property
    def kind(self) -> Kind:
        if isinstance(self.where, Database):
            return self.engine
        return {Http: Kind.HTTP, Files: Kind.FILE, Own: Kind.DATASET}[type(self.where)]

    @property
    def raw(self) -> str:
        """Name of its table in the lake."""
        return f"raw.{self.code}"

    def problems(self) -> Iterator[str]:
        """Why the declaration cannot stand."""
        from xiezhi.datacenter.collect.schedule import understood

        if not CODE.fullmatch(self.code):
            yield "the code of a source is lower-case letters, digits and _, because it names a table"
        if isinstance(self.where, Database):
            if bool(self.where.table) == bool(self.where.query):
                yield "a database source names a table or a query, not both"
            if self.engine not in (Kind.POSTGRES, Kind.MYSQL):
                yield "the engine of a database source is postgres or mysql"
        if self.mode is Mode.INCREMENTAL and isinstance(self.where, (Database, Http)):
            if not self.where.cursor:
                yield "an incremental source needs a cursor column"
            if not self.keys:
                yield "an incremental source needs keys"
        if self.every and not understood(self.every):
            yield f"schedule {self.every!r} is not understood"
        if isinstance(self.where, Files) and (
            ".." in self.where.folder.split("/") or self.where.folder.startswith("/")
        ):
            yield "the folder of files lies under the inbox"
        if self.columns:
            for name in (*self.mapping.values(), *self.keys, *self.id_columns):
                if name not in self.columns:
                    yield f"column {name} is not among the columns promised"


sources: Registry[Source] = Registry("source")
