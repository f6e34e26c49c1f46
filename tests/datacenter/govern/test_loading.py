"""Batches into the standard table: normalized with the original kept, refused with reasons, each exactly once."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from xiezhi.datacenter.govern import loading, services, staging
from xiezhi.datacenter.govern.models import QualityCheck
from xiezhi.datacenter.lake import tables
from xiezhi.datacenter.standards import declare

from .conftest import Deliveries, id_no, lawyer

pytestmark = pytest.mark.django_db

Rows = Callable[[str], list[dict[str, Any]]]


def test_a_batch_is_normalized_and_its_original_kept(deliveries: Deliveries, rows_of: Rows) -> None:
    deliveries.put(
        "b1",
        [lawyer(1), lawyer(3, 手机="１３８ ０００ ０００１２", 首次执业="2012年3月5日", 身份证号=id_no(3).lower())],
    )
    run = services.govern("std_lawyer")
    assert (run.rows_in, run.rows_out, run.rows_refused) == (2, 2, 0)
    found = {r["license_no"]: r for r in rows_of("std.std_lawyer")}
    second = found["19901202010000003"]
    assert second["mobile"] == "13800000012" and second["first_date"] == date(2012, 3, 5)
    assert json.loads(second["_original"])["mobile"] == "１３８ ０００ ０００１２"
    assert json.loads(second["_original"])["first_date"] == "2012年3月5日"
    assert found["19901202010000001"]["_original"] is None
    assert (second["batch_id"], second["_raw_row"], second["_source"]) == ("b1", 2, "lawyers")


def test_row_ids_and_hashes_can_be_proved_by_anybody(deliveries: Deliveries, rows_of: Rows) -> None:
    deliveries.put("b1", [lawyer(1)])
    services.govern("std_lawyer")
    (row,) = rows_of("std.std_lawyer")
    assert row["row_id"] == staging.row_id("lawyers", "19901202010000001")
    assert uuid.UUID(row["row_id"]).version == 5
    assert row["row_hash"] == staging.canonical_hash(row, declare.tables.get("std_lawyer"))


def test_refused_rows_keep_all_reasons_and_their_raw_values(deliveries: Deliveries, rows_of: Rows) -> None:
    wrong = lawyer(5, 身份证号="990101198506120050", 状态="99", 首次执业="昨天", 姓名=None)
    deliveries.put("b1", [lawyer(1), wrong])
    run = services.govern("std_lawyer")
    assert (run.rows_out, run.rows_refused) == (1, 1)
    (issue,) = rows_of("issue.std_lawyer")
    assert {"id.resident", "status.code", "first_date.format", "name.required"} <= set(issue["rules"].split(","))
    assert json.loads(issue["original"])["身份证号"] == "990101198506120050"
    assert issue["raw_row"] == 2 and issue["ticket_batch"] == "b1" and issue["fixed_batch"] is None
    check = QualityCheck.objects.get()
    assert (check.rows, check.refused) == (2, 1) and check.score < 100
    assert dict(check.counts.values_list("rule", "rows"))["status.code"] == 1


def test_warnings_mark_a_row_and_leave_it(deliveries: Deliveries, rows_of: Rows) -> None:
    deliveries.put("b1", [lawyer(1, 性别="2"), lawyer(3)])
    services.govern("std_lawyer")
    found = {r["license_no"][-1]: r for r in rows_of("std.std_lawyer")}
    assert "id.sex" in found["1"]["_marks"] and found["3"]["_marks"] is None
    assert found["1"]["dq_score"] < found["3"]["dq_score"]


def test_the_newest_of_a_key_wins_in_a_batch_and_across_batches(deliveries: Deliveries, rows_of: Rows) -> None:
    deliveries.put(
        "b1", [lawyer(1, 更新="2026-01-02 08:00:00", 手机="13800000002"), lawyer(1, 更新="2026-01-01 08:00:00")]
    )
    deliveries.put("b2", [lawyer(1, 更新="2025-12-01 08:00:00", 手机="13800000003")])
    services.govern("std_lawyer")
    (row,) = rows_of("std.std_lawyer")
    assert row["mobile"] == "13800000002"
    assert QualityCheck.objects.get(batch="b1").repeated == 1


def test_unchanged_rows_are_not_written_again(deliveries: Deliveries) -> None:
    deliveries.put("b1", [lawyer(n) for n in range(1, 20)])
    services.govern("std_lawyer")
    deliveries.put("b2", [lawyer(n) for n in range(1, 20)] + [lawyer(30)])
    assert services.govern("std_lawyer").rows_out == 1
    assert services.govern("std_lawyer").rows_in == 0


def test_a_full_delivery_ends_what_it_no_longer_brings(deliveries: Deliveries, rows_of: Rows) -> None:
    deliveries.full()
    deliveries.put("b1", [lawyer(n) for n in range(1, 6)])
    services.govern("std_lawyer")
    deliveries.put("b2", [lawyer(n) for n in range(1, 5)])
    services.govern("std_lawyer")
    ended = [r for r in rows_of("std.std_lawyer") if r["valid_to"] is not None]
    assert [r["license_no"] for r in ended] == ["19901202010000005"]
    deliveries.put("b3", [lawyer(1)])
    services.govern("std_lawyer")
    assert len([r for r in rows_of("std.std_lawyer") if r["valid_to"] is None]) == 4, "half a file ends nothing"
    assert "漏报" in QualityCheck.objects.get(batch="b3").note


@pytest.mark.parametrize("dies", ["after issues", "before merge", "after merge", "before the books"])
def test_killed_anywhere_and_run_again_the_table_is_the_same(
    deliveries: Deliveries, rows_of: Rows, monkeypatch: pytest.MonkeyPatch, dies: str
) -> None:
    deliveries.put("b1", [lawyer(1), lawyer(3, 状态="99"), lawyer(5)])

    class Killed(BaseException):
        pass

    def die(*args: Any, **kwargs: Any) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        if dies == "after issues":
            patch.setattr(loading, "_merge", die)
        elif dies == "before the books":
            patch.setattr(services, "_record", die)
        else:
            real = tables.LakeTable.merge

            def merge(self: Any, *args: Any, **kwargs: Any) -> Any:
                if self.name.startswith("std.") and dies == "before merge":
                    raise Killed
                done = real(self, *args, **kwargs)
                if self.name.startswith("std."):
                    raise Killed
                return done

            patch.setattr(tables.LakeTable, "merge", merge)
        with pytest.raises(Killed):
            services.govern("std_lawyer")
    run = services.govern("std_lawyer")
    assert (run.rows_out, run.rows_refused) == (2, 1)
    assert len(rows_of("std.std_lawyer")) == 2 and len(rows_of("issue.std_lawyer")) == 1
    assert QualityCheck.objects.count() == 1
    hashes = {r["row_id"]: r["row_hash"] for r in rows_of("std.std_lawyer")}
    services.govern("std_lawyer")
    assert hashes == {r["row_id"]: r["row_hash"] for r in rows_of("std.std_lawyer")}
