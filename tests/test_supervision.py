"""`xiezhi up` keeps its children alive and never leaves one behind."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from xiezhi import pg
from xiezhi.commands.democlock import DemoClock

Started = Callable[[], "Office"]


class Office:
    """A running `xiezhi up` without demo data."""

    def __init__(self, home: Path, log: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.home = home
        self.log = log
        environment = {k: v for k, v in os.environ.items() if not k.startswith("XIEZHI_")}
        environment |= {"XIEZHI_HOME": str(home), "DJANGO_SETTINGS_MODULE": "xiezhi.config.settings"}
        program = str(Path(sys.executable).with_name("xiezhi"))
        with log.open("ab") as out:
            self.process = subprocess.Popen(
                [program, "up", "--no-demo", "--port", str(self.port)], env=environment, stdout=out, stderr=out
            )

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health", timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def wait(self, wanted: Callable[[], bool], seconds: float) -> None:
        end = time.monotonic() + seconds
        while not wanted():
            assert time.monotonic() < end, self.log.read_text()[-3000:]
            time.sleep(0.2)

    def children(self) -> dict[str, list[int]]:
        """Process ids by program, of this office only."""
        found: dict[str, list[int]] = {"granian": [], "procrastinate": []}
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                if f"XIEZHI_HOME={self.home}".encode() not in (entry / "environ").read_bytes().split(b"\0"):
                    continue
                command = (entry / "cmdline").read_bytes()
                alive = (entry / "stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
            except OSError:
                continue
            for name in found:
                if alive and name.encode() in command:
                    found[name].append(int(entry.name))
        return found


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Started]:
    opened: list[Office] = []

    def start() -> Office:
        opened.append(Office(tmp_path / "home", tmp_path / "log"))
        return opened[-1]

    yield start
    for one in opened:
        if one.process.poll() is None:
            one.process.kill()
            one.process.wait()
        for ids in one.children().values():
            for pid in ids:
                os.kill(pid, signal.SIGKILL)
    pg.Server(tmp_path / "home").stop("immediate")


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_children_come_back_and_go_with_their_supervisor(office: Started) -> None:
    first = office()
    first.wait(first.answers, 120)
    first.wait(lambda: bool(first.children()["procrastinate"]), 30)

    for pid in first.children()["granian"]:
        os.kill(pid, signal.SIGKILL)
        break
    first.wait(lambda: "starting it again" in first.log.read_text(), 20)
    first.wait(first.answers, 40)

    first.process.kill()
    first.process.wait()
    first.wait(lambda: not any(first.children().values()), 40)

    began = time.monotonic()
    second = office()
    second.wait(second.answers, 60)
    assert time.monotonic() - began < 30
    server = pg.Server(second.home)
    assert server.running()

    second.process.send_signal(signal.SIGINT)
    assert second.process.wait(40) == 0
    assert not any(second.children().values())
    assert not server.running()


def test_the_province_goes_on_where_it_stopped(tmp_path: Path) -> None:
    first = datetime.fromisoformat("2026-06-15T09:00:00+08:00")
    clock = DemoClock(tmp_path / "clock", first)
    clock.base += timedelta(hours=3)
    clock.save()
    again = DemoClock(tmp_path / "clock", first)
    assert again.base >= first + timedelta(hours=3)
    assert again.now() >= clock.now()
    assert set(again.environment()) == {"XIEZHI_NOW", "XIEZHI_NOW_SINCE"}
