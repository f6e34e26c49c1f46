"""Resident identity numbers (GB 11643): one canonical form, and whether a number can be a number at all.

`canonical` is the reference, one value at a time; `canonical_batch` gives the same for an Arrow array and is fast on clean input.
A valid check digit shows that a number was written as issued, not that it belongs to the person it stands with.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from functools import lru_cache
from operator import mul
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK = "10X98765432"
FIRST_YEAR, LAST_YEAR = 1880, 2099
JUNK = frozenset(
    {
        "无",
        "不详",
        "未知",
        "空",
        "暂无",
        "没有",
        "未填",
        "不明",
        "未提供",
        "未登记",
        "缺失",
        "待补",
        "待核",
        "不知道",
        "其他",
        "同上",
    }
    | {"NULL", "NONE", "NAN", "N/A", "NA", "NIL", "UNKNOWN", "", "-", "--", "/", "\\", ".", "*", "?", "？", "X", "0"}
)
RESIDENT_TYPES = frozenset(
    {"1", "01", "10", "111", "居民身份证", "身份证", "二代身份证", "第二代居民身份证", "IDCARD", "RESIDENT"}
)
OTHER_TYPES = re.compile("护照|PASSPORT|港|澳|台|通行证|居留|军|警官|士官|驾驶|户口|签证|营业|信用")
SIGNS = str.maketrans({**dict.fromkeys("×✕╳ΧХхχ", "X"), **dict.fromkeys("〇○●", "0"), "＊": "*", "#": "*"})
OCR = str.maketrans("OoQDUIiLl|!ZzSsBbGgqTA", "0000011111122558669974"[:22])
CLEAN = r"^[1-9][0-9]{16}[0-9X]$"


class Identity(NamedTuple):
    """A number read: its kind ('R' resident, else the type of the document), text, state, and what it says of birth and sex.

    state: 'ok' well-formed with its check digit, 'bad' damaged or impossible, 'part' masked or only a piece, 'other' another document.
    """

    kind: str
    text: str | None
    state: str | None
    birth: str | None
    sex: str | None


NOTHING = Identity("R", None, None, None, None)


def check_digit(first: str) -> str:
    """The check digit of seventeen digits."""
    return CHECK[sum(map(mul, map(int, first), WEIGHTS)) % 11]


def real_date(text: str) -> bool:
    """Whether eight digits are a day of the calendar in the years a living or recorded person may be born in."""
    if len(text) != 8 or not text.isdigit() or not FIRST_YEAR <= int(text[:4]) <= LAST_YEAR:
        return False
    try:
        date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return False
    return True


def valid(number: str) -> bool:
    """Whether eighteen characters are a resident identity number with a real date and its right check digit."""
    return (
        len(number) == 18
        and number.isascii()
        and number[:17].isdigit()
        and number[0] != "0"
        and real_date(number[6:14])
        and check_digit(number[:17]) == number[17]
    )


def from_fifteen(number: str) -> str | None:
    """The eighteen digits of a number of fifteen (before 1999), or None if its date is none."""
    if len(number) != 15 or not number.isascii() or not number.isdigit():
        return None
    longer = f"{number[:6]}19{number[6:]}"
    return longer + check_digit(longer) if real_date(longer[6:14]) else None


def _strip(raw: str) -> str:
    text = unicodedata.normalize("NFKC", raw).translate(SIGNS)
    return re.sub(r"[^0-9A-Za-z*|!]", "", text) if text.strip().upper() not in JUNK else ""


def _digits(text: str) -> str:
    """Letters that a reader took for digits, put back; the last place of eighteen keeps its X."""
    put = text.translate(OCR).upper()
    return put[:17] + ("X" if text[17] in "xX" else put[17]) if len(text) == 18 else put


@lru_cache(maxsize=10_000)
def _sort(kind: str | None) -> str:
    return unicodedata.normalize("NFKC", kind or "").strip().upper()


def canonical(raw: str | None, kind: str | None = None) -> Identity:
    """Read an identity number as it stands in some file. Documents that are not resident cards keep their letters and have no check."""
    if raw is None:
        return NOTHING
    text = _strip(raw)
    digits = sum(map(str.isdigit, text))
    if digits < 4 or len(set(text.replace("*", ""))) <= 1:
        return NOTHING
    sort = _sort(kind)
    put = _digits(text)
    masked = "*" in text
    looks = 13 <= len(text) <= 20 and digits + text.count("*") >= len(text) - 4
    fine = looks and valid(put)
    if not fine:
        plain = re.sub(r"[^0-9A-Z*]", "", text.upper())
        if OTHER_TYPES.search(sort) or (sort not in RESIDENT_TYPES and not looks):
            return Identity("O", plain, "other", None, None)
        if masked:
            return Identity("R", plain, "part", None, None) if len(plain) in (15, 18) else NOTHING
        longer = from_fifteen(put)
        put = longer or put
        fine = valid(put) if longer or not looks else False
    if fine:
        return Identity("R", put, "ok", put[6:14], "1" if int(put[16]) % 2 else "2")
    return Identity("R", put[:24], "part" if len(put) < 13 else "bad", None, None)


def clean_ok(matrix: np.ndarray) -> np.ndarray:
    """For rows of eighteen ASCII codes, which are valid numbers."""
    digits = matrix.astype(np.int64) - 48
    remainder = (digits[:, :17] * np.asarray(WEIGHTS)).sum(axis=1) % 11
    right = np.frombuffer(CHECK.encode(), dtype=np.uint8)[remainder] == matrix[:, 17]
    year = digits[:, 6] * 1000 + digits[:, 7] * 100 + digits[:, 8] * 10 + digits[:, 9]
    month, day = digits[:, 10] * 10 + digits[:, 11], digits[:, 12] * 10 + digits[:, 13]
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    days = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])[month * (month <= 12)] + (leap & (month == 2))
    real = (day >= 1) & (day <= days) & (year >= FIRST_YEAR) & (year <= LAST_YEAR)
    return np.asarray(right & real)


SCHEMA = pa.schema(
    [
        ("id_kind", pa.string()),
        ("id_text", pa.string()),
        ("id_state", pa.string()),
        ("id_birth", pa.string()),
        ("id_sex", pa.string()),
    ]
)


def canonical_batch(numbers: pa.Array, kinds: pa.Array) -> pa.RecordBatch:
    """`canonical` for arrays of one length. Clean numbers of resident cards are checked in bulk."""
    numbers, kinds = numbers.cast(pa.string()), kinds.cast(pa.string())
    size = len(numbers)
    clean = np.asarray(
        pc.fill_null(pc.match_substring_regex(numbers, CLEAN), False).to_numpy(zero_copy_only=False), dtype=bool
    )
    good = np.zeros(size, dtype=bool)
    columns: list[np.ndarray] = [np.empty(size, dtype=object) for _ in SCHEMA]
    if clean.any():
        joined = "".join(numbers.filter(pa.array(clean)).to_pylist()).encode()
        matrix = np.frombuffer(joined, dtype=np.uint8).reshape(-1, 18)
        good[clean] = clean_ok(matrix)
        places = np.flatnonzero(good)
        texts = numbers.take(pa.array(places)).to_pylist()
        columns[0][places] = "R"
        columns[1][places] = texts
        columns[2][places] = "ok"
        columns[3][places] = [text[6:14] for text in texts]
        columns[4][places] = ["1" if text[16] in "13579" else "2" for text in texts]
    left = np.flatnonzero(~good)
    for place, number, kind in zip(
        left, numbers.take(pa.array(left)).to_pylist(), kinds.take(pa.array(left)).to_pylist(), strict=True
    ):
        for column, value in zip(columns, canonical(number, kind), strict=True):
            column[place] = value
    return pa.record_batch([pa.array(column, type=pa.string()) for column in columns], schema=SCHEMA)
