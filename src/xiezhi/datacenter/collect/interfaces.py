"""HTTP interfaces that answer JSON, page by page. Only hosts the operator allows; bounded in size, time and pages."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from xiezhi.datacenter.collect import connections
from xiezhi.datacenter.collect.databases import back, moment_or_number
from xiezhi.datacenter.collect.jsons import objects
from xiezhi.datacenter.collect.sources import Http, Mode, Paging, Source
from xiezhi.datacenter.collect.staged import Staged, text_of
from xiezhi.datacenter.runs.services import Stopped

__all__ = ["stage"]

TRIES = 5
WAIT = 0.5
CONNECT, READ = 10, 60
MOST_PAGES = 1_000_000
ANSWER = 64 << 20
AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})


def dig(body: Any, path: str) -> Any:
    """A value inside an answer by its path ("data.items"); None where it is not there."""
    for part in path.split(".") if path else ():
        body = body.get(part) if isinstance(body, dict) else None
    return body


def ask(session: Any, address: str, parameters: dict[str, Any], limit: int) -> tuple[Any, Any]:
    """One answer and its headers. Tries again after pauses that grow; never follows to another host."""
    import orjson
    import requests

    trouble = ""
    for attempt in range(TRIES):
        if attempt:
            time.sleep(WAIT * 2 ** (attempt - 1) * (0.5 + random.random()))
        try:
            with session.get(
                connections.allowed(address),
                params=parameters,
                timeout=(CONNECT, READ),
                stream=True,
                allow_redirects=False,
            ) as answer:
                if answer.status_code in AGAIN:
                    trouble = f"接口答复 {answer.status_code}"
                    pause = answer.headers.get("Retry-After", "")
                    if pause.isdigit():
                        time.sleep(min(int(pause), 60))
                    continue
                if answer.is_redirect:
                    raise Stopped("接口要求转到别的地址，未跟随。请核对连接地址。")
                if answer.status_code != 200:
                    raise Stopped(f"接口答复 {answer.status_code}，没有给出数据。请核对地址和授权。")
                body = bytearray()
                for block in answer.iter_content(1 << 20):
                    body += block
                    if len(body) > limit:
                        raise Stopped(f"接口的一次答复超过 {limit >> 20} MB，已停止读取。")
                try:
                    return orjson.loads(bytes(body)), answer
                except orjson.JSONDecodeError:
                    trouble = "接口的答复不是完整的 JSON"
        except (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError) as error:
            trouble = f"接口连接中断（{type(error).__name__}）"
    raise Stopped(f"{trouble}，已重试 {TRIES} 次。已读的部分没有入库，下次重来。")


def pages(source: Source, parameters: dict[str, Any]) -> Iterator[list[Any]]:
    """The lists of rows, page after page."""
    import requests

    where = source.where
    assert isinstance(where, Http)
    entry = connections.get(where.connection)
    address = connections.join(str(entry.get("base", "")), where.path)
    asked = {**where.parameters, **parameters}
    if where.paging is not Paging.NONE:
        asked[where.size_name] = where.size
    with requests.Session() as session:
        session.trust_env = False
        token = connections.secret(entry, "token")
        if token:
            session.headers["Authorization"] = f"Bearer {token}"
        session.headers["Accept"] = "application/json"
        seen: set[str] = set()
        for number in range(MOST_PAGES):
            if where.paging is Paging.PAGE:
                asked[where.page_name] = where.first_page + number
            elif where.paging is Paging.OFFSET:
                asked[where.page_name] = number * where.size
            body, answer = ask(session, address, asked, min(source.limit, ANSWER))
            found = dig(body, where.rows) if where.rows else body
            if not isinstance(found, list):
                raise Stopped(f"接口的答复中没有约定的列表“{where.rows or '(整体)'}”。")
            yield found
            if where.paging is Paging.NONE:
                return
            if where.paging in (Paging.PAGE, Paging.OFFSET):
                if len(found) < where.size:
                    return
                continue
            if where.paging is Paging.CURSOR:
                following = text_of(dig(body, where.next_path)) or ""
                asked[where.page_name] = following
            else:
                link = answer.links.get("next", {}).get("url", "")
                following = urljoin(answer.url, link) if link else ""
                address, asked = following, {}
            if not following:
                return
            if following in seen:
                raise Stopped("接口的下一页又回到了读过的页，已停止。")
            seen.add(following)
    raise Stopped("接口的页数超过上限，已停止。")


def stage(
    con: Any, source: Source, folder: Path, position: str, *, step: Callable[[int], None] = lambda n: None
) -> Staged:
    """All rows of an interface, kept line by line on disk while they come."""
    import orjson

    where = source.where
    assert isinstance(where, Http)
    parameters: dict[str, Any] = {}
    if source.mode is Mode.INCREMENTAL and position and where.since:
        parameters[where.since] = text_of(back(moment_or_number(position), where.overlap))
    kept, high = folder / "answers.jsonl", position
    size = 0
    with kept.open("wb") as out:
        for found in pages(source, parameters):
            for one in found:
                line = orjson.dumps(one) + b"\n"
                size += len(line)
                out.write(line)
                if where.cursor and isinstance(one, dict):
                    high = later(high, text_of(one.get(where.cursor)) or "")
            if size > source.limit:
                raise Stopped(f"接口给出的数据超过 {source.limit >> 20} MB，已停止读取。")
            step(len(found))

    def each() -> Iterator[Any]:
        with kept.open("rb") as lines:
            for line in lines:
                yield orjson.loads(line)

    staged = objects(con, folder, each(), [], again=each)
    staged.high = high
    return staged


def later(one: str, other: str) -> str:
    """The later of two positions: as numbers where both are, as moments or text otherwise."""
    if not one or not other:
        return one or other
    a, b = moment_or_number(one), moment_or_number(other)
    if type(a) is type(b):
        try:
            return one if a >= b else other  # type: ignore[operator]
        except TypeError:
            pass
    return max(one, other)
