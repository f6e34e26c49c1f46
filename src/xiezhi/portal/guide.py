"""办事指南: a service guide generated from the procedure's own declaration, in the national fields."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from xiezhi.kernel.procedures import registry
from xiezhi.kernel.procedures.core import View
from xiezhi.kernel.procedures.declare import Event, Procedure, Side, Special, State, Term
from xiezhi.kernel.units.models import Level
from xiezhi.ui import plug
from xiezhi.ui.flow import FLOWS

__all__ = ["Guide", "Line", "Service", "find", "guide", "services"]

_UNITS = {"CD": "日", "WD": "个工作日", "MO": "个月", "YR": "年", "HR": "小时"}


@dataclass(frozen=True)
class Line:
    """One line of a guide with the article it stands on."""

    text: str
    basis: str = ""


def _lines(value: Any) -> list[Line]:
    """Lines from text, pairs (text, basis), or a list of both."""
    if not value:
        return []
    if isinstance(value, str):
        return [Line(value)]
    if isinstance(value, tuple) and len(value) == 2 and all(isinstance(v, str) for v in value) and "第" in value[1]:
        return [Line(*value)]
    return [line for part in value for line in _lines(part)]


@dataclass(frozen=True)
class Step:
    """One step of the main road with its terms."""

    title: str
    plain: str
    basis: str
    terms: tuple[tuple[Term, str], ...]
    documents: tuple[str, ...]


def _length(term: Term, procedure: type[Procedure]) -> int:
    """Length in an ordinary matter, about which nothing special is known; 0 where it depends on the case."""
    if not callable(term.length):
        return int(term.length)
    try:
        return int(term.length(View(procedure)) or 0)
    except (LookupError, TypeError, ValueError, AttributeError, AssertionError, RuntimeError):
        return 0


def length_text(term: Term, procedure: type[Procedure]) -> str:
    """60日, 5个工作日; empty for lengths that depend on the case."""
    length = _length(term, procedure)
    return f"{length}{_UNITS.get(term.unit.name, '')}" if length else ""


@dataclass(frozen=True)
class Guide:
    """Everything the guide page shows of a procedure."""

    procedure: type[Procedure]
    fields: Mapping[str, Any]

    @property
    def title(self) -> str:
        return str(self.fields.get("事项名称") or self.procedure.title)

    def lines(self, name: str) -> list[Line]:
        return _lines(self.fields.get(name))

    @property
    def questions(self) -> list[tuple[str, str, str]]:
        return [tuple(q) for q in self.fields.get("常见问题", ())]

    @property
    def steps(self) -> list[Step]:
        """The main road: from the filing through each state by the primary events, as an ordinary matter goes."""
        return [
            Step(
                e.title,
                e.plain,
                e.basis,
                tuple((t, length_text(t, self.procedure)) for t in self._terms_met_by(e)),
                _documents(e),
            )
            for e in self._road()
            if e.plain
        ]

    def _road(self) -> list[Event]:
        primary = [e for e in self.procedure.events.values() if e.primary and not e.when]
        first = next((e for e in primary if not e.sources), None)
        road: list[Event] = []
        state = first.target if first else None
        if first is not None:
            road.append(first)
        while isinstance(state, State):
            here = [e for e in primary if state in e.sources and e not in road and _ordinary(e)]
            road += [e for e in here if not isinstance(e.target, State)]
            onward = next((e for e in here if isinstance(e.target, State) and e.target is not state), None)
            if onward is None:
                break
            road.append(onward)
            state = onward.target
        order = list(self.procedure.events.values())
        return sorted(road, key=order.index)  # what can happen in several states stands where the law tells of it

    def _terms_met_by(self, event: Event) -> tuple[Term, ...]:
        ids = [m if isinstance(m, str) else m.term for m in event.meets]
        return tuple(self.procedure.terms[i] for i in ids if i in self.procedure.terms)

    @property
    def terms(self) -> list[tuple[Term, str]]:
        """Statutory terms with their length in words; those of the citizen first."""
        known = [(t, length_text(t, self.procedure)) for t in self.procedure.terms.values()]
        ordered = sorted(known, key=lambda pair: pair[0].side is not Side.PARTY)
        return [pair for pair in ordered if pair[1]]

    @property
    def facts(self) -> list[tuple[str, str, str]]:
        """The strip at the head: the fee, the first answer one gets, and the longest waits."""
        out = [("收费", line.text, line.basis) for line in self.lines("收费")[:1]]
        found: list[Term] = []
        for event in self._road():
            if isinstance(event.target, State):
                found += [
                    t
                    for t in self._terms_met_by(event)
                    if t.side is Side.OFFICE and length_text(t, self.procedure) and t not in found
                ]
        longest = sorted(found[1:], key=lambda t: -_days(t, self.procedure))[:2]
        return out + [(t.title, length_text(t, self.procedure), t.basis) for t in [*found[:1], *longest]]

    @property
    def articles(self) -> list[str]:
        """Every article the declaration stands on, once."""
        found: dict[str, None] = {}
        for basis in self._bases():
            for one in basis.split("；"):
                if one.strip():
                    found[one.strip()] = None
        return list(found)

    def _bases(self) -> Iterable[str]:
        for event in self.procedure.events.values():
            yield event.basis
        for term in self.procedure.terms.values():
            yield term.basis


def _ordinary(event: Event) -> bool:
    """Whether the event belongs to what happens in every matter, not to a side road that only some take."""
    return event.target is not Special.PREVIOUS


def _days(term: Term, procedure: type[Procedure]) -> int:
    """Rough length for ordering."""
    return _length(term, procedure) * {"MO": 30, "YR": 365}.get(term.unit.name, 1)


def _documents(event: Event) -> tuple[str, ...]:
    return () if callable(event.produces) else tuple(event.produces)


@dataclass(frozen=True)
class Service:
    """A service of the platform with the everyday words that lead to it."""

    code: str
    title: str
    summary: str
    icon: str
    words: tuple[str, ...]
    online: bool = True
    href: str = ""

    @property
    def address(self) -> str:
        """Where the errand begins: its own page, or its guide."""
        return self.href or reverse("portal:guide", args=[self.code])


def _newest() -> list[type[Procedure]]:
    newest: dict[str, type[Procedure]] = {}
    for procedure in registry.all_procedures() or registry.load_all():
        newest[procedure.code] = procedure
    return [p for p in newest.values() if p.guide]


def services() -> list[Service]:
    """Errands of the public: services with a guide, and own pages of functions; urgent and described ones first."""
    out = []
    for procedure in _newest():
        if procedure.guide.get("自动开始"):
            continue  # begins by itself: nobody applies for it
        title, summary, icon = procedure.guide.get("首页", (procedure.title, "", "file-text"))
        words = (procedure.title, *procedure.guide.get("常用词", ()))
        out.append(Service(procedure.code, title, summary, icon, words, procedure.code in FLOWS))
    for entry in plug.ENTRIES.values():
        out.append(Service(entry.key, entry.title, entry.summary, entry.icon, entry.words, href=reverse(entry.url)))
    first = [e.key for e in plug.ENTRIES.values() if e.first]
    return sorted(out, key=lambda s: (s.code not in first, not s.summary))


def guide(code: str) -> Guide:
    """The guide of a service. Raises LookupError."""
    procedure = registry.get(code)
    if not procedure.guide:
        raise LookupError(code)
    return Guide(procedure, procedure.guide)


def find(text: str) -> list[Service]:
    """Services for what a person typed in everyday words, best first; empty when no word is known."""
    text = "".join(text.lower().split())
    if not text:
        return []
    scored = []
    for service in services():
        hits = sum(
            len(word) for word in service.words if word.lower() in text or (len(text) > 1 and text in word.lower())
        )
        if hits:
            scored.append((hits, service))
    return [s for _, s in sorted(scored, key=lambda pair: -pair[0])]


def level_title(code: str) -> str:
    """Name of a level of units."""
    return str(Level(code).label)
