"""Invented numbers are right by check digit and lie in no real place."""

from __future__ import annotations

from datetime import date
from random import Random

import pytest

from xiezhi.demo import names, places
from xiezhi.kernel.units import ids


def test_identity_numbers_have_check_digits_and_fictional_divisions() -> None:
    rng = Random(1)
    for i in range(300):
        sex = "1" if i % 2 else "2"
        born = names.birthday(rng, date(2026, 11, 23))
        found = ids.id18_check(names.identity_number("990121", born, sex, i), today=date(2026, 11, 23), fictional=True)
        assert found.fictional and found.sex == sex and found.birth_date == born


def test_a_real_division_is_refused() -> None:
    with pytest.raises(ValueError, match="fictional"):
        names.identity_number("510121", date(1990, 1, 1), "1", 0)


def test_credit_codes_pass_both_checks() -> None:
    for i in range(200):
        found = ids.usc_check(names.usc("990121", 20_000_000 + i), fictional=True)
        assert found.inner_ok and found.fictional


def test_phones_lie_in_the_marked_block() -> None:
    assert {names.mobile(i)[:7] for i in range(0, 30_000, 7)} == {"1390000"}
    assert all(ids.is_mobile(names.mobile(i)) for i in range(0, 20_000, 311))


def test_every_division_of_the_largest_province_is_fictional_and_unique() -> None:
    cities = places.plan(*places.size(50))
    codes = [c.code for c in cities] + [k.code for c in cities for k in c.counties]
    towns = [t for c in cities for k in c.counties for t in k.towns]
    everything = codes + [code for code, _ in towns]
    assert all(code.startswith("99") for code in everything)
    assert len(everything) == len(set(everything))
    shorts = [c.short for c in cities] + [k.short for c in cities for k in c.counties]
    assert len(shorts) == len(set(shorts)), "short names stand in case numbers"


def test_names_follow_the_seed() -> None:
    one, two = ([names.person(Random(7), "2") for _ in range(3)] for _ in range(2))
    assert one == two
