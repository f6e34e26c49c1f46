"""What happens to an identity number on its way into a base."""

from __future__ import annotations

import numpy as np

from xiezhi.datacenter.link.generator.people import People, mixed
from xiezhi.datacenter.link.generator.rates import Rates
from xiezhi.datacenter.link.generator.text import Codes, Ints, texts

__all__ = ["OCR", "damaged", "others", "reformatted"]

OCR = {
    "0": "OOOoD",
    "1": "IIIl|",
    "2": "ZZz",
    "5": "SSs",
    "8": "BB",
    "X": "×✕*Ｋ",
}
"""What scanners read for a character; several of these point back to one digit only."""
HARD = {"6": "bG", "9": "gq", "4": "A", "7": "T", "3": "8", "0": "6"}
"""Readings from which the digit does not follow, or not alone: such a number fails its check."""
OTHERS = {"spouse": 0.3, "kin": 0.15, "colleague": 0.15, "clerk": 0.2, "random": 0.2}


def others(rng: np.random.Generator, people: People, rows: Ints) -> tuple[Ints, list[str]]:
    """Whose number stands in the records of `rows`: the spouse's, a parent's or child's, a colleague's, that of a clerk who
    typed the own one for many, or that of anybody."""
    total = len(people)
    drawn = rng.choice(list(OTHERS), len(rows), p=list(OTHERS.values()))
    by_work = np.argsort(people.employers[:, 0], kind="stable")
    place = np.empty(total, dtype=np.int64)
    place[by_work] = np.arange(total)
    out, kinds = np.empty(len(rows), dtype=np.int64), []
    clerks = max(1, len(rows) // 150)
    for i, row in enumerate(rows):
        kind, other = str(drawn[i]), -1
        if kind == "spouse":
            other = int(people.partner[row])
        elif kind == "kin":
            other = int(people.kin[row])
        elif kind == "colleague":
            other = int(by_work[min(total - 1, place[row] + 1)])
        elif kind == "clerk":
            other = int(mixed(np.array([int(rng.integers(0, clerks))]), 41)[0] % total)
        if other < 0 or other == row:
            kind, other = "random", int((row + 1 + rng.integers(0, max(1, total - 1))) % total)
        out[i] = other
        kinds.append("id.other_" + kind)
    return out, kinds


def damaged(
    rng: np.random.Generator, matrix: Codes, kind: Ints, born: np.ndarray, rates: Rates
) -> tuple[Codes, np.ndarray, list[tuple[Ints, str]]]:
    """Numbers with the errors of `kind` (1 mistyped, 2 transposed, 3 damaged by a scanner, 4 none), the number that careful
    cleaning reads ("" where it reads none), and what was done where."""
    notes: list[tuple[Ints, str]] = []
    key = texts(matrix[:, :18]).copy()
    rows = np.flatnonzero(kind == 1)
    at = rng.integers(6, 18, len(rows))
    at = np.where(rng.random(len(rows)) < 0.2, rng.integers(0, 6, len(rows)), at)
    old = np.where(matrix[rows, at] == ord("X"), 48, matrix[rows, at]) - 48
    matrix[rows, at] = (old + rng.integers(1, 10, len(rows)).astype(np.uint32)) % 10 + 48
    key[rows] = ""
    notes.append((rows, "id.mistyped"))
    rows = np.flatnonzero(kind == 2)
    at = rng.integers(0, 16, len(rows))
    for _ in range(12):
        same = matrix[rows, at] == matrix[rows, at + 1]
        at = np.where(same, rng.integers(0, 17, len(rows)), at)
    done = matrix[rows, at] != matrix[rows, at + 1]
    rows, at = rows[done], at[done]
    matrix[rows, at], matrix[rows, at + 1] = matrix[rows, at + 1].copy(), matrix[rows, at].copy()
    key[rows] = ""
    notes.append((rows, "id.transposed"))
    # only who was born before 2000 was ever given a number of 15 digits
    elder = (kind == 4) & (born < np.datetime64("1999-01-01"))
    share = min(0.95, rates.id_old15 * len(kind) / max(1, int(elder.sum())))
    rows = np.flatnonzero(elder & (rng.random(len(kind)) < share))
    matrix[rows, 6:15] = matrix[rows, 8:17]
    matrix[rows, 15:] = 0
    notes.append((rows, "id.old15"))
    rows = np.flatnonzero(kind == 3)
    hard = []
    for row in rows:
        table = HARD if rng.random() < 0.12 else OCR
        places = [i for i in range(18) if chr(matrix[row, i]) in table]
        if not places:
            table, places = OCR, [i for i in range(18) if chr(matrix[row, i]) in OCR]
        times = 1 if rng.random() < 0.6 else int(rng.integers(2, 5))
        for place in rng.permutation(places)[:times]:
            matrix[row, place] = ord(str(rng.choice(list(table[chr(matrix[row, place])]))))
        if table is HARD:
            hard.append(row)
    key[np.array(hard, dtype=np.int64)] = ""
    notes.append((rows, "id.ocr"))
    return matrix, key, notes


def reformatted(rng: np.random.Generator, value: str) -> str:
    """The same number written otherwise."""
    kind = int(rng.integers(0, 6))
    if value.endswith("X") and rng.random() < 0.6:
        return value[:-1] + "x"
    if kind == 0:
        return "".join(chr(ord(c) + 0xFEE0) if 33 <= ord(c) < 127 else c for c in value)
    if kind == 1 and len(value) > 14:
        return f"{value[:6]} {value[6:14]} {value[14:]}"
    if kind == 2:
        return "'" + value
    if kind == 3 and len(value) > 14:
        return f"{value[:6]}-{value[6:14]}-{value[14:]}"
    if kind == 4:
        return value + "　"
    return " " + value + " "
