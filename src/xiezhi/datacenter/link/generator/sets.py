"""Writing a benchmark set: chunks of persons, one Parquet file for a base, the truth beside them."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from xiezhi.datacenter.link.generator import bases as b
from xiezhi.datacenter.link.generator import people as p
from xiezhi.datacenter.link.generator import records as r
from xiezhi.datacenter.link.generator.rates import Rates
from xiezhi.datacenter.link.generator.text import digits, texts

__all__ = ["COLUMNS", "VERSION", "generate"]

VERSION = 1
"""Of the generator: sets of different versions are not comparable."""
CHUNK = 250_000
"""Records drawn at once; the memory needed grows with it and not with the size of the set."""
COLUMNS = (
    "record_id", "base", "name", "id_type", "id_no", "sex", "birth_date", "phone", "division", "address", "employer",
    "license_no", "valid_from", "valid_to",
)  # fmt: skip
RECORDS = pa.schema([(name, pa.string()) for name in COLUMNS])
TRUTH = pa.schema(
    [("record_id", pa.string()), ("person_id", pa.int64()), ("id_key", pa.string()), ("errors", pa.list_(pa.string()))]
)
_IDS = 10_000_000_019
"""A prime: record ids are a permutation of the numbers, so that their order tells nothing."""


def generate(
    folder: Path | str,
    *,
    records: int,
    seed: int = 1,
    rates: Rates | None = None,
    single_base: float = 0.0,
    without: Sequence[str] = (),
    progress: Callable[[int], None] | None = None,
) -> dict[str, object]:
    """Write `records` records of a fictional population to `folder`: `records/<base>.parquet`, `truth.parquet`,
    `manifest.json`. The same arguments give the same bytes.

    `single_base` is the share of persons all of whose records lie in one base; columns named in `without` stay empty. `progress` gets the records so far. Returns
    the manifest. Raises ValueError for fewer than 1 or more than 2,000,000,000 records.
    """
    if unknown := set(without) - set(COLUMNS[2:]):
        raise ValueError(f"These columns cannot be left out: {', '.join(sorted(unknown))}")
    if not 1 <= records <= 2_000_000_000:
        raise ValueError("records must lie between 1 and 2,000,000,000")
    rates = rates or Rates()
    folder = Path(folder)
    (folder / "records").mkdir(parents=True, exist_ok=True)
    chunks = -(-records // CHUNK)
    size = CHUNK
    mean = float((b.COUNTS * np.arange(1, 7)).sum())
    employers = max(40, int(records / mean / 25))
    done = persons = 0
    sizes = dict.fromkeys((base.code for base in b.BASES), 0)
    errors: dict[str, int] = {}
    with ExitStack() as stack:
        writers = {
            base.code: stack.enter_context(pq.ParquetWriter(folder / "records" / f"{base.code}.parquet", RECORDS, compression="zstd"))
            for base in b.BASES
        }  # fmt: skip
        truth = stack.enter_context(pq.ParquetWriter(folder / "truth.parquet", TRUTH, compression="zstd"))
        for chunk in range(chunks):
            rng = np.random.default_rng([seed, chunk, VERSION])
            want = min(size, records - done)
            people = p.draw(
                rng, int(want / mean * 1.02) + 40, first=persons, chunk=chunk, chunks=chunks, employers=employers
            )
            counts = _counts(rng, people, want)
            made = r.render(rng, people, counts, rates, single_base)
            for name in without:
                made.empty[name] = np.ones(want, dtype=bool)
            if "id_no" in without:
                made.id_key[:] = ""
            _write(made, writers, truth, first=done, persons=persons, sizes=sizes, errors=errors)
            done += want
            persons += len(people)
            if progress:
                progress(done)
    manifest: dict[str, object] = {
        "generator": VERSION, "records": records, "seed": seed, "rates": rates.as_dict(), "single_base": single_base, "without": list(without),
        "bases": sizes, "errors": dict(sorted(errors.items())),
    }  # fmt: skip
    (folder / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return manifest


def _counts(rng: np.random.Generator, people: p.People, want: int) -> np.ndarray:
    """Records of each person, `want` in all; households stay together where the set ends."""
    counts = rng.choice(6, len(people), p=b.COUNTS) + 1
    order = np.argsort(people.household, kind="stable")
    total = counts[order].cumsum()
    if total[-1] < want:
        # a draw with fewer records than expected: the last persons come once more
        short = want - int(total[-1])
        extra = np.arange(short) % len(people)
        np.add.at(counts, order[::-1][extra], 1)
        return counts
    beyond = np.maximum(0, total - want)
    counts[order] = np.maximum(0, counts[order] - beyond)
    return counts


def _write(
    made: r.Records,
    writers: dict[str, pq.ParquetWriter],
    truth: pq.ParquetWriter,
    *,
    first: int,
    persons: int,
    sizes: dict[str, int],
    errors: dict[str, int],
) -> None:
    total = len(made.base)
    number = (np.arange(first, first + total) * 4_001_003 + 1_234_567) % _IDS
    keys = np.array([base.key for base in b.BASES])[made.base]
    ids = np.strings.add(keys, texts(digits(number, 11)))
    arrays: dict[str, pa.Array] = {"record_id": pa.array(ids)}
    for name in COLUMNS[2:]:
        arrays[name] = pa.array(made.columns[name], type=pa.string(), mask=made.empty[name])
    for code, base in enumerate(b.BASES):
        rows = np.flatnonzero(made.base == code)
        sizes[base.code] += len(rows)
        if not len(rows):
            continue
        take = pa.array(rows)
        columns = [pa.array([base.title] * len(rows)) if n == "base" else arrays[n].take(take) for n in COLUMNS]
        writers[base.code].write_table(pa.table(columns, schema=RECORDS))
    rows = np.concatenate([where for where, _ in made.errors])
    codes = np.concatenate([kind for _, kind in made.errors])
    order = np.argsort(rows, kind="stable")
    rows, codes = rows[order], codes[order]
    names = list(made.kinds)
    for name, count in zip(names, np.bincount(codes, minlength=len(names)), strict=True):
        errors[name] = errors.get(name, 0) + int(count)
    offsets = np.searchsorted(rows, np.arange(total + 1)).astype(np.int32)
    listed = pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32)), pa.array(names)).cast(pa.string())
    key = pa.array(made.id_key, type=pa.string(), mask=made.id_key == "")
    truth.write_table(
        pa.table(
            [
                arrays["record_id"],
                pa.array(made.person + persons),
                key,
                pa.ListArray.from_arrays(pa.array(offsets), listed),
            ],
            schema=TRUTH,
        )
    )
