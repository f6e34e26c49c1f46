"""Periods in the database: half-open date ranges that may not overlap, without any PostgreSQL extension."""

from __future__ import annotations

from datetime import date

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import BigIntegerRangeField, DateRangeField
from django.db.models import Expression, F, Func, Q, Value

OVERLAPS = "&&"


def one_number(column: str) -> Expression:
    """The range of exactly the number in `column`: without btree_gist, gist knows ranges but no integers."""
    return Func(F(column), F(column), Value("[]"), function="int8range", output_field=BigIntegerRangeField())


def days(since: str = "valid_from", until: str = "valid_to") -> Expression:
    """The half-open range of days [since, until); an empty `until` has no end."""
    return Func(F(since), F(until), Value("[)"), function="daterange", output_field=DateRangeField())


def no_overlap(name: str, *columns: str, condition: Q | None = None) -> ExclusionConstraint:
    """Constraint: two rows with equal `columns` (bigint) never share a day of [valid_from, valid_to)."""
    expressions = [(one_number(column), OVERLAPS) for column in columns]
    expressions.append((days(), OVERLAPS))
    return ExclusionConstraint(name=name, expressions=expressions, condition=condition)


def on(day: date, prefix: str = "") -> Q:
    """Rows whose period holds `day`."""
    return Q(**{f"{prefix}valid_from__lte": day}) & (
        Q(**{f"{prefix}valid_to__isnull": True}) | Q(**{f"{prefix}valid_to__gt": day})
    )


def holds(day: date, since: date, until: date | None) -> bool:
    """Whether `day` lies in [since, until). The same answer as `on` in Python."""
    return since <= day and (until is None or day < until)
