"""Reads the files of a folder, checks them and brings every column to comparable form, each distinct value once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from xiezhi.datacenter.link import identity, names, normalize
from xiezhi.datacenter.link.engines import DuckEngine, Engine

COLUMNS = (
    "record_id", "base", "name", "id_type", "id_no", "sex", "birth_date", "phone", "division", "address", "employer", "license_no",
    "valid_from", "valid_to",
)  # fmt: skip
KEPT = tuple(column for column in COLUMNS if column not in {"record_id", "valid_from", "valid_to"})
REQUIRED = ("record_id", "base")
MOBILE = "^(86)?1[3-9][0-9]{9}$"
BARE = "translate(phone, '+- ', '')"
DIVISION = "^[0-9]{6}$"
ISO_DAY = "^[0-9]{4}-?[0-9]{2}-?[0-9]{2}$"
LICENSE = "^[A-Z0-9]{5,}$"
SAME_DIGITS = ", ".join(f"'{digit * 8}'" for digit in "0123456789")
CROWDS = {"phone": (24, 16), "address": (80, 60), "license_no": (8, 6)}
"""From how many records with how many different names on a value is a filler or a switchboard's and tells no one person."""
BIRTHS = (40, 30, 12.0)
"""The same for a birth date, which also has to be this many times as frequent as dates are on the average."""


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
    """Tables `raw` (every record_id once, numbered in order: rid), `first` (its columns as text, `clean` telling valid numbers),
    `seen_name` and `seen_address` (the distinct ones, described). Counts of what was left out.
    """
    present = set(engine.read("source", files))
    chosen = ", ".join(
        f"CAST({column} AS VARCHAR(65535)) AS {column}"
        if column in present
        else f"CAST(NULL AS VARCHAR(65535)) AS {column}"
        for column in COLUMNS
    )
    chosen = chosen.replace("VARCHAR(65535)", "STRING" if engine.name == "spark" else "VARCHAR")
    engine.table("input", f"SELECT {chosen} FROM source", passing=True)
    numbered = (
        "SELECT CAST(row_number() OVER (ORDER BY record_id) AS BIGINT) AS rid, dense_rank() OVER (ORDER BY record_id) AS place,"
        " record_id FROM {0}"
    )
    engine.table("raw", numbered.format("input"))
    facts = engine.arrow("SELECT count(*) AS a, count(record_id) AS b, max(place) AS c FROM raw").to_pylist()[0]
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
        )
        engine.table("raw", numbered.format("input_once"))
    kept = ", ".join(f"i.{column}" for column in KEPT)
    source = "input_once" if facts["c"] < facts["b"] else "input"
    with ThreadPoolExecutor(2) as beside:
        placed = beside.submit(
            _map_addresses,
            engine.aside(),
            f"SELECT address AS raw FROM {source} WHERE address IS NOT NULL GROUP BY address",
        )
        named = beside.submit(
            engine.aside().map,
            "seen_name",
            f"SELECT name AS raw, count(*) AS rows FROM {source} WHERE name IS NOT NULL GROUP BY name",
            _names,
            NAMED,
        )
        engine.table(
            "first",
            f"SELECT r.rid, {kept}, {clean_number('i.id_no')} AS clean FROM {source} i JOIN raw r ON i.record_id = r.record_id",
        )
        named.result()
        placed.result()
    engine.drop("input_once")
    return {"rows": facts["a"], "records": facts["c"], "repeated": facts["b"] - facts["c"]}


def clean_number(column: str) -> str:
    """SQL for whether a text is a valid identity number written cleanly (`identity.valid`), without any function of ours."""
    digits = " + ".join(
        f"(ascii(substr({column}, {place}, 1)) - 48) * {weight}"
        for place, weight in enumerate(identity.WEIGHTS, start=1)
    )
    month, day, year = (f"substr({column}, {start}, {size})" for start, size in ((11, 2), (13, 2), (7, 4)))
    leap = (
        f"substr({column}, 9, 2) <> '00' AND (ascii(substr({column}, 9, 1)) * 10 + ascii(substr({column}, 10, 1))) % 4 = 0"
        f" OR {year} = '2000'"
    )
    return (
        f"CASE WHEN {column} IS NULL OR NOT regexp_like({column}, '^[1-9][0-9]{{16}}[0-9X]$') THEN 0"
        f" WHEN {year} < '{identity.FIRST_YEAR}' OR {year} > '{identity.LAST_YEAR}' OR {month} < '01' OR {month} > '12' OR {day} < '01'"
        f" OR {day} > '31' OR ({day} = '31' AND {month} IN ('04', '06', '09', '11')) OR ({month} = '02' AND {day} > '29')"
        f" OR ({month} = '02' AND {day} = '29' AND NOT ({leap})) THEN 0"
        f" WHEN substr('{identity.CHECK}', CAST(({digits}) % 11 AS INT) + 1, 1) = substr({column}, 18, 1) THEN 1 ELSE 0 END"
    )


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
    ]
)
NAMED = pa.schema([pa.field("raw", pa.string()), pa.field("rows", pa.int64()), *names.SCHEMA])


def _addresses(batch: pa.RecordBatch) -> pa.RecordBatch:
    raw = batch.column(0)
    columns = list(zip(*(normalize.address(value) for value in raw.to_pylist()), strict=True)) or [(), (), ()]
    return pa.record_batch(
        [raw.cast(pa.string()), *(pa.array(column, pa.string()) for column in columns)], schema=ADDRESS
    )


def described_addresses(values: pa.Table) -> pa.Table:
    """The table `seen_address` of a column of addresses."""
    return pa.Table.from_batches(
        [_addresses(batch) for batch in values.to_batches(max_chunksize=100_000)], schema=ADDRESS
    )


def _map_addresses(engine: Engine, sql: str) -> None:
    if isinstance(engine, DuckEngine):
        from xiezhi.datacenter.link import apart

        engine.put("seen_address", apart.addresses(engine.arrow(sql), engine.folder))
    else:
        engine.map("seen_address", sql, _addresses, ADDRESS)


def _numbers(batch: pa.RecordBatch) -> pa.RecordBatch:
    made = identity.canonical_batch(batch.column(0), batch.column(1))
    return pa.record_batch(
        [batch.column(0).cast(pa.string()), batch.column(1).cast(pa.string()), *made.columns], schema=NUMBER
    )


def _names(batch: pa.RecordBatch) -> pa.RecordBatch:
    made = names.describe_batch(batch.column(0))
    return pa.record_batch(
        [batch.column(0).cast(pa.string()), batch.column(1).cast(pa.int64()), *made.columns], schema=NAMED
    )


def normalize_all(engine: Engine) -> None:
    """Table `core`: number, name, birth date and sex of each record; table `named`: one row a name with its sound, shape and frequency.

    What is already written as it should be is told by SQL; only the rest of the distinct values goes through Python.
    """
    some = "SELECT {0} AS raw FROM first WHERE {0} IS NOT NULL{1} GROUP BY {0}"
    engine.map(
        "seen_number",
        "SELECT id_no, id_type FROM first WHERE id_no IS NOT NULL AND clean = 0 GROUP BY id_no, id_type",
        _numbers,
        NUMBER,
    )
    engine.map(
        "seen_birth",
        some.format("birth_date", f" AND NOT regexp_like(birth_date, '{ISO_DAY}')"),
        _one(normalize.day),
        PAIR,
    )
    rows, people, times = BIRTHS
    engine.table(
        "void_birth",
        crowd(
            "birth_date",
            rows,
            people,
            f" AND count(*) > {times!r} * (SELECT count(birth_date) / (1.0 + count(DISTINCT birth_date)) FROM first)",
        ),
    )
    engine.map("seen_sex", some.format("sex", ""), _one(normalize.sex), PAIR)
    empty = ", ".join(f"'{day}'" for day in sorted(normalize.EMPTY_DATES))
    bare = "replace(f.birth_date, '-', '')"
    engine.table(
        "core",
        f"""SELECT f.rid, CASE WHEN f.clean = 1 THEN 'R' ELSE i.id_kind END AS id_kind, CASE WHEN f.clean = 1 THEN f.id_no ELSE i.id_text END AS id_text,
          CASE WHEN f.clean = 1 THEN 'ok' ELSE i.id_state END AS id_state,
          CASE WHEN f.clean = 1 THEN substr(f.id_no, 7, 8) ELSE i.id_birth END AS id_birth,
          CASE WHEN f.clean = 1 THEN CASE WHEN ascii(substr(f.id_no, 17, 1)) % 2 = 1 THEN '1' ELSE '2' END ELSE i.id_sex END AS id_sex,
          n.name, s.value AS sex,
          CASE WHEN v.raw IS NOT NULL THEN NULL WHEN regexp_like(f.birth_date, '{ISO_DAY}') THEN CASE WHEN {bare} NOT IN ({empty}) THEN {bare} END ELSE b.value END AS birth
        FROM first f
        LEFT JOIN seen_number i ON f.clean = 0 AND f.id_no = i.raw_no AND coalesce(f.id_type, '') = coalesce(i.raw_type, '')
        LEFT JOIN seen_name n ON f.name = n.raw
        LEFT JOIN seen_birth b ON f.birth_date = b.raw
        LEFT JOIN void_birth v ON f.birth_date = v.raw
        LEFT JOIN seen_sex s ON f.sex = s.raw""",
    )
    engine.table(
        "named",
        """SELECT name, max(tone) AS tone, max(sound) AS sound, max(look) AS look, max(sort) AS sort, max(family) AS family, max(given) AS given,
          max(first) AS first, max(second) AS second, max(third) AS third, max(size) AS size,
          sum(rows) / (SELECT CAST(sum(rows) AS DOUBLE) FROM seen_name) AS name_tf
        FROM seen_name WHERE name IS NOT NULL GROUP BY name""",
    )
    engine.drop("seen_number", "seen_name", "seen_birth", "seen_sex", "void_birth")


def crowd(column: str, rows: int, people: int, more: str = "") -> str:
    """SQL for the values of a column that so many records with so many different names share (column `raw`)."""
    return (
        f"SELECT {column} AS raw FROM first WHERE {column} IN (SELECT {column} FROM first WHERE {column} IS NOT NULL"
        f" GROUP BY {column} HAVING count(*) >= {rows}{more}) GROUP BY {column} HAVING count(DISTINCT name) >= {people}"
    )


def normalize_rest(engine: Engine) -> None:
    """Tables of the distinct phones, divisions, addresses, employers and licenses (`seen_…`), which `assemble` reads."""
    some = "SELECT {0} AS raw FROM first WHERE {0} IS NOT NULL{1} GROUP BY {0}"
    for column, (rows, people) in CROWDS.items():
        engine.table(f"void_{column}", crowd(column, rows, people))
    engine.map(
        "seen_phone", some.format("phone", f" AND NOT regexp_like({BARE}, '{MOBILE}')"), _one(normalize.phone), PAIR
    )
    engine.map(
        "seen_division",
        some.format("division", f" AND NOT regexp_like(division, '{DIVISION}')"),
        _one(normalize.division),
        PAIR,
    )
    engine.map("seen_employer", some.format("employer", ""), _one(normalize.employer), PAIR)
    engine.map(
        "seen_license",
        some.format("license_no", f" AND NOT regexp_like(license_no, '{LICENSE}')"),
        _one(normalize.license_number),
        PAIR,
    )


def assemble(engine: Engine) -> None:
    """Table `held`: every record with its entity (table `placed`) and all comparable columns; table `employed`: how common employers are."""
    bare = BARE.replace("phone", "r.phone")
    engine.table(
        "held",
        f"""SELECT c.*, q.rid AS drawn, r.base, n.sound, n.family, n.given, n.sort,
          CASE WHEN vp.raw IS NOT NULL THEN NULL
            WHEN regexp_like({bare}, '{MOBILE}') THEN CASE WHEN right({bare}, 8) NOT IN ({SAME_DIGITS}) THEN right({bare}, 11) END ELSE p.value END AS phone,
          CASE WHEN regexp_like(r.division, '{DIVISION}') THEN r.division ELSE d.value END AS division,
          CASE WHEN va.raw IS NULL THEN a.value END AS address, a.road, a.county, e.value AS employer,
          CASE WHEN vl.raw IS NOT NULL THEN NULL WHEN regexp_like(r.license_no, '{LICENSE}') THEN CASE WHEN replace(r.license_no, substr(r.license_no, 1, 1), '') <> '' THEN r.license_no END
            ELSE l.value END AS license
        FROM first r JOIN placed c ON r.rid = c.rid
        LEFT JOIN drawn q ON r.rid = q.rid
        LEFT JOIN named n ON c.name = n.name
        LEFT JOIN seen_phone p ON r.phone = p.raw
        LEFT JOIN seen_division d ON r.division = d.raw
        LEFT JOIN seen_address a ON r.address = a.raw
        LEFT JOIN seen_employer e ON r.employer = e.raw
        LEFT JOIN seen_license l ON r.license_no = l.raw
        LEFT JOIN void_phone vp ON r.phone = vp.raw
        LEFT JOIN void_address va ON r.address = va.raw
        LEFT JOIN void_license_no vl ON r.license_no = vl.raw""",
    )
    engine.drop(*(f"void_{column}" for column in CROWDS))
    engine.drop("first", "placed", "seen_phone", "seen_division", "seen_address", "seen_employer", "seen_license")
    engine.table(
        "employed",
        "SELECT employer, count(*) / CAST((SELECT count(employer) FROM held) AS DOUBLE) AS employer_tf FROM held"
        " WHERE employer IS NOT NULL GROUP BY employer",
    )
