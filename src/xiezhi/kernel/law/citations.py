"""法条引用: from 行政复议法 第30条第3款 to the act, the version in force on a day and the exact place in it.

Several places are joined by ；or 、; a part without an act takes the act before it, a part that begins with 第…款 or
第…项 takes the article before it. 第20条至第22条 names every article between. Pure: no database, no clock.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import date

from xiezhi.kernel.law import numerals
from xiezhi.kernel.law.index import Act, Version, acts


class CitationError(ValueError):
    """A citation that does not lead to a place in an act. `citation` is the part that failed."""

    def __init__(self, citation: str, message: str) -> None:
        super().__init__(message)
        self.citation = citation


class BadCitation(CitationError):
    """The words do not have the form of a citation."""


class UnknownAct(CitationError):
    """The index holds no act of this title."""


class NotInForce(CitationError):
    """The act had no version in force on the day asked for."""


class NoSuchArticle(CitationError):
    """The version has no such article; the message says how many it has."""


class NoSuchParagraph(CitationError):
    """The article has fewer paragraphs (款)."""


class NoSuchItem(CitationError):
    """The article or paragraph has fewer items (项)."""


@dataclass(frozen=True)
class Citation:
    """One place in one version of an act. `article` 0 means the act as a whole; `paragraph` and `item` 0 mean none."""

    act: Act
    version: Version
    article: int = 0
    inserted: int = 0
    paragraph: int = 0
    item: int = 0

    @property
    def place(self) -> str:
        """第30条第3款, empty for the act as a whole."""
        return self._place(str)

    @property
    def anchor(self) -> str:
        """The fragment a page about the act uses for this place: t30, t120-1, t30-k3, t23-x4."""
        out = f"t{self.article}" if self.article else ""
        out += f"-{self.inserted}" if self.inserted else ""
        out += f"-k{self.paragraph}" if self.paragraph else ""
        return out + (f"-x{self.item}" if self.item else "")

    @property
    def formal(self) -> str:
        """As a document cites it: 《中华人民共和国行政复议法》第三十条第三款."""
        return f"《{self.act.full}》{self._place(numerals.write, brackets=True)}"

    def __str__(self) -> str:
        return f"{self.act.title} {self.place}".strip()

    def _place(self, number: object, *, brackets: bool = False) -> str:
        say = numerals.write if number is numerals.write else str
        out = f"第{say(self.article)}条" if self.article else ""
        out += f"之{numerals.write(self.inserted)}" if self.inserted else ""
        out += f"第{say(self.paragraph)}款" if self.paragraph else ""
        if self.item:
            out += f"第（{say(self.item)}）项" if brackets else f"第{say(self.item)}项"
        return out


_N = r"([0-9一二三四五六七八九十百千零〇]+)"
_ARTICLE = re.compile(rf"第{_N}条(?:之([一二三四五六七八九十]+|[0-9]+))?")
_PARAGRAPH = re.compile(rf"第{_N}款")
_ITEM = re.compile(rf"第(?:[(（]?){_N}(?:[)）]?)项")
_JOINS = re.compile(r"[；;、，,和及或]")
_RANGE = re.compile(rf"(?:至|到|-|—|~){_ARTICLE.pattern}")


def _parts(citation: str) -> list[str]:
    """Parts between separators; a separator inside a title does not count."""
    titles = sorted((t for t in acts() if t in citation and _JOINS.search(t)), key=len, reverse=True)
    for number, title in enumerate(titles):
        citation = citation.replace(title, f"\x00{number}\x00")
    hold = re.split(r"\s*[；;、，,]\s*|(?<=[条款项])\s*(?:和|以及|及|或者|或)\s*(?=第|《)", citation)
    out = []
    for part in hold:
        for number, title in enumerate(titles):
            part = part.replace(f"\x00{number}\x00", title)
        if part.strip():
            out.append(part.strip())
    return out


@dataclass(frozen=True)
class _Place:
    article: int = 0
    inserted: int = 0
    paragraph: int = 0
    item: int = 0
    until: tuple[int, int] = (0, 0)


def _number(text: str | None) -> int:
    return numerals.read(text) if text else 0


def _read_place(text: str, before: _Place, part: str) -> _Place:
    rest, place = text, _Place()
    if match := _ARTICLE.match(rest):
        place = replace(place, article=_number(match[1]), inserted=_number(match[2]))
        rest = rest[match.end() :]
        if more := _RANGE.match(rest):
            place = replace(place, until=(_number(more[1]), _number(more[2])))
            rest = rest[more.end() :]
    else:
        place = replace(place, article=before.article, inserted=before.inserted)
    if match := _PARAGRAPH.match(rest):
        place = replace(place, paragraph=_number(match[1]))
        rest = rest[match.end() :]
    elif not _ARTICLE.match(text):
        place = replace(place, paragraph=before.paragraph)
    if match := _ITEM.match(rest):
        place = replace(place, item=_number(match[1]))
        rest = rest[match.end() :]
    if rest or not place.article:
        raise BadCitation(part, f"看不懂“{part}”，请写成“行政复议法 第30条第3款”的样子")
    return place


def resolve(citation: str, on: date | None = None) -> tuple[Citation, ...]:
    """Every place a citation names, in the version in force on `on` (the newest version when None).

    Raises BadCitation, UnknownAct, NotInForce, NoSuchArticle, NoSuchParagraph, NoSuchItem, all CitationError.
    Paragraphs and items are proved only for acts whose paragraphs were counted.
    """
    text = unicodedata.normalize("NFC", citation).replace("　", " ").strip()
    if not text:
        raise BadCitation(citation, "引用为空")
    out: list[Citation] = []
    act: Act | None = None
    place = _Place()
    for part in _parts(text):
        title, spot = _title(part)
        if title:
            act = acts().get(title)
            place = _Place()
            if act is None:
                raise UnknownAct(part, f"法规索引中没有《{title}》")
        elif act is None:
            raise BadCitation(part, f"“{part}”没有写明是哪一部法规")
        version = _version(act, on, part)
        if not spot:
            out.append(Citation(act, version))
            continue
        place = _read_place(spot, place, part)
        out += _expand(act, version, place, part)
    return tuple(out)


def places(citation: str) -> tuple[tuple[str, int, int], ...]:
    """(title, article, inserted) of every place named, ranges spelled out, without asking whether they exist; article 0 is
    the act as a whole. Raises BadCitation."""
    out: list[tuple[str, int, int]] = []
    title, place = "", _Place()
    for part in _parts(unicodedata.normalize("NFC", citation).replace("　", " ").strip()):
        named, spot = _title(part)
        if named:
            title, place = named, _Place()
        if not title:
            raise BadCitation(part, f"“{part}”没有写明是哪一部法规")
        if not spot:
            out.append((title, 0, 0))
            continue
        place = _read_place(spot, place, part)
        if place.until == (0, 0):
            out.append((title, place.article, place.inserted))
        else:
            out += [(title, number, 0) for number in range(place.article, place.until[0] + 1)]
    return tuple(out)


def _title(part: str) -> tuple[str, str]:
    """(title, place) of one part; either may be empty."""
    if part.startswith("《"):
        depth = 0
        for at, char in enumerate(part):
            depth += {"《": 1, "》": -1}.get(char, 0)
            if depth == 0:
                return part[1:at].strip(), re.sub(r"\s", "", part[at + 1 :])
        raise BadCitation(part, f"“{part}”的书名号没有写全")
    match = re.search(rf"第[(（]?{_N}[)）]?[条款项]", part)
    if match is None:
        return part.strip(), ""
    return part[: match.start()].strip(), re.sub(r"\s", "", part[match.start() :])


def _version(act: Act, on: date | None, part: str) -> Version:
    if on is None:
        return act.newest
    version = act.in_force(on)
    if version is None:
        known = act.versions[0]
        if known.since > on:
            why = f"索引中最早的文本自{known.since.isoformat()}起施行"
        else:
            gone = max(v.repealed for v in act.versions if v.repealed)
            why = f"已于{gone.isoformat()}废止"
        raise NotInForce(part, f"《{act.title}》在{on.isoformat()}没有有效文本：{why}")
    return version


def _expand(act: Act, version: Version, place: _Place, part: str) -> list[Citation]:
    if place.until == (0, 0):
        return [_proved(Citation(act, version, place.article, place.inserted, place.paragraph, place.item), part)]
    first, last = place.article, place.until[0]
    if last < first:
        raise BadCitation(part, f"“{part}”的起止条号颠倒")
    for number, inserted in ((first, place.inserted), place.until):
        _proved(Citation(act, version, number, inserted), part)
    return [Citation(act, version, number) for number in range(first, last + 1)]


def _proved(citation: Citation, part: str) -> Citation:
    act, version = citation.act, citation.version
    if not version.has(citation.article, citation.inserted):
        added = sorted(i for a, i in version.inserted if a == citation.article)
        tail = f"，其中第{citation.article}条之后增加了{len(added)}条" if citation.inserted and added else ""
        where = Citation(act, version, citation.article, citation.inserted).place
        raise NoSuchArticle(part, f"《{act.title}》（{version}）共{version.articles}条{tail}，没有{where}")
    items = version.shape().get((citation.article, citation.inserted))
    if items is None:
        return citation
    if citation.paragraph > len(items):
        where = Citation(act, version, citation.article, citation.inserted).place
        raise NoSuchParagraph(
            part, f"《{act.title}》（{version}）{where}共{len(items)}款，没有第{citation.paragraph}款"
        )
    if citation.item:
        most = items[citation.paragraph - 1] if citation.paragraph else max(items)
        if citation.item > most:
            where = replace(citation, item=0).place
            raise NoSuchItem(part, f"《{act.title}》（{version}）{where}共{most}项，没有第{citation.item}项")
    return citation


@dataclass(frozen=True)
class Piece:
    """A stretch of text for display: with `citation` it can be linked."""

    text: str
    citation: Citation | None = None


def pieces(citation: str, on: date | None = None) -> tuple[Piece, ...]:
    """The citation cut for display, canonical form, separators kept apart. Text that does not resolve stays plain."""
    try:
        found = resolve(citation, on)
    except CitationError:
        return (Piece(citation),)
    out: list[Piece] = []
    for number, one in enumerate(found):
        same = number > 0 and found[number - 1].act is one.act
        if number:
            out.append(Piece("、" if same else "；"))
        out.append(Piece(one.place if same and one.place else str(one), one))
    return tuple(out)


def short(citation: str, on: date | None = None) -> str:
    """The canonical short form of a citation, acts named once: 行政复议法 第30条第3款、第31条."""
    return "".join(p.text for p in pieces(citation, on))


def formal(citation: str, on: date | None = None) -> str:
    """As documents cite, acts with their full title once. Raises CitationError."""
    out = ""
    last: Act | None = None
    for one in resolve(citation, on):
        out += ("、" if out else "") + (one.formal.split("》", 1)[1] if one.act is last else one.formal)
        last = one.act
    return out
