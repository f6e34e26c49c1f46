"""Lists of sharing as files: departments, data and counts."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import quote

from django.http import HttpResponse
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font

from xiezhi.kernel.calendar import clock as wall

__all__ = ["LIMIT", "answer"]

LIMIT = 5000
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def _safe(value: Any) -> Any:
    """Text that a spreadsheet would take for a formula stays text."""
    if value is None:
        return ""
    if not isinstance(value, str):
        return value
    text = ILLEGAL_CHARACTERS_RE.sub("", value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def answer(name: str, head: Sequence[str], rows: Iterable[Sequence[Any]], kind: str) -> HttpResponse:
    """A download: `kind` csv (with byte order mark) or xlsx."""
    body = [[_safe(v) for v in row] for row in rows]
    if kind == "csv":
        out = io.StringIO()
        writer = csv.writer(out)
        writer.writerow(head)
        writer.writerows(body)
        content, media = ("\ufeff" + out.getvalue()).encode(), "text/csv; charset=utf-8"
    else:
        kind, book = "xlsx", Workbook()
        sheet = book.active
        assert sheet is not None
        sheet.title = name[:31]
        sheet.append(list(head))
        for row in body:
            sheet.append(row)
        for cell in sheet[1]:
            cell.font = Font(bold=True)
        sheet.freeze_panes = "A2"
        buffer = io.BytesIO()
        book.save(buffer)
        content, media = buffer.getvalue(), _XLSX
    response = HttpResponse(content, content_type=media)
    response.headers["Content-Disposition"] = (
        f"attachment; filename*=UTF-8''{quote(f'{name}_{wall.today():%Y%m%d}')}.{kind}"
    )
    response.headers["Cache-Control"] = "no-store"
    return response
