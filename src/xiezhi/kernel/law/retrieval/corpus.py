"""Articles to be searched, wherever they come from: the library, or a file of the benchmark's format. Pure.

A file row has `id`, `name`, `law`, `article`, `version`, `content` and may have `headings` (outermost first). Where it has
none, the outlines that come with the product place the article: titles of parts and chapters are facts about an act.
"""

from __future__ import annotations

import functools
import gzip
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from xiezhi.kernel.law import index, numerals

__all__ = ["Article", "chapter_key", "current", "from_rows", "law_key", "lines"]

_NUMBER = re.compile(r"第([一二三四五六七八九十百千零〇两0-9]+)条(?:之([一二三四五六七八九十]+))?")


@dataclass(frozen=True, slots=True)
class Article:
    """One article. `ref` is the caller's key: the benchmark's id, or the library's provision."""

    ref: int
    law: str
    number: int
    text: str
    inserted: int = 0
    headings: tuple[str, ...] = ()
    kind: str = ""
    version: str = ""

    @property
    def heard(self) -> str:
        """What is searched: short title, headings, text, apart from each other."""
        return "\n".join((self.law, *self.headings, self.text))


def law_key(name: str) -> str:
    """The name a law is known by wherever it comes from: short, without 书名号 and spaces, one form of brackets."""
    text = re.sub(r"[《》〈〉\s]", "", name).replace("(", "（").replace(")", "）")
    return text.replace("中华人民共和国", "")


def chapter_key(article: Article) -> str:
    """Law and headings down to the chapter: what a rate is kept for."""
    return "/".join((law_key(article.law), *article.headings[:2]))


def kind_of(law: str) -> str:
    """宪法, 法律, 司法解释, 行政法规 or other: from the index of acts, else from the form of the name."""
    act = index.acts().get(law) or index.acts().get(law_key(law))
    if act:
        return act.kind
    if "法院" in law or "检察" in law or law.endswith(("解释", "批复")):
        return "司法解释"
    if law.endswith(("法", "法典")):
        return "法律"
    return "行政法规" if law.endswith(("条例", "办法", "规定", "细则")) else "其他"


def lines(path: Path) -> Iterator[dict[str, Any]]:
    """The rows of a JSON-lines file, gzip or plain."""
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as file:
        for line in file:
            if line.strip():
                yield json.loads(line)


@functools.cache
def _outlines() -> dict[str, list[tuple[str, tuple[tuple[int, str, str], ...]]]]:
    raw = resources.files("xiezhi.kernel.law.retrieval").joinpath("data/outlines.txt").read_text(encoding="utf-8")
    out: dict[str, list[tuple[str, tuple[tuple[int, str, str], ...]]]] = {}
    for line in raw.splitlines():
        title, day, rows = line.split("|")
        parsed = [re.match(r"(\d+)([pqcs])(.*)", row) for row in rows.split(";")]
        out.setdefault(law_key(title), []).append((day, tuple((int(m[1]), m[2], m[3]) for m in parsed if m)))
    return out


@functools.cache
def _placed(law: str, day: str) -> tuple[tuple[int, tuple[str, ...]], ...]:
    """Where headings begin in a version: (first article, headings in force from there)."""
    known = _outlines().get(law, [])
    if not known:
        return ()
    rows = min(known, key=lambda v: (v[0] != day, v[0] > (day or "9999"), -int(v[0].replace("-", "") or 0)))[1]
    above: dict[str, str] = {}
    out = []
    for first, level, title in rows:
        above = {k: v for k, v in above.items() if "pqcs".index(k) < "pqcs".index(level)}
        above[level] = title
        out.append((first, tuple(above[k] for k in "pqcs" if k in above)))
    return tuple(out)


def headings_of(law: str, day: str, number: int) -> tuple[str, ...]:
    """Headings above an article by the outlines that come with the product, outermost first."""
    found: tuple[str, ...] = ()
    for first, headings in _placed(law_key(law), day):
        if first > number:
            break
        found = headings
    return found


def from_rows(rows: Iterable[dict[str, Any]]) -> list[Article]:
    """Articles of a file. A row without a readable article number keeps number 0 and no headings."""
    out = []
    for row in rows:
        law = law_key(row["law"])
        match = _NUMBER.search(row.get("article") or "")
        number = numerals.read(match[1]) if match else 0
        inserted = numerals.read(match[2]) if match and match[2] else 0
        day = row.get("version") or ""
        headings = tuple(row["headings"]) if row.get("headings") else headings_of(law, day, number)
        out.append(Article(int(row["id"]), law, number, row["content"], inserted, headings, kind_of(law), day))
    return out


def current(articles: Sequence[Article]) -> list[bool]:
    """Which articles are law as far as the file and the index of acts show: not an older version in the same file, not a
    trial text whose final one is there, not an act repealed by the newest day in the file, not its interpretation."""
    newest: dict[str, str] = {}
    for a in articles:
        newest[a.law] = max(newest.get(a.law, ""), a.version)
    today = max(newest.values(), default="") or "9999-12-31"
    gone = {law for law in newest if _repealed(law, today)}
    for law in newest:
        about = re.search(r"(?:适用|贯彻执行|执行)(.{2,20}?法)(?:若干|的|有关|几个)?.*(?:解释|规定|意见)", law)
        if about and about[1] not in newest and about[1] in _REPEALED:
            gone.add(law)
        if about and about[1] in gone:
            gone.add(law)
        if re.sub(r"（试行）|试行", "", law) != law and re.sub(r"（试行）|试行", "", law) in newest:
            gone.add(law)
    return [a.law not in gone and a.version == newest[a.law] for a in articles]


_REPEALED = frozenset(
    "婚姻法 继承法 民法通则 收养法 担保法 合同法 物权法 侵权责任法 民法总则 执业医师法 环境噪声污染防治法".split()  # noqa: SIM905
)
"""Acts the civil code and later acts replaced: interpretations of them speak of law that is no more."""


def _repealed(law: str, today: str) -> bool:
    if law in _REPEALED:
        return True
    act = index.acts().get(law)
    return bool(act and act.newest.repealed and act.newest.repealed.isoformat() <= today)
