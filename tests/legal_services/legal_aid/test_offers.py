"""Asking providers: one at a time, to the end of the list, and never without an owner."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from tests.legal_services.legal_aid.world import World
from xiezhi.kernel.calendar import clock
from xiezhi.kernel.notices.models import Notice
from xiezhi.kernel.procedures.core import Refused
from xiezhi.kernel.procedures.models import Matter, Party
from xiezhi.legal_services.legal_aid import assignment, offers, providers, telling
from xiezhi.legal_services.legal_aid.models import AidCase, Offer, OfferAnswer, ProviderPenalty

OPPONENT = "临川宏远建筑有限公司"  # the other side of the matters of this world


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
    """A hundred lawyers in one round: refusing, silent, in conflict from the start, in conflict once asked."""
    matter = world.granted()
    people = [world.lawyer(account=False) for _ in range(100)]
    bound = people[::5]  # in conflict from the start: left out with their article, never asked
    for one in bound:
        providers.record_tie(one, "KIN", name=OPPONENT)
    ids = {p.pk for p in people} - {p.pk for p in bound}
    assert len(ids) == 80
    owner = Matter.objects.get(pk=matter.pk).handler_id
    assert owner is not None
    left = {one.id: [r.basis for r in why] for one, why in assignment.propose(matter).left}
    assert all(left[one.pk] == ["律师法 第39条"] for one in bound)
    offers.ask_first(matter.pk, world.officer)
    asked: list[int] = []
    while (waiting := offers.open_offer(matter.pk)) is not None:
        n = len(asked)
        asked.append(waiting.provider_id)
        if n % 4 == 0:
            later = waiting.until + timedelta(minutes=1)
            freeze(later.isoformat())
            offers.carry_on_all() if n % 8 else offers.carry_on(matter.pk)
        elif n % 4 == 1:  # a conflict that comes out after the asking: acceptance is refused by the platform itself
            providers.record_tie(waiting.provider, "CLIENT", name=OPPONENT)
            with pytest.raises(Refused, match="不能接受"):
                offers.answer(waiting.pk, True, f"provider-{n}")
            offers.answer(waiting.pk, False, f"provider-{n}", reason="CONFLICT")
        else:
            offers.answer(waiting.pk, False, f"provider-{n}", reason="CONFLICT" if n % 4 == 2 else "BUSY")
        now = Matter.objects.get(pk=matter.pk)
        assert (now.handler_id, now.open, now.state) == (owner, True, "GRANTED")
    assert len(asked) == 80 and set(asked) == ids
    kinds = Counter(OfferAnswer.objects.filter(offer__matter=matter).values_list("kind", flat=True))
    assert kinds == {OfferAnswer.LAPSED: 20, OfferAnswer.REFUSED: 60}
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
