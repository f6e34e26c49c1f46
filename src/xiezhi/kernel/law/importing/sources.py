"""What an import reads: one `Raw` a text, one `Refused` for whatever can not be read, with its reason.

A source is anything that can be iterated for these. Reading never raises for what lies in the source: a broken file is a
refusal, and the run goes on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Protocol

from xiezhi.kernel.law.structure import Finding

__all__ = ["MOST_TEXT", "BadSource", "Raw", "Refused", "Source", "at", "day"]

MOST_TEXT = 20 * 1024 * 1024
"""Bytes of one file and characters of one text; the longest code has 0.5 MB."""


class BadSource(ValueError):
    """The place given to the import can not be read at all. The message says why."""


@dataclass(frozen=True, slots=True)
class Raw:
    """One text with what its source says about it. `key` names it within the world: the same key again is the same text.
    `declared` is the number of articles the source states. Dates are None where the source is silent."""

    source: str
    key: str
    title: str
    category: str
    text: str
    commit: str = ""
    promulgated: date | None = None
    effective: date | None = None
    effective_source: str = ""
    repealed: date | None = None
    declared: int | None = None
    history: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = field(default=())

    def found(self, *more: Finding) -> Raw:
        return replace(self, findings=(*self.findings, *more))


@dataclass(frozen=True, slots=True)
class Refused:
    """Something that was not imported. `code` is a short slug, `detail` says why in Chinese. `passed` marks files that
    are no texts of law (pictures, indexes); they are told but not counted as refused."""

    key: str
    code: str
    detail: str
    passed: bool = False


class Source(Protocol):
    """A place that texts come from. `name` is what the report calls it; it holds no secret."""

    @property
    def name(self) -> str: ...

    def __iter__(self) -> Iterator[Raw | Refused]: ...


def at(place: str, *, fetch: bool = True) -> Source:
    """The source at a path or the address of a git repository. `fetch` False reads the copy at hand. Raises BadSource."""
    from xiezhi.kernel.law.importing import files, git, records

    if git.is_address(place):
        return git.Repository(place, fetch=fetch)
    if place.startswith("-"):
        raise BadSource(f"路径不能以“-”开头：{place}")
    path = Path(place).expanduser()
    if not path.exists():
        raise BadSource(f"没有这个文件或文件夹：{place}")
    if path.is_dir():
        return git.Repository(str(path.resolve()), fetch=fetch) if git.is_bare(path) else files.Folder(path)
    if records.is_records(path):
        return records.Records(path)
    return files.Folder(path.parent, only=path)


def day(value: object) -> date | None:
    """A date from 2023-09-01, None from nothing. Raises ValueError."""
    if value is None or value == "":
        return None
    if isinstance(value, date):
        return value
    return date.fromisoformat(str(value)[:10])
