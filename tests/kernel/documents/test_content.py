"""Uploads: a table of good files, and a table of hostile ones."""

from __future__ import annotations

import hashlib
import io
import struct
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable
from typing import IO

import docx
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfWriter
from pypdf.annotations import FreeText
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, TextStringObject

from xiezhi.kernel.documents.content import ALLOWED, Rejected, inspect, safe_name

from .conftest import pdf, picture


def docx_bytes() -> bytes:
    out = io.BytesIO()
    document = docx.Document()
    document.add_paragraph("正文")
    document.save(out)
    return out.getvalue()


def xlsx_bytes() -> bytes:
    out = io.BytesIO()
    openpyxl.Workbook().save(out)
    return out.getvalue()


def with_parts(base: bytes, parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO(base)
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def zip_bytes(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def pdf_with(change: Callable[[PdfWriter], None]) -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    change(writer)
    return pdf(writer)


def action(kind: str) -> DictionaryObject:
    return DictionaryObject({NameObject("/S"): NameObject(kind), NameObject("/F"): TextStringObject("calc.exe")})


def on_open(kind: str) -> Callable[[PdfWriter], None]:
    def change(writer: PdfWriter) -> None:
        writer._root_object[NameObject("/OpenAction")] = writer._add_object(action(kind))

    return change


def on_annotation(writer: PdfWriter) -> None:
    note = FreeText(text="x", rect=(0, 0, 10, 10))
    note[NameObject("/A")] = action("/Launch")
    writer.add_annotation(0, note)


def names_javascript(writer: PdfWriter) -> None:
    script = DictionaryObject({NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("x")})
    tree = DictionaryObject({NameObject("/Names"): ArrayObject([TextStringObject("a"), writer._add_object(script)])})
    writer._root_object[NameObject("/Names")] = DictionaryObject({NameObject("/JavaScript"): tree})


def attachment(writer: PdfWriter) -> None:
    writer.add_attachment("a.exe", b"MZ")


def deep(writer: PdfWriter) -> None:
    node = ArrayObject()
    for _ in range(200):
        node = ArrayObject([node])
    writer._root_object[NameObject("/X")] = node


def encrypted(writer: PdfWriter) -> None:
    writer.encrypt("secret", algorithm="RC4-128")


def png_claiming(width: int, height: int) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


MP4 = struct.pack(">I", 24) + b"ftypisom\x00\x00\x02\x00isomiso2" + b"\x00" * 64
M4A = struct.pack(">I", 24) + b"ftypM4A \x00\x00\x02\x00isomiso2" + b"\x00" * 64
HEIC = struct.pack(">I", 24) + b"ftypheic\x00\x00\x00\x00mif1heic" + b"\x00" * 64
WAV = b"RIFF\x24\x00\x00\x00WAVEfmt " + b"\x00" * 32
OFD = zip_bytes({"OFD.xml": b"<?xml version='1.0'?><ofd:OFD/>", "Doc_0/Document.xml": b"<x/>"})

GOOD = [
    ("申请书.pdf", "application/pdf", pdf(), "application/pdf"),
    ("照片.JPG", "image/jpeg", picture("JPEG"), "image/jpeg"),
    ("照片.png", "", picture("PNG"), "image/png"),
    ("扫描.tif", "image/tiff", picture("TIFF"), "image/tiff"),
    ("图.gif", "image/gif", picture("GIF"), "image/gif"),
    ("图.heic", "image/heic", HEIC, "image/heic"),
    ("申请书.docx", "", docx_bytes(), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ("清单.xlsx", "", xlsx_bytes(), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("决定.ofd", "application/ofd", OFD, "application/ofd"),
    ("说明.txt", "text/plain", "文字说明".encode(), "text/plain"),
    ("说明.txt", "text/plain", "文字说明，国标编码".encode("gb18030"), "text/plain"),
    ("表.csv", "application/vnd.ms-excel", "姓名,金额\n甲,1\n".encode(), "text/csv"),
    ("录音.mp3", "audio/mpeg", b"ID3\x04" + b"\x00" * 64, "audio/mpeg"),
    ("录音.mp3", "audio/mp3", b"\xff\xfb\x90\x44" + b"\x00" * 64, "audio/mpeg"),
    ("录音.wav", "audio/x-wav", WAV, "audio/wav"),
    ("录音.m4a", "audio/x-m4a", M4A, "audio/mp4"),
    ("录音.m4a", "", MP4, "video/mp4"),
    ("录音.amr", "", b"#!AMR\n" + b"\x00" * 64, "audio/amr"),
    ("录像.mp4", "video/mp4", MP4, "video/mp4"),
]


@pytest.mark.parametrize("name,declared,content,kind", GOOD, ids=[f"{i}-{g[0]}" for i, g in enumerate(GOOD)])
def test_good_files(name: str, declared: str, content: bytes, kind: str) -> None:
    file = io.BytesIO(content)
    found = inspect(file, name, declared)
    assert (found.media_type, found.size) == (kind, len(content))
    assert found.sha256 == hashlib.sha256(content).hexdigest()
    assert file.tell() == 0
    assert found.safe_name.rpartition(".")[2] in {e for extensions in ALLOWED.values() for e in extensions}


RELS = (
    b'<Relationships><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/'
    b'attachedTemplate" Target="http://192.0.2.1/x.dotm" TargetMode="External"/></Relationships>'
)
HOSTILE: list[tuple[str, str, bytes, str]] = [
    ("空.pdf", "", b"", "empty"),
    ("程序.pdf", "", b"MZ" + b"\x00" * 100, "executable"),
    ("程序.txt", "", b"\x7fELF" + b"\x00" * 100, "executable"),
    ("脚本.txt", "", b"#!/bin/sh\nrm -rf /\n", "executable"),
    ("捷径.lnk", "", b"L\x00\x00\x00\x01\x14\x02\x00" + b"\x00" * 60, "executable"),
    ("图.png", "", b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>", "active_content"),
    ("图.svg", "image/svg+xml", b"<?xml version='1.0'?><svg/>", "active_content"),
    ("页.txt", "", b"hello <!DOCTYPE html><script>1</script>", "active_content"),
    ("页.html", "text/html", b"\xef\xbb\xbf  <HTML><body>", "active_content"),
    ("宽.txt", "", "<script>".encode("utf-16"), "encoding"),
    ("旧.doc", "", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "legacy_office"),
    ("包.zip", "application/zip", zip_bytes({"a.txt": b"x"}), "archive"),
    ("包.docx", "", zip_bytes({"a.exe": b"MZ"}), "archive"),
    ("包.rar", "", b"Rar!\x1a\x07\x01\x00", "archive"),
    ("包.7z", "", b"7z\xbc\xaf\x27\x1c\x00\x04", "archive"),
    ("包.gz", "", b"\x1f\x8b\x08\x00" + b"\x00" * 20, "archive"),
    ("申请.exe", "", pdf(), "mismatch"),
    ("申请.pdf.exe", "", pdf(), "mismatch"),
    ("申请.pdf", "", picture("PNG"), "mismatch"),
    ("申请.docx", "", xlsx_bytes(), "mismatch"),
    ("申请.pdf", "image/png", pdf(), "mismatch"),
    ("申请.pdf", "text/html", pdf(), "mismatch"),
    ("脚.js", "", b"alert(1)", "mismatch"),
    ("脚.pdf", "", pdf_with(names_javascript), "active_content"),
    ("脚.pdf", "", pdf_with(on_open("/Launch")), "active_content"),
    ("脚.pdf", "", pdf_with(on_open("/JavaScript")), "active_content"),
    ("脚.pdf", "", pdf_with(on_open("/ImportData")), "active_content"),
    ("脚.pdf", "", pdf_with(on_annotation), "active_content"),
    ("脚.pdf", "", pdf_with(attachment), "active_content"),
    ("脚.pdf", "", pdf().replace(b"%%EOF", b"%%EOF\n9 0 obj<</S/JavaScript>>endobj"), "active_content"),
    ("脚.pdf", "", pdf_with(on_open("/Launch")).replace(b"/Launch", b"/L#61unch"), "active_content"),
    ("深.pdf", "", pdf_with(deep), "too_complex"),
    ("密.pdf", "", pdf_with(encrypted), "encrypted"),
    ("坏.pdf", "", b"%PDF-1.7\ngarbage", "damaged"),
    ("坏.png", "", picture("PNG")[:20], "damaged"),
    ("坏.jpg", "", b"\xff\xd8\xff\xe0" + b"\x00" * 30, "damaged"),
    ("弹.png", "", png_claiming(60000, 60000), "image_bomb"),
    ("弹.png", "", png_claiming(12000, 11000), "image_bomb"),
    ("弹.docx", "", with_parts(docx_bytes(), {"word/media/x.xml": b"\x00" * (64 << 20)}), "zip_bomb"),
    ("宏.docx", "", with_parts(docx_bytes(), {"word/vbaProject.bin": b"x"}), "active_content"),
    ("宏.xlsx", "", with_parts(xlsx_bytes(), {"xl/activeX/activeX1.xml": b"<x/>"}), "active_content"),
    ("嵌.docx", "", with_parts(docx_bytes(), {"word/embeddings/oleObject1.bin": b"x"}), "active_content"),
    ("远.docx", "", with_parts(docx_bytes(), {"word/_rels/settings.xml.rels": RELS}), "active_content"),
    ("实.docx", "", with_parts(docx_bytes(), {"word/x.xml": b"<!DOCTYPE a [<!ENTITY b 'c'>]><a/>"}), "active_content"),
    ("穿.docx", "", with_parts(docx_bytes(), {"../../etc/cron.d/x": b"x"}), "damaged"),
    ("断.docx", "", docx_bytes()[:-40], "damaged"),
    ("乱.bin", "", bytes(range(256)) * 4, "unsupported"),
    ("乱.txt", "", b"abc\x00def", "unsupported"),
    ("片.mov", "", struct.pack(">I", 20) + b"ftypqt  " + b"\x00" * 40, "unsupported"),
]


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("name,declared,content,code", HOSTILE, ids=[f"{i}-{h[3]}" for i, h in enumerate(HOSTILE)])
def test_hostile_files(name: str, declared: str, content: bytes, code: str) -> None:
    with pytest.raises(Rejected) as caught:
        inspect(io.BytesIO(content), name, declared)
    assert caught.value.code == code
    assert any("\u4e00" <= c <= "\u9fff" for c in caught.value.message_zh)


def test_a_zip_that_lies_about_its_sizes() -> None:
    content = with_parts(docx_bytes(), {"word/media/x.bin": b"\x00" * 1_000_000})
    at = content.rindex(b"PK\x01\x02")
    lying = content[: at + 24] + struct.pack("<I", 10) + content[at + 28 :]
    with pytest.raises(Rejected):
        inspect(io.BytesIO(lying), "x.docx")


class Endless(io.RawIOBase):
    """A file of zeros of any length that holds nothing in memory."""

    def __init__(self, size: int, head: bytes) -> None:
        super().__init__()
        self.size, self.at, self.head = size, 0, head

    def seek(self, offset: int, whence: int = 0, /) -> int:
        self.at = offset if whence == 0 else self.size + offset
        return self.at

    def tell(self) -> int:
        return self.at

    def read(self, n: int = -1, /) -> bytes:
        n = max(0, min(n if n >= 0 else self.size, self.size - self.at))
        out = (self.head[self.at : self.at + n]).ljust(n, b"\x00")
        self.at += n
        return out


def test_size_limit_and_constant_memory() -> None:
    file: IO[bytes] = Endless(120 << 20, MP4)  # type: ignore[assignment]
    tracemalloc.start()
    found = inspect(file, "录像.mp4", "video/mp4")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found.size == 120 << 20 and peak < 4 << 20
    with pytest.raises(Rejected) as caught:
        inspect(file, "录像.mp4", "video/mp4", max_bytes=100 << 20)
    assert caught.value.code == "too_large" and "100 MB" in caught.value.message_zh


NAMES = [
    ("../../etc/passwd", "passwd"),
    ("C:\\Windows\\a.pdf", "a.pdf"),
    ("a\x00.pdf", "a.pdf"),
    ("申请\u202efdp.exe", "申请fdp.exe"),
    ("  .. ", "文件"),
    (".htaccess", "htaccess"),
    ("CON.txt", "_CON.txt"),
    ("a<b>|c?.pdf", "abc.pdf"),
    ("", "文件"),
    ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie x.pdf"),
    ("文件.PDF", "文件.pdf"),
]


@pytest.mark.parametrize("declared,expected", NAMES)
def test_names(declared: str, expected: str) -> None:
    assert safe_name(declared) == expected


@given(st.text(max_size=400))
def test_any_name_becomes_one_safe_name(declared: str) -> None:
    name = safe_name(declared, "application/pdf")
    assert name.endswith((".pdf",)) and len(name.encode()) <= 181
    assert not set(name) & set('/\\:*?"<>|\x00') and not name.startswith(".")
    assert safe_name(name, "application/pdf") == name


def test_warnings() -> None:
    codes = {w.code for w in inspect(io.BytesIO(b"a,=cmd|' /C calc'!A0\n"), "表.csv").warnings}
    assert codes == {"csv_formula"}
    assert {w.code for w in inspect(io.BytesIO(pdf()), "../申请书").warnings} == {"no_extension", "name_changed"}
