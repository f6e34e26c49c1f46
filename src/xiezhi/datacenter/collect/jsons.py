"""JSON (an array of objects, or one object a line) and Parquet."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from xiezhi.datacenter.collect.staged import Refusal, Staged, header, spool
from xiezhi.datacenter.lake import duck
from xiezhi.datacenter.runs.services import Stopped

__all__ = ["objects", "stage_json", "stage_parquet"]

WHOLE = 512 << 20
"""Bytes of an array read at once; longer ones must come as lines."""


def stage_json(con: Any, path: Path, folder: Path, *, step: Callable[[int], None] = lambda n: None) -> Staged:
    """Objects of a file. Columns are all names that occur, in the order of their first occurrence."""
    import orjson

    bad: list[Refusal] = []
    with path.open("rb") as handle:
        head = handle.read(4096).lstrip(b"\xef\xbb\xbf \t\r\n")
    if head.startswith(b"["):
        if path.stat().st_size > WHOLE:
            raise Stopped("JSON 数组过大，请改为每行一个对象（JSON Lines）后送达。")
        try:
            found = orjson.loads(path.read_bytes().removeprefix(b"\xef\xbb\xbf"))
        except orjson.JSONDecodeError:
            raise Stopped("不是完整的 JSON 数组：文件可能没有传完。") from None
        return objects(con, folder, found, bad, step=step)

    def each() -> Iterator[Any]:
        with path.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                text = line.strip().removeprefix(b"\xef\xbb\xbf")
                if not text:
                    continue
                try:
                    yield orjson.loads(text)
                except orjson.JSONDecodeError:
                    bad.append(Refusal(number, "不是一个完整的 JSON 对象", text[:4000].decode("utf-8", "replace")))

    return objects(con, folder, each(), bad, step=step, again=each)


def objects(
    con: Any,
    folder: Path,
    found: Any,
    bad: list[Refusal],
    *,
    step: Callable[[int], None] = lambda n: None,
    again: Callable[[], Iterator[Any]] | None = None,
) -> Staged:
    """Objects as rows. An iterator is read twice (`again` gives a second one): once for the columns, once for the rows."""
    names: dict[str, None] = {}
    total = 0
    for one in found:
        if isinstance(one, Mapping):
            for key in one:
                names.setdefault(str(key))
        total += 1
        if len(names) > 2000:
            raise Stopped("JSON 对象的名称超过 2000 个，不是表格数据。")
    if not names:
        if total or bad:
            raise Stopped("JSON 中没有对象：应当是对象的数组，或每行一个对象。")
        return Staged("(SELECT 1 WHERE false)", (), rows=0)
    keys = list(names)
    columns = header(keys)
    if len(columns) != len(keys):
        raise Stopped("JSON 对象中有空的名称。")
    if again is not None:
        bad.clear()
    others: list[Refusal] = []

    def rows() -> Iterator[Sequence[Any]]:
        for number, one in enumerate(again() if again is not None else found, 1):
            if isinstance(one, Mapping):
                yield [one.get(k) for k in keys]
            else:
                others.append(Refusal(number, "不是对象"))

    relation, count, refused = spool(con, folder, columns, rows(), step=step)
    return Staged(relation, columns, lambda: sorted([*bad, *others, *refused], key=lambda r: r.row), rows=count)


def stage_parquet(con: Any, path: Path) -> Staged:
    """The rows of a Parquet file as text. Raises Stopped for one that is not whole."""
    source = f"read_parquet({duck.text(str(path))}, hive_partitioning = false)"
    try:
        found = con.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()
    except Exception:
        raise Stopped("不是完整的 Parquet 文件。") from None
    names = [row[0] for row in found]
    columns = header(names)
    if len(columns) != len(names):
        raise Stopped("Parquet 文件中有没有名称的列。")
    chosen = ", ".join(
        f"CAST({duck.quote(n)} AS VARCHAR) AS {duck.quote(c)}" for n, c in zip(names, columns, strict=True)
    )
    return Staged(f"(SELECT {chosen} FROM {source})", columns)
