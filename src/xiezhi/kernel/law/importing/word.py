"""DOCX as the national database gives it: paragraphs and tables as lines of text."""

from __future__ import annotations

import io
import zipfile

from xiezhi.kernel.law.structure import Finding

__all__ = ["read"]

MOST_UNPACKED = 100 * 1024 * 1024
MOST_ENTRIES = 5000


def _checked(data: bytes) -> None:
    """Raises ValueError for what is no DOCX or would unpack to too much."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            if len(entries) > MOST_ENTRIES:
                raise ValueError(f"压缩包内的文件超过{MOST_ENTRIES}个")
            total = 0
            for entry in entries:  # the sizes in the directory may lie, so the bytes are counted
                if entry.file_size > MOST_UNPACKED:
                    raise ValueError("解压后过大，疑为压缩炸弹")
                with archive.open(entry) as handle:
                    while chunk := handle.read(1024 * 1024):
                        total += len(chunk)
                        if total > MOST_UNPACKED:
                            raise ValueError("解压后过大，疑为压缩炸弹")
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise ValueError(f"不是完整的 DOCX 文件：{str(error)[:100]}") from error
    except ValueError:
        raise
    except Exception as error:  # decompressors raise types of their own
        raise ValueError(f"不是完整的 DOCX 文件：{type(error).__name__}") from error


def read(data: bytes) -> tuple[str, list[Finding]]:
    """The text of the document body, a paragraph a line, cells of a table row parted by tabs. Raises ValueError."""
    _checked(data)
    import docx
    from docx.table import Table
    from docx.text.paragraph import Paragraph

    findings: list[Finding] = []
    lines: list[str] = []
    try:
        document = docx.Document(io.BytesIO(data))
        numbered = 0
        for block in document.iter_inner_content():
            if isinstance(block, Paragraph):
                numbered += int(bool(block.text.strip()) and bool(block._p.xpath("./w:pPr/w:numPr")))
                lines += block.text.split("\n")
            elif isinstance(block, Table):
                for row in block.rows:
                    lines.append("\t".join(cell.text.replace("\n", " ") for cell in row.cells))
    except Exception as error:  # a broken part raises whatever the XML reader or the package reader meets
        raise ValueError(f"DOCX 内容损坏：{type(error).__name__} {str(error)[:100]}") from error
    if numbered:
        findings.append(
            Finding("docx_numbering", "全文", f"{numbered}个段落使用 Word 自动编号，编号不在文字里，请核对条、项的序号")
        )
    return "\n".join(lines).replace("\x0b", "\n").strip() + "\n", findings
