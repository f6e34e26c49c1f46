"""评分表: what peers look at in a closed legal-aid file, and for how many points (法律援助法 第57条). Pure, declared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

__all__ = ["FULL", "SHEET", "VERSION", "Item", "draw", "grade", "problems_of", "total_of"]

VERSION = 1
FULL = 100


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the sheet: what good work looks like, and the points it can earn."""

    code: str
    title: str
    points: int
    look: str


SHEET: Sequence[Item] = (
    Item("CONTACT", "接受指派后的联系", 10, "及时会见受援人，签订协议，告知权利义务和风险"),
    Item("FACTS", "了解案情、收集证据", 20, "谈话笔录完整；阅卷；按需调查取证、申请保全或者鉴定"),
    Item("PLAN", "承办方案", 10, "法律关系判断准确，请求或者辩护思路清楚，列明法律依据"),
    Item("HEARING", "出庭、调解等代理活动", 20, "按时到庭，发问、质证、辩论围绕争点，意见有记录"),
    Item("PAPERS", "法律文书", 15, "起诉状、代理词、辩护词等规范，事实与理由对应"),
    Item("REPORT", "通报与答复", 10, "向受援人通报进展，回应询问，重大事项报告法律援助机构"),
    Item("RESULT", "维护合法权益的效果", 10, "穷尽可行的程序，受援人理解结果和后续途径"),
    Item("FILE", "卷宗", 5, "材料齐全、有裁判文书副本，按时提交"),
)
assert sum(i.points for i in SHEET) == FULL

GRADES: Sequence[tuple[int, str]] = ((90, "优秀"), (75, "良好"), (60, "合格"), (0, "不合格"))


def problems_of(scores: Mapping[str, object]) -> list[tuple[str, str]]:
    """What is wrong with a filled sheet: (item code, sentence). Every item needs whole points within its limit."""
    found = []
    for item in SHEET:
        value = scores.get(item.code)
        text = str(value if value is not None else "").strip()
        if not (text.isascii() and text.isdecimal()) or int(text) > item.points:
            found.append((item.code, f"“{item.title}”请填0至{item.points}的整数"))
    return found


def total_of(scores: Mapping[str, object]) -> int:
    """Points of a sheet without problems."""
    return sum(int(str(scores[item.code])) for item in SHEET)


def grade(points: int) -> str:
    """Words for points."""
    return next(words for least, words in GRADES if points >= least)


def draw(ids: Sequence[int], number: int, seed: str) -> list[int]:
    """`number` of the matters, by a draw anybody can repeat: the smallest digests of seed and id."""
    return sorted(ids, key=lambda pk: sha256(f"{seed}:{pk}".encode()).digest())[:number]
