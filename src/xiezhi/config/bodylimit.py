"""How large a request may be, told before it is read: a body over the limit is refused with 413 at once."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

MIB = 1024 * 1024
API_UPLOAD = 201 * MIB
"""One file of 200 MiB and its wrapping."""
API_JSON = 8 * MIB
PAGE = 1024 * MIB
"""A form with several files; each file is limited by itself."""

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

SAID = "内容过大：单个文件不能超过200 MB，请压缩或者分开上传"


class TooLarge(Exception):
    """The body went over the limit while it was read."""


def limit_for(path: str, content_type: bytes) -> int:
    """Bytes a request to this address may have."""
    if not path.startswith("/api/"):
        return PAGE
    return API_UPLOAD if content_type.startswith(b"multipart/") else API_JSON


class BodyLimit:
    """Wraps the application. A declared length over the limit never reaches it; an undeclared one is cut off."""

    def __init__(self, app: App) -> None:
        self.app = app

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        limit = limit_for(scope["path"], headers.get(b"content-type", b""))
        declared = headers.get(b"content-length", b"")
        if declared.isdigit() and int(declared) > limit:
            await _refuse(scope, send)
            return
        seen, started = 0, False

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > limit:
                raise TooLarge
            return message

        async def watched(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self.app(scope, counted, watched)
        except TooLarge:
            if not started:
                await _refuse(scope, send)


async def _refuse(scope: Message, send: Send) -> None:
    api = scope["path"].startswith("/api/")
    problem = {"type": "urn:xiezhi:problem:too-big", "title": "内容过大", "status": 413, "detail": SAID, "problems": []}
    body = json.dumps(problem, ensure_ascii=False).encode() if api else SAID.encode()
    kind = b"application/problem+json" if api else b"text/plain; charset=utf-8"
    headers = [(b"content-type", kind), (b"content-length", str(len(body)).encode()), (b"connection", b"close"),
               (b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff")]  # fmt: skip
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": body})
