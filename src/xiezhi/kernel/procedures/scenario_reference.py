"""The tables a scenario writer needs, made from the declaration."""

from __future__ import annotations

from collections.abc import Iterable

from xiezhi.kernel.procedures.declare import Event, Field, Kind, Procedure, Special, State, Term

__all__ = ["reference"]


def reference(procedure: type[Procedure]) -> str:
    """Markdown with every role, state, event with its fields and refusals, term and parameter of a procedure."""
    parts = [
        f"# {procedure.code} {procedure.title}: identifiers for scenarios\n",
        "Made from the declaration by `xiezhi.kernel.procedures.scenarios.reference`; do not edit.\n",
        "## Roles\n", _table(("code", "title", "side"), ((r.code, r.title, r.side.value) for r in procedure.roles)),
        "## States\n",
        _table(("code", "title", "reached from nothing by `given`", "closed"),
               ((s.code, s.title, "yes" if s.code in procedure.routes else "", "yes" if s.closed else "")
                for s in procedure.states.values())),
        "## Terms\n", _table(("id", "title", "length", "unit", "kind", "met by", "basis"), _terms(procedure)),
        "## Parameters\n",
        _table(("name", "title", "values", "kind"),
               ((n, d.title, "; ".join(f"{since}: {value}" for since, value in d.values), d.kind)
                for n, d in procedure.parameters.items())),
        "## Events\n", *(_event(procedure, e) for e in procedure.events.values()),
    ]  # fmt: skip
    return "\n".join(parts).rstrip() + "\n"


def _table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    names = list(head)
    lines = ["| " + " | ".join(names) + " |", "|" + "---|" * len(names)]
    lines += ["| " + " | ".join(str(c).replace("|", "\\|").replace("\n", " ") for c in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def _terms(procedure: type[Procedure]) -> Iterable[tuple[object, ...]]:
    met: dict[str, list[str]] = {}
    for event in procedure.events.values():
        for meet in event.meets:
            met.setdefault(meet if isinstance(meet, str) else meet.term, []).append(event.code)
    for term in procedure.terms.values():
        yield (
            term.id,
            term.title,
            _length(term),
            term.unit.value,
            term.kind.value,
            ", ".join(met.get(term.id, [])),
            term.basis,
        )


def _length(term: Term) -> str:
    return "by the facts" if callable(term.length) else str(term.length)


def _event(procedure: type[Procedure], event: Event) -> str:
    target = event.target
    to = (
        target.code if isinstance(target, State) else {Special.SAME: "same", Special.PREVIOUS: "previous state"}[target]
    )
    every = len(event.sources) == len(procedure.states)
    sources = "any" if every else ", ".join(s.code for s in event.sources) or "(begins a matter)"
    lines = [
        f"### `{event.code}` {event.title}\n",
        f"- from {sources} to {to}; by {', '.join(r.code for r in event.by)}"
        + ("; may be backdated" if event.backdated else ""),
    ]
    if event.basis:
        lines.append(f"- basis: {event.basis}")
    if event.lapses:
        lines.append(f"- happens by itself when {', '.join(event.lapses)} lapses")
    if event.requires:
        lines.append("- refusals: " + ", ".join(dict.fromkeys(f"`{r.code}`" for r in event.requires)))
    if event.produces and not callable(event.produces):
        lines.append("- documents: " + "、".join(event.produces))
    if event.form:
        lines.append("\n" + _table(("field", "label", "kind", "needed", "values", "fact"), _fields(event.form)))
    return "\n".join(lines) + "\n"


def _fields(form: Iterable[Field], prefix: str = "") -> Iterable[tuple[object, ...]]:
    for field in form:
        values = ", ".join(f"{c}={label}" for c, label in field.choices)
        kind = field.kind.value + (" (personal)" if field.personal else "")
        yield (
            f"{prefix}{field.name}",
            field.label,
            kind,
            "yes" if field.required else "",
            values,
            field.fact_name or "",
        )
        if field.kind in (Kind.RECORD, Kind.RECORDS) and field.fields:
            yield from _fields(field.fields, f"{prefix}{field.name}.")
