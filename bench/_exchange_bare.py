"""The bare handler the exchange is measured against: the same indexed look-up on the same copy, nothing else.

One prepared statement by a connection of a pool, JSON in and out; no authentication, policy, masking, metering or log.
"""

from __future__ import annotations

import os
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xiezhi.config.settings")
django.setup(set_prefix=False)

import gc  # noqa: E402

import orjson  # noqa: E402
from psycopg_pool import AsyncConnectionPool  # noqa: E402

from xiezhi.datacenter.exchange.gateway.engine import address  # noqa: E402
from xiezhi.datacenter.exchange.looking import key_of  # noqa: E402

SIZE = int(os.environ.get("XIEZHI_BARE_POOL", "8"))
_pools: list[AsyncConnectionPool[Any]] = []
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 50)


async def app(scope: Any, receive: Any, send: Any) -> None:
    if not _pools:
        _pools.append(
            AsyncConnectionPool(
                address(), min_size=SIZE, max_size=SIZE, open=False, kwargs={"autocommit": True, "prepare_threshold": 0}
            )
        )
        await _pools[0].open()
    message = await receive()
    asked = orjson.loads(message["body"])
    key = key_of("std_lawyer", ("license_no",), asked["keys"])
    async with _pools[0].connection() as connection:
        cursor = await connection.execute("SELECT data FROM exchange_servedrow WHERE k1 = %s", (key,), binary=True)
        rows = await cursor.fetchall()
    body = orjson.dumps({"count": len(rows), "rows": [orjson.loads(row[0]) for row in rows]})
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
