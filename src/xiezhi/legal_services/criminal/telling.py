"""The outcome as people read it: candidates with their elements, ranges, clocks, rights, steps, quotations."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from xiezhi.kernel.calendar.counting import Calendar
from xiezhi.kernel.law import library
from xiezhi.kernel.law.identifiers import Locator
from xiezhi.ui.doors import Opened

from . import clocks, doors, engine, keep
from .declare import YES, Defense, Elsewhere, Offense, Said, Stage, Tier, Whole

__all__ = ["Article", "Checked", "Noted", "Outcome", "offense_page", "outcome"]


@dataclass(frozen=True)
class Article:
    """A place of the law under its number on the page. `lines` is empty where the library has no text: `message` says why."""

    number: int
    formal: str
    version: str
    since: date | None
    lines: tuple[str, ...]
    message: str
    href: str
    usual: bool


@dataclass(frozen=True)
class Noted:
    """A sentence with the numbers of its articles."""

    text: str
    notes: tuple[int, ...]
    since: date | None = None
    doors: tuple[Opened, ...] = ()


@dataclass(frozen=True)
class Range:
    """A statutory range with its article and the period after which it is no longer prosecuted."""

    tier: Tier
    notes: tuple[int, ...]
    years: int
    years_notes: tuple[int, ...]


@dataclass(frozen=True)
class Checked:
    """One offense on the page."""

    offense: Offense
    judged: engine.Judged
    lines: list[tuple[engine.Line, tuple[int, ...]]]
    notes: tuple[int, ...]
    prosecution_notes: tuple[int, ...]
    ranges: list[Range]
    numbers: list[Noted]
    below: list[Noted]
    look: list[Noted]
    leads: list[Offense]


@dataclass(frozen=True)
class Pointed:
    """A defense on the page: `held` where the answer was yes, otherwise it is still to be checked."""

    defense: Defense
    held: bool
    notes: tuple[int, ...]


@dataclass(frozen=True)
class Other:
    """A matter that is no crime, on the page."""

    thing: Elsewhere
    why: list[Noted]
    go: list[Noted]
    doors: list[Opened]


@dataclass(frozen=True)
class Outcome:
    """Everything on the page of a result."""

    checked: list[Checked]
    gone: list[Checked]
    defenses: list[Pointed]
    others: list[Other]
    stage: Stage | None
    clocks: list[tuple[clocks.Told, tuple[int, ...]]]
    rights: list[Noted]
    steps: list[Noted]
    minors: list[Noted]
    articles: list[Article]
    doors: list[Opened]

    @property
    def absent(self) -> list[Article]:
        """Articles of which the library holds no text."""
        return [a for a in self.articles if not a.lines]


class _Notes:
    """Numbers of places, given in order of appearance."""

    def __init__(self) -> None:
        self.places: dict[Locator, int] = {}

    def of(self, citation: str) -> tuple[int, ...]:
        if not citation:
            return ()
        return tuple(self.places.setdefault(place, len(self.places) + 1) for place in library.locators(citation))

    def said(self, some: Iterable[Said]) -> list[Noted]:
        return [Noted(s.say, self.of(s.cite), s.since, tuple(doors.opened(s.doors))) for s in some]

    def articles(self, on: date) -> list[Article]:
        out = []
        for number, quote in enumerate(library.quotes(list(self.places), on), 1):
            version = quote.version
            lines = tuple(line for line in quote.text.split("\n") if line.strip())
            out.append(
                Article(
                    number, quote.formal, library.text_name(version.label) if version else "",
                    version.since if version else None, lines if quote.state == library.TEXT else (), quote.message,
                    quote.locator.path if version is not None else "", quote.state == library.NOT_INSTALLED,
                )
            )  # fmt: skip
        return out


def _checked(whole: Whole, offense: Offense, answers: dict[str, str], notes: _Notes) -> Checked:
    judged = engine.judge(whole, offense, answers)
    lines = [(line, notes.of(line.element.cite)) for line in judged.lines]
    ranges = []
    for tier in offense.tiers:
        years, basis = tier.limitation
        ranges.append(Range(tier, notes.of(tier.cite), years, notes.of(basis)))
    return Checked(
        offense, judged, lines, notes.of(offense.cite), notes.of(offense.prosecution_cite), ranges,
        notes.said(offense.numbers), notes.said(offense.below), notes.said(offense.look),
        [whole.offenses[key] for key in judged.leads if key in whole.offenses],
    )  # fmt: skip


def _for(some: Iterable[Said], role: str) -> list[Said]:
    return [s for s in some if not s.roles or role in s.roles]


def outcome(whole: Whole, told: keep.Told, others: Iterable[Elsewhere], today: date, calendar: Calendar) -> Outcome:
    """The page's content. One pass numbers the articles, three statements quote them."""
    notes = _Notes()
    offenses = [whole.offenses[key] for key in told.chosen]
    every = [_checked(whole, offense, told.answers, notes) for offense in offenses]
    gone = [c for c in every if c.judged.state == engine.MISSING]
    kept = [c for c in every if c.judged.state != engine.MISSING]
    pointed = []
    for defense in engine.defenses_for(whole, [c.offense for c in kept] or offenses, told.role):
        answer = told.answers.get(f"defense.{defense.key}")
        if answer != "no":
            pointed.append(Pointed(defense, answer == YES, notes.of(defense.cite)))
    pointed.sort(key=lambda p: not p.held)
    stage = whole.stages.get(told.stage)
    ticking = []
    rights, steps = _for(whole.always, told.role), []
    if stage is not None:
        for key in stage.clocks:
            clock = whole.clocks[key]
            if clock.roles and told.role not in clock.roles:
                continue
            ticking.append(
                (clocks.tell(clock, _start(clock.start, stage, told), today, calendar), notes.of(clock.cite))
            )
        rights = [*_for(stage.rights, told.role), *rights]
        steps = _for(stage.steps, told.role)
    minor = told.minor or told.answers.get("defense.minor") == YES
    said = notes.said(rights), notes.said(steps), notes.said(_for(whole.minors, told.role)) if minor else []
    shown = [
        Other(thing, notes.said(thing.why), notes.said(thing.go), doors.opened([*thing.doors, *_keys(thing.go)]))
        for thing in others
    ]
    wanted = [*_keys(_for([*rights, *steps], told.role)), "legal_aid", "hotline", "prosecutor"]
    return Outcome(kept, gone, pointed, shown, stage, ticking, *said, notes.articles(today), doors.opened(wanted))


STARTS = {
    "none": (), "reported": ("收到不予立案通知书",), "filed": ("决定取保", "决定监视居住"), "detained": ("拘留",),
    "arrested": ("逮捕",), "review": ("检察院收案",), "trial": ("法院受理",), "sentenced": ("收到判决书",), "served": ("判决生效",),
}  # fmt: skip
"""The events whose day a stage asks for: only clocks that run from them are computed."""


def _start(start: str, stage: Stage, told: keep.Told) -> date | None:
    return told.on if start in STARTS[stage.key] else None


def _keys(some: Iterable[Said]) -> list[str]:
    return [key for s in some for key in s.doors]


def offense_page(whole: Whole, offense: Offense, today: date) -> tuple[Checked, list[Article]]:
    """An offense by itself, for reading."""
    notes = _Notes()
    return _checked(whole, offense, {}, notes), notes.articles(today)
