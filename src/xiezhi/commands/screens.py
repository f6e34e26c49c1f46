"""`xiezhi screens`"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from xiezhi import pg
from xiezhi.config import env

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SCALE = 0.01
FOLDER = env.REPOSITORY / "docs" / "screens"
LARGEST = 300 * 1024
DESKTOP, PHONE = (1440, 900), (390, 844)
ARGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--font-render-hinting=none", "--force-color-profile=srgb",
    "--hide-scrollbars", "--lang=zh-CN",
)  # fmt: skip

SAME = """() => {
  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let at = words.nextNode(); at; at = words.nextNode()) {
    at.data = at.data.replace(/CG-\\w{4}-\\w{4}/g, 'CG-7K3F-2209').replace(/^\\w{4}-\\w{4}$/, '4T7M-9QWE');
  }
}"""
"""Numbers and codes of drafts are drawn at random; in pictures they are always the same."""


@dataclass(frozen=True)
class Shot:
    """One picture: who looks (an account; empty for a visitor), at what size, and how the page comes about."""

    name: str
    who: str
    open: Callable[[Page, str], None]
    size: tuple[int, int] = DESKTOP
    whole: bool = False


@click.command()
@click.option("--only", help="Take only the pictures whose name contains one of these, separated by commas.")
@click.option(
    "--to", type=click.Path(file_okay=False, path_type=Path), default=FOLDER, show_default="docs/screens",
    help="Folder for the pictures.",
)  # fmt: skip
def screens(only: str | None, to: Path) -> None:
    """Take the screenshots of the documentation with Chromium.

    Starts an office of its own with the fictional province at its fixed moment, apart from any data of this
    installation, and ends it afterwards. The same version gives the same pictures.
    """
    chromium = shutil.which("chromium") or shutil.which("google-chrome") or shutil.which("chromium-browser")
    if chromium is None:
        raise click.ClickException("Chromium is missing. Try: make system")
    wanted = [s for s in shots() if not only or any(word in s.name for word in only.split(","))]
    if not wanted:
        raise click.ClickException(f"No picture is called so. There are: {', '.join(s.name for s in shots())}")
    to.mkdir(parents=True, exist_ok=True)
    from playwright.sync_api import sync_playwright

    with (
        tempfile.TemporaryDirectory(prefix="xiezhi-screens-") as home,
        _office(Path(home)) as (address, password),
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium, args=list(ARGS))
        for shot in wanted:
            size = _take(browser, address, password, shot, to / f"{shot.name}.png")
            click.echo(f"{shot.name}.png  {size // 1024} KB")
        browser.close()


@contextmanager
def _office(home: Path) -> Iterator[tuple[str, str]]:
    """Database, province and a web server under `home`; gives the server's address and the password."""
    from datetime import UTC, datetime

    server = pg.Server(home, settings={"fsync": "off"})
    server.start()
    port = _free_port()
    variables = {k: v for k, v in os.environ.items() if not k.startswith(("XIEZHI_", "DATABASE_"))} | {
        "DJANGO_SETTINGS_MODULE": "xiezhi.config.settings", "XIEZHI_HOME": str(home), "XIEZHI_DEMO": "1",
        "XIEZHI_PUBLIC_URL": "https://fuyi.example", "PYTHONHASHSEED": "0",
    }  # fmt: skip
    web = worker = None
    try:
        click.echo(f"Making an office with the fictional province (scale {SCALE}) ...")
        xiezhi = str(Path(sys.executable).with_name("xiezhi"))
        _run([xiezhi, "migrate"], variables)
        _run([xiezhi, "demo", "--scale", str(SCALE)], variables)
        _run([sys.executable, "-m", "django", "collectstatic", "--noinput", "--verbosity", "0"], variables)
        now, password = _facts(variables)
        variables |= {"XIEZHI_NOW": now, "XIEZHI_NOW_SINCE": datetime.now(UTC).isoformat()}
        web = subprocess.Popen(
            [str(Path(sys.executable).with_name("granian")), "--interface", "asginl", "--host", "127.0.0.1", "--port", str(port),
             "--no-ws", "--log-level", "critical", "xiezhi.config.asgi:application"],
            env=variables | {"XIEZHI_POOL": "8"}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        worker = subprocess.Popen(
            [sys.executable, "-m", "django", "procrastinate", "-v", "0", "worker"],
            env=variables, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        _wait(port, web)
        yield f"http://127.0.0.1:{port}", password
    finally:
        for process in (web, worker):
            if process is not None:
                process.terminate()
                process.wait(20)
        server.stop("immediate")


def _facts(variables: dict[str, str]) -> tuple[str, str]:
    """The moment the province begins at and the password of its accounts, told by the generator itself."""
    code = (
        "import django; django.setup(); from xiezhi.demo.services import NOW, demo_accounts; "
        "print(NOW.isoformat(), demo_accounts()[0].password)"
    )
    now, password = _run([sys.executable, "-c", code], variables).split()
    return now, password


def _run(command: list[str], variables: dict[str, str]) -> str:
    done = subprocess.run(command, env=variables, capture_output=True, text=True, check=False)
    if done.returncode:
        raise click.ClickException(f"{' '.join(command[-3:])} failed:\n{done.stdout[-1000:]}{done.stderr[-2000:]}")
    return done.stdout


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(port: int, web: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end and web.poll() is None:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=2)
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
        else:
            return
    raise click.ClickException("The server did not start.")


def _take(browser: Browser, address: str, password: str, shot: Shot, path: Path) -> int:
    """Take one picture and store it small; returns its size in bytes."""
    width, height = shot.size
    context = browser.new_context(
        viewport={"width": width, "height": height}, locale="zh-CN", timezone_id="Asia/Shanghai", reduced_motion="reduce",
    )  # fmt: skip
    context.set_default_timeout(20_000)
    page = context.new_page()
    if shot.who:
        _sign_in(page, address, shot.who, password)
    shot.open(page, address)
    page.evaluate("document.fonts.ready.then(() => 0)")
    page.evaluate(SAME)
    page.mouse.move(0, 0)
    page.wait_for_timeout(300)
    picture = page.screenshot(full_page=shot.whole, animations="disabled", caret="hide")
    context.close()
    return store(picture, path)


def store(picture: bytes, path: Path) -> int:
    """Write a PNG with as few colors as look the same; fewer where it is still too large for a repository."""
    from PIL import Image

    image = Image.open(BytesIO(picture)).convert("RGB")
    for colors in (256, 128, 64, 32):
        small = image.quantize(colors, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        small.save(path, optimize=True)
        if path.stat().st_size < LARGEST:
            break
    return path.stat().st_size


def _sign_in(page: Page, address: str, who: str, password: str) -> None:
    page.goto(f"{address}/account/login/")
    page.fill("input[name=login]", who)
    page.fill("input[name=password]", password)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(lambda url: "/account/login/" not in url)


def at(path: str) -> Callable[[Page, str], None]:
    """Open a path."""

    def go(page: Page, address: str) -> None:
        page.goto(address + path, wait_until="load")

    return go


def follow(path: str, *links: str) -> Callable[[Page, str], None]:
    """Open a path and follow the first link each selector finds."""

    def go(page: Page, address: str) -> None:
        page.goto(address + path, wait_until="load")
        for link in links:
            href = page.locator(link).first.get_attribute("href")
            page.goto(address + str(href) if str(href).startswith("/") else str(href), wait_until="load")

    return go


def _application(page: Page, address: str, until: str) -> None:
    """Answer the application as a shopkeeper would, up to a page."""
    page.goto(f"{address}/apply/XZFY/")
    page.locator("main form button[name=go]").last.click()  # a draft of an earlier picture is thrown away
    answers: tuple[tuple[str, dict[str, Any]], ...] = (
        ("who", {"acting": "SELF"}), ("applicant", {}), ("what", {"what": "DECISION"}), ("matter", {"matter_code": "1"}),
        ("respondent", {"respondent_unit": "禾溪县市场"}), ("organ", {}),
        ("act", {"act_type": "行政处罚决定书", "doc_no": "禾市监处罚〔2026〕318号", "made_on": (2026, 11, 4), "amount": "8000"}),
        ("how", {"service_method": "DIRECT"}), ("served", {"served_on": (2026, 11, 6)}), ("told", {"told": "yes"}),
        ("claims", {"claims": "QUASH"}),
        ("facts", {"facts_and_reasons": "店里每批米线都有进货票据，检查次日已经送到市场监管所，决定书没有写明为什么不采纳。"}),
        ("norm", {"norm_review": "no"}), ("compensation", {"compensation": "no"}), ("document", {}),
        ("evidence", {"evidence_list": "进货票据三张，证明每批米线都有来源"}),
        ("prior", {"prior_application": "NONE", "court": "no"}), ("delivery", {"e_service": "yes"}),
    )  # fmt: skip
    for step, values in answers:
        page.wait_for_url(f"**/q/{step}/")
        if step == until:
            return
        for name, value in values.items():
            _answer(page, name, value)
        page.click("main form .xz-actions button[type=submit]")
    page.wait_for_url("**/check/")


def _answer(page: Page, name: str, value: Any) -> None:
    if isinstance(value, tuple):
        for part, number in zip("ymd", value, strict=True):
            page.fill(f'[name="{name}.{part}"]', str(number))
    elif page.locator(f'[name="{name}.q"]').count():
        page.fill(f'[name="{name}.q"]', value)
        page.locator(f'input[type=radio][name="{name}"]').first.check()
    elif page.locator(f'[name="{name}"][value="{value}"]').count():
        page.check(f'[name="{name}"][value="{value}"]')
    elif page.locator(f'select[name="{name}"]').count():
        page.select_option(f'select[name="{name}"]', value)
    else:
        page.fill(f'main form [name="{name}"]', value)


def _wrong_date(page: Page, address: str) -> None:
    _application(page, address, "served")
    _answer(page, "served_on", (2026, 12, 6))
    page.click("main form .xz-actions button[type=submit]")
    page.wait_for_selector("#errors")


def _check(page: Page, address: str) -> None:
    _application(page, address, "")


def _own_matter(page: Page, address: str) -> None:
    """The citizen's matter in which most has happened and that is still open."""
    page.goto(f"{address}/my/")
    links = page.locator("main a[href^='/my/'][href*='-']")
    best, most = "", -1
    for href in dict.fromkeys(str(a.get_attribute("href")) for a in links.all()):
        page.goto(address + href)
        steps = page.locator("ol.xz-time > li").count()
        if page.locator("ol.xz-time > li.is-next").count() and steps > most:
            best, most = href, steps
    page.goto(address + best, wait_until="load")


def _verified(page: Page, address: str) -> None:
    """The verification of a decision the citizen received."""
    page.goto(f"{address}/my/")
    for href in [str(a.get_attribute("href")) for a in page.locator("main a[href^='/my/'][href*='-']").all()]:
        page.goto(address + href)
        code = page.locator("a[href^='/verify/']:not([href='/verify/'])")
        if code.count():
            page.goto(address + str(code.first.get_attribute("href")), wait_until="load")
            return
    raise click.ClickException("The citizen of the demonstration has no document to verify.")


def _desk_matter(page: Page, address: str, *events: str) -> None:
    """The matter of the officer's queue that can do one of these events now; the first one without events."""
    page.goto(f"{address}/desk/")
    rows = list(dict.fromkeys(str(a.get_attribute("href")) for a in page.locator(".xz-queue__no a").all()))
    for href in rows:
        page.goto(address + href, wait_until="load")
        for event in events:
            if page.locator(f"main a[href$='/e/{event}/']").count():
                return
    page.goto(address + rows[0], wait_until="load")


def _matter(page: Page, address: str) -> None:
    _desk_matter(page, address, "views_heard")


def _event(page: Page, address: str) -> None:
    _desk_matter(page, address, "accepted", "copy_sent", "views_heard")
    for event in ("accepted", "copy_sent", "views_heard"):
        link = page.locator(f"main a[href$='/e/{event}/']")
        if link.count():
            page.goto(address + str(link.first.get_attribute("href")), wait_until="load")
            if event == "accepted":
                page.locator("[name=procedure][value=ORDINARY]").check()
                page.wait_for_timeout(1200)
            return


def _editor(page: Page, address: str) -> None:
    """The editor of a decision: of the first matter in the queue whose decision can be drafted now."""
    page.goto(f"{address}/desk/")
    for href in list(dict.fromkeys(str(a.get_attribute("href")) for a in page.locator(".xz-queue__no a").all())):
        page.goto(address + href, wait_until="load")
        if not page.locator("main a[href$='/e/submitted/'], main a[href$='/e/drafted/']").count():
            continue
        page.goto(f"{address}{href}documents/new/", wait_until="load")
        choice = page.locator("li:has(b:text-is('行政复议决定书'))").locator("button, a")
        with page.expect_navigation(wait_until="load"):
            choice.first.click()
        if page.locator("textarea[data-editor]").count():
            page.wait_for_selector(".ql-editor")
            return
    raise click.ClickException("No decision can be drafted in the officer's queue.")


def _figures(page: Page, address: str) -> None:
    page.goto(f"{address}/desk/figures/", wait_until="load")
    page.locator("[data-chart] canvas, [data-chart] svg").first.wait_for()
    page.wait_for_timeout(1500)


def _decision(page: Page, address: str) -> None:
    """The first page of an issued decision, as the sealed PDF shows it."""
    page.goto(f"{address}/my/")
    for href in [str(a.get_attribute("href")) for a in page.locator("main a[href^='/my/'][href*='-']").all()]:
        page.goto(address + href)
        row = page.locator("li.xz-file", has_text="决定书").locator("a[href*='/documents/']")
        if not row.count():
            continue
        pdf = _made(page, address + str(row.first.get_attribute("href")))
        if pdf:
            page.goto("about:blank")  # the policy of the office allows no style of ours
            page.set_content("<!doctype html><style>html,body{margin:0;background:#e8ecf1}img{display:block;margin:24px auto;"
                             "width:640px;box-shadow:0 2px 12px #0003}</style><img alt=''>")  # fmt: skip
            page.evaluate("data => { document.querySelector('img').src = data; }", _first_page(pdf))
            page.wait_for_function("document.querySelector('img').naturalWidth > 0")
            return
    raise click.ClickException("The citizen of the demonstration has no issued decision.")


def _made(page: Page, address: str) -> bytes:
    """A document; its first reader waits until the worker has made it."""
    for _ in range(60):
        answer = page.context.request.get(address)
        if answer.ok and answer.body().startswith(b"%PDF-"):
            return answer.body()
        page.wait_for_timeout(1000)
    return b""


def _first_page(pdf: bytes) -> str:
    """Picture of a PDF's first page as a data address, drawn by poppler."""
    import base64

    program = shutil.which("pdftoppm")
    if program is None:
        raise click.ClickException("pdftoppm (poppler-utils) is missing. Try: make system")
    done = subprocess.run(
        [program, "-r", "120", "-f", "1", "-l", "1", "-png"], input=pdf, capture_output=True, check=True
    )
    return "data:image/png;base64," + base64.b64encode(done.stdout).decode()


def _answer_page(page: Page, address: str) -> None:
    page.goto(f"{address}/ask/")
    page.locator("main textarea").first.fill("公司欠我三个月工资，我已经离职了，还能要回来吗？")
    page.locator("main form button").first.click()
    page.wait_for_url("**/ask/answer/")


def _told(page: Page, address: str) -> None:
    """The assistant's candidates for a short story."""
    page.goto(f"{address}/criminal/")
    page.locator("main input[type=radio]").first.check()
    page.locator("main textarea").first.fill("喝了酒骑摩托车回家，被交警拦下来吹气，说是醉驾")
    page.locator("main form button").first.click()
    page.wait_for_load_state("load")


def shots() -> tuple[Shot, ...]:
    """Every picture of the documentation, in the order of a visit."""
    citizen, officer, leader = "zhouhesheng", "shenzhiyuan", "sheng-leader"
    return (
        Shot("home", "", at("/")),
        Shot("home-phone", "", at("/"), PHONE),
        Shot("guide", "", at("/guide/XZFY/")),
        Shot("apply-error", citizen, _wrong_date),
        Shot("apply-check", citizen, _check, whole=True),
        Shot("my-matter", citizen, _own_matter, whole=True),
        Shot("my-matter-phone", citizen, _own_matter, PHONE),
        Shot("verified", citizen, _verified),
        Shot("decision", citizen, _decision, (760, 1000)),
        Shot("desk-queue", officer, at("/desk/")),
        Shot("desk-matter", officer, _matter),
        Shot("desk-event", officer, _event),
        Shot("desk-editor", officer, _editor),
        Shot("figures", leader, _figures, whole=True),
        Shot("wages-phone", "", at("/wages/"), PHONE, whole=True),
        Shot("wages-desk", "triage-head", at("/desk/wages/")),
        Shot("aid-desk", "wenxiaoyue", at("/desk/aid/")),
        Shot("ask-answer", "", _answer_page),
        Shot("ask-answer-phone", "", _answer_page, PHONE),
        Shot("law-compare", "", at("/law/云岭省法律援助条例/compare/")),
        Shot("law-article", "", at("/law/云岭省法律援助条例/现行/第3条/")),
        Shot("interviews", "", at("/interviews/")),
        Shot("criminal", "", _told),
        Shot("lawyer", "guyanxi", at("/lawyer/")),
        Shot("lawyer-phone", "guyanxi", at("/lawyer/"), PHONE),
        Shot("data-home", "data-steward", at("/desk/data/")),
        Shot("data-quality", "data-steward", at("/desk/data/quality/")),
        Shot("data-table", "data-steward", at("/desk/data/tables/std_lawyer/")),
        Shot("data-persons", "link-reviewer", follow("/desk/data/persons/review/", "main a[href*='/review/']")),
        Shot("data-clues", "clue-checker", at("/desk/data/clues/")),
        Shot("data-exchange", "share-officer", at("/desk/data/exchange/")),
        Shot("open-data", "", at("/data/")),
        Shot("open-data-phone", "", at("/data/mediation-cases/"), PHONE),
        Shot("procedures", "sysadmin", follow("/desk/admin/procedures/", "main a[href*='/admin/procedures/XZFY/']")),
    )
