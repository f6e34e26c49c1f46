"""疑点规则: who may not be what at the same time, and on which article. Pure.

A rule names two sets of kinds of which a person must not hold one of each at the same time. `basis` are citations that
the catalog of acts knows; `elsewhere` names what stands in acts the catalog does not hold (orders of a ministry). A hit
is never more than a clue: somebody looks, asks, and decides.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from xiezhi.datacenter.persons.kinds import KINDS
from xiezhi.kernel.datasets.registry import Registry

__all__ = ["ClueRule", "Exception_", "Join", "rules"]


class Join(StrEnum):
    """What else must hold between the two sides. Holders are units; where no unit is known, license numbers."""

    ANY = "ANY"
    OTHER_HOLDER = "OTHER_HOLDER"
    SAME_HOLDER = "SAME_HOLDER"
    OTHER_LICENSE = "OTHER_LICENSE"
    SAME_AREA = "SAME_AREA"

    @property
    def label(self) -> str:
        return {
            "ANY": "同时具有", "OTHER_HOLDER": "在不同机构同时具有", "SAME_HOLDER": "在同一机构同时具有",
            "OTHER_LICENSE": "同一机构内持有不同证号", "SAME_AREA": "在同一辖区内同时具有",
        }[self.value]  # fmt: skip


@dataclass(frozen=True)
class Exception_:
    """A lawful exception that a checker may find. It suppresses the clue until the day the checker names."""

    code: str
    title: str
    basis: str = ""


@dataclass(frozen=True)
class ClueRule:
    """One rule. Its text stands in a page and in letters; `check` says what the checker looks at, `organ` who is competent
    when it is true. `in_force_from`, `in_force_to`: the law's own days; the part of an overlap before or after is no hit.
    `lookups` are the kinds of outside look-ups it needs. `opt_in` rules run only where an installation switches them on.
    `doubt` says what about the article is not certain and must be confirmed before the rule is relied on."""

    code: str
    title: str
    left: tuple[str, ...]
    right: tuple[str, ...]
    basis: tuple[str, ...]
    in_force_from: date
    check: str
    organ: str
    join: Join = Join.ANY
    in_force_to: date | None = None
    min_days: int = 1
    elsewhere: str = ""
    doubt: str = ""
    exceptions: tuple[Exception_, ...] = ()
    lookups: tuple[str, ...] = ()
    opt_in: bool = False
    severity: str = "NORMAL"
    version: int = 1
    owner: str = "clues"

    @property
    def restricted(self) -> bool:
        """Whether a side comes from crime or correction."""
        return any(KINDS[k].restricted for k in (*self.left, *self.right) if k in KINDS)

    @property
    def mirrored(self) -> bool:
        """Whether both sides are the same set, so that each pair must be told once."""
        return set(self.left) == set(self.right)

    @property
    def law(self) -> str:
        """All articles as one text."""
        return "；".join((*self.basis, *((self.elsewhere,) if self.elsewhere else ())))

    def problems(self) -> Iterator[str]:
        """Why the declaration cannot stand."""
        for kind in (*self.left, *self.right):
            if kind not in KINDS:
                yield f"kind {kind} is not known"
        if not self.basis and not self.elsewhere:
            yield "no article"
        if set(self.left) != set(self.right) and set(self.left) & set(self.right) and self.join is Join.ANY:
            yield "the sides share a kind, so that one role would be held against itself"
        if self.mirrored and self.join in (Join.ANY, Join.SAME_HOLDER):
            yield "a role would be held against itself"
        if self.min_days < 1:
            yield "an overlap has at least one day"


rules: Registry[ClueRule] = Registry("clue rule")
