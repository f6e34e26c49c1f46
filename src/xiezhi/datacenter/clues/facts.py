"""Facts that bear on licenses, worked out of the standard tables: penalties, ages, ended units, cases taken on.

The relation `clue_roles` holds everything the rules look at, in the columns of `engine.COLUMNS`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from xiezhi.datacenter.clues.engine import COLUMNS
from xiezhi.datacenter.clues.lookups import Fact
from xiezhi.datacenter.lake import duck, tables
from xiezhi.datacenter.persons import roles, subject
from xiezhi.datacenter.persons.kinds import LICENSES
from xiezhi.datacenter.persons.refreshing import RECORDS
from xiezhi.datacenter.standards import declare

__all__ = ["add", "collect", "names"]

RELATION = "clue_roles"
_PENALTY = 'from_json(CASE WHEN json_valid({0}) THEN {0} ELSE \'[]\' END, \'[{{"kind":"VARCHAR","from":"VARCHAR","to":"VARCHAR"}}]\')'
STOPPED, REVOKED = (duck.text(f"%{word}%") for word in ("停止执业", "吊销"))
"""How the kinds of penalty are told in the rows."""
_HALF_YEAR = 180
"""Days from which a stop counts as one of six months (律师法 第53条): shorter months would make 181 too many."""


def _table(code: str) -> str:
    """A standard or subject table as text for FROM; empty where it is not there."""
    if code not in declare.tables:
        return ""
    table = tables.get(declare.tables.get(code).lake_name)
    return table.sql() if table.exists() else ""


def collect(con: Any) -> int:
    """Make the relation from what the lake holds. Gives its rows; 0 where there is no person base yet."""
    date_columns = ("valid_from", "valid_to")
    columns = ", ".join(f"{c} {'DATE' if c in date_columns else 'VARCHAR'}" for c in COLUMNS)
    con.execute(f"CREATE OR REPLACE TEMP TABLE {RELATION} ({columns})")
    con.execute("CREATE OR REPLACE TEMP TABLE clue_names (holder VARCHAR, name VARCHAR)")
    if not tables.get(RECORDS).exists():
        return 0
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE clue_base AS SELECT p.person_uid, r.* FROM {roles.roles_sql(restricted=True)} AS r "
        f"JOIN {tables.get(RECORDS).sql()} AS p ON p.record_id = r.record_id"
    )
    con.execute(
        f"INSERT INTO {RELATION} SELECT person_uid, kind, holder, coalesce(license_no, ''), coalesce(area, ''), record_id, valid_from, valid_to, "
        "source FROM clue_base"
    )
    con.execute(
        "INSERT INTO clue_names SELECT holder, max(holder_name) FROM clue_base WHERE holder_name IS NOT NULL GROUP BY holder"
    )
    for sql in (*_penalties(), *_ages(), *_ended(), *_cases()):
        con.execute(f"INSERT INTO {RELATION} {sql}")
    return int(con.execute(f"SELECT count(*) FROM {RELATION}").fetchone()[0])


def _penalties() -> Iterable[str]:
    """停止执业 and 吊销 of lawyers and notaries, from the penalties and the status of their rows."""
    for code, who in (("std_lawyer", "LAWYER"), ("std_notary", "NOTARY")):
        source = _table(code)
        if not source:
            continue
        rows = (
            f"(SELECT b.person_uid, b.holder, b.license_no, b.area, b.record_id, unnest({_PENALTY.format('s.penalty')}) AS x "
            f"FROM {source} AS s JOIN clue_base AS b ON b.record_id = {duck.text(code + ':')} || CAST(s.row_id AS VARCHAR)) AS p"
        )
        begin, end = 'TRY_CAST(p.x."from" AS DATE)', 'TRY_CAST(p.x."to" AS DATE)'
        shared = "p.person_uid, {kind}, p.holder, coalesce(p.license_no, ''), coalesce(p.area, ''), p.record_id"
        stopped = f"p.x.kind LIKE {STOPPED} AND {begin} IS NOT NULL"
        yield f"SELECT {shared.format(kind=duck.text('STOPPED_' + who))}, {begin}, {end}, '{code}' FROM {rows} WHERE {stopped}"
        yield f"SELECT {shared.format(kind=duck.text('REVOKED_' + who))}, {begin}, NULL, '{code}' FROM {rows} WHERE p.x.kind LIKE {REVOKED} AND {begin} IS NOT NULL"
        yield (
            f"SELECT person_uid, 'REVOKED_{who}', holder, coalesce(license_no, ''), coalesce(area, ''), record_id, valid_to, NULL, source "
            f"FROM clue_base WHERE source = '{code}' AND status = '04' AND valid_to IS NOT NULL"
        )
        if who == "LAWYER":
            yield (
                f"SELECT {shared.format(kind=duck.text('BARRED_PARTNER'))}, {end}, CAST({end} + INTERVAL 3 YEAR AS DATE), '{code}' FROM {rows} "
                f"WHERE {stopped} AND {end} IS NOT NULL AND date_diff('day', {begin}, {end}) >= {_HALF_YEAR}"
            )


def _ages() -> Iterable[str]:
    """Ages at which a license may not be held, for those who hold one."""
    source = _table(subject.PERSON)
    if not source:
        return
    holders = f"(SELECT DISTINCT person_uid FROM clue_base WHERE kind IN ({', '.join(map(duck.text, LICENSES))}))"
    for kind, begin, end in (
        ("MINOR", "birth_date", "CAST(birth_date + INTERVAL 18 YEAR AS DATE)"),
        ("UNDER_25", "birth_date", "CAST(birth_date + INTERVAL 25 YEAR AS DATE)"),
        ("OVER_65", "CAST(birth_date + INTERVAL 65 YEAR AS DATE)", "CAST(NULL AS DATE)"),
    ):
        yield (
            f"SELECT s.person_uid, '{kind}', '{kind}', '', '', s.person_uid, {begin}, {end}, '{subject.PERSON}' FROM {source} AS s "
            f"JOIN {holders} AS h ON h.person_uid = s.person_uid WHERE s.birth_date IS NOT NULL"
        )


def _ended() -> Iterable[str]:
    """Units that were cancelled or revoked, as a fact of those who hold a license there."""
    for code in ("std_lawfirm", "std_notary_office", "std_appraisal_body"):
        source = _table(code)
        if source:
            ended = (
                "coalesce(TRY_CAST(u.valid_to AS DATE), TRY_CAST(u.updated_at AT TIME ZONE 'Asia/Shanghai' AS DATE))"
            )
            yield (
                f"SELECT DISTINCT b.person_uid, 'UNIT_ENDED', b.holder, '', '', '{code}:' || CAST(u.row_id AS VARCHAR), {ended}, CAST(NULL AS DATE), "
                f"'{code}' FROM {source} AS u JOIN clue_base AS b ON b.holder = u.usc WHERE u.status IN ('03', '04')"
            )


def _cases() -> Iterable[str]:
    """Cases of legal aid: the day on which a lawyer was given one that is litigation; the time in which somebody is aided for
    want of means."""
    source = _table("std_aid_case")
    if not source:
        return
    begun = "coalesce(c.assigned, c.decided)"
    yield (
        f"SELECT DISTINCT b.person_uid, 'HANDLES_CASE', c.case_no, b.license_no, '', 'std_aid_case:' || CAST(c.row_id AS VARCHAR), {begun}, "
        f"CAST({begun} + INTERVAL 1 DAY AS DATE), 'std_aid_case' FROM {source} AS c JOIN clue_base AS b ON b.license_no = c.provider_license "
        f"WHERE c.kind IN ('01', '02', '03', '04') AND {begun} IS NOT NULL"
    )
    yield (
        "SELECT CAST(c.recipient_uid AS VARCHAR), 'AIDED', c.case_no, '', '', 'std_aid_case:' || CAST(c.row_id AS VARCHAR), coalesce(c.decided, c.applied), "
        f"c.closed, 'std_aid_case' FROM {source} AS c WHERE c.recipient_uid IS NOT NULL AND NOT coalesce(c.hardship_not_required, false) "
        "AND NOT coalesce(c.hardship_check_waived, false)"
    )


def add(con: Any, found: Iterable[Fact]) -> int:
    """Facts of look-ups into the relation."""
    rows = [
        (f.person_uid, f.kind, f.holder, "", f.area, f"{f.source}:{f.reference}", f.since, f.until, f.source)
        for f in found
    ]
    if rows:
        con.executemany(f"INSERT INTO {RELATION} VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
    named = {(f.holder, f.holder_name) for f in found if f.holder_name}
    if named:
        con.executemany("INSERT INTO clue_names VALUES (?, ?)", sorted(named))
    return len(rows)


def names(con: Any) -> dict[str, str]:
    """Names of units by their holder key."""
    return dict(con.execute("SELECT holder, max(name) FROM clue_names GROUP BY holder").fetchall())
