"""Asking providers: one at a time, to the end of the list, and never without an owner."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from tests.legal_services.legal_aid.world import World
from xiezhi.kernel.calendar import clock
from xiezhi.kernel.notices.models import Notice
from xiezhi.kernel.procedures.core import Refused
from xiezhi.kernel.procedures.models import Matter, Party
from xiezhi.legal_services.legal_aid import assignment, offers, telling
from xiezhi.legal_services.legal_aid.models import AidCase, Offer, OfferAnswer, ProviderPenalty


def test_a_filed_matter_has_an_owner_and_is_numbered_when_granted(world: World) -> None:
    matter = world.file()
    assert matter.handler_id is not None
    assert matter.parties_line == "梁秋禾"
    granted = world.fire(matter, "granted", {"competent": True, "in_scope": True})
    assert granted.case_no == "临法援〔2026〕1号"
    case = AidCase.objects.get(pk=matter.pk)
    assert (case.decision, case.hardship_check_waived, case.hardship_not_required) == ("GRANT", True, False)
    assert case.decided_in_time is True


def test_the_first_is_asked_accepts_and_becomes_a_party(world: World) -> None:
    one = world.lawyer("顾言蹊")
    matter = world.granted()
    proposal = assignment.propose(matter)
    assert [r.one.id for r in proposal.candidates] == [one.pk]
    made = offers.ask(matter.pk, one.pk, world.officer)
    assert made.until > clock.now()
    assert one.account is not None
    answer = offers.answer(made.pk, True, f"account:{one.account.uid}")
    assert answer.kind == OfferAnswer.ACCEPTED
    again = offers.answer(made.pk, True, f"account:{one.account.uid}")
    assert again.pk == answer.pk
    after = Matter.objects.get(pk=matter.pk)
    assert after.state == "APPOINTED"
    assert after.handler_id is not None
    party = Party.objects.get(matter=matter, role="provider", valid_to__isnull=True)
    assert party.account_id == one.account_id
    assert AidCase.objects.get(pk=matter.pk).provider_id == one.pk


def test_two_offers_at_once_are_impossible(world: World) -> None:
    one, two = world.lawyer(), world.lawyer()
    matter = world.granted()
    first = offers.ask(matter.pk, one.pk, world.officer)
    with pytest.raises(Refused, match="正在征询"):
        offers.ask(matter.pk, two.pk, world.officer)
    # and in the database itself, whatever the code did
    for extra in ({"number": 2}, {"number": 1}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Offer.objects.create(
                matter=matter, provider=two, after=None, at=first.at, until=first.until, by="x", **extra
            )


def test_hundred_refusals_lapses_and_conflicts_never_leave_a_matter_without_owner(
    world: World, freeze: Callable[[str], None]
) -> None:
    matter = world.granted()
    people = [world.lawyer(account=False) for _ in range(100)]
    ids = {p.pk for p in people}
    owner = Matter.objects.get(pk=matter.pk).handler_id
    offers.ask_first(matter.pk, world.officer)
    asked: list[int] = []
    for n in range(100):
        waiting = offers.open_offer(matter.pk)
        assert waiting is not None
        asked.append(waiting.provider_id)
        if n % 3 == 0:
            later = waiting.until + timedelta(minutes=1)
            freeze(later.isoformat())
            offers.carry_on_all() if n % 2 else offers.carry_on(matter.pk)
        else:
            offers.answer(waiting.pk, False, f"provider-{n}", reason="BUSY")
        now = Matter.objects.get(pk=matter.pk)
        assert now.handler_id == owner
        assert now.open
        assert now.state == "GRANTED"
    assert set(asked) == ids
    assert offers.open_offer(matter.pk) is None
    told = Notice.objects.filter(matter=matter, template=telling.NONE_LEFT)
    assert [t.account_id for t in told] == [world.accounts["office_head"].pk]
    assert offers.carry_on(matter.pk) is None
    assert offers.carry_on_all() == 0
    assert told.count() == 1  # told once
    # somebody new enters the roll: asking goes on where it stopped
    fresh = world.lawyer()
    made = offers.ask_first(matter.pk, world.officer)
    assert made is not None and made.provider_id == fresh.pk


def test_a_late_answer_finds_the_next_already_asked(world: World, freeze: Callable[[str], None]) -> None:
    one, two = world.lawyer(), world.lawyer()
    matter = world.granted()
    first = offers.ask(matter.pk, one.pk, world.officer)
    freeze("2026-05-14 10:00")
    assert one.account is not None
    with pytest.raises(Refused, match="期限已过"):
        offers.answer(first.pk, True, f"account:{one.account.uid}")
    waiting = offers.open_offer(matter.pk)
    assert waiting is not None and waiting.provider_id == two.pk
    assert OfferAnswer.objects.get(offer=first).kind == OfferAnswer.LAPSED


def test_a_conflict_that_arises_after_the_offer_stops_the_acceptance(world: World) -> None:
    one = world.lawyer()
    matter = world.granted()
    made = offers.ask(matter.pk, one.pk, world.officer)
    ProviderPenalty.objects.create(
        provider=one, valid_from=date(2026, 5, 1), valid_to=date(2026, 8, 1), recorded_by="x", recorded_at=clock.now()
    )
    with pytest.raises(Refused, match="停止执业"):
        offers.answer(made.pk, True, "account:x")
    assert Matter.objects.get(pk=matter.pk).state == "GRANTED"


def test_replacement_asks_again_but_never_the_one_who_was_replaced(world: World) -> None:
    one, two = world.lawyer(), world.lawyer()
    matter = world.granted()
    made = offers.ask(matter.pk, one.pk, world.officer)
    offers.answer(made.pk, True, "account:one")
    world.fire(matter, "replaced", {"reason_code": "UNABLE", "former_provider_ref": f"aid:{one.pk}"})
    assert not Party.objects.filter(matter=matter, role="provider", valid_to__isnull=True).exists()
    with pytest.raises(Refused, match="更换"):
        offers.ask(matter.pk, one.pk, world.officer)
    again = offers.ask_first(matter.pk, world.officer)
    assert again is not None and again.provider_id == two.pk and again.replacement
    offers.answer(again.pk, True, "account:two")
    case = AidCase.objects.get(pk=matter.pk)
    assert (case.provider_id, case.changes) == (two.pk, 1)


def test_an_offer_by_the_generic_form_names_somebody_of_the_roll(world: World) -> None:
    matter = world.granted()
    with pytest.raises(Refused, match="选择人选"):
        world.fire(matter, "offered", {"provider_ref": "provider-1", "conflict_checked": True})
    assert not Offer.objects.filter(matter=matter).exists()
