"""CSV as DuckDB reads it, made safe: every column text, no guesses, and no row lost without a word."""

from __future__ import annotations

import csv
import io
import itertools
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from xiezhi.datacenter.collect.staged import LONGEST, Part, Refusal, Staged, header, spool
from xiezhi.datacenter.collect.texts import BLOCK, Text
from xiezhi.datacenter.lake import duck
from xiezhi.datacenter.runs.services import Stopped

__all__ = ["separator", "slowly", "stage"]

PIECE = 24 << 20
"""Bytes from which a part of a file is worth a thread."""
SEPARATORS = (",", "\t", ";", "|", "\x01", "^")
WORDS = {
    "MISSING COLUMNS": "值比列少",
    "TOO MANY COLUMNS": "值比列多",
    "UNQUOTED VALUE": "引号没有成对",
    "LINE SIZE OVER MAXIMUM": "一行太长",
    "INVALID ENCODING": "有不能识别的字符",
    "CAST": "不能读取",
}


def lines(path: Path, count: int) -> list[str]:
    with path.open(encoding="utf-8", newline="") as handle:
        return list(itertools.islice(io.StringIO(handle.read(1 << 18), newline=""), count))


def separator(path: Path) -> str:
    """The separator under which the first rows come out equally wide and widest. One column has none: a comma then."""
    sample = lines(path, 60)
    best, chosen = (0.0, 0), ","
    for sign in SEPARATORS:
        try:
            rows = [r for r in csv.reader(sample, delimiter=sign) if r][:40]
        except csv.Error:
            continue
        if not rows or len(rows[0]) < 2:
            continue
        width = len(rows[0])
        score = (sum(len(r) == width for r in rows) / len(rows), width)
        if score > best and score[0] >= 0.5:
            best, chosen = score, sign
    return chosen


def stage(con: Any, text: Text, *, sign: str = "", trailer: str = "", folder: Path) -> Staged:
    """The rows of a file. Raises Stopped for one that has no header or whose trailer is missing."""
    csv.field_size_limit(LONGEST + 1)
    path, expected = text.path, None
    if trailer:
        path, expected = _without_trailer(path, trailer, folder)
    sign = sign or separator(path)
    try:
        with path.open(encoding="utf-8", newline="") as handle:
            first = next(csv.reader(handle, delimiter=sign), None)
    except (csv.Error, UnicodeDecodeError):
        raise Stopped("第一行不能读取：它应当是列名。") from None
    if first is None:
        raise Stopped("文件是空的。")
    names = header(first)
    raw = (*names, *(f"_empty{i}" for i in range(len(first) - len(names))))  # a separator at the end of each line
    listed = "{" + ", ".join(f"{duck.text(n)}: 'VARCHAR'" for n in raw) + "}"
    columns = ", ".join(map(duck.quote, names))

    def read(file: Path) -> str:
        return (
            f"(SELECT {columns} FROM read_csv({duck.text(str(file))}, columns = {listed}, header = true, auto_detect = false, "
            f"delim = {duck.text(sign)}, quote = '\"', escape = '\"', nullstr = '', strict_mode = true, null_padding = false, "
            f"max_line_size = {LONGEST * 8}, store_rejects = true, rejects_limit = 100000, parallel = true))"
        )

    def parts(most: int) -> list[Part]:
        return [Part(read(piece), before) for piece, before in pieces(path, folder, most, text.lines)]

    return Staged(
        read(path), names, lambda: _rejects(con), expected=expected, parts=parts, noted=lambda: _noted(con)
    )  # fmt: skip


def slowly(con: Any, text: Text, *, sign: str = "", trailer: str = "", folder: Path) -> Staged:
    """The same for a file whose lines end now this way, now that, which the fast reader gives up on."""
    path, expected = _without_trailer(text.path, trailer, folder) if trailer else (text.path, None)
    refused: list[Refusal] = []
    sign = sign or separator(path)
    try:
        with path.open(encoding="utf-8", newline="") as handle:
            reader = csv.reader(handle, delimiter=sign, strict=True)
            first = next(reader)
            names = header(first)

            def rows() -> Iterator[list[str | None]]:
                for row in reader:
                    if len(row) == len(first):
                        yield [v or None for v in row[: len(names)]]
                    elif row:
                        short = "值比列少" if len(row) < len(first) else "值比列多"
                        refused.append(Refusal(reader.line_num, short, sign.join(row)[:4000]))

            relation, total, others = spool(con, folder, names, rows())
    except csv.Error:
        raise Stopped("引号没有成对，文件不能读完：可能没有传完。整批拒收。") from None
    return Staged(relation, names, lambda: [*refused, *others], expected=expected, rows=total)


def pieces(path: Path, folder: Path, most: int, closed: Sequence[int]) -> list[tuple[Path, int]]:
    """A large file in pieces of about the same size, each with the first line before its rows, and the rows before each.
    Rows are numbered as they are read, and only one thread can do that in one file. `closed` counts the lines up to each
    BLOCK bytes; that a line is a row is for the caller to prove once they are read."""
    size = path.stat().st_size
    wanted = min(most, size // PIECE, size // BLOCK)
    if wanted < 2 or not closed:
        return []
    out: list[tuple[Path, int]] = []
    with path.open("rb") as source:
        first = source.readline(LONGEST)
        at, before = len(first), 0
        for number in range(1, wanted + 1):
            step = size // BLOCK * number // wanted
            source.seek(step * BLOCK)
            source.readline(LONGEST * 8)
            end = source.tell() if number < wanted else size
            target = folder / f"piece{number}.csv"
            with target.open("wb", buffering=0) as piece:
                piece.write(first)
                while at < end and (sent := os.sendfile(piece.fileno(), source.fileno(), at, end - at)):
                    at += sent
            out.append((target, before))
            before = closed[step - 1]  # the line cut at the end of the block is closed, the first one is no row
    return out


def _noted(con: Any) -> int:
    if not con.execute("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'reject_errors'").fetchone()[0]:
        return 0
    return int(con.execute("SELECT count(*) FROM reject_errors").fetchone()[0])


def _rejects(con: Any) -> list[Refusal]:
    rows = con.execute(
        "SELECT line, error_type::VARCHAR, csv_line FROM reject_errors "
        "WHERE scan_id = (SELECT max(scan_id) FROM reject_scans) QUALIFY row_number() OVER (PARTITION BY line "
        "ORDER BY column_idx) = 1 ORDER BY line"
    ).fetchall()
    return [Refusal(int(n or 0), WORDS.get(kind, "不能读取"), (line or "")[:4000]) for n, kind, line in rows]


def _without_trailer(path: Path, pattern: str, folder: Path) -> tuple[Path, int]:
    """The file without its last line, and the rows that line states."""
    size = path.stat().st_size
    with path.open("rb") as handle:
        handle.seek(max(0, size - 65536))
        tail = handle.read()
    body = tail.rstrip(b"\r\n")
    last = body[body.rfind(b"\n") + 1 :]
    found = re.fullmatch(pattern, last.decode("utf-8", "replace").strip())
    if not found:
        raise Stopped("文件没有约定的结尾行：可能没有传完。")
    target = folder / "body.csv"
    keep = size - len(tail) + len(body) - len(last)
    with path.open("rb") as source, target.open("wb") as out:
        for block in _first(source, keep):
            out.write(block)
    return target, int(found.group(1))


def _first(source: Any, count: int) -> Iterator[bytes]:
    while count > 0 and (block := source.read(min(count, 4 << 20))):
        count -= len(block)
        yield block
