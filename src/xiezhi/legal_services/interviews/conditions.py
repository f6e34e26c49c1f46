"""Conditions over facts and computed values, as YAML a lawyer can read. No expression is ever executed as code.

    {hired: yes, months: {at_least: 6}}         all of these
    {place: [site, factory]}                    one of these
    {any: [{a: yes}, {b: unknown}]}             at least one; also `all:` and `not:`

An unknown answer equals `unknown` and nothing else: no comparison holds for it.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from .declare import UNKNOWN, Value

__all__ = [
    "ALWAYS",
    "All",
    "Any_",
    "BadCondition",
    "Condition",
    "Is",
    "Not",
    "Test",
    "atoms",
    "holds",
    "read",
    "undecided",
]

OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "under": operator.lt,
    "at_most": operator.le,
    "over": operator.gt,
    "at_least": operator.ge,
}
Look = Callable[[str], Value | None]


class BadCondition(ValueError):
    """A condition that cannot be read."""


@dataclass(frozen=True)
class Is:
    """The value is one of these."""

    name: str
    values: tuple[Value, ...]


@dataclass(frozen=True)
class Test:
    """The value compares so with a fixed one."""

    name: str
    operator: str
    value: Decimal | date


@dataclass(frozen=True)
class All:
    """Every part holds; without parts: always."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class Any_:
    """At least one part holds."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class Not:
    """The part does not hold."""

    part: Condition


Condition = Is | Test | All | Any_ | Not
ALWAYS = All(())


def number(raw: Any) -> Decimal:
    return Decimal(str(raw))


def value_of(raw: Any) -> Value:
    """A fixed value from YAML."""
    if isinstance(raw, bool | str | date):
        return raw
    if isinstance(raw, int | float):
        return number(raw)
    raise BadCondition(f"看不懂的值：{raw!r}")


def read(raw: Any) -> Condition:
    """The condition of a YAML mapping; None or {} always holds. Raises BadCondition."""
    if raw is None:
        return ALWAYS
    if not isinstance(raw, Mapping):
        raise BadCondition(f"条件要写成“事实: 值”的样子，不能是 {raw!r}")
    parts: list[Condition] = []
    for name, wanted in raw.items():
        if name in ("any", "all"):
            if not isinstance(wanted, list) or not wanted:
                raise BadCondition(f"{name} 后面要列出至少一个条件")
            inner = tuple(read(one) for one in wanted)
            parts.append(Any_(inner) if name == "any" else All(inner))
        elif name == "not":
            parts.append(Not(read(wanted)))
        elif not isinstance(name, str):
            raise BadCondition(f"事实的名字要是文字，不能是 {name!r}")
        elif isinstance(wanted, Mapping):
            for sign, limit in wanted.items():
                if sign not in OPERATORS:
                    raise BadCondition(f"{name}：没有“{sign}”这种比较，可用 {'、'.join(OPERATORS)}")
                fixed = value_of(limit)
                if isinstance(fixed, bool | str):
                    raise BadCondition(f"{name}：{sign} 后面要是数字或日期")
                parts.append(Test(name, sign, fixed))
        elif isinstance(wanted, list):
            parts.append(Is(name, tuple(value_of(one) for one in wanted)))
        else:
            parts.append(Is(name, (value_of(wanted),)))
    return parts[0] if len(parts) == 1 else All(tuple(parts))


def holds(condition: Condition, look: Look) -> bool | None:
    """True, False, or None while it depends on what `look` does not know yet."""
    match condition:
        case Is(name, values):
            known = look(name)
            return None if known is None else any(known is v or (known == v and type(known) is type(v)) for v in values)
        case Test(name, sign, limit):
            known = look(name)
            if known is None:
                return None
            return False if known == UNKNOWN else OPERATORS[sign](known, limit)
        case Not(part):
            inner = holds(part, look)
            return None if inner is None else not inner
        case All(parts):
            waiting = False
            for one in parts:
                found = holds(one, look)
                if found is False:
                    return False
                waiting = waiting or found is None
            return None if waiting else True
        case Any_(parts):
            waiting = False
            for one in parts:
                found = holds(one, look)
                if found is True:
                    return True
                waiting = waiting or found is None
            return None if waiting else False


def atoms(condition: Condition) -> Iterator[Is | Test]:
    """Every comparison in it."""
    match condition:
        case Is() | Test():
            yield condition
        case Not(part):
            yield from atoms(part)
        case All(parts) | Any_(parts):
            for one in parts:
                yield from atoms(one)


def soonest(condition: Condition, look: Look) -> str | None:
    """The name to know first, as the condition is written; None where it is decided."""
    return next(undecided(condition, look), None)


def undecided(condition: Condition, look: Look) -> Iterator[str]:
    """Names on which the answer still depends; nothing where the condition is decided."""
    if holds(condition, look) is not None:
        return
    match condition:
        case Is(name, _) | Test(name, _, _):
            yield name
        case Not(part):
            yield from undecided(part, look)
        case All(parts) | Any_(parts):
            for one in parts:
                yield from undecided(one, look)
