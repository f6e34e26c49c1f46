"""整改单: opened for refused rows of a batch, closed by itself when their keys pass in a later one."""

from __future__ import annotations

from typing import Any

from xiezhi.kernel.calendar import clock
from xiezhi.kernel.procedures import services as procedures
from xiezhi.kernel.procedures.core import Actor, Refused
from xiezhi.kernel.procedures.services import PartyInput
from xiezhi.kernel.units.models import Level, Unit, UnitKind

from .feeds import Feed
from .loading import Loaded
from .models import IssueTicket, QualityCheck
from .rules import Severity
from .tickets_procedure import CODE

__all__ = ["CENTER", "MACHINE", "center", "follow", "open_by_hand", "summary"]

MACHINE = Actor("governance", frozenset({"governance"}), "数据治理系统")
MOST_LINES = 12


def center(procedure: str = CODE) -> Unit | None:
    """The unit that runs the data center: the one that says it handles the procedure, else the highest justice department."""
    named = Unit.objects.filter(handles__contains=[procedure]).order_by("id").first()
    if named is not None:
        return named
    levels = [Level.PROV, Level.MIN, Level.CITY, Level.COUNTY]
    found = list(Unit.objects.filter(kind=UnitKind.JUSTICE, level__in=levels))
    return min(found, key=lambda u: (levels.index(Level(u.level)), u.pk), default=None)


CENTER = center


def summary(loaded: Loaded) -> str:
    """Rules that refused rows with their counts, most rows first. No value of any row."""
    hit = [r for r in loaded.rules if r.severity is Severity.ERROR and loaded.counts.get(r.code)]
    hit.sort(key=lambda r: -loaded.counts[r.code])
    lines = [
        f"{r.title}：{r.message.rstrip('。')}（{loaded.counts[r.code]}行，规则{r.code}）" for r in hit[:MOST_LINES]
    ]
    if len(hit) > MOST_LINES:
        lines.append(f"其他{len(hit) - MOST_LINES}条规则")
    return "；".join(lines)[:4000]


def follow(check: QualityCheck, feed: Feed, loaded: Loaded) -> None:
    """After a batch: open a ticket for rows refused for the first time, tell older tickets what is left of theirs. Safe to
    repeat: each step carries a request key of its batch."""
    for ticket in IssueTicket.objects.filter(table=check.table, source=check.source, open=True).exclude(
        batch=check.batch
    ):
        left = loaded.remaining.get(ticket.batch, 0)
        if ticket.batch in loaded.touched or left == 0:
            _tell(ticket, check.batch, left)
    if loaded.new_refused:
        _open(check, feed, loaded)


def _open(check: QualityCheck, feed: Feed, loaded: Loaded) -> None:
    office = center()
    if office is None:
        return
    supplier = check.supplier
    data: dict[str, Any] = {
        "origin": "CHECK", "table": check.table, "source": check.source, "batch": check.batch, "rows": loaded.total,
        "refused": loaded.new_refused, "marked": loaded.marked, "summary": summary(loaded),
    }  # fmt: skip
    if supplier is not None:
        data["supplier_unit"] = str(supplier.pk)
    parties = [PartyInput("supplier", supplier.name, kind="UNIT", unit_id=supplier.pk)] if supplier is not None else []
    procedures.open_matter(
        CODE, "opened", MACHINE, data, handling_unit=office.pk, organ=office.pk, parties=parties, at=clock.now(),
        request_key=_key("open", check.table, check.source, check.batch), subject="",
    )  # fmt: skip


def _key(*parts: str) -> str:
    import hashlib

    return "govern-" + hashlib.sha256("|".join(parts).encode()).hexdigest()[:48]


def _tell(ticket: IssueTicket, batch: str, left: int) -> None:
    """What a later batch means for a ticket: all its rows passed, or some are still wrong."""
    key = _key("tell", ticket.table, ticket.source, ticket.batch, batch)
    try:
        if left == 0:
            procedures.fire_event(
                ticket.matter_id, "passed", MACHINE, {"batch": batch, "remaining": 0}, request_key=key
            )
        elif ticket.matter.state != "DISPUTED":
            procedures.fire_event(
                ticket.matter_id, "still_wrong", MACHINE, {"batch": batch, "remaining": left}, request_key=key
            )
    except Refused:
        # Somebody closed it meanwhile; the rows stay where they are and the ticket's row is put right below.
        IssueTicket.objects.filter(pk=ticket.pk).update(remaining=left)


def open_by_hand(
    table: str, source: str, batch: str, *, origin: str, supplier: Unit | None, rows: int, summary_text: str, actor: Actor = MACHINE
) -> Any:  # fmt: skip
    """A ticket for what a user of the data or a person reported (政务数据共享条例 第26条). Returns the matter, or None where no
    unit runs the data center."""
    office = center()
    if office is None:
        return None
    data: dict[str, Any] = {
        "origin": origin, "table": table, "source": source, "batch": batch, "rows": rows, "refused": rows, "marked": 0, "summary": summary_text,
    }  # fmt: skip
    if supplier is not None:
        data["supplier_unit"] = str(supplier.pk)
    parties = [PartyInput("supplier", supplier.name, kind="UNIT", unit_id=supplier.pk)] if supplier is not None else []
    done = procedures.open_matter(
        CODE, "opened", actor, data, handling_unit=office.pk, organ=office.pk, parties=parties, request_key=_key("hand", table, source, batch, origin),
    )  # fmt: skip
    return done.matter
