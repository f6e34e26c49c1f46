"""比对: rules over half-open intervals, in SQL. [valid_from, valid_to): the last day is not part of it, so roles that only
touch do not overlap; an open end has no end.

Periods of the same role that touch or overlap (renewals, corrections) are one period before they are compared. What lies
outside the days on which the rule was law does not count.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from xiezhi.datacenter.clues.declare import ClueRule, Join

__all__ = ["COLUMNS", "FOREVER", "NEVER", "Hit", "Span", "find", "spans_sql"]

NEVER, FOREVER = date(1, 1, 1), date(9999, 12, 31)
COLUMNS = (
    "person_uid", "kind", "holder", "license_no", "area", "record_id", "valid_from", "valid_to", "source",
)  # fmt: skip
"""Columns of the relation of roles. `holder` is the unit, or the license where no unit is known; `area` its division."""


@dataclass(frozen=True)
class Span:
    """One period of one role. `since` and `until` are None where open."""

    kind: str
    holder: str
    license_no: str
    area: str
    since: date | None
    until: date | None
    records: tuple[str, ...]
    source: str


@dataclass(frozen=True)
class Hit:
    """Two periods of one person that must not meet. `until` None: it has no known end."""

    rule: str
    person_uid: str
    left: Span
    right: Span
    since: date
    until: date | None


def spans_sql(relation: str) -> str:
    """SQL that joins touching periods of the same role of a person into one."""
    return f"""
        WITH x AS (
            SELECT person_uid, kind, holder, license_no, area, record_id, source,
                coalesce(valid_from, DATE '0001-01-01') AS f, coalesce(valid_to, DATE '9999-12-31') AS t
            FROM {relation}
            WHERE person_uid IS NOT NULL AND holder IS NOT NULL
                AND coalesce(valid_from, DATE '0001-01-01') < coalesce(valid_to, DATE '9999-12-31')
        ), m AS (
            SELECT *, max(t) OVER (PARTITION BY person_uid, kind, holder, license_no ORDER BY f, t
                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reached
            FROM x
        ), g AS (
            SELECT *, sum(CASE WHEN reached IS NULL OR reached < f THEN 1 ELSE 0 END)
                OVER (PARTITION BY person_uid, kind, holder, license_no ORDER BY f, t ROWS UNBOUNDED PRECEDING) AS island
            FROM m
        )
        SELECT person_uid, kind, holder, license_no, min(f) AS f, max(t) AS t, max(area) AS area,
            list_sort(list(DISTINCT record_id)) AS records, min(source) AS source
        FROM g GROUP BY person_uid, kind, holder, license_no, island
    """


def _condition(rule: ClueRule) -> str:
    parts = {
        Join.ANY: "true",
        Join.OTHER_HOLDER: "l.holder <> r.holder",
        Join.SAME_HOLDER: "l.holder = r.holder",
        Join.OTHER_LICENSE: "l.holder = r.holder AND l.license_no <> r.license_no",
        Join.SAME_AREA: "l.area <> '' AND r.area <> '' AND starts_with(l.area, r.area)",
    }
    text = parts[rule.join]
    if rule.mirrored:  # each pair once
        text += " AND (l.kind, l.holder, l.license_no, l.f) < (r.kind, r.holder, r.license_no, r.f)"
    return text


def _one_of(kinds: Sequence[str]) -> str:
    return "(" + ", ".join(f"'{k}'" for k in kinds) + ")"


def _query(rule: ClueRule) -> str:
    return f"""
        SELECT * FROM (
            SELECT l.person_uid, l.kind, l.holder, l.license_no, l.area, l.f, l.t, l.records, l.source,
                r.kind, r.holder, r.license_no, r.area, r.f, r.t, r.records, r.source,
                greatest(l.f, r.f, $since) AS since, least(l.t, r.t, $until) AS until
            FROM clue_spans AS l JOIN clue_spans AS r
                ON l.person_uid = r.person_uid AND l.f < r.t AND r.f < l.t
            WHERE l.kind IN {_one_of(rule.left)} AND r.kind IN {_one_of(rule.right)} AND {_condition(rule)}
        ) AS hit
        WHERE date_diff('day', since, until) >= $days AND since <= $today AND until > $back
        ORDER BY ALL
    """


def find(con: Any, relation: str, rules: Iterable[ClueRule], *, today: date, back: date) -> list[Hit]:
    """All hits of these rules over the roles in `relation` (columns `COLUMNS`) of a DuckDB connection.

    An overlap that begins after `today` is not told yet; one that had ended by `back` is not told any more.
    """
    con.execute(f"CREATE OR REPLACE TEMP TABLE clue_spans AS {spans_sql(relation)}")
    found: list[Hit] = []
    for rule in rules:
        values = {
            "since": rule.in_force_from, "until": rule.in_force_to or FOREVER, "days": rule.min_days, "today": today, "back": back,
        }  # fmt: skip
        for row in con.execute(_query(rule), values).fetchall():
            found.append(
                Hit(
                    rule.code,
                    row[0],
                    _span(row[1:9]),
                    _span(row[9:17]),
                    row[17],
                    None if row[18] == FOREVER else row[18],
                )
            )
    con.execute("DROP TABLE clue_spans")
    return found


def _span(row: Sequence[Any]) -> Span:
    kind, holder, license_no, area, f, t, records, source = row
    return Span(
        kind, holder, license_no or "", area or "", None if f == NEVER else f, None if t == FOREVER else t, tuple(records),
        source or "",
    )  # fmt: skip
