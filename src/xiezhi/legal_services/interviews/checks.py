"""Proofs about an interview, one named error per broken rule.

    undeclared-name      a condition, formula, rule or text names what is not declared, or a value a fact cannot have
    circular             computed values that rest on each other
    no-outcome           some combination of answers reaches no outcome
    overlap              two rules of one rank apply at once and say different things
    unreachable-rule     a rule no combination of answers reaches
    unreachable-outcome  an outcome no rule reaches
    never-asked          a fact no path asks for
    never-used           a computed value nothing uses
    never-said           a sentence of an outcome whose condition never holds there
    bad-citation         a citation that does not resolve in the law in force today
    bad-door             a step that opens a door nobody declared
    row-fails            a test row that does not come out
    outcome-untested     an outcome no test row reaches

Faults of form (text-missing, bad-kind, bad-condition, bad-formula, bad-term, bad-row, bad-name, bad-item, bad-option,
options-missing, unknown-key, bad-yaml) are found when a file is read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from xiezhi.kernel.calendar.counting import Calendar
from xiezhi.kernel.calendar.published import SEED_YEARS, exceptions_from_chinesecalendar
from xiezhi.kernel.law import citations

from . import conditions, doors, formulas
from .cells import Cells, inline, satisfying
from .conditions import Condition
from .declare import UNKNOWN, Guide, Shown, Value
from .engine import uses
from .loading import Problem
from .rows import run_rows

__all__ = ["calendar", "check", "leaves"]

MOST_LEAVES = 200_000


def calendar() -> Calendar:
    """The published working days, without a database; other years are reckoned by weekends."""
    days = {day: kind for year in SEED_YEARS for day, kind in exceptions_from_chinesecalendar(year).items()}
    return Calendar(days, frozenset(SEED_YEARS)).provisional()


def check(guide: Guide, on: date) -> list[Problem]:
    """Every broken rule of the interview, in the law in force on `on`."""
    found = list(_names(guide))
    if not found:
        found += _reach(guide)
        found += _used(guide)
        found += [Problem(guide.key, "row-fails", where, message) for where, message in run_rows(guide, calendar())]
        reached = {row.expect for row in guide.rows}
        for key in guide.outcomes:
            if key not in reached:
                found.append(Problem(guide.key, "outcome-untested", f"outcomes.{key}", "没有一行 tests 走到这个结果"))
    found += _cited(guide, on)
    found += _opened(guide)
    return found


def _conditions(guide: Guide) -> Iterator[tuple[str, Condition]]:
    for rule in guide.rules:
        yield f"rules.{rule.number}", rule.when
    for made in guide.computed.values():
        if made.truth is not None:
            yield f"computed.{made.key}", made.truth
    for outcome in guide.outcomes.values():
        for name in ("because", "warnings", "steps", "evidence", "amounts", "terms"):
            for number, one in enumerate(getattr(outcome, name), 1):
                yield f"outcomes.{outcome.key}.{name}.{number}", one.when


def _names(guide: Guide) -> Iterator[Problem]:
    def fault(where: str, message: str, code: str = "undeclared-name") -> Problem:
        return Problem(guide.key, code, where, message)

    declared = {*guide.facts, *guide.computed}
    for name in guide.facts.keys() & guide.computed.keys():
        yield fault(f"computed.{name}", "与一个事实同名")
    for where, condition in _conditions(guide):
        for atom in conditions.atoms(condition):
            if atom.name not in declared:
                yield fault(where, f"没有声明“{atom.name}”")
                continue
            fact = guide.facts.get(atom.name)
            values = atom.values if isinstance(atom, conditions.Is) else ()
            for value in values:
                if fact is not None and fact.choices and not any(value is v or value == v for v, _ in fact.choices):
                    yield fault(where, f"“{atom.name}”没有“{value}”这个答案")
                elif fact is not None and value == UNKNOWN and isinstance(value, str) and not fact.unknown:
                    yield fault(where, f"“{atom.name}”不能答“不知道”")
    for made in guide.computed.values():
        inputs = formulas.names(made.formula) if made.formula else [made.start] if made.start else []
        inputs += _fields(made.shown)
        for name in inputs:
            if name not in declared and name != "today":
                yield fault(f"computed.{made.key}", f"没有声明“{name}”")
    for rule in guide.rules:
        if rule.then not in guide.outcomes:
            yield fault(f"rules.{rule.number}", f"没有声明结果“{rule.then}”")
    for outcome in guide.outcomes.values():
        for shown in outcome.shown:
            if shown.name not in guide.computed:
                yield fault(f"outcomes.{outcome.key}", f"没有声明算出的值“{shown.name}”")
        for thing in outcome.parts:
            for name in uses(thing):
                if name not in declared and not isinstance(thing, Shown):
                    yield fault(f"outcomes.{outcome.key}", f"句子里的“{{{name}}}”没有声明")
    for row in guide.rows:
        for name in {*row.given} - {*guide.facts}:
            yield fault(f"tests（{row.name}）", f"没有声明事实“{name}”")
        for name in {*row.values} - {*guide.computed}:
            yield fault(f"tests（{row.name}）", f"没有声明算出的值“{name}”")
        if row.expect not in guide.outcomes:
            yield fault(f"tests（{row.name}）", f"没有声明结果“{row.expect}”")
    yield from _circles(guide, declared)


def _fields(text: str) -> list[str]:
    from .engine import fields_of

    return fields_of(text)


def _inputs(guide: Guide, name: str) -> list[str]:
    made = guide.computed.get(name)
    if made is None:
        return []
    if made.truth is not None:
        return [atom.name for atom in conditions.atoms(made.truth)]
    return [made.start] if made.start else formulas.names(made.formula) if made.formula else []


def _circles(guide: Guide, declared: set[str]) -> Iterator[Problem]:
    for name in guide.computed:
        waiting, seen = list(_inputs(guide, name)), set()
        while waiting:
            one = waiting.pop()
            if one == name:
                yield Problem(guide.key, "circular", f"computed.{name}", "绕了一圈又用到自己")
                break
            if one not in seen and one in declared:
                seen.add(one)
                waiting += _inputs(guide, one)


def leaves(
    guide: Guide, cells: Cells, whens: list[list[tuple[int, Condition]]]
) -> Iterator[tuple[int | None, dict[str, Value]]]:
    """Every way through the rules: (number of the rule that applies or None, the values that lead there). Together the
    ways cover every combination of answers."""
    waiting: list[dict[str, Value]] = [{}]
    while waiting:
        known = waiting.pop()
        applies, open_ = _stand(whens, known)
        if open_ is None:
            yield applies, known
        else:
            waiting += [{**known, open_: value} for value in cells.values[open_]]


def _stand(whens: list[list[tuple[int, Condition]]], known: dict[str, Value]) -> tuple[int | None, str | None]:
    for rules in whens:
        waiting: Condition | None = None
        for number, when in rules:
            found = conditions.holds(when, known.get)
            if found:
                return number, None
            if found is None and waiting is None:
                waiting = when
        if waiting is not None:
            return None, next(conditions.undecided(waiting, known.get))
    return None, None


def _told(guide: Guide, known: dict[str, Value]) -> str:
    from .engine import say_value

    short = {**{f.key: f.short for f in guide.facts.values()}, **{c.key: c.short for c in guide.computed.values()}}
    return "，".join(f"{short[name]}＝{say_value(guide, name, value)}" for name, value in known.items()) or "任何回答"


def _reach(guide: Guide) -> Iterator[Problem]:
    whens = [[(rule.number, inline(guide, rule.when)) for rule in rules] for rules in guide.ranks]
    said = {where: inline(guide, when) for where, when in _conditions(guide)}
    cells = Cells(guide, iter([*(when for rules in whens for _, when in rules), *said.values()]))
    then = {rule.number: rule.then for rule in guide.rules}
    reached: dict[int, list[dict[str, Value]]] = {}
    gaps = 0
    for count, (number, known) in enumerate(leaves(guide, cells, whens)):
        if number is not None:
            reached.setdefault(number, []).append(known)
        elif (gaps := gaps + 1) <= 3:
            yield Problem(guide.key, "no-outcome", "rules", f"这样回答没有结果：{_told(guide, known)}")
        if count > MOST_LEAVES:
            yield Problem(guide.key, "no-outcome", "rules", "规则的组合太多，无法逐一证明；请把规则拆简单")
            return
    better: list[Condition] = []
    for rules in whens:
        for at, (number, when) in enumerate(rules):
            for other, its in rules[at + 1 :]:
                if then[number] == then[other]:
                    continue
                both = satisfying(cells, [when, its], better, {})
                if both is not None:
                    message = f"与 rules.{other} 同时成立而结果不同：{_told(guide, both)}"
                    yield Problem(guide.key, "overlap", f"rules.{number}", message)
        better += [when for _, when in rules]
    for rule in guide.rules:
        if (
            rule.number not in reached
            and satisfying(cells, [said[f"rules.{rule.number}"]], _better(whens, rule.number), {}) is None
        ):
            yield Problem(guide.key, "unreachable-rule", f"rules.{rule.number}", "没有一种回答走到这一条")
    arrived = {then[number] for number in reached}
    for key, outcome in guide.outcomes.items():
        if key not in arrived:
            yield Problem(guide.key, "unreachable-outcome", f"outcomes.{key}", "没有一种回答走到这个结果")
            continue
        ways = [known for number, found in reached.items() if then[number] == key for known in found]
        for name in ("because", "warnings", "steps", "evidence", "amounts", "terms"):
            for at in range(1, len(getattr(outcome, name)) + 1):
                where = f"outcomes.{key}.{name}.{at}"
                if not any(satisfying(cells, [said[where]], [], known) is not None for known in ways):
                    yield Problem(guide.key, "never-said", where, "在这个结果里，条件永远不成立")


def _better(whens: list[list[tuple[int, Condition]]], number: int) -> list[Condition]:
    out: list[Condition] = []
    for rules in whens:
        if any(number == one for one, _ in rules):
            return out
        out += [when for _, when in rules]
    return out


def _used(guide: Guide) -> Iterator[Problem]:
    used: set[str] = set()
    for rule in guide.rules:
        used.update(atom.name for atom in conditions.atoms(rule.when))
    for outcome in guide.outcomes.values():
        for one in outcome.parts:
            used.update(uses(one))
            used.update(atom.name for atom in conditions.atoms(one.when))
    waiting = list(used)
    while waiting:
        name = waiting.pop()
        more = [*_inputs(guide, name), *(_fields(guide.computed[name].shown) if name in guide.computed else [])]
        for inner in more:
            if inner not in used:
                used.add(inner)
                waiting.append(inner)
    for key in guide.facts:
        if key not in used:
            yield Problem(guide.key, "never-asked", f"facts.{key}", "没有一条规则或一句话用到它")
    for key in guide.computed:
        if key not in used:
            yield Problem(guide.key, "never-used", f"computed.{key}", "没有一条规则或一句话用到它")


def _cited(guide: Guide, on: date) -> Iterator[Problem]:
    for where, _, citation in guide.citations:
        try:
            citations.resolve(citation, on)
        except citations.CitationError as error:
            yield Problem(guide.key, "bad-citation", where, str(error))


def _opened(guide: Guide) -> Iterator[Problem]:
    def known(where: str, keys: Iterable[str]) -> Iterator[Problem]:
        for key in keys:
            if key not in doors.DOORS:
                yield Problem(guide.key, "bad-door", where, f"没有“{key}”这扇门，可用：{'、'.join(doors.DOORS)}")

    for outcome in guide.outcomes.values():
        yield from known(f"outcomes.{outcome.key}", outcome.doors)
        for number, item in enumerate(outcome.steps, 1):
            yield from known(f"outcomes.{outcome.key}.steps.{number}", item.doors)
