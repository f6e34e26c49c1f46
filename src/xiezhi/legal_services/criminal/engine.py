"""Which elements of an offense are met, missing or unclear. Pure: the same answers give the same picture in any order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from .declare import NO, ROLES, UNSURE, YES, Defense, Element, Offense, Whole

__all__ = ["MET", "MISSING", "OPEN", "UNCLEAR", "Judged", "Line", "closure", "defenses_for", "judge", "questions"]

MET, MISSING, UNCLEAR, OPEN = "met", "missing", "unclear", "open"
"""An element that holds, does not hold, that the person is not sure of, that was not asked yet."""
Answers = Mapping[str, str]


@dataclass(frozen=True)
class Line:
    """One element with its state."""

    element: Element
    state: str


@dataclass(frozen=True)
class Judged:
    """An offense held against the answers. `state` is MISSING where a needed element or a whole group is missing, MET where
    all hold, UNCLEAR otherwise; `reasons` say why it is MISSING, and are never empty then."""

    offense: Offense
    lines: tuple[Line, ...]
    state: str
    reasons: tuple[str, ...]
    leads: tuple[str, ...]

    def count(self, state: str) -> int:
        """How many elements are in a state."""
        return sum(line.state == state for line in self.lines)


def closure(whole: Whole, answers: Answers) -> dict[str, str]:
    """The answers with what follows from them (over 16 means over 14). A 是 or 不是 is never changed; 不清楚 is, where
    another answer settles it."""
    out = dict(answers)
    waiting = sorted(answers.items())
    while waiting:
        for fact, value in whole.implies.get(waiting.pop(), ()):
            if out.get(fact, UNSURE) == UNSURE and value != UNSURE:
                out[fact] = value
                waiting.append((fact, value))
    return out


def _state(element: Element, answers: Answers) -> str:
    answer = answers.get(element.fact)
    if answer is None:
        return OPEN
    if answer == UNSURE:
        return UNCLEAR
    return MET if answer == element.met_by else MISSING


def judge(whole: Whole, offense: Offense, answers: Answers) -> Judged:
    """The offense held against the answers."""
    known = closure(whole, answers)
    lines = tuple(Line(element, _state(element, known)) for element in offense.elements)
    groups: dict[str, list[Line]] = {}
    for number, line in enumerate(lines):
        groups.setdefault(line.element.group or f"#{number}", []).append(line)
    failed = [some for some in groups.values() if all(line.state == MISSING for line in some)]
    if failed:
        reasons = tuple(_reason(some) for some in failed)
        leads = tuple(dict.fromkeys(key for some in failed for line in some for key in line.element.leads))
        return Judged(offense, lines, MISSING, reasons, leads)
    done = all(any(line.state == MET for line in some) for some in groups.values())
    return Judged(offense, lines, MET if done else UNCLEAR, (), ())


def _reason(some: Sequence[Line]) -> str:
    said = [line.element.missing for line in some if line.element.missing]
    if said:
        return said[0]
    names = "、".join(line.element.short for line in some)
    return f"按您的回答，没有“{names}”" if len(some) == 1 else f"按您的回答，下面几种一样都没有：{names}"


def defenses_for(whole: Whole, offenses: Iterable[Offense], role: str) -> list[Defense]:
    """The defenses to examine for these offenses, in the order of the file."""
    some = list(offenses)
    assert role in ROLES
    return [
        defense
        for defense in whole.defenses.values()
        if (not defense.roles or role in defense.roles) and any(fits(defense, offense) for offense in some)
    ]


def fits(defense: Defense, offense: Offense) -> bool:
    """Whether the defense can matter for the offense."""
    return (
        (not defense.only or offense.key in defense.only)
        and (not defense.intent or defense.intent == offense.intent)
        and (not defense.chapters or offense.chapter in defense.chapters)
    )


def questions(
    whole: Whole, offenses: Sequence[Offense], answers: Answers, role: str
) -> list[tuple[str, Element | Defense]]:
    """Everything to ask for these offenses, each fact once, elements before defenses: (fact, what asks it). An offense
    that is missing something already, and a group that has one, ask no more, but what was answered stays listed."""
    known = closure(whole, answers)
    out: dict[str, Element | Defense] = {}
    for offense in offenses:
        gone = judge(whole, offense, answers).state == MISSING
        held = {
            e.group
            for e in offense.elements
            if e.group and known.get(e.fact) in (YES, NO) and known[e.fact] == e.met_by
        }
        for element in offense.elements:
            if element.fact in answers or (not gone and element.group not in held and element.fact not in known):
                out.setdefault(element.fact, element)
    for defense in defenses_for(whole, offenses, role):
        out.setdefault(f"defense.{defense.key}", defense)
    return list(out.items())
