"""A whole office for a journey: its database, its web server, its worker, its clock, and people at their browsers."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tests.serving import WebServer
from xiezhi import pg

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Locator, Page

NOW = "2026-11-23 09:00"
PASSWORD = "yunling-2026"
DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 360, "height": 740}
CHROMIUM_ARGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--font-render-hinting=none",
]  # fmt: skip
FAILURES = Path(tempfile.gettempdir()) / "xiezhi-journeys"
EXPECTED = re.compile(r"status of (422|409)")
"""An answer that says what to correct comes with 422, a lost race with 409; the browser reports both as errors."""


class Labels(tuple[str, ...]):
    """Choices named by the words a person reads, not by their codes."""


class Person:
    """Somebody at a browser of their own. Errors of the console and of the security policy are kept in `troubles`."""

    def __init__(self, office: Office, context: BrowserContext, name: str) -> None:
        self.office, self.context, self.name = office, context, name
        self.troubles: list[str] = []
        self.page: Page = context.new_page()
        context.on("page", self._watch)
        self._watch(self.page)

    def _watch(self, page: Page) -> None:
        page.on("console", lambda m: self._heard(m.text, page.url) if m.type == "error" else None)
        page.on("pageerror", lambda e: self._heard(str(e), page.url))

    def _heard(self, text: str, url: str) -> None:
        if not EXPECTED.search(text):
            self.troubles.append(f"{self.name} at {urlsplit(url).path}: {text}")

    def go(self, path: str) -> Page:
        """Open a path of the office; anything but a good page is a failure."""
        answer = self.page.goto(self.office.address + path, wait_until="load")
        assert answer is None or answer.status < 400, f"{path}: {answer.status}\n{self.text[:600]}"
        return self.page

    @property
    def path(self) -> str:
        return urlsplit(self.page.url).path

    @property
    def text(self) -> str:
        return self.page.locator("body").inner_text()

    @property
    def said(self) -> str:
        """What the page says in its main part."""
        return self.page.locator("main").inner_text()

    def sign_in(self, username: str, password: str = PASSWORD) -> Person:
        self.go("/account/login/")
        self.page.locator("input[name=login]").fill(username)
        self.page.locator("input[name=password]").fill(password)
        self.press("登录", "main")
        assert "/account/login/" not in self.page.url, self.said
        return self

    def press(self, name: str, root: str = "main", *, exact: bool = True) -> None:
        """Press the button or follow the link of this name, and wait for the page that comes."""
        area = self.page.locator(root)
        button = area.get_by_role("button", name=name, exact=exact).or_(
            area.get_by_role("link", name=name, exact=exact)
        )
        with self.page.expect_navigation(wait_until="load"):
            button.first.click()

    def sees(self, *words: str) -> None:
        """The main part of the page says every one of these."""
        said = self.said
        for word in words:
            assert word in said, f"{self.name} does not see “{word}” at {self.path}:\n{said[:3000]}"

    def fill(self, values: Mapping[str, Any]) -> None:
        """Answer the fields of a form by their names: text, dates, choices (several as list), units by a word, files."""
        for name, value in values.items():
            self._answer(name, value)

    def _answer(self, name: str, value: Any) -> None:
        page = self.page
        if isinstance(value, date):
            for part, number in (("y", value.year), ("m", value.month), ("d", value.day)):
                page.locator(f'[name="{name}.{part}"]').fill(str(number))
            return
        if page.locator(f'[name="{name}.q"]').count():
            self.find_unit(name, str(value))
            return
        if isinstance(value, Labels):
            for label in value:
                group = page.locator(f'[id="f-{name}-field"]')
                group.get_by_label(label, exact=False).first.check()
            return
        box = page.locator(f'form [name="{name}"], [form][name="{name}"]')
        assert box.count(), f"no field {name} at {self.path}"
        kind = box.first.evaluate("e => e.tagName === 'SELECT' ? 'select' : e.type")
        if value is False and kind == "checkbox" and box.count() == 1:
            box.uncheck()
        elif kind in ("radio", "checkbox"):
            for one in value if isinstance(value, (list, tuple)) else [value]:
                wanted = "true" if one is True else "false" if one is False else str(one)
                page.locator(f'[name="{name}"][value="{wanted}"]').check()
        elif kind == "select":
            box.first.select_option(str(value))
        elif kind == "file":
            box.first.set_input_files(value)
        else:
            box.first.fill(str(value))

    def find_unit(self, name: str, words: str) -> None:
        """Type part of a unit's name and choose the one found first; with or without JavaScript."""
        self.page.locator(f'[name="{name}.q"]').fill(words)
        found = self.page.locator(f'input[type=radio][name="{name}"]')
        if not self.office.scripts(self.context):
            self.page.locator(f'button[name=_find][value="{name}"]').click()
        found.first.wait_for()
        found.first.check()

    def field(self, name: str) -> Locator:
        return self.page.locator(f'form [name="{name}"]').first

    def keys(self, *names: str) -> None:
        for one in names:
            self.page.keyboard.press(one)


class Office:
    """A running platform on one database. `at` moves its clock by starting the server anew; people stay signed in."""

    def __init__(self, run: Path, urls: pg.Urls, browser: Browser, *, now: str = NOW) -> None:
        self.run, self.urls, self.browser = run, urls, browser
        self.server: WebServer | None = None
        self.people: list[Person] = []
        self._without_scripts: list[BrowserContext] = []
        self._signed_in: dict[str, Any] = {}
        self.variables: dict[str, str] = {}  # more of the server's environment, from its next start on
        self.at(now)

    def at(self, now: str) -> None:
        """Let it be this moment (Asia/Shanghai) and start the server."""
        if self.server is not None:
            for person in self.people:  # an open page would look for its event stream
                person.page.goto("about:blank")
            self.server.stop()
        since = datetime.now(UTC).isoformat()
        self.server = WebServer(
            self.run, self.urls, {"now": now, "now_since": since, "log_level": "WARNING"} | self.variables
        )

    @property
    def address(self) -> str:
        assert self.server is not None
        return self.server.address

    def person(
        self,
        name: str = "",
        *,
        size: Mapping[str, int] = DESKTOP,
        scripts: bool = True,
        sign_in: bool = True,
        **options: Any,
    ) -> Person:
        """A browser of their own; signed in as `name` unless nobody is named. Who came before has kept the cookie."""
        known = self._signed_in.get(name) if sign_in else None
        context = self.browser.new_context(
            viewport=dict(size), locale="zh-CN", timezone_id="Asia/Shanghai", java_script_enabled=scripts,  # type: ignore[arg-type]
            accept_downloads=True, storage_state=known, **options,
        )  # fmt: skip
        context.set_default_timeout(15_000)
        if not scripts:
            self._without_scripts.append(context)
        person = Person(self, context, name or "visitor")
        self.people.append(person)
        if name and sign_in and known is None:
            person.sign_in(name)
            self._signed_in[name] = context.storage_state()
        return person

    def scripts(self, context: BrowserContext) -> bool:
        return context not in self._without_scripts

    def environment(self) -> dict[str, str]:
        assert self.server is not None
        return {k: v for k, v in self.server.environment.items() if k != "XIEZHI_POOL"}

    def work(self) -> None:
        """Let a real worker do what is queued (documents, notices), then end."""
        command = [sys.executable, "-m", "django", "procrastinate", "-v", "0", "worker", "--one-shot"]
        done = subprocess.run(command, env=self.environment(), capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]

    def command(self, *words: str) -> str:
        """Run `xiezhi …` on this office and return what it says."""
        program = [str(Path(sys.executable).with_name("xiezhi")), *words]
        done = subprocess.run(program, env=self.environment(), capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
        return done.stdout

    def rows(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Read the database beside the screens."""
        import psycopg

        with psycopg.connect(self.urls.owner) as connection:
            return connection.execute(statement, values).fetchall()

    def troubles(self) -> list[str]:
        return [t for person in self.people for t in person.troubles]

    def pictures(self, name: str) -> list[Path]:
        """What everybody sees now, for somebody who looks into a failure."""
        FAILURES.mkdir(exist_ok=True)
        taken = []
        for n, person in enumerate(self.people):
            path = FAILURES / f"{re.sub(r'[^a-z0-9_]+', '-', name.lower())}-{n}-{person.name}.png"
            try:
                person.page.screenshot(path=path, full_page=True, timeout=5000)
            except Exception:  # a picture is a courtesy; the failure itself is reported anyway
                continue
            taken.append(path)
        return taken

    def log(self) -> str:
        return self.server.log.read_text()[-4000:] if self.server else ""

    def go_home(self) -> None:
        """Close everybody's browser."""
        for person in self.people:
            person.context.close()
        self.people.clear()
        self._without_scripts.clear()

    def close(self) -> None:
        self.go_home()
        if self.server is not None:
            self.server.stop()


def make_province(run: Path, urls: pg.Urls, scale: float) -> None:
    """Generate the demo province into a migrated database with the command an operator uses."""
    environment: Iterable[tuple[str, str]] = (
        (k, v) for k, v in os.environ.items() if not k.startswith(("XIEZHI_", "DATABASE_"))
    )
    variables = dict(environment) | {
        "DJANGO_SETTINGS_MODULE": "xiezhi.config.settings", "XIEZHI_HOME": str(run), "XIEZHI_DEMO": "1", "XIEZHI_NOW": NOW,
        "DATABASE_URL": urls.app,
        "DATABASE_OWNER_URL": urls.owner, "DATABASE_ERASER_URL": urls.eraser,
    }  # fmt: skip
    command = [str(Path(sys.executable).with_name("xiezhi")), "demo", "--scale", str(scale)]
    done = subprocess.run(command, env=variables, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode:
        raise RuntimeError(f"the province was not made:\n{done.stdout[-1500:]}\n{done.stderr[-3000:]}")
