"""Whom to ask: conflicts, fairness, and whatever happens, one offer and one owner."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.legal_services.legal_aid import world as worlds
from tests.legal_services.legal_aid.world import World
from xiezhi.kernel.calendar import clock
from xiezhi.kernel.procedures.core import Refused
from xiezhi.kernel.procedures.models import Matter
from xiezhi.legal_services.legal_aid import assignment, offers, providers
from xiezhi.legal_services.legal_aid.conflicts import Candidate, Need, left_out
from xiezhi.legal_services.legal_aid.models import AidSide, Offer, OfferAnswer
from xiezhi.legal_services.legal_aid.ranking import rank

TODAY = date(2026, 5, 12)


def codes(one: Candidate, need: Need) -> set[str]:
    return {r.code for r in left_out(one, need)}


def need(**more: Any) -> Need:
    return Need(1, TODAY, county=7, **more)


def test_every_reason_has_its_case() -> None:
    free = Candidate(1, counties=frozenset({7}), practice_since=date(2020, 1, 1), firm=3)
    assert codes(free, need()) == set()
    assert codes(Candidate(1, status="PAUSED"), need()) == {"STATUS"}
    assert codes(Candidate(1, stops=((date(2026, 5, 1), date(2026, 5, 12)),)), need()) == set(), "the end day is free"
    assert codes(Candidate(1, stops=((date(2026, 5, 12), date(2026, 6, 1)),)), need()) == {"STOP"}
    assert codes(Candidate(1, counties=frozenset({8})), need()) == {"AREA"}
    assert codes(Candidate(1, capacity=3, load=3), need()) == {"CAPACITY"}
    assert codes(free, need(firms_against=frozenset({3}))) == {"SAME_FIRM"}
    assert codes(Candidate(1, clients=frozenset({"o"})), need(opponents=frozenset({"o"}))) == {"CLIENT"}
    assert codes(Candidate(1, ties={"r": "KIN"}), need(recipients=frozenset({"r"}))) == {"KIN"}
    assert codes(Candidate(1, ties={"r": "CLIENT"}), need(recipients=frozenset({"r"}))) == set(), (
        "one's own client is no conflict"
    )
    assert codes(Candidate(1, own_key="o"), need(opponents=frozenset({"o"}))) == {"PARTY"}
    assert codes(Candidate(1, kind="LEGAL_WORKER"), need(lawyer_only=True)) == {"NOT_LAWYER"}
    assert codes(Candidate(1, practice_since=date(2023, 5, 13)), need(life_or_death=True)) == {"JUNIOR"}
    assert codes(Candidate(1, practice_since=date(2023, 5, 12)), need(life_or_death=True)) == set()
    judge = Candidate(1, former_organ=9, former_left_on=date(2024, 5, 13))
    assert codes(judge, need()) == {"FORMER_JUDGE"}
    assert codes(judge, need(litigation=False)) == set()
    old = Candidate(1, former_organ=9, former_left_on=date(2020, 1, 1))
    assert codes(old, need(case_organ=9)) == {"FORMER_ORGAN"} and codes(old, need(case_organ=8)) == set()
    assert codes(free, need(asked={1: "REFUSED"})) == {"ASKED"} and codes(free, need(replaced=frozenset({1}))) == {
        "REPLACED"
    }


def test_a_wish_a_language_and_a_field_come_first() -> None:
    plain, fits = Candidate(1), Candidate(2, specialisms=frozenset({"LABOR"}))
    speaks, wished = Candidate(3, languages=frozenset({"手语"})), Candidate(4, name="白砚")
    found = rank([plain, fits, speaks, wished], need(matter_type="LABOR", language="手语", wished="白砚"))
    assert [r.one.id for r in found.candidates] == [4, 2, 3, 1]
    assert "受援人希望由其承办" in found.candidates[0].why


def test_the_turn_is_fair_over_time() -> None:
    """A hundred matters among seven equals: nobody has two more than another."""
    counts: Counter[int] = Counter()
    last: dict[int, datetime] = {}
    at = datetime(2026, 1, 1, tzinfo=clock.SHANGHAI)
    for n in range(100):
        people = [Candidate(i, year_count=counts[i], last_offered=last.get(i), capacity=99) for i in range(7)]
        first = rank(people, need()).first
        assert first is not None
        counts[first.one.id] += 1
        last[first.one.id] = at + timedelta(hours=n)
    assert max(counts.values()) - min(counts.values()) <= 1


@given(st.lists(st.builds(
    Candidate, st.integers(1, 40), firm=st.integers(1, 4), capacity=st.integers(0, 3), load=st.integers(0, 3),
    counties=st.sampled_from([frozenset({7}), frozenset({8}), frozenset()]), clients=st.sampled_from([frozenset(), frozenset({"o"})]),
), unique_by=lambda c: c.id, max_size=20))  # fmt: skip
def test_nobody_is_lost_and_nobody_conflicted_is_proposed(people: list[Candidate]) -> None:
    wanted = need(opponents=frozenset({"o"}), firms_against=frozenset({2}))
    found = rank(people, wanted)
    assert sorted([r.one.id for r in found.candidates] + [c.id for c, _ in found.left]) == sorted(p.id for p in people)
    for r in found.candidates:
        assert r.one.firm != 2 and not r.one.clients and r.one.load < r.one.capacity
    assert all(reasons for _, reasons in found.left)


def test_a_branch_of_the_opponents_firm_is_the_same_firm(world: World) -> None:
    head = world.firm("东岭总所")
    branch, other = world.firm("东岭总所临川分所", head=head), world.firm()
    at_branch, elsewhere = world.lawyer(firm=branch), world.lawyer(firm=other)
    matter = world.granted(other_party=[{"name": "临川宏远建筑有限公司", "representative": "王律师，东岭总所"}])
    found = assignment.propose(matter)
    assert [r.one.id for r in found.candidates] == [elsewhere.pk]
    assert {r.code for one, why in found.left if one.id == at_branch.pk for r in why} == {"SAME_FIRM"}


def test_a_firm_that_helps_the_opponent_elsewhere_is_in_conflict(world: World) -> None:
    firm = world.firm()
    acting, colleague = world.lawyer(firm=firm), world.lawyer(firm=firm)
    theirs = world.granted(world.citizen("庄子衿"), other_party=[])
    made = offers.ask(theirs.pk, acting.pk, world.officer)
    offers.answer(made.pk, True, "account:x")
    ours = world.granted(
        world.citizen("高小舟"), other_party=[{"name": "庄子衿"}], claim="WORK_INJURY", matter_type="WORK_INJURY"
    )
    reasons = {one.id: {r.code for r in why} for one, why in assignment.propose(ours).left}
    assert "SAME_FIRM" in reasons[colleague.pk] and {"SAME_FIRM", "CLIENT"} <= reasons[acting.pk]


def test_kin_noted_by_name_keeps_a_provider_out(world: World) -> None:
    one = world.lawyer()
    providers.record_tie(one, "KIN", name="临川宏远建筑有限公司")
    matter = world.granted()
    assert AidSide.objects.filter(matter=matter, side="OPPONENT").exists()
    assert {r.code for _, why in assignment.propose(matter).left for r in why} == {"KIN"}


STEPS = st.lists(
    st.sampled_from(["ask", "accept", "refuse", "lapse", "withdraw", "replace", "carry"]), min_size=4, max_size=16
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_whatever_happens_there_is_one_offer_at_most_and_always_an_owner(world: World, steps: list[str]) -> None:
    from django.db import transaction

    at = datetime(2026, 5, 12, 10, tzinfo=clock.SHANGHAI)
    with transaction.atomic():
        point = transaction.savepoint()
        with clock.frozen(at):
            for _ in range(4):
                world.lawyer(account=False)
            matter = world.granted(world.citizen())
        for step in steps:
            at += timedelta(hours=25 if step == "lapse" else 1)
            with clock.frozen(at):
                waiting = offers.open_offer(matter.pk)
                try:
                    if step == "ask":
                        offers.ask_first(matter.pk, world.officer, at=at)
                    elif step in ("accept", "refuse") and waiting is not None:
                        offers.answer(waiting.pk, step == "accept", "account:p", reason="BUSY", at=at)
                    elif step == "withdraw":
                        offers.withdraw(matter.pk, world.officer, at=at)
                    elif step == "replace":
                        world.fire(matter, "replaced", {"reason_code": "UNABLE"})
                    else:
                        offers.carry_on(matter.pk, at)
                except Refused:
                    pass
            now = Matter.objects.get(pk=matter.pk)
            assert now.handler_id is not None and now.open
            open_offers = Offer.objects.filter(matter=matter, answer__isnull=True)
            assert open_offers.count() <= 1
            assert bool(now.facts.get("offer_open")) == open_offers.exists()
            accepted = OfferAnswer.objects.filter(offer__matter=matter, kind=OfferAnswer.ACCEPTED).count()
            assert accepted == sum(
                r == "APPOINTED" for r in now.events.filter(event="appointed").values_list("to_state", flat=True)
            )
        transaction.savepoint_rollback(point)


def test_two_clerks_at_once_make_one_offer(committed_db: Any, freeze: Any) -> None:
    from django.db import connections

    freeze(worlds.NOW)
    world = worlds.build()
    people = [world.lawyer(account=False) for _ in range(2)]
    matter = world.granted()
    told: list[str] = []

    def ask(provider: int) -> None:
        try:
            offers.ask(matter.pk, provider, world.officer)
            told.append("made")
        except Refused as error:
            told.append(error.codes[0])
        finally:
            connections.close_all()

    threads = [threading.Thread(target=ask, args=(p.pk,)) for p in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(told) in (["ASKING", "made"], ["OFFER_OPEN", "made"])
    assert Offer.objects.filter(matter=matter).count() == 1


def test_a_kill_between_offer_and_answer_is_harmless(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever dies in the middle of an answer leaves the offer as it was; the answer given again acts."""
    one = world.lawyer(account=False)
    matter = world.granted()
    made = offers.ask(matter.pk, one.pk, world.officer)

    def die(*args: Any, **kwargs: Any) -> None:
        raise SystemExit

    monkeypatch.setattr(offers, "appoint", die)
    with pytest.raises(SystemExit):
        offers.answer(made.pk, True, "account:p")
    assert not OfferAnswer.objects.exists()
    assert Matter.objects.get(pk=matter.pk).state == "GRANTED"
    monkeypatch.undo()
    assert offers.answer(made.pk, True, "account:p").kind == OfferAnswer.ACCEPTED
    assert Matter.objects.get(pk=matter.pk).state == "APPOINTED"
