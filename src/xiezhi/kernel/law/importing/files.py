"""Files and folders of texts: Markdown, Word (DOCX) and plain text, as people keep them and the national database gives them.

Layouts known: category folders with `name(YYYY-MM-DD).md`; one folder an act with README.md and numbered parts beside it;
single files named `title_20230901.docx`. Links that lead out of the folder, oversized files and compression bombs are
refused with the reason; what is no text of law is counted and told.
"""

from __future__ import annotations

import os
import re
import stat
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from xiezhi.kernel.law import numerals
from xiezhi.kernel.law.importing import git, naming, records, word
from xiezhi.kernel.law.importing.sources import MOST_TEXT, Raw, Refused, day
from xiezhi.kernel.law.structure import Finding

__all__ = ["Folder", "decode"]

TEXTS = frozenset({".md", ".markdown", ".txt", ".docx"})
OTHER_TEXTS = frozenset({".doc", ".pdf", ".wps", ".ofd", ".rtf", ".html", ".htm", ".odt"})
NO_LAW = frozenset({"案例", "模板", "模版"})
"""Folders of collections of law that hold something else."""
MOST_FILES = 200_000
_ARTICLE = re.compile(r"^(?:\*\*|#+\s*)?[第笫][一二三四五六七八九十百千零〇○0-9\s]+条", re.M)
_BLOCK = re.compile(r"^(?:#+\s*)?[一二三四五六七八九十]+、", re.M)
_FRONT = re.compile(r"\A---[ \t]*\n(.*?)\n---[ \t]*(?:\n|\Z)", re.S)
_PART = re.compile(
    r"^#\s*(?:第[一二三四五六七八九十百0-9]+[编章节篇部]|序\s*言|总\s*则|分\s*则|附\s*则|附\s*件|目\s*录|修\s*正)"
)


def decode(data: bytes) -> tuple[str, str]:
    """(text, encoding) of a text file: UTF-8 with or without BOM, UTF-16 with BOM, GB18030. Raises ValueError."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        text, encoding = data.decode("utf-16"), "utf-16"
    else:
        try:
            text, encoding = data.decode("utf-8-sig"), "utf-8"
        except UnicodeDecodeError:
            text, encoding = data.decode("gb18030"), "gb18030"
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    # Words set in a font of their own (private use) are common in good UTF-8; in GB18030 they mean that it is none.
    private = encoding == "gb18030"
    odd = sum(
        1
        for c in text
        if (c < " " and c not in "\n\t\f\v\x1f") or c == "\ufffd" or (private and "\ue000" <= c <= "\uf8ff")
    )
    if "\x00" in text or odd > max(2, len(text) // 200):
        raise ValueError("不是文字")
    return re.sub(r"[\x00-\x08\x0e-\x1f]", "", text), encoding


class Folder:
    """Every text under a folder in the order of paths; with `only` a single file of it."""

    def __init__(self, path: Path, *, only: Path | None = None, name: str = "", commit: str = "") -> None:
        self.path = path.resolve()
        self.only = only
        self.name = name or str(only or path)
        self.prefix = f"{name or self.path}:"
        self.commit = commit or git.head(self.path)
        self._joined: set[Path] = set()
        self._other: Counter[str] = Counter()

    def __iter__(self) -> Iterator[Raw | Refused]:
        if self.only is not None:
            yield from self._file(self.only)
            return
        self._joined.clear()
        self._other.clear()
        count = 0
        for folder, folders, files in os.walk(self.path, followlinks=False):
            for name in list(folders):
                here = Path(folder) / name
                if here.is_symlink():
                    folders.remove(name)
                    yield self._link(here)
            folders[:] = sorted(f for f in folders if not f.startswith(".") and f not in ("node_modules", "__MACOSX"))
            for name in sorted(files, key=lambda n: (n.lower() != "readme.md", n)):
                if name.startswith((".", "~$")):
                    continue
                count += 1
                if count > MOST_FILES:
                    yield Refused(self.prefix, "too_many", f"文件超过{MOST_FILES}个，其余不再读取")
                    return
                yield from self._file(Path(folder) / name)
        for suffix, many in sorted(self._other.items()):
            yield Refused(f"{self.prefix}*{suffix}", "not_text", f"{many}个文件不是法规文本，未读取", passed=True)

    def _key(self, path: Path) -> str:
        try:
            relative = path.relative_to(self.path).as_posix()
        except ValueError:
            relative = path.name
        return f"{self.prefix}{relative}".encode("utf-8", "replace").decode()[:400]

    def _link(self, path: Path) -> Refused:
        try:
            inside = path.resolve(strict=True).is_relative_to(self.path)
        except (OSError, RuntimeError):
            return Refused(self._key(path), "broken_link", "链接指向不存在的地方，未读取")
        if inside:
            return Refused(self._key(path), "link", "链接指向本文件夹内的另一处，只读取那一处", passed=True)
        return Refused(self._key(path), "outside_link", "链接指向文件夹之外，未读取")

    def _file(self, path: Path) -> Iterator[Raw | Refused]:
        if path in self._joined:
            return
        key = self._key(path)
        if path.is_symlink() and self.only is None:
            yield self._link(path)
            return
        if records.is_records(path):
            yield from records.Records(path, self.prefix)
            return
        suffix = path.suffix.lower()
        if suffix not in TEXTS:
            if suffix in OTHER_TEXTS or self.only is not None:
                yield Refused(key, "format", f"不支持 {suffix or '无后缀'} 文件，请另存为 DOCX、Markdown 或纯文本")
            else:
                self._other[suffix] += 1
            return
        try:
            yield self._text(path, key, suffix)
        except (OSError, ValueError) as error:
            yield Refused(key, "unreadable", f"读取失败：{str(error)[:200]}")

    def _text(self, path: Path, key: str, suffix: str) -> Raw | Refused:
        relative = path.relative_to(self.path) if path.is_relative_to(self.path) else Path(path.name)
        if self.only is None and (path.name.startswith("_") or NO_LAW.intersection(relative.parts[:-1])):
            return Refused(key, "not_law", "目录、案例或说明文件，不是法规文本", passed=True)
        data = _bytes(path)
        findings: list[Finding] = []
        if suffix == ".docx":
            text, odd = word.read(data)
            findings += odd
        else:
            text, encoding = decode(data)
            if encoding != "utf-8":
                findings.append(Finding("encoding", "全文", f"文件编码为 {encoding.upper()}，已转为 UTF-8"))
        facts, text = _front(text, findings)
        if not text.strip():
            return Refused(key, "empty", "文件里没有文字")
        if suffix in (".md", ".markdown"):
            text, parts = self._with_parts(path, text)
            if parts:
                key = self._key(path.parent)
            elif path.stem.lower() in ("readme", "license", "index", "contributing", "changelog") and not (
                _ARTICLE.search(text) or (path.stem.lower() == "readme" and _BLOCK.search(text) and "通过" in text)
            ):
                return Refused(key, "not_law", "目录或说明文件，不是法规文本", passed=True)
            elif path.stem.lower() == "readme":
                key = self._key(path.parent)
        raw = naming.describe(relative, text, key=key, source=self.name[:300])
        raw = _told(replace(raw, commit=self.commit, findings=(*findings, *raw.findings)), facts)
        guessed = any(f.code == "category_guessed" for f in raw.findings)
        if self.only is None and guessed and raw.promulgated is None and not _ARTICLE.search(text):
            return Refused(key, "not_law", "没有条文，也没有公布日期，不是法规文本", passed=True)
        return raw

    def _with_parts(self, path: Path, text: str) -> tuple[str, bool]:
        """An act split into README.md and its parts beside it, joined in the order of the act."""
        if path.name.lower() != "readme.md":
            return text, False
        parts = []
        for other in path.parent.iterdir():
            if other == path or other.suffix.lower() != ".md" or other.is_symlink() or not other.is_file():
                continue
            try:
                body = _front(decode(_bytes(other))[0], [])[1].strip()
            except (OSError, ValueError):
                continue
            if _PART.match(body):
                parts.append((_order(other.stem, body), other, body))
        if not parts or not text.lstrip().startswith("# "):
            return text, False
        parts.sort(key=lambda part: (part[0], part[1].name))
        self._joined.update(other for _, other, _ in parts)
        return "\n\n".join((text.rstrip(), *(body for _, _, body in parts))) + "\n", True


def _order(stem: str, body: str) -> int:
    """Where a part stands: by its number, the preamble first, 附则 and amendments last."""
    head = re.sub(r"\s", "", body.split("\n", 1)[0])
    for words, place in (("序言", -1), ("附则", 9000), ("修正", 9500), ("附件", 9800)):
        if words in head[:6]:
            return place
    if match := re.match(r"\d+", stem):
        return int(match[0])
    if match := re.search(r"第([一二三四五六七八九十百]+)[编章节篇部]", head):
        return numerals.read(match[1])
    return 500


def _bytes(path: Path) -> bytes:
    """The content of a plain file of bearable size, without following a link. Raises ValueError, OSError."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as handle:
        facts = os.fstat(descriptor)
        if not stat.S_ISREG(facts.st_mode):
            raise ValueError("不是普通文件")
        if facts.st_size > MOST_TEXT:
            raise ValueError(f"文件超过{MOST_TEXT // 1024 // 1024} MB")
        data = handle.read(MOST_TEXT + 1)
    if len(data) > MOST_TEXT:
        raise ValueError(f"文件超过{MOST_TEXT // 1024 // 1024} MB")
    return data


def _front(text: str, findings: list[Finding]) -> tuple[dict[str, Any], str]:
    """Facts in YAML before a Markdown text, and the text."""
    match = _FRONT.match(text)
    if match is None:
        return {}, text
    import yaml

    try:
        facts = yaml.safe_load(match[1])
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        findings.append(Finding("front_matter", "文件头", f"文件头的字段读不懂，已略过：{str(error)[:100]}"))
        facts = {}
    return facts if isinstance(facts, dict) else {}, text[match.end() :]


def _told(raw: Raw, facts: dict[str, Any]) -> Raw:
    """`raw` with what the front matter states: title, category, promulgated, effective, repealed. Raises ValueError."""
    changes: dict[str, Any] = {}
    if isinstance(facts.get("title"), str) and facts["title"].strip() and not raw.text.lstrip().startswith("# "):
        changes["title"] = facts["title"].strip()
    if isinstance(facts.get("category"), str):
        changes["category"] = facts["category"]
        changes["findings"] = tuple(f for f in raw.findings if f.code != "category_guessed")
    for name in ("promulgated", "effective", "repealed"):
        if facts.get(name):
            changes[name] = day(facts[name])
    if "effective" in changes:
        changes["effective_source"] = "header"
    return replace(raw, **changes) if changes else raw
