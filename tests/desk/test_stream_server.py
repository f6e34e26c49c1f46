"""Ninety open desks on a real server: one listening connection, everybody hears, and pages still answer."""

from __future__ import annotations

import asyncio
import http.cookiejar
import json
import re
import time
import urllib.parse
import urllib.request
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.db import connection

from tests.enforcement.reconsideration import world as made
from tests.kernel import world as w
from xiezhi.kernel.people import services as people

DESKS = 90


def _rows(sql: str, *values: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


def _sign_in(address: str, username: str) -> str:
    """The cookies of a session begun the way people begin it."""
    jar = http.cookiejar.CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    page = browser.open(f"{address}/account/login/", timeout=20).read().decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert token is not None
    form = {"login": username, "password": w.PASSWORD, "csrfmiddlewaretoken": token.group(1)}
    browser.open(f"{address}/account/login/", urllib.parse.urlencode(form).encode(), timeout=20)
    assert any(c.name == "sessionid" for c in jar)
    return "; ".join(f"{c.name}={c.value}" for c in jar)


async def _watch(host: str, port: int, cookie: str, heard: dict[str, int]) -> None:
    reader, writer = await asyncio.open_connection(host, port)
    writer.write(f"GET /desk/stream HTTP/1.1\r\nHost: {host}:{port}\r\nCookie: {cookie}\r\n\r\n".encode())
    await writer.drain()
    while line := await reader.readline():
        for word in ("hello", "changed"):
            heard[word] += line.startswith(f"event: {word}".encode())


async def _until(test: Any, seconds: float) -> None:
    end = time.monotonic() + seconds
    while not test() and time.monotonic() < end:
        await asyncio.sleep(0.05)


@pytest.mark.slow
def test_ninety_desks(serve: Any, django_db_blocker: Any) -> None:
    with django_db_blocker.unblock():
        world = made.build()
        people.appoint(world.officers[0], world.office, w.post("officer", "case_officer"), valid_from=made.SINCE)
        account = w.account(world.officers[0])
        account.password = Argon2PasswordHasher().encode(
            w.PASSWORD, "saltsaltsalt"
        )  # the server does not take fast test hashes
        account.save(update_fields=["password"])
        address = serve()
        cookie = _sign_in(address, account.username)
        host, port = str(urlsplit(address).hostname), int(urlsplit(address).port or 80)
        heard = {"hello": 0, "changed": 0}

        async def play() -> None:
            desks = [asyncio.create_task(_watch(host, port, cookie, heard)) for _ in range(DESKS)]
            await _until(lambda: heard["hello"] == DESKS, 20)
            await asyncio.sleep(0.5)
            news = json.dumps({"id": 1, "unit": world.office.pk})
            await asyncio.to_thread(_rows, "SELECT pg_notify('xiezhi_matters', %s)", news)
            await _until(lambda: heard["changed"] == DESKS, 10)
            for desk in desks:
                desk.cancel()

        asyncio.run(play())
        assert heard == {"hello": DESKS, "changed": DESKS}
        listening = _rows(
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'xiezhi-live' AND datname = current_database()"
        )
        assert listening[0][0] <= 1
        page = urllib.request.Request(f"{address}/desk/", headers={"Cookie": cookie})
        assert urllib.request.urlopen(page, timeout=10).status == 200
