"""Disclosure control: what is hidden can not be worked out from what is told."""

from __future__ import annotations

from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from xiezhi.datacenter.opendata.control import ALL, Cell, bounds, leaks, protect, suppress


def cube(rows: list[tuple[str, ...]]) -> dict[tuple[str, ...], Cell]:
    """Every cell of a cube with its margins, counted the slow way."""
    cells: dict[tuple[str, ...], Cell] = {}
    for row in rows:
        for mask in product((False, True), repeat=len(row)):
            key = tuple(ALL if hide else value for value, hide in zip(row, mask, strict=True))
            cells.setdefault(key, Cell(0)).n += 1
    return cells


def lines(cells: dict[tuple[str, ...], Cell]) -> dict[tuple[int, tuple[str, ...]], list[tuple[str, ...]]]:
    found: dict[tuple[int, tuple[str, ...]], list[tuple[str, ...]]] = {}
    for key in cells:
        for place, value in enumerate(key):
            if value != ALL:
                found.setdefault((place, (*key[:place], ALL, *key[place + 1 :])), []).append(key)
    return found


ROWS = st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from("xyz")), min_size=1, max_size=120)


@given(ROWS)
@settings(max_examples=120, deadline=None)
def test_no_small_cell_is_told_and_no_line_gives_one_away(rows: list[tuple[str, ...]]) -> None:
    cells = cube(rows)
    hidden = suppress(cells, 5).all
    assert {k for k, c in cells.items() if 0 < c.n < 5} <= hidden
    for (_, parent), children in lines(cells).items():
        gone = [c for c in children if c in hidden]
        if parent not in hidden and gone:
            assert len(gone) > 1
            assert sum(cells[c].n for c in gone) >= 5
        if parent in hidden:
            assert gone


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("xyz"), st.sampled_from("12")), min_size=1, max_size=90)
)
@settings(max_examples=40, deadline=None)
def test_nothing_small_is_exact_for_somebody_who_solves_the_equations(rows: list[tuple[str, ...]]) -> None:
    cells = cube(rows)
    found = protect(cells, 5)
    if set(cells) - found.all and found.primary:
        limits = bounds(cells, found.all, found.primary)
        exact = [k for k, (low, high) in limits.items() if high - low < 1]
        near = [k for k in cells if k not in found.all]
        assert not exact or all(sum(a != b for a, b in zip(k, e, strict=True)) > 1 for k in near for e in exact)


def test_a_sum_that_one_row_makes_is_hidden() -> None:
    cells = {
        ("a",): Cell(9, (1000.0,), (950.0,)),
        ("b",): Cell(9, (90.0,), (12.0,)),
        ("c",): Cell(20, (90.0,), (12.0,)),
        (ALL,): Cell(38, (1180.0,), (950.0,)),
    }
    found = suppress(cells, 5)
    assert ("a",) in found.primary
    assert ("b",) in found.secondary


def test_nothing_is_hidden_without_need() -> None:
    cells = cube([("a", "x")] * 9 + [("b", "x")] * 7 + [("a", "y")] * 6 + [("b", "y")] * 5)
    assert not suppress(cells, 5).all


def test_numbers_of_persons_are_seen_in_texts() -> None:
    assert leaks(["联系人电话13800001234"]) == ["手机号"]
    assert leaks(["证件99000019900101001X"]) == ["身份证号"]
    assert leaks(["执业证号19900202010123456", "2026年第138号"]) == []
