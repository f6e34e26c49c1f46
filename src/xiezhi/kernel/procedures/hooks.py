"""What a function adds to its procedure in the database layer: columns, documents, numbers, routing, detail records.

The kernel calls these by procedure code and knows nothing of the functions that register them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xiezhi.kernel.procedures.core import Effects, Recorded, View
    from xiezhi.kernel.procedures.models import Matter


@dataclass(frozen=True)
class Numbering:
    """How a series of numbers is written. `series` names the counter, `write(year, serial)` makes the number."""

    series: str
    write: Callable[[int, int], str]


def _no_columns(view: View) -> dict[str, Any]:
    return {}


def _no_number(matter: Matter, view: View) -> Numbering | None:
    return None


def _no_document_number(matter: Matter, view: View, template: str) -> Numbering | str | None:
    return None


def _no_data(matter: Matter, view: View, rec: Recorded, payload: Mapping[str, Any], template: str) -> dict[str, Any]:
    return {}


def _no_unit(matter: Matter, view: View, template: str) -> int | None:
    return None


def _nothing(matter: Matter, effects: Effects) -> None:
    return None


@dataclass(frozen=True)
class Hooks:
    """Callbacks of one procedure; all run inside the event's transaction and must not touch other matters.

    `columns(view)`: values of the matter's index columns (track, kind, channel, outcome, subject ...).
    `case_number(matter, view)`: the series to take the case number from, or None while the law gives none.
    `document_number(matter, view, template)`: a series, a finished number, or None for unnumbered documents.
    `document_data(...)`: the frozen data of a document. `needs_signature(template)`: whether it must have been drafted,
    reviewed and signed before the event. `after(matter, effects)`: detail records, at most two statements.
    `file(account, answers, files, *, channel, request_key, staff_actor)`: the function's own filing service, for the
    generic API; without it the filing event is opened as it is declared.
    `document_unit(matter, view, template)`: the unit that seals a document, where it is not the deciding organ.
    `draft(matter, title, actor) -> Document`: 拟稿 with the wording the function can fill in already.
    `serve(document, party, method, actor, *, delivery, sent_on, served_on, proof, witnesses, reason, tried, request_key)
    -> Delivery`: 送达 with the events that follow from it; `delivery` is a row to complete. Raises Refused.
    `complete(event, outcome, actor)`: what a person's event brings along at the desk, in its transaction. Raises Refused.
    `export(matter) -> Iterator[bytes]`: the closed matter as one sealed file.
    """

    columns: Callable[[View], dict[str, Any]] = _no_columns
    case_number: Callable[[Matter, View], Numbering | None] = _no_number
    document_number: Callable[[Matter, View, str], Numbering | str | None] = _no_document_number
    document_data: Callable[[Matter, View, Recorded, Mapping[str, Any], str], dict[str, Any]] = _no_data
    needs_signature: Callable[[str], bool] = lambda template: False
    after: Callable[[Matter, Effects], None] = _nothing
    file: Callable[..., Any] | None = None
    document_unit: Callable[[Matter, View, str], int | None] = _no_unit
    draft: Callable[..., Any] | None = None
    serve: Callable[..., Any] | None = None
    complete: Callable[..., None] | None = None
    export: Callable[[Matter], Iterator[bytes]] | None = None


_HOOKS: dict[str, Hooks] = {}


def register(code: str, hooks: Hooks) -> None:
    """Attach hooks to a procedure. Raises ValueError when the code already has others."""
    if code in _HOOKS and _HOOKS[code] is not hooks:
        raise ValueError(f"procedure {code} already has hooks")
    _HOOKS[code] = hooks


def of(code: str) -> Hooks:
    return _HOOKS.get(code) or Hooks()


@dataclass(frozen=True)
class Listener:
    """A function that follows what happens in matters of others."""

    hear: Callable[[Matter, Effects], None]
    procedures: frozenset[str] | None
    events: frozenset[str] | None


_LISTENERS: list[Listener] = []


def listen(
    hear: Callable[[Matter, Effects], None],
    *,
    procedures: Collection[str] | None = None,
    events: Collection[str] | None = None,
) -> None:
    """Call `hear(matter, effects)` inside the transaction of every event of these procedures (None: of all) that is one
    of `events` (None: any), after the procedure's own `after`. It may add rows of its own, at most two statements; an
    error in it undoes the event. Registering the same function twice is harmless."""
    if all(known.hear is not hear for known in _LISTENERS):
        _LISTENERS.append(
            Listener(
                hear,
                None if procedures is None else frozenset(procedures),
                None if events is None else frozenset(events),
            )
        )


def tell(matter: Matter, effects: Effects) -> None:
    """Tell every listener of what an event did."""
    names = {rec.event for rec in effects.recorded}
    for known in _LISTENERS:
        if known.procedures is not None and matter.procedure not in known.procedures:
            continue
        if known.events is None or known.events & names:
            known.hear(matter, effects)
