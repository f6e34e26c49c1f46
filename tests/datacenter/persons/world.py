"""Standard tables with a few invented people, and a linker that a test can turn as it likes."""

from __future__ import annotations

import hashlib
import itertools
import json
import uuid
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pyarrow as pa

from xiezhi.datacenter.lake import tables
from xiezhi.datacenter.link.identity import check_digit
from xiezhi.datacenter.persons.linking import Asked, Linked
from xiezhi.datacenter.standards import declare, schema
from xiezhi.kernel.calendar import clock

ORDER: dict[str, int] = {}


def id_no(birth: date, serial: int, division: str = "990101") -> str:
    """A well-formed number of the invented province."""
    first = f"{division}{birth:%Y%m%d}{serial:03d}"
    return first + check_digit(first)


def put(code: str, rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Merge rows into a standard table; gives their record ids. `src_key` names a row; the rest is filled in."""
    declared = declare.tables.get(code)
    shape = schema.arrow(declared)
    table = tables.get(declared.lake_name).create(shape, keys=("row_id",), buckets=2)
    full = []
    for row in rows:
        key = str(row["src_key"])
        values = {f.name: None for f in shape} | dict(row)
        values["row_id"] = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{code}/{key}"))
        values |= {
            "src_system": "test",
            "src_key": key,
            "updated_at": clock.now(),
            "batch_id": "b",
            "division": row.get("division", "990101"),
        }
        text = json.dumps({k: v for k, v in values.items() if k != "updated_at"}, sort_keys=True, default=str)
        values["row_hash"] = hashlib.sha256(text.encode()).hexdigest()
        full.append(values)
    table.merge(pa.Table.from_pylist(full, schema=shape), ("row_id",), batch_id=uuid.uuid4().hex)
    return [f"{code}:{r['row_id']}" for r in full]


def lawyer(key: str, name: str, number: str, **more: Any) -> dict[str, Any]:
    return {
        "src_key": key, "name": name, "id_type": "111", "id_no": number, "license_no": f"1990{key}", "practice_kind": "01",
        "firm_usc": "31990000MD00000001", "firm_name": "云岭明理律师事务所", "status": "01", "valid_from": date(2020, 1, 1),
    } | more  # fmt: skip


def notary(key: str, name: str, number: str, **more: Any) -> dict[str, Any]:
    return {
        "src_key": key, "name": name, "id_type": "111", "id_no": number, "license_no": f"2990{key}", "office_usc": "32990000MD00000002",
        "office_name": "云岭省云州公证处", "appoint_date": date(2021, 3, 1), "status": "01",
    } | more  # fmt: skip


def subject(key: str, name: str, number: str, **more: Any) -> dict[str, Any]:
    return {
        "src_key": key, "name": name, "id_type": "111", "id_no": number, "subject_no": f"J{key}", "cc_type": "2", "deciding_body": "禾溪县人民法院",
        "term_start": date(2026, 1, 1), "term_end": date(2027, 1, 1), "exec_division": "990101", "minor_flag": False, "status": "04",
        "address": "云岭省禾溪县东山镇",
    } | more  # fmt: skip


class Linker:
    """Clusters by identity number, or as `groups` says; `gray` are pairs for review as (a, b, weight, two numbers)."""

    def __init__(self) -> None:
        self.groups: dict[str, str] = {}
        self.gray: list[tuple[str, str, float, bool]] = []
        self.calls: list[str] = []

    def __call__(self, con: Any, asked: Asked) -> Linked:
        self.calls.append("FULL" if asked.fresh is None else "FEW")
        where = (asked.fresh or asked.inputs) / "*.parquet"
        rows = con.execute(f"SELECT record_id, id_no FROM read_parquet('{where}', union_by_name = true)").fetchall()
        known = con.execute(
            f"SELECT record_id, id_no FROM read_parquet('{asked.inputs / '*.parquet'}', union_by_name = true)"
        ).fetchall()
        first: dict[str, str] = {}
        for record, number in sorted(known):
            if asked.fresh is None or record not in {r for r, _n in rows}:
                first.setdefault(self.groups.get(record, number or record), record)
        made = []
        for record, number in rows:
            head = first.setdefault(self.groups.get(record, number or record), record)
            made.append((record, head, None if head == record else head, "NUMBER" if head != record else "ALONE", 30.0))
        con.register("test_rows", pa.table({
            n: pa.array([m[i] for m in made], pa.float64() if n == "weight" else pa.string())
            for i, n in enumerate(("record_id", "cluster_id", "partner", "how", "weight"))
        }))  # fmt: skip
        con.register("test_gray", pa.table({
            "record_a": pa.array([g[0] for g in self.gray], pa.string()), "record_b": pa.array([g[1] for g in self.gray], pa.string()),
            "weight": pa.array([g[2] for g in self.gray], pa.float64()), "probability": pa.array([0.5 for _ in self.gray], pa.float64()),
            "evidence": pa.array(['{"chance":-2.0,"name":[9,4.5],"birth":[4,3.1]}' for _ in self.gray], pa.string()),
            "two_numbers": pa.array([g[3] for g in self.gray], pa.bool_()),
        }))  # fmt: skip
        con.execute(
            "CREATE OR REPLACE TEMP TABLE test_links AS SELECT * FROM test_rows; CREATE OR REPLACE TEMP TABLE test_pairs AS SELECT * FROM test_gray"
        )
        links = "(SELECT record_id AS record_a, partner AS record_b, weight FROM test_links WHERE partner IS NOT NULL)"
        return Linked("test_links", "test_pairs", links, "test-1", partial=asked.fresh is not None)


def person_of(record: str) -> str:
    """The id of the person to whom a record belongs now."""
    from xiezhi.datacenter.lake import duck
    from xiezhi.datacenter.persons.refreshing import RECORDS

    with duck.connect(threads=1) as con:
        found = con.execute(
            f"SELECT person_uid FROM {tables.get(RECORDS).sql()} WHERE record_id = ?", [record]
        ).fetchall()
    assert len(found) == 1, found
    return str(found[0][0])


def rows_of(name: str) -> list[dict[str, Any]]:
    """All rows of a lake table."""
    from xiezhi.datacenter.lake import duck

    with duck.connect(threads=1) as con:
        return con.sql(f"SELECT * FROM {tables.get(name).sql()}").to_arrow_table().to_pylist()


_STAFF = itertools.count(1)


def official(*roles: str, unit: Any = None) -> Any:
    """An account whose post has these roles, at a data center of its own where no unit is given."""
    from xiezhi.kernel.access import services as access
    from xiezhi.kernel.people import services as people
    from xiezhi.kernel.units import services as units

    n = next(_STAFF)
    if unit is None:
        unit = units.create_unit(
            name=f"云岭省司法厅数据中心{n}", level="PROV", kind="INSTITUTION", parent=None, valid_from=date(2024, 1, 1)
        )
    member = people.create_staff(f"数据人员{n}", demo=True)
    post = people.define_post(f"D{n}", f"数据岗{n}", roles, data_level_max=4)
    people.appoint(member, unit, post, valid_from=date(2024, 1, 1))
    return access.create_staff_account(member, username=f"data{n}", password="correct-horse-8", must_change=False)
