"""Files as suppliers send them: GB18030 and UTF-8 with a mark, workbooks with eaten numbers and serial days, JSON, Parquet."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

__all__ = ["write"]

Rows = Sequence[Mapping[str, Any]]
_WIDE = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")


def write(folder: Path, name: str, rows: Rows, *, encoding: str = "utf-8", wide: str = "", eaten: str = "") -> Path:
    """One file of the kind its name ends in. `encoding` is for CSV; `wide` names a column in which some values are written
    in full width, `eaten` one in whose workbook cells some numbers lost their last digits. A file appears whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    kind = path.suffix.lower()
    rows = [
        {**row, wide: str(row[wide]).translate(_WIDE)} if wide and n % 17 == 3 and row.get(wide) else row
        for n, row in enumerate(rows)
    ]
    if kind == ".csv":
        data = _csv(rows).encode(encoding)
    elif kind == ".json":
        data = json.dumps([_plain(r) for r in rows], ensure_ascii=False, indent=0).encode()
    elif kind == ".jsonl":
        data = "".join(json.dumps(_plain(r), ensure_ascii=False) + "\n" for r in rows).encode()
    elif kind == ".xlsx":
        data = _workbook(rows, eaten)
    elif kind == ".parquet":
        data = _parquet(rows)
    else:
        raise ValueError(f"no writer for {kind}")
    part = path.with_name(path.name + ".part")
    part.write_bytes(data)
    part.replace(path)
    return path


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    return {k: v.isoformat() if isinstance(v, date) else v for k, v in row.items()}


def _csv(rows: Rows) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, fieldnames=list(rows[0]) if rows else [], lineterminator="\r\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({k: "" if v is None else f"{v.year}/{v.month}/{v.day}" if isinstance(v, date) else v for k, v in row.items()})  # fmt: skip
    return out.getvalue()


def _workbook(rows: Rows, eaten: str) -> bytes:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet("数据")
    if rows:
        sheet.append(list(rows[0]))
    for n, row in enumerate(rows):
        cells = dict(row)
        number = str(cells.get(eaten) or "")
        if eaten and n % 41 == 7 and len(number) == 18 and number.isdigit():
            cells[eaten] = float(int(number[:15] + "000"))  # what a workbook leaves of eighteen digits
        sheet.append(list(cells.values()))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _parquet(rows: Rows) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    out = io.BytesIO()
    pq.write_table(pa.Table.from_pylist([dict(r) for r in rows]), out)
    return out.getvalue()
