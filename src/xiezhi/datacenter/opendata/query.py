"""Reading released rows: pages, filters, counts. The caller picks columns and values, never SQL.

A release's Parquet file is read by DuckDB; rows are numbered, so page 1,000,000 costs what page 1 costs. A question that takes
longer than its time is stopped and said so.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xiezhi.datacenter.opendata.models import Release
from xiezhi.datacenter.opendata.release import folder

__all__ = ["LIMIT", "BadQuestion", "Page", "TooLong", "rows"]

LIMIT = 1000
SECONDS = 8.0
OPERATORS = {"eq": "=", "ne": "<>", "gt": ">", "ge": ">=", "lt": "<", "le": "<="}


class BadQuestion(ValueError):
    """A parameter is wrong; the text says which and what is right."""


class TooLong(RuntimeError):
    """The question took longer than allowed."""


@dataclass(frozen=True)
class Page:
    """Rows as mappings, the total where it was asked for, and the number to go on from (None: no more)."""

    rows: list[dict[str, Any]]
    after: int | None
    total: int | None


_local = threading.local()


def _connection() -> Any:
    """One small engine per thread; a set is read in place, nothing is kept."""
    con = getattr(_local, "con", None)
    if con is None:
        import duckdb

        con = duckdb.connect()
        con.execute("SET memory_limit = '256MB'; SET threads = 2")
        _local.con = con
    return con


def _filters(names: Mapping[str, str], wanted: Mapping[str, str]) -> tuple[list[str], list[Any]]:
    parts: list[str] = []
    values: list[Any] = []
    for key, value in wanted.items():
        name, _, how = key.partition("__")
        if name not in names:
            raise BadQuestion(f"没有数据项 {name}。可用的数据项：{'、'.join(names)}。")
        column = f'"{name}"'
        if len(value) > 200:
            raise BadQuestion(f"{key} 的值超过200个字符。")
        if how in ("", *OPERATORS):
            if names[name] == "数值":
                try:
                    values.append(float(value))
                except ValueError:
                    raise BadQuestion(f"{name} 是数值，“{value}”不是。") from None
            elif names[name] == "是否":
                values.append(value.lower() in ("1", "true", "yes", "是"))
            else:
                values.append(value)
            cast = f"CAST({column} AS VARCHAR)" if names[name] == "日期" else column
            parts.append(f"{cast} {OPERATORS[how or 'eq']} ?")
        elif how == "prefix":
            values.append(value)
            parts.append(f"starts_with(CAST({column} AS VARCHAR), ?)")
        elif how == "contains":
            values.append(value)
            parts.append(f"contains(CAST({column} AS VARCHAR), ?)")
        elif how == "in":
            some = value.split(",")[:100]
            values.extend(some)
            parts.append(f"CAST({column} AS VARCHAR) IN ({', '.join('?' * len(some))})")
        else:
            raise BadQuestion(f"不认识的比较方式 {how}。可用：{'、'.join((*OPERATORS, 'prefix', 'contains', 'in'))}。")
    return parts, values


def _ask(con: Any, sql: str, values: Sequence[Any]) -> Any:
    import duckdb

    timer = threading.Timer(SECONDS, con.interrupt)
    timer.start()
    try:
        result = con.execute(sql, list(values))
        return result.description, result.fetchall()
    except duckdb.InterruptException:
        raise TooLong from None
    finally:
        timer.cancel()


def rows(
    release: Release,
    filters: Mapping[str, str] = {},
    *,
    columns: Sequence[str] = (),
    after: int = 0,
    limit: int = 100,
    count: bool = False,
) -> Page:
    """A page of released rows in their fixed order. `filters` are "column" or "column__ge" to text. Raises BadQuestion, TooLong."""
    names = {c["name"]: c["type"] for c in release.columns}
    if not 1 <= limit <= LIMIT:
        raise BadQuestion(f"limit 应在1到{LIMIT}之间。")
    if after < 0:
        raise BadQuestion("after 应是上一页给出的数。")
    for name in columns:
        if name not in names:
            raise BadQuestion(f"没有数据项 {name}。可用的数据项：{'、'.join(names)}。")
    shown = list(columns) or list(names)
    parts, values = _filters(names, filters)
    path = folder(release) / "data.parquet"
    con = _connection()
    where = " AND ".join([*parts, "_n > ?"])
    select = ", ".join(f'"{c}"' for c in shown)
    _, found = _ask(
        con,
        f"SELECT _n, {select} FROM read_parquet(?) WHERE {where} ORDER BY _n LIMIT {limit + 1}",
        [str(path), *values, after],
    )
    total = None
    if count:
        if parts:
            total = _ask(
                con, f"SELECT count(*) FROM read_parquet(?) WHERE {' AND '.join(parts)}", [str(path), *values]
            )[1][0][0]
        else:
            total = release.rows
    more = len(found) > limit
    found = found[:limit]
    return Page([dict(zip(shown, r[1:], strict=True)) for r in found], found[-1][0] if more else None, total)
