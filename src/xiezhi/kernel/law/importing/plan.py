"""From what a source holds to the texts to store: books of a code joined, acts named, days filled in, doubles weighed.

Where a source holds the same version of an act twice, the better text is taken: without known defects, with more articles
in unbroken order, with its day of commencement. The other one is named in the report with what differs.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from xiezhi.kernel.law import index, structure
from xiezhi.kernel.law.importing import naming
from xiezhi.kernel.law.importing.sources import Raw
from xiezhi.kernel.law.structure import Finding

__all__ = ["Text", "better", "groups", "joined", "prepare", "quality", "text_hash"]

BOOKS = ("总则", "物权", "合同", "人格权", "婚姻家庭", "继承", "侵权责任", "附则")
CODE = naming.STATE + "民法典"
_NUMBERS = "一二三四五六七"


@dataclass(frozen=True, slots=True)
class Text:
    """One version of an act, ready to be stored."""

    raw: Raw
    name: str
    hash: str
    document: structure.Document
    findings: tuple[Finding, ...]
    doubles: tuple[tuple[str, Finding], ...] = field(default=())

    @property
    def articles(self) -> int:
        return len(self.document.articles)


def text_hash(text: str) -> str:
    """The same for texts that differ only in blanks and marks of Markdown."""
    return hashlib.sha256(naming.plain_text(text).encode("utf-8", "surrogatepass")).hexdigest()


def joined(raws: Iterable[Raw]) -> list[Raw]:
    """The texts with the books of 民法典 made into one."""
    books: dict[str, dict[int, Raw]] = {}
    out: list[Raw] = []
    for raw in raws:
        at = _book(raw)
        if at is None or at in books.setdefault(raw.source, {}):
            out.append(raw)
        else:
            books[raw.source][at] = raw
    return out + [_code(found) for found in books.values() if found]


def _book(raw: Raw) -> int | None:
    match = re.match(rf"^(?:{naming.STATE})?民法典[\s　]+(?:第.{{1,2}}编[\s　]*)?(.+?)编?$", raw.title.strip())
    if match is None and raw.category == "法律/民法典":
        match = re.match(r"^(.+?)编?$", raw.title.strip())
    return BOOKS.index(match[1]) if match and match[1] in BOOKS else None


def _code(books: dict[int, Raw]) -> Raw:
    """One text from the books, in the order of the code, each under its 编."""
    found = [books[at] for at in sorted(books)]
    history = next((raw.history for raw in found if raw.history), ())
    parts = [f"# {CODE}", *history, "<!-- INFO END -->"]
    findings = [Finding("joined", "全文", f"来源分为{len(found)}个文件，已按编的顺序合并为一部法典")]
    for at in sorted(books):
        title = "附则" if at == len(BOOKS) - 1 else f"第{_NUMBERS[at]}编 {BOOKS[at]}"
        parts += [f"# {title}", _body(books[at])]
        findings += books[at].findings
    for at, name in enumerate(BOOKS):
        if at not in books:
            findings.append(Finding("book_missing", name, f"来源中没有“{name}”，合并后的法典不全"))
    first = found[0]
    declared = [raw.declared for raw in found]
    folder = first.key.rsplit("/", 1)[0]
    return replace(
        first,
        key=folder if "/" in first.key else first.key,
        title=CODE,
        category="法律/民法典",
        text="\n\n".join(parts) + "\n",
        history=history,
        declared=sum(d for d in declared if d) if all(d is not None for d in declared) else None,
        promulgated=next((raw.promulgated for raw in found if raw.promulgated), None),
        effective=next((raw.effective for raw in found if raw.effective), None),
        notes=tuple(note for raw in found for note in raw.notes),
        also=(),
        findings=tuple(findings),
    )


def _body(raw: Raw) -> str:
    """What follows the title and the history of a book; the marks of an empty heading go."""
    if "<!-- INFO END -->" in raw.text:
        text = raw.text.split("<!-- INFO END -->", 1)[1]
    else:
        lines = raw.text.split("\n")
        known = {re.sub(r"\s", "", line) for line in raw.history}
        start = 0
        while start < len(lines) and (
            not lines[start].strip() or lines[start].startswith("# ") or re.sub(r"\s", "", lines[start]) in known
        ):
            start += 1
        text = "\n".join(lines[start:])
    return re.sub(r"^#+[ \t]*$\n?", "", text, flags=re.M).strip()


def groups(raws: Iterable[Raw]) -> list[tuple[str, date | None, list[Raw]]]:
    """Texts of the same version of the same act together: (name of the act, day of promulgation, its texts)."""
    found: dict[tuple[str, str], list[Raw]] = {}
    for raw in raws:
        dated = _dated(raw)
        name = naming.short_title(dated.title)
        day = dated.promulgated.isoformat() if dated.promulgated else f"?{dated.key}"
        found.setdefault((name, day), []).append(dated)
    return [(name, members[0].promulgated, members) for (name, _), members in found.items()]


def _dated(raw: Raw) -> Raw:
    """`raw` with the days its own first lines and the index of facts know and its source does not say."""
    history = raw.history or naming.history_of(raw.text)
    findings: list[Finding] = []
    promulgated = raw.promulgated
    if promulgated is None:
        promulgated = naming.last_day(history)
        if promulgated is not None:
            findings.append(Finding("date_from_history", "公布日期", f"来源没有公布日期，取自题注：{promulgated}"))
    if promulgated is None:
        promulgated = _indexed(raw)
        if promulgated is not None:
            findings.append(Finding("date_from_index", "公布日期", f"来源没有公布日期，取自法规索引：{promulgated}"))
        else:
            findings.append(Finding("no_date", "公布日期", "来源、题注和法规索引都没有公布日期"))
    effective, how = raw.effective, raw.effective_source
    if effective and promulgated and effective < promulgated:
        findings.append(
            Finding(
                "earlier_start",
                "施行日期",
                f"文中的施行日期{effective}早于本文本的公布日期{promulgated}，是最初文本的施行日期",
            )
        )
        effective, how = None, ""
    name = naming.short_title(raw.title)
    known = index.acts().get(name)
    same = [v for v in known.versions if v.promulgated == promulgated and v.effective] if known and promulgated else []
    if same and (effective is None or (effective == promulgated and effective != same[0].effective)):
        if effective is not None or how != "on-publication" or same[0].effective != promulgated:
            findings.append(Finding("date_from_index", "施行日期", f"施行日期取自法规索引：{same[0].effective}"))
            how = "index"
        effective = same[0].effective
    if effective is None and how == "on-publication":
        effective = promulgated
    kept = [f for f in raw.findings if f.code != "no_date" or promulgated is None]
    have = {(f.code, f.where) for f in kept}
    return replace(
        raw,
        history=history,
        promulgated=promulgated,
        effective=effective,
        effective_source=how,
        findings=(*kept, *(f for f in findings if (f.code, f.where) not in have)),
    )


def _indexed(raw: Raw) -> date | None:
    """The promulgation the index knows for the act, where one version alone has as many articles."""
    from xiezhi.kernel.law.parsing import parse

    known = index.acts().get(naming.short_title(raw.title))
    if known is None:
        return None
    document = parse(raw.text, raw.title)
    last = max((p.number for p in document.articles), default=0)
    found = [v for v in known.versions if v.promulgated and v.articles == last]
    return found[0].promulgated if last and len(found) == 1 else None


def prepare(name: str, members: Sequence[Raw]) -> Text:
    """Divide the texts of one version and take the best of them."""
    texts = [_text(name, raw) for raw in members]
    best = texts[0]
    for other in texts[1:]:
        if better(other, best):
            best = other
    doubles = tuple((t.raw.key, _difference(t, best)) for t in texts if t is not best)
    return replace(_filled(best, texts), doubles=doubles)


def _text(name: str, raw: Raw) -> Text:
    from xiezhi.kernel.law.parsing import parse

    document = parse(raw.text, raw.title)
    findings = [*raw.findings, *(Finding("known_defect", "全文", note) for note in raw.notes), *document.findings]
    count = len(document.articles)
    if raw.declared is not None and raw.declared != count:
        findings.append(Finding("article_count", "全文", f"来源记载{raw.declared}条，读出{count}条"))
    return Text(raw, name, text_hash(raw.text), document, tuple(findings))


def quality(text: Text) -> tuple[bool, int, int, bool]:
    """Greater is better."""
    numbers = [(p.number, p.inserted) for p in text.document.articles]
    unbroken = 0
    have = set(numbers)
    while (unbroken + 1, 0) in have:
        unbroken += 1
    return (not text.raw.notes, unbroken, len(have) - len(numbers), text.raw.effective is not None)


def better(one: Text, other: Text) -> bool:
    return quality(one) > quality(other)


def _difference(text: Text, best: Text) -> Finding:
    mine = {(p.number, p.inserted): re.sub(r"\W", "", p.text) for p in text.document.articles}
    theirs = {(p.number, p.inserted): re.sub(r"\W", "", p.text) for p in best.document.articles}
    differing = sorted(k for k in mine.keys() & theirs.keys() if mine[k] != theirs[k])
    said = f"与采用的文本（{best.raw.key}）是同一版本；本文本{len(mine)}条，采用的{len(theirs)}条"
    if differing:
        shown = "、".join(f"第{a}条" + (f"之{i}" if i else "") for a, i in differing[:10])
        said += f"，文字不同的{len(differing)}条：{shown}" + ("等" if len(differing) > 10 else "")
    elif mine.keys() == theirs.keys():
        said += "，条文文字相同"
    return Finding("double", "全文", said)


def _rank(raw: Raw) -> int:
    """How far to trust a source's day of commencement: a day read out of the body may belong to an annex."""
    return {"header": 3, "index": 3, "upstream-db": 2, "body": 1}.get(raw.effective_source, 0)


def _filled(best: Text, texts: Sequence[Text]) -> Text:
    """The best text with the days that only another one states."""
    raw = best.raw
    for other in texts:
        if other.raw.effective is not None and (raw.effective is None or _rank(other.raw) > _rank(raw)):
            raw = replace(raw, effective=other.raw.effective, effective_source=other.raw.effective_source)
        if raw.repealed is None and other.raw.repealed is not None:
            raw = replace(raw, repealed=other.raw.repealed)
        if not raw.history and other.raw.history:
            raw = replace(raw, history=other.raw.history)
    return replace(best, raw=raw)
