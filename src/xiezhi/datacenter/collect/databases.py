"""PostgreSQL, MySQL and MariaDB through a cursor of the server, so that a table of any size passes in pieces."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from xiezhi.datacenter.collect import connections
from xiezhi.datacenter.collect.sources import Database, Kind, Mode, Source
from xiezhi.datacenter.collect.staged import Staged, header, spool, text_of
from xiezhi.datacenter.runs.services import Stopped

__all__ = ["moment_or_number", "stage"]

FETCH = 10_000
TIMEOUT = 30


def quoted(kind: Kind, name: str) -> str:
    """A name as the server quotes it; `schema.table` in two parts."""
    sign = "`" if kind is Kind.MYSQL else '"'
    return ".".join(sign + part.replace(sign, sign * 2) + sign for part in name.split("."))


def moment_or_number(text: str) -> int | dt.datetime | str:
    """A kept position of a cursor as the value it was."""
    if re.fullmatch(r"-?\d{1,18}", text):
        return int(text)
    try:
        return dt.datetime.fromisoformat(text)
    except ValueError:
        return text


def back(value: Any, overlap: int) -> Any:
    """`overlap` before a position: units of a number, seconds of a moment."""
    if isinstance(value, int):
        return value - overlap
    if isinstance(value, dt.datetime):
        return value - dt.timedelta(seconds=overlap)
    return value


@contextmanager
def opened(source: Source) -> Iterator[Any]:
    """A read-only connection. Raises Stopped where the server can not be reached; the sentence names no address."""
    where = source.where
    assert isinstance(where, Database)
    entry = connections.get(where.connection)
    password = connections.secret(entry, "password")
    try:
        if source.engine is Kind.MYSQL:
            import pymysql

            connection: Any = pymysql.connect(
                host=entry.get("host") or None, port=int(entry.get("port", 3306)), user=str(entry.get("user", "")),
                password=password, database=str(entry.get("database", "")), unix_socket=entry.get("socket") or None,
                charset="utf8mb4", connect_timeout=TIMEOUT, read_timeout=int(entry.get("timeout", 600)),
                ssl={"ca": entry["ca"]} if entry.get("ca") else None, local_infile=False,
            )  # fmt: skip
            with connection.cursor() as cursor:
                cursor.execute("SET SESSION TRANSACTION READ ONLY")
                cursor.execute("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")
        else:
            import psycopg

            connection = psycopg.connect(
                host=str(entry.get("socket") or entry.get("host", "")), port=int(entry.get("port", 5432)),
                user=str(entry.get("user", "")), password=password or None, dbname=str(entry.get("database", "")),
                connect_timeout=TIMEOUT, sslmode=str(entry.get("sslmode", "prefer")), application_name="xiezhi-collect",
                options="-c default_transaction_read_only=on -c TimeZone=Asia/Shanghai",
            )  # fmt: skip
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    except (OSError, ValueError) as error:
        raise Stopped(f"连接不上来源数据库“{where.connection}”：{type(error).__name__}。") from None
    except Exception as error:
        if type(error).__module__.split(".")[0] not in ("pymysql", "psycopg"):
            raise
        raise Stopped(f"连接不上来源数据库“{where.connection}”：{type(error).__name__}，请核对连接文件。") from None
    try:
        yield connection
    finally:
        connection.close()


@contextmanager
def cursor_of(source: Source, connection: Any) -> Iterator[Any]:
    if source.engine is Kind.MYSQL:
        from pymysql.cursors import SSCursor

        with connection.cursor(SSCursor) as cursor:
            yield cursor
    else:
        with connection.cursor(name="xiezhi_collect") as cursor:
            cursor.itersize = FETCH
            yield cursor


def statement(source: Source, position: Any, low: Any) -> tuple[str, list[Any]]:
    """What is asked of the server. Incremental: all from `low` to the position once more, and beyond it the next `chunk`
    rows in the order of the cursor."""
    where = source.where
    assert isinstance(where, Database)
    body = f"({where.query}) AS q" if where.query else quoted(source.engine, where.table)
    if source.mode is Mode.FULL:
        columns = ", ".join(quoted(source.engine, c) for c in source.columns) or "*"
        return f"SELECT {columns} FROM {body}", []
    body = body.replace("%", "%%")
    cursor = quoted(source.engine, where.cursor)
    if position is None:
        return f"SELECT * FROM {body} WHERE {cursor} IS NOT NULL ORDER BY {cursor} LIMIT %s", [where.chunk]
    return (
        f"(SELECT * FROM {body} WHERE {cursor} >= %s AND {cursor} <= %s) UNION ALL "
        f"(SELECT * FROM {body} WHERE {cursor} > %s ORDER BY {cursor} LIMIT %s)",
        [low, position, position, where.chunk],
    )


def stage(
    con: Any, source: Source, folder: Path, position: str, *, step: Callable[[int], None] = lambda n: None
) -> Staged:
    """The rows of a table or query; incremental from `overlap` before the kept `position`. `high` is the new position."""
    where = source.where
    assert isinstance(where, Database)
    now = moment_or_number(position) if position else None
    sql, values = statement(source, now, back(now, where.overlap) if position else None)
    high: list[Any] = []
    with opened(source) as connection, cursor_of(source, connection) as cursor:
        try:
            cursor.execute(sql, values or None)
            first = cursor.fetchone() if source.engine is Kind.POSTGRES else None
            columns = header([d[0] for d in cursor.description])
            at = [d[0] for d in cursor.description].index(where.cursor) if source.mode is Mode.INCREMENTAL else None

            def rows() -> Iterator[Sequence[Any]]:
                if first is not None:
                    yield seen(first)
                while chunk := cursor.fetchmany(FETCH):
                    for row in chunk:
                        yield seen(row)

            def seen(row: Sequence[Any]) -> Sequence[Any]:
                if at is not None and row[at] is not None and (not high or row[at] > high[0]):
                    high[:] = [row[at]]
                return row

            relation, total, refused = spool(con, folder, columns, rows(), step=step)
        except Exception as error:
            if type(error).__module__.split(".")[0] not in ("pymysql", "psycopg"):
                raise
            raise Stopped(f"来源数据库没有答完：{type(error).__name__}。已读的部分没有入库，下次重来。") from None
    return Staged(
        relation, columns, lambda: refused, rows=total, high=text_of(high[0]) or position if high else position
    )
