"""What a guided interview is made of. Pure data, read from `guides/<key>.yaml` by `loading`.

A lawyer edits the YAML; nobody writes code for a new interview. Values of facts are `bool` (yesno), `str` (choice: the
option's key), `Decimal` (number, money in yuan) and `date`; the text UNKNOWN stands for "不知道" where a fact allows it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .conditions import Condition
    from .formulas import Formula

__all__ = [
    "KINDS", "UNKNOWN", "Answers", "Computed", "Evidence", "Fact", "Guide", "Item", "Outcome", "Row", "Rule", "Shown", "Value",
]  # fmt: skip

UNKNOWN = "unknown"
KINDS = ("yesno", "choice", "number", "money", "date")
Value = bool | str | Decimal | date
Answers = Mapping[str, Value]


@dataclass(frozen=True)
class Fact:
    """One question. `short` names it on the review page and in formulas; `why` says why it is asked and `cite` on which
    article. `unknown` is the label of "不知道", empty where an answer is needed. `past`: a date not after today."""

    key: str
    kind: str
    ask: str
    short: str
    why: str
    cite: str
    help: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    unit: str = ""
    unknown: str = ""
    least: Decimal | None = None
    most: Decimal | None = None
    past: bool = False
    order: int = 0

    @property
    def choices(self) -> list[tuple[Value, str]]:
        """What can be ticked; empty for what is typed."""
        if self.kind == "yesno":
            found: list[tuple[Value, str]] = [
                (True, self.options.get("yes", "是")),
                (False, self.options.get("no", "否")),
            ]
        elif self.kind == "choice":
            found = list(self.options.items())
        else:
            return []
        return [*found, (UNKNOWN, self.unknown)] if self.unknown else found


@dataclass(frozen=True)
class Computed:
    """A value worked out from answers: `kind` truth, number, money or date. A date is `start` plus a term; the others
    are a formula, `shown` tells it in words with {names}. `cite` is the article of the formula or term."""

    key: str
    kind: str
    short: str
    cite: str = ""
    shown: str = ""
    formula: Formula | None = None
    truth: Condition | None = None
    start: str = ""
    length: int = 0
    unit: str = ""
    roll: bool = True
    note: str = ""


@dataclass(frozen=True)
class Rule:
    """Where `when` holds and no rule of a better (smaller) rank does, the outcome is `then`."""

    number: int
    when: Condition
    then: str
    rank: int


@dataclass(frozen=True)
class Item:
    """A sentence of an outcome: its article, the condition under which it is said, and for a step its `term` in words and
    the doors it opens. A sentence whose {value} cannot be worked out is left out."""

    say: str
    cite: str
    when: Condition
    term: str = ""
    doors: tuple[str, ...] = ()
    key: str = ""


@dataclass(frozen=True)
class Evidence:
    """Something to gather."""

    say: str
    when: Condition
    cite: str = ""


@dataclass(frozen=True)
class Shown:
    """A computed value shown with its working, where `when` holds."""

    name: str
    when: Condition


@dataclass(frozen=True)
class Outcome:
    """What the person is told. `amounts` and `terms` are computed values shown with their working."""

    key: str
    title: str
    summary: str
    tone: str
    because: tuple[Item, ...]
    steps: tuple[Item, ...]
    warnings: tuple[Item, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    amounts: tuple[Shown, ...] = ()
    terms: tuple[Shown, ...] = ()
    doors: tuple[str, ...] = ()

    @property
    def parts(self) -> tuple[Shown | Item | Evidence, ...]:
        """Everything that stands under a condition."""
        return (*self.amounts, *self.terms, *self.because, *self.warnings, *self.steps, *self.evidence)

    @property
    def shown(self) -> tuple[Shown, ...]:
        return (*self.amounts, *self.terms)

    @property
    def items(self) -> tuple[Item, ...]:
        return (*self.because, *self.warnings, *self.steps)


@dataclass(frozen=True)
class Row:
    """A test: on this day, given these facts (what may be unknown and is not given is unknown), expect."""

    name: str
    today: date
    given: Answers
    expect: str
    values: Mapping[str, Value | None]
    says: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()


@dataclass(frozen=True)
class Guide:
    """One interview. `title_en` and `summary_en` are for readers of English; the rest is in Chinese."""

    key: str
    title: str
    title_en: str
    summary: str
    summary_en: str
    scene: str
    icon: str
    reviewed: date
    words: tuple[str, ...]
    facts: Mapping[str, Fact]
    computed: Mapping[str, Computed]
    rules: tuple[Rule, ...]
    outcomes: Mapping[str, Outcome]
    rows: tuple[Row, ...]

    @cached_property
    def ranks(self) -> tuple[tuple[Rule, ...], ...]:
        """Rules of equal rank together, the best rank first."""
        found: dict[int, list[Rule]] = {}
        for rule in self.rules:
            found.setdefault(rule.rank, []).append(rule)
        return tuple(tuple(found[rank]) for rank in sorted(found))

    @cached_property
    def citations(self) -> tuple[tuple[str, str, str], ...]:
        """Every citation: (where, what it supports, citation)."""
        out = [(f"facts.{f.key}", f.why, f.cite) for f in self.facts.values()]
        out += [(f"computed.{c.key}", c.short, c.cite) for c in self.computed.values() if c.cite]
        for outcome in self.outcomes.values():
            for name in ("because", "warnings", "steps"):
                for number, item in enumerate(getattr(outcome, name), 1):
                    out.append((f"outcomes.{outcome.key}.{name}.{number}", item.say, item.cite))
            for number, thing in enumerate(outcome.evidence, 1):
                if thing.cite:
                    out.append((f"outcomes.{outcome.key}.evidence.{number}", thing.say, thing.cite))
        return tuple(out)
