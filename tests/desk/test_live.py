"""Live desks: one listener for ninety streams, within reach only, never slower than its slowest reader."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import psycopg
import pytest

from xiezhi.desk import live


class Notices:
    """A listener's connection that gives what a test puts in."""

    def __init__(self, news: asyncio.Queue[Any]) -> None:
        self.news = news

    async def __aenter__(self) -> Notices:
        return self

    async def __aexit__(self, *error: object) -> None:
        return None

    async def execute(self, statement: str) -> None:
        assert statement == "LISTEN xiezhi_matters"

    async def notifies(self) -> Any:
        while True:
            found = await self.news.get()
            if isinstance(found, Exception):
                raise found
            yield type("Notify", (), {"payload": found})()


def _hub(news: asyncio.Queue[Any]) -> live.Hub:
    async def connect() -> Notices:
        return Notices(news)

    return live.Hub(connect)


def _say(**news: Any) -> str:
    return json.dumps({"id": 1, "seq": 2, "unit": 7, "prov": 1, "city": 2, "county": 3, **news})


def test_ninety_streams_share_one_connection() -> None:
    async def play() -> None:
        news: asyncio.Queue[Any] = asyncio.Queue()
        hub = _hub(news)
        inside = [live.Stream(live.Scope(county=frozenset({3}))) for _ in range(60)]
        outside = [live.Stream(live.Scope(county=frozenset({4}), units=frozenset({9}))) for _ in range(30)]
        for stream in (*inside, *outside):
            hub.join(stream)
        await asyncio.wait_for(hub.listening.wait(), 2)
        await news.put(_say())
        for stream in inside:
            assert (await asyncio.wait_for(stream.queue.get(), 2))["id"] == 1
        assert all(stream.queue.empty() for stream in outside)
        assert hub.connections == 1
        for stream in (*inside, *outside):
            hub.leave(stream)
        assert not hub.streams

    asyncio.run(play())


@pytest.mark.parametrize(
    ("scope", "heard"),
    [
        (live.Scope(units=frozenset({7})), True),
        (live.Scope(prov=frozenset({1})), True),
        (live.Scope(matters=frozenset({1})), True),
        (live.Scope(everything=True), True),
        (live.Scope(units=frozenset({8}), city=frozenset({9})), False),
        (live.Scope(), False),
    ],
)
def test_scope(scope: live.Scope, heard: bool) -> None:
    assert scope.hears(json.loads(_say())) is heard


def test_a_matter_page_hears_its_matter_only() -> None:
    stream = live.Stream(live.Scope(everything=True), matter_id=5)
    stream.offer(json.loads(_say(id=1)))
    stream.offer(json.loads(_say(id=5)))
    assert stream.queue.qsize() == 1


def test_a_slow_reader_loses_news_and_is_told() -> None:
    stream = live.Stream(live.Scope(everything=True))
    for n in range(live.QUEUE_SIZE + 10):
        stream.offer({"id": n})
    assert stream.queue.qsize() == live.QUEUE_SIZE
    assert stream.lost


def test_reconnects_and_tells_every_page_to_ask_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "RETRY_SECONDS", 0.01)

    async def play() -> None:
        news: asyncio.Queue[Any] = asyncio.Queue()
        hub = _hub(news)
        stream = live.Stream(live.Scope(units=frozenset({99})))
        hub.join(stream)
        await asyncio.wait_for(hub.listening.wait(), 2)
        await news.put(psycopg.OperationalError("gone"))
        await asyncio.wait_for(stream.queue.get(), 2)
        assert stream.lost
        assert hub.connections == 2
        hub.leave(stream)

    asyncio.run(play())


def test_malformed_news_is_dropped() -> None:
    hub = live.Hub()
    hub.spread("{")
    hub.spread("[]")


def test_events_say_that_something_changed_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    async def play() -> list[bytes]:
        news: asyncio.Queue[Any] = asyncio.Queue()
        hub = _hub(news)
        monkeypatch.setattr(live, "hub", lambda: hub)
        stream = live.Stream(live.Scope(units=frozenset({7})))
        parts: list[bytes] = []
        source = live.event_stream(stream, beat=0.05)
        parts.append(await anext(source))
        parts.append(await anext(source))
        await news.put(_say(secret="周禾生"))
        while not parts[-1].startswith(b"event: changed"):
            parts.append(await anext(source))
        await source.aclose()
        assert not hub.streams
        return parts

    parts = asyncio.run(play())
    assert parts[0].startswith(b"retry:")
    assert parts[1] == b": beat\n\n"
    said = json.loads(parts[-1].split(b"data: ")[1])
    assert said == {"changed": 1, "reload": False}
    assert "周" not in b"".join(parts).decode()
