"""The English summary of an issued document: for information only, the Chinese document alone has legal effect.

A page and a PDF that say what kind of document this is, who issued it, what was decided, what can be done next and by when,
and how to verify it. Nothing of the document's own text is translated: that would be another decision.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings

from xiezhi.kernel.calendar import clock as wall
from xiezhi.kernel.documents import produce, render
from xiezhi.kernel.documents.models import Document
from xiezhi.kernel.documents.templates import TemplateRef
from xiezhi.kernel.procedures.core import Recorded
from xiezhi.kernel.procedures.declare import Event, Field, Kind, Side, TermKind
from xiezhi.kernel.procedures.selectors import MatterState
from xiezhi.ui.language.say import CLOSE, OPEN, day, marked, parts

__all__ = ["NOTE", "Line", "Next", "Summary", "of", "pdf"]

NOTE = (
    "This English summary is for information only. It is not part of the document and has no legal effect; "
    "the Chinese document alone has legal effect."
)
_TYPST = TemplateRef(Path(__file__).parent / "typst", "summary.typ")
_SHOWN = (Kind.CHOICE, Kind.CHOICES, Kind.BOOL, Kind.DATE, Kind.INT, Kind.MONEY)


@dataclass(frozen=True)
class Line:
    """A label and its words: [(text, whether it stayed Chinese)]."""

    label: str
    words: list[tuple[str, bool]]


@dataclass(frozen=True)
class Next:
    """Something a party can or must do: what, until which day, on which article, and what follows if it is missed."""

    what: str
    until: date | None
    until_words: str
    basis: str
    missed: str


@dataclass(frozen=True)
class Summary:
    """What the summary says. `title` is the kind of document in English, `chinese` its title."""

    title: str
    chinese: str
    number: str
    issued_on: date | None
    issued_words: str
    organ: str
    matter: str
    procedure: str
    decided: str
    told: str
    outcome: list[Line]
    next_steps: list[Next]
    verify_code: str
    verify_url: str
    revoked: str
    as_of: date
    as_of_words: str
    note: str = NOTE


def _plain(text: str) -> str:
    return marked(text).replace(OPEN, "").replace(CLOSE, "")


def _value(field: Field, value: Any) -> str:
    names = dict(field.choices)
    match field.kind:
        case Kind.BOOL:
            return "是" if value else "否"
        case Kind.CHOICE:
            return names.get(str(value), str(value))
        case Kind.CHOICES:
            return "、".join(names.get(str(v), str(v)) for v in value)
        case Kind.DATE:
            return day(date.fromisoformat(str(value)[:10]))
        case Kind.MONEY:
            return f"{value}元"
    return str(value)


def _outcome(event: Event, data: Mapping[str, Any]) -> Iterator[Line]:
    """What the event fixed, in choices, days and amounts: never what somebody wrote, never what is personal."""
    for field in event.form:
        value = data.get(field.name)
        if field.personal or field.kind not in _SHOWN or value in (None, "", []) or value is False:
            continue
        yield Line(_plain(field.label), parts(_value(field, value)))


def _next(state: MatterState) -> list[Next]:
    out = []
    for clock in state.live:
        if clock.term.side is not Side.PARTY or clock.term.kind is not TermKind.DEADLINE or clock.legal is None:
            continue
        missed = _plain(clock.term.on_lapse) if clock.term.on_lapse else ""
        what = _plain(clock.term.todo or clock.term.title)
        out.append(Next(what, clock.legal, day(clock.legal), _plain(clock.term.basis), missed))
    return sorted(out, key=lambda n: n.until or date.max)


def of(document: Document, state: MatterState) -> Summary:
    """The summary of an issued document, as of today."""
    matter, today = state.matter, wall.today()
    rec: Recorded | None = next((r for r in state.view.events if r.seq == document.event_seq), None)
    event = state.procedure.events.get(rec.event) if rec else None
    revoked = ""
    if document.revoked_on:
        revoked = f"Revoked on {day(document.revoked_on)}. This document is no longer valid."
    return Summary(
        title=_plain(document.title),
        chinese=document.title,
        number=document.number or "",
        issued_on=document.issued_on,
        issued_words=day(document.issued_on) if document.issued_on else "",
        organ=document.unit.name,
        matter=matter.number,
        procedure=_plain(state.procedure.title),
        decided=_plain(event.title) if event else "",
        told=_plain(event.plain) if event and event.plain else "",
        outcome=list(_outcome(event, rec.data)) if event and rec else [],
        next_steps=_next(state),
        verify_code=document.verify_code or "",
        verify_url=f"{settings.PUBLIC_URL}/verify/{document.verify_code}" if document.verify_code else "",
        revoked=revoked,
        as_of=today,
        as_of_words=day(today),
    )


def pdf(summary: Summary) -> bytes:
    """The summary on paper (PDF/A-2a). Raises RenderError."""
    data = asdict(summary) | {"rendered_at": wall.now()}
    return render.render(_TYPST, render.spell_missing(data, produce.fonts()), fonts_dir=produce.fonts()).content
