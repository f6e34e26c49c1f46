"""Excel workbooks: read row by row, with bounds, and with an eye on what a spreadsheet does to numbers.

A spreadsheet keeps 15 digits. An identity number typed into a cell that is not text loses its last three, and nobody sees
it. A number of 16 digits or more is therefore never handed on as a number: it is marked, and the row is reported.
"""

from __future__ import annotations

import datetime as dt
import warnings
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from xiezhi.datacenter.collect.staged import EATEN, Staged, header, spool, text_of
from xiezhi.datacenter.runs.services import Stopped

__all__ = ["stage"]

UNPACKED = 1 << 30
RATIO = 200
MEMBERS = 2_000


def _safe(path: Path) -> None:
    """A workbook is a zip file; one that unpacks to more than it should is refused before it is opened."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError):
        raise Stopped("不是 Excel 工作簿（xlsx），或文件没有传完。") from None
    total = sum(m.file_size for m in members)
    packed = max(1, sum(m.compress_size for m in members))
    if total > UNPACKED or len(members) > MEMBERS or (total > 50 << 20 and total / packed > RATIO):
        raise Stopped("工作簿展开后过大，未打开：请拆分后重新送达。")
    if any(m.filename.startswith("/") or ".." in m.filename.split("/") for m in members):
        raise Stopped("工作簿内有不正常的路径，未打开。")


def cell(value: Any, date_format: bool = False) -> str | None:
    """The text of a cell. Dates as 2026-03-05, moments with their time; long numbers marked."""
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return value.date().isoformat()
    if isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) >= 1e15:
        return f"{EATEN}{value:.0f}"
    if isinstance(value, dt.timedelta):
        return str(value)
    return text_of(value)


def stage(
    con: Any, path: Path, folder: Path, *, sheet: str = "", step: Callable[[int], None] = lambda n: None
) -> Staged:
    """The rows of a sheet. Empty rows are left out; the first row that is not empty names the columns."""
    from openpyxl import load_workbook

    _safe(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = load_workbook(path, read_only=True, data_only=True, keep_links=False)
    except Exception:
        raise Stopped("工作簿不能打开：文件可能已损坏，或加了密码。") from None
    try:
        if sheet and sheet not in book.sheetnames:
            raise Stopped(f"工作簿中没有名为“{sheet}”的工作表。")
        page = book[sheet] if sheet else book.worksheets[0]
        if not hasattr(page, "iter_rows"):
            raise Stopped("第一张表是图表，不是数据。")
        if hasattr(page, "reset_dimensions"):
            page.reset_dimensions()
        rows = _rows(page)
        names = header([cell(v) for v in next(rows, ())])
        relation, total, refused = spool(con, folder, names, rows, step=step)
    except (KeyError, ValueError, zipfile.BadZipFile, EOFError, SyntaxError):
        raise Stopped("工作簿内容不完整，不能读完。") from None
    finally:
        book.close()
    return Staged(relation, names, lambda: refused, rows=total, marked=True)


def _rows(page: Any) -> Iterator[list[str | None]]:
    for row in page.iter_rows(values_only=True):
        values = [cell(v) for v in row]
        if any(v not in (None, "") for v in values):
            yield values
