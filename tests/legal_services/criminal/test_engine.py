"""Elements against answers: the order does not matter, nothing disappears without a reason, questions end."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xiezhi.legal_services.criminal import engine, loading
from xiezhi.legal_services.criminal.declare import ANSWERS, NO, ROLES, UNSURE, YES, Offense

WHOLE = loading.whole()
KEYS = sorted(WHOLE.offenses)
some_keys = st.lists(st.sampled_from(KEYS), min_size=1, max_size=4, unique=True)


def walk(keys: list[str], role: str, answer: dict[str, str], order: random.Random) -> dict[str, str]:
    """Answer whatever is open, in any order, until nothing is."""
    given_: dict[str, str] = {}
    offenses = [WHOLE.offenses[key] for key in keys]
    for _ in range(200):
        waiting = [fact for fact, _t in engine.questions(WHOLE, offenses, given_, role) if fact not in given_]
        if not waiting:
            return given_
        fact = order.choice(waiting)
        given_[fact] = answer.get(fact, UNSURE)
    raise AssertionError("the questions do not end")


@settings(max_examples=40, deadline=None)
@given(some_keys, st.sampled_from(ROLES), st.randoms(use_true_random=False))
def test_the_order_of_answers_does_not_matter(keys: list[str], role: str, order: random.Random) -> None:
    facts = {e.fact for key in keys for e in WHOLE.offenses[key].elements}
    answers = {fact: order.choice(ANSWERS) for fact in sorted(facts)}
    if answers.get("age14") == NO and "age16" in answers:  # whoever knows the one knows the other
        answers["age16"] = NO
    shuffled = list(answers.items())
    order.shuffle(shuffled)
    for key in keys:
        first = engine.judge(WHOLE, WHOLE.offenses[key], answers)
        assert first == engine.judge(WHOLE, WHOLE.offenses[key], dict(shuffled))
    one, two = walk(keys, role, answers, random.Random(1)), walk(keys, role, answers, random.Random(2))
    for key in keys:
        states = [engine.judge(WHOLE, WHOLE.offenses[key], some).state for some in (one, two)]
        assert states[0] == states[1], key


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(KEYS), st.data())
def test_nothing_disappears_without_a_reason(key: str, data: st.DataObject) -> None:
    offense = WHOLE.offenses[key]
    answers = {
        e.fact: data.draw(st.sampled_from(ANSWERS)) for e in offense.elements if data.draw(st.booleans(), label=e.fact)
    }
    judged = engine.judge(WHOLE, offense, answers)
    assert len(judged.lines) == len(offense.elements)
    assert judged.state in (engine.MET, engine.MISSING, engine.UNCLEAR)
    assert bool(judged.reasons) == (judged.state == engine.MISSING)
    assert all(reason.strip() for reason in judged.reasons)
    if judged.state == engine.MET:
        assert not any(line.state == engine.MISSING and not line.element.group for line in judged.lines), (
            "met with an element missing"
        )


@pytest.mark.parametrize("offense", WHOLE.offenses.values(), ids=lambda o: o.key)
def test_every_element_can_exclude_and_all_can_hold(offense: Offense) -> None:
    good = {e.fact: e.met_by for e in offense.elements}
    assert engine.judge(WHOLE, offense, good).state == engine.MET
    assert engine.judge(WHOLE, offense, {}).state == engine.UNCLEAR
    assert engine.judge(WHOLE, offense, dict.fromkeys(good, UNSURE)).state == engine.UNCLEAR
    for element in offense.elements:
        bad = NO if element.met_by == YES else YES
        without = {**good, element.fact: bad}
        if element.group:
            without |= {e.fact: (NO if e.met_by == YES else YES) for e in offense.elements if e.group == element.group}
        judged = engine.judge(WHOLE, offense, without)
        assert judged.state == engine.MISSING and judged.reasons


def test_age_is_asked_once_and_what_follows_is_not_asked() -> None:
    theft, robbery = WHOLE.offenses["theft"], WHOLE.offenses["robbery"]
    asked = dict(engine.questions(WHOLE, [theft, robbery], {"age16": YES}, "suspect"))
    assert "age16" in asked and "age14" not in asked
    assert engine.closure(WHOLE, {"age14": NO})["age16"] == NO
    assert engine.closure(WHOLE, {"age14": NO, "age16": YES})["age16"] == YES, "an answer is never changed"
    assert engine.closure(WHOLE, {"age14": NO, "age16": UNSURE})["age16"] == NO, "what settles it is taken"


def test_defenses_fit_role_and_offense() -> None:
    keys = {d.key for d in engine.defenses_for(WHOLE, [WHOLE.offenses["fire"]], "victim")}
    assert "surrendered" not in keys and "forced" not in keys and "reconcile_careless" in keys
    keys = {d.key for d in engine.defenses_for(WHOLE, [WHOLE.offenses["injury"]], "suspect")}
    assert {"self_defense", "surrendered", "reconcile", "plea", "old_matter"} <= keys
    assert "reconcile" not in {d.key for d in engine.defenses_for(WHOLE, [WHOLE.offenses["casino"]], "suspect")}


def test_ranges_say_after_how_long_nothing_is_prosecuted() -> None:
    years = {
        (o, n): t.limitation[0] for o in ("theft", "robbery", "bigamy") for n, t in enumerate(WHOLE.offenses[o].tiers)
    }
    assert years == {
        ("theft", 0): 5, ("theft", 1): 15, ("theft", 2): 20, ("robbery", 0): 15, ("robbery", 1): 20, ("bigamy", 0): 5,
    }  # fmt: skip
    assert WHOLE.offenses["drugs_sell"].tiers[3].range_text == "有期徒刑15年、无期徒刑、死刑；并处没收财产"
    assert WHOLE.offenses["dangerous_driving"].tiers[0].range_text == "拘役；并处罚金"
    assert WHOLE.offenses["traffic_death"].tiers[1].limitation == (10, "刑法 第87条第2项")
