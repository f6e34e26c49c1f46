"""Rows to values and back: the only place where the pure core meets the tables. At most one statement a function."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson
from django.db import connection
from django.db.models import Q

from xiezhi.kernel import chance, prepared
from xiezhi.kernel.calendar import services as calendars
from xiezhi.kernel.calendar.counting import Calendar
from xiezhi.kernel.prepared import Prepared
from xiezhi.kernel.procedures import registry
from xiezhi.kernel.procedures.clocks import SHANGHAI, Clock, Status, next_due
from xiezhi.kernel.procedures.core import Effects, Recorded, View, replay
from xiezhi.kernel.procedures.declare import Dated, Procedure, Side, TermKind
from xiezhi.kernel.procedures.hooks import Hooks
from xiezhi.kernel.procedures.models import (
    LEVELS,
    NO_DUE,
    Deadline,
    EventPayload,
    Matter,
    MatterEvent,
    Party,
)
from xiezhi.kernel.sealing import seal, unseal

_calendar: tuple[tuple[int, int], Calendar] | None = None

_CONTEXT = """
    SELECT (SELECT coalesce(max(id), 0) FROM calendar_calendarimport), (SELECT count(*) FROM calendar_calendarimport),
        (SELECT json_agg(json_build_array(name, unit_id, valid_from, value) ORDER BY valid_from)::text
         FROM procedures_parameter WHERE procedure = %s),
        (SELECT json_agg(json_build_array(template, state))::text FROM documents_document WHERE matter_id = %s)
"""


def context(procedure: str, unit_id: int | None, matter: Matter | None = None) -> tuple[Calendar, dict[str, Dated]]:
    """What an event is computed with besides the history: the calendar and local parameters. One small statement.

    The calendar assumes years that are not yet published (results are marked provisional). With `matter`, which
    documents it has and where they stand is read along and stays with it.
    """
    global _calendar
    with prepared.cursor() as cursor:
        cursor.execute(_CONTEXT, [procedure, matter.pk if matter else None])
        last, number, rows, documents = cursor.fetchone()
    if matter is not None:
        matter.__dict__["_xz_document_states"] = orjson.loads(documents) if documents else []
    if _calendar is None or _calendar[0] != (last, number):
        _calendar = ((last, number), calendars.load().provisional())
    return _calendar[1], _overrides(procedure, unit_id, orjson.loads(rows) if rows else [])


def calendar() -> Calendar:
    """The stored calendar, with years that are not yet published assumed."""
    return context("", None)[0]


def overrides(procedure: str, unit_id: int | None) -> dict[str, Dated]:
    """Local values of dated parameters: the unit's own over the installation's over the declaration's."""
    return context(procedure, unit_id)[1]


def _overrides(procedure: str, unit_id: int | None, rows: list[tuple[str, int | None, str, Any]]) -> dict[str, Dated]:
    if not rows:
        return {}
    declared = registry.get(procedure).parameters
    found: dict[str, list[tuple[date, Any]]] = {}
    own = {name for name, unit, _, _ in rows if unit is not None and unit == unit_id}
    for name, unit, since, value in rows:
        if name in declared and (unit == unit_id if name in own else unit is None):
            found.setdefault(name, []).append((date.fromisoformat(since), value))
    out = {}
    for name, values in found.items():
        base = declared[name]
        merged = dict(base.values) | dict(values)
        out[name] = Dated(base.title, tuple(sorted(merged.items(), key=lambda v: v[0])), base.basis, base.kind)
    return out


def lock(matter_id: int) -> Matter:
    """The matter's row, locked until the transaction ends. Raises Matter.DoesNotExist."""
    return Matter.objects.select_for_update().get(pk=matter_id)


def history_rows(matter_id: int) -> list[MatterEvent]:
    return _HISTORY.rows(matter_id)


_HISTORY = Prepared(lambda pk: MatterEvent.objects.filter(matter_id=pk).order_by("seq"), int)
_HISTORY_AND_PAYLOADS = Prepared(
    lambda pk: MatterEvent.objects.filter(matter_id=pk).select_related("payload").order_by("seq"), int
)


def history_of(matter: Matter) -> list[MatterEvent]:
    """History rows with their sealed payloads in one statement; the payloads stay with the matter for its documents."""
    rows = _HISTORY_AND_PAYLOADS.rows(matter.pk)
    matter.__dict__["_xz_sealed"] = {r.seq: r.payload.sealed for r in rows if hasattr(r, "payload")}
    return rows


def payloads_of(matter: Matter) -> dict[int, dict[str, Any]]:
    """Personal payloads by sequence number; erased ones are absent. Costs nothing after `history_of`."""
    kept: dict[int, dict[str, Any]] | None = matter.__dict__.get("_xz_payloads")
    if kept is None:
        sealed = matter.__dict__.get("_xz_sealed")
        if sealed is None:
            sealed = dict(EventPayload.objects.filter(event__matter=matter).values_list("event__seq", "sealed"))
        kept = {seq: unseal(raw, context="event") for seq, raw in sealed.items()}
        matter.__dict__["_xz_payloads"] = kept
    return kept


def parties_of(matter: Matter) -> list[Party]:
    """Parties of today with person, organization and unit; read once per instance of the matter."""
    kept: list[Party] | None = matter.__dict__.get("_xz_parties")
    if kept is None:
        kept = list(
            Party.objects.filter(matter=matter, valid_to__isnull=True)
            .select_related("person", "organization", "unit")
            .order_by("id")
        )
        matter.__dict__["_xz_parties"] = kept
    return kept


def recorded(row: MatterEvent) -> Recorded:
    return Recorded(
        row.seq, row.event, row.on, row.at.astimezone(SHANGHAI), row.role, row.actor, row.data, row.actor_label
    )


def history(matter_id: int) -> list[Recorded]:
    return [recorded(r) for r in history_rows(matter_id)]


def view(declared: type[Procedure], events: Sequence[Recorded], matter: Matter) -> View:
    return replay(declared, events, overrides=overrides(matter.procedure, matter.handling_unit_id))


def insert_matter(
    declared: type[Procedure],
    handling_unit: int,
    organ: int | None,
    parties: Sequence[Any],
    effects: Effects,
    at: datetime,
    subject: str,
    public_id: UUID | None = None,
) -> Matter:
    """A new matter row with its parties. The intake number is taken from the day's series (收件号)."""
    from xiezhi.kernel.documents import numbering
    from xiezhi.kernel.units.models import Unit

    unit = Unit.objects.only(*(f"{level}_id" for level in LEVELS)).get(pk=handling_unit)
    day = at.date()
    serial = numbering.take(f"intake:{declared.code}:{day:%m%d}", day.year)
    first = effects.recorded[0]
    people = [p for p in parties if p.role == "applicant"]
    line = "、".join(p.name for p in people[:2]) + (f"等{len(people)}人" if len(people) > 2 else "")
    matter = Matter.objects.create(
        procedure=declared.code, version=declared.version, state=effects.view.state.code if effects.view.state else "",
        intake_no=f"{declared.code}{day:%Y%m%d}{serial:06d}", handling_unit_id=handling_unit, organ_id=organ,
        opened_on=first.on, state_since=first.on, subject=subject[:200], parties_line=line[:200],
        **{f"{level}_id": getattr(unit, f"{level}_id") for level in LEVELS}, public_id=public_id or chance.public_id(),
    )  # fmt: skip
    add_parties(matter, parties, first.on)
    return matter


def add_parties(matter: Matter, parties: Sequence[Any], on: date) -> list[Party]:
    """Enter parties; agents after those they act for."""

    def row(p: Any) -> Party:
        return Party(
            matter=matter, role=p.role, kind=p.kind, name=p.name[:120], person_id=p.person_id,
            organization_id=p.organization_id, unit_id=p.unit_id, account_id=p.account_id, detail=dict(p.detail),
            sealed=seal(dict(p.sealed), context="party") if p.sealed else None, e_service=p.e_service, valid_from=on,
        )  # fmt: skip

    first = [row(p) for p in parties if p.acts_for is None]
    Party.objects.bulk_create(first)
    by_index = dict(zip([i for i, p in enumerate(parties) if p.acts_for is None], first, strict=True))
    later = []
    for p in parties:
        if p.acts_for is not None:
            agent = row(p)
            agent.acts_for = by_index.get(p.acts_for)
            later.append(agent)
    if later:
        Party.objects.bulk_create(later)
    return first + later


_INSERT_EVENTS = """
    WITH fresh AS (
        INSERT INTO procedures_matterevent (matter_id, seq, event, "on", at, recorded_at, from_state, to_state, role, actor,
            actor_label, data, law_version, regulation_version, request_key, request_hash)
        SELECT %s, seq, event, day, at, now(), from_state, to_state, role, actor, label, data::jsonb, %s, %s,
            CASE WHEN last THEN %s::text END, CASE WHEN last THEN %s::bytea END
        FROM unnest(%s::int[], %s::text[], %s::date[], %s::timestamptz[], %s::text[], %s::text[], %s::text[], %s::text[],
            %s::text[], %s::text[], %s::bool[])
            AS t(seq, event, day, at, from_state, to_state, role, actor, label, data, last)
        RETURNING id, seq
    )
    INSERT INTO procedures_eventpayload (event_id, sealed)
    SELECT id, %s::bytea FROM fresh WHERE seq = %s
"""


def insert_events(
    matter: Matter, effects: Effects, request_key: str | None, digest: bytes, versions: Mapping[str, str]
) -> None:
    """History rows of one firing with the payload of the last, in one statement. Only the last carries the request key."""
    state = matter.state if matter.seq else ""
    shift = {seq: s.code for seq, _, s in effects.view.transitions}
    columns: list[list[Any]] = [[] for _ in range(11)]
    final = effects.recorded[-1]
    for rec in effects.recorded:
        to = shift.get(rec.seq, state)
        row = (rec.seq, rec.event, rec.on, rec.at, state, to, rec.role, rec.actor, rec.label[:120],
               orjson.dumps(dict(rec.data)).decode(), rec is final)  # fmt: skip
        for column, value in zip(columns, row, strict=True):
            column.append(value)
        state = to
    sealed = seal(dict(effects.payload), context="event") if effects.payload else None
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT_EVENTS,
            [matter.pk, versions.get("law", ""), versions.get("regulation", ""), request_key,
             digest if request_key else None, *columns, sealed, final.seq if sealed else None],
        )  # fmt: skip


def payloads(matter_id: int) -> dict[int, dict[str, Any]]:
    """Personal payloads of a matter by sequence number; erased ones are absent."""
    return payloads_of(Matter(pk=matter_id))


def apply_columns(matter: Matter, effects: Effects, hook: Hooks, versions: Mapping[str, str]) -> None:
    """Set the matter's index columns from the view; does not save."""
    matter.__dict__["_xz_officers_before"] = [int(s) for s in (matter.facts.get("officers") or ()) if str(s).isdigit()]
    for name, value in columns_of(matter, effects.view, effects.clocks, hook).items():
        setattr(matter, name, value)
    matter.law_version = versions.get("law", "")
    matter.regulation_version = versions.get("regulation", "")


def columns_of(matter: Matter, view_: View, found: Sequence[Clock], hook: Hooks) -> dict[str, Any]:
    """Values of every column that is an index over the history."""
    assert view_.state is not None
    closed = view_.state.closed
    due = None if closed else next_due(found)
    out: dict[str, Any] = {
        "state": view_.state.code, "state_title": view_.state.title, "open": not closed, "seq": view_.seq, "facts": view_.facts,
        "state_since": view_.transitions[-1][1] if view_.transitions else matter.opened_on,
        "due_term": due.term.id if due else "", "due_nominal": due.nominal if due else None,
        "due_legal": due.legal if due else None, "due_sort": (due.legal or NO_DUE) if due else NO_DUE,
        "due_provisional": any(c.provisional for c in found if c.live and c.term.kind is not TermKind.BACKWARD), "held": due is not None and due.legal is None,
        "next_step": "", "handler_id": next(iter(officers_of(view_)), None),
    }  # fmt: skip
    if view_.procedure.step_of is not None:
        out["next_step"] = view_.procedure.step_of(view_)[:60]
    if closed and matter.closed_on is None:
        out["closed_on"] = view_.transitions[-1][1]
    elif not closed:
        out["closed_on"] = None
    out.update(hook.columns(view_))
    return out


def save_matter(matter: Matter) -> None:
    matter.save()


def deadline_rows(
    matter_id: int, found: Sequence[Clock], closed: bool, *, settled: bool = True
) -> list[tuple[Any, ...]]:
    """Index rows of live clocks, in column order of `COLUMNS`.

    A row says the same whenever it is written: that a day has passed follows from `legal`. Only the row of an automatic
    term becomes LAPSED once the matter was settled and nothing came of it, so that the worker does not meet it again;
    where it was not (`settled`), the row waits for the worker.
    """
    if closed:
        return []
    out = []
    for c in found:
        if not c.live or c.term.kind is TermKind.BACKWARD:
            continue
        status = Status.HELD if c.legal is None else Status.RUNNING
        if c.status is Status.LAPSED and settled and _auto(c):
            status = Status.LAPSED
        out.append((matter_id, c.term.id, c.number, c.term.side.value, c.started_on, c.nominal, c.legal, status.value,
                    c.provisional, _auto(c)))  # fmt: skip
    return out


_AUTO: dict[type[Procedure], frozenset[str]] = {}


_auto_terms: tuple[int, frozenset[str]] = (-1, frozenset())


def _auto(c: Clock) -> bool:
    """Whether the lapse of the clock's term fires an event by itself."""
    global _auto_terms
    known = registry.all_procedures()
    if _auto_terms[0] != len(known):
        _auto_terms = (len(known), frozenset(t for p in known for e in p.clock_events() for t in e.lapses))
    return c.term.id in _auto_terms[1]


COLUMNS = ("matter_id", "term", "number", "side", "started_on", "nominal", "legal", "status", "provisional", "lapses")


def replace_deadlines(matter: Matter, found: Sequence[Clock]) -> None:
    """Replace the matter's index rows and wake the pages that show it, in one statement."""
    rows = deadline_rows(matter.pk, found, not matter.open)
    columns = [[r[i] for r in rows] for i in range(1, len(COLUMNS))]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH fresh AS (
                SELECT * FROM unnest(%s::text[], %s::int[], %s::text[], %s::date[], %s::date[], %s::date[], %s::text[],
                                     %s::bool[], %s::bool[])
                    AS t(term, number, side, started_on, nominal, legal, status, provisional, lapses)
            ), gone AS (
                DELETE FROM procedures_deadline d WHERE matter_id = %s
                AND NOT EXISTS (SELECT 1 FROM fresh f WHERE f.term = d.term AND f.number = d.number)
            ), kept AS (
            INSERT INTO procedures_deadline (matter_id, term, number, side, started_on, nominal, legal, status, provisional, lapses)
            SELECT %s, f.* FROM fresh f
            ON CONFLICT (matter_id, term, number) DO UPDATE SET
                side = EXCLUDED.side, started_on = EXCLUDED.started_on, nominal = EXCLUDED.nominal, legal = EXCLUDED.legal,
                status = EXCLUDED.status, provisional = EXCLUDED.provisional, lapses = EXCLUDED.lapses
            )
            SELECT pg_notify('xiezhi_matters', %s)
            """,
            [*columns, matter.pk, matter.pk, _signal(matter)],
        )


def _signal(matter: Matter) -> str:
    """What live pages are told: which matter changed and where it belongs, nothing of its content."""
    fields = {"id": matter.pk, "seq": matter.seq, "unit": matter.handling_unit_id, "prov": matter.prov_id,
              "city": matter.city_id, "county": matter.county_id}  # fmt: skip
    return orjson.dumps(fields).decode()


def officers_of(view_: View) -> list[int]:
    """Staff who work on the matter now, the lead first."""
    return [int(s) for s in (view_.facts.get("officers") or ()) if str(s).isdigit()]


def apply_officers(matter: Matter, effects: Effects) -> None:
    """承办人: keep officers and their dates in step, in one statement, when this firing changed them."""
    now = officers_of(effects.view)
    if matter.__dict__.get("_xz_officers_before") == now:
        return
    rec = effects.event
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH gone AS (
                UPDATE procedures_matterofficer SET valid_to = %s, reason = %s
                WHERE matter_id = %s AND valid_to IS NULL AND staff_id <> ALL(%s)
            )
            INSERT INTO procedures_matterofficer (matter_id, staff_id, lead, valid_from, reason)
            SELECT %s, t.staff, t.n = 1, %s, '' FROM unnest(%s::bigint[]) WITH ORDINALITY AS t(staff, n)
            WHERE NOT EXISTS (SELECT 1 FROM procedures_matterofficer o
                              WHERE o.matter_id = %s AND o.valid_to IS NULL AND o.staff_id = t.staff)
            """,
            [rec.on, rec.event[:60], matter.pk, now, matter.pk, rec.on, now, matter.pk],
        )


def due_to_lapse(today: date, limit: int) -> list[int]:
    return list(
        Deadline.objects.filter(lapses=True, status="RUNNING", provisional=False, legal__lt=today)
        .order_by("legal").values_list("matter_id", flat=True).distinct()[:limit]
    )  # fmt: skip


def apply_service_choice(matter: Matter, effects: Effects) -> bool:
    """同意电子送达: bring the party's row in step with the event. False when the row is not the actor's to change: parties
    choose for themselves, the office enters what they signed."""
    rec = effects.event
    rows = Party.objects.filter(matter=matter, pk=int(rec.data["party"]), valid_to__isnull=True)
    if effects.view.procedure.role(rec.role).side is Side.PARTY:
        account = _account_of(rec.actor)
        if account is None:
            return False
        own = Q(account_id=account[0]) | (Q(person_id=account[1]) if account[1] else Q(pk__in=[]))
        rows = rows.filter(own)
    return bool(rows.update(e_service=bool(rec.data["e_service"])))


def _account_of(ref: str) -> tuple[int, int | None] | None:
    """(account, person) behind the reference of an actor."""
    from django.contrib.auth import get_user_model

    try:
        uid = UUID(ref.removeprefix("account:"))
    except ValueError:
        return None
    found: tuple[int, int | None] | None = (
        get_user_model().objects.filter(uid=uid).values_list("pk", "person_id").first()
    )
    return found
