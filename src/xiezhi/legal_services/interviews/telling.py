"""The result as people read it: sentences with numbered articles, quotations from the library, a text for a lawyer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from xiezhi.kernel.calendar.explain import zh_date
from xiezhi.kernel.law import library
from xiezhi.kernel.law.identifiers import Locator
from xiezhi.ui.doors import Opened

from . import doors
from .engine import Result, Said, Walk, Working, say_value

__all__ = ["Article", "Sentence", "Told", "quoted", "tell"]


@dataclass(frozen=True)
class Article:
    """A place of the law under its number on the page. `paragraphs` is empty where the library has no text: `message`
    says why."""

    number: int
    formal: str
    version: str
    since: date | None
    paragraphs: tuple[str, ...]
    message: str
    href: str
    usual: bool = True
    """The text is merely not installed; otherwise `message` says something to heed."""


@dataclass(frozen=True)
class Sentence:
    """A sentence, the numbers of its articles, and for a step its term and doors."""

    text: str
    cite: str
    notes: tuple[int, ...]
    term: str = ""
    doors: tuple[Opened, ...] = ()


@dataclass(frozen=True)
class Told:
    """Everything on the page of a result."""

    result: Result
    because: list[Sentence]
    warnings: list[Sentence]
    steps: list[Sentence]
    evidence: list[Sentence]
    amounts: list[tuple[Working, tuple[int, ...]]]
    terms: list[tuple[Working, tuple[int, ...]]]
    articles: list[Article]
    doors: list[Opened]
    answers: list[tuple[str, str, str]]
    brief: str

    @property
    def absent(self) -> list[Article]:
        """Articles of which the library holds no text."""
        return [article for article in self.articles if not article.paragraphs]


def quoted(places: list[Locator], on: date) -> list[Article]:
    """The places as articles, numbered from one, quoted from the library."""
    out = []
    for number, quote in enumerate(library.quotes(places, on), 1):
        version = quote.version
        out.append(
            Article(
                number, quote.formal, library.text_name(version.label) if version else "", version.since if version else None,
                tuple(line for line in quote.text.split("\n") if line.strip()) if quote.state == library.TEXT else (),
                quote.message, quote.locator.path if version is not None else "",
                quote.state == library.NOT_INSTALLED,
            )
        )  # fmt: skip
    return out


class _Notes:
    """Numbers of places, given in order of appearance."""

    def __init__(self) -> None:
        self.places: dict[Locator, int] = {}

    def of(self, citation: str) -> tuple[int, ...]:
        if not citation:
            return ()
        found = library.locators(citation)
        return tuple(self.places.setdefault(place, len(self.places) + 1) for place in found)

    def sentence(self, said: Said) -> Sentence:
        return Sentence(said.text, said.cite, self.of(said.cite), said.term, tuple(doors.opened(said.doors)))


def tell(walked: Walk, result: Result, today: date) -> Told:
    """The page's content. One pass numbers the articles, three statements quote them."""
    notes = _Notes()
    because, warnings, steps, evidence = (
        [notes.sentence(s) for s in part] for part in (result.because, result.warnings, result.steps, result.evidence)
    )
    amounts, terms = (
        [(w, notes.of(w.cite) if w.value else ()) for w in part] for part in (result.amounts, result.terms)
    )
    wanted = [key for said in result.steps for key in said.doors]
    answers = [
        (fact.key, fact.short, say_value(walked.facts.guide, fact.key, walked.facts.answers[fact.key]))
        for fact in walked.path
    ]
    return Told(
        result, because, warnings, steps, evidence, amounts, terms, quoted(list(notes.places), today),
        doors.opened([*result.outcome.doors, *wanted]), answers, brief(walked, result, answers, today),
    )  # fmt: skip


def brief(walked: Walk, result: Result, answers: list[tuple[str, str, str]], today: date) -> str:
    """A plain text a person may hand to a lawyer or a legal-aid center: questions, answers, what the interview found."""
    rows = [
        _("法律自助问答：%(title)s") % {"title": walked.facts.guide.title},
        _("日期：%(day)s") % {"day": zh_date(today)},
        "",
        _("我的回答"),
        *(f"- {short}：{value}" for _key, short, value in answers),
        "",
        _("问答的结果：%(title)s") % {"title": result.outcome.title},
        *(f"- {said.text}（{said.cite}）" for said in (*result.because, *result.warnings)),
    ]
    worked = [w for w in (*result.terms, *result.amounts) if w.value]
    if worked:
        rows += ["", _("期限和金额")]
        rows += [
            f"- {w.short}：{w.value}" + (f"（{w.shown}；{w.cite}）" if w.shown else f"（{w.cite}）") for w in worked
        ]
    rows += ["", _("由固定规则整理，不是律师意见；金额和期限以核实的材料为准。")]
    return "\n".join(rows)
