"""A matter's archive: one ZIP with every file, a manifest of digests, and the unit's signature over the manifest.

Written as a stream, in constant memory. Files are stored, not compressed: PDF, images and recordings gain nothing, and
the bytes then depend on nothing but the inputs. The only part that differs between two runs is the signature, which
holds the moment of signing. Anybody can check an archive with ``sha256sum`` and ``openssl cms -verify``.
"""

from __future__ import annotations

import hashlib
import io
import json
import mimetypes
import unicodedata
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import IO, Any, Final

from .sign import SignError, check_detached

FORMAT: Final = "xiezhi-archive/1"
MANIFEST: Final = "manifest.json"
SIGNATURE: Final = "manifest.json.p7s"
MAX_MANIFEST: Final = 64 * 1024 * 1024
CHUNK: Final = 256 * 1024
# ZIP holds local time without a zone: a constant says nothing wrong and keeps the bytes the same.
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_MEDIA: Final = {
    ".ofd": "application/ofd",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".m4a": "audio/mp4",
}

Content = bytes | IO[bytes]
Entry = tuple[str, Content]


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with an archive. ``path`` is empty when it concerns the whole."""

    code: str
    path: str
    message_zh: str


class _Sink(io.RawIOBase):
    """A write-only, unseekable stream whose bytes are taken out piece by piece."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any, /) -> int:
        part = bytes(data)
        self._parts.append(part)
        return len(part)

    def take(self) -> bytes:
        out = b"".join(self._parts)
        self._parts.clear()
        return out


def bad_path(path: str) -> bool:
    """Whether a path could escape the archive, collide on another system, or mislead a reader."""
    return (
        not path
        or len(path.encode("utf-8", "surrogatepass")) > 400
        or path.startswith("/")
        or "\\" in path
        or ":" in path
        or any(part in ("", ".", "..") for part in path.split("/"))
        or unicodedata.normalize("NFC", path) != path
        or any(unicodedata.category(c) in ("Cc", "Cf", "Cs") for c in path)
    )


def media_type(path: str) -> str:
    """The media type written into the manifest, by extension."""
    lower = path.lower()
    for extension, kind in _MEDIA.items():
        if lower.endswith(extension):
            return kind
    return mimetypes.guess_type(lower, strict=True)[0] or "application/octet-stream"


def canonical(value: Mapping[str, Any]) -> bytes:
    """JSON with sorted keys and no spare spaces: what is signed."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8")


def _info(path: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(path, _EPOCH)
    info.compress_type = zipfile.ZIP_STORED
    info.external_attr = 0o600 << 16
    info.create_system = 3
    return info


def _pieces(content: Content) -> Iterator[bytes]:
    if isinstance(content, bytes):
        yield content
        return
    while chunk := content.read(CHUNK):
        yield chunk


def build_archive(
    entries: Iterable[Entry], manifest_meta: Mapping[str, Any], sign: Callable[[bytes], bytes] | None = None
) -> Iterator[bytes]:
    """The archive as pieces of bytes, for a streaming response or a file.

    ``entries`` are (path, bytes or open file) in the order wanted; ``manifest_meta`` is any JSON (matter, unit,
    moment); ``sign`` turns the manifest into a detached CMS signature. Raises ``ValueError`` on a bad or repeated path.
    """
    sink = _Sink()
    listed: list[dict[str, Any]] = []
    seen = {MANIFEST.casefold(), SIGNATURE.casefold()}
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
        for path, content in entries:
            if bad_path(path) or path.casefold() in seen:
                raise ValueError(f"bad or repeated path in archive: {path!r}")
            seen.add(path.casefold())
            digest, size = hashlib.sha256(), 0
            # Only a file of unknown length needs the 64-bit header; old tools read the other kind.
            with archive.open(_info(path), "w", force_zip64=not isinstance(content, bytes)) as out:
                for piece in _pieces(content):
                    digest.update(piece)
                    size += len(piece)
                    out.write(piece)
                    if block := sink.take():
                        yield block
            listed.append({"path": path, "sha256": digest.hexdigest(), "size": size, "media_type": media_type(path)})
            yield sink.take()
        manifest = canonical({"format": FORMAT, "meta": dict(manifest_meta), "entries": listed})
        archive.writestr(_info(MANIFEST), manifest)
        if sign is not None:
            archive.writestr(_info(SIGNATURE), sign(manifest))
        yield sink.take()
    yield sink.take()


def read_small(archive: zipfile.ZipFile, path: str) -> bytes:
    """A file of the archive, cut off where it is larger than any of the small ones may be."""
    with archive.open(path) as file:
        return file.read(MAX_MANIFEST + 1)


def verify_archive(source: IO[bytes] | bytes, roots_pem: list[bytes] | None = None) -> list[Problem]:
    """Everything wrong with an archive; an empty list means it is whole and signed under one of the roots.

    Without ``roots_pem`` the signature is not looked at and its absence is no problem.
    """
    file = io.BytesIO(source) if isinstance(source, bytes) else source
    try:
        with zipfile.ZipFile(file) as archive:
            return _verify(archive, roots_pem)
    except (zipfile.BadZipFile, OSError, ValueError, EOFError, RuntimeError, NotImplementedError) as error:
        return [Problem("unreadable", "", f"不是可以读取的归档文件：{error}")]


def _verify(archive: zipfile.ZipFile, roots_pem: list[bytes] | None) -> list[Problem]:
    problems: list[Problem] = []
    names = [i.filename for i in archive.infolist()]
    for name in sorted({n for n in names if names.count(n) > 1} if len(set(names)) != len(names) else set()):
        problems.append(Problem("repeated", name, "同名文件出现多次"))
    problems.extend(Problem("bad_path", n, "文件路径不安全") for n in names if bad_path(n))
    if MANIFEST not in names:
        return [*problems, Problem("no_manifest", "", "缺少清单 manifest.json")]
    raw = read_small(archive, MANIFEST)
    if roots_pem is not None:
        problems.extend(_check_signature(archive, names, raw, roots_pem))
    try:
        manifest = json.loads(raw)
        entries = {str(e["path"]): (str(e["sha256"]), int(e["size"])) for e in manifest["entries"]}
        if manifest["format"] != FORMAT or len(entries) != len(manifest["entries"]):
            raise ValueError("format")
    except (ValueError, KeyError, TypeError):
        return [*problems, Problem("bad_manifest", MANIFEST, "清单无法读取或者格式不符")]
    listed = set(entries)
    present = set(names) - {MANIFEST, SIGNATURE}
    problems.extend(Problem("missing", p, "清单中的文件不在归档中") for p in sorted(listed - present))
    problems.extend(Problem("unlisted", p, "归档中的文件不在清单中") for p in sorted(present - listed))
    for path in sorted(listed & present):
        sha256, size = entries[path]
        if not _same(archive, path, sha256, size):
            problems.append(Problem("changed", path, "文件内容与清单不一致"))
    return problems


def _same(archive: zipfile.ZipFile, path: str, sha256: str, size: int) -> bool:
    digest, count = hashlib.sha256(), 0
    try:
        with archive.open(path) as file:
            while chunk := file.read(CHUNK):
                count += len(chunk)
                if count > size:
                    return False
                digest.update(chunk)
    except (zipfile.BadZipFile, EOFError, RuntimeError, NotImplementedError, OSError):
        return False
    return count == size and digest.hexdigest() == sha256


def _check_signature(
    archive: zipfile.ZipFile, names: list[str], manifest: bytes, roots_pem: list[bytes]
) -> Iterator[Problem]:
    if SIGNATURE not in names:
        yield Problem("unsigned", "", "清单没有签名")
        return
    try:
        if not check_detached(manifest, read_small(archive, SIGNATURE), roots_pem).good:
            yield Problem("bad_signature", SIGNATURE, "清单的签名无效，或者签名证书不受信任")
    except (SignError, zipfile.BadZipFile):
        yield Problem("bad_signature", SIGNATURE, "清单的签名无法读取")
