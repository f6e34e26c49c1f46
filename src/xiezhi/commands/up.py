"""`xiezhi up`"""

from __future__ import annotations

import fcntl
import json
import os
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path

import click

from xiezhi import pg
from xiezhi.commands import base, demopartners, demowitness
from xiezhi.commands.democlock import DemoClock
from xiezhi.commands.supervise import Child, Supervisor
from xiezhi.config import env


@click.command()
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="Address to listen on. 0.0.0.0: every network card."
)
@click.option("--port", type=int, default=8000, show_default=True)
@click.option("--workers", type=click.IntRange(1, 64), help="Web processes. Default: one for every core.")
@click.option(
    "--scale",
    type=click.FloatRange(0.0001, 50),
    default=0.01,
    show_default=True,
    help="Size of the province made on first start.",
)
@click.option(
    "--demo/--no-demo",
    default=None,
    help="Whether an empty database gets the fictional province. Default: only the embedded one.",
)
def up(host: str, port: int, workers: int | None, scale: float, demo: bool | None) -> None:
    """Start everything on this machine: database, web and worker.

    On first start it makes the database, the keys and the fictional province (about a minute at --scale 0.01). Ctrl-C
    stops everything; the data stays and the next start takes seconds.
    """
    began = time.monotonic()
    home = env.home()
    home.mkdir(parents=True, exist_ok=True)
    lock = open(home / ".up.lock", "w")  # noqa: SIM115 - held until the process ends
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise click.ClickException(
            f"Xiezhi already runs on {home}. Stop it there, or name another XIEZHI_HOME."
        ) from None
    _port_free(host, port)
    if demo is not None:
        os.environ["XIEZHI_DEMO"] = "1" if demo else "0"
    os.environ.setdefault("XIEZHI_PUBLIC_URL", f"http://{_reachable(host)}:{port}")
    server = base.server() if base.embedded() else None
    try:
        if server is not None:
            click.echo("Starting PostgreSQL ...")
        clock = _prepare(home, scale)
        _serve(host, port, workers or max(2, os.cpu_count() or 2), clock, began, server)
    finally:
        if server is not None:
            click.echo("Stopping PostgreSQL ...")
            server.stop()


def _prepare(home: Path, scale: float) -> DemoClock | None:
    """Database, static files and province. Returns the clock of the province where there is one."""
    base.ready()
    from django.conf import settings
    from django.core.management import call_command

    from xiezhi import dbroles
    from xiezhi.config import seeding

    if base.pending_migrations():
        click.echo("Bringing the database to this version ...")
        call_command("migrate", verbosity=0, interactive=False)
    else:
        dbroles.apply_grants()
        seeding.seed()  # a new package may bring a new year of the calendar without a migration
    _collect_static(home)
    if not settings.DEMO:
        return None
    from xiezhi.demo import services

    clock = DemoClock(home / "demo-clock.json", services.NOW)
    os.environ.update(clock.environment())
    from xiezhi.kernel.calendar import clock as kernel_clock

    kernel_clock.set_fixed(clock.now())
    from xiezhi.kernel.units.models import Unit

    if not Unit.objects.exists():
        click.echo(f"Making the fictional province 云岭省 (scale {scale}) ...")
        from xiezhi.commands.demo import Progress

        with Progress() as progress:
            services.generate(scale=scale, progress=progress)
    return clock


def _collect_static(home: Path) -> None:
    """Collect static files where one of them is newer than the last time."""
    from django.conf import settings
    from django.contrib.staticfiles.finders import get_finders
    from django.core.management import call_command

    stamp = Path(settings.STATIC_ROOT) / ".stamp"
    seen = [
        f"{name} {Path(storage.path(name)).stat().st_mtime_ns}"
        for finder in get_finders()
        for name, storage in finder.list([])
    ]
    state = json.dumps(sorted(seen))
    if stamp.exists() and stamp.read_text() == state:
        return
    call_command("collectstatic", verbosity=0, interactive=False, clear=True)
    stamp.write_text(state)


def _serve(host: str, port: int, workers: int, clock: DemoClock | None, began: float, server: pg.Server | None) -> None:
    from django.conf import settings
    from django.db import connections

    def environment() -> Mapping[str, str]:
        return {**os.environ, "PYTHONUNBUFFERED": "1"}

    def web_environment() -> Mapping[str, str]:
        return {"XIEZHI_POOL": "8", **environment()}

    web = [
        str(Path(sys.executable).with_name("granian")), "--interface", "asginl", "--host", host, "--port", str(port),
        "--workers", str(workers), "--no-ws", "--respawn-failed-workers", "--workers-kill-timeout", "5",
        "--log-level", "warning", "xiezhi.config.asgi:application",
    ]  # fmt: skip
    worker = [sys.executable, "-m", "django", "procrastinate", "-v", "0", "worker", "--shutdown-graceful-timeout", "10"]
    log = [str(Path(sys.executable).with_name("xiezhi")), "ledger", "run"]
    children = [
        Child("web", web, web_environment),
        Child("worker", worker, environment, quiet=True),
        Child("ledger", log, environment),
    ]
    if settings.DEMO:
        children += demowitness.children(env.home(), environment)
        children += demopartners.children()
    connections.close_all()
    told = False

    def every_second() -> None:
        nonlocal told
        if not told and _answers(host, port):
            told = True
            _welcome(f"http://{_reachable(host)}:{port}/", time.monotonic() - began)
            if settings.DEMO:
                from xiezhi.commands.demo import print_accounts

                print_accounts()
                connections.close_all()
        if clock:
            clock.save(at_most_every=15)
        if server is not None and server.pid() is None:
            click.echo("PostgreSQL ended; starting it again", err=True)
            server.start()

    try:
        Supervisor(children, lambda sentence: click.echo(sentence, err=True), every_second).run()
    finally:
        if clock:
            clock.save()
    click.echo("Stopped web, worker and ledger.")


def _reachable(host: str) -> str:
    """The address a browser on this machine can use."""
    if host in ("0.0.0.0", "::"):  # noqa: S104
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


def _welcome(address: str, seconds: float) -> None:
    click.echo(f"\n獬豸 Xiezhi is ready after {seconds:.0f} s:  {address}\nCtrl-C stops it.\n")


def _answers(host: str, port: int) -> bool:
    try:
        urllib.request.urlopen(f"http://{_reachable(host)}:{port}/health", timeout=2)
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def _port_free(host: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise click.ClickException(
                f"Port {port} on {host} is taken ({error.strerror}). Another one: xiezhi up --port {port + 1}"
            ) from None
