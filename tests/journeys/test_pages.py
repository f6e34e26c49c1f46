"""Every page of both faces: axe finds nothing, nothing is wider than the screen, head and language are there, it prints.

Each role starts at its front pages and follows the links it is shown; of each address pattern the first few are opened.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.journeys.office import Office, Person

pytestmark = pytest.mark.browser
AXE = Path(__file__).resolve().parents[2] / "node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SIZES = {"desktop": (1440, 900), "phone": (360, 740)}
SMALLEST = 320

ROLES: dict[str, tuple[str, ...]] = {
    "": ("/", "/services/", "/guide/XZFY/", "/procedures/", "/verify/", "/my/resume/", "/my/signup/", "/account/login/",
         "/apply/XZFY/", "/no-such-page/", "/verify/0000-0000-0000/"),
    "zhouhesheng": ("/my/", "/my/account/", "/my/notices/", "/my/readings/"),
    "shenzhiyuan": ("/desk/", "/desk/?view=unit", "/desk/?due=late", "/desk/documents/", "/desk/filing/", "/desk/hearings/",
                    "/desk/notices/", "/desk/me/"),
    "zhenghuaigu": ("/desk/?view=unit", "/desk/figures/", "/desk/documents/"),
    "respond": ("/desk/respondent/",),
    "sheng-leader": ("/desk/figures/", "/desk/?view=reach"),
    "sysadmin": ("/desk/admin/",),
    "secadmin": ("/desk/admin/",),
    "auditadmin": ("/desk/admin/",),
}  # fmt: skip
LIMIT = 26
SKIP = re.compile(
    r"^/(reference|api|static|i18n|account/(logout|2fa)|desk/stream)|\.pdf$|/docx/|as=(xlsx|csv)|/file/\d+/|/documents/\d+/$|/certificate/$"
)
FIRST = 1
EVENTS = 3


def pattern(path: str) -> str:
    """An address without what names one object: those of one pattern are made by one view."""
    place = urlsplit(path).path
    place = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "*", place)
    place = re.sub(r"(?<=/desk/documents)/\d+/(?=$)", "/document/", place)
    return re.sub(r"/\d+(?=/|$)", "/*", place)


def skipped(path: str) -> bool:
    if path.startswith("/desk/documents/"):
        return bool(re.search(r"/docx/|/preview/", path))
    return bool(SKIP.search(path))


def links(person: Person) -> list[str]:
    found = person.page.eval_on_selector_all("a[href]", "all => all.map(a => a.href)")
    out = []
    for one in found:
        parts = urlsplit(one)
        if f"{parts.scheme}://{parts.netloc}" == person.office.address:
            out.append(parts.path + (f"?{parts.query}" if parts.query else ""))
    return out


def walk(person: Person, seeds: tuple[str, ...]) -> Iterator[str]:
    """The pages of a role, seeds first, then what they lead to."""
    seen: Counter[str] = Counter()
    waiting, done = list(seeds), set()
    while waiting and len(done) < LIMIT:
        path = waiting.pop(0)
        key = pattern(path)
        most = EVENTS if "/e/" in key else FIRST
        if path in done or skipped(path) or (path not in seeds and seen[key] >= most):
            continue
        if "/e/" in key:
            key = key.split("/e/")[0] + "/e/"
            if seen[key] >= EVENTS:
                continue
        seen[key] += 1
        done.add(path)
        yield path
        staff = seeds[0].startswith("/desk/")  # the public's pages are looked at by the public
        waiting += [p for p in links(person) if p not in done and (not staff or p.startswith("/desk/"))]


def flaws(person: Person, path: str, size: str) -> list[str]:
    """What is wrong with the page that is open, at the width it has."""
    found: Any = person.page.evaluate(
        "async rules => (await axe.run(document, {runOnly: rules, resultTypes: ['violations']})).violations", RULES
    )
    return [
        f"{path} [{size}] {v['id']}: {v['help']} — {len(v['nodes'])}×, first {v['nodes'][0]['target']} {v['nodes'][0]['html'][:160]}"
        for v in found
    ]


def frame_of(person: Person, path: str) -> list[str]:
    """One h1, a language, a title, a main landmark."""
    page = person.page
    out = []
    if (n := page.locator("h1").count()) != 1:
        out.append(f"{path} has {n} h1")
    if page.locator("html").get_attribute("lang") not in ("zh-CN", "en"):
        out.append(f"{path} says no language")
    title = page.title()
    if len(title) < 4 or title.strip().startswith("-"):
        out.append(f"{path} has the title {title!r}")
    if page.locator("main#main").count() != 1:
        out.append(f"{path} has no main part")
    if words := re.search(r"\bNone\b|\{\{|\{%|Traceback|DoesNotExist|\bnan\b", page.locator("body").inner_text()):
        out.append(f"{path} shows “{words.group()}”")
    return out


@pytest.mark.parametrize("role", list(ROLES), ids=lambda r: r or "visitor")
def test_every_page(office: Office, role: str) -> None:
    person = office.person(role) if role else office.person()
    script = AXE.read_text()
    wrong: list[str] = []
    opened = []
    for path in walk(person, ROLES[role]):
        answer = person.page.goto(office.address + path, wait_until="load")
        status = answer.status if answer else 0
        if status not in (200, 404) or (status == 404 and "no-such" not in path and "/verify/" not in path):
            wrong.append(f"{path} answers {status}")
            continue
        opened.append(path)
        wrong += frame_of(person, path)
        person.page.evaluate(script + "; 0")
        for size, (width, height) in SIZES.items():
            person.page.set_viewport_size({"width": width, "height": height})
            wrong += flaws(person, path, size)
        person.page.set_viewport_size({"width": SMALLEST, "height": 640})
        person.page.wait_for_timeout(150)  # charts draw themselves anew
        if over := person.page.evaluate(WIDER):
            wrong.append(f"{path} is wider than {SMALLEST} px: {over}")
        person.page.set_viewport_size({"width": 1440, "height": 900})
    print(f"{role or 'visitor'}: {len(opened)} pages", *opened, sep="\n  ")  # shown when something is wrong
    person.troubles[:] = [t for t in person.troubles if "404" not in t]
    assert not wrong, f"{len(opened)} pages, {len(wrong)} flaws\n" + "\n".join(wrong)
    assert len(opened) >= len(ROLES[role])


WIDER = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return '';
  const guilty = [...document.querySelectorAll('body *')].filter(e => {
    if (e.getBoundingClientRect().right <= width + 1) return false;
    for (let up = e.parentElement; up; up = up.parentElement) {
      if (up !== document.body && getComputedStyle(up).overflowX !== 'visible') return false;
    }
    return true;
  });
  const last = guilty[guilty.length - 1];
  return `${document.documentElement.scrollWidth} px, ${last ? last.outerHTML.slice(0, 160) : ''}`;
}"""


def test_pages_print(office: Office) -> None:
    citizen = office.person("zhouhesheng")
    citizen.go("/my/")
    citizen.page.locator("main a[href^='/my/'][href$='/']").filter(has_text="行政复议").or_(
        citizen.page.locator("main a[href*='-']")
    ).first.click()
    citizen.page.wait_for_load_state()
    for path in (citizen.path, citizen.path + "print/", "/guide/XZFY/"):
        citizen.go(path)
        citizen.page.emulate_media(media="print")
        assert not citizen.page.locator(".xz-mast__nav").is_visible(), path
        assert citizen.page.locator("h1").is_visible(), path
        assert citizen.page.pdf(format="A4").startswith(b"%PDF-")
        citizen.page.emulate_media(media="screen")
