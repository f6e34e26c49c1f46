"""What others may ask of the wage channel."""

from __future__ import annotations

from typing import Any

from xiezhi.kernel.procedures import services as procedures
from xiezhi.kernel.procedures.core import Actor, Refused
from xiezhi.kernel.procedures.models import Matter

from .filing import check_report, file_report
from .models import WageCase
from .workers import answer, invite, parse_list

__all__ = ["answer", "check_report", "close_when_full", "file_report", "invite", "parse_list"]


def close_when_full(matter_id: int, actor: Actor) -> Matter | None:
    """全部追回 as soon as everything owed has arrived and the actor may say so; else nothing happens."""
    case = WageCase.objects.filter(pk=matter_id).first()
    if case is None or case.recovered + case.advanced < case.owed:
        return None
    try:
        outcome: Any = procedures.fire_event(matter_id, "recovered", actor, {})
    except Refused:
        return None
    return outcome.matter  # type: ignore[no-any-return]
