"""What one matter adds to the leaders' figures, by month: the metrics of `statistics`, decided on the row."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from xiezhi.kernel.datasets import rollup
from xiezhi.kernel.datasets.predicates import holds
from xiezhi.kernel.procedures.models import Matter

from .models import AidCase
from .statistics import AMOUNTS, METRICS

__all__ = ["DELAY", "DETAILS", "contributions", "register"]

CODE = "FLYZ"
DELAY = "subsidy_delay"
"""Days from the acceptance of the file to the payment, as buckets."""
_MAX = 2_000_000_000
DETAILS = tuple(
    f"legal_aid__{name}"
    for name in (
        "kind", "route", "matter_type", "groups", "hardship_not_required", "hardship_check_waived", "received_on", "decided_on",
        "decision", "reason", "first_aid", "appointed_on", "changes", "objected_on", "complaints", "ended_on", "closed_on",
        "outcome", "recovered", "wages", "subsidy", "paid_on", "quality", "decided_in_time", "appointed_in_time",
        "organ_told_in_time", "forwarded_in_time",
    )
)  # fmt: skip


def contributions(matter: Matter) -> Iterator[tuple[date, str, int]]:
    """(day, metric, bucket) of one matter; nothing where the case row is missing."""
    case: Any = getattr(matter, "legal_aid", None)
    if not isinstance(case, AidCase):
        return
    for metric in METRICS.values():
        if not holds(case, metric.where):
            continue
        day: date | None = rollup.NOW if metric.at_end else getattr(case, metric.when)
        if day is None:
            continue
        yield day, metric.code, 0
        if metric.code == "received":
            yield day, f"type:{case.matter_type or 'OTHER'}", 0
            for group in case.groups:
                yield day, f"group:{group}", 0
        elif metric.code == "refused":
            yield day, f"reason:{case.reason or 'OTHER'}", 0
    for amount in AMOUNTS.values():
        value, day = getattr(case, amount.column), getattr(case, amount.when)
        if value is not None and day is not None:
            yield day, f"sum:{amount.code}", min(_MAX, int(value))
    if case.paid_on is not None and case.closed_on is not None:
        yield case.paid_on, DELAY, max(0, (case.paid_on - case.closed_on).days)


def register() -> None:
    """Tell the rollup what a matter contributes."""
    rollup.register(CODE, contributions, details=DETAILS)
