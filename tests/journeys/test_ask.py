"""问法: somebody asks on a phone and gets articles, next step and people; somebody in danger sees numbers first."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.journeys.office import PHONE, Office, Person

pytestmark = pytest.mark.browser
AXE = Path(__file__).resolve().parents[2] / "node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
QUESTION = "公司欠我三个月工资，我已经离职了，还能要回来吗"


def sound(person: Person) -> None:
    """Axe finds nothing, nothing is wider than the screen, one h1, the question stands in no address."""
    page = person.page
    page.evaluate(AXE.read_text() + "; 0")
    found = page.evaluate(
        "rules => axe.run({runOnly: rules}).then(r => r.violations.map(v => v.id + ' ' + v.nodes[0].html))", RULES
    )
    assert not found, (person.path, found)
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), person.path
    assert page.locator("h1").count() == 1
    assert "?" not in page.url


def ask(person: Person, question: str) -> None:
    person.go("/")
    person.page.locator("#q").fill(question)
    person.page.locator(".xz-search button").click()
    person.page.wait_for_url(re.compile(r"/ask/answer/(#.*)?$"))


def test_a_worker_asks_on_a_phone_and_goes_on(office: Office) -> None:
    worker = office.person(size=PHONE)
    ask(worker, QUESTION)
    page = worker.page
    sound(worker)
    worker.sees("您问的是", "最接近的问题", "接下来怎么做", "依据的法条", "问一问人", "由机器找到")
    assert page.get_by_label("依据1").first.get_attribute("href") == "#a1"
    page.get_by_label("依据1").first.click()
    assert page.locator("#a1").is_visible()

    law = page.locator("#a1 a[href^='/law/']")
    if law.count():
        law.click()
        page.wait_for_load_state()
        assert page.locator("h1").count() == 1
        page.go_back()
        page.wait_for_url(re.compile(r"/ask/answer/(#.*)?$"))

    page.get_by_label("所在县（市、区）").select_option(index=1)
    page.get_by_label("补充的情况").fill("在工地做工，没有书面合同")
    page.get_by_role("button", name="再找一次").click()
    page.wait_for_load_state()
    worker.sees("您补充过", "没有书面合同", "法律援助中心")
    sound(worker)

    page.locator("a[href='/ask/people/']").click()
    page.wait_for_url("**/ask/people/")
    sound(worker)
    page.get_by_role("button", name="带过去，开始申请").click()
    page.wait_for_url("**/apply/FLYZ/tasks/")
    worker.go("/ask/answer/")
    page.get_by_role("button", name="没有解决我的问题").or_(page.get_by_role("button", name="没有解决问题")).click()
    page.wait_for_load_state()
    worker.sees("已经记下")
    assert office.rows("SELECT choice, kind FROM answers_vote ORDER BY id DESC LIMIT 1") == [("unsolved", "card")]


def test_danger_comes_first_without_scripts(office: Office) -> None:
    somebody = office.person(size=PHONE, scripts=False)
    ask(somebody, "老公喝酒就打我，我不敢回家")
    page = somebody.page
    numbers = page.locator(".an-danger a[href^='tel:']")
    assert numbers.first.get_attribute("href") == "tel:110"
    above, question = numbers.first.bounding_box(), page.locator("h1").bounding_box()
    assert above is not None and question is not None and above["y"] < question["y"] and above["y"] < 600
    page.get_by_role("button", name="删掉问题，离开这一页").click()
    page.wait_for_load_state()
    assert somebody.path == "/"
    somebody.go("/ask/answer/")
    assert somebody.path == "/ask/"


def test_scenes_and_cards_read_well_and_print(office: Office) -> None:
    reader = office.person(size=PHONE)
    reader.go("/ask/")
    sound(reader)
    reader.page.locator(".xz-tile a").first.click()
    reader.page.wait_for_load_state()
    sound(reader)
    reader.page.locator(".an-cards a").first.click()
    reader.page.wait_for_load_state()
    sound(reader)
    reader.sees("依据的法条", "别人还问", "核对过法条")
    reader.page.emulate_media(media="print")
    assert not reader.page.locator(".an-vote").is_visible() and reader.page.locator("h1").is_visible()
    reader.page.emulate_media(media="screen")
    reader.go("/ask/help/")
    sound(reader)
