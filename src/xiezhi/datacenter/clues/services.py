"""Looking for clues, and what follows from a decision.

`look` runs the rules over the person base. A hit that is known is only seen again; a new one becomes a matter; one that is
over is noted on its matter. Nothing is decided here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import transaction

from xiezhi.datacenter.clues import engine, facts, lookups, sides
from xiezhi.datacenter.clues.declare import ClueRule, rules
from xiezhi.datacenter.clues.engine import Hit
from xiezhi.datacenter.clues.models import Clue, Exemption, RuleSwitch
from xiezhi.datacenter.clues.procedure import CODE, ClueCheck
from xiezhi.datacenter.govern import tickets
from xiezhi.datacenter.lake import duck, tables
from xiezhi.datacenter.persons import ids
from xiezhi.datacenter.persons import services as persons
from xiezhi.datacenter.persons.models import PersonEntity
from xiezhi.datacenter.runs import services as runs
from xiezhi.datacenter.runs.models import Kind, Run, State
from xiezhi.datacenter.standards import declare
from xiezhi.kernel.access.subject import Subject
from xiezhi.kernel.calendar import clock
from xiezhi.kernel.ledger import services as ledger
from xiezhi.kernel.people import masking
from xiezhi.kernel.people.models import Appointment
from xiezhi.kernel.procedures import services as procedures
from xiezhi.kernel.procedures.core import Actor, Refused
from xiezhi.kernel.procedures.models import Matter, Parameter
from xiezhi.kernel.units.models import Unit, UnitStatus
from xiezhi.kernel.units.periods import on as valid_on

__all__ = ["MACHINE", "active_rules", "end_exemption", "look", "parameter", "switch"]

MACHINE = Actor("clues", frozenset({"register"}), "疑点比对")
RESTRICTED_RULE, RESTRICTED_TITLE = "restricted", "限制查询的线索"


def parameter(name: str, on: date | None = None) -> Any:
    """A dated parameter of the procedure as this installation has set it."""
    day = on or clock.today()
    value = ClueCheck.parameters[name].at(day)
    for said in Parameter.objects.filter(procedure=CODE, name=name, unit=None, valid_from__lte=day).order_by(
        "valid_from"
    ):
        value = said.value
    return value


def active_rules() -> list[ClueRule]:
    """Rules that run today: those in force, opt-in ones only where they are switched on, others unless switched off."""
    today = clock.today()
    said: dict[str, bool] = {}
    for line in RuleSwitch.objects.filter(since__lte=today).order_by("pk"):
        said[line.rule] = line.on
    return [
        r for r in rules.all() if said.get(r.code, not r.opt_in) and r.in_force_from <= today and (r.in_force_to is None or today < r.in_force_to)
    ]  # fmt: skip


@transaction.atomic
def switch(rule: str, on: bool, reason: str, subject: Subject) -> RuleSwitch:
    """Switch a rule on or off from today. Raises LookupError for an unknown rule, ValueError without a reason."""
    rules.get(rule)
    if not reason.strip():
        raise ValueError("请写明启用、停用的理由")
    line = RuleSwitch.objects.create(
        rule=rule, on=on, since=clock.today(), reason=reason.strip()[:400], label=subject.name, at=clock.now()
    )
    ledger.append(
        "clues.rule", {"rule": rule, "on": on, "by": [subject.account_id, subject.name], "reason": line.reason, "at": line.at.isoformat()},
        object_type="clues.ruleswitch", object_id=str(line.pk),
    )  # fmt: skip
    return line


def office() -> Unit | None:
    """The unit that checks clues: the one set in the parameter, the one that says it handles them, the one whose people check
    clues today, else the one that runs the data center."""
    named = parameter("clue_unit")
    found = Unit.objects.filter(pk=int(named), status=UnitStatus.ACTIVE).first() if named else None
    found = found or Unit.objects.filter(handles__contains=[CODE], status=UnitStatus.ACTIVE).order_by("id").first()
    if found is None:
        held = Appointment.objects.filter(
            valid_on(clock.today()), post__roles__contains=["clue_checker"], unit__status=UnitStatus.ACTIVE
        )
        first = held.select_related("unit").order_by("unit__level", "unit_id").first()
        found = first.unit if first is not None else None
    return found or tickets.center(CODE)


@dataclass
class _Done:
    hits: int = 0
    new: int = 0
    known: int = 0
    exempt: int = 0
    ended: int = 0
    skipped: list[str] = field(default_factory=list)
    by_rule: dict[str, int] = field(default_factory=dict)


def look(
    *,
    by: Any = None,
    sources: Mapping[str, lookups.Lookup] | None = None,
    only: Sequence[str] = (),
    run_id: int | None = None,
) -> Run:
    """Run the rules (`only` these). `sources` are the look-ups by kind, default those configured. Rules whose look-ups are
    missing or do not answer are not run, and the run says so."""
    with runs.start(Kind.CLUES, "clues", by=by, run_id=run_id) as job:
        unit = office()
        if unit is None:
            raise runs.Stopped("还没有设置核查机构，请先登记省级司法行政机关或者设置核查机构参数。")
        chosen = [r for r in active_rules() if not only or r.code in only]
        job.stage("读取身份", total=len(chosen))
        today = clock.today()
        with duck.connect() as con:
            rows = facts.collect(con)
            done = _Done()
            job.stage("外部核验")
            chosen = _look_up(con, chosen, configured(sources), done, str(job.run.public_id))
            job.check()
            job.stage("比对规则", total=len(chosen))
            back = _years_before(today, int(parameter("look_back_years")))
            hits = engine.find(con, facts.RELATION, chosen, today=today, back=back)
            names = facts.names(con)
        job.stage("登记疑点", total=len(hits))
        _keep(job, hits, chosen, names, unit, done)
        job.count(
            rows_in=rows, rows_out=done.new, hits=done.hits, new=done.new, known=done.known, exempt=done.exempt, ended=done.ended,
            skipped=done.skipped, rules=len(chosen), by_rule=done.by_rule,
        )  # fmt: skip
    return job.run


def configured(sources: Mapping[str, lookups.Lookup] | None) -> Mapping[str, lookups.Lookup]:
    return lookups.configured() if sources is None else sources


def _years_before(day: date, n: int) -> date:
    try:
        return day.replace(year=day.year - n)
    except ValueError:
        return day.replace(year=day.year - n, day=28)


def _look_up(
    con: Any, chosen: Sequence[ClueRule], sources: Mapping[str, lookups.Lookup], done: _Done, case: str
) -> list[ClueRule]:
    """Ask other agencies about the people whom a rule needs it of. Gives the rules that can run."""
    needed: dict[str, set[str]] = defaultdict(set)
    for rule in chosen:
        for kind in rule.lookups:
            needed[kind] |= set(rule.left)
    failed = {kind for kind in needed if kind not in sources}
    posts: list[lookups.Fact] = []
    # Posts first: they say who is a partner, and spouses are asked of partners alone.
    for kind in sorted(set(needed) - failed, key=lambda k: (k != "POSTS", k)):
        people = _people(con, {"PARTNER"} if kind == "MARRIAGE" else needed[kind] - {"PARTNER"})
        try:
            found = sources[kind].ask(people, case) if people else []
            if kind == "POSTS":
                posts = found
                facts.add(con, [*posts, *lookups.follow_from(posts)])
            elif kind == "MARRIAGE" and "POSTS" in sources:
                facts.add(con, lookups.spouses(found, sources["POSTS"], case))
            else:
                facts.add(con, found)
        except lookups.NotAnswered:
            failed.add(kind)
    done.skipped = sorted(r.code for r in chosen if set(r.lookups) & failed)
    return [r for r in chosen if not set(r.lookups) & failed]


def _people(con: Any, kinds: set[str]) -> list[lookups.Asked]:
    """Who holds one of these kinds within the last years and has a whole identity number in the person base."""
    table = tables.get(declare.tables.get("sb_person").lake_name)
    if not kinds or not table.exists():
        return []
    listed = ", ".join(map(duck.text, sorted(kinds)))
    back = _years_before(clock.today(), int(parameter("look_back_years")))
    rows = con.execute(
        f"SELECT s.person_uid, coalesce(s.name, ''), coalesce(s.id_type, ''), s.id_no FROM {table.sql()} AS s WHERE s.id_no IS NOT NULL AND s.person_uid IN "
        f"(SELECT person_uid FROM {facts.RELATION} WHERE kind IN ({listed}) AND coalesce(valid_to, DATE '9999-12-31') > $back) ORDER BY 1",
        {"back": back},
    ).fetchall()
    return [lookups.Asked(*map(str, r)) for r in rows]


def _names_of(uids: set[str]) -> dict[str, dict[str, str]]:
    table = tables.get(declare.tables.get("sb_person").lake_name)
    if not uids or not table.exists():
        return {}
    with duck.connect(memory="512MB", threads=1) as con:
        listed = ", ".join(map(duck.text, sorted(uids)))
        rows = con.execute(
            f"SELECT person_uid, name, id_no FROM {table.sql()} WHERE person_uid IN ({listed})"
        ).fetchall()
    return {u: {"name": n or "", "id_no": masking.id_no(i or "", strict=True)} for u, n, i in rows}


class _Book:
    """Clues that are known, by rule and sides, with their persons as they resolve now."""

    def __init__(self, codes: Sequence[str]) -> None:
        self.by: dict[tuple[str, str, str, str], list[Clue]] = defaultdict(list)
        self.open: dict[int, Clue] = {}
        self.seen: set[int] = set()
        rows = list(Clue.objects.filter(rule__in=list(codes)).select_related("person", "matter").order_by("pk"))
        moved = ids.resolve_many({str(c.person.uid) for c in rows if c.person.state != PersonEntity.ACTIVE})
        for clue in rows:
            uid = str(clue.person.uid)
            for now in moved[uid].uids if uid in moved else (uid,):
                self.by[clue.rule, now, clue.left_key, clue.right_key].append(clue)
            if clue.matter is not None and clue.matter.open:
                self.open[clue.pk] = clue

    def find(self, hit: Hit, left: str, right: str) -> Clue | None:
        """The clue about the same roles whose overlap meets this one."""
        for clue in reversed(self.by.get((hit.rule, hit.person_uid, left, right), [])):
            if hit.since < (clue.until or engine.FOREVER) and clue.since < (hit.until or engine.FOREVER):
                return clue
        return None


def _keep(
    job: runs.Job, hits: Sequence[Hit], chosen: Sequence[ClueRule], names: Mapping[str, str], unit: Unit, done: _Done
) -> None:
    book = _Book([r.code for r in chosen])
    by_code = {r.code: r for r in chosen}
    people = _names_of({h.person_uid for h in hits})
    entities = {str(e.uid): e for e in PersonEntity.objects.filter(uid__in={h.person_uid for h in hits})}
    last = Run.objects.filter(kind=Kind.LINK, state=State.DONE).order_by("-pk").first()
    model = str((last.detail if last else {}).get("model", ""))[:40]
    exempt = {
        (e.rule, e.person_id, e.left_key, e.right_key): e
        for e in Exemption.objects.filter(
            valid_to__gt=clock.today(), valid_from__lte=clock.today(), ended_at__isnull=True
        )
    }
    for hit in hits:
        job.advance()
        done.hits += 1
        if hit.person_uid not in entities:
            continue
        left, right = sides.side_key(hit.left), sides.side_key(hit.right)
        clue, turn = book.find(hit, left, right), 0
        if (hit.rule, entities[hit.person_uid].pk, left, right) in exempt:
            done.exempt += 1
            if clue is not None:
                book.seen.add(clue.pk)
            continue
        if clue is not None and _came_back(clue):
            clue, turn = None, len(book.by[hit.rule, hit.person_uid, left, right])
        if clue is not None:
            done.known += 1
            book.seen.add(clue.pk)
            _seen_again(clue, hit, done)
            continue
        made = _open(
            by_code[hit.rule],
            hit,
            (left, right),
            names,
            people.get(hit.person_uid, {}),
            entities[hit.person_uid],
            unit,
            model,
            turn,
        )
        book.by[hit.rule, hit.person_uid, left, right].append(made)
        done.new += 1
        done.by_rule[hit.rule] = done.by_rule.get(hit.rule, 0) + 1
    for clue in book.open.values():
        if clue.pk not in book.seen and clue.ended_on is None:
            _ended(clue, clock.today(), "GONE")
            done.ended += 1


def _came_back(clue: Clue) -> bool:
    """Whether the clue was closed for a lawful exception that has ended."""
    if clue.why != "LAWFUL" or clue.matter is None or clue.matter.open:
        return False
    today = clock.today()
    return not any(e.ended_at is None and e.valid_to > today for e in clue.exemptions.all())


def _seen_again(clue: Clue, hit: Hit, done: _Done) -> None:
    today = clock.today()
    over = hit.until is not None and hit.until <= today
    if over and clue.ended_on is None:
        assert hit.until is not None
        _ended(clue, hit.until, "PERIOD")
        done.ended += 1
    elif not over and clue.ended_on is not None:
        _tell(clue, "overlap_back", {})
        Clue.objects.filter(pk=clue.pk).update(ended_on=None)
    Clue.objects.filter(pk=clue.pk).update(seen_at=clock.now(), until=hit.until)


def _ended(clue: Clue, day: date, how: str) -> None:
    _tell(clue, "overlap_ended", {"ended_on": day.isoformat(), "how": how})
    Clue.objects.filter(pk=clue.pk).update(ended_on=day)


def _tell(clue: Clue, event: str, data: Mapping[str, Any]) -> None:
    if clue.matter is None or not clue.matter.open:
        return
    try:
        procedures.fire_event(clue.matter.pk, event, MACHINE, data)
    except Refused:
        return  # closed meanwhile: what the rules see does not open it again


@transaction.atomic
def _open(
    rule: ClueRule, hit: Hit, keys: tuple[str, str], names: Mapping[str, str], person: Mapping[str, str], entity: PersonEntity, unit: Unit, model: str,
    turn: int,
) -> Clue:  # fmt: skip
    at = clock.now()
    key = sides.key_of(rule.code, str(entity.uid), keys[0], keys[1], hit.since, turn)
    clue, made = Clue.objects.get_or_create(
        key=key,
        defaults={
            "rule": rule.code, "rule_version": rule.version, "person": entity, "restricted": rule.restricted, "sides": sides.sealed(hit, names, person),
            "left_key": keys[0], "right_key": keys[1], "since": hit.since, "until": hit.until, "found_at": at, "seen_at": at, "model_version": model,
        },
    )  # fmt: skip
    if not made and clue.matter_id is not None:
        return clue
    data: dict[str, Any] = {
        "rule": RESTRICTED_RULE if rule.restricted else rule.code, "rule_version": rule.version, "model_version": model, "person": str(entity.uid),
        "since": hit.since.isoformat(), "restricted": rule.restricted, "summary": RESTRICTED_TITLE if rule.restricted else sides.summary(clue),
        **({"until": hit.until.isoformat()} if hit.until else {}),
    }  # fmt: skip
    outcome = procedures.open_matter(
        CODE, "found", MACHINE, data, handling_unit=unit.pk, organ=unit.pk, request_key=f"clue-{key[:48]}",
        subject=RESTRICTED_TITLE if rule.restricted else rule.title,
    )  # fmt: skip
    clue.matter = outcome.matter
    clue.save(update_fields=["matter"])
    return clue


# what follows from decisions


def end_exemption(exemption: Exemption) -> None:
    """End a lawful exception before its day; the clue comes again with the next look if the overlap is still there."""
    Exemption.objects.filter(pk=exemption.pk, ended_at__isnull=True).update(ended_at=clock.now())


def raise_records(clue: Clue) -> bool:
    """Two records that are said to be different people go to the review desk. False where a side is no record of the base."""
    found = sides.opened(clue)
    left = next((r for r in found["left"]["records"] if r.startswith("std_")), None)
    right = next((r for r in found["right"]["records"] if r.startswith("std_")), None)
    if left is None or right is None or left == right:
        return False
    persons.raise_pair(left, right, model_version=clue.model_version or "human")
    return True


def ticket_for(clue: Clue, actor: Actor) -> Matter | None:
    """A ticket to the unit that supplied a wrong row (政务数据共享条例 第26条). It names table and batch, not the person."""
    found = sides.opened(clue)
    for side in ("left", "right"):
        for record in found[side]["records"]:
            table, _, row = record.partition(":")
            if table not in declare.tables or not tables.get(declare.tables.get(table).lake_name).exists():
                continue
            source = tables.get(declare.tables.get(table).lake_name).sql()
            with duck.connect(memory="512MB", threads=1) as con:
                got = con.execute(
                    f"SELECT src_system, batch_id FROM {source} WHERE CAST(row_id AS VARCHAR) = ?", [row]
                ).fetchone()
            if got:
                text = (
                    f"疑点核查认定数据有误（核查编号{clue.matter.number if clue.matter else ''}），请核对行{row[:8]}。"
                )
                made = tickets.open_by_hand(
                    table,
                    str(got[0]),
                    str(got[1] or ""),
                    origin="USER",
                    supplier=None,
                    rows=1,
                    summary_text=text,
                    actor=tickets.MACHINE,
                )
                return made if isinstance(made, Matter) else None
    return None
