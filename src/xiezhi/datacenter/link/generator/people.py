"""Persons of a chunk: households with couples, children and twins, colleagues of one name, numbers valid by check digit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from xiezhi.datacenter.link.generator import material as m
from xiezhi.datacenter.link.generator import names
from xiezhi.datacenter.link.generator.text import Codes, Ints, digits, lengths

__all__ = ["People", "draw", "scattered"]

WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
CHECKS = np.frombuffer(b"10X98765432", dtype=np.uint8).astype(np.uint32)
KINDS = np.array([0.42, 0.25, 0.20, 0.08, 0.05])
"""Households: one person; a couple; couple and child; couple and two children; parent and child."""
TWINS = 0.30
"""Share of twins among two children."""


@dataclass
class People:
    """Arrays of one length; `partner` is the row of the spouse or -1."""

    household: Ints
    partner: Ints
    kin: Ints
    """Row of a parent, child or twin, or -1."""
    sex: Ints
    born: np.ndarray
    name: Codes
    renamed: Codes
    spare: Ints
    """Length of the surname; 0 where there is none."""
    home: Ints
    """Division of the number, as an index of counties."""
    county: Ints
    """Division of residence, as an index of counties."""
    number: Codes
    phones: Ints
    """Three for a person: the present one and two earlier."""
    addresses: Ints
    """Seeds of the present, the earlier and the registered address."""
    employers: Ints
    """The present and the earlier one; -1 for none."""
    lawyerly: np.ndarray
    """Whether the person works in a legal profession."""
    foreign: np.ndarray
    """Whether the papers are not an identity card."""

    def __len__(self) -> int:
        return len(self.sex)


def scattered(values: Ints, modulus: int, factor: int = 48_271_009, shift: int = 7_919) -> Ints:
    """A permutation of 0..modulus-1; `factor` must have no common divisor with `modulus`."""
    return np.asarray((values % modulus * factor + shift) % modulus)


def mixed(values: Ints, salt: int) -> Ints:
    """Non-negative 62-bit hash of integers."""
    h = values.astype(np.uint64) + np.uint64(salt * 0x9E3779B97F4A7C15 % 2**64)
    with np.errstate(over="ignore"):
        h = (h ^ (h >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        h = (h ^ (h >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        h ^= h >> np.uint64(31)
    return np.asarray((h >> np.uint64(2)).astype(np.int64))


def county_code(index: Ints) -> Ints:
    """Six-digit code of a county of the fictional province."""
    city, place = index // 12, index % 12
    return np.asarray(990000 + (city + 1) * 100 + np.where(place % 3 == 2, 2 + place, 21 + place))


def _numbers(people: People, rng: np.random.Generator, chunk: int, chunks: int, twin: Ints) -> Codes:
    """Identity numbers, none twice in the whole set: each chunk has serial numbers of its own."""
    count = len(people)
    year = people.born.astype("datetime64[Y]").astype(int) + 1970
    month = people.born.astype("datetime64[M]").astype(int) % 12 + 1
    day = (people.born - people.born.astype("datetime64[M]")).astype(int) + 1
    head = county_code(people.home) * 10**8 + year * 10_000 + month * 100 + day
    blocks = np.arange(chunk % 125, 125, min(chunks, 125))
    serial = np.zeros(count, dtype=np.int64)
    todo = np.arange(count)
    for _ in range(60):
        # small serial numbers are more frequent: villages and streets are numbered by size
        pick = (rng.random(len(todo)) ** 1.7 * len(blocks)).astype(np.int64)
        serial[todo] = blocks[pick] * 4 + rng.integers(0, 4, len(todo))
        brother = todo[twin[todo] >= 0]
        brother = brother[people.sex[brother] == people.sex[twin[brother]]]
        serial[brother] = serial[twin[brother]] ^ 1
        key = (head * 2 + people.sex % 2) * 500 + serial
        _, first = np.unique(key, return_index=True)
        again = np.ones(count, dtype=bool)
        again[first] = False
        todo = np.flatnonzero(again)
        if not len(todo):
            break
        todo = np.union1d(todo, twin[todo][twin[todo] >= 0])
    matrix = np.zeros((count, 18), dtype=np.uint32)
    matrix[:, :14] = digits(head, 14)
    matrix[:, 14:17] = digits(np.minimum(serial * 2 + people.sex % 2, 999), 3)
    total = ((matrix[:, :17].astype(np.int64) - 48) * WEIGHTS).sum(axis=1)
    matrix[:, 17] = CHECKS[total % 11]
    return matrix


def draw(rng: np.random.Generator, count: int, *, first: int, chunk: int, chunks: int, employers: int) -> People:
    """At least `count` persons in whole households. `first` is the number of the first person in the whole set."""
    houses = int(count / 1.93) + 8
    kind = rng.choice(5, houses, p=KINDS)
    has_partner = np.isin(kind, (1, 2, 3))
    child1, child2 = np.isin(kind, (2, 3, 4)), kind == 3
    twins = child2 & (rng.random(houses) < TWINS)
    # rows: heads, then partners, first children, second children
    head = np.arange(houses)
    house_of = np.concatenate([head, head[has_partner], head[child1], head[child2]])
    total = len(house_of)
    at_partner = np.full(houses, -1)
    at_partner[has_partner] = houses + np.arange(has_partner.sum())
    at_first = np.full(houses, -1)
    at_first[child1] = houses + has_partner.sum() + np.arange(child1.sum())
    role = np.repeat([0, 1, 2, 3], [houses, has_partner.sum(), child1.sum(), child2.sum()])
    partner = np.full(total, -1)
    partner[head[has_partner]] = at_partner[has_partner]
    partner[at_partner[has_partner]] = head[has_partner]
    kin = np.full(total, -1)
    kin[role >= 2] = house_of[role >= 2]
    with_child = np.flatnonzero(child1)
    kin[with_child] = at_first[with_child]
    twin = np.full(total, -1)
    second = np.flatnonzero(role == 3)
    is_twin = twins[house_of[second]]
    twin[second[is_twin]] = at_first[house_of[second[is_twin]]]

    sex = rng.integers(1, 3, total)
    sex[role == 1] = 3 - sex[house_of[role == 1]]
    alike = second[is_twin & (rng.random(len(second)) < 0.75)]
    sex[alike] = sex[twin[alike]]
    parent = child1
    age_day = np.where(
        parent,
        rng.triangular(-10_200, -1_500, 4_600, houses),  # 1942 to 1982
        rng.triangular(-9_100, 4_000, 12_700, houses),  # 1945 to 2004
    )
    born = np.zeros(total)
    born[:houses] = age_day
    born[role == 1] = age_day[has_partner] + rng.normal(0, 1_000, int(has_partner.sum()))
    for r in (2, 3):
        rows = np.flatnonzero(role == r)
        born[rows] = age_day[house_of[rows]] + rng.uniform(20, 34, len(rows)) * 365.25 + (r == 3) * 900
    born[twin >= 0] = born[twin[twin >= 0]]
    birth = np.datetime64("1970-01-01") + np.clip(born, -11_000, 14_200).astype(np.int64)
    year = birth.astype("datetime64[Y]").astype(int) + 1970

    surname = names.surnames(rng, total)
    children = np.flatnonzero(role >= 2)
    mother = sex[house_of[children]] == 2
    giver = np.where(mother & (partner[house_of[children]] >= 0), partner[house_of[children]], house_of[children])
    surname[children] = surname[giver]
    own, second_own = names.given(rng, sex, year), names.given(rng, sex, year)
    # sons and daughters who share a character with the parent
    close = children[rng.random(len(children)) < 0.08]
    own[close, 0] = own[house_of[close], 0]
    same_first = np.flatnonzero((twin >= 0) & (rng.random(total) < 0.7))
    both = same_first[(own[twin[same_first], 1] != 0) & (own[same_first, 1] != 0)]
    own[both, 0] = own[twin[both], 0]
    name, renamed = names.joined_name(surname, own), names.joined_name(surname, second_own)
    spare = lengths(surname)
    few = np.flatnonzero((rng.random(total) < 0.06) & (role == 0) & (kind[house_of] == 0))
    name[few] = names.minority(rng, len(few))
    renamed[few] = names.minority(rng, len(few))
    spare[few] = 0

    number = first + np.arange(total)
    household = first + house_of
    county = (mixed(household, 3) % len(m.COUNTIES)).astype(np.int64)
    home = np.where(rng.random(total) < 0.65, county, rng.integers(0, len(m.COUNTIES), total))
    home[twin >= 0] = home[twin[twin >= 0]]
    phones = scattered(number[:, None] * 3 + np.arange(3), 10**8)
    reused = np.flatnonzero(rng.random(total) < 0.08)
    phones[reused, 0] = phones[rng.integers(0, total, len(reused)), 1]
    one_phone = np.flatnonzero((role == 1) & (rng.random(total) < 0.12))
    phones[one_phone, 0] = phones[partner[one_phone], 0]
    young = np.flatnonzero((role >= 2) & (rng.random(total) < 0.05))
    phones[young, 0] = phones[house_of[young], 0]
    addresses = np.stack([household * 7 + 1, number * 7 + 2, household * 7 + 1], axis=1)
    out = children[rng.random(len(children)) < 0.3]
    addresses[out, 0] = number[out] * 7 + 3
    elsewhere = np.flatnonzero(rng.random(total) < 0.35)
    addresses[elsewhere, 2] = number[elsewhere] * 7 + 4

    lawyerly = rng.random(total) < 0.30
    work = (rng.random((total, 2)) ** 2 * employers).astype(np.int64)
    work[:, 1][rng.random(total) < 0.3] = -1
    work[(rng.random(total) < 0.35) & ~lawyerly, 0] = -1
    wives = np.flatnonzero((role == 1) & (rng.random(total) < 0.06))
    work[wives] = work[partner[wives]]
    # colleagues of one name: the name, the sex and about the age of somebody at the same employer
    namesakes = np.flatnonzero((rng.random(total) < 0.02) & (role == 0) & (kind[house_of] == 0))
    model = rng.integers(0, houses, len(namesakes))
    name[namesakes], renamed[namesakes], spare[namesakes] = name[model], renamed[model], spare[model]
    sex[namesakes], work[namesakes], lawyerly[namesakes] = sex[model], work[model], lawyerly[model]
    county[namesakes] = county[model]
    birth[namesakes] = birth[model] + rng.integers(-900, 900, len(namesakes))
    people = People(
        household, partner, kin, sex, birth, name, renamed, spare, home, county, np.zeros((0, 18), np.uint32),
        phones, addresses, work, lawyerly, rng.random(total) < 0.006,
    )  # fmt: skip
    people.number = _numbers(people, rng, chunk, chunks, twin)
    return people
