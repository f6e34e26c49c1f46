"""Corrections and deletions on a person's request reach the subject base and the records of linking.

The rows themselves are changed in the standard tables before; here what was made of them is made anew (correction) or goes
for good, from earlier states too (deletion). Who is left without records keeps an id that leads nowhere.
"""

from __future__ import annotations

import shutil
from datetime import timedelta

from xiezhi.datacenter.lake import duck, tables
from xiezhi.datacenter.persons import gather, subject
from xiezhi.datacenter.persons.refreshing import RECORDS, refresh, state_folder
from xiezhi.datacenter.standards import declare
from xiezhi.datacenter.standards.copies import Change, Holder
from xiezhi.kernel.calendar import clock

__all__ = ["HOLDER"]


def _ids(change: Change) -> list[str]:
    return [gather.record_id(change.table, r) for r in change.row_ids]


def _subject_tables() -> list[tables.LakeTable]:
    return [
        t
        for t in (tables.get(declare.tables.get(c).lake_name) for c in (subject.PERSON, subject.PRACTITIONER))
        if t.exists()
    ]


def _concerned(records: list[str]) -> list[str]:
    """Persons of these records, now."""
    if not records or not tables.get(RECORDS).exists():
        return []
    listed = ", ".join(map(duck.text, records))
    with duck.connect(memory="512MB", threads=1) as con:
        sql = f"SELECT DISTINCT person_uid FROM {tables.get(RECORDS).sql()} WHERE record_id IN ({listed})"
        return [str(r[0]) for r in con.execute(sql).fetchall()]


def apply(change: Change) -> int:
    """Make anew what was made of these rows. Returns how many records it was about; safe to repeat."""
    declared = declare.tables.get(change.table) if change.table in declare.tables else None
    if declared is None or not declared.person or not tables.get(RECORDS).exists():
        return 0
    records = _ids(change)
    persons = _concerned(records)
    if persons:
        refresh(only=persons)
    if change.deletes:
        tables.get(RECORDS).delete_rows(records, column="record_id", reason=change.request)
        for table in (tables.get(RECORDS), *_subject_tables()):  # earlier states hold the values too
            table.expire(clock.now() + timedelta(days=1))
        # What the engine keeps of its last run holds the values as well; the next run makes it anew.
        shutil.rmtree(state_folder(), ignore_errors=True)
    return len(records) if persons else 0


def remains(change: Change) -> int:
    """Records of deleted rows that are still linked; for a correction, persons made before it."""
    if not tables.get(RECORDS).exists():
        return 0
    if change.deletes:
        return len(_concerned(_ids(change)))
    listed = ", ".join(map(duck.text, change.row_ids))
    declared = declare.tables.get(change.table)
    source = tables.get(declared.lake_name)
    if not listed or not declared.person or not source.exists():
        return 0
    with duck.connect(memory="512MB", threads=1) as con:
        sql = (
            f"SELECT count(*) FROM {tables.get(RECORDS).sql()} AS r JOIN {source.sql()} AS s ON CAST(s.row_id AS VARCHAR) = r.row_id "
            f"WHERE r.tbl = {duck.text(change.table)} AND r.row_id IN ({listed}) AND r.row_hash IS DISTINCT FROM CAST(s.row_hash AS VARCHAR)"
        )
        return int(con.execute(sql).fetchone()[0])


HOLDER = Holder("persons", "人员主题库", apply, remains, order=40)
