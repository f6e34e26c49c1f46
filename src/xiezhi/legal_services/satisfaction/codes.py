"""五级评价 and what may be ticked beside each level. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

__all__ = ["BAD", "CAUSES", "GOOD", "LEVELS", "LEVEL_CHOICES", "REASONS", "TRIED", "is_bad", "reasons_for"]

LEVELS: Final[Mapping[int, str]] = {5: "非常满意", 4: "满意", 3: "基本满意", 2: "不满意", 1: "非常不满意"}
"""Level to title; the highest first, as pages show them."""
LEVEL_CHOICES: Final = {str(level): title for level, title in LEVELS.items()}
BAD: Final = 2
"""Levels up to this one are bad ratings (差评) and are called back."""
GOOD: Final = 3
"""Levels from this one on count as satisfied (满意率)."""

_PRAISE = {
    "CLEAR": "一次说清楚要办什么", "FAST": "办得快", "POLITE": "态度好", "FAIR": "公平公正", "EASY": "网上好办，少跑腿",
    "RESULT": "问题得到解决",
}  # fmt: skip
_MIDDLE = {
    "SLOW": "办得慢", "UNCLEAR": "没有说清楚", "MATERIALS": "材料要得多", "ONLINE": "网上不好办", "OTHER": "其他",
}  # fmt: skip
_COMPLAINT = {
    "ATTITUDE": "服务态度差", "SLOW": "超过期限或者办得慢", "UNCLEAR": "没有一次说清楚", "REFUSED": "该办不办、推诿",
    "MATERIALS": "要了规定以外的材料", "FEE": "收了不该收的费用", "UNFAIR": "觉得处理不公", "ONLINE": "网上办不成",
    "PRIVACY": "个人信息没有保护好", "OTHER": "其他",
}  # fmt: skip
REASONS: Final[Mapping[int, Mapping[str, str]]] = {5: _PRAISE, 4: _PRAISE, 3: _MIDDLE, 2: _COMPLAINT, 1: _COMPLAINT}
"""What may be ticked beside each level."""

CAUSES: Final[Mapping[str, str]] = {
    "ATTITUDE": "服务态度", "DELAY": "超期或者拖延", "EXPLANATION": "告知不清", "MATERIALS": "违规要求材料",
    "FEES": "违规收费", "SYSTEM": "系统或者设施问题", "RULES": "制度、流程问题", "OTHER": "其他",
}  # fmt: skip
"""What the call-back found to be the cause of a well-founded bad rating."""
TRIED: Final[Mapping[str, str]] = {
    "NO_ANSWER": "无人接听",
    "BUSY": "占线、停机",
    "WRONG": "不是本人",
    "LATER": "本人要求另约时间",
}


def is_bad(level: int) -> bool:
    """Whether the level is a bad rating."""
    return level <= BAD


def reasons_for(level: int) -> Sequence[tuple[str, str]]:
    """(code, words) of what may be ticked beside a level."""
    return tuple(REASONS[level].items())
