"""From facts and rules to the next question and the outcome. Pure: the same answers on the same day, the same result.

A walk starts with nothing and takes answers only as it comes to ask them, so what was answered on a path since left has no
say. Rules of the best rank that still live are asked about first: of the facts each of them needs next, the one declared
first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from string import Formatter

from xiezhi.kernel.calendar.counting import Calendar, Due, Unit, count
from xiezhi.kernel.calendar.explain import zh_date

from . import conditions, formulas
from .conditions import Condition
from .declare import UNKNOWN, Answers, Computed, Evidence, Fact, Guide, Item, Outcome, Rule, Shown, Value

__all__ = ["Facts", "Result", "Said", "Walk", "Working", "decide", "fields_of", "result", "say_value", "uses", "walk"]


class _Needs(Exception):
    """This fact has not been answered."""

    def __init__(self, fact: str) -> None:
        super().__init__(fact)
        self.fact = fact


class Facts:
    """Answers, and what is worked out from them as of `today`."""

    def __init__(self, guide: Guide, answers: Answers, today: date, calendar: Calendar) -> None:
        self.guide, self.answers, self.today, self.calendar = guide, answers, today, calendar

    def look(self, name: str) -> Value | None:
        """The value of a fact or a computed value; None while it is not known, UNKNOWN where it cannot be."""
        try:
            return self.value(name)
        except _Needs:
            return None

    def value(self, name: str) -> Value:
        """As `look`; raises _Needs with the fact to ask."""
        if name in self.guide.facts:
            if name not in self.answers:
                raise _Needs(name)
            return self.answers[name]
        if name == "today":
            return self.today
        made = self.guide.computed[name]
        if made.truth is not None:
            found = conditions.holds(made.truth, self.look)
            if found is None:
                raise _Needs(min(self.missing(made.truth), key=self._order))
            return found
        if made.start:
            due = self.due(made)
            return UNKNOWN if due is None or due.legal is None else due.legal
        assert made.formula is not None
        try:
            return formulas.evaluate(made.formula, self.value)
        except formulas.Unknowable:
            return UNKNOWN

    def due(self, made: Computed) -> Due | None:
        """The term of a computed date with its reckoning; None where its start is unknown."""
        start = self.value(made.start)
        if not isinstance(start, date):
            return None
        return count(start, made.length, Unit(made.unit), self.calendar, roll=made.roll, basis=made.cite)

    def _order(self, fact: str) -> int:
        return self.guide.facts[fact].order

    def need(self, name: str) -> str | None:
        """The fact to ask so that `name` becomes known."""
        try:
            self.value(name)
        except _Needs as needs:
            return needs.fact
        return None

    def missing(self, condition: Condition) -> set[str]:
        """The fact to ask next so that the condition becomes decided, in the order in which it is written."""
        name = conditions.soonest(condition, self.look)
        need = self.need(name) if name is not None else None
        return {need} if need is not None else set()

    def holds(self, condition: Condition) -> bool | None:
        return conditions.holds(condition, self.look)

    def first(self, wanted: Iterable[str]) -> str | None:
        return min(wanted, key=self._order, default=None)


def fields_of(text: str) -> list[str]:
    """Names in {braces}."""
    return [name for _, name, _, _ in Formatter().parse(text) if name]


def decide(facts: Facts) -> tuple[Rule | None, set[str]]:
    """(the rule that applies, or None; facts that would bring it nearer)."""
    for rules in facts.guide.ranks:
        found = [(rule, facts.holds(rule.when)) for rule in rules]
        for rule, holds in found:
            if holds:
                return rule, set()
        waiting = [rule for rule, holds in found if holds is None]
        if waiting:
            return None, {name for rule in waiting for name in facts.missing(rule.when)}
    return None, set()


def _wants(facts: Facts, outcome: Outcome) -> set[str]:
    """Facts the outcome still needs to be told in full."""
    wanted: set[str] = set()
    for one in outcome.parts:
        holds = facts.holds(one.when)
        if holds is None:
            wanted |= facts.missing(one.when)
        elif holds:
            wanted.update(need for name in uses(one) if (need := facts.need(name)) is not None)
    return wanted


def uses(one: Shown | Item | Evidence) -> list[str]:
    """Names whose values it shows."""
    match one:
        case Shown(name=name):
            return [name]
        case Item(say=say, term=term):
            return fields_of(say + term)
        case Evidence(say=say):
            return fields_of(say)


@dataclass(frozen=True)
class Walk:
    """Where somebody stands. `path` are the facts answered, in the order asked; `next` the one to ask now; `left` at most
    how many more. `outcome` stands when nothing is left to ask. `stuck`: no rule applies (the checks prove it cannot be)."""

    path: tuple[Fact, ...]
    next: Fact | None
    outcome: Outcome | None
    left: int
    facts: Facts
    rule: Rule | None = None

    @property
    def stuck(self) -> bool:
        return self.next is None and self.outcome is None


def walk(guide: Guide, answers: Answers, today: date, calendar: Calendar) -> Walk:
    """Take the answers in the order the questions come."""
    taken: dict[str, Value] = {}
    facts = Facts(guide, taken, today, calendar)
    path: list[Fact] = []
    while True:
        rule, wanted = decide(facts)
        outcome = guide.outcomes[rule.then] if rule is not None else None
        if outcome is not None:
            wanted = _wants(facts, outcome)
        name = facts.first(wanted)
        if name is None:
            return Walk(tuple(path), None, outcome, 0, facts, rule)
        if name not in answers:
            return Walk(tuple(path), guide.facts[name], None, len(_ahead(facts, outcome)), facts, rule)
        taken[name] = answers[name]
        path.append(guide.facts[name])


def _roots(guide: Guide, name: str) -> Iterator[str]:
    """The facts a name rests on."""
    if name in guide.facts:
        yield name
    elif name in guide.computed:
        made = guide.computed[name]
        if made.truth is not None:
            for atom in conditions.atoms(made.truth):
                yield from _roots(guide, atom.name)
        elif made.start:
            yield from _roots(guide, made.start)
        elif made.formula is not None:
            for inner in formulas.names(made.formula):
                yield from _roots(guide, inner)


def _ahead(facts: Facts, outcome: Outcome | None) -> set[str]:
    """Facts that may still be asked: of every rule that lives and the outcomes they lead to."""
    guide = facts.guide
    names: set[str] = set()
    outcomes = {outcome.key} if outcome is not None else set()
    if outcome is None:
        for rule in guide.rules:
            if facts.holds(rule.when) is not False:
                names.update(conditions.undecided(rule.when, facts.look))
                outcomes.add(rule.then)
    for key in outcomes:
        one = guide.outcomes[key]
        for thing in one.parts:
            holds = facts.holds(thing.when)
            if holds is None:
                names.update(conditions.undecided(thing.when, facts.look))
            if holds is not False:
                names.update(uses(thing))
    return {root for name in names for root in _roots(guide, name)} - set(facts.answers)


def say_value(guide: Guide, name: str, value: Value) -> str:
    """A value for people: 2026年3月5日, 12,000元, 6个月, the option's label."""
    fact = guide.facts.get(name)
    if value == UNKNOWN and not isinstance(value, bool | date | Decimal):
        return (fact.unknown if fact else "") or "不知道"
    if fact is not None and fact.choices:
        return next((label for found, label in fact.choices if found is value or found == value), "")
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, date):
        return zh_date(value)
    assert isinstance(value, Decimal)
    made = guide.computed.get(name)
    text = plain(value)
    if (fact.kind if fact else made.kind if made else "") == "money":
        return f"{text}元"
    return text + (fact.unit if fact else "")


def plain(value: Decimal) -> str:
    """12,000 or 12,345.67."""
    rounded = formulas.cents(value)
    return f"{int(rounded):,}" if rounded == rounded.to_integral_value() else f"{rounded:,.2f}"


@dataclass(frozen=True)
class Said:
    """A sentence of the result with its values filled in."""

    text: str
    cite: str
    term: str = ""
    doors: tuple[str, ...] = ()


@dataclass(frozen=True)
class Working:
    """A computed value with its working. `value` is empty where something is not known: `lacking` says what."""

    key: str
    short: str
    value: str
    shown: str
    cite: str
    note: str
    lacking: tuple[str, ...] = ()
    on: date | None = None
    passed: bool = False
    due: Due | None = None


@dataclass(frozen=True)
class Result:
    """What the page shows."""

    outcome: Outcome
    because: tuple[Said, ...]
    warnings: tuple[Said, ...]
    steps: tuple[Said, ...]
    evidence: tuple[Said, ...]
    amounts: tuple[Working, ...]
    terms: tuple[Working, ...]

    @property
    def citations(self) -> tuple[str, ...]:
        """Every citation shown, once each, in order of appearance."""
        shown = [s.cite for s in (*self.because, *self.warnings, *self.steps, *self.evidence)]
        shown += [w.cite for w in (*self.amounts, *self.terms) if w.value]
        return tuple(dict.fromkeys(c for c in shown if c))


def _fill(facts: Facts, text: str) -> str | None:
    """The text with its values; None where one cannot be worked out."""
    values = {}
    for name in fields_of(text):
        found = facts.look(name)
        if found is None or (isinstance(found, str) and found == UNKNOWN):
            return None
        values[name] = say_value(facts.guide, name, found)
    return text.format_map(values) if values else text


def _said(facts: Facts, items: Iterable[Item]) -> Iterator[Said]:
    for item in items:
        text = _fill(facts, item.say) if facts.holds(item.when) else None
        if text is not None:
            yield Said(text, item.cite, _fill(facts, item.term) or "", item.doors)


def _evidence(facts: Facts, found: Iterable[Evidence]) -> Iterator[Said]:
    for one in found:
        text = _fill(facts, one.say) if facts.holds(one.when) else None
        if text is not None:
            yield Said(text, one.cite)


def working(facts: Facts, name: str) -> Working:
    """A computed value with its inputs."""
    guide, made = facts.guide, facts.guide.computed[name]
    value = facts.look(name)
    if value is None or (isinstance(value, str) and value == UNKNOWN):
        roots = dict.fromkeys(_roots(guide, name))
        lacking = tuple(guide.facts[r].short for r in roots if facts.look(r) in (None, UNKNOWN))
        return Working(name, made.short, "", "", made.cite, made.note, lacking)
    day = value if isinstance(value, date) else None
    due = facts.due(made) if made.start else None
    shown = _fill(facts, made.shown) or ""
    return Working(
        name, made.short, say_value(guide, name, value), shown, made.cite, made.note, (), day,
        day is not None and day < facts.today, due,
    )  # fmt: skip


def result(walked: Walk) -> Result:
    """The outcome of a finished walk, sentence by sentence."""
    outcome, facts = walked.outcome, walked.facts
    assert outcome is not None

    def shown(what: Iterable[Shown]) -> tuple[Working, ...]:
        return tuple(working(facts, one.name) for one in what if facts.holds(one.when))

    return Result(
        outcome,
        tuple(_said(facts, outcome.because)),
        tuple(_said(facts, outcome.warnings)),
        tuple(_said(facts, outcome.steps)),
        tuple(_evidence(facts, outcome.evidence)),
        shown(outcome.amounts),
        shown(outcome.terms),
    )
