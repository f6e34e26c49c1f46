"""入口: where a page sends somebody next: a service of the platform, a telephone, or a place to go. What was said on the page
does not go through a door by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import NoReverseMatch, reverse

__all__ = ["Door", "Opened", "opened"]


@dataclass(frozen=True)
class Door:
    """`url` names an address (with `code` its argument); `phone` is dialed; neither: a place named only."""

    title: Any
    note: Any = ""
    url: str = ""
    code: str = ""
    phone: str = ""
    icon: str = "map-pin"


@dataclass(frozen=True)
class Opened:
    """A door as a page shows it."""

    key: str
    title: Any
    note: Any
    href: str
    icon: str


def opened(doors: Mapping[str, Door], keys: Iterable[str]) -> list[Opened]:
    """The doors of these keys that this installation has, once each. Raises KeyError for a key that names none."""
    out = []
    for key in dict.fromkeys(keys):
        door = doors[key]
        href = f"tel:{door.phone}" if door.phone else ""
        if door.url:
            try:
                href = reverse(door.url, args=[door.code] if door.code else [])
            except NoReverseMatch:
                continue
        out.append(Opened(key, door.title, door.note, href, door.icon))
    return out
