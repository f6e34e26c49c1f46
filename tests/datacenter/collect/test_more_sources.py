"""Interfaces page by page, and what the platform's own functions hold; removal of a person; what is due."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from datetime import date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from xiezhi.datacenter.collect import interfaces, schedule, selectors, services
from xiezhi.datacenter.collect.models import Delivery
from xiezhi.datacenter.collect.sources import Http, Mode, Own, Paging
from xiezhi.kernel.calendar.clock import SHANGHAI
from xiezhi.kernel.datasets import registry

from .conftest import Make, put, rows

ROWS = [{"id": i, "name": f"名{i}", "at": f"2026-03-05T08:00:{i:02}"} for i in range(1, 24)]


class Service(ThreadingHTTPServer):
    """An interface that hands out ROWS in every way; `trouble` is answered first."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[str] = []
        self.trouble: list[Any] = []
        self.rows = list(ROWS)


class Handler(BaseHTTPRequestHandler):
    server: Service

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        asked = {k: v[0] for k, v in parse_qs(parts.query).items()}
        self.server.asked.append(self.path + " " + self.headers.get("Authorization", ""))
        if self.server.trouble:
            bad = self.server.trouble.pop(0)
            if isinstance(bad, int):
                self.send_response(bad)
                self.send_header("Location", "http://127.0.0.1:1/secret")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            return self.answer(bad)
        size = int(asked.get("size", 1000))
        found = [r for r in self.server.rows if r["at"] >= asked.get("since", "")]
        if parts.path == "/page":
            at = (int(asked["page"]) - 1) * size
            return self.answer({"data": {"items": found[at : at + size]}})
        if parts.path == "/offset":
            at = int(asked["page"])
            return self.answer(found[at : at + size])
        at = int(asked.get("page") or asked.get("after") or 0)
        more = at + size < len(found)
        if parts.path == "/cursor":
            return self.answer({"rows": found[at : at + size], "next": str(at + size) if more else None})
        if parts.path == "/loop":
            return self.answer({"rows": found[:size], "next": "5"})
        link = f'<{parts.path}?after={at + size}&size={size}>; rel="next"' if more else ""
        return self.answer(found[at : at + size], link)

    def answer(self, body: Any, link: str = "") -> None:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        if link:
            self.send_header("Link", link)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def service(connect: Callable[..., None], settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    found = Service()
    threading.Thread(target=found.serve_forever, daemon=True).start()
    host = f"127.0.0.1:{found.server_address[1]}"
    settings.COLLECT_HOSTS = [host]
    monkeypatch.setattr(interfaces, "WAIT", 0.001)
    connect("api", base=f"http://{host}/", token="t0ken")
    yield found
    found.shutdown()
    found.server_close()


@pytest.mark.parametrize(
    ("path", "where"),
    [
        ("page", Http("api", "page", rows="data.items", paging=Paging.PAGE, size=5)),
        ("offset", Http("api", "offset", paging=Paging.OFFSET, size=5)),
        ("cursor", Http("api", "cursor", rows="rows", paging=Paging.CURSOR, size=5)),
        ("link", Http("api", "link", paging=Paging.LINK, size=5)),
        ("all", Http("api", "all")),
    ],
)
def test_paging(make: Make, service: Service, path: str, where: Http) -> None:
    source = make(path, where)
    service.trouble = [503, b'{"cut']
    run = services.collect(path)
    assert (run.state, run.rows_out) == ("DONE", 23), run.error
    assert [r[0] for r in rows(source, "id")] == [str(i) for i in range(1, 24)]
    assert service.asked[-1].endswith(" Bearer t0ken") and len(service.asked) == (3 if path == "all" else 7)


def test_incremental_interface(make: Make, service: Service) -> None:
    where = Http("api", "page", rows="data.items", paging=Paging.PAGE, size=5, cursor="at", since="since", overlap=2)
    source = make("inc", where, mode=Mode.INCREMENTAL, keys=("id",))
    service.rows = ROWS[:10]
    assert services.collect("inc").rows_out == 10
    service.rows = [*ROWS, {**ROWS[8], "name": "改"}]
    assert services.collect("inc").rows_out == 14, "13 new ones and a changed one; the overlap is not taken twice"
    assert services.collect("inc").batch_id == "" and len(rows(source)) == 24
    assert "since=2026-03-05T08%3A00%3A21" in service.asked[-1] or "since=2026-03-05+08%3A00%3A21" in service.asked[-1]


@pytest.mark.parametrize(
    ("trouble", "said"),
    [
        ([500] * 9, "已重试"), ([302], "未跟随"), ([403], "403"), ([b"x" * 3000], "已停止读取"), ([{"other": []}], "没有约定的列表"),
        ([{"data": {"items": "x"}}], "没有约定的列表"),
    ],
)  # fmt: skip
def test_answers_that_are_none(
    make: Make, service: Service, trouble: list[Any], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(interfaces, "ANSWER", 2000)
    source = make("bad", Http("api", "page", rows="data.items", paging=Paging.PAGE, size=5))
    service.trouble = trouble
    run = services.collect("bad")
    assert run.state == "FAILED" and said in run.error and not rows(source)


def test_pages_that_turn_in_a_circle(make: Make, service: Service) -> None:
    make("loop", Http("api", "loop", rows="rows", paging=Paging.CURSOR, size=5))
    assert "回到了读过的页" in services.collect("loop").error


@pytest.mark.parametrize(
    "base",
    [
        "http://127.0.0.1:5432/",
        "http://169.254.169.254/latest",
        "file:///etc/passwd",
        "http://u:p@127.0.0.1/",
        "gopher://x",
    ],
)
def test_only_hosts_that_are_allowed(make: Make, service: Service, connect: Callable[..., None], base: str) -> None:
    connect("inner", base=base)
    make("inner", Http("inner", ""))
    run = services.collect("inner")
    assert run.state == "FAILED" and ("名单" in run.error or "账号" in run.error) and not service.asked


def test_own_datasets(make: Make, monkeypatch: pytest.MonkeyPatch, freeze: Callable[[str], None]) -> None:
    held = [{"no": "1", "on": date(2026, 3, 1), "n": 2}, {"no": "2", "on": date(2026, 3, 9), "n": None}]
    columns = (registry.Column("no", "编号"), registry.Column("on", "日期"), registry.Column("n", "数"))
    monkeypatch.setattr(registry.datasets, "_held", {})
    registry.datasets.register(
        registry.Dataset("t.cases", "案件", columns, registry.Level.INTERNAL, ("no",), "tests", rows=lambda since, until, **_: (r for r in held if since <= r["on"] < until))
    )  # fmt: skip
    freeze("2026-03-05 09:00")
    source = make("own", Own("t.cases"), mode=Mode.INCREMENTAL)
    assert services.collect("own").rows_out == 1
    freeze("2026-03-09 09:00")
    assert services.collect("own").rows_out == 1 and services.collect("own").batch_id == ""
    assert rows(source, '"no", "on", n') == [("1", "2026-03-01", "2"), ("2", "2026-03-09", None)]
    make("nobody", Own("t.none"))
    assert "没有数据集" in services.collect("nobody").error


def test_schedules() -> None:
    at = datetime(2026, 3, 5, 9, 30, tzinfo=SHANGHAI)
    assert schedule.following("15 2 * * *", at) == datetime(2026, 3, 6, 2, 15, tzinfo=SHANGHAI)
    assert schedule.previous("15 2 * * *", at) == datetime(2026, 3, 5, 2, 15, tzinfo=SHANGHAI)
    assert schedule.following("*/20 9-17 * * 1-5", at) == datetime(2026, 3, 5, 9, 40, tzinfo=SHANGHAI)
    assert schedule.following("0 8 1 1,7 *", at) == datetime(2026, 7, 1, 8, tzinfo=SHANGHAI)
    assert schedule.following("0 0 30 2 *", at) is None
    for bad in ("", "* * * *", "61 * * * *", "a b c d e", "*/0 * * * *", "5-1 * * * *"):
        assert not schedule.understood(bad)


def test_what_is_due(make: Make, freeze: Callable[[str], None]) -> None:
    freeze("2026-03-05 02:16")
    source = make("night", every="15 2 * * *")
    make("hand")
    assert [s.code for s in selectors.due()] == ["night"]
    put(source, "a.csv", "a\n1\n")
    services.collect("night")
    assert selectors.due() == []
    freeze("2026-03-06 02:20")
    assert [s.code for s in selectors.due()] == ["night"]
    row = next(r for r in selectors.overview() if r.source.code == "night")
    assert row.last and row.last.rows == 1 and row.next_at == datetime(2026, 3, 7, 2, 15, tzinfo=SHANGHAI)
    assert selectors.overview({"x"}) == [] and Delivery.objects.count() == 1
