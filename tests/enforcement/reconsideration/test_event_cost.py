"""What an event costs in statements, and that a refusal at the last moment leaves nothing behind."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from xiezhi.kernel.calendar import services as calendars
from xiezhi.kernel.calendar.clock import SHANGHAI
from xiezhi.kernel.documents.models import Document
from xiezhi.kernel.ledger.models import PendingEntry
from xiezhi.kernel.people.models import Staff
from xiezhi.kernel.procedures import registry, services
from xiezhi.kernel.procedures.core import Actor, Refused
from xiezhi.kernel.procedures.forms import sample_of
from xiezhi.kernel.procedures.models import Matter, MatterEvent, MatterOfficer
from xiezhi.kernel.units.models import Unit

AT = datetime(2026, 3, 2, 10, tzinfo=SHANGHAI)
LIMIT = 15
CONTROL = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK")

pytestmark = pytest.mark.django_db


class Course:
    """One matter driven through events, counting statements."""

    def __init__(self) -> None:
        calendars.ensure_seeded()
        self.procedure = registry.get("XZFY")
        self.actor = Actor("account:t", frozenset(r.code for r in self.procedure.roles), "承办人")
        unit = Unit.objects.create(
            level="COUNTY",
            kind="JUSTICE",
            name="禾溪县司法局",
            created_at=AT,
            is_reconsideration_organ=True,
            document_code="禾溪府",
        )
        self.staff = [Staff.objects.create(name=f"员{n}", created_at=AT) for n in range(3)]
        parties = [
            services.PartyInput("applicant", "甲某", sealed={"contact": "13900000000"}),
            services.PartyInput("respondent", "乙局", "UNIT", unit_id=unit.pk),
        ]
        self.matter: Matter = services.open_matter(
            "XZFY",
            "filed",
            self.actor,
            self.sample("filed"),
            handling_unit=unit.pk,
            organ=unit.pk,
            parties=parties,
            at=AT,
        ).matter
        self.minutes = 0
        self.counts: dict[str, int] = {}

    def sample(self, event: str) -> dict[str, Any]:
        form = self.procedure.events[event].form
        return {f.name: sample_of(f, AT.date()) for f in form if f.sample is not None}

    def go(self, event: str, **data: Any) -> None:
        self.minutes += 1
        at = AT + timedelta(minutes=self.minutes)
        given = {k: v for k, v in (self.sample(event) | data).items() if v is not None}
        with CaptureQueriesContext(connection) as seen:
            services.fire_event(self.matter.pk, event, self.actor, given, at=at)
        self.counts[event] = len([q for q in seen if not q["sql"].upper().lstrip().startswith(CONTROL)])


def accept(course: Course) -> None:
    course.go("receipt")
    course.go("accepted", procedure="ORDINARY", simplified_ground=None, officers=[str(s.pk) for s in course.staff[:2]])


def test_no_event_takes_more_than_fifteen_statements() -> None:
    course = Course()
    accept(course)
    for event in (
        "copy_sent",
        "copy_received",
        "replied",
        "views_heard",
        "evidence_added",
        "extended",
        "suspended",
        "resumed",
    ):
        course.go(event)
    course.go("handed_over", from_officer=str(course.staff[0].pk), to_officer=str(course.staff[2].pk))
    course.go("drafted")
    course.go("submitted")
    assert max(course.counts.values()) <= LIMIT, course.counts
    now = MatterOfficer.objects.filter(matter=course.matter, valid_to=None)
    assert sorted(now.values_list("staff_id", flat=True)) == [course.staff[1].pk, course.staff[2].pk]
    course.matter.refresh_from_db()
    assert course.matter.handler_id == course.staff[1].pk


def test_an_unsigned_decision_is_refused_and_nothing_is_stored() -> None:
    """The decision needs its signed document (行政复议法 第61、75条); the refusal must not leave half an event."""
    course = Course()
    accept(course)
    for event in ("copy_sent", "copy_received", "replied", "views_heard", "drafted", "submitted"):
        course.go(event)
    before = (MatterEvent.objects.count(), Document.objects.count(), PendingEntry.objects.count())
    with pytest.raises(Refused) as refused:
        course.go("decided", decision_type="UPHELD")
    assert "DOCUMENT_NOT_SIGNED" in refused.value.codes
    assert (MatterEvent.objects.count(), Document.objects.count(), PendingEntry.objects.count()) == before
    course.matter.refresh_from_db()
    assert course.matter.state == "APPROVING"


def test_a_lapse_found_by_an_act_keeps_its_own_document() -> None:
    """Deemed acceptance makes its record also when somebody's act is what finds the lapse."""
    course = Course()
    course.go("receipt")
    with pytest.raises(Refused):
        services.fire_event(
            course.matter.pk, "refused", course.actor, course.sample("refused"), at=AT + timedelta(days=9)
        )
    course.matter.refresh_from_db()
    assert course.matter.state == "ACCEPTED" and course.matter.case_no
    assert Document.objects.filter(matter=course.matter, title="视为受理记录", state="ISSUED").count() == 1
