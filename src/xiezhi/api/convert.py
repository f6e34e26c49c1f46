"""From kernel values to what the API gives."""

from __future__ import annotations

import json
from typing import Any

from xiezhi.kernel.procedures import forms
from xiezhi.kernel.procedures.clocks import Clock
from xiezhi.kernel.procedures.core import Option
from xiezhi.kernel.procedures.declare import Event, Procedure, State
from xiezhi.kernel.procedures.models import Matter, Party


def matter_out(m: Matter) -> dict[str, Any]:
    """A matter as a row; `handling_unit` must have come with it."""
    names = ("intake_no", "case_no", "procedure", "state", "state_title", "open", "seq", "track", "kind", "channel", "outcome",
             "subject", "opened_on", "closed_on", "next_step", "due_term", "due_nominal", "due_legal", "due_provisional",
             "held")  # fmt: skip
    return {"id": m.public_id, "number": m.number, "handling_unit": m.handling_unit.name} | {
        n: getattr(m, n) for n in names
    }


def clock_out(c: Clock) -> dict[str, Any]:
    return {
        "term": c.term.id, "title": c.term.title, "number": c.number, "status": c.status.value, "started_on": c.started_on,
        "nominal": c.nominal, "legal": c.legal, "met_on": c.met_on, "provisional": c.provisional, "basis": c.term.basis,
        "on_lapse": c.term.on_lapse, "reasons": [{"text": s.text, "basis": s.basis, "date": s.date} for s in c.reasons],
    }  # fmt: skip


def event_out(e: Event) -> dict[str, Any]:
    return {
        "code": e.code, "title": e.title, "sources": [s.code for s in e.sources],
        "target": e.target.code if isinstance(e.target, State) else e.target.value,
        "by": [r.code for r in e.by], "basis": e.basis, "form": forms.json_schema(e.form),
    }  # fmt: skip


def procedure_out(p: type[Procedure]) -> dict[str, Any]:
    return {"code": p.code, "title": p.title, "version": p.version, "in_force_from": p.in_force_from,
            "in_force_to": p.in_force_to, "source": p.source}  # fmt: skip


def procedure_detail(p: type[Procedure]) -> dict[str, Any]:
    return procedure_out(p) | {
        "states": {s.code: s.title for s in p.states.values()},
        "roles": {r.code: r.title for r in p.roles},
        "events": [event_out(e) for e in p.events.values()],
        "terms": [
            {"id": t.id, "title": t.title, "unit": t.unit.value, "length": t.length if isinstance(t.length, int) else None,
             "basis": t.basis, "on_lapse": t.on_lapse}
            for t in p.terms.values()
        ],
    }  # fmt: skip


def action_out(o: Option) -> dict[str, Any]:
    return {
        "event": o.event.code, "title": o.event.title, "open": o.open, "role": o.role.code if o.role else "",
        "reasons": [{"code": p.code, "message": p.message, "basis": p.basis} for p in o.problems],
        "form": forms.json_schema(o.event.form),
    }  # fmt: skip


def party_out(p: Party) -> dict[str, Any]:
    """A party without what is personal beyond the name."""
    return {
        "id": p.pk, "role": p.role, "kind": p.kind, "name": p.name, "unit": p.unit.name if p.unit else "",
        "acts_for": p.acts_for_id, "e_service": p.e_service, "valid_from": p.valid_from, "valid_to": p.valid_to,
    }  # fmt: skip


def as_json(value: Any) -> bytes:
    """Readable JSON for files of an archive."""
    return json.dumps(value, ensure_ascii=False, indent=1, default=str).encode()
