"""Nothing is asked twice: what of an event's form a party meets at its own screen, and what stands in it already.

Pure. The office enters paper and sees every field; a party is not asked for days only paper has (`Field.office`), nor for
what follows from its own part in the matter (`Field.by_role`), and an answer of the application that a later event asks
for again is shown as it stands now, to be changed or left.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xiezhi.kernel.procedures.declare import Event, Field, Kind, Procedure, Role, Side

__all__ = ["answered", "asked_of", "follows"]


def asked_of(event: Event, role: Role | None) -> tuple[Field, ...]:
    """The fields somebody in this role is asked; all of them for an office and for other authorities."""
    if role is None or role.side is not Side.PARTY:
        return event.form
    return tuple(f for f in event.form if not f.office and role.code not in dict(f.by_role))


def follows(event: Event, role: Role | None) -> dict[str, str]:
    """Values that follow from the role of a party, by field."""
    if role is None or role.side is not Side.PARTY:
        return {}
    return {f.name: dict(f.by_role)[role.code] for f in event.form if role.code in dict(f.by_role)}


def answered(declared: type[Procedure], event: Event, facts: Mapping[str, Any]) -> dict[str, Any]:
    """What the application (or a later step) has said already of the fields of this event, as it stands now."""
    said = {f.fact_name for e in declared.events.values() if not e.sources for f in e.form if f.fact_name}
    return {
        f.name: facts[f.fact_name]
        for f in event.form
        if f.fact_name in said and f.kind is not Kind.FILES and facts.get(f.fact_name) not in (None, "", [], {})
    }
