"""One text in the reader's language: declared texts are Chinese, this says them in English while a page is made.

In order: the catalogs of the apps; sentences with values in them, recognized by the messages that made them
(`最多{max_length}字` knows 最多200字, whatever stands between its words is said in turn); dates, citations, amounts; and
the parts between punctuation. What is left are words of people and names of units: they stay as they are, marked as
Chinese, for a translation of somebody's words would be an invention.

Results are kept for the life of the process: the texts of the platform are few, and names fall out of a bounded store.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from itertools import pairwise

from django.utils.translation import get_language, trans_real

from xiezhi.ui.language import acts

__all__ = ["CHINESE", "day", "english", "marked", "parts", "say"]

CHINESE = re.compile("[\u3400-\u9fff]")
_WIDE = re.compile("[\u3000-\u303f\u3400-\u9fff\uff00-\uffef“”‘’·—…]")
OPEN, CLOSE = "\ue000", "\ue001"
"""Private characters around words that stay Chinese, until `parts` or a page turns them into marks of the language."""

_PLACES = re.compile(r"\{(\w+)\}")
_MARKS = {
    "，": ", ", "。": ". ", "；": "; ", "：": ": ", "、": ", ", "（": " (", "）": ") ", "“": ' "', "”": '" ', "？": "? ", "！": "! ",
    "《": " ", "》": " ", "〈": " ", "〉": " ", "\u3000": " ", "·": " · ", "→": " → ", "—": "-", "‘": " '", "’": "' ", "÷": " ÷ ",
    "【": " [", "】": "] ", "～": "-", "／": "/", "＋": "+", "…": "…",
}  # fmt: skip
_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
_WEEK = "一二三四五六日"
_SPLIT = re.compile("[，。；：、（）“”]")
_DATE = re.compile(
    rf"(?P<y>\d{{4}})年(?P<m>\d{{1,2}})月(?P<d>\d{{1,2}})日|(?P<m2>\d{{1,2}})月(?P<d2>\d{{1,2}})日|(?P<y3>\d{{4}})年(?P<m3>\d{{1,2}})月(?!\d)"
    rf"|(?P<y4>\d{{4}})年(?!\d)|(?<!\d)(?P<m5>\d{{1,2}})月(?![\d\u3400-\u9fff])|(?:周|星期)(?P<w>[{_WEEK}天])"
)
_UNITS = {
    "个工作日": ("working day", "working days"), "日": ("day", "days"), "天": ("day", "days"), "个月": ("month", "months"),
    "年": ("year", "years"), "小时": ("hour", "hours"), "分钟": ("minute", "minutes"), "秒": ("second", "seconds"), "时": (":00", ":00"),
    "件": ("case", "cases"), "人": ("person", "people"), "份": ("copy", "copies"), "项": ("item", "items"), "条": ("entry", "entries"),
    "页": ("page", "pages"), "次": ("time", "times"), "名": ("person", "people"), "个": ("", ""), "字": ("character", "characters"),
    "家": ("unit", "units"), "处": ("place", "places"), "份材料": ("item of material", "items of material"), "卷": ("volume", "volumes"),
    "岁": ("year old", "years old"), "级": ("level", "levels"), "元": ("yuan", "yuan"), "万元": ("0,000 yuan", "0,000 yuan"),
    "周": ("week", "weeks"), "户": ("household", "households"), "笔": ("payment", "payments"), "张": ("sheet", "sheets"),
}  # fmt: skip
_RUN = 40
"""Parts between punctuation that are tried together as one sentence."""
_OWN_STOPS = frozenset("，。；、！？（）“”《》")
_STRONG = 7
"""Words a sentence must have of its own for its values to hold anything, even other sentences."""
_WHOLE_DAY = r"\d{4}年\d{1,2}月\d{1,2}日(?:（[^）]*）)?"
_AMOUNT = re.compile(rf"(-?[\d,.]+)\s?({'|'.join(sorted(_UNITS, key=len, reverse=True))})(?:以内|整)?")
_NUMBERED = re.compile(r"第(\d+)(项|条|号|页|步|次|份|名|位|人)?")


@dataclass(frozen=True)
class _Pattern:
    text: str
    said: str
    rules: tuple[re.Pattern[str], ...]
    weight: int
    sure: str  # the longest words in it: a text without them cannot match
    plain: bool  # its words are a message of their own: what stands beside them must be known too, or it is a name


def english() -> bool:
    """Whether the reader reads English now."""
    return (get_language() or "").startswith("en")


@cache
def _catalog() -> dict[str, str]:
    """Every message with its translation, all apps, singular forms."""
    # Django's own view for scripts reads it this way; there is no public one
    found = trans_real.translation("en")._catalog  # type: ignore[attr-defined]
    out: dict[str, str] = {}
    layers = getattr(found, "_catalogs", [found])
    for layer in reversed(layers):
        for key, text in layer.items():
            if isinstance(key, str) and CHINESE.search(key) and text:
                out[key] = text
    return out


def _rules(pieces: list[str], weight: int) -> list[str]:
    """Regular expressions of a message, the surest first: where two values touch, one of them is a day if it can be."""
    touching = [n for n in range(1, len(pieces) - 2, 2) if not pieces[n + 1]]
    if len(touching) != 1:
        return [_rule(pieces, weight, 0)]
    return [_rule(pieces, weight, touching[0]), _rule(pieces, weight, touching[0] + 2), _rule(pieces, weight, 0)]


def _rule(pieces: list[str], weight: int, day_at: int) -> str:
    rule, seen = "", set[str]()
    quoted = any(mark in piece for piece in pieces[::2] for mark in "“《：")
    for n, piece in enumerate(pieces):
        if n % 2 == 0:
            rule += re.escape(piece.replace("{{", "{").replace("}}", "}"))
            continue
        if piece in seen:
            rule += f"(?P={piece})"
            continue
        seen.add(piece)
        before, after = pieces[n - 1], pieces[n + 1]
        if weight == 1 or (n > 1 and not before and after[:1] in _UNITS):
            # one character alone names no sentence: beside it only a number may stand; so too before a counted thing
            inside = r"[\d,.]+"
        elif n == day_at:
            inside = _WHOLE_DAY
        elif weight >= _STRONG:
            inside = rf"{_WHOLE_DAY}|.+?"
        elif quoted or (pieces[0] and pieces[-1]):
            inside = rf"{_WHOLE_DAY}|[^，；。]+?"
        else:
            inside = rf"{_WHOLE_DAY}|[^，；。、]+?"
        rule += f"(?P<{piece}>{inside})"
    return rule


@cache
def _patterns() -> tuple[_Pattern, ...]:
    out = []
    for text, said in _catalog().items():
        if "%(" in text or "{" not in text or not _PLACES.search(text):
            continue
        words = _PLACES.split(text)[::2]
        # a sentence is recognized by its own words and by the quotation marks around its values
        weight = sum(
            len(CHINESE.findall(w)) + 2 * sum(map(w.count, "“”《》")) + sum(map(w.count, "，。：；")) for w in words
        )
        if not any(map(CHINESE.search, words)):
            continue
        if len(words) == 2 and not words[0] and words[1] in _UNITS:
            continue
        rules = tuple(re.compile(rule, re.DOTALL) for rule in _rules(_PLACES.split(text), weight))
        sure = max(words, key=len).replace("{{", "{").replace("}}", "}")
        plain = sum(map(bool, words)) == 1 and sure in _catalog()
        out.append(_Pattern(text, said, rules, weight, sure, plain))
    return tuple(sorted(out, key=lambda p: -p.weight))


def day(value: date, *, year: bool = True, week: bool = False) -> str:
    """5 March 2026; 5 March; Thu 5 March 2026."""
    out = f"{value.day} {_MONTHS[value.month - 1]}" + (f" {value.year}" if year else "")
    return f"{_DAYS[value.weekday()]} {out}" if week else out


def _dated(found: re.Match[str]) -> str:
    if found["w"]:
        return _DAYS["一二三四五六日天".index(found["w"]) % 7 if found["w"] != "天" else 6]
    if found["y4"]:
        return found["y4"]
    month = int(found["m"] or found["m2"] or found["m3"] or found["m5"])
    if not 1 <= month <= 12:
        return found[0]
    name = _MONTHS[month - 1]
    if found["y"]:
        return f"{int(found['d'])} {name} {found['y']}"
    if found["m2"]:
        return f"{int(found['d2'])} {name}"
    return f"{name} {found['y3']}" if found["y3"] else name


def _counted(found: re.Match[str]) -> str:
    number, unit = found[1], found[2]
    one, more = _UNITS[unit]
    if unit in ("时", "万元"):
        return number + one
    return f"{number} {one if number in ('1', '1.0') else more}".strip()


@lru_cache(maxsize=30_000)
def marked(text: str) -> str:
    """The text in English; words that stay Chinese stand between OPEN and CLOSE."""
    if not _WIDE.search(text):
        return text
    lead = text[: len(text) - len(text.lstrip())]
    tail = text[len(text.rstrip()) :] if text.strip() else ""
    core = text.strip()
    if not core:
        return " " if text else ""
    return lead.replace("\u3000", " ") + (_whole(core) or _pieces(core)) + tail.replace("\u3000", " ")


def _whole(text: str) -> str | None:
    said = _exact(text)
    return _sentence(text) if said is None else said


def _exact(text: str) -> str | None:
    known = _catalog().get(text) or acts.TITLES.get(text)
    if known is not None:
        return known
    if (bare := text.rstrip("。：；，")) != text and (known := _catalog().get(bare)) is not None:
        return known.rstrip(".") + _MARKS[text[len(bare)]].rstrip()
    for end in "。：？":
        if (known := _catalog().get(text + end)) is not None:
            return known.rstrip(".:? ")
    if (known := _catalog().get(f"（{text}）")) is not None:
        return known.strip(" ()")
    if found := _DATE.fullmatch(text):
        return _dated(found)
    if found := _AMOUNT.fullmatch(text):
        return _counted(found)
    if found := _NUMBERED.fullmatch(text):
        return f"no. {found[1]}"
    return _citations(text)


def _citations(text: str) -> str | None:
    """Citations and nothing else."""
    if not acts.PLACE.search(text):
        return None
    tokens = list(_tokens(text))
    if any(kind not in ("cited", "mark", "space", "ascii") for kind, _ in tokens):
        return None
    out, last = "", ""
    for kind, token in tokens:
        found = acts.citation().fullmatch(token) if kind == "cited" else None
        act = (found["titled"] or found["act"] or "") if found else ""
        # an act is named once, as in Chinese citations of several articles
        again = found is not None and bool(act) and act == last
        out += acts.place_in_english(found["place"]) if found is not None and again else _one(kind, token)
        last = act or last
    return _tidied(out)


def _sentence(text: str) -> str | None:
    """A sentence with values in it."""
    if not CHINESE.search(text):
        return None
    for pattern in _patterns():
        if pattern.sure not in text or (pattern.plain and _SPLIT.search(text)):
            continue
        for found in filter(None, (rule.fullmatch(text) for rule in pattern.rules)):
            values = {name: marked(value).strip() for name, value in found.groupdict().items() if _paired(value)}
            if len(values) < len(found.groupdict()):
                continue
            if pattern.plain and any(OPEN in value for value in values.values()):
                continue
            return _PLACES.sub(lambda place, said=values: said.get(place[1], place[0]), pattern.said)  # type: ignore[misc]
    return None


def _paired(value: str) -> bool:
    """A value may be anything that is not torn: brackets and quotation marks in it come in pairs."""
    return all(value.count(a) == value.count(b) for a, b in ("（）", "“”", "《》", "()"))


@cache
def _cut() -> re.Pattern[str]:
    marks = "".join(re.escape(m) for m in _MARKS)
    return re.compile(
        rf"(?P<cited>{acts.citation().pattern})|(?P<dated>{_DATE.pattern})|(?P<mark>[{marks}])|(?P<space>\s+)"
        r"|(?P<ascii>[()\[\]\"';]|(?<!\d)[,:/.]|[,:/.](?!\d))"
    )


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    at = 0
    for found in _cut().finditer(text):
        if found.start() > at:
            yield "words", text[at : found.start()]
        if found["cited"]:
            yield "cited", found[0]
        elif found["dated"]:
            yield "dated", found[0]
        else:
            yield ("mark" if found["mark"] else "space" if found["space"] else "ascii"), found[0]
        at = found.end()
    if at < len(text):
        yield "words", text[at:]


def _pieces(text: str) -> str:
    """The text part by part. Neighboring parts are tried together first, so that a sentence with a comma is found whole."""
    tokens = list(_tokens(text))
    out: list[tuple[str, str]] = []  # (what stood there, what is said)
    n = 0
    while n < len(tokens):
        kind, token = tokens[n]
        end, said = n + 1, None
        if kind in ("words", "cited", "dated") and (longest := _run(tokens, n)):
            end, said = longest
            said += " " if tokens[end - 1][0] == "mark" else ""
        out.append(("".join(t for _, t in tokens[n:end]), _one(kind, token) if said is None else said))
        n = end
    return _tidied("".join(_own_words_whole(out)))


def _own_words_whole(parts: list[tuple[str, str]]) -> list[str]:
    """Words of people keep their punctuation: what stands between two of them, and the stop behind the last."""
    own = [n for n, (_, said) in enumerate(parts) if said.startswith(OPEN) and said.endswith(CLOSE)]
    out = [said for _, said in parts]
    for here, there in pairwise(own):
        if all(raw in _OWN_STOPS for raw, _ in parts[here + 1 : there]):
            for n in range(here + 1, there):
                out[n] = OPEN + parts[n][0] + CLOSE
    for n in own:
        if (
            n + 1 < len(parts)
            and parts[n + 1][0] in ("。", "！", "？")
            and n - 1 in range(len(out))
            and out[n - 1].startswith(OPEN)
        ):
            out[n + 1] = OPEN + parts[n + 1][0] + CLOSE
    return out


def _run(tokens: list[tuple[str, str]], start: int) -> tuple[int, str] | None:
    """The longest stretch from `start` that is known as a whole: (where it ends, what it says)."""
    ends = [
        end
        for end in range(min(len(tokens), start + _RUN), start + 1, -1)
        if tokens[end - 1][0] not in ("space", "mark") or tokens[end - 1][1] in "）”》。"
    ]
    stretches = [(end, "".join(t for _, t in tokens[start:end])) for end in ends if end - start < len(tokens)]
    for end, text in stretches:
        if (said := _exact(text)) is not None:
            return end, said
    for end, text in stretches:
        if _paired(text) and (said := _sentence(text)) is not None:
            return end, said
    return None


def _one(kind: str, token: str) -> str:
    if kind == "mark":
        return _MARKS[token]
    if kind in ("space", "ascii"):
        return token
    if kind == "cited":
        found = acts.citation().fullmatch(token)
        return acts.in_english(found) if found else token
    if kind == "dated":
        found = _DATE.fullmatch(token)
        return f" {_dated(found)} " if found else token
    if (said := _whole(token)) is not None:
        return said
    if not CHINESE.search(token):
        return token
    for end in range(token.find("〔") - 1, 3, -1):  # a title with its number written right behind it
        if (said := _catalog().get(token[:end])) is not None:
            return f"{said} {OPEN}{token[end:]}{CLOSE}"
    if "〔" in token or not re.search(r"[\x21-\x7e]", token):
        return OPEN + token + CLOSE
    # an English sentence with a Chinese value in it, or a number beside its unit
    out = ""
    for piece in re.split(r"([\x21-\x7e]+)", token):
        out += piece if not CHINESE.search(piece) else _whole(piece) or OPEN + piece + CLOSE
    return out


def _tidied(text: str) -> str:
    text = text.replace(CLOSE + OPEN, "")
    text = re.sub(r" {2,}", " ", text)
    text = re.sub(r" +([,.;:)?!\]])", r"\1", text)
    text = re.sub(r"([(\[]) +", r"\1", text)
    return re.sub(r"([,.;:])\s*(?=[,.;])", "", text).strip()


def say(text: object) -> str:
    """The text for the reader: as it is in Chinese, in English otherwise. Words that stay Chinese are not marked."""
    raw = "" if text is None else str(text)
    if not english():
        return raw
    return marked(raw).replace(OPEN, "").replace(CLOSE, "")


def parts(text: str) -> list[tuple[str, bool]]:
    """[(words, whether they stayed Chinese)] of the text in English."""
    out: list[tuple[str, bool]] = []
    for n, piece in enumerate(re.split(f"[{OPEN}{CLOSE}]", marked(text))):
        if piece:
            out.append((piece, n % 2 == 1))
    return out
