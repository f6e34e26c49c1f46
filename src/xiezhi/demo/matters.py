"""Matters of the fictional province: planned by one process, told and written by several, organ by organ."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from multiprocessing import get_context
from random import Random
from uuid import UUID

from django.db import connection, connections, transaction

from xiezhi.demo import acts, papers, story
from xiezhi.demo.courses import Fate, run
from xiezhi.demo.filings import Target, compose, targets_of
from xiezhi.demo.histories import Cast, Course, Tale
from xiezhi.demo.province import Province
from xiezhi.demo.public import Public
from xiezhi.demo.rows import BLOCK, Batch, MatterRow, copy_models
from xiezhi.demo.staff import Roster
from xiezhi.enforcement.reconsideration.follow import ASKED
from xiezhi.kernel.calendar.counting import Calendar
from xiezhi.kernel.procedures import registry, store
from xiezhi.kernel.procedures.clocks import SHANGHAI
from xiezhi.kernel.procedures.models import LEVELS, Serial, SerialUse
from xiezhi.kernel.procedures.services import PartyInput
from xiezhi.kernel.units.models import Unit

__all__ = ["Made", "Plan", "build", "plans", "tell"]

CODE = "XZFY"
YEAR = 300_000
EARLIER = 2
"""The year before has half as many matters: it is there to compare with."""
CHANNELS = (("ONLINE", 60), ("POST", 18), ("IN_PERSON", 17), ("ORAL", 5))

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """One matter to be: number, moment of filing, target, channel and the seed of its course."""

    id: int
    filed_at: datetime
    target: int
    channel: str
    seed: str
    intake: int
    story: str = ""


@dataclass(frozen=True)
class Made:
    """What was made."""

    units: int = 0
    staff: int = 0
    people: int = 0
    matters: int = 0
    open: int = 0
    events: int = 0
    documents: int = 0


@dataclass
class World:
    """What the processes share: read only after the fork."""

    seed: int
    province: Province
    roster: Roster
    public: Public
    calendar: Calendar
    now: datetime
    targets: list[Target]
    plans: dict[int, list[Plan]] = field(default_factory=dict)
    by_name: dict[str, Unit] = field(default_factory=dict)


_world: World | None = None


def _moment(rng: Random, day: date, channel: str) -> datetime:
    first, last = (8, 22) if channel == "ONLINE" else (9, 17)
    return datetime.combine(day, time(rng.randrange(first, last), rng.randrange(60), rng.randrange(60)), SHANGHAI)


def plans(seed: int, targets: Sequence[Target], calendar: Calendar, now: datetime, number: int) -> list[Plan]:
    """The two years before the present moment, in order of filing. Weekends see online applications only."""
    rng = Random(f"{seed}:plans")
    weights = [t.weight for t in targets]
    names, odds = [c for c, _ in CHANNELS], [w for _, w in CHANNELS]
    drafts: list[tuple[datetime, int, str, str]] = []
    for i in range(number + number // EARLIER):
        channel = rng.choices(names, odds)[0]
        day = now.date() - timedelta(days=rng.randrange(0, 365) + (365 if i >= number else 0))
        if channel != "ONLINE" or (calendar.is_off(day) and rng.random() < 0.6):
            day = calendar.roll_back(day)
        at = _moment(rng, day, channel)
        if at > now:
            at -= timedelta(days=(at - now).days + 3)
            at = at if channel == "ONLINE" or calendar.is_working(at.date()) else datetime.combine(
                calendar.roll_back(at.date()), at.time(), SHANGHAI)  # fmt: skip
        drafts.append((at, rng.choices(range(len(targets)), weights)[0], channel, ""))
    for name, at, target, channel in story.plans(targets):
        drafts.append((at, target, channel, name))
    drafts.sort(key=lambda d: (d[0], d[1], d[3]))
    serials: Counter[date] = Counter()
    found = []
    for i, (at, target, channel, name) in enumerate(drafts, 1):
        serials[at.date()] += 1
        found.append(Plan(i, at, target, channel, f"{seed}:matter:{i}", serials[at.date()], name))
    return found


def tell(world: World, plan: Plan) -> tuple[MatterRow, Tale]:
    """The history of one planned matter, with its parties. Pure but for what the world holds."""
    rng, target = Random(plan.seed), world.targets[plan.target]
    office, body = world.roster.offices[target.organ_id], world.roster.bodies[target.unit.pk]
    lead = rng.choice(office.officers)
    second = rng.choice([o for o in office.officers if o is not lead])
    script = story.SCRIPTS.get(plan.story)
    act = acts.choose(rng, target.key)
    channel = plan.channel
    if not script and act.penalty and channel == "ONLINE" and rng.random() < 0.25:
        channel = "VIA_PENALTY_ORGAN"
    fate = Fate(rng, act, late=not act.inaction and rng.random() < 0.025, channel=channel)
    if script:
        filing = story.filing(world.public, target, plan.story, plan.filed_at)
        lead, second = (world.roster.named[n] for n in ("shenzhiyuan", "lumingzhou"))
    else:
        described = acts.described(rng, act, target.key, target.short, plan.filed_at.date(), late=fate.late)
        filing = compose(rng, world.public, target, act, described, channel, plan.filed_at)
    third = rng.choice(world.public.citizens[target.home])
    cast = Cast(office, body, lead, second, filing.applicant_ref, filing.agent_ref, third.name, target.above)
    course = Course(registry.get(CODE, on=plan.filed_at.date()), world.calendar, rng, cast, world.now)
    tale = script(course, filing.data, plan.filed_at) if script else run(
        course, fate, filing.data, plan.filed_at, respondent_department=target.kind == "DEPARTMENT")  # fmt: skip
    handling = target.office
    row = MatterRow(
        plan.id, UUID(int=rng.getrandbits(128), version=4), f"{CODE}{plan.filed_at:%Y%m%d}{plan.intake:06d}", target.organ_id,
        handling.pk, {level: getattr(handling, f"{level}_id") for level in LEVELS}, filing.parties, filing.applicant_key,
    )  # fmt: skip
    if tale.view.has("third_party_joined"):
        sealed = {"contact": third.phone, "service_address": third.address}
        row.joined.append(PartyInput("third_party", third.name, "CITIZEN", person_id=third.person_id, account_id=third.account_id,
                                     sealed=sealed))  # fmt: skip
        row.joined_on[0] = tale.view.on("third_party_joined") or tale.history[0].on
    for rec in tale.history:
        if rec.event in ASKED:
            field_name, role = ASKED[rec.event]
            unit = world.by_name.get(str(rec.data.get(field_name) or ""))
            if unit is not None and all((p.role, p.unit_id) != (role, unit.pk) for p in row.joined):
                row.joined.append(PartyInput(role, unit.name, "AUTHORITY", unit_id=unit.pk))
                row.joined_on[len(row.joined) - 1] = rec.on
    return row, tale


@dataclass
class _Done:
    matters: int = 0
    open: int = 0
    events: int = 0
    documents: int = 0
    serials: Counter[tuple[str, int]] = field(default_factory=Counter)


def _numbered(
    told: Sequence[tuple[MatterRow, Tale]], organ: int, code: str
) -> tuple[Counter[tuple[str, int]], list[SerialUse]]:
    """案号 in the order in which the organ accepted; as the hook and `documents.numbering` would give them."""
    series = f"case:{organ}:{CODE}"
    accepted = []
    for row, tale in told:
        rec = tale.view.first("accepted") or tale.view.first("deemed_accepted")
        if rec is not None:
            accepted.append((rec.at, row.id, rec.on.year, row))
    taken: Counter[tuple[str, int]] = Counter()
    uses = []
    for at, _, year, row in sorted(accepted, key=lambda a: a[:2]):
        taken[(series, year)] += 1
        serial = taken[(series, year)]
        row.case_no = f"{code}复〔{year}〕{serial}号"
        uses.append(SerialUse(series=series, year=year, serial=serial, number=row.case_no, status="USED", object_type="matter",
                              object_id=str(row.id), at=at))  # fmt: skip
    return taken, uses


def _organ(organ: int) -> _Done:
    """Tell and write every matter of one organ, in one transaction."""
    world = _world
    assert world is not None
    told = [tell(world, plan) for plan in world.plans[organ]]
    code = next(t.code for t in world.targets if t.organ_id == organ)
    serials, uses = _numbered(told, organ, code)
    batch, done = Batch(), _Done(serials=serials)
    numbers = papers.Numbers(serials)
    stories = {p.id: p.story for p in world.plans[organ] if p.story}
    with transaction.atomic():
        for row, tale in told:
            matter = batch.add(row, tale, world.calendar, world.now)
            done.open += matter.open
            done.documents += papers.add(batch, matter, row, tale, world, numbers, story=bool(stories.get(row.id)))
        uses += numbers.uses
        batch.others += uses
        batch.write()
    done.matters, done.events = len(told), len(batch.events)
    return done


def _begin() -> None:
    connections.close_all()


def _results(world: World, jobs: Sequence[int], workers: int) -> Iterator[_Done]:
    global _world
    _world = world
    try:
        if workers <= 1:
            yield from map(_organ, jobs)
            return
        connections.close_all()
        with ProcessPoolExecutor(workers, mp_context=get_context("fork"), initializer=_begin) as pool:
            yield from pool.map(_organ, jobs)
    finally:
        _world = None


def world_of(seed: int, province: Province, roster: Roster, public: Public, now: datetime) -> World:
    """What every matter is told from."""
    return World(seed, province, roster, public, store.calendar(), now, targets_of(province),
                 by_name={u.name: u for u in reversed(province.units)})  # fmt: skip


def build(
    seed: int, province: Province, roster: Roster, public: Public, scale: float, now: datetime, progress: Progress, *,
    matters: int | None = None, workers: int | None = None,
) -> Made:  # fmt: skip
    """Tell, write, number and count. Units, staff and public are committed before."""
    world = world_of(seed, province, roster, public, now)
    if matters is not None:
        from xiezhi.demo import bulk

        made = bulk.build(world, matters, progress, workers=workers or min(2, os.cpu_count() or 1))
        return Made(len(province.units), roster.count, public.count, made, made)
    planned = plans(seed, world.targets, world.calendar, now, max(100, round(YEAR * scale)))
    for plan in planned:
        world.plans.setdefault(world.targets[plan.target].organ_id, []).append(plan)
    # the longest first, so that no process is left alone with the biggest organ
    jobs = sorted(world.plans, key=lambda o: (-len(world.plans[o]), o))
    total = _Done()
    progress("办件", 0, len(planned))
    for done in _results(world, jobs, workers or min(2, os.cpu_count() or 1)):
        total.matters += done.matters
        total.open += done.open
        total.events += done.events
        total.documents += done.documents
        total.serials.update(done.serials)
        progress("办件", total.matters, len(planned))
    _finish(world, planned, total, progress)
    return Made(
        len(province.units), roster.count, public.count, total.matters, total.open, total.events, total.documents
    )


def _finish(world: World, planned: Sequence[Plan], total: _Done, progress: Progress) -> None:
    from xiezhi.demo import extras
    from xiezhi.kernel.datasets import rollup

    intake: dict[tuple[str, int], int] = defaultdict(int)
    for plan in planned:
        key = (f"intake:{CODE}:{plan.filed_at:%m%d}", plan.filed_at.year)
        intake[key] = max(intake[key], plan.intake)
    counters = {**total.serials, **intake}
    with transaction.atomic(), connection.cursor() as cursor:
        copy_models(cursor, Serial, [Serial(series=s, year=y, last=n) for (s, y), n in sorted(counters.items())])
    advance_sequences(planned[-1].id if planned else 0)
    progress("指标", 0, 1)
    rollup.rebuild()
    progress("指标", 1, 1)
    extras.add(world, progress)


def advance_sequences(last: int) -> None:
    """Let the database count on after the ids that were given out here."""
    wanted = {
        "procedures_matter": last, "procedures_matterevent": (last + 1) * BLOCK, "procedures_party": (last + 1) * BLOCK,
        "documents_document": (last + 1) * BLOCK,
    }  # fmt: skip
    with connections["owner"].cursor() as cursor:
        for table, value in wanted.items():
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), %s)", [max(1, value)])
