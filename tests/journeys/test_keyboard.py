"""Whole errands by keyboard alone: Tab, Shift, arrows, Space and Enter on the portal; j, k and Enter on the desk."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.journeys.errands import APPLY, assigned, file_online, named, ordinary
from tests.journeys.office import Labels, Office, Person

pytestmark = pytest.mark.browser


class Keys:
    """Somebody without a mouse."""

    def __init__(self, person: Person) -> None:
        self.person, self.page = person, person.page

    def focused(self, wanted: str) -> bool:
        """Whether the element with the focus fulfills a JavaScript condition on `e`."""
        return bool(self.page.evaluate(f"(() => {{ const e = document.activeElement; return Boolean({wanted}); }})()"))

    def tab_to(self, wanted: str) -> None:
        """Press Tab until the focus is there; what cannot be reached that way fails."""
        for _ in range(160):
            if self.focused(wanted):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"not reached by Tab at {self.person.path}: {wanted}")

    def press(self, words: str) -> None:
        """Reach a button or link by Tab and press Enter."""
        self.tab_to(f"/^(A|BUTTON)$/.test(e.tagName) && e.innerText.trim().includes({words!r})")
        assert self.visible_focus(), f"the focus on {words} cannot be seen"
        with self.page.expect_navigation(wait_until="load"):
            self.page.keyboard.press("Enter")

    def visible_focus(self) -> bool:
        return self.focused(
            "(s => s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0 || s.boxShadow !== 'none')(getComputedStyle(e))"
        )

    def skip(self) -> None:
        """Over the head of the page with its first link; a page that came after #main begins there already."""
        self.page.keyboard.press("Tab")
        if not self.page.evaluate("location.hash === '#main'"):
            assert self.focused("e.className === 'xz-skip'"), self.person.path
            self.page.keyboard.press("Enter")

    def fill(self, values: dict[str, Any]) -> None:
        for name, value in values.items():
            if isinstance(value, date):
                for part, number in (("y", value.year), ("m", value.month), ("d", value.day)):
                    self.type(f"{name}.{part}", str(number))
            elif self.page.locator(f'[name="{name}.q"]').count():
                self.type(f"{name}.q", str(value))
                self.page.locator(f'input[type=radio][name="{name}"]').first.wait_for()
                self.tab_to(f"e.name === {name!r} && e.type === 'radio'")
                self.page.keyboard.press("Space")
            elif isinstance(value, Labels):
                for label in value:
                    self.tab_to(f"e.name === {name!r} && e.labels[0].innerText.includes({label!r})")
                    self.page.keyboard.press("Space")
            elif isinstance(value, list):
                for one in value:
                    self.tab_to(f"e.name === {name!r} && e.value === {one!r}")
                    self.page.keyboard.press("Space")
            elif self.page.locator(f'input[type=radio][name="{name}"], select[name="{name}"]').count():
                self.choose(name, str(value))
            else:
                self.type(name, str(value))

    def type(self, name: str, text: str) -> None:
        self.tab_to(f"e.name === {name!r}")
        if self.focused("e.value"):
            self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.insert_text(text)

    def choose(self, name: str, value: str) -> None:
        self.tab_to(f"e.name === {name!r}")
        if self.focused("e.type === 'checkbox'"):
            if value == "true":
                self.page.keyboard.press("Space")
            return
        if self.focused(f"e.type === 'radio' && e.value === {value!r}"):
            self.page.keyboard.press("Space")
        for _ in range(40):
            if self.focused(f"e.value === {value!r} && (e.type !== 'radio' || e.checked)"):
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"{name}={value} is not reached by the arrows")


def test_a_citizen_applies_by_keyboard(office: Office) -> None:
    citizen = office.person()
    keys = Keys(citizen)
    citizen.go("/account/login/")
    keys.skip()
    keys.fill({"login": "zhouhesheng", "password": "yunling-2026"})
    with citizen.page.expect_navigation(wait_until="load"):
        citizen.page.keyboard.press("Enter")
    citizen.go(APPLY)
    keys.skip()
    anew = citizen.page.locator("button[name=go][value=anew]").count()
    keys.press("不要草稿，重新填" if anew else "开始填写")
    for step, values in ordinary():
        assert citizen.path == f"{APPLY}q/{step}/", f"{citizen.path} instead of {step}\n{citizen.said[:800]}"
        keys.skip()
        keys.fill(values)
        keys.press("保存并继续")
    keys.skip()
    keys.press("提交申请")
    citizen.sees("已收到您的申请")
    keys.skip()
    keys.press("打开我的办件")
    citizen.sees("办到哪一步了")


def test_an_officer_accepts_by_keyboard(office: Office) -> None:
    citizen = office.person("zhouhesheng")
    matter = file_online(citizen)
    assigned(office, matter, "沈知远", "陆明舟")
    officer = office.person("shenzhiyuan")
    keys = Keys(officer)
    officer.go("/desk/")
    officer.keys("j")
    first = officer.page.evaluate("document.activeElement.getAttribute('href')")
    officer.keys("j", "k")
    assert officer.page.evaluate("document.activeElement.getAttribute('href')") == first
    for _ in range(60):
        if officer.page.evaluate("document.activeElement.getAttribute('href')") == f"/desk/m/{matter}/":
            break
        officer.keys("j")
    with officer.page.expect_navigation(wait_until="load"):
        officer.keys("Enter")
    assert officer.path == f"/desk/m/{matter}/", officer.path
    keys.skip()
    keys.press("受理")
    keys.skip()
    keys.fill({
        "procedure": "ORDINARY", "officers": named("沈知远", "陆明舟"), "competent": "true", "court_accepted": "false",
        "prior_application": "NONE", "respondent_correct": "true",
    })  # fmt: skip
    keys.press("下一步：核对")
    keys.skip()
    keys.press("确认受理")
    assert officer.path == f"/desk/m/{matter}/", officer.said[:1500]
    officer.sees("发送申请书副本")
    officer.go("/desk/")
    officer.keys("/")
    assert officer.page.evaluate("document.activeElement.id") == "find"
