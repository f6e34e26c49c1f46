"""One demo province per run, one clone of it and one real server per worker, or per journey that moves the clock."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from tests import conftest as base
from tests.journeys.office import CHROMIUM_ARGS, FAILURES, Office, make_province
from xiezhi import pg
from xiezhi.config.settings_test import RUN

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PROVINCE = "xiezhi_province"
SCALE = 0.001


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[Any]:
    """Keep what everybody saw when a journey failed."""
    report = yield
    if report.when == "call" and report.failed:
        for value in getattr(item, "funcargs", {}).values():
            if isinstance(value, Office):
                pictures = value.pictures(item.name)
                report.sections.append(("pictures", "\n".join(map(str, pictures))))
                report.sections.append(("server", value.log()))
    return report


def _province() -> None:
    """Make the province once per run; other workers wait."""
    base._ensure_template()
    with open(RUN / ".province.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if (RUN / ".province.done").exists():
            return
        base.clone(PROVINCE)
        make_province(RUN, pg.urls(RUN, PROVINCE), SCALE)
        base._sql(
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{PROVINCE}' AND pid <> pg_backend_pid()"
        )
        base._sql(f"ALTER DATABASE {PROVINCE} WITH ALLOW_CONNECTIONS false")
        (RUN / ".province.done").touch()


def _clone(name: str) -> pg.Urls:
    base._sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    base._sql(f'CREATE DATABASE "{name}" TEMPLATE {PROVINCE} OWNER {pg.OWNER} STRATEGY FILE_COPY')
    return pg.urls(RUN, name)


@pytest.fixture(scope="package")
def province(django_db_blocker: Any) -> None:
    """The demo province, ready to be cloned."""
    with django_db_blocker.unblock():
        _province()


@pytest.fixture(scope="package")
def browser(province: None) -> Iterator[Browser]:
    """Chromium, without anything of its own on the network."""
    from playwright.sync_api import sync_playwright

    path = base.chromium()
    if path is None:
        pytest.skip("no Chromium here: make system")
    # The driver keeps an event loop in this thread; Django must not take that for an asynchronous view.
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    try:
        with sync_playwright() as playwright:
            opened = playwright.chromium.launch(executable_path=path, args=CHROMIUM_ARGS)
            yield opened
            opened.close()
    finally:
        if before is None:
            del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]
        else:
            os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = before


@contextmanager
def _opened(browser: Browser, name: str) -> Iterator[Office]:
    office = Office(RUN, _clone(name), browser)
    try:
        yield office
    finally:
        office.close()
        base._sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _lent(office: Office) -> Iterator[Office]:
    """To one test. People go home after it, and whatever error their consoles heard fails it."""
    yield office
    troubles = office.troubles()
    office.go_home()
    assert not troubles, "\n".join(troubles)


@pytest.fixture(scope="package")
def house(browser: Browser, worker_id: str) -> Iterator[Office]:
    """The office of this worker: one Monday on which many errands happen side by side, as in a real one."""
    with _opened(browser, f"house_{worker_id}") as office:
        yield office


@pytest.fixture
def office(house: Office) -> Iterator[Office]:
    """The shared office, for a journey on matters of its own."""
    yield from _lent(house)


@pytest.fixture
def later(browser: Browser, worker_id: str) -> Iterator[Office]:
    """An office of one's own, for a journey that moves the clock."""
    with _opened(browser, f"later_{worker_id}") as office:
        yield from _lent(office)


def pytest_sessionstart(session: pytest.Session) -> None:
    """Pictures of an earlier run would mislead."""
    if not hasattr(session.config, "workerinput") and FAILURES.is_dir():
        for path in FAILURES.glob("*.png"):
            path.unlink()
