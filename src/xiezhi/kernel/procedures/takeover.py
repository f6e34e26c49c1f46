"""接收: matters of an old system, with their histories, numbers and clocks, proved by the same pure core as new ones.

A record becomes a matter when its events are declared, follow one another lawfully and carry real dates; its state
and clocks are then computed, never copied. A record that does not fit is told with row, field, reason and advice.
A function registers an `Adapter` for its procedure: how a row opens a matter, and which lawful events stand for an old
state word where the old history is incomplete.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from xiezhi.kernel.calendar.counting import Calendar
from xiezhi.kernel.procedures import registry
from xiezhi.kernel.procedures.clocks import SHANGHAI, Clock, clocks
from xiezhi.kernel.procedures.core import Recorded, ReplayError, View, end_of, replay
from xiezhi.kernel.procedures.declare import CLOCK, Dated, Event, Procedure
from xiezhi.kernel.procedures.forms import Bad, coerce, parse_date, split_personal

__all__ = ["Adapter", "Misfit", "Prepared", "Record", "Step", "Unfit", "adapter", "digest", "prepare", "register"]

Row = Mapping[str, str]


@dataclass(frozen=True)
class Misfit:
    """What does not fit: file and row as in the table program, the field, why, and what to do."""

    file: str
    row: int
    field: str
    code: str
    reason: str
    advice: str


@dataclass
class Record:
    """Everything the old system says about one matter. Row numbers count the head line as 1."""

    key: str
    row: int
    matter: dict[str, str]
    events: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    parties: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    documents: list[tuple[int, dict[str, str]]] = field(default_factory=list)


@dataclass(frozen=True)
class Step:
    """One event to be: code, day, and its form; `row` is where it came from (0: from the matter's own row)."""

    event: str
    on: date
    data: Mapping[str, Any] = field(default_factory=dict)
    role: str = ""
    row: int = 0


@dataclass
class Prepared:
    """A record that fits: the history as it will be stored, its view and its clocks."""

    record: Record
    procedure: type[Procedure]
    history: list[Recorded]
    payloads: dict[int, dict[str, Any]]
    view: View
    clocks: list[Clock]
    digest: str


@dataclass(frozen=True)
class Adapter:
    """What a function knows of its old records.

    Rows come with resolved columns: `@organ`, `@handling_unit`, `@respondent` and `@officers` hold ids.
    `opening(row)`: values of the opening event's form. `parties(row)`: parties named in the matter's own row.
    `history(row)`: lawful steps for a matter without events, from its
    state word and key dates, after the opening. `details(prepared, matters)`: detail rows to insert, as (model, rows).
    `series(organ_id, number)`: series, year and serial of an old case number, so that it is never given again.
    """

    code: str
    opening: Callable[[Row], Mapping[str, Any]]
    parties: Callable[[Row], Sequence[Mapping[str, Any]]]
    history: Callable[[Row], Sequence[Step]]
    details: Callable[[Sequence[tuple[Prepared, Any]]], Sequence[Any]]
    series: Callable[[int, str], tuple[str, int, int] | None]


class Unfit(ValueError):
    """Raised by adapters: one field of the record does not fit."""

    def __init__(self, field_: str, code: str, reason: str, advice: str) -> None:
        super().__init__(reason)
        self.field, self.code, self.reason, self.advice = field_, code, reason, advice


_ADAPTERS: dict[str, Adapter] = {}


def register(found: Adapter) -> None:
    """Attach the adapter of a procedure; the newest registration counts."""
    _ADAPTERS[found.code] = found


def adapter(code: str) -> Adapter | None:
    return _ADAPTERS.get(code)


def digest(record: Record) -> str:
    """Content of a record: tells on a second run whether the old system changed it."""
    body = [
        record.matter,
        [r for _, r in record.events],
        [r for _, r in record.parties],
        [r for _, r in record.documents],
    ]
    return hashlib.sha256(json.dumps(body, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _day(text: str, name: str, today: date) -> date:
    try:
        found = parse_date(text)
    except Bad as bad:
        raise Unfit(name, "DATE", f"“{text}”不是有效的日期", str(bad)) from None
    if found > today:
        raise Unfit(name, "FUTURE_DATE", f"日期{found.isoformat()}晚于今天", "核对来源数据中的日期")
    return found


def _event(declared: type[Procedure], text: str) -> Event:
    """An event by its code or its Chinese title."""
    text = text.strip()
    if text in declared.events:
        return declared.events[text]
    found = [e for e in declared.events.values() if e.title == text]
    if len(found) == 1:
        return found[0]
    raise Unfit(
        "event",
        "UNKNOWN_EVENT",
        f"{declared.title}没有名为“{text}”的事件",
        "改为程序中的事件代码或者名称，见该程序的说明页",
    )


def _steps_from_events(
    declared: type[Procedure], record: Record, opening: Mapping[str, Any], today: date
) -> list[Step]:
    steps = []
    for row, raw in record.events:
        try:
            event = _event(declared, raw.get("event", ""))
            on = _day(raw.get("on", ""), "on", today)
            data = _data(raw)
        except Unfit as no:
            raise _At(row, no) from None
        if not event.sources:
            data = {**opening, **data}
        steps.append(Step(event.code, on, data, raw.get("role", "").strip(), row))
    return steps


class _At(ValueError):
    def __init__(self, row: int, no: Unfit) -> None:
        super().__init__(str(no))
        self.row, self.no = row, no


def _data(raw: Row) -> dict[str, Any]:
    """Form values of an event row: the column `data` as JSON, and every column `data.<field>`."""
    out: dict[str, Any] = {}
    text = raw.get("data", "").strip()
    if text:
        try:
            found = json.loads(text)
        except ValueError:
            raise Unfit("data", "JSON", "“data”列不是有效的JSON", "改为JSON对象，或者用 data.字段名 分列填写") from None
        if not isinstance(found, dict):
            raise Unfit("data", "JSON", "“data”列应为JSON对象", "改为JSON对象，或者用 data.字段名 分列填写")
        out.update(found)
    for name, value in raw.items():
        if name.startswith("data.") and value != "":
            out[name[5:]] = value
    return out


def prepare(
    record: Record, calendar: Calendar, now: datetime, *, source: str, overrides: Mapping[str, Dated] | None = None
) -> Prepared | list[Misfit]:
    """Prove one record: pure. Returns what will be stored, or every reason why it does not fit."""
    today = now.astimezone(SHANGHAI).date()
    code = record.matter.get("procedure", "").strip().upper()
    found = adapter(code)
    if found is None:
        return [
            Misfit(
                "matters", record.row, "procedure", "UNKNOWN_PROCEDURE", f"没有程序“{code}”", "填写程序代码，例如XZFY"
            )
        ]
    try:
        opening = dict(found.opening(record.matter))
        if record.events:
            steps = _steps_from_events(registry.get(code), record, opening, today)
        else:
            steps = list(found.history(record.matter))
    except _At as at:
        return [Misfit("events", at.row, at.no.field, at.no.code, at.no.reason, at.no.advice)]
    except Unfit as no:
        return [Misfit("matters", record.row, no.field, no.code, no.reason, no.advice)]
    if not steps:
        return [
            Misfit(
                "matters",
                record.row,
                "",
                "NO_HISTORY",
                "没有任何办理经过",
                "在events中补充事件，或者在matters中填写状态和日期",
            )
        ]
    try:
        declared = registry.get(code, on=max(steps[0].on, min(p.in_force_from for p in registry.versions(code))))
    except LookupError:
        return [Misfit("matters", record.row, "filed_on", "NO_VERSION", "提出之日没有有效的程序版本", "核对日期")]
    history, payloads, misfits = _recorded(declared, record, steps, source)
    if misfits:
        return misfits
    try:
        view = replay(declared, history, overrides=overrides, strict=True)
    except ReplayError as error:
        row = next((s.row for s, r in zip(steps, history, strict=True) if f"第{r.seq}项" in str(error)), 0)
        return [Misfit("events" if row else "matters", row or record.row, "event", "UNLAWFUL_ORDER", str(error),
                       "核对事件的先后和名称；缺少的步骤补充进events")]  # fmt: skip
    view.calendar = calendar
    return Prepared(record, declared, history, payloads, view, list(clocks(view, calendar, now)), digest(record))


def _recorded(
    declared: type[Procedure], record: Record, steps: Sequence[Step], source: str
) -> tuple[list[Recorded], dict[int, dict[str, Any]], list[Misfit]]:
    history: list[Recorded] = []
    payloads: dict[int, dict[str, Any]] = {}
    misfits: list[Misfit] = []
    before: date | None = None
    for seq, step in enumerate(steps, 1):
        event = declared.events[step.event]
        where, row = ("events", step.row) if step.row else ("matters", record.row)
        if before is not None and step.on < before and not event.backdated:
            misfits.append(
                Misfit(
                    where, row, "on", "OUT_OF_ORDER", f"“{event.title}”（{step.on}）早于上一步（{before}）", "核对日期"
                )
            )
        before = max(before, step.on) if before else step.on
        values, problems = coerce(event.form, dict(step.data), partial=True)
        misfits += [Misfit(where, row, f"data.{p.field}", p.code, p.message, "按提示改正该字段") for p in problems]
        data, personal = split_personal(event.form, values)
        if personal:
            payloads[seq] = personal
        role, at = _who_and_when(event, step)
        history.append(Recorded(seq, event.code, step.on, at, role, f"IMPORT:{source}"[:64], data, "由旧系统接收"))
    return history, payloads, misfits


def _who_and_when(event: Event, step: Step) -> tuple[str, datetime]:
    if event.when or any(r.code == CLOCK.code for r in event.by):
        return CLOCK.code, end_of(step.on)
    known = {r.code: r for r in event.by} | {r.title: r for r in event.by}
    role = known.get(step.role, event.by[0]).code
    return role, datetime.combine(step.on, time(9), SHANGHAI)
