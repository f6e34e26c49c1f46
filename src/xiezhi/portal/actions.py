"""现在可以做: what a citizen can do in a matter, the most needed first, the seldom needed folded away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from xiezhi.kernel.procedures.common import HOUSEKEEPING
from xiezhi.kernel.procedures.core import Option
from xiezhi.kernel.procedures.declare import Event, Side
from xiezhi.kernel.procedures.selectors import MatterState

__all__ = ["Actions", "of"]

FILE_READ = "file_read"


@dataclass(frozen=True)
class Actions:
    """`lead` is asked of the person now, `usual` ones are often done, `rare` ones seldom; `shut` are closed, with why."""

    lead: Option | None
    usual: Sequence[Option]
    rare: Sequence[Option]
    shut: Sequence[Option]
    read_file: bool


def _terms(event: Event) -> set[str]:
    return {m if isinstance(m, str) else m.term for m in event.meets}


def of(state: MatterState, options: Sequence[Option]) -> Actions:
    """Sort what is open: first what a running clock of the parties asks for, by its last day."""
    mine = {c.term.id: c.legal or date.max for c in state.live if c.term.side is Side.PARTY}
    work = [o for o in options if o.event.code not in (*HOUSEKEEPING, FILE_READ)]
    found = [o for o in work if o.open]

    def last_day(option: Option) -> date:
        return min((mine[t] for t in _terms(option.event) & mine.keys()), default=date.max)

    asked = sorted((o for o in found if o.event.primary and _terms(o.event) & mine.keys()), key=last_day)
    lead = next(iter(asked), None) or next((o for o in found if o.event.primary and not o.event.rare), None)
    rest = sorted((o for o in found if o is not lead), key=last_day)
    return Actions(
        lead,
        [o for o in rest if not o.event.rare],
        [o for o in rest if o.event.rare],
        [o for o in work if not o.open],
        any(o.open and o.event.code == FILE_READ for o in options),
    )
