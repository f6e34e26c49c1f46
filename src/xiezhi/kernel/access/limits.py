"""Counting tries of one terminal, for addresses that anybody may call."""

from __future__ import annotations

from django.core.cache import cache
from django.http import HttpRequest

from xiezhi.kernel.access.services import terminal_of

__all__ = ["exceeded"]


def exceeded(request: HttpRequest, name: str, times: int, seconds: int) -> bool:
    """Count one try of this terminal; True when it is one too many within the window."""
    key = f"limit.{name}.{terminal_of(request)}"
    if cache.add(key, 1, seconds):
        return False
    try:
        return bool(cache.incr(key) > times)
    except ValueError:  # expired between the two calls
        cache.set(key, 1, seconds)
        return False
