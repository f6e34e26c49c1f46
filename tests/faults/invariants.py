"""What must hold after any fault: nothing acknowledged is lost, nothing happened twice, nothing is half done."""

from __future__ import annotations

from collections import Counter

from django.db import connection

from tests.faults.office import Answered
from xiezhi.api.common import request_key
from xiezhi.kernel.access.models import Account
from xiezhi.kernel.access.subject import of_account
from xiezhi.kernel.calendar import clock as wall
from xiezhi.kernel.documents.models import Document
from xiezhi.kernel.ledger import services as ledger
from xiezhi.kernel.ledger.models import PendingEntry, Salt
from xiezhi.kernel.procedures import registry, store
from xiezhi.kernel.procedures.clocks import clocks
from xiezhi.kernel.procedures.models import Deadline, EventPayload, Matter, MatterEvent, Serial, SerialUse


def acknowledged(answers: list[Answered], account: Account) -> None:
    """Every answered request is in the history, once."""
    who = of_account(account)
    ids = dict(Matter.objects.values_list("public_id", "pk"))
    for one in answers:
        pk = next(v for k, v in ids.items() if str(k) == one.answer["matter"]["id"])
        place = "file:XZFY" if one.path.startswith("/procedures") else str(pk)
        rows = MatterEvent.objects.filter(request_key=request_key(who, place, one.body["request_key"]))
        assert rows.count() == 1, one
        row = rows.get()
        assert row.matter_id == pk
        wanted = "filed" if place.startswith("file") else one.path.rsplit("/", 1)[1]
        assert row.event == wanted
        if wanted == "noted":
            assert store.payloads(pk)[row.seq] == one.body["data"]


def every_matter() -> int:
    """Histories, indexes, documents, numbers and commitments agree. Returns how many events were looked at."""
    events = 0
    now = wall.now()
    payloads = set(EventPayload.objects.values_list("event_id", flat=True))
    for matter in Matter.objects.all():
        rows = store.history_rows(matter.pk)
        events += len(rows)
        assert [r.seq for r in rows] == list(range(1, len(rows) + 1)), matter
        assert matter.seq == len(rows)
        declared = registry.get(matter.procedure, matter.version)
        view = store.view(declared, [store.recorded(r) for r in rows], matter)
        assert view.state is not None and view.state.code == matter.state == rows[-1].to_state
        assert view.facts == matter.facts
        wanted = {r[1:] for r in store.deadline_rows(matter.pk, clocks(view, store.calendar(), now), not matter.open)}
        columns = store.COLUMNS[1:]
        stored = {tuple(r) for r in Deadline.objects.filter(matter=matter).values_list(*columns)}
        assert stored == wanted, (matter, stored ^ wanted)
        produced: Counter[str] = Counter()
        for row in rows:
            event = declared.events[row.event]
            if row.event in ("filed", "noted"):
                assert row.pk in payloads, (matter, row.event)
            if not callable(event.produces):
                produced.update(event.produces)
        issued = Counter(Document.objects.filter(matter=matter, state=Document.ISSUED).values_list("title", flat=True))
        assert all(issued[title] >= n for title, n in produced.items()), (matter, produced, issued)
        assert all(d.event_seq <= matter.seq for d in Document.objects.filter(matter=matter))
        if view.has("accepted"):
            assert matter.case_no
    numbers()
    commitments()
    return events


def numbers() -> None:
    """No gap and no double in any series; intake numbers likewise."""
    for serial in Serial.objects.all():
        uses = list(SerialUse.objects.filter(series=serial.series, year=serial.year).values_list("serial", flat=True))
        if serial.series.startswith("intake:"):
            assert (
                Matter.objects.filter(
                    intake_no__contains=serial.series.replace("intake:", "").replace(":", str(serial.year))
                ).count()
                == serial.last
            )
        else:
            assert sorted(uses) == list(range(1, serial.last + 1)), serial.series
    cases = [c for c in Matter.objects.values_list("case_no", flat=True) if c]
    assert len(cases) == len(set(cases))


def commitments() -> None:
    """One ledger entry for each event and issued document, and it is of what is stored."""
    found = Counter(Salt.objects.filter(object_type="event").values_list("object_id", flat=True))
    wanted = Counter(f"{m}/{s}" for m, s in MatterEvent.objects.values_list("matter_id", "seq"))
    assert found == wanted
    documents = Counter(Salt.objects.filter(object_type="document").values_list("object_id", flat=True))
    assert documents == Counter(
        str(pk) for pk in Document.objects.filter(state=Document.ISSUED).values_list("pk", flat=True)
    )
    assert PendingEntry.objects.count() == Salt.objects.count()
    salts = {s.object_id: s for s in Salt.objects.filter(object_type="event").select_related("entry")}
    for row in MatterEvent.objects.select_related("matter"):
        salt = salts[f"{row.matter_id}/{row.seq}"]
        said = {
            "matter": str(row.matter.public_id), "seq": row.seq, "event": row.event, "on": row.on.isoformat(),
            "at": store.recorded(row).at.isoformat(), "role": row.role, "actor": row.actor, "data": row.data,
        }  # fmt: skip
        assert ledger.verify("event", said, bytes(salt.salt), bytes(salt.entry.commitment)), (row.matter_id, row.seq)


def idle() -> None:
    """No transaction is left open."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE state = 'idle in transaction' AND pid <> pg_backend_pid()"
        )
        assert cursor.fetchone()[0] == 0
