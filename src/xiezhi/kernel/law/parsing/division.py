"""款、项、目: an article's text divided, and put together again. `join(divide(text)) == text` for every text that
`parse` gives."""

from __future__ import annotations

import re
from dataclasses import replace

from xiezhi.kernel.law.identifiers import Locator
from xiezhi.kernel.law.parsing.lines import number
from xiezhi.kernel.law.structure import Item, Paragraph

_CN = "一二三四五六七八九十百零〇"
_ITEM = re.compile(rf"[（(]([{_CN}]{{1,6}})[）)](?:之([{_CN}]{{1,3}}))?[\s、．.]{{0,3}}")
_INSERTED = re.compile(rf"[（(]([{_CN}]{{1,6}})之([{_CN}]{{1,3}})[）)][\s、．.]{{0,3}}")
_PARENTHESIZED = "㈠㈡㈢㈣㈤㈥㈦㈧㈨㈩"
_POINT = re.compile(
    r"(?:([0-9０-９]{1,2})(?:[.．、](?![0-9０-９])|\s{1,3}(?=[^\s0-9])) ?|[（(]([0-9０-９]{1,2})[）)] ?)"
)
_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
_DOTTED = "⒈⒉⒊⒋⒌⒍⒎⒏⒐⒑"
_ENDS = "。！？"
_CLOSING = "”’）)】』」"


def _item(line: str) -> Item | None:
    match = _ITEM.match(line) or _INSERTED.match(line)
    if match:
        n = number(match[1])
        return Item(n, match[0], line[match.end() :], inserted=number(match[2] or "")) if n else None
    at = _PARENTHESIZED.find(line[0]) if line else -1
    return Item(at + 1, line[0], line[1:]) if at >= 0 else None


def _point(line: str) -> Item | None:
    match = _POINT.match(line)
    if match:
        n = number(match[1] or match[2])
        return Item(n, match[0], line[match.end() :]) if n else None
    for row in (_CIRCLED, _DOTTED):
        at = row.find(line[0]) if line else -1
        if at >= 0:
            return Item(at + 1, line[0], line[1:])
    return None


def _ended(text: str) -> bool:
    return text.rstrip(_CLOSING)[-1:] in tuple(_ENDS)


class _Paragraph:
    """A 款 being read."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.items: list[Item] = []
        self.after = ""

    def last_line(self) -> str:
        if self.after:
            return self.after
        if not self.items:
            return self.text
        item = self.items[-1]
        return item.after or (item.items[-1].text if item.items else item.text)


def divide(text: str) -> tuple[Paragraph, ...]:
    """款 of an article's text with their 项 and 目.

    A line without a label begins a new 款, unless the list before it is not at its end: a later line carries the next
    label of the same list (then the line belongs to the 项), or the last 项 does not end a sentence (then the line ends
    the 款 and is `after`). Lines with Arabic labels directly under a 款 are its 项.
    """
    lines = text.split("\n") if text else []
    read = [(line, _item(line), _point(line)) for line in lines]
    upcoming = _upcoming(read)
    out: list[_Paragraph] = []
    for at, (line, item, point) in enumerate(read):
        now = out[-1] if out else None
        if item is not None or point is not None:
            label = item or point
            assert label is not None
            if now is None or now.after or (now.items and _restarts(now, item, point)):
                now = _Paragraph("")
                out.append(now)
            if item is None and now.items and _item(now.items[-1].label):
                owner = now.items[-1]
                now.items[-1] = replace(owner, items=(*owner.items, label))
            else:
                now.items.append(label)
        elif now is not None and now.items and _goes_on(now, upcoming[at]):
            owner = now.items[-1]
            if owner.items:
                now.items[-1] = replace(owner, after=f"{owner.after}\n{line}" if owner.after else line)
            else:
                now.items[-1] = replace(owner, text=f"{owner.text}\n{line}")
        elif now is not None and now.items and not now.after and not _ended(now.last_line()):
            now.after = line
        else:
            out.append(_Paragraph(line))
    return tuple(Paragraph(n, p.text, tuple(p.items), p.after) for n, p in enumerate(out, 1))


Read = tuple[str, Item | None, Item | None]


def _upcoming(read: list[Read]) -> list[Item | None]:
    """For every line the next line with a 项 label behind it, as far as at most three plain lines lie between."""
    out: list[Item | None] = [None] * len(read)
    following, distance = None, 0
    for at in range(len(read) - 1, -1, -1):
        out[at] = following if distance < 3 else None
        _, item, point = read[at]
        if item is not None:
            following, distance = item, 0
        elif point is None:
            distance += 1
    return out


def _goes_on(now: _Paragraph, following: Item | None) -> bool:
    if now.after or following is None:
        return False
    last = now.items[-1]
    return bool(_item(last.label)) and following.number == last.number + 1


def _restarts(now: _Paragraph, item: Item | None, point: Item | None) -> bool:
    """Whether a label begins a new list: （一） after （三）."""
    last = now.items[-1]
    if item is not None:
        return item.number == 1 and not item.inserted and bool(_item(last.label))
    return False


def _lines(item: Item) -> str:
    out = item.label + item.text
    for inner in item.items:
        out += "\n" + _lines(inner)
    return out + (f"\n{item.after}" if item.after else "")


def said(paragraph: Paragraph) -> str:
    """A 款 in full, its 项 each on a line."""
    parts = [paragraph.text] if paragraph.text else []
    parts += [_lines(item) for item in paragraph.items]
    return "\n".join(parts + ([paragraph.after] if paragraph.after else []))


def join(paragraphs: tuple[Paragraph, ...]) -> str:
    """The text again."""
    return "\n".join(said(p) for p in paragraphs)


def pick(text: str, locator: Locator) -> str | None:
    """The text of the paragraph, item or point that the locator names within an article's text, all of it where it names
    none; None where there is no such place. An item without a paragraph is that of the only paragraph that has it."""
    if not locator.paragraph and not locator.item:
        return text
    paragraphs = divide(text)
    if locator.paragraph:
        paragraphs = paragraphs[locator.paragraph - 1 : locator.paragraph]
    if not locator.item:
        return said(paragraphs[0]) if paragraphs else None
    wanted = (locator.item, locator.item_inserted)
    found = [item for p in paragraphs for item in p.items if (item.number, item.inserted) == wanted]
    if len(found) != 1:
        return None
    if not locator.point:
        return _lines(found[0])
    inner = [i for i in found[0].items if i.number == locator.point]
    return _lines(inner[0]) if len(inner) == 1 else None
