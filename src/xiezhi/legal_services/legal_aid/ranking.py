"""In which order providers are asked: the better fit first, among equals whose turn it is. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from .conflicts import Candidate, Left, Need, left_out

__all__ = ["Proposal", "Ranked", "rank"]

_NEVER = datetime(1900, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Ranked:
    """A provider who can be asked, and what speaks for them."""

    one: Candidate
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Proposal:
    """Providers in the order in which they are asked, and the others with the reasons."""

    candidates: Sequence[Ranked]
    left: Sequence[tuple[Candidate, Sequence[Left]]]

    @property
    def first(self) -> Ranked | None:
        return self.candidates[0] if self.candidates else None

    def codes(self) -> dict[str, list[str]]:
        """Reasons by provider id as they are kept with an offer."""
        return {str(one.id): [r.code for r in reasons] for one, reasons in self.left}


def _key(one: Candidate, need: Need) -> tuple[object, ...]:
    return (
        not (need.wished and one.name == need.wished),
        bool(need.matter_type) and need.matter_type not in one.specialisms,
        bool(need.language) and need.language not in one.languages,
        bool(need.sex) and need.sex != one.sex,
        4 * one.load >= 3 * one.capacity,  # nearly full: others first
        one.year_count,
        one.last_offered or _NEVER,
        one.id,
    )


def _why(one: Candidate, need: Need) -> tuple[str, ...]:
    found = []
    if need.wished and one.name == need.wished:
        found.append("受援人希望由其承办")
    if need.matter_type and need.matter_type in one.specialisms:
        found.append("擅长此类事项")
    if need.language and need.language in one.languages:
        found.append("会说受援人的语言")
    if need.sex and need.sex == one.sex:
        found.append("符合受援人对性别的希望")
    found.append(f"在办{one.load}件，一年内承办{one.year_count}件")
    if one.last_offered is None:
        found.append("尚未征询过")
    return tuple(found)


def rank(people: Iterable[Candidate], need: Need) -> Proposal:
    """Split into those who can be asked, in order, and those left out with every reason."""
    fit, left = [], []
    for one in people:
        reasons = left_out(one, need)
        if reasons:
            left.append((one, reasons))
        else:
            fit.append(one)
    fit.sort(key=lambda one: _key(one, need))
    left.sort(key=lambda pair: pair[0].id)
    return Proposal([Ranked(one, _why(one, need)) for one in fit], left)
