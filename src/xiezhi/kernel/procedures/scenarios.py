"""情景: histories in YAML with what they must lead to, run against the pure core. See `docs/howto/write-a-scenario.md`."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from xiezhi.kernel.procedures import registry
from xiezhi.kernel.procedures.clocks import SHANGHAI
from xiezhi.kernel.procedures.core import Actor, Ask, Effects, Recorded, Refused, View, fire, replay, settle
from xiezhi.kernel.procedures.declare import SAME, Dated, Event, Procedure
from xiezhi.kernel.procedures.forms import filled, sample_of
from xiezhi.kernel.procedures.scenario_expect import Checker, counted
from xiezhi.kernel.procedures.scenario_names import event_named, fields_named, plain_step
from xiezhi.kernel.procedures.scenario_reference import reference
from xiezhi.kernel.procedures.scenario_yaml import Mapped, ScenarioError, calendar_of, day_of, load, moment, only

__all__ = ["Result", "exit_status", "main", "reference", "report", "run_files", "run_one"]

_TOP = {
    "scenario", "name", "procedure", "version", "source", "note", "calendar", "given", "parameters", "strict", "auto", "events",
    "steps", "as_of", "expect", "count",
}  # fmt: skip
_STEP = {"on", "at", "by", "actor", "expect", "refused", "strict", "auto", "note", "data", "check_now"}


@dataclass
class Result:
    """Outcome of one scenario."""

    name: str
    path: str
    line: int
    failures: list[str] = field(default_factory=list)
    checks: int = 0
    events: int = 0

    @property
    def ok(self) -> bool:
        return not self.failures


def run_files(paths: Iterable[str | Path]) -> list[Result]:
    """Run every scenario of the files (folders: every .yaml and .yml inside). Nothing is raised: errors are failures."""
    results: list[Result] = []
    for path in _files(paths):
        try:
            items = load(path)
        except ScenarioError as error:
            results.append(Result(path.name, str(path), error.line, [str(error)]))
            continue
        results += [run_one(item, path) for item in items]
    return results


def _files(paths: Iterable[str | Path]) -> list[Path]:
    found: list[Path] = []
    for given in paths:
        path = Path(given)
        if path.is_dir():
            found += sorted(p for p in path.rglob("*") if p.suffix in (".yaml", ".yml"))
        else:
            found.append(path)
    return found


def report(results: Sequence[Result], *, verbose: bool = False) -> str:
    """A readable account: each failure with file and line, then the sums."""
    lines: list[str] = []
    for result in results:
        if result.ok and not verbose:
            continue
        lines.append(f"{'通过' if result.ok else '未通过'}  {result.name}  （{result.path}:{result.line}）")
        lines += [f"    {failure}" for failure in result.failures]
    good = sum(r.ok for r in results)
    checks = sum(r.checks for r in results)
    lines.append(f"情景{len(results)}个：通过{good}个，未通过{len(results) - good}个；核对{checks}项。")
    return "\n".join(lines)


def exit_status(results: Sequence[Result]) -> int:
    """0 when every scenario passed, 1 when one failed, 2 when there was none."""
    if not results:
        return 2
    return 0 if all(r.ok for r in results) else 1


def main(argv: Sequence[str]) -> int:
    """Run the files named and print the report; the exit status."""
    results = run_files(argv)
    sys.stdout.write(report(results, verbose="-v" in argv) + "\n")
    return exit_status(results)


def run_one(item: Mapped, path: Path) -> Result:
    """Run one scenario; every failure is collected."""
    result = Result(str(item.get("scenario") or item.get("name") or path.stem), str(path), item.line)
    try:
        only(item, _TOP, "情景")
        if "count" in item:
            counted(item["count"], item.get("expect"), calendar_of(item.get("calendar")), result)
            if "events" not in item and "steps" not in item:
                return result
        _Run(item, result).run()
    except ScenarioError as error:
        where = f"第{error.line}行：" if error.line else ""
        result.failures.append(f"{where}{error}")
    except LookupError as error:
        result.failures.append(f"{error.args[0] if error.args else error}")
    return result


class _Run:
    """One scenario in progress."""

    def __init__(self, item: Mapped, result: Result) -> None:
        self.item, self.result = item, result
        code = item.get("procedure")
        if not code:
            raise ScenarioError("请写明 procedure，例如 procedure: XZFY", item.line)
        self.procedure: type[Procedure] = registry.get(str(code), item.get("version"))
        self.calendar = calendar_of(item.get("calendar"))
        self.auto = item.get("auto", True) is not False
        self.strict = item.get("strict") is True
        self.history: list[Recorded] = []
        self.documents: list[str] = []
        self.now: datetime | None = None
        self.overrides = self._overrides(item.get("parameters") or {})

    def _overrides(self, given: Mapping[str, Any]) -> dict[str, Dated]:
        out = {}
        for name, value in given.items():
            known = self.procedure.parameters.get(name)
            if known is None:
                raise ScenarioError(f"没有参数“{name}”，可用：{'、'.join(self.procedure.parameters)}")
            out[name] = Dated(known.title, ((date.min, value),), known.basis, known.kind)
        return out

    # running

    def run(self) -> None:
        self._given(self.item.get("given") or {})
        steps = self.item.get("events", self.item.get("steps")) or []
        if not isinstance(steps, list):
            raise ScenarioError("events 应当是列表，每项以“- 事件名:”开头", self.item.line)
        for number, step in enumerate(steps, 1):
            try:
                self._step(step)
            except ScenarioError as error:
                line = error.line or getattr(step, "line", 0)
                raise ScenarioError(f"第{number}步：{error}", line) from None
        if self.item.get("as_of") is not None:
            self._move(moment(self.item["as_of"]))
        if self.item.get("expect") is not None and "count" not in self.item:
            self._check(self.item["expect"], None, "最后")

    def _step(self, step: Any) -> None:
        if isinstance(step, str):
            step = Mapped({step: None})
        if not isinstance(step, Mapping):
            raise ScenarioError("每一步应当写成“- 事件名: {on: 日期}”")
        step = _keep(step)
        if "event" in step:
            name = str(step.pop("event"))
            body = _keep(step)
            beside: dict[str, Any] = {}
        else:
            beside = {k: step[k] for k in ("expect", "note", "by", "on", "at", "strict", "auto") if k in step}
            names = [k for k in step if k not in beside]
            if len(names) > 1 and "refused" in names and not isinstance(step["refused"], Mapping):
                beside["refused"] = step["refused"]
                names.remove("refused")
            if names == ["as_of"]:
                self._move(moment(step["as_of"]))
                if "expect" in beside:
                    self._check(beside["expect"], None, f"{step['as_of']}")
                return
            if names == ["count"]:
                counted(step["count"], beside.get("expect"), self.calendar, self.result)
                return
            if not names and "expect" in beside:
                self._check(beside["expect"], None, "此时")
                return
            if len(names) != 1:
                raise ScenarioError(f"一步只能有一个事件，现有：{'、'.join(map(str, names)) or '无'}")
            name = names[0]
            given = step[name]
            if given is None:
                body = {}
            elif isinstance(given, Mapping):
                body = _keep(given)
            else:
                body = {"at": given} if isinstance(given, str) and len(given) > 10 else {"on": given}
        self._event(name, {**body, **beside}, getattr(step, "line", 0))

    def _move(self, to: datetime) -> None:
        if self.now is not None and to < self.now:
            raise ScenarioError(f"时间不能倒退：已经是{self.now:%Y-%m-%d %H:%M}")
        self.now = to
        self._settle()

    def _view(self) -> View:
        view = replay(self.procedure, self.history, overrides=self.overrides)
        view.calendar = self.calendar
        return view

    def _settle(self) -> View:
        view = self._view()
        if self.history and self.now is not None:
            for rec in settle(view, self.calendar, self.now, provisional=True):
                self._record(rec)
        return view

    def _record(self, rec: Recorded) -> None:
        self.history.append(rec)
        event = self.procedure.events[rec.event]
        if event.when and not callable(event.produces):
            self.documents += event.produces

    def _when(self, body: Mapping[str, Any]) -> tuple[date, datetime]:
        given_at, given_on = body.get("at"), body.get("on")
        on = None
        if given_on is not None:
            if isinstance(given_on, str) and len(given_on.strip()) > 10 and given_at is None:
                given_at = given_on
            on = day_of(given_on)
        if given_at is not None:
            base = on or (self.now.date() if self.now else None)
            at = moment(given_at, base)
            # an act at 24:00 is an act of the day that ends then
            on = on or (at - timedelta(microseconds=1)).date()
            if self.now is not None and at < self.now:
                raise ScenarioError(f"时间不能倒退：已经是{self.now:%Y-%m-%d %H:%M}，请核对 at 和 on")
            return on, at
        if on is None:
            if self.now is None:
                raise ScenarioError("第一个事件须写明 on，例如 on: 2026-09-14")
            return self.now.date(), self.now
        at = moment(on)
        return on, max(at, self.now) if self.now else at

    def _event(self, name: str, body: dict[str, Any], line: int) -> None:
        event = event_named(self.procedure, name)
        name, body = event.code, plain_step(self.procedure, event, body)
        wanted = body.get("refused")
        refusal = wanted not in (None, False, "no", "false")
        on, at = self._when(body)
        if event.when:
            self._lapse(event, on, at, refusal)
            return
        roles = self._roles(event, body.get("by"))
        data = dict(body.get("data") or {}) | {k: v for k, v in body.items() if k not in _STEP}
        data = fields_named(event, data, self.history)
        auto = self.auto and body.get("auto", True) is not False
        codes = [wanted] if isinstance(wanted, str) else list(wanted) if isinstance(wanted, list) else []
        saved = (list(self.history), list(self.documents), self.now)
        if auto and "WRONG_STATE" not in codes:
            self._prepare(event, on, at, refusal, codes)
        strict = self.strict or body.get("strict") is True or refusal
        try:
            effects = self._fire(event, on, at, roles, data, strict, bool(body.get("check_now")), refusal)
        except Refused as no:
            if refusal:
                self.history, self.documents, self.now = saved
                self.now = at
                self._settle()
            self._refused(event, no, wanted, refusal)
        else:
            if refusal:
                self.result.failures.append(f"“{name}”（{on}）应当被拒绝{self._said(wanted)}，但是办成了")
        self.now = at
        if "expect" in body:
            self._check(body["expect"], None if refusal else effects, f"{name}（{on}）以后")

    def _roles(self, event: Event, by: Any) -> list[str]:
        if not by:
            return [event.by[0].code]
        roles = list(self.procedure.role_aliases.get(str(by), (str(by),)))
        known = [r.code for r in self.procedure.roles]
        for role in roles:
            if role not in known:
                near = difflib.get_close_matches(role, known, 3) or known
                raise ScenarioError(f"没有角色“{role}”，可以写：{'、'.join(near)}")
        return roles

    def _said(self, wanted: Any) -> str:
        return f"（{wanted}）" if isinstance(wanted, str) and wanted not in ("true", "yes") else ""

    def _refused(self, event: Event, no: Refused, wanted: Any, refusal: bool) -> None:
        told = "；".join(f"{p.code}：{p.message}" for p in no.problems)
        if not refusal:
            raise ScenarioError(f"“{event.code}”被拒绝：{told}")
        self.result.checks += 1
        codes = [wanted] if isinstance(wanted, str) else wanted if isinstance(wanted, list) else []
        missing = [c for c in codes if c not in no.codes and c not in ("true", "yes")]
        if missing:
            self.result.failures.append(f"“{event.code}”应当因{'、'.join(missing)}被拒绝，实际是：{told}")

    def _lapse(self, event: Event, on: date, at: datetime, refusal: bool) -> None:
        """A clock event in a scenario is a claim: by then the lapse has taken effect."""
        self.now = max(at, self.now) if self.now else at
        if at.date() == on:
            self.now = max(self.now, moment(f"{on.isoformat()} 24:00"))
        view = self._settle()
        self.result.checks += 1
        happened = any(r.on == on for r in view.by_event.get(event.code, ()))
        if happened is refusal:
            days = "、".join(str(r.on) for r in view.by_event.get(event.code, ())) or "没有发生"
            self.result.failures.append(f"“{event.code}”{'不应' if refusal else '应当'}在{on}自动发生，实际：{days}")

    def _fire(
        self, event: Event, on: date, at: datetime, roles: Sequence[str], data: Mapping[str, Any], strict: bool,
        check_now: bool = False, refusal: bool = False,
    ) -> Effects:  # fmt: skip
        # a refusal is looked for in the law, not in an empty form, so required fields are filled even then
        raw = dict(data) if strict and not refusal else filled(event.form, data, on)
        for _ in range(6):
            ask = Ask(event.code, on, at, Actor(f"scenario:{roles[0]}", frozenset(roles), roles[0]), raw)
            try:
                effects = fire(
                    self.procedure, self.history, ask, self.calendar, overrides=self.overrides, provisional_lapses=True,
                    check_now=check_now,
                )  # fmt: skip
            except Refused as no:
                more = {} if strict else self._conditional(event, no, raw, on)
                if not more:
                    raise
                raw |= more
                continue
            for rec in effects.recorded[:-1]:
                self._record(rec)
            self.history.append(effects.event)
            self.documents += effects.documents
            self.result.events += 1
            return effects
        raise ScenarioError(f"“{event.code}”的必填字段无法补齐，请自行填写")

    @staticmethod
    def _conditional(event: Event, no: Refused, raw: Mapping[str, Any], on: date) -> dict[str, Any]:
        """Samples for fields that became necessary, when nothing but such fields is wrong."""
        fields = {f.name: f for f in event.form}
        out: dict[str, Any] = {}
        for problem in no.problems:
            found = fields.get(problem.field)
            if not problem.code.endswith("_MISSING") or found is None or problem.field in raw:
                return {}
            value = sample_of(found, on)
            if value is None and found.kind == "DATE":
                value = (on - timedelta(days=30)).isoformat()
            if value is None:
                return {}
            out[problem.field] = value
        return out

    # taken for granted

    def _prepare(self, event: Event, on: date, at: datetime, refusal: bool, codes: Sequence[str]) -> None:
        if not self.history and event.sources:
            state = event.sources[0].code
            self._route(self.procedure.routes.get(state, ()), {}, on, at)
        view = self._view()
        if self.history:
            view = self._settled_copy(at)
        for name in self.procedure.prepares.get(event.code, ()):
            step = self.procedure.events[name]
            if view.state not in step.sources or (step.target == "SAME" and view.has(name)):
                continue
            if name == "assigned" and (view.facts.get("officer_count") or "OFFICERS_TOO_FEW" in codes):
                continue
            try:
                self._fire(step, on, at, [step.by[0].code], {}, False)
            except Refused:
                continue
            view = self._view()

    def _settled_copy(self, at: datetime) -> View:
        view = self._view()
        settle(view, self.calendar, at, provisional=True)
        return view

    def _given(self, given: Mapping[str, Any]) -> None:
        """Fire the shortest course to `given.state`; other keys are days (`accepted_on`) or form fields of its events."""
        if not given:
            return
        given = dict(given)
        state = given.pop("state", None) or given.pop("status", None)
        state = next((c for c, s in self.procedure.states.items() if s.title == state), state)
        as_of = given.pop("as_of", None)
        given |= dict(given.pop("facts", None) or {})
        names: list[str] = list(given.pop("events", None) or self.procedure.routes.get(str(state), ()))
        if not names:
            reached = "、".join(self.procedure.routes)
            raise ScenarioError(f"given.state：“{state}”不能直接到达，可以写：{reached}")
        days = {n: given.pop(k) for n in names for k in (f"{n}_on",) if k in given}
        # what happens in the state reached, without leaving it, may be given by its day too: replied_on, extended_on
        known = {f.fact_name or f.name for n in names for f in self.procedure.events[n].form}
        more = [n for n, e in self.procedure.events.items() if f"{n}_on" in given and e.path[1] is SAME and not e.when]
        more = [n for n in more if n not in names and f"{n}_on" not in known]
        days |= {n: given.pop(f"{n}_on") for n in more}
        names += sorted(more, key=lambda n: day_of(days[n]))
        bodies = {n: given.pop(n) for n in names if isinstance(given.get(n), Mapping)}
        if "received_on" in given and "receipt" in names:
            days.setdefault("receipt", given.pop("received_on"))
        if "on" in given:
            days.setdefault(names[-1], given.pop("on"))
        for name, body in bodies.items():
            if "on" in body:
                days[name] = body["on"]
        if not days:
            raise ScenarioError(f"given 里没有日期，请写 {names[-1]}_on: 2026-09-14")
        fields = self._spread(names, given)
        current = day_of(next(days[n] for n in names if n in days))
        for name in names:
            current = day_of(days.get(name, current))
            event = self.procedure.events[name]
            body = {k: v for k, v in bodies.get(name, {}).items() if k not in _STEP}
            by = str(bodies.get(name, {}).get("by") or event.by[0].code)
            at = moment(current)
            self.now = max(at, self.now) if self.now else at
            view = self._settle()
            if view.state not in event.sources and event.sources:
                state_name = view.state.title if view.state else "开始"
                raise ScenarioError(f"given：到“{name}”（{current}）时已经是“{state_name}”，请核对日期")
            try:
                self._fire(
                    event,
                    current,
                    self.now,
                    [by],
                    fields_named(event, {**fields.get(name, {}), **body}, self.history),
                    False,
                )
            except Refused as no:
                raise ScenarioError(f"given：“{name}”被拒绝：{no}") from None
        if as_of is not None:
            self._move(moment(as_of))

    def _spread(self, names: Sequence[str], given: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
        out: dict[str, dict[str, Any]] = {}
        for key, value in given.items():
            homes = [
                n for n in names if any(f.name == key or f.fact_name == key for f in self.procedure.events[n].form)
            ]
            # the later step wins where two ask for the same thing: what the office found counts
            home = homes[-1] if homes else None
            if home is None:
                known = sorted(
                    {f.name for n in names for f in self.procedure.events[n].form} | {f"{n}_on" for n in names}
                )
                near = difflib.get_close_matches(key, known, 3)
                raise ScenarioError(f"given 里没有“{key}”{'，是否想写：' + '、'.join(near) if near else ''}")
            form = self.procedure.events[home].form
            name = next(f.name for f in form if f.name == key or f.fact_name == key)
            out.setdefault(home, {})[name] = value
        return out

    def _route(self, names: Sequence[str], data: Mapping[str, Any], on: date, at: datetime) -> None:
        for name in names:
            event = self.procedure.events[name]
            try:
                self._fire(event, on, at, [event.by[0].code], data.get(name, {}), False)
            except Refused as no:
                raise ScenarioError(f"自动补上的“{name}”被拒绝：{no}") from None

    def _check(self, expect: Any, effects: Effects | None, where: str) -> None:
        if not isinstance(expect, Mapping):
            raise ScenarioError("expect 应当是一组键值，例如 expect: {state: ACCEPTED}")
        view = self._settle()
        Checker(
            self.procedure,
            view,
            self.calendar,
            self.now or datetime.now(SHANGHAI),
            self.documents,
            effects,
            self.result,
            where,
        ).run(expect)


def _keep(item: Mapping[str, Any]) -> Any:
    out = Mapped(item)
    out.line = getattr(item, "line", 0)
    return out
