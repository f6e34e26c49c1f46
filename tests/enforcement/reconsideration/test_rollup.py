"""A figure and the list it opens agree: roll-up counts equal the metric filters in SQL, before and after changes."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiezhi.enforcement.reconsideration import selectors
from xiezhi.enforcement.reconsideration.models import ReconsiderationCase
from xiezhi.kernel.calendar.clock import now
from xiezhi.kernel.datasets import rollup
from xiezhi.kernel.datasets.models import RollupCount
from xiezhi.kernel.procedures.models import Matter
from xiezhi.kernel.units.models import Unit

DAYS = [None, date(2026, 9, 30), date(2026, 10, 1), date(2026, 10, 20)]
ENDS = ["", "UPHELD", "QUASHED", "MEDIATED", "NOT_ACCEPTED", "TERMINATED_WITHDRAWN"]


def world(rows: list[tuple[Any, ...]]) -> Unit:
    unit = Unit.objects.create(level="COUNTY", kind="JUSTICE", name="县司法局", created_at=now())
    Unit.objects.filter(pk=unit.pk).update(county_id=unit.pk)
    for n, row in enumerate(rows):
        case(unit, n, row)
    return unit


def case(unit: Unit, n: int, row: tuple[Any, ...]) -> None:
    received, accepted, concluded, end, simplified, online, letters = row
    matter = Matter.objects.create(
        procedure="XZFY", state="IN_REVIEW", intake_no=f"T{n}", handling_unit=unit, county_id=unit.pk, open=concluded is None,
        opened_on=date(2026, 9, 1), state_since=date(2026, 9, 1),
    )  # fmt: skip
    ReconsiderationCase.objects.create(
        matter=matter, filed_on=date(2026, 9, 1), received_on=received, accepted_on=accepted, concluded_on=concluded,
        closing_type=end, procedure="SIMPLIFIED" if simplified else "ORDINARY", filing_method="ONLINE" if online else "POST",
        opinion_letters=letters, concluded_in_time=concluded is not None,
    )  # fmt: skip


def compare(unit: Unit) -> None:
    found = rollup.figures(unit.pk, "XZFY", date(2026, 9, 1), date(2026, 10, 31))
    for month, until in ((date(2026, 9, 1), date(2026, 10, 1)), (date(2026, 10, 1), date(2026, 11, 1))):
        for code, metric in selectors.METRICS.items():
            if not metric.at_end:
                assert found.total(code, [month]) == selectors.cases(code, unit, month, until).count(), code
    assert found.now.get("pending", 0) == selectors.cases("pending", unit, date(2026, 9, 1), date(2027, 1, 1)).count()


row = st.tuples(
    st.sampled_from(DAYS), st.sampled_from(DAYS), st.sampled_from(DAYS), st.sampled_from(ENDS), st.booleans(), st.booleans(),
    st.integers(0, 2),
)  # fmt: skip


@pytest.mark.django_db
def test_counts_equal_the_lists_and_follow_changes() -> None:
    unit = world([(DAYS[1], DAYS[2], DAYS[3], "UPHELD", True, True, 0), (DAYS[1], DAYS[2], None, "", False, True, 0)])
    assert rollup.refresh() == 2
    compare(unit)
    assert rollup.refresh() == 0
    open_case = ReconsiderationCase.objects.get(concluded_on=None)
    open_case.concluded_on, open_case.closing_type = DAYS[3], "QUASHED"
    open_case.save()
    open_case.matter.open = False
    open_case.matter.save()
    assert rollup.refresh() == 1
    compare(unit)
    before = sorted(RollupCount.objects.filter(n__gt=0).values_list("unit_id", "month", "metric", "bucket", "n"))
    assert rollup.rebuild() == 2
    assert (
        sorted(RollupCount.objects.filter(n__gt=0).values_list("unit_id", "month", "metric", "bucket", "n")) == before
    )
    days = rollup.figures(unit.pk, "XZFY", date(2026, 10, 1), date(2026, 10, 31))
    assert days.median("days") == 19 and days.share("corrected", "concluded") == 0.5


@given(st.lists(row, max_size=6))
def test_the_row_decides_as_the_database_does(rows: list[tuple[Any, ...]]) -> None:
    """Lookups on the row give what SQL gives for plain values (no database: the rule of NULL is what matters)."""
    from xiezhi.enforcement.reconsideration.contributions import holds

    for received, accepted, concluded, end, simplified, online, letters in rows:
        made = ReconsiderationCase(
            received_on=received, accepted_on=accepted, concluded_on=concluded, closing_type=end, opinion_letters=letters,
            procedure="SIMPLIFIED" if simplified else "ORDINARY", filing_method="ONLINE" if online else "POST",
        )  # fmt: skip
        assert holds(made, selectors.METRICS["received"].where) is (received is not None)
        wanted = accepted is not None and simplified
        assert holds(made, selectors.METRICS["simplified"].where) is wanted
