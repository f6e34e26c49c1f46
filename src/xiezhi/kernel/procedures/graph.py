"""The shape of a procedure for drawings: the main path, the states beside it, and the moves between them."""

from __future__ import annotations

from dataclasses import dataclass

from xiezhi.kernel.procedures.check_states import beginnings
from xiezhi.kernel.procedures.declare import PREVIOUS, Event, Procedure, State


@dataclass(frozen=True)
class Move:
    """Events that lead from one state to another, in order of declaration. `target` None: back to the former state."""

    source: str
    target: str | None
    events: tuple[Event, ...]


@dataclass(frozen=True)
class Graph:
    """States by code. `main` is the usual course from first to last; `asides` are all others, in declared order."""

    states: dict[str, State]
    main: tuple[str, ...]
    asides: tuple[str, ...]
    moves: tuple[Move, ...]
    begin: dict[str, tuple[Event, ...]]

    def out(self, code: str) -> list[Move]:
        """Moves that leave a state."""
        return [m for m in self.moves if m.source == code]

    def into(self, code: str) -> list[Move]:
        """Moves that enter a state."""
        return [m for m in self.moves if m.target == code]


def _moves(procedure: type[Procedure]) -> tuple[Move, ...]:
    found: dict[tuple[str, str | None], list[Event]] = {}
    for event in procedure.events.values():
        for source in event.sources:
            if isinstance(event.target, State):
                if event.target is not source:
                    found.setdefault((source.code, event.target.code), []).append(event)
            elif event.target is PREVIOUS:
                found.setdefault((source.code, None), []).append(event)
    return tuple(Move(a, b, tuple(events)) for (a, b), events in found.items())


def _first(procedure: type[Procedure], moves: tuple[Move, ...]) -> str | None:
    """Where the usual course begins: the initial state that other beginnings run into, else the first one."""
    initial = [s.code for s in procedure.states.values() if s.initial]
    entered = {m.target for m in moves}
    return next((c for c in initial if c in entered), initial[0] if initial else None)


def _longest(start: str, order: list[str], moves: tuple[Move, ...], closed: set[str]) -> tuple[str, ...]:
    """The longest way forward in declared order to a closed state; moves by the clock alone do not make it."""
    rank = {code: n for n, code in enumerate(order)}
    ahead: dict[str, list[str]] = {}
    for move in moves:
        by_people = any(not e.when for e in move.events)
        if move.target is not None and by_people and rank.get(move.source, 0) < rank.get(move.target, 0):
            ahead.setdefault(move.source, []).append(move.target)
    best: dict[str, tuple[str, ...]] = {}
    for code in sorted(order, key=lambda c: -rank[c]):
        options = [best[t] for t in ahead.get(code, ()) if t in best]
        tail = max(options, key=lambda way: (len(way), [-rank[c] for c in way]), default=())
        if tail or code in closed:
            best[code] = (code, *tail)
    return best.get(start, (start,))


def graph(procedure: type[Procedure]) -> Graph:
    """The graph of a procedure; the same class always gives the same graph."""
    moves = _moves(procedure)
    begin: dict[str, tuple[Event, ...]] = {}
    for event in beginnings(procedure):
        if isinstance(event.target, State):
            begin[event.target.code] = (*begin.get(event.target.code, ()), event)
    used = {m.source for m in moves} | {m.target for m in moves if m.target} | set(begin)
    order = [c for c in procedure.states if c in used]
    start = _first(procedure, moves)
    closed = {s.code for s in procedure.states.values() if s.closed}
    main = _longest(start, order, moves, closed) if start else ()
    return Graph(dict(procedure.states), main, tuple(c for c in order if c not in main), moves, begin)
