"""改写的核对: what a language model wrote is shown only if every part of it stands in the passages it was given. Pure.

The model may say the same in easier words; it may not add. Each check has a name; the first that fails ends it and the
extractive answer stands. The checks look at the text alone, so that nothing said to the model can talk them round.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from xiezhi.kernel.law import index, numerals
from xiezhi.legal_services.answers.matching import grams

__all__ = ["LONGEST", "Line", "Refused", "Source", "check"]

LONGEST = 600
"""Characters of a rewritten answer."""


class Refused(ValueError):
    """The text may not be shown. `rule` is the name of the check that failed."""

    def __init__(self, rule: str, detail: str = "") -> None:
        super().__init__(f"{rule}: {detail}" if detail else rule)
        self.rule = rule


@dataclass(frozen=True, slots=True)
class Source:
    """A passage the model was given: its number, the act's titles, article and the words of the law."""

    number: int
    act: str
    full: str
    article: int
    inserted: int
    text: str
    paragraph: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence of the rewritten answer with the numbers of the passages it names."""

    text: str
    refs: tuple[int, ...]


_FOREIGN = re.compile(r"[<>{}`|\\]|https?:|www\.|\.(?:com|cn|net|org)\b|!\[|\]\(|&#?\w+;", re.I)
_REF = re.compile(r"[\[【［](\d{1,2}(?:\s*[,，、]\s*\d{1,2})*)[\]】］]")
_SENTENCE = re.compile(r"[^。！？\n]+[。！？]?(?:\s*[\[【［][\d,，、\s]+[\]】］])*")
_QUOTE = re.compile(r"[“「『\"]([^”」』\"]{1,300})[”」』\"]")
_TITLE = re.compile(r"《([^《》]{1,80})》")
_N = r"[0-9零〇一二两三四五六七八九十百千]+"
_ARTICLE = re.compile(rf"第({_N})条(?:之({_N}))?(?:第({_N})款)?")
_NUMBER = re.compile(
    r"[0-9]+(?:[.,][0-9]+)*|[零〇一二两三四五六七八九十百千万亿]*[十百千万亿][零〇一二两三四五六七八九十百千万亿]*|"
    r"[零〇一二两三四五六七八九半](?=个?(?:年|月|日|天|周|星期|小时|分钟|倍|成|元|万|亿|折|人|次|级|款|项|条|分之|以上|以下|%|岁|审|工作日))"
)
_FORECAST = re.compile(
    r"坐牢|入狱|被?判(?!断|决|例|定|明|据)|胜诉|败诉|打?赢|输(?!入|出|送|血)|量刑|刑期|无罪释放|把握(很)?大|成功率|百分之百|保证(能|会)|"
    r"(一定|肯定|必定|绝对)(会|能|可以|要|得)"
)
_BOSSY = re.compile(
    r"(系统提示|system prompt|忽略(以上|之前|前面)|作为(一个)?(AI|人工智能|语言模型)|ignore (all|the|previous))", re.I
)
_DUTIES = (
    "应当",
    "必须",
    "不得",
    "禁止",
    "可以",
    "有权",
    "无权",
    "无需",
    "不需要",
    "不必",
    "免",
    "无效",
    "不予",
    "除外",
    "不负",
    "不承担",
)
_SAME_DUTY = {
    "必须": ("应当", "必须"), "应当": ("应当", "必须"), "可以": ("可以", "有权"), "有权": ("可以", "有权"),
    "不得": ("不得", "禁止"), "禁止": ("不得", "禁止"), "无需": ("免", "不需要", "无需", "无须", "不必"),
    "不需要": ("免", "不需要", "无需", "无须", "不必"), "不必": ("免", "不需要", "无需", "无须", "不必"),
    "不负": ("不负", "不承担", "免"), "不承担": ("不负", "不承担", "免"),
}  # fmt: skip


def check(text: str, sources: Sequence[Source]) -> list[Line]:
    """Sentences of a rewritten answer, if all of it holds. Raises Refused."""
    said = unicodedata.normalize("NFKC", text).replace(",", "，").strip()
    said = re.sub(r"(?<=\d)，(?=\d{3}(?!\d))", "", said)
    if not said:
        raise Refused("empty")
    if len(said) > LONGEST:
        raise Refused("length", str(len(said)))
    if found := _FOREIGN.search(said):
        raise Refused("markup", found[0])
    if found := _BOSSY.search(said):
        raise Refused("instruction", found[0])
    if re.search(r"[A-Za-z]{4,}", said):
        raise Refused("foreign", "")
    given = "\n".join(source.text for source in sources)
    if found := next((f for f in _FORECAST.finditer(said) if f[0] not in given), None):
        raise Refused("forecast", found[0])
    by_number = {source.number: source for source in sources}
    lines = _lines(said, by_number)
    bare = _REF.sub("", said)
    _cited(bare, sources)
    _quoted(bare, sources)
    for line in lines:
        _grounded(line, [by_number[number] for number in line.refs])
    return lines


def _lines(said: str, known: dict[int, Source]) -> list[Line]:
    """Sentences with their numbers; one without any, or with an unknown one, ends it."""
    out = []
    for part in _SENTENCE.findall(said):
        bare = _REF.sub("", part).strip(" \t-*·•#")
        if not bare or not grams(bare):
            if _REF.search(part):
                raise Refused("bare_reference", part)
            continue
        refs = tuple(int(n) for found in _REF.findall(part) for n in re.findall(r"\d+", found))
        if not refs:
            raise Refused("unreferenced", bare)
        if unknown := [n for n in refs if n not in known]:
            raise Refused("unknown_reference", str(unknown))
        out.append(Line(bare, tuple(dict.fromkeys(refs))))
    if not out:
        raise Refused("empty")
    return out


def _cited(bare: str, sources: Sequence[Source]) -> None:
    """Every act and article named is one of those given."""
    names = {name for source in sources for name in (source.act, source.full)}
    given = "\n".join(source.text for source in sources)
    for title in _TITLE.findall(bare):
        if title.strip() not in names and f"《{title}》" not in given:
            raise Refused("unknown_act", title)
    for act in _acts_in(bare):
        if act.title not in names and act.full not in names and act.title not in given:
            raise Refused("unknown_act", act.title)
    places = {(source.article, source.inserted) for source in sources}
    for number, inserted, _paragraph in _ARTICLE.findall(bare):
        place = (numerals.read(number), numerals.read(inserted) if inserted else 0)
        if place not in places and not _ARTICLE_IN(given, place):
            raise Refused("unknown_article", f"第{number}条")


def _ARTICLE_IN(given: str, place: tuple[int, int]) -> bool:
    """Whether the passages themselves name this article."""
    return any((numerals.read(n), numerals.read(i) if i else 0) == place for n, i, _p in _ARTICLE.findall(given))


def _acts_in(bare: str) -> list[index.Act]:
    """Acts whose titles stand in the text without 《》; longer titles hide shorter ones inside them."""
    left, out = bare, []
    for title in sorted((t for t in index.acts() if len(t) >= 3 and t in bare), key=len, reverse=True):
        if title in left:
            left = left.replace(title, "\x00")
            out.append(index.acts()[title])
    return out


def _quoted(bare: str, sources: Sequence[Source]) -> None:
    """What stands in quotation marks is verbatim in a passage."""
    texts = [_even(source.text) for source in sources]
    for words in _QUOTE.findall(bare):
        if not any(_even(words) in text for text in texts):
            raise Refused("altered_quotation", words)


def _even(text: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text).replace(",", "，"))


def _value(word: str) -> str:
    """One way of writing a number: 三十 and 30 are the same."""
    if word[0].isdigit():
        return str(float(word.replace(",", ""))).removesuffix(".0")
    if word == "半":
        return "半"
    total, part = 0, ""
    for char in word:
        if char in "万亿":
            total = (total + (numerals.read(part) if part else 1)) * (10_000 if char == "万" else 100_000_000)
            part = ""
        else:
            part += char
    return str(total + (numerals.read(part) if part else 0))


def _numbers(text: str) -> set[str]:
    return {_value(word) for word in _NUMBER.findall(unicodedata.normalize("NFKC", text))}


def _grounded(line: Line, given: Sequence[Source]) -> None:
    """Numbers, duties and most words of a sentence stand in the passages it names."""
    text = "\n".join(source.text for source in given)
    allowed = _numbers(text) | {str(source.article) for source in given} | {str(source.paragraph) for source in given}
    allowed |= {str(source.inserted) for source in given if source.inserted}
    if unknown := _numbers(line.text) - allowed:
        raise Refused("unknown_number", "、".join(sorted(unknown)))
    for duty in _DUTIES:
        if duty in line.text and not any(word in text for word in (duty, *_SAME_DUTY.get(duty, ()))):
            raise Refused("other_duty", duty)
    own, theirs = set(grams(line.text)), set(grams(text))
    singles = {g for g in own if len(g) == 1}
    if len(singles) >= 4 and len(singles & theirs) / len(singles) < 0.5:
        raise Refused("not_in_passages", line.text[:30])
