"""法定程序的声明: what a statutory procedure is made of.

A procedure is a class: states, events, terms, roles, forms and rules, each with the article it stands on. Nothing here
touches a database or Django; `core` computes with these declarations, `checks` proves them, `services` stores results.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar

from xiezhi.kernel.calendar.counting import Spell, Unit

if TYPE_CHECKING:
    from xiezhi.kernel.procedures.core import Ask, View

CD, WD, MO, YR, HR = Unit.CD, Unit.WD, Unit.MO, Unit.YR, Unit.HR


class Side(StrEnum):
    """Which side of a matter a role stands on; decides the face (desk or portal) it works at."""

    OFFICE = "OFFICE"  # the organ that handles the matter
    PARTY = "PARTY"  # applicant, third party and those who act for them
    AUTHORITY = "AUTHORITY"  # another public body: respondent, norm issuer, superior
    SYSTEM = "SYSTEM"  # the clock


@dataclass(frozen=True)
class Role:
    """角色: a part somebody plays in one matter (reconsideration.md 2)."""

    code: str
    title: str
    side: Side


CLOCK = Role("CLOCK", "系统（期限届满）", Side.SYSTEM)
ANY_PARTY = Role("*party", "当事人", Side.PARTY)
"""In `by` and `notifies` of events every procedure shares: every role of the procedure on the side of the parties."""


@dataclass(frozen=True)
class State:
    """状态. `closed` states leave the queues; `initial` is where a filing event leads."""

    title: str
    initial: bool = False
    closed: bool = False
    public: str = ""
    code: str = ""

    def __rshift__(self, other: State | Special) -> tuple[tuple[State, ...], State | Special]:
        return (self,), other


class Special(StrEnum):
    """Targets that are not one fixed state."""

    SAME = "SAME"  # the event leaves the state as it is
    PREVIOUS = "PREVIOUS"  # back to the state before the matter was suspended


SAME, PREVIOUS = Special.SAME, Special.PREVIOUS

# Sources for events every procedure shares: expanded to the procedure's own states when the class is made.
ANY_STATE = State("任何状态", code="*")
ANY_OPEN = State("任何未办结的状态", code="*open")


class Kind(StrEnum):
    """Field kinds; each has one widget, one JSON schema and one parser."""

    TEXT = "TEXT"
    LONGTEXT = "LONGTEXT"
    HTML = "HTML"
    DATE = "DATE"
    DATETIME = "DATETIME"
    BOOL = "BOOL"
    INT = "INT"
    MONEY = "MONEY"
    CHOICE = "CHOICE"
    CHOICES = "CHOICES"
    FILES = "FILES"
    STAFF = "STAFF"
    STAFFS = "STAFFS"
    UNIT = "UNIT"
    RECORD = "RECORD"
    RECORDS = "RECORDS"


@dataclass(frozen=True)
class Field:
    """One field of an event's form.

    `personal` values are kept beside the history where the eraser can delete them; they never enter `facts`.
    `fact` names the fact the value becomes (True: same name). `sample` serves scenarios, tests and the demo province.
    `required_on_screen`: a person must answer it, though a history without it is lawful (old matters, short scenarios).
    `confidential` values are read by the office and by whoever wrote them, never by other organs that take part.
    `default` is the value of a field left untouched on a screen; a BOOL that has one is a tick box, any other asks 是 or 否.
    `office`: a party at its own screen is not asked (postmarks and days of receipt, what the office finds); `by_role` gives
    the value that follows from the role of a party, which is not asked either.
    """

    name: str
    label: str
    kind: Kind = Kind.TEXT
    required: bool = False
    choices: tuple[tuple[str, str], ...] = ()
    help: str = ""
    basis: str = ""
    personal: bool = False
    fact: str | bool = False
    sample: Any = None
    fields: tuple[Field, ...] = ()
    max_length: int = 20000
    required_on_screen: bool = False
    confidential: bool = False
    default: Any = None
    office: bool = False
    by_role: tuple[tuple[str, str], ...] = ()

    @property
    def fact_name(self) -> str | None:
        if self.fact is True:
            return self.name
        return self.fact or None


@dataclass(frozen=True)
class Since:
    """起算: a clock starts at the last occurrence of `event` (its day, or the date in `field`)."""

    event: str
    field: str = ""
    label: str = ""


@dataclass(frozen=True)
class SinceLapse:
    """A clock that starts when another term lapses (e.g. 15 days to sue after silence)."""

    term: str
    label: str = ""


@dataclass(frozen=True)
class Started:
    """A start found by a rule: the day, why, and the article."""

    on: date
    label: str
    basis: str = ""
    seq: int = 0  # event that started it: meetings and transitions before it do not touch the clock
    at: datetime | None = None  # the moment, for limits in hours


@dataclass(frozen=True)
class SpellRule:
    """不计入期限的期间: from `begin` to `end`, half-open; `begin_field`/`end_field` take a date in the form instead."""

    begin: str
    end: tuple[str, ...]
    reason: str
    basis: str
    begin_field: str = ""
    end_field: str = ""


@dataclass(frozen=True)
class ExtendRule:
    """延长: `event` carries the number of units in `field`."""

    event: str
    field: str
    basis: str
    unit: Unit = Unit.CD


class TermKind(StrEnum):
    DEADLINE = "DEADLINE"  # somebody must act by the last day
    WAIT = "WAIT"  # something becomes possible when the period is full
    BACKWARD = "BACKWARD"  # latest day before a fixed day


StartRule = Callable[["View"], "Started | None"]


@dataclass(frozen=True)
class Term:
    """期限: a statutory period. `basis` and `counting_basis` are citations that `xiezhi check` resolves.

    `length` is a number of `unit`s or a function of the view. `runs_in` lists states in which an unmet clock is alive;
    outside them it is cancelled. `on_lapse` says in words what a missed clock means.
    A term without `runs_in` is never cancelled by a state.
    `promise` is the service promise (承诺时限), never used for law.
    """

    id: str
    title: str
    length: int | Callable[[View], int | None]
    unit: Unit
    since: tuple[Since | SinceLapse, ...] | StartRule
    basis: str
    counting_basis: str = ""
    side: Side = Side.OFFICE
    kind: TermKind = TermKind.DEADLINE
    applies: Callable[[View], bool] | None = None
    spells: tuple[SpellRule, ...] | Callable[[View], Sequence[Spell]] = ()
    extends: tuple[ExtendRule, ...] = ()
    runs_in: tuple[State, ...] = ()
    on_lapse: str = ""
    alarm: bool = True
    roll: bool = True
    first_day_counts: bool = False
    multiple: bool = False
    promise: int | None = None
    todo: str = ""


@dataclass(frozen=True)
class Meets:
    """The event meets the term on its day, or on the date in `field`."""

    term: str
    field: str = ""


@dataclass(frozen=True)
class Rule:
    """A condition of an event. `test` returns None when satisfied, else a sentence in Chinese that says what to do."""

    code: str
    test: Callable[[View, Ask], str | None]
    basis: str
    field: str = ""


POWERS = {
    "WITHDRAW": "撤回申请",
    "CHANGE": "承认、放弃、变更请求",
    "SETTLE": "和解、接受调解",
    "RECEIVE": "代收文书、领取款物",
}
"""Special powers a mandate has to name (民事诉讼法 第62条): the general one does not cover them."""


@dataclass(frozen=True)
class Event:
    """事件: the only way a matter changes.

    `path` is (from states, target). An empty from tuple begins a matter. `by` are roles, `when` (and `also_when`) the
    terms whose lapse fires a CLOCK event. `produces` are document template codes, or a function of the view after the event.
    `backdated` events may carry a day before today (paper filings, proofs of service); all others happen now.
    `plain` is the sentence a citizen reads on the timeline; empty means the event is internal. `hint` says in one plain
    sentence what doing it means; `rare` ones are folded away on the pages.
    `rateable`: parties are asked afterwards how content they are; None: when the event ends the matter.
    """

    title: str
    path: tuple[tuple[State, ...], State | Special]
    by: tuple[Role, ...]
    basis: str
    form: tuple[Field, ...] = ()
    meets: tuple[str | Meets, ...] = ()
    when: str = ""
    also_when: tuple[str, ...] = ()
    requires: tuple[Rule, ...] = ()
    produces: tuple[str, ...] | Callable[[View, Mapping[str, Any]], Sequence[str]] = ()
    sets: Mapping[str, Any] | Callable[[View, Ask], Mapping[str, Any]] = field(default_factory=dict)
    notifies: tuple[Role, ...] = ()
    backdated: bool = False
    before_filing: bool = False
    plain: str = ""
    hint: str = ""
    repeatable: bool = True
    primary: bool = False
    rare: bool = False
    office_title: str = ""  # what the office does when it enters what a party did: 登记被申请人答复
    power: str = ""  # special power an agent needs for it (one of POWERS); the party itself needs none
    office_decides: bool = False  # a party is named in the law, but the event takes effect only by the office's hand
    rateable: bool | None = None
    code: str = ""

    def said_by(self, role: Role | None) -> str:
        """The title for who does it in this role."""
        return self.office_title if self.office_title and role is not None and role.side is Side.OFFICE else self.title

    @property
    def lapses(self) -> tuple[str, ...]:
        """Terms whose lapse fires this event."""
        return (self.when, *self.also_when) if self.when else ()

    @property
    def ends_something(self) -> bool:
        """Whether parties are asked to rate what was done: as declared, else where an open matter is closed."""
        if self.rateable is not None:
            return self.rateable
        target = self.path[1]
        return isinstance(target, State) and target.closed and any(not s.closed for s in self.path[0])

    @property
    def sources(self) -> tuple[State, ...]:
        return self.path[0]

    @property
    def target(self) -> State | Special:
        return self.path[1]


@dataclass(frozen=True)
class Dated:
    """A parameter with dates: practice, local choice, or a reading of the factbook."""

    title: str
    values: tuple[tuple[date, Any], ...]
    basis: str = ""
    kind: str = "reading"  # law, reading, practice, promise

    def at(self, on: date) -> Any:
        """Value in force on `on`. Raises LookupError before the first date."""
        found: Any = None
        hit = False
        for since, value in self.values:
            if since <= on:
                found, hit = value, True
        if not hit:
            raise LookupError(f"{self.title}: no value in force on {on}")
        return found


def _roles(named: tuple[Role, ...], own: Iterable[Role]) -> tuple[Role, ...]:
    """Roles with ANY_PARTY replaced by the procedure's own roles of that side."""
    found: list[Role] = []
    for role in named:
        found += [r for r in own if r.side is Side.PARTY and r not in found] if role is ANY_PARTY else [role]
    return tuple(found)


def _expand(event: Event, states: Iterable[State], roles: Iterable[Role]) -> Event:
    """The event with what procedures share (ANY_STATE, ANY_OPEN, ANY_PARTY) replaced by a procedure's own."""
    if ANY_PARTY in event.by or ANY_PARTY in event.notifies:
        event = replace(event, by=_roles(event.by, roles), notifies=_roles(event.notifies, roles))
    if ANY_STATE not in event.sources and ANY_OPEN not in event.sources:
        return event
    found: list[State] = []
    for source in event.sources:
        if source is ANY_STATE:
            found += [s for s in states if s not in found]
        elif source is ANY_OPEN:
            found += [s for s in states if not s.closed and s not in found]
        elif source not in found:
            found.append(source)
    return replace(event, path=(tuple(found), event.target))


class DeclarationError(TypeError):
    """A procedure class contradicts itself; the message names procedure and member."""


class Procedure:
    """法定程序. Subclasses declare States, Terms and Events as class attributes; see `docs/howto/add-a-procedure.md`."""

    code: ClassVar[str] = ""
    title: ClassVar[str] = ""
    title_en: ClassVar[str] = ""
    version: ClassVar[int] = 1
    in_force_from: ClassVar[date]
    in_force_to: ClassVar[date | None] = None
    source: ClassVar[str] = ""
    app: ClassVar[str] = ""
    roles: ClassVar[tuple[Role, ...]] = ()
    parameters: ClassVar[Mapping[str, Dated]] = {}
    law_versions: ClassVar[staticmethod[[date], dict[str, str]]] = staticmethod(lambda on: {})
    step_of: ClassVar[staticmethod[[View], str] | None] = None
    guide: ClassVar[Mapping[str, Any]] = {}
    # facts that must be equal for two open matters to be duplicates of one another
    duplicate_key: ClassVar[tuple[str, ...]] = ()
    # shortest lawful course to a state, and what an event needs done before it: for scenarios and made-up matters
    routes: ClassVar[Mapping[str, Sequence[str]]] = {}
    prepares: ClassVar[Mapping[str, Sequence[str]]] = {}
    # words of the law for several roles at once (office, organ), as scenarios use them
    role_aliases: ClassVar[Mapping[str, Sequence[str]]] = {}
    # other words for the form fields of an event (of every event under "*"), as scenarios use them; `on`, `by`, `at` too
    field_aliases: ClassVar[Mapping[str, Mapping[str, str]]] = {}
    # what usually happens next and how soon, for made-up matters (`walks.Habits`); None: anything the rules allow
    habits: ClassVar[staticmethod[[View, Any, date], Sequence[Any]] | None] = None

    states: ClassVar[dict[str, State]]
    events: ClassVar[dict[str, Event]]
    terms: ClassVar[dict[str, Term]]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        states: dict[str, State] = {}
        events: dict[str, Event] = {}
        terms: dict[str, Term] = {}
        for base in reversed(cls.__mro__):
            for name, value in vars(base).items():
                if isinstance(value, State):
                    if not value.code:
                        object.__setattr__(value, "code", name)
                    states[value.code] = value
                elif isinstance(value, Event):
                    if not value.code:
                        object.__setattr__(value, "code", name)
                    events[name] = value
                elif isinstance(value, Term):
                    terms[value.id] = value
        for name, event in events.items():
            expanded = _expand(event, states.values(), cls.roles)
            if expanded is not event:
                events[name] = expanded
                setattr(cls, name, expanded)
        cls.states, cls.events, cls.terms = states, events, terms

    @classmethod
    def key(cls) -> tuple[str, int]:
        return cls.code, cls.version

    @classmethod
    def role(cls, code: str) -> Role:
        for role in (*cls.roles, CLOCK):
            if role.code == code:
                return role
        raise LookupError(f"{cls.code}: no role {code}")

    @classmethod
    def clock_events(cls) -> Iterable[Event]:
        return (e for e in cls.events.values() if e.when)


def choice(name: str, label: str, options: Mapping[str, str], **kwargs: Any) -> Field:
    """A CHOICE field from a mapping code → Chinese label; the first code is the sample unless given."""
    kwargs.setdefault("sample", next(iter(options)))
    return Field(name, label, Kind.CHOICE, choices=tuple(options.items()), **kwargs)
