"""What a scenario expects, compared with what the core says; every difference becomes one readable line."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Protocol

from xiezhi.kernel.calendar.counting import Calendar, Extension, Spell, Unit, count, count_back, count_hours
from xiezhi.kernel.procedures.clocks import Clock, Status, clocks
from xiezhi.kernel.procedures.core import Actor, Effects, View, available
from xiezhi.kernel.procedures.declare import Procedure
from xiezhi.kernel.procedures.scenario_yaml import ScenarioError, day_of, moment

__all__ = ["Checker", "counted"]

_NONE = (None, "none", "None", "absent", "无")
_ALSO = {
    "status": "state",
    "状态": "state",
    "clock": "clocks",
    "期限": "clocks",
    "document": "documents",
    "文书": "documents",
    "fact": "facts",
}
_CLOCK_KEYS = {
    "nominal": "nominal", "due_nominal": "nominal", "legal": "legal", "due_legal": "legal", "due": "legal", "status": "status",
    "started": "started_on", "started_on": "started_on", "start": "started_on", "met": "met_on", "met_on": "met_on",
    "remaining": "remaining", "provisional": "provisional", "possible_from": "possible_from",
}  # fmt: skip


class Log(Protocol):
    """Where checks are counted and failures collected."""

    failures: list[str]
    checks: int


class Checker:
    """Compares one `expect` block with the matter as it stands."""

    def __init__(
        self, procedure: type[Procedure], view: View, calendar: Calendar, now: datetime, documents: Sequence[str],
        effects: Effects | None, log: Log, where: str,
    ) -> None:  # fmt: skip
        self.procedure, self.view, self.calendar, self.now = procedure, view, calendar, now
        self.documents, self.effects, self.log, self.where = documents, effects, log, where

    def same(self, what: str, expected: Any, actual: Any) -> None:
        self.log.checks += 1
        if expected != actual:
            self.log.failures.append(f"{self.where}：{what} 应为 {_show(expected)}，实际为 {_show(actual)}")

    def run(self, expect: Mapping[str, Any]) -> None:
        for key, value in expect.items():
            key = _ALSO.get(key, key) if key not in self.view.facts else key
            handler = getattr(self, f"_{key}", None)
            if handler is not None and key in _KEYS:
                handler(value)
            elif key.replace("_", "-").upper() in self.procedure.terms:
                self._clocks({key: value})
            elif key in self.view.facts or "." in key:
                self._facts({key: value})
            else:
                near = difflib.get_close_matches(key, [*_KEYS, *self.view.facts], 3)
                hint = f"，是否想写：{'、'.join(near)}" if near else ""
                raise ScenarioError(f"expect 里没有“{key}”{hint}", getattr(expect, "line", 0))

    def _state(self, value: Any) -> None:
        wanted = str(value)
        state = self.view.state
        if wanted not in self.procedure.states and wanted not in [s.title for s in self.procedure.states.values()]:
            near = difflib.get_close_matches(wanted, self.procedure.states, 3)
            raise ScenarioError(f"没有状态“{wanted}”{'，是否想写：' + '、'.join(near) if near else ''}")
        actual = state.code if state else None
        self.same("状态", wanted, state.title if state and wanted == state.title else actual)

    def _closing_type(self, value: Any) -> None:
        self.same("结案方式", None if value in _NONE else value, self.view.facts.get("closing_type"))

    def _step(self, value: Any) -> None:
        step = self.procedure.step_of
        self.same("下一步", str(value), step(self.view) if step else None)

    def _open(self, value: Any) -> None:
        self.same("未办结", bool(value), bool(self.view.state and not self.view.state.closed))

    def _documents(self, value: Any) -> None:
        made = list(self.effects.documents) if self.effects else []
        for name in _listed(value):
            self.log.checks += 1
            if name not in made and name not in self.documents:
                told = "、".join(dict.fromkeys(self.documents)) or "无"
                self.log.failures.append(f"{self.where}：应有文书“{name}”，实际有：{told}")

    def _not_documents(self, value: Any) -> None:
        for name in _listed(value):
            self.log.checks += 1
            if name in self.documents:
                self.log.failures.append(f"{self.where}：不应有文书“{name}”")

    def _facts(self, value: Any) -> None:
        for name, wanted in value.items():
            actual: Any = self.view.facts
            for part in [name] if name in self.view.facts else name.split("."):
                actual = actual.get(part) if isinstance(actual, Mapping) else None
            if isinstance(wanted, date):
                wanted = wanted.isoformat()
            if wanted in _NONE and actual is None:
                self.log.checks += 1
                continue
            if isinstance(actual, bool) and isinstance(wanted, str):
                wanted = wanted.lower() in ("yes", "true", "是")
            self.same(f"事实 {name}", str(wanted) if isinstance(actual, str) else wanted, actual)

    def _lapsed(self, value: Any) -> None:
        for name in _listed(value):
            self.log.checks += 1
            if not self.view.has(name):
                self.log.failures.append(f"{self.where}：“{name}”应当已经自动发生")

    def _happened(self, value: Any) -> None:
        self._lapsed(value)

    def _not_happened(self, value: Any) -> None:
        for name in _listed(value):
            self.log.checks += 1
            if self.view.has(name):
                self.log.failures.append(f"{self.where}：“{name}”不应当发生")

    def _available(self, value: Any) -> None:
        self._offered(value, True)

    def _not_available(self, value: Any) -> None:
        self._offered(value, False)

    def _offered(self, value: Any, wanted: bool) -> None:
        groups = value if isinstance(value, Mapping) else {"": value}
        for role, names in groups.items():
            for name in _listed(names):
                event = self.procedure.events.get(name)
                if event is None:
                    near = difflib.get_close_matches(name, self.procedure.events, 3)
                    raise ScenarioError(f"没有事件“{name}”{'，是否想写：' + '、'.join(near) if near else ''}")
                roles = frozenset([role] if role else [r.code for r in event.by])
                options = available(self.view, Actor("scenario", roles), self.now)
                found = next((o for o in options if o.event.code == name), None)
                self.log.checks += 1
                if (found is not None and found.open) is not wanted:
                    why = "；".join(p.message for p in found.problems) if found else "现在的状态或者身份不能办理"
                    said = f"应当可以办理“{name}”，实际：{why}" if wanted else f"不应当可以办理“{name}”"
                    self.log.failures.append(f"{self.where}：{said}")

    def _clocks(self, value: Any) -> None:
        if not isinstance(value, Mapping):
            raise ScenarioError("clocks 应当写成 {期限编号: 日期}，例如 RC-DECIDE-ORD: 2026-11-13")
        all_clocks = clocks(self.view, self.calendar, self.now)
        for key, wanted in value.items():
            term = self._term(key)
            found = [c for c in all_clocks if c.term.id == term]
            if isinstance(wanted, list):
                self.same(f"{term} 的个数", len(wanted), len(found))
                for number, (one, clock) in enumerate(zip(wanted, found, strict=False), 1):
                    self._clock(f"{term}（第{number}个）", one, clock)
            else:
                self._clock(term, wanted, found[-1] if found else None)

    def _term(self, key: str) -> str:
        for candidate in (key, key.replace("_", "-"), key.upper().replace("_", "-")):
            if candidate in self.procedure.terms:
                return candidate
        near = difflib.get_close_matches(key.upper(), self.procedure.terms, 3)
        raise ScenarioError(f"没有期限“{key}”{'，是否想写：' + '、'.join(near) if near else ''}")

    def _clock(self, term: str, wanted: Any, clock: Clock | None) -> None:
        if wanted in _NONE:
            self.same(f"{term}", None, clock and clock.status.value)
            return
        if clock is None:
            self.log.checks += 1
            self.log.failures.append(f"{self.where}：{term} 没有起算或者不适用，应为 {_show(wanted)}")
            return
        if not isinstance(wanted, Mapping):
            wanted = {"status": wanted} if str(wanted).upper() in Status.__members__ else {"legal": wanted}
        for name, value in wanted.items():
            attribute = _CLOCK_KEYS.get(name)
            if attribute is None:
                raise ScenarioError(f"{term} 里没有“{name}”，可以写：{'、'.join(_CLOCK_KEYS)}")
            self.same(f"{term} 的 {name}", _plain(attribute, value), _actual(clock, attribute))


_KEYS = (
    "state", "closing_type", "step", "open", "documents", "not_documents", "facts", "lapsed", "happened", "not_happened",
    "available", "not_available", "clocks",
)  # fmt: skip


def _actual(clock: Clock, attribute: str) -> Any:
    if attribute == "status":
        return clock.status.value
    if attribute == "remaining":
        return clock.due.remaining_at_hold if clock.due else None
    if attribute == "possible_from":
        return date.fromordinal(clock.nominal.toordinal() + 1) if clock.nominal else None
    return getattr(clock, attribute)


def _plain(attribute: str, value: Any) -> Any:
    if value in _NONE:
        return None
    if attribute == "status":
        return str(value).upper()
    if attribute in ("remaining", "provisional"):
        return value
    return day_of(value)


def _listed(value: Any) -> list[str]:
    return [str(v) for v in value] if isinstance(value, list) else [str(value)]


def _show(value: Any) -> str:
    if isinstance(value, (date, datetime)):
        return f"{value:%Y-%m-%d}"
    return str(value)


_COUNT = {"start", "length", "unit", "spells", "extensions", "roll", "back", "first_day_counts", "expect"}


def counted(spec: Any, expect: Any, calendar: Calendar, log: Log) -> None:
    """A bare count without a procedure: start, length, unit, and what must come out."""
    if not isinstance(spec, Mapping):
        raise ScenarioError("count 应当写成 {start: 2026-08-04, length: 60, unit: CD}")
    for key in spec:
        if key not in _COUNT:
            raise ScenarioError(f"count 里没有“{key}”，可以写：{'、'.join(sorted(_COUNT))}", getattr(spec, "line", 0))
    expect = spec.get("expect", expect)
    try:
        unit, length = Unit(str(spec["unit"]).upper()), int(spec["length"])
    except (KeyError, ValueError):
        raise ScenarioError("count 须写明 start、length（整数）和 unit（CD、WD、MO、YR、HR）") from None
    if "start" not in spec:
        raise ScenarioError("count 须写明 start")
    if unit is Unit.HR:
        found: dict[str, Any] = {"legal": count_hours(moment(spec["start"]), length)}
    elif spec.get("back"):
        due = count_back(day_of(spec["start"]), length, unit, calendar)
        found = {"nominal": due.nominal, "legal": due.legal, "provisional": due.provisional}
    else:
        due = count(
            day_of(spec["start"]), length, unit, calendar, spells=[_spell(s) for s in spec.get("spells") or ()],
            extensions=[_extension(e, unit) for e in spec.get("extensions") or ()], roll=spec.get("roll", True) is not False,
            first_day_counts=spec.get("first_day_counts") is True,
        )  # fmt: skip
        found = {
            "nominal": due.nominal, "legal": due.legal, "provisional": due.provisional, "held_since": due.held_since,
            "remaining": due.remaining_at_hold,
        }  # fmt: skip
    if not isinstance(expect, Mapping):
        expect = {"legal": expect}
    for key, wanted in expect.items():
        name = {"due": "legal", "due_legal": "legal", "due_nominal": "nominal"}.get(key, key)
        if name not in found:
            raise ScenarioError(f"count 的 expect 里没有“{key}”，可以写：{'、'.join(found)}")
        if unit is Unit.HR:
            wanted = moment(wanted)
        elif name not in ("provisional", "remaining") and wanted not in _NONE:
            wanted = day_of(wanted)
        log.checks += 1
        if (None if wanted in _NONE else wanted) != found[name]:
            log.failures.append(f"count 的 {key} 应为 {_show(wanted)}，实际为 {_show(found[name])}")


def _spell(value: Any) -> Spell:
    if isinstance(value, list) and len(value) == 2:
        begin, end = value
    elif isinstance(value, Mapping):
        begin = value.get("start", value.get("from"))
        end = value.get("end", value.get("to", value.get("until")))
    else:
        raise ScenarioError("spells 的每项写成 [2026-08-03, 2026-09-07]，末日不含")
    return Spell(day_of(begin), None if end in _NONE else day_of(end))


def _extension(value: Any, unit: Unit) -> Extension:
    if isinstance(value, Mapping):
        return Extension(int(value.get("length", value.get("days", 0))), Unit(str(value.get("unit", unit)).upper()))
    return Extension(int(value), unit)
