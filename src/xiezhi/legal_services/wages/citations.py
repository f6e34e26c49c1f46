"""Short citations for the acts the wage channel stands on (legal-services.md 0, 4)."""

from __future__ import annotations

from xiezhi.kernel.procedures.common import cite, joined

__all__ = ["CPL", "PLAIN", "PM", "PRACTICE", "A", "M", "S", "W", "civil", "joined"]

PRACTICE = "实务"


def W(article: int, paragraph: int = 0, item: int = 0) -> str:
    """保障农民工工资支付条例 (2020)."""
    return cite("保障农民工工资支付条例", article, paragraph, item)


def M(article: int, paragraph: int = 0, item: int = 0) -> str:
    """劳动争议调解仲裁法 (2008)."""
    return cite("劳动争议调解仲裁法", article, paragraph, item)


def A(article: int, paragraph: int = 0, item: int = 0) -> str:
    """法律援助法 (2022)."""
    return cite("法律援助法", article, paragraph, item)


def S(article: int, paragraph: int = 0, item: int = 0) -> str:
    """劳动保障监察条例 (2004)."""
    return cite("劳动保障监察条例", article, paragraph, item)


def CPL(article: int, paragraph: int = 0, item: int = 0) -> str:
    """民事诉讼法 (2023)."""
    return cite("民事诉讼法", article, paragraph, item)


def PM(article: int, paragraph: int = 0) -> str:
    """人民调解法 (2011)."""
    return cite("人民调解法", article, paragraph)


def civil(article: int, paragraph: int = 0) -> str:
    """民法典 (2021)."""
    return cite("民法典", article, paragraph)


PLAIN = joined(civil(201, 1), civil(203, 1))
"""The day it starts is not counted; a last day that is off moves to the day after (also CPL 85)."""
