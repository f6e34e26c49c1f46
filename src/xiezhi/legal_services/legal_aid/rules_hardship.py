"""经济困难: whether hardship matters at all, and whether it has to be checked. Pure functions of the answers given.

Two different exemptions are never one flag: for some matters hardship does not matter (法律援助法 第32条, and whenever an
organ notifies), for some people it counts as met once they show who they are (第42条). Migrant workers who claim pay or
compensation for a work injury belong to the second list, not to the first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .codes import PROVEN, SOCIAL_ASSISTANCE

__all__ = ["CHECK", "NOTHING", "STATUS_PROOF", "Hardship", "hardship", "limitation_days_left"]

NOTHING, STATUS_PROOF, CHECK = "NOTHING", "STATUS_PROOF", "CHECK"

# 第32条: the ground holds for claims of its own kind only
_GROUND_OF_CLAIM = {"HERO_HONOR": "HERO_KIN", "BRAVE_ACT": "BRAVE_ACT", "ABUSE": "ABUSED"}
_MIGRANT_CLAIMS = ("PAY", "WORK_INJURY")
_NEVER_UNLIMITED = ("PAY", "LABOR_RELATION", "WORK_INJURY")
_SPECIAL = ("MINOR", "AGED", "DISABLED", "OTHER_SPECIAL")


@dataclass(frozen=True)
class Hardship:
    """What the answers mean. `asks` says what the agency may ask for: NOTHING, STATUS_PROOF or CHECK (by data sharing or
    the applicant's own promise); a certificate of poverty is never among it."""

    not_required: bool
    not_required_basis: str
    check_waived: bool
    waiver_basis: str

    @property
    def asks(self) -> str:
        if self.not_required:
            return NOTHING
        return STATUS_PROOF if self.check_waived else CHECK

    def facts(self) -> dict[str, Any]:
        """The facts of a matter, under the factbook's names."""
        return {
            "hardship_not_required": self.not_required, "not_required_basis": self.not_required_basis,
            "hardship_check_waived": self.check_waived, "waiver_basis": self.waiver_basis,
        }  # fmt: skip


def hardship(answers: Mapping[str, Any]) -> Hardship:
    """Which exemption the answers lead to.

    Reads `route`, `claim`, `no_limit_ground`, `groups`, `no_stable_income`, `statuses`. Missing answers count as no.
    """
    unlimited = _no_limit(answers)
    waived = _waiver(answers)
    return Hardship(bool(unlimited), unlimited, bool(waived), waived)


def _no_limit(answers: Mapping[str, Any]) -> str:
    if answers.get("route") == "NOTIFY":
        return "NOTIFIED"
    claim = str(answers.get("claim") or "")
    if claim in _GROUND_OF_CLAIM:
        return _GROUND_OF_CLAIM[claim]
    ground = str(answers.get("no_limit_ground") or "")
    if claim in _NEVER_UNLIMITED:
        return ""
    if ground == "ACQUITTED":
        return ground if claim == "STATE_COMPENSATION" else ""
    return ground


def _waiver(answers: Mapping[str, Any]) -> str:
    groups = set(answers.get("groups") or ())
    statuses = set(answers.get("statuses") or ())
    if "MIGRANT_WORKER" in groups and answers.get("claim") in _MIGRANT_CLAIMS:
        return "MIGRANT_WORKER"
    if statuses & set(SOCIAL_ASSISTANCE):
        return "SOCIAL_ASSISTANCE"
    for status in ("JUDICIAL_AID", "PREFERENTIAL"):
        if status in statuses:
            return status
    if groups & set(_SPECIAL) and answers.get("no_stable_income"):
        return "NO_STABLE_INCOME"
    return "OTHER_BY_LAW" if "WAIVED_BY_LAW" in statuses else ""


def status_proven(facts: Mapping[str, Any]) -> bool:
    """Whether the status that waives the check is proven (第42条: 有材料证明)."""
    return facts.get("status_proof") in PROVEN


def limitation_days_left(limitation_on: Any, on: Any) -> int:
    """Days from `on` to the last day of the limitation, the start day not counted: 05-14 to 05-20 leaves six."""
    return int((limitation_on - on).days)
