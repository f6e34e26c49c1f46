"""Finite pictures of answers: for every name used in conditions, one value for each way in which conditions can tell its
values apart. What holds for all of these holds for every answer.

A number compared with 6 and 12 has five: below 6, 6, between, 12, above. Computed numbers and dates are taken as free of
what they are computed from, so a proof covers more than can happen, never less.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from . import conditions, formulas
from .conditions import Condition, Is, Not, Test
from .declare import UNKNOWN, Computed, Fact, Guide, Value

__all__ = ["Cells", "inline", "satisfying"]


def inline(guide: Guide, condition: Condition) -> Condition:
    """The condition with computed truths replaced by what they mean."""
    match condition:
        case Is(name, values) if name in guide.computed and guide.computed[name].truth is not None:
            truth = guide.computed[name].truth
            assert truth is not None
            inner = inline(guide, truth)
            wanted = [v for v in values if isinstance(v, bool)]
            if not wanted:
                return Not(conditions.ALWAYS)
            return conditions.ALWAYS if len(set(wanted)) == 2 else inner if wanted[0] else Not(inner)
        case Not(part):
            return Not(inline(guide, part))
        case conditions.All(parts):
            return conditions.All(tuple(inline(guide, p) for p in parts))
        case conditions.Any_(parts):
            return conditions.Any_(tuple(inline(guide, p) for p in parts))
    return condition


def _between(limits: list[Decimal | date]) -> Iterator[Decimal | date]:
    """Each limit, a value between neighbours, one below and one above all."""
    for number, limit in enumerate(limits):
        if isinstance(limit, date):
            if number == 0:
                yield limit - timedelta(days=1)
            yield limit
            after: Decimal | date = limit + timedelta(days=1)
            if number + 1 == len(limits) or after != limits[number + 1]:
                yield after
        else:
            if number == 0:
                yield limit - 1
            yield limit
            more = limits[number + 1] if number + 1 < len(limits) else None
            yield (limit + more) / 2 if isinstance(more, Decimal) else limit + 1


class Cells:
    """The values of every name, for the conditions of one interview (computed truths inlined)."""

    def __init__(self, guide: Guide, used: Iterator[Condition]) -> None:
        self.guide = guide
        limits: dict[str, set[Decimal | date]] = {}
        for condition in used:
            for atom in conditions.atoms(condition):
                found = limits.setdefault(atom.name, set())
                if isinstance(atom, Test):
                    found.add(atom.value)
                else:
                    found.update(v for v in atom.values if isinstance(v, Decimal | date))
        self.values = {name: self._of(name, sorted(found)) for name, found in limits.items()}

    def _of(self, name: str, limits: list[Decimal | date]) -> list[Value]:
        fact = self.guide.facts.get(name)
        if fact is not None and fact.choices:
            return [value for value, _ in fact.choices]
        out: list[Value] = list(_between(limits)) or [Decimal(1)]
        if fact is not None:
            out = [v for v in out if self._possible(fact, v)]
            return [*out, UNKNOWN] if fact.unknown else out
        return [*out, UNKNOWN] if self.can_be_unknown(self.guide.computed[name]) else out

    @staticmethod
    def _possible(fact: Fact, value: Value) -> bool:
        if not isinstance(value, Decimal):
            return True
        return (fact.least is None or value >= fact.least) and (fact.most is None or value <= fact.most)

    def can_be_unknown(self, made: Computed) -> bool:
        """Whether an input may be answered with 不知道."""
        inputs = [made.start] if made.start else formulas.names(made.formula) if made.formula else []
        for name in inputs:
            if name in self.guide.facts:
                if self.guide.facts[name].unknown:
                    return True
            elif name in self.guide.computed:
                inner = self.guide.computed[name]
                if inner.truth is None and self.can_be_unknown(inner):
                    return True
        return False


def satisfying(
    cells: Cells, wanted: list[Condition], refused: list[Condition], known: dict[str, Value]
) -> dict[str, Value] | None:
    """Values under which all of `wanted` and none of `refused` hold, beginning with `known`; None where there are none."""

    def look(name: str) -> Value | None:
        return known.get(name)

    open_: str | None = None
    for condition, goal in [*((c, True) for c in wanted), *((c, False) for c in refused)]:
        found = conditions.holds(condition, look)
        if found is None:
            open_ = open_ or next(conditions.undecided(condition, look))
        elif found is not goal:
            return None
    if open_ is None:
        return known
    for value in cells.values[open_]:
        answer = satisfying(cells, wanted, refused, {**known, open_: value})
        if answer is not None:
            return answer
    return None
