"""The pure core of procedures: (history, event, calendar) → effects, without a database.

Firing, replay, bulk deadlines, scenarios, the demo province and the take-over of old matters all use these functions.
A matter's state is nothing but the replay of its history; a clock is nothing but a function of history and calendar.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from xiezhi.kernel.calendar.counting import Calendar
from xiezhi.kernel.procedures.clocks import SHANGHAI, Clock, Status, clock_of, clocks, lapse_taken, next_midnight
from xiezhi.kernel.procedures.declare import (
    CLOCK,
    POWERS,
    PREVIOUS,
    SAME,
    Dated,
    Event,
    Procedure,
    Role,
    Side,
    State,
)
from xiezhi.kernel.procedures.forms import Problem, coerce, split_personal

__all__ = [
    "Actor", "Ask", "Clock", "Effects", "Option", "Problem", "Recorded", "Refused", "ReplayError", "Status", "View",
    "amended", "available", "clock_of", "clocks", "fire", "replay", "settle",
]  # fmt: skip

Day = date  # classes below have a method named `date`

_DATES: dict[str, date] = {}


def as_date(value: Any) -> date | None:
    """A day from stored JSON (ISO text) or None; memoized because bulk replay reads the same days millions of times."""
    if value is None or value == "":
        return None
    if isinstance(value, str):
        hit = _DATES.get(value)
        if hit is None:
            hit = date.fromisoformat(value[:10])
            if len(_DATES) < 100_000:
                _DATES[value] = hit
        return hit
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    raise TypeError(f"not a date: {value!r}")


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: an opaque reference, the roles held in this matter, and the name and post as they are now.

    `powers` are the special powers of who acts by a mandate; None is no limit (own right, office, guardian on file).
    """

    ref: str
    roles: frozenset[str]
    label: str = ""
    powers: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """One event of a history. `data` is JSON-native and holds no personal payload; `seq` counts from 1 without gaps."""

    seq: int
    event: str
    on: date
    at: datetime
    role: str
    actor: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    label: str = ""

    def date(self, name: str) -> date | None:
        return as_date(self.data.get(name))


@dataclass(frozen=True, slots=True)
class Ask:
    """A request to fire an event: the day it takes effect, the moment it is made, and the form."""

    event: str
    on: date
    at: datetime
    actor: Actor
    data: Mapping[str, Any] = field(default_factory=dict)

    def date(self, name: str) -> date | None:
        return as_date(self.data.get(name))


class ReplayError(ValueError):
    """The history cannot have happened under this procedure; the message names the event and why."""


class View:
    """What a matter is after its history: state, facts, and the events that count (voided ones left out)."""

    __slots__ = (
        "by_event",
        "calendar",
        "events",
        "facts",
        "overrides",
        "previous",
        "procedure",
        "seq",
        "state",
        "transitions",
    )

    def __init__(self, procedure: type[Procedure], overrides: Mapping[str, Dated] | None = None) -> None:
        self.procedure = procedure
        self.state: State | None = None
        self.previous: State | None = None
        self.facts: dict[str, Any] = {}
        self.events: list[Recorded] = []
        self.by_event: dict[str, list[Recorded]] = {}
        self.transitions: list[tuple[int, date, State]] = []
        self.seq = 0
        self.overrides = overrides or {}
        self.calendar: Calendar | None = None

    def clock(self, term: str, at: datetime) -> Clock | None:
        """The (last) clock of a term as of a moment, for rules. Raises RuntimeError before a calendar is known."""
        if self.calendar is None:
            raise RuntimeError("this view has no calendar yet: call settle() or set view.calendar first")
        return clock_of(self, self.procedure.terms[term], self.calendar, at)

    def has(self, event: str) -> bool:
        return event in self.by_event

    def last(self, event: str) -> Recorded | None:
        found = self.by_event.get(event)
        return found[-1] if found else None

    def first(self, event: str) -> Recorded | None:
        found = self.by_event.get(event)
        return found[0] if found else None

    def on(self, event: str) -> Day | None:
        found = self.by_event.get(event)
        return found[-1].on if found else None

    def date(self, fact: str) -> Day | None:
        return as_date(self.facts.get(fact))

    def param(self, name: str, on: Day | None = None) -> Any:
        """Value of a dated parameter on a day (default: the day of the last event)."""
        dated = self.overrides.get(name) or self.procedure.parameters[name]
        return dated.at(on or (self.events[-1].on if self.events else Day.max))

    def in_states(self, *states: State) -> bool:
        return self.state in states

    def copy(self) -> View:
        other = View(self.procedure, self.overrides)
        other.state, other.previous, other.seq = self.state, self.previous, self.seq
        other.facts, other.events = dict(self.facts), list(self.events)
        other.by_event = {k: list(v) for k, v in self.by_event.items()}
        other.transitions = list(self.transitions)
        other.calendar = self.calendar
        return other

    def apply(self, rec: Recorded, *, strict: bool = False) -> None:
        """Take one event in. With `strict`, raises ReplayError when the present state does not allow it."""
        event = self.procedure.events.get(rec.event)
        if event is None:
            raise ReplayError(f"第{rec.seq}项：{self.procedure.code}没有事件 {rec.event}")
        if strict and not _state_allows(event, self.state):
            where = self.state.title if self.state else "尚未立案"
            raise ReplayError(f"第{rec.seq}项：“{event.title}”不能在“{where}”时发生")
        facts = self.facts
        data = rec.data
        for name, fact in _facts_of(event):
            if name in data:
                facts[fact] = data[name]
        sets = event.sets
        if callable(sets):
            facts.update(sets(self, Ask(rec.event, rec.on, rec.at, Actor(rec.actor, frozenset((rec.role,))), data)))
        elif sets:
            for fact, value in sets.items():
                facts[fact] = rec.on.isoformat() if value is ON else value
        self.seq = rec.seq
        self.events.append(rec)
        self.by_event.setdefault(rec.event, []).append(rec)
        target = event.path[1]
        if target is SAME:
            return
        new = self.previous if target is PREVIOUS else target
        if isinstance(new, State) and new is not self.state:
            self.previous, self.state = self.state, new
            self.transitions.append((rec.seq, rec.on, new))


ON = object()  # in Event.sets: "the day of the event"

_FACTS: dict[int, tuple[tuple[str, str], ...]] = {}


def _facts_of(event: Event) -> tuple[tuple[str, str], ...]:
    found = _FACTS.get(id(event))
    if found is None:
        found = tuple((f.name, f.fact_name) for f in event.form if f.fact_name and not f.personal)
        _FACTS[id(event)] = found
    return found


def _state_allows(event: Event, state: State | None) -> bool:
    if state is None:
        return not event.sources or event.before_filing
    return state in event.sources


def replay(
    procedure: type[Procedure],
    history: Iterable[Recorded],
    *,
    overrides: Mapping[str, Dated] | None = None,
    strict: bool = False,
) -> View:
    """State of a matter from its history. Compensating events (`corrected`) void or replace earlier ones."""
    events = list(history)
    view = View(procedure, overrides)
    if any(r.event == "corrected" for r in events):
        events = amended(events)
    for rec in events:
        view.apply(rec, strict=strict)
    return view


def amended(events: Iterable[Recorded]) -> list[Recorded]:
    """Events after compensation: the last word counts, and a correction can itself be corrected."""
    events = list(events)
    voided: set[int] = set()
    lapses: dict[int, Day | None] = {}
    patches: dict[int, list[Recorded]] = {}
    for rec in reversed([r for r in events if r.event == "corrected"]):
        if rec.seq in voided:
            continue
        target = int(rec.data["seq"])
        for seq, on in (rec.data.get("lapses") or {}).items():
            lapses.setdefault(int(seq), as_date(on))
        if rec.data.get("void"):
            voided.add(target)
        else:
            patches.setdefault(target, []).insert(0, rec)
    out = []
    for rec in events:
        if rec.seq in voided or lapses.get(rec.seq, rec.on) is None:
            continue
        moved = lapses.get(rec.seq)
        if moved is not None:
            rec = replace(rec, on=moved, at=end_of(moved))
        for patch in patches.get(rec.seq, ()):
            new_on = as_date(patch.data.get("new_on"))
            rec = replace(rec, data={**rec.data, **(patch.data.get("replace") or {})}, on=new_on or rec.on)
        out.append(rec)
    return out


def settle(view: View, calendar: Calendar, at: datetime, *, provisional: bool = False) -> list[Recorded]:
    """期限届满自动生效: apply every lapse whose last day ended at or before `at`, in order. Mutates and returns events.

    A lapse on a provisional date (holidays not yet published) waits for the calendar unless `provisional`.
    """
    view.calendar = calendar
    done: list[Recorded] = []
    for _ in range(32):
        best: tuple[datetime, Clock, Event] | None = None
        for event in view.procedure.clock_events():
            if not _state_allows(event, view.state):
                continue
            for term in event.lapses:
                clock = clock_of(view, view.procedure.terms[term], calendar, at)
                if clock is None or clock.status is not Status.LAPSED or clock.due_at is None:
                    continue
                if clock.provisional and not provisional:
                    continue
                if lapse_taken(view.by_event.get(event.code, ()), clock.legal, clock.begun_at):
                    continue
                if best is None or clock.due_at < best[0]:
                    best = (clock.due_at, clock, event)
        if best is None:
            return done
        due_at, clock, event = best
        assert clock.legal is not None
        rec = Recorded(
            view.seq + 1, event.code, clock.legal, due_at, CLOCK.code, "CLOCK",
            {"term": clock.term.id, "nominal": clock.nominal.isoformat() if clock.nominal else None}, CLOCK.title,
        )  # fmt: skip
        view.apply(rec)
        done.append(rec)
    raise ReplayError(f"{view.procedure.code}: lapses do not come to rest")


class Refused(ValueError):
    """The event cannot be fired; `problems` say why and what to do, `settled` are lapses that took effect first."""

    def __init__(self, problems: Sequence[Problem], settled: Sequence[Recorded] = ()) -> None:
        super().__init__("；".join(p.message for p in problems))
        self.problems = tuple(problems)
        self.settled = tuple(settled)

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(p.code for p in self.problems)


@dataclass(frozen=True)
class Effects:
    """Everything one event brings about; the database layer stores it in one transaction."""

    recorded: tuple[Recorded, ...]
    payload: Mapping[str, Any]
    view: View
    clocks: tuple[Clock, ...]
    documents: tuple[str, ...]
    notifies: tuple[Role, ...]

    @property
    def event(self) -> Recorded:
        return self.recorded[-1]


def situation(view: View, event: Event, ask: Ask, *, data_rules: bool) -> list[Problem]:
    """Why the present situation (and, with `data_rules`, the form) does not allow the event."""
    problems: list[Problem] = []
    if not _state_allows(event, view.state):
        where = view.state.title if view.state else "尚未提出"
        allowed = "、".join(s.title for s in event.sources) or "提出申请时"
        problems.append(
            Problem("WRONG_STATE", f"现在是“{where}”，“{event.title}”只能在“{allowed}”时办理", "", event.basis)
        )
        return problems
    if event.power and ask.actor.powers is not None and event.power not in ask.actor.powers:
        said = f"“{event.title}”要有委托人的特别授权（{POWERS[event.power]}），您的委托里没有这一项；请委托人自己办理，或者补充授权"
        problems.append(Problem("NO_POWER", said, "", event.basis))
    if not event.repeatable and view.has(event.code):
        problems.append(Problem("ALREADY_DONE", f"“{event.title}”已经办过，不能再办", "", event.basis))
    for rule in event.requires:
        if rule.field and not data_rules:
            continue
        message = rule.test(view, ask)
        if message:
            problems.append(Problem(rule.code, message, rule.field, rule.basis))
    return problems


def _reached_on(view: View, event: Event) -> date | None:
    """Day on which somebody brought the matter to its present state; a lapse may be recorded before a paper arrives."""
    if event.path[1] is SAME:
        return None
    lapses = {r.seq for e in view.procedure.clock_events() for r in view.by_event.get(e.code, ())}
    return next((on for seq, on, _ in reversed(view.transitions) if seq not in lapses), None)


def may_act(event: Event, actor: Actor) -> Role | None:
    """The role through which the actor may fire the event, or None."""
    for role in event.by:
        if role.code in actor.roles:
            return role
    return None


def fire(
    procedure: type[Procedure],
    history: Sequence[Recorded],
    ask: Ask,
    calendar: Calendar,
    *,
    overrides: Mapping[str, Dated] | None = None,
    expected_seq: int | None = None,
    provisional_lapses: bool = False,
    check_now: bool = True,
) -> Effects:
    """One event on one matter. Raises Refused with every reason at once; nothing is changed then.

    `expected_seq` is the history length the person saw (optimistic concurrency). `check_now=False` is for imports and
    scenarios that state the day themselves.
    """
    event = procedure.events.get(ask.event)
    if event is None:
        near = difflib.get_close_matches(ask.event, procedure.events, 3)
        hint = f"，是否想用：{'、'.join(near)}" if near else ""
        raise Refused([Problem("UNKNOWN_EVENT", f"{procedure.title}没有事件“{ask.event}”{hint}")])
    view = replay(procedure, history, overrides=overrides)
    view.calendar = calendar
    today = ask.at.astimezone(SHANGHAI).date()
    settled = settle(view, calendar, ask.at, provisional=provisional_lapses) if history else []
    role = may_act(event, ask.actor)
    problems: list[Problem] = []
    if event.when or role is None:
        who = "、".join(r.title for r in event.by)
        problems.append(Problem("NOT_ALLOWED", f"“{event.title}”由{who}办理，您现在的身份不能办理", "", event.basis))
        raise Refused(problems, settled)
    if expected_seq is not None and expected_seq != len(history):
        problems.append(
            Problem("CHANGED_MEANWHILE", "这件办件在您打开之后有了新的进展，请看过最新情况再办；您填写的内容已保留")
        )
        raise Refused(problems, settled)
    values, form_problems = coerce(event.form, ask.data)
    ask = replace(ask, data=values)
    problems += form_problems
    if ask.on > today:
        problems.append(Problem("FUTURE_DATE", "发生日期不能晚于今天，请核对日期", "on"))
    elif check_now and ask.on != today and not event.backdated:
        problems.append(Problem("BACKDATED", f"“{event.title}”以办理当日为准，不能倒填日期", "on", event.basis))
    elif (before := _reached_on(view, event)) is not None and ask.on < before:
        said = f"“{event.title}”不能早于{before.year}年{before.month}月{before.day}日的上一步，请核对日期"
        problems.append(Problem("OUT_OF_ORDER", said, "on"))
    problems += situation(view, event, ask, data_rules=not form_problems)
    if problems:
        raise Refused(problems, settled)
    data, payload = split_personal(event.form, values)
    if event.code == "corrected":
        data, payload = _typed_correction(procedure, [*history, *settled], data, payload, settled, today)
    rec = Recorded(view.seq + 1, event.code, ask.on, ask.at, role.code, ask.actor.ref, data, ask.actor.label)
    if event.code == "corrected":
        # imported here because that module builds on this one
        from xiezhi.kernel.procedures.corrections import apply_correction

        rec, view = apply_correction(procedure, [*history, *settled], rec, calendar, overrides, settled)
        view.calendar = calendar
    else:
        view.apply(rec)
    documents = event.produces(view, values) if callable(event.produces) else event.produces
    current = tuple(clocks(view, calendar, ask.at))
    return Effects((*settled, rec), payload, view, current, tuple(documents), event.notifies)


def _typed_correction(
    procedure: type[Procedure],
    history: Sequence[Recorded],
    data: Mapping[str, Any],
    payload: Mapping[str, Any],
    settled: Sequence[Recorded],
    today: Day,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The correction with its new values typed by the form of the entry it mends; personal ones go to the payload."""
    target = next((r for r in history if r.seq == int(data["seq"])), None)
    if target is None:
        raise Refused([Problem("NO_SUCH_ENTRY", "没有这条记录，请选择要更正的记录", "seq")], settled)
    if data.get("void"):
        return dict(data), dict(payload)
    if (new_on := as_date(data.get("new_on"))) is not None and new_on > today:
        raise Refused([Problem("FUTURE_DATE", "更正后的日期不能晚于今天，请核对日期", "new_on")], settled)
    form = procedure.events[target.event].form
    values, problems = coerce(form, data.get("replace") or {}, partial=True)
    if not values and not data.get("new_on"):
        problems.append(Problem("NOTHING_CORRECTED", "请填写更正后的日期或者内容，或者选择作废该条记录", "replace"))
    if problems:
        raise Refused(problems, settled)
    plain, personal = split_personal(form, values)
    return {**data, "replace": plain}, ({**payload, "replace": personal} if personal else dict(payload))


@dataclass(frozen=True)
class Option:
    """One event as an action on a page: open, or closed with the reasons and the article."""

    event: Event
    role: Role | None
    problems: tuple[Problem, ...]

    @property
    def open(self) -> bool:
        return not self.problems

    @property
    def title(self) -> str:
        return self.event.said_by(self.role)


def available(view: View, actor: Actor, at: datetime, *, sides: Iterable[Side] = ()) -> list[Option]:
    """Every event of the actor's roles in this state, open or closed with reasons, in order of declaration.

    Call after `settle`. Events of other states are left out unless a source state is still ahead is unknowable, so only
    those whose state fits, or whose role fits but a rule closes them, are listed.
    """
    options = []
    wanted = set(sides)
    for event in view.procedure.events.values():
        if event.when or not event.sources:
            continue
        role = may_act(event, actor)
        if role is None:
            if not wanted or not any(r.side in wanted for r in event.by) or not _state_allows(event, view.state):
                continue
            who = "、".join(r.title for r in event.by)
            problem = Problem("NOT_ALLOWED", f"由{who}办理", "", event.basis)
            options.append(Option(event, None, (problem,)))
            continue
        if not _state_allows(event, view.state) or (event.office_decides and role.side is Side.PARTY):
            continue
        ask = Ask(event.code, at.astimezone(SHANGHAI).date(), at, actor, {})
        options.append(Option(event, role, tuple(situation(view, event, ask, data_rules=False))))
    return options


def end_of(day: date) -> datetime:
    """24:00 of a day in Asia/Shanghai: the moment a limit in days is over (reconsideration.md 0 rule 8)."""
    return next_midnight(day)
