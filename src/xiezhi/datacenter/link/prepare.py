"""Reads the files of a folder, checks them and brings every column to comparable form, each distinct value once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from xiezhi.datacenter.link import bulk, identity, names, normalize
from xiezhi.datacenter.link.engines import Engine

COLUMNS = (
    "record_id", "base", "name", "id_type", "id_no", "sex", "birth_date", "phone", "division", "address", "employer", "license_no",
    "valid_from", "valid_to",
)  # fmt: skip
KEPT = tuple(column for column in COLUMNS if column not in {"record_id", "valid_from", "valid_to"})
REQUIRED = ("record_id", "base")
MOBILE = "^(86)?1[3-9][0-9]{9}$"
PLAIN_MOBILE = "^1[3-9][0-9]{9}$"
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
            engine.aside().map,
            "seen_address",
            f"SELECT address AS raw FROM {source} WHERE address IS NOT NULL GROUP BY address",
            _addresses,
            ADDRESS,
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
            f"SELECT rid, {', '.join(KEPT)}, clean FROM ({told_clean(f'(SELECT r.rid, {kept} FROM {source} i JOIN raw r ON i.record_id = r.record_id) t')}) c",
        )
        named.result()
        placed.result()
    engine.drop("input_once")
    return {"rows": facts["a"], "records": facts["c"], "repeated": facts["b"] - facts["c"]}


def told_clean(rows: str) -> str:
    """SQL for rows that have id_no, with `clean`: 1 for a valid identity number written cleanly (`identity.valid`), else 0, without any
    function of ours.

    The remainder by 11 is taken without splitting the number into digits: 10 is -1 there, so the digit at place k is, but for its sign,
    what the rests by two neighboring powers of ten differ by.
    """
    day, leap = "ymd % 10000", "(ymd - 229)"
    return (
        "SELECT *, CASE WHEN digits IS NULL THEN 0"
        f" WHEN ymd < {identity.FIRST_YEAR}0101 OR ymd > {identity.LAST_YEAR}1231 OR {day} < 101 OR {day} > 1231 OR ymd % 100 < 1 OR ymd % 100 > 31"
        f" OR {day} IN (230, 231, 431, 631, 931, 1131)"
        f" OR ({day} = 229 AND NOT ({leap} % 40000 = 0 AND ({leap} % 1000000 <> 0 OR {leap} % 4000000 = 0))) THEN 0"
        f" WHEN substr('{identity.CHECK}', ({_rest('high', identity.WEIGHTS[:8])} + {_rest('low', identity.WEIGHTS[8:])}) % 11 + 1, 1)"
        " = substr(id_no, 18, 1) THEN 1 ELSE 0 END AS clean"
        " FROM (SELECT *, CAST(substr(digits, 1, 8) AS INT) AS high, CAST(substr(digits, 9, 9) AS INT) AS low, CAST(substr(digits, 7, 8) AS INT) AS ymd"
        f" FROM (SELECT *, CASE WHEN regexp_like(id_no, '{identity.CLEAN}') THEN substr(id_no, 1, 17) END AS digits FROM {rows}) d) p"
    )


def _rest(column: str, weights: tuple[int, ...]) -> str:
    """SQL for the sum of weighted digits of a whole number, up to multiples of 11; fits 32 bits for nine digits."""
    signed = [weight * (-1) ** place for place, weight in enumerate(reversed(weights))]
    terms = [f"{(signed[k - 1] - signed[k]) % 11} * ({column} % {10**k})" for k in range(1, len(signed))]
    return " + ".join([*terms, f"{signed[-1] % 11} * ({column} % 11)"])


def _one(function: Callable[[str | None], str | None]) -> Callable[[pa.RecordBatch], pa.RecordBatch]:
    def each(batch: pa.RecordBatch) -> pa.RecordBatch:
        raw = batch.column(0)
        return pa.record_batch([raw.cast(pa.string()), bulk.each(function, raw)], schema=PAIR)

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
    raw = batch.column(0).cast(pa.string())
    return pa.record_batch([raw, *bulk.described_addresses(raw)], schema=ADDRESS)


def _numbers(batch: pa.RecordBatch) -> pa.RecordBatch:
    made = identity.canonical_batch(batch.column(0), batch.column(1))
    return pa.record_batch(
        [batch.column(0).cast(pa.string()), batch.column(1).cast(pa.string()), *made.columns], schema=NUMBER
    )


def _names(batch: pa.RecordBatch) -> pa.RecordBatch:
    made = bulk.described_names(batch.column(0))
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
        "seen_phone",
        some.format("phone", f" AND NOT regexp_like(phone, '{PLAIN_MOBILE}') AND NOT regexp_like({BARE}, '{MOBILE}')"),
        _one(normalize.phone),
        PAIR,
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
            WHEN regexp_like(r.phone, '{PLAIN_MOBILE}') THEN CASE WHEN replace(substr(r.phone, 4, 8), substr(r.phone, 4, 1), '') <> '' THEN r.phone END
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
