"""A process that keeps the ledger and is killed with -9, again and again: at random moments, or at every single step.

It sets Django up once and forks the processes that die, so that hundreds of deaths take seconds. It opens no connection of
its own. `python -m tests.faults.ledger_keeper random SEED SECONDS` keeps two publishers at once, whose lives last about so long,
until something comes on its standard input; `... steps` dies before and after every statement, write and rename of one round, and checks what is left.
"""

from __future__ import annotations

import os
import random
import select
import signal
import sys
import threading
from collections.abc import Callable
from typing import Any

LINE: dict[str, float] = {"poll": 0.005, "every": 0.01, "again": 0.05}


def forked(work: Callable[[], None]) -> int:
    """A child that does `work` and ends with 0, or 70 when it raised."""
    child = os.fork()
    if child:
        return child
    status = 70
    try:
        work()
        status = 0
    except BaseException as error:
        print(f"died of {type(error).__name__}: {error}", file=sys.stderr, flush=True)
    finally:
        os._exit(status)


def ended(child: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def keep() -> None:
    from xiezhi.kernel.ledger import runner

    runner.run(threading.Event(), **LINE)


def at_random(seed: int, life: float) -> None:
    chance = random.Random(seed)
    children = [forked(keep), forked(keep)]
    kills = 0
    while not select.select([sys.stdin], [], [], chance.uniform(0, life) * chance.choice((0.1, 0.5, 2)))[0]:
        victim = chance.randrange(2)
        os.kill(children[victim], signal.SIGKILL)
        status = ended(children[victim])
        if status != -signal.SIGKILL:
            print(f"ended by itself with {status}", file=sys.stderr, flush=True)
            break
        kills += 1
        children[victim] = forked(keep)
    for child in children:
        os.kill(child, signal.SIGKILL)
        ended(child)
    print(kills, flush=True)


class Countdown:
    """Kills this process before or after the n-th step."""

    def __init__(self, at: int, before: bool) -> None:
        self.left, self.before = at, before

    def step(self, call: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        self.left -= 1
        if self.left == 0 and self.before:
            os.kill(os.getpid(), signal.SIGKILL)
        result = call(*arguments, **named)
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return result


def one_round(at: int, before: bool) -> None:
    """Write three entries; then sequence and publish, and die at the step."""
    from pathlib import Path

    from django.db import connection, transaction

    from xiezhi.kernel.ledger import publisher, sequencer, services

    with transaction.atomic():
        services.append_many([services.Commit("event", b"%d" % i, "thing", "1") for i in range(3)])
    ledger = publisher.open_ledger()
    count = Countdown(at, before)

    def counted(owner: Any, name: str) -> None:
        real = getattr(owner, name)
        setattr(owner, name, lambda *a, **k: count.step(real, *a, **k))

    for name in ("write", "fsync", "ftruncate"):
        counted(os, name)
    real_replace = Path.replace
    Path.replace = lambda self, target: count.step(real_replace, self, target)  # type: ignore[method-assign, assignment]
    counted(connection, "commit")
    with connection.execute_wrapper(lambda execute, *a: count.step(execute, *a)):
        for _ in sequencer.drain(2):
            pass
        ledger.publish()


def sound() -> None:
    """What a death left behind: publishing may go on, tiles and roots agree with the entries."""
    from xiezhi.kernel.ledger import publisher, recovery

    publisher.open_ledger()
    found = list(recovery.check())
    assert not found, found


def at_every_step() -> None:
    deaths = 0
    for before in (True, False):
        at = 1
        while True:
            step = at
            status = ended(forked(lambda step=step, before=before: one_round(step, before)))  # type: ignore[misc]
            if ended(forked(sound)) != 0:
                print(f"unsound after a death at step {at}", flush=True)
                return
            if status == 0:
                break
            if status != -signal.SIGKILL:
                print(f"step {at} ended with {status}", flush=True)
                return
            deaths += 1
            at += 1
    print(deaths, flush=True)


if __name__ == "__main__":
    import django

    django.setup()
    if sys.argv[1] == "random":
        at_random(int(sys.argv[2]), float(sys.argv[3]))
    else:
        at_every_step()
