"""Who is asked, when, by which message; what it costs."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.legal_services.satisfaction import world
from xiezhi.kernel.calendar import clock
from xiezhi.kernel.notices import senders
from xiezhi.kernel.notices.models import Notice
from xiezhi.kernel.notices.tasks import send_due
from xiezhi.kernel.people.models import Staff
from xiezhi.kernel.procedures import registry, store
from xiezhi.kernel.procedures.models import Matter, MatterOfficer, Parameter
from xiezhi.kernel.procedures.selectors import matter_state
from xiezhi.legal_services.satisfaction import invite, params, services
from xiezhi.legal_services.satisfaction.models import Invitation

pytestmark = pytest.mark.django_db


@pytest.fixture
def made(freeze: Callable[[str], None]) -> world.World:
    freeze(world.NOW)
    return world.build()


def test_events_that_end_something_are_found_by_declaration() -> None:
    procedure = registry.get("XZFY")
    ending = {e.code for e in procedure.events.values() if e.ends_something}
    assert ending == {"self_corrected", "told_no_repeat", "withdrawn_before_acceptance", "served", "closed"}
    callback = registry.get("HCPHF")
    assert not [e.code for e in callback.events.values() if e.ends_something], "a call-back does not ask in turn"


def test_the_applicant_is_asked_in_site_and_by_message(made: world.World) -> None:
    asked = made.asked()
    matter = asked.matter
    assert asked.event == "told_no_repeat" and asked.procedure == "XZFY"
    assert asked.unit_id == matter.handling_unit_id and asked.officer_id == matter.handler_id
    assert (asked.valid_until - clock.today()).days == 30
    rows = {n.channel: n for n in Notice.objects.filter(matter=matter, template="rating")}
    assert set(rows) == {"SITE", "SMS"} and rows["SITE"].account_id == made.province.accounts["citizen"].pk
    sms = rows["SMS"]
    assert "陈晓岚" not in sms.text and matter.number not in sms.text and Notice.LINK in sms.text
    assert "/r/" not in sms.text, "the link is sealed"
    address = world.link_of(asked)
    token = address.rstrip("/").rsplit("/", 1)[1]
    assert len(token) >= 24 and services.by_token(token) == asked
    assert services.by_token(token + "x") is None and services.by_token("") is None


def test_the_link_leaves_with_the_message_and_is_forgotten(made: world.World, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[str] = []

    class Sms:
        demo = True

        def send(self, address: str, text: str) -> str:
            sent.append(text)
            return ""

    monkeypatch.setattr(senders, "sms", lambda: Sms())
    address = world.link_of(made.asked())
    while send_due():
        pass
    assert [t for t in sent if address in t] and not [t for t in sent if Notice.LINK in t]
    assert not Notice.objects.filter(template="rating", secret__isnull=False).exists()


def test_respondents_and_staff_are_never_asked(made: world.World) -> None:
    made.ended()
    assert {i.party.role for i in Invitation.objects.select_related("party")} == {"applicant"}


def test_who_worked_on_the_matter_is_not_asked(made: world.World) -> None:
    """An officer whose own case it is (recusal failed) does not rate the own work."""
    matter = made.province.file()
    made.province.go(matter, "assigned", "office_head", {"officers": [made.province.staff_id("case_officer")]})
    officer = MatterOfficer.objects.filter(matter=matter).first()
    assert officer is not None
    Staff.objects.filter(pk=officer.staff_id).update(person=made.province.accounts["citizen"].person_id)
    made.province.go(matter, "told_no_repeat", "case_officer", {"reason": "已经复议。"})
    assert not Invitation.objects.exists()


def test_one_question_a_step_and_the_older_is_withdrawn(made: world.World, freeze: Callable[[str], None]) -> None:
    first = made.asked()
    matter = first.matter
    procedure = registry.get("XZFY")
    view = matter_state(matter).view
    assert invite.invite(matter, view, procedure.events["told_no_repeat"], first.event_seq) == 0, "once a step"
    assert invite.invite(matter, view, procedure.events["closed"], first.event_seq + 1) == 1
    first.refresh_from_db()
    assert first.state == Invitation.REPLACED
    second = Invitation.objects.get(state=Invitation.OPEN)
    services.rate(second.pk, 5, ["FAST"], "", "LINK")
    assert invite.invite(matter, view, procedure.events["served"], first.event_seq + 2) == 0, (
        "who has answered is left in peace"
    )
    freeze("2026-11-14 10:00")
    assert invite.invite(matter, view, procedure.events["served"], first.event_seq + 2) == 1


def test_how_long_a_question_lives_is_a_dated_parameter(made: world.World) -> None:
    Parameter.objects.create(
        procedure="HCPHF", name="invite_days", valid_from=clock.today(), value=10, reason="试行", set_by="t"
    )
    params.forget()
    assert (made.asked().valid_until - clock.today()).days == 10


def test_asking_takes_two_statements(made: world.World) -> None:
    asked = made.asked()
    matter = Matter.objects.get(pk=asked.matter_id)
    view = matter_state(matter).view

    store.parties_of(matter)  # the event has read them
    with CaptureQueriesContext(connection) as seen:
        invite.invite(matter, view, registry.get("XZFY").events["closed"], asked.event_seq + 1)
    statements = [
        q["sql"] for q in seen if not q["sql"].upper().startswith(("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT"))
    ]
    assert len(statements) <= 2, statements
