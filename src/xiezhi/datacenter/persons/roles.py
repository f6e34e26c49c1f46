"""身份区间: which role each record of the standard tables says its person holds, from when to when.

Periods are half-open as the standards declare them (有效期止当日不含). A role that its status calls ended but that names
no end is taken to have ended on the day the row was last changed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from xiezhi.datacenter.lake import duck, tables
from xiezhi.datacenter.persons.kinds import KINDS, RESTRICTED
from xiezhi.datacenter.standards import declare

__all__ = ["ROLE_COLUMNS", "SOURCES", "Role", "Source", "roles_sql"]

ROLE_COLUMNS = (
    "record_id", "kind", "holder", "holder_name", "license_no", "area", "valid_from", "valid_to", "status", "source",
)  # fmt: skip


@dataclass(frozen=True)
class Role:
    """One role of one record. `holder` is the unit (credit code or register number), or the license where none is known."""

    kind: str
    title: str
    holder: str
    holder_name: str
    license_no: str
    area: str
    since: date | None
    until: date | None
    status: str
    record_id: str
    source: str
    restricted: bool = False


@dataclass(frozen=True)
class Source:
    """How a table tells of roles. `kinds` maps codes of `kind_column` to kinds ("" for all others); `since` and `until` are
    columns of which the first that is filled counts; `ended` are status codes after which the role is over. `title` for
    statuses is the code set `codes`."""

    table: str
    kinds: Mapping[str, str]
    kind_column: str = ""
    holder: str = ""
    holder_name: str = ""
    license_no: str = ""
    since: tuple[str, ...] = ("valid_from",)
    until: tuple[str, ...] = ("valid_to",)
    ended: tuple[str, ...] = ("03", "04")
    status: str = "status"
    codes: str = "practice_status"
    area: str = "division"
    only: str = ""
    names: tuple[str, ...] = field(default=())


_LAWYER = {
    "01": "LAWYER_FULL", "02": "LAWYER_PART", "03": "LAWYER_PUBLIC", "04": "LAWYER_COMPANY", "05": "LAWYER_AID",
    "06": "LAWYER_MILITARY", "": "LAWYER",
}  # fmt: skip
SOURCES: tuple[Source, ...] = (
    Source("std_lawyer", _LAWYER, "practice_kind", "firm_usc", "firm_name", "license_no", ("valid_from", "first_date"), codes="lawyer_status"),
    Source("std_notary", {"": "NOTARY"}, "", "office_usc", "office_name", "license_no", ("appoint_date", "valid_from"), ("remove_date", "valid_to"), codes="notary_status"),
    Source("std_appraiser", {"": "APPRAISER"}, "", "body_usc", "body_name", "license_no"),
    Source("std_grass_worker", {"": "GRASS"}, "", "office_usc", "office_name", "license_no", ("practice_from", "valid_from"), area="practice_county"),
    Source("std_mediator", {"": "MEDIATOR"}, "", "committee_id", "committee_name", "mediator_id", ("appointed", "valid_from")),
    Source("std_qualification", {"": "QUALIFIED"}, "", "", "", "cert_no", ("grant_date", "valid_from"), ended=("02", "03"), codes="qualification_status"),
    Source("std_cc_subject", {"": "IN_CORRECTION"}, "", "", "", "subject_no", ("term_start",), ("valid_to", "term_end"), ended=("06", "07", "10"), codes="cc_status", area="exec_division"),
    Source("std_inmate", {"": "IN_PRISON"}, "", "prison_usc", "", "inmate_no", ("admit_date",), ("release_date",), ended=("06", "07", "08", "10"), codes="inmate_status"),
)  # fmt: skip


def _first(names: Sequence[str], columns: set[str], kind: str) -> str:
    found = [f"TRY_CAST({duck.quote(n)} AS {kind})" for n in names if n in columns]
    return f"coalesce({', '.join(found)})" if found else f"CAST(NULL AS {kind})"


def _select(source: Source, columns: set[str], relation: str) -> str:
    def text(name: str) -> str:
        return f"nullif(trim(CAST({duck.quote(name)} AS VARCHAR)), '')" if name in columns else "CAST(NULL AS VARCHAR)"

    whens = "".join(f" WHEN {duck.text(code)} THEN {duck.text(kind)}" for code, kind in source.kinds.items() if code)
    other = duck.text(source.kinds[""])
    kind = f"CASE {text(source.kind_column)}{whens} ELSE {other} END" if whens else other
    license_no = text(source.license_no)
    until = _first(source.until, columns, "DATE")
    if source.status in columns and "updated_at" in columns:
        listed = ", ".join(map(duck.text, source.ended))
        until = (
            f"coalesce({until}, CASE WHEN {text(source.status)} IN ({listed}) "
            "THEN TRY_CAST(updated_at AT TIME ZONE 'Asia/Shanghai' AS DATE) END)"
        )
    return f"""
        SELECT {duck.text(source.table + ":")} || CAST(row_id AS VARCHAR) AS record_id, {kind} AS kind,
            coalesce({text(source.holder)}, {license_no}, CAST(row_id AS VARCHAR)) AS holder, {text(source.holder_name)} AS holder_name,
            {license_no} AS license_no, {text(source.area)} AS area, {_first(source.since, columns, "DATE")} AS valid_from,
            {until} AS valid_to, {text(source.status)} AS status, {duck.text(source.table)} AS source
        FROM {relation}{f" WHERE {source.only}" if source.only else ""}
    """


def roles_sql(*, restricted: bool = False, only: str = "") -> str:
    """All roles of all standard tables as text for FROM, with `ROLE_COLUMNS`. Without `restricted` nothing comes from crime or
    correction. `only` names one table."""
    parts = []
    for source in SOURCES:
        if (only and source.table != only) or source.table not in declare.tables:
            continue
        if not restricted and set(source.kinds.values()) & RESTRICTED:
            continue
        table = tables.get(declare.tables.get(source.table).lake_name)
        if table.exists():
            parts.append(_select(source, set(table.columns()), table.sql()))
    if not parts:
        nothing = ", ".join(
            f"CAST(NULL AS {'DATE' if c in ('valid_from', 'valid_to') else 'VARCHAR'}) AS {c}" for c in ROLE_COLUMNS
        )
        parts = [f"SELECT {nothing} WHERE false"]
    return "(" + " UNION ALL ".join(parts) + ")"


def status_title(source: str, code: str) -> str:
    """Title of a status code of a table."""
    known = next((s for s in SOURCES if s.table == source), None)
    if known is None or known.codes not in declare.code_sets:
        return code
    return declare.code_sets.get(known.codes).names().get(code, code)


def title_of(kind: str) -> str:
    """Title of a kind for people."""
    return KINDS[kind].title if kind in KINDS else kind
