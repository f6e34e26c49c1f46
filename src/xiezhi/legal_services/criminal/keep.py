"""What somebody told, in the visitor's session, sealed, for an hour and nowhere else: no address, no log, no table of ours."""

from __future__ import annotations

import base64
from dataclasses import asdict, dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest

from xiezhi.kernel.calendar import clock as wall
from xiezhi.kernel.sealing import Unreadable, seal, unseal

from .declare import ANSWERS, ROLES, Whole

__all__ = ["LONGEST", "Told", "forget", "load", "save"]

SESSION = "criminal.told"
LONGEST = 1500
"""Characters of a story."""
HELD = timedelta(hours=1)


@dataclass(frozen=True)
class Told:
    """Role, story, the offenses to examine, answers by fact, the stage with its day, and whether a minor is concerned."""

    role: str = ""
    story: str = ""
    chosen: tuple[str, ...] = ()
    answers: dict[str, str] = field(default_factory=dict)
    stage: str = ""
    day: str = ""
    minor: bool = False

    @property
    def on(self) -> date | None:
        """The day of the stage."""
        try:
            return date.fromisoformat(self.day) if self.day else None
        except ValueError:
            return None

    def but(self, **changes: Any) -> Told:
        """The same with changes."""
        return replace(self, **changes)


def save(request: HttpRequest, told: Told) -> None:
    """Keep it for an hour."""
    until = (wall.now() + HELD).timestamp()
    sealed = seal({**asdict(told), "until": until}, context="criminal")
    request.session[SESSION] = base64.b64encode(sealed).decode()


def load(request: HttpRequest, whole: Whole) -> Told:
    """What was told within the hour; what no longer fits the files is left out."""
    held = request.session.get(SESSION)
    if not held:
        return Told()
    try:
        found = unseal(base64.b64decode(held), context="criminal")
    except (Unreadable, ValueError):
        forget(request)
        return Told()
    if found.pop("until", 0) < wall.now().timestamp():
        forget(request)
        return Told()
    told = Told(**{**found, "chosen": tuple(found["chosen"])})
    return told.but(
        role=told.role if told.role in ROLES else "",
        chosen=tuple(key for key in told.chosen if key in whole.offenses),
        answers={fact: value for fact, value in told.answers.items() if value in ANSWERS},
        stage=told.stage if told.stage in whole.stages else "",
    )


def forget(request: HttpRequest) -> None:
    """Drop it now."""
    request.session.pop(SESSION, None)
