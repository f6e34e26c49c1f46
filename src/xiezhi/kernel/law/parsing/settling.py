"""What can only be said of a text as a whole, after its lines were read."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from xiezhi.kernel.law import numerals
from xiezhi.kernel.law.parsing.lines import BLOCK_HEAD
from xiezhi.kernel.law.structure import ANNEX, ARTICLE, BLOCK, PREAMBLE, Finding, Provision

BROKEN_FROM = 12
"""Characters of a line from which it can be one that was broken for the width of a page."""
BROKEN_MANY = 5
"""Broken lines in a text from which they are put together again; fewer are only told."""


def article_label(n: int, inserted: int) -> str:
    """第十条之一."""
    return f"第{numerals.write(n)}条" + (f"之{numerals.write(inserted)}" if inserted else "")


def settle(provisions: tuple[Provision, ...], findings: list[Finding]) -> tuple[Provision, ...]:
    """What can only be said of the whole: text without any structure is a block, not a preamble; text that lies between
    articles without a number is told."""
    if not provisions:
        findings.append(Finding("no-text", "全文", "没有正文"))
        return provisions
    if provisions[0].kind == PREAMBLE and not provisions[0].title and all(p.kind == ANNEX for p in provisions[1:]):
        provisions = (replace(provisions[0], kind=BLOCK), *provisions[1:])
    provisions = _unbroken(provisions, findings)
    articles = [p for p in provisions if p.kind == ARTICLE]
    if not articles:
        findings.append(Finding("no-articles", "全文", "没有条，按段或者按一、二、三收录"))
        return provisions
    for p in provisions:
        if p.kind == BLOCK and p.text:
            where = "".join(h.title for h in p.path[-1:]) or "正文"
            findings.append(Finding("unnumbered-text", where, f"没有条号的文字 {len(p.text)} 字，照录"))
        elif p.kind == ARTICLE and not p.text:
            findings.append(Finding("empty-article", article_label(p.number, p.inserted), "只有条号，没有内容"))
    if len(articles) >= 10 and not any(
        word in p.text
        for p in provisions
        if p.kind in (ARTICLE, BLOCK)
        for word in ("施行", "生效", "实施", "执行")
        if p in articles[-4:]
    ):
        findings.append(
            Finding(
                "ends-early", article_label(articles[-1].number, articles[-1].inserted), "末尾没有施行条款，可能不完整"
            )
        )
    return provisions


def _broken(line: str, following: str) -> bool:
    """Whether a sentence goes over the end of a line."""
    return (
        len(line) >= BROKEN_FROM
        and "\u4e00" <= line[-1] <= "\u9fff"
        and "\u4e00" <= following[0] <= "\u9fff"
        and following[-1] in "。；：，"
        and not BLOCK_HEAD.match(following)
    )


def _unbroken(provisions: tuple[Provision, ...], findings: list[Finding]) -> tuple[Provision, ...]:
    """Lines broken for the width of a page put together again, where there are many; a few are told."""
    found: dict[int, int] = {}
    for at, p in enumerate(provisions):
        if p.kind in (ARTICLE, PREAMBLE, BLOCK) and "\n" in p.text:
            lines = p.text.split("\n")
            count = sum(_broken(a, b) for a, b in pairwise(lines))
            if count:
                found[at] = count
    if not found:
        return provisions
    many = sum(found.values()) >= BROKEN_MANY
    out = list(provisions)
    for at, count in found.items():
        p = provisions[at]
        where = article_label(p.number, p.inserted) if p.kind == ARTICLE else "正文"
        if many:
            lines = [""]
            for line in p.text.split("\n"):
                if lines[-1] and _broken(lines[-1], line):
                    lines[-1] += line
                else:
                    lines.append(line)
            out[at] = replace(p, text="\n".join(lines[1:]))
            findings.append(Finding("lines-joined", where, f"断开的句子 {count} 处已接上"))
        else:
            findings.append(Finding("broken-line", where, f"有 {count} 行没有标点，句子可能断开，照录"))
    return tuple(out)
