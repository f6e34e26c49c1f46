"""公告: announcements the operator keeps in a file of the data folder; no record of the platform's own."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.conf import settings

from xiezhi.kernel.calendar import clock as wall

FILE = "announcements.toml"


@dataclass(frozen=True)
class Announcement:
    """One announcement. `until` is the last day it is shown, `link` an address on this site or a full one."""

    title: str
    on: date
    text: str = ""
    link: str = ""
    until: date | None = None


def _read(path: Path) -> list[Announcement]:
    try:
        rows = tomllib.loads(path.read_text(encoding="utf-8")).get("announcement", [])
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError):
        return []
    out = []
    for row in rows:
        if isinstance(row, dict) and isinstance(row.get("on"), date) and row.get("title"):
            link = str(row.get("link", ""))
            safe = link if link.startswith(("/", "https://", "http://")) and not link.startswith("//") else ""
            until = row.get("until")
            out.append(
                Announcement(
                    str(row["title"]),
                    row["on"],
                    str(row.get("text", "")),
                    safe,
                    until if isinstance(until, date) else None,
                )
            )
    return out


def announcements(limit: int = 0) -> list[Announcement]:
    """What is shown today, newest first. A file that cannot be read shows nothing."""
    today = wall.today()
    shown = [a for a in _read(Path(settings.HOME) / FILE) if a.on <= today and (a.until is None or a.until >= today)]
    shown.sort(key=lambda a: a.on, reverse=True)
    return shown[:limit] if limit else shown
