"""What people upload: looked at before anything keeps it.

The kind of a file is told by its content, never by its name or by what the browser says. Nothing executable or active
comes in: no programs, no scripts in any wrapping, no macros, no archives. Memory stays constant whatever the size.

Refused on purpose: doc, xls, ppt (old Office containers cannot be checked for macros without running a full parser;
people are asked to save as docx, xlsx or PDF), zip, rar and 7z (each document must be seen by itself), svg and html.
"""

from __future__ import annotations

import codecs
import hashlib
import os
import re
import unicodedata
from dataclasses import dataclass
from typing import IO, Final

from .content_checks import check_image, check_pdf_active, check_zip_container
from .content_errors import Rejected, Warn

__all__ = ["ALLOWED", "MAX_BYTES", "Inspected", "Rejected", "Warn", "inspect", "safe_name"]

MIB: Final = 1024 * 1024
MAX_BYTES: Final = 200 * MIB
CHUNK: Final = 64 * 1024
NAME_BYTES: Final = 180

ALLOWED: Final[dict[str, tuple[str, ...]]] = {
    "application/pdf": ("pdf",),
    "image/jpeg": ("jpg", "jpeg", "jfif"),
    "image/png": ("png",),
    "image/tiff": ("tif", "tiff"),
    "image/gif": ("gif",),
    "image/heic": ("heic", "heif"),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ("docx",),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ("xlsx",),
    "application/ofd": ("ofd",),
    "text/plain": ("txt",),
    "text/csv": ("csv",),
    "audio/mpeg": ("mp3",),
    "audio/wav": ("wav",),
    "audio/mp4": ("m4a",),
    "audio/amr": ("amr",),
    "video/mp4": ("mp4", "m4v"),
}
_ZIP_KINDS: Final = {
    "word/document.xml": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xl/workbook.xml": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "OFD.xml": "application/ofd",
}
# What browsers say about a kind besides its own name. A generic name says nothing and is accepted.
_GENERIC: Final = {"", "application/octet-stream", "binary/octet-stream", "application/x-download"}
_ALSO: Final[dict[str, set[str]]] = {
    "text/csv": {"application/vnd.ms-excel", "text/plain", "application/csv"},
    "text/plain": {"text/csv", "text/markdown"},
    "audio/mp4": {"audio/x-m4a", "audio/m4a", "video/mp4"},
    "video/mp4": {"audio/mp4", "video/x-m4v"},
    "audio/mpeg": {"audio/mp3"},
    "audio/wav": {"audio/x-wav", "audio/wave", "audio/vnd.wave"},
    "audio/amr": {"audio/3gpp", "audio/amr-nb"},
    "image/jpeg": {"image/jpg", "image/pjpeg"},
    "image/heic": {"image/heif"},
    "application/pdf": {"application/x-pdf"},
    "application/ofd": {"application/x-ofd"},
}
_PROGRAMS: Final = (
    b"MZ", b"\x7fELF", b"\xfe\xed\xfa", b"\xce\xfa\xed\xfe",
    b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe", b"#!", b"L\x00\x00\x00\x01\x14\x02\x00",
    b"\x00asm", b"dex\n",
)  # fmt: skip
_ARCHIVES: Final = (b"Rar!", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd", b"MSCF")
_MARKUP: Final = re.compile(rb"<\s*(?:!doctype|html|svg|script|\?xml|body|iframe|head\b|x?math|xsl)", re.IGNORECASE)
_HEIC_BRANDS: Final = {b"heic", b"heix", b"hevc", b"hevx", b"mif1", b"msf1"}
_AUDIO_BRANDS: Final = {b"M4A ", b"M4B "}
_BAD_IN_NAME: Final = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff<>:\"|?*]"
)
_DEVICES: Final = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Inspected:
    """An upload that may be kept. ``sha256`` is hex, ``size`` in bytes."""

    sha256: str
    size: int
    media_type: str
    safe_name: str
    warnings: tuple[Warn, ...] = ()


def safe_name(declared: str, media_type: str = "") -> str:
    """A file name that is one plain name on every system: no path, no control or direction characters, bounded length.

    With a media type the name also ends in an extension of that type.
    """
    name = unicodedata.normalize("NFC", declared).replace("\\", "/").rsplit("/", 1)[-1]
    name = re.sub(r"\s+", " ", _BAD_IN_NAME.sub("", name)).strip(" .")
    stem, dot, extension = name.rpartition(".")
    if not dot or not re.fullmatch(r"[A-Za-z0-9]{1,8}", extension):
        stem, extension = name, ""
    wanted = ALLOWED.get(media_type, ())
    if wanted and extension.lower() not in wanted:
        stem, extension = name, wanted[0]
    stem = stem.strip(" .") or "文件"
    if _DEVICES.fullmatch(stem.split(".")[0]):
        stem = f"_{stem}"
    room = NAME_BYTES - len(extension) - 1
    while len(stem.encode()) > room:
        stem = stem[:-1]
    return f"{stem}.{extension.lower()}" if extension else stem


def _extension(declared: str) -> str:
    name = _BAD_IN_NAME.sub("", declared).replace("\\", "/").rsplit("/", 1)[-1].rstrip(" .")
    extension = name.rpartition(".")[2].lower() if "." in name else ""
    return extension if re.fullmatch(r"[a-z0-9]{1,8}", extension) else ""


def _hash(file: IO[bytes], max_bytes: int) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    file.seek(0)
    while chunk := file.read(CHUNK):
        size += len(chunk)
        if size > max_bytes:
            raise Rejected(f"文件超过 {max_bytes // MIB} MB，请压缩或者分开上传", "too_large")
        digest.update(chunk)
    if size == 0:
        raise Rejected("文件是空的，请检查后重新上传", "empty")
    return digest.hexdigest(), size


def _is_mp3(head: bytes) -> bool:
    if head[:3] == b"ID3":
        return True
    # A frame header: 11 bits of sync, then no reserved version, layer, bit rate or sampling rate.
    return (
        len(head) > 3 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0 and head[1] & 0x18 != 0x08
        and head[1] & 0x06 == 0x02 and head[2] & 0xF0 not in (0x00, 0xF0) and head[2] & 0x0C != 0x0C
    )  # fmt: skip


def _sniff(head: bytes) -> str:
    """The kind of a file by its first bytes; "zip" and "text?" need a closer look. Raises ``Rejected``."""
    if head.startswith(b"%PDF-"):
        return "application/pdf"
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head[:4] in (b"II*\x00", b"MM\x00*"):
        return "image/tiff"
    if head[:6] in (b"GIF87a", b"GIF89a"):
        return "image/gif"
    if head.startswith((b"#!AMR\n", b"#!AMR-WB\n")):
        return "audio/amr"
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
        return "audio/wav"
    if head[4:8] == b"ftyp":
        return _sniff_ftyp(head)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return "zip"
    if head.startswith(_PROGRAMS):
        raise Rejected("不能上传程序文件", "executable")
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        raise Rejected(
            "不能上传旧版 Office 文件（doc、xls、ppt），请另存为 docx、xlsx 或者 PDF 后上传", "legacy_office"
        )
    if head.startswith(_ARCHIVES) or head[257:262] == b"ustar":
        raise Rejected("不能上传压缩包，请解压后逐个上传", "archive")
    if _is_mp3(head):
        return "audio/mpeg"
    return "text?"


def _sniff_ftyp(head: bytes) -> str:
    brand = head[8:12]
    if brand in _HEIC_BRANDS:
        return "image/heic"
    if brand in _AUDIO_BRANDS:
        return "audio/mp4"
    if brand in (
        b"isom",
        b"iso2",
        b"iso4",
        b"iso5",
        b"iso6",
        b"mp41",
        b"mp42",
        b"avc1",
        b"M4V ",
        b"MSNV",
        b"dash",
        b"3gp4",
        b"3gp5",
    ):
        return "video/mp4"
    raise Rejected("不支持这种音视频格式，请转换为 MP4、M4A、MP3 或者 WAV", "unsupported")


def _check_text(file: IO[bytes], head: bytes) -> list[Warn]:
    """Plain text in UTF-8 or GB 18030, without control characters and without markup a browser would run."""
    body = head.removeprefix(codecs.BOM_UTF8)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise Rejected("文本文件请用 UTF-8 或者 GB 18030 编码保存后上传", "encoding")
    if _MARKUP.search(body):
        raise Rejected("不能上传网页、SVG 或者脚本文件", "active_content")
    for encoding in ("utf-8", "gb18030"):
        decoder = codecs.getincrementaldecoder(encoding)()
        file.seek(0)
        try:
            formula = _scan_text(file, decoder)
        except UnicodeDecodeError:
            continue
        return [Warn("csv_formula", "表格中有以等号等符号开头的单元格，用表格软件打开时请当心")] if formula else []
    raise Rejected("无法识别文件内容，请换用 PDF、图片、Word、Excel、OFD、文本或者录音录像文件", "unsupported")


def _scan_text(file: IO[bytes], decoder: codecs.IncrementalDecoder) -> bool:
    formula, at_start = False, True
    while True:
        chunk = file.read(CHUNK)
        text = decoder.decode(chunk, final=not chunk)
        if re.search(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]", text):
            raise Rejected("无法识别文件内容，请换用 PDF、图片、Word、Excel、OFD、文本或者录音录像文件", "unsupported")
        if text and not formula:
            formula = bool(re.search(r"(?:^|[\n,])\"?[=+@]" if at_start else r"[\n,]\"?[=+@]", text))
            at_start = False
        if not chunk:
            return formula


def inspect(file: IO[bytes], declared_name: str, declared_type: str = "", max_bytes: int = MAX_BYTES) -> Inspected:
    """Look at an upload (seekable, binary) and say what it is. Raises ``Rejected`` with a message for the person.

    ``max_bytes`` is the limit in bytes. The file is left positioned at its start.
    """
    sha256, size = _hash(file, max_bytes)
    file.seek(0)
    head = file.read(4096)
    kind = _sniff(head)
    warnings: list[Warn] = []
    if kind == "zip":
        kind = check_zip_container(file, _ZIP_KINDS, warnings)
    elif kind == "text?":
        warnings += _check_text(file, head)
        kind = "text/csv" if _extension(declared_name) == "csv" else "text/plain"
    elif kind == "application/pdf":
        check_pdf_active(file, warnings)
    elif kind == "image/heic":
        warnings.append(Warn("no_preview", "此图片不能在线预览，建议同时上传 JPG 格式"))
    elif kind.startswith("image/"):
        check_image(file, warnings)
    _check_claims(kind, declared_name, declared_type, warnings)
    name = safe_name(declared_name, kind)
    if name != os.path.basename(declared_name):
        warnings.append(Warn("name_changed", f"文件名已改为“{name}”"))
    file.seek(0)
    return Inspected(sha256, size, kind, name, tuple(warnings))


def _check_claims(kind: str, declared_name: str, declared_type: str, warnings: list[Warn]) -> None:
    """The name and the declared type must not say something else than the content."""
    extension = _extension(declared_name)
    if extension and extension not in ALLOWED[kind]:
        if {kind, *_ALSO.get(kind, ())} >= {"audio/mp4", "video/mp4"} and extension in ("m4a", "mp4", "m4v"):
            pass
        else:
            raise Rejected(f"文件内容（{ALLOWED[kind][0]}）与扩展名（{extension}）不一致，请核对后重新上传", "mismatch")
    elif not extension:
        warnings.append(Warn("no_extension", f"文件名没有扩展名，已按内容识别为 {ALLOWED[kind][0]}"))
    claimed = declared_type.split(";")[0].strip().lower()
    if claimed not in _GENERIC and claimed != kind and claimed not in _ALSO.get(kind, ()):
        raise Rejected("文件内容与浏览器声明的类型不一致，请核对后重新上传", "mismatch")
