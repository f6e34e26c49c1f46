"""What one case adds to the leaders' figures, by month: the metrics of `selectors`, decided on the row instead of in SQL.

The filter of a metric decides in both places, so a figure from the roll-up and the list it opens agree (tested).
`DAYS` carries the days from acceptance to conclusion without suspensions as its bucket, so that the median and the
share within thirty days are exact.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from xiezhi.kernel.datasets import rollup
from xiezhi.kernel.datasets.predicates import holds
from xiezhi.kernel.procedures.models import Matter

from . import statistics
from .models import ReconsiderationCase
from .selectors import DAYS, METRICS, WITHIN

__all__ = ["DAYS", "DETAILS", "WITHIN", "contributions", "holds", "register"]

CODE = "XZFY"
DETAILS = tuple(
    f"reconsideration__{name}"
    for name in (
        "received_on", "accepted_on", "accepted_mode", "concluded_on", "concluded_in_time", "closing_type", "procedure",
        "filing_method", "suspended_days", "settled", "hearing_held_on", "views_heard_on", "statistics_code",
        "respondent_head_present", "committee_consulted_on", "norm_review", "no_reply", "extension_days", "opinion_letters",
        "opinion_answered", "proposal_letters", "performance_due_on", "performed_on", "sued_on",
    )
)  # fmt: skip


def contributions(matter: Matter) -> Iterator[tuple[date, str, int]]:
    """(day, metric, bucket) of one case; nothing where the case row is missing."""
    case: Any = getattr(matter, "reconsideration", None)
    if not isinstance(case, ReconsiderationCase):
        return
    for metric in METRICS.values():
        if metric.code == "overdue" or not holds(case, metric.where):
            continue  # what is overdue changes by the day, not by an event
        day: date | None = rollup.NOW if metric.at_end else getattr(case, metric.when)
        if day is None:
            continue
        yield day, metric.code, 0
        if metric.code == "received":
            yield day, f"category:{case.statistics_code}", 0
        elif metric.code == "concluded":
            yield day, f"outcome:{case.closing_type}", 0
            if case.closing_type in statistics.CORRECTED:
                yield day, f"corrected:{case.statistics_code}", 0
            if case.accepted_on is not None:
                yield day, DAYS, max(0, (day - case.accepted_on).days - case.suspended_days)


def register() -> None:
    """Tell the rollup what a case contributes."""
    rollup.register(CODE, contributions, details=DETAILS)
