"""Counting tries of one terminal, for addresses that anybody may call. All web processes count together."""

from __future__ import annotations

from django.http import HttpRequest

from xiezhi.kernel.access.rates import count
from xiezhi.kernel.access.services import terminal_of

__all__ = ["exceeded"]


def exceeded(request: HttpRequest, name: str, times: int, seconds: int) -> bool:
    """Count one try of this terminal; True when it is one too many within the window. One statement."""
    return count(f"limit.{name}.{terminal_of(request)}", seconds) > times
