"""What makes the province look lived in: messages in the citizens' inboxes, and who read whose file and why."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING

from django.db import connection, transaction

from xiezhi.demo import materials
from xiezhi.demo.rows import copy_models
from xiezhi.kernel.access import reading
from xiezhi.kernel.access.models import Account
from xiezhi.kernel.access.subject import of_account
from xiezhi.kernel.calendar import clock
from xiezhi.kernel.documents.models import Document
from xiezhi.kernel.notices.models import Notice
from xiezhi.kernel.people.models import Person
from xiezhi.kernel.procedures import registry
from xiezhi.kernel.procedures.models import Matter, MatterEvent, Party

if TYPE_CHECKING:
    from xiezhi.demo.matters import Progress, World

__all__ = ["add"]

MESSAGES = timedelta(days=45)
_SAMPLE = 60


def add(world: World, progress: Progress) -> None:
    """Notices of recent steps to parties with an account; a sample of the reading log."""
    progress("通知与查阅记录", 0, 2)
    with transaction.atomic():
        _notices(world)
    progress("通知与查阅记录", 1, 2)
    _readings(world)
    progress("通知与查阅记录", 2, 2)
    materials.add()
    _render()


def _render() -> None:
    """Ask the worker for the documents that visitors open first."""
    from xiezhi.kernel.documents.tasks import render_documents

    wanted = list(Document.objects.filter(render_state=Document.PENDING).order_by("-id").values_list("pk", flat=True))
    for first in range(0, len(wanted), 20):
        render_documents.defer(ids=wanted[first : first + 20])


def _notices(world: World) -> None:
    since = world.now - MESSAGES
    events = (
        MatterEvent.objects.filter(at__gte=since).select_related("matter").only(
            "event", "seq", "at", "matter_id", "matter__procedure", "matter__version").order_by("at", "id")
    )  # fmt: skip
    parties: dict[int, list[Party]] = {}
    for party in Party.objects.filter(account__isnull=False, matter__updated_at__gte=since).only(
        "matter_id", "role", "account_id"
    ):
        parties.setdefault(party.matter_id, []).append(party)
    rows: list[Notice] = []
    for found in events.iterator(chunk_size=5000):
        declared = registry.get(found.matter.procedure, found.matter.version)
        event = declared.events[found.event]
        roles = {r.code for r in event.notifies}
        for account in dict.fromkeys(p.account_id for p in parties.get(found.matter_id, ()) if p.role in roles):
            rows.append(
                Notice(account_id=account, matter_id=found.matter_id, event_seq=found.seq, channel=Notice.SITE, template="event",
                       title=f"{declared.title}：{event.title}"[:120], text=event.plain or event.title, state=Notice.DELIVERED,
                       due_at=found.at, sent_at=found.at, created_at=found.at,
                       read_at=found.at + timedelta(hours=5) if world.now - found.at > timedelta(days=6) else None)
            )  # fmt: skip
    with connection.cursor() as cursor:
        copy_models(cursor, Notice, rows)


def _readings(world: World) -> None:
    """Officers read the files they work on, through the service itself, at moments of the past."""
    rng = Random(f"{world.seed}:readings")
    accounts = {a.pk: a for a in Account.objects.select_related("staff").filter(kind="STAFF", pk__in=[
        o.account_id for office in world.roster.offices.values() for o in office.officers])}  # fmt: skip
    by_staff = {a.staff_id: a for a in accounts.values()}
    named = Party.objects.filter(person_id=world.public.named["zhouhesheng"].person_id).values_list(
        "matter_id", flat=True
    )
    wanted = list(Matter.objects.filter(pk__in=list(named), handler__isnull=False).order_by("id"))
    others = (
        Matter.objects.filter(open=True, handler__isnull=False).exclude(pk__in=[m.pk for m in wanted]).order_by("id")
    )
    wanted += list(others[:_SAMPLE])
    for matter in wanted:
        account = by_staff.get(matter.handler_id)
        persons = list(
            Person.objects.filter(pk__in=Party.objects.filter(matter=matter, role="applicant").values("person_id"))
        )
        if account is None or not persons:
            continue
        day = world.calendar.roll(matter.opened_on + timedelta(days=rng.randint(1, 3)))
        moment = world.now.replace(
            year=day.year, month=day.month, day=day.day, hour=rng.randint(9, 16), minute=rng.randint(0, 59)
        )
        if moment > world.now:
            continue
        with clock.frozen(moment):
            reading.record_reading(
                of_account(account), "READ", reading.Object("procedures.matter", str(matter.public_id), matter.pk, matter.number),
                persons, "HANDLE", ("phone", "address"), role="case_officer",
            )  # fmt: skip
