"""Reads the files of a folder, checks them and brings every column to comparable form, each distinct value once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from xiezhi.datacenter.link import identity, names, normalize
from xiezhi.datacenter.link.engines import Engine

COLUMNS = (
    "record_id", "base", "name", "id_type", "id_no", "sex", "birth_date", "phone", "division", "address", "employer", "license_no",
    "valid_from", "valid_to",
)  # fmt: skip
REQUIRED = ("record_id", "base")
MOBILE = "^(86)?1[3-9][0-9]{9}$"
BARE = "translate(phone, '+- ', '')"
DIVISION = "^[0-9]{6}$"


class InputError(Exception):
    """The folder cannot be linked as it stands; the message says why."""


def files_of(folder: Path) -> list[str]:
    """The Parquet files of a folder (and of its folders), each readable and with the columns that must be there."""
    if not folder.is_dir():
        raise InputError(f"{folder}: there is no such folder.")
    found = sorted(
        path
        for path in folder.rglob("*.parquet")
        if not any(part.startswith((".", "_")) for part in path.relative_to(folder).parts)
    )
    found = [path for path in found if path.is_file()]
    if not found:
        raise InputError(f"{folder}: no Parquet files.")
    for path in found:
        try:
            columns = pq.read_schema(path).names
        except (pa.ArrowInvalid, OSError) as error:
            raise InputError(f"{path.name}: not a Parquet file ({error}).") from error
        absent = [column for column in REQUIRED if column not in columns]
        if absent:
            raise InputError(f"{path.name}: column {', '.join(absent)} is missing.")
    return [str(path) for path in found]


def read(engine: Engine, files: list[str]) -> dict[str, int]:
    """Table `raw`: every row once, numbered by record_id (rid), all columns text. Counts of what was left out."""
    present = set(engine.read("source", files))
    chosen = ", ".join(
        f"CAST({column} AS VARCHAR(65535)) AS {column}"
        if column in present
        else f"CAST(NULL AS VARCHAR(65535)) AS {column}"
        for column in COLUMNS
    )
    chosen = chosen.replace("VARCHAR(65535)", "STRING" if engine.name == "spark" else "VARCHAR")
    engine.table("input", f"SELECT {chosen} FROM source", passing=True)
    facts = engine.arrow(
        "SELECT count(*) AS a, count(record_id) AS b, count(DISTINCT record_id) AS c FROM input"
    ).to_pylist()[0]
    if facts["b"] < facts["a"]:
        raise InputError(f"{facts['a'] - facts['b']} rows have no record_id.")
    if not facts["a"]:
        raise InputError("The files hold no rows.")
    if facts["c"] < facts["b"]:
        order = ", ".join(f"{column} NULLS LAST" for column in COLUMNS[1:])
        engine.table(
            "input_once",
            f"SELECT {', '.join(COLUMNS)} FROM (SELECT *, row_number() OVER (PARTITION BY record_id ORDER BY {order}) AS place FROM input) t"
            " WHERE place = 1",
            passing=True,
        )
    source = "input_once" if facts["c"] < facts["b"] else "input"
    engine.table("raw", f"SELECT CAST(row_number() OVER (ORDER BY record_id) AS BIGINT) AS rid, t.* FROM {source} t")
    engine.drop("input", "input_once")
    return {"rows": facts["a"], "records": facts["c"], "repeated": facts["b"] - facts["c"]}


def _one(function: Callable[[str | None], str | None]) -> Callable[[pa.RecordBatch], pa.RecordBatch]:
    def each(batch: pa.RecordBatch) -> pa.RecordBatch:
        raw = batch.column(0)
        return pa.record_batch(
            [raw.cast(pa.string()), pa.array([function(value) for value in raw.to_pylist()], pa.string())],
            ["raw", "value"],
        )

    return each


PAIR = pa.schema([("raw", pa.string()), ("value", pa.string())])
ADDRESS = pa.schema([("raw", pa.string()), ("value", pa.string()), ("road", pa.string()), ("county", pa.string())])
NUMBER = pa.schema(
    [
        pa.field("raw_no", pa.string()),
        pa.field("raw_type", pa.string()),
        *identity.SCHEMA,
        pa.field("id_sorted", pa.string()),
    ]
)
NAMED = pa.schema([pa.field("raw", pa.string()), pa.field("rows", pa.int64()), *names.SCHEMA])


def _addresses(batch: pa.RecordBatch) -> pa.RecordBatch:
    raw = batch.column(0)
    columns = list(zip(*(normalize.address(value) for value in raw.to_pylist()), strict=True)) or [(), (), ()]
    return pa.record_batch(
        [raw.cast(pa.string()), *(pa.array(column, pa.string()) for column in columns)], schema=ADDRESS
    )


def _numbers(batch: pa.RecordBatch) -> pa.RecordBatch:
    made = identity.canonical_batch(batch.column(0), batch.column(1))
    ordered = np.array(
        [None if text is None else "".join(sorted(text)) for text in made.column(1).to_pylist()], dtype=object
    )
    return pa.record_batch(
        [
            batch.column(0).cast(pa.string()),
            batch.column(1).cast(pa.string()),
            *made.columns,
            pa.array(ordered, pa.string()),
        ],
        schema=NUMBER,
    )


def _names(batch: pa.RecordBatch) -> pa.RecordBatch:
    made = names.describe_batch(batch.column(0))
    return pa.record_batch(
        [batch.column(0).cast(pa.string()), batch.column(1).cast(pa.int64()), *made.columns], schema=NAMED
    )


def normalize_all(engine: Engine) -> None:
    """Table `norm`: one row a record with comparable columns; table `named`: one row a name with its sound, shape and frequency."""
    some = "SELECT {0} AS raw FROM raw WHERE {0} IS NOT NULL{1} GROUP BY {0}"
    engine.map(
        "seen_number",
        "SELECT id_no, id_type FROM raw WHERE id_no IS NOT NULL GROUP BY id_no, id_type",
        _numbers,
        NUMBER,
    )
    engine.map(
        "seen_name", "SELECT name AS raw, count(*) AS rows FROM raw WHERE name IS NOT NULL GROUP BY name", _names, NAMED
    )
    engine.map("seen_birth", some.format("birth_date", ""), _one(normalize.day), PAIR)
    engine.map(
        "seen_phone", some.format("phone", f" AND NOT regexp_like({BARE}, '{MOBILE}')"), _one(normalize.phone), PAIR
    )
    engine.map(
        "seen_division",
        some.format("division", f" AND NOT regexp_like(division, '{DIVISION}')"),
        _one(normalize.division),
        PAIR,
    )
    engine.map("seen_address", some.format("address", ""), _addresses, ADDRESS)
    engine.map("seen_employer", some.format("employer", ""), _one(normalize.employer), PAIR)
    engine.map("seen_license", some.format("license_no", ""), _one(normalize.license_number), PAIR)
    engine.map("seen_sex", some.format("sex", ""), _one(normalize.sex), PAIR)
    bare = BARE.replace("phone", "r.phone")
    engine.table(
        "norm",
        f"""SELECT r.rid, r.base, i.id_kind, i.id_text, i.id_state, i.id_birth, i.id_sex, i.id_sorted, n.name, n.sound, n.family, n.given, n.sort,
          b.value AS birth, s.value AS sex,
          CASE WHEN regexp_like({bare}, '{MOBILE}') THEN right({bare}, 11) ELSE p.value END AS phone,
          CASE WHEN regexp_like(r.division, '{DIVISION}') THEN r.division ELSE d.value END AS division,
          a.value AS address, a.road, a.county, e.value AS employer, l.value AS license
        FROM raw r
        LEFT JOIN seen_number i ON r.id_no = i.raw_no AND coalesce(r.id_type, '') = coalesce(i.raw_type, '')
        LEFT JOIN seen_name n ON r.name = n.raw
        LEFT JOIN seen_birth b ON r.birth_date = b.raw
        LEFT JOIN seen_sex s ON r.sex = s.raw
        LEFT JOIN seen_phone p ON r.phone = p.raw
        LEFT JOIN seen_division d ON r.division = d.raw
        LEFT JOIN seen_address a ON r.address = a.raw
        LEFT JOIN seen_employer e ON r.employer = e.raw
        LEFT JOIN seen_license l ON r.license_no = l.raw""",
    )
    engine.table(
        "named",
        """SELECT name, max(tone) AS tone, max(sound) AS sound, max(look) AS look, max(sort) AS sort, max(family) AS family, max(given) AS given,
          max(first) AS first, max(second) AS second, max(third) AS third, max(size) AS size,
          sum(rows) / (SELECT CAST(sum(rows) AS DOUBLE) FROM seen_name) AS name_tf
        FROM seen_name WHERE name IS NOT NULL GROUP BY name""",
    )
    engine.table(
        "employed",
        "SELECT employer, count(*) / CAST((SELECT count(employer) FROM norm) AS DOUBLE) AS employer_tf FROM norm"
        " WHERE employer IS NOT NULL GROUP BY employer",
    )
    engine.drop(
        "seen_number",
        "seen_name",
        "seen_birth",
        "seen_phone",
        "seen_division",
        "seen_address",
        "seen_employer",
        "seen_license",
        "seen_sex",
    )
