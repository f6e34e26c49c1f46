"""Short stories in our own words and the candidates they must lead to."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xiezhi.legal_services.criminal import loading, matching

HERE = Path(__file__).parent


def rows(name: str) -> list[tuple[str, str]]:
    """(expected keys, story) of each line."""
    lines = (HERE / name).read_text(encoding="utf-8").splitlines()
    return [(line.split("\t")[0], line.split("\t")[1]) for line in lines if line.strip()]


CRIMES, NONE = rows("stories.tsv"), rows("no_crime.tsv")


def test_the_tables_are_large_enough() -> None:
    whole = loading.whole()
    assert len(CRIMES) >= 60 and len(NONE) >= 15
    assert {key for key, _s in CRIMES} == set(whole.offenses), set(whole.offenses) - {key for key, _s in CRIMES}
    assert {key for key, _s in NONE} == set(whole.elsewhere), set(whole.elsewhere) - {key for key, _s in NONE}


@pytest.mark.parametrize(("expected", "story"), CRIMES)
def test_the_offense_is_among_the_first_three(expected: str, story: str) -> None:
    found = matching.candidates(loading.whole(), story)
    assert expected in [r.thing.key for r in found.offenses[:3]], [(r.thing.key, r.score) for r in found.offenses]
    assert found.elsewhere, "that it may be no crime is always said"


@pytest.mark.parametrize(("expected", "story"), NONE)
def test_what_is_no_crime_comes_first(expected: str, story: str) -> None:
    found = matching.candidates(loading.whole(), story)
    told = [(r.thing.key, r.score) for r in (*found.elsewhere, *found.offenses)]
    assert expected in [r.thing.key for r in found.elsewhere], told
    assert f"none:{expected}" in found.first[:3], (told, found.none_first)


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=200))
def test_any_text_gives_several_candidates_and_no_crime(story: str) -> None:
    found = matching.candidates(loading.whole(), story)
    assert 3 <= len(found.offenses) <= matching.MOST and found.elsewhere
    assert found == matching.candidates(loading.whole(), story)


def test_retrieved_articles_help() -> None:
    story = "有件事想问"
    plain = matching.candidates(loading.whole(), story)
    helped = matching.candidates(loading.whole(), story, [("刑法", 258, 0, 0.9)])
    assert plain.offenses[0].thing.key != "bigamy" and helped.offenses[0].thing.key == "bigamy"
