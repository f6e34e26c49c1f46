"""办到哪一步了: the history of a matter as a citizen reads it, in the sentences the procedure declares."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from xiezhi.kernel.procedures.clocks import Status
from xiezhi.kernel.procedures.declare import TermKind
from xiezhi.kernel.procedures.selectors import MatterState

__all__ = ["Entry", "of"]


@dataclass(frozen=True)
class Entry:
    """One line of the timeline. `kind` is next, now, held or empty."""

    title: str
    text: str
    on: date | None
    at: datetime | None = None
    kind: str = ""
    basis: str = ""
    late: bool = False


def of(state: MatterState) -> list[Entry]:
    """What comes next by its clock, then what happened, newest first. Internal events stay inside."""
    past: list[Entry] = []
    for rec in state.view.events:
        event = state.procedure.events.get(rec.event)
        if event is None or not event.plain:
            continue
        held = "suspend" in rec.event and not rec.event.startswith("resum")
        past.append(Entry(event.title, event.plain, rec.on, rec.at, "held" if held else "", event.basis))
    past.reverse()
    if past and state.matter.open and past[0].kind == "":
        first = past[0]
        past[0] = Entry(first.title, first.text, first.on, first.at, "now", first.basis)
    coming = [
        Entry(c.term.title, c.term.todo or "", c.legal, None, "next", c.term.basis, c.status is Status.LAPSED)
        for c in state.live
        if c.term.kind is TermKind.DEADLINE and c.term.alarm and c.legal is not None
    ]
    coming.sort(key=lambda e: e.on or date.max, reverse=True)
    return [*coming[-3:], *past]
