"""第X条第Y款第（Z）项第W目: reads places at a position in running text, with lists and ranges under one unit (第一、二项)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from xiezhi.kernel.law import numerals

__all__ = ["ARTICLE", "ITEM", "JOIN", "PARAGRAPH", "POINT", "RANGE", "Place", "read_place"]

ARTICLE, PARAGRAPH, ITEM, POINT = range(4)
_LEVEL = {"条": ARTICLE, "款": PARAGRAPH, "项": ITEM, "目": POINT}

D = "0-9０-９零〇○一二两三四五六七八九十百千"
_S = r"[ 　\t\u200b]{0,2}"
_W = r"[ 　\t\u200b]{0,2}\n{0,2}[ 　\t\u200b]{0,2}"
_B, _E = r"[（(]?", r"[）)]?"
_UNIT = re.compile(
    rf"第{_S}{_B}{_S}([{D}]{{1,9}}){_S}{_E}{_S}([条款项目])(?:{_S}之{_S}([{D}]{{1,3}})(?![般些切时定概律种切个款]))?"
)
_BARE = re.compile(rf"{_S}{_B}([{D}]{{1,9}}){_E}{_S}([条款项])(?:之([{D}]{{1,3}})(?![般些切时定概律种切个款]))?")
_ONE = rf"(?:第{_S})?{_B}[{D}]{{1,9}}{_E}"
_JOINS = r"、|，|,|和|及|与|或者|或|以及"
_RANGES = r"至第?|到第?|-|－|—{1,2}|–|~|～"
_MANY = re.compile(
    rf"第{_S}{_ONE}(?:{_S}(?:{_JOINS}|{_RANGES}){_S}{_ONE}|(?<=[)）])[（(][{D}]{{1,9}}[)）]){{1,20}}{_S}([条款项])"
)  # 第（一）（二）项 has no joint at all
_BRACKETS = re.compile(
    rf"{_S}[（(][{D}]{{1,3}}[)）](?:{_S}(?:{_JOINS}|至)?{_S}[（(][{D}]{{1,3}}[)）]){{0,20}}{_S}(项)"
)  # 第十五条（三）、（四）项
_MEMBER = re.compile(rf"({_JOINS}|{_RANGES})?{_S}((?:第{_S})?{_B}([{D}]{{1,9}}){_E})")
JOIN = re.compile(
    rf"{_W}(?:、|，|,|；|;|和|及|与|或者|或|以及|并|以及其|、并|，并|，以及|，或者|，和|、以及|、或者)?{_W}"
)
RANGE = re.compile(rf"{_S}(?:至|到|-|－|—{{1,2}}|–|~|～){_S}")
INSERTED = re.compile(rf"(?:、|和|及|以及|至){_S}之{_S}([{D}]{{1,3}})(?![般些切时定概律种切个款])")
# What makes 第三条 something else. In texts that are no statute it counts many things: 第三条微信, 第二款手机, 第一项工作.
_AFTER = {
    ARTICLE: re.compile(r"线|例|约(?!定)|件(?!的)"),
    PARAGRAPH: re.compile(r"式|型|项(?!规定|的)"),
    ITEM: re.compile(r"目"),
    POINT: re.compile(r"录"),
}
_AFTER_LOOSE = {
    ARTICLE: re.compile(
        r"路(?!权|政)|街|巷|河|船|鱼|狗|裤|裙|腿|短信|消息|微信|评论|记录|意见|建议|理由|信息|新闻|生产|流水|高速|铁|道路|航|款|微博|留言|措施"
    ),
    PARAGRAPH: re.compile(r"手机|车|颜色|产品|游戏|衣|软件|贷款"),
    ITEM: re.compile(r"工作|议案|议程|任务|技能|内容|原则|指标|措施|建议|议题|改革|试验|测试|成果|发明"),
    POINT: re.compile(r"(?!)"),
}


@lru_cache(maxsize=4096)
def number(text: str) -> int:
    """0 where the characters make no number from 1 to 9999."""
    try:
        value = numerals.read(text)
    except ValueError:
        return 0
    return value if 0 < value <= 9999 else 0


@dataclass(frozen=True, slots=True)
class Place:
    """A place as written: the levels it names itself. `first` is the highest of them, `last` the deepest."""

    start: int
    end: int
    first: int
    last: int
    numbers: tuple[int, int, int, int]
    inserted: int = 0
    item_inserted: int = 0
    until: int = 0
    until_inserted: int = 0


def stands_for_something_else(text: str, end: int, level: int, *, statute: bool) -> bool:
    """Whether what follows says that 第三条 here counts things."""
    return bool(_AFTER[level].match(text, end) or (not statute and _AFTER_LOOSE[level].match(text, end)))


def read_place(text: str, at: int, *, bare: bool = False) -> list[Place]:
    """The places that begin at `at`; empty where none does. More than one where several numbers share a unit (第一、二项).
    `bare`: the first number may lack its 第 (民法典1079条)."""
    numbers, inserted, item_inserted = [0, 0, 0, 0], 0, 0
    first = last = -1
    spot = at
    while True:
        match = _UNIT.match(text, spot)
        if match is None and bare and first < 0:
            match = _BARE.match(text, spot)
        if match is None:
            many = _MANY.match(text, spot) or (_BRACKETS.match(text, spot) if first in (ARTICLE, PARAGRAPH) else None)
            if many is not None and _LEVEL[many[1]] > last:
                return _several(text, at, many, numbers, inserted, first, last)
            break
        level = _LEVEL[match[2]]
        value = number(match[1])
        if level <= last or not value or (level == POINT and last < 0):
            break
        tail = number(match[3]) if match[3] else 0
        end = match.end() if tail and level in (ARTICLE, ITEM) else match.end(2)
        numbers[level] = value
        if level == ARTICLE:
            inserted = tail
        elif level == ITEM:
            item_inserted = tail
        first = level if first < 0 else first
        last, spot = level, end
        while text[spot : spot + 1] in (" ", "　") and text[spot + 1 : spot + 2] == "第":
            spot += 1
    if first < 0:
        return []
    end = spot
    while text[end - 1 : end] in (" ", "　"):
        end -= 1
    n = (numbers[0], numbers[1], numbers[2], numbers[3])
    return [Place(at, end, first, last, n, inserted, item_inserted)]


def _several(
    text: str, at: int, many: re.Match[str], numbers: list[int], inserted: int, first: int, last: int
) -> list[Place]:
    level = _LEVEL[many[1]]
    out: list[Place] = []
    begin = at
    for member in _MEMBER.finditer(text, many.start() + (text[many.start()] == "第"), many.start(1)):
        value = number(member[3])
        if not value:
            return out
        joint = member[1] or ""
        is_range = bool(joint) and joint[0] not in "、，,和及与或以"
        if is_range and out and not out[-1].until and value > out[-1].numbers[level]:
            former = out[-1]
            out[-1] = Place(
                former.start, member.end(), former.first, former.last, former.numbers, former.inserted, 0, value
            )
            continue
        n = list(numbers)
        n[level] = value
        start = begin if not out else member.start(2)
        out.append(Place(start, member.end(), level if first < 0 else first, level, (n[0], n[1], n[2], n[3]), inserted))
    if out:
        tail = out[-1]
        out[-1] = Place(tail.start, many.end(), tail.first, tail.last, tail.numbers, tail.inserted, 0, tail.until, 0)
    return out
