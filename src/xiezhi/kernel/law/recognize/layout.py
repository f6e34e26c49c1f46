"""Where in an article a position stands: its 款 and 项, the line and the sentence. Lines as the library keeps texts: each
paragraph and each item on its own line; blank lines between them do not count."""

from __future__ import annotations

import re
from bisect import bisect_right

from xiezhi.kernel.law.recognize.places import D, number

__all__ = ["Layout"]

_ITEM = re.compile(rf"[ 　\t]*(?:[-*]\s+)?[（(]([{D}]{{1,3}})[）)]")
_POINT = re.compile(r"[ 　\t]*[0-9０-９]{1,2}[.．、]")
_HEADING = re.compile(rf"[ 　\t>*#]*第([{D}]{{1,9}})条(?:之([{D}]{{1,3}}))?(?:\*\*)?(?=[ 　\t])")
_SENTENCE = re.compile(r"[。！？!?\n]")
_CLAUSE = re.compile(r"[。；;！？!?\n]")
_LINE = re.compile(r"[^\n]+")


class Layout:
    """The lines of one text. `article` is the one being read, (0, 0) in a text that is none; a text with 第…条 headings
    of its own changes it as it goes."""

    def __init__(self, text: str, article: tuple[int, int]) -> None:
        self._ends = [m.start() for m in _SENTENCE.finditer(text)]
        self._clauses = [m.start() for m in _CLAUSE.finditer(text)]
        self.headings: dict[int, int] = {}
        self._starts: list[int] = []
        self._rows: list[tuple[tuple[int, int], int, int]] = []
        self.items: dict[tuple[tuple[int, int], int], int] = {}
        paragraph = item = 0
        before = ""  # the last character of the line before
        # After a line that ends with a colon, lines that end with a semicolon are items that lack their numbers.
        listing = False
        for line in _LINE.finditer(text):
            words = line[0]
            if words.isspace():
                continue
            if heading := _HEADING.match(words):
                value = number(heading[1])
                self.headings[line.start() + words.index("第")] = line.start() + heading.end()
                if value and words[:1] in "第*# 　":
                    article, paragraph, item, listing = (
                        (value, number(heading[2] or "") if heading[2] else 0),
                        0,
                        0,
                        False,
                    )
            numbered = _ITEM.match(words)
            last = words.rstrip()[-1]
            if numbered and paragraph:
                item = number(numbered[1])
                listing = False
            elif paragraph and item and _POINT.match(words):
                pass
            elif listing and (last in "；;" or (item and before in "；;")):
                item += 1
            else:
                paragraph, item = paragraph + 1, 0
                listing = last in "：:"
            before = last
            self._starts.append(line.start())
            self._rows.append((article, paragraph, item))
            if item:
                self.items[article, paragraph] = max(item, self.items.get((article, paragraph), 0))

    def at(self, position: int) -> tuple[tuple[int, int], int, int]:
        """(article, paragraph, item) of a position; item 0 outside items."""
        row = bisect_right(self._starts, position) - 1
        return self._rows[row] if row >= 0 else ((0, 0), 1, 0)

    def line(self, position: int) -> int:
        return bisect_right(self._starts, position)

    def clause(self, position: int) -> int:
        return bisect_right(self._clauses, position)

    def sentence(self, position: int) -> int:
        return bisect_right(self._ends, position)
