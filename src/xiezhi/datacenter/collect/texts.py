"""A text file as it comes: digest, encoding, empty characters, half files. One pass over the bytes; another one only where the
text is not UTF-8 already."""

from __future__ import annotations

import codecs
import hashlib
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from xiezhi.datacenter.runs.services import Stopped

__all__ = ["BLOCK", "Text", "digest", "examine"]

BLOCK = 4 << 20
SURE = 8
"""So many characters beyond ASCII read well as UTF-8 make a file UTF-8: a wrong byte after them is damage."""


@dataclass(frozen=True)
class Text:
    """A file ready to be read as UTF-8 at `path`. `encoding` is what it came in, `nuls` counts empty characters removed,
    `ended` whether the last line was closed. `lines`: how many were closed at the end of each BLOCK bytes; empty where the
    file was written anew or quotation marks may hide the end of a line."""

    path: Path
    encoding: str
    nuls: int
    ended: bool
    lines: tuple[int, ...] = ()


def blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as handle:
        while block := handle.read(BLOCK):
            yield block


def digest(path: Path) -> str:
    """SHA-256 of a file, hexadecimal."""
    found = hashlib.sha256()
    for block in blocks(path):
        found.update(block)
    return found.hexdigest()


def examine(path: Path, folder: Path, encoding: str = "") -> tuple[Text, str]:
    """The file as UTF-8 text and its SHA-256. Written anew into `folder` only where its bytes are not fit to be read.
    Raises Stopped where it is in no known encoding, or in two."""
    found = hashlib.sha256()
    good, nuls, wide, last, head, size, rest = True, 0, 0, b"", b"", 0, b""
    closed: list[int] = []
    quoted = False
    with ThreadPoolExecutor(1) as beside:  # the digest needs a processor of its own as long as the rest
        hashing: Future[None] | None = None
        for block in blocks(path):
            if hashing is not None:
                hashing.result()
            hashing = beside.submit(found.update, block)
            head = head or block[:4096]
            nuls += block.count(0)
            quoted = quoted or b'"' in block
            closed.append((closed[-1] if closed else 0) + block.count(b"\n"))
            if good:
                data = rest + block if rest else block
                cut = _whole(data)
                rest = data[cut:]
                good = _valid(data, cut)
                if wide < SURE and not (good and data.isascii()):
                    wide += _beyond_ascii(data, good)
            last, size = block[-4:], size + len(block)
        if hashing is not None:
            hashing.result()
    good = good and not rest
    sha = found.hexdigest()
    ended = last.endswith((b"\n", b"\r", b"\n\x00"))
    name = encoding.lower() or _name(head, good, wide)
    if name in ("utf-8", "utf8", "utf-8-sig") and good and not nuls and not head.startswith(codecs.BOM_UTF8):
        return Text(path, "UTF-8", 0, ended, () if quoted else tuple(closed)), sha
    if not size:
        return Text(path, "UTF-8", 0, True), sha
    return _anew(path, folder, name, ended), sha


def _whole(data: bytes) -> int:
    """Where the last character that is there in full ends."""
    for back in range(1, min(4, len(data)) + 1):
        byte = data[-back]
        if byte >= 0xC0:
            wanted = 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
            return len(data) - back if wanted > back else len(data)
        if byte < 0x80:
            break
    return len(data)


def _valid(data: bytes, length: int) -> bool:
    """Whether these bytes are UTF-8; Arrow looks at them many times faster than decoding does."""
    import pyarrow as pa

    offsets = pa.py_buffer(length.to_bytes(4, "little").rjust(8, b"\0"))
    try:
        pa.Array.from_buffers(pa.string(), 1, [None, offsets, pa.py_buffer(data)]).validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _beyond_ascii(data: bytes, good: bool) -> int:
    """Characters beyond ASCII that read well, up to the first that does not."""
    if good:
        return sum(1 for c in data[:100_000].decode("utf-8", "ignore") if c > "\x7f")
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return sum(1 for c in data[max(0, error.start - 100_000) : error.start].decode("utf-8", "ignore") if c > "\x7f")
    return 0


def _name(head: bytes, good: bool, wide: int) -> str:
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    zeros_even, zeros_odd = head[0::2].count(0), head[1::2].count(0)
    half = max(1, len(head) // 2)
    if zeros_odd > half * 0.3 and zeros_even < half * 0.05:
        return "utf-16-le"
    if zeros_even > half * 0.3 and zeros_odd < half * 0.05:
        return "utf-16-be"
    if good:
        return "utf-8"
    if wide >= SURE:
        raise Stopped(
            "文件前一部分是 UTF-8 编码，后面出现了不属于它的字节：文件可能损坏，或由两种编码拼成。请重新导出。"
        )
    return "gb18030"


_TITLES = {"utf-8": "UTF-8", "utf-8-sig": "UTF-8（BOM）", "gb18030": "GB18030"}


def _anew(path: Path, folder: Path, name: str, ended: bool) -> Text:
    title = _TITLES.get(name, name.upper())
    target, nuls, position = folder / "text.csv", 0, 0
    try:
        decoder = codecs.getincrementaldecoder(name)()
    except LookupError:
        raise Stopped(f"来源声明的编码“{name}”不存在。") from None
    with target.open("w", encoding="utf-8", newline="") as out:
        try:
            for block in blocks(path):
                read = decoder.decode(block)
                position += len(block)
                empty = read.count("\x00")
                nuls += empty
                out.write(read.replace("\x00", "") if empty else read)
            out.write(decoder.decode(b"", final=True))
        except UnicodeDecodeError:
            raise Stopped(
                f"文件不能按 {title} 编码读出（约在第 {max(1, position // 1024)} KB 处）：不是已知的编码，或文件已损坏。"
            ) from None
        except UnicodeEncodeError:
            raise Stopped("文件中有不成对的代理字符，不能转成 UTF-8。") from None
    return Text(target, title, nuls, ended)
