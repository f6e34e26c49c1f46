"""JSON lines, plain or gzip-compressed: one version of an act a line.

Fields: title, category and text; id or source_path; promulgated, effective, effective_source, effective_original,
repealed, articles, history, notes, also, source, commit where known.
"""

from __future__ import annotations

import gzip
import io
import json
import zlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import IO, Any

from xiezhi.kernel.law.importing.sources import MOST_TEXT, Raw, Refused, day

__all__ = ["Records", "is_records", "read_record"]

MOST_LINE = 4 * MOST_TEXT  # escapes make a line longer than its text


def is_records(path: Path) -> bool:
    """Whether the name says that the file holds records."""
    return path.name.lower().endswith((".jsonl", ".jsonl.gz", ".ndjson", ".ndjson.gz"))


class Records:
    """The texts of one file of records."""

    def __init__(self, path: Path, prefix: str = "") -> None:
        self.path = path
        self.prefix = prefix
        self.name = str(path)

    def __iter__(self) -> Iterator[Raw | Refused]:
        number = 0
        try:
            with closing(self._open()) as handle:
                while line := handle.readline(MOST_LINE + 1):
                    number += 1
                    key = f"{self.prefix}{self.path.name}:{number}"
                    if len(line) > MOST_LINE:
                        yield Refused(
                            key, "too_large", f"第{number}行超过{MOST_LINE // 1024 // 1024} MB，此行起不再读取"
                        )
                        return
                    if line.strip():
                        yield read_record(line, key)
        except (OSError, EOFError, zlib.error) as error:
            key = f"{self.prefix}{self.path.name}"
            yield Refused(key, "unreadable", f"读到第{number}行后文件损坏或中断：{error}")

    def _open(self) -> IO[bytes]:
        if self.path.suffix.lower() == ".gz":
            return io.BufferedReader(gzip.GzipFile(self.path, "rb"))
        return self.path.open("rb")


def read_record(line: bytes, key: str) -> Raw | Refused:
    """One line. Never raises for its content."""
    try:
        record = json.loads(line.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        return Refused(key, "bad_json", f"不是完整的一条 JSON 记录：{str(error)[:120]}")
    if not isinstance(record, dict):
        return Refused(key, "bad_json", "记录不是对象")
    where = str(record.get("source_path") or record.get("id") or "")
    source = str(record.get("source") or "")
    full_key = f"{source}:{where}" if where else key
    title, text = record.get("title"), record.get("text")
    if not isinstance(title, str) or not title.strip() or not isinstance(text, str) or not text.strip():
        return Refused(full_key, "empty", "记录没有标题或没有正文")
    if len(text) > MOST_TEXT:
        return Refused(full_key, "too_large", f"正文超过{MOST_TEXT // 1024 // 1024} MB")
    try:
        return _raw(record, full_key[:400], source, title.strip(), text)
    except (ValueError, TypeError) as error:
        return Refused(full_key, "bad_field", f"字段的格式不对：{str(error)[:120]}")


def _raw(record: dict[str, Any], key: str, source: str, title: str, text: str) -> Raw:
    declared = record.get("articles")
    return Raw(
        source=source or "jsonl",
        key=key,
        title=title,
        category=str(record.get("category") or ""),
        text=text,
        commit=str(record.get("commit") or "")[:64],
        promulgated=day(record.get("promulgated")),
        effective=day(record.get("effective")),
        effective_source=str(record.get("effective_source") or "")[:20],
        repealed=day(record.get("repealed")),
        declared=declared if isinstance(declared, int) else None,
        history=_texts(record.get("history")),
        notes=_texts(record.get("notes")),
        also=_texts(record.get("also")),
    )


def _texts(value: object) -> tuple[str, ...]:
    if not value:
        return ()
    return tuple(str(v) for v in value) if isinstance(value, list) else (str(value),)
