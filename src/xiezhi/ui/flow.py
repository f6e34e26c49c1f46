"""What a stepwise application is made of: sections of steps, each with its fields, its condition and its checks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xiezhi.kernel.access import acting
from xiezhi.kernel.access.models import Account
from xiezhi.kernel.people.models import Mandate
from xiezhi.kernel.procedures.core import Refused
from xiezhi.kernel.procedures.declare import Field, Kind
from xiezhi.kernel.procedures.forms import Problem, coerce
from xiezhi.ui.drafts import FOR_PRINCIPAL, Opened

__all__ = ["FLOWS", "Answers", "Flow", "Section", "Step", "Walk", "register"]


class Answers:
    """Raw answers of a draft, flat by field name, and who is asking."""

    do_not_call_in_templates = True

    def __init__(
        self, steps: Mapping[str, Mapping[str, Any]], account: Account | None, mandate: Mandate | None = None
    ) -> None:
        self.steps = steps
        self.account = account
        self.mandate = mandate
        self.flat: dict[str, Any] = {}
        for values in steps.values():
            self.flat.update(values)

    def __call__(self, name: str, default: Any = "") -> Any:
        return self.flat.get(name, default)

    def of(self, step: str) -> dict[str, Any]:
        return dict(self.steps.get(step, {}))

    @property
    def person(self) -> Any:
        """The verified person behind the account; what the platform holds about them is not asked again."""
        return self.account.person if self.account is not None else None

    @property
    def principal(self) -> Any:
        """The person this application is made for by a mandate or a guardian; None where it is one's own."""
        return self.mandate.principal if self.mandate is not None else None


@dataclass(frozen=True)
class Step:
    """One page with one question. `fields` may depend on earlier answers; `applies` leaves a page out.

    `check` looks at typed values and returns problems; `why` says in one sentence why we ask, with the article.
    """

    code: str
    title: str
    fields: Sequence[Field] | Callable[[Answers], Sequence[Field]]
    applies: Callable[[Answers], bool] = lambda answers: True
    check: Callable[[Answers, Mapping[str, Any]], list[Problem]] = lambda answers, values: []
    start: Callable[[Answers], Mapping[str, Any]] = lambda answers: {}
    why: str = ""
    basis: str = ""
    lead: str = ""
    more: tuple[tuple[str, str], ...] = ()
    panel: str = ""
    context: Callable[[Answers], Mapping[str, Any]] = lambda answers: {}

    def form(self, answers: Answers) -> tuple[Field, ...]:
        found = self.fields(answers) if callable(self.fields) else self.fields
        return tuple(found)

    def judge(self, answers: Answers, raw: Mapping[str, Any]) -> list[Problem]:
        """Everything wrong with the raw values of this page."""
        values, problems = coerce(self.form(answers), raw)
        return problems or self.check(answers, values)


@dataclass(frozen=True)
class Section:
    """A line of the task list."""

    title: str
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Flow:
    """A stepwise application. `send` files it and raises Refused with problems named by field.

    `side_template` stands beside every question and the last look, `after_template` tells on the last look what comes
    of sending; both see what `side` and `after` return. `knows_person`: whether name and number of the account's person
    go with the application without being asked. `for_principal`: whether the pages know of `answers.principal`, so that a
    mandate chosen in the header fills them in. `next_steps` stand on the receipt, `offline` says how else to apply.
    """

    code: str
    event: str
    title: str
    minutes: int
    sections: tuple[Section, ...]
    assemble: Callable[[Answers], dict[str, Any]]
    send: Callable[[Account, Answers, Opened], Any]
    side: Callable[[Answers], Mapping[str, Any]]
    after: Callable[[Answers], Mapping[str, Any]]
    before: tuple[tuple[str, str], ...] = ()
    places: Mapping[str, str] | None = None
    side_template: str = ""
    after_template: str = ""
    for_principal: bool = False
    knows_person: Callable[[Answers], bool] = lambda answers: answers.person is not None
    next_steps: tuple[tuple[str, str], ...] = ()
    offline: str = ""

    def step(self, code: str) -> Step | None:
        return next((s for section in self.sections for s in section.steps if s.code == code), None)


FLOWS: dict[str, Flow] = {}
"""Stepwise applications by procedure code."""


def register(flow: Flow) -> None:
    """Make a service applicable for online at /apply/<code>/. Raises ValueError when the code has another flow."""
    if FLOWS.setdefault(flow.code, flow) is not flow:
        raise ValueError(f"procedure {flow.code} already has an application flow")
    if flow.for_principal:
        FOR_PRINCIPAL.add(flow.code)


class Walk:
    """A draft on its way through a flow: which pages apply, which are done, what comes next."""

    def __init__(self, flow: Flow, opened: Opened, account: Account | None) -> None:
        self.flow, self.opened = flow, opened
        wanted = opened.content.get("mandate")
        mandate = acting.for_account(account, wanted, flow.code)
        self.mandate_lost = wanted is not None and mandate is None
        self.answers = Answers(opened.answers, account, mandate)
        self.sections = [(s, [p for p in s.steps if p.applies(self.answers)]) for s in flow.sections]
        self.sections = [(s, pages) for s, pages in self.sections if pages]
        self.pages = [p for _, pages in self.sections for p in pages]

    def done(self, step: Step) -> bool:
        return self.opened.is_done(step.code)

    @property
    def complete(self) -> bool:
        return all(self.done(p) for p in self.pages)

    @property
    def first_open(self) -> Step | None:
        return next((p for p in self.pages if not self.done(p)), None)

    def next(self, step: Step) -> Step | None:
        """The page after this one that is not done yet, else simply the next one."""
        place = self._place(step)
        return self.pages[place + 1] if place + 1 < len(self.pages) else None

    def before(self, step: Step) -> Step | None:
        place = self._place(step)
        return self.pages[place - 1] if place > 0 else None

    def _place(self, step: Step) -> int:
        codes = [p.code for p in self.pages]
        return codes.index(step.code) if step.code in codes else len(codes)

    def rows(self, step: Step | None = None) -> list[dict[str, Any]]:
        """The task list: sections with their state."""
        out = []
        for section, pages in self.sections:
            finished = sum(self.done(p) for p in pages)
            here = step is not None and step.code in {p.code for p in pages}
            target = next((p for p in pages if not self.done(p)), pages[0])
            state = "done" if finished == len(pages) else "begun" if finished else "open"
            out.append(
                {
                    "title": section.title,
                    "state": state,
                    "current": here,
                    "step": target,
                    "finished": finished,
                    "total": len(pages),
                }
            )
        return out

    def number(self, step: Step) -> tuple[int, int]:
        """Section number of a page and how many there are, counting the last look at everything."""
        for n, (_, pages) in enumerate(self.sections, 1):
            if step.code in {p.code for p in pages}:
                return n, len(self.sections) + 1
        return len(self.sections) + 1, len(self.sections) + 1

    def place_of(self, field: str) -> Step | None:
        """The page on which a field of the assembled application is answered."""
        places = self.flow.places or {}
        wanted = places.get(field)
        parts = field.split(".")
        while wanted is None and parts:
            wanted = places.get(".".join(p for p in parts if not p.isdecimal()))
            parts.pop()
        return next((p for p in self.pages if p.code == wanted), None)


def shown(field: Field, value: Any, files: Mapping[str, Mapping[str, Any]], options: Mapping[str, Any]) -> str:
    """A raw answer as a person reads it back."""
    if value in (None, "", [], {}):
        return ""
    match field.kind:
        case Kind.CHOICE:
            return dict(field.choices).get(str(value), str(value))
        case Kind.CHOICES:
            names = dict(field.choices)
            return "、".join(names.get(str(v), str(v)) for v in (value if isinstance(value, list) else [value]))
        case Kind.BOOL:
            return "是" if str(value).lower() in ("true", "on", "1", "是") else "否"
        case Kind.FILES:
            return "、".join(str(files[v]["name"]) for v in value if v in files)
        case Kind.DATE:
            from xiezhi.kernel.procedures.forms import Bad, parse_date

            try:
                day = parse_date(value)
            except Bad:
                return str(value)
            return f"{day.year}年{day.month}月{day.day}日"
        case Kind.MONEY:
            return f"{value}元"
        case Kind.UNIT:
            return str(options.get(str(value), value))
        case Kind.RECORDS:
            lines = []
            for row in value:
                lines.append("，".join(filter(None, (shown(f, row.get(f.name), files, options) for f in field.fields))))
            return "；".join(lines)
        case Kind.RECORD:
            return "，".join(filter(None, (shown(f, value.get(f.name), files, options) for f in field.fields)))
    return str(value)


__all__ += ["Refused", "shown"]
