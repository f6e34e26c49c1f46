"""Signing out whoever was away, and counting tries over all web processes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from tests.kernel import world as w
from xiezhi.kernel.access import idle, rates
from xiezhi.kernel.access.limits import exceeded

pytestmark = pytest.mark.django_db


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    start = idle.time.time()
    passed = {"seconds": 0}
    monkeypatch.setattr(idle.time, "time", lambda: start + passed["seconds"])

    def go(seconds: int) -> None:
        passed["seconds"] += seconds

    return go


def test_half_an_hour_away_signs_out_and_keeps_the_way_back(later: Callable[[int], None]) -> None:
    client = Client()
    client.force_login(w.citizen(w.person("周禾生")))
    later(29 * 60)
    assert client.get("/my/").status_code == 200  # here again: half an hour begins anew
    later(29 * 60)
    assert client.get("/my/alive/").status_code == 204
    later(31 * 60)
    answer = client.get("/my/")
    assert answer.status_code == 302 and "next=/my/" in answer["Location"]
    assert "_auth_user_id" not in client.session
    assert "超过30分钟没有操作" in client.get(answer["Location"]).content.decode()


def test_repaints_nobody_asked_for_keep_no_session_alive(later: Callable[[int], None]) -> None:
    client = Client()
    client.force_login(w.citizen(w.person("周禾生")))
    for _ in range(3):
        later(11 * 60)
        last = client.get("/my/", headers={"HX-Request": "true"})
    assert last.status_code == 302 and "login" in last["HX-Redirect"]
    assert client.get("/", headers={"HX-Request": "true"}).status_code == 200  # public pages stay open
    assert client.get("/api/me").status_code == 401


def request(terminal: str) -> Any:
    return RequestFactory().post("/", REMOTE_ADDR=terminal)


def test_tries_are_counted_in_the_database_in_one_statement() -> None:
    with CaptureQueriesContext(connection) as seen:
        found = [exceeded(request("127.0.0.1"), "x", 3, 600) for _ in range(5)]
    assert found == [False, False, False, True, True]
    assert len(seen) == 5
    assert not exceeded(request("127.0.0.2"), "x", 3, 600)
    assert "127.0.0" not in str(list(rates.RateCount.objects.values()))


def test_a_window_that_is_over_counts_anew_and_is_forgotten() -> None:
    for _ in range(4):
        rates.count("y", 600)
    assert rates.counted("y") == 4
    with connection.cursor() as cursor:
        cursor.execute("UPDATE access_ratecount SET until = clock_timestamp() - interval '1 second'")
    assert rates.counted("y") == 0
    assert rates.count("y", 600) == 1
    rates.RateCount.objects.update(until="2020-01-01T00:00Z")
    assert rates.forget_old() == 1
