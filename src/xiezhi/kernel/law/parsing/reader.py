"""From lines to a Document."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from xiezhi.kernel.law import numerals
from xiezhi.kernel.law.parsing import commencement
from xiezhi.kernel.law.parsing.lines import (
    ANNEX_HEAD,
    ARTICLE_HEAD,
    BLOCK_HEAD,
    FOREWORD,
    HEADING_HEAD,
    HEADING_LONGEST,
    KIND,
    LOOK_ALIKE,
    MENTION,
    PUNCTUATION,
    RANK,
    TOC,
    Line,
    clean,
    key,
    narrow,
    number,
)
from xiezhi.kernel.law.structure import (
    ANNEX,
    ARTICLE,
    BLOCK,
    GROUP,
    PREAMBLE,
    Document,
    Finding,
    Heading,
    Provision,
)

INFO_END = "<!-- INFO END -->"
_DATE = r"(?:\d{4}|[一二][〇○零九八七六五四三二一O]{3})\s?年"
_HISTORY = re.compile(
    rf"^[（(]?\s{{0,3}}(?:根据|依据|自|于|已由|经|已经)?\s{{0,2}}{_DATE}"
    r"|^[（(].{0,200}(?:通过|公布|发布|修订|修正|批准|施行|颁布|令第|号\s?[）)])"
    r"|^(?:法释|国务院令|中华人民共和国主席令|中华人民共和国国务院令|第[0-9〇一二三四五六七八九十百]+号$)"
)
_ENTITLED = re.compile(r"^【([^【】\n]{1,60})】\s{0,3}")


def article_label(n: int, inserted: int) -> str:
    """第十条之一."""
    return f"第{numerals.write(n)}条" + (f"之{numerals.write(inserted)}" if inserted else "")


@dataclass
class _Open:
    """The provision being read."""

    kind: str
    path: tuple[Heading, ...]
    number: int = 0
    inserted: int = 0
    title: str = ""
    lines: list[str] = field(default_factory=list)
    quotes: int = 0

    def add(self, line: str) -> None:
        if line:
            self.lines.append(line)
            self.quotes = max(0, self.quotes + line.count("“") - line.count("”"))

    @property
    def place(self) -> str:
        if self.kind == ARTICLE:
            return article_label(self.number, self.inserted)
        if self.kind == BLOCK and self.number:
            return f"第{numerals.write(self.number)}项"
        return {PREAMBLE: "正文之前", ANNEX: "附件"}.get(self.kind, "正文") + (
            self.title if self.kind == ANNEX and self.title != "附件" else ""
        )


class Reader:
    """Reads the lines once, in order."""

    def __init__(self, lines: Sequence[Line], findings: list[Finding]) -> None:
        self.lines = lines
        self.findings = findings
        self.path: list[tuple[Heading, int]] = []
        self.fresh = False  # the last heading has nothing under it yet
        self.now: _Open | None = None
        self.out: list[Provision] = []
        self.last = (0, 0)
        self.in_articles = self.in_blocks = False
        self.in_annex = False
        self.mentions: list[str] = []
        self.spread = False  # paragraphs of run-together articles lie in one line

    def tell(self, code: str, where: str, detail: str) -> None:
        self.findings.append(Finding(code, where, detail))

    # Provisions

    def close(self) -> None:
        if self.now is not None:
            now, self.now = self.now, None
            self.out.append(Provision(now.kind, "\n".join(now.lines), now.number, now.inserted, now.path, now.title))
        elif self.fresh and self.path:
            self._bare()
        self.fresh = False

    def _bare(self) -> None:
        """Keep a heading with nothing under it: the path of an empty block."""
        self.out.append(Provision(BLOCK, "", path=tuple(h for h, _ in self.path)))
        self.tell("empty-heading", self.path[-1][0].title, "标题之下没有内容")

    def open(self, kind: str, n: int = 0, inserted: int = 0, title: str = "") -> _Open:
        if self.now is not None:
            self.close()
        self.fresh = False
        path = () if kind in (ANNEX, PREAMBLE) else tuple(h for h, _ in self.path)
        self.now = _Open(kind, path, n, inserted, title)
        return self.now

    def text(self, line: str) -> None:
        if self.now is None:
            self.open(BLOCK if self.path or self.out else PREAMBLE)
        assert self.now is not None
        self.now.add(line)

    # Headings

    def heading(self, kind: str, n: int, inserted: int, title: str, level: int) -> None:
        """Put a heading on the path; 编, 分编, 章 and 节 by rank, others by level of markup."""
        if self.now is not None:
            self.close()
        found = Heading(kind, n, title, inserted)
        kept = list(self.path)
        while kept:
            top, at = kept[-1]
            if kind != GROUP and top.kind != GROUP:
                above = RANK[top.kind] >= RANK[kind]
            else:
                above = bool(level) and at >= level
            if not above:
                break
            kept.pop()
        if self.fresh and len(kept) < len(self.path):
            self._bare()
        depth = level or (kept[-1][1] + 1 if kept else 2)
        if len(self.path) > len(kept) and self.path[len(kept)][0] == found:
            self.tell("repeated-heading", title, "同一标题重复出现，并为一个")
        self.path = [*kept, (found, depth)]
        self.fresh = True

    def try_heading(self, line: Line) -> bool:
        text = line.text
        match = HEADING_HEAD.match(text)
        if match is None:
            return False
        rest = text[match.end() :]
        kind = KIND[match[3].replace(" ", "").replace("\u3000", "")]
        n = number(match[2])
        if not n:
            return False
        title = rest.strip(" \u3000：:")
        if not line.level:
            spaced = not rest or rest[0].isspace()
            if len(title) > HEADING_LONGEST or any(c in title for c in PUNCTUATION) or title[:1] in "的、和至，":
                return False
            if not spaced and title[:2] in ("规定", "所列", "第"):
                return False
            if self.now is not None and self.now.quotes and not self._follows(kind, n):
                return False
            if not spaced:
                self.tell("no-space", text[:20], "标题的编号后没有空格")
        if match[1] == "笫":
            self.tell("look-alike", text[:20], "“第”写作形近字")
        if not self._follows(kind, n) and not (inserted := number(match[4] or "")):
            self.tell("heading-order", text[:20], "标题的编号不相连")
        else:
            inserted = number(match[4] or "")
        if not line.level and self.lines_have_levels:
            self.tell("unmarked-heading", text[:20], "正文中的标题，已作标题处理")
        self.heading(kind, n, inserted, narrow(title), line.level)
        return True

    lines_have_levels = False

    def _follows(self, kind: str, n: int) -> bool:
        """Whether a heading of this number may come now: one after its like, or the first."""
        for head, _ in reversed(self.path):
            if head.kind == kind:
                return n in (head.number + 1, 1)
        return n == 1 or kind in ("section", "chapter")

    # Articles

    def try_article(self, line: Line) -> bool:
        text = line.text
        match = ARTICLE_HEAD.match(text)
        if match is None:
            return False
        n, inserted = number(match[3]), number((match[5] or "").replace("之", ""))
        rest = text[match.end() :]
        bold = bool(match[1]) and bool(match[6])
        label = match[0].replace("*", "").strip()
        where = self.now.place if self.now else "正文"
        if not n:
            self.tell("bad-number", where, f"“{label}”的编号读不出，作正文")
            return False
        separated = bold or not rest or rest[0].isspace() or rest[0] in "【〔"
        next_up = (n, inserted) in ((self.last[0] + 1, 0), (self.last[0], self.last[1] + 1))
        if not separated:
            if MENTION.match(rest) or not (next_up or rest[0] in "：:（(") or (not next_up and rest[0] in "（("):
                self.tell("mention", where, f"行首的“{label}”是引用，作正文")
                return False
            self.tell("no-space", label, "条的编号后没有空格")
        elif not next_up and not bold and rest.strip() and MENTION.match(rest.strip()) and n <= self.last[0]:
            self.tell("mention", where, f"行首的“{label}”是引用，作正文")
            return False
        if self.in_blocks and not self.in_articles and self.now is not None and self.now.quotes:
            self.tell("quoted-article", where, f"“{label}”在引号之内，作正文")
            return False
        if match[2] == "笫":
            self.tell("look-alike", label.translate(LOOK_ALIKE), "“第”写作形近字")
        if re.search(r"\s", match[3] + match[4] + (match[5] or "")):
            self.tell("broken-number", re.sub(r"\s", "", label).translate(LOOK_ALIKE), "条的编号中间有空格")
        self.article(n, inserted, rest.strip())
        return True

    def article(self, n: int, inserted: int, rest: str) -> None:
        """Begin an article; `rest` is what stands on its line, possibly with further articles run together."""
        while True:
            self._order(n, inserted)
            self.in_articles = True
            self.last = (n, inserted)
            here, head, following = self._run_together(rest, n)
            title = ""
            escaped = here.startswith("\\")
            if escaped:
                here = here[1:]
            elif entitled := _ENTITLED.match(here):
                title, here = entitled[1].strip(), here[entitled.end() :]
            now = self.open(ARTICLE, n, inserted, title)
            for piece in here.replace("。 ", "。\n").split("\n") if head or self.spread else (here,):
                now.add(piece.strip())
            if not head:
                return
            self.spread = True
            self.tell("run-together", article_label(head, 0), "与上一条连在同一行，已分开")
            n, inserted, rest = head, 0, following

    def _run_together(self, rest: str, n: int) -> tuple[str, int, str]:
        """Where the article after this one stands in the same line after a full stop: the text before, its number and the
        text behind it."""
        if n >= 9999 or "条" not in rest:
            return rest, 0, ""
        mark = f"。 {article_label(n + 1, 0)} "
        before, found, behind = rest.partition(mark)
        return (before + "。", n + 1, behind.strip()) if found else (rest, 0, "")

    def _order(self, n: int, inserted: int) -> None:
        last, label = self.last, article_label(n, inserted)
        if (n, inserted) == last or (n, inserted) < last:
            if n == 1 and not inserted:
                self.tell("numbering-restarts", label, f"{article_label(*last)}之后又从第一条起")
            else:
                self.tell("repeated-number", label, f"在{article_label(*last)}之后，编号重复或者倒退，照录")
        elif n > last[0] + 1 or (inserted and (n, inserted) != (last[0], last[1] + 1) and n != last[0]):
            before = article_label(*last) if last[0] else "开头"
            self.tell("gap", label, f"{before}之后缺第{last[0] + 1}条至第{n - 1}条" if n > last[0] + 1 else "缺本条")
        elif inserted > last[1] + 1 and n == last[0]:
            self.tell("gap", label, f"{article_label(*last)}之后编号不相连")

    # Everything

    def annex(self, line: Line, following: Line | None) -> bool:
        text = line.text
        match = ANNEX_HEAD.match(text)
        if match is None:
            return False
        rest = text[match.end() :].strip(" \u3000：:")
        if not line.level and (len(text) > HEADING_LONGEST or any(c in rest for c in "。；，")):
            return False
        if "则" in match[0] and "表" not in match[0]:
            return False
        if not line.level and match[0].strip() == "附" and not text[match.end() :].startswith(("：", ":")) and rest:
            return False
        self.open(ANNEX, title=text)
        self.in_annex = True
        self.path = []
        return True

    def group(self, line: Line, following: Line | None) -> bool:
        """一、… as a heading over articles: marked up as one, or a short line in front of an article."""
        match = BLOCK_HEAD.match(line.text)
        if match is None:
            return False
        n, title = number(match[1]), line.text[match.end() :].strip()
        if not n or not title:
            return False
        if not line.level:
            plain = len(title) <= 40 and not any(c in title for c in PUNCTUATION)
            if not plain or following is None or not ARTICLE_HEAD.match(following.text) or following.level:
                return False
        self.heading(GROUP, n, 0, narrow(title), line.level)
        return True

    def block(self, line: Line) -> bool:
        """一、… in an act without articles."""
        match = BLOCK_HEAD.match(line.text)
        if match is None or self.in_articles:
            return False
        n = number(match[1])
        if not n or (self.now is not None and self.now.quotes):
            return False
        self.in_blocks = True
        self.open(BLOCK, n).add(line.text[match.end() :].strip())
        return True

    def read(self) -> tuple[Provision, ...]:
        lines = self.lines
        self.lines_have_levels = any(line.level for line in lines)
        has_articles = any(ARTICLE_HEAD.match(line.text) for line in lines if not line.escaped)
        for at, line in enumerate(lines):
            following = lines[at + 1] if at + 1 < len(lines) else None
            if line.escaped:
                self.text(line.text)
                continue
            if line.text == INFO_END:
                continue
            if self.annex(line, following):
                continue
            if self.in_annex:
                self.text(line.text)
                continue
            if self.try_heading(line) or self.try_article(line) or self.group(line, following):
                continue
            if line.level:
                if FOREWORD.match(line.text) and not self.out and self.now is None and not self.path:
                    self.open(PREAMBLE, title=narrow(line.text))
                else:
                    self.heading(GROUP, 0, 0, narrow(line.text), line.level)
                continue
            if not self.out and self.now is None and not self.path and FOREWORD.match(line.text):
                self.open(PREAMBLE, title=narrow(line.text))
                continue
            if not has_articles and self.block(line):
                continue
            self.text(line.text)
        self.close()
        return tuple(self.out)


def header(lines: list[Line], given: str, findings: list[Finding]) -> tuple[str, tuple[str, ...], list[Line]]:
    """Title, history and the rest. History is what stands before the mark INFO END, else the lines of dates and of who
    adopted and promulgated under the title."""
    title, at = "", 0
    if lines and lines[0].level == 1 and not HEADING_HEAD.match(lines[0].text) and not FOREWORD.match(lines[0].text):
        title, at = narrow(lines[0].text), 1
    end = next((i for i, line in enumerate(lines[:400]) if line.text == INFO_END and not line.escaped), None)
    if end is not None:
        history = tuple(line.text for line in lines[at:end])
        rest = lines[end + 1 :]
    else:
        if not at and lines and not lines[0].level:
            at, title = _plain_title(lines, given)
        at += _same_title(lines[at:], title or given, findings)
        stop = _history_end(lines, at)
        history, rest = tuple(line.text for line in lines[at:stop]), lines[stop:]
    title = title or narrow(given)
    skip = _same_title(rest, title, findings)
    return title, history, rest[skip:]


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


def contents(lines: list[Line], findings: list[Finding]) -> list[Line]:
    """Without a table of contents: from 目录 to before the line with which the text begins again with the first entry."""
    start = next((i for i, line in enumerate(lines[:60]) if not line.escaped and TOC.match(line.text)), None)
    if start is None:
        return lines
    at = start + 1
    seen: set[str] = set()
    while at < len(lines) and at - start < 2000:
        line = lines[at]
        entry = re.sub(r"[.．·…\s\d]+$", "", line.text)
        plain = key(entry)
        if line.escaped or ARTICLE_HEAD.match(line.text) or plain in seen or len(line.text) > HEADING_LONGEST + 20:
            break
        if FOREWORD.match(line.text) and at + 1 < len(lines) and len(lines[at + 1].text) > HEADING_LONGEST:
            break
        if not (
            HEADING_HEAD.match(line.text)
            or FOREWORD.match(line.text)
            or plain in ("附则", "总则")
            or ANNEX_HEAD.match(line.text)
        ):
            break
        seen.add(plain)
        at += 1
    findings.append(Finding("contents", "目录", f"目录 {at - start - 1} 行未收入正文"))
    return lines[:start] + lines[at:]


def parse(text: str, title: str = "") -> Document:
    """Read a text as it comes. Never raises; what was odd is told in `findings`."""
    lines, findings = clean(text)
    name, history, rest = header(contents(lines, findings), title, findings)
    reader = Reader(contents(rest, findings), findings)
    provisions = reader.read()
    provisions = _settle(provisions, findings)
    provisions, more = commencement.apply(provisions, history)
    return Document(name, history, provisions, tuple(findings + more))


def _settle(provisions: tuple[Provision, ...], findings: list[Finding]) -> tuple[Provision, ...]:
    """What can only be said of the whole: text without any structure is a block, not a preamble; text that lies between
    articles without a number is told."""
    if not provisions:
        findings.append(Finding("no-text", "全文", "没有正文"))
        return provisions
    if len(provisions) == 1 and provisions[0].kind == PREAMBLE and not provisions[0].title:
        provisions = (replace(provisions[0], kind=BLOCK),)
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
