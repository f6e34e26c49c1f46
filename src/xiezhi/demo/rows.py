"""From a finished history to the rows the services would have left behind, written with COPY.

Ids of matters come from the plan; entries, parties and documents get ids out of a block of their matter's own, so that
processes can write at the same time and the same seed gives the same rows.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection, models

from xiezhi.demo.histories import Firing, Tale
from xiezhi.enforcement.reconsideration import hooks as reconsideration
from xiezhi.enforcement.reconsideration.models import ReconsiderationCase
from xiezhi.kernel.calendar.counting import Calendar
from xiezhi.kernel.ledger import services as ledger
from xiezhi.kernel.procedures import hooks, store
from xiezhi.kernel.procedures.clocks import clocks
from xiezhi.kernel.procedures.core import Recorded, View
from xiezhi.kernel.procedures.models import EventPayload, Matter, MatterEvent, MatterOfficer, Party
from xiezhi.kernel.procedures.services import PartyInput
from xiezhi.kernel.sealing import seal

__all__ = ["BLOCK", "Batch", "MatterRow", "copy_models", "matter_of", "write_ledger"]

BLOCK = 64
"""Ids reserved for the entries, parties and documents of one matter."""


@dataclass
class MatterRow:
    """What the plan knows of a matter before its rows are made."""

    id: int
    public_id: UUID
    intake_no: str
    organ_id: int
    unit_id: int
    levels: Mapping[str, int | None]
    parties: Sequence[PartyInput]
    applicant_key: str
    case_no: str | None = None
    joined: list[PartyInput] = field(default_factory=list)
    """Who came in later, in order; `joined_on` has the day of those that events brought in."""
    joined_on: dict[int, date] = field(default_factory=dict)


@dataclass
class Batch:
    """Rows of many matters, waiting to be written."""

    matters: list[Matter] = field(default_factory=list)
    events: list[MatterEvent] = field(default_factory=list)
    payloads: list[EventPayload] = field(default_factory=list)
    parties: list[Party] = field(default_factory=list)
    officers: list[MatterOfficer] = field(default_factory=list)
    cases: list[ReconsiderationCase] = field(default_factory=list)
    deadlines: list[tuple[Any, ...]] = field(default_factory=list)
    commits: list[ledger.Commit] = field(default_factory=list)
    others: list[models.Model] = field(default_factory=list)

    def add(self, row: MatterRow, tale: Tale, calendar: Calendar, now: datetime) -> Matter:
        """Take a matter in. Returns it with its columns set, not saved."""
        view = tale.view
        matter = matter_of(row, tale)
        hook = hooks.of(matter.procedure)
        found = clocks(view, calendar, now)
        last = tale.firings[-1].records[-1]
        versions = view.procedure.law_versions(last.on)
        for name, value in store.columns_of(matter, view, found, hook).items():
            setattr(matter, name, value)
        matter.closed_on = closed_on(view)
        matter.law_version, matter.regulation_version = versions.get("law", ""), versions.get("regulation", "")
        matter.updated_at = last.at
        self.matters.append(matter)
        self._events(matter, tale, view)
        self._parties(matter, row)
        self._officers(matter, tale)
        values = reconsideration.case_values(view, found)
        self.cases.append(
            ReconsiderationCase(
                matter_id=matter.pk, **{**values, "organ_id": row.organ_id, "applicant_key": row.applicant_key}
            )
        )
        self.deadlines += store.deadline_rows(matter.pk, found, not matter.open)
        return matter

    def _events(self, matter: Matter, tale: Tale, view: View) -> None:
        shift = {seq: s.code for seq, _, s in view.transitions}
        state, base = "", matter.pk * BLOCK
        for firing in tale.firings:
            versions = view.procedure.law_versions(firing.records[-1].on)
            for rec in firing.records:
                to = shift.get(rec.seq, state)
                self.events.append(
                    MatterEvent(
                        id=base + rec.seq, matter_id=matter.pk, seq=rec.seq, event=rec.event, on=rec.on, at=rec.at, recorded_at=rec.at,
                        from_state=state, to_state=to, role=rec.role, actor=rec.actor, actor_label=rec.label, data=dict(rec.data),
                        law_version=versions.get("law", ""), regulation_version=versions.get("regulation", ""),
                    )
                )  # fmt: skip
                state = to
                self.commits.append(commit_of(matter, rec))
            if firing.payload:
                last = firing.records[-1]
                self.payloads.append(
                    EventPayload(event_id=base + last.seq, sealed=seal(firing.payload, context="event"))
                )

    def _parties(self, matter: Matter, row: MatterRow) -> None:
        self.parties += party_rows(matter, row)

    def _officers(self, matter: Matter, tale: Tale) -> None:
        held: dict[str, MatterOfficer] = {}
        for rec in tale.history:
            if rec.event != "assigned":
                continue
            named = [str(s) for s in rec.data.get("officers") or () if str(s).isdigit()]
            for staff, row in held.items():
                if staff not in named and row.valid_to is None:
                    row.valid_to, row.reason = rec.on, rec.event
            for staff in named:
                if staff not in held:
                    held[staff] = MatterOfficer(
                        matter_id=matter.pk, staff_id=int(staff), lead=staff == named[0], valid_from=rec.on
                    )
            matter.handler_id = int(named[0]) if named else None
        self.officers += held.values()

    def write(self) -> None:
        """Write everything; call inside a transaction. The order does not matter: foreign keys are checked at its end."""
        with connection.cursor() as cursor:
            groups: dict[type[models.Model], list[models.Model]] = {}
            for found in (
                self.matters,
                self.events,
                self.payloads,
                self.parties,
                self.officers,
                self.cases,
                self.others,
            ):
                for one in found:
                    groups.setdefault(type(one), []).append(one)
            for model, rows in groups.items():
                copy_models(cursor, model, rows)
            columns = ", ".join(store.COLUMNS)
            with cursor.copy(f"COPY procedures_deadline ({columns}) FROM STDIN") as copy:
                for row in self.deadlines:
                    copy.write_row(row)
            write_ledger(cursor, self.commits, self.matters[-1].updated_at if self.matters else None)


def closed_on(view: View) -> date | None:
    """The day the matter was closed and stayed so: the column keeps the first closed state of the last run."""
    day: date | None = None
    for _, on, state in view.transitions:
        day = (day or on) if state.closed else None
    return day


def matter_of(row: MatterRow, tale: Tale) -> Matter:
    """The matter as `store.insert_matter` begins it."""
    first = tale.firings[0].records[0]
    people = [p for p in row.parties if p.role == "applicant"]
    line = "、".join(p.name for p in people[:2]) + (f"等{len(people)}人" if len(people) > 2 else "")
    return Matter(
        id=row.id, public_id=row.public_id, procedure=tale.view.procedure.code, version=tale.view.procedure.version,
        intake_no=row.intake_no, case_no=row.case_no, handling_unit_id=row.unit_id, organ_id=row.organ_id, opened_on=first.on,
        state_since=first.on, parties_line=line[:200], **{f"{level}_id": value for level, value in row.levels.items()},
    )  # fmt: skip


def party_rows(matter: Matter, row: MatterRow) -> list[Party]:
    """Parties as `store.add_parties` enters them: agents after those they act for; then those who joined."""
    parties = row.parties
    order = [i for i, p in enumerate(parties) if p.acts_for is None] + [
        i for i, p in enumerate(parties) if p.acts_for is not None
    ]
    ids = {i: matter.pk * BLOCK + n for n, i in enumerate(order)}

    def one(pk: int, p: PartyInput, on: date) -> Party:
        return Party(
            id=pk, matter_id=matter.pk, role=p.role, kind=p.kind, name=p.name[:120], person_id=p.person_id,
            organization_id=p.organization_id, unit_id=p.unit_id, account_id=p.account_id, detail=dict(p.detail),
            acts_for_id=ids.get(p.acts_for) if p.acts_for is not None else None,
            sealed=seal(dict(p.sealed), context="party") if p.sealed else None, e_service=p.e_service, valid_from=on,
        )  # fmt: skip

    found = [one(ids[i], parties[i], matter.opened_on) for i in order]
    for n, p in enumerate(row.joined):
        found.append(one(matter.pk * BLOCK + len(order) + n, p, row.joined_on.get(n, matter.opened_on)))
    return found


def commit_of(matter: Matter, rec: Recorded) -> ledger.Commit:
    """The commitment to one entry, as the event service makes it."""
    return ledger.Commit(
        "event",
        {"matter": str(matter.public_id), "seq": rec.seq, "event": rec.event, "on": rec.on.isoformat(), "at": rec.at.isoformat(),
         "role": rec.role, "actor": rec.actor, "data": rec.data},
        "event", f"{matter.pk}/{rec.seq}",
    )  # fmt: skip


def write_ledger(cursor: Any, commits: Sequence[ledger.Commit], at: datetime | None) -> None:
    """Commitments and their salts in bulk: the same values `ledger.append_many` would write, with COPY."""
    if not commits:
        return
    cursor.execute(
        "SELECT nextval(pg_get_serial_sequence('ledger_pendingentry', 'id')) FROM generate_series(1, %s)",
        [len(commits)],
    )
    ids = [row[0] for row in cursor.fetchall()]
    salts = [secrets.token_bytes(ledger.SALT_BYTES) for _ in commits]
    with cursor.copy("COPY ledger_pendingentry (id, kind, commitment, created_at) FROM STDIN") as copy:
        for number, commit, salt in zip(ids, commits, salts, strict=True):
            copy.write_row((number, commit.kind, ledger.commit_to(commit.kind, commit.payload, salt), at))
    with cursor.copy("COPY ledger_salt (entry_id, salt, object_type, object_id) FROM STDIN") as copy:
        for number, commit, salt in zip(ids, commits, salts, strict=True):
            copy.write_row((number, salt, commit.object_type, commit.object_id))


def copy_models(cursor: Any, model: type[models.Model], rows: Iterable[models.Model]) -> None:
    """Write unsaved rows of one model with COPY. Rows without an id let the database count."""
    found = list(rows)
    if not found:
        return
    fields = [f for f in model._meta.concrete_fields if not (f.primary_key and found[0].pk is None)]
    names = ", ".join(f'"{f.column}"' for f in fields)
    prepare = [(f.attname, f.get_db_prep_save) for f in fields]
    with cursor.copy(f'COPY "{model._meta.db_table}" ({names}) FROM STDIN') as copy:
        for row in found:
            copy.write_row([prep(getattr(row, name), connection) for name, prep in prepare])


def firing_of(tale: Tale, seq: int) -> Firing:
    """The firing that wrote an entry."""
    return next(f for f in tale.firings if any(r.seq == seq for r in f.records))
