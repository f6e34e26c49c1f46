"""Child processes that are kept alive, and that never outlive their supervisor.

Run as a module it is the first moment of each child: it asks the kernel to end the child with its parent, then becomes
the program. So a supervisor killed with -9 leaves no server on the port.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

PR_SET_PDEATHSIG = 1
CALM_SECONDS = 60
"""A child that ran this long is started again at once; one that falls sooner waits longer each time."""


@dataclass
class Child:
    """One program that is started again when it ends."""

    name: str
    command: list[str]
    environment: Callable[[], Mapping[str, str]]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    falls: int = 0
    due: float = 0.0
    stop_seconds: float = 15.0
    quiet: bool = False
    """Drop what it prints; what it logs still shows."""

    def start(self) -> None:
        """Start the program in a process group of its own, so that Ctrl-C reaches the supervisor alone."""
        wrapper = [sys.executable, "-m", "xiezhi.commands.supervise", str(os.getpid()), *self.command]
        self.process = subprocess.Popen(
            wrapper,
            env=dict(self.environment()),
            start_new_session=True,
            stdout=subprocess.DEVNULL if self.quiet else None,
        )
        self.started = time.monotonic()

    def look(self) -> str | None:
        """Start it again where it has ended. Returns a sentence for the people watching, or None."""
        if self.process is None:
            if time.monotonic() >= self.due:
                self.start()
            return None
        code = self.process.poll()
        if code is None:
            return None
        # Workers of a killed server would keep its port.
        _signal_group(self.process.pid, signal.SIGKILL)
        self.falls = 0 if time.monotonic() - self.started > CALM_SECONDS else self.falls + 1
        wait = min(30.0, 0.5 * 2**self.falls) if self.falls else 0.0
        self.process, self.due = None, time.monotonic() + wait
        return f"{self.name} ended with code {code}; starting it again" + (f" in {wait:.0f} s" if wait >= 1 else "")

    def ask_to_stop(self) -> None:
        if self.process is not None:
            _signal_group(self.process.pid, signal.SIGTERM, leader_only=True)

    def stop(self) -> None:
        """Wait for the end after `ask_to_stop`; end what is left of the group by force."""
        if self.process is None:
            return
        try:
            self.process.wait(self.stop_seconds)
        except subprocess.TimeoutExpired:
            pass
        _signal_group(self.process.pid, signal.SIGKILL)
        self.process.wait()


@dataclass
class Supervisor:
    """Keeps its children alive until it is told to stop by SIGINT or SIGTERM."""

    children: list[Child]
    say: Callable[[str], None]
    every_second: Callable[[], None] = lambda: None
    stopping: bool = field(default=False)

    def run(self) -> None:
        """Return after every child has ended."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._stop)
        try:
            while not self.stopping:
                for child in self.children:
                    if (sentence := child.look()) and not self.stopping:
                        self.say(sentence)
                self.every_second()
                time.sleep(0.5)
        finally:
            for child in self.children:
                child.ask_to_stop()
            for child in self.children:
                child.stop()

    def _stop(self, *_: object) -> None:
        self.stopping = True


def _signal_group(pid: int, number: signal.Signals, leader_only: bool = False) -> None:
    try:
        (os.kill if leader_only else os.killpg)(pid, number)
    except ProcessLookupError:
        pass


def _become(parent: int, command: list[str]) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # the parent died before the line above
            sys.exit(1)
    os.execvp(command[0], command)  # noqa: S606


if __name__ == "__main__":
    _become(int(sys.argv[1]), sys.argv[2:])
