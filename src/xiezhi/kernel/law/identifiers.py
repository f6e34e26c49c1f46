"""法规标识: one class that builds and reads every identifier of a place in an act.

The same place is written in five ways, and this module alone knows them:

| form | example | used |
|---|---|---|
| address | /law/行政复议法/2023/第三十条第三款 (第30条第3款 is read too) | pages, after the European Legislation Identifier |
| eId | art_30__para_3, art_120-1__para_1__item_2 | Akoma Ntoso 3 (naming convention 5.2) |
| anchor | t30-k3, t120-1-k1-x2 | fragments of a page |
| formal | 《中华人民共和国行政复议法》第三十条第三款 | documents |
| short | 行政复议法 第30条第3款 | declarations and lists |
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Self
from urllib.parse import quote, unquote

from xiezhi.kernel.law import numerals

__all__ = ["BadIdentifier", "Locator"]


class BadIdentifier(ValueError):
    """The text is not an identifier of the form asked for."""


_N = r"([0-9０-９零〇○一二两三四五六七八九十百千]+)"
_PLACE = re.compile(rf"^第{_N}条(?:之{_N})?(?:第{_N}款)?(?:第[（(]?{_N}[)）]?项(?:之{_N})?)?(?:第{_N}目)?$")
_EID = re.compile(r"^art_(\d+)(?:-(\d+))?(?:__para_(\d+))?(?:__item_(\d+)(?:-(\d+))?)?(?:__point_(\d+))?$")
_ANCHOR = re.compile(r"^t(\d+)(?:-(\d+))?(?:-k(\d+))?(?:-x(\d+)(?:z(\d+))?)?(?:-m(\d+))?$")


def _int(text: str | None) -> int:
    return numerals.read(text) if text else 0


@dataclass(frozen=True, slots=True, order=True)
class Locator:
    """A place in an act: `act` its short title, `version` the label of a version (2023, 2023-09-01) or empty for the one
    in force. Zero means the level is not named; `inserted` is the 之一 of the article, `item_inserted` that of the 项."""

    act: str
    version: str = ""
    article: int = 0
    inserted: int = 0
    paragraph: int = 0
    item: int = 0
    item_inserted: int = 0
    point: int = 0

    def __post_init__(self) -> None:
        if not self.act or "/" in self.act:
            raise BadIdentifier(f"not the title of an act: {self.act!r}")
        numbers = (self.article, self.inserted, self.paragraph, self.item, self.item_inserted, self.point)
        if min(numbers) < 0 or max(numbers) > 9999:
            raise BadIdentifier(f"number out of range: {numbers}")
        if not self.article and any(numbers):
            raise BadIdentifier("a paragraph, item or point needs its article")
        if (self.item_inserted or self.point) and not self.item:
            raise BadIdentifier("a point needs its item")

    # Writing

    def _place(self, say: object = str, brackets: bool = False) -> str:
        word = numerals.write if say is numerals.write else str
        out = f"第{word(self.article)}条" if self.article else ""
        out += f"之{numerals.write(self.inserted)}" if self.inserted else ""
        out += f"第{word(self.paragraph)}款" if self.paragraph else ""
        if self.item:
            out += f"第（{word(self.item)}）项" if brackets else f"第{word(self.item)}项"
            out += f"之{numerals.write(self.item_inserted)}" if self.item_inserted else ""
        return out + (f"第{word(self.point)}目" if self.point else "")

    @property
    def place(self) -> str:
        """第30条第3款; empty for the act as a whole."""
        return self._place()

    @property
    def place_formal(self) -> str:
        """第三十条第三款第（二）项, as acts write it."""
        return self._place(numerals.write, brackets=True)

    @property
    def short(self) -> str:
        """行政复议法 第30条第3款."""
        return f"{self.act} {self.place}".strip()

    @property
    def path(self) -> str:
        """/law/行政复议法/2023/第30条第3款, not percent-encoded; without a version the one in force is shown."""
        parts = [self.act, self.version or ("现行" if self.article else ""), self.place]
        return "/law/" + "".join(f"{p}/" for p in parts if p)

    @property
    def url(self) -> str:
        """`path` percent-encoded, for headers and machine-readable output."""
        return quote(self.path)

    @property
    def eid(self) -> str:
        """Akoma Ntoso eId of the place; empty for the act as a whole."""
        out = f"art_{self.article}" if self.article else ""
        out += f"-{self.inserted}" if self.inserted else ""
        out += f"__para_{self.paragraph}" if self.paragraph else ""
        out += f"__item_{self.item}" if self.item else ""
        out += f"-{self.item_inserted}" if self.item_inserted else ""
        return out + (f"__point_{self.point}" if self.point else "")

    @property
    def anchor(self) -> str:
        """Fragment of a page about the act; the same as `Citation.anchor`."""
        out = f"t{self.article}" if self.article else ""
        out += f"-{self.inserted}" if self.inserted else ""
        out += f"-k{self.paragraph}" if self.paragraph else ""
        out += f"-x{self.item}" if self.item else ""
        out += f"z{self.item_inserted}" if self.item_inserted else ""
        return out + (f"-m{self.point}" if self.point else "")

    def formal(self, full: str = "") -> str:
        """As documents cite; `full` is the act's full title."""
        return f"《{full or self.act}》{self.place_formal}"

    def up(self) -> Self:
        """The article this place stands in."""
        return replace(self, paragraph=0, item=0, item_inserted=0, point=0)

    def to(
        self, article: int, inserted: int = 0, paragraph: int = 0, item: int = 0, item_inserted: int = 0, point: int = 0
    ) -> Self:
        """Another place in the same version of the same act. Raises BadIdentifier."""
        return replace(
            self,
            article=article,
            inserted=inserted,
            paragraph=paragraph,
            item=item,
            item_inserted=item_inserted,
            point=point,
        )

    # Reading

    @classmethod
    def _read(cls, pattern: re.Pattern[str], text: str, act: str, version: str) -> Self:
        match = pattern.match(text)
        if match is None:
            raise BadIdentifier(f"not a place in an act: {text!r}")
        try:
            numbers = [_int(group) for group in match.groups()]
        except ValueError as error:
            raise BadIdentifier(f"not a place in an act: {text!r}") from error
        if not numbers[0]:
            raise BadIdentifier(f"there is no article 0: {text!r}")
        return cls(act, version, *numbers)

    @classmethod
    def of_place(cls, text: str, act: str, version: str = "") -> Self:
        """From 第30条第3款 or 第三十条第三款第（二）项; empty text is the act itself. Raises BadIdentifier."""
        clean = re.sub(r"\s", "", text)
        return cls._read(_PLACE, clean, act, version) if clean else cls(act, version)

    @classmethod
    def of_eid(cls, eid: str, act: str, version: str = "") -> Self:
        """From an eId. Raises BadIdentifier."""
        return cls._read(_EID, eid, act, version) if eid else cls(act, version)

    @classmethod
    def of_anchor(cls, anchor: str, act: str, version: str = "") -> Self:
        """From a fragment. Raises BadIdentifier."""
        return cls._read(_ANCHOR, anchor, act, version) if anchor else cls(act, version)

    @classmethod
    def of_path(cls, path: str) -> Self:
        """From an address, percent-encoded or not: /law/ACT/, /law/ACT/VERSION/, /law/ACT/VERSION/PLACE. Raises
        BadIdentifier."""
        parts = [p for p in unquote(path).split("/") if p]
        if not 2 <= len(parts) <= 4 or parts[0] != "law":
            raise BadIdentifier(f"not the address of a place in an act: {path!r}")
        version = parts[2] if len(parts) > 2 else ""
        return cls.of_place(parts[3] if len(parts) > 3 else "", parts[1], "" if version == "现行" else version)
