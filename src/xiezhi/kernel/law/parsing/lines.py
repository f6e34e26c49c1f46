"""Cleaning a source into lines, and saying what a single line is. Linear in the length of the text."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from xiezhi.kernel.law import numerals
from xiezhi.kernel.law.structure import CHAPTER, PART, SECTION, SUBPART, Finding

NUM = "零〇○Ｏ一二两三四五六七八九十百千0-9０-９"
KIND = {"编": PART, "分编": SUBPART, "章": CHAPTER, "节": SECTION}
RANK = {PART: 1, SUBPART: 2, CHAPTER: 3, SECTION: 4}
WORD = {kind: word for word, kind in KIND.items()}
INFO_END = "<!-- INFO END -->"
HEADING_LONGEST = 60
"""Characters of a heading in a text without markup; a longer line is a sentence."""

_BREAKS = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\u00ad]")
_ILLEGAL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\U0001fffe\U0001ffff]")
_YEAR = re.compile(r"\d{4}年")
_PRIVATE = re.compile(r"[\ue000-\uf8ff]")
_COMMENT = re.compile(r"<!--[^\n<>]{0,200}-->")
_HTML = re.compile(
    r"</?(?:table|thead|tbody|tr|td|th|style|br|p|div|span|sup|sub|b|i|center)\b[^<>\n]{0,300}>", re.IGNORECASE
)
_ROW = re.compile(r"</?tr\b[^<>]{0,300}>", re.IGNORECASE)
_CELL = re.compile(r"<t[dh]\b[^<>]{0,300}>", re.IGNORECASE)
_BLOCK = re.compile(r"<(table|style)\b[^<>]{0,300}>", re.IGNORECASE)
_IMAGE = re.compile(r"^!\[([^\[\]\n]{0,200})\]\([^()\n]{0,400}\)$")
_NARROW = re.compile(r"(?<=[\u3400-\u9fff]) (?=[\u3400-\u9fff])")
_SPACES = re.compile(r"\s+")

ARTICLE_HEAD = re.compile(
    rf"(\*\*)?([第笫])(\s{{0,3}}[{NUM}](?:\s{{0,2}}[{NUM}]){{0,11}})(\s{{0,3}})条(\s{{0,2}}之\s{{0,2}}[{NUM}]{{1,4}})?(\*\*)?"
)
HEADING_HEAD = re.compile(
    rf"([第笫])\s{{0,3}}([{NUM}](?:\s{{0,2}}[{NUM}]){{0,9}})\s{{0,3}}(分\s{{0,2}}编|编|章|节)(?:之([{NUM}]{{1,4}}))?"
)
BLOCK_HEAD = re.compile(rf"([{NUM[:-6]}]{{1,6}})、")
ANNEX_HEAD = re.compile(rf"附\s{{0,4}}(?:件|录|表)?\s{{0,2}}([{NUM}]{{1,4}})?(?=$|[\s：:．.、])")
MENTION = re.compile(
    r"\s{0,2}(?:规定|所列|所称|所规|第|、|和|至|及|或|以及|之规定|的|中|修改|删去|改为|相应|作为|（[一二三四五六七八九十]|，|；|。|：“|前|后增)"
)
ENTITLED = re.compile(r"^【([^【】\n]{1,60})】\s{0,3}")
JOINED = re.compile(r"(?<=。)\s{1,8}(?=[\u4e00-\u9fff])|(?<=[；：。])\s{1,8}(?=[（(][一二三四五六七八九十]{1,3}[）)])")
"""Where paragraphs or items that belong on lines of their own lie in one line."""
TABLE = re.compile(r"(?:表|名录|目录|清单|图案|图样)(?:[一二三四五六七八九十\d]{1,2})?(?:[（(][^（）()]{0,40}[）)])?$")
TOC = re.compile(r"^目\s{0,8}[录次]$")
FOREWORD = re.compile(r"^[序前]\s{0,8}言$")
PUNCTUATION = "。；：，！？”"
LOOK_ALIKE = str.maketrans({"笫": "第"})


@dataclass(frozen=True, slots=True)
class Line:
    """One line with something in it. `level` is the number of # before it, 0 for plain text; `escaped` lines begin with
    a backslash and are text (with #: the words of a heading) whatever they look like."""

    text: str
    level: int = 0
    escaped: bool = False


def number(text: str) -> int:
    """The number written; 0 where it is none or not between 1 and 9999. Digits without 十百千 count by place (一二〇)."""
    text = _SPACES.sub("", text).replace("Ｏ", "〇")
    try:
        if len(text) > 1 and not any(c in "十百千" for c in text):
            value = int("".join(str(numerals.read(c)) for c in text))
        else:
            value = numerals.read(text)
    except ValueError:
        return 0
    return value if 0 < value < 10000 else 0


def quoted(depth: int, line: str) -> int:
    """How many quotations are open after a line. A quotation of several paragraphs opens again with each of them."""
    opened = line.count("“") - (1 if depth and line.startswith("“") else 0)
    return max(0, depth + opened - line.count("”"))


def unfinished(title: str) -> bool:
    """Whether a line under a heading can be the rest of the heading: a few words without an end."""
    return (
        len(title) <= 30 and title[-1] not in "。；：，！？”）|" and title[0] not in "|【" and not _YEAR.search(title)
    )


def narrow(text: str) -> str:
    """A heading without the spaces that only spread its characters: 总　则 is 总则."""
    words = text.split()
    out = "".join(words) if all(len(w) == 1 for w in words) else " ".join(words)
    # Two lines put together may make a tag of what was none in either.
    return out.replace("<", "＜") if "<" in out and (_COMMENT.search(out) or _HTML.search(out)) else out


def key(text: str) -> str:
    """A title for comparing: without spaces and brackets' widths."""
    return _SPACES.sub("", text).translate(str.maketrans("（）〈〉", "()<>"))


def _table(lines: list[str]) -> list[str]:
    """Rows of an HTML table as lines `| a | b |`."""
    out = []
    for row in _ROW.split("\n".join(lines)):
        cells = [_SPACES.sub(" ", _HTML.sub(" ", c)).strip() for c in _CELL.split(row)[1:]]
        if cells:
            out.append("| " + " | ".join(cells) + " |")
    return out


def _last_closing(rows: list[str]) -> dict[str, int]:
    """The last line that closes a table and a style sheet, -1 where none does."""
    found = {"table": -1, "style": -1}
    for at, row in enumerate(rows):
        if "</" in row:
            low = row.lower()
            for name in found:
                if f"</{name}" in low:
                    found[name] = at
    return found


def _untagged(line: str) -> tuple[str, int]:
    """A line without comments and tags, and how many there were. What still looks like one afterwards, put together from
    pieces, loses its bracket's meaning."""
    line, comments = _COMMENT.subn("", line)
    line, tags = _HTML.subn(" ", line)
    if comments + tags and (_COMMENT.search(line) or _HTML.search(line)):
        line = line.replace("<", "＜")
    return line.strip(), comments + tags


def clean(text: str) -> tuple[list[Line], list[Finding]]:
    """The lines of a source without what is not text (comments, tags, invisible and illegal characters); what was taken
    out is told."""
    seen: Counter[str] = Counter()
    text = _BREAKS.sub("\n", text)
    text, seen["zero-width"] = _INVISIBLE.subn("", text)
    text, seen["control-character"] = _ILLEGAL.subn("", text)
    seen["private-use"] = len(_PRIVATE.findall(text))
    out: list[Line] = []
    block: list[str] | None = None  # lines of a table or style sheet
    rows = text.split("\n")
    last = _last_closing(rows)
    for at, raw in enumerate(rows):
        line = raw.replace("\t", " ").strip()
        if not line:
            continue
        if line.startswith("\\"):
            if text_of := line[1:].strip():
                out.append(Line(text_of, escaped=True))
            continue
        if block is not None or "<" in line:
            if line.startswith("<!--") and "INFO END" in line and line.endswith("-->") and block is None:
                out.append(Line(INFO_END))
                continue
            opens = _BLOCK.search(line) if block is None else None
            if opens and at <= last[opens[1].lower()]:
                block, closing = [], f"</{opens[1].lower()}"
            if block is not None:
                block.append(line)
                if closing in line.lower():
                    if closing == "</style":
                        seen["style"] += len(block)
                    else:
                        seen["html-table"] += 1
                        out += [Line(row) for row in _table(block)]
                    block = None
                continue
            line, hits = _untagged(line)
            seen["markup"] += hits
        if line.startswith("!["):
            image = _IMAGE.match(line)
            if image:
                seen["image"] += 1
                line = f"〔图：{image[1].strip()}〕"
        level = len(line) - len(line.lstrip("#"))
        if level:
            line = line[level:].strip()
            if not line and out:
                seen["markup"] += 1
                continue
        elif line.startswith("**") and not ARTICLE_HEAD.match(line):
            seen["markup"] += 1
            line = line.replace("**", "").strip()
        elif len(line) > 2 and line[0] == line[-1] == "*" and "*" not in line[1:-1]:
            seen["markup"] += 1
            line = line[1:-1].strip()
        escaped = bool(level) and line.startswith("\\")
        if line or level:
            out.append(Line(line[1:].strip() if escaped else line, min(level, 99), escaped))
    return out, [Finding(code, "全文", _SAY[code].format(n=n)) for code, n in seen.items() if n]


_SAY = {
    "zero-width": "去掉不可见字符 {n} 个",
    "control-character": "去掉控制字符或者不成字的编码 {n} 个",
    "private-use": "自造字 {n} 个，可能显示不出",
    "markup": "去掉排版标记 {n} 处，文字照录",
    "style": "去掉网页样式 {n} 行",
    "html-table": "网页表格 {n} 个改为逐行文字，跨行跨列的单元格只出现一次",
    "image": "图 {n} 幅未收，原处留有图名",
}
