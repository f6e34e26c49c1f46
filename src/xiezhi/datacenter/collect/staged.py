"""Rows of one batch before they become part of the lake: a relation of text columns, and what its reader noticed.

What every reader promises: each value is the source's own text (NULL where there is none); dates and numbers that the
source holds as such are written in one way; nothing is corrected, dropped or guessed without being noted.
"""

from __future__ import annotations

import datetime as dt
import decimal
import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from xiezhi.datacenter.lake import duck
from xiezhi.datacenter.runs.services import Stopped

__all__ = ["EATEN", "LONGEST", "Part", "Refusal", "Staged", "header", "spool", "text_of"]

LONGEST = 1_000_000
"""Characters of one value; more is not a value."""
MOST_COLUMNS = 2_000
BATCH = 20_000
EATEN = "⚠"
"""Mark before a value that a spreadsheet has rounded: it can never pass for a number."""


@dataclass(frozen=True)
class Refusal:
    """A row that could not be read: its place, the reason in words, the beginning of its text."""

    row: int
    reason: str
    text: str = ""


@dataclass(frozen=True)
class Part:
    """A relation of consecutive rows, and how many rows (as far as can be told without reading them) stand before it."""

    relation: str
    before: int


@dataclass
class Staged:
    """`relation` is text for FROM in the connection the reader was given, in the order of the source, with exactly the
    columns `columns`. `refused()` is asked after the relation has been read once. `marked`: the reader itself has marked values with `EATEN`. `high`: the new
    position of an incremental source. `expected`: rows that somebody promised."""

    relation: str
    columns: tuple[str, ...]
    refused: Callable[[], list[Refusal]] = list
    notes: list[str] = field(default_factory=list)
    high: str = ""
    expected: int | None = None
    rows: int | None = None
    marked: bool = False
    parts: Callable[[int], list[Part]] = lambda most: []
    """Asked for at most so many, the same rows cut into several relations; empty where that is not worth while."""
    noted: Callable[[], int] = int
    """How many refusals the reader has noted so far, in whatever reading."""


def header(names: Sequence[Any]) -> tuple[str, ...]:
    """The names of columns as the lake holds them. Raises Stopped where there are none, or two are one."""
    out = []
    for name in names:
        text = " ".join(str(name if name is not None else "").replace("\ufeff", "").split())
        text = "".join(c for c in text if c.isprintable())[:120]
        out.append(f"x{text}" if text.startswith("_") else text)
    while out and not out[-1]:
        out.pop()
    if not out:
        raise Stopped("没有找到列名：第一行应当是列名。")
    if len(out) > MOST_COLUMNS:
        raise Stopped(f"列数超过 {MOST_COLUMNS}：多半是分隔符不对。")
    if "" in out:
        raise Stopped(f"第 {out.index('') + 1} 列没有列名。")
    folded = [n.casefold() for n in out]
    twice = sorted({n for n in out if folded.count(n.casefold()) > 1})
    if twice:
        raise Stopped(f"列名重复：{'、'.join(twice[:5])}。")
    return tuple(out)


def text_of(value: Any) -> str | None:
    """A value of a database, an interface or a workbook as text."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, decimal.Decimal):
        return format(value, "f")
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value).hex()
    if isinstance(value, (dict, list)):
        import orjson

        return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS, default=str).decode()
    return str(value)


def clean(value: str | None) -> str | None:
    """Without empty characters, which no database holds. Raises ValueError for a value too long."""
    if value is None:
        return None
    if len(value) > LONGEST:
        raise ValueError("too long")
    return value.replace("\x00", "") if "\x00" in value else value


def spool(
    con: Any,
    folder: Path,
    columns: tuple[str, ...],
    rows: Iterable[Sequence[Any]],
    *,
    step: Callable[[int], None] = lambda n: None,
    first: int = 1,
) -> tuple[str, int, list[Refusal]]:
    """Rows of values written to a Parquet file of text, some thousands at a time. Returns the relation, how many rows it
    holds, and those refused because a value is too long or there are more values than columns."""
    import pyarrow as pa
    import pyarrow.parquet as parquet

    schema = pa.schema([pa.field(c, pa.string()) for c in columns])
    target = folder / "rows.parquet"
    refused: list[Refusal] = []
    total, number, width = 0, first - 1, len(columns)
    source: Iterator[Sequence[Any]] = iter(rows)
    with parquet.ParquetWriter(target, schema, compression="lz4") as writer:
        while chunk := list(itertools.islice(source, BATCH)):
            kept = []
            for row in chunk:
                number += 1
                if len(row) > width and any(v not in (None, "") for v in row[width:]):
                    refused.append(Refusal(number, f"有 {len(row)} 个值，列只有 {width} 个"))
                    continue
                try:
                    values = [clean(text_of(v)) for v in row[:width]]
                except ValueError:
                    refused.append(Refusal(number, f"有值超过 {LONGEST} 字"))
                    continue
                kept.append(values + [None] * (width - len(values)))
            if kept:
                writer.write_table(pa.table([pa.array(c, pa.string()) for c in zip(*kept, strict=True)], schema=schema))
            total += len(kept)
            step(len(chunk))
    return f"read_parquet({duck.text(str(target))})", total, refused
