"""Short citations for the acts reconsideration stands on (reconsideration.md 0)."""

from __future__ import annotations

from xiezhi.kernel.procedures.common import cite, joined

__all__ = ["ALL", "CPL", "DAYS", "PLAIN", "L", "R", "joined"]


def L(article: int, paragraph: int = 0, item: int = 0) -> str:
    """行政复议法 (2023)."""
    return cite("行政复议法", article, paragraph, item)


def R(article: int, paragraph: int = 0, item: int = 0) -> str:
    """行政复议法实施条例 (2026)."""
    return cite("行政复议法实施条例", article, paragraph, item)


def ALL(article: int, paragraph: int = 0) -> str:
    """行政诉讼法 (2017)."""
    return cite("行政诉讼法", article, paragraph)


def CPL(article: int, paragraph: int = 0) -> str:
    """民事诉讼法 (2023)."""
    return cite("民事诉讼法", article, paragraph)


PLAIN = joined(L(88, 1), CPL(85))
"""How days are counted in general: the start day is out, a last day that is off moves on."""
DAYS = joined(L(88, 2), CPL(85))
"""Three, five, seven and ten days are working days."""
