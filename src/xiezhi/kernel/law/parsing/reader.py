"""From lines to a Document."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from xiezhi.kernel.law import numerals
from xiezhi.kernel.law.parsing import commencement
from xiezhi.kernel.law.parsing.header import contents, header
from xiezhi.kernel.law.parsing.lines import (
    ANNEX_HEAD,
    ARTICLE_HEAD,
    BLOCK_HEAD,
    ENTITLED,
    FOREWORD,
    HEADING_HEAD,
    HEADING_LONGEST,
    INFO_END,
    JOINED,
    KIND,
    LOOK_ALIKE,
    MENTION,
    PUNCTUATION,
    RANK,
    TABLE,
    Line,
    clean,
    narrow,
    number,
    quoted,
    unfinished,
)
from xiezhi.kernel.law.parsing.settling import article_label, settle
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

WRAPS_FROM = 9
"""Characters of a heading from which the next line can be the rest of it; a shorter one had room on its line."""


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
            self.quotes = quoted(self.quotes, line)

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
        self.heads: dict[str, int] = {}  # the last number of each kind of heading
        self.in_articles = self.in_annex = False
        self.lines_have_levels = any(line.level for line in lines)
        self.has_articles = _has_articles(lines)

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

    def text(self, line: Line, following: Line | None) -> None:
        if self.now is None:
            if self.fresh and self.wraps(line, following):
                above, level = self.path[-1]
                if line.text[0] not in "（(" and len(above.title) >= WRAPS_FROM:
                    self.path[-1] = (replace(above, title=narrow(f"{above.title}{line.text}")), level)
                    self.tell("wrapped-heading", self.path[-1][0].title, "标题分在两行，已接上")
                else:
                    self.heading(GROUP, 0, 0, narrow(line.text), level + 1)
                    self.tell("unnumbered-heading", narrow(line.text), "标题之下又一行标题，没有编号")
                return
            self.open(BLOCK if self.path or self.out else PREAMBLE)
        assert self.now is not None
        if self.now.kind != ARTICLE or line.escaped:
            self.now.add(line.text)
            return
        here, head, behind = self._run_together(line.text, self.last[0])
        self.pieces(here)
        if head:
            self.tell("run-together", article_label(head, 0), "与上一条连在同一行，已分开")
            self.article(head, 0, behind)

    def wraps(self, line: Line, following: Line | None) -> bool:
        """Whether this line is the rest of the heading above it: a few words before an article or another heading."""
        return (
            self.has_articles
            and not line.escaped
            and not line.level
            and following is not None
            and not following.escaped
            and unfinished(line.text)
            and bool(ARTICLE_HEAD.match(following.text) or HEADING_HEAD.match(following.text))
        )

    def pieces(self, line: str) -> None:
        """Add a line of an article, divided where several paragraphs or items lie in it."""
        assert self.now is not None
        parts = JOINED.split(line) if "。 " in line or " （" in line or " (" in line else [line]
        if len(parts) > 1:
            self.tell("paragraphs-joined", self.now.place, f"同一行里的 {len(parts)} 段已分开")
        for part in parts:
            self.now.add(part.strip())

    # Headings

    def heading(self, kind: str, n: int, inserted: int, title: str, level: int) -> None:
        """Put a heading on the path; 编, 分编, 章 and 节 by rank, others by level of markup."""
        found = Heading(kind, n, title, inserted)
        kept = self._above(kind, n, level)
        if len(self.path) == len(kept) + 1 and self.path[-1][0] == found:
            self.tell("repeated-heading", title, "同一标题接连出现，并为一个")
            return
        if self.now is not None:
            self.close()
        elif self.fresh and len(kept) < len(self.path):
            self._bare()
        depth = level or (kept[-1][1] + 1 if kept else 2)
        self.path = [*kept, (found, depth)]
        self.fresh = True

    def _above(self, kind: str, n: int, level: int) -> list[tuple[Heading, int]]:
        """The headings under which a new one stands: 编, 分编, 章 and 节 by rank, others by level of markup."""
        kept = self.path
        for at, (head, _) in enumerate(kept):
            if kind in RANK and head.kind in RANK and RANK[head.kind] >= RANK[kind]:
                kept = kept[:at]
                break
            if kind == GROUP and n and not level and head.kind == GROUP and head.number:
                kept = kept[:at]
                break
        while kept and level and kept[-1][1] >= level and GROUP in (kind, kept[-1][0].kind):
            kept = kept[:-1]
        return list(kept)

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
        self.heads[kind] = n
        if not line.level and self.lines_have_levels:
            self.tell("unmarked-heading", text[:20], "正文中的标题，已作标题处理")
        self.heading(kind, n, inserted, narrow(title), line.level)
        return True

    def _follows(self, kind: str, n: int) -> bool:
        """Whether a heading of this number may come now: one after its like, or the first. Chapters of a code go on
        through its parts or begin again in each. A text may be one part of a code."""
        return n in (1, self.heads.get(kind, 0) + 1) or (kind == "part" and kind not in self.heads)

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
        if not self.has_articles:
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
            if entitled := ENTITLED.match(here):
                title, here = entitled[1].strip(), here[entitled.end() :]
            self.open(ARTICLE, n, inserted, title)
            self.pieces(here)
            if not head:
                return
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

    def annex(self, line: Line) -> bool:
        text = line.text
        match = ANNEX_HEAD.match(text)
        if match is None:
            if not line.level or not self.in_articles or not TABLE.search(text) or len(text) > HEADING_LONGEST:
                return False
            if HEADING_HEAD.match(text) or (self.in_annex and self.now is not None and not self.now.lines):
                return False
        else:
            rest = text[match.end() :].strip(" \u3000：:")
            if not line.level and (len(text) > HEADING_LONGEST or any(c in rest for c in "。；，")):
                return False
            if not line.level and match[0].strip() == "附" and rest and text[match.end()] not in "：:":
                return False
        self.close()
        self.open(ANNEX, number(match[1] or "") if match else 0, title=narrow(text.rstrip(" \u3000：:")))
        self.in_annex = True
        self.path = []
        return True

    def group(self, line: Line, following: Line | None) -> bool:
        """一、… as a heading over articles: marked up as one, or a short line in front of an article."""
        match = BLOCK_HEAD.match(line.text)
        if match is None:
            return self._subgroup(line, following)
        n, title = number(match[1]), line.text[match.end() :].strip()
        if not n or not title:
            return False
        if not line.level:
            plain = len(title) <= 40 and not any(c in title for c in PUNCTUATION)
            if (
                not plain
                or following is None
                or following.escaped
                or not ARTICLE_HEAD.match(following.text)
                or following.level
            ):
                return False
        self.heading(GROUP, n, 0, narrow(title), line.level)
        return True

    def _subgroup(self, line: Line, following: Line | None) -> bool:
        """（二）权利质押 between articles, where （一）动产质押 was a heading."""
        if line.level or line.text[0] not in "（(":
            return False
        same = next((level for head, level in self.path if head.title[:1] in "（(" and head.kind == GROUP), 0)
        if not same or not self.wraps(line, following):
            return False
        self.heading(GROUP, 0, 0, narrow(line.text), same)
        self.tell("unnumbered-heading", narrow(line.text), "条之间的标题，没有编号")
        return True

    def block(self, line: Line) -> bool:
        """一、… in an act without articles."""
        match = BLOCK_HEAD.match(line.text)
        if match is None or self.in_articles:
            return False
        n = number(match[1])
        before = self.now.number if self.now is not None and self.now.kind == BLOCK else 0
        if not n or (self.now is not None and self.now.quotes and (n == 1 or n != before + 1)):
            return False
        self.open(BLOCK, n).add(line.text[match.end() :].strip())
        return True

    def read(self) -> tuple[Provision, ...]:
        for at, line in enumerate(self.lines):
            following = self.lines[at + 1] if at + 1 < len(self.lines) else None
            if line.escaped and not line.level:
                self.text(line, following)
            elif line.escaped and not self.in_annex:
                self.heading(GROUP, 0, 0, narrow(line.text), line.level)
            elif line.text != INFO_END and not self.annex(line):
                self.body(line, following)
        self.close()
        return tuple(self.out)

    def body(self, line: Line, following: Line | None) -> None:
        """A line that is not an annex's heading."""
        if self.in_annex:
            self.text(replace(line, level=0), following)
        elif self.try_heading(line) or self.try_article(line) or self.group(line, following):
            pass
        elif FOREWORD.match(line.text) and not self.out and self.now is None and not self.path:
            self.open(PREAMBLE, title=narrow(line.text))
        elif line.level:
            self.heading(GROUP, 0, 0, narrow(line.text), line.level)
        elif self.has_articles or not self.block(line):
            self.text(line, following)


def _has_articles(lines: Sequence[Line]) -> bool:
    """Whether the text is one of articles: some line begins with 第…条 outside of a quotation that an amending decision
    gives."""
    depth = 0
    for line in lines:
        if line.escaped:
            continue
        if BLOCK_HEAD.match(line.text):
            depth = 0
        match = ARTICLE_HEAD.match(line.text)
        if match and (not depth or match[1]):  # a marked-up head is never part of a quotation
            rest = line.text[match.end() :]
            if number(match[3]) and (match[1] or not rest or rest[0] in " \u3000【" or not MENTION.match(rest)):
                return True
        if ANNEX_HEAD.match(line.text) and len(line.text) <= HEADING_LONGEST:
            return False
        depth = quoted(depth, line.text)
    return False


def parse(text: str, title: str = "") -> Document:
    """Read a text as it comes. Never raises; what was odd is told in `findings`."""
    lines, findings = clean(text)
    title = narrow(" ".join(line.text for line in clean(title)[0]))
    name, history, rest = header(lines, title, findings)
    reader = Reader(contents(rest, findings), findings)
    provisions = reader.read()
    provisions = settle(provisions, findings)
    provisions, more = commencement.apply(provisions)
    return Document(name, history, provisions, tuple(findings + more))
