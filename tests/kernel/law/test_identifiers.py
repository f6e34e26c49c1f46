"""One place, five forms."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiezhi.kernel.law.identifiers import BadIdentifier, Locator

N = st.integers(0, 9999)


@given(st.integers(1, 9999), N, N, N, N, N)
def test_every_form_reads_back(article: int, inserted: int, paragraph: int, item: int, more: int, point: int) -> None:
    place = Locator("行政复议法", "2023", article, inserted, paragraph, item, more if item else 0, point if item else 0)
    assert Locator.of_eid(place.eid, place.act, place.version) == place
    assert Locator.of_anchor(place.anchor, place.act, place.version) == place
    assert Locator.of_place(place.place, place.act, place.version) == place
    assert Locator.of_place(place.place_formal, place.act, place.version) == place
    assert Locator.of_path(place.path) == place
    assert Locator.of_path(place.url) == place


def test_to_stays_in_the_version() -> None:
    assert Locator("刑法", "2023", 1).to(120, 1, item=2).short == "刑法 第120条之一第2项"
    assert Locator("刑法", "2023", 1).to(3).version == "2023"
    with pytest.raises(BadIdentifier):
        Locator("刑法").to(0, item=2)


@pytest.mark.parametrize("text", ["第0条", "第条", "第一条第二", "条", "第一百条之", "第10000条"])
def test_what_is_no_place_is_refused(text: str) -> None:
    with pytest.raises(BadIdentifier):
        Locator.of_place(text, "刑法")
