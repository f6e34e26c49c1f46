"""What the pages of the application share: the declaration's own code lists, days, and small checks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from xiezhi.enforcement.reconsideration.apply import clock as timing
from xiezhi.kernel.procedures import registry
from xiezhi.kernel.procedures.declare import Field, Procedure
from xiezhi.kernel.procedures.forms import Bad, Problem, parse_date
from xiezhi.ui.flow import Answers

__all__ = ["CODE", "LAW", "RULES", "day", "declared", "not_future", "options"]

CODE = "XZFY"
LAW = "行政复议法"
RULES = "行政复议法实施条例"


def declared() -> type[Procedure]:
    """The procedure as it is in force now; its code lists are the choices of these pages."""
    return registry.get(CODE)


def _form_field(name: str, inside: str = "") -> Field:
    form = declared().events["filed"].form
    if inside:
        form = next(f for f in form if f.name == inside).fields
    return next(f for f in form if f.name == name)


def options(name: str, inside: str = "") -> tuple[tuple[str, str], ...]:
    return _form_field(name, inside).choices


def day(value: Any) -> date | None:
    try:
        return parse_date(value) if value else None
    except Bad:
        return None


def not_future(name: str, label: str) -> Any:
    def check(answers: Answers, values: Mapping[str, Any]) -> list[Problem]:
        found = day(values.get(name))
        if found and found > timing.today():
            said = f"{timing.today().year}年{timing.today().month}月{timing.today().day}日"
            return [Problem("FUTURE", f"{label}请填今天（{said}）或更早的一天", name)]
        made = day(answers("made_on"))
        if found and made and name != "made_on" and found < made:
            return [Problem("ORDER", f"{label}不能早于作出决定的日期，请核对", name)]
        return []

    return check
