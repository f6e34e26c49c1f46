"""National statistics categories and result groups of reconsideration (reconsideration.md 8). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

__all__ = ["CATEGORIES", "CATEGORY_OF", "CORRECTED", "NOT_A_REVIEW", "category"]

CATEGORIES: Final[Mapping[str, str]] = {
    "PENALTY": "行政处罚", "COMPLAINT": "举报投诉处理", "INFO": "政府信息公开", "EXPROPRIATION": "行政征收",
    "CONFIRMATION": "行政确认", "COERCION": "行政强制", "INACTION": "行政不作为", "TITLE": "行政确权",
    "LICENSE": "行政许可", "OTHER": "其他",
}  # fmt: skip

CATEGORY_OF: Final[Mapping[str, str]] = {
    "1": "PENALTY", "2": "COERCION", "3": "LICENSE", "4": "TITLE", "5": "EXPROPRIATION", "6": "OTHER",
    "7": "CONFIRMATION", "8": "OTHER", "9": "OTHER", "10": "OTHER", "11": "INACTION", "12": "OTHER", "13": "OTHER",
    "14": "INFO", "15": "OTHER",
}  # fmt: skip
"""Default mapping of 8.2; an office overrides it with the dated parameter `statistics_codes`."""

CORRECTED: Final = ("CHANGED", "QUASHED", "PARTLY_QUASHED", "UNLAWFUL", "VOID", "ORDER_PERFORM")
"""Results in which the respondent's act was put right (纠错, 8.1)."""
NOT_A_REVIEW: Final = (
    "NOT_ACCEPTED", "ABANDONED", "TOLD_NO_REPEAT", "MERGED", "SELF_CORRECTED", "WITHDRAWN_EARLY",
)  # fmt: skip
"""Ends without a review; they do not count as concluded."""


def category(matter_code: str, mapping: Mapping[str, str] | None = None) -> str:
    """Statistics category of a matter code."""
    return (mapping or CATEGORY_OF).get(matter_code, "OTHER")
