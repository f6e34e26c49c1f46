"""What stands before the text: title, history, table of contents."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from xiezhi.kernel.law.parsing.lines import (
    ANNEX_HEAD,
    ARTICLE_HEAD,
    BLOCK_HEAD,
    FOREWORD,
    HEADING_HEAD,
    HEADING_LONGEST,
    INFO_END,
    TOC,
    Line,
    key,
    narrow,
)
from xiezhi.kernel.law.structure import Finding

_DATE = r"(?:\d{4}|[一二][〇○零九八七六五四三二一O]{3})\s?年"
_HISTORY = re.compile(
    rf"^[（(]?\s{{0,3}}(?:根据|依据|自|于|已由|经|已经)?\s{{0,2}}{_DATE}"
    r"|^[（(].{0,200}(?:通过|公布|发布|修订|修正|批准|施行|颁布|令第|号\s?[）)])"
    r"|^(?:法释|国务院令|中华人民共和国主席令|中华人民共和国国务院令|第[0-9〇一二三四五六七八九十百]+号$)"
)


def header(lines: list[Line], given: str, findings: list[Finding]) -> tuple[str, tuple[str, ...], list[Line]]:
    """Title, history and the rest. History is what stands before the mark INFO END, else the lines of dates and of who
    adopted and promulgated under the title."""
    title, at = "", 0
    if lines and lines[0].level == 1 and (lines[0].escaped or not _starts_text(replace(lines[0], level=0))):
        title, at = narrow(lines[0].text), 1
    end = next((i for i, line in enumerate(lines[:400]) if line.text == INFO_END and not line.escaped), None)
    if end is not None:
        history = tuple(line.text for line in lines[at:end] if line.text)
        rest = lines[end + 1 :]
        more = _late_history(history, rest)
        if more:
            findings.append(Finding("late-history", "开头", f"沿革 {more} 行写在正文中，归入沿革"))
            history, rest = (*history, *(line.text for line in rest[:more])), rest[more:]
    else:
        if not at and lines and not lines[0].level:
            at, title = _plain_title(lines, given)
        at += _same_title(lines[at : at + 4], title or given, findings)
        stop = _history_end(lines, at)
        history, rest = tuple(line.text for line in lines[at:stop]), lines[stop:]
    title = title or narrow(given)
    at = 0
    while skip := _same_title(rest[at : at + 4], title, findings if not at else []):
        at += skip
    return title, history, rest[at:]


def _late_history(history: tuple[str, ...], rest: Sequence[Line]) -> int:
    """Lines of history behind the mark: （国务院批准 …发布）, or the end of a bracket opened above."""
    at = 0
    while at < len(rest) and not _starts_text(rest[at]) and len(rest[at].text) <= 1000:
        text = rest[at].text
        whole = text[0] in "（(" and text[-1] in "）)" and _HISTORY.match(text)
        tail = not at and history and text[-1] in "）)" and len(text) <= 60 and not any(c in text for c in "（(。")
        if not (whole or tail):
            break
        at += 1
    return at


def _plain_title(lines: list[Line], given: str) -> tuple[int, str]:
    """A text without markup begins with its title, on one line or two or three."""
    wanted, joined = key(given), ""
    for n, line in enumerate(lines[:4], 1):
        joined += line.text
        if wanted and key(joined) == wanted:
            return n, narrow(given)
    if wanted or _starts_text(lines[0]):
        return 0, ""
    for n in (1, 2):
        if len(lines) > n and _HISTORY.match(lines[n].text):
            words = [line.text for line in lines[:n]]
            if sum(map(len, words)) <= 120 and not any(_starts_text(line) for line in lines[:n]):
                return n, narrow("".join(words))
    first = lines[0].text
    return (1, narrow(first)) if len(first) <= 120 and first[-1] not in "。；：，" else (0, "")


def _starts_text(line: Line) -> bool:
    return bool(
        line.escaped
        or line.level
        or ARTICLE_HEAD.match(line.text)
        or HEADING_HEAD.match(line.text)
        or TOC.match(line.text)
        or FOREWORD.match(line.text)
        or BLOCK_HEAD.match(line.text)
    )


def _same_title(lines: Sequence[Line], title: str, findings: list[Finding]) -> int:
    """How many lines at the beginning only say the title again."""
    wanted, joined = key(title), ""
    for n, line in enumerate(lines[:4], 1):
        if line.escaped:
            break
        joined += key(line.text)
        if wanted and joined == wanted:
            findings.append(Finding("repeated-title", "开头", "标题重复出现，只留一个"))
            return n
        if not wanted.startswith(joined):
            break
    return 0


def _history_end(lines: Sequence[Line], at: int) -> int:
    depth = 0
    while at < len(lines):
        text = lines[at].text
        if _starts_text(lines[at]) or (not depth and not _HISTORY.match(text)) or len(text) > 3000:
            break
        if not depth and text[-1] == "。" and text[0] not in "（(":
            break
        depth = max(0, depth + text.count("（") + text.count("(") - text.count("）") - text.count(")"))
        at += 1
    return at


def _entry(line: Line) -> bool:
    """Whether a line can stand in a table of contents."""
    text = line.text
    if line.escaped or len(text) > HEADING_LONGEST + 20:
        return False
    return bool(HEADING_HEAD.match(text) or FOREWORD.match(text) or ANNEX_HEAD.match(text)) or key(text) in _ENTRIES


_ENTRIES = {"附则", "总则"}
_LEADER = re.compile(r"[.．·…\s\d]{1,300}$")


def contents(lines: list[Line], findings: list[Finding]) -> list[Line]:
    """Without a table of contents: 目录 and the headings under it (or headings alone at the beginning, all of which come
    again), up to the line where the first of them comes again."""
    start = next((i for i, line in enumerate(lines[:60]) if not line.escaped and TOC.match(line.text)), None)
    first = start + 1 if start is not None else next((i for i, x in enumerate(lines[:20]) if _entry(x)), None)
    if first is None:
        return lines
    end = first
    while end < len(lines) and end - first < 3000 and _entry(lines[end]):
        end += 1
    entries = [key(_LEADER.sub("", line.text)) for line in lines[first:end]]
    again = next((n for n, entry in enumerate(entries) if n and entry == entries[0]), None)
    if start is None:
        if again is None or again < 3:
            return lines
        start = first
    end = first + again if again is not None else first
    findings.append(Finding("contents", "目录", f"目录 {end - first} 行未收入正文"))
    return lines[:start] + lines[end:]
