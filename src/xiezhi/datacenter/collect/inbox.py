"""The folder into which units deliver files, one folder a source. Nothing outside it is ever opened, and no name that a
stranger chose reaches a statement: a file is read under a name of our own."""

from __future__ import annotations

import fnmatch
import json
import os
import re
import shutil
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from xiezhi.datacenter.collect.sources import Files, Source
from xiezhi.datacenter.runs.services import Stopped
from xiezhi.kernel.calendar import clock

__all__ = ["ENDINGS", "Promise", "folder", "label", "promise", "receive", "set_aside", "taken", "waiting"]

ENDINGS = {
    ".csv": "csv", ".txt": "csv", ".tsv": "csv", ".xlsx": "xlsx", ".xlsm": "xlsx", ".json": "json", ".jsonl": "json",
    ".ndjson": "json", ".parquet": "parquet",
}  # fmt: skip
REFUSED = "refused"


@dataclass(frozen=True)
class Promise:
    """What a manifest states of its file; None where it does not."""

    size: int | None = None
    sha256: str | None = None
    rows: int | None = None


def folder(source: Source) -> Path:
    """The folder of a source; made where it is missing."""
    where = source.where
    assert isinstance(where, Files)
    root = Path(getattr(settings, "COLLECT_INBOX", "") or Path(settings.HOME) / "inbox").resolve()
    found = (root / (where.folder or source.code)).resolve()
    if root not in found.parents:
        raise Stopped("来源的文件夹不在收件目录之内。")
    found.mkdir(parents=True, exist_ok=True, mode=0o750)
    return found


def label(name: str) -> str:
    """A file's name as it may be shown and kept: no path, no control characters, not too long."""
    base = re.split(r"[/\\]", name)[-1]
    text = "".join(c if c.isprintable() else "?" for c in base.encode("utf-8", "replace").decode())
    text = text.strip().lstrip(".") or "file"
    return text if len(text) <= 120 else f"{text[:100]}…{text[-16:]}"


def waiting(source: Source) -> list[Path]:
    """Files to be read, in order of their names: plain files of a known kind, complete as far as one can see."""
    where = source.where
    assert isinstance(where, Files)
    out = []
    for entry in sorted(os.scandir(folder(source)), key=lambda e: os.fsencode(e.name)):
        if not entry.is_file(follow_symlinks=False) or entry.name.startswith((".", "~$")) or entry.name.endswith(".ok"):
            continue
        path = Path(entry.path)
        if path.suffix.lower() not in ENDINGS or not fnmatch.fnmatchcase(entry.name, where.pattern):
            continue
        if where.manifest and not path.with_name(f"{path.name}.ok").is_file():
            continue
        out.append(path)
    return out


def promise(path: Path) -> Promise:
    """The manifest `<name>.ok`: JSON, lines `key=value`, or empty. Raises Stopped where it can not be read."""
    try:
        text = path.with_name(f"{path.name}.ok").read_text(encoding="utf-8-sig").strip()
    except (OSError, UnicodeDecodeError):
        raise Stopped("清单文件（.ok）不能读取。") from None
    if not text:
        return Promise()
    try:
        found = json.loads(text) if text.startswith("{") else dict(re.findall(r"(\w+)\s*[=:]\s*(\S+)", text))
        known = {str(k).lower(): v for k, v in found.items()}
        return Promise(
            int(known["size"]) if "size" in known else None,
            str(known["sha256"]).lower() if "sha256" in known else None,
            int(known["rows"]) if "rows" in known else None,
        )
    except (ValueError, AttributeError, TypeError):
        raise Stopped("清单文件（.ok）的内容不能理解。") from None


def borrow(path: Path, into: Path) -> Path:
    """The file under a name of our own, for as long as it is read."""
    target = into / f"input{path.suffix.lower()}"
    try:
        os.link(path, target, follow_symlinks=False)
    except OSError:
        shutil.copyfile(path, target, follow_symlinks=False)
    if target.is_symlink() or not target.is_file():
        raise Stopped("不是普通文件，未读取。")
    return target


def taken(path: Path, keep: bool) -> None:
    """A file whose rows are in: removed with its manifest, unless the source keeps its files."""
    if not keep:
        path.unlink(missing_ok=True)
        path.with_name(f"{path.name}.ok").unlink(missing_ok=True)


def set_aside(path: Path) -> None:
    """A refused file goes to the folder `refused`, where its supplier finds it; it is not tried again."""
    target = path.parent / REFUSED
    target.mkdir(exist_ok=True, mode=0o750)
    for one in (path, path.with_name(f"{path.name}.ok")):
        if one.exists():
            os.replace(one, target / f"{clock.now():%Y%m%d%H%M%S}-{uuid.uuid4().hex[:6]}-{label(one.name)}")


def receive(source: Source, name: str, blocks: Iterable[bytes]) -> Path:
    """A file that somebody uploads, put into the source's folder. Raises Stopped for a kind nobody reads, an empty file,
    or one beyond the source's limit."""
    shown = label(name)
    ending = Path(shown).suffix.lower()
    if ending not in ENDINGS:
        raise Stopped("只收 CSV、Excel（xlsx）、JSON、Parquet 文件。")
    where = source.where
    assert isinstance(where, Files)
    if not fnmatch.fnmatchcase(shown, where.pattern):
        raise Stopped(f"文件名应当符合“{where.pattern}”。")
    target = folder(source) / shown
    if target.exists():
        target = target.with_name(f"{target.stem[:90]}-{uuid.uuid4().hex[:6]}{ending}")
    part, size = target.with_name(f".{uuid.uuid4().hex}.part"), 0
    try:
        with part.open("xb") as out:
            for block in blocks:
                size += len(block)
                if size > source.limit:
                    raise Stopped(f"文件超过 {source.limit >> 20} MB。")
                out.write(block)
        if not size:
            raise Stopped("文件是空的。")
        os.replace(part, target)
        if where.manifest:
            target.with_name(f"{target.name}.ok").write_text(f"size={size}\n", encoding="utf-8")
    finally:
        part.unlink(missing_ok=True)
    return target


def forget_refused(days: int = 30) -> int:
    """Remove refused files older than so many days, in every source's folder. Returns how many."""
    from xiezhi.datacenter.collect.sources import sources

    limit, gone = clock.now().timestamp() - days * 86400, 0
    for source in sources.all():
        if not isinstance(source.where, Files):
            continue
        for path in (folder(source) / REFUSED).glob("*"):
            if path.is_file() and path.stat().st_mtime < limit:
                path.unlink(missing_ok=True)
                gone += 1
    return gone
