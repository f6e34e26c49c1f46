"""The time to apply, shown as soon as the dates are known: until when, why, and by which article."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from xiezhi.kernel.calendar import clock as wall
from xiezhi.kernel.calendar import services as calendars
from xiezhi.kernel.calendar.counting import Calendar, Step, count
from xiezhi.kernel.procedures import registry
from xiezhi.kernel.procedures.clocks import spells_of
from xiezhi.kernel.procedures.core import View
from xiezhi.kernel.procedures.declare import Term
from xiezhi.kernel.procedures.forms import Bad, parse_date
from xiezhi.ui.flow import Answers

__all__ = ["ApplyClock", "act", "admission", "clock", "is_late", "today"]

LIMITS = ("RC-APPLY", "RC-APPLY-UNTOLD", "RC-APPLY-ABS")
DATES = (
    "made_on",
    "served_on",
    "notice_on",
    "content_known_on",
    "request_received_on",
    "obstacle_from",
    "obstacle_until",
)


def today() -> date:
    """Today on the platform's clock."""
    return wall.today()


@dataclass(frozen=True)
class ApplyClock:
    """The last day to apply and how it was found. `left` are days after today; negative when it has passed."""

    last: date
    left: int
    title: str
    basis: str
    steps: tuple[Step, ...]
    provisional: bool

    @property
    def late(self) -> bool:
        return self.left < 0

    @property
    def state(self) -> str:
        return "late" if self.late else "today" if self.left == 0 else "soon" if self.left <= 5 else "met"


def act(answers: Answers, *, obstacles: bool = True) -> dict[str, Any]:
    """The act under review as the form of the application names it."""
    inaction = answers("what") == "INACTION"
    out: dict[str, Any] = {"type": answers("act_type"), "is_inaction": True if inaction else None}
    if not inaction:
        out |= {"doc_no": answers("doc_no"), "service_method": answers("service_method"), "amount": answers("amount")}
        if answers("told"):
            out["told_remedy"] = answers("told") == "yes"
    else:
        out |= {"performance_limit": answers("performance_limit"), "urgent": True if answers("urgent") else None}
    for name in DATES:
        if name.startswith("obstacle") and not obstacles:
            continue
        if value := answers(name):
            try:
                out[name] = parse_date(value).isoformat()
            except Bad:
                continue
    if answers("service_method") == "ON_SPOT" and "made_on" in out:
        out["served_on"] = out["made_on"]
    if answers("notice_days"):
        out["notice_days"] = answers("notice_days")
    return {k: v for k, v in out.items() if v not in (None, "")}


def _typed(act_facts: Mapping[str, Any]) -> dict[str, Any]:
    out = dict(act_facts)
    for name in ("notice_days", "performance_limit"):
        if name in out:
            try:
                out[name] = int(out[name])
            except ValueError:
                del out[name]
    return out


def _view(answers: Answers, calendar: Calendar, obstacles: bool) -> View:
    view = View(registry.get("XZFY"))
    view.calendar = calendar
    view.facts["act"] = _typed(act(answers, obstacles=obstacles))
    return view


def _one(view: View, term: Term, calendar: Calendar) -> ApplyClock | None:
    if not callable(term.since) or (term.applies is not None and not term.applies(view)):
        return None
    started = term.since(view)
    length = term.length(view) if callable(term.length) else term.length
    if started is None or length is None:
        return None
    due = count(
        started.on, length, term.unit, calendar, spells=spells_of(view, term), roll=term.roll,
        first_day_counts=term.first_day_counts, basis=term.basis, counting_basis=term.counting_basis,
    )  # fmt: skip
    if due.legal is None:
        return None
    first = Step(
        f"{started.label}：{started.on.year}年{started.on.month}月{started.on.day}日",
        started.basis or term.basis,
        started.on,
    )
    return ApplyClock(
        due.legal, (due.legal - today()).days, term.title, term.basis, (first, *due.steps), due.provisional
    )


def clock(answers: Answers, *, obstacles: bool = True) -> ApplyClock | None:
    """The limit that ends first; None while the dates that start it are not known."""
    terms = registry.get("XZFY").terms
    calendar = calendars.load().provisional()
    view = _view(answers, calendar, obstacles)
    found = [c for name in LIMITS if name in terms and (c := _one(view, terms[name], calendar))]
    started = [c for c in found if c.title != terms[LIMITS[-1]].title] if len(found) > 1 else found
    if not started or (len(found) == 1 and found[0].title == terms[LIMITS[-1]].title):
        # Five or twenty years from the act are a bound, not a clock to show while nothing else is known.
        return None if not any(c.late for c in found) else min(found, key=lambda c: c.last)
    return min(found, key=lambda c: c.last)


def is_late(answers: Answers) -> bool:
    """Whether, leaving explained obstacles aside, the time to apply is over: then the page for reasons appears."""
    found = clock(answers, obstacles=False)
    return found is not None and found.late


@dataclass(frozen=True)
class Admission:
    """By when the organ answers whether it accepts, and what silence means."""

    by: date
    basis: str
    on_lapse: str


def admission() -> Admission | None:
    """The answer to an application sent today."""
    term = registry.get("XZFY").terms.get("RC-ADMIT")
    if term is None or callable(term.length):
        return None
    due = count(today(), term.length, term.unit, calendars.load().provisional(), roll=term.roll)
    return Admission(due.legal, term.basis, term.on_lapse) if due.legal else None
