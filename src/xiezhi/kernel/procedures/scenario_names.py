"""Other names a scenario may use for events, fields and entries: titles, ends of names, words of the law."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from typing import Any

from xiezhi.kernel.procedures.core import Recorded, amended
from xiezhi.kernel.procedures.declare import Event, Field, Kind, Procedure
from xiezhi.kernel.procedures.scenario_yaml import ScenarioError

__all__ = ["event_named", "fields_named", "plain_step"]

_ENTRY = ("event", "of", "entry", "target", "which")


def event_named(procedure: type[Procedure], name: str) -> Event:
    """The event of a code, or of a Chinese title. Raises ScenarioError with the nearest names."""
    found = procedure.events.get(name) or next((e for e in procedure.events.values() if e.title == name), None)
    if found is None:
        near = difflib.get_close_matches(name, [*procedure.events, *(e.title for e in procedure.events.values())], 3)
        raise ScenarioError(f"没有事件“{name}”{'，是否想写：' + '、'.join(near) if near else ''}")
    return found


def plain_step(procedure: type[Procedure], event: Event, body: Mapping[str, Any]) -> dict[str, Any]:
    """A step with the words for `on`, `by` and `at` in their place: `resumed_on` of `resumed` is its day."""
    names = {f.name for f in event.form} | {f.label for f in event.form}
    aliases = {**procedure.field_aliases.get("*", {}), **procedure.field_aliases.get(event.code, {})}
    aliases.setdefault(f"{event.code}_on", "on")
    out: dict[str, Any] = {}
    for key, value in body.items():
        word = aliases.get(key, key) if key not in names else key
        if word in body and word != key:
            word = key
        out[word] = value
    return out


def fields_named(event: Event, data: Mapping[str, Any], history: Sequence[Recorded]) -> dict[str, Any]:
    """Form fields by label, by the end of the name when only one ends so, or by the name inside a record (`served_on`)."""
    fields = {f.name: f for f in event.form}
    labels = {f.label: f.name for f in event.form}
    inner: dict[str, list[str]] = {}
    for field in event.form:
        for part in field.fields if field.kind is Kind.RECORD else ():
            inner.setdefault(part.name, []).append(field.name)
    out: dict[str, Any] = {}
    for key, value in data.items():
        ends = [n for n in fields if n.endswith(f"_{key}")]
        coded = _coded(fields, key, value)
        if coded and coded not in data:
            out[coded] = value
        elif key in fields:
            out[key] = {**out.get(key, {}), **value} if isinstance(value, Mapping) else value
        elif key in labels:
            out[labels[key]] = value
        elif len(homes := inner.get(key, [])) == 1:
            record = data.get(homes[0])
            out[homes[0]] = {**(record if isinstance(record, Mapping) else {}), **out.get(homes[0], {}), key: value}
        elif len(ends) == 1:
            out[ends[0]] = value
        elif event.code == "corrected" and key in _ENTRY:
            out["seq"] = _entry(str(value), history)
        else:
            out[key] = value
    return out


def _coded(fields: Mapping[str, Field], key: str, value: Any) -> str:
    """`reason: LATE` means the choice `reason_code` or `ground` when the value is one of its codes."""
    if key != "reason":
        return ""
    for name in ("reason_code", "ground"):
        field = fields.get(name)
        if field is not None and str(value) in [code for code, _ in field.choices]:
            return name
    return ""


def _entry(name: str, history: Sequence[Recorded]) -> int:
    """The number of the last entry of an event, for corrections. Raises ScenarioError."""
    found = [r.seq for r in amended(history) if r.event == name]
    if not found:
        raise ScenarioError(f"还没有“{name}”的记录，不能更正")
    return found[-1]
