"""Exports of what a page shows: CSV with byte order mark for spreadsheets, and XLSX."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from xiezhi.kernel.access import purposes
from xiezhi.kernel.calendar import clock as wall
from xiezhi.kernel.procedures.models import Matter
from xiezhi.ui import clocks

__all__ = ["LIMIT", "PURPOSES", "Table", "answer", "table"]

LIMIT = 5000
"""Rows of one export; whoever needs more asks the data center."""
PURPOSES = [(p.code, p.title, p.needs_text) for p in purposes.CATALOGUE.values() if p.code in
            ("HANDLE", "APPROVE", "SUPERVISE", "STATISTICS", "ARCHIVE", "AUDIT", "SHARE")]  # fmt: skip
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

Table = tuple[Sequence[str], list[Sequence[Any]]]


def table(matters: Iterable[Matter], request: HttpRequest | None = None) -> Table:
    """The columns of the queue for each matter."""
    calendar = clocks.calendar_for(request)
    head = ("编号", "当事人", "事由", "状态", "下一步", "期限", "到期日", "程序", "承办机构", "承办人", "收到", "结案")
    body: list[Sequence[Any]] = []
    for m in matters:
        chip = clocks.chip_of_matter(m, calendar)
        body.append((
            m.number, m.parties_line, m.subject, m.state_title, m.next_step, chip.left, m.due_legal,
            {"ORDINARY": "普通程序", "SIMPLIFIED": "简易程序"}.get(m.track, ""), m.handling_unit.name,
            m.handler.name if m.handler else "", m.opened_on, m.closed_on,
        ))  # fmt: skip
    return head, body


_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def _safe(value: Any) -> Any:
    """Text that a spreadsheet would take for a formula is kept as text; characters it cannot hold are left out."""
    if not isinstance(value, (str, Promise)):
        return "" if value is None else value
    text = ILLEGAL_CHARACTERS_RE.sub("", str(value))
    return "'" + text if text.startswith(_FORMULA) else text


def answer(found: Table, name: str, kind: str) -> HttpResponse:
    """The table as a download; `kind` is csv or xlsx."""
    head, body = found
    stamp = f"{name}_{wall.today():%Y%m%d}"
    if kind == "csv":
        out = io.StringIO()
        writer = csv.writer(out)
        writer.writerow(head)
        writer.writerows([_safe(v) for v in row] for row in body)
        content, media = ("\ufeff" + out.getvalue()).encode(), "text/csv; charset=utf-8"
    else:
        kind = "xlsx"
        book = Workbook()
        sheet = book.active
        assert sheet is not None
        sheet.title = re.sub(r"[\[\]:*?/\\]", "", name)[:31]
        sheet.append([_safe(v) for v in head])
        for row in body:
            sheet.append([_safe(v) for v in row])
        for n, title in enumerate(head, 1):
            sheet.cell(1, n).font = Font(bold=True)
            widest = max([len(str(title)), *(len(str(r[n - 1] or "")) for r in body[:200] if len(r) >= n)])
            sheet.column_dimensions[get_column_letter(n)].width = min(40, 4 + 1.8 * widest)
        sheet.freeze_panes = "A2"
        buffer = io.BytesIO()
        book.save(buffer)
        content, media = buffer.getvalue(), XLSX
    response = HttpResponse(content, content_type=media)
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(stamp)}.{kind}"
    response.headers["Cache-Control"] = "no-store"
    return response
