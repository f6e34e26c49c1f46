"""The gateway: what it gives, what it refuses, and that it tells of both."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest

from tests.datacenter.exchange.conftest import ASK, Gateway, Partner, lawyer, number_of, partner, serve_rows, sign
from xiezhi import pg
from xiezhi.datacenter.exchange import services
from xiezhi.datacenter.exchange.models import CallBatch, CallLog, CallPerson
from xiezhi.kernel.calendar import clock

FIELDS = ("license_no", "name", "firm_name", "status", "mobile", "id_no")


@pytest.fixture(scope="module")
def court(exchange_db: pg.Urls) -> Partner:
    serve_rows([lawyer(n) for n in range(30)])
    return partner("court", "云岭省高级人民法院", fields=FIELDS, purposes=["TRIAL", "INVESTIGATION"])


@pytest.fixture(scope="module")
def insurance(exchange_db: pg.Urls) -> Partner:
    return partner("insurance", "云岭省人力资源和社会保障厅", fields=["license_no", "status"], purposes=["LICENSING"])


def by_license(n: int) -> dict[str, Any]:
    return {**ASK, "keys": {"license_no": lawyer(n)["license_no"]}}


def last() -> CallLog:
    found = CallLog.objects.order_by("-id").first()
    assert found is not None
    return found


def test_a_look_up_is_answered_masked_and_logged(gateway: Gateway, court: Partner) -> None:
    found = gateway.post("lawyer-license", by_license(1), court)
    assert found.status == 200, found.body
    (row,) = found.json["rows"]
    assert set(row) == set(FIELDS)
    assert row["name"] == "李思" and row["mobile"] == "13900000001", "public roll, and whole for a trial"
    assert row["id_no"] == "9" + "*" * 16 + number_of(1)[-1], "of the highest level: strict"
    line = last()
    assert f"{line.batch_id.hex}-{line.n}" == found.json["call"]
    assert (line.result, line.status, line.rows, line.purpose, line.case_no) == ("OK", 200, 1, "TRIAL", ASK["case"])
    assert line.grant_id == court.grant.pk and line.fields == ",".join(
        n for n in ("license_no", "name", "firm_name", "status", "mobile", "id_no")
    )
    assert CallPerson.objects.filter(batch_id=line.batch_id, n=line.n).count() == 1
    assert number_of(1) not in str(line.__dict__)
