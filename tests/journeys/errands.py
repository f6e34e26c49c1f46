"""Errands that several journeys share, done through the screens."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from tests.journeys.office import Labels, Office, Person

APPLY = "/apply/XZFY/"
Steps = Sequence[tuple[str, dict[str, Any]]]
_serial = itertools.count(301)


def ordinary() -> Steps:
    """An application of its own against a fine of the county's market office."""
    number = f"禾市监处罚〔2026〕{next(_serial)}号"
    return [(s, v | {"doc_no": number} if s == "act" else dict(v)) for s, v in ORDINARY]


ORDINARY: Steps = (
    ("who", {"acting": "SELF"}),
    ("applicant", {"contact": "13812342046", "service_address": "云岭省临川市禾溪县鹭渡镇南街61号"}),
    ("what", {"what": "DECISION"}),
    ("matter", {"matter_code": "1"}),
    ("respondent", {"respondent_unit": "禾溪县市场"}),
    ("organ", {}),
    ("act", {"act_type": "行政处罚决定书", "made_on": date(2026, 11, 4), "amount": "8000"}),
    ("how", {"service_method": "DIRECT"}),
    ("served", {"served_on": date(2026, 11, 6)}),
    ("told", {"told": "yes"}),
    ("claims", {"claims": ["QUASH"]}),
    ("facts", {"facts_and_reasons": "店里每批米线都有进货票据，检查次日已经送到市场监管所，决定书没有写明为什么不采纳。"}),
    ("norm", {"norm_review": "no"}),
    ("compensation", {"compensation": "no"}),
    ("document", {}),
    ("evidence", {"evidence_list": "进货票据三张，证明每批米线都有来源"}),
    ("prior", {"prior_application": "NONE", "court": "no"}),
    ("delivery", {"e_service": "yes"}),
)  # fmt: skip


def answer(
    person: Person, steps: Steps | None = None, *, start: bool = True, each: Callable[[str], None] = lambda step: None
) -> None:
    """Answer page after page, as asked; every page must be the one expected."""
    if start:
        person.go(APPLY)
        anew = person.page.locator("button[name=go][value=anew]")
        if anew.count():
            person.press("不要草稿，重新填")
        else:
            person.press("开始填写", exact=False)
    for step, values in ordinary() if steps is None else steps:
        assert person.path == f"{APPLY}q/{step}/", f"{person.path} instead of {step}:\n{person.said[:900]}"
        person.fill(values)
        each(step)
        person.press("保存并继续")


def send(person: Person) -> str:
    """Check the answers, send, and return the number on the receipt."""
    assert person.path == f"{APPLY}check/", person.said[:900]
    person.press("提交申请")
    assert "/receipt/" in person.path, person.said[:1500]
    person.sees("已收到您的申请", "办件编号", "接下来")
    return person.page.locator("dt:has-text('办件编号') + dd").inner_text().strip()


def file_online(person: Person) -> str:
    """The whole application; returns the public id of the matter."""
    answer(person)
    send(person)
    return public_id(person)


def public_id(person: Person) -> str:
    """The matter's id in the address of the page."""
    return next(part for part in person.path.split("/") if part.count("-") == 4)


def act(person: Person, matter: str, event: str, values: dict[str, Any] | None = None) -> None:
    """Do one thing at the desk: open its form, fill it in, read it once more where that is asked, and do it."""
    person.go(f"/desk/m/{matter}/e/{event}/")
    person.fill(values or {})
    submit(person, matter)


def submit(person: Person, matter: str) -> None:
    """Send the form that is open at the desk."""
    page = person.page
    with page.expect_navigation(wait_until="load"):
        page.locator("main form[data-autosave] button:not([name])").first.click()
    confirm = page.locator("button[name=_confirmed]")
    if confirm.count():
        with page.expect_navigation(wait_until="load"):
            confirm.click()
    errors = page.locator(".xz-errors, [data-focus]")
    assert person.path == f"/desk/m/{matter}/", (
        f"{person.path}\n{errors.first.inner_text() if errors.count() else person.said[:2500]}"
    )


def paper(folder: Path, name: str, text: str) -> Path:
    """A small PDF to upload, made by the machine that makes our documents."""
    import typst

    path = folder / name
    path.write_bytes(typst.compile(f"#set page(width: 10cm, height: 6cm)\n{text}".encode()))
    return path


def assigned(office: Office, matter: str, *officers: str) -> None:
    """Let the head of the office name who handles the matter."""
    head = office.person("zhenghuaigu")
    act(head, matter, "assigned", {"officers": named(*officers)})


def named(*labels: str) -> Labels:
    """Choices by the words a person reads."""
    return Labels(labels)
