"""Short citations for the acts legal aid stands on (legal-services.md 0 and 3)."""

from __future__ import annotations

from xiezhi.kernel.procedures.common import cite, joined

__all__ = ["CIVIL", "CRP", "PLAIN", "RECON", "A", "joined"]


def A(article: int, paragraph: int = 0, item: int = 0) -> str:
    """法律援助法 (2022)."""
    return cite("法律援助法", article, paragraph, item)


def CRP(article: int, paragraph: int = 0) -> str:
    """刑事诉讼法 (2018)."""
    return cite("刑事诉讼法", article, paragraph)


def CIVIL(article: int, paragraph: int = 0) -> str:
    """民法典."""
    return cite("民法典", article, paragraph)


def RECON(article: int, paragraph: int = 0) -> str:
    """行政复议法 (2023)."""
    return cite("行政复议法", article, paragraph)


PLAIN = joined(CIVIL(201), CIVIL(203))
"""How days are counted: the start day is out, a last day that is a holiday moves on."""
