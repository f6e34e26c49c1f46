"""One event is one transaction: what is stored, who wins, what a repeated request does, what survives."""

from __future__ import annotations

import threading
from datetime import date, datetime
from typing import Any

import pytest
from django.db import ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext

from tests.kernel.procedures.tiny import Small
from xiezhi.kernel.calendar import services as calendars
from xiezhi.kernel.calendar.clock import SHANGHAI
from xiezhi.kernel.ledger.models import PendingEntry
from xiezhi.kernel.procedures import registry, selectors, services, store
from xiezhi.kernel.procedures.core import Actor, Refused
from xiezhi.kernel.procedures.models import Deadline, EventPayload, Matter, MatterEvent
from xiezhi.kernel.procedures.rebuild import rebuild
from xiezhi.kernel.units.models import Unit

ANYBODY = Actor("account:1", frozenset({"case_officer", "office_head", "applicant"}), "承办人")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.fixture(autouse=True, scope="module")
def declared() -> Any:
    registry.register(Small)
    yield
    registry._KNOWN.pop(Small.key(), None)


def setting() -> int:
    calendars.ensure_seeded()
    unit = Unit(level="COUNTY", kind="JUSTICE", name="禾溪县司法局", created_at=at("2026-01-01"))
    unit.save()
    Unit.objects.filter(pk=unit.pk).update(county_id=unit.pk)
    return unit.pk


def filed(unit: int, **kwargs: Any) -> Matter:
    data = {"story": "经过", "amount": "120.5"}
    return services.open_matter(
        "TEST", "filed", ANYBODY, data, handling_unit=unit, at=at("2026-11-05T10:00"), **kwargs
    ).matter


def go(matter: Matter, event: str, when: str, data: dict[str, Any] | None = None, **kwargs: Any) -> services.Outcome:
    return services.fire_event(matter.pk, event, ANYBODY, data or {}, at=at(when), **kwargs)


@pytest.mark.django_db
def test_filing_stores_history_payload_deadline_and_commitment() -> None:
    """A filing leaves one history row without personal data, its sealed payload, its clock, and its commitment."""
    matter = filed(setting())
    row = MatterEvent.objects.get(matter=matter)
    assert (row.seq, row.event, row.from_state, row.to_state) == (1, "filed", "", "RECEIVED")
    assert row.data == {"amount": "120.50"}
    assert store.payloads(matter.pk) == {1: {"story": "经过"}}
    due = Deadline.objects.get(matter=matter)
    assert (due.term, due.legal) == ("T-ADMIT", date(2026, 11, 12))
    matter.refresh_from_db()
    assert matter.due_legal == date(2026, 11, 12) and matter.intake_no == "TEST20261105000001"
    assert PendingEntry.objects.filter(kind="event").count() == 1


@pytest.mark.django_db
def test_lapse_takes_effect_before_the_next_act_even_when_the_act_is_refused() -> None:
    """R-10: nothing done by 11-12 24:00 means accepted on 11-12; a late refusal finds the matter accepted."""
    matter = filed(setting())
    with pytest.raises(Refused) as refused:
        go(matter, "accepted", "2026-11-13T09:00")
    assert "WRONG_STATE" in refused.value.codes
    matter.refresh_from_db()
    assert matter.state == "ACCEPTED" and matter.facts["accepted_on"] == "2026-11-12"
    assert matter.due_legal == date(2027, 1, 11) and matter.due_provisional


@pytest.mark.django_db
def test_acceptance_in_the_last_evening_is_in_time() -> None:
    matter = filed(setting())
    go(matter, "accepted", "2026-11-12T20:00")
    matter.refresh_from_db()
    assert matter.state == "ACCEPTED"
    assert [r.event for r in store.history(matter.pk)] == ["filed", "accepted"]


@pytest.mark.django_db
def test_worker_applies_lapses_once(monkeypatch: pytest.MonkeyPatch) -> None:
    matter = filed(setting())
    assert services.lapse_due(at("2026-11-12T23:59")) == 0
    with monkeypatch.context() as broken:
        broken.setattr(services, "settle_matter", lambda *a, **k: 1 / 0)
        assert services.lapse_due(at("2026-11-13T00:00")) == 0  # told in the log, and the next one has its turn
    assert services.lapse_due(at("2026-11-13T00:00")) == 1
    assert services.lapse_due(at("2026-11-14T00:00")) == 0
    assert [r.event for r in store.history(matter.pk)] == ["filed", "deemed"]


@pytest.mark.django_db
def test_repeated_request_acts_once_and_a_reused_key_is_refused() -> None:
    unit = setting()
    first = services.open_matter(
        "TEST", "filed", ANYBODY, {"amount": "1"}, handling_unit=unit, at=at("2026-11-05T10:00"), request_key="k1"
    )
    again = services.open_matter(
        "TEST", "filed", ANYBODY, {"amount": "1"}, handling_unit=unit, at=at("2026-11-05T10:00"), request_key="k1"
    )
    assert again.repeated and again.matter.pk == first.matter.pk
    with pytest.raises(Refused) as refused:
        services.open_matter(
            "TEST", "filed", ANYBODY, {"amount": "2"}, handling_unit=unit, at=at("2026-11-05T10:00"), request_key="k1"
        )
    assert refused.value.codes == ("REQUEST_KEY_REUSED",)
    matter = first.matter
    go(matter, "accepted", "2026-11-06T10:00", request_key="k2")
    assert go(matter, "accepted", "2026-11-06T10:00", request_key="k2").repeated
    with pytest.raises(Refused) as refused:
        go(matter, "accepted", "2026-11-06T10:00", on=date(2026, 11, 5), request_key="k2")
    assert refused.value.codes == ("REQUEST_KEY_REUSED",)
    assert MatterEvent.objects.filter(matter=matter).count() == 2
    other = filed(unit)
    with pytest.raises(Refused) as refused:  # the key of another matter's event
        go(other, "accepted", "2026-11-06T10:00", request_key="k2")
    assert refused.value.codes == ("REQUEST_KEY_REUSED",)
    assert MatterEvent.objects.filter(matter=other).count() == 1


@pytest.mark.django_db
def test_a_stale_page_is_told_what_changed() -> None:
    matter = filed(setting())
    go(matter, "accepted", "2026-11-06T10:00")
    with pytest.raises(Refused) as refused:
        go(matter, "heard", "2026-11-06T11:00", expected_seq=1)
    assert refused.value.codes == ("CHANGED_MEANWHILE",)


@pytest.mark.django_db
def test_statements_per_event_do_not_grow_with_the_history() -> None:
    """At most 15 statements, whatever the length of the history."""
    matter = filed(setting())
    go(matter, "accepted", "2026-11-06T10:00")
    counts = []
    for n in range(40):
        with CaptureQueriesContext(
            connection,
        ) as seen:
            go(matter, "heard", f"2026-11-06T12:{n:02d}")
        counts.append(len([q for q in seen if not q["sql"].startswith(("SAVEPOINT", "RELEASE"))]))
    assert len(set(counts)) == 1, counts
    assert counts[0] <= 15, [q["sql"][:100] for q in seen]


@pytest.mark.django_db
def test_history_is_append_only_for_the_application_role() -> None:
    """The running role can neither change nor remove history, payloads, ledger entries."""
    filed(setting())
    for statement in (
        "UPDATE procedures_matterevent SET event = 'x'", "DELETE FROM procedures_matterevent",
        "DELETE FROM procedures_eventpayload", "UPDATE ledger_pendingentry SET kind = 'x'", "DELETE FROM ledger_salt",
        "DELETE FROM procedures_serialuse",
    ):  # fmt: skip
        with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert EventPayload.objects.count() == 1


@pytest.mark.django_db
def test_correction_restates_the_clock() -> None:
    """A wrong day is mended by a compensating event; the clock follows, the first entry stays."""
    matter = filed(setting())
    go(matter, "accepted", "2026-11-06T10:00")
    go(matter, "corrected", "2026-11-09T10:00", {"seq": 2, "new_on": "2026-11-05", "reason": "日期录错"})
    state = selectors.matter_state(matter, at("2026-11-09T11:00"))
    decide = next(c for c in state.clocks if c.term.id == "T-DECIDE")
    assert decide.started_on == date(2026, 11, 5)
    assert [r.event for r in state.history] == ["filed", "accepted", "corrected"]
    with pytest.raises(Refused) as refused:
        go(matter, "heard", "2026-11-09T12:00") and go(
            matter, "corrected", "2026-11-09T13:00", {"seq": 2, "void": True, "reason": "错"}
        )
    assert refused.value.codes == ("CORRECTION_BREAKS_HISTORY",)


@pytest.mark.django_db
def test_suspension_holds_the_queue_and_extension_moves_it() -> None:
    matter = filed(setting())
    go(matter, "accepted", "2026-11-06T10:00")
    go(matter, "suspended", "2026-11-10T10:00")
    matter.refresh_from_db()
    assert matter.held and matter.due_legal is None
    go(matter, "resumed", "2026-11-20T10:00")
    go(matter, "extended", "2026-11-20T11:00", {"days": 30})
    matter.refresh_from_db()
    assert matter.due_nominal == date(2027, 2, 14)


@pytest.mark.django_db
def test_rebuild_gives_the_stored_answer() -> None:
    """The index can be dropped and rebuilt: same rows."""
    unit = setting()
    matters = [filed(unit) for _ in range(5)]
    go(matters[0], "accepted", "2026-11-06T10:00")
    go(matters[1], "accepted", "2026-11-06T10:00")
    go(matters[1], "suspended", "2026-11-10T10:00")

    def rows() -> list[Any]:
        found = Deadline.objects.order_by("matter_id", "term")
        return list(found.values_list("matter_id", "term", "number", "nominal", "legal", "status"))

    before = rows()
    Deadline.objects.all().delete()
    Matter.objects.update(due_term="", due_legal=None)
    done = rebuild(workers=1, at=at("2026-11-10T12:00"))
    assert done.matters == 5 and rows() == before
    assert rebuild(workers=1, at=at("2026-11-10T12:00")).changed == 0


@pytest.mark.django_db
def test_nothing_is_stored_when_anything_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    matter = filed(setting())

    def broken(*args: Any, **kwargs: Any) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("xiezhi.kernel.ledger.services.append_many", broken)
    with pytest.raises(OSError, match="disk full"):
        go(matter, "accepted", "2026-11-06T10:00")
    matter.refresh_from_db()
    assert matter.state == "RECEIVED" and MatterEvent.objects.filter(matter=matter).count() == 1


def test_two_hundred_at_once_one_wins(committed_db: Any) -> None:
    """200 attempts at one event from 16 threads: exactly one succeeds, everybody else is told."""
    matter = filed(setting())
    won, told, wrong = [], [], []
    lock = threading.Lock()

    def attempt(numbers: list[int]) -> None:
        try:
            for n in numbers:
                try:
                    go(matter, "accepted", "2026-11-06T10:00", expected_seq=1)
                    with lock:
                        won.append(n)
                except Refused as refused:
                    with lock:
                        told.append(refused.codes)
                except Exception as error:  # anything else is a finding
                    with lock:
                        wrong.append(repr(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=attempt, args=(list(range(i, 200, 16)),)) for i in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(won), len(told), wrong) == (1, 199, [])
    assert MatterEvent.objects.filter(matter=matter).count() == 2


@pytest.mark.django_db
def test_an_index_row_says_the_same_whenever_it_is_written() -> None:
    """A rebuild after the last day changes no row of a matter that is merely late, and hides no lapse from the worker."""
    unit = setting()
    late, waiting = filed(unit), filed(unit)
    go(late, "accepted", "2026-11-06T10:00")

    def rows() -> list[Any]:
        found = Deadline.objects.order_by("matter_id", "term", "number")
        return list(found.values_list("matter_id", "term", "number", "nominal", "legal", "status", "lapses"))

    before = rows()
    assert {s for *_, s, _ in before} == {"RUNNING"}
    rebuild(workers=1, at=at("2027-06-01T00:00"))
    assert rows() == before
    assert services.lapse_due(at("2026-11-13T00:00")) == 1
    assert [r.event for r in store.history(waiting.pk)] == ["filed", "deemed"]
