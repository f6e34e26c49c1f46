"""Whether a story tells of somebody in danger now, so that urgent numbers stand first. Words only; nothing is kept. Pure."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["in_danger"]

_RULES = re.compile(
    r"救命|救救|正在(?:被)?(?:打|砍|追|关|堵|强)|(?:现在|还在|还|仍)(?:被)?(?:关着|锁着|扣着|绑着|打我|堵在|不让(?:我)?走|不放人)|"
    r"要(?:杀|砍|弄死|打死|烧死)(?:了)?(?:我|他|她|我们|全家|孩子)|(?:扬言|威胁).{0,6}(?:杀|砍|弄死|烧|同归于尽)|"
    r"(?:不想活|想死|自杀|轻生|跳楼|割腕|喝农药|活不下去|死了算了|遗书)|(?:流血不止|昏迷不醒|快不行了|没有呼吸)|"
    r"被(?:绑架|拐|劫持|囚禁|软禁|关在|锁在|骗到(?:缅|柬|境外|国外|园区))|强奸|性侵|猥亵|迷奸|家暴|"
    r"(?:老公|丈夫|老婆|男友|前夫|父亲|母亲|爸|妈|继父|继母|后妈).{0,8}(?:打我|打孩子|砍|掐|拿刀|威胁)|"
    r"(?:孩子|小孩|女儿|儿子|婴儿|未成年).{0,8}(?:被打|被虐|挨打|失踪|不见了|被拐|被关|受伤|被摸|被猥|被[^。]{0,4}(?:打|虐|关|摸|拐))|(?:拿|持|带)(?:着)?(?:刀|枪|斧|汽油).{0,8}(?:来|堵|追|威胁|上门|在门)"
)
_SPACE = re.compile(r"[\s,，、]+")


def in_danger(text: str) -> bool:
    """A number too many costs a glance, one too few may cost a life."""
    return _RULES.search(_SPACE.sub("", unicodedata.normalize("NFKC", text))) is not None
