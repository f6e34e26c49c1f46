"""What follows the log of calls, off the hot path: "谁查阅过我的信息" and the meters.

Batches are followed in the order of their transactions, up to the oldest one still running, so that nothing that commits
late is missed; what was followed and how far is kept in one transaction, so nothing is counted twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from xiezhi.kernel.access.models import ReadingAction, ReadingKey, ReadingLog
from xiezhi.kernel.calendar import clock
from xiezhi.kernel.people.models import Person
from xiezhi.kernel.people.selectors import key_hash

from . import declare
from .models import CallBatch, CallLog, CallPerson, Delayed, Nonce, QuotaUse, Tail

__all__ = ["follow", "forget", "verify_metered"]

BATCHES = 500


def follow(*, most: int = 40) -> int:
    """Follow what was logged since the last time. Returns how many calls. Safe to call from several processes."""
    _tell_newcomers()
    calls = 0
    for _ in range(most):
        done, more = _step()
        calls += done
        if not more:
            break
    _tell_delayed()
    return calls


@transaction.atomic
def _step() -> tuple[int, bool]:
    tail = _tail()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, xid FROM exchange_callbatch WHERE (xid, id) > (%s, %s) "
            "AND xid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint ORDER BY xid, id LIMIT %s",
            [tail.xid, tail.batch, BATCHES],
        )
        batches = cursor.fetchall()
    if not batches:
        return 0, False
    ids = [row[0] for row in batches]
    _meter(ids)
    calls = list(CallLog.objects.filter(batch_id__in=ids).order_by("id"))
    _tell(calls, clock.now(), tail.person_id)
    tail.batch, tail.xid = batches[-1]
    tail.at = clock.now()
    tail.save(update_fields=["xid", "batch", "at"])
    return len(calls), len(batches) == BATCHES


def _tail() -> Tail:
    Tail.objects.get_or_create(name="calls", defaults={"at": clock.now()})
    return Tail.objects.select_for_update().get(name="calls")


def _meter(batches: Sequence[Any]) -> None:
    """Fold lines into the meters of their month. Calls of the sandbox are not counted."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO exchange_meter AS m (partner_id, direction, interface, month, calls, refused, asked, rows, bytes)
            SELECT caller_id, 'SUPPLIED', interface, date_trunc('month', at AT TIME ZONE 'Asia/Shanghai')::date,
                   count(*) FILTER (WHERE result = 'OK'), count(*) FILTER (WHERE result <> 'OK'),
                   coalesce(sum(asked) FILTER (WHERE result = 'OK'), 0), coalesce(sum(rows), 0), coalesce(sum(sent_bytes), 0)
            FROM exchange_calllog
            WHERE batch_id = ANY(%s) AND caller_id IS NOT NULL AND environment = 'LIVE' AND grant_id IS NOT NULL
            GROUP BY 1, 3, 4
            ON CONFLICT (partner_id, direction, interface, month) DO UPDATE SET calls = m.calls + excluded.calls,
                refused = m.refused + excluded.refused, asked = m.asked + excluded.asked, rows = m.rows + excluded.rows,
                bytes = m.bytes + excluded.bytes
            """,
            [list(batches)],
        )


def _tell(calls: Iterable[CallLog], now: datetime, up_to: int) -> None:
    """Readings for the persons concerned; those that must wait are noted. Persons newer than `up_to` are told as newcomers."""
    due: list[CallLog] = []
    later: list[CallLog] = []
    for call in calls:
        if call.result != "OK" or call.environment != "LIVE":
            continue
        (due if call.visible_at <= now else later).append(call)
    _readings(due, up_to=up_to)
    if later:
        with_people = set(_people(later))
        Delayed.objects.bulk_create(
            [Delayed(call_id=c.pk, visible_at=c.visible_at) for c in later if (c.batch_id, c.n) in with_people],
            ignore_conflicts=True,
        )


def _people(calls: Sequence[CallLog]) -> dict[tuple[Any, int], list[bytes]]:
    wanted = {(call.batch_id, call.n) for call in calls}
    found: dict[tuple[Any, int], list[bytes]] = {}
    for batch, n, person in CallPerson.objects.filter(batch_id__in={b for b, _ in wanted}).values_list(
        "batch_id", "n", "person"
    ):
        if (batch, n) in wanted:
            found.setdefault((batch, n), []).append(bytes(person))
    return found


def _readings(calls: Sequence[CallLog], only: set[bytes] | None = None, up_to: int | None = None) -> None:
    """One line for each call with persons the platform knows, one key for each of them. Three statements whatever the number."""
    people = _people(calls)
    wanted = {index for held in people.values() for index in held if only is None or index in only}
    if not wanted:
        return
    persons = Person.objects.filter(id_hash__in=wanted).only("uid", "id_hash")
    if up_to is not None:
        persons = persons.filter(pk__lte=up_to)
    known = {bytes(p.id_hash or b""): key_hash(p) for p in persons}
    lines: list[tuple[ReadingLog, list[bytes]]] = []
    for call in calls:
        keys = sorted({known[index] for index in people.get((call.batch_id, call.n), ()) if index in known})
        if keys:
            lines.append((_line(call, len(keys)), keys))
    made = ReadingLog.objects.bulk_create([line for line, _ in lines])
    ReadingKey.objects.bulk_create([
        ReadingKey(reading=line, key_hash=key) for line, (_, keys) in zip(made, lines, strict=True) for key in keys
    ])  # fmt: skip


def _line(call: CallLog, count: int) -> ReadingLog:
    caller = _caller(call.caller_id)
    interface = declare.interfaces.get(call.interface) if call.interface in declare.interfaces else None
    purpose = interface.purposes.get(call.purpose) if interface else None
    said = f"{purpose.title}（{purpose.basis}）" if purpose else call.purpose
    return ReadingLog(
        at=call.at, staff_label=caller.name if caller else call.key_id, unit_id=caller.unit_id if caller else None,
        unit_name=caller.agency if caller else "", role="service", terminal=call.terminal, action=ReadingAction.SHARE,
        object_type="exchange.interface", object_id=call.interface, matter_no=call.case_no, count=count,
        fields=[name[:40] for name in call.fields.split(",") if name], purpose="SHARE", purpose_text=said[:200],
    )  # fmt: skip


def _caller(pk: int | None) -> Any:
    from .models import Caller

    return Caller.objects.filter(pk=pk).first() if pk is not None else None


@transaction.atomic
def _tell_delayed() -> None:
    """Calls whose time of silence is over."""
    due = list(Delayed.objects.select_for_update(skip_locked=True).filter(visible_at__lte=clock.now())[:2000])
    if due:
        _readings(list(CallLog.objects.filter(pk__in=[one.call_id for one in due]).order_by("id")))
        Delayed.objects.filter(pk__in=[one.pk for one in due]).delete()


@transaction.atomic
def _tell_newcomers() -> None:
    """Persons who came to the platform after they were asked about see the earlier calls, too.

    One round looks at persons up to the newest that the round before saw: whoever was being registered then is there now.
    """
    tail = _tail()
    seen, _ = Tail.objects.select_for_update().get_or_create(name="persons", defaults={"at": clock.now()})
    until, seen.person_id = seen.person_id, Person.objects.aggregate(most=Max("pk"))["most"] or 0
    seen.at = clock.now()
    seen.save(update_fields=["person_id", "at"])
    if not tail.xid:
        tail.person_id = max(tail.person_id, until)  # nothing was asked about anybody yet
    while tail.person_id < until:
        fresh = list(
            Person.objects.filter(pk__gt=tail.person_id, pk__lte=until)
            .order_by("pk")
            .values_list("pk", "id_hash")[:5000]
        )
        if not fresh:
            break
        _tell_earlier(tail, {bytes(index) for _, index in fresh if index is not None})
        tail.person_id = fresh[-1][0]
    tail.save(update_fields=["person_id"])


def _tell_earlier(tail: Tail, hashes: set[bytes]) -> None:
    """Calls that were followed before these persons were known."""
    marks = list(CallPerson.objects.filter(person__in=hashes).values_list("batch_id", "n"))
    followed = _followed(tail, {batch for batch, _ in marks})
    places = {(batch, n) for batch, n in marks if batch in followed}
    if not places:
        return
    found = CallLog.objects.filter(batch_id__in=followed, result="OK", environment="LIVE", visible_at__lte=clock.now())
    waiting = set(Delayed.objects.values_list("call_id", flat=True))
    _readings([c for c in found.order_by("id") if (c.batch_id, c.n) in places and c.pk not in waiting], hashes)


def _followed(tail: Tail, batches: set[Any]) -> set[Any]:
    """Those batches that were followed before: later ones find the person by themselves."""
    rows = CallBatch.objects.filter(pk__in=batches).values_list("pk", "xid")
    return {pk for pk, xid in rows if (xid, pk) <= (tail.xid, tail.batch)}


def forget() -> int:
    """Remove nonces and quotas whose time is over."""
    real = timezone.now()
    gone = Nonce.objects.filter(expires_at__lt=real - timedelta(minutes=1)).delete()[0]
    return int(gone + QuotaUse.objects.filter(expires_at__lt=min(real, clock.now())).delete()[0])


def verify_metered() -> bool:
    """Whether every call of the log that was followed stands in the meters (used by the checks of an installation)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM exchange_calllog l JOIN exchange_callbatch b ON b.id = l.batch_id, exchange_tail t "
            "WHERE t.name = 'calls' AND (b.xid, b.id) <= (t.xid, t.batch) AND l.caller_id IS NOT NULL AND l.environment = 'LIVE' "
            "AND l.grant_id IS NOT NULL), (SELECT coalesce(sum(calls + refused), 0) FROM exchange_meter WHERE direction = 'SUPPLIED')"
        )
        logged, metered = cursor.fetchone()
    return bool(logged == metered)
