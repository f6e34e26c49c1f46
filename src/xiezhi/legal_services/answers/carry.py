"""带走问题: the question goes into an application's page about what happened, by the person's own choice."""

from __future__ import annotations

from xiezhi.kernel.procedures.declare import Kind
from xiezhi.ui.flow import Walk

__all__ = ["STEP", "put"]

STEP = "facts"
"""The page of a stepwise application that asks what happened."""


def put(walk: Walk, text: str) -> bool:
    """Write the text into the long field of that page, behind what already stands there; False where there is none."""
    step = walk.flow.step(STEP)
    field = next((f for f in step.form(walk.answers) if f.kind is Kind.LONGTEXT), None) if step is not None else None
    if step is None or field is None:
        return False
    held = walk.answers.of(STEP)
    before = str(held.get(field.name, "") or "")
    if text not in before:
        held[field.name] = f"{before}\n{text}".strip()[: field.max_length or None]
        walk.opened.put(STEP, held, done=False)
    return True
