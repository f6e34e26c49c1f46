"""废止条款: which acts a text ends, read from its closing articles and from decisions to repeal. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from xiezhi.kernel.law.importing import naming

__all__ = ["Clause", "closing", "first_day", "of_articles", "of_title"]

CLOSING = 5
"""How many of the last articles may hold such a clause."""
_FROM = re.compile(r"自\s*((?:19|20)\d{2})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日\s*起")
_TITLE = re.compile(r"《((?:[^《》]|《[^《》]*》)*)》")
_BASIS = re.compile(r"(?:根据|依照|按照|依据|符合|违反)$")


@dataclass(frozen=True, slots=True)
class Clause:
    """`ended` is the short title of the act that ends; `day` stands in the clause itself, else it is None and the day on
    which the text takes effect counts; `number` and `inserted` are the article that says so, zero for a title."""

    ended: str
    day: date | None
    number: int = 0
    inserted: int = 0


def closing(number: int, articles: int) -> bool:
    """Whether the article is among the last."""
    return number > articles - CLOSING


def of_articles(articles: Iterable[tuple[int, int, str]], own: str) -> list[Clause]:
    """Clauses in (number, inserted, text) of closing articles of the act `own`."""
    out: list[Clause] = []
    for number, inserted, text in articles:
        if "废止" not in text:
            continue
        match = _FROM.search(text)
        day = _date(match) if match else None
        for sentence in re.split(r"[。；;\n]", text):
            for title in _ended(sentence):
                name = naming.short_title(title)
                if name != own:
                    out.append(Clause(name, day, number, inserted))
    return out


def _ended(sentence: str) -> list[str]:
    """Titles that the sentence ends as a whole."""
    at = sentence.rfind("废止")
    if at < 0 or re.search(r"(?:未|不|尚未)(?:被)?废止|废止(?:前|之前|后|以前|的)", sentence):
        return []
    after = [m for m in _TITLE.finditer(sentence) if m.start() > at]
    chosen = (
        after
        if after and sentence[at:].startswith("废止《")
        else [m for m in _TITLE.finditer(sentence) if m.end() <= at]
    )
    out = []
    for match in chosen:
        behind = re.sub(r"^\s*[（(][^（）()]*[）)]\s*", "", sentence[match.end() :])  # the number of the document
        if re.match(r"(?:第|中|附件|附表|的第|的附件|关于|有关)", behind) or _BASIS.search(sentence[: match.start()]):
            continue
        out.append(match[1].replace("〈", "《").replace("〉", "》").replace("＜", "《").replace("＞", "》"))
    return out


def of_title(name: str) -> list[Clause]:
    """A decision whose title says what it repeals: 关于废止《…》的决定."""
    match = re.search(r"关于废止(.+?)的(?:决定|决议|公告|通知)$", name)
    if match is None:
        return []
    return [Clause(naming.short_title(t), None) for t in _TITLE.findall(match[1])]


def first_day(history: Sequence[str]) -> date | None:
    """The day on which the first text was adopted or published."""
    found = [naming.last_day((line,)) for line in history]
    days = [d for d in found if d]
    return min(days) if days else None


def _date(match: re.Match[str]) -> date | None:
    try:
        return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None
