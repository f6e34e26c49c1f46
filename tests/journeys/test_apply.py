"""申请: at a desk, on a phone with a change of devices, without JavaScript, in large type and in English."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.journeys.errands import APPLY, answer, ordinary, paper, public_id, send
from tests.journeys.office import PHONE, Office

pytestmark = pytest.mark.browser


def test_a_citizen_applies_online(office: Office, tmp_path: Path) -> None:
    citizen = office.person()
    citizen.go("/")
    citizen.press("我的办件", "header")
    citizen.sign_in("zhouhesheng")
    citizen.go("/guide/XZFY/")
    citizen.sees("法律依据", "受理条件", "办理流程")
    decision = paper(tmp_path, "decision.pdf", "decision 318")
    answer(citizen, [(s, v | {"act_document": str(decision)} if s == "document" else v) for s, v in ordinary()])
    citizen.sees("周禾生", "自动取得", "禾市监处罚〔2026〕", "2026年11月6日", "decision.pdf", "禾溪县")
    number = send(citizen)
    citizen.sees("2026年11月30日")  # five working days
    citizen.press("打开我的办件")
    citizen.sees(number, "decision.pdf", "现在可以做")
    citizen.go("/my/")
    citizen.sees(number)


def test_a_wrong_answer_is_told_beside_the_field(office: Office) -> None:
    citizen = office.person("zhouhesheng")
    steps = ordinary()
    answer(citizen, steps[: [s for s, _ in steps].index("served")])
    citizen.press("保存并继续")
    focused = citizen.page.evaluate("document.activeElement.id")
    assert focused == "errors"
    assert citizen.page.title().startswith("有错误")
    citizen.page.locator("#errors a").first.click()
    assert citizen.page.evaluate("document.activeElement.name") == "served_on.y"


def test_a_draft_of_the_phone_goes_on_at_another_device(office: Office) -> None:
    phone = office.person(size=PHONE)
    wide = []

    def look(step: str) -> None:
        if phone.page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wide.append(step)

    steps = ordinary()
    answer(phone, steps[:1], each=look)
    # No account yet: the platform asks for what it does not hold.
    phone.fill({"name": "周禾生", "id_type": "ID", "id_no": "110101199003074530"} | steps[1][1])
    phone.press("保存，以后再填")
    text = phone.said
    number = re.search(r"CG-\w{4}-\w{4}", text)
    code = re.search(r"取回码\s*(\w{4}-\w{4})", text)
    assert number and code, text
    other = office.person("zhouhesheng", size=PHONE)
    other.go("/my/resume/")
    other.fill({"number": number.group(), "code": code.group(1)})
    other.press("继续", exact=False)
    other.go(f"{APPLY}q/who/")
    assert other.page.locator("input[name=acting][value=SELF]").is_checked()
    answer(other, steps, start=False, each=look)
    assert not wide, f"wider than the phone: {wide}"
    assert send(other)


def test_an_application_without_javascript(office: Office) -> None:
    citizen = office.person("zhouhesheng", scripts=False)
    answer(citizen)
    assert send(citizen)


def test_large_type_and_english(office: Office) -> None:
    visitor = office.person(size=PHONE)
    visitor.go("/")
    size = visitor.page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)")
    visitor.press("大字版", "footer")
    assert visitor.page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)") > size
    assert not visitor.page.evaluate("document.documentElement.scrollWidth > innerWidth")
    visitor.go("/verify/")
    assert visitor.page.locator("html").get_attribute("data-type") == "large"
    visitor.press("English", "footer")
    assert visitor.page.locator("html").get_attribute("lang") == "en"
    assert visitor.page.locator("h1").inner_text().isascii()


def test_who_read_my_data(office: Office) -> None:
    citizen = office.person("zhouhesheng")
    answer(citizen)
    send(citizen)
    matter = public_id(citizen)
    officer = office.person("shenzhiyuan")
    officer.go(f"/desk/m/{matter}/")
    number = officer.page.title().split(" ")[0]
    citizen.go("/my/readings/")
    citizen.sees("禾溪县司法局", "办理本案", number)
    assert citizen.page.locator("tr", has_text=number).count() == 1
