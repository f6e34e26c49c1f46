"""Short citations for the acts sharing stands on (platform.md 3.4)."""

from __future__ import annotations

from xiezhi.kernel.procedures.common import cite, joined

__all__ = ["PLAIN", "PRACTICE", "P", "R", "joined"]

PRACTICE = "实务"


def R(article: int, paragraph: int = 0, item: int = 0) -> str:
    """政务数据共享条例 (2025)."""
    return cite("政务数据共享条例", article, paragraph, item)


def P(article: int, paragraph: int = 0, item: int = 0) -> str:
    """个人信息保护法 (2021)."""
    return cite("个人信息保护法", article, paragraph, item)


PLAIN = joined(cite("民法典", 201, 1), cite("民法典", 203, 1))
"""The day it starts is not counted."""
