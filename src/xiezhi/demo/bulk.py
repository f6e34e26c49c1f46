"""Very many open matters for benchmarks: lawful histories told once for each respondent and copied with other parties.

A template is a history told by the same courses as any other, open at the present moment. Its copies differ in ids,
numbers and applicants; their days are the template's, so columns and due dates are computed once. Copies carry no
documents and no ledger entries, of the personal payloads only the template's application, and no figures: the worker
counts those (`rollup.refresh`).
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from multiprocessing import get_context
from random import Random
from typing import TYPE_CHECKING, Any

import orjson
from django.db import connection, connections, models, transaction
from psycopg.types.json import Jsonb

from xiezhi.demo.rows import BLOCK, Batch, MatterRow, copy_models
from xiezhi.enforcement.reconsideration.models import ReconsiderationCase
from xiezhi.kernel.procedures import store
from xiezhi.kernel.procedures.models import (
    Deadline,
    EventPayload,
    Matter,
    MatterEvent,
    MatterOfficer,
    Party,
    Serial,
    SerialUse,
)

if TYPE_CHECKING:
    from xiezhi.demo.histories import Tale
    from xiezhi.demo.matters import Progress, World

__all__ = ["build", "encode"]

TEMPLATES = 12
"""Histories told for each respondent; fewer when fewer matters are asked for."""
MARK = 7_000_000_000
"""Id of a template's matter while its lines are made: replaced by the copy's, so it may occur nowhere else."""
OPEN_DAYS = 75


def encode(value: Any) -> str:
    """One value in PostgreSQL's text format of COPY."""
    if value is None:
        return r"\N"
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, (bytes, memoryview)):
        return "\\\\x" + bytes(value).hex()
    if isinstance(value, Jsonb):
        value = orjson.dumps(value.obj).decode()
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    return str(value).replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


def _plain(value: Any) -> Any:
    """What an adapter of the driver carries."""
    return getattr(value, "obj", value) if type(value).__name__ == "Binary" else value


def lines(rows: Iterable[models.Model]) -> str:
    """Rows of one model as COPY text, every column in the model's order."""
    out = []
    for row in rows:
        fields = [f for f in row._meta.concrete_fields if not (f.primary_key and row.pk is None)]
        out.append("\t".join(encode(_plain(f.get_db_prep_save(getattr(row, f.attname), connection))) for f in fields))
    return "".join(f"{line}\n" for line in out)


@dataclass(frozen=True)
class _Job:
    """Copies of one template: ids, serials of the day and of the case from these starts."""

    target: int
    template: int
    first: int
    number: int


@dataclass
class _Template:
    row: MatterRow
    tale: Tale
    filed: date
    text: dict[str, str]


_TABLES: tuple[type[models.Model], ...] = (
    Matter,
    MatterEvent,
    EventPayload,
    Party,
    MatterOfficer,
    ReconsiderationCase,
    SerialUse,
)
_world: World | None = None


def _tell(world: World, target: int, number: int) -> _Template:
    """An open history against one respondent. Tries the days of the last weeks until a course stays open."""
    from xiezhi.demo.matters import Plan, tell

    rng = Random(f"{world.seed}:bulk:{target}:{number}")
    for attempt in range(60):
        day = world.calendar.roll_back(world.now.date() - timedelta(days=rng.randint(1, OPEN_DAYS)))
        at = world.now.replace(
            year=day.year, month=day.month, day=day.day, hour=rng.randint(9, 16), minute=rng.randint(0, 59)
        )
        plan = Plan(MARK, at, target, "ONLINE", f"{world.seed}:bulk:{target}:{number}:{attempt}", 0)
        row, tale = tell(world, plan)
        if tale.view.state is not None and not tale.view.state.closed:
            return _Template(row, tale, at.date(), {})
    raise RuntimeError(f"no open course against {world.targets[target].unit.name}")


def _accepted(template: _Template) -> date | None:
    rec = template.tale.view.first("accepted") or template.tale.view.first("deemed_accepted")
    return rec.on if rec else None


def _mark(template: _Template, world: World) -> None:
    """The template's rows as text with marks where copies differ."""
    row = template.row
    accepted = template.tale.view.first("accepted") or template.tale.view.first("deemed_accepted")
    row.public_id, row.intake_no = uuid.UUID(int=MARK), "@@INTAKE@@"
    row.case_no = "@@CASE@@" if accepted else None
    row.applicant_key = "@@KEY@@"
    batch = Batch()
    batch.add(row, template.tale, world.calendar, world.now)
    matter = batch.matters[0]
    matter.parties_line = "@@NAME@@"
    applicants = [p for p in batch.parties if p.role == "applicant"]
    for extra in applicants[1:]:
        batch.parties.remove(extra)
    first = applicants[0]
    first.name, first.kind, first.organization_id, first.person_id, first.account_id = (
        "@@NAME@@",
        "CITIZEN",
        None,
        MARK + 1,
        MARK + 2,
    )
    first.sealed = b"@@SEALED@@"
    uses = []
    if accepted:
        uses.append(SerialUse(series=f"case:{row.organ_id}:XZFY", year=accepted.on.year, serial=MARK + 3, number="@@CASE@@",
                              status="USED", object_type="matter", object_id=str(MARK), at=accepted.at))  # fmt: skip
    rows: dict[type[models.Model], Sequence[models.Model]] = {
        Matter: batch.matters, MatterEvent: batch.events, EventPayload: batch.payloads[:1], Party: batch.parties,
        MatterOfficer: batch.officers, ReconsiderationCase: batch.cases, SerialUse: uses,
    }  # fmt: skip
    template.text = {model._meta.db_table: lines(found) for model, found in rows.items()}
    template.text[Deadline._meta.db_table] = "".join("\t".join(encode(v) for v in d) + "\n" for d in batch.deadlines)


def _sealed_mark() -> str:
    return encode(b"@@SEALED@@")


def _copies(template: _Template, world: World, job: _Job, people: Sequence[tuple[Any, str]], pattern: str, case: int,
            intake: int) -> Iterator[dict[str, str]]:  # fmt: skip
    """Text of each copy, table by table."""
    rng = Random(f"{world.seed}:copies:{job.first}")
    base, marks = MARK * BLOCK, [MARK * BLOCK + n for n in range(BLOCK)]
    used = {table: [n for n in marks if str(n) in text] for table, text in template.text.items()}
    hidden = str(uuid.UUID(int=MARK))
    for i in range(job.number):
        pk = job.first + i
        who, sealed = people[rng.randrange(len(people))]
        number = pattern.format(serial=case + i)
        swaps = (
            (hidden, str(uuid.UUID(int=rng.getrandbits(128), version=4))), (str(MARK + 3), str(case + i)), (str(MARK + 2), str(who.account_id)),
            (str(MARK + 1), str(who.person_id)), (str(MARK), str(pk)), ("@@INTAKE@@", f"XZFY{template.filed:%Y%m%d}{intake + i:06d}"),
            ("@@CASE@@", number), ("@@NAME@@", who.name), ("@@KEY@@", who.key), (_sealed_mark(), sealed),
        )  # fmt: skip
        out = {}
        for table, text in template.text.items():
            for n in used[table]:
                text = text.replace(str(n), str(pk * BLOCK + n - base))
            for old, new in swaps:
                if old in text:
                    text = text.replace(old, new)
            out[table] = text
        yield out


def _people(world: World, home: str) -> list[tuple[Any, str]]:
    """Citizens with their sealed party text, sealed once."""
    from xiezhi.demo.filings import applicant_row
    from xiezhi.kernel.sealing import seal

    found = []
    for who in world.public.citizens[home][:2000]:
        row = applicant_row(who, e_service=True)
        sealed = seal({k: v for k, v in row.items() if k not in ("name", "kind")}, context="party")
        found.append((who, encode(sealed)))
    return found


@dataclass(frozen=True)
class _Work:
    """All copies against one respondent, with the starts of its serials."""

    target: int
    jobs: tuple[tuple[_Job, int, int], ...]  # job, first case serial, first serial of the day


_told: dict[tuple[int, int], _Template] = {}


def _write(work: _Work) -> int:
    world = _world
    assert world is not None
    target = world.targets[work.target]
    people = _people(world, target.home)

    def copies() -> Iterator[dict[str, str]]:
        for job, case, intake in work.jobs:
            template = _told[(work.target, job.template)]
            accepted = _accepted(template)
            year = accepted.year if accepted else template.filed.year
            yield from _copies(template, world, job, people, f"{target.code}复〔{year}〕{{serial}}号", case, intake)

    with transaction.atomic(), connection.cursor() as cursor:
        for part in _parts(copies()):
            for table, text in part.items():
                with cursor.copy(f'COPY "{table}" ({_COLUMNS[table]}) FROM STDIN') as copy:
                    copy.write(text.encode())
    return sum(job.number for job, _, _ in work.jobs)


def _parts(copies: Iterator[dict[str, str]], size: int = 2000) -> Iterator[dict[str, str]]:
    """Copies joined into larger pieces, so that COPY is begun seldom."""
    held: dict[str, list[str]] = {}
    n = 0
    for one in copies:
        n += 1
        for table, text in one.items():
            held.setdefault(table, []).append(text)
        if n == size:
            yield {table: "".join(texts) for table, texts in held.items()}
            held, n = {}, 0
    if n:
        yield {table: "".join(texts) for table, texts in held.items()}


def _columns() -> dict[str, str]:
    out = {}
    for model in _TABLES:
        counted = model in (MatterOfficer, SerialUse)
        fields = [f for f in model._meta.concrete_fields if not (f.primary_key and counted)]
        out[model._meta.db_table] = ", ".join(f'"{f.column}"' for f in fields)
    out[Deadline._meta.db_table] = ", ".join(store.COLUMNS)
    return out


_COLUMNS: dict[str, str] = {}


def _begin() -> None:
    connections.close_all()


def build(world: World, number: int, progress: Progress, *, workers: int) -> int:
    """Write `number` open matters. Returns how many; call after units, staff and public are committed."""
    from xiezhi.demo.matters import advance_sequences

    global _world
    _world = world
    _COLUMNS.update(_columns())
    works, counters = _plan(world, number, progress)
    progress("办件", 0, number)
    done = 0
    try:
        if workers <= 1:
            for work in works:
                done += _write(work)
                progress("办件", done, number)
        else:
            connections.close_all()
            with ProcessPoolExecutor(workers, mp_context=get_context("fork"), initializer=_begin) as pool:
                for part in pool.map(_write, works):
                    done += part
                    progress("办件", done, number)
    finally:
        _world = None
        _told.clear()
    with transaction.atomic(), connection.cursor() as cursor:
        copy_models(cursor, Serial, [Serial(series=s, year=y, last=n) for (s, y), n in sorted(counters.items())])
    advance_sequences(number)
    with connections["owner"].cursor() as cursor:
        cursor.execute("ANALYZE")
    return done


def _plan(world: World, number: int, progress: Progress) -> tuple[list[_Work], Counter[tuple[str, int]]]:
    """Tell the templates and share the copies out by weight of the respondents; serials run on within organ and day."""
    total = sum(t.weight for t in world.targets)
    shares = [int(number * t.weight / total) for t in world.targets]
    shares[max(range(len(shares)), key=lambda i: shares[i])] += number - sum(shares)
    counters: Counter[tuple[str, int]] = Counter()
    works: list[_Work] = []
    first = 1
    for i, target in enumerate(world.targets):
        if not shares[i]:
            continue
        templates = min(TEMPLATES, shares[i])
        jobs = []
        for n in range(templates):
            count = shares[i] // templates + (1 if n < shares[i] % templates else 0)
            template = _told[(i, n)] = _tell(world, i, n)
            _mark(template, world)
            accepted = _accepted(template)
            case = (f"case:{target.organ_id}:XZFY", accepted.year) if accepted else None
            day = (f"intake:XZFY:{template.filed:%m%d}", template.filed.year)
            jobs.append((_Job(i, n, first, count), counters[case] + 1 if case else 0, counters[day] + 1))
            counters[day] += count
            if case:
                counters[case] += count
            first += count
        works.append(_Work(i, tuple(jobs)))
        progress("模板", i + 1, len(world.targets))
    return sorted(works, key=lambda w: (-sum(j.number for j, _, _ in w.jobs), w.target)), counters
