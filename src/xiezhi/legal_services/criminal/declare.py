"""What the assistant is made of. Pure data, read by `loading` from `offenses/*.yaml` and `guidance/*.yaml`.

Lawyers edit the YAML: offenses with their elements as plain questions, statutory ranges as facts of an article, and what
stands beside an offense (defenses, stages, clocks, matters that are no crime). No sentence of a statute stands in it;
quotations come from the library. Nothing here foretells what a court will do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

__all__ = [
    "ANSWERS",
    "KINDS",
    "NO",
    "ROLES",
    "UNSURE",
    "YES",
    "Clock",
    "Defense",
    "Element",
    "Elsewhere",
    "Offense",
    "Said",
    "Stage",
    "Tier",
    "Whole",
    "Words",
]  # fmt: skip

YES, NO, UNSURE = "yes", "no", "unsure"
ANSWERS = (YES, NO, UNSURE)
KINDS = ("主体", "主观", "行为", "对象", "前提", "结果", "数额", "情节", "因果")
ROLES = ("suspect", "family", "victim", "witness", "owner")


@dataclass(frozen=True)
class Said:
    """A sentence of ours and the article it stands on. `since` is the day from which a number applies, `roles` whom it is
    said to (empty: everybody), `doors` what it opens."""

    say: str
    cite: str
    since: date | None = None
    roles: tuple[str, ...] = ()
    doors: tuple[str, ...] = ()


@dataclass(frozen=True)
class Element:
    """One condition of an offense as a question for 是/否/不清楚. `fact` is what is asked: elements of several offenses
    may share one. The element is met by `met_by` (yes or no). Of the elements of one `group` one is enough. `missing` says
    what follows where it is not met, `leads` to which other offenses one should look then."""

    fact: str
    kind: str
    short: str
    ask: str
    cite: str
    help: str = ""
    met_by: str = YES
    group: str = ""
    missing: str = ""
    leads: tuple[str, ...] = ()


@dataclass(frozen=True)
class Tier:
    """One statutory range as a fact of its article: years of imprisonment from and to (None: no upper limit named, so
    up to the general one), other kinds of punishment, and how a fine goes with it. `when` is in our words."""

    when: str
    cite: str
    low: float = 0
    high: float | None = None
    prison: bool = True
    other: tuple[str, ...] = ()
    life: bool = False
    death: bool = False
    fine: str = ""

    @property
    def limitation(self) -> tuple[int, str]:
        """Years after which the offense is no longer prosecuted and the article (刑法 第87条), by the highest punishment
        of this range."""
        if self.death or self.life:
            return 20, "刑法 第87条第4项"
        if self.prison and (self.high is None or self.high >= 10):
            return 15, "刑法 第87条第3项"
        if self.prison and self.high is not None and self.high >= 5:
            return 10, "刑法 第87条第2项"
        return 5, "刑法 第87条第1项"

    @property
    def range_text(self) -> str:
        """The range in words made from its numbers."""
        parts: list[str] = []
        if self.prison:
            low, high = _years(self.low), _years(self.high)
            if self.low and self.high:
                parts.append(f"有期徒刑{low}至{high}" if self.low != self.high else f"有期徒刑{low}")
            else:
                parts.append(f"有期徒刑{low}以上" if self.low else f"有期徒刑{high}以下")
        if self.life:
            parts.append("无期徒刑")
        if self.death:
            parts.append("死刑")
        text = "、".join([*parts, *self.other])
        return f"{text}；{self.fine}" if self.fine else text


def _years(number: float | None) -> str:
    return "" if number is None else f"{number:g}年"


@dataclass(frozen=True)
class Words:
    """Everyday words that lead to an offense: `sure` ones name it, `maybe` ones only hint, `against` speak for something
    else. A/B are alternatives, A…B means both near each other, in this order."""

    sure: tuple[str, ...] = ()
    maybe: tuple[str, ...] = ()
    against: tuple[str, ...] = ()


@dataclass(frozen=True)
class Offense:
    """One offense. `chapter` is that of the special part of 刑法; `from_14` says that somebody of 14 or 15 answers for it
    (第17条第2款). `numbers` are dated thresholds, `below` what applies beneath them, `look` exits to examine."""

    key: str
    name: str
    plain: str
    cite: str
    chapter: int
    intent: str
    prosecution: str
    prosecution_cite: str
    words: Words
    elements: tuple[Element, ...]
    tiers: tuple[Tier, ...]
    numbers: tuple[Said, ...] = ()
    below: tuple[Said, ...] = ()
    look: tuple[Said, ...] = ()
    from_14: bool = False
    danger: bool = False
    group: str = ""

    @property
    def citations(self) -> tuple[tuple[str, str, str], ...]:
        """Every citation: (where, what it supports, citation)."""
        out = [("article", self.plain, self.cite), ("prosecution", self.prosecution, self.prosecution_cite)]
        out += [(f"elements.{e.fact}", e.short, e.cite) for e in self.elements]
        out += [(f"tiers.{n}", t.when, t.cite) for n, t in enumerate(self.tiers, 1)]
        for name in ("numbers", "below", "look"):
            out += [(f"{name}.{n}", s.say, s.cite) for n, s in enumerate(getattr(self, name), 1)]
        return tuple(out)


@dataclass(frozen=True)
class Elsewhere:
    """A matter that is usually no crime: what it is, why, and where to go with it."""

    key: str
    name: str
    plain: str
    words: Words
    why: tuple[Said, ...]
    go: tuple[Said, ...]
    doors: tuple[str, ...]


@dataclass(frozen=True)
class Defense:
    """Something that excludes or lightens responsibility, asked beside the elements. `says` is shown where the answer is
    yes, and where it is open as something to check. `only` narrows it to offenses (keys), `intent` to 故意 or 过失,
    `chapters` to chapters of the special part."""

    key: str
    short: str
    ask: str
    says: str
    cite: str
    roles: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    intent: str = ""
    chapters: tuple[int, ...] = ()


@dataclass(frozen=True)
class Clock:
    """A statutory term of procedure. `start` names the day it runs from. `lengths` are (what, number, unit) with what in
    words: normal, with one extension and so on. `custody` terms are never prolonged by holidays (刑事诉讼法 第105条)."""

    key: str
    title: str
    who: str
    start: str
    lengths: tuple[tuple[str, int, str], ...]
    cite: str
    custody: bool = False
    roles: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Stage:
    """Where a case stands. `day` asks for the day its clocks run from, empty where none does."""

    key: str
    title: str
    plain: str
    day: str
    clocks: tuple[str, ...]
    rights: tuple[Said, ...]
    steps: tuple[Said, ...]


@dataclass(frozen=True)
class Whole:
    """Everything that was read."""

    offenses: Mapping[str, Offense]
    elsewhere: Mapping[str, Elsewhere]
    defenses: Mapping[str, Defense]
    clocks: Mapping[str, Clock]
    stages: Mapping[str, Stage]
    always: tuple[Said, ...]
    minors: tuple[Said, ...]
    implies: Mapping[tuple[str, str], tuple[tuple[str, str], ...]]
    reviewed: date

    @property
    def citations(self) -> list[tuple[str, str, str, str]]:
        """Every citation: (kind, key, what it supports, citation)."""
        out = [
            ("罪名", f"{o.key}.{where}", f"{o.name}：{what[:50]}", cite)
            for o in self.offenses.values()
            for where, what, cite in o.citations
        ]
        for other in self.elsewhere.values():
            out += [
                ("罪名", f"elsewhere.{other.key}.{n}", f"{other.name}：{s.say[:50]}", s.cite)
                for n, s in enumerate((*other.why, *other.go), 1)
                if s.cite
            ]
        out += [("罪名", f"defenses.{d.key}", d.short, d.cite) for d in self.defenses.values()]
        out += [("罪名", f"clocks.{c.key}", c.title, c.cite) for c in self.clocks.values()]
        for stage in self.stages.values():
            out += [
                ("罪名", f"stages.{stage.key}.{n}", f"{stage.title}：{s.say[:50]}", s.cite)
                for n, s in enumerate((*stage.rights, *stage.steps), 1)
                if s.cite
            ]
        for name in ("always", "minors"):
            out += [("罪名", f"{name}.{n}", s.say[:50], s.cite) for n, s in enumerate(getattr(self, name), 1) if s.cite]
        return out
