"""Believable courses of reconsideration matters: who does what on which working day, by the procedure's own rules.

Every step goes through `walks.try_event`, so a history obeys procedure and calendar; a step the rules refuse is an error
of the course and raises. A course runs until the present moment of the province and stops there in whatever state it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from xiezhi.demo.staff import Body, Office, Official
from xiezhi.kernel.calendar.counting import Calendar
from xiezhi.kernel.procedures.clocks import SHANGHAI
from xiezhi.kernel.procedures.core import Actor, Ask, Recorded, View, settle, situation
from xiezhi.kernel.procedures.declare import Procedure
from xiezhi.kernel.procedures.forms import coerce
from xiezhi.kernel.procedures.walks import try_event

__all__ = ["Cast", "Course", "Firing", "Over", "Tale"]


class Over(Exception):
    """The present moment is reached: the rest of the course lies ahead."""


@dataclass(frozen=True)
class Cast:
    """Who plays the parts of one matter."""

    office: Office
    body: Body
    lead: Official
    second: Official
    applicant: str
    agent: str = ""
    third: str = ""
    above: str = ""

    def who(self, role: str, rng: Random) -> tuple[str, str]:
        """Reference and label of whoever acts in a role."""
        fixed: dict[str, Official | None] = {
            "case_officer": self.lead, "office_head": self.office.heads[0], "organ_head": self.office.organ_heads[0],
            "respondent": self.body.handlers[0] if self.body.handlers else None,
            "penalty_organ": self.body.handlers[0] if self.body.handlers else None,
            "archivist": (self.office.archivists or [self.lead])[0], "clerk": (self.office.clerks or [self.lead])[0],
        }  # fmt: skip
        if role in fixed:
            found = fixed[role]
            return (found.ref, found.label) if found else ("", "")
        if role in ("applicant", "agent", "representative"):
            words = {"applicant": "申请人", "agent": "委托代理人", "representative": "代表人"}
            return (self.agent if role == "agent" else self.applicant), words[role]
        return ("platform", "在线平台") if role == "platform" else ("", "")


@dataclass(slots=True)
class Firing:
    """One transaction of the house: the entries it wrote, its documents and the personal payload of the last entry."""

    records: list[Recorded]
    documents: tuple[str, ...] = ()
    payload: dict[str, Any] = field(default_factory=dict)
    request: tuple[dict[str, Any], datetime] | None = None


@dataclass(slots=True)
class Tale:
    """A finished history with its view at the present moment."""

    firings: list[Firing]
    view: View

    @property
    def history(self) -> list[Recorded]:
        return [r for f in self.firings for r in f.records]


class Course:
    """Moves one matter through time."""

    def __init__(self, procedure: type[Procedure], calendar: Calendar, rng: Random, cast: Cast, now: datetime) -> None:
        self.procedure, self.calendar, self.rng, self.cast, self.now = procedure, calendar, rng, cast, now
        self.view = View(procedure)
        self.view.calendar = calendar
        self.firings: list[Firing] = []
        self.at = datetime(2000, 1, 1, tzinfo=SHANGHAI)

    @property
    def day(self) -> date:
        return self.at.date()

    def wd(self, low: int, high: int | None = None) -> date:
        """The working day so many working days after the last step."""
        n = low if high is None else self.rng.randint(low, high)
        return self.calendar.add_working(self.day, n) if n else self.calendar.roll(self.day)

    def later(self, low: int, high: int) -> date:
        """A working day after so many calendar days."""
        return self.calendar.roll(self.day + timedelta(days=self.rng.randint(low, high)))

    def moment(self, day: date, clock: str = "") -> datetime:
        """A moment on that day in office hours, after the last step."""
        if clock:
            return datetime.combine(day, time.fromisoformat(clock), SHANGHAI)
        start = max(datetime.combine(day, time(9, 0), SHANGHAI), self.at + timedelta(minutes=3))
        end = datetime.combine(day, time(17, 20), SHANGHAI)
        room = max(1, int((end - start).total_seconds() // 60))
        return (start if start < end else self.at) + timedelta(
            minutes=self.rng.randint(1, room), seconds=self.rng.randint(0, 59)
        )

    def do(self, event: str, day: date | None = None, data: Mapping[str, Any] | None = None, *, by: str = "", clock: str = "",
           at: datetime | None = None) -> None:  # fmt: skip
        """Let an event happen. Raises Over when it lies ahead of the present, ValueError when a rule refuses it."""
        at = at or self.moment(day or self.calendar.roll(self.day), clock)
        if at > self.now:
            raise Over
        self.settle(at)
        declared = self.procedure.events[event]
        role = by or declared.by[0].code
        person = "case_officer" if role == "clerk" else role
        who = self.cast.who(role, self.rng)
        sent = dict(data or {})
        done = try_event(self.view, declared, at.date(), at, sent, by=person, names=lambda _: who)
        if done is None:
            raise ValueError(self._why(event, at, sent, person))
        rec, payload, documents = done
        self.at = at
        self.firings.append(Firing([rec], documents, payload, (sent, at)))

    def _why(self, event: str, at: datetime, data: Mapping[str, Any], role: str) -> str:
        declared = self.procedure.events[event]
        values, problems = coerce(declared.form, data)
        if not problems:
            actor = Actor("", frozenset((role,)))
            problems = situation(self.view, declared, Ask(event, at.date(), at, actor, values), data_rules=True)
        said = "；".join(f"{p.code} {p.message}" for p in problems) or f"role {role}"
        steps = " ".join(f"{r.event}@{r.on}" for r in self.view.events)
        return f"{event} on {at:%Y-%m-%d %H:%M}: {said} [{steps}]"

    def settle(self, at: datetime) -> None:
        """Lapses that are over by then, each as a firing of its own."""
        if self.view.state is None:
            return
        done = settle(self.view, self.calendar, at)
        if done:
            documents: list[str] = []
            for rec in done:
                produces = self.procedure.events[rec.event].produces
                documents += () if callable(produces) else produces
            self.firings.append(Firing(list(done), tuple(documents)))
            self.at = max(self.at, done[-1].at)

    def finish(self) -> Tale:
        """The history up to the present moment."""
        self.settle(self.now)
        return Tale(self.firings, self.view)
