"""Rating, changing, and the call-back that a bad rating opens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.legal_services.satisfaction import world
from xiezhi.kernel.access.subject import of_account
from xiezhi.kernel.notices.models import Notice
from xiezhi.kernel.procedures import policies, store
from xiezhi.kernel.procedures import services as events
from xiezhi.kernel.procedures.core import Actor, Refused
from xiezhi.kernel.procedures.models import EventPayload, Matter, Parameter, Party
from xiezhi.kernel.sealing import unseal
from xiezhi.legal_services.satisfaction import params, services
from xiezhi.legal_services.satisfaction.models import CallbackRow, Invitation, Rating

pytestmark = pytest.mark.django_db


@pytest.fixture
def made(freeze: Callable[[str], None]) -> world.World:
    freeze(world.NOW)
    return world.build()


def test_one_rating_for_one_question(made: world.World) -> None:
    asked = made.asked()
    rating = services.rate(asked.pk, "5", ["FAST", "POLITE", "NOT_KNOWN", "FAST"], "  很快。 ", "LINK")
    assert (rating.level, rating.reasons, services.words_of(rating)) == (5, ["FAST", "POLITE"], "很快。")
    assert rating.words is not None and "很快" not in bytes(rating.words).decode("utf-8", "replace")
    with pytest.raises(services.NotNow, match="已经评价过"):
        services.rate(asked.pk, "1", [], "", "LINK")
    assert not CallbackRow.objects.exists()


@pytest.mark.parametrize("level", ["", "0", "6", "-1", "五", "5.0", "１１", "999999999999999999999999", None])
def test_a_level_is_one_of_five(made: world.World, level: Any) -> None:
    with pytest.raises(services.NotNow) as no:
        services.rate(made.asked().pk, level, [], "", "LINK")
    assert no.value.field == "level"
    assert not Rating.objects.exists()


@pytest.mark.parametrize("words", ["长" * 2001, "坏\x00字"])
def test_words_that_cannot_be_kept(made: world.World, words: str) -> None:
    with pytest.raises(services.NotNow) as no:
        services.rate(made.asked().pk, "4", [], words, "LINK")
    assert no.value.field == "words"


def test_a_question_expires(made: world.World, freeze: Callable[[str], None]) -> None:
    asked = made.asked()
    freeze("2026-10-14 23:59")
    assert services.open_now(Invitation.objects.get(pk=asked.pk))
    freeze("2026-10-15 00:01")
    with pytest.raises(services.NotNow, match="过期"):
        services.rate(asked.pk, "5", [], "", "LINK")


@pytest.mark.parametrize("who", ["case_officer", "office_head", "counter_clerk", "SYSTEM_ADMIN"])
def test_staff_rate_nothing(made: world.World, who: str) -> None:
    with pytest.raises(services.NotNow, match="工作人员"):
        services.rate(made.asked().pk, "5", [], "", "LINK", of_account(made.province.accounts[who]))


def test_a_rating_can_be_changed_for_some_days(made: world.World, freeze: Callable[[str], None]) -> None:
    asked = made.asked()
    services.rate(asked.pk, "4", [], "", "SITE")
    freeze("2026-09-20 10:00")
    rating = services.change(asked.pk, "5", ["FAST"], "更好。")
    assert (rating.level, rating.first_level) == (5, 4)
    freeze("2026-09-22 10:00")
    with pytest.raises(services.NotNow, match="时间已过"):
        services.change(asked.pk, "1", [], "")


def test_a_bad_rating_opens_a_call_back_elsewhere(made: world.World) -> None:
    asked = made.asked()
    services.rate(asked.pk, "1", ["SLOW"], "打电话没人接。", "LINK")
    row = made.callback(asked.matter)
    matter = row.matter
    assert matter.procedure == "HCPHF" and matter.state == "OPENED"
    assert matter.handling_unit_id == made.upper.pk != asked.unit_id
    assert matter.due_legal is not None and matter.due_legal.isoformat() == "2026-09-17", "three working days"
    assert matter.next_step == "回访评价人"
    rater = Party.objects.get(matter=matter)
    assert (rater.role, rater.name, rater.person_id) == ("rater", "评价人", None)
    assert unseal(rater.sealed, context="party")["contact"] == "13900000123"
    view_facts = Matter.objects.get(pk=matter.pk).facts
    assert view_facts["rated_officers"] == view_facts["recused"] == [str(asked.officer_id)]
    assert "打电话" not in str(view_facts) and asked.matter.number not in str(view_facts)
    assert asked.matter.number not in matter.subject and matter.parties_line == ""
    opened = unseal(EventPayload.objects.get(event__matter=matter, event__seq=1).sealed, context="event")
    assert opened == {"words": "打电话没人接。", "matter_no": asked.matter.number}
    assert Notice.objects.filter(matter=matter, account=made.province.accounts["citizen"]).exists()


def test_a_unit_can_name_who_calls_back(made: world.World) -> None:
    other = made.province.units["other_office"]
    Parameter.objects.create(
        procedure="HCPHF", name="callback_unit", unit=made.province.units["office"], valid_from="2026-01-01", value=other.pk, reason="互查", set_by="t",
    )  # fmt: skip
    params.forget()
    asked = made.asked()
    services.rate(asked.pk, "2", [], "", "LINK")
    assert made.callback(asked.matter).matter.handling_unit_id == other.pk


def test_the_rated_officer_is_kept_out(made: world.World) -> None:
    """Even where the unit has to call back itself, and even when somebody wants to assign it so."""
    asked = made.asked()
    Parameter.objects.create(
        procedure="HCPHF", name="callback_unit", unit_id=asked.unit_id, valid_from="2026-01-01", value=asked.unit_id, reason="没有上级", set_by="t",
    )  # fmt: skip
    params.forget()
    services.rate(asked.pk, "2", [], "", "LINK")
    row = made.callback(asked.matter)
    rated = of_account(made.province.accounts["case_officer"])
    other = of_account(made.province.accounts["case_officer_2"])
    assert policies.roles_in(rated, row.matter) == frozenset()
    assert "case_officer" in policies.roles_in(other, row.matter)
    head = Actor("account:h", frozenset({"office_head"}))
    with pytest.raises(Refused) as no:
        events.fire_event(row.matter_id, "assigned", head, {"officers": [str(asked.officer_id)]})
    assert "RATED_OFFICER" in no.value.codes


def test_the_whole_course(made: world.World, freeze: Callable[[str], None]) -> None:
    asked = made.asked()
    services.rate(asked.pk, "1", ["SLOW"], "", "LINK")
    row = made.callback(asked.matter)
    freeze("2026-09-16 10:00")
    made.call(row, "called", {"how": "PHONE", "said": "EXPLAINS", "words": "说明情况。"})
    made.call(row, "well_founded", {"causes": ["DELAY"], "finding": "属实。", "measure": "值班电话转接。"})
    row.refresh_from_db()
    assert (row.called_in_time, row.founded, row.measure) == (True, True, "值班电话转接。")
    assert row.rectify_due is not None and row.rectify_due.isoformat() == "2026-10-13", (
        "15 working days over the holidays, two of them make-up days"
    )
    rated_head = policies.actor_for(of_account(made.province.accounts["office_head"]), row.matter)
    services.report_rectified(row, "已经设转接。", rated_head)
    made.call(row, "told", {"how": "PHONE", "answer": "已整改。"})
    again = Notice.objects.filter(matter=row.matter, template="rating").get()
    token = str(unseal(again.secret, context="notice")).rstrip("/").rsplit("/", 1)[1]
    invitation = services.by_token(token)
    assert invitation is not None and invitation.pk == asked.pk
    assert services.asks_again(invitation) is not None
    services.rerate(invitation, "4", "好多了。")
    row.refresh_from_db()
    closed = Matter.objects.get(pk=row.matter_id)
    assert (closed.state, closed.outcome, closed.open) == ("CLOSED", "RERATED_GOOD", False)
    assert (row.rectified_in_time, row.rerate_level) == (True, 4) and row.closed_on is not None
    with pytest.raises(services.NotNow):
        services.rerate(invitation, "4", "")
    assert Invitation.objects.filter(matter=closed).count() == 0


def test_unreachable_ends_after_tries_on_different_days(made: world.World, freeze: Callable[[str], None]) -> None:
    asked = made.asked()
    services.rate(asked.pk, "2", [], "", "LINK")
    row = made.callback(asked.matter)
    made.call(row, "call_missed", {"why": "NO_ANSWER"})
    with pytest.raises(Refused) as same_day:
        made.call(row, "call_missed", {"why": "NO_ANSWER"})
    assert "ONCE_A_DAY" in same_day.value.codes
    with pytest.raises(Refused) as soon:
        made.call(row, "call_given_up")
    assert "TRY_AGAIN" in soon.value.codes
    freeze("2026-09-15 15:00")
    made.call(row, "call_missed", {"why": "BUSY"})
    made.call(row, "call_given_up")
    made.call(row, "not_founded", {"finding": "办理合规。"})
    made.call(row, "closed")
    row.refresh_from_db()
    assert (row.reached, row.called_in_time, row.founded) == (False, True, False)


def test_the_unit_above_hears_of_what_is_overdue(made: world.World, freeze: Callable[[str], None]) -> None:
    asked = made.asked()
    services.rate(asked.pk, "2", [], "", "LINK")
    row = made.callback(asked.matter)
    freeze("2026-09-18 09:00")
    assert events.lapse_due() == 1
    row.refresh_from_db()
    assert row.called_in_time is False
    late = Notice.objects.filter(matter=row.matter, template="alarm")
    assert {n.account_id for n in late} == {made.caller_head.pk}, (
        "no head above the city's bureau in this world: its own"
    )
    matter = Matter.objects.get(pk=row.matter_id)
    assert matter.due_term == "HCP-CALL-URGE", "it stays on the desk"


def test_a_changed_rating_goes_on_being_looked_into(made: world.World) -> None:
    asked = made.asked()
    services.rate(asked.pk, "1", [], "", "LINK")
    services.change(asked.pk, "5", [], "都是误会。")
    row = made.callback(asked.matter)
    assert Matter.objects.get(pk=row.matter_id).open
    assert [r.event for r in store.history(row.matter_id)] == ["opened", "rating_changed"]


def test_a_rating_that_turns_bad_is_called_back(made: world.World) -> None:
    asked = made.asked()
    services.rate(asked.pk, "3", [], "", "LINK")
    assert not CallbackRow.objects.exists()
    services.change(asked.pk, "2", ["ATTITUDE"], "想了想还是不满意。")
    assert made.callback(asked.matter).matter.state == "OPENED"
