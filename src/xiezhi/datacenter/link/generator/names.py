"""Names by fashion of the generation, and the ways in which offices write a name differently."""

from __future__ import annotations

from functools import cache

import numpy as np

from xiezhi.datacenter.link.generator import material as m
from xiezhi.datacenter.link.generator.text import Codes, Ints, codes, joined, lengths, texts

__all__ = ["VARIANTS", "WIDTH", "given", "minority", "surnames", "varied"]

WIDTH = 20
"""Characters of the widest name."""
VARIANTS = {
    "homophone": 0.30,
    "glyph": 0.20,
    "variant": 0.08,
    "swapped": 0.05,
    "lost": 0.10,
    "added": 0.05,
    "renamed": 0.08,
    "rare": 0.02,
    "title": 0.05,
    "blanks": 0.07,
}
"""Shares of the kinds among names written differently; names with a dot have kinds of their own."""
DOT = ord("·")


def zipf(count: int, power: float, start: float = 2.0) -> np.ndarray:
    weights = 1.0 / (np.arange(count) + start) ** power
    return np.asarray(weights / weights.sum())


@cache
def _surnames() -> tuple[Codes, np.ndarray]:
    single = list(m.SURNAMES)
    weights = np.concatenate([zipf(len(single), 1.25, 6.0) * 0.998, np.full(len(m.COMPOUND), 0.002 / len(m.COMPOUND))])
    return codes([*single, *m.COMPOUND], 2), weights.cumsum() / weights.sum()


def surnames(rng: np.random.Generator, count: int) -> Codes:
    """Surnames by frequency, one or two characters."""
    table, cumulative = _surnames()
    return np.asarray(table[np.minimum(np.searchsorted(cumulative, rng.random(count)), len(table) - 1)])


def given(rng: np.random.Generator, sex: Ints, year: Ints) -> Codes:
    """Given names after sex (1 male, 2 female) and year of birth: one name of fashion or one or two characters of it."""
    out = np.zeros((len(sex), 2), dtype=np.uint32)
    cohort = np.searchsorted(np.array(m.COHORTS), year, side="right")
    for s in (1, 2):
        for c in range(len(m.COHORTS)):
            rows = np.flatnonzero((sex == s) & (cohort == c))
            if not len(rows):
                continue
            names = codes(m.GIVEN[str(s)][c].split(), 2)
            pool = codes(list(m.POOL[str(s)][c]), 1)[:, 0]
            known = names[rng.choice(len(names), len(rows), p=zipf(len(names), 0.9))]
            made = pool[rng.choice(len(pool), (len(rows), 2), p=zipf(len(pool), 0.6, 4.0))]
            made[rng.random(len(rows)) < (0.08, 0.14, 0.26, 0.3, 0.2, 0.1)[c], 1] = 0
            odd = rng.random(len(rows)) < 0.01
            made[odd, 0] = codes(list(m.RARE), 1)[rng.integers(0, len(m.RARE), int(odd.sum())), 0]
            out[rows] = np.where((rng.random(len(rows)) < 0.38)[:, None], known, made)
    return out


def minority(rng: np.random.Generator, count: int) -> Codes:
    """Names without a surname of the Han kind: with a middle dot, or of two or four characters."""
    out = np.zeros((count, WIDTH), dtype=np.uint32)
    dotted = rng.random(count) < 0.55
    for rows, table, dot in ((np.flatnonzero(dotted), m.DOTTED, "·"), (np.flatnonzero(~dotted), m.PLAIN, "")):
        first = rng.integers(0, len(table[0]), len(rows))
        second = rng.integers(0, len(table[1]), len(rows))
        out[rows] = codes([table[0][a] + dot + table[1][b] for a, b in zip(first, second, strict=True)], WIDTH)
    return out


@cache
def _tables() -> tuple[dict[int, list[int]], dict[int, list[int]], dict[int, list[int]]]:
    """Homophones, look-alikes and other forms of each character."""
    import opencc
    from pypinyin import Style, lazy_pinyin

    used = "".join([m.SURNAMES, *m.COMPOUND, *(p for s in m.POOL.values() for p in s), *(g.replace(" ", "") for s in m.GIVEN.values() for g in s)])  # fmt: skip
    common = list(dict.fromkeys(used))
    level1 = [bytes((a, b)).decode("gb2312") for a in range(0xB0, 0xD8) for b in range(0xA1, 0xFF) if not (a == 0xD7 and b > 0xF9)]  # fmt: skip
    everything = list(dict.fromkeys([*common, *level1]))
    sound = dict(zip(everything, lazy_pinyin(everything, style=Style.TONE3), strict=True))
    # surnames that are read in a way of their own
    sound.update({"曾": "zeng1", "单": "shan4", "解": "xie4", "任": "ren2", "仇": "qiu2", "区": "ou1", "查": "zha1", "盖": "ge3", "尉": "yu4", "翟": "zhai2", "覃": "qin2", "缪": "miao4", "卜": "bu3"})  # fmt: skip
    by_tone: dict[str, list[str]] = {}
    by_sound: dict[str, list[str]] = {}
    for char in [*common, *level1[::3]]:
        by_tone.setdefault(sound[char], []).append(char)
        by_sound.setdefault(sound[char].rstrip("12345"), []).append(char)
    homophones: dict[int, list[int]] = {}
    for char in common:
        same = [ord(c) for c in by_tone.get(sound[char], []) if c != char]
        near = [ord(c) for c in by_sound.get(sound[char].rstrip("12345"), []) if c != char]
        if same or near:
            homophones[ord(char)] = same * 3 + near
    glyphs: dict[int, list[int]] = {}
    for pair in m.SIMILAR.split():
        if len(pair) == 2 and pair[0] != pair[1]:
            glyphs.setdefault(ord(pair[0]), []).append(ord(pair[1]))
            glyphs.setdefault(ord(pair[1]), []).append(ord(pair[0]))
    variants: dict[int, list[int]] = {}
    for pair in m.VARIANTS.split():
        if len(pair) == 2 and pair[0] != pair[1]:
            variants.setdefault(ord(pair[0]), []).append(ord(pair[1]))
    convert = opencc.OpenCC("s2t").convert
    for char in common:
        other = convert(char)
        if len(other) == 1 and other != char:
            variants.setdefault(ord(char), []).append(ord(other))
    return homophones, glyphs, variants


def _replace(rng: np.random.Generator, row: list[int], table: dict[int, list[int]], spare: int) -> bool:
    """One character by one of its kin. The first `spare` characters (the surname) are touched seldom."""
    places = [i for i, c in enumerate(row) if c in table]
    if not places:
        return False
    late = [i for i in places if i >= spare]
    at = int(rng.choice(late if late and rng.random() < 0.85 else places))
    row[at] = int(rng.choice(table[row[at]]))
    return True


def _dotted(rng: np.random.Generator, row: list[int]) -> tuple[str, list[int]]:
    dot = row.index(DOT)
    kind = str(rng.choice(["dot", "nodot", "short", "homophone"], p=[0.35, 0.35, 0.2, 0.1]))
    if kind == "dot":
        row[dot] = ord(str(rng.choice(list(".•・‧． "))))
    elif kind == "nodot":
        del row[dot]
    elif kind == "short":
        row = row[:dot]
    else:
        homophones, _, _ = _tables()
        if not _replace(rng, row, homophones, 0):
            del row[dot]
            kind = "nodot"
    return "name." + kind, row


def varied(rng: np.random.Generator, names: Codes, other: Codes, spare: Ints) -> tuple[Codes, list[str]]:
    """The names written in another way, and what was done. `other` holds the person's other name (after a change of
    name), `spare` the length of the surname (0 for names without one)."""
    homophones, glyphs, variants = _tables()
    out = np.zeros_like(names)
    kinds: list[str] = []
    drawn = rng.choice(list(VARIANTS), len(names), p=list(VARIANTS.values()))
    sizes = lengths(names)
    for i in range(len(names)):
        row = [int(c) for c in names[i, : sizes[i]]]
        kind, head = str(drawn[i]), int(spare[i])
        if DOT in row and kind not in ("title", "blanks"):
            kind, row = _dotted(rng, row)
            kinds.append(kind)
            out[i, : len(row)] = row
            continue
        done = True
        if kind == "homophone":
            done = _replace(rng, row, homophones, head)
        elif kind == "glyph":
            done = _replace(rng, row, glyphs, head)
        elif kind == "variant":
            done = _replace(rng, row, variants, head)
        elif kind == "swapped":
            # the given name before the surname, or the two characters of the given name
            if len(row) - head == 2 and rng.random() < 0.7:
                row[head], row[head + 1] = row[head + 1], row[head]
            elif head:
                row = row[head:] + row[:head]
            else:
                done = False
        elif kind == "lost":
            done = len(row) > 2
            if done:
                del row[int(rng.integers(max(1, head), len(row)))]
        elif kind == "added":
            extra = int(rng.choice([ord("小"), ord("阿"), row[-1], row[-1]]))
            row.insert(len(row) if extra == row[-1] else max(1, head), extra)
        elif kind == "renamed":
            row = [int(c) for c in other[i] if c]
        elif kind == "rare":
            at = int(rng.integers(max(1, head), len(row))) if len(row) > max(1, head) else 0
            row[at] = ord(str(rng.choice(list("?？□*某"))))
        elif kind == "title":
            row += [ord(c) for c in str(rng.choice(list(m.TITLES)))]
        if kind == "blanks" or not done or row == [int(c) for c in names[i, : sizes[i]]]:
            kind = "blanks"
            blank = ord(str(rng.choice([" ", "　", "  "]))[0])
            at = int(rng.integers(1, len(row) + 1))
            row.insert(at, blank)
        kinds.append("name." + kind)
        out[i, : len(row)] = row
    return out, kinds


def joined_name(surname: Codes, own: Codes) -> Codes:
    """Surname and given name in one row of WIDTH."""
    both = joined(surname, own)
    return np.pad(both, ((0, 0), (0, WIDTH - both.shape[1])))


def as_texts(matrix: Codes) -> np.ndarray:
    return texts(matrix)
