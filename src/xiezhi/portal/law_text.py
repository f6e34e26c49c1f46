"""法规正文的版面: the text of acts as markup. Put together here: a page may show 1,260 articles."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from xiezhi.kernel.law.compare import Row, Span
from xiezhi.kernel.law.identifiers import Locator
from xiezhi.kernel.law.parsing import divide
from xiezhi.kernel.law.structure import ARTICLE, Heading, Item, Provision

__all__ = ["Entry", "Link", "contents", "entries", "heading_text", "provision_html", "row_html", "span_html"]

KINDS = {"part": "编", "subpart": "分编", "chapter": "章", "section": "节"}
Linker = Callable[[str], str]
"""Takes a stretch of a provision's text, returns escaped markup with its citations linked."""
Link = tuple[int, int, str]
"""Start and end in the provision's text, and the address."""
_OPEN, _SHUT, _DIGIT = "\ue000", "\ue001", 0xE010  # private characters: no text of an act holds them
_OPENED = re.compile(f"{_OPEN}([\ue010-\ue019]+)")


def heading_text(heading: Heading) -> str:
    """第三章　行政复议受理."""
    from xiezhi.kernel.law import numerals

    if not heading.number:
        return heading.title
    if heading.kind not in KINDS:
        return f"{numerals.write(heading.number)}、{heading.title}"
    tail = f"之{numerals.write(heading.inserted)}" if heading.inserted else ""
    return f"第{numerals.write(heading.number)}{KINDS[heading.kind]}{tail}　{heading.title}".rstrip("　")


@dataclass(frozen=True)
class Entry:
    """One provision of a page with the headings that begin before it."""

    locator: Locator
    provision: Provision
    headings: tuple[tuple[int, str, str], ...]  # (level from 2, anchor, text)
    anchor: str
    place: str  # 第三十条之一, empty for a block


def entries(base: Locator, provisions: Iterable[Provision]) -> list[Entry]:
    """Provisions with their headings, as they follow each other on a page."""
    out: list[Entry] = []
    path: tuple[Heading, ...] = ()
    for number, provision in enumerate(provisions):
        heads = []
        for level, heading in enumerate(provision.path):
            if provision.path[: level + 1] != path[: level + 1]:
                heads.append((min(level + 2, 5), f"h{number}-{level}", heading_text(heading)))
        path = provision.path
        where = Locator(base.act, base.version, provision.number, provision.inserted) if provision.number else base
        out.append(
            Entry(
                where, provision, tuple(heads), where.anchor if provision.number else f"b{number}", where.place_formal
            )
        )
    return out


def contents(found: Sequence[Entry]) -> list[tuple[int, str, str]]:
    """The table of contents: (level from 2, anchor, text)."""
    return [head for entry in found for head in entry.headings]


def _lines(text: str, link: Linker) -> str:
    return "<br>".join(link(line) for line in text.split("\n"))


def _items(items: Sequence[Item], base: Locator, link: Linker, deep: bool) -> str:
    out = []
    for item in items:
        if deep:
            where = Locator(**{**_fields(base), "point": item.number}) if base.item and item.number else base
        else:
            where = (
                Locator(**{**_fields(base), "item": item.number, "item_inserted": item.inserted})
                if item.number
                else base
            )
        inner = _items(item.items, where, link, True) if item.items else ""
        out.append(
            f'<li id="{where.anchor}"><span>{escape(item.label)}</span>{_lines(item.text, link)}{inner}{_lines(item.after, link)}</li>'
        )
    return f'<ol class="xz-law__items">{"".join(out)}</ol>'


def _fields(locator: Locator) -> dict[str, Any]:
    return {name: getattr(locator, name) for name in Locator.__slots__}


def _marked(text: str, links: Sequence[Link]) -> str:
    """The text with its links set off by private characters, so that they stay with their words when it is divided."""
    for number, (start, end, _address) in reversed(list(enumerate(links))):
        if "\n" in text[start:end] or not 0 <= start < end <= len(text):
            continue
        name = "".join(chr(_DIGIT + int(d)) for d in str(number))
        text = f"{text[:start]}{_OPEN}{name}{text[start:end]}{_SHUT}{text[end:]}"
    return text


def _linker(links: Sequence[Link]) -> Linker:
    def opened(match: re.Match[str]) -> str:
        number = int("".join(str(ord(c) - _DIGIT) for c in match[1]))
        return f'<a href="{escape(links[number][2])}">'

    def link(text: str) -> str:
        return _OPENED.sub(opened, escape(text)).replace(_SHUT, "</a>")

    return link


def provision_html(entry: Entry, links: Sequence[Link] = (), mark: Locator | None = None) -> SafeString:
    """Paragraphs and items of a provision with its citations linked (`links` in order, not overlapping); `mark` is the
    paragraph or item somebody was led to."""
    provision = entry.provision
    if links:
        provision = replace(provision, text=_marked(provision.text, links))
    link = _linker(links) if links else escape
    if provision.kind != ARTICLE:
        body = "".join(f"<p>{_lines(part, link)}</p>" for part in provision.text.split("\n") if part.strip())
        return mark_safe(body)  # noqa: S308 - every text is escaped
    out = []
    for paragraph in divide(provision.text):
        where = Locator(**{**_fields(entry.locator), "paragraph": paragraph.number})
        hit = ' class="is-marked"' if mark and mark.paragraph == paragraph.number and not mark.item else ""
        items = _items(paragraph.items, where, link, False) if paragraph.items else ""
        if mark and mark.item and (mark.paragraph or 1) == paragraph.number:
            target = Locator(**{**_fields(where), "item": mark.item, "item_inserted": mark.item_inserted}).anchor
            items = items.replace(f'<li id="{target}">', f'<li id="{target}" class="is-marked">')
        text = f"<p{hit}>{_lines(paragraph.text, link)}</p>" if paragraph.text else ""
        after = f"<p>{_lines(paragraph.after, link)}</p>" if paragraph.after else ""
        out.append(f'<div class="xz-law__para" id="{where.anchor}">{text}{items}{after}</div>')
    return mark_safe("".join(out))  # noqa: S308 - every text is escaped


def span_html(spans: Sequence[Span], side: str) -> SafeString:
    """One side of a difference ("old" or "new"), or both in one text ("both"); changes are marked by del and ins."""
    out = ""
    for span in spans:
        text = escape(span.text).replace("\n", "<br>")
        if span.op == "same":
            out += text
        elif span.op == "cut" and side != "new":
            out += f"<del>{text}</del>"
        elif span.op == "new" and side != "old":
            out += f"<ins>{text}</ins>"
    return mark_safe(out)  # noqa: S308 - escaped


def row_html(row: Row, side: str) -> SafeString:
    """The text of a row of a comparison on one side."""
    if row.spans:
        return span_html(row.spans, side)
    found = row.old if side == "old" else row.new
    return mark_safe(escape(found.text).replace("\n", "<br>") if found else "")  # noqa: S308 - escaped
