"""How requests meet threads: one change of thread per page, in threads that keep their database connection.

Django's own asynchronous handler starts a thread for every request and crosses between it and the event loop several
times; on light pages that costs more than the page. Here the loop only reads the request and sends the answer, and a few
lasting threads do everything between. Answers that are streams of their own (the desk's events, downloads of the API)
are sent from the loop and hold no thread.
"""

from __future__ import annotations

import asyncio
import gc
import io
import os
import tempfile
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing, suppress
from typing import IO, Any

from asgiref.sync import ThreadSensitiveContext, sync_to_async
from django.conf import settings
from django.core import signals
from django.core.handlers.asgi import ASGIHandler, get_script_prefix
from django.db import connections
from django.http.response import HttpResponseBase
from django.urls import get_resolver, set_script_prefix

__all__ = ["Handler", "settle_memory"]

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

DOWNLOADS = 32
"""Threads that feed downloads to slow readers, apart from those that make pages."""


class _Gone(Exception):
    """The reader went away."""


class Handler(ASGIHandler):
    """Django under an ASGI server, with its synchronous middleware and views in `threads` lasting threads."""

    def __init__(self, threads: int) -> None:
        super(ASGIHandler, self).__init__()  # ours is the synchronous chain of layers
        self.load_middleware(is_async=False)
        self.pool = ThreadPoolExecutor(threads, thread_name_prefix="page")
        self.downloads = ThreadPoolExecutor(DOWNLOADS, thread_name_prefix="download")

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise ValueError(f"not an HTTP connection: {scope['type']}")
        try:
            body = await _body(receive)
        except _Gone:
            return
        loop = asyncio.get_running_loop()
        response = await loop.run_in_executor(self.pool, self._answer, scope, body)
        await send(
            {"type": "http.response.start", "status": response.status_code, "headers": _headers(response)}
        )  # fmt: skip
        if not response.streaming:
            await send({"type": "http.response.body", "body": response.content})
        elif response.is_async:
            await self._stream(response, receive, send)
        else:
            await loop.run_in_executor(self.downloads, self._download, response, loop, send)

    def _answer(self, scope: Message, body: IO[bytes]) -> Any:
        """The whole request, in one thread. A finished answer is closed here, where its connection is."""
        set_script_prefix(get_script_prefix(scope))
        signals.request_started.send(sender=self.__class__, scope=scope)
        request, refused = self.create_request(scope, body)
        response = refused if request is None else self.get_response(request)
        response._handler_class = self.__class__
        if response.streaming:
            # It is closed after its last piece and elsewhere; this thread's connection goes to the next request.
            for connection in connections.all(initialized_only=True):
                connection.close_if_unusable_or_obsolete()
        else:
            response.close()
            body.close()
        return response

    async def _stream(self, response: Any, receive: Receive, send: Send) -> None:
        """Send an asynchronous stream until its end or until the reader goes away."""
        async with ThreadSensitiveContext():  # what it asks of a thread goes to one of its own

            async def feed() -> None:
                async with aclosing(aiter(response)) as pieces:
                    async for piece in pieces:
                        await send({"type": "http.response.body", "body": piece, "more_body": True})
                await send({"type": "http.response.body"})

            tasks = [asyncio.create_task(feed()), asyncio.create_task(_until_gone(receive))]
            try:
                await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in tasks:
                    task.cancel()
                ended, _ = await asyncio.gather(*tasks, return_exceptions=True)
                await sync_to_async(_close)(response)
        if isinstance(ended, Exception):
            raise ended

    @staticmethod
    def _download(response: Any, loop: asyncio.AbstractEventLoop, send: Send) -> None:
        """Send an ordinary iterator from one thread, no faster than the reader takes it."""

        def say(message: Message) -> None:
            asyncio.run_coroutine_threadsafe(send(message), loop).result()  # type: ignore[arg-type]

        try:
            for piece in response:
                say({"type": "http.response.body", "body": piece, "more_body": True})
            say({"type": "http.response.body"})
        finally:
            _close(response)


def _close(response: Any) -> None:
    """Close an answer in a thread that will not serve pages: its connection is of no further use."""
    with suppress(Exception):
        response.close()
    connections.close_all()


def _headers(response: HttpResponseBase) -> list[tuple[bytes, bytes]]:
    found = [(name.encode("ascii"), value.encode("latin1")) for name, value in response.items()]
    found += [(b"Set-Cookie", c.output(header="").encode("ascii").strip()) for c in response.cookies.values()]
    return found


async def _body(receive: Receive) -> IO[bytes]:
    """The body as a file: small ones in memory, large ones on disk. Raises _Gone where the reader left meanwhile."""
    message = await receive()
    if message["type"] == "http.disconnect":
        raise _Gone
    if not message.get("more_body", False):
        return io.BytesIO(message.get("body", b""))
    body = tempfile.SpooledTemporaryFile(max_size=settings.FILE_UPLOAD_MAX_MEMORY_SIZE, mode="w+b")  # noqa: SIM115
    try:
        body.write(message.get("body", b""))
        while message.get("more_body", False):
            message = await receive()
            if message["type"] == "http.disconnect":
                raise _Gone
            body.write(message.get("body", b""))
    except BaseException:
        body.close()
        raise
    body.seek(0)
    return body  # type: ignore[return-value]


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def settle_memory() -> None:
    """Load what every request needs, then take it out of the collector's sight: pages make much garbage that dies young,
    and going through the whole program for it each time is the slowest thing a page does."""
    _ = get_resolver().url_patterns
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def threads() -> int:
    """Threads of a web process, each with its own connection: XIEZHI_POOL, or eight."""
    return int(os.environ.get("XIEZHI_POOL") or 0) or 8
