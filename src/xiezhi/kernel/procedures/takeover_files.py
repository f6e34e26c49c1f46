"""Files of a take-over: CSV or one Excel workbook in, a report as CSV and as a page out."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from django.utils.html import escape

from xiezhi.kernel.procedures.takeover import Misfit, Record

__all__ = ["SHEETS", "FilesError", "read_folder", "report_csv", "report_page"]

SHEETS = ("matters", "events", "parties", "documents")
COLUMNS = ("文件", "行", "来源编号", "字段", "代码", "原因", "处理办法")


class FilesError(ValueError):
    """The folder cannot be read at all; the message says what to do."""


def _csv(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    raw = path.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = raw.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise FilesError(f"{path.name}：不是UTF-8或者GB18030编码，请另存为UTF-8的CSV")
    for n, row in enumerate(csv.DictReader(io.StringIO(text, newline="")), 2):
        yield n, {(k or "").strip(): (v or "").strip() for k, v in row.items() if isinstance(v, str) or v is None}


def _excel(path: Path, sheet: str) -> Iterator[tuple[int, dict[str, str]]]:
    import openpyxl

    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    try:
        if sheet not in book.sheetnames:
            return
        rows = book[sheet].iter_rows(values_only=True)
        head = [str(c or "").strip() for c in next(rows, ())]
        for n, row in enumerate(rows, 2):
            values = {h: _cell(c) for h, c in zip(head, row, strict=False) if h}
            if any(values.values()):
                yield n, values
    finally:
        book.close()


def _cell(value: object) -> str:
    if value is None:
        return ""
    if hasattr(value, "isoformat"):
        return str(value.isoformat())[:10]
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _sheet(folder: Path, name: str) -> Iterator[tuple[int, dict[str, str]]]:
    path = folder / f"{name}.csv"
    if path.exists():
        return _csv(path)
    books = sorted(folder.glob("*.xlsx"))
    return _excel(books[0], name) if books else iter(())


def read_folder(folder: Path) -> tuple[list[Record], list[Misfit]]:
    """Every record of the folder, and rows that belong to none. Raises FilesError when there is nothing to read."""
    records: dict[str, Record] = {}
    strays: list[Misfit] = []
    for n, row in _sheet(folder, "matters"):
        key = row.get("source_key", "")
        if not key:
            strays.append(Misfit("matters", n, "source_key", "NO_KEY", "没有来源编号", "填写旧系统中的唯一编号"))
        elif key in records:
            strays.append(
                Misfit(
                    "matters", n, "source_key", "KEY_TWICE", f"来源编号“{key}”与第{records[key].row}行重复", "保留一行"
                )
            )
        else:
            records[key] = Record(key, n, row)
    if not records and not strays:
        raise FilesError("没有找到 matters.csv 或者含有 matters 工作表的Excel文件")
    for name in ("events", "parties", "documents"):
        for n, row in _sheet(folder, name):
            key = row.get("source_key", "")
            if key not in records:
                reason = f"来源编号“{key}”不在matters中" if key else "没有来源编号"
                strays.append(Misfit(name, n, "source_key", "STRAY_ROW", reason, "补充该办件，或者改正来源编号"))
            else:
                getattr(records[key], name).append((n, row))
    for record in records.values():
        record.events.sort(key=lambda e: (_order(e[1]), e[0]))
    return list(records.values()), strays


def _order(row: dict[str, str]) -> tuple[int, int]:
    """Events stand in the order of the column `order`, else of the file."""
    text = row.get("order", "")
    return (0, int(text)) if text.isdigit() else (0, 0)


def report_csv(path: Path, misfits: Iterable[tuple[str, Misfit]], changed: Sequence[str]) -> None:
    """Everything that did not come in, for a table program (UTF-8 with mark)."""
    with path.open("w", encoding="utf-8-sig", newline="") as out:
        write = csv.writer(out)
        write.writerow(COLUMNS)
        for key, m in misfits:
            write.writerow([m.file, m.row, key, m.field, m.code, m.reason, m.advice])
        for key in changed:
            write.writerow(
                [
                    "matters",
                    "",
                    key,
                    "",
                    "CHANGED",
                    "以前已经接收，来源数据后来有变化",
                    "在平台内用“更正记录”改正，不会自动覆盖",
                ]
            )


def report_page(
    path: Path,
    title: str,
    counts: Sequence[tuple[str, int]],
    misfits: Sequence[tuple[str, Misfit]],
    changed: Sequence[str],
) -> None:
    """The same as a page to read and print."""
    rows = "".join(
        "<tr>" + "".join(f"<td>{escape(str(c))}</td>" for c in (m.file, m.row, key, m.field, m.reason, m.advice)) + "</tr>"
        for key, m in misfits[:5000]
    ) + "".join(
        f"<tr><td>matters</td><td></td><td>{escape(key)}</td><td></td><td>来源数据后来有变化</td><td>在平台内更正</td></tr>" for key in changed[:5000]
    )  # fmt: skip
    totals = "".join(f"<li>{escape(name)}：{number}件</li>" for name, number in counts)
    head = "".join(f"<th>{h}</th>" for h in ("文件", "行", "来源编号", "字段", "原因", "处理办法"))
    style = "body{font-family:sans-serif;margin:2em;line-height:1.6}table{border-collapse:collapse}td,th{border:1px solid #bbb;padding:.3em .6em;text-align:left}"
    path.write_text(
        f'<!doctype html><html lang="zh-Hans"><head><meta charset="utf-8"><title>{escape(title)}</title><style>{style}</style></head>'
        f"<body><h1>{escape(title)}</h1><ul>{totals}</ul><h2>需要处理的记录</h2><table><tr>{head}</tr>{rows}</table></body></html>",
        encoding="utf-8",
    )
