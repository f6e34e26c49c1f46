"""Reads a text from left to right and says what each citation means, from the words around it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from xiezhi.kernel.law.recognize.abbreviations import definitions, titles
from xiezhi.kernel.law.recognize.context import amended, amends_many
from xiezhi.kernel.law.recognize.events import ALIAS, events
from xiezhi.kernel.law.recognize.layout import Layout
from xiezhi.kernel.law.recognize.mention import BARE, NAME, RELATIVE, SELF, TITLE, Mention
from xiezhi.kernel.law.recognize.names import GENERIC, Names, is_act_title, key
from xiezhi.kernel.law.recognize.places import (
    ARTICLE,
    INSERTED,
    ITEM,
    JOIN,
    PARAGRAPH,
    RANGE,
    Place,
    number,
    read_place,
    stands_for_something_else,
)

__all__ = ["Reader"]

_PREVIOUS = re.compile(r"前([一二两三四五六七八九十0-9]{0,2})([条款项])")
_HERE = re.compile(r"本[条款项]")
_NOT_HERE = re.compile(r"例|约(?!定)|件|目|式|(?<=款)项|(?<=本条)款(?!第)|文(?!第)|型")
_NOT_BEFORE = {"前": frozenset("目空婚产生日此之提眼"), "本": frozenset("基根资样原版日文剧脚标课")}
_PAREN = re.compile(r"[（(][^（）()\n]{0,60}[）)]")
_EDITION = re.compile(
    r"[（(][^（）()\n\d]{0,6}(\d{4})年?[^（）()\n]{0,12}(?:修订|修正|修改|公布|文本|版|发布|通过|施行|颁布)[^（）()\n]{0,8}[）)]"
)
_LINK = re.compile(
    r"[ 　\t]{0,2}\n{0,2}[ 　\t]{0,2}(?:的|中的?|里面的?|里的?|之|原|(?:分则|总则)?(?:第[一二三四五六七八九十]{1,3}编)?(?:第[一二三四五六七八九十]{1,3}章)?)[ 　\t]{0,2}"
)
_FOREIGN = re.compile(
    r"(?:合同|协议|协议书|合同书|章程|公约|规约|民约|约定|条款|契约|附件[一二三四五六七八九十0-9]{0,2}|附录|承诺书|说明书|保单|方案|制度|守则|手册|纪律|规矩|租约|欠条|判决书?|裁定书?|决定书|通知书)[》”\"]?(?:[（(][^（）()\n]{0,20}[）)])?[的中里]?[ 　]?$"
)
_UNKNOWN = re.compile(r"([\u4e00-\u9fff（）]{2,40}?(?:条例|规定|办法|细则|规则|解释|法))$")
_LEADS = re.compile(
    r".*(?:出现|撤销|行使|人有|依照|按照|根据|依据|违反|适用|以及|或者|和|与|及|符合|属于|按|依|见|参照|执行)"
)
_VAGUE = re.compile(r"有关|国家|下列|上述|相关|其他|法律|本|该|前款|另有")


class Reader:
    """One reading of one text. `run` gives the mentions in the order of the text; they do not overlap."""

    def __init__(
        self,
        text: str,
        names: Names,
        act: str,
        article: tuple[int, int],
        aliases: Mapping[str, str],
        previous: tuple[int, int] | None,
    ) -> None:
        self._text = text
        self._names = names
        self._self = act
        self._previous = previous
        self._layout = Layout(text, article)
        self._out: list[Mention] = []
        self._last: Mention | None = None  # the last place or act, for what continues it
        self._explicit: Mention | None = None  # the last act that was named
        self._foreign = -1  # the end of the last place in something that is no act (a contract)
        self._aliases = {key(name): of for name, of in aliases.items()}
        self._amends_many = article == (0, 0) and amends_many(act)
        self._amended = "" if self._amends_many else amended(act, names, article) if act else ""

    def run(self) -> list[Mention]:
        text = self._text
        found = titles(text)
        skip = definitions(text, found, self._names, self._aliases)
        at = 0
        for start, end, what, title in events(text, found, skip, self._names, self._aliases):
            if start >= at:
                at = max(at, self._take(start, end, what, title))
        return self._out

    def _take(self, start: int, end: int, what: str, title: str) -> int:
        """Reads the mention that begins here; returns where to read on."""
        if what == TITLE:
            return self._titled(start, end, title)
        if what in (NAME, ALIAS):
            if end - start <= 3 and "特别行政区" in self._self and title[-3:] == "选举法":
                return end  # the electoral law of the region, not the state's
            loose = what == ALIAS or (
                self._text.endswith(_LOOSE, start, end) and not self._text.startswith(_FULL, start)
            )
            return self._named(start, end, title, must_have_place=loose)
        if what == "第":
            return self._placed(start)
        if what == "前":
            return self._before(start, end)
        if end - start == 2 and _HERE.match(self._text, start):
            return self._here(start, end)
        return self._same(start, end, title)

    # Acts

    def _titled(self, start: int, end: int, title: str) -> int:
        name = key(title)
        act = self._aliases.get(name) or self._names.get(name)
        places_at, edition, plain_end = self._after_act(end)
        places = read_place(self._text, places_at, bare=True)
        if act is None and not is_act_title(name):
            if places:
                if name.partition("（")[0] in GENERIC:  # 《解释》 in a decision that amends one
                    own = self._amended if self._amended.endswith(name) else self._self
                    return self._emit_act(start, plain_end, own if own.endswith(name) else name, TITLE, "", places)
                self._foreign = places[-1].end
                return self._continue_foreign(places[-1].end)
            return end
        return self._emit_act(start, plain_end, act or name, TITLE, edition, places)

    def _named(self, start: int, end: int, title: str, *, must_have_place: bool) -> int:
        places_at, edition, plain_end = self._after_act(end)
        places = read_place(self._text, places_at, bare=True)
        if places and places[0].first != ARTICLE:
            places = []
        if must_have_place and not places:
            return start + 1
        return self._emit_act(start, plain_end, title, NAME, edition, places)

    def _same(self, start: int, end: int, word: str) -> int:
        """本法, 该法, 上述规定: only with a place."""
        places_at, _, _ = self._after_act(end)
        places = read_place(self._text, places_at)
        if not places or (places[0].first == PARAGRAPH and word[0] != "本"):
            return end
        act = self._aliases.get(word, "")
        if not act:
            named = self._explicit.act if self._explicit else ""
            act = named or self._self
            if word[0] == "本":
                act = self._own(word[1:]) or ("" if self._amends_many else named)
            if word == "本章程" and not self._self.endswith("章程"):
                self._foreign = places[-1].end
                return self._continue_foreign(places[-1].end)
        return self._emit_act(start, end, act, SELF, "", places)

    def _own(self, kind: str) -> str:
        """What 本法, 本解释 means here: in 刑法修正案 the new words speak of 刑法. Where many acts are amended at once only
        the words around can say."""
        if self._amends_many and kind != "决定":
            return self._explicit.act if self._explicit and self._explicit.act.endswith(kind) else ""
        bare = re.sub(r"（[^）]*）$", "", self._self)
        return self._amended if self._amended.endswith(kind) and not bare.endswith(kind) else self._self

    def _after_act(self, end: int) -> tuple[int, str, int]:
        """(where a place may begin, edition, end of the mention without a place)."""
        text, spot, edition, plain = self._text, end, "", end
        if match := _EDITION.match(text, spot):
            edition, spot, plain = match[1], match.end(), match.end()
        elif match := _PAREN.match(text, spot):
            spot = match.end()
        link = _LINK.match(text, spot)
        after = link.end() if link else spot
        if after in self._layout.headings:  # 第三条 at the head of a line is the number of an article
            after = len(text)
        return after, edition, plain

    def _emit_act(self, start: int, end: int, act: str, kind: str, edition: str, places: list[Place]) -> int:
        if places and places[0].first == PARAGRAPH and kind != SELF:
            places = []
        if not places:
            mention = Mention(start, end, act, kind=kind, edition=edition)
            self._out.append(mention)
            self._last = mention
            if kind in (TITLE, NAME):
                self._explicit = mention
            return end
        at = end
        for n, place in enumerate(places):
            base = Mention(start, end, act, kind=kind, edition=edition)
            at = self._emit(base, place, start if n == 0 else place.start)
            if n == 0 and kind in (TITLE, NAME):
                self._explicit = self._last
        return self._go_on(at)

    # Places

    def _emit(self, above: Mention, place: Place, start: int) -> int:
        """One mention of a place; `above` gives the levels the place does not name."""
        n = place.numbers
        values = [above.article, above.paragraph, above.item, above.point]
        values = values[: place.first] + [0] * (4 - place.first)
        for level in range(place.first, place.last + 1):
            values[level] = n[level]
        mention = Mention(
            start,
            place.end,
            above.act,
            values[0],
            place.inserted if place.first == ARTICLE else above.inserted,
            values[1],
            values[2],
            place.item_inserted,
            values[3],
            place.until,
            place.until_inserted,
            above.kind,
            above.edition,
        )
        self._out.append(mention)
        self._last = mention
        return place.end

    def _go_on(self, at: int) -> int:
        """Takes what continues the mention that ended at `at`: 至第五条, 、之二, 、第七条第二款."""
        text = self._text
        while self._last is not None:
            last = self._last
            if (match := RANGE.match(text, at)) and not last.until:
                more = read_place(text, match.end(), bare=True)
                if more and self._is_range(last, more[0]):
                    closing = more[0]
                    mention = replace(
                        last,
                        end=closing.end,
                        until=closing.numbers[closing.last],
                        until_inserted=closing.inserted,
                    )
                    self._out[-1] = self._last = mention
                    at = closing.end
                    continue
            if (match := INSERTED.match(text, at)) and last.inserted and not last.paragraph and not last.item:
                at = match.end()
                if match[0][0] == "至":
                    self._last = self._out[-1] = replace(
                        last, end=at, until=last.article, until_inserted=number(match[1])
                    )
                else:
                    start = match.start() + match[0].index("之")
                    self._last = replace(last, start=start, end=at, inserted=number(match[1]), kind=BARE)
                    self._out.append(self._last)
                continue
            match = JOIN.match(text, at)
            if match is None or match.end() in self._layout.headings:
                break
            if "\n" in match[0]:
                break
            more = read_place(text, match.end())
            if not more or (more[0].first > ARTICLE and not last.article):
                break
            if ("；" in match[0] or ";" in match[0]) and (more[0].first != ARTICLE or self._self):
                break
            if stands_for_something_else(text, more[-1].end, more[-1].last, statute=True):
                break
            if more[0].first < PARAGRAPH and last.kind == RELATIVE:
                break
            base = self._last
            for place in more:
                at = self._emit(replace(base, kind=BARE, until=0, until_inserted=0), place, place.start)
        return at

    def _is_range(self, last: Mention, closing: Place) -> bool:
        """第二条至第五条, 第一项至第三项: the same level, upwards."""
        level = ITEM if last.item else PARAGRAPH if last.paragraph else ARTICLE
        if closing.last != level or closing.first != level or not last.article:
            return False
        begin = (last.article, last.paragraph, last.item)[level]
        if level == ARTICLE and closing.numbers[level] == begin:
            return closing.inserted > last.inserted
        return closing.numbers[level] > begin

    def _placed(self, start: int) -> int:
        """第三条, 第一款 or 第（二）项 with no act right before it."""
        text, layout = self._text, self._layout
        if start in layout.headings:
            self._last = None
            return layout.headings[start]
        places = read_place(text, start)
        if not places:
            return start + 1
        if start > 0 and text[start - 1] in "“「『" and text[places[0].end : places[0].end + 1] in (" ", "　"):
            return places[-1].end  # the number of an article in a quoted text
        lead = text[max(0, start - 30) : start]
        if _FOREIGN.search(lead) or (
            0 <= self._foreign <= start <= self._foreign + 6
            and not text[self._foreign : start].strip("、，,和及与或以者 ")
        ):
            self._foreign = places[-1].end
            return self._continue_foreign(places[-1].end)
        if stands_for_something_else(
            text, places[-1].end, places[-1].last, statute=bool(self._self) or text[places[-1].end - 2] in ")）"
        ):
            return places[-1].end
        above = self._above(start, places[0], lead)
        if above is None:
            return places[-1].end
        at = start
        for place in places:
            at = self._emit(above, place, place.start)
        return self._go_on(at)

    def _continue_foreign(self, at: int) -> int:
        """Passes over what continues a place in a contract: 合同第三条、第五条."""
        text = self._text
        while match := JOIN.match(text, at):
            more = read_place(text, match.end()) if match.end() > at else []
            if not more or more[0].start in self._layout.headings:
                break
            at = self._foreign = more[-1].end
        return at

    def _above(self, start: int, place: Place, lead: str) -> Mention | None:
        """What a place that stands alone belongs to; None if it is no citation."""
        layout, last, named = self._layout, self._last, self._explicit
        here, paragraph, item = layout.at(start)
        first = place.first
        blank = Mention(start, start, self._self, kind=BARE)
        if first == ARTICLE:
            if unknown := self._unknown(lead):
                return replace(blank, act=unknown)
            if last is not None and last.article and layout.clause(last.start) == layout.clause(start):
                return replace(blank, act=last.act, edition=last.edition)  # 担保法第五条的规定和第二十九条
            same = named is not None and layout.sentence(named.start) == layout.sentence(start)
            if self._self and not self._amended and not self._amends_many:
                return blank
            if named is not None and (same or (not self._self and layout.line(named.start) == layout.line(start))):
                return replace(blank, act=named.act, edition=named.edition)
            if self._amended:
                return replace(blank, act=self._amended)
            return None
        same = last is not None and layout.sentence(last.start) == layout.sentence(start)
        if first == ITEM and last is not None and last.article:
            near = layout.at(last.start)[:2] == (here, paragraph)
            earlier = 0 < place.numbers[ITEM] < item and not last.item  # （三）…第一项、第二项以外的… of the same list
            if near and not earlier and (self._self or same):
                return replace(last, kind=BARE, until=0, until_inserted=0, item=0, item_inserted=0, point=0)
        if here == (0, 0) or (not self._self and not layout.headings):
            if same and last is not None and last.article and first > ARTICLE:
                return replace(last, kind=BARE, until=0, until_inserted=0)
            return None
        if first == ITEM:
            listed = (here, paragraph) in layout.items
            return replace(blank, article=here[0], inserted=here[1], paragraph=paragraph if listed else 0)
        if first == PARAGRAPH:
            return replace(blank, article=here[0], inserted=here[1])
        return None

    def _unknown(self, lead: str) -> str:
        """The act whose name, found in no list, ends right before a place: 云岭省某条例第九条."""
        match = _UNKNOWN.search(lead)
        if match is None:
            return ""
        name = _LEADS.sub("", match[1])
        return name if len(name) >= 4 and not _VAGUE.search(name) else ""

    # Relative words

    def _here(self, start: int, end: int) -> int:
        """本条, 本款, 本项, and what follows: 本条第一款, 本款前三项, 本条前款."""
        text = self._text
        here, paragraph, item = self._layout.at(start)
        if here == (0, 0) or _NOT_HERE.match(text, end) or (start and text[start - 1] in _NOT_BEFORE["本"]):
            return end
        level = "条款项".index(text[start + 1])
        if level == ITEM and not item:
            return end
        base = Mention(
            start,
            end,
            self._self,
            here[0],
            here[1],
            paragraph if level >= PARAGRAPH else 0,
            item if level == ITEM else 0,
            kind=RELATIVE,
        )
        places = read_place(text, end)
        if places and places[0].first > level:
            return self._relative(base, places, start)
        if match := _PREVIOUS.match(text, end):
            found = self._counted(match, start)
            if found is not None and "条款项".index(match[2]) > level:
                return self._finish(replace(found, start=start), match.end())
        self._out.append(base)
        self._last = base
        return self._go_on(end)

    def _before(self, start: int, end: int) -> int:
        """前款, 前两款, 前三项, 前条, with 第二项 behind it."""
        text = self._text
        if (start and text[start - 1] in _NOT_BEFORE["前"]) or _NOT_HERE.match(text, end):
            return end
        match = _PREVIOUS.match(text, start)
        found = self._counted(match, start) if match else None
        if match is None or found is None:
            return end
        return self._finish(found, match.end())

    def _finish(self, found: Mention, end: int) -> int:
        text = self._text
        deep = ITEM if found.item else PARAGRAPH if found.paragraph else ARTICLE
        places = read_place(text, end)
        if places and places[0].first > deep and not found.until:
            return self._relative(found, places, found.start)
        mention = replace(found, end=end)
        self._out.append(mention)
        self._last = mention
        return self._go_on(end)

    def _relative(self, base: Mention, places: list[Place], start: int) -> int:
        at = start
        for n, place in enumerate(places):
            at = self._emit(base, place, start if n == 0 else place.start)
        return self._go_on(at)

    def _counted(self, match: re.Match[str], start: int) -> Mention | None:
        """The places that 前款, 前两条 or 前三项 count back to; None where there is nothing before."""
        here, paragraph, item = self._layout.at(start)
        if here == (0, 0):
            return None
        many = number(match[1].replace("两", "二")) if match[1] else 1
        level = "条款项".index(match[2])
        base = Mention(start, start, self._self, kind=RELATIVE)
        if level == ARTICLE:
            if many == 1:
                before = self._previous or ((here[0], here[1] - 1) if here[1] else (here[0] - 1, 0))
                return replace(base, article=before[0], inserted=before[1]) if before[0] else None
            first = here[0] - many
            return replace(base, article=first, until=here[0] - 1) if first > 0 else None
        base = replace(base, article=here[0], inserted=here[1])
        if level == PARAGRAPH:
            if many == 1:
                return replace(base, paragraph=paragraph - 1) if paragraph > 1 else base
            first = paragraph - many
            return replace(base, paragraph=first, until=paragraph - 1) if first > 0 else None
        of, last = paragraph, item - 1
        if not item:
            of = paragraph - 1
            last = self._layout.items.get((here, of), 0)
        if last < 1 or last - many < 0:
            return None
        base = replace(base, paragraph=of, item=last - many + 1)
        return replace(base, until=last) if many > 1 else base


_LOOSE = ("规定", "办法", "解释", "细则", "规则", "规范")  # 该行业的发票管理办法 need not be the act of that name
_FULL = ("最高人民", "中华人民共和国", "国务院", "全国人民代表大会")
