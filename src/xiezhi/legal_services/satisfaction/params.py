"""Dated parameters of this application with the values an installation or a unit has set. Read often, changed seldom."""

from __future__ import annotations

import time
from datetime import date
from typing import Any

from xiezhi.kernel.procedures.models import Parameter

from .procedure import Callback

__all__ = ["CODE", "forget", "value"]

CODE = "HCPHF"
_TTL = 30.0
_kept: tuple[float, list[tuple[str, int | None, date, Any]]] | None = None


def forget() -> None:
    """Read the table anew at the next question."""
    global _kept
    _kept = None


def value(name: str, on: date, unit_id: int | None = None) -> Any:
    """The parameter on a day: the unit's own value over the installation's over the declared one."""
    global _kept
    now = time.monotonic()
    if _kept is None or now - _kept[0] > _TTL:
        rows = Parameter.objects.filter(procedure=CODE).order_by("valid_from")
        _kept = (now, list(rows.values_list("name", "unit_id", "valid_from", "value")))
    found = Callback.parameters[name].at(on)
    for wanted in (None, unit_id) if unit_id is not None else (None,):
        for known, unit, since, said in _kept[1]:
            if known == name and unit == wanted and since <= on:
                found = said
    return found
