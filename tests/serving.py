"""A real web server on a test database, as in production but for the port."""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from xiezhi import pg


class WebServer:
    """One Granian with one worker. `address` has no slash at its end."""

    def __init__(self, run: Path, urls: pg.Urls, variables: Mapping[str, str]) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.address = f"http://127.0.0.1:{port}"
        self.log = run / f"web-{port}.log"
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("XIEZHI_", "DATABASE_"))},
            "DJANGO_SETTINGS_MODULE": "xiezhi.config.settings",
            "XIEZHI_HOME": str(run),
            "XIEZHI_PUBLIC_URL": self.address,
            "XIEZHI_DEMO": "1",
            "XIEZHI_POOL": "8",
            "DATABASE_URL": urls.app,
            "DATABASE_OWNER_URL": urls.owner,
            "DATABASE_ERASER_URL": urls.eraser,
            **{f"XIEZHI_{name.upper()}": value for name, value in variables.items()},
        }
        self._collect_static(run)
        command = [
            str(Path(sys.executable).with_name("granian")), "--interface", "asginl", "--host", "127.0.0.1",
            "--port", str(port), "--no-ws", "--workers-kill-timeout", "2", "xiezhi.config.asgi:application",
        ]  # fmt: skip
        with self.log.open("wb") as out:
            self.process = subprocess.Popen(
                command, env=self.environment, stdout=out, stderr=out, start_new_session=True
            )
        end = time.monotonic() + 60
        while not self.answers():
            if time.monotonic() > end or self.process.poll() is not None:
                self.stop()
                raise RuntimeError(f"the server did not start:\n{self.log.read_text()[-3000:]}")
            time.sleep(0.1)

    def answers(self) -> bool:
        """Whether it reaches its database."""
        try:
            with urllib.request.urlopen(f"{self.address}/health", timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def stop(self) -> None:
        """End it and its workers."""
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            pass
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()

    def _collect_static(self, run: Path) -> None:
        """Once per test run; the other workers wait."""
        with open(run / ".static.lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if (run / "static" / "staticfiles.json").exists():
                return
            command = [sys.executable, "-m", "django", "collectstatic", "--noinput", "--verbosity", "0"]
            subprocess.run(command, env=self.environment, check=True)
