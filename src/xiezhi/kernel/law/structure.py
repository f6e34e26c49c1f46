"""法规的结构: an act's text as parts, chapters, sections, articles, paragraphs and items. Pure: no database, no clock.

The shape of 立法法 (2023) 第65条: 编、章、节、条、款、项、目. 条 are numbered through the whole act; 款 are not numbered in
the text and are counted; 项 carry （一）, 目 carry 1.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

__all__ = [
    "ANNEX",
    "ARTICLE",
    "BLOCK",
    "CHAPTER",
    "GROUP",
    "PART",
    "PREAMBLE",
    "SECTION",
    "SUBPART",
    "Document",
    "Finding",
    "Heading",
    "Item",
    "Paragraph",
    "Provision",
]

PART, SUBPART, CHAPTER, SECTION = "part", "subpart", "chapter", "section"  # 编 分编 章 节
GROUP = "group"
"""A heading that is none of the four: 一、一般规定 of a judicial interpretation (number 1), or words alone (number 0)."""
ARTICLE, PREAMBLE, BLOCK, ANNEX = "article", "preamble", "block", "annex"
"""Kinds of provisions: 条; 序言、题注 before the first article; text of acts without articles (一、二、…); 附件."""


@dataclass(frozen=True, slots=True)
class Heading:
    """编, 分编, 章, 节 or a heading of another kind: `title` without its number (总则)."""

    kind: str
    number: int
    title: str
    inserted: int = 0


@dataclass(frozen=True, slots=True)
class Item:
    """项 (（一）) or, inside one, 目 (1.). `label` as printed with the space behind it, `text` without it; `number` as
    read; `after` what follows the 目 in the same 项. A 项 of several lines keeps them as lines of `text`."""

    number: int
    label: str
    text: str
    items: tuple[Item, ...] = ()
    inserted: int = 0
    after: str = ""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """款: counted from 1. `text` is what stands before the items; `after` what follows them in the same paragraph."""

    number: int
    text: str
    items: tuple[Item, ...] = ()
    after: str = ""


@dataclass(frozen=True, slots=True)
class Provision:
    """One 条, or a block where there are no articles. `text` is what follows 第…条, paragraphs and items each on a line
    of their own; `path` the headings above, outermost first; `title` a heading of the article itself (【…】);
    `effective` only where the act states another first day for this provision."""

    kind: str
    text: str
    number: int = 0
    inserted: int = 0
    path: tuple[Heading, ...] = ()
    title: str = ""
    effective: date | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """Something odd in a source, told to whoever imports it; nothing is dropped in silence. `code` is a short slug,
    `where` the place as people say it, `detail` what was found and what was made of it."""

    code: str
    where: str
    detail: str


@dataclass(frozen=True, slots=True)
class Document:
    """A whole text. `history` are the lines on adoption and amendment under the title; `provisions` everything else, in
    the order of the text."""

    title: str
    history: tuple[str, ...]
    provisions: tuple[Provision, ...]
    findings: tuple[Finding, ...] = field(default=(), compare=False)

    @property
    def articles(self) -> tuple[Provision, ...]:
        return tuple(p for p in self.provisions if p.kind == ARTICLE)
