"""Names of acts: canonical forms, the search for them in running text, and the words that only look like them.

A name counts by its letters alone: 《中华人民共和国刑法》, 刑法 and 《刑　法》 are one key, and 〈…〉 inside a title is 《…》.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache

from xiezhi.kernel.law.index import acts

__all__ = ["Names", "is_act_title", "key", "known"]

LONGEST = 90  # letters of a name looked for outside 《》

_SPACE = re.compile(r"[\s\u200b\ufeff]+")
_STATE = re.compile(r"(^|[《、和])中华人民共和国(?=.{2})")


def key(name: str) -> str:
    """The letters that identify an act: no blanks, no 中华人民共和国, one kind of inner quotation marks."""
    name = _SPACE.sub("", name).replace("〈", "《").replace("〉", "》").replace("(", "（").replace(")", "）")
    while len(name) > 2 and name[0] == "《" and name[-1] == "》" and "《" not in name[1:]:
        name = name[1:-1]
    return _STATE.sub(r"\1", name) if "中华人民共和国" in name else name


# What people call an act that no index lists under that name. The second is a key.
SPOKEN = {
    "民诉法": "民事诉讼法",
    "刑诉法": "刑事诉讼法",
    "行诉法": "行政诉讼法",
    "民诉法解释": "最高人民法院关于适用《民事诉讼法》的解释",
    "刑诉法解释": "最高人民法院关于适用《刑事诉讼法》的解释",
    "行诉法解释": "最高人民法院关于适用《行政诉讼法》的解释",
    "消法": "消费者权益保护法",
    "消保法": "消费者权益保护法",
    "消费者保护法": "消费者权益保护法",
    "道交法": "道路交通安全法",
    "交通安全法": "道路交通安全法",
    "治安处罚法": "治安管理处罚法",
    "治安管理法": "治安管理处罚法",
    "劳动争议仲裁法": "劳动争议调解仲裁法",
    "未保法": "未成年人保护法",
    "反家暴法": "反家庭暴力法",
    "个保法": "个人信息保护法",
    "信息公开条例": "政府信息公开条例",
    "工伤条例": "工伤保险条例",
    "老年人保护法": "老年人权益保障法",
    "税收征管法": "税收征收管理法",
    "缔约程序法": "缔结条约程序法",
    "监督法": "各级人民代表大会常务委员会监督法",
    "选举法": "全国人民代表大会和地方各级人民代表大会选举法",
    "代表法": "全国人民代表大会和地方各级人民代表大会代表法",
}

# Acts that were law once and are in no index; without them the tail of such a name would be taken for another act.
PAST = [
    "经济合同法",
    "涉外经济合同法",
    "技术合同法",
    "中外合资经营企业法",
    "中外合作经营企业法",
    "外资企业法",
    "企业破产法（试行）",
    "民事诉讼法（试行）",
    "森林法（试行）",
    "外资企业法实施细则",
    "行政复议条例",
    "治安管理处罚条例",
    "劳动教养试行办法",
    "收容遣送办法",
    "城市房屋拆迁管理条例",
    "婚姻登记管理条例",
    "企业劳动争议处理条例",
    "工会法实施条例",
    "环境噪声污染防治法",
    "食品卫生法",
    "技术引进合同管理条例",
    "民法总则",
    "海洋环境保护法",
    "水污染防治法",
    "大气污染防治法",
    "固体废物污染环境防治法",
    "清洁生产促进法",
    "循环经济促进法",
    "放射性污染防治法",
]


class Names:
    """The acts one may meet: canonical title by any of its names, and the search for names that stand without 《》.

    The search walks backwards from each place where some name could end, through a tree of the names' letters, so that
    it takes a bounded number of steps a letter, however many names there are."""

    def __init__(self, titles: Mapping[str, str]) -> None:
        """`titles`: any name (key or as written) to the canonical title."""
        self._title: dict[str, str] = {}
        for name, title in titles.items():
            self._title.setdefault(key(name), title)
        for name in PAST:
            self._title.setdefault(name, name)
        self._short = frozenset(n for n, title in self._title.items() if n != key(title))
        for name, of in SPOKEN.items():
            if name not in self._title:
                self._title[name] = self._title.get(of, of)
                self._short |= {name}
        self._tree: dict[str, object] = {}
        ends = set()
        words = dict.fromkeys(self._title) | {_SPACE.sub("", n): None for n in titles if "《" in n}
        for word in words:
            name = key(word)
            if not 2 <= len(word) <= LONGEST or word[-1] not in "法例定典则释）规范令见议":
                continue
            for way in (word, "中华人民共和国" + word) if name not in self._short else (word,):
                node = self._tree
                for char in reversed(way):
                    node = node.setdefault(char, {})  # type: ignore[assignment]
                node[""] = name
            ends.add(word[-2:])
        self._ends = re.compile("|".join(re.escape(e) for e in sorted(ends))) if ends else re.compile(r"(?!)")

    def get(self, name: str) -> str | None:
        """The canonical title of an act called so."""
        return self._title.get(key(name))

    def find(self, text: str) -> Iterator[tuple[int, int, str]]:
        """(start, end, title) of names that stand in the text, longest first where one ends in another; they may
        overlap only where one name begins inside another."""
        at = 0
        search = self._ends.search
        while match := search(text, at):
            at = match.start() + 1
            end = match.end()
            node: dict[str, object] = self._tree
            found, start, spot = "", 0, end - 1
            while spot >= 0:
                step = node.get(text[spot])
                if step is None:
                    break
                node = step  # type: ignore[assignment]
                if "" in node:
                    found, start = str(node[""]), spot
                spot -= 1
            if found and _stands(text, start, end, found, found in self._short):
                yield start, end, self._title[found]


# 法 as part of a longer word: 公司法定代表人, 证券法律, 刑法学.
_AFTER_LAW = frozenset("律院官人学庭治制医警令则理系盲务案宝网度")
_AFTER = re.compile(
    r"委员会|和法律委员会|规(?!定|范)|定(?!罪|义)|释义|草案|读本|教程|概论|讲义|宣传|宣誓|日(?!起|前|后)|节目|性|[（(]?(?:修订|修正)?草案|征求意见稿|送审稿|教研|专业|课|博士|硕士|老师|教授"
)
_BEFORE = re.compile(
    r"(?:德国|日本|法国|英国|美国|瑞士|意大利|俄罗斯|韩国|新加坡|加拿大|澳大利亚|苏联|印度|越南|台湾地区?|澳门特别行政区|香港特别行政区|外国|该国)的?$"
)
_PLACE_BEFORE = re.compile(r"(?:省|市|自治区|自治州|县|特区)$")
_FREE_BEFORE = frozenset(
    "按依据照和及与对在从于由的是以了说看用到新旧原老像跟或有违反为查因、，。；：！？“‘（(《\n\t 　”’"
)
_SHORT_WORDS = {
    "刑法": "量死徒酷肉处",
    "价格法": "算控售",
    "宪法": "违制立修",
    "水法": "供排用节治雨污废脱缺防引蓄抽净",
    "消法": "取撤打",
}


def _stands(text: str, start: int, end: int, name: str, short: bool) -> bool:
    """Whether the letters are the name of the act here, not part of other words."""
    after = text[end : end + 1]
    if name[-1] == "法" and after in _AFTER_LAW and after:
        return False
    if name[-1] in "法典例" and _AFTER.match(text, end):
        return False
    before = text[start - 1] if start else ""
    if before and before in _SHORT_WORDS.get(name, ""):
        return False
    if short and before and before not in _FREE_BEFORE and not before.isascii():
        return False
    lead = text[max(0, start - 8) : start]
    if _BEFORE.search(lead):
        return False
    return not (name[-1] != "法" and name[-1] != "典" and _PLACE_BEFORE.search(lead))


# Endings of titles in 《》 that are acts even if nobody listed them; after the second group only with 关于 in the title.
_ACT = re.compile(
    r"(?:(?<![方做用书说语疗看想兵])法|法典|条例|规定|办法|细则|规则|解释|修正案|公约|协定|条约|议定书|通则|准则|规程|规范|条令|基本法)"
    r"(?:（[^）]{1,12}）)*$"
)
_ACT_ABOUT = re.compile(
    r"(?:决定|决议|批复|通知|意见|答复|复函|函|公告|通告|命令|安排|纪要|若干问题)(?:（[^）]{1,12}）)*$"
)
_NOT_ACT = re.compile(r"(?:小区|业主|村规|居民|管理规约|租赁|买卖|服务|合作|劳动|承包|借款|乡规)(?:民约|公约|协定)$")
GENERIC = frozenset(
    [
        "法",
        "条例",
        "规定",
        "办法",
        "细则",
        "规则",
        "解释",
        "公约",
        "协定",
        "条约",
        "通知",
        "意见",
        "决定",
        "批复",
        "议定书",
        "通则",
        "准则",
        "规程",
        "规范",
    ]
)


def is_act_title(title: str) -> bool:
    """Whether a title in 《》 names an act by its form: a law, regulation, rule, interpretation, treaty; not a form,
    certificate, contract or book."""
    if title in GENERIC or _NOT_ACT.search(title):
        return False
    return bool(_ACT.search(title) or ("关于" in title and _ACT_ABOUT.search(title)))


@cache
def known() -> Names:
    """Names of the acts in the index of facts."""
    return Names({name: act.title for name, act in acts().items()})


def joined(extra: Iterable[tuple[str, str]]) -> Names:
    """The acts of the index, and others by (name, canonical title); the index's title wins where both know a name."""
    titles = {name: act.title for name, act in acts().items()}
    for name, title in extra:
        titles.setdefault(name, title)
    return Names(titles)
