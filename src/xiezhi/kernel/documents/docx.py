"""Word files: a draft out for offices that edit there, and text back in, through the same small subset of HTML."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from typing import Any

import docx
from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph

from .content import MAX_BYTES, Rejected, inspect
from .sanitize import clean_text, escape, sanitize, to_blocks

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
BODY_FONT, HEAD_FONT, TITLE_FONT = "仿宋", "黑体", "方正小标宋简体"


def _style(run: Any, font: str, size: float, *, bold: bool = False, underline: bool = False) -> None:
    run.font.name = font
    run.font.size = Pt(size)
    run.font.bold = bold
    run.font.underline = underline
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)


def _fill(paragraph: Any, runs: list[dict[str, Any]], font: str = BODY_FONT, size: float = 16) -> None:
    for item in runs:
        if item.get("br"):
            paragraph.add_run().add_break()
            continue
        run = paragraph.add_run(item["s"])
        _style(run, font, size, bold=bool(item.get("b")), underline=bool(item.get("u")))


def _paragraph(document: Any, *, indent: bool = True) -> Any:
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.line_spacing = Pt(29)
    paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(0)
    if indent:
        paragraph.paragraph_format.first_line_indent = Pt(32)
    return paragraph


def to_docx(html: str, data: Mapping[str, Any]) -> bytes:
    """A draft as a Word file: title, number and addressee from ``data``, then the text.

    It carries no seal and no red head: the official copy is the signed PDF alone.
    """
    document = docx.Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    document.core_properties.title = clean_text(str(data.get("title", "")))
    document.core_properties.author = clean_text(str(data.get("organ", "")))
    for name, font, size in (("title", TITLE_FONT, 22.0), ("doc_no", BODY_FONT, 16.0)):
        if data.get(name):
            line = _paragraph(document, indent=False)
            line.alignment = WD_ALIGN_PARAGRAPH.CENTER
            _fill(line, [{"s": clean_text(str(data[name]))}], font, size)
    if data.get("addressee"):
        _fill(_paragraph(document, indent=False), [{"s": clean_text(str(data["addressee"])) + "："}])
    for block in to_blocks(html):
        _add(document, block)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _add(document: Document, block: dict[str, Any]) -> None:
    if block["t"] == "table":
        table = document.add_table(rows=len(block["rows"]), cols=len(block["columns"]))
        table.style = "Table Grid"
        taken: set[tuple[int, int]] = set()
        for y, row in enumerate(block["rows"]):
            x = 0
            for cell in row:
                while (y, x) in taken:
                    x += 1
                last = table.cell(y + cell["rowspan"] - 1, x + cell["colspan"] - 1)
                target = table.cell(y, x).merge(last) if last is not table.cell(y, x) else last
                taken.update((y + i, x + j) for i in range(cell["rowspan"]) for j in range(cell["colspan"]))
                _fill(target.paragraphs[0], cell["runs"], size=14)
    elif block["t"] in ("ol", "ul"):
        for i, runs in enumerate(block["items"]):
            lead = f"{i + block['start']}." if block["t"] == "ol" else "·"
            _fill(_paragraph(document), [{"s": lead}, *runs])
    elif block["t"] == "h":
        paragraph = document.add_heading(level=block["level"])
        paragraph.paragraph_format.first_line_indent = Pt(32)
        _fill(paragraph, block["runs"], HEAD_FONT)
    else:
        paragraph = _paragraph(document, indent=not (block.get("align") or block.get("flush")))
        if block.get("align"):
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER if block["align"] == "center" else WD_ALIGN_PARAGRAPH.RIGHT
        _fill(paragraph, block["runs"])


def _inline(paragraph: Paragraph) -> str:
    out = ""
    for run in paragraph.runs:
        text = escape(run.text).replace("\n", "<br>")
        if text and run.bold:
            text = f"<strong>{text}</strong>"
        if text and run.underline:
            text = f"<u>{text}</u>"
        out += text
    return out


def _cell(cell: _Cell) -> str:
    return "<br>".join(filter(None, (_inline(p) for p in cell.paragraphs)))


def _table(table: Table) -> str:
    rows = ""
    for row in table.rows:
        seen: list[Any] = []
        cells = ""
        for cell in row.cells:
            if cell._tc not in seen:
                span = sum(1 for other in row.cells if other._tc is cell._tc)
                cells += f'<td colspan="{span}">{_cell(cell)}</td>' if span > 1 else f"<td>{_cell(cell)}</td>"
                seen.append(cell._tc)
        rows += f"<tr>{cells}</tr>"
    return f"<table>{rows}</table>"


def _html(document: Document) -> Iterator[str]:
    for item in document.iter_inner_content():
        if isinstance(item, Table):
            yield _table(item)
            continue
        text = _inline(item)
        if not text.strip():
            continue
        style = (item.style.name or "") if item.style is not None else ""
        if style.startswith(("Heading", "标题", "Title")):
            level = 3 if style.endswith(("2", "3")) else 2
            yield f"<h{level}>{escape(item.text)}</h{level}>"
        elif item.alignment == WD_ALIGN_PARAGRAPH.CENTER:
            yield f'<p class="center">{text}</p>'
        elif item.alignment == WD_ALIGN_PARAGRAPH.RIGHT:
            yield f'<p class="right">{text}</p>'
        else:
            yield f"<p>{text}</p>"


def from_docx(content: bytes) -> tuple[str, list[str]]:
    """The text of a Word file as sanitized editor HTML, and warnings in Chinese on what was left out.

    The file is inspected first (``content.Rejected``): no macros, no bombs, no remote templates.
    """
    found = inspect(io.BytesIO(content), "", DOCX, MAX_BYTES)
    if found.media_type != DOCX:
        raise Rejected("不是 Word（docx）文件", "mismatch")
    try:
        document = docx.Document(io.BytesIO(content))
        html = "\n".join(_html(document))
        body = document.element.body
        warnings: list[str] = []
        if document.inline_shapes or body.findall(".//" + qn("w:drawing")):
            warnings.append("图片没有导入，请作为附件上传")
        if body.findall(".//" + qn("w:ins")) or body.findall(".//" + qn("w:del")):
            warnings.append("文件带有修订标记，导入的内容可能不完整，请先接受或者拒绝全部修订")
        if any(p.text.strip() for s in document.sections for p in (*s.header.paragraphs, *s.footer.paragraphs)):
            warnings.append("页眉、页脚没有导入")
        if body.findall(".//" + qn("w:footnoteReference")):
            warnings.append("脚注没有导入")
    except (KeyError, ValueError, AttributeError, TypeError, OSError) as error:
        raise Rejected("Word 文件已损坏，无法打开", "damaged") from error
    return sanitize(html), warnings
