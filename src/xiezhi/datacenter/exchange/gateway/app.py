"""The application: /exchange/v1/<interface>, /exchange/v1/<interface>/batch, /exchange/v1/openapi.json, /exchange/v1/keys."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any
from weakref import WeakKeyDictionary

import orjson

from xiezhi.kernel.calendar import clock

from .. import declare, identity, openapi
from ..declare import Kind
from ..policy import decide, in_force
from ..problems import Refused
from . import answers
from .engine import Engine, address
from .quota import periods
from .reading import authenticate, items_of, parse_asked, parse_body, request_of
from .work import Work

__all__ = ["PREFIX", "app"]

log = logging.getLogger(__name__)

PREFIX = "/exchange/v1/"
BODY = 1024 * 1024
PUSH_BODY = 16 * 1024 * 1024
BODY_SECONDS = 15.0
"""How long a partner may take to send its request."""

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

_engines: WeakKeyDictionary[asyncio.AbstractEventLoop, Engine] = WeakKeyDictionary()


def engine() -> Engine:
    """The engine of the running event loop."""
    loop = asyncio.get_running_loop()
    found = _engines.get(loop)
    if found is None:
        found = _engines[loop] = Engine(address())
    return found


async def app(scope: Message, receive: Receive, send: Send) -> None:
    """Answer one call."""
    path = scope["path"]
    name = path[len(PREFIX) :] if path.startswith(PREFIX) else ""
    work = Work(at=clock.now(), began=time.perf_counter(), interface=name, request=request_of(scope))
    client = scope.get("client")
    work.terminal = client[0] if client else ""
    if name == "keys" and scope["method"] == "GET":
        await _send(send, 200, orjson.dumps(identity.published()), [(b"content-type", b"application/json")])
        return
    try:
        body = await _body(scope, receive, _limit(name))
    except _Gone:
        return
    except Refused as refusal:
        work.refusal, body = refusal, b""
    running = engine()
    work.request_digest = hashlib.sha256(body).digest()
    if work.refusal is None:
        await _judge(running, work, name, body)
    if work.refusal is not None and work.refusal.code == "UNAVAILABLE":
        answers.refuse(work, work.refusal)
    else:
        await running.through(work)
    await _send(send, work.status, work.body, work.headers)


RECHECKED = frozenset({
    "KEY_UNKNOWN", "KEY_ENDED", "BAD_SIGNATURE", "CALLER_SUSPENDED", "NOT_GRANTED", "GRANT_SUSPENDED", "GRANT_STOPPED", "GRANT_ENDED",
    "PURPOSE_NOT_GRANTED", "FIELD_NOT_GRANTED", "CASE_NEEDED", "OVER_QUOTA",
})  # fmt: skip
"""Refusals that another version of the policy may lift."""


async def _judge(running: Engine, work: Work, name: str, body: bytes) -> None:
    """Read the call. Before it is refused for what the policy says, the policy's version is asked for anew."""
    started = time.monotonic()
    try:
        await _read(running, work, name, body)
    except Refused as refusal:
        work.refusal = refusal
    if work.refusal is None or work.refusal.code not in RECHECKED:
        return
    try:
        if await running.changed_since(started):
            work.refusal = None
            await _read(running, work, name, body)
    except Refused as refusal:
        work.refusal = refusal


async def _read(running: Engine, work: Work, name: str, body: bytes) -> None:
    """`_ask`, with every other error told as one of ours: nobody outside learns what failed."""
    try:
        await _ask(running, work, name, body)
    except Refused:
        raise
    except Exception as error:
        log.exception("a call could not be read: %s", type(error).__name__)
        raise Refused("UNAVAILABLE") from None


def _limit(name: str) -> int:
    code = name.partition("/")[0]
    pushed = code in declare.interfaces and declare.interfaces.get(code).kind is Kind.PUSH
    return PUSH_BODY if pushed else BODY


async def _ask(running: Engine, work: Work, name: str, body: bytes) -> None:
    """Who asks, for what, and whether they may; then what a lane needs to know. Raises Refused."""
    policy = await running.fresh()
    key = authenticate(policy, work, body)
    code, _, tail = name.partition("/")
    work.interface = code
    if code == "openapi.json" and work.request.method == "GET":
        in_force(key, work.at.timestamp())
        work.received = openapi.document(policy, key)
        return
    if tail not in ("", "batch"):
        raise Refused("NO_INTERFACE")
    if work.request.method != "POST":
        raise Refused("BAD_METHOD")
    said = parse_body(body)
    asked = work.asked = parse_asked(code, said)
    now = work.at.timestamp()
    work.grant, work.plan = decide(policy, key, asked, now)
    interface = work.grant.interface
    if interface.kind is Kind.PUSH:
        if work.signature is None and interface.signed:
            raise Refused("NO_CREDENTIALS", "这个接口只接受签名的请求。")
    else:
        items = items_of(interface, running.slots, said, tail == "batch")
        if interface.kind is Kind.VERIFY and any(name not in work.grant.fields for i in items for name in i.claims):
            raise Refused("FIELD_NOT_GRANTED")
        if not key.sandbox and not all(item.slot for item in items):
            raise Refused("NO_DATA", retry_after=60)
        work.items, work.many = items, tail == "batch"
        work.keys_hash = hashlib.sha256(b"".join(item.key.bytes for item in items)).digest()
    if any(work.grant.limits):
        names = tuple(name for name, _ in periods(work.at))
        amount = max(1, len(work.items))
        if not running.quotas.take_now(work.grant, amount, names) and not await running.quotas.lease(
            work.grant, amount, work.at, running.lease
        ):
            raise Refused("OVER_QUOTA", retry_after=60 - work.at.second)
    if interface.kind is Kind.PUSH:
        if work.nonce is not None:
            # What is received twice is done twice, so a repeated request is told before, not with the look-ups.
            await running.claim(work)
        work.received = await asyncio.to_thread(
            _receive, interface, declare.Push(key.caller, key.caller_code, body, said)
        )


def _receive(interface: declare.Interface, push: declare.Push) -> Mapping[str, Any]:
    """In a thread of its own, with Django's connections given back afterwards."""
    from django.db import close_old_connections

    assert interface.receive is not None
    close_old_connections()
    try:
        return interface.receive(push)
    finally:
        close_old_connections()


class _Gone(Exception):
    """The partner went away."""


async def _body(scope: Message, receive: Receive, limit: int) -> bytes:
    """The body. Raises Refused where it is too large or too slow, _Gone where it never ends."""
    for name, value in scope["headers"]:
        if name == b"content-length" and (not value.isdigit() or int(value) > limit):
            raise Refused("TOO_LARGE")
    message = await receive()
    if message["type"] == "http.disconnect":
        raise _Gone
    if not message.get("more_body", False):
        return bytes(message.get("body", b""))
    pieces, size = [message.get("body", b"")], len(message.get("body", b""))
    try:
        async with asyncio.timeout(BODY_SECONDS):
            while message.get("more_body", False):
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise _Gone
                pieces.append(message.get("body", b""))
                size += len(pieces[-1])
                if size > limit:
                    raise Refused("TOO_LARGE")
    except TimeoutError:
        raise Refused("BAD_REQUEST") from None
    return b"".join(pieces)


async def _send(send: Send, status: int, body: bytes, headers: list[tuple[bytes, bytes]]) -> None:
    headers = [*headers, (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
