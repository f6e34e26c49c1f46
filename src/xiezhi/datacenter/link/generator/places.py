"""Divisions, addresses and employers of records."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from xiezhi.datacenter.link.generator import bases as b
from xiezhi.datacenter.link.generator import material as m
from xiezhi.datacenter.link.generator.people import People, county_code, mixed
from xiezhi.datacenter.link.generator.rates import Rates
from xiezhi.datacenter.link.generator.text import Ints, Texts, concatenated, digits, texts

if TYPE_CHECKING:
    from xiezhi.datacenter.link.generator.records import Records

__all__ = ["addresses", "employers", "render"]


@cache
def _tables() -> dict[str, Texts]:
    return {
        "city": np.array(m.CITIES), "county": np.array(m.COUNTIES), "road": np.array(m.ROADS), "village": np.array(m.VILLAGES),
        "brand": np.array(list(m.BRANDS)), "trade": np.array(m.TRADES), "numbers": np.array([str(n) for n in range(4000)]),
    }  # fmt: skip


def addresses(seed: Ints, county: Ints, form: Ints, short: np.ndarray) -> Texts:
    """Addresses from a seed each. `form`: 0 city to room, 1 from the province, 2 from the county, 3 without the room."""
    t = _tables()
    h = mixed(seed, 11)
    road, number, house, room = (
        h % 30,
        h // 30 % 299 + 1,
        h // 9_000 % 30 + 1,
        h // 300_000 % 32 * 100 + 101 + h // 10**7 % 5,
    )
    n = t["numbers"]
    rural = h // 10**9 % 10 < 4
    urban_end = concatenated(t["road"][road], np.where(h % 5 == 0, "大道", "路"), n[number], "号")
    rooms = np.where(form == 2, concatenated(n[house], "-", n[room]), concatenated(n[house], "栋", n[room], "室"))
    town = concatenated(urban_end, np.where((form == 3) | short, "", rooms))
    rest = concatenated(n[number % 99 + 1], np.where(form == 2, "", "号"))
    land = concatenated(t["village"][h // 7 % 20], "镇", t["village"][h // 140 % 20], "村", n[house % 12 + 1], "组")
    land = concatenated(land, np.where((form == 3) | short, "", rest))
    head = concatenated(
        np.where(form == 1, m.PROVINCE, ""), np.where(form == 2, "", t["city"][county // 12]), t["county"][county]
    )
    return concatenated(head, np.where(rural, land, town))


def employers(number: Ints, legal: np.ndarray, base: Ints, form: Ints, short: np.ndarray) -> Texts:
    """Names of employers: bodies of the legal professions, companies, village committees."""
    t = _tables()
    h = mixed(number, 13)
    brand = concatenated(t["brand"][h % len(t["brand"])], t["brand"][h // 64 % len(t["brand"])])
    county = t["county"][h // 4096 % len(m.COUNTIES)]
    body = np.array(["律师事务所", "公证处", "司法鉴定中心", "法律援助中心", "律师事务所", "法律服务所"])[
        h // 10**6 % 6
    ]
    company = concatenated(
        t["trade"][h // 10**7 % 20], np.where(short, "公司", np.where(form == 2, "有限责任公司", "有限公司"))
    )
    head = np.where(short, "", np.where(form == 1, concatenated(m.PROVINCE, county), np.where(legal, "云岭", county)))
    firm = concatenated(head, brand, np.where(legal, np.where(short & (body == "律师事务所"), "律所", body), company))
    committee = concatenated(county, t["village"][h // 10**8 % 20], "村", np.where(short, "村委会", "村民委员会"))
    return np.where(~legal & (h // 10**9 % 4 == 0), committee, firm)


def render(rng: np.random.Generator, people: People, rates: Rates, out: Records) -> None:
    """Division, address and employer of each record."""
    who, total = out.person, len(out.person)
    moved = rng.random(total) < rates.address_moved
    registered = ~moved & (rng.random(total) < b.column("registered")[out.base])
    slot = np.where(moved, 1, np.where(registered, 2, 0))
    seed = people.addresses[who, slot]
    # half of the earlier and of the differing registered addresses lie in another county
    same = seed == people.addresses[who, 0]
    away = ~same & (mixed(seed, 31) % 2 == 0)
    county = np.where(
        away, np.where(slot == 2, people.home[who], mixed(seed, 37) % len(m.COUNTIES)), people.county[who]
    )
    form = np.where(rng.random(total) < 0.1, rng.integers(0, 4, total), b.column("address_format")[out.base])
    short = rng.random(total) < rates.address_short
    empty = rng.random(total) >= b.column("address")[out.base]
    lost = rng.random(total) < rates.address_missing
    out.columns["address"], out.empty["address"] = addresses(seed, county, form, short), empty | lost
    filled = ~(empty | lost)
    out.note(np.flatnonzero(lost & ~empty), "address.missing")
    out.note(np.flatnonzero(moved & filled), "address.moved")
    out.note(np.flatnonzero(registered & ~same & filled), "address.registered")
    out.note(np.flatnonzero(short & filled), "address.short")
    codes = texts(digits(county_code(county), 6))
    # some bases keep the city only
    city = rng.random(total) < 0.08
    codes = np.where(city, np.strings.add(np.strings.slice(codes, 0, 4), "00"), codes)
    out.columns["division"], out.empty["division"] = codes, rng.random(total) < 0.05

    left = rng.random(total) < rates.employer_moved
    left &= people.employers[who, 1] >= 0
    work = people.employers[who, np.where(left, 1, 0)]
    brief = rng.random(total) < rates.employer_short
    legal = people.lawyerly[who]
    names = employers(np.maximum(work, 0) + np.where(legal, 0, 10**9), legal, out.base, form, brief)
    none = (work < 0) | (rng.random(total) >= b.column("employer")[out.base])
    gone = rng.random(total) < rates.employer_missing
    out.columns["employer"], out.empty["employer"] = names, none | gone
    out.note(np.flatnonzero(gone & ~none), "employer.missing")
    out.note(np.flatnonzero(left & ~(none | gone)), "employer.moved")
    out.note(np.flatnonzero(brief & ~(none | gone)), "employer.short")
