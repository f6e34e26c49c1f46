"""Blocks of a reference page and their two writings: an HTML fragment for the site, Markdown for `docs/`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from html import escape

from xiezhi.kernel.law import Citation, pieces


@dataclass(frozen=True)
class Text:
    """Plain words."""

    text: str


@dataclass(frozen=True)
class Code:
    """An identifier."""

    text: str


@dataclass(frozen=True)
class Link:
    """Words that lead to a place on the page (#id) or to another page."""

    text: str
    href: str


@dataclass(frozen=True)
class Cite:
    """A basis; each article is linked where the site has a page for it."""

    text: str


Inline = Text | Code | Link | Cite
Cell = Sequence[Inline]


@dataclass(frozen=True)
class Heading:
    """A heading of level 1 to 4; `id` is the anchor."""

    level: int
    text: str
    id: str = ""


@dataclass(frozen=True)
class Para:
    """A paragraph."""

    parts: Cell


@dataclass(frozen=True)
class Items:
    """A list."""

    items: Sequence[Cell]


@dataclass(frozen=True)
class Facts:
    """Pairs of name and value."""

    pairs: Sequence[tuple[str, Cell]]


@dataclass(frozen=True)
class Table:
    """A table; `caption` names it for those who listen."""

    caption: str
    head: Sequence[str]
    rows: Sequence[Sequence[Cell]]


@dataclass(frozen=True)
class Fold:
    """Details under a heading, closed on the site so that a long page can be overseen."""

    heading: Heading
    blocks: Sequence[Facts | Table | Para]


@dataclass(frozen=True)
class Drawing:
    """A picture: SVG for the site, an image file with a text for Markdown."""

    svg: str = field(repr=False)
    file: str = ""
    alt: str = ""


Block = Heading | Para | Items | Facts | Table | Fold | Drawing
CiteUrl = Callable[[Citation], str | None]


def words(text: str) -> Cell:
    """One run of plain words."""
    return (Text(text),)


def joined(parts: Sequence[Cell], by: str = "、") -> Cell:
    """Cells with a separator between."""
    out: list[Inline] = []
    for part in parts:
        if out and part:
            out.append(Text(by))
        out += part
    return out


def no_link(citation: Citation) -> None:
    """For pages that have no articles to link to."""
    return


# Markdown


def _md_inline(one: Inline) -> str:
    match one:
        case Code():
            return f"`{one.text}`"
        case Link():
            return f"[{_md_text(one.text)}]({one.href})"
        case Cite():
            return _md_text("".join(p.text for p in pieces(one.text)))
        case Text():
            return _md_text(one.text)


def _md_text(text: str) -> str:
    for char in "\\`*_[]<>|":
        text = text.replace(char, "\\" + char)
    return text.replace("\n", " ")


def _md_cell(cell: Cell) -> str:
    return "".join(_md_inline(i) for i in cell).strip() or "—"


def _md_block(block: Block) -> list[str]:
    match block:
        case Heading():
            anchor = f'<a id="{block.id}"></a>' if block.id else ""
            return [f"{'#' * block.level} {anchor}{_md_text(block.text)}", ""]
        case Para():
            return [_md_cell(block.parts), ""]
        case Items():
            return [*(f"- {_md_cell(i)}" for i in block.items), ""]
        case Facts():
            return [*(f"- **{_md_text(name)}**：{_md_cell(value)}" for name, value in block.pairs), ""]
        case Table():
            if not block.rows:
                return []
            out = ["| " + " | ".join(map(_md_text, block.head)) + " |", "|" + " --- |" * len(block.head)]
            return [*out, *("| " + " | ".join(map(_md_cell, row)) + " |" for row in block.rows), ""]
        case Fold():
            return [line for part in (block.heading, *block.blocks) for line in _md_block(part)]
        case Drawing():
            return [f"![{_md_text(block.alt)}]({block.file})", ""] if block.file else []


def markdown(blocks: Sequence[Block]) -> str:
    """The page as Markdown; the same blocks give the same text."""
    lines = [line for block in blocks for line in _md_block(block)]
    return "\n".join(lines).rstrip() + "\n"


# HTML


def _html_inline(one: Inline, cite_url: CiteUrl) -> str:
    match one:
        case Code():
            return f"<code>{escape(one.text)}</code>"
        case Link():
            return f'<a href="{escape(one.href)}">{escape(one.text)}</a>'
        case Cite():
            out = ""
            for piece in pieces(one.text):
                url = cite_url(piece.citation) if piece.citation else None
                out += f'<a href="{escape(url)}">{escape(piece.text)}</a>' if url else escape(piece.text)
            return out
        case Text():
            return escape(one.text)


def _html_cell(cell: Cell, cite_url: CiteUrl) -> str:
    return "".join(_html_inline(i, cite_url) for i in cell) or "—"


def _html_block(block: Block, cite_url: CiteUrl, top: int) -> str:
    match block:
        case Heading():
            level = min(block.level + top - 1, 6)
            anchor = f' id="{escape(block.id)}"' if block.id else ""
            return f"<h{level}{anchor}>{escape(block.text)}</h{level}>"
        case Para():
            return f"<p>{_html_cell(block.parts, cite_url)}</p>"
        case Items():
            return "<ul>" + "".join(f"<li>{_html_cell(i, cite_url)}</li>" for i in block.items) + "</ul>"
        case Facts():
            rows = "".join(
                f"<dt>{escape(name)}</dt><dd>{_html_cell(value, cite_url)}</dd>" for name, value in block.pairs
            )
            return f'<dl class="pd-facts">{rows}</dl>'
        case Table():
            if not block.rows:
                return ""
            head = "".join(f'<th scope="col">{escape(h)}</th>' for h in block.head)
            rows = "".join(
                "<tr>" + "".join(f"<td>{_html_cell(c, cite_url)}</td>" for c in row) + "</tr>" for row in block.rows
            )
            # a wide table scrolls inside its own region, which the keyboard must be able to reach
            return (
                f'<div class="xz-scroll" role="region" aria-label="{escape(block.caption)}" tabindex="0">'
                f'<table class="xz-table pd-table"><caption>{escape(block.caption)}</caption>'
                f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
            )
        case Fold():
            anchor = f' id="{escape(block.heading.id)}"' if block.heading.id else ""
            title = _html_block(Heading(block.heading.level, block.heading.text), cite_url, top)
            inner = "".join(_html_block(part, cite_url, top) for part in block.blocks)
            return f'<details class="pd-fold"{anchor}><summary>{title}</summary>{inner}</details>'
        case Drawing():
            return block.svg


def html(blocks: Sequence[Block], *, cite_url: CiteUrl = no_link, top: int = 1) -> str:
    """The page as an HTML fragment without inline styles. `top` is the level of its first heading."""
    return "\n".join(filter(None, (_html_block(b, cite_url, top) for b in blocks))) + "\n"
