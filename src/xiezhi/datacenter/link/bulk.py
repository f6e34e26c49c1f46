"""`names.describe` and `normalize.address` for whole columns: what is written plainly goes through tables of characters and places,
each looked up once, and only the rest through Python value by value. The results are the same, which tests hold them to.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from xiezhi.datacenter.link import names, normalize

PLAIN_NAME = re.compile("^[一-鿋]{2,3}$").pattern
PLAIN_ADDRESS = re.compile("^(?P<place>[一-鿋]{2,})(?P<house>[0-9][0-9一-鿋-]*)$").pattern
"""An address as most are written: a place, then a house without letters."""


def described_names(raw: pa.Array) -> pa.RecordBatch:
    """`names.describe` of every name."""
    raw = raw.cast(pa.string())
    plain = _true(pc.match_substring_regex(raw, PLAIN_NAME))
    plain &= ~_true(pc.match_substring_regex(raw, names.TITLES.pattern))
    plain &= ~_true(pc.is_in(raw, pa.array(sorted(names.NOBODY))))
    size = np.asarray(pc.fill_null(pc.utf8_length(raw), 0))
    places: list[np.ndarray] = []
    parts: list[list[pa.Array]] = []
    for length in (2, 3):
        mine = np.flatnonzero(plain & (size == length))
        made, known = _plain_names(raw.take(pa.array(mine)), length)
        plain[mine[~known]] = False
        places.append(mine[known])
        parts.append([column.filter(pa.array(known)) for column in made])
    rest = np.flatnonzero(~plain)
    rows = [names.describe(value) for value in raw.take(pa.array(rest)).to_pylist()]
    columns: Sequence[Any] = list(zip(*rows, strict=True)) if rows else [() for _ in names.SCHEMA]
    places.append(rest)
    parts.append([pa.array(column, field.type) for column, field in zip(columns, names.SCHEMA, strict=True)])
    return pa.record_batch(_in_order(places, parts), schema=names.SCHEMA)


def _plain_names(raw: pa.Array, length: int) -> tuple[list[pa.Array], np.ndarray]:
    """Columns of `names.SCHEMA` for names of two or three characters, and which of them are right: a double surname reads otherwise."""
    written = _codes(raw, length)
    seen, written_at = np.unique(written, return_inverse=True)
    simple = names.simplified()
    codes = np.array([ord(simple[chr(code)]) for code in seen.tolist()], dtype=np.uint32)[written_at].reshape(
        -1, length
    )
    kinds, at = np.unique(codes, return_inverse=True)
    at = at.reshape(-1, length)
    chars = [chr(code) for code in kinds.tolist()]
    tones = [names.reading(char) for char in chars]
    heads = [names.SURNAMES.get(char, tone) for char, tone in zip(chars, tones, strict=True)]
    looks = names.looks()
    char, tone, look = _text(chars), _text(tones), _text([looks.get(one, one) for one in chars])
    sound = _text([names.toneless(one) for one in tones])
    head_tone, head_sound = _text(heads), _text([names.toneless(one) for one in heads])
    columns = [pa.array(at[:, place]) for place in range(length)]
    in_order = [pa.array(column) for column in np.sort(at, axis=1).T]
    family, given = head_sound.take(columns[0]), _joined([sound.take(one) for one in columns[1:]])
    letters = [char.take(one) for one in columns]
    nothing = pa.nulls(len(raw), pa.string())
    made = [
        _joined(letters), _joined([family, given]), _joined([head_tone.take(columns[0]), *(tone.take(one) for one in columns[1:])], " "),
        family, given, _joined([char.take(one) for one in in_order]), _joined([look.take(one) for one in columns]),
        *letters, *([nothing] if length == 2 else []), pa.array(np.full(len(raw), length, dtype=np.int32)),
    ]  # fmt: skip
    if length == 2:
        return made, np.ones(len(raw), dtype=bool)
    return made, ~_true(pc.is_in(_joined(letters[:2]), pa.array(sorted(names.COMPOUND))))


def described_addresses(raw: pa.Array) -> list[pa.Array]:
    """`normalize.address` of every address: whole, road, county."""
    raw = raw.cast(pa.string())
    found = pc.extract_regex(raw, PLAIN_ADDRESS)
    plain = _true(found.is_valid())
    house = pc.struct_field(found, "house").filter(pa.array(plain))
    place = pc.struct_field(found, "place").filter(pa.array(plain)).dictionary_encode()
    read = [normalize.place(one) for one in place.dictionary.to_pylist()]
    known = np.array([one is not None for one in read], dtype=bool)
    at = place.indices
    right = known[np.asarray(at)] if len(read) else np.zeros(0, dtype=bool)
    road = pa.array([one[0] if one else None for one in read], pa.string()).take(at)
    county = pa.array([one[1] if one else None for one in read], pa.string()).take(at)
    numbers = pc.utf8_rtrim(pc.replace_substring_regex(house, "[^0-9]+", "-"), "-")
    mine = np.flatnonzero(plain)
    plain[mine[~right]] = False
    rest = np.flatnonzero(~plain)
    columns: Sequence[Any] = [(), (), ()]
    if len(rest):
        columns = list(zip(*map(normalize.address, raw.take(pa.array(rest)).to_pylist()), strict=True))
    keep = pa.array(right)
    parts = [
        [column.filter(keep) for column in (_joined([road, numbers]), road, county)],
        [pa.array(column, pa.string()) for column in columns],
    ]
    return _in_order([mine[right], rest], parts)


def each(function: Callable[[str | None], str | None], raw: pa.Array) -> pa.Array:
    """A function of one text for every text of a column."""
    return pa.array([function(value) for value in raw.to_pylist()], pa.string())


def _true(found: pa.Array) -> np.ndarray:
    return np.array(pc.fill_null(found, False).to_numpy(zero_copy_only=False), dtype=bool)


def _text(values: list[str]) -> pa.Array:
    return pa.array(values, pa.string())


def _joined(columns: list[pa.Array], between: str = "") -> pa.Array:
    return columns[0] if len(columns) == 1 else pc.binary_join_element_wise(*columns, between)


def _codes(texts: pa.Array, length: int) -> np.ndarray:
    """The code points of texts of one length, a row each."""
    return np.frombuffer("".join(texts.to_pylist()).encode("utf-32-le"), dtype=np.uint32).reshape(-1, length)


def _in_order(places: list[np.ndarray], parts: list[list[pa.Array]]) -> list[pa.Array]:
    """Columns put together of parts whose rows belong to these places."""
    where = np.concatenate(places)
    back = np.empty(len(where), dtype=np.int64)
    back[where] = np.arange(len(where))
    return [pa.concat_arrays(list(columns)).take(pa.array(back)) for columns in zip(*parts, strict=True)]
