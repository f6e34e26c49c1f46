"""Where the files of the lake lie: a folder of the data directory, or S3 by setting.

DuckDB's own S3 reader is an extension that a closed network cannot install. Files of an S3 warehouse are therefore
written here first and uploaded, and fetched into a local folder before they are read. They never change once written,
so a fetched copy stays right; `trim` keeps the folder within its limit.
"""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

from django.conf import settings

__all__ = ["delete", "fetch", "listing", "local", "properties", "scratch", "trim", "warehouse"]


def warehouse() -> str:
    """Address of the warehouse, without a slash at the end: file:///… or s3://…"""
    where = str(getattr(settings, "LAKE_WAREHOUSE", "") or Path(settings.HOME) / "lake")
    return where.rstrip("/") if "://" in where else Path(where).resolve().as_uri()


def properties() -> dict[str, str]:
    """What PyIceberg must know to reach the warehouse."""
    found = {
        "s3.endpoint": getattr(settings, "LAKE_S3_ENDPOINT", ""),
        "s3.region": getattr(settings, "LAKE_S3_REGION", ""),
        "s3.access-key-id": getattr(settings, "LAKE_S3_ACCESS_KEY", ""),
        "s3.secret-access-key": getattr(settings, "LAKE_S3_SECRET_KEY", ""),
    }
    return {
        "py-io-impl": "pyiceberg.io.pyarrow.PyArrowFileIO",
        **({k: str(v) for k, v in found.items() if v} if warehouse().startswith("s3") else {}),
    }


def local(location: str) -> Path | None:
    """The path of a location on this machine; None for a remote one."""
    parsed = urlparse(location)
    if parsed.scheme in ("", "file") and not getattr(settings, "LAKE_REMOTE", False):
        return Path(unquote(parsed.path))
    return None


def scratch(kind: str) -> Path:
    """A new folder of one's own under the data directory. The caller removes it."""
    folder = Path(settings.HOME) / "tmp" / f"{kind}-{os.getpid()}-{uuid.uuid4().hex[:12]}"
    folder.mkdir(parents=True, mode=0o700)
    return folder


def place(io: object, written: Path, location: str) -> str:
    """Bring a file that was written on this machine to `location`. Returns the location."""
    here = local(location)
    if here is not None:
        here.parent.mkdir(parents=True, exist_ok=True)
        os.replace(written, here)
        return location
    with written.open("rb") as source, io.new_output(location).create(overwrite=True) as target:  # type: ignore[attr-defined]
        shutil.copyfileobj(source, target, 8 << 20)
    written.unlink()
    return location


def _cache() -> Path:
    return Path(settings.HOME) / "lake-cache"


def fetch(io: object, locations: Iterable[str]) -> list[str]:
    """Paths on this machine with the content of data files, in the same order; remote ones are copied once."""
    out = []
    for location in locations:
        here = local(location)
        if here is None:
            parsed = urlparse(location)
            here = _cache() / parsed.netloc / unquote(parsed.path).lstrip("/")
            if here.exists():
                os.utime(here)
            else:
                here.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                part = here.with_name(f"{here.name}.{uuid.uuid4().hex[:8]}.part")
                with io.new_input(location).open() as source, part.open("wb") as target:  # type: ignore[attr-defined]
                    shutil.copyfileobj(source, target, 8 << 20)
                os.replace(part, here)
        out.append(str(here))
    return out


def listing(location: str) -> Iterator[tuple[str, float]]:
    """Every file under a location with the moment of its last change, seconds since 1970."""
    from pyarrow import fs

    here = local(location)
    if here is not None:
        for path in here.rglob("*"):
            if path.is_file():
                yield path.as_uri(), path.stat().st_mtime
        return
    system, base, prefix = _filesystem(location)
    for info in system.get_file_info(fs.FileSelector(base, recursive=True, allow_not_found=True)):
        if info.type == fs.FileType.File:
            yield prefix + info.path, info.mtime.timestamp()


def _filesystem(location: str) -> tuple[Any, str, str]:
    from pyarrow import fs

    parsed = urlparse(location)
    if parsed.scheme in ("", "file"):
        return fs.LocalFileSystem(), unquote(parsed.path), "file://"
    known = properties()
    system = fs.S3FileSystem(
        endpoint_override=known.get("s3.endpoint"),
        region=known.get("s3.region"),
        access_key=known.get("s3.access-key-id"),
        secret_key=known.get("s3.secret-access-key"),
    )
    return system, parsed.netloc + unquote(parsed.path), f"{parsed.scheme}://"


def delete(io: object, locations: Iterable[str]) -> int:
    """Remove files, and copies of them on this machine; one that is gone already is no error."""
    removed = 0
    for location in locations:
        parsed = urlparse(location)
        (_cache() / parsed.netloc / unquote(parsed.path).lstrip("/")).unlink(missing_ok=True)
        here = local(location)
        try:
            if here is not None:
                here.unlink()
            else:
                io.delete(location)  # type: ignore[attr-defined]
            removed += 1
        except FileNotFoundError:
            pass
    return removed


def trim(limit: int) -> int:
    """Remove the copies longest unused until `limit` bytes are left. Returns the bytes freed."""
    if not _cache().exists():
        return 0
    files = sorted((p.stat().st_atime, p.stat().st_size, p) for p in _cache().rglob("*") if p.is_file())
    spare, freed = sum(size for _, size, _ in files) - limit, 0
    for _, size, path in files:
        if freed >= spare:
            break
        path.unlink(missing_ok=True)
        freed += size
    return freed
