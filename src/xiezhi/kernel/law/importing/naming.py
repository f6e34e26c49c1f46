"""What a file's place, name and first lines say about an act: title, category, days of promulgation and commencement."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from datetime import date
from pathlib import PurePath

from xiezhi.kernel.law.importing.sources import Raw
from xiezhi.kernel.law.structure import Finding

__all__ = ["STATE", "days_of", "describe", "history_of", "last_day", "plain_text", "short_title"]

STATE = "中华人民共和国"
LAWS = ("宪法相关法", "民法典", "民法商法", "行政法", "经济法", "社会法", "刑法", "诉讼与非诉讼程序法", "生态环境法")
FOLDERS = {
    **{name: f"法律/{name}" for name in LAWS},
    "宪法": "宪法",
    "行政法规": "行政法规",
    "监察法规": "监察法规",
    "司法解释": "司法解释",
    "法律解释": "司法解释",
    "constitution": "宪法",
    "constitutional-relevance": "法律/宪法相关法",
    "civil-and-commercial": "法律/民法商法",
    "administrative": "法律/行政法",
    "economic": "法律/经济法",
    "social": "法律/社会法",
    "criminal-law": "法律/刑法",
    "procedural": "法律/诉讼与非诉讼程序法",
    "ecological-environment": "法律/生态环境法",
}
_N = r"[0-9０-９〇○零一二三四五六七八九十]"
_DAY = re.compile(r"((?:19|20)\d{2})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日")
_SUFFIX = re.compile(r"^(.*?)[\s_\-—]*[（(]?((?:19|20)\d{2})[-.年_]?(\d{2})[-.月_]?(\d{2})日?[)）]?$")
_ENACTED = re.compile(r"通过|公布|发布|修订|修正|批准|修改|颁布|印发")
_BEGINS = re.compile(r"施行|实施|起执行|生效")
_FIRST = re.compile(rf"^\s*(?:\*\*|#+\s*)?(?:[第笫]{_N}+\s*[编章节条]|目\s*录|序\s*言)")
_FROM = re.compile(rf"自\s*{_DAY.pattern}\s*起(?:正式)?(?:施行|实施|执行|生效)")
_PUBLISHED = re.compile(r"自(?:公布|发布|颁布|印发|通过)之日起(?:施行|实施|执行|生效)")
_PLACE = re.compile(
    r"^(?:.{2,8}?(?:省|自治区|特别行政区)|北京市|上海市|天津市|重庆市|.{2,10}?(?:市|自治州|自治县|州|县|区))"
)


def short_title(title: str) -> str:
    """The title without the name of the state before it, in one line; `/` would part an address and becomes ／."""
    text = unicodedata.normalize("NFC", re.sub(r"[\s\u200b\ufeff]+", " ", title)).strip()
    text = re.sub(r"(?<=[\u4e00-\u9fff》〈〉）]) (?=[\u4e00-\u9fff《〈〉（])", "", text).replace("/", "／")
    short = text.removeprefix(STATE).strip()
    return (short or text)[:300]


def plain_text(text: str) -> str:
    """The words alone, line by line: without marks of Markdown, blanks and invisible characters, to tell whether two files
    hold the same text."""
    lines = []
    for line in text.split("\n"):
        line = re.sub(r"<!--.*?-->", "", line)
        line = re.sub(r"[\s\u3000\u200b\u200c\u200d\ufeff*#]+", "", line)
        if line:
            lines.append(line)
    return "\n".join(lines)


def describe(relative: PurePath, text: str, *, key: str, source: str) -> Raw:
    """What is known of a text from its place and first lines."""
    stem, named = _named(relative)
    title, body_from = _title(text, stem)
    if "民法典" in relative.parts[:-1] and title in (STATE + "民法典", "民法典"):
        title = f"{title} {stem}"
    category, guessed = _category(relative, title, text)
    findings = []
    if guessed:
        findings.append(Finding("category_guessed", "类别", f"来源没有写明类别，按名称归入“{category}”"))
    history = history_of(text, body_from)
    promulgated = named or last_day(history)
    if named is None and promulgated is None:
        findings.append(Finding("no_date", "公布日期", "文件名和题注都没有公布日期"))
    effective, how = days_of(text, history, promulgated)
    return replace(
        Raw(source=source, key=key, title=title, category=category, text=text),
        promulgated=promulgated,
        effective=effective,
        effective_source=how,
        history=history,
        findings=tuple(findings),
    )


def _named(relative: PurePath) -> tuple[str, date | None]:
    stem = relative.stem
    if stem.lower() == "readme":
        return relative.parent.name or stem, None
    match = _SUFFIX.match(stem)
    if match is None:
        return stem, None
    try:
        return match[1] or stem, date(int(match[2]), int(match[3]), int(match[4]))
    except ValueError:
        return stem, None


def _squeeze(text: str) -> str:
    return re.sub(r"[\s\u3000《》〈〉＜＞<>]", "", text)


def _title(text: str, stem: str) -> tuple[str, int]:
    """(title, number of the line after it). A Markdown title wins, then first lines that agree with the file's name."""
    lines = text.split("\n")
    filled = [(n, re.sub(r"[\u200b\ufeff]", "", line).strip(" \t　*")) for n, line in enumerate(lines[:60])]
    filled = [(n, line) for n, line in filled if line]
    if not filled:
        return stem, 0
    first_at, first = filled[0]
    if first.startswith("# "):
        title = first[2:].strip()
        if len(filled) > 1 and filled[1][1].startswith("# ") and title.endswith("民法典"):
            return f"{title} {filled[1][1][2:].strip()}", filled[1][0] + 1
        return title, first_at + 1
    wanted = _squeeze(stem).removeprefix(STATE)
    joined = ""
    for at, line in filled[:4]:
        joined += line
        if _squeeze(joined).removeprefix(STATE) == wanted:
            return joined, at + 1
    if 2 <= len(first) <= 150 and "。" not in first and not _FIRST.match(first):
        return first, first_at + 1
    return stem, 0


def history_of(text: str, start: int = 1) -> tuple[str, ...]:
    """The lines on adoption and amendment between the title and the first heading or article."""
    out: list[str] = []
    for line in text.split("\n")[start : start + 80]:
        clean = re.sub(r"[\u200b\ufeff]", "", line).strip(" \t　（）()*")
        if not clean or clean.startswith("# "):
            continue
        if clean.startswith("<!--") or _FIRST.match(line) or line.lstrip().startswith("#"):
            break
        if _DAY.search(clean) and len(clean) < 2500 and not clean.endswith("。"):
            out.append(clean)
        elif out and len(clean) > 200:
            break
    return tuple(out)


def last_day(history: tuple[str, ...]) -> date | None:
    """The last day on which somebody adopted, published or amended."""
    for line in reversed(history):
        if _ENACTED.search(line):
            days = [
                _date(m) for m in _DAY.finditer(line) if not _BEGINS.match(line[m.end() : m.end() + 6].lstrip("起 "))
            ]
            found = [d for d in days if d]
            if found:
                return max(found)
    return None


def _date(match: re.Match[str]) -> date | None:
    try:
        return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None


def days_of(text: str, history: tuple[str, ...], promulgated: date | None) -> tuple[date | None, str]:
    """(first day in force, where that stands). A day before the promulgation is the first version's and is not taken."""
    for line in reversed(history):
        if _BEGINS.search(line) and not _ENACTED.search(line):
            days = [d for d in map(_date, _DAY.finditer(line)) if d and (promulgated is None or d >= promulgated)]
            if days:
                return days[-1], "header"
    found = [_date(m) for m in _FROM.finditer(text)]
    later = [d for d in found if d and (promulgated is None or d >= promulgated)]
    if later:
        return later[-1], "body"
    return None, "on-publication" if _PUBLISHED.search(text[-3000:]) else ""


def _category(relative: PurePath, title: str, text: str) -> tuple[str, bool]:
    """(category, whether it was guessed from the title)."""
    parts = relative.parts[:-1]
    if "DLC" in parts or "地方性法规" in parts:
        inner = [p for p in parts if p not in ("DLC", "地方性法规") and not p.endswith("地方法规")]
        region = inner[-1] if inner else ""
        return f"地方性法规/{region}".rstrip("/"), False
    if "部门规章" in parts:
        rest = parts[parts.index("部门规章") + 1 :]
        return f"部门规章/{rest[0]}" if rest else "部门规章", False
    for part in parts:
        if part in FOLDERS:
            return FOLDERS[part], False
    short = short_title(title)
    head = text[:1500]
    if short == "宪法":
        return "宪法", True
    if re.match(r"最高人民(?:法院|检察院)", short):
        return "司法解释", True
    place = _PLACE.match(short)
    if place is not None:
        own = "人民政府令" in head or ("人民代表大会" not in head and short.endswith(("办法", "规定")))
        return f"{'地方政府规章' if own else '地方性法规'}/{place[0]}", True
    if title.startswith(STATE) and re.search(r"法(?:典)?$", short):
        return "法律", True
    if "国务院令" in head or "国务院第" in head or (title.startswith(STATE) and short.endswith(("条例", "细则"))):
        return "行政法规", True
    if re.search(r"(?:部|委员会|总局|署|局)令", head):
        return "部门规章", True
    return "其他", True
