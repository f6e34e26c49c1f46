"""The interviews that ship: sound in today's law, whole, and the same whatever the order of answers."""

from __future__ import annotations

import random
import re
from datetime import date, timedelta
from decimal import Decimal
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xiezhi.kernel.calendar.counting import Calendar
from xiezhi.legal_services.interviews import checks, loading
from xiezhi.legal_services.interviews.declare import UNKNOWN, Fact, Guide, Value
from xiezhi.legal_services.interviews.engine import Facts, decide, result, walk
from xiezhi.ui.icons import icon

TODAY = date(2026, 11, 23)
KEYS = [path.stem for path in loading.paths()]
TEN = {
    "wages", "work_injury", "termination", "divorce", "inheritance", "traffic", "loan", "rent", "refund", "neighbors",
}  # fmt: skip


@cache
def guide_of(key: str) -> Guide:
    return loading.load(loading.GUIDES / f"{key}.yaml")


@cache
def days() -> Calendar:
    return checks.calendar()


def test_the_ten_are_there() -> None:
    assert set(KEYS) >= TEN


@pytest.mark.parametrize("key", KEYS)
def test_sound_in_the_law_of_today(key: str) -> None:
    """Complete, without overlap, nothing unreachable, every citation in force, every test row comes out."""
    assert [str(p) for p in checks.check(guide_of(key), TODAY)] == []


@pytest.mark.parametrize("key", KEYS)
def test_large_enough_to_help(key: str) -> None:
    guide = guide_of(key)
    assert 8 <= len(guide.facts) <= 25
    assert 6 <= len(guide.outcomes) <= 20
    assert len(guide.rows) >= 12
    assert guide.title_en and guide.summary_en and guide.words
    assert icon(guide.icon)


PROMISES = re.compile(r"一定(能|会|可以)赢|保证(赢|胜诉|拿到|要回)|必胜|稳赢|肯定(能|会)(赢|判|支持)|胜诉率|百分之百")


@pytest.mark.parametrize("key", KEYS)
def test_nothing_is_promised(key: str) -> None:
    text = (loading.GUIDES / f"{key}.yaml").read_text(encoding="utf-8")
    assert not PROMISES.findall(text)


def answer(fact: Fact, draw: st.DataObject) -> Value:
    if fact.choices:
        return draw.draw(st.sampled_from([value for value, _ in fact.choices]))
    if fact.unknown and draw.draw(st.booleans()):
        return UNKNOWN
    if fact.kind == "date":
        last = 0 if fact.past else 900
        return TODAY + timedelta(days=draw.draw(st.integers(-12000, last)))
    low = int(fact.least) if fact.least is not None else 0
    high = int(fact.most) if fact.most is not None else 10**6
    return Decimal(draw.draw(st.integers(low, high)))


def walked_at_random(guide: Guide, data: st.DataObject) -> None:
    """A walk ends at an outcome; the same facts in any order, with answers nobody asked for, lead to the same one."""
    answers: dict[str, Value] = {}
    for _ in range(len(guide.facts) + 1):
        walked = walk(guide, answers, TODAY, days())
        if walked.next is None:
            break
        assert walked.next.key not in answers
        answers[walked.next.key] = answer(walked.next, data)
    assert walked.outcome is not None and not walked.stuck
    assert result(walked).because and result(walked).steps
    # All facts known at once, in any order and with answers nobody asked for: the same outcome.
    more = {fact.key: answer(fact, data) for fact in guide.facts.values() if fact.key not in answers}
    mixed = list({**more, **answers}.items())
    random.Random(len(mixed)).shuffle(mixed)
    rule, _ = decide(Facts(guide, dict(mixed), TODAY, days()))
    assert rule is not None and rule.then == walked.outcome.key
    again = walk(guide, dict(mixed), TODAY, days())
    assert again.outcome == walked.outcome and result(again) == result(walked)


@pytest.mark.parametrize("key", KEYS)
@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_every_walk_ends_and_the_order_of_answers_changes_nothing(key: str, data: st.DataObject) -> None:
    walked_at_random(guide_of(key), data)


@pytest.mark.soak(only=True)
@pytest.mark.parametrize("key", KEYS)
@settings(max_examples=1000, deadline=None)
@given(data=st.data())
def test_a_thousand_walks_end(key: str, data: st.DataObject) -> None:
    walked_at_random(guide_of(key), data)


@pytest.mark.parametrize("key", KEYS)
def test_sentences_are_our_own(key: str) -> None:
    """No sentence repeats a stretch of the statutes; looked at where their texts are at hand."""
    texts = statutes()
    if texts is None:
        pytest.skip("the statute texts are not beside the checkout")
    guide = guide_of(key)
    copied = []
    for outcome in guide.outcomes.values():
        for item in outcome.items:
            for part in re.split(r"[。；：]", item.say):
                if len(part) >= 24 and part in texts:
                    copied.append(part)
    assert not copied


@cache
def statutes() -> str | None:
    import gzip
    import json
    from pathlib import Path

    path = Path(__file__).resolve().parents[4] / "shared/data/statutes/statutes.jsonl.gz"
    if not path.exists():
        return None
    kinds = ("法律/民法典", "法律/社会法", "行政法规", "司法解释")
    with gzip.open(path, "rt", encoding="utf-8") as rows:
        found = [row for row in map(json.loads, rows) if row["category"].startswith(kinds)]
    return "\n".join(row["text"] for row in found)
