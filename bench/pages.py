"""A stated mix of pages at 50 requests/s on two cores, load generator included; and the time of first and later starts.

Mix: 25 % desk queue, 20 % matter page, 10 % figures, 15 % portal home, 10 % service guide, 10 % a citizen's matters, 5 % own
matter, 5 % API list of matters. Arrivals are fixed in time (open loop): a slow answer does not slow the next request down.
Limit: p95 under 100 ms. Starts: under 240 s from nothing (environment present), later under 10 s.
"""

from __future__ import annotations

import http.client
import os
import queue
import random
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import _common

args = _common.arguments(__doc__ or "", rate=50, seconds=20)
home = Path(os.environ.get("XIEZHI_BENCH_HOME") or f"/tmp/xz-bench-pages-{os.getpid()}")
with socket.socket() as probe:
    probe.bind(("127.0.0.1", 0))
    PORT = probe.getsockname()[1]
ENVIRONMENT = {**os.environ, "XIEZHI_HOME": str(home)}
for variable in ("DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_ERASER_URL"):
    ENVIRONMENT.pop(variable, None)


def up() -> tuple[subprocess.Popen[bytes], float]:
    """Start the platform; seconds until the first page answers."""
    begun = time.monotonic()
    log = open(home.with_suffix(".log"), "ab")  # noqa: SIM115 - lives as long as the process
    command = [str(Path(sys.executable).with_name("xiezhi")), "up", "--port", str(PORT)]
    process = subprocess.Popen(command, env=ENVIRONMENT, stdout=log, stderr=log)
    while time.monotonic() - begun < 600:
        if process.poll() is not None:
            raise SystemExit(f"it did not start, see {log.name}")
        try:
            if fetch(http.client.HTTPConnection("127.0.0.1", PORT, timeout=5), "/")[0] == 200:
                return process, time.monotonic() - begun
        except OSError:
            time.sleep(0.2)
    raise SystemExit("no first page within ten minutes")


def down(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGINT)
    process.wait(60)


def fetch(link: http.client.HTTPConnection, path: str, cookie: str = "", body: str = "") -> tuple[int, str, list[str]]:
    headers = {
        "Cookie": cookie,
        "Content-Type": "application/x-www-form-urlencoded",
        "Referer": f"http://127.0.0.1:{PORT}/",
    }
    link.request("POST" if body else "GET", path, body or None, headers)
    answer = link.getresponse()
    text = answer.read().decode("utf-8", "replace")
    return answer.status, text, [v for k, v in answer.getheaders() if k.lower() == "set-cookie"]


def sign_in(username: str, password: str) -> str:
    """Session cookie of an account, by the sign-in page."""
    link = http.client.HTTPConnection("127.0.0.1", PORT, timeout=30)
    _, page, cookies = fetch(link, "/account/login/")
    jar = "; ".join(c.split(";", 1)[0] for c in cookies)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert token, "no form at the sign-in page"
    status, _, cookies = fetch(
        link, "/account/login/", jar, f"csrfmiddlewaretoken={token[1]}&login={username}&password={password}"
    )
    assert status == 302, (username, status)
    return "; ".join(c.split(";", 1)[0] for c in cookies)


def first(path: str, cookie: str, pattern: str) -> str:
    """The first link on a page that matches."""
    _, page, _ = fetch(http.client.HTTPConnection("127.0.0.1", PORT, timeout=30), path, cookie)
    found = re.search(pattern, page)
    assert found, (path, pattern)
    return found[1]


def load(mix: list[tuple[int, str, str]], seed: int) -> tuple[list[float], int]:
    """Latencies in milliseconds, and how many answers were not 200."""
    rng, jobs = random.Random(seed), queue.Queue[tuple[float, str, str] | None]()
    latencies: list[float] = []
    bad = 0
    lock = threading.Lock()

    def work() -> None:
        nonlocal bad
        link = http.client.HTTPConnection("127.0.0.1", PORT, timeout=30)
        while (job := jobs.get()) is not None:
            due, path, cookie = job
            time.sleep(max(0.0, due - time.perf_counter()))
            try:
                status = fetch(link, path, cookie)[0]
            except (OSError, http.client.HTTPException):
                link.close()
                status = 0
            with lock:
                latencies.append((time.perf_counter() - due) * 1000)
                bad += status != 200

    threads = [threading.Thread(target=work) for _ in range(24)]
    start = time.perf_counter() + 0.2
    choices = rng.choices(mix, [m[0] for m in mix], k=args.rate * args.seconds)
    for number, (_, path, cookie) in enumerate(choices):
        jobs.put((start + number / args.rate, path, cookie))
    for _ in threads:
        jobs.put(None)
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return latencies, bad


def settle() -> None:
    """Wait for the work a new province leaves to the worker (a few papers), as on any day after the first."""
    from django.db import connection

    for _ in range(180):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing') AND coalesce(scheduled_at, now()) <= now()"
            )
            if cursor.fetchone()[0] == 0:
                return
        time.sleep(1)


process, fresh = up()
try:
    os.environ |= {"DJANGO_SETTINGS_MODULE": "xiezhi.config.settings", "XIEZHI_HOME": str(home)}
    import django

    django.setup()
    from xiezhi.demo import services as demo

    password = demo.demo_accounts()[0].password
    officer, leader, citizen = (sign_in(name, password) for name in ("shenzhiyuan", "sheng-leader", "zhouhesheng"))
    matter = first("/desk/", officer, r'href="(/desk/m/[0-9a-f-]{36}/)"')
    own = first("/my/", citizen, r'href="(/my/[0-9a-f-]{36}/)"')
    mix = [
        (25, "/desk/", officer), (20, matter, officer), (10, "/desk/figures/", leader), (15, "/", ""),
        (10, "/guide/XZFY/", ""), (10, "/my/", citizen), (5, own, citizen), (5, "/api/matters?face=office", officer),
    ]  # fmt: skip
    for _, path, cookie in mix:
        status = fetch(http.client.HTTPConnection("127.0.0.1", PORT, timeout=30), path, cookie)[0]
        assert status == 200, (path, status)
    settle()
    before = os.getloadavg()[0]  # what else the machine did
    load(mix, 0)
    rounds = [load(mix, seed + 1) for seed in range(args.rounds)]
finally:
    down(process)
process, again = up()
down(process)
p95 = [sorted(latencies)[int(len(latencies) * 0.95)] for latencies, _ in rounds]
p50 = [sorted(latencies)[len(latencies) // 2] for latencies, _ in rounds]
_common.record(
    "A mix of pages at 50 requests/s",
    [
        f"{args.rounds} rounds of {args.seconds} s at {args.rate}/s, server, database, worker and load on {os.cpu_count()} cores: "
        f"p50 {_common.median(p50):.0f} ms, p95 {_common.median(p95):.0f} ms (worst round {max(p95):.0f}); limit 100 ms; "
        f"{sum(bad for _, bad in rounds)} answers other than 200. "
        f"Load average before the first round: {before:.1f}.",
        "",
        (__doc__ or "").split("\n\n")[1].replace("\n", " "),
        "",
        f"First start with the province at scale 0.01: {fresh:.0f} s (limit 240 with a new environment). Later start: {again:.1f} s (limit 10).",
    ],
)
