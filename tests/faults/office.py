"""An office on a PostgreSQL of its own that writes to disk for real, with processes to kill, and clients that do not
give up: every request carries a key and is repeated until it is answered."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
from django.db import connections

from tests import factories
from tests.serving import WebServer
from xiezhi import pg
from xiezhi.config import env
from xiezhi.config.settings_test import RUN

DURABLE = {"shared_buffers": "64MB", "max_wal_size": "256MB", "log_min_duration_statement": "-1"}


@contextmanager
def pointed(urls: pg.Urls) -> Iterator[None]:
    """Let this process's connections reach another server."""
    wanted = {"default": urls.app, "owner": urls.owner, "eraser": urls.eraser}
    names = ("NAME", "USER", "PASSWORD", "HOST", "PORT")
    before = {alias: {n: connections[alias].settings_dict[n] for n in names} for alias in wanted}
    connections.close_all()
    for alias, url in wanted.items():
        found = env.database(url)
        connections[alias].settings_dict.update({n: found.get(n, "") for n in names})
    try:
        yield
    finally:
        connections.close_all()
        for alias, old in before.items():
            connections[alias].settings_dict.update(old)


@dataclass
class Office:
    """Database, web server and worker."""

    home: Path
    server: pg.Server = field(init=False)
    urls: pg.Urls = field(init=False)
    web: WebServer | None = None
    worker: subprocess.Popen[bytes] | None = None

    def __post_init__(self) -> None:
        self.server = pg.Server(self.home, DURABLE)
        self.urls = self.server.start("faults")

    def migrate(self) -> None:
        from django.core.management import call_command

        call_command("migrate", verbosity=0, interactive=False)

    @property
    def address(self) -> str:
        return self.web.address if self.web is not None else "http://127.0.0.1:9"

    def start_web(self) -> None:
        self.web = WebServer(RUN, self.urls, {"now": factories.NOW})

    def start_worker(self) -> None:
        environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("XIEZHI_", "DATABASE_"))},
            "DJANGO_SETTINGS_MODULE": "xiezhi.config.settings", "XIEZHI_HOME": str(RUN), "XIEZHI_NOW": factories.NOW,
            "DATABASE_URL": self.urls.app, "DATABASE_OWNER_URL": self.urls.owner, "DATABASE_ERASER_URL": self.urls.eraser,
        }  # fmt: skip
        command = [sys.executable, "-m", "django", "procrastinate", "-v", "0", "worker"]
        with (self.home / "worker.log").open("ab") as out:
            self.worker = subprocess.Popen(command, env=environment, stdout=out, stderr=out, start_new_session=True)

    def kill_web(self) -> None:
        """kill -9 of the server and its workers."""
        assert self.web is not None
        dead, self.web = self.web, None
        with suppress(ProcessLookupError):
            os.killpg(dead.process.pid, signal.SIGKILL)
        dead.process.wait()

    def kill_worker(self) -> None:
        if self.worker is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.worker.pid, signal.SIGKILL)
            self.worker.wait()

    def kill_database(self) -> None:
        """kill -9 of the postmaster; its children notice and end."""
        pid = self.server.pid()
        if pid is not None:
            os.kill(pid, signal.SIGKILL)

    def stop(self) -> None:
        if self.web is not None:
            self.web.stop()
        self.kill_worker()
        self.server.stop("immediate")


@dataclass
class Answered:
    """A request whose answer the client has seen."""

    path: str
    body: dict[str, Any]
    answer: dict[str, Any]


class Client(threading.Thread):
    """Files applications, accepts them and notes on them, one request after another."""

    def __init__(
        self, office: Office, token: str, province: factories.Province, seed: int, stop: threading.Event
    ) -> None:
        super().__init__(daemon=True)
        self.office, self.stop = office, stop
        self.random = random.Random(seed)
        self.seed = seed
        self.headers = {"Authorization": f"Bearer {token}"}
        self.officers = [province.staff_id("case_officer"), province.staff_id("case_officer_2")]
        self.template = province.answers(filing_method="IN_PERSON")
        self.matters: list[str] = []
        self.accepted: list[str] = []
        self.done: list[Answered] = []
        self.refused: list[tuple[str, int, str]] = []
        self.statuses: list[int] = []
        self.said: set[str] = set()
        self.errors: list[str] = []

    def run(self) -> None:
        try:
            n = 0
            while not self.stop.is_set():
                n += 1
                self.one(n)
        except Exception as error:  # a failing thread must fail the test
            self.errors.append(repr(error))

    def one(self, n: int) -> None:
        key = f"client-{self.seed}-{n:06d}"
        what = self.random.random()
        if not self.matters or (what < 0.25 and len(self.matters) < 60):
            act = {**self.template["act"], "doc_no": f"临市监罚〔2026〕{self.seed}{n:06d}号"}
            body = {"answers": {**self.template, "act": act}, "request_key": key}
            found = self.send("/procedures/XZFY/matters", body)
            if found:
                self.matters.append(found["matter"]["id"])
        elif len(self.accepted) < len(self.matters):
            matter = self.matters[len(self.accepted)]
            body = {"data": {"procedure": "ORDINARY", "officers": self.officers}, "request_key": key}
            self.send(f"/matters/{matter}/events/accepted", body)
            self.accepted.append(matter)
        else:
            matter = self.random.choice(self.accepted)
            body = {"data": {"text": f"第{n}次电话沟通"}, "request_key": key}
            self.send(f"/matters/{matter}/events/noted", body)

    def send(self, path: str, body: dict[str, Any], seconds: float = 90) -> dict[str, Any] | None:
        """Until there is an answer; None when it was refused."""
        end = time.monotonic() + seconds
        while True:
            try:
                found = requests.post(f"{self.office.address}/api{path}", json=body, headers=self.headers, timeout=20)
            except requests.RequestException:
                found = None
            if found is not None:
                self.statuses.append(found.status_code)
                if found.status_code == 200:
                    answer: dict[str, Any] = found.json()
                    self.done.append(Answered(path, body, answer))
                    return answer
                if found.status_code < 500:
                    self.refused.append((path, found.status_code, found.text[:400]))
                    return None
                self.said.add(found.text)
            if time.monotonic() > end:
                raise TimeoutError(f"no answer to {path}: {self.said}")
            time.sleep(0.15)


def load(
    office: Office, province: factories.Province, token: str, clients: int
) -> tuple[list[Client], threading.Event]:
    """Clients at work. Set the event and join them to end."""
    stop = threading.Event()
    threads = [Client(office, token, province, seed, stop) for seed in range(1, clients + 1)]
    for one in threads:
        one.start()
    return threads, stop


def finish(threads: list[Client], stop: threading.Event) -> None:
    stop.set()
    for one in threads:
        one.join(120)
        assert not one.is_alive(), "a client still waits for its answer"
        assert not one.errors, one.errors
        assert not one.refused, one.refused[:3]
