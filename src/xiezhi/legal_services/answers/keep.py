"""问题的暂存: the question lives in the visitor's session, sealed, for an hour, and nowhere else.

It stands in no address, no log and no table of ours; leaving or an hour's silence forgets it. It goes along to another
form only when the person says so.
"""

from __future__ import annotations

import base64
from dataclasses import asdict, dataclass
from datetime import date, timedelta

from django.http import HttpRequest

from xiezhi.kernel.calendar import clock as wall
from xiezhi.kernel.sealing import Unreadable, seal, unseal

__all__ = ["LONGEST", "MOST_FACTS", "Asked", "forget", "load", "save"]

SESSION = "answers.asked"
CARRY = "answers.carry"
LONGEST = 1000
"""Characters of a question."""
MOST_FACTS = 500
"""Characters of what is added to it."""
HELD = timedelta(hours=1)


@dataclass(frozen=True)
class Asked:
    """A question with what was added to it: life scene, county, and the day whose law is asked for (empty: today)."""

    text: str
    facts: str = ""
    scene: str = ""
    place: str = ""
    on: str = ""

    @property
    def day(self) -> date | None:
        try:
            return date.fromisoformat(self.on) if self.on else None
        except ValueError:
            return None


def save(request: HttpRequest, asked: Asked) -> None:
    """Keep it for an hour."""
    until = (wall.now() + HELD).timestamp()
    sealed = seal({**asdict(asked), "until": until}, context="question")
    request.session[SESSION] = base64.b64encode(sealed).decode()


def load(request: HttpRequest) -> Asked | None:
    """What was asked in this session within the hour."""
    held = request.session.get(SESSION)
    if not held:
        return None
    try:
        found = unseal(base64.b64decode(held), context="question")
    except (Unreadable, ValueError):
        forget(request)
        return None
    if found.pop("until", 0) < wall.now().timestamp():
        forget(request)
        return None
    return Asked(**found)


def forget(request: HttpRequest) -> None:
    """Drop it now."""
    request.session.pop(SESSION, None)
    request.session.pop(CARRY, None)
