"""Who stands in the bases: citizens of the province, and persons of their own for corrections and prisons.

Each record of a person is written as its base writes: an older name, another telephone, a number mistyped, read wrongly by a
scanner, in its 15-digit form, or missing. Rates follow what registers show; the same seed gives the same records.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

from xiezhi.kernel.units.ids import id18_complete

__all__ = ["Cast", "Man", "Written", "written"]

MISSING, TYPED, SWAPPED, SHORT, SCANNED, OTHERS = 0.04, 0.008, 0.004, 0.02, 0.005, 0.001
RENAMED, MOVED, NO_BIRTH, NO_PHONE = 0.01, 0.25, 0.06, 0.08
ALIKE = {
    "丽": "莉",
    "刚": "钢",
    "伟": "玮",
    "芳": "芬",
    "静": "婧",
    "明": "铭",
    "华": "桦",
    "军": "钧",
    "燕": "艳",
    "红": "虹",
}
SCAN = {"0": "O", "1": "I", "8": "B", "5": "S"}


@dataclass(frozen=True)
class Man:
    """A person as he is."""

    name: str
    sex: str
    id_no: str
    born: date
    phone: str
    address: str
    place: Any
    """The county: division, justice bureau, towns."""

    def age(self, on: date) -> int:
        return on.year - self.born.year - ((on.month, on.day) < (self.born.month, self.born.day))


@dataclass
class Written:
    """A person as one register writes him."""

    name: str
    id_type: str
    id_no: str
    sex: str
    birth: str
    phone: str
    address: str


def _born(id_no: str) -> date:
    return date(int(id_no[6:10]), int(id_no[10:12]), int(id_no[12:14]))


@dataclass
class Cast:
    """Everybody, drawn without repeating until a role asks for somebody again."""

    rng: Random
    today: date
    people: list[Man] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, world: Any, rng: Random, today: date) -> Cast:
        """Citizens of the province without those who have a story of their own."""
        found = cls(rng, today)
        for place in world.province.counties:
            for one in world.public.citizens[place.short]:
                found.people.append(Man(one.name, one.sex, one.id_no, _born(one.id_no), one.phone, one.address, place))
        found.people = found.people[: max(400, len(found.people))]
        return found

    def lawyers(self, world: Any) -> list[Man]:
        """The lawyers who act for parties elsewhere in the demonstration."""
        places = world.province.counties
        return [
            Man(c.name, c.sex, c.id_no, _born(c.id_no), c.phone, c.address, places[i % len(places)])
            for i, (c, _) in enumerate(world.public.lawyers)
        ]

    def draw(self, count: int, *, young: int = 25, old: int = 65, again: Sequence[Man] = ()) -> list[Man]:
        """`count` persons of an age who hold nothing yet; `again` come first, whatever they hold."""
        out = list(again)
        pool = [p for p in self.people if p.id_no not in self.taken and young <= p.age(self.today) < old]
        out += self.rng.sample(pool, min(max(0, count - len(out)), len(pool)))
        self.taken |= {p.id_no for p in out}
        return out

    def outsiders(self, count: int, places: Sequence[Any], *, young: int = 19, old: int = 70) -> list[Man]:
        """Persons who appear nowhere else in the demonstration: nobody with a matter or an account is under correction."""
        used = {p.id_no for p in self.people}
        out = []
        while len(out) < count:
            place = self.rng.choice(places)
            born = self.today - timedelta(days=self.rng.randint(young * 366, old * 365))
            serial = self.rng.randint(700, 998)
            number = id18_complete(f"{place.division.code[:6]}{born:%Y%m%d}{serial:03d}")
            if number in used:
                continue
            used.add(number)
            head, tail = self.rng.choice(self.people), self.rng.choice(self.people)
            sex = "1" if serial % 2 else "2"
            phone = f"1390000{self.rng.randint(0, 9999):04d}"
            address = f"{place.division.name}{self.rng.choice('东西南北')}街{self.rng.randint(1, 200)}号"
            out.append(Man(head.name[0] + tail.name[1:], sex, number, born, phone, address, place))
        return out


def written(rng: Random, one: Man, people: Sequence[Man], *, plain: bool = False) -> Written:
    """A record of a person. `plain`: a register that is well kept."""
    number, name = one.id_no, one.name
    chance = rng.random() * (4 if plain else 1)
    edge = 0.0
    for share, how in ((MISSING, "missing"), (TYPED, "typed"), (SWAPPED, "swapped"), (SHORT, "short"), (SCANNED, "scanned"), (OTHERS, "other")):  # fmt: skip
        edge += share
        if chance < edge:
            number = _wrong(rng, number, how, people)
            break
    if rng.random() < RENAMED:
        name = name[:-1] + ALIKE.get(name[-1], rng.choice(list(ALIKE.values())))
    phone = "" if rng.random() < NO_PHONE else one.phone
    if phone and rng.random() < MOVED:
        phone = f"1390000{rng.randint(0, 9999):04d}"
    birth = "" if rng.random() < NO_BIRTH else one.born.isoformat()
    return Written(name, "111" if number else "", number, one.sex, birth, phone, one.address)


def _wrong(rng: Random, number: str, how: str, people: Sequence[Man]) -> str:
    at = rng.randrange(6, 17)
    if how == "missing":
        return ""
    if how == "typed":
        return number[:at] + str((int(number[at]) + rng.randint(1, 9)) % 10) + number[at + 1 :]
    if how == "swapped":
        return number[: at - 1] + number[at] + number[at - 1] + number[at + 1 :]
    if how == "short" and number[6:8] == "19":
        return number[:6] + number[8:17]
    if how == "scanned":
        return number[:at] + SCAN.get(number[at], number[at]) + number[at + 1 :]
    if how == "other":
        return rng.choice(list(people)).id_no
    return number
