"""Tabler's outline icons, put inline: no request of their own, colored by the text they stand with."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_BODY = re.compile(r"<svg[^>]*>(.*)</svg>", re.S)
_GROUND = re.compile(r'\s*<path stroke="none" d="M0 0h24v24H0z" fill="none"\s*/>')


@lru_cache(maxsize=512)
def _body(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise LookupError(f"not an icon name: {name!r}")
    path = Path(settings.ICONS_DIR) / f"{name}.svg"
    try:
        found = _BODY.search(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise LookupError(
            f"no icon {name!r} in {Path(settings.ICONS_DIR).name}; names are those of tabler.io"
        ) from None
    assert found is not None
    return " ".join(_GROUND.sub("", found.group(1)).split())


@lru_cache(maxsize=1024)
def icon(name: str, label: str = "") -> SafeString:
    """The icon as inline SVG. Hidden from screen readers unless `label` says what it means.

    Raises LookupError for a name the set does not have, so that a misspelled icon shows in the first test.
    """
    how = f'role="img" aria-label="{escape(label)}"' if label else 'aria-hidden="true"'
    return mark_safe(f'<svg class="xz-icon" viewBox="0 0 24 24" focusable="false" {how}>{_body(name)}</svg>')  # noqa: S308 - body is ours
