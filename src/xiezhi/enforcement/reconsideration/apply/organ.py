"""Who is competent: the organ the law names for the chosen respondent, with reason and article."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from xiezhi.enforcement.reconsideration.apply import clock as timing
from xiezhi.kernel.units.models import Unit, UnitStatus
from xiezhi.ui.flow import Answers

__all__ = ["Organ", "chosen", "options", "unit"]


@dataclass(frozen=True)
class Organ:
    """A competent organ: its name, its office, why, and the article."""

    id: int
    name: str
    office: str
    reason: str
    basis: str


def unit(value: Any) -> Unit | None:
    """A standing unit by id."""
    text = str(value or "")
    return Unit.objects.filter(pk=int(text), status=UnitStatus.ACTIVE).first() if text.isdecimal() else None


def options(answers: Answers) -> list[Organ]:
    """The competent organs, the one the law names first. Empty until a respondent is chosen."""
    respondent = unit(answers("respondent_unit"))
    if respondent is None:
        return []
    from xiezhi.enforcement.reconsideration.services import propose_organ

    facts = {"matter_code": answers("matter_code"), "act": timing.act(answers)}
    found: list[Organ] = []
    for option in propose_organ(respondent, facts, timing.today()).options:
        if option.organ is None or any(o.id == option.organ.pk for o in found):
            continue
        office = option.office or option.organ.reconsideration_office
        reason = getattr(option, "reason", "") or getattr(option, "why", "")
        found.append(
            Organ(option.organ.pk, option.organ.name, office.name if office else "", str(reason), str(option.basis))
        )
    return found


def chosen(answers: Answers) -> Organ | None:
    """The organ the person settled on, or the only one there is."""
    found = options(answers)
    wanted = str(answers("organ"))
    return next((o for o in found if str(o.id) == wanted), found[0] if len(found) == 1 else None)
