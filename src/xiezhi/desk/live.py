"""Live desks: one LISTEN connection per process, fanned out to every open event stream.

A stream carries only "something changed" and the matter's number in the table, never a matter's content: the page asks
again through its ordinary, guarded address. Queues are bounded; a stream that cannot keep up is told to reload.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

import psycopg
from django.db import connections

__all__ = ["BEAT_SECONDS", "CHANNEL", "Hub", "Scope", "Stream", "event_stream", "hub"]

CHANNEL = "xiezhi_matters"
BEAT_SECONDS = 20.0
"""A comment line this often keeps proxies from closing a silent stream."""
QUEUE_SIZE = 64
RETRY_SECONDS = 2.0
LEVELS = ("prov", "city", "county")

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Scope:
    """What one desk may hear about: units by number and whole territories by level; `everything` for the ministry."""

    units: frozenset[int] = frozenset()
    prov: frozenset[int] = frozenset()
    city: frozenset[int] = frozenset()
    county: frozenset[int] = frozenset()
    matters: frozenset[int] = frozenset()
    everything: bool = False

    def hears(self, news: Mapping[str, Any]) -> bool:
        """Whether the news is about something within this scope."""
        if self.everything or news.get("id") in self.matters or news.get("unit") in self.units:
            return True
        return any(news.get(level) in getattr(self, level) for level in LEVELS)


@dataclass(eq=False)
class Stream:
    """One open page. `lost` is set when news had to be dropped: the page then reloads instead of guessing."""

    scope: Scope
    matter_id: int | None = None
    queue: asyncio.Queue[Mapping[str, Any]] = field(default_factory=lambda: asyncio.Queue(QUEUE_SIZE))
    lost: bool = False

    def offer(self, news: Mapping[str, Any]) -> None:
        """Put news where it belongs without ever waiting for a slow reader."""
        if self.matter_id is not None and news.get("id") != self.matter_id:
            return
        if self.matter_id is None and not self.scope.hears(news):
            return
        try:
            self.queue.put_nowait(news)
        except asyncio.QueueFull:
            self.lost = True

    def tell_to_reload(self) -> None:
        """Something may have been missed: the page is to ask again for everything it shows."""
        self.lost = True
        with contextlib.suppress(asyncio.QueueFull):
            self.queue.put_nowait({})


class Hub:
    """The listener of one event loop. It listens while anybody watches and reconnects when the database went away."""

    def __init__(self, connect: Callable[[], Any] | None = None) -> None:
        self.streams: set[Stream] = set()
        self.listening = asyncio.Event()
        self.connections = 0
        self._connect = connect or _connect
        self._task: asyncio.Task[None] | None = None

    def join(self, stream: Stream) -> None:
        self.streams.add(stream)
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._listen(), name="xiezhi-live")

    def leave(self, stream: Stream) -> None:
        self.streams.discard(stream)
        if not self.streams and self._task is not None:
            self._task.cancel()
            self._task = None

    def spread(self, payload: str) -> None:
        """Give one notification to every stream that may hear it. Anything malformed is dropped."""
        try:
            news = json.loads(payload)
        except ValueError:
            return
        if isinstance(news, dict):
            for stream in tuple(self.streams):
                stream.offer(news)

    async def _listen(self) -> None:
        first = True
        while True:
            try:
                conn = await self._connect()
                async with conn:
                    self.connections += 1
                    await conn.execute(f"LISTEN {CHANNEL}")
                    self.listening.set()
                    if not first:
                        # What happened while nobody listened is unknown: every page asks again.
                        for stream in tuple(self.streams):
                            stream.tell_to_reload()
                    first = False
                    async for notify in conn.notifies():
                        self.spread(notify.payload)
            except asyncio.CancelledError:
                self.listening.clear()
                raise
            except (psycopg.Error, OSError) as error:
                self.listening.clear()
                first = False
                log.warning("live desks lost their listener (%s), trying again", type(error).__name__)
            await asyncio.sleep(RETRY_SECONDS)


async def _connect() -> psycopg.AsyncConnection[Any]:
    """A connection of its own, outside the pool: it stays open as long as anybody watches."""
    settings = connections["default"].settings_dict
    options = {k: v for k, v in settings.get("OPTIONS", {}).items() if k in ("options", "sslmode", "sslrootcert")}
    options.pop("options", None)  # an idle listener has no statement to time out
    return await psycopg.AsyncConnection.connect(
        host=settings["HOST"] or None, port=settings["PORT"] or None, user=settings["USER"] or None,
        password=settings["PASSWORD"] or None, dbname=settings["NAME"], autocommit=True,
        application_name="xiezhi-live", **options,
    )  # fmt: skip


_HUBS: WeakKeyDictionary[asyncio.AbstractEventLoop, Hub] = WeakKeyDictionary()


def hub() -> Hub:
    """The hub of the running event loop; a worker process has one."""
    loop = asyncio.get_running_loop()
    found = _HUBS.get(loop)
    if found is None:
        found = _HUBS[loop] = Hub()
    return found


async def event_stream(stream: Stream, *, beat: float = BEAT_SECONDS) -> AsyncIterator[bytes]:
    """Server-sent events of one page: `changed` with how many matters changed since the last one, and heartbeats."""
    here = hub()
    here.join(stream)
    try:
        yield f"retry: {int(RETRY_SECONDS * 1000)}\n\nevent: hello\ndata: 1\n\n".encode()
        while True:
            try:
                news = await asyncio.wait_for(stream.queue.get(), beat)
            except TimeoutError:
                yield b": beat\n\n"
                continue
            # One event is mostly followed by others (a lapse, a document): say it once.
            await asyncio.sleep(0.05)
            ids = {news.get("id")}
            with contextlib.suppress(asyncio.QueueEmpty):
                while True:
                    ids.add(stream.queue.get_nowait().get("id"))
            lost, stream.lost = stream.lost, False
            body = json.dumps({"changed": len(ids), "reload": lost})
            yield f"event: changed\ndata: {body}\n\n".encode()
    finally:
        here.leave(stream)
