"""A closer look at the formats that can hide something: images, PDF, and the ZIP containers of Office and OFD."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Mapping
from typing import IO, Any, Final

from PIL import ExifTags, Image, UnidentifiedImageError
from pypdf import PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NameObject

from .content_errors import Rejected, Warn

MAX_PIXELS: Final = 120_000_000
MAX_TOTAL_PIXELS: Final = 2_000_000_000
MAX_FRAMES: Final = 1000
MAX_ZIP_ENTRIES: Final = 10_000
MAX_ZIP_TOTAL: Final = 1024 * 1024 * 1024
MAX_ZIP_RATIO: Final = 150
RATIO_FREE: Final = 16 * 1024 * 1024  # below this much inflated data the ratio does not matter
MAX_PDF_OBJECTS: Final = 500_000
MAX_PDF_DEPTH: Final = 60
CHUNK: Final = 64 * 1024


def check_image(file: IO[bytes], warnings: list[Warn]) -> None:
    """Readable, and not a bomb: pixels per frame, frames, and pixels in all are bounded. Nothing is decoded."""
    file.seek(0)
    try:
        with Image.open(file, formats=["JPEG", "PNG", "TIFF", "GIF"]) as image:
            total = 0
            for frame in range(MAX_FRAMES + 1):
                try:
                    image.seek(frame)
                except EOFError:
                    break
                width, height = image.size
                total += width * height
                if width * height > MAX_PIXELS or total > MAX_TOTAL_PIXELS or frame == MAX_FRAMES:
                    raise Rejected("图片的像素或者页数过多，请缩小后重新上传", "image_bomb")
                if image.format == "GIF" and frame == 0:
                    break  # later frames of a GIF share its size and would have to be decoded to be counted
            if image.format in ("JPEG", "MPO") and ExifTags.IFD.GPSInfo in image.getexif():
                warnings.append(Warn("gps", "照片中带有拍摄地点，办案人员可以看到"))
    except Rejected:
        raise
    except Image.DecompressionBombError as error:
        raise Rejected("图片的像素过多，请缩小后重新上传", "image_bomb") from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, KeyError, TypeError, zlib.error) as error:
        raise Rejected("图片已损坏，无法打开", "damaged") from error
    finally:
        file.seek(0)


# ---- PDF ---------------------------------------------------------------------------------------------------------

_PDF_ACTIONS: Final = {"/JavaScript", "/Launch", "/ImportData", "/GoToE", "/RichMediaExecute", "/Rendition"}
# What the parser lets out on damaged input.
_PDF_BROKEN: Final = (
    PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError, OSError,
    AssertionError, OverflowError, NotImplementedError, zlib.error,
)  # fmt: skip
_PDF_KEYS: Final = {"/JS", "/JavaScript", "/EmbeddedFiles", "/EF", "/XFA"}
_PDF_TYPES: Final = {"/EmbeddedFile"}
_PDF_SUBTYPES: Final = {"/FileAttachment", "/RichMedia", "/Screen", "/Movie", "/3D"}
# Objects that no cross-reference names can still be found by readers that repair files.
_PDF_RAW: Final = re.compile(rb"/(?:JavaScript|Launch|EmbeddedFile|RichMedia)(?![A-Za-z])")


def check_pdf_active(file: IO[bytes], warnings: list[Warn]) -> None:
    """No scripts, no launching, no attachments, no password. Every object of the file is looked at."""
    _scan_raw(file)
    file.seek(0)
    try:
        reader = PdfReader(file, strict=False)
        if reader.is_encrypted:
            raise Rejected("PDF 设置了密码或者权限限制，请去除后重新上传", "encrypted")
        numbers = {(n, g) for g, table in reader.xref.items() for n in table} | {(n, 0) for n in reader.xref_objStm}
        if len(numbers) > MAX_PDF_OBJECTS:
            raise Rejected("PDF 结构过于复杂，无法检查，请重新生成后上传", "too_complex")
        if len(reader.pages) == 0:
            raise Rejected("PDF 没有页面", "damaged")
        _walk(dict(reader.trailer), 0)
        for count, (number, generation) in enumerate(sorted(numbers)):
            if number:
                _walk(reader.get_object(IndirectObject(number, generation, reader)), 0)
            if count % 200 == 199:
                reader.resolved_objects.clear()
    except Rejected:
        raise
    except _PDF_BROKEN as error:
        raise Rejected("PDF 已损坏，无法打开", "damaged") from error
    finally:
        file.seek(0)


def _scan_raw(file: IO[bytes]) -> None:
    file.seek(0)
    tail = b""
    while chunk := file.read(CHUNK):
        if _PDF_RAW.search(tail + chunk):
            raise _active_pdf()
        tail = chunk[-32:]


def _active_pdf() -> Rejected:
    return Rejected(
        "PDF 中带有脚本、启动程序的动作或者附件，请另存为普通 PDF（例如打印为 PDF）后上传", "active_content"
    )


def _walk(value: Any, depth: int) -> None:
    """Look through one object without following references: each is visited by its own number."""
    if depth > MAX_PDF_DEPTH:
        raise Rejected("PDF 结构过于复杂，无法检查，请重新生成后上传", "too_complex")
    if isinstance(value, ArrayObject | list):
        for item in value:
            _walk(item, depth + 1)
    elif isinstance(value, DictionaryObject | dict):
        for key in value:
            item = value.raw_get(key) if isinstance(value, DictionaryObject) else value[key]
            name = str(key)
            if name in _PDF_KEYS:
                raise _active_pdf()
            if isinstance(item, NameObject):
                text = str(item)
                if (
                    (name == "/S" and text in _PDF_ACTIONS)
                    or (name == "/Type" and text in _PDF_TYPES)
                    or (name == "/Subtype" and text in _PDF_SUBTYPES)
                ):
                    raise _active_pdf()
            elif not isinstance(item, IndirectObject):
                _walk(item, depth + 1)


# ---- ZIP containers ----------------------------------------------------------------------------------------------

_ACTIVE_PARTS: Final = re.compile(
    r"(?:vbaProject|vbaData)[^/]*$|(?:^|/)activeX/|(?:^|/)oleObject\d*\.bin$"
    r"|\.(?:exe|dll|js|vbs|scr|bat|cmd|ps1|hta|jar|lnk)$",
    re.IGNORECASE,
)


def check_zip_container(file: IO[bytes], kinds: Mapping[str, str], warnings: list[Warn]) -> str:
    """The kind of an Office or OFD file, after inflating every part once under limits. Other archives are refused."""
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            infos = archive.infolist()
            names = {i.filename for i in infos}
            found = [media for part, media in kinds.items() if part in names]
            if len(found) != 1:
                raise Rejected("不能上传压缩包，请解压后逐个上传", "archive")
            if found[0] != "application/ofd" and "[Content_Types].xml" not in names:
                raise Rejected("文件已损坏，无法打开", "damaged")
            if len(infos) > MAX_ZIP_ENTRIES:
                raise Rejected("文件内部结构异常，无法检查", "zip_bomb")
            if len(names) != len(infos) or any(_tricky(n) for n in names):
                raise Rejected("文件内部结构异常，无法检查", "damaged")
            if any(_ACTIVE_PARTS.search(n) for n in names):
                raise Rejected(
                    "文件中带有宏、控件或者嵌入的程序，请另存为不含宏的文件或者 PDF 后上传", "active_content"
                )
            file.seek(0, 2)
            _inflate(archive, infos, file.tell(), warnings)
            return found[0]
    except Rejected:
        raise
    except (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, OSError, ValueError, EOFError, RuntimeError,
            NotImplementedError, KeyError) as error:  # fmt: skip
        raise Rejected("文件已损坏或者加密，无法打开", "damaged") from error
    finally:
        file.seek(0)


def _tricky(name: str) -> bool:
    return name.startswith("/") or "\\" in name or "\x00" in name or ".." in name.split("/")


def _inflate(archive: zipfile.ZipFile, infos: list[zipfile.ZipInfo], packed: int, warnings: list[Warn]) -> None:
    """Read every part to its end, counting real bytes: the sizes a bomb declares are lies."""
    total = 0
    for info in infos:
        if info.flag_bits & 0x1:
            raise Rejected("文件设置了密码，请去除后重新上传", "encrypted")
        xml = info.filename.lower().endswith((".xml", ".rels"))
        with archive.open(info) as part:
            first = True
            tail = b""
            while chunk := part.read(CHUNK):
                total += len(chunk)
                if total > MAX_ZIP_TOTAL or (total > RATIO_FREE and total > packed * MAX_ZIP_RATIO):
                    raise Rejected("文件展开后异常巨大，不能上传", "zip_bomb")
                if (
                    xml
                    and first
                    and re.search(rb"<!(?:DOCTYPE|ENTITY)", chunk[:8192].replace(b"\x00", b""), re.IGNORECASE)
                ):
                    raise Rejected("文件中带有不允许的 XML 声明", "active_content")
                if info.filename.lower().endswith(".rels") and _remote_template(tail + chunk):
                    raise Rejected("文件会从外部网址加载模板，请另存为普通文件后上传", "active_content")
                first, tail = False, chunk[-4096:]
    if any("/embeddings/" in i.filename for i in infos):
        warnings.append(Warn("embedded", "文件中嵌有其他文件，归档时以 PDF 为准"))


def _remote_template(rels: bytes) -> bool:
    for element in re.findall(rb"<Relationship\b[^>]*>", rels):
        kind = re.search(rb"Type\s*=\s*[\"'][^\"']*/(attachedTemplate|oleObject|frame|subDocument)[\"']", element)
        if kind and re.search(rb"TargetMode\s*=\s*[\"']External[\"']", element, re.IGNORECASE):
            return True
    return False
