"""What was answered stands in the log, whatever is killed; without a log nothing is answered."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import time
from typing import Any

import orjson
import psycopg
import pytest

from tests.conftest import Serve, _sql
from tests.datacenter.exchange.conftest import ASK, Gateway, Partner, lawyer, partner, serve_rows
from xiezhi import pg
from xiezhi.datacenter.exchange.models import CallLog


@pytest.fixture(scope="module")
def court(exchange_db: pg.Urls) -> Partner:
    serve_rows([lawyer(n) for n in range(30)])
    return partner("court", "云岭省高级人民法院", fields=["license_no", "name"], purposes=["TRIAL"])


def by_license(n: int) -> dict[str, Any]:
    return {**ASK, "keys": {"license_no": lawyer(n)["license_no"]}}


def test_a_lost_database_gives_nothing_and_comes_back(gateway: Gateway, court: Partner, exchange_db: pg.Urls) -> None:
    assert gateway.post("lawyer-license", by_license(1), court).status == 200
    name = exchange_db.app.split("@/")[1].split("?")[0]
    ended = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}' AND application_name = 'xiezhi-exchange'"
    assert len(_sql(ended)) >= 3
    found = gateway.post("lawyer-license", by_license(1), court)
    assert found.code in ("UNAVAILABLE", "OK")
    logged = CallLog.objects.count()
    _sql(f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false")
    try:
        _sql(ended)
        time.sleep(0.4)
        codes = [gateway.post("lawyer-license", by_license(n), court).code for n in range(5)]
        assert set(codes) == {"UNAVAILABLE"}, "no log, no answer"
    finally:
        _sql(f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS true")
    time.sleep(0.5)
    assert gateway.post("lawyer-license", by_license(2), court).status == 200
    assert CallLog.objects.count() == logged + 1


def test_a_log_that_cannot_be_written_lets_nothing_out(gateway: Gateway, court: Partner, exchange_db: pg.Urls) -> None:
    with psycopg.connect(exchange_db.owner, autocommit=True) as owner:
        owner.execute("REVOKE INSERT ON exchange_calllog FROM xiezhi_app")
        try:
            found = gateway.post("lawyer-license", by_license(3), court)
            assert found.code == "UNAVAILABLE" and "rows" not in found.json
        finally:
            owner.execute("GRANT INSERT ON exchange_calllog TO xiezhi_app")
    time.sleep(0.4)
    assert gateway.post("lawyer-license", by_license(3), court).status == 200


def test_history_of_calls_cannot_be_changed(exchange_db: pg.Urls, court: Partner) -> None:
    with psycopg.connect(exchange_db.app) as connection:
        for table in ("exchange_calllog", "exchange_callbatch", "exchange_callperson", "exchange_grantevent"):
            for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET id = id"):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    connection.execute(statement)
                connection.rollback()


def test_every_answered_call_is_in_the_log_after_a_kill(serve: Serve, tmp_path: Any) -> None:
    """A real server under load is killed without warning; each answer that came back stands in the log."""
    serve_rows([lawyer(n) for n in range(30)])
    who = partner("court", "云岭省高级人民法院", fields=["license_no"], purposes=["TRIAL"])
    address = serve()
    _doors(address)
    host, port = address.removeprefix("http://").split(":")
    answered: list[str] = []

    async def ask() -> None:
        reader, writer = await asyncio.open_connection(host, int(port))
        n = 0
        while True:
            body = orjson.dumps(by_license(n % 30))
            n += 1
            head = (
                f"POST /exchange/v1/lawyer-license HTTP/1.1\r\nhost: {host}:{port}\r\ncontent-length: {len(body)}\r\n"
                f"authorization: Bearer {who.token}\r\n\r\n"
            )
            writer.write(head.encode() + body)
            try:
                head_of = await reader.readuntil(b"\r\n\r\n")
                length = int(head_of.lower().split(b"content-length:")[1].split(b"\r")[0])
                said = json.loads(await reader.readexactly(length))
            except (asyncio.IncompleteReadError, ConnectionError):
                return
            if head_of[9:12] == b"200":
                answered.append(said["call"])

    async def load() -> None:
        asking = [asyncio.create_task(ask()) for _ in range(12)]
        end = time.monotonic() + 20
        while len(answered) < 150 and time.monotonic() < end:
            await asyncio.sleep(0.05)
        for pid in _workers(int(port)):
            os.kill(pid, signal.SIGKILL)
        await asyncio.wait_for(asyncio.gather(*asking), 20)

    asyncio.run(load())
    assert len(answered) >= 150
    logged = {f"{batch.hex}-{n}" for batch, n in CallLog.objects.filter(result="OK").values_list("batch_id", "n")}
    assert set(answered) <= logged and len(set(answered)) == len(answered)


def _workers(port: int) -> list[int]:
    """Processes that listen on a port of this test's own server."""
    from pathlib import Path

    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().split(b"\0")
        except OSError:
            continue
        if b"--port" in words and words[words.index(b"--port") + 1] == str(port).encode():
            found.append(int(path.parent.name))
    return found + [
        int(p) for parent in found for p in subprocess.run(["pgrep", "-P", str(parent)], capture_output=True, text=True, check=False).stdout.split()
    ]  # fmt: skip


def _doors(address: str) -> None:
    """The gateway answers its own path, Django the rest."""
    import urllib.error
    import urllib.request

    with urllib.request.urlopen(f"{address}/exchange/v1/keys") as answer:
        assert json.loads(answer.read())["keys"][0]["alg"] == "ed25519"
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(urllib.request.Request(f"{address}/exchange/v1/lawyer-license", b"{}", method="POST"))
    assert refused.value.code == 401 and json.loads(refused.value.read())["code"] == "NO_CREDENTIALS"
    with urllib.request.urlopen(f"{address}/data/exchange/") as page:
        assert "RFC 9421" in page.read().decode()
