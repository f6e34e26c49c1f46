"""The registers of the other agencies of the fictional province: about its own people, the same from the same seed."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from random import Random
from types import SimpleNamespace

import pytest

from xiezhi.datacenter.overview.demo import LEAST
from xiezhi.demo import province as provinces
from xiezhi.demo import public as publics
from xiezhi.demo.partners import books, declared
from xiezhi.kernel.calendar import clock

NOW = datetime(2026, 11, 23, 9, tzinfo=clock.SHANGHAI)


@pytest.mark.django_db
def test_rows_of_the_smallest_province_that_has_registers() -> None:
    province = provinces.build(Random("demo:units"), LEAST, NOW)
    world = SimpleNamespace(province=province, public=publics.build(Random("demo:public"), province, LEAST, NOW))
    rows = books.build(world, LEAST, NOW.date()).rows
    assert rows == books.build(world, LEAST, NOW.date()).rows
    assert set(rows) == {table.code for table in declared.TABLES}
    for table in declared.TABLES:
        known = {column.name for column in table.all_columns}
        assert all(set(row) <= known for row in rows[table.code]), table.code

    everybody = {row["id_no"] for row in rows["reg_population"]}
    assert len(everybody) == len(rows["reg_population"])
    assert {row["id_no"] for code in rows for row in rows[code]} == everybody
    spouses = {(row["id_no"], row["spouse_id_no"]) for row in rows["reg_marriage"]}
    assert {(b, a) for a, b in spouses} == spouses, "a marriage stands with both"
    partners = {row["id_no"] for row in rows["reg_partner"]}
    married = {b for a, b in spouses if a in partners}
    bench = Counter(row["post_kind"] for row in rows["reg_post"] if row["id_no"] in married)
    assert bench == {"02": 3, "03": 2}, "spouses with a post, of whom two are hits"
