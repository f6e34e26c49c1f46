"""What all tests share: one embedded PostgreSQL per run, one migrated template, one clone of it per worker.

The default connection is the application role with its grants, as in production. Tests that commit (`committed_db`)
get a clone of their own, because the application role can neither truncate nor delete history.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime

import pytest

from xiezhi import pg
from xiezhi.config.settings_test import RUN

SERVER_SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "shared_buffers": "128MB"}
TEMPLATE = "xiezhi_template"


def server() -> pg.Server:
    """The server of this test run."""
    return pg.Server(RUN, settings=SERVER_SETTINGS)


def pytest_unconfigure(config: pytest.Config) -> None:
    if hasattr(config, "workerinput"):
        return
    if (RUN / "postgres").exists():
        server().stop("immediate")
    shutil.rmtree(RUN, ignore_errors=True)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave browser tests out where there is no browser, unless nothing may be left out."""
    soaking = os.environ.get("XIEZHI_SOAK") == "1"
    long = [i for i in items if not soaking and (m := i.get_closest_marker("soak")) and m.kwargs.get("only")]
    if long:  # runs of minutes that only `make soak` has time for
        config.hook.pytest_deselected(items=long)
        items[:] = [i for i in items if i not in long]
    for item in items:
        marker = item.get_closest_marker("django_db")
        if marker and marker.kwargs.get("transaction"):
            raise pytest.UsageError(f"{item.nodeid}: the application role can not empty tables; use committed_db")
    if chromium() or os.environ.get("XIEZHI_NOTHING_LEFT_OUT") == "1":
        return
    for item in items:
        if "browser" in item.keywords:
            item.add_marker(pytest.mark.skip(reason="no Chromium here: make system"))


def chromium() -> str | None:
    """Path of the machine's Chromium."""
    return shutil.which("chromium") or shutil.which("google-chrome") or shutil.which("chromium-browser")


def need(program: str) -> str:
    """Path of a program of the system; skips the test without it, fails where nothing may be left out."""
    path = shutil.which(program)
    if path is None:
        reason = f"no {program} here: make system"
        if os.environ.get("XIEZHI_NOTHING_LEFT_OUT") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    return path


@contextmanager
def _pointed_at(database: str) -> Iterator[None]:
    """Let the three connections reach `database`."""
    from django.db import connections

    before = {alias: connections[alias].settings_dict["NAME"] for alias in connections}
    connections.close_all()
    for alias in connections:
        connections[alias].settings_dict["NAME"] = database
    try:
        yield
    finally:
        connections.close_all()
        for alias, name in before.items():
            connections[alias].settings_dict["NAME"] = name


def _sql(statement: str, database: str = "postgres") -> list[tuple[object, ...]]:
    import psycopg

    with psycopg.connect(pg.url(RUN, pg.SUPERUSER, database), autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def _ensure_template() -> None:
    """Start the server and migrate the template; the first worker does it, the others wait."""
    import fcntl

    from django.core.management import call_command

    with open(RUN / ".template.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if (RUN / ".template.done").exists():
            return
        server().start(TEMPLATE)
        with _pointed_at(TEMPLATE):
            call_command("migrate", verbosity=0, interactive=False)
        _sql(f"ALTER DATABASE {TEMPLATE} WITH ALLOW_CONNECTIONS false")
        (RUN / ".template.done").touch()


def clone(name: str) -> str:
    """Make a fresh database `name` from the template and return its name."""
    _ensure_template()
    _sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    _sql(f'CREATE DATABASE "{name}" TEMPLATE {TEMPLATE} OWNER {pg.OWNER} STRATEGY FILE_COPY')
    return name


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: pytest.FixtureRequest, worker_id: str) -> Iterator[None]:
    """Replaces pytest-django's: a clone of the template instead of a test database of Django's own."""
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        name = clone(f"test_{worker_id}")
        with _pointed_at(name):
            yield


@pytest.fixture(scope="session")
def worker_id(request: pytest.FixtureRequest) -> str:
    """Name of this xdist worker; `main` without xdist."""
    workerinput = getattr(request.config, "workerinput", None)
    return str(workerinput["workerid"]) if workerinput else "main"


@pytest.fixture
def committed_db(django_db_setup: None, django_db_blocker: pytest.FixtureRequest, worker_id: str) -> Iterator[pg.Urls]:
    """A fresh database for a test that commits, starts threads or processes. Gives the addresses of the three roles."""
    name = f"committed_{worker_id}"
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        clone(name)
        with _pointed_at(name):
            yield pg.urls(RUN, name)
        _sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


Freeze = Callable[[str | datetime], None]


@pytest.fixture
def freeze() -> Iterator[Freeze]:
    """`freeze("2026-03-05 09:00")` holds the platform's clock still; a later call moves it. Asia/Shanghai."""
    from xiezhi.kernel.calendar import clock

    held: list[AbstractContextManager[datetime]] = []

    def release() -> None:
        while held:
            held.pop().__exit__(None, None, None)

    def hold(moment: str | datetime) -> None:
        release()
        context = clock.frozen(datetime.fromisoformat(moment) if isinstance(moment, str) else moment)
        context.__enter__()
        held.append(context)

    yield hold
    release()


Serve = Callable[..., str]


@pytest.fixture
def serve(committed_db: pg.Urls, django_db_blocker: pytest.FixtureRequest) -> Iterator[Serve]:
    """`serve(now="2026-06-15 09:00")` starts a real server on the test's database and returns its address.

    It sees what the test committed. Keyword arguments become environment variables (XIEZHI_NOW for `now`).
    """
    from tests.serving import WebServer

    opened: list[WebServer] = []

    def start(**variables: str) -> str:
        opened.append(WebServer(RUN, committed_db, variables))
        return opened[-1].address

    yield start
    for one in opened:
        one.stop()
