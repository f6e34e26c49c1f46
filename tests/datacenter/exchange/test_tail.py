"""Persons see who asked about them; meters count every line once."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from tests.datacenter.exchange.conftest import ASK, Gateway, Partner, lawyer, number_of, partner, serve_rows
from xiezhi import pg
from xiezhi.datacenter.exchange import tail
from xiezhi.datacenter.exchange.models import CallLog, Delayed, Meter
from xiezhi.kernel.access.reading import readings_of_person
from xiezhi.kernel.calendar import clock
from xiezhi.kernel.people.services import register_person


@pytest.fixture(scope="module")
def court(exchange_db: pg.Urls) -> Partner:
    serve_rows([lawyer(n) for n in range(30)])
    return partner(
        "court", "云岭省高级人民法院", fields=["license_no", "name", "id_no"], purposes=["TRIAL", "INVESTIGATION"]
    )


def ask(gateway: Gateway, who: Partner, n: int, **said: Any) -> None:
    found = gateway.post("lawyer-license", {**ASK, "keys": {"license_no": lawyer(n)["license_no"]}, **said}, who)
    assert found.status == 200


def settle() -> None:
    """The tail waits for older transactions of the whole server, so those of the tests beside this one must end first."""
    late = "SELECT count(*) FROM exchange_callbatch WHERE xid >= pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
    for _ in range(600):
        with connection.cursor() as cursor:
            cursor.execute(late)
            if not cursor.fetchone()[0]:
                break
        time.sleep(0.2)


def follow() -> None:
    """As the worker does: a newcomer is told in the round after the one that first saw them."""
    settle()
    tail.follow()
    tail.follow()


def test_persons_see_who_asked(gateway: Gateway, court: Partner, freeze: Any) -> None:
    person, _ = register_person(name="李思", id_no=number_of(1))
    follow()
    ask(gateway, court, 1)
    ask(gateway, court, 2)
    settle()
    assert tail.follow() == 2
    (line,) = readings_of_person(person)
    assert (line.unit, line.matter_no, line.how) == ("云岭省高级人民法院", ASK["case"], "共享")
    assert "审理" in line.purpose_text
    follow()
    assert len(readings_of_person(person)) == 1, "told once"

    ask(gateway, court, 1, purpose="INVESTIGATION")
    follow()
    assert len(readings_of_person(person)) == 1 and Delayed.objects.count() == 1, "an investigation is not given away"
    freeze(clock.now() + timedelta(days=181))
    follow()
    assert len(readings_of_person(person)) == 2 and not Delayed.objects.exists()


def test_who_comes_later_sees_the_earlier_calls(gateway: Gateway, court: Partner) -> None:
    ask(gateway, court, 7)
    follow()
    person, _ = register_person(name="赵一", id_no=number_of(7))
    follow()
    assert len(readings_of_person(person)) == 1
    gateway.post("lawyer-license", {**ASK, "keys": {"id_type": "111", "id_no": number_of(7)}}, court)
    follow()
    assert len(readings_of_person(person)) == 2
    missing, _ = register_person(name="王不在", id_no=number_of(777))
    gateway.post("lawyer-license", {**ASK, "keys": {"id_type": "111", "id_no": number_of(777)}}, court)
    follow()
    assert len(readings_of_person(missing)) == 1, "asked about, though there was nothing"


def test_meters_count_every_line_once(gateway: Gateway, court: Partner) -> None:
    follow()
    before = sum(Meter.objects.values_list("calls", flat=True))
    items = [{"keys": {"license_no": lawyer(n)["license_no"]}} for n in range(10)]
    gateway.post("lawyer-license/batch", {**ASK, "items": items}, court)
    gateway.post("lawyer-license", {**ASK, "purpose": "LICENSING", "keys": {}}, court)
    follow()
    assert sum(Meter.objects.values_list("calls", flat=True)) == before + 1
    assert tail.verify_metered()
    meter = Meter.objects.get(partner=court.caller, interface="lawyer-license")
    logged = CallLog.objects.filter(caller=court.caller, result="OK", grant_id__isnull=False)
    assert meter.rows == sum(logged.values_list("rows", flat=True))
    assert tail.forget() >= 0
