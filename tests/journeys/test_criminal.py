"""The criminal-case assistant on a telephone: without JavaScript to the end, with it under axe, and in print."""

from __future__ import annotations

import pytest

from tests.journeys.office import PHONE, Office, Person
from tests.journeys.test_pages import AXE, WIDER, flaws, frame_of

pytestmark = pytest.mark.browser
STORY = "甲和邻居因为停车吵起来，甲一拳把对方鼻梁打骨折，法医鉴定轻伤二级，甲被刑事拘留了"


def look(person: Person, wrong: list[str]) -> None:
    """The page that is open, at telephone width."""
    if person.office.scripts(person.context):
        person.page.evaluate(AXE.read_text() + "; 0")
        wrong += frame_of(person, person.path)
        wrong += flaws(person, person.path, "phone")
        if over := person.page.evaluate(WIDER):
            wrong.append(f"{person.path} is wider than the screen: {over}")


def walk(person: Person, wrong: list[str]) -> None:
    """From the story to the outcome."""
    person.go("/criminal/")
    look(person, wrong)
    person.press("继续")
    person.sees("请先选一选您是谁")
    person.page.get_by_label("我的家人、朋友被抓、被查").check()
    person.page.locator("#story").fill(STORY)
    person.press("继续")
    assert person.path == "/criminal/candidates/"
    person.sees("故意伤害罪", "也可能不是犯罪", "不预测刑期")
    look(person, wrong)
    person.press("开始对照要件")
    look(person, wrong)
    for count in range(60):
        if person.path != "/criminal/questions/":
            break
        person.page.locator(f"#v-{0 if count < 5 else 2}").check()
        person.press("继续")
    assert person.path == "/criminal/stage/"
    look(person, wrong)
    person.page.locator("#s-3").check()
    for name, value in (("y", "2026"), ("m", "11"), ("d", "20")):
        person.page.locator(f"#f-{name}").fill(value)
    person.press("看结果")
    person.sees("接下来怎么做", "列出的要件都对得上", "2026年11月23日", "申请法律援助", "不预测刑期")
    look(person, wrong)


def test_the_assistant_on_a_telephone(office: Office) -> None:
    wrong: list[str] = []
    walk(office.person(size=PHONE, scripts=False), wrong)
    person = office.person(size=PHONE)
    walk(person, wrong)
    person.go("/criminal/offenses/")
    look(person, wrong)
    person.go("/criminal/offenses/theft/")
    look(person, wrong)
    person.go("/criminal/result/")
    person.page.emulate_media(media="print")
    assert not person.page.locator("form[action='/criminal/clear/']").is_visible()
    person.page.emulate_media(media="screen")
    person.press("清除我说的一切，重新开始")
    person.go("/criminal/result/")
    assert person.path == "/criminal/"
    assert not wrong, "\n".join(wrong)
