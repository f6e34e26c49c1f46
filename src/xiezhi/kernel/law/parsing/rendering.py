"""Canonical Markdown: `parse(render(document)) == document` for every document that `parse` gives.

Headings carry # by their depth, articles stand as **第一条**, a backslash before a line says that it is text although it
looks like something else.
"""

from __future__ import annotations

from xiezhi.kernel.law import numerals
from xiezhi.kernel.law.parsing.lines import (
    ANNEX_HEAD,
    ARTICLE_HEAD,
    BLOCK_HEAD,
    ENTITLED,
    FOREWORD,
    HEADING_HEAD,
    INFO_END,
    JOINED,
    TABLE,
    TOC,
    WORD,
    unfinished,
)
from xiezhi.kernel.law.structure import ANNEX, ARTICLE, BLOCK, GROUP, PREAMBLE, Document, Heading, Provision


def _special(line: str) -> bool:
    """Whether a line would be read as something other than text, wherever it stands."""
    return (
        line[:1] in "\\#*!"
        or "<" in line
        or "。 第" in line
        or any(p.match(line) for p in (ARTICLE_HEAD, HEADING_HEAD, ANNEX_HEAD, TOC, FOREWORD))
    )


def _line(line: str, mark: bool) -> str:
    return "\\" + line if mark else line


def _heading(heading: Heading, depth: int) -> str:
    marks = "#" * (depth + 2)
    if heading.kind == GROUP:
        if heading.number:
            return f"{marks} {numerals.write(heading.number)}、{heading.title}"
        title = heading.title
        literal = _special(title) or BLOCK_HEAD.match(title) or TABLE.search(title)
        return f"{marks} {_line(title, bool(literal))}"
    inserted = f"之{numerals.write(heading.inserted)}" if heading.inserted else ""
    return f"{marks} 第{numerals.write(heading.number)}{WORD[heading.kind]}{inserted} {heading.title}".rstrip()


def _headings(before: tuple[Heading, ...], path: tuple[Heading, ...]) -> list[str]:
    """The headings that lead from one path to the next."""
    same = 0
    while same < min(len(before), len(path)) and before[same] == path[same]:
        same += 1
    if same == len(path) and len(before) > len(path):
        same -= 1  # back under a heading: it is said again
    return [_heading(heading, depth) for depth, heading in enumerate(path) if depth >= max(same, 0)]


def _body(provision: Provision, first: bool, has_articles: bool) -> list[str]:
    """The lines of a provision's text as they stand after its head."""
    out = []
    headed = provision.kind == ARTICLE or (provision.kind == BLOCK and provision.number > 0)
    for at, line in enumerate(provision.text.split("\n") if provision.text else []):
        if headed and not at:  # behind the number only these would be read
            mark = "<" in line or (provision.kind == ARTICLE and _divided(line))
            mark = mark or (not provision.title and bool(ENTITLED.match(line)))
            if mark:
                out.append("")  # the number stands alone on its line
        elif provision.kind == ANNEX:
            mark = _special(line)
        else:
            mark = _special(line) or bool(BLOCK_HEAD.match(line)) or (provision.kind == ARTICLE and _divided(line))
            mark = mark or (line[0] in "（(" and (unfinished(line) or (first and not at)))
            mark = mark or (first and not at and line[-1] in "）)")
            mark = mark or (provision.kind == BLOCK and not at and has_articles and unfinished(line))
        out.append(_line(line, mark))
    return out


def _divided(line: str) -> bool:
    """Whether several paragraphs or articles would be read in one line."""
    return bool(JOINED.search(line)) or "。 第" in line


def render(document: Document) -> str:
    """The document as Markdown."""
    out = [f"# {_line(document.title, _special(document.title) or bool(BLOCK_HEAD.match(document.title)))}".rstrip()]
    out += [_line(line, _special(line)) for line in document.history]
    out.append(INFO_END)
    path: tuple[Heading, ...] = ()
    has_articles = any(p.kind == ARTICLE for p in document.provisions)
    for at, provision in enumerate(document.provisions):
        if provision.kind not in (ANNEX, PREAMBLE):
            out += _headings(path, provision.path)
            path = provision.path
        lines = _body(provision, at == 0, has_articles)
        if provision.kind == ARTICLE:
            inserted = f"之{numerals.write(provision.inserted)}" if provision.inserted else ""
            head = f"**第{numerals.write(provision.number)}条{inserted}**\u3000"
            head += f"【{provision.title}】" if provision.title else ""
            out.append((head + (lines[0] if lines else "")).strip())
            lines = lines[1:]
        elif provision.kind == BLOCK and provision.number:
            out.append(f"{numerals.write(provision.number)}、" + (lines[0] if lines else ""))
            lines = lines[1:]
        elif provision.title:
            out.append(f"## {provision.title}")
        out += lines
    return "\n\n".join(out) + "\n"
