"""What follows from a decision on a person's request (SJGZ): find the rows, walk every holder of copies, prove it.

Each holder's work is recorded when it is done, so that an execution that died goes on where it stopped. What is proved at
the end is `remains() == 0` at every holder; only then the matter closes, and the ledger says what was done, without a value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.db import transaction

from xiezhi.datacenter.runs import services as runs
from xiezhi.datacenter.runs.models import Kind, Run
from xiezhi.datacenter.standards import copies, declare
from xiezhi.datacenter.standards.copies import Change
from xiezhi.kernel.calendar import clock
from xiezhi.kernel.ledger import services as ledger
from xiezhi.kernel.people.models import Person
from xiezhi.kernel.procedures import services as procedures
from xiezhi.kernel.procedures import store
from xiezhi.kernel.procedures.models import Matter
from xiezhi.kernel.sealing import seal

from . import overrides, tickets
from .models import Override, RightsRow, RightsStep
from .rights_procedure import CODE
from .rules import quoted, text_of

__all__ = ["FINDERS", "ROLE_OF", "copy_of", "execute", "locate", "register_finder", "settle"]

ROLE_OF = {"name": "name", "mobile": "phone", "address": "address", "birth_date": "birth_date", "employer": "employer"}
"""What the form calls it → role of the column in a table's `person`."""
USE_FROM = 50
"""Holders from this order on serve users. A decision that data may only be kept (第47条第2款) walks these alone."""

Finder = Callable[[Person], Iterable[tuple[str, str]]]
FINDERS: list[Finder] = []


def register_finder(find: Finder) -> None:
    """Another way to a person's rows, beside the identity number: yields (table code, row_id)."""
    if find not in FINDERS:
        FINDERS.append(find)


def _person(matter: Matter) -> Person | None:
    party = (
        matter.parties.filter(role="applicant", person__isnull=False).select_related("person").order_by("id").first()
    )
    return party.person if party else None


def _by_number(person: Person) -> Iterable[tuple[str, str]]:
    """Rows that bear the person's identity number, in every table of persons that the lake has."""
    from xiezhi.datacenter.lake import duck, tables

    if not person.id_no:
        return
    number = text_of(str(person.id_no).upper())
    with duck.connect(memory="1GB") as con:
        for table in declare.tables.all():
            column = table.person.get("id_no")
            found = tables.get(table.lake_name)
            if not column or table.layer is not declare.Layer.STANDARD or not found.exists():
                continue
            for (row_id,) in con.execute(
                f"SELECT row_id FROM {found.sql()} AS o WHERE {quoted(column)} = {number}"
            ).fetchall():
                yield table.code, str(row_id)


def locate(matter: Matter) -> int:
    """Find the applicant's rows and keep their ids with the matter. Returns how many. Safe to repeat."""
    person = _person(matter)
    found: set[tuple[str, str]] = set()
    if person is not None:
        found |= set(_by_number(person))
        for find in FINDERS:
            found |= set(find(person))
    RightsRow.objects.bulk_create(
        [RightsRow(matter=matter, table=t, row_id=r) for t, r in sorted(found)], ignore_conflicts=True
    )
    return len(found)


def settle(event: str, outcome: Any, actor: Any) -> None:
    """What a person's event brings along: rows are looked up once identity is proved, and a decision is carried out."""
    matter = outcome.matter
    if event == "identity_checked" and matter.facts.get("identity") == "OK":
        rows = locate(matter)
        tables = sorted(set(RightsRow.objects.filter(matter=matter).values_list("table", flat=True)))
        procedures.fire_event(
            matter.pk, "located", tickets.MACHINE, {"rows": rows, "tables": "、".join(tables)[:400]}, request_key=f"rights-{matter.pk}-located-{matter.seq}"
        )  # fmt: skip
    elif event in ("granted", "restricted"):
        from .tasks import execute_rights

        execute_rights.defer(matter_id=matter.pk)


def _said(matter: Matter) -> Mapping[str, Any]:
    """The personal part of the application."""
    return store.payloads_of(matter).get(1, {})


def _changes(matter: Matter) -> list[Change]:
    """What is to be done, by table."""
    facts, request = matter.facts, str(matter.public_id)
    kind = str(facts.get("kind"))
    by_table: dict[str, list[str]] = {}
    for table, row_id in (
        RightsRow.objects.filter(matter=matter).order_by("table", "row_id").values_list("table", "row_id")
    ):
        by_table.setdefault(table, []).append(str(row_id))
    if kind == "DELETE":
        return [Change(t, tuple(ids), {}, request) for t, ids in by_table.items()]
    if kind != "CORRECT":
        return []
    from xiezhi.datacenter.standards import normal

    right = str(_said(matter).get("right_value") or "").strip()
    role = ROLE_OF.get(str(facts.get("column") or ""), "")
    out = []
    for code, ids in by_table.items():
        column = declare.tables.get(code).person.get(role) if code in declare.tables else None
        if not column or not right:
            continue
        found = normal.of(declare.tables.get(code), column)
        value = found.value(right) if found is not None else right
        out.append(Change(code, tuple(ids), {column: value}, request))
    return out


def _hold(matter: Matter, changes: list[Change]) -> None:
    """Overrides come first: whatever is delivered meanwhile does not bring the old values back."""
    decided, kind = str(matter.facts.get("decided")), str(matter.facts.get("kind"))
    until = matter.facts.get("retention_until")
    effect = "RESTRICT" if decided == "RESTRICTED" else kind
    for change in changes:
        before = _present(change) if effect == "CORRECT" else {}
        for row_id in change.row_ids:
            Override.objects.get_or_create(
                table=change.table, row_id=row_id, matter=matter,
                defaults={
                    "kind": effect, "at": clock.now(), "until": until if effect == "RESTRICT" else None,
                    "values": seal(dict(change.values), context=overrides.SEAL) if change.values else None,
                    "replaces": seal(before.get(row_id, {}), context=overrides.SEAL) if change.values else None,
                },
            )  # fmt: skip


def _present(change: Change) -> dict[str, dict[str, Any]]:
    """Values that are about to be corrected, by row, as text: a source that still delivers them is still wrong."""
    from xiezhi.datacenter.lake import duck, tables

    table = tables.get(declare.tables.get(change.table).lake_name)
    if not table.exists():
        return {}
    names = list(change.values)
    columns = ", ".join(f"CAST({quoted(n)} AS VARCHAR)" for n in names)
    listed = ", ".join(text_of(r) for r in change.row_ids)
    with duck.connect(memory="512MB") as con:
        rows = con.execute(f"SELECT row_id, {columns} FROM {table.sql()} AS o WHERE row_id IN ({listed})").fetchall()
    return {str(row_id): dict(zip(names, values, strict=True)) for row_id, *values in rows}


def execute(matter_id: int, *, by: Any = None) -> Run | None:
    """Carry out a decision in all copies. Returns the run, None where the matter does not wait for it. Safe to repeat."""
    matter = Matter.objects.get(pk=matter_id, procedure=CODE)
    if matter.state != "EXECUTING":
        return None
    with runs.start(Kind.ERASE, str(matter.public_id), by=by) as job:
        changes = _changes(matter)
        restrict = matter.facts.get("decided") == "RESTRICTED"
        holders = sorted(
            (h for h in copies.HOLDERS.values() if not restrict or h.order >= USE_FROM), key=lambda h: (h.order, h.key)
        )
        with transaction.atomic():
            _hold(matter, changes)
        done = set(RightsStep.objects.filter(matter=matter).values_list("holder", "table"))
        job.stage("处理副本", total=len(holders) * len(changes))
        for holder in holders:
            for change in changes:
                # A copy may have filled again since its work was recorded.
                if (holder.key, change.table) not in done or holder.remains(change):
                    touched = holder.apply(change)
                    RightsStep.objects.get_or_create(
                        matter=matter, holder=holder.key, table=change.table,
                        defaults={"title": holder.title[:60], "touched": touched, "done_at": clock.now()},
                    )  # fmt: skip
                job.advance()
        job.stage("核对")
        left = {h.title: n for h in holders if (n := sum(h.remains(change) for change in changes))}
        if left:
            job.count(remains=left)
            raise runs.Stopped(f"还有副本没有处理完：{'、'.join(left)}，请查明后重新执行。")
        steps = list(RightsStep.objects.filter(matter=matter))
        touched = sum(s.touched for s in steps)
        job.count(rows_out=touched, copies=len(holders) if changes else 0)
        with transaction.atomic():
            ledger.append(
                "data.rights",
                {"request": str(matter.public_id), "kind": str(matter.facts.get("kind")), "decided": str(matter.facts.get("decided")),
                 "rows": sum(len(c.row_ids) for c in changes), "tables": [c.table for c in changes],
                 "holders": [h.key for h in holders], "touched": touched, "remains": 0},
                object_type="procedures.matter", object_id=str(matter.public_id),
            )  # fmt: skip
            if matter.facts.get("kind") == "CORRECT":
                _tell_suppliers(matter)
            procedures.fire_event(
                matter.pk, "executed", tickets.MACHINE, {"copies": len(holders) if changes else 0, "touched": touched, "remains": 0},
                request_key=f"rights-{matter.pk}-executed",
            )  # fmt: skip
    return job.run


def _tell_suppliers(matter: Matter) -> None:
    """The source system corrects, too: a ticket to each supplying unit, without a personal value (政务数据共享条例 第26条)."""
    from . import feeds

    counts: dict[str, int] = {}
    for table in RightsRow.objects.filter(matter=matter).values_list("table", flat=True):
        counts[table] = counts.get(table, 0) + 1
    for table, rows in counts.items():
        for feed in feeds.of(table):
            from .services import supplier_of

            tickets.open_by_hand(
                table, feed.source, f"right-{matter.public_id}", origin="PERSON", supplier=supplier_of(feed), rows=rows,
                summary_text=f"本人申请更正，经核实{rows}行记载有误，请在源系统更正（申请编号{matter.number}）",
            )  # fmt: skip


def copy_of(matter: Matter) -> list[dict[str, Any]]:
    """The applicant's rows, column titles and values, for the applicant's own eyes (个人信息保护法 第45条)."""
    from xiezhi.datacenter.lake import duck, tables

    out = []
    by_table: dict[str, list[str]] = {}
    for table, row_id in RightsRow.objects.filter(matter=matter).values_list("table", "row_id"):
        by_table.setdefault(table, []).append(str(row_id))
    with duck.connect(memory="512MB") as con:
        for code, ids in sorted(by_table.items()):
            if code not in declare.tables:
                continue
            declared, found = declare.tables.get(code), tables.get(declare.tables.get(code).lake_name)
            if not found.exists():
                continue
            columns = [
                c
                for c in declared.all_columns
                if c.name not in ("row_id", "row_hash", "batch_id", "dq_score", "src_key")
            ]
            names = ", ".join(f"CAST({quoted(c.name)} AS VARCHAR)" for c in columns)
            listed = ", ".join(text_of(r) for r in ids)
            rows = con.execute(f"SELECT {names} FROM {found.sql()} AS o WHERE row_id IN ({listed})").fetchall()
            out.append({
                "table": declared.title, "basis": declared.basis, "purpose": declared.purpose,
                "rows": [[(c.title, v) for c, v in zip(columns, row, strict=True) if v is not None] for row in rows],
            })  # fmt: skip
    return out
