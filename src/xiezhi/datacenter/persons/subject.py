"""主题库 of persons: `subject.sb_person` and `subject.sb_practitioner`, made from the records of each person.

Records of correction and prison are linked but say nothing here: no value of them, no role. Persons known from nowhere else
have no row. Whether there is such a record is the one flag `restricted_flag`, which has the highest level.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from xiezhi.datacenter.lake import duck, tables
from xiezhi.datacenter.persons import gather, roles
from xiezhi.datacenter.standards import declare, schema
from xiezhi.kernel.people import crypto

__all__ = ["PERSON", "PRACTITIONER", "create", "id_key", "plan", "write"]

PERSON, PRACTITIONER = "sb_person", "sb_practitioner"
BUCKETS = 8
_ROLE_KINDS = {
    "LAWYER": "01", "LAWYER_FULL": "01", "LAWYER_PART": "01", "LAWYER_PUBLIC": "01", "LAWYER_COMPANY": "01", "LAWYER_AID": "01",
    "LAWYER_MILITARY": "01", "NOTARY": "02", "APPRAISER": "03", "GRASS": "04", "MEDIATOR": "05", "QUALIFIED": "06",
}  # fmt: skip


def id_key(id_type: str | None, id_no: str | None) -> str | None:
    """Keyed hash of an identity number in its canonical form: numbers can be looked up but not tried out without the key.
    None where the number is no whole number."""
    from xiezhi.datacenter.link import identity

    found = identity.canonical(id_no, id_type)
    if found.text is None or found.state not in ("ok", "other"):
        return None
    return crypto.blind("persons.id", f"{found.kind}\0{found.text}").hex()


def _declared(code: str) -> declare.Table:
    return declare.tables.get(code)


def create(code: str) -> tables.LakeTable:
    """The lake table of a subject table, made where it is not there."""
    table = _declared(code)
    return tables.get(table.lake_name).create(
        schema.arrow(table), keys=table.keys, buckets=BUCKETS, level=table.level, retention_days=table.retention_days
    )


def plan(con: Any, folder: Path) -> None:
    """Lay down the rows of the persons that change as files of `folder`, from the relations of a refresh."""
    con.execute("""
        CREATE TEMP TABLE concerned_uids AS
        SELECT person_uid FROM changed_records UNION SELECT s.person_uid FROM stored AS s JOIN changed_records USING (record_id)
        UNION SELECT person_uid FROM gone UNION SELECT person_uid FROM forced
    """)
    restricted = ", ".join(map(duck.text, sorted(gather.RESTRICTED_BASES)))
    con.execute(f"""
        CREATE TEMP TABLE members AS
        SELECT n.person_uid, p.*, p.base IN ({restricted}) AS restricted
        FROM now_records AS n JOIN concerned_uids USING (person_uid) JOIN people AS p ON p.record_id = n.record_id
    """)
    con.execute("CREATE TEMP VIEW open_members AS SELECT * FROM members WHERE NOT restricted")
    con.execute(f"CREATE TEMP TABLE role_rows AS SELECT m.person_uid, m.name, r.* FROM {roles.roles_sql()} AS r "
                "JOIN open_members AS m ON m.record_id = r.record_id")  # fmt: skip
    _copy(con, PERSON, _persons(), folder / "persons.parquet")
    _copy(con, PRACTITIONER, _practitioners(), folder / "practitioners.parquet")
    con.execute(
        f"COPY (SELECT person_uid FROM concerned_uids) TO {duck.text(str(folder / 'uids.parquet'))} (FORMAT parquet)"
    )


def _common(key: str) -> dict[str, str]:
    return {
        "row_id": f"CAST(md5({key}) AS UUID)::VARCHAR", "src_system": "'xiezhi'", "src_key": key, "updated_at": "now()",
        "batch_id": "'persons'",
    }  # fmt: skip


def _best(column: str) -> str:
    """The value most records of the person have, the smallest of several; NULL without any."""
    return (
        f"(SELECT person_uid, arg_min({column}, (-n, {column})) AS {column} FROM (SELECT person_uid, {column}, count(*) AS n "
        f"FROM open_members WHERE nullif(trim({column}), '') IS NOT NULL GROUP BY ALL) GROUP BY person_uid)"
    )


def _persons() -> tuple[dict[str, str], str]:
    """Expressions of the columns of sb_person and the text after FROM."""
    values = ("name", "id_no", "sex", "birth_date", "phone", "address", "division")
    joins = " ".join(f"LEFT JOIN {_best(v)} AS b_{v} USING (person_uid)" for v in values)
    source = f"""
        (SELECT person_uid, count(*) AS record_count FROM open_members GROUP BY person_uid) AS c
        LEFT JOIN (SELECT person_uid, bool_or(restricted) AS flag FROM members GROUP BY person_uid) AS f USING (person_uid)
        {joins}
        LEFT JOIN (SELECT m.person_uid, m.id_no, min(m.id_type) AS id_type FROM open_members AS m GROUP BY ALL) AS t
            ON t.person_uid = c.person_uid AND t.id_no = b_id_no.id_no
        LEFT JOIN (
            SELECT person_uid, CAST(to_json(list({{'kind': kind, 'unit': coalesce(holder_name, holder), 'license_no': license_no,
                'from': CAST(valid_from AS VARCHAR), 'to': CAST(valid_to AS VARCHAR), 'source': source}}
                ORDER BY valid_from, kind, holder)) AS VARCHAR) AS roles
            FROM role_rows GROUP BY person_uid
        ) AS r USING (person_uid)
    """
    expressions = _common("c.person_uid") | {
        "person_uid": "c.person_uid", "name": "b_name.name", "id_type": "t.id_type", "id_no": "b_id_no.id_no", "sex": "b_sex.sex",
        "birth_date": "TRY_CAST(b_birth_date.birth_date AS DATE)", "mobile": "b_phone.phone", "address": "b_address.address",
        "division": "b_division.division", "roles": "coalesce(r.roles, '[]')", "record_count": "c.record_count",
        "restricted_flag": "coalesce(f.flag, false)",
    }  # fmt: skip
    return expressions, source


def _practitioners() -> tuple[dict[str, str], str]:
    """Expressions of the columns of sb_practitioner: one row a person and license, the latest period."""
    whens = " ".join(f"WHEN {duck.text(k)} THEN {duck.text(c)}" for k, c in _ROLE_KINDS.items())
    source = f"""
        (SELECT *, CASE kind {whens} END AS role_code FROM role_rows WHERE license_no IS NOT NULL
         QUALIFY row_number() OVER (PARTITION BY person_uid, CASE kind {whens} END, license_no
             ORDER BY valid_to DESC NULLS FIRST, valid_from DESC NULLS LAST, record_id) = 1) AS r
    """
    expressions = _common("r.person_uid || ':' || r.role_code || ':' || r.license_no") | {
        "person_uid": "r.person_uid", "role": "r.role_code", "license_no": "r.license_no", "name": "r.name", "org_key": "r.holder",
        "org_name": "r.holder_name", "status": "CASE WHEN r.status = '05' THEN '01' ELSE r.status END", "source_table": "r.source",
        "valid_from": "r.valid_from", "valid_to": "r.valid_to", "division": "r.area",
    }  # fmt: skip
    return expressions, source + " WHERE r.role_code IS NOT NULL"


def _copy(con: Any, code: str, made: tuple[dict[str, str], str], path: Path) -> None:
    expressions, source = made
    table = _declared(code)
    typed = []
    for column in table.all_columns:
        kind = schema.duckdb_type(table.element_of(column.name), repeated=column.repeated)
        if column.name != "row_hash":
            typed.append(f"CAST({expressions.get(column.name, 'NULL')} AS {kind}) AS {duck.quote(column.name)}")
    hashed = ", ".join(
        duck.quote(c.name) for c in table.all_columns if c.name not in ("row_hash", "updated_at", "batch_id")
    )
    names = ", ".join(
        f"sha256(CAST(to_json(row({hashed})) AS VARCHAR)) AS row_hash" if c.name == "row_hash" else duck.quote(c.name)
        for c in table.all_columns
    )
    con.execute(
        f"COPY (SELECT {names} FROM (SELECT {', '.join(typed)} FROM {source})) TO {duck.text(str(path))} (FORMAT parquet)"
    )


def write(con: Any, folder: Path, batch_id: str) -> None:
    """Bring the files of `plan` into the lake; a second time does nothing."""
    for code, file in ((PERSON, "persons"), (PRACTITIONER, "practitioners")):
        table = create(code)
        rows = f"SELECT * FROM read_parquet({duck.text(str(folder / f'{file}.parquet'))})"
        keys = ", ".join(map(duck.quote, table.keys()))
        uids = f"(SELECT person_uid FROM read_parquet({duck.text(str(folder / 'uids.parquet'))}))"
        gone = (
            f"SELECT {keys} FROM {table.sql()} AS o WHERE o.person_uid IN {uids} AND ({keys}) NOT IN (SELECT ({keys}) FROM ({rows}))"
            if len(table.keys()) > 1
            else f"SELECT {keys} FROM {table.sql()} AS o WHERE o.person_uid IN {uids} AND o.person_uid NOT IN (SELECT person_uid FROM ({rows}))"
        )
        source, deletes = tables.Select(con, rows), tables.Select(con, gone)
        table.merge(source, table.keys(), batch_id=batch_id, deletes=deletes)
