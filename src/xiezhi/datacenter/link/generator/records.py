"""Records of persons as the bases hold them: with the errors of the rates, each noted beside the record."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from xiezhi.datacenter.link.generator import bases as b
from xiezhi.datacenter.link.generator import identity, names, places
from xiezhi.datacenter.link.generator.people import CHECKS, WEIGHTS, People, mixed
from xiezhi.datacenter.link.generator.rates import Rates
from xiezhi.datacenter.link.generator.text import Codes, Ints, Texts, digits, texts

__all__ = ["Records", "render"]

ID_CARD = "居民身份证"


@dataclass
class Records:
    """One chunk in columns; None stands for an empty field."""

    base: Ints
    person: Ints
    columns: dict[str, np.ndarray] = field(default_factory=dict)
    empty: dict[str, np.ndarray] = field(default_factory=dict)
    """True where the field is empty."""
    id_key: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype="<U20"))
    """The number that careful cleaning reads from what is written; "" where it reads none."""
    errors: list[tuple[Ints, Ints]] = field(default_factory=list)
    """(rows, codes of kinds)"""
    kinds: dict[str, int] = field(default_factory=dict)

    def note(self, rows: Ints, kind: str) -> None:
        code = self.kinds.setdefault(kind, len(self.kinds))
        self.errors.append((np.asarray(rows, dtype=np.int64), np.full(len(rows), code, dtype=np.int64)))

    def note_each(self, rows: Ints, kinds: list[str]) -> None:
        found = np.array([self.kinds.setdefault(kind, len(self.kinds)) for kind in kinds], dtype=np.int64)
        self.errors.append((np.asarray(rows, dtype=np.int64), found))


def chosen(rng: np.random.Generator, count: int, share: float | np.ndarray) -> Ints:
    return np.flatnonzero(rng.random(count) < share)


def render(rng: np.random.Generator, people: People, counts: Ints, rates: Rates, single_base: float = 0.0) -> Records:
    """`counts` records of each person, in random order; `single_base` is the share of persons who stand in one base only."""
    who = np.repeat(np.arange(len(people)), counts)
    rng.shuffle(who)
    total = len(who)
    mix = b.MIXES[np.where(people.lawyerly[who], 0, 1)].cumsum(axis=1)
    drawn = rng.random(total)
    if single_base:
        loyal = rng.random(len(people)) < single_base
        drawn = np.where(loyal[who], rng.random(len(people))[who], drawn)
    base = np.minimum((drawn[:, None] > mix).sum(axis=1), len(b.BASES) - 1)
    out = Records(base, who)
    _names(rng, people, rates, out)
    _numbers(rng, people, rates, out)
    _births(rng, people, rates, out)
    _phones(rng, people, rates, out)
    places.render(rng, people, rates, out)
    _licenses(rng, people, rates, out)
    sex = people.sex[who].copy()
    wrong = chosen(rng, total, rates.sex_wrong)
    sex[wrong] = 3 - sex[wrong]
    out.note(wrong, "sex.wrong")
    words = np.array([["", "1", "2"], ["", "男", "女"], ["", "男性", "女性"]])
    out.columns["sex"] = words[b.column("sex_format")[base], sex]
    out.empty["sex"] = np.zeros(total, dtype=bool)
    start = np.datetime64("1995-01-01") + (np.sqrt(rng.random(total)) * 11_400).astype(np.int64)
    out.columns["valid_from"] = dates(start, b.column("date_format")[base])
    out.empty["valid_from"] = rng.random(total) < 0.04
    end = start + rng.integers(180, 4_000, total)
    out.columns["valid_to"] = dates(end, b.column("date_format")[base])
    out.empty["valid_to"] = rng.random(total) < 0.55
    return out


def dates(days: np.ndarray, form: Ints) -> Texts:
    """Days as text: 2001-02-03, 20010203, 2001/2/3, 2001年2月3日, 2001.02.03."""
    year = days.astype("datetime64[Y]").astype(int) + 1970
    month = days.astype("datetime64[M]").astype(int) % 12 + 1
    day = (days - days.astype("datetime64[M]")).astype(int) + 1
    return written(year, month, day, form)


def written(year: Ints, month: Ints, day: Ints, form: Ints) -> Texts:
    out = np.zeros((len(year), 12), dtype=np.uint32)
    y, m, d = digits(year, 4), digits(month, 2), digits(day, 2)
    short_m, short_d = m.copy(), d.copy()
    for one in (short_m, short_d):
        small = one[:, 0] == 48
        one[small, 0], one[small, 1] = one[small, 1], 0
    for code, (first, second, last, short) in enumerate((("-", "-", "", False), ("", "", "", False), ("/", "/", "", True), ("年", "月", "日", True), (".", ".", "", False))):  # fmt: skip
        rows = np.flatnonzero(form == code)
        if not len(rows):
            continue
        signs = [np.full((len(rows), 1), ord(s) if s else 0, dtype=np.uint32) for s in (first, second, last)]
        mm, dd = (short_m, short_d) if short else (m, d)
        wide = np.concatenate([y[rows], signs[0], mm[rows], signs[1], dd[rows], signs[2]], axis=1)
        order = np.argsort(wide == 0, axis=1, kind="stable")
        out[rows, : wide.shape[1]] = np.take_along_axis(wide, order, axis=1)
    return texts(out)


def _names(rng: np.random.Generator, people: People, rates: Rates, out: Records) -> None:
    matrix: Codes = people.name[out.person]
    rows = chosen(rng, len(matrix), rates.name_variant)
    who = out.person[rows]
    matrix[rows], kinds = names.varied(rng, people.name[who], people.renamed[who], people.spare[who])
    out.note_each(rows, kinds)
    out.columns["name"] = texts(matrix)
    out.empty["name"] = np.zeros(len(matrix), dtype=bool)


def _numbers(rng: np.random.Generator, people: People, rates: Rates, out: Records) -> None:
    total = len(out.person)
    foreign = people.foreign[out.person]
    weight = b.column("id_weight")[out.base]
    missing = np.minimum(0.95, rates.id_missing * weight / max(weight.mean(), 1e-9))
    u = rng.random(total)
    owner = out.person.copy()
    present = u >= missing
    # the other errors exclude each other and lie in the rest, so that each keeps its share of all records
    rest = (u - missing) / np.maximum(1 - missing, 1e-9) * (1 - rates.id_missing)
    edges = np.cumsum([rates.id_other, rates.id_mistyped, rates.id_transposed, rates.id_ocr])
    kind = np.where(present & ~foreign, np.searchsorted(edges, rest, side="right"), 9)
    rows = np.flatnonzero(kind == 0)
    owner[rows], kinds = identity.others(rng, people, out.person[rows])
    out.note_each(rows, kinds)
    matrix: Codes = np.pad(people.number[owner], ((0, 0), (0, 6)))
    matrix, key, notes = identity.damaged(rng, matrix, kind, people.born[owner], rates)
    for where, name in notes:
        out.note(where, name)
    values = texts(matrix)
    formatted = chosen(rng, total, rates.id_format)
    formatted = formatted[(kind[formatted] != 9)]
    values = values.astype("<U40")
    for row in formatted:
        values[row] = identity.reformatted(rng, str(values[row]))
    out.note(formatted, "id.format")
    types = np.full(total, ID_CARD, dtype="<U10")
    strangers = np.flatnonzero(foreign)
    if len(strangers):
        who = people.phones[out.person[strangers], 0]
        renewed = rng.random(len(strangers)) < 0.25
        serial = mixed(np.where(renewed, who + 10**9, who), 17) % 10**8
        passport = who % 3 == 0
        types[strangers] = np.where(passport, "护照", "港澳居民来往内地通行证")
        values[strangers] = np.strings.add(np.where(passport, "E", "H"), texts(digits(serial, 8)))
        key = key.astype("<U20")
        key[strangers] = values[strangers]
        out.note(strangers[renewed & present[strangers]], "id.renewed")
    out.note(np.flatnonzero(~present), "id.missing")
    key = np.where(present, key, "")
    out.columns["id_no"], out.empty["id_no"] = values, ~present
    out.columns["id_type"] = types
    out.empty["id_type"] = ~present & (rng.random(total) < 0.6)
    out.id_key = key


def _births(rng: np.random.Generator, people: People, rates: Rates, out: Records) -> None:
    total = len(out.person)
    form = b.column("date_format")[out.base]
    born = people.born[out.person]
    year = born.astype("datetime64[Y]").astype(int) + 1970
    month = born.astype("datetime64[M]").astype(int) % 12 + 1
    day = (born - born.astype("datetime64[M]")).astype(int) + 1
    rows = chosen(rng, total, rates.birth_slip)
    kind = rng.choice(5, len(rows), p=[0.22, 0.30, 0.22, 0.16, 0.10])
    swap = rows[(kind == 0) & (day[rows] <= 12) & (day[rows] != month[rows])]
    month[swap], day[swap] = day[swap], month[swap]
    off = rows[(kind == 1) | ((kind == 0) & ~np.isin(rows, swap))]
    part = rng.integers(0, 4, len(off))
    step = rng.choice([-1, 1], len(off))
    a = off[part == 0]
    day[a] = np.clip(day[a] + step[part == 0], 1, 28)
    a = off[part == 1]
    month[a] = (month[a] - 1 + step[part == 1]) % 12 + 1
    day[a] = np.minimum(day[a], 28)
    a = off[part == 2]
    year[a] += step[part == 2]
    day[a] = np.minimum(day[a], 28)
    a = off[part == 3]
    year[a] += 10 * step[part == 3]
    day[a] = np.minimum(day[a], 28)
    lunar = rows[kind == 2]
    earlier = born[lunar] - rng.integers(19, 50, len(lunar))
    year[lunar] = earlier.astype("datetime64[Y]").astype(int) + 1970
    month[lunar] = earlier.astype("datetime64[M]").astype(int) % 12 + 1
    day[lunar] = (earlier - earlier.astype("datetime64[M]")).astype(int) + 1
    january = rows[kind == 3]
    month[january], day[january] = 1, 1
    only = rows[kind == 4]
    values = written(year, month, day, form)
    values[only] = texts(digits(year[only], 4))
    empty = rng.random(total) >= b.column("birth")[out.base]
    lost = chosen(rng, total, rates.birth_missing)
    out.note(lost[~empty[lost]], "birth.missing")
    empty[lost] = True
    for where, name in ((swap, "swapped"), (off, "digit"), (lunar, "lunar"), (january, "january"), (only, "year_only")):
        out.note(where[~empty[where]], "birth." + name)
    out.columns["birth_date"], out.empty["birth_date"] = values, empty


def _phones(rng: np.random.Generator, people: People, rates: Rates, out: Records) -> None:
    total = len(out.person)
    moved = rng.random(total) < rates.phone_moved
    slot = np.where(moved, rng.integers(1, 3, total), 0)
    serial = people.phones[out.person, slot]
    shared = chosen(rng, total, rates.phone_shared)
    serial[shared] = mixed(people.county[out.person[shared]] * 3 + rng.integers(0, 3, len(shared)), 5) % 10**8
    matrix = np.concatenate([digits(np.full(total, 154), 3), digits(serial, 8)], axis=1)
    form = b.column("phone_format")[out.base]
    # each base has its manner, and some rows that keep another
    form = np.where(rng.random(total) < 0.08, rng.integers(0, 5, total), form)
    values = texts(matrix).astype("<U24")
    a, c, d = texts(matrix[:, :3]), texts(matrix[:, 3:7]), texts(matrix[:, 7:])
    for code, (head, gap) in enumerate((("", ""), ("", "-"), ("", " "), ("+86 ", ""))):
        if code:
            rows = np.flatnonzero(form == code)
            parts = np.strings.add(np.strings.add(a[rows], gap), np.strings.add(np.strings.add(c[rows], gap), d[rows]))
            values[rows] = np.strings.add(head, parts)
    wide = np.flatnonzero(form == 4)
    values[wide] = texts(matrix[wide] + 0xFEE0)
    empty = rng.random(total) >= b.column("phone")[out.base]
    lost = chosen(rng, total, rates.phone_missing)
    out.note(lost[~empty[lost]], "phone.missing")
    empty[lost] = True
    for where, name in ((np.flatnonzero(moved), "phone.moved"), (shared, "phone.shared")):
        out.note(where[~empty[where]], name)
    out.columns["phone"], out.empty["phone"] = values, empty


def _licenses(rng: np.random.Generator, people: People, rates: Rates, out: Records) -> None:
    """One number for person and base; a person who comes back may get a new one."""
    total = len(out.person)
    own = people.phones[out.person, 2] * 10 + out.base
    again = rng.random(total) < 0.15
    serial = mixed(np.where(again, own + 10**12, own), 23) % 10**8
    year = 1996 + mixed(own, 29) % 28
    region = 99 * 100 + 1 + people.county[out.person] // 12
    matrix = np.concatenate([digits(region, 4), digits(year, 4), digits(serial, 8)], axis=1)
    rows = chosen(rng, total, rates.license_mistyped)
    at = rng.integers(4, 16, len(rows))
    matrix[rows, at] = (matrix[rows, at] - 48 + rng.integers(1, 10, len(rows)).astype(np.uint32)) % 10 + 48
    values = np.strings.add(b.column("prefix")[out.base], texts(matrix))
    empty = rng.random(total) >= b.column("license")[out.base]
    lost = chosen(rng, total, rates.license_missing)
    out.note(lost[~empty[lost]], "license.missing")
    empty[lost] = True
    out.note(rows[~empty[rows]], "license.mistyped")
    out.columns["license_no"], out.empty["license_no"] = values, empty


def valid_number(matrix: Codes) -> np.ndarray:
    """Whether 18 characters end in the check digit of the 17 before."""
    body = matrix[:, :17].astype(np.int64) - 48
    fine = ((body >= 0) & (body <= 9)).all(axis=1)
    total = (np.where((body >= 0) & (body <= 9), body, 0) * WEIGHTS).sum(axis=1)
    return np.asarray(fine & (matrix[:, 17] == CHECKS[total % 11]))
