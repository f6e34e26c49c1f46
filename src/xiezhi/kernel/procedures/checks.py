"""`xiezhi check`: prove that a declared procedure can work, before the first matter.

Every rule has one code; `RULES` lists them with what they ask. `check` proves one procedure, `run` the whole registry
and what holds between versions and procedures. Nothing here needs a database.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from xiezhi.kernel.procedures.declare import Event, Procedure

PRACTICE = "实务"  # the basis of an event that no article asks for (filing away, assigning); never the basis of a term


@dataclass(frozen=True)
class Finding:
    """What is wrong: a stable code, the member of the procedure, and what to mend, in Chinese."""

    code: str
    where: str
    message: str

    def __str__(self) -> str:
        return f"{self.code} {self.where}：{self.message}"


@dataclass(frozen=True)
class Context:
    """What a rule may look at besides the procedure. `render` also renders every document (slow)."""

    today: date
    render: bool = False

    def days(self, procedure: type[Procedure]) -> tuple[date, ...]:
        """Days on which a citation must lead somewhere: the last day of the version's life that is not in the future,
        or its first day where that is still ahead. An article that an amendment moved is caught, one that an amendment
        brought during the life of the version is allowed."""
        last = min(procedure.in_force_to or self.today, self.today)
        return (max(procedure.in_force_from, last),)


Found = Iterator[tuple[str, str]]
Test = Callable[[type[Procedure], Context], Found]


@dataclass(frozen=True)
class Rule:
    """A rule with its code, its meaning in one sentence, and its test yielding (where, message)."""

    code: str
    asks: str
    test: Test


RULES: dict[str, Rule] = {}


def rule(code: str, asks: str) -> Callable[[Test], Test]:
    """Register a rule under its code."""

    def register(test: Test) -> Test:
        if code in RULES:
            raise ValueError(f"rule {code} is registered twice")
        RULES[code] = Rule(code, asks, test)
        return test

    return register


# rules that look at more than one procedure
ACROSS = {
    "VERSION_OVERLAP": "同一程序的各个版本施行期间不重叠",
    "VERSION_DUPLICATE": "同一程序的版本号不重复",
    "TERM_ID_SHARED": "不同程序的期限编号不相同",
}


def _today() -> date:
    from xiezhi.kernel.calendar import clock

    return clock.today()


def house(procedure: type[Procedure], name: str) -> bool:
    """Whether the event is one every procedure shares (assignment, correction): the house's own, no article's."""
    from xiezhi.kernel.procedures.common import CommonEvents

    shared = vars(CommonEvents).get(name)
    return isinstance(shared, Event) and procedure.events[name].title == shared.title


def name_of(procedure: type[Procedure]) -> str:
    """XZFY v1, or the name of the class where it has no code."""
    return f"{procedure.code or procedure.__name__} v{procedure.version}"


def check(procedure: type[Procedure], *, today: date | None = None, render: bool = False) -> list[Finding]:
    """Every rule on one procedure, in order of the rules. Empty means sound."""
    from xiezhi.kernel.procedures import check_forms  # importing them registers their rules

    check_forms.load_documents(procedure)
    context = Context(today or _today(), render)
    name = name_of(procedure)
    return [
        Finding(one.code, f"{name} {where}".rstrip(), message)
        for one in RULES.values()
        for where, message in one.test(procedure, context)
    ]


def across(procedures: Sequence[type[Procedure]]) -> Iterator[Finding]:
    """What must hold between versions of one procedure and between procedures."""
    seen: dict[tuple[str, int], type[Procedure]] = {}
    for one in procedures:
        if one.key() in seen:
            yield Finding("VERSION_DUPLICATE", name_of(one), f"{seen[one.key()].__name__}与{one.__name__}版本号相同")
        seen[one.key()] = one
    for code in sorted({p.code for p in procedures}):
        versions = sorted((p for p in procedures if p.code == code), key=lambda p: (p.in_force_from, p.version))
        for former, later in pairwise(versions):
            if former.key() == later.key():
                continue
            if former.in_force_to is None or former.in_force_to >= later.in_force_from:
                until = former.in_force_to.isoformat() if former.in_force_to else "未写明"
                message = f"施行至{until}，与v{later.version}自{later.in_force_from.isoformat()}起重叠"
                yield Finding("VERSION_OVERLAP", name_of(former), message)
    owner: dict[str, str] = {}
    for one in procedures:
        for term in one.terms:
            if owner.setdefault(term, one.code) != one.code:
                yield Finding("TERM_ID_SHARED", f"{name_of(one)} {term}", f"期限编号已由{owner[term]}使用，请另取编号")


def run(
    procedures: Iterable[type[Procedure]] | None = None, *, today: date | None = None, render: bool = False
) -> list[Finding]:
    """Every finding over the registered procedures (or those given). Empty means every declaration is sound."""
    if procedures is None:
        from xiezhi.kernel.procedures import registry

        procedures = registry.load_all()
    held = list(procedures)
    day = today or _today()
    out = [finding for one in held for finding in check(one, today=day, render=render)]
    return [*out, *across(held)]
